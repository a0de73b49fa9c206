//! The search index: which stories a site's readers mean by a few words, without the database.
//!
//! One index for all sites lies in a folder of the node's own. It is a copy that can be made again, never the truth:
//! what it finds passes the store's public read path before anybody sees it, so that an index that lags can't show a
//! killed story. How far in the event log it is stands inside each commit, so that the two can't disagree after a
//! crash.
//!
//! Readers' words are never parsed as a query language: a syntax has errors, and a search box has none to give. Words
//! are taken apart, bounded in number and length, and put together as terms ([`words`]).
//!
//! Rejected: the full-text search of the databases, because FTS5 and tsvector differ in what they find; storing the
//! text in the index for snippets, because a killed story's words would stay on disk until segments merge.

mod index;
mod rank;
mod schema;
#[cfg(test)]
mod tests;
mod words;

pub use index::SearchIndex;
pub use words::{MOST_WORDS, Words};

use masthead_domain::ids::{EventId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// What is known of a story for finding it.
#[derive(Clone, Debug)]
pub struct SearchDoc {
    /// The story; a document put again replaces the one before.
    pub story: StoryId,
    /// BCP 47 tag of its text: decides how words are stemmed.
    pub language: String,
    /// Its headline, which counts most.
    pub headline: String,
    /// Its standfirst.
    pub standfirst: String,
    /// Names of its authors and topics, kicker, dateline: found as the standfirst is.
    pub names: String,
    /// The text of its body.
    pub body: String,
    /// Ids of every site, section, topic and author in whose list it is.
    pub lists: Vec<Uuid>,
    /// First publication: what recency is measured by.
    pub published: Timestamp,
}

/// What is asked of the index.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// What the reader wrote.
    pub words: Words,
    /// Lists that each hit is in: the site always, and a section, topic or author where one was chosen.
    pub lists: Vec<Uuid>,
    /// Not published before this moment.
    pub from: Option<Timestamp>,
    /// Published before this moment.
    pub to: Option<Timestamp>,
    /// The present, against which recency is measured.
    pub now: Timestamp,
    /// At most this many hits.
    pub limit: usize,
    /// Leave out this many of the best; with [`SearchRequest::limit`] at most [`MOST_HITS`].
    pub offset: usize,
}

/// No search leads further than to this many hits: whoever needs more narrows it down.
pub const MOST_HITS: usize = 400;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// How many stories there are; where [`Hits::more`] is set, at least so many.
    pub total: usize,
    /// Only the newest part of the archive was ranked, because the words are frequent.
    pub more: bool,
    /// Words that are nearly the reader's count as well, because nearly nothing has the words themselves.
    pub relaxed: bool,
    /// No story has all the words; these have at least half of them.
    pub partial: bool,
    /// The best, with their scores.
    pub hits: Vec<(StoryId, f32)>,
}

/// A place in the event log: the index holds everything up to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    /// The position; 0 before the first event.
    pub position: i64,
    /// The event there, by which a log that was replaced (by a restored backup) is told from the one that was
    /// followed.
    pub event: Option<EventId>,
}

impl LogMark {
    fn to_payload(self) -> String {
        match self.event {
            Some(event) => format!("{} {event}", self.position),
            None => self.position.to_string(),
        }
    }

    fn from_payload(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let position = parts.next()?.parse().ok()?;
        let event = match parts.next() {
            Some(event) => Some(event.parse().ok()?),
            None => None,
        };
        Some(Self { position, event })
    }
}

/// Changes that are made together.
#[derive(Debug, Default)]
pub struct Batch {
    /// Forget everything first. Readers find what was there until the commit.
    pub clear: bool,
    /// Documents to put.
    pub put: Vec<SearchDoc>,
    /// Stories to forget.
    pub remove: Vec<StoryId>,
    /// How far the index is afterwards. Without a mark nothing is committed yet.
    pub commit: Option<LogMark>,
}

/// What went wrong with the index.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// Another process writes into the same folder.
    #[error("the search index is in use by another process")]
    InUse,
    /// All places are taken; asking again soon is worth it.
    #[error("too many searches at once")]
    Busy,
    /// The index can't be read or written.
    #[error("the search index failed")]
    Index(#[from] tantivy::TantivyError),
    /// Its folder can't be used.
    #[error("the search index's folder can't be used")]
    Folder(#[from] std::io::Error),
    /// A search or a write broke off.
    #[error("the search index's work broke off: {0}")]
    BrokeOff(String),
}
