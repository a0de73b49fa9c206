//! What the desk reads and keeps of stories: the list with its filters, the note beside a story, and who has it open.

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{AccountId, SectionId, SiteId, StoryId};
use masthead_domain::time::Timestamp;

queries! {
    // The newest revision says what the story is called now; the card still says what readers see.
    LISTED = "SELECT s.id, s.slug, s.state, r.headline, s.changed_at, s.hold_kind, s.hold_reason, s.embargo_kind,
            s.embargo_until, s.release_at, s.first_published_at, s.wire_item_id IS NOT NULL, s.head_revision,
            s.public_revision, r.created_by
        FROM stories s JOIN revisions r ON r.story_id = s.id AND r.number = s.head_revision
        WHERE (s.changed_at, s.id) < ($1, $2)
            AND ($4 = '' OR s.state = $4)
            AND ($5 = '' OR EXISTS (SELECT 1 FROM revisions mine WHERE mine.created_by = $5 AND mine.story_id = s.id))
            AND (CAST($6 AS BOOLEAN) = FALSE OR s.wire_item_id IS NOT NULL)
            AND (CAST($7 AS BOOLEAN) = FALSE OR s.hold_kind IS NOT NULL OR s.embargo_kind <> 'none')
            AND (EXISTS (SELECT 1 FROM placements p WHERE p.story_id = s.id AND p.section_id IN {list:$8})
                OR (CAST($9 AS BOOLEAN) = TRUE AND NOT EXISTS (SELECT 1 FROM placements p WHERE p.story_id = s.id)))
        ORDER BY s.changed_at DESC, s.id DESC LIMIT $3";
    PLACES = "SELECT story_id, site_id, section_id FROM placements WHERE story_id IN {list:$1} ORDER BY story_id, position";
    NOTE = "SELECT note FROM stories WHERE id = $1";
    SET_NOTE = "UPDATE stories SET note = $2 WHERE id = $1";
    BEGUN_BY = "SELECT created_by FROM revisions WHERE story_id = $1 AND number = 1";
    SEEN = "INSERT INTO desk_presence (story_id, account_id, seen_at) VALUES ($1, $2, $3)
        ON CONFLICT (story_id, account_id) DO UPDATE SET seen_at = excluded.seen_at";
    GONE = "DELETE FROM desk_presence WHERE seen_at <= $1";
    LEFT = "DELETE FROM desk_presence WHERE story_id = $1 AND account_id = $2";
    OTHERS = "SELECT account_id, seen_at FROM desk_presence WHERE story_id = $1 AND account_id <> $2 AND seen_at > $3
        ORDER BY seen_at DESC, account_id";
}

/// Which stories the list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// A state's word; empty for all.
    pub state: String,
    /// Who worked on it, as revisions name them; empty for all.
    pub by: String,
    /// Those from an agency alone.
    pub wire: bool,
    /// Those that a hold or an embargo keeps back alone.
    pub kept: bool,
    /// The sections that they stand in.
    pub sections: Vec<SectionId>,
    /// Those that stand nowhere yet as well.
    pub unplaced: bool,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Identity.
    pub id: StoryId,
    /// Slug.
    pub slug: String,
    /// State's word.
    pub state: String,
    /// Headline of the newest revision.
    pub headline: String,
    /// When anything about it changed.
    pub changed_at: Timestamp,
    /// The word of what keeps it back, if anything.
    pub hold: Option<String>,
    /// Why.
    pub hold_reason: Option<String>,
    /// `none`, `until` or `withheld`.
    pub embargo: String,
    /// Until when.
    pub embargo_until: Option<Timestamp>,
    /// When it will be (or was) released.
    pub release_at: Option<Timestamp>,
    /// When readers could first see it.
    pub first_published_at: Option<Timestamp>,
    /// Whether an agency sent it.
    pub wire: bool,
    /// Number of the newest revision.
    pub head_revision: i64,
    /// Number of the revision that readers see.
    pub public_revision: Option<i64>,
    /// Who saved the newest revision.
    pub by: String,
}

impl FromRow for Line {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            slug: row.next()?,
            state: row.next()?,
            headline: row.next()?,
            changed_at: row.next()?,
            hold: row.next()?,
            hold_reason: row.next()?,
            embargo: row.next()?,
            embargo_until: row.next()?,
            release_at: row.next()?,
            first_published_at: row.next()?,
            wire: row.next()?,
            head_revision: row.next()?,
            public_revision: row.next()?,
            by: row.next()?,
        })
    }
}

/// Stories for the list, last changed first, after a place in it.
///
/// # Errors
/// When the store can't answer.
pub async fn list(
    conn: &mut Conn,
    filter: &Filter,
    before: (Timestamp, StoryId),
    limit: usize,
) -> Result<Vec<Line>, StoreError> {
    let sections: Vec<uuid::Uuid> = filter.sections.iter().map(|section| section.0).collect();
    conn.all(
        LISTED,
        params![
            before.0,
            before.1,
            limit,
            &filter.state,
            &filter.by,
            filter.wire,
            filter.kept,
            &sections,
            filter.unplaced
        ],
    )
    .await
}

/// Where a story of the list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The story.
    pub story: StoryId,
    /// The site.
    pub site: SiteId,
    /// Its section there.
    pub section: SectionId,
}

from_row!(Place { story, site, section });

/// Where stories stand, each one's places in order.
///
/// # Errors
/// When the store can't answer.
pub async fn places(conn: &mut Conn, stories: &[StoryId]) -> Result<Vec<Place>, StoreError> {
    let ids: Vec<uuid::Uuid> = stories.iter().map(|story| story.0).collect();
    conn.all(PLACES, params![&ids]).await
}

/// What the newsroom notes beside a story; never published, and no part of any revision.
///
/// # Errors
/// When the store can't answer.
pub async fn note(conn: &mut Conn, story: StoryId) -> Result<String, StoreError> {
    let note: Option<Option<String>> = conn.optional(NOTE, params![story]).await?;
    Ok(note.flatten().unwrap_or_default())
}

/// Replaces the note beside a story.
///
/// # Errors
/// When the store can't answer.
pub async fn set_note(tx: &mut Tx, story: StoryId, note: &str) -> Result<(), StoreError> {
    tx.execute(SET_NOTE, params![story, note]).await?;
    Ok(())
}

/// Who saved a story's first revision.
///
/// # Errors
/// When the store can't answer.
pub async fn begun_by(conn: &mut Conn, story: StoryId) -> Result<Option<String>, StoreError> {
    conn.optional(BEGUN_BY, params![story]).await
}

/// Writes down that somebody has a story open, and forgets those who were last seen at `gone` or before.
///
/// # Errors
/// When the store can't answer.
pub async fn seen(tx: &mut Tx, story: StoryId, account: AccountId, gone: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(GONE, params![gone]).await?;
    tx.execute(SEEN, params![story, account, now]).await?;
    Ok(())
}

/// Writes down that somebody closed a story.
///
/// # Errors
/// When the store can't answer.
pub async fn left(tx: &mut Tx, story: StoryId, account: AccountId) -> Result<(), StoreError> {
    tx.execute(LEFT, params![story, account]).await?;
    Ok(())
}

/// Who else has a story open: seen after `since`, the last one first.
///
/// # Errors
/// When the store can't answer.
pub async fn others(
    conn: &mut Conn,
    story: StoryId,
    but: AccountId,
    since: Timestamp,
) -> Result<Vec<(AccountId, Timestamp)>, StoreError> {
    conn.all(OTHERS, params![story, but, since]).await
}
