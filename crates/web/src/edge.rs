//! What every answer of the router goes through on its way out: errors get their form, a panic becomes a 500, security
//! headers are on all, and what named no cache policy is not kept.

use crate::cache_policy::CachePolicy;
use crate::errors::WebError;
use crate::errors::present::{ErrorPage, ErrorPages, REQUEST_ID};
use crate::request::RequestInfo;
use crate::security_headers::SecurityHeaders;
use axum::body::Body;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use http::Request;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue};
use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use tower::{Layer, Service};

/// Puts the router behind the edge: `router.layer(EdgeLayer::new(…))` as the outermost layer.
#[derive(Clone)]
pub struct EdgeLayer {
    pages: ErrorPages,
    security: SecurityHeaders,
}

impl EdgeLayer {
    /// With these error pages and security headers.
    pub const fn new(pages: ErrorPages, security: SecurityHeaders) -> Self {
        Self { pages, security }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        Edge {
            inner,
            edge: self.clone(),
        }
    }
}

/// The router behind its edge.
#[derive(Clone)]
pub struct Edge<S> {
    inner: S,
    edge: EdgeLayer,
}

impl<S> Service<Request<Body>> for Edge<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone takes the place of the one that was polled ready, as tower asks.
        let fresh = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, fresh);
        let edge = self.edge.clone();
        Box::pin(async move { Ok(edge.run(inner, request).await) })
    }
}

impl EdgeLayer {
    async fn run<S>(self, mut inner: S, request: Request<Body>) -> Response
    where
        S: Service<Request<Body>, Response = Response, Error = Infallible>,
    {
        let info = request.extensions().get::<RequestInfo>().cloned();
        let headers = request.headers().clone();
        let path = request.uri().path().to_owned();
        let answered = AssertUnwindSafe(async { inner.call(request).await })
            .catch_unwind()
            .await;
        let response = match answered {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => WebError::internal("the handler panicked").into_response(),
        };
        let request_id: Arc<str> = info.as_ref().map_or_else(|| "-".into(), |info| info.id.clone());
        let tls = info.as_ref().is_some_and(|info| info.tls);
        let page_id = request_id.clone();
        let mut response = self
            .pages
            .present(response, &headers, |error| ErrorPage {
                error,
                info,
                path,
                request_id: page_id,
            })
            .await;
        self.finish(&mut response, tls, &request_id);
        response
    }

    fn finish(&self, response: &mut Response, tls: bool, request_id: &str) {
        let head = response.headers_mut();
        if !head.contains_key(CACHE_CONTROL) {
            CachePolicy::NoStore.apply(head);
        }
        // A pressed page brings the policy of the theme that it was made with.
        if !head.contains_key(CONTENT_SECURITY_POLICY) {
            self.security.apply(head);
        }
        self.security.apply_hsts(head, tls);
        if let Ok(id) = HeaderValue::try_from(request_id) {
            head.insert(REQUEST_ID, id);
        }
    }
}
