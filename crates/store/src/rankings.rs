//! How often stories are read, by the hour, and the rankings made of it. Nothing here says who read.
//!
//! What readers see of a ranking they see through [`crate::public`]: a story in it may have been withheld since.

use crate::db::{Conn, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::StoryId;
use uuid::Uuid;

queries! {
    ADD = "INSERT INTO reads (hour, story_id, count) VALUES ($1, $2, $3)
        ON CONFLICT (hour, story_id) DO UPDATE SET count = reads.count + excluded.count";
    /// What was read lately counts for much more, and what was read before that decides where little was.
    MOST_READ = "SELECT story_id, CAST(sum(CASE WHEN hour >= $2 THEN count * 100 ELSE count END) AS BIGINT) AS total
        FROM reads WHERE hour >= $1 GROUP BY story_id ORDER BY total DESC, story_id LIMIT $3";
    FORGET = "DELETE FROM reads WHERE hour < $1";
    hot RANKED = "SELECT story_id FROM rankings WHERE list_id = $1 ORDER BY position";
    CLEAR = "DELETE FROM rankings WHERE list_id = $1";
    RANK = "INSERT INTO rankings (list_id, position, story_id) VALUES ($1, $2, $3)";
}

/// Adds what was counted in an hour (whole hours since 1970).
///
/// # Errors
/// When the store can't answer.
pub async fn add(tx: &mut Tx, hour: i64, counts: &[(StoryId, u32)]) -> Result<(), StoreError> {
    for (story, count) in counts {
        tx.execute(ADD, params![hour, *story, *count]).await?;
    }
    Ok(())
}

/// The most read stories since hour `from`, most read first, each with a number that is the higher the more it was read
/// since `lately`.
///
/// # Errors
/// When the store can't answer.
pub async fn most_read(
    conn: &mut Conn,
    from: i64,
    lately: i64,
    limit: usize,
) -> Result<Vec<(StoryId, i64)>, StoreError> {
    conn.all(MOST_READ, params![from, lately, limit]).await
}

/// Forgets what was counted before an hour.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, hour: i64) -> Result<(), StoreError> {
    tx.execute(FORGET, params![hour]).await?;
    Ok(())
}

/// The stories of a ranking, the highest first, whether readers may see them or not. The list is named as
/// `masthead_domain::rankings::Ranking::of` does.
///
/// # Errors
/// When the store can't answer.
pub async fn ranked(conn: &mut Conn, list: Uuid) -> Result<Vec<StoryId>, StoreError> {
    conn.all(RANKED, params![list]).await
}

/// Replaces a ranking.
///
/// # Errors
/// When the store can't answer.
pub async fn rank(tx: &mut Tx, list: Uuid, stories: &[StoryId]) -> Result<(), StoreError> {
    tx.execute(CLEAR, params![list]).await?;
    for (position, story) in stories.iter().enumerate() {
        tx.execute(RANK, params![list, position, *story]).await?;
    }
    Ok(())
}
