//! `/push`: breaking news on this device, its service worker, and what their scripts send.

use super::subscriptions::{Asked, SubscribeError, state, subscribe};
use super::{PushFailure, vapid};
use crate::accounts::limits::{Limit, address_key};
use crate::accounts::sign_in;
use crate::app::App;
use crate::pages::page::{Page, whole};
use crate::pages::{SiteView, say, store_error};
use crate::visit::Visit;
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use masthead_store::{StoreError, log};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;

/// The longest of what a script sends, in bytes.
pub const LONGEST: usize = 8 << 10;
/// The worker's file in the theme.
const WORKER: &str = "js/push-worker.js";

#[derive(Serialize)]
struct Own<'a> {
    /// The network's public key, as browsers take it.
    key: &'a str,
}

impl From<PushFailure> for WebError {
    fn from(error: PushFailure) -> Self {
        match error {
            PushFailure::Store(error) => store_error(error),
            other => Self::internal(other),
        }
    }
}

impl From<SubscribeError> for WebError {
    fn from(error: SubscribeError) -> Self {
        match error {
            SubscribeError::Store(error) => store_error(error),
            SubscribeError::SignIn => Self::new(ErrorKind::Unauthorized).detail(error.to_string()),
            SubscribeError::Off => Self::not_found(),
            SubscribeError::Endpoint(_) | SubscribeError::Insecure | SubscribeError::Keys(_) => {
                Self::bad_request(error.to_string()).code("not_a_subscription")
            }
        }
    }
}

/// `/push`: what it is, and the control for it.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn page(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let vapid = vapid(app).await?;
    let position = head(app).await.map_err(store_error)?;
    let title = say(view, "push", &[])?;
    let page = Page::new(view, &title, &Route::Push.to_string());
    let own = Own {
        key: vapid.public_key(),
    };
    let html = view.voice.render("push/page.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position).keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()]))
}

/// `/push/worker.js`: what shows a message. It has an address of its own, since a worker's address says what it may do;
/// and it is asked for again within minutes, so that a device doesn't keep an old one.
///
/// # Errors
/// 404 in a theme that has none.
pub(crate) async fn worker(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let position = head(app).await.map_err(store_error)?;
    let file = view.theme.assets().named(WORKER).ok_or_else(WebError::not_found)?;
    Ok(
        Rendered::new(file.content_type, file.body.clone(), CachePolicy::Feed, position)
            .keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()]),
    )
}

async fn head(app: &App) -> Result<i64, StoreError> {
    log::head(&mut app.db.reader().await?).await
}

/// `POST /push/subscriptions`: what a browser wants to be told of (JSON: `endpoint`, `keys`, `breaking`, `follows`,
/// `replaces`). With an endpoint alone it is asked what that one is told of.
///
/// # Errors
/// 400 for what is no subscription, 401 for what needs an account, 429.
pub async fn subscriptions(visit: Visit) -> Result<Response, WebError> {
    let app = visit.app();
    sign_in::take(app, Limit::Push, &address_key(visit.info.client))?;
    let asked: Asked = serde_json::from_slice(&visit.body)
        .map_err(|_| WebError::bad_request("The body is no subscription in JSON.").code("not_a_subscription"))?;
    let only_asks = asked.breaking.is_none() && asked.follows.is_none() && asked.replaces.is_none();
    let told = if only_asks {
        state(app, &asked.endpoint).await.map_err(store_error)?
    } else {
        subscribe(app, visit.info.site.id, visit.viewer.as_deref(), asked).await?
    };
    Ok(Json(told).into_response())
}
