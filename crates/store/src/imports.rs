//! Runs of imports with the place to go on from, files that exports name, and where old addresses lead. Comments that
//! versions before this one kept are handed over once (`kept`).

use crate::db::{Conn, StoreError, Tx};
use crate::sites::RedirectTarget;
use crate::{from_row, params, queries};
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    RUN = "SELECT cursor, counts, started_at, finished_at FROM import_runs WHERE source = $1";
    PUT_RUN = "INSERT INTO import_runs (id, source, cursor, counts, started_at, changed_at, finished_at)
        VALUES ($1, $2, $3, $4, $5, $5, $6)
        ON CONFLICT (source) DO UPDATE SET cursor = excluded.cursor, counts = excluded.counts,
            changed_at = excluded.changed_at, finished_at = excluded.finished_at";
    PUT_ATTACHMENT = "INSERT INTO import_attachments (source, attachment_key, url, caption, credit, alt)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (source, attachment_key) DO UPDATE SET url = excluded.url, caption = excluded.caption,
            credit = excluded.credit, alt = excluded.alt";
    ATTACHMENT = "SELECT url, caption, credit, alt FROM import_attachments WHERE source = $1 AND attachment_key = $2";
    COMMENTS_OF = "SELECT source_key, parent_key, author_name, author_email, author_url, text, state, created_at
        FROM imported_comments WHERE story_id = $1 ORDER BY created_at, source_key";
    KEPT = "SELECT DISTINCT story_id FROM imported_comments ORDER BY story_id LIMIT $1";
    DROP_KEPT = "DELETE FROM imported_comments WHERE story_id = $1";
    LEADS_TO = "SELECT story_id, target FROM redirects WHERE site_id = $1 AND path = $2";
}

/// An import as far as it got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRecord {
    /// Where to go on, as the import itself wrote it.
    pub cursor: String,
    /// Counts so far, JSON.
    pub counts: String,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; `None` while it runs or after it broke off.
    pub finished_at: Option<Timestamp>,
}

from_row!(RunRecord {
    cursor,
    counts,
    started_at,
    finished_at
});

/// The run of a source (the hash of path, format and options).
///
/// # Errors
/// When the store can't answer.
pub async fn run(conn: &mut Conn, source: &str) -> Result<Option<RunRecord>, StoreError> {
    conn.optional(RUN, params![source]).await
}

/// Saves how far a run got, in the transaction that writes what it has read until there.
///
/// # Errors
/// When the store can't answer.
pub async fn save_run(
    tx: &mut Tx,
    fresh: Uuid,
    source: &str,
    cursor: &str,
    counts: &str,
    now: Timestamp,
    finished: bool,
) -> Result<(), StoreError> {
    tx.execute(
        PUT_RUN,
        params![fresh, source, cursor, counts, now, finished.then_some(now)],
    )
    .await?;
    Ok(())
}

/// A kept comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommentRecord {
    /// Identity at its source.
    pub source_key: String,
    /// The comment it answers, by its key at the source.
    pub parent_key: Option<String>,
    /// Display name.
    pub author_name: String,
    /// E-mail; never shown.
    pub author_email: Option<String>,
    /// Web page.
    pub author_url: Option<String>,
    /// Text.
    pub text: String,
    /// State's word.
    pub state: String,
    /// When it was written.
    pub created_at: Timestamp,
}

from_row!(CommentRecord {
    source_key,
    parent_key,
    author_name,
    author_email,
    author_url,
    text,
    state,
    created_at
});

/// The comments kept for a story, oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn comments_of(conn: &mut Conn, story: StoryId) -> Result<Vec<CommentRecord>, StoreError> {
    conn.all(COMMENTS_OF, params![story]).await
}

/// Stories for which comments are kept; at most `limit`.
///
/// # Errors
/// When the store can't answer.
pub async fn kept(conn: &mut Conn, limit: usize) -> Result<Vec<StoryId>, StoreError> {
    conn.all(KEPT, params![limit]).await
}

/// Forgets the comments kept for a story, in the transaction that makes them comments of it.
///
/// # Errors
/// When the store can't answer.
pub async fn drop_kept(tx: &mut Tx, story: StoryId) -> Result<(), StoreError> {
    tx.execute(DROP_KEPT, params![story]).await?;
    Ok(())
}

/// Where an old address of a site leads, whatever readers may see of it: to a story, or to another address.
///
/// # Errors
/// When the store can't answer.
pub async fn leads_to(conn: &mut Conn, site: SiteId, path: &str) -> Result<Option<RedirectTarget>, StoreError> {
    let found: Option<(Option<StoryId>, Option<String>)> = conn.optional(LEADS_TO, params![site, path]).await?;
    Ok(found.and_then(|(story, address)| match (story, address) {
        (Some(story), _) => Some(RedirectTarget::Story(story)),
        (None, address) => address.map(RedirectTarget::Address),
    }))
}

/// A file that an export names by a key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttachmentRecord {
    /// Where it lies.
    pub url: String,
    /// Caption; may be empty.
    pub caption: String,
    /// Credit; may be empty.
    pub credit: String,
    /// Text for those who don't see it; may be empty.
    pub alt: String,
}

from_row!(AttachmentRecord {
    url,
    caption,
    credit,
    alt
});

/// Remembers a file of an export: stories name it by its key, before or after it in the export.
///
/// # Errors
/// When the store can't answer.
pub async fn put_attachment(
    tx: &mut Tx,
    source: &str,
    key: &str,
    attachment: &AttachmentRecord,
) -> Result<(), StoreError> {
    let AttachmentRecord {
        url,
        caption,
        credit,
        alt,
    } = attachment;
    tx.execute(PUT_ATTACHMENT, params![source, key, url, caption, credit, alt])
        .await?;
    Ok(())
}

/// The file of a key of an export.
///
/// # Errors
/// When the store can't answer.
pub async fn attachment(conn: &mut Conn, source: &str, key: &str) -> Result<Option<AttachmentRecord>, StoreError> {
    conn.optional(ATTACHMENT, params![source, key]).await
}
