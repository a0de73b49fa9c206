//! Requests counted by where they were answered and with what status, for the price of one atomic addition each.

use crate::access_log::Source;
use http::StatusCode;
use std::sync::atomic::{AtomicU64, Ordering};

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
const SOURCES: [(Source, &str); 2] = [(Source::Memory, "memory"), (Source::Router, "router")];

/// The counters of one listener.
#[derive(Debug, Default)]
pub struct Counts {
    requests: [[Padded; 5]; 2],
    not_modified: Padded,
}

/// On a line of its own, so that two threads that count different things don't wait for each other.
#[derive(Debug, Default)]
#[repr(align(64))]
struct Padded(AtomicU64);

impl Counts {
    /// Counts one answer.
    pub fn count(&self, source: Source, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        let [memory, router] = &self.requests;
        let of_source = match source {
            Source::Memory => memory,
            Source::Router => router,
        };
        if let Some(counter) = of_source.get(class) {
            counter.0.fetch_add(1, Ordering::Relaxed);
        }
        if status == StatusCode::NOT_MODIFIED {
            self.not_modified.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Answers from `source` with a status of this hundred (`2` for 2xx).
    pub fn total(&self, source: Source, hundred: u16) -> u64 {
        let [memory, router] = &self.requests;
        let of_source = match source {
            Source::Memory => memory,
            Source::Router => router,
        };
        usize::from(hundred)
            .checked_sub(1)
            .and_then(|class| of_source.get(class))
            .map_or(0, |counter| counter.0.load(Ordering::Relaxed))
    }

    /// Hands the numbers to the metrics recorder; called when metrics are asked for.
    pub fn publish(&self) {
        for (source, source_name) in SOURCES {
            for (class, hundred) in CLASSES.iter().zip(1..) {
                metrics::counter!("http_requests_total", "from" => source_name, "status" => *class)
                    .absolute(self.total(source, hundred));
            }
        }
        metrics::counter!("http_not_modified_total").absolute(self.not_modified.0.load(Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_source_and_status() {
        let counts = Counts::default();
        counts.count(Source::Memory, StatusCode::OK);
        counts.count(Source::Memory, StatusCode::NOT_MODIFIED);
        counts.count(Source::Router, StatusCode::NOT_FOUND);
        assert_eq!(counts.total(Source::Memory, 2), 1);
        assert_eq!(counts.total(Source::Memory, 3), 1);
        assert_eq!(counts.total(Source::Router, 4), 1);
        assert_eq!(counts.total(Source::Router, 2), 0);
        assert_eq!(counts.total(Source::Router, 0), 0);
        assert_eq!(counts.total(Source::Router, 9), 0);
    }
}
