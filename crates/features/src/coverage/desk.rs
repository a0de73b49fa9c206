//! A live story at the desk, at `/desk/stories/{id}/live`: its coverage, the form of a new entry, and the entries with
//! what can be done to each. Plain forms; a picture travels with its entry.

use super::{Amend, LiveError, Marks, Turn, amend, publish, turn};
use crate::comments::Decider;
use crate::desk::{self, Here, Mistakes, Wrong, named, of_text, taken, unknown_pictures, words};
use crate::pages::page::excerpt;
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use masthead_domain::coverage::{CoverageError, EntryText};
use masthead_domain::desk::{Act, may};
use masthead_domain::document::{Document, PictureBlock};
use masthead_domain::ids::{EntryId, PictureId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::StoryState;
use masthead_domain::time::Timestamp;
use masthead_formats::manuscript;
use masthead_store::coverage::{self as rows, EntryRecord};
use masthead_store::public::NEWEST_ENTRIES;
use masthead_store::stories::StoryRecord;
use masthead_store::{Conn, desk as desk_rows, stories as story_rows};
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page};
use serde::Serialize;
use std::collections::BTreeMap;

/// Entries of a page.
const PAGE: usize = 30;
/// Characters of an entry's text that its line shows.
const EXCERPT: usize = 220;

#[derive(Serialize)]
struct Own {
    id: String,
    headline: String,
    /// `none`, `under-way` or `ended`.
    coverage: &'static str,
    began: Option<i64>,
    ended: Option<i64>,
    /// Whether the person may change anything here.
    may: bool,
    /// Whether readers see the story, and so each entry at once.
    is_out: bool,
    addresses: Vec<(String, String)>,
    form: Option<Form>,
    wrong: BTreeMap<&'static str, Vec<String>>,
    /// What an entry says that somebody else saved meanwhile.
    theirs: Option<String>,
    entries: Vec<Line>,
    older: Option<String>,
    done: String,
}

/// What the fields of an entry's form hold, as they were typed.
#[derive(Clone, Debug, Default, Serialize)]
struct Form {
    /// The entry's id; for a new one the id that it will have, so that sending the form twice makes one entry.
    entry: String,
    /// The version that the form began from; 0 for a new entry.
    version: i64,
    headline: String,
    body: String,
    author: String,
    key: bool,
    pin: bool,
    alt: String,
    caption: String,
    credit: String,
}

#[derive(Serialize)]
struct Line {
    id: String,
    at: i64,
    edited: Option<i64>,
    headline: String,
    text: String,
    author: String,
    key: bool,
    pinned: bool,
    pictures: usize,
}

impl Form {
    fn of_fields(fields: &Fields, entry: String) -> Self {
        let line = |name: &str| fields.get(name).split_whitespace().collect::<Vec<_>>().join(" ");
        Self {
            entry,
            version: fields.get("version").parse().unwrap_or(0),
            headline: line("headline"),
            body: fields.get("body").replace("\r\n", "\n"),
            author: line("author"),
            key: fields.has("key"),
            pin: fields.has("pin"),
            alt: line("picture-alt"),
            caption: line("picture-caption"),
            credit: line("picture-credit"),
        }
    }

    fn of_record(record: &EntryRecord) -> Self {
        let entry = &record.entry;
        Self {
            entry: entry.id.to_string(),
            version: record.version,
            headline: entry.text.headline.clone(),
            body: manuscript::write(&entry.text.body, &entry.text.body),
            author: entry.text.author.clone(),
            key: entry.is_key,
            pin: entry.is_pinned,
            ..Self::default()
        }
    }

    const fn marks(&self) -> Marks {
        Marks {
            is_key: self.key,
            is_pinned: self.pin,
        }
    }
}

/// A story with its coverage, as this person may see it.
struct Loaded {
    story: StoryRecord,
    coverage: Option<masthead_domain::coverage::Coverage>,
    may: bool,
}

async fn load(conn: &mut Conn, visit: &Visit) -> Result<Loaded, WebError> {
    let viewer = visit.viewer()?;
    let (story, sites) = desk::story(conn, viewer, visit.parameter("id")).await?;
    let begun = desk_rows::begun_by(conn, story.id).await.map_err(store_error)?;
    let own = begun.is_some_and(|who| who == named(&Decider::from(viewer)));
    let standing = &story.standing;
    let is_out = matches!(standing.state, StoryState::Published | StoryState::Scheduled);
    let may = standing.state != StoryState::Killed
        && may(&viewer.grants, Act::Save.permission(standing, own), &sites)
        && (!is_out || may(&viewer.grants, Permission::StoriesPublish, &sites));
    let coverage = rows::of_story(conn, story.id).await.map_err(store_error)?;
    Ok(Loaded { story, coverage, may })
}

/// The entry of an address, where it stands in that story.
async fn entry(conn: &mut Conn, visit: &Visit, story: StoryId) -> Result<EntryRecord, WebError> {
    let id: EntryId = visit.parameter("entry").parse().map_err(|_| WebError::not_found())?;
    let found = rows::entry(conn, id).await.map_err(store_error)?;
    found
        .filter(|record| record.story == story && record.removed_at.is_none())
        .ok_or_else(WebError::not_found)
}

/// What a page says beside its form.
#[derive(Default)]
struct Beside {
    mistakes: Mistakes,
    theirs: Option<String>,
    done: String,
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    loaded: Loaded,
    form: Option<Form>,
    beside: Beside,
) -> Result<Response, WebError> {
    let voice = desk::voice(visit).await?;
    let story = &loaded.story;
    let before = match visit.query().get("after") {
        "" => NEWEST_ENTRIES,
        text => Cursor::parse(text).map(|cursor| (cursor.at, EntryId(cursor.id)))?,
    };
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = rows::entries(&mut conn, story.id, before, PAGE + 1)
        .await
        .map_err(store_error)?;
    let places = story_rows::placements(&mut conn, story.id).await.map_err(store_error)?;
    drop(conn);
    let part = Page::from_rows(found, PAGE, |record: &EntryRecord| {
        Cursor::new(record.entry.at, record.entry.id)
    });
    let title = desk::say(&voice, "desk-live-title", &[("headline", &story.headline)])?;
    let own = Own {
        id: story.id.to_string(),
        headline: story.headline.clone(),
        coverage: match loaded.coverage {
            None => "none",
            Some(coverage) if coverage.is_under_way() => "under-way",
            Some(_) => "ended",
        },
        began: loaded.coverage.map(|coverage| coverage.began_at.as_micros()),
        ended: loaded
            .coverage
            .and_then(|coverage| coverage.ended_at)
            .map(Timestamp::as_micros),
        may: loaded.may,
        is_out: story.standing.is_visible(visit.app().now()),
        addresses: desk::addresses(&visit.app().sites(), &places),
        form,
        wrong: words(&voice, &beside.mistakes)?,
        theirs: beside.theirs,
        entries: part.items.into_iter().map(line).collect(),
        older: part
            .next
            .map(|cursor| format!("/desk/stories/{}/live?after={cursor}", story.id)),
        done: beside.done,
    };
    desk::page(visit, status, (Here::Stories, "desk/coverage.html", title), &own).await
}

fn line(record: EntryRecord) -> Line {
    let EntryRecord { entry, .. } = record;
    Line {
        id: entry.id.to_string(),
        at: entry.at.as_micros(),
        edited: entry.edited_at.map(Timestamp::as_micros),
        text: excerpt(&entry.text.body.to_plain(), EXCERPT),
        pictures: entry.text.body.pictures().len(),
        headline: entry.text.headline,
        author: entry.text.author,
        key: entry.is_key,
        pinned: entry.is_pinned,
    }
}

/// The form of a new entry, where the person may write one now.
fn blank(visit: &Visit, loaded: &Loaded) -> Result<Option<Form>, WebError> {
    let takes = loaded.may && loaded.coverage.is_some_and(|coverage| coverage.is_under_way());
    let form = Form {
        entry: EntryId::new(visit.app().ids.as_ref()).to_string(),
        author: visit.viewer()?.name().to_owned(),
        ..Form::default()
    };
    Ok(takes.then_some(form))
}

/// `GET /desk/stories/{id}/live`
///
/// # Errors
/// 404 for a story of other desks.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = load(&mut conn, &visit).await?;
    drop(conn);
    let form = blank(&visit, &loaded)?;
    let beside = Beside {
        done: visit.query().get("done").chars().take(24).collect(),
        ..Beside::default()
    };
    page(&visit, StatusCode::OK, loaded, form, beside).await
}

/// `GET /desk/stories/{id}/live/{entry}`: an entry's form.
///
/// # Errors
/// 404 for a story of other desks, and for an entry that was removed.
pub async fn edit(visit: Visit) -> Result<Response, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = load(&mut conn, &visit).await?;
    let record = entry(&mut conn, &visit, loaded.story.id).await?;
    drop(conn);
    let form = loaded.may.then(|| Form::of_record(&record));
    page(&visit, StatusCode::OK, loaded, form, Beside::default()).await
}

/// `POST /desk/stories/{id}/coverage`: `turn` is `begin` or `end`.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn cover(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let story: StoryId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let (wanted, word) = match fields.get("turn") {
        "begin" => (Turn::Begin, "begun"),
        "end" => (Turn::End, "ended"),
        _ => return Err(WebError::bad_request("Coverage begins or ends.")),
    };
    let by = Decider::from(visit.viewer()?);
    let done = match turn(visit.app(), &by, story, wanted).await {
        Ok(_) => word,
        // Somebody was faster: it is as it was wished.
        Err(LiveError::Rule(CoverageError::UnderWay | CoverageError::NotUnderWay)) => word,
        Err(error) => return Err(error.into()),
    };
    Ok(see_other(&format!("/desk/stories/{story}/live?done={done}")))
}

/// `POST /desk/stories/{id}/live`: a new entry.
///
/// # Errors
/// 404 for a story of other desks.
pub async fn add(visit: Visit) -> Result<Response, WebError> {
    let (fields, file) = visit.parts().await?;
    let id = fields.get("entry").parse().ok();
    let id = id.unwrap_or_else(|| EntryId::new(visit.app().ids.as_ref()));
    let mut form = Form::of_fields(&fields, id.to_string());
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = load(&mut conn, &visit).await?;
    drop(conn);
    let (text, mistakes) = read(&visit, &mut form, (&fields, file), &Document::default()).await?;
    if !mistakes.is_empty() {
        return wrong(&visit, loaded, form, mistakes).await;
    }
    let (by, story) = (Decider::from(visit.viewer()?), loaded.story.id);
    match publish(visit.app(), &by, story, id, text, form.marks()).await {
        Ok(()) => Ok(see_other(&format!("/desk/stories/{story}/live?done=published"))),
        Err(error) => refused(&visit, loaded, form, error).await,
    }
}

/// `POST /desk/stories/{id}/live/{entry}`: other words for an entry.
///
/// # Errors
/// 404 for a story of other desks, and for an entry that was removed.
pub async fn save(visit: Visit) -> Result<Response, WebError> {
    let (fields, file) = visit.parts().await?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = load(&mut conn, &visit).await?;
    let record = entry(&mut conn, &visit, loaded.story.id).await?;
    drop(conn);
    let id = record.entry.id;
    let mut form = Form::of_fields(&fields, id.to_string());
    let (text, mistakes) = read(&visit, &mut form, (&fields, file), &record.entry.text.body).await?;
    if !mistakes.is_empty() {
        return wrong(&visit, loaded, form, mistakes).await;
    }
    let (by, story) = (Decider::from(visit.viewer()?), loaded.story.id);
    let say = Amend::Say(text, form.marks(), form.version);
    match amend(visit.app(), &by, story, id, say).await {
        Ok(()) => Ok(see_other(&format!("/desk/stories/{story}/live?done=saved"))),
        Err(error) => refused(&visit, loaded, form, error).await,
    }
}

/// `POST /desk/stories/{id}/live/{entry}/marks`: `act` is `key`, `unkey`, `pin`, `unpin` or `remove`.
///
/// # Errors
/// 404 for a story of other desks, and for an entry that was removed.
pub async fn mark(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let loaded = load(&mut conn, &visit).await?;
    let record = entry(&mut conn, &visit, loaded.story.id).await?;
    drop(conn);
    let marks = Marks {
        is_key: record.entry.is_key,
        is_pinned: record.entry.is_pinned,
    };
    let (wish, word) = match fields.get("act") {
        "key" => (Amend::Mark(Marks { is_key: true, ..marks }), "saved"),
        "unkey" => (Amend::Mark(Marks { is_key: false, ..marks }), "saved"),
        "pin" => (
            Amend::Mark(Marks {
                is_pinned: true,
                ..marks
            }),
            "saved",
        ),
        "unpin" => (
            Amend::Mark(Marks {
                is_pinned: false,
                ..marks
            }),
            "saved",
        ),
        "remove" => (Amend::Remove, "removed"),
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    let (by, story) = (Decider::from(visit.viewer()?), loaded.story.id);
    let done = match amend(visit.app(), &by, story, record.entry.id, wish).await {
        Ok(()) => word,
        Err(LiveError::Rule(CoverageError::TooManyPinned)) => "pinned",
        Err(error) => return Err(error.into()),
    };
    Ok(see_other(&format!("/desk/stories/{story}/live?done={done}")))
}

/// What the form says, with its mistakes. A picture that came with it stands in the text from here on, so that it isn't
/// sent again with a form that comes back.
async fn read(
    visit: &Visit,
    form: &mut Form,
    (fields, file): (&Fields, Bytes),
    before: &Document,
) -> Result<(EntryText, Mistakes), WebError> {
    let mut mistakes = Mistakes::new();
    if !file.is_empty() {
        match taken(visit.app(), fields, file).await? {
            Ok(block) => {
                let text = manuscript::write(&Document { blocks: vec![block] }, &Document::default());
                form.body = format!("{}\n\n{text}", form.body.trim_end()).trim_start().to_owned();
                (form.alt, form.caption, form.credit) = Default::default();
            }
            Err(wrong) => {
                mistakes.insert("picture", wrong);
            }
        }
    }
    let found = manuscript::read(&form.body, before);
    let mut of_body: Vec<Wrong> = found.mistakes.iter().map(of_text).collect();
    let pictures = found.document.pictures();
    let shown: Vec<PictureId> = pictures.into_iter().filter_map(PictureBlock::stored).collect();
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    of_body.extend(unknown_pictures(&mut conn, &shown).await?);
    drop(conn);
    if !of_body.is_empty() {
        mistakes.insert("body", of_body);
    }
    let text = EntryText {
        headline: form.headline.clone(),
        body: found.document,
        author: form.author.clone(),
    };
    if mistakes.is_empty()
        && let Err(error) = text.check()
    {
        let (field, wrong) = of_rule(error);
        mistakes.insert(field, vec![wrong]);
    }
    Ok((text, mistakes))
}

/// Where on the form a rule is said, and how.
fn of_rule(error: CoverageError) -> (&'static str, Wrong) {
    use masthead_domain::coverage as rules;
    let characters = |most: usize| Wrong::new("desk-wrong-long", &most.to_string());
    match error {
        CoverageError::LongHeadline => ("headline", characters(rules::LONGEST_HEADLINE)),
        CoverageError::LongAuthor => ("author", characters(rules::LONGEST_AUTHOR)),
        CoverageError::LongText => ("body", characters(rules::LONGEST_TEXT)),
        CoverageError::TooManyPinned => ("pin", Wrong::new("desk-wrong-pinned", &rules::MOST_PINNED.to_string())),
        CoverageError::NotUnderWay | CoverageError::UnderWay => ("entry", Wrong::new("desk-wrong-not-live", "")),
        CoverageError::Removed => ("entry", Wrong::new("desk-wrong-removed", "")),
        CoverageError::Empty => ("body", Wrong::new("desk-wrong-empty-entry", "")),
    }
}

async fn wrong(visit: &Visit, loaded: Loaded, form: Form, mistakes: Mistakes) -> Result<Response, WebError> {
    let beside = Beside {
        mistakes,
        ..Beside::default()
    };
    page(visit, StatusCode::UNPROCESSABLE_ENTITY, loaded, Some(form), beside).await
}

/// A refused entry is still in its box.
async fn refused(visit: &Visit, loaded: Loaded, mut form: Form, error: LiveError) -> Result<Response, WebError> {
    match error {
        LiveError::Rule(error) => {
            let (field, said) = of_rule(error);
            wrong(visit, loaded, form, [(field, vec![said])].into()).await
        }
        LiveError::Clash(theirs) => {
            let is_new = form.version == 0;
            // Saved once more, what is in the box replaces what they wrote; a new entry gets an id of its own.
            if is_new {
                form.entry = EntryId::new(visit.app().ids.as_ref()).to_string();
            } else {
                form.version = theirs.version;
            }
            let said = Form::of_record(&theirs);
            let beside = Beside {
                theirs: Some(format!("{}\n\n{}", said.headline, said.body)),
                ..Beside::default()
            };
            page(visit, StatusCode::CONFLICT, loaded, Some(form), beside).await
        }
        error => Err(error.into()),
    }
}

impl From<LiveError> for WebError {
    fn from(error: LiveError) -> Self {
        match error {
            LiveError::Desk(error) => error.into(),
            LiveError::Rule(error) => Self::bad_request(error.to_string()),
            LiveError::Clash(_) => Self::new(masthead_web::errors::ErrorKind::Conflict).code("entry-changed"),
        }
    }
}
