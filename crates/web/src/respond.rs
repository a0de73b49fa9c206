//! A pressed page and a request's headers to an answer, with as little work as there can be.
//!
//! Everything that is the same for every request was made when the page was pressed. What is left is choosing the
//! encoding, comparing tags, cloning a head whose values are shared, and counting the body's references up by one.

use crate::encodings::{self, Acceptable};
use crate::press::PressedPage;
use bytes::Bytes;
use http::header::{
    CONTENT_LENGTH, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, STRICT_TRANSPORT_SECURITY,
};
use http::{Method, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};

/// The body of an answer: a pressed page's bytes in one piece, or whatever the router made.
#[derive(Debug)]
pub enum PageBody {
    /// Bytes of a pressed page, until they are taken; nothing for `HEAD` and 304.
    Pressed(Option<Bytes>),
    /// A body of the router.
    Routed(axum::body::Body),
}

impl PageBody {
    /// No body.
    pub const EMPTY: Self = Self::Pressed(None);

    /// Bytes that will be sent, where that is known.
    pub fn length(&self) -> Option<u64> {
        self.size_hint().exact()
    }

    /// All bytes of the body: for tests and for those who hand pages on.
    ///
    /// # Errors
    /// When the router's body fails.
    pub async fn bytes(self) -> Result<Bytes, axum::Error> {
        Ok(self.collect().await?.to_bytes())
    }
}

impl Body for PageBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Pressed(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Routed(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Pressed(bytes) => bytes.is_none(),
            Self::Routed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Pressed(bytes) => SizeHint::with_exact(
                bytes
                    .as_ref()
                    .map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)),
            ),
            Self::Routed(body) => body.size_hint(),
        }
    }
}

impl From<PageBody> for axum::body::Body {
    fn from(body: PageBody) -> Self {
        match body {
            PageBody::Pressed(None) => Self::empty(),
            PageBody::Pressed(Some(bytes)) => Self::from(bytes),
            PageBody::Routed(body) => body,
        }
    }
}

/// Answers a `GET` or `HEAD` with a page, or with 304 when the client holds it (RFC 9110, section 13.2.2:
/// `If-None-Match` counts before `If-Modified-Since`). `hsts` is there when the request came over TLS.
pub fn respond(
    page: &PressedPage,
    method: &Method,
    headers: &HeaderMap,
    hsts: Option<&HeaderValue>,
) -> Response<PageBody> {
    respond_in(page, method, headers, Acceptable::of(headers), hsts)
}

/// The same for a handler behind the router. HSTS is left to the [edge](crate::edge), which knows of TLS.
pub fn routed(page: &PressedPage, method: &Method, headers: &HeaderMap) -> Response<axum::body::Body> {
    respond(page, method, headers, None).map(axum::body::Body::from)
}

/// The same where `Accept-Encoding` was read already.
pub fn respond_in(
    page: &PressedPage,
    method: &Method,
    headers: &HeaderMap,
    acceptable: Acceptable,
    hsts: Option<&HeaderValue>,
) -> Response<PageBody> {
    let encoding = acceptable.choose(page.prepared());
    let mut response = if page.status() == StatusCode::OK && holds_page(page, headers) {
        let mut response = Response::new(PageBody::EMPTY);
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.headers_mut() = page.head_without_body(encoding);
        response
    } else {
        let (head, body) = page.whole(encoding);
        let mut response = if *method == Method::HEAD {
            let mut response = Response::new(PageBody::EMPTY);
            response.headers_mut().clone_from(head);
            response
                .headers_mut()
                .insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            response
        } else {
            // The length is not in the head: the connection knows it from the body and writes it in any case.
            let mut response = Response::new(PageBody::Pressed(Some(body.clone())));
            response.headers_mut().clone_from(head);
            response
        };
        *response.status_mut() = page.status();
        response
    };
    if let Some(hsts) = hsts {
        response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, hsts.clone());
    }
    response
}

/// Whether the client's conditions say that it holds the page as it is (RFC 9110, section 13.2.2): where there is an
/// `If-None-Match`, its verdict alone counts.
pub(crate) fn holds(none_match: Option<bool>, unmodified: impl FnOnce() -> bool) -> bool {
    none_match.unwrap_or_else(unmodified)
}

fn holds_page(page: &PressedPage, headers: &HeaderMap) -> bool {
    let none_match = headers.contains_key(IF_NONE_MATCH).then(|| {
        let hash = &page.prepared().hash;
        headers
            .get_all(IF_NONE_MATCH)
            .iter()
            .any(|value| encodings::none_match(value, hash))
    });
    holds(none_match, || {
        headers
            .get(IF_MODIFIED_SINCE)
            .is_some_and(|value| encodings::unmodified_since(value, page.last_modified()))
    })
}
