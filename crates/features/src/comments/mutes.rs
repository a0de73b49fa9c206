//! Readers whose comments somebody doesn't want to see. On that person's own pages a line stands in the place of each;
//! nobody is told, and nothing changes for others.

use super::CommentError;
use crate::accounts::Viewer;
use crate::app::App;
use crate::pages::{SiteView, store_error};
use crate::profiles::page::{Found, find};
use crate::visit::{Visit, see_other};
use axum::response::Response;
use masthead_domain::ids::ProfileId;
use masthead_store::comments::mutes::{self as rows, Muted};
use masthead_store::{Conn, StoreError};
use masthead_web::errors::WebError;
use masthead_web::urls::Route;
use serde::Serialize;
use std::borrow::Cow;

/// Somebody muted, as pages name them.
#[derive(Serialize)]
pub(crate) struct Line {
    name: String,
    href: String,
}

impl From<Muted> for Line {
    fn from(muted: Muted) -> Self {
        let slug = slug(muted.username.as_deref(), muted.profile);
        Self {
            href: Route::Profile(slug.as_ref().into()).to_string(),
            name: if muted.display_name.is_empty() {
                slug.into_owned()
            } else {
                muted.display_name
            },
        }
    }
}

/// How addresses and holes name a profile.
pub(crate) fn slug(username: Option<&str>, profile: ProfileId) -> Cow<'_, str> {
    username.map_or_else(|| Cow::Owned(format!("~{profile}")), Cow::Borrowed)
}

/// Whom somebody muted, the latest first.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn of(conn: &mut Conn, viewer: &Viewer) -> Result<Vec<Line>, StoreError> {
    let muted = rows::of(conn, viewer.profile).await?;
    Ok(muted.into_iter().map(Line::from).collect())
}

/// Mutes somebody, or takes it back.
///
/// # Errors
/// [`CommentError::NotFound`] for oneself, [`CommentError::MutedMost`].
pub async fn mute(app: &App, viewer: &Viewer, whom: ProfileId, on: bool) -> Result<(), CommentError> {
    let own = viewer.profile;
    if own == whom {
        return Err(CommentError::NotFound);
    }
    app.db
        .write("comments.mute", move |tx| {
            Box::pin(async move {
                if !on {
                    return Ok(rows::drop(tx, own, whom).await?);
                }
                if rows::put(tx, own, whom).await? {
                    Ok(())
                } else {
                    Err(CommentError::MutedMost)
                }
            })
        })
        .await
}

/// `POST /profiles/<username>/mute` (`undo`)
///
/// # Errors
/// 404 for nobody and for oneself, 409 when too many are muted.
pub async fn post(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let fields = visit.form()?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = find(visit.app(), &mut conn, visit.parameter("username")).await?;
    drop(conn);
    let Found::Profile(record) = found else {
        return Err(WebError::not_found());
    };
    mute(visit.app(), viewer, record.id, !fields.has("undo")).await?;
    // A page that only answers a form can't be gone back to.
    let back = visit.return_to(&fields);
    Ok(see_other(&back))
}

/// The line in the place of every comment of those whom the viewer muted.
pub(super) async fn holes(
    conn: &mut Conn,
    view: &SiteView,
    viewer: &Viewer,
) -> Result<Vec<(Cow<'static, str>, String)>, WebError> {
    let muted = rows::of(conn, viewer.profile).await.map_err(store_error)?;
    if muted.is_empty() {
        return Ok(Vec::new());
    }
    let line = view.voice.render("comments/muted.html", &())?;
    let hole = |muted: &Muted| format!("by-{}", slug(muted.username.as_deref(), muted.profile)).into();
    Ok(muted.iter().map(|muted| (hole(muted), line.clone())).collect())
}

#[derive(Serialize)]
struct Mute<'a> {
    username: &'a str,
    on: bool,
}

/// The button on somebody's page; none on the viewer's own.
pub(crate) async fn on_profile(
    app: &App,
    view: &SiteView,
    viewer: &Viewer,
    name: &str,
) -> Result<Vec<(Cow<'static, str>, String)>, WebError> {
    if viewer.username.as_deref() == Some(name) {
        return Ok(Vec::new());
    }
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let muted = rows::of(&mut conn, viewer.profile).await.map_err(store_error)?;
    drop(conn);
    let on = muted
        .iter()
        .any(|muted| slug(muted.username.as_deref(), muted.profile) == name);
    let html = view.voice.render("comments/mute.html", &Mute { username: name, on })?;
    Ok(vec![("mute".into(), html)])
}
