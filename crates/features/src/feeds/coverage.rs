//! The feed of a live story: its entries, each with its own address.

use super::{ENTRIES, written};
use crate::app::App;
use crate::pages::coverage::{address, name};
use crate::pages::{SiteView, store_error};
use masthead_domain::time::Timestamp;
use masthead_formats::feeds::write::{self, FeedAuthor, FeedDocument, FeedEntry};
use masthead_formats::html;
use masthead_store::Conn;
use masthead_store::public::{self, Found, NEWEST_ENTRIES};
use masthead_web::errors::WebError;
use masthead_web::press::{LogPosition, Rendered};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{FeedFormat, FeedScope, Route};

/// The newest entries of the story of `scope`; 404 for one that was never covered live.
pub(super) async fn feed(
    app: &App,
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    (scope, format): (&FeedScope<'_>, FeedFormat),
    position: LogPosition,
) -> Result<Rendered, WebError> {
    // The address of a feed is that of its subject with a name behind it.
    let path = scope.to_string();
    let story = match public::at_path(conn, now, view.entry.id, &path)
        .await
        .map_err(store_error)?
    {
        Found::Story(story, _) => story,
        Found::Gone { reason, .. } => return Err(WebError::gone(reason).code("story-gone")),
        Found::Moved(_) | Found::Nothing => return Err(WebError::not_found()),
    };
    if public::coverage(conn, now, story.id)
        .await
        .map_err(store_error)?
        .is_none()
    {
        return Err(WebError::not_found());
    }
    let found = public::entries(conn, now, story.id, NEWEST_ENTRIES, ENTRIES)
        .await
        .map_err(store_error)?;
    let updated = found.iter().map(|entry| entry.edited_at.unwrap_or(entry.at)).max();
    let updated = updated.unwrap_or(story.published);
    let entries = found.into_iter().map(|entry| {
        let (id, title) = (entry.id, name(&entry));
        let (at, edited) = (entry.at, entry.edited_at);
        let mut body = entry.text.body;
        write::absolute(&mut body, &view.entry.origin);
        let text = html::from_document(&body, &mut |_, _| {});
        let author = (!entry.text.author.is_empty()).then_some(FeedAuthor {
            name: entry.text.author,
            url: None,
        });
        FeedEntry {
            id: format!("urn:uuid:{id}"),
            url: view.absolute(&address(&path, id)),
            title,
            content_html: (!text.is_empty()).then_some(text),
            published: at,
            updated: edited.unwrap_or(at),
            authors: author.into_iter().collect(),
            ..FeedEntry::default()
        }
    });
    let document = FeedDocument {
        title: format!("{} – {}", view.entry.name, story.content.headline),
        description: story.content.standfirst.clone(),
        page_url: view.absolute(&path),
        own_url: view.absolute(&Route::Feed(scope.clone(), format).to_string()),
        language: view.entry.language.clone(),
        hub: app.hub.clone(),
        updated,
        entries: entries.collect(),
        ..FeedDocument::default()
    };
    let mut rendered = written(&document, format, position)
        .keys([SurrogateKey::site(view.entry.id), SurrogateKey::story(story.id)])
        .stories([story.id]);
    rendered.last_modified = Some(updated);
    Ok(rendered)
}
