//! A live story as its page shows it: pinned entries, key moments, the entries from the newest on, and what of them is
//! new to a reader who has the page open.
//!
//! The page holds its newest entries, and a later part of them has an address of its own, so that the thousandth entry
//! costs nobody anything who reads the first. `/live/stories/<id>.json` names the newest entries: whoever waits compares
//! them with what is on the page, and is right after a sleep of a minute or a week.

use super::body;
use super::json_ld::{BlogPosting, LiveBlog};
use super::story::{Around, BylineView, bylines};
use super::view::SiteView;
use super::{keys, store_error};
use crate::app::App;
use crate::coverage::MOST_HANDED_ON;
use jiff::tz::TimeZone;
use masthead_domain::coverage::{Coverage, Entry, with_entries};
use masthead_domain::document::Document;
use masthead_domain::ids::{EntryId, StoryId};
use masthead_domain::stories::Byline;
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, NEWEST_ENTRIES, PublicPicture};
use masthead_store::{Conn, StoreError};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use serde::Serialize;
use std::fmt::Write as _;

/// Entries of a page.
const PAGE: usize = 20;
/// Key moments that are listed.
const MOST_KEY: usize = 12;
/// Characters of an entry's text by which one without a headline is named.
const NAME: usize = 80;

/// What of a live story is asked for, from the query of its address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Asked {
    /// The place behind which the page begins.
    pub(crate) after: Option<Cursor>,
    /// The entry with which it begins.
    pub(crate) entry: Option<EntryId>,
}

/// What was read of a live story.
pub(crate) struct Read {
    coverage: Coverage,
    pinned: Vec<Entry>,
    key: Vec<Entry>,
    entries: Vec<Entry>,
    /// The newest entry of all.
    newest: Option<Cursor>,
    next: Option<Cursor>,
    /// The entry that was asked for.
    target: Option<EntryId>,
    /// Whether the page begins with the newest.
    is_first: bool,
}

/// A live story as its template gets it.
#[derive(Serialize)]
pub(super) struct LiveView {
    story: String,
    under_way: bool,
    began: i64,
    ended: Option<i64>,
    /// The place of the newest entry; empty while there is none.
    cursor: String,
    pinned: Vec<EntryView>,
    key: Vec<KeyView>,
    entries: Vec<EntryView>,
    older: Option<String>,
    /// The page that begins with the newest, where this is another.
    first: Option<String>,
}

#[derive(Serialize)]
struct EntryView {
    id: String,
    cursor: String,
    href: String,
    at: i64,
    edited: Option<i64>,
    headline: String,
    /// HTML.
    body: String,
    byline: Option<BylineView>,
    key: bool,
    target: bool,
}

#[derive(Serialize)]
struct KeyView {
    href: String,
    at: i64,
    name: String,
}

fn place(entry: &Entry) -> Cursor {
    Cursor::new(entry.at, entry.id)
}

/// Reads what is asked for, in the page's snapshot; nothing of a story that is not covered live.
pub(super) async fn read(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    asked: Asked,
) -> Result<Option<Read>, StoreError> {
    let Some(coverage) = public::coverage(conn, now, story).await? else {
        return Ok(None);
    };
    let named = match asked.entry {
        Some(id) => public::entry(conn, now, story, id).await?,
        None => None,
    };
    let behind = named.as_ref().map(place).or(asked.after);
    let is_first = behind.is_none();
    let before = behind.map_or(NEWEST_ENTRIES, |cursor| (cursor.at, EntryId(cursor.id)));
    let rows = public::entries(conn, now, story, before, PAGE + 1).await?;
    let page = Page::from_rows(rows, PAGE, place);
    let newest = if is_first {
        page.items.first().map(place)
    } else {
        let newest = public::entries(conn, now, story, NEWEST_ENTRIES, 1).await?;
        newest.first().map(place)
    };
    let key = public::key_entries(conn, now, story, MOST_KEY).await?;
    // A later part begins where its reader wants to read on.
    let pinned = if is_first {
        public::pinned_entries(conn, now, story, masthead_domain::coverage::MOST_PINNED).await?
    } else {
        Vec::new()
    };
    let mut entries = page.items;
    // No entry stands twice on a page.
    entries.retain(|entry| !pinned.iter().any(|other| other.id == entry.id));
    let target = named.as_ref().map(|entry| entry.id);
    if let Some(named) = named {
        entries.insert(0, named);
    }
    Ok(Some(Read {
        coverage,
        pinned,
        key,
        entries,
        newest,
        next: page.next,
        target,
        is_first,
    }))
}

impl LiveView {
    /// Whether there is something to play among the entries.
    pub(super) fn plays(&self) -> bool {
        self.pinned
            .iter()
            .chain(&self.entries)
            .any(|entry| entry.body.contains(body::PLAYER))
    }
}

impl Read {
    /// For the template. `path` is the story's on this site.
    pub(super) fn view(
        &self,
        view: &SiteView,
        story: (StoryId, &str, &str),
        around: &Around,
    ) -> Result<LiveView, WebError> {
        let (id, path, headline) = story;
        let shown = |all: &[Entry]| {
            all.iter()
                .map(|entry| self.entry(view, entry, (path, headline), around))
                .collect::<Result<Vec<_>, _>>()
        };
        let on_page: Vec<EntryId> = self.pinned.iter().chain(&self.entries).map(|entry| entry.id).collect();
        let key = self.key.iter().map(|entry| KeyView {
            href: if on_page.contains(&entry.id) {
                format!("#entry-{}", entry.id)
            } else {
                address(path, entry.id)
            },
            at: entry.at.as_micros(),
            name: name(entry),
        });
        Ok(LiveView {
            story: id.to_string(),
            under_way: self.coverage.is_under_way(),
            began: self.coverage.began_at.as_micros(),
            ended: self.coverage.ended_at.map(Timestamp::as_micros),
            cursor: self.newest.map(|cursor| cursor.to_string()).unwrap_or_default(),
            pinned: shown(&self.pinned)?,
            entries: shown(&self.entries)?,
            key: key.collect(),
            older: self.next.map(|cursor| format!("{path}?entries={cursor}#entries")),
            first: (!self.is_first).then(|| format!("{path}#entries")),
        })
    }

    fn entry(
        &self,
        view: &SiteView,
        entry: &Entry,
        (path, headline): (&str, &str),
        around: &Around,
    ) -> Result<EntryView, WebError> {
        let label = if entry.text.headline.is_empty() {
            headline
        } else {
            &entry.text.headline
        };
        let author = Byline {
            name: entry.text.author.clone(),
            ..Byline::default()
        };
        Ok(EntryView {
            id: entry.id.to_string(),
            cursor: place(entry).to_string(),
            href: address(path, entry.id),
            at: entry.at.as_micros(),
            edited: entry.edited_at.map(Timestamp::as_micros),
            headline: entry.text.headline.clone(),
            body: body::write_under(3, entry.text.body.clone(), &around.pictures, (view, label))?,
            byline: bylines(&[author], around).pop(),
            key: entry.is_key,
            target: self.target == Some(entry.id),
        })
    }

    /// For schema.org. `url` is the story's address of record.
    pub(super) fn markup(&self, view: &SiteView, url: &str, pictures: &[PublicPicture]) -> LiveBlog {
        let posting = |entry: &Entry| BlogPosting {
            kind: "BlogPosting",
            url: address(url, entry.id),
            headline: name(entry),
            published: view.machine(entry.at),
            modified: entry.edited_at.map(|at| view.machine(at)),
            body: entry.text.body.to_plain(),
            image: super::story::first_of(entry.text.body.pictures(), pictures)
                .and_then(|(stored, _)| super::largest_plain(stored))
                .map(|(href, _)| view.absolute(&href)),
            author: json_author(&entry.text.author),
        };
        LiveBlog {
            began: view.machine(self.coverage.began_at),
            ended: self.coverage.ended_at.map(|at| view.machine(at)),
            updates: self.pinned.iter().chain(&self.entries).map(posting).collect(),
        }
    }
}

fn json_author(name: &str) -> Option<serde_json::Value> {
    (!name.is_empty()).then(|| serde_json::json!({ "@type": "Person", "name": name }))
}

/// An entry's own address. The anchor brings its reader to it, and the query a page that has it.
pub(crate) fn address(path: &str, entry: EntryId) -> String {
    format!("{path}?entry={entry}#entry-{entry}")
}

/// What an entry is called in lists: its headline, or the beginning of its text.
pub(crate) fn name(entry: &Entry) -> String {
    if entry.text.headline.is_empty() {
        super::page::excerpt(&entry.text.body.to_plain(), NAME)
    } else {
        entry.text.headline.clone()
    }
}

/// The entries' places that a story's readers compare theirs with, newest first, as JSON in one line; nothing of a story
/// that readers don't see or that was never covered live.
async fn newest_of(conn: &mut Conn, now: Timestamp, story: StoryId) -> Result<Option<String>, StoreError> {
    let Some(coverage) = public::coverage(conn, now, story).await? else {
        return Ok(None);
    };
    let entries = public::entries(conn, now, story, NEWEST_ENTRIES, PAGE).await?;
    let cursor = entries
        .first()
        .map(|entry| place(entry).to_string())
        .unwrap_or_default();
    let mut text = format!(
        "{{\"story\":\"{story}\",\"live\":{},\"whole\":{},\"cursor\":\"{cursor}\",\"entries\":[",
        coverage.is_under_way(),
        entries.len() < PAGE
    );
    for (position, entry) in entries.iter().enumerate() {
        // The cursor's alphabet needs no escape, and writing to a string can't fail.
        let _infallible = write!(text, "{}\"{}\"", if position == 0 { "" } else { "," }, place(entry));
    }
    text.push_str("]}");
    Ok(Some(text))
}

/// What the streams of a story's readers are told after it changed; nothing where it is not covered live.
///
/// # Errors
/// When the store can't answer.
pub async fn news(app: &App, story: StoryId) -> Result<Option<String>, StoreError> {
    newest_of(&mut app.db.reader().await?, app.now(), story).await
}

/// `/live/stories/<id>.json`
pub(super) async fn newest(app: &App, view: &SiteView, story: StoryId) -> Result<Rendered, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let found = newest_of(&mut conn, app.now(), story).await.map_err(store_error)?;
    let body = found.ok_or_else(WebError::not_found)?;
    Ok(
        Rendered::new("application/json", body.into(), CachePolicy::LiveNewest, position)
            .keys(keys::site(view))
            .keys([SurrogateKey::story(story)])
            .stories([story]),
    )
}

/// A story's text with its entries behind it, newest first, for those who read one text. `zone` is the site's.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn whole_text(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    text: Document,
    zone: &TimeZone,
) -> Result<Document, StoreError> {
    if public::coverage(conn, now, story).await?.is_none() {
        return Ok(text);
    }
    let entries = public::entries(conn, now, story, NEWEST_ENTRIES, MOST_HANDED_ON).await?;
    Ok(with_entries(text, &entries, &|at| moment(at, zone)))
}

/// An entry's time as it stands before its headline in a text: an hour alone would be wrong the day after.
pub(crate) fn moment(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at.to_jiff());
    let (date, time) = (local.date(), local.time());
    format!("{date} {:02}:{:02}", time.hour(), time.minute())
}
