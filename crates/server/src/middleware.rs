//! The middleware stack, in the one order in which a request goes through it.
//!
//! 1. `web::fast`: host to site, pages from memory, the access log. Everything below is reached only on a miss.
//! 2. `web::edge` (outermost layer of the router): errors get their form, a panic becomes a 500 with a request id,
//!    security headers are on all, and what named no cache policy is not kept.
//! 3. The body limit: no body is read further than a pushed document may be long, and one that says that it is longer
//!    is refused before its sender is asked to go on.
//! 4. Foreign origins: a change that a browser sends from elsewhere is refused.

use crate::router::LARGEST_PUSH;
use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use masthead_web::edge::EdgeLayer;
use masthead_web::errors::WebError;
use masthead_web::request::RequestInfo;
use tower_http::limit::RequestBodyLimitLayer;

/// Puts the stack around the router.
pub fn stack(router: Router, edge: EdgeLayer) -> Router {
    router
        .layer(from_fn(refuse_foreign_origins))
        .layer(DefaultBodyLimit::max(LARGEST_PUSH))
        .layer(RequestBodyLimitLayer::new(LARGEST_PUSH))
        .layer(edge)
}

/// Refuses a state-changing request that a browser sends from a foreign page, cookie or not (interfaces, "Headers").
async fn refuse_foreign_origins(request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && is_foreign(request.headers(), request.extensions().get::<RequestInfo>()) {
        return WebError::forbidden("This request came from another site.").into_response();
    }
    next.run(request).await
}

fn is_foreign(headers: &HeaderMap, info: Option<&RequestInfo>) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(fetch_site) = text(header::HeaderName::from_static("sec-fetch-site")) {
        return !matches!(fetch_site, "same-origin" | "none");
    }
    match text(header::ORIGIN) {
        None => false,
        Some(origin) => {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            let same_host = text(header::HOST).is_some_and(|own| own.eq_ignore_ascii_case(host));
            let canonical = info.is_some_and(|info| info.site.origin.as_str().eq_ignore_ascii_case(origin));
            !same_host && !canonical
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (header::HeaderName::from_static(name), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn foreign_pages_are_told_from_our_own_and_from_programs() {
        assert!(is_foreign(&headers(&[("sec-fetch-site", "cross-site")]), None));
        assert!(is_foreign(&headers(&[("sec-fetch-site", "same-site")]), None));
        assert!(!is_foreign(&headers(&[("sec-fetch-site", "same-origin")]), None));
        assert!(is_foreign(
            &headers(&[("origin", "https://evil.example"), ("host", "paper.example")]),
            None
        ));
        assert!(is_foreign(
            &headers(&[("origin", "null"), ("host", "paper.example")]),
            None
        ));
        assert!(!is_foreign(
            &headers(&[("origin", "https://paper.example"), ("host", "paper.example")]),
            None
        ));
        assert!(
            !is_foreign(&headers(&[("host", "paper.example")]), None),
            "an agency's program sends neither"
        );
    }
}
