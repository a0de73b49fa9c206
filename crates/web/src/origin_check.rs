//! Whether a browser sent a change from a page of ours: `Sec-Fetch-Site` (W3C Fetch Metadata) and `Origin` (RFC 6454,
//! section 7), both of which a page can't set.
//!
//! No token stands in our forms: a pressed page is the same for everybody, so that all readers would share it.

use crate::request::RequestInfo;
use http::header::{HeaderMap, HeaderName, ORIGIN};

/// `Sec-Fetch-Site`
pub const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Where a request was sent from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentFrom {
    /// A page of this very host.
    Here,
    /// A page of somebody else, or one that hides where it is from.
    Elsewhere,
    /// Neither header says: a program, or a browser over plain http that sends neither.
    Unknown,
}

/// Reads where a request was sent from. When the two headers differ, the one that says "elsewhere" counts.
pub fn sent_from(headers: &HeaderMap, info: Option<&RequestInfo>) -> SentFrom {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or("null"));
    let by_site = match text(&SEC_FETCH_SITE) {
        Some("same-origin") => SentFrom::Here,
        // Typed by the person, or sent again by them: the browser names no page.
        None | Some("none") => SentFrom::Unknown,
        Some(_) => SentFrom::Elsewhere,
    };
    let by_origin = match text(&ORIGIN) {
        None => SentFrom::Unknown,
        Some(origin) if is_own(origin, headers, info) => SentFrom::Here,
        Some(_) => SentFrom::Elsewhere,
    };
    match (by_site, by_origin) {
        (SentFrom::Elsewhere, _) | (_, SentFrom::Elsewhere) => SentFrom::Elsewhere,
        (SentFrom::Here, _) | (_, SentFrom::Here) => SentFrom::Here,
        _ => SentFrom::Unknown,
    }
}

fn is_own(origin: &str, headers: &HeaderMap, info: Option<&RequestInfo>) -> bool {
    let Some((scheme, host)) = origin.split_once("://") else {
        return false;
    };
    if let Some(info) = info {
        // Over TLS a page of the same name that came without it is not ours: anybody on the way could have written it.
        let scheme_fits = !info.tls || scheme.eq_ignore_ascii_case("https");
        let canonical = info.site.origin.as_str().eq_ignore_ascii_case(origin);
        return canonical || (scheme_fits && info.host.eq_ignore_ascii_case(host));
    }
    headers
        .get(http::header::HOST)
        .and_then(|own| own.to_str().ok())
        .is_some_and(|own| own.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&'static str, &str)]) -> SentFrom {
        let headers: HeaderMap = pairs
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
            .collect();
        sent_from(&headers, None)
    }

    #[test]
    fn our_own_pages_are_told_from_others_and_from_programs() {
        let host = ("host", "paper.example");
        for (headers, expected) in [
            (vec![("sec-fetch-site", "same-origin")], SentFrom::Here),
            (vec![("sec-fetch-site", "cross-site")], SentFrom::Elsewhere),
            (vec![("sec-fetch-site", "same-site")], SentFrom::Elsewhere),
            (vec![("sec-fetch-site", "none")], SentFrom::Unknown),
            (vec![("origin", "https://paper.example"), host], SentFrom::Here),
            (vec![("origin", "https://evil.example"), host], SentFrom::Elsewhere),
            (
                vec![("origin", "https://paper.example.evil.example"), host],
                SentFrom::Elsewhere,
            ),
            (vec![("origin", "null"), host], SentFrom::Elsewhere),
            (vec![("origin", "paper.example"), host], SentFrom::Elsewhere),
            (
                vec![
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://evil.example"),
                    host,
                ],
                SentFrom::Elsewhere,
            ),
            (vec![host], SentFrom::Unknown),
        ] {
            assert_eq!(from(&headers), expected, "{headers:?}");
        }
    }
}
