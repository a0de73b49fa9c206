//! The forms of comments, and what a reader's own things fill in on a story's page. All of it works without script; a
//! program that asks for JSON gets it.

use super::thread::{body, place};
use super::{Author, CommentError, Draft, Posted};
use crate::accounts::Viewer;
use crate::app::App;
use crate::pages::{SiteView, store_error};
use crate::visit::{Fields, Visit, found, retry_after, see_other};
use axum::body::Body;
use axum::response::Response;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderValue, StatusCode};
use masthead_domain::comments::{CommentState, may_edit};
use masthead_domain::ids::{CommentId, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::comments::{self as rows, Comment};
use masthead_store::{Conn, StoreError, audit, public};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use serde::Serialize;
use std::borrow::Cow;

/// Comments of somebody's own under one story that are looked at: the newest.
const OWN: usize = 30;
/// Seconds for which a writer is shown their own comment apart, with what can be done with it.
const FRESH: i64 = 86_400;

/// What a reader's page of comments is given.
#[derive(Serialize)]
struct Form<'a> {
    /// `new`, `reply`, `edit`, `delete` or `liked`.
    kind: &'a str,
    action: String,
    story: String,
    headline: &'a str,
    back: String,
    /// What is answered, changed or taken away: name and HTML.
    name: &'a str,
    quoted: String,
    parent: String,
    text: &'a str,
    /// What is wrong, in words.
    wrong: Option<String>,
    ready: bool,
}

/// The id that the address names.
pub(super) fn id_of(visit: &Visit) -> Result<CommentId, WebError> {
    visit.parameter("id").parse().map_err(|_| WebError::not_found())
}

/// A story on the site that was asked: headline and path.
pub(super) async fn story(visit: &Visit, story: StoryId) -> Result<(String, String), WebError> {
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let card = public::visible(&mut conn, app.now(), visit.info.site.id, &[story])
        .await
        .map_err(store_error)?
        .pop();
    card.map(|card| (card.headline, card.path))
        .ok_or_else(WebError::not_found)
}

async fn comment(visit: &Visit, id: CommentId) -> Result<Option<Comment>, WebError> {
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    rows::by_id(&mut conn, id).await.map_err(store_error)
}

/// `GET /comments/<id>`: the story's page that shows it. A comment that nobody sees leads its own writer back to theirs.
///
/// # Errors
/// 404 for what readers may not know of.
pub async fn permalink(visit: Visit) -> Result<Response, WebError> {
    let id = id_of(&visit)?;
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let seen = public::comment(&mut conn, app.now(), id).await.map_err(store_error)?;
    drop(conn);
    if let Some(seen) = seen {
        let path = story_path(&visit, seen.story).await?;
        return Ok(found(&place(&path, id)));
    }
    let own = comment(&visit, id).await?;
    let mine = own.filter(|own| {
        visit
            .viewer
            .as_ref()
            .is_some_and(|viewer| viewer.profile == own.profile)
    });
    let mine = mine.ok_or_else(WebError::not_found)?;
    let (_, path) = story(&visit, mine.story).await?;
    Ok(found(&format!("{path}#own-comments")))
}

/// Where the story of a comment is read: here, or on the site where it stands first.
async fn story_path(visit: &Visit, id: StoryId) -> Result<String, WebError> {
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let here = public::visible(&mut conn, app.now(), visit.info.site.id, &[id])
        .await
        .map_err(store_error)?
        .pop();
    if let Some(card) = here {
        return Ok(card.path);
    }
    let story = public::by_id(&mut conn, app.now(), id).await.map_err(store_error)?;
    match story {
        public::Found::Story(_, places) => places
            .first()
            .and_then(|place| {
                let site = app.sites().site(place.site)?.origin.clone();
                Some(format!("{site}{}", place.path))
            })
            .ok_or_else(WebError::not_found),
        _ => Err(WebError::not_found()),
    }
}

/// `POST /comments`
///
/// # Errors
/// 404 for a story that isn't there; what the person can mend comes back in the form.
pub async fn post(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let story: StoryId = fields.get("story").parse().map_err(|_| WebError::not_found())?;
    let parent: Option<CommentId> = match fields.get("parent") {
        "" => None,
        text => Some(text.parse().map_err(|_| WebError::from(CommentError::NoParent))?),
    };
    let draft = Draft {
        story,
        site: visit.info.site.id,
        parent,
        text: fields.get("text").to_owned(),
        key: fields.get("idempotency_key").to_owned(),
    };
    match super::post(visit.app(), &Author::from(viewer), draft).await {
        Ok(posted) => answer(&visit, posted).await,
        Err(error) if error.is_theirs() && !visit.wants_json() => refused(&visit, story, parent, &fields, &error).await,
        Err(error) => Err(error.into()),
    }
}

#[derive(Serialize)]
struct Answer {
    id: String,
    url: String,
    state: &'static str,
}

async fn answer(visit: &Visit, posted: Posted) -> Result<Response, WebError> {
    let link = format!("/comments/{}", posted.id);
    if !visit.wants_json() {
        return Ok(see_other(&link));
    }
    let view = visit.view().await?;
    let answer = Answer {
        id: posted.id.to_string(),
        url: view.absolute(&link),
        state: posted.state.name(),
    };
    let status = if posted.again {
        StatusCode::OK
    } else {
        StatusCode::CREATED
    };
    json(status, &answer, Some(&link))
}

pub(super) fn json<T: Serialize>(status: StatusCode, value: &T, location: Option<&str>) -> Result<Response, WebError> {
    let bytes = serde_json::to_vec(value).map_err(WebError::internal)?;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    let head = response.headers_mut();
    head.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(location) = location.and_then(|location| HeaderValue::try_from(location).ok()) {
        head.insert(LOCATION, location);
    }
    CachePolicy::NoStore.apply(head);
    Ok(response)
}

/// What is wrong, in words.
async fn words(visit: &Visit, error: &CommentError) -> Result<String, WebError> {
    match error {
        CommentError::TooFast(seconds) => {
            visit
                .say("comment-too-fast", &[("seconds", &seconds.to_string())])
                .await
        }
        CommentError::Suspended { message, until } => {
            let key = if until.is_some() {
                "comment-suspended"
            } else {
                "comment-banned"
            };
            let view = visit.view().await?;
            let until = match until {
                Some(until) => view
                    .voice
                    .render("parts/moment.txt", &Moment { at: until.as_micros() })?,
                None => String::new(),
            };
            let said = visit.say(key, &[("until", until.trim())]).await?;
            Ok(format!("{said} {message}").trim_end().to_owned())
        }
        CommentError::Closed(message) if !message.is_empty() => Ok(message.clone()),
        CommentError::Text(masthead_domain::comments::text::TextError::TooLong(length)) => {
            visit.say("comment-text-long", &[("count", &length.to_string())]).await
        }
        error => visit.say(&error.message(), &[]).await,
    }
}

#[derive(Serialize)]
struct Moment {
    at: i64,
}

/// The status of a form that comes back.
const fn status_of(error: &CommentError) -> StatusCode {
    match error {
        CommentError::TooFast(_) | CommentError::DayFull => StatusCode::TOO_MANY_REQUESTS,
        CommentError::NotReady | CommentError::Suspended { .. } | CommentError::Closed(_) => StatusCode::FORBIDDEN,
        CommentError::Edit(_) => StatusCode::CONFLICT,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// The form again, with what was typed and what is wrong.
async fn refused(
    visit: &Visit,
    story_id: StoryId,
    parent: Option<CommentId>,
    fields: &Fields,
    error: &CommentError,
) -> Result<Response, WebError> {
    let (headline, path) = story(visit, story_id).await?;
    let form = Form {
        kind: if parent.is_some() { "reply" } else { "new" },
        action: "/comments".into(),
        story: story_id.to_string(),
        headline: &headline,
        back: format!("{path}#comments"),
        name: "",
        quoted: String::new(),
        parent: parent.map_or_else(String::new, |parent| parent.to_string()),
        text: fields.get("text"),
        wrong: Some(words(visit, error).await?),
        ready: !matches!(error, CommentError::NotReady),
    };
    let response = visit
        .page(status_of(error), "comments/form.html", "comment-write", &form)
        .await?;
    Ok(match error {
        CommentError::TooFast(seconds) => retry_after(response, *seconds),
        _ => response,
    })
}

/// `GET /comments/<id>/reply`
///
/// # Errors
/// 404 when readers don't see what is answered.
pub async fn reply_form(visit: Visit) -> Result<Response, WebError> {
    let id = id_of(&visit)?;
    let seen = seen(&visit, id).await?;
    let (headline, path) = story(&visit, seen.story).await?;
    let name = seen.writer.as_ref().map_or("", |writer| writer.name());
    let form = Form {
        kind: "reply",
        action: "/comments".into(),
        story: seen.story.to_string(),
        headline: &headline,
        back: place(&path, id),
        name,
        quoted: body(&seen.body),
        parent: id.to_string(),
        text: "",
        wrong: None,
        ready: visit.viewer()?.is_ready(),
    };
    visit
        .page(StatusCode::OK, "comments/form.html", "comment-reply-title", &form)
        .await
}

/// A comment as readers see it; 404 for one that they don't.
pub(super) async fn seen(visit: &Visit, id: CommentId) -> Result<public::PublicComment, WebError> {
    let app = visit.app();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let seen = public::comment(&mut conn, app.now(), id).await.map_err(store_error)?;
    seen.filter(|seen| seen.state.is_shown())
        .ok_or_else(WebError::not_found)
}

/// A comment of the viewer's own.
pub(super) async fn own(visit: &Visit) -> Result<Comment, WebError> {
    let (id, profile) = (id_of(visit)?, visit.viewer()?.profile);
    let own = comment(visit, id).await?;
    own.filter(|own| own.profile == profile).ok_or_else(WebError::not_found)
}

async fn own_form(
    visit: &Visit,
    comment: &Comment,
    kind: &str,
    text: &str,
    error: Option<&CommentError>,
) -> Result<Response, WebError> {
    let (headline, path) = story(visit, comment.story).await?;
    let form = Form {
        kind,
        action: format!("/comments/{}/{kind}", comment.id),
        story: comment.story.to_string(),
        headline: &headline,
        back: format!("{path}#own-comments"),
        name: "",
        quoted: if kind == "edit" {
            String::new()
        } else {
            body(&comment.body)
        },
        parent: String::new(),
        text,
        wrong: match error {
            Some(error) => Some(words(visit, error).await?),
            None => None,
        },
        ready: true,
    };
    let status = error.map_or(StatusCode::OK, status_of);
    let title = if kind == "edit" {
        "comment-edit-title"
    } else {
        "comment-delete-title"
    };
    visit.page(status, "comments/form.html", title, &form).await
}

/// `GET /comments/<id>/edit`
///
/// # Errors
/// 404 for a comment of somebody else's.
pub async fn edit_form(visit: Visit) -> Result<Response, WebError> {
    let comment = own(&visit).await?;
    let late = may_edit_now(&comment, visit.app().now()).err();
    own_form(&visit, &comment, "edit", &comment.body, late.as_ref()).await
}

fn may_edit_now(comment: &Comment, now: Timestamp) -> Result<(), CommentError> {
    let answered = comment.answers > 0 || comment.replies > 0;
    may_edit(comment.state, comment.created_at, now, answered, comment.reported).map_err(CommentError::Edit)
}

/// `POST /comments/<id>/edit`
///
/// # Errors
/// As for posting.
pub async fn edit(visit: Visit) -> Result<Response, WebError> {
    let comment = own(&visit).await?;
    let fields = visit.form()?;
    match super::edit(visit.app(), visit.viewer()?, comment.id, fields.get("text")).await {
        Ok(state) => {
            let posted = Posted {
                id: comment.id,
                state,
                again: true,
            };
            answer(&visit, posted).await
        }
        Err(error) if error.is_theirs() && !visit.wants_json() => {
            own_form(&visit, &comment, "edit", fields.get("text"), Some(&error)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// `GET /comments/<id>/delete`
///
/// # Errors
/// 404 for a comment of somebody else's.
pub async fn delete_form(visit: Visit) -> Result<Response, WebError> {
    let comment = own(&visit).await?;
    own_form(&visit, &comment, "delete", "", None).await
}

/// `POST /comments/<id>/delete`
///
/// # Errors
/// 404 for a comment of somebody else's, or one that a moderator took away.
pub async fn delete(visit: Visit) -> Result<Response, WebError> {
    let comment = own(&visit).await?;
    super::delete(visit.app(), visit.viewer()?, comment.id).await?;
    let (_, path) = story(&visit, comment.story).await?;
    Ok(see_other(&format!("{path}#own-comments")))
}

/// `POST /comments/<id>/likes`: likes it, or takes the like back with `undo`.
///
/// # Errors
/// 404 for a comment that readers don't see, 429 when it is too fast.
pub async fn like(visit: Visit) -> Result<Response, WebError> {
    let id = id_of(&visit)?;
    let on = !visit.form()?.has("undo");
    match super::like(visit.app(), visit.viewer()?, id, on).await {
        Ok(comment) if visit.wants_json() => {
            let now = comment_likes(&visit, comment.id).await?;
            json(StatusCode::OK, &serde_json::json!({ "likes": now, "liked": on }), None)
        }
        Ok(_) => Ok(see_other(&format!("/comments/{id}"))),
        Err(CommentError::NotReady) if !visit.wants_json() => Ok(see_other(&username_href(&format!("/comments/{id}")))),
        Err(error) => Err(error.into()),
    }
}

/// Where a username is chosen, and the way back.
fn username_href(back: &str) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("return", back)
        .finish();
    format!("/account/username?{query}")
}

async fn comment_likes(visit: &Visit, id: CommentId) -> Result<i64, WebError> {
    Ok(comment(visit, id).await?.map_or(0, |comment| comment.likes))
}

/// What fills the holes of a story's page for a viewer.
#[derive(Serialize)]
struct Own {
    ready: bool,
    verified: bool,
    name: String,
    story: String,
    username_href: String,
    /// Comments of theirs that need saying something about.
    comments: Vec<OwnComment>,
    /// The ids of comments that they like here, with spaces.
    liked: String,
}

#[derive(Serialize)]
struct OwnComment {
    id: String,
    state: &'static str,
    body: String,
    created: i64,
    editable: bool,
    deletable: bool,
    appealable: bool,
    href: String,
    /// Why it was refused: a reason's code, and what the desk wrote.
    reason: String,
    note: String,
}

/// Why a comment was refused, from the last decision about it.
async fn statement(conn: &mut Conn, id: CommentId) -> Result<(String, String), StoreError> {
    let history = audit::of_subject(conn, id.0, 200).await?;
    let Some(last) = history.iter().rev().find(|entry| entry.act == "comment.rejected") else {
        return Ok((String::new(), String::new()));
    };
    let reason = last.facts.get("reason").and_then(serde_json::Value::as_str);
    let note = audit::texts(conn, &[last.event]).await?.pop();
    let note = note.map(|(.., text)| text).unwrap_or_default();
    Ok((reason.unwrap_or_default().to_owned(), note))
}

/// The holes of comments on a story's page: the form, and what is the viewer's own.
pub(crate) async fn holes(
    app: &App,
    view: &SiteView,
    viewer: &Viewer,
    story: StoryId,
    path: &str,
) -> Result<Vec<(Cow<'static, str>, String)>, WebError> {
    let now = app.now();
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let all = rows::own_under(&mut conn, viewer.profile, story, OWN)
        .await
        .map_err(store_error)?;
    let liked = rows::liked_under(&mut conn, viewer.profile, story)
        .await
        .map_err(store_error)?;
    let mut comments = Vec::new();
    let shown = all.iter().filter(|comment| {
        let fresh = now.micros_since(comment.created_at) < FRESH * 1_000_000;
        let kept = comment.state.waits() || comment.state == CommentState::Rejected || fresh;
        comment.state != CommentState::Deleted && kept
    });
    for comment in shown {
        let (reason, note) = if comment.state == CommentState::Rejected {
            statement(&mut conn, comment.id).await.map_err(store_error)?
        } else {
            (String::new(), String::new())
        };
        comments.push(OwnComment {
            reason,
            note,
            id: comment.id.to_string(),
            state: comment.state.name(),
            body: body(&comment.body),
            created: comment.created_at.as_micros(),
            editable: may_edit_now(comment, now).is_ok(),
            deletable: comment.state != CommentState::Rejected,
            appealable: comment.state == CommentState::Rejected,
            href: if comment.state.is_shown() {
                place(path, comment.id)
            } else {
                String::new()
            },
        });
    }
    let mut holes = super::mutes::holes(&mut conn, view, viewer).await?;
    drop(conn);
    let own = Own {
        ready: viewer.is_ready(),
        verified: viewer.email_verified_at.is_some(),
        name: viewer.name().to_owned(),
        story: story.to_string(),
        username_href: username_href(path),
        comments,
        liked: liked.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
    };
    holes.push(("comment-form".into(), view.voice.render("comments/write.html", &own)?));
    holes.push(("comment-own".into(), view.voice.render("comments/own.html", &own)?));
    Ok(holes)
}
