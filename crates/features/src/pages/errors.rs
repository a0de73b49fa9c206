//! Error pages: what happened in the site's words, a search, what the reader may have looked for, and the front's
//! headlines.

use super::cards::{self, CardView};
use super::page::{Page, whole};
use super::view::SiteView;
use super::{keys, store_error};
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use masthead_services::search::{SearchRequest, Words};
use masthead_store::Conn;
use masthead_store::public::{self, Card};
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::press::Rendered;
use serde::Serialize;

/// Headlines of the front under an error.
const HEADLINES: usize = 6;
/// How many of the newest stories are compared with the words of a missing address.
const RECENT: usize = 200;
/// Stories suggested.
const SUGGESTED: usize = 3;

#[derive(Serialize)]
struct Own<'a> {
    error: ErrorView<'a>,
    suggestions: Vec<CardView>,
    headlines: Vec<CardView>,
}

#[derive(Serialize)]
struct ErrorView<'a> {
    status: u16,
    key: &'static str,
    /// The more particular code, such as `story-gone`.
    code: &'static str,
    reason: Option<&'a str>,
    request_id: Option<&'a str>,
    /// The words of the address, to be searched for.
    words: String,
}

/// What is known of the request that an error page answers; nothing where the page was here and has gone.
#[derive(Default)]
pub(crate) struct Asked<'a> {
    /// What was asked for; empty: nothing is suggested.
    pub(crate) path: &'a str,
    pub(crate) request_id: Option<&'a str>,
    /// The stories that the search index has for the words of the address; `None` when it was not asked.
    pub(crate) found: Option<Vec<StoryId>>,
}

/// An error page with headlines, from the snapshot of `conn`.
pub(crate) async fn page(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    error: &WebError,
    asked: Asked<'_>,
    position: i64,
) -> Result<Rendered, WebError> {
    let Asked {
        path,
        request_id,
        found,
    } = asked;
    let words = words(path);
    let looks = error.kind() == ErrorKind::NotFound && !words.is_empty();
    let wanted = if looks && found.is_none() {
        RECENT
    } else {
        HEADLINES + SUGGESTED
    };
    let recent = public::newest(conn, now, view.entry.id, view.entry.id, wanted)
        .await
        .map_err(store_error)?;
    let suggested = match found {
        _ if !looks => Vec::new(),
        None => suggest(&words, &recent),
        Some(found) => {
            let mut seen = public::visible(conn, now, view.entry.id, &found)
                .await
                .map_err(store_error)?;
            seen.sort_by_key(|card| found.iter().position(|id| *id == card.story));
            seen.truncate(SUGGESTED);
            seen
        }
    };
    let headlines: Vec<Card> = recent
        .into_iter()
        .filter(|card| !suggested.contains(card))
        .take(HEADLINES)
        .collect();
    let stories: Vec<StoryId> = suggested.iter().chain(&headlines).map(|card| card.story).collect();
    let html = write(view, error, &words, request_id, suggested, headlines)?;
    Ok(Rendered::html(html, position)
        .status(error.status())
        .keys(keys::whole_site(view.entry.id))
        .stories(stories))
}

/// What the search index is asked for a missing address; nothing for one without words, or for another error.
pub(crate) fn wanted(view: &SiteView, error: &WebError, path: &str, now: Timestamp) -> Option<SearchRequest> {
    let words = words(path);
    if error.kind() != ErrorKind::NotFound || words.is_empty() {
        return None;
    }
    Some(SearchRequest {
        words: Words::read(&words.join(" "), &view.entry.language),
        lists: vec![view.entry.id.0],
        from: None,
        to: None,
        now,
        // The index may hold some that readers don't see any more.
        limit: 2 * SUGGESTED,
        offset: 0,
    })
}

/// An error page without anything from the store: for when the store is what failed.
pub(crate) fn bare(view: &SiteView, error: &WebError, path: &str, request_id: &str) -> Result<String, WebError> {
    write(view, error, &words(path), Some(request_id), Vec::new(), Vec::new())
}

fn write(
    view: &SiteView,
    error: &WebError,
    words: &[String],
    request_id: Option<&str>,
    suggestions: Vec<Card>,
    headlines: Vec<Card>,
) -> Result<String, WebError> {
    let key = error.kind().code();
    // Only the words for the kind exist in every language; the title of the page is the status and the site.
    let mut page = Page::new(view, &error.status().as_u16().to_string(), "/");
    page.canonical.clear();
    page.robots = "noindex";
    let own = Own {
        error: ErrorView {
            status: error.status().as_u16(),
            key,
            code: error.stable_code(),
            reason: error.shown_detail().filter(|detail| !detail.trim().is_empty()),
            request_id: request_id.filter(|_| error.kind().is_server_fault()),
            words: words.join(" "),
        },
        suggestions: cards::cards(view, suggestions),
        headlines: cards::cards(view, headlines),
    };
    Ok(view.voice.render("error.html", &whole(view, &page, &own))?)
}

/// The words of an address: what is not a number, not a suffix, and long enough to mean something.
fn words(path: &str) -> Vec<String> {
    let plain = url::form_urlencoded::parse(path.as_bytes())
        .map(|(text, _)| text.into_owned())
        .next()
        .unwrap_or_default();
    plain
        .split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() >= 3 && !word.chars().all(|c| c.is_ascii_digit()))
        .filter(|word| !matches!(word.as_str(), "html" | "htm" | "php" | "aspx" | "index" | "www"))
        .take(12)
        .collect()
}

/// The recent stories whose headlines share the most words with the address; at least two, or all there are.
fn suggest(words: &[String], recent: &[Card]) -> Vec<Card> {
    let needed = words.len().min(2);
    let mut scored: Vec<(usize, usize, &Card)> = recent
        .iter()
        .enumerate()
        .filter_map(|(age, card)| {
            let headline = card.headline.to_lowercase();
            let parts: Vec<&str> = headline.split(|c: char| !c.is_alphanumeric()).collect();
            let shared = words.iter().filter(|word| parts.contains(&word.as_str())).count();
            (shared >= needed).then_some((shared, age, card))
        })
        .collect();
    scored.sort_by_key(|(shared, age, _)| (std::cmp::Reverse(*shared), *age));
    scored
        .into_iter()
        .take(SUGGESTED)
        .map(|(_, _, card)| card.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_an_address_are_those_that_mean_something() {
        assert_eq!(
            words("/2014/09/world/Sea-wall_failed-20140915.html"),
            ["world", "sea", "wall", "failed"]
        );
        assert_eq!(words("/%C3%A9t%C3%A9s/x"), ["étés"]);
        assert!(words("/").is_empty());
        assert!(words("/%00%ff/..").is_empty());
    }
}
