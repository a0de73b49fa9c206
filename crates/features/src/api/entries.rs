//! Entries of a live story in the content API, newest first.

use super::stories::body;
use super::{List, absent, after, begin, json, limit};
use crate::app::App;
use crate::pages::coverage::address;
use crate::pages::{Query, SiteView, canonical, store_error};
use masthead_domain::coverage::Entry;
use masthead_domain::ids::{EntryId, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, Found, NEWEST_ENTRIES};
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use serde::Serialize;

/// An entry.
#[derive(Serialize)]
struct EntryItem {
    id: String,
    url: String,
    published: Timestamp,
    edited: Option<Timestamp>,
    headline: String,
    body_html: String,
    body_text: String,
    author: String,
    key: bool,
    pinned: bool,
}

/// `/api/v1/stories/{id}/entries`
pub(super) async fn list(app: &App, view: &SiteView, id: &str, query: Query<'_>) -> Result<Rendered, WebError> {
    let missing = || absent("no-such-story", "There is no such story.");
    let id: StoryId = id.parse().map_err(|_| missing())?;
    let (limit, after) = (limit(query)?, after(query)?);
    let (mut conn, now, position) = begin(app).await?;
    let (story, places) = match public::by_id(&mut conn, now, id).await.map_err(store_error)? {
        Found::Story(story, places) => (story, places),
        Found::Gone { reason, .. } => return Err(WebError::gone(reason).code("story-gone")),
        Found::Moved(_) | Found::Nothing => return Err(missing()),
    };
    let before = after.map_or(NEWEST_ENTRIES, |cursor| (cursor.at, EntryId(cursor.id)));
    // A story that was never covered live has no entries, which is an answer.
    let rows = public::entries(&mut conn, now, id, before, limit + 1)
        .await
        .map_err(store_error)?;
    drop(conn);
    let url = canonical(view, &places).unwrap_or_else(|| view.absolute(&story.path));
    let origin = places
        .first()
        .and_then(|place| view.sites.site(place.site))
        .map_or(view.entry.origin.as_str(), |site| site.origin.as_str());
    let page = Page::from_rows(rows, limit, |entry: &Entry| Cursor::new(entry.at, entry.id));
    let next = page
        .next
        .map(|cursor| view.absolute(&format!("/api/v1/stories/{id}/entries?after={cursor}&limit={limit}")));
    let items = page.items.into_iter().map(|entry| EntryItem {
        id: entry.id.to_string(),
        url: address(&url, entry.id),
        published: entry.at,
        edited: entry.edited_at,
        headline: entry.text.headline,
        body_text: entry.text.body.to_plain(),
        body_html: body(entry.text.body, origin),
        author: entry.text.author,
        key: entry.is_key,
        pinned: entry.is_pinned,
    });
    let list = List {
        items: items.collect(),
        next,
    };
    Ok(json(&list, position)?
        .keys([SurrogateKey::story(id), SurrogateKey::site(view.entry.id)])
        .stories([id]))
}
