//! Small texts for robots and for those who look for weaknesses.

use super::view::SiteView;
use super::{keys, store_error};
use crate::app::App;
use masthead_store::pages;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use serde::Serialize;

#[derive(Serialize)]
struct Robots<'a> {
    origin: &'a str,
}

/// `/robots.txt`, from the theme, so that a publisher can say more.
pub(crate) async fn robots(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    drop(conn);
    let text = view.voice.render(
        "robots.txt",
        &Robots {
            origin: &view.entry.origin,
        },
    )?;
    Ok(Rendered::new("text/plain; charset=utf-8", text.into(), CachePolicy::Feed, position).keys(keys::site(view)))
}

/// `/.well-known/security.txt` (RFC 9116): the publisher's contact page, for the months to come. Without such a page
/// there is nothing true to say.
pub(crate) async fn security(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let contact = pages::by_slug(&mut conn, view.entry.id, "contact")
        .await
        .map_err(store_error)?;
    drop(conn);
    contact.ok_or_else(WebError::not_found)?;
    // Section 2.5.5 wants a date less than a year ahead. A pressed copy lives a day at the most, and the first of a
    // month keeps the text the same in between.
    let today = app.now().to_jiff().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    let expires = today
        .first_of_month()
        .checked_add(jiff::Span::new().months(6))
        .map_err(WebError::internal)?;
    let text = format!(
        "Contact: {}\nExpires: {expires}T00:00:00Z\nPreferred-Languages: {}\nCanonical: {}\n",
        view.absolute("/contact"),
        view.entry.language,
        view.absolute("/.well-known/security.txt"),
    );
    Ok(Rendered::new("text/plain; charset=utf-8", text.into(), CachePolicy::Feed, position).keys(keys::site(view)))
}
