//! Portraits: taken from a plain form, made into small squares without anything that a camera wrote, and shown once the
//! desk has looked at them.

use crate::accounts::AccountError;
use crate::app::App;
use crate::contributions::{LARGEST_PICTURE, picture_refusal};
use crate::pages::{list_key, open_media, store_error};
use bytes::Bytes;
use masthead_domain::ids::{ProfileChangeId, ProfileId, ProfilePictureId};
use masthead_domain::profiles::ProfileField;
use masthead_services::pictures::{Cut, PictureError, RenditionFormat, RenditionPlan, Shape};
use masthead_store::StoreError;
use masthead_store::profiles::{self as rows, pictures as files};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::urls::Route;

/// Beside a comment, in pixels: twice what a page shows, for sharp screens.
pub(crate) const SMALL: u16 = 96;
/// On the profile's own page.
pub(crate) const LARGE: u16 = 320;
/// Width and height of the smallest picture that is taken: less is a blot at any size.
const SMALLEST: u32 = 64;

/// The public address of a portrait; none for what is no id of one.
pub(crate) fn href(picture: &str, width: u16) -> Option<String> {
    let picture = picture.parse().ok()?;
    Some(Route::MediaProfile { picture, width }.to_string())
}

/// The address at which its owner and the desk see a portrait that waits.
pub(crate) fn waiting_href(picture: &str) -> String {
    format!("/account/pictures/{picture}")
}

/// Takes a file as somebody's portrait. It is shown once it was reviewed; one that waits is replaced.
///
/// # Errors
/// [`AccountError::Picture`] for what is no picture that we take.
pub async fn take(app: &App, profile: ProfileId, bytes: Bytes) -> Result<(), AccountError> {
    if bytes.is_empty() {
        return Err(AccountError::Picture("profile-picture-no-file"));
    }
    if bytes.len() > LARGEST_PICTURE {
        return Err(AccountError::Picture("contribute-picture-large"));
    }
    let plan = RenditionPlan {
        cuts: vec![Cut {
            shape: Shape::SQUARE,
            widths: vec![u32::from(SMALL), u32::from(LARGE)],
        }],
        formats: vec![RenditionFormat::Jpeg],
        ..RenditionPlan::default()
    };
    let made = app.worker.renditions(bytes, plan).await.map_err(|error| {
        if error.is_worth_retrying() && !matches!(error, PictureError::TooSlow(_)) {
            AccountError::Failed(error.to_string())
        } else {
            AccountError::Picture(picture_refusal(&error))
        }
    })?;
    if made.first().is_none_or(|smallest| smallest.width < SMALLEST) {
        return Err(AccountError::Picture("profile-picture-small"));
    }
    // Nothing is scaled up: where the picture is smaller than the larger width, its only file is both.
    let kept: Vec<(u16, Bytes)> = [(SMALL, made.first()), (LARGE, made.last())]
        .into_iter()
        .filter_map(|(width, file)| Some((width, file?.bytes.clone())))
        .collect();
    let picture = ProfilePictureId::new(app.ids.as_ref());
    let change = ProfileChangeId::new(app.ids.as_ref());
    app.db
        .write("profiles.take_picture", move |tx| {
            let kept = kept.clone();
            Box::pin(async move {
                for (width, bytes) in &kept {
                    files::insert(tx, picture, profile, *width, bytes).await?;
                }
                rows::ask(tx, change, profile, ProfileField::Picture, &picture.to_string()).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// The file of a portrait that is shown.
pub(crate) async fn file(app: &App, picture: ProfilePictureId, width: u16) -> Result<Rendered, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let found = files::shown(&mut conn, picture, width).await.map_err(store_error)?;
    let (profile, bytes) = found.ok_or_else(WebError::not_found)?;
    let mut rendered = open_media(Rendered::new(
        "image/jpeg",
        Bytes::from(bytes),
        CachePolicy::Media,
        position,
    ));
    rendered.last_modified = None;
    Ok(rendered.keys([list_key(profile)]))
}
