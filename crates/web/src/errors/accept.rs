//! Which form of an error suits a request: JSON for programs, HTML for people.

use http::HeaderMap;
use http::header::ACCEPT;

/// Whether the client would rather have JSON: always under `/api` and `/ingest`, elsewhere when `Accept` gives a JSON
/// type a higher quality than HTML (RFC 9110, section 12.5.1). Equal or absent: HTML, because a person can't read JSON
/// and a program reads the status.
pub fn prefers_json(path: &str, headers: &HeaderMap) -> bool {
    if is_below(path, "/api") || is_below(path, "/ingest") {
        return true;
    }
    let mut json = 0;
    let mut html = 0;
    let mut anything = 0;
    for line in headers.get_all(ACCEPT) {
        let Ok(line) = line.to_str() else { continue };
        for range in line.split(',') {
            let mut parts = range.split(';');
            let name = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
            let quality = parts
                .find_map(|part| {
                    let (key, value) = part.split_once('=')?;
                    key.trim()
                        .eq_ignore_ascii_case("q")
                        .then(|| crate::encodings::quality(value))
                })
                .unwrap_or(1000);
            match name.as_str() {
                "application/json" | "application/problem+json" => json = json.max(quality),
                "text/html" | "application/xhtml+xml" | "text/*" => html = html.max(quality),
                "application/*" => json = json.max(quality.saturating_sub(1)),
                "*/*" => anything = anything.max(quality),
                _ => {}
            }
        }
    }
    json > html.max(anything)
}

fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(path: &str, accept: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        if let Some(accept) = accept {
            headers.insert(ACCEPT, accept.parse().unwrap());
        }
        prefers_json(path, &headers)
    }

    #[test]
    fn programs_and_people() {
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        assert!(!wants("/x", Some(browser)));
        assert!(!wants("/x", None));
        assert!(!wants("/x", Some("*/*")));
        assert!(wants("/x", Some("application/json")));
        assert!(wants("/x", Some("application/problem+json, */*;q=0.5")));
        assert!(wants("/x", Some("text/html;q=0.2, application/json;q=0.9")));
        assert!(!wants("/x", Some("application/json;q=0.2, text/html")));
        assert!(!wants("/x", Some("application/json;q=0")));
        assert!(!wants("/x", Some("application/json;q=nonsense, text/html")));
        assert!(wants("/api/v1/stories", Some(browser)));
        assert!(wants("/api", None));
        assert!(!wants("/apiary", None));
    }
}
