//! The middleware stack, in the one order in which a request goes through it.
//!
//! 1. `web::fast`: host to site, pages from memory, the access log. Everything below is reached only on a miss.
//! 2. `web::edge` (outermost layer of the router): errors get their form, a panic becomes a 500 with a request id,
//!    security headers are on all, and what named no cache policy is not kept.
//! 3. The body limit: no body is read further than a pushed document may be long, and one that says that it is longer
//!    is refused before its sender is asked to go on. Most routes take less.
//! 4. Foreign origins: a change that a browser sends from elsewhere is refused; one with a cookie of ours that doesn't
//!    say where it is from is asked to confirm.
//! 5. Who it is: the session of the cookie, read from the store, or remembered since the last commit.
//! 6. The body limit of the route, and its permission.

use crate::router::{LARGEST_BODY, LONGEST_FORM};
use crate::serve::State;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State as Extract};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use masthead_features::accounts;
use masthead_features::visit::Fields;
use masthead_services::codes;
use masthead_web::cookies::{SESSION, SIGNING_IN};
use masthead_web::edge::EdgeLayer;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::origin_check::{SentFrom, sent_from};
use masthead_web::request::RequestInfo;
use std::sync::Arc;
use tower_http::limit::RequestBodyLimitLayer;

/// The hidden field that confirms a form which didn't say where it is from.
const CONFIRM: &str = "confirm_origin";
/// Seconds of one confirmation.
const CONFIRM_SECONDS: i64 = 3_600;

/// Puts the stack around the router.
pub fn stack(router: Router, state: Arc<State>, edge: EdgeLayer) -> Router {
    router
        .layer(from_fn_with_state(Arc::clone(&state), identify))
        .layer(from_fn_with_state(state, refuse_foreign_origins))
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY))
        .layer(edge)
}

/// Finds out who sends a request, for the router and the handlers.
async fn identify(Extract(state): Extract<Arc<State>>, mut request: Request, next: Next) -> Response {
    if let Some(info) = request.extensions().get::<RequestInfo>().cloned() {
        match accounts::identify(&state.app, request.headers(), &info).await {
            Ok(Some(viewer)) => {
                request.extensions_mut().insert(viewer);
            }
            Ok(None) => {}
            // Pages are read by everybody: while the store is away a reader is nobody in particular.
            Err(error) if is_read(request.method()) => {
                tracing::debug!(%error, "a session can't be looked up");
            }
            Err(error) => return WebError::unavailable(error).into_response(),
        }
    }
    request.extensions_mut().insert(Arc::clone(&state.pages));
    next.run(request).await
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses a state-changing request that a browser sends from a foreign page, cookie or not, and asks to confirm one
/// with a cookie of ours that names no page (interfaces, "Headers").
async fn refuse_foreign_origins(Extract(state): Extract<Arc<State>>, request: Request, next: Next) -> Response {
    if is_read(request.method()) {
        return next.run(request).await;
    }
    let info = request.extensions().get::<RequestInfo>().cloned();
    match sent_from(request.headers(), info.as_ref()) {
        SentFrom::Here => next.run(request).await,
        SentFrom::Elsewhere => WebError::forbidden("This request came from another site.").into_response(),
        SentFrom::Unknown => {
            let secret = info.as_ref().and_then(|info| {
                let headers = request.headers();
                SESSION.read(headers, info).or_else(|| SIGNING_IN.read(headers, info))
            });
            match (secret.map(str::to_owned), info) {
                (Some(secret), Some(info)) => match confirmed(&state, request, &secret, &info).await {
                    Ok(request) => next.run(request).await,
                    Err(response) => response,
                },
                // A program without a cookie: nobody's rights are used.
                _ => next.run(request).await,
            }
        }
    }
}

/// The request, if its form carries the confirmation of this browser for this address; else the page that asks for it.
async fn confirmed(state: &State, request: Request, secret: &str, info: &RequestInfo) -> Result<Request, Response> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_none_or(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form {
        let why = "This browser doesn't say which page sent this.";
        return Err(WebError::forbidden(why).into_response());
    }
    let (parts, body) = request.into_parts();
    let bytes = axum::body::to_bytes(body, LONGEST_FORM)
        .await
        .map_err(|_| WebError::new(ErrorKind::TooLarge).into_response())?;
    let fields = Fields::parse(&bytes);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let key = accounts::network_key(&state.app)
        .await
        .map_err(|error| WebError::from(error).into_response())?;
    let hour = state.app.now().as_seconds().div_euclid(CONFIRM_SECONDS);
    let text = |hour: i64| format!("confirm {hour} {} {path}", codes::digest(secret));
    let given = fields.get(CONFIRM);
    if [hour, hour - 1]
        .iter()
        .any(|hour| codes::is_signed(key, &text(*hour), given))
    {
        return Ok(Request::from_parts(parts, Body::from(bytes)));
    }
    let token = codes::sign(key, &text(hour));
    let kept: Vec<(&str, &str)> = fields
        .pairs()
        .iter()
        .filter(|(name, _)| name != CONFIRM)
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .chain([(CONFIRM, token.as_str())])
        .collect();
    let page = masthead_features::visit::confirm_page(&state.pages, info, &path, &kept).await;
    Err(page.unwrap_or_else(IntoResponse::into_response))
}
