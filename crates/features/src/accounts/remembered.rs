//! Sessions that this node read since the last commit that it knows of, so that a reader who loads a page with all that
//! belongs to it is looked up once.
//!
//! Nothing is remembered across a commit, whatever it wrote: the store counts each of this process before its writer
//! is answered, so that who was suspended, lost a role or signed out is seen so by the next request here. Commits of
//! other processes are counted within 100 ms on SQLite, and on PostgreSQL by notification or within half a second; when
//! even that is lost, [`LONGEST`] is the bound. Invalidation by account was turned down: each of a dozen writes would have
//! to think of it, and the one that forgot would leave somebody in.

use super::Viewer;
use masthead_domain::time::Timestamp;
use masthead_store::Db;
use masthead_web::fast::{Asking, ReaderParts};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// The longest that a session counts without being read again, in microseconds.
const LONGEST: i64 = 1_000_000;
/// Sessions that are remembered at a time; some 400 bytes each.
const MOST: usize = 20_000;
/// Pages of readers whose own parts are remembered at a time. Some KB each, and a second is not long enough for more.
const MOST_PARTS: usize = 2_000;

/// What a node remembers.
pub(crate) struct Remembered {
    commits: watch::Receiver<u64>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The number of commits under which all of these were read.
    commits: u64,
    sessions: HashMap<[u8; 32], (Timestamp, Arc<Viewer>)>,
    /// What filled the holes of a page, by how it was asked for, with the session that it was made for.
    parts: HashMap<[u8; 32], ([u8; 32], Arc<ReaderParts>)>,
}

impl Known {
    /// The session of a secret's hash, where it was read a moment ago.
    fn session(&self, key: &[u8; 32], now: Timestamp) -> Option<&Arc<Viewer>> {
        let (read_at, viewer) = self.sessions.get(key)?;
        let is_fresh = (0..=LONGEST).contains(&now.micros_since(*read_at)) && viewer.expires_at > now;
        is_fresh.then_some(viewer)
    }
}

impl Remembered {
    pub(crate) fn new(db: &Db) -> Self {
        Self {
            commits: db.changed(),
            known: Mutex::default(),
        }
    }

    /// How many commits are known of. Taken before a session is read, it says until when that may be kept.
    pub(crate) fn commits(&self) -> u64 {
        *self.commits.borrow()
    }

    /// The session of a secret's hash, where it was read a moment ago and nothing was committed since.
    pub(super) fn find(&self, key: &[u8; 32], now: Timestamp) -> Option<Arc<Viewer>> {
        let commits = self.commits();
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.commits != commits {
            return None;
        }
        known.session(key, now).map(Arc::clone)
    }

    /// What filled the holes of a page for a reader, under the same bounds as their session.
    pub(crate) fn parts(&self, asking: &Asking<'_>, now: Timestamp) -> Option<Arc<ReaderParts>> {
        let (key, commits) = (asking.key(), self.commits());
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.commits != commits {
            return None;
        }
        let (session, parts) = known.parts.get(&key)?;
        known.session(session, now).map(|_| Arc::clone(parts))
    }

    /// Keeps what filled the holes of a page for a viewer whose session has this key; `commits` as in
    /// [`Remembered::keep`].
    pub(super) fn keep_parts(
        &self,
        commits: u64,
        asking: &Asking<'_>,
        (session, viewer): ([u8; 32], &Viewer),
        parts: ReaderParts,
    ) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Kept beside the very reading of the session that it was made with, or not at all: a commit between the two
        // would have forgotten that one.
        let of = known.sessions.get(&session);
        if known.commits != commits || !of.is_some_and(|(_, of)| std::ptr::eq(Arc::as_ptr(of), viewer)) {
            return;
        }
        if known.parts.len() >= MOST_PARTS {
            known.parts.clear();
        }
        known.parts.insert(asking.key(), (session, Arc::new(parts)));
    }

    /// Keeps a session that was read at `now`, after [`Remembered::commits`] gave `commits`.
    pub(super) fn keep(&self, commits: u64, key: [u8; 32], now: Timestamp, viewer: &Arc<Viewer>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.commits > commits {
            return;
        }
        if known.commits < commits || known.sessions.len() >= MOST {
            known.commits = commits;
            known.sessions.clear();
            known.parts.clear();
        }
        known.sessions.insert(key, (now, Arc::clone(viewer)));
    }
}
