//! Call-outs: an editor asks readers for pictures or stories beside a story, on a topic's page or on a front, for a
//! while. Pages show them as part of what is pressed; when one opens or closes, a due job says so and they are pressed
//! again.

use super::{ContributionError, pages, picture_pages};
use crate::app::App;
use crate::stories;
use crate::visit::Visit;
use axum::extract::Request;
use axum::response::Response;
use masthead_domain::contributions::{Kind, clean_body, clean_title};
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, IdSource, SiteId};
use masthead_domain::time::Timestamp;
use masthead_store::contributions::call_outs::{self as rows, CallOut};
use masthead_store::{Conn, StoreError, Tx, jobs, log, topics};
use masthead_web::errors::{ErrorKind, WebError};
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

/// The largest form with a story, in bytes.
const LONGEST_STORY: usize = 512 << 10;

/// The job of a call-out whose time comes or goes; its key is the call-out's id.
pub const JOB: &str = "contributions.call-out";

/// A call-out as pages show it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Shown {
    title: String,
    about: String,
    href: String,
    wants: &'static str,
}

/// What readers of a page are asked for.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn shown(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    places: &[Uuid],
) -> Result<Vec<Shown>, StoreError> {
    let open = rows::open_at(conn, site, places, now).await?;
    Ok(open
        .into_iter()
        .map(|one| Shown {
            href: href(&one.slug),
            wants: one.wants.name(),
            title: one.title,
            about: one.about,
        })
        .collect())
}

/// The address of a call-out's form.
pub(super) fn href(slug: &str) -> String {
    format!("/contribute/call-outs/{slug}")
}

/// The call-out of the address, where it has one.
///
/// # Errors
/// 404 for one that there is none of, 410 for one that is closed.
pub(super) async fn at(visit: &Visit) -> Result<Option<CallOut>, WebError> {
    let slug = visit.parameter("slug");
    if slug.is_empty() {
        return Ok(None);
    }
    let mut conn = visit.app().db.reader().await.map_err(crate::pages::store_error)?;
    let found = rows::named(&mut conn, visit.info.site.id, slug).await;
    drop(conn);
    let found = found
        .map_err(crate::pages::store_error)?
        .ok_or_else(WebError::not_found)?;
    let now = visit.app().now();
    if found.is_open(now) {
        Ok(Some(found))
    } else if found.opens_at > now {
        Err(WebError::not_found())
    } else {
        Err(WebError::gone(visit.say("call-out-closed", &[]).await?))
    }
}

/// `GET /contribute/call-outs/<slug>`: the form for what is asked for.
///
/// # Errors
/// 404 for a call-out that there is none of, 410 for one that is closed.
pub async fn form(visit: Visit) -> Result<Response, WebError> {
    match at(&visit).await? {
        Some(one) if one.wants == Kind::Story => pages::story_form(visit).await,
        _ => picture_pages::form(visit).await,
    }
}

/// `POST /contribute/call-outs/<slug>`
///
/// # Errors
/// As for what is sent without a call-out.
pub async fn submit(request: Request) -> Result<Response, WebError> {
    let (mut visit, body) = Visit::without_body(request).await?;
    match at(&visit).await? {
        Some(one) if one.wants == Kind::Story => {
            let whole = axum::body::to_bytes(body, LONGEST_STORY).await;
            visit.body = whole.map_err(|_| WebError::new(ErrorKind::TooLarge))?;
            pages::story(visit).await
        }
        _ => picture_pages::take(visit, body).await,
    }
}

/// A call-out as an editor asks for it.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The site's slug.
    pub site: String,
    /// The last part of its form's address.
    pub slug: String,
    /// What is asked, in a line.
    pub title: String,
    /// More about it.
    pub about: String,
    /// Stories or pictures.
    pub wants: Kind,
    /// `story:ID`, `topic:SLUG`, `section:PATH`, or `front` for the home front.
    pub place: String,
    /// From when; `None` is now.
    pub opens_at: Option<Timestamp>,
    /// Until when; `None` until it is closed.
    pub closes_at: Option<Timestamp>,
}

/// Why a call-out is not made.
#[derive(Debug, thiserror::Error)]
pub enum CallOutError {
    /// The site.
    #[error("there is no site '{0}'")]
    NoSite(String),
    /// The slug.
    #[error("'{0}' can't stand in an address: write letters a to z, digits and hyphens")]
    Slug(String),
    /// The place.
    #[error("there is no '{0}' on the site: write story:ID, topic:SLUG, section:PATH or front")]
    NoPlace(String),
    /// There is no such call-out.
    #[error("the site has no call-out '{0}'")]
    NotFound(String),
    /// Title or text.
    #[error(transparent)]
    Text(#[from] masthead_domain::contributions::TextError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a call-out, or changes the one with its slug.
///
/// # Errors
/// [`CallOutError`].
pub async fn ask(app: &App, asked: Asked, by: &str) -> Result<(), CallOutError> {
    let site = site_named(app, &asked.site)?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if asked.slug.is_empty() || asked.slug.len() > 80 || !asked.slug.chars().all(plain) {
        return Err(CallOutError::Slug(asked.slug));
    }
    let title = clean_title(&asked.title)?;
    if title.is_empty() {
        return Err(masthead_domain::contributions::TextError::NoTitle.into());
    }
    let mut conn = app.db.reader().await?;
    let known = rows::named(&mut conn, site, &asked.slug).await?;
    drop(conn);
    let one = CallOut {
        id: known.as_ref().map_or_else(|| app.ids.next_uuid(), |known| known.id),
        site,
        title,
        about: clean_body(&asked.about)?,
        wants: asked.wants,
        place: place(app, site, &asked.place).await?,
        opens_at: asked.opens_at.unwrap_or_else(|| app.now()),
        closes_at: asked.closes_at,
        created_by: by.to_owned(),
        created_at: app.now(),
        slug: asked.slug,
    };
    let before = known.map(|known| known.place);
    write(app, one, before).await
}

/// Closes a call-out now.
///
/// # Errors
/// [`CallOutError::NotFound`].
pub async fn close(app: &App, site: &str, slug: &str) -> Result<(), CallOutError> {
    let site = site_named(app, site)?;
    let known = rows::named(&mut app.db.reader().await?, site, slug).await?;
    let mut one = known.ok_or_else(|| CallOutError::NotFound(slug.to_owned()))?;
    one.closes_at = Some(app.now());
    write(app, one, None).await
}

/// All call-outs of a site, the newest first.
///
/// # Errors
/// [`CallOutError::NoSite`].
pub async fn list(app: &App, site: &str) -> Result<Vec<CallOut>, CallOutError> {
    let site = site_named(app, site)?;
    Ok(rows::of_site(&mut app.db.reader().await?, site).await?)
}

fn site_named(app: &App, slug: &str) -> Result<SiteId, CallOutError> {
    let found = app.sites().by_slug(slug).map(|site| site.id);
    found.ok_or_else(|| CallOutError::NoSite(slug.to_owned()))
}

async fn place(app: &App, site: SiteId, text: &str) -> Result<Uuid, CallOutError> {
    let none = || CallOutError::NoPlace(text.to_owned());
    match text.split_once(':') {
        None if text == "front" => Ok(site.0),
        Some(("story", story)) => stories::find(app, story).await.map(|id| id.0).map_err(|_| none()),
        Some(("topic", slug)) => {
            let topic = topics::by_slug(&mut app.db.reader().await?, slug).await?;
            topic.map(|topic| topic.id.0).ok_or_else(none)
        }
        Some(("section", path)) => {
            let sites = app.sites();
            sites
                .section_at(site, path)
                .map(|record| record.section.id.0)
                .ok_or_else(none)
        }
        _ => Err(none()),
    }
}

async fn write(app: &App, one: CallOut, before: Option<Uuid>) -> Result<(), CallOutError> {
    let ids = Arc::clone(&app.ids);
    app.db
        .write("contributions.call_out", move |tx| {
            let (one, ids) = (one.clone(), Arc::clone(&ids));
            Box::pin(async move {
                rows::put(tx, &one).await?;
                turn(tx, ids.as_ref(), &one, before).await
            })
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// Has the pages pressed again, and sets the job for the next time.
async fn turn(tx: &mut Tx, ids: &dyn IdSource, one: &CallOut, before: Option<Uuid>) -> Result<(), StoreError> {
    let now = tx.now();
    let mut places = vec![one.place];
    places.extend(before.filter(|before| *before != one.place));
    let event = Event::CallOutChanged { site: one.site, places };
    log::append(tx, EventId::new(ids), event.kind(), &event.data(), now).await?;
    let key = one.id.to_string();
    match one.next_turn(now) {
        Some(due) => {
            jobs::schedule(tx, JOB, &key, due, &serde_json::Value::Null).await?;
        }
        None => {
            jobs::cancel(tx, JOB, &key).await?;
        }
    }
    Ok(())
}

/// The time of a call-out came or went.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, id: Uuid) -> Result<(), ContributionError> {
    let ids = Arc::clone(&app.ids);
    app.db
        .write("contributions.call_out_turns", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                match rows::one(tx, id).await? {
                    Some(one) => Ok(turn(tx, ids.as_ref(), &one, None).await?),
                    None => Ok(()),
                }
            })
        })
        .await
}
