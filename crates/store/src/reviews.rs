//! What waits for the review desk: one row a comment that somebody has to look at, in the queue where it belongs.

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{AccountId, CommentId, ProfileId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    PUT = "INSERT INTO reviews (comment_id, site_id, story_id, profile_id, queue, since, weight, version)
        VALUES ($1, $2, $3, $4, $5, $6, $7, 1)
        ON CONFLICT (comment_id) DO UPDATE SET queue = excluded.queue, since = excluded.since, weight = excluded.weight,
            claimed_by = NULL, claimed_until = NULL, version = reviews.version + 1";
    hot ONE = "SELECT comment_id, site_id, story_id, profile_id, queue, since, weight, claimed_by, claimed_until, version
        FROM reviews WHERE comment_id = $1";
    hot QUEUE = "SELECT comment_id, site_id, story_id, profile_id, queue, since, weight, claimed_by, claimed_until, version
        FROM reviews WHERE queue = $1 AND (since, comment_id) > ($2, $3) ORDER BY since, comment_id LIMIT $4";
    hot QUEUE_OF_SITE = "SELECT comment_id, site_id, story_id, profile_id, queue, since, weight, claimed_by, claimed_until,
            version
        FROM reviews WHERE site_id = $5 AND queue = $1 AND (since, comment_id) > ($2, $3)
        ORDER BY since, comment_id LIMIT $4";
    hot DECIDED = "SELECT comment_id, site_id, story_id, profile_id, queue, since, weight, claimed_by, claimed_until, version
        FROM reviews WHERE queue = 'decided' AND (since, comment_id) < ($1, $2) ORDER BY since DESC, comment_id DESC LIMIT $3";
    LENGTH = "SELECT count(*) FROM (SELECT 1 AS one FROM reviews WHERE queue = $1 LIMIT $2) counted";
    LENGTH_OF_SITE = "SELECT count(*) FROM (SELECT 1 AS one FROM reviews WHERE site_id = $3 AND queue = $1 LIMIT $2) counted";
    CLAIM = "UPDATE reviews SET claimed_by = $2, claimed_until = $3
        WHERE comment_id = $1 AND (claimed_by IS NULL OR claimed_by = $2 OR claimed_until <= $4)";
    LEAVE = "UPDATE reviews SET claimed_by = NULL, claimed_until = NULL WHERE comment_id = $1 AND claimed_by = $2";
    MOVE = "UPDATE reviews SET queue = $2, since = $3, claimed_by = NULL, claimed_until = NULL, version = version + 1
        WHERE comment_id = $1";
    DROP = "DELETE FROM reviews WHERE comment_id = $1";
}

/// Longer queues are only said to be longer: nobody needs the number, and counting them would make writers wait.
pub const LONGEST_COUNTED: i64 = 1_000;

/// Something to decide on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Review {
    /// What.
    pub comment: CommentId,
    /// The site whose desk decides.
    pub site: SiteId,
    /// Under which story.
    pub story: StoryId,
    /// Whose it is.
    pub profile: ProfileId,
    /// `pending`, `held`, `new`, `reported` or `decided`.
    pub queue: String,
    /// Since when it is in the queue.
    pub since: Timestamp,
    /// Weight of the reports about it, in tenths.
    pub weight: i64,
    /// Who looks at it now.
    pub claimed_by: Option<AccountId>,
    /// Until when.
    pub claimed_until: Option<Timestamp>,
    /// Goes up with each move.
    pub version: i64,
}

from_row!(Review {
    comment,
    site,
    story,
    profile,
    queue,
    since,
    weight,
    claimed_by,
    claimed_until,
    version
});

/// Puts a comment into a queue, or moves it there.
///
/// # Errors
/// When the store can't answer.
pub async fn put(
    tx: &mut Tx,
    (comment, site, story, profile): (CommentId, SiteId, StoryId, ProfileId),
    queue: &str,
    since: Timestamp,
    weight: i64,
) -> Result<(), StoreError> {
    tx.execute(PUT, params![comment, site, story, profile, queue, since, weight])
        .await?;
    Ok(())
}

/// The row of a comment.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, comment: CommentId) -> Result<Option<Review>, StoreError> {
    conn.optional(ONE, params![comment]).await
}

/// A queue, the oldest first, after a place in it; of one site or of all.
///
/// # Errors
/// When the store can't answer.
pub async fn queue(
    conn: &mut Conn,
    queue: &str,
    site: Option<SiteId>,
    after: (Timestamp, CommentId),
    limit: usize,
) -> Result<Vec<Review>, StoreError> {
    match site {
        Some(site) => {
            conn.all(QUEUE_OF_SITE, params![queue, after.0, after.1, limit, site])
                .await
        }
        None => conn.all(QUEUE, params![queue, after.0, after.1, limit]).await,
    }
}

/// What was decided, the newest first, after a place in that order.
///
/// # Errors
/// When the store can't answer.
pub async fn decided(conn: &mut Conn, after: (Timestamp, CommentId), limit: usize) -> Result<Vec<Review>, StoreError> {
    conn.all(DECIDED, params![after.0, after.1, limit]).await
}

/// How many are in a queue: at most one more than [`LONGEST_COUNTED`].
///
/// # Errors
/// When the store can't answer.
pub async fn length(conn: &mut Conn, queue: &str, site: Option<SiteId>) -> Result<i64, StoreError> {
    match site {
        Some(site) => {
            conn.one(LENGTH_OF_SITE, params![queue, LONGEST_COUNTED + 1, site])
                .await
        }
        None => conn.one(LENGTH, params![queue, LONGEST_COUNTED + 1]).await,
    }
}

/// Takes a comment to look at until a moment. False when somebody else has it.
///
/// # Errors
/// When the store can't answer.
pub async fn claim(tx: &mut Tx, comment: CommentId, by: AccountId, until: Timestamp) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.execute(CLAIM, params![comment, by, until, now]).await? > 0)
}

/// Lets go of a comment.
///
/// # Errors
/// When the store can't answer.
pub async fn leave(tx: &mut Tx, comment: CommentId, by: AccountId) -> Result<(), StoreError> {
    tx.execute(LEAVE, params![comment, by]).await?;
    Ok(())
}

/// Moves a comment to another queue; nothing where it is in none.
///
/// # Errors
/// When the store can't answer.
pub async fn move_to(tx: &mut Tx, comment: CommentId, queue: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(MOVE, params![comment, queue, now]).await?;
    Ok(())
}

/// Takes a comment out of every queue.
///
/// # Errors
/// When the store can't answer.
pub async fn drop(tx: &mut Tx, comment: CommentId) -> Result<(), StoreError> {
    tx.execute(DROP, params![comment]).await?;
    Ok(())
}

/// Where a queue begins.
pub const START: (Timestamp, CommentId) = (Timestamp::MIN, CommentId(Uuid::nil()));
