//! Files of pictures. Each is public only while a story that readers may see shows it (or an author's page does).

use super::store_error;
use crate::app::App;
use http::header::{ACCEPT_RANGES, HeaderName, HeaderValue};
use masthead_domain::ids::{PictureId, StoryId};
use masthead_services::blobs::{BlobError, BlobKey};
use masthead_store::public;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::{LogPosition, Rendered};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{PictureFormat, PictureShape};

/// The name under which a CDN forgets a picture.
pub(crate) fn key(picture: PictureId) -> SurrogateKey {
    SurrogateKey::list(&format!("picture/{picture}"))
}

/// The file of a picture in one width and format.
pub(crate) async fn file(
    app: &App,
    picture: PictureId,
    width: u16,
    format: PictureFormat,
) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let found = public::file(&mut conn, now, picture, u32::from(width), format.extension())
        .await
        .map_err(store_error)?
        .ok_or_else(WebError::not_found)?;
    drop(conn);
    sent(app, picture, &found.rendition.key, found.story, format, position).await
}

/// The cut of a picture of a story in fixed proportions.
pub(crate) async fn cut(app: &App, picture: PictureId, shape: PictureShape) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let (blob, story) = public::cut(&mut conn, now, picture, shape.name())
        .await
        .map_err(store_error)?
        .ok_or_else(WebError::not_found)?;
    drop(conn);
    sent(app, picture, &blob, Some(story), PictureFormat::Jpeg, position).await
}

async fn sent(
    app: &App,
    picture: PictureId,
    blob: &str,
    story: Option<StoryId>,
    format: PictureFormat,
    position: LogPosition,
) -> Result<Rendered, WebError> {
    let blob = blob.parse::<BlobKey>().map_err(WebError::internal)?;
    let bytes = app.blobs.get(blob).await.map_err(|error| match error {
        // The row says that it is there: a blob that is missing is a fault of ours, not of the address.
        BlobError::NotFound(_) => WebError::internal(error),
        error => WebError::unavailable(error),
    })?;
    let mut rendered = open(Rendered::new(
        format.content_type(),
        bytes,
        CachePolicy::Media,
        position,
    ))
    .keys([key(picture)])
    .keys(story.map(SurrogateKey::story))
    .stories(story);
    rendered.last_modified = None;
    Ok(rendered)
}

/// A file that pages of others may show, and that comes whole.
pub(crate) fn open(rendered: Rendered) -> Rendered {
    rendered.header(ACCEPT_RANGES, HeaderValue::from_static("none")).header(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    )
}
