//! Live stories as readers see them: an entry is public exactly while its story is.

use super::released;
use crate::coverage::entry_columns;
use crate::db::{Conn, StoreError};
use crate::{params, queries};
use masthead_domain::coverage::{Coverage, Entry};
use masthead_domain::ids::{EntryId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    hot COVERAGE = concat!("SELECT v.began_at, v.ended_at FROM coverages v JOIN stories s ON s.id = v.story_id
        WHERE v.story_id = $2 AND ", released!());
    hot ENTRIES = concat!("SELECT ", entry_columns!(), " FROM entries e JOIN stories s ON s.id = e.story_id
        WHERE e.story_id = $2 AND e.removed_at IS NULL AND (e.published_at, e.id) < ($3, $4) AND ", released!(), "
        ORDER BY e.published_at DESC, e.id DESC LIMIT $5");
    hot KEY = concat!("SELECT ", entry_columns!(), " FROM entries e JOIN stories s ON s.id = e.story_id
        WHERE e.story_id = $2 AND e.removed_at IS NULL AND e.is_key AND ", released!(), "
        ORDER BY e.published_at DESC, e.id DESC LIMIT $3");
    hot PINNED = concat!("SELECT ", entry_columns!(), " FROM entries e JOIN stories s ON s.id = e.story_id
        WHERE e.story_id = $2 AND e.removed_at IS NULL AND e.is_pinned AND ", released!(), "
        ORDER BY e.published_at DESC, e.id DESC LIMIT $3");
    hot ENTRY = concat!("SELECT ", entry_columns!(), " FROM entries e JOIN stories s ON s.id = e.story_id
        WHERE e.id = $3 AND e.story_id = $2 AND e.removed_at IS NULL AND ", released!());
}

/// The place behind which a list of entries begins: all of them.
pub const NEWEST_ENTRIES: (Timestamp, EntryId) = (Timestamp::MAX, EntryId(Uuid::max()));

/// From when to when a story that readers may see is covered live.
///
/// # Errors
/// When the store can't answer.
pub async fn coverage(conn: &mut Conn, now: Timestamp, story: StoryId) -> Result<Option<Coverage>, StoreError> {
    conn.optional(COVERAGE, params![now, story]).await
}

/// At most `most` entries of a story, newest first, from behind the place `before`.
///
/// # Errors
/// When the store can't answer.
pub async fn entries(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    before: (Timestamp, EntryId),
    most: usize,
) -> Result<Vec<Entry>, StoreError> {
    conn.all(ENTRIES, params![now, story, before.0, before.1, most]).await
}

/// The newest key moments of a story, newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn key_entries(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    most: usize,
) -> Result<Vec<Entry>, StoreError> {
    conn.all(KEY, params![now, story, most]).await
}

/// The entries that stand above all others, newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn pinned_entries(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    most: usize,
) -> Result<Vec<Entry>, StoreError> {
    conn.all(PINNED, params![now, story, most]).await
}

/// An entry of a story.
///
/// # Errors
/// When the store can't answer.
pub async fn entry(conn: &mut Conn, now: Timestamp, story: StoryId, id: EntryId) -> Result<Option<Entry>, StoreError> {
    conn.optional(ENTRY, params![now, story, id]).await
}
