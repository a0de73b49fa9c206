//! `/account/picture`: the portrait of one's profile, which is reviewed before it is shown.

use super::account::{done, page};
use crate::pages::store_error;
use crate::profiles::{self, pictures};
use crate::visit::{Fields, Visit, private_jpeg};
use axum::response::Response;
use bytes::Bytes;
use masthead_domain::ids::ProfilePictureId;
use masthead_domain::permissions::Permission;
use masthead_domain::profiles::ProfileField;
use masthead_store::profiles::pictures as files;
use masthead_web::errors::WebError;

/// The longest form with a portrait, in bytes: the largest picture and what stands around it.
pub const LARGEST_FORM: usize = 21 << 20;

/// `POST /account/picture`: takes a portrait, or takes it away (`act=remove`).
///
/// # Errors
/// When the form or the store can't be read.
pub async fn set(visit: Visit) -> Result<Response, WebError> {
    let viewer = visit.viewer()?;
    let (fields, file) = visit.parts().await?;
    let (asked, word) = if fields.get("act") == "remove" {
        let gone = profiles::ask(visit.app(), viewer.profile, ProfileField::Picture, "").await;
        (gone, "no-picture")
    } else {
        (pictures::take(visit.app(), viewer.profile, file).await, "waiting")
    };
    match asked {
        Ok(()) => Ok(done(word)),
        Err(error) if error.is_theirs() => page(&visit, Some(&error), &Fields::default()).await,
        Err(error) => Err(error.into()),
    }
}

/// `GET /account/pictures/<id>`: a portrait that may be waiting still, for its owner and for whoever decides on it.
///
/// # Errors
/// 404 for everybody else.
pub async fn file(visit: Visit) -> Result<Response, WebError> {
    let id: ProfilePictureId = visit.parameter("id").parse().map_err(|_| WebError::not_found())?;
    let viewer = visit.viewer()?;
    let mut conn = visit.app().db.reader().await.map_err(store_error)?;
    let found = files::any(&mut conn, id, pictures::LARGE).await.map_err(store_error)?;
    drop(conn);
    let (profile, bytes) = found.ok_or_else(WebError::not_found)?;
    if profile != viewer.profile && !viewer.may(Permission::CommentsModerate, None) {
        return Err(WebError::not_found());
    }
    Ok(private_jpeg(Bytes::from(bytes)))
}
