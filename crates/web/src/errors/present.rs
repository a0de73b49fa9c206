//! Gives an error the form that suits the request: problem details for programs, a page for people.

use super::{ErrorKind, Problem, WebError, accept};
use crate::cache_policy::CachePolicy;
use crate::request::RequestInfo;
use axum::body::Body;
use axum::response::Response;
use futures::future::BoxFuture;
use http::header::{ALLOW, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use minijinja::HtmlEscape;
use std::sync::Arc;

/// Under this name the request id is sent and logged.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the server's hook is told to make an error page of.
#[derive(Clone, Debug)]
pub struct ErrorPage {
    /// The error; its detail and its fields may be shown.
    pub error: Arc<WebError>,
    /// Where the request was for; none when no site has the host's name.
    pub info: Option<RequestInfo>,
    /// The path that was asked for, without query.
    pub path: String,
    /// The request id, to be shown with a 500.
    pub request_id: Arc<str>,
}

/// Makes the HTML of an error page, with search and the front's headlines where the server knows them. `None`: the
/// plain page of this module is sent. The hook must not fail loudly: it runs when something failed already.
pub type ErrorHook = Arc<dyn Fn(ErrorPage) -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// What is needed to answer with an error.
#[derive(Clone)]
pub struct ErrorPages {
    hook: Option<ErrorHook>,
}

impl ErrorPages {
    /// Error pages made by the server's hook.
    pub fn new(hook: ErrorHook) -> Self {
        Self { hook: Some(hook) }
    }

    /// Plain error pages: for the admin listener, and before a theme is loaded.
    pub const fn plain() -> Self {
        Self { hook: None }
    }

    /// The answer for `error`. Faults of ours are logged here, once, with their causes and the request id; nothing of
    /// the inside is in the answer.
    pub async fn answer(&self, error: Arc<WebError>, headers: &HeaderMap, page: ErrorPage) -> Response {
        log(&error, &page);
        let mut response = if accept::prefers_json(&page.path, headers) {
            problem(&error, &page.request_id)
        } else {
            let request_id = page.request_id.clone();
            let made = match &self.hook {
                Some(hook) => hook(page).await,
                None => None,
            };
            let html = made.unwrap_or_else(|| plain_page(&error, &request_id));
            body_of("text/html; charset=utf-8", Body::from(html))
        };
        *response.status_mut() = error.status();
        let head = response.headers_mut();
        CachePolicy::NoStore.apply(head);
        if let Some(seconds) = error.retry_after() {
            head.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if error.kind() == ErrorKind::Unauthorized {
            // RFC 9110, section 15.5.2: a 401 names a way to authenticate.
            head.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }

    /// Gives an error answer of the router its form; other answers pass through. `Allow` of a 405 stays.
    pub async fn present(
        &self,
        response: Response,
        headers: &HeaderMap,
        page: impl FnOnce(Arc<WebError>) -> ErrorPage,
    ) -> Response {
        let error = match response.extensions().get::<Arc<WebError>>() {
            Some(error) => error.clone(),
            None => match bare_error(&response) {
                Some(error) => Arc::new(error),
                None => return response,
            },
        };
        let allow = response.headers().get(ALLOW).cloned();
        let mut presented = self.answer(error.clone(), headers, page(error)).await;
        if let Some(allow) = allow {
            presented.headers_mut().insert(ALLOW, allow);
        }
        presented
    }
}

/// An error that the router or an extractor answered by itself: no body, or a line of plain text meant for developers.
fn bare_error(response: &Response) -> Option<WebError> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    let is_bare = response
        .headers()
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"));
    if !is_bare {
        return None;
    }
    let kind = match status.as_u16() {
        401 => ErrorKind::Unauthorized,
        403 => ErrorKind::Forbidden,
        404 => ErrorKind::NotFound,
        405 => ErrorKind::MethodNotAllowed,
        409 => ErrorKind::Conflict,
        410 => ErrorKind::Gone,
        413 => ErrorKind::TooLarge,
        415 => ErrorKind::UnsupportedType,
        421 => ErrorKind::Misdirected,
        422 => ErrorKind::Invalid,
        429 => ErrorKind::TooMany,
        503 => ErrorKind::Unavailable,
        400..=499 => ErrorKind::BadRequest,
        _ => ErrorKind::Internal,
    };
    Some(WebError::new(kind))
}

fn log(error: &WebError, page: &ErrorPage) {
    if !error.kind().is_server_fault() {
        tracing::debug!(request_id = %page.request_id, path = %page.path, code = error.stable_code(), "refused");
        return;
    }
    let mut causes = String::new();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if !causes.is_empty() {
            causes.push_str(": ");
        }
        causes.push_str(&error.to_string());
        cause = error.source();
    }
    tracing::error!(
        request_id = %page.request_id,
        path = %page.path,
        code = error.stable_code(),
        causes,
        "a request failed"
    );
}

fn problem(error: &WebError, request_id: &str) -> Response {
    match serde_json::to_vec(&Problem::of(error, request_id)) {
        Ok(json) => body_of("application/problem+json", Body::from(json)),
        Err(failure) => {
            tracing::error!(request_id, error = %failure, "problem details could not be written");
            Response::new(Body::empty())
        }
    }
}

fn body_of(content_type: &'static str, body: Body) -> Response {
    let mut response = Response::new(body);
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A page that needs no theme: what is sent when the theme itself is what failed.
fn plain_page(error: &WebError, request_id: &str) -> String {
    let title = error.kind().title();
    let detail = match error.shown_detail() {
        Some(detail) => format!("<p>{}</p>", HtmlEscape(detail)),
        None => String::new(),
    };
    let reference = if error.kind().is_server_fault() {
        format!("<p>Reference: <code>{}</code></p>", HtmlEscape(request_id))
    } else {
        String::new()
    };
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title></head><body><main><h1>{title}</h1>{detail}{reference}\
         <p><a href=\"/\">Front page</a></p></main></body></html>"
    )
}
