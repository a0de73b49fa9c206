//! Errors as readers and programs see them: one type with a stable code, made into an answer in one place.
//!
//! A handler returns [`WebError`]; the [edge](crate::edge::EdgeLayer) turns it into RFC 9457 problem details (under `/api`, or
//! when `Accept` prefers JSON) or into an HTML page from a hook of the server. What went wrong inside travels as the
//! error's source: it is logged once with the request id and never shown.

pub mod accept;
pub mod present;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use std::borrow::Cow;
use std::sync::Arc;

/// What kind of refusal this is; gives the status, the stable code and the words for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// 400: the request can't be read.
    BadRequest,
    /// 401: signing in would help.
    Unauthorized,
    /// 403: not allowed; the detail says why.
    Forbidden,
    /// 404: not there (or not public, which must look the same).
    NotFound,
    /// 405: the address knows other methods.
    MethodNotAllowed,
    /// 409: it changed meanwhile.
    Conflict,
    /// 410: was there and was taken away; the detail is the reason that the editor chose.
    Gone,
    /// 413: too large.
    TooLarge,
    /// 415: a type of content that is not taken here.
    UnsupportedType,
    /// 421: no site of this network has that host name (RFC 9110, section 15.5.20).
    Misdirected,
    /// 422: understood, but some fields are wrong; they are named.
    Invalid,
    /// 429: too fast.
    TooMany,
    /// 500: a fault of the program.
    Internal,
    /// 503: something that the program needs is away for now.
    Unavailable,
}

impl ErrorKind {
    /// The HTTP status.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The code that programs may rely on; also the name of the theme's strings for this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::TooLarge => "too-large",
            Self::UnsupportedType => "unsupported-type",
            Self::Misdirected => "unknown-host",
            Self::Invalid => "invalid",
            Self::TooMany => "too-many-requests",
            Self::Internal => "internal",
            Self::Unavailable => "unavailable",
        }
    }

    /// A short English title, used where the theme has no words of its own.
    pub const fn title(self) -> &'static str {
        match self {
            Self::BadRequest => "This request can't be read",
            Self::Unauthorized => "Please sign in",
            Self::Forbidden => "Not allowed",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::Conflict => "It changed meanwhile",
            Self::Gone => "No longer available",
            Self::TooLarge => "Too large",
            Self::UnsupportedType => "This type of content is not taken here",
            Self::Misdirected => "No site here has this name",
            Self::Invalid => "Some fields need another look",
            Self::TooMany => "Too many requests",
            Self::Internal => "Something went wrong",
            Self::Unavailable => "Not available for the moment",
        }
    }

    /// Whether the fault is ours: then a copy from disk may stand in, and the log says more than a line at debug.
    pub const fn is_server_fault(self) -> bool {
        matches!(self, Self::Internal | Self::Unavailable)
    }
}

/// One wrong field of a form or document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name in the form, or a JSON pointer (RFC 6901) in a document.
    pub field: Cow<'static, str>,
    /// What is wrong, in words for a person.
    pub message: Cow<'static, str>,
}

/// An error on its way to an answer.
///
/// `detail` is shown to whoever asked; `source` never is. Cloning is cheap, because everybody who waited for one
/// render gets the same error.
#[derive(Clone, Debug)]
pub struct WebError {
    kind: ErrorKind,
    code: &'static str,
    detail: Option<Cow<'static, str>>,
    fields: Vec<FieldError>,
    retry_after: Option<u32>,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl WebError {
    /// An error of `kind` with that kind's code and nothing more to say.
    pub const fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            code: kind.code(),
            detail: None,
            fields: Vec::new(),
            retry_after: None,
            source: None,
        }
    }

    /// 404.
    pub const fn not_found() -> Self {
        Self::new(ErrorKind::NotFound)
    }

    /// 410 with the reason that readers see.
    pub fn gone(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Gone).detail(reason)
    }

    /// 400 with what could not be read.
    pub fn bad_request(detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::BadRequest).detail(detail)
    }

    /// 403 with the reason.
    pub fn forbidden(reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::Forbidden).detail(reason)
    }

    /// 422 with the wrong fields.
    pub fn invalid(fields: Vec<FieldError>) -> Self {
        let mut error = Self::new(ErrorKind::Invalid);
        error.fields = fields;
        error
    }

    /// 429; the client may try again after `seconds`.
    pub const fn too_many(seconds: u32) -> Self {
        let mut error = Self::new(ErrorKind::TooMany);
        error.retry_after = Some(seconds);
        error
    }

    /// 500, caused by `source`, which is logged and not shown.
    pub fn internal(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::new(ErrorKind::Internal).caused_by(source)
    }

    /// 503, caused by `source`, which is logged and not shown.
    pub fn unavailable(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(ErrorKind::Unavailable).caused_by(source);
        error.retry_after = Some(5);
        error
    }

    /// The same error with a more particular stable code, such as `story-killed`.
    #[must_use]
    pub const fn code(mut self, code: &'static str) -> Self {
        self.code = code;
        self
    }

    /// The same error with words for whoever asked. They must hold nothing of the inside.
    #[must_use]
    pub fn detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// The same error with its cause, for the log alone.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(Arc::from(source.into()));
        self
    }

    /// What kind of error this is.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Its HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.kind.status()
    }

    /// Its stable code.
    pub const fn stable_code(&self) -> &'static str {
        self.code
    }

    /// What may be shown beyond the title.
    pub fn shown_detail(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// The wrong fields of a 422.
    pub fn fields(&self) -> &[FieldError] {
        &self.fields
    }

    /// Seconds for `Retry-After`.
    pub const fn retry_after(&self) -> Option<u32> {
        self.retry_after
    }
}

impl std::fmt::Display for WebError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)?;
        if let Some(detail) = &self.detail {
            write!(f, ": {detail}")?;
        }
        Ok(())
    }
}

impl std::error::Error for WebError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn std::error::Error + 'static))
    }
}

impl From<crate::templates::TemplateError> for WebError {
    fn from(error: crate::templates::TemplateError) -> Self {
        Self::internal(error)
    }
}

impl From<crate::paging::CursorError> for WebError {
    fn from(_: crate::paging::CursorError) -> Self {
        Self::bad_request("This page's address holds a place in the list that can't be read.").code("bad-cursor")
    }
}

impl IntoResponse for WebError {
    /// The bare answer; the [edge](crate::edge::EdgeLayer) finds the error in its extensions and gives it a body that suits the
    /// request. Without the layer the reader still gets the right status and nothing of the inside.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        crate::cache_policy::CachePolicy::NoStore.apply(response.headers_mut());
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// The body of `application/problem+json` (RFC 9457, section 3.1) with our extensions `code`, `request_id`, `errors`.
#[derive(Debug, Serialize)]
pub struct Problem<'a> {
    /// Always `about:blank`: the status says it all (section 4.2.1), the `code` says the rest.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Short title of the kind of error.
    pub title: &'a str,
    /// The HTTP status again.
    pub status: u16,
    /// What is particular to this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<&'a str>,
    /// The stable code.
    pub code: &'a str,
    /// The name under which the log has more.
    pub request_id: &'a str,
    /// The wrong fields.
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    pub errors: &'a [FieldError],
}

impl<'a> Problem<'a> {
    /// The problem details of `error`, asked for as `request_id`.
    pub fn of(error: &'a WebError, request_id: &'a str) -> Self {
        Self {
            kind: "about:blank",
            title: error.kind().title(),
            status: error.status().as_u16(),
            detail: error.shown_detail(),
            code: error.stable_code(),
            request_id,
            errors: error.fields(),
        }
    }
}
