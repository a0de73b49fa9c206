//! What a reader says about a document besides what it read.

use masthead_domain::time::Timestamp;
use serde::Serialize;

/// Something in a document that a reader could not take as it stands. The rest was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Where: a path of element or key names (`itemMeta/embargoed`), a line, or a record's identity.
    pub at: String,
    /// What is wrong, in words for the desk.
    pub what: String,
}

impl Problem {
    /// A problem at a place.
    pub fn new(at: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            at: at.into(),
            what: what.into(),
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}

/// What a reader made of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<T> {
    /// What could be read.
    pub value: T,
    /// What could not.
    pub problems: Vec<Problem>,
}

/// A document of which nothing could be taken: the reason is shown to the desk and stands in the import's report.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Unreadable {
    /// Why, in words.
    pub reason: String,
}

impl Unreadable {
    /// A reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into() }
    }
}

/// What a reader may know from outside the document.
#[derive(Clone, Debug)]
pub struct ReadContext<'a> {
    /// File name or address the document came from; the base for relative addresses when it is one.
    pub origin: Option<&'a str>,
    /// The moment of reading: the default of dates that count from receipt (NITF `date.issue`, `date.release`).
    pub now: Timestamp,
    /// IANA zone of times that name none (`2014-09-15 20:47` in saved pages); UTC when unset.
    pub zone: Option<&'a str>,
    /// Longest text taken from one field, in bytes; what is longer is cut with a problem.
    pub max_field: usize,
    /// Deepest nesting of elements or values that is followed.
    pub max_depth: usize,
}

impl ReadContext<'_> {
    /// Bounds that any real document stays within: fields of 8 MB, nesting of 256.
    pub const fn at(now: Timestamp) -> Self {
        Self {
            origin: None,
            now,
            zone: None,
            max_field: 8 << 20,
            max_depth: 256,
        }
    }
}
