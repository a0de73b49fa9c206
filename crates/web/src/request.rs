//! What is known of a request before any handler runs.

use crate::hosts::HostSite;
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Found by handlers in the request's extensions: `axum::Extension<RequestInfo>`.
#[derive(Clone, Debug)]
pub struct RequestInfo {
    /// The site that the host's name belongs to.
    pub site: Arc<HostSite>,
    /// The host as the browser named it, with its port where there is one: what a cookie belongs to.
    pub host: Arc<str>,
    /// Whether the reader's connection is over TLS: decides `Secure`, `__Host-` and HSTS.
    pub tls: bool,
    /// The reader's address: for rate limits, never for the log.
    pub client: IpAddr,
    /// The name under which the log and an error page speak of this request.
    pub id: Arc<str>,
}

/// Names requests without a clock or randomness of its own: the caller's seed tells processes apart, a counter the
/// requests of one.
#[derive(Debug)]
pub struct RequestIds {
    seed: u32,
    next: AtomicU64,
}

impl RequestIds {
    /// Ids of one process.
    pub const fn new(seed: u32) -> Self {
        Self {
            seed,
            next: AtomicU64::new(1),
        }
    }

    /// The next id, such as `9f3c0a1b-2e`.
    pub fn next(&self) -> Arc<str> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let mut text = String::with_capacity(24);
        // Writing to a String can't fail.
        let _infallible = write!(text, "{:08x}-{number:x}", self.seed);
        text.into()
    }
}
