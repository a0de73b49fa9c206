//! Why nothing was fetched.

use super::response::retry_after_seconds;
use super::shown;
use masthead_domain::time::Timestamp;
use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;
use url::Url;

/// Why the guard refused a hop.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Neither `http` nor `https`.
    #[error("`{0}:` addresses are not fetched")]
    Scheme(String),
    /// Not one of 80, 443, 8080, 8443.
    #[error("port {0} is not fetched from")]
    Port(u16),
    /// A user name or password stands in the address.
    #[error("an address with a user name in it is not fetched")]
    UserName,
    /// The host is an IPv4 address in another than its usual form: one decimal number, octal, hexadecimal, shortened.
    #[error("the host is a disguised number")]
    DisguisedAddress,
    /// A name that means this machine or its own network.
    #[error("`{0}` is a name inside this network")]
    LocalName(String),
    /// An address that is not part of the public internet.
    #[error("{address} is {range}")]
    Address {
        /// The address.
        address: IpAddr,
        /// What its range is for, in words.
        range: &'static str,
    },
}

/// Why nothing was fetched. Texts name the address without its query, which may hold a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The settings can't be used.
    #[error("outgoing: {0}")]
    Settings(String),
    /// No absolute address, or one that can't be read.
    #[error("`{url}` is no address that can be fetched: {problem}")]
    BadUrl {
        /// The text.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A value of the request can't be a header.
    #[error("the value for the header `{0}` can't be sent")]
    BadHeader(String),
    /// The guard refused this address or one that it redirected to.
    #[error("{url} was refused: {refusal}")]
    Refused {
        /// The refused hop.
        url: String,
        /// Why.
        refusal: Refusal,
    },
    /// More redirects than allowed.
    #[error("more than {0} redirects")]
    TooManyRedirects(usize),
    /// The body is longer than allowed, after decompression.
    #[error("{url} is longer than {limit} bytes")]
    TooLarge {
        /// The address.
        url: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// It took too long altogether.
    #[error("no complete answer within {} seconds", .0.as_secs_f32())]
    TimedOut(Duration),
    /// The name has no address, nobody listens, or TLS failed.
    #[error("{url} can't be reached: {problem}")]
    Unreachable {
        /// The address.
        url: String,
        /// What happened.
        problem: String,
    },
    /// The answer broke off or was no HTTP.
    #[error("{url} answered, but not soundly: {problem}")]
    Broken {
        /// The address.
        url: String,
        /// What happened.
        problem: String,
    },
    /// Another status than 2xx, from [`super::FetchResponse::success`].
    #[error("{url} answered with status {status}")]
    Status {
        /// The address.
        url: String,
        /// The status.
        status: u16,
        /// `Retry-After` as it was sent.
        retry_after: Option<String>,
    },
}

impl FetchError {
    /// A stable code for reports and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Settings(_) => "fetch.settings",
            Self::BadUrl { .. } => "fetch.bad_url",
            Self::BadHeader(_) => "fetch.bad_header",
            Self::Refused { .. } => "fetch.refused",
            Self::TooManyRedirects(_) => "fetch.too_many_redirects",
            Self::TooLarge { .. } => "fetch.too_large",
            Self::TimedOut(_) => "fetch.timed_out",
            Self::Unreachable { .. } => "fetch.unreachable",
            Self::Broken { .. } => "fetch.broken",
            Self::Status { .. } => "fetch.status",
        }
    }

    /// Whether the same request may go better later: the other side, or the way to it, was the cause.
    pub fn is_worth_retrying(&self) -> bool {
        match self {
            Self::TimedOut(_) | Self::Unreachable { .. } | Self::Broken { .. } => true,
            Self::Status { status, .. } => matches!(status, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }

    /// The pause that a refusing server asked for, in seconds from `now`; see
    /// [`super::FetchHeaders::retry_after_seconds`].
    pub fn retry_after_seconds(&self, now: Timestamp) -> Option<u64> {
        match self {
            Self::Status {
                retry_after: Some(text),
                ..
            } => retry_after_seconds(text, now),
            _ => None,
        }
    }

    pub(super) fn refused(url: &Url, refusal: Refusal) -> Self {
        Self::Refused {
            url: shown(url),
            refusal,
        }
    }

    pub(super) fn bad_url(url: &str, problem: impl ToString) -> Self {
        // Cut before the query for the same reason as in `shown`.
        let url = url
            .split(['?', '#'])
            .next()
            .unwrap_or_default()
            .chars()
            .take(200)
            .collect();
        Self::BadUrl {
            url,
            problem: problem.to_string(),
        }
    }
}

/// What `reqwest` says, in our words. A refusal of our own resolver comes back as the innermost cause.
pub(super) fn from_reqwest(url: &Url, error: &reqwest::Error) -> FetchError {
    let mut innermost: &(dyn Error + 'static) = error;
    loop {
        if let Some(refusal) = innermost.downcast_ref::<Refusal>() {
            return FetchError::refused(url, refusal.clone());
        }
        match innermost.source() {
            Some(source) => innermost = source,
            None => break,
        }
    }
    let problem = innermost.to_string();
    let url = shown(url);
    // Timeouts here are those of connecting; the one over everything is ours.
    if error.is_connect() || error.is_timeout() {
        FetchError::Unreachable { url, problem }
    } else {
        FetchError::Broken { url, problem }
    }
}
