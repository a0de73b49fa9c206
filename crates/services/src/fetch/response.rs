//! What came back.

use super::error::FetchError;
use super::shown;
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, ETAG, EXPIRES, LAST_MODIFIED, LINK, RETRY_AFTER};
use masthead_domain::time::Timestamp;
use std::time::UNIX_EPOCH;
use url::Url;

/// The headers that callers use, as they were sent. Values that are no plain text are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FetchHeaders {
    /// `ETag`, quotes included.
    pub etag: Option<String>,
    /// `Last-Modified`.
    pub last_modified: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Expires`; see [`FetchHeaders::expires_in`].
    pub expires: Option<String>,
    /// `Retry-After`; see [`FetchHeaders::retry_after_seconds`].
    pub retry_after: Option<String>,
    /// Every `Link` header.
    pub link: Vec<String>,
}

impl FetchHeaders {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let one = |name| {
            headers
                .get(name)
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned)
        };
        Self {
            etag: one(ETAG),
            last_modified: one(LAST_MODIFIED),
            content_type: one(CONTENT_TYPE),
            expires: one(EXPIRES),
            retry_after: one(RETRY_AFTER),
            link: headers
                .get_all(LINK)
                .iter()
                .filter_map(|value| value.to_str().ok())
                .map(str::to_owned)
                .collect(),
        }
    }

    /// The seconds from `now` until the answer is no longer fresh by `Expires` (RFC 9111, section 5.3); none when it
    /// says nothing that can be read.
    pub fn expires_in(&self, now: Timestamp) -> Option<i64> {
        let date = httpdate::parse_http_date(self.expires.as_deref()?.trim()).ok()?;
        let date = date.duration_since(UNIX_EPOCH).ok()?;
        Some(i64::try_from(date.as_secs()).ok()? - now.as_seconds())
    }

    /// The pause that `Retry-After` asks for, in seconds from `now`, whether it was sent as a number or as a date
    /// (RFC 9110, section 10.2.3). A date in the past is 0.
    pub fn retry_after_seconds(&self, now: Timestamp) -> Option<u64> {
        retry_after_seconds(self.retry_after.as_deref()?, now)
    }
}

/// Reads the value of a `Retry-After`.
pub(super) fn retry_after_seconds(text: &str, now: Timestamp) -> Option<u64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let date = httpdate::parse_http_date(text).ok()?.duration_since(UNIX_EPOCH).ok()?;
    let date = i64::try_from(date.as_secs()).ok()?;
    Some(u64::try_from(date - now.as_seconds()).unwrap_or(0))
}

/// An answer, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResponse {
    /// The HTTP status of the last hop.
    pub status: u16,
    /// Headers of the last hop.
    pub headers: FetchHeaders,
    /// The whole body, decompressed; empty with 304.
    pub body: Bytes,
    /// The address that answered, after redirects.
    pub final_url: Url,
}

impl FetchResponse {
    /// 304: what was seen before still holds.
    pub fn is_not_modified(&self) -> bool {
        self.status == 304
    }

    /// 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Itself when the status is 2xx or 304.
    ///
    /// # Errors
    /// [`FetchError::Status`] for all others.
    pub fn success(self) -> Result<Self, FetchError> {
        if self.is_success() || self.is_not_modified() {
            return Ok(self);
        }
        Err(FetchError::Status {
            url: shown(&self.final_url),
            status: self.status,
            retry_after: self.headers.retry_after,
        })
    }
}
