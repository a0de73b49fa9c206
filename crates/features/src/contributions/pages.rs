//! The pages of an author: the form, and what became of what was sent. Plain forms; a script beside the first one saves
//! while somebody writes, and counts.

use super::call_outs;
use super::picture_pages;
use super::pictures::{LONGEST_CAPTION, Words, describe};
use super::{ContributionError, Typed, consent, href, object, save, submit, withdraw};
use crate::accounts::Viewer;
use crate::app::App;
use crate::comments::Author;
use crate::comments::thread::body;
use crate::pages::store_error;
use crate::visit::{Fields, Visit, see_other};
use axum::body::Body;
use axum::response::Response;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use masthead_domain::contributions::{FEWEST_WORDS, Kind, LONGEST_MESSAGE, State, TERMS, words};
use masthead_domain::ids::{ContributionId, ProfileId};
use masthead_domain::revisions::{Stretch, compare};
use masthead_domain::time::Timestamp;
use masthead_store::contributions::call_outs::{self as call_out_rows, CallOut};
use masthead_store::contributions::pictures::{self as picture_rows, Near};
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::{Conn, StoreError, stories};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use serde::Serialize;
use uuid::Uuid;

/// Contributions that are listed on an account's page.
const LISTED: usize = 50;

#[derive(Serialize)]
struct Form<'a> {
    action: String,
    title: &'a str,
    text: &'a str,
    words: usize,
    fewest: usize,
    terms: &'static str,
    /// What is wrong, in words.
    wrong: Option<String>,
    /// The field that it is about: `title`, `text`, `agree` or the whole form.
    field: &'static str,
    /// Where a username is chosen, for who has none.
    username_href: Option<String>,
    verified: bool,
    saved: bool,
    /// Whether there is a draft to throw away.
    draft: bool,
    /// What the call-out asks, in a line, and more about it.
    call_out: Option<(String, String)>,
}

#[derive(Serialize)]
struct Own<'a> {
    kind: &'static str,
    title: &'a str,
    text: String,
    state: &'static str,
    moved: i64,
    sent: Option<i64>,
    publish: Option<i64>,
    message: &'a str,
    reason: &'a str,
    answer: &'a str,
    pictures: Vec<Thumb>,
    longest_caption: usize,
    /// What the desk changed, where it did.
    edits: Option<Edits>,
    version: i64,
    /// The form of a contribution that is with its author again.
    form: Option<Form<'a>>,
    action: String,
    open: bool,
    asked: bool,
    /// Where readers see it.
    story: Option<String>,
    wrong: Option<String>,
    longest: usize,
    done: &'static str,
}

#[derive(Serialize)]
pub(super) struct Edits {
    title: Vec<Stretch>,
    text: Vec<Stretch>,
}

/// The difference between what the author sent and what the desk made of it.
pub(super) fn edits(one: &Contribution) -> Option<Edits> {
    one.edited.as_ref().map(|(title, body)| Edits {
        title: compare(&one.title, title),
        text: compare(&one.body, body),
    })
}

/// A picture of a contribution, as its author and the desk see it.
#[derive(Serialize)]
pub(super) struct Thumb {
    pub(super) id: Uuid,
    pub(super) picture: String,
    src: String,
    width: u32,
    height: u32,
    file_name: String,
    caption: String,
    place: String,
    taken_on: String,
    near: Vec<Near>,
}

/// The pictures of a contribution in order.
pub(super) async fn thumbs(app: &App, id: ContributionId) -> Result<Vec<Thumb>, StoreError> {
    let all = picture_rows::of(&mut app.db.reader().await?, id).await?;
    Ok(all
        .into_iter()
        .map(|one| Thumb {
            src: format!("/contribute/files/{}", one.id),
            id: one.id,
            picture: one.picture.to_string(),
            width: one.width,
            height: one.height,
            file_name: one.file_name,
            caption: one.caption,
            place: one.place,
            taken_on: one.taken_on,
            near: one.near,
        })
        .collect())
}

/// A line of somebody's contributions on their account's page.
#[derive(Serialize)]
pub(crate) struct Line {
    title: String,
    kind: &'static str,
    state: &'static str,
    href: String,
    moved: i64,
}

/// Somebody's contributions, the newest first.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn lines(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Line>, StoreError> {
    let now = conn.now();
    let all = rows::of_profile(conn, profile, LISTED).await?;
    let mut lines = Vec::with_capacity(all.len());
    for one in all {
        lines.push(Line {
            state: shown_state(&one, now),
            kind: one.kind.name(),
            href: if one.standing.state == State::Draft {
                draft_href(conn, &one).await?
            } else {
                href(one.id)
            },
            moved: one.standing.moved_at.as_micros(),
            title: one.title,
        });
    }
    Ok(lines)
}

/// The state by the name of its message: what somebody at the desk has is claimed.
pub(super) fn shown_state(one: &Contribution, now: Timestamp) -> &'static str {
    if one.standing.state.waits_for_desk() && one.standing.claimed(now).is_some() {
        "claimed"
    } else {
        one.standing.state.name()
    }
}

/// The address of the form for stories.
fn action_of(call_out: Option<&CallOut>) -> String {
    call_out.map_or_else(|| "/contribute/story".into(), |one| call_outs::href(&one.slug))
}

/// Where somebody goes on with a draft.
async fn draft_href(conn: &mut Conn, one: &Contribution) -> Result<String, StoreError> {
    let call_out = match one.call_out {
        Some(id) => call_out_rows::one(conn, id).await?,
        None => None,
    };
    Ok(match (call_out, one.kind) {
        (Some(call_out), _) => call_outs::href(&call_out.slug),
        (None, Kind::Story) => "/contribute/story".into(),
        (None, Kind::Pictures) => "/contribute/pictures".into(),
    })
}

/// What is wrong, in words, and the field beside which it is said.
pub(super) async fn wrong(
    visit: &Visit,
    error: &ContributionError,
) -> Result<Option<(String, &'static str)>, WebError> {
    let Some(key) = error.message() else { return Ok(None) };
    let (number, field) = match error {
        ContributionError::Text(text) => (
            text.number(),
            match text.code() {
                "no-title" | "long-title" => "title",
                _ => "text",
            },
        ),
        ContributionError::NoTerms => (0, "agree"),
        _ => (0, "form"),
    };
    let mut words = visit.count(&key, &[("count", number)]).await?;
    if let ContributionError::Suspended { message, .. } = error {
        words = format!("{words} {message}");
    }
    Ok(Some((words, field)))
}

/// The status of a form that comes back.
pub(super) const fn status_of(error: &ContributionError) -> StatusCode {
    match error {
        ContributionError::NotVerified | ContributionError::NotNamed | ContributionError::Suspended { .. } => {
            StatusCode::FORBIDDEN
        }
        ContributionError::Standing(_) | ContributionError::Changed | ContributionError::TooManyOpen => {
            StatusCode::CONFLICT
        }
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn form<'a>(viewer: &Viewer, action: &str, title: &'a str, text: &'a str) -> Form<'a> {
    Form {
        action: action.to_owned(),
        title,
        text,
        words: words(text),
        fewest: FEWEST_WORDS,
        terms: TERMS,
        wrong: None,
        field: "",
        username_href: viewer.username.is_none().then(|| username_href(action)),
        verified: viewer.email_verified_at.is_some(),
        saved: false,
        draft: false,
        call_out: None,
    }
}

pub(super) fn username_href(back: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return", back)
        .finish();
    format!("/account/username?{query}")
}

/// `GET /contribute/story`: the draft, or an empty form.
///
/// # Errors
/// When the store can't answer.
pub async fn story_form(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let call_out = call_outs::at(&visit).await?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let draft = rows::draft(
        &mut conn,
        viewer.profile,
        Kind::Story,
        call_out.as_ref().map(|one| one.id),
    )
    .await
    .map_err(store_error)?;
    drop(conn);
    let (title, text) = draft.as_ref().map_or(("", ""), |one| (&one.title, &one.body));
    let action = action_of(call_out.as_ref());
    let mut form = form(viewer, &action, title, text);
    form.call_out = call_out.map(|one| (one.title, one.about));
    form.saved = visit.query().has("saved");
    form.draft = draft.is_some();
    visit
        .page(StatusCode::OK, "contributions/story.html", "contribute-story", &form)
        .await
}

/// `POST /contribute/story`: keeps the draft, and sends it where that is asked for.
///
/// # Errors
/// What the person can mend comes back in the form.
pub async fn story(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let call_out = call_outs::at(&visit).await?;
    let action = action_of(call_out.as_ref());
    let typed = Typed {
        id: None,
        kind: Kind::Story,
        call_out: call_out.as_ref().map(|one| one.id),
        title: fields.get("title").to_owned(),
        body: fields.get("text").to_owned(),
    };
    if fields.get("act") == "discard" {
        return discard(&visit, Kind::Story, typed.call_out, &action).await;
    }
    let done = match save(visit.app(), viewer.profile, visit.info.site.id, typed).await {
        Ok(kept) if kept.standing.state != State::Draft => return Ok(see_other(&href(kept.id))),
        Ok(kept) => match fields.get("act") {
            "submit" => send_kept(&visit, viewer, &kept, &fields).await.map(Some),
            _ => Ok(None),
        },
        Err(error) => Err(error),
    };
    match done {
        Ok(Some(sent)) => Ok(see_other(&format!("{}?done=sent", href(sent.id)))),
        Ok(None) if visit.wants_json() => json(&serde_json::json!({
            "saved": visit.app().now(), "words": words(fields.get("text")),
        })),
        Ok(None) => Ok(see_other(&format!("{action}?saved=1"))),
        Err(error) if visit.wants_json() => Err(error.into()),
        Err(error) => {
            let Some((words, field)) = wrong(&visit, &error).await? else {
                return Err(error.into());
            };
            let mut form = form(viewer, &action, fields.get("title"), fields.get("text"));
            form.call_out = call_out.map(|one| (one.title, one.about));
            form.wrong = Some(words);
            form.field = field;
            visit
                .page(status_of(&error), "contributions/story.html", "contribute-story", &form)
                .await
        }
    }
}

pub(super) async fn discard(
    visit: &Visit,
    kind: Kind,
    call_out: Option<Uuid>,
    action: &str,
) -> Result<Response, WebError> {
    let (app, profile) = (visit.app(), visit.viewer()?.profile);
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let draft = rows::draft(&mut conn, profile, kind, call_out)
        .await
        .map_err(store_error)?;
    drop(conn);
    if let Some(draft) = draft {
        let thrown: Vec<Words> = thumbs(app, draft.id)
            .await
            .map_err(store_error)?
            .into_iter()
            .map(|thumb| Words {
                id: thumb.id,
                caption: String::new(),
                place: String::new(),
                taken_on: String::new(),
                remove: true,
            })
            .collect();
        describe(app, profile, draft.id, thrown).await?;
        withdraw(app, profile, draft.id).await?;
    }
    Ok(see_other(action))
}

/// Sends what was kept a moment ago.
pub(super) async fn send_kept(
    visit: &Visit,
    viewer: &Viewer,
    kept: &Contribution,
    fields: &Fields,
) -> Result<Contribution, ContributionError> {
    if viewer.email_verified_at.is_none() {
        return Err(ContributionError::NotVerified);
    }
    let author = Author::from(viewer);
    // Who sends pictures says of each of them that it is theirs, beside the terms.
    let agreed = fields.has("agree") && (kept.kind == Kind::Story || fields.has("own"));
    submit(visit.app(), &author, kept.id, agreed, fields.get("answer")).await
}

fn json(value: &serde_json::Value) -> Result<Response, WebError> {
    let mut response = Response::new(Body::from(value.to_string()));
    let head = response.headers_mut();
    head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    CachePolicy::NoStore.apply(head);
    Ok(response)
}

/// The contribution of the address, if it is the viewer's.
async fn mine(visit: &Visit) -> Result<Contribution, WebError> {
    let id: ContributionId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let profile = visit.viewer()?.profile;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let one = rows::one(&mut conn, id).await.map_err(store_error)?;
    one.filter(|one| one.profile == profile).ok_or_else(WebError::not_found)
}

/// `GET /contribute/<id>`: what became of a contribution of the viewer's own.
///
/// # Errors
/// 404 for somebody else's.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let one = mine(&visit).await?;
    if one.standing.state == State::Draft {
        let mut conn = visit.app().db.reader().await.map_err(store_error)?;
        let form = draft_href(&mut conn, &one).await.map_err(store_error)?;
        return Ok(see_other(&form));
    }
    page(&visit, &one, None, None).await
}

/// Words that say what was just done, by their keys.
const DONE: [&str; 4] = ["sent", "agreed", "objected", "saved"];

async fn page(
    visit: &Visit,
    one: &Contribution,
    typed: Option<&Fields>,
    error: Option<&ContributionError>,
) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let action = href(one.id);
    let said = match error {
        Some(error) => wrong(visit, error).await?,
        None => None,
    };
    let form = one.standing.state.is_with_author().then(|| {
        let (title, text) = typed
            .filter(|typed| typed.has("text"))
            .map_or((one.title.as_str(), one.body.as_str()), |typed| {
                (typed.get("title"), typed.get("text"))
            });
        let mut form = form(viewer, &action, title, text);
        if let Some((words, field)) = &said {
            form.wrong = Some(words.clone());
            form.field = field;
        }
        form
    });
    let query = visit.query();
    let own = Own {
        kind: one.kind.name(),
        title: &one.title,
        text: body(&one.body),
        state: shown_state(one, visit.app().now()),
        moved: one.standing.moved_at.as_micros(),
        sent: one.sent_at.map(Timestamp::as_micros),
        publish: one.standing.publish_at.map(Timestamp::as_micros),
        message: &one.message,
        reason: &one.reason,
        answer: typed.map_or(&one.answer, |typed| typed.get("answer")),
        pictures: thumbs(visit.app(), one.id).await.map_err(store_error)?,
        longest_caption: LONGEST_CAPTION,
        edits: edits(one),
        version: one.version,
        action,
        open: one.standing.state.is_open(),
        asked: one.standing.state == State::Accepted,
        story: story_href(visit.app(), one).await.map_err(store_error)?,
        wrong: said.filter(|_| form.is_none()).map(|(words, _)| words),
        form,
        longest: LONGEST_MESSAGE,
        done: DONE.iter().find(|done| **done == query.get("done")).unwrap_or(&""),
    };
    let status = error.map_or(StatusCode::OK, status_of);
    visit
        .page(status, "contributions/own.html", "contribution-title", &own)
        .await
}

/// The address of the story that was made of it, once readers see it.
pub(super) async fn story_href(app: &App, one: &Contribution) -> Result<Option<String>, StoreError> {
    let Some(story) = one.story else { return Ok(None) };
    let mut conn = app.db.reader().await?;
    let visible = stories::by_id(&mut conn, story)
        .await?
        .is_some_and(|story| story.standing.is_visible(app.now()));
    if !visible {
        return Ok(None);
    }
    let places = stories::placements(&mut conn, story).await?;
    let sites = app.sites();
    Ok(places.into_iter().find_map(|place| {
        let site = sites.site(place.placement.site)?;
        Some(format!("{}{}", site.origin, place.path?))
    }))
}

/// `POST /contribute/<id>`: sends it again, agrees, objects, takes it back.
///
/// # Errors
/// 404 for somebody else's; what the person can mend comes back in the page.
pub async fn act(visit: Visit) -> Result<Response, WebError> {
    let one = mine(&visit).await?;
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let (app, profile, id) = (visit.app(), viewer.profile, one.id);
    let typed = || Typed {
        id: Some(id),
        kind: one.kind,
        call_out: one.call_out,
        title: fields.get("title").to_owned(),
        body: fields.get("text").to_owned(),
    };
    if one.kind == Kind::Pictures && matches!(fields.get("act"), "save" | "submit") {
        match describe(app, profile, id, picture_pages::words(&fields)).await {
            Ok(()) => {}
            Err(error) if error.message().is_some() => return page(&visit, &one, Some(&fields), Some(&error)).await,
            Err(error) => return Err(error.into()),
        }
    }
    let done = match fields.get("act") {
        "save" => save(app, profile, one.site, typed()).await.map(|_| "saved"),
        "submit" => match save(app, profile, one.site, typed()).await {
            Ok(kept) => send_kept(&visit, viewer, &kept, &fields).await.map(|_| "sent"),
            Err(error) => Err(error),
        },
        "consent" => {
            let version = fields.get("version").parse().unwrap_or_default();
            consent(app, profile, id, version).await.map(|_| "agreed")
        }
        "object" => object(app, profile, id, fields.get("answer")).await.map(|_| "objected"),
        "withdraw" => withdraw(app, profile, id).await.map(|_| ""),
        _ => return Err(WebError::bad_request("There is no such act.")),
    };
    match done {
        Ok(_) if visit.wants_json() => json(&serde_json::json!({ "words": words(fields.get("text")) })),
        Ok("") => Ok(see_other(&href(id))),
        Ok(done) => Ok(see_other(&format!("{}?done={done}", href(id)))),
        Err(error) if error.message().is_some() && !visit.wants_json() => {
            let now = mine(&visit).await?;
            page(&visit, &now, Some(&fields), Some(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}
