//! Every route on one page: its method and path, who may use it, and who may keep the answer.
//!
//! Public pages need no line of their own: what a path means is read by `web::urls::Route` in `features::pages`, and
//! each page names its cache policy, since fronts, feeds and files differ. Whatever is not listed here is such a page or
//! a 404. `cargo xtask tidy` refuses a route without permission and cache policy.

use crate::serve::State;
use axum::extract::{Path, Request, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Json, Router};
use bytes::Bytes;
use futures::StreamExt as _;
use masthead_domain::permissions::Permission;
use masthead_features::ingest::{self, IngestError};
use masthead_features::wire::Outcome;
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::{ErrorKind, WebError};
use masthead_web::live::{EVENTS_PATH, Topics, stream_headers};
use masthead_web::request::RequestInfo;
use std::sync::Arc;

/// The largest document that may be pushed, in bytes.
pub const LARGEST_PUSH: usize = 32 << 20;

/// A route with what has to be said about it.
pub struct Route {
    path: &'static str,
    handler: MethodRouter<Arc<State>>,
    permission: Option<Permission>,
    cache: Option<CachePolicy>,
}

impl Route {
    /// A route for a method; GET answers HEAD too.
    fn new<H, T>(method: MethodFilter, path: &'static str, handler: H) -> Self
    where
        H: axum::handler::Handler<T, Arc<State>>,
        T: 'static,
    {
        Self {
            path,
            handler: on(method, handler),
            permission: None,
            cache: None,
        }
    }

    /// Who may use it. `Public` asks for nothing; `SourceToken` is checked by the handler, which alone knows the source
    /// that the address names. Roles of staff will be checked here, before the handler is called.
    const fn permission(mut self, permission: Permission) -> Self {
        self.permission = Some(permission);
        self
    }

    /// Who may keep the answer.
    const fn cache(mut self, cache: CachePolicy) -> Self {
        self.cache = Some(cache);
        self
    }
}

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::new(MethodFilter::POST, "/ingest/{source}", push)
            .permission(Permission::SourceToken)
            .cache(CachePolicy::NoStore),
        Route::new(MethodFilter::GET, EVENTS_PATH, events)
            .permission(Permission::Public)
            .cache(CachePolicy::NoStore),
    ]
}

/// The router: the routes, then public pages.
pub fn router(state: Arc<State>) -> Router {
    let mut router = Router::new();
    for route in routes() {
        let cache = route.cache.unwrap_or(CachePolicy::NoStore);
        let handler = route
            .handler
            .layer(axum::middleware::map_response(move |response: Response| async move {
                with_policy(response, cache)
            }));
        router = router.route(route.path, handler);
    }
    router.fallback(page).with_state(state)
}

/// Puts the route's policy on answers that succeeded; errors are never kept.
fn with_policy(mut response: Response, policy: CachePolicy) -> Response {
    let policy = if response.status().is_success() {
        policy
    } else {
        CachePolicy::NoStore
    };
    policy.apply(response.headers_mut());
    response
}

/// A public page: from the press, or rendered.
async fn page(Extract(state): Extract<Arc<State>>, request: Request) -> Result<Response, WebError> {
    let method = request.method().clone();
    if method != axum::http::Method::GET && method != axum::http::Method::HEAD {
        return Err(WebError::new(ErrorKind::MethodNotAllowed));
    }
    let info = request
        .extensions()
        .get::<RequestInfo>()
        .cloned()
        .ok_or_else(WebError::not_found)?;
    state.page(&info, &method, request.uri(), request.headers()).await
}

/// What is new, for readers whose request the fast path does not take: over HTTP/2, or with a cookie of ours.
async fn events(Extract(state): Extract<Arc<State>>, request: Request) -> Result<Response, WebError> {
    let info = request
        .extensions()
        .get::<RequestInfo>()
        .ok_or_else(WebError::not_found)?;
    let topics = Topics::of_query(request.uri().query())
        .ok_or_else(|| WebError::bad_request("topics must be 'front', 'story:ID' or several with commas."))?;
    let last = request.headers().get("last-event-id");
    let last = last.and_then(|value| value.to_str().ok()?.trim().parse().ok());
    let stream = state
        .live
        .stream(info.site.id, topics, last)
        .map_err(WebError::unavailable)?;
    let body = axum::body::Body::from_stream(stream.map(Ok::<_, std::convert::Infallible>));
    let mut response = Response::new(body);
    stream_headers(response.headers_mut());
    Ok(response)
}

/// A wire document that a sender pushes.
async fn push(
    Extract(state): Extract<Arc<State>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, WebError> {
    // An unknown source and a wrong token look the same to a stranger.
    let source = state.sources.iter().find(|source| source.name == name);
    let source = source.ok_or_else(|| WebError::new(ErrorKind::Unauthorized))?;
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    match ingest::push(&state.app, source, token, body.to_vec(), media_type).await {
        Ok(intake) => {
            let known = !intake.taken.is_empty() && intake.taken.iter().all(|one| one.outcome == Outcome::Unchanged);
            let items: Vec<_> = intake
                .taken
                .iter()
                .map(|one| {
                    serde_json::json!({
                        "id": one.item, "story": one.story, "state": one.outcome, "public": one.visible,
                        "note": one.note,
                    })
                })
                .collect();
            let first = intake.taken.first();
            let answer = serde_json::json!({
                "id": first.and_then(|one| one.item),
                "state": first.map(|one| one.outcome),
                "items": items,
                "problems": intake.problems,
            });
            let status = if known { StatusCode::OK } else { StatusCode::ACCEPTED };
            Ok((status, Json(answer)).into_response())
        }
        Err(IngestError::Token | IngestError::UnknownSource(_)) => Err(WebError::new(ErrorKind::Unauthorized)),
        Err(IngestError::Unreadable(problems)) => {
            let problem = serde_json::json!({
                "type": "about:blank",
                "title": "The document was set aside",
                "status": 422,
                "code": "document_set_aside",
                "detail": problems.join("; "),
                "problems": problems,
            });
            let kind = [(header::CONTENT_TYPE, "application/problem+json")];
            Ok((StatusCode::UNPROCESSABLE_ENTITY, kind, Json(problem)).into_response())
        }
        Err(IngestError::Store(error)) if error.is_transient() => Err(WebError::unavailable(error)),
        Err(error) => Err(WebError::internal(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_says_who_may_use_it_and_who_may_keep_it() {
        for route in routes() {
            assert!(route.permission.is_some(), "{} has no permission", route.path);
            assert!(route.cache.is_some(), "{} has no cache policy", route.path);
        }
    }
}
