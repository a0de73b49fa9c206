//! What may be ranked: only what readers may see is, so that a ranking has no gaps where a story was withheld.

use super::{released, silent};
use crate::db::{Conn, StoreError};
use crate::{params, queries};
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Ids asked for at once.
const AT_ONCE: usize = 500;

queries! {
    STANDING = concat!("SELECT l.list_id, l.story_id FROM story_lists l JOIN stories s ON s.id = l.story_id
        WHERE l.story_id IN {list:$2} AND ", released!());
    COMMENTED = concat!("SELECT s.id, CAST(sum(n.n) AS BIGINT) AS total
        FROM stories s JOIN comment_counts n ON n.story_id = s.id AND n.state = 'published'
        WHERE s.first_published_at > $2 AND NOT ", silent!(), " AND ", released!(), "
        GROUP BY s.id HAVING sum(n.n) > 0 ORDER BY total DESC, s.id LIMIT $3");
}

/// The lists in which these stories stand, of those that readers may see.
///
/// # Errors
/// When the store can't answer.
pub async fn standing(
    conn: &mut Conn,
    now: Timestamp,
    stories: &[StoryId],
) -> Result<Vec<(Uuid, StoryId)>, StoreError> {
    let mut standing = Vec::new();
    for some in stories.chunks(AT_ONCE) {
        let ids: Vec<Uuid> = some.iter().map(|story| story.0).collect();
        standing.extend(conn.all::<(Uuid, StoryId)>(STANDING, params![now, &ids]).await?);
    }
    Ok(standing)
}

/// The stories first published after a moment that have the most published comments, with how many; none about which
/// the law asks to be silent.
///
/// # Errors
/// When the store can't answer.
pub async fn most_commented(
    conn: &mut Conn,
    now: Timestamp,
    since: Timestamp,
    limit: usize,
) -> Result<Vec<(StoryId, i64)>, StoreError> {
    conn.all(COMMENTED, params![now, since, limit]).await
}
