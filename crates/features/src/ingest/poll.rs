//! Polling an address: conditional requests, and the next page where the answer names one.

use super::{IngestError, RunReport, Source, document};
use crate::app::App;
use masthead_services::fetch::{Conditional, FetchPolicy};
use masthead_store::alerts as alert_rows;
use masthead_store::wire::SourceState;

/// Pages followed in one poll; more are taken up by the next.
const MOST_PAGES: usize = 50;

/// Asks the address, and what it names as its next page, until there is nothing new.
pub(super) async fn run(
    app: &App,
    source: &Source,
    url: &str,
    state: &mut SourceState,
    report: &mut RunReport,
) -> Result<(), IngestError> {
    let mut next = state.resume_url.clone().unwrap_or_else(|| url.to_owned());
    for page in 0..MOST_PAGES {
        // Until this page is taken in, the next poll begins with it: the first page would say that nothing is new.
        state.resume_url = Some(next.clone()).filter(|next| next != url);
        let conditional = (next == url && page == 0).then(|| Conditional {
            etag: state.etag.clone(),
            last_modified: state.last_modified.clone(),
        });
        // The address is the operator's own: what the settings allow is open to it.
        let answer = app
            .fetcher
            .get(&next, FetchPolicy::Operator, conditional)
            .await
            .map_err(|error| IngestError::Source(format!("{next}: {error}")))?;
        if answer.is_not_modified() {
            return Ok(());
        }
        let headers = answer.headers.clone();
        let answer = match answer.success() {
            Ok(answer) => answer,
            Err(error) => {
                if next != url && !error.is_worth_retrying() {
                    // The page is gone. What it held can only be found by reading the first one anew.
                    (state.resume_url, state.etag, state.last_modified) = (None, None, None);
                }
                return Err(IngestError::Source(error.to_string()));
            }
        };
        let body = answer.body.to_vec();
        let following = next_page(&body, next_link(&headers.link), &answer.final_url);
        let before = report.items;
        let result = document(app, source, body, &next, headers.content_type.as_deref()).await;
        let links = result.as_ref().map(|intake| intake.links.clone()).unwrap_or_default();
        report.add(&next, result)?;
        follow(app, source, url, links, report).await?;
        // Only what was taken in may be answered with "not modified" from now on.
        if next == url {
            state.etag.clone_from(&headers.etag);
            state.last_modified.clone_from(&headers.last_modified);
        }
        match following {
            // A page that brought nothing new ends the walk through an archive that was read before.
            Some(following) if following != next && (report.items > before || page == 0) => next = following,
            _ => {
                state.resume_url = None;
                return Ok(());
            }
        }
    }
    state.resume_url = Some(next);
    Ok(())
}

/// Documents that an index named, read in one poll; the rest is taken up by the next.
const MOST_LINKS: usize = 60;

/// Reads the documents that an index of alerts names and that were not read yet.
async fn follow(
    app: &App,
    source: &Source,
    url: &str,
    links: Vec<String>,
    report: &mut RunReport,
) -> Result<(), IngestError> {
    if links.is_empty() {
        return Ok(());
    }
    let unread = alert_rows::unread_links(&mut app.db.reader().await?, &source.name, &links).await?;
    let own = origin(url);
    for link in unread.into_iter().take(MOST_LINKS) {
        // What a document names is a stranger's word, but for the service itself.
        let policy = if origin(&link) == own {
            FetchPolicy::Operator
        } else {
            FetchPolicy::Content
        };
        let answer = app.fetcher.get(&link, policy, None).await;
        let answer = answer.and_then(masthead_services::fetch::FetchResponse::success);
        let body = match answer {
            Ok(answer) => answer.body.to_vec(),
            Err(error) => {
                // One that is missing doesn't keep the others back; it is asked for again.
                report.set_aside.push((link, error.to_string()));
                continue;
            }
        };
        let result = document(app, source, body, &link, None).await;
        report.add(&link, result)?;
        let (name, link) = (source.name.clone(), link.clone());
        app.db
            .write("ingest.link", move |tx| {
                let (name, link) = (name.clone(), link.clone());
                Box::pin(async move { alert_rows::put_link(tx, &name, &link).await })
            })
            .await?;
    }
    Ok(())
}

fn origin(address: &str) -> Option<url::Origin> {
    url::Url::parse(address).ok().map(|url| url.origin())
}

/// The next page: what the answer's `Link` header says, or AP's `next_page` and JSON Feed's `next_url`. Links are
/// followed as given, never built.
fn next_page(body: &[u8], link: Option<String>, base: &url::Url) -> Option<String> {
    let named = link.or_else(|| {
        let json: serde_json::Value = serde_json::from_slice(body).ok()?;
        [
            "/next_page",
            "/data/next_page",
            "/next_url",
            "/links/next",
            "/_links/next/href",
        ]
        .iter()
        .find_map(|pointer| {
            json.pointer(pointer)
                .and_then(serde_json::Value::as_str)
                .map(str::to_owned)
        })
    })?;
    base.join(&named).ok().map(String::from)
}

/// The target of `rel="next"` among `Link` headers (RFC 8288).
fn next_link(lines: &[String]) -> Option<String> {
    lines.iter().flat_map(|line| line.split(',')).find_map(|link| {
        let (target, parameters) = link.trim().split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            name.trim().eq_ignore_ascii_case("rel")
                && value
                    .trim()
                    .trim_matches('"')
                    .split_whitespace()
                    .any(|rel| rel.eq_ignore_ascii_case("next"))
        });
        is_next.then(|| target.trim_start_matches('<').to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_what_the_answer_names() {
        let base = url::Url::parse("https://wire.example/feed").unwrap();
        let body = br#"{"data":{"next_page":"/feed?seq=2","items":[]}}"#;
        assert_eq!(
            next_page(body, None, &base).as_deref(),
            Some("https://wire.example/feed?seq=2")
        );
        let links = ["<https://wire.example/p/1>; rel=\"prev\", </p/3>; title=x; rel=\"next\"".to_owned()];
        assert_eq!(next_link(&links).as_deref(), Some("/p/3"));
        assert_eq!(next_page(b"<rss/>", None, &base), None);
    }
}
