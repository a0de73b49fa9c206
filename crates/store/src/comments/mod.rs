//! Comments with their counters. Whatever changes what readers see of one goes through [`insert`], [`set_state`] and
//! [`revise`], which change the counters in the same transaction, so that they always equal a recount.
//!
//! A conversation is a comment of its own (the root) with everything that answers it, numbered in the order in which it
//! came. Readers meet comments in `store::public` alone.

pub mod imported;
pub mod mutes;
pub mod people;

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{hash, params, queries};
use masthead_domain::comments::checks::{Finding, REPEAT_SECONDS};
use masthead_domain::comments::{Badge, CommentState};
use masthead_domain::ids::{CommentId, ProfileId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Columns of a [`Comment`].
macro_rules! comment {
    () => {
        "id, story_id, site_id, profile_id, parent_id, root_id, place, state, body, salt, revision, badge, likes, \
         answers, replies, reported, featured, imported, findings, removed_by, created_at, edited_at"
    };
}

queries! {
    hot BY_ID = concat!("SELECT ", comment!(), " FROM comments WHERE id = $1");
    BY_IDS = concat!("SELECT ", comment!(), " FROM comments WHERE id IN {list:$1}");
    hot OF_PROFILE = concat!("SELECT ", comment!(), " FROM comments WHERE profile_id = $1 AND (created_at, id) < ($2, $3)
        ORDER BY created_at DESC, id DESC LIMIT $4");
    hot OWN_UNDER = concat!("SELECT ", comment!(), " FROM comments WHERE profile_id = $1 AND story_id = $2
        ORDER BY created_at DESC, id DESC LIMIT $3");
    hot WRITTEN_AFTER = concat!("SELECT ", comment!(), " FROM comments WHERE (created_at, id) > ($1, $2) AND NOT imported
        ORDER BY created_at, id LIMIT $3");
    INSERT = "INSERT INTO comments (id, story_id, site_id, profile_id, parent_id, root_id, place, state, listed, body,
            body_hash, salt, revision, badge, likes, answers, replies, places, reported, featured, imported, findings,
            created_at, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, 0, 0, 0, 0, FALSE, FALSE, $14, $15, $16, $17)";
    NEXT_PLACE = "UPDATE comments SET places = places + 1 WHERE id = $1";
    hot PLACES = "SELECT places FROM comments WHERE id = $1";
    ANSWERS = "UPDATE comments SET answers = answers + $2 WHERE id = $1";
    REPLIES = "UPDATE comments SET replies = replies + $2 WHERE id = $1";
    LIST = "UPDATE comments SET listed = (state = 'published' OR (CASE WHEN parent_id IS NULL THEN replies ELSE answers END) > 0)
        WHERE id = $1";
    STATE = "UPDATE comments SET state = $2, removed_by = $3, changed_at = $4 WHERE id = $1";
    COUNT = "INSERT INTO comment_counts (story_id, state, shard, n) VALUES ($1, $2, $3, $4)
        ON CONFLICT (story_id, state, shard) DO UPDATE SET n = comment_counts.n + excluded.n";
    hot COUNTS = "SELECT state, CAST(sum(n) AS BIGINT) FROM comment_counts WHERE story_id = $1 GROUP BY state ORDER BY state";
    WRONG_COUNTS = "SELECT k.story_id FROM (SELECT story_id, state, CAST(sum(n) AS BIGINT) AS n FROM comment_counts
                GROUP BY story_id, state) k
            LEFT JOIN (SELECT story_id, state, count(*) AS n FROM comments GROUP BY story_id, state) r
                ON r.story_id = k.story_id AND r.state = k.state WHERE k.n <> COALESCE(r.n, 0)
        UNION SELECT r.story_id FROM (SELECT story_id, state, count(*) AS n FROM comments GROUP BY story_id, state) r
            LEFT JOIN (SELECT story_id, state, CAST(sum(n) AS BIGINT) AS n FROM comment_counts
                GROUP BY story_id, state) k
                ON k.story_id = r.story_id AND k.state = r.state WHERE r.n <> COALESCE(k.n, 0)
        ORDER BY 1 LIMIT 100";
    WRONG_TREE = "SELECT c.id FROM comments c
            LEFT JOIN (SELECT parent_id AS id, count(*) AS n FROM comments
                WHERE state = 'published' AND parent_id IS NOT NULL GROUP BY parent_id) a ON a.id = c.id
            LEFT JOIN (SELECT root_id AS id, count(*) AS n FROM comments
                WHERE state = 'published' AND parent_id IS NOT NULL GROUP BY root_id) r ON r.id = c.id
            LEFT JOIN (SELECT comment_id AS id, count(*) AS n FROM comment_likes GROUP BY comment_id) l ON l.id = c.id
        WHERE c.answers <> COALESCE(a.n, 0) OR (c.parent_id IS NULL AND c.replies <> COALESCE(r.n, 0))
            OR c.likes <> c.likes_before + COALESCE(l.n, 0)
            OR c.listed <> (c.state = 'published' OR (CASE WHEN c.parent_id IS NULL THEN c.replies ELSE c.answers END) > 0)
        ORDER BY c.id LIMIT 100";
    ALL_AFTER = concat!("SELECT ", comment!(), " FROM comments WHERE id > $1 ORDER BY id LIMIT $2");
    KEEP_REVISION = "INSERT INTO comment_revisions (comment_id, number, body, salt, written_at)
        SELECT id, revision, body, salt, COALESCE(edited_at, created_at) FROM comments WHERE id = $1";
    REVISE = "UPDATE comments SET body = $2, body_hash = $3, salt = $4, revision = revision + 1, findings = $5,
        edited_at = $6, changed_at = $6 WHERE id = $1";
    REVISIONS = "SELECT number, body, written_at FROM comment_revisions WHERE comment_id = $1 ORDER BY number";
    ADD_LIKE = "INSERT INTO comment_likes (comment_id, profile_id, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    TAKE_LIKE = "DELETE FROM comment_likes WHERE comment_id = $1 AND profile_id = $2";
    LIKES = "UPDATE comments SET likes = likes + $2 WHERE id = $1";
    hot LIKED_UNDER = "SELECT l.comment_id FROM comment_likes l JOIN comments c ON c.id = l.comment_id
        WHERE l.profile_id = $1 AND c.story_id = $2 LIMIT 500";
    FEATURE = "UPDATE comments SET featured = $2, changed_at = $3 WHERE id = $1";
    MARK_REPORTED = "UPDATE comments SET reported = TRUE WHERE id = $1";
    PUT_KEY = "INSERT INTO comment_keys (profile_id, key, comment_id, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (profile_id, key) DO NOTHING";
    hot KEY = "SELECT comment_id FROM comment_keys WHERE profile_id = $1 AND key = $2";
    SWEEP_KEYS = "DELETE FROM comment_keys WHERE created_at < $1";
    hot REPEATS = "SELECT profile_id, id FROM comments WHERE body_hash = $1 AND created_at > $2 AND state <> 'deleted'
        ORDER BY created_at DESC LIMIT 8";
    OF_DELETED = concat!("SELECT ", comment!(), " FROM comments WHERE profile_id = $1 AND state <> 'deleted' ORDER BY created_at LIMIT $2");
    ERASE_BODY = "UPDATE comments SET body = '', body_hash = 0, findings = '[]' WHERE id = $1";
    ERASE_REVISIONS = "DELETE FROM comment_revisions WHERE comment_id = $1";
    STORIES_OF = "SELECT DISTINCT story_id FROM comments WHERE profile_id = $1 ORDER BY story_id";
}

/// A comment as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Identity.
    pub id: CommentId,
    /// The story it stands under, on every site that has the story.
    pub story: StoryId,
    /// The site it was written on, whose desk decides.
    pub site: SiteId,
    /// Whose it is.
    pub profile: ProfileId,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// The first of its conversation; itself where it answers nothing.
    pub root: CommentId,
    /// Its number in the conversation: 0 for the root, then from 1 as they came.
    pub place: i64,
    /// Where it stands.
    pub state: CommentState,
    /// What it says.
    pub body: String,
    /// The salt of the commitment to what it says.
    pub salt: Uuid,
    /// Number of its revision, from 1.
    pub revision: i64,
    /// What stands beside its writer's name.
    pub badge: Option<Badge>,
    /// How many like it.
    pub likes: i64,
    /// Answers to it that readers see.
    pub answers: i64,
    /// For a root: comments of its conversation that readers see, without itself.
    pub replies: i64,
    /// Whether somebody reported it.
    pub reported: bool,
    /// Whether the desk put it forward.
    pub featured: bool,
    /// Came in with an import.
    pub imported: bool,
    /// What the detectors found.
    pub findings: Vec<Finding>,
    /// Who took it away: `moderator`, `author`, `account`, `rule`.
    pub removed_by: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was changed by its writer.
    pub edited_at: Option<Timestamp>,
}

impl FromRow for Comment {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            story: row.next()?,
            site: row.next()?,
            profile: row.next()?,
            parent: row.next()?,
            root: row.next()?,
            place: row.next()?,
            // A state that this version doesn't know is shown to nobody.
            state: CommentState::parse(&row.next::<String>()?).unwrap_or(CommentState::Held),
            body: row.next()?,
            salt: row.next()?,
            revision: row.next()?,
            badge: row.next::<Option<String>>()?.as_deref().and_then(Badge::parse),
            likes: row.next()?,
            answers: row.next()?,
            replies: row.next()?,
            reported: row.next()?,
            featured: row.next()?,
            imported: row.next()?,
            findings: row.next::<Json<Vec<Finding>>>()?.0,
            removed_by: row.next()?,
            created_at: row.next()?,
            edited_at: row.next()?,
        })
    }
}

/// A comment that is written down.
#[derive(Clone, Debug)]
pub struct NewComment {
    /// Identity.
    pub id: CommentId,
    /// The story.
    pub story: StoryId,
    /// The site.
    pub site: SiteId,
    /// Whose.
    pub profile: ProfileId,
    /// What it answers, with that one's root.
    pub answers: Option<(CommentId, CommentId)>,
    /// Where it stands.
    pub state: CommentState,
    /// What it says.
    pub body: String,
    /// By what copies of it are found; see [`body_hash`].
    pub body_hash: i64,
    /// Salt of the commitment.
    pub salt: Uuid,
    /// Badge.
    pub badge: Option<Badge>,
    /// Came in with an import.
    pub imported: bool,
    /// What the detectors found.
    pub findings: Vec<Finding>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// By what copies of a text are found: of the text as word lists see it, without what dressing up could change.
pub fn body_hash(bare: &str) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = hash(bare.as_bytes());
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Several rows share a story's counts; a comment always changes the same one, so that none falls below zero.
fn shard(id: CommentId) -> i64 {
    i64::from(id.0.as_bytes().last().copied().unwrap_or(0) & 7)
}

async fn count(
    tx: &mut Tx,
    comment: CommentId,
    story: StoryId,
    state: CommentState,
    by: i64,
) -> Result<(), StoreError> {
    tx.execute(COUNT, params![story, state.name(), shard(comment), by])
        .await?;
    Ok(())
}

/// Writes a comment down with its counters.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, new: &NewComment) -> Result<(), StoreError> {
    let now = tx.now();
    let (parent, root, place) = match new.answers {
        None => (None, new.id, 0),
        Some((parent, root)) => {
            tx.execute(NEXT_PLACE, params![root]).await?;
            (Some(parent), root, tx.one::<i64>(PLACES, params![root]).await?)
        }
    };
    let shown = new.state.is_shown();
    let badge = new.badge.map(Badge::name);
    tx.execute(
        INSERT,
        params![
            new.id,
            new.story,
            new.site,
            new.profile,
            parent,
            root,
            place,
            new.state.name(),
            shown,
            &new.body,
            new.body_hash,
            new.salt,
            badge,
            new.imported,
            Json(&new.findings),
            new.created_at,
            now
        ],
    )
    .await?;
    count(tx, new.id, new.story, new.state, 1).await?;
    if let (Some(parent), true) = (parent, shown) {
        tell_tree(tx, parent, root, 1).await?;
    }
    Ok(())
}

/// Tells a comment's parent and root that one more (or less) below them is seen.
async fn tell_tree(tx: &mut Tx, parent: CommentId, root: CommentId, by: i64) -> Result<(), StoreError> {
    tx.execute(ANSWERS, params![parent, by]).await?;
    tx.execute(REPLIES, params![root, by]).await?;
    tx.execute(LIST, params![parent]).await?;
    if parent != root {
        tx.execute(LIST, params![root]).await?;
    }
    Ok(())
}

/// Moves a comment to another state with its counters. `removed_by` says on its tombstone who took it away.
///
/// # Errors
/// When the store can't answer.
pub async fn set_state(
    tx: &mut Tx,
    comment: &Comment,
    state: CommentState,
    removed_by: Option<&str>,
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(STATE, params![comment.id, state.name(), removed_by, now])
        .await?;
    if state != comment.state {
        count(tx, comment.id, comment.story, comment.state, -1).await?;
        count(tx, comment.id, comment.story, state, 1).await?;
    }
    if let Some(parent) = comment.parent
        && state.is_shown() != comment.state.is_shown()
    {
        tell_tree(tx, parent, comment.root, if state.is_shown() { 1 } else { -1 }).await?;
    }
    tx.execute(LIST, params![comment.id]).await?;
    Ok(())
}

/// Replaces what a comment says; what it said is kept as a revision.
///
/// # Errors
/// When the store can't answer.
pub async fn revise(
    tx: &mut Tx,
    comment: CommentId,
    body: &str,
    body_hash: i64,
    salt: Uuid,
    findings: &[Finding],
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(KEEP_REVISION, params![comment]).await?;
    tx.execute(REVISE, params![comment, body, body_hash, salt, Json(findings), now])
        .await?;
    Ok(())
}

/// The comment of an id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: CommentId) -> Result<Option<Comment>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The comments of these ids, in no order.
///
/// # Errors
/// When the store can't answer.
pub async fn by_ids(conn: &mut Conn, ids: &[CommentId]) -> Result<Vec<Comment>, StoreError> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    conn.all(BY_IDS, params![&ids]).await
}

/// Everything that somebody wrote, newest first, after a place in that order.
///
/// # Errors
/// When the store can't answer.
pub async fn of_profile(
    conn: &mut Conn,
    profile: ProfileId,
    after: (Timestamp, CommentId),
    limit: usize,
) -> Result<Vec<Comment>, StoreError> {
    conn.all(OF_PROFILE, params![profile, after.0, after.1, limit]).await
}

/// What everybody wrote, the oldest first, after a place in that order; imported comments are left out.
///
/// # Errors
/// When the store can't answer.
pub async fn written_after(
    conn: &mut Conn,
    after: (Timestamp, CommentId),
    limit: usize,
) -> Result<Vec<Comment>, StoreError> {
    conn.all(WRITTEN_AFTER, params![after.0, after.1, limit]).await
}

/// What somebody wrote under a story, in any state, newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn own_under(
    conn: &mut Conn,
    profile: ProfileId,
    story: StoryId,
    limit: usize,
) -> Result<Vec<Comment>, StoreError> {
    conn.all(OWN_UNDER, params![profile, story, limit]).await
}

/// A state of a comment that was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Its number, from 1.
    pub number: i64,
    /// What it said.
    pub body: String,
    /// When it was written.
    pub written_at: Timestamp,
}

crate::from_row!(Revision {
    number,
    body,
    written_at
});

/// What a comment said before, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn revisions(conn: &mut Conn, comment: CommentId) -> Result<Vec<Revision>, StoreError> {
    conn.all(REVISIONS, params![comment]).await
}

/// Likes a comment, or takes the like back. False when that is how it was.
///
/// # Errors
/// When the store can't answer.
pub async fn set_like(tx: &mut Tx, comment: CommentId, profile: ProfileId, on: bool) -> Result<bool, StoreError> {
    let now = tx.now();
    let (changed, by) = if on {
        (tx.execute(ADD_LIKE, params![comment, profile, now]).await?, 1_i64)
    } else {
        (tx.execute(TAKE_LIKE, params![comment, profile]).await?, -1)
    };
    if changed == 0 {
        return Ok(false);
    }
    tx.execute(LIKES, params![comment, by]).await?;
    Ok(true)
}

/// The comments under a story that somebody likes; at most 500.
///
/// # Errors
/// When the store can't answer.
pub async fn liked_under(conn: &mut Conn, profile: ProfileId, story: StoryId) -> Result<Vec<CommentId>, StoreError> {
    conn.all(LIKED_UNDER, params![profile, story]).await
}

/// Puts a comment forward, or back.
///
/// # Errors
/// When the store can't answer.
pub async fn set_featured(tx: &mut Tx, comment: CommentId, on: bool) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(FEATURE, params![comment, on, now]).await?;
    Ok(())
}

/// Notes that a comment was reported, after which its writer can't change it.
///
/// # Errors
/// When the store can't answer.
pub async fn mark_reported(tx: &mut Tx, comment: CommentId) -> Result<(), StoreError> {
    tx.execute(MARK_REPORTED, params![comment]).await?;
    Ok(())
}

/// Takes an idempotency key for a comment. When it was taken: by which comment.
///
/// # Errors
/// When the store can't answer.
pub async fn take_key(
    tx: &mut Tx,
    profile: ProfileId,
    key: &[u8; 32],
    comment: CommentId,
) -> Result<Option<CommentId>, StoreError> {
    let now = tx.now();
    if tx.execute(PUT_KEY, params![profile, *key, comment, now]).await? == 1 {
        return Ok(None);
    }
    tx.optional(KEY, params![profile, *key]).await
}

/// The comment that took a key.
///
/// # Errors
/// When the store can't answer.
pub async fn of_key(conn: &mut Conn, profile: ProfileId, key: &[u8; 32]) -> Result<Option<CommentId>, StoreError> {
    conn.optional(KEY, params![profile, *key]).await
}

/// The key of what somebody sent.
pub fn key_of(parts: &[&[u8]]) -> [u8; 32] {
    // Each part with its length, so that no two different lists make the same key.
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    hash(&bytes)
}

/// Forgets keys that were taken before a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep_keys(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(SWEEP_KEYS, params![before]).await
}

/// Who wrote the same within a day, newest first; at most eight.
///
/// # Errors
/// When the store can't answer.
pub async fn repeats(conn: &mut Conn, body_hash: i64) -> Result<Vec<(ProfileId, CommentId)>, StoreError> {
    let since = conn.now().plus_seconds(-REPEAT_SECONDS);
    conn.all(REPEATS, params![body_hash, since]).await
}

/// How many comments a story has, by state.
///
/// # Errors
/// When the store can't answer.
pub async fn counts(conn: &mut Conn, story: StoryId) -> Result<Vec<(String, i64)>, StoreError> {
    let all: Vec<(String, i64)> = conn.all(COUNTS, params![story]).await?;
    Ok(all.into_iter().filter(|(_, n)| *n != 0).collect())
}

/// Where counters differ from a recount of everything: stories by their counts, comments by their own; at most a hundred
/// of each. It reads every comment.
///
/// # Errors
/// When the store can't answer.
pub async fn faults(conn: &mut Conn) -> Result<(Vec<StoryId>, Vec<CommentId>), StoreError> {
    let stories = conn.all(WRONG_COUNTS, params![]).await?;
    let wrong = conn.all(WRONG_TREE, params![]).await?;
    Ok((stories, wrong))
}

/// Every comment by id, after one of them.
///
/// # Errors
/// When the store can't answer.
pub async fn all_after(conn: &mut Conn, after: CommentId, limit: usize) -> Result<Vec<Comment>, StoreError> {
    conn.all(ALL_AFTER, params![after, limit]).await
}

/// Some of somebody's comments that are not deleted yet.
///
/// # Errors
/// When the store can't answer.
pub async fn not_deleted(conn: &mut Conn, profile: ProfileId, limit: usize) -> Result<Vec<Comment>, StoreError> {
    conn.all(OF_DELETED, params![profile, limit]).await
}

/// Takes a comment's text away for good, with its earlier states. What the log of decisions says of it stays valid.
///
/// # Errors
/// When the store can't answer.
pub async fn erase(tx: &mut Tx, comment: CommentId) -> Result<(), StoreError> {
    tx.execute(ERASE_REVISIONS, params![comment]).await?;
    tx.execute(ERASE_BODY, params![comment]).await?;
    Ok(())
}

/// The stories under which somebody wrote.
///
/// # Errors
/// When the store can't answer.
pub async fn stories_of(conn: &mut Conn, profile: ProfileId) -> Result<Vec<StoryId>, StoreError> {
    conn.all(STORIES_OF, params![profile]).await
}
