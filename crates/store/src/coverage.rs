//! Live stories as the desk works on them: coverage and entries. What readers see of them is [`crate::public`]'s.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::coverage::{Coverage, Entry, EntryText};
use masthead_domain::ids::{EntryId, PictureId, StoryId};
use masthead_domain::time::Timestamp;

/// Columns of an entry `e`, as [`Entry`] reads them.
macro_rules! entry_columns {
    () => {
        "e.id, e.published_at, e.content, e.is_key, e.is_pinned, e.edited_at"
    };
}
pub(crate) use entry_columns;

queries! {
    OF_STORY = "SELECT began_at, ended_at FROM coverages WHERE story_id = $1";
    PUT = "INSERT INTO coverages (story_id, began_at, ended_at) VALUES ($1, $2, $3)
        ON CONFLICT (story_id) DO UPDATE SET began_at = excluded.began_at, ended_at = excluded.ended_at";
    ADD = "INSERT INTO entries (id, story_id, published_at, content, is_key, is_pinned, version, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, 1, $7)";
    SAVE = "UPDATE entries SET content = $2, is_key = $3, is_pinned = $4, edited_at = $5, removed_at = $6, version = $7
        WHERE id = $1 AND version = $8";
    ENTRY = concat!("SELECT ", entry_columns!(), ", e.story_id, e.removed_at, e.version FROM entries e WHERE e.id = $1");
    hot ENTRIES = concat!("SELECT ", entry_columns!(), ", e.story_id, e.removed_at, e.version FROM entries e
        WHERE e.story_id = $1 AND e.removed_at IS NULL AND (e.published_at, e.id) < ($2, $3)
        ORDER BY e.published_at DESC, e.id DESC LIMIT $4");
    PINNED = "SELECT CAST(count(*) AS BIGINT) FROM entries e
        WHERE e.story_id = $1 AND e.removed_at IS NULL AND e.is_pinned";
    CLEAR_PICTURES = "DELETE FROM entry_pictures WHERE entry_id = $1";
    PUT_PICTURE = "INSERT INTO entry_pictures (entry_id, picture_id, story_id) VALUES ($1, $2, $3)
        ON CONFLICT (entry_id, picture_id) DO NOTHING";
    PICTURES = "SELECT DISTINCT picture_id FROM entry_pictures WHERE story_id = $1";
}

from_row!(Coverage { began_at, ended_at });

impl FromRow for Entry {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            at: row.next()?,
            text: row.next::<Json<EntryText>>()?.0,
            is_key: row.next()?,
            is_pinned: row.next()?,
            edited_at: row.next()?,
        })
    }
}

/// An entry as the desk has it.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRecord {
    /// The entry.
    pub entry: Entry,
    /// Its story.
    pub story: StoryId,
    /// When it was taken out of the story; `None` while it stands there.
    pub removed_at: Option<Timestamp>,
    /// Counted up with each change, from 1.
    pub version: i64,
}

impl FromRow for EntryRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            entry: Entry::from_row(row)?,
            story: row.next()?,
            removed_at: row.next()?,
            version: row.next()?,
        })
    }
}

/// From when to when a story is covered live; `None` for one that never was.
///
/// # Errors
/// When the store can't answer.
pub async fn of_story(conn: &mut Conn, story: StoryId) -> Result<Option<Coverage>, StoreError> {
    conn.optional(OF_STORY, params![story]).await
}

/// Sets a story's coverage in place of the one before.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, story: StoryId, coverage: Coverage) -> Result<(), StoreError> {
    tx.execute(PUT, params![story, coverage.began_at, coverage.ended_at])
        .await?;
    Ok(())
}

/// Adds an entry; its version is 1.
///
/// # Errors
/// When the store can't answer.
pub async fn add(tx: &mut Tx, story: StoryId, entry: &Entry, by: &str) -> Result<(), StoreError> {
    tx.execute(
        ADD,
        params![
            entry.id,
            story,
            entry.at,
            Json(&entry.text),
            entry.is_key,
            entry.is_pinned,
            by
        ],
    )
    .await?;
    set_pictures(tx, story, entry).await
}

/// Saves an entry and counts its version up.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else changed it since it was read.
pub async fn save(tx: &mut Tx, record: &mut EntryRecord) -> Result<(), StoreError> {
    let entry = &record.entry;
    let changed = tx
        .execute(
            SAVE,
            params![
                entry.id,
                Json(&entry.text),
                entry.is_key,
                entry.is_pinned,
                entry.edited_at,
                record.removed_at,
                record.version + 1,
                record.version
            ],
        )
        .await?;
    if changed != 1 {
        return Err(StoreError::Conflict {
            constraint: "entries_version".into(),
        });
    }
    tx.execute(CLEAR_PICTURES, params![entry.id]).await?;
    // The files of a removed entry are public no longer, unless something else of the story shows them.
    if record.removed_at.is_none() {
        set_pictures(tx, record.story, entry).await?;
    }
    record.version += 1;
    Ok(())
}

async fn set_pictures(tx: &mut Tx, story: StoryId, entry: &Entry) -> Result<(), StoreError> {
    for block in entry.text.body.pictures() {
        if let Some(picture) = block.stored() {
            tx.execute(PUT_PICTURE, params![entry.id, picture, story]).await?;
        }
    }
    Ok(())
}

/// An entry, removed or not.
///
/// # Errors
/// When the store can't answer.
pub async fn entry(conn: &mut Conn, id: EntryId) -> Result<Option<EntryRecord>, StoreError> {
    conn.optional(ENTRY, params![id]).await
}

/// At most `most` entries of a story that stand in it, newest first, from behind the place `before`.
///
/// # Errors
/// When the store can't answer.
pub async fn entries(
    conn: &mut Conn,
    story: StoryId,
    before: (Timestamp, EntryId),
    most: usize,
) -> Result<Vec<EntryRecord>, StoreError> {
    conn.all(ENTRIES, params![story, before.0, before.1, most]).await
}

/// How many entries of a story are pinned.
///
/// # Errors
/// When the store can't answer.
pub async fn pinned(conn: &mut Conn, story: StoryId) -> Result<usize, StoreError> {
    let count: Option<i64> = conn.optional(PINNED, params![story]).await?;
    Ok(usize::try_from(count.unwrap_or(0)).unwrap_or(usize::MAX))
}

/// The pictures that the entries of a story show.
///
/// # Errors
/// When the store can't answer.
pub async fn pictures(conn: &mut Conn, story: StoryId) -> Result<Vec<PictureId>, StoreError> {
    conn.all(PICTURES, params![story]).await
}
