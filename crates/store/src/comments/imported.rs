//! Comments that come in with an import: many at once, with the counters changed once for all of them.

use super::{Comment, by_ids, shard};
use crate::db::{Conn, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::comments::CommentState;
use masthead_domain::ids::{CommentId, ProfileId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

queries! {
    INSERT = "INSERT INTO comments (id, story_id, site_id, profile_id, parent_id, root_id, place, state, listed, body,
            body_hash, salt, revision, likes, likes_before, answers, replies, places, reported, featured, imported,
            findings, removed_by, created_at, changed_at, edited_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, $11, 1, $17, $17, 0, 0, 0, FALSE, $15, TRUE, '[]', $12, $13,
            $14, $16)";
    SET_PLACES = "UPDATE comments SET places = $2 WHERE id = $1";
    OF_WRITER = "UPDATE comments SET profile_id = $2 WHERE profile_id = $1";
    REVIEWS_OF_WRITER = "UPDATE reviews SET profile_id = $2 WHERE profile_id = $1";
}

/// A comment of an import.
#[derive(Clone, Debug)]
pub struct NewImported {
    /// Identity, made of the export's own so that a second import finds it.
    pub id: CommentId,
    /// Whose.
    pub profile: ProfileId,
    /// What it answers, with that one's root; that one stands before it in the list, or was there before.
    pub answers: Option<(CommentId, CommentId)>,
    /// Where it stands.
    pub state: CommentState,
    /// What it says; empty for a tombstone.
    pub body: String,
    /// Who took it away, for the tombstone.
    pub removed_by: Option<&'static str>,
    /// Salt of a commitment that a later decision makes.
    pub salt: Uuid,
    /// When it was written at its source.
    pub created_at: Timestamp,
    /// When its writer changed it there.
    pub edited_at: Option<Timestamp>,
    /// Whether the desk had put it forward.
    pub featured: bool,
    /// How many people liked it there.
    pub likes: u32,
}

/// The comments of these ids that are there, however many are asked for.
///
/// # Errors
/// When the store can't answer.
pub async fn known(conn: &mut Conn, ids: &[CommentId]) -> Result<HashMap<CommentId, Comment>, StoreError> {
    let mut found = HashMap::new();
    for some in ids.chunks(500) {
        found.extend(
            by_ids(conn, some)
                .await?
                .into_iter()
                .map(|comment| (comment.id, comment)),
        );
    }
    Ok(found)
}

/// Writes comments of one story down with their counters. Copies of them are not looked for when readers post: the text
/// is an old one.
///
/// # Errors
/// When the store can't answer, or one of them is there.
pub async fn insert(tx: &mut Tx, story: StoryId, site: SiteId, all: &[NewImported]) -> Result<(), StoreError> {
    let now = tx.now();
    let mut places: HashMap<CommentId, i64> = HashMap::new();
    let mut answers: BTreeMap<CommentId, i64> = BTreeMap::new();
    let mut replies: BTreeMap<CommentId, i64> = BTreeMap::new();
    let mut counts: BTreeMap<(&'static str, i64), i64> = BTreeMap::new();
    for new in all {
        let (parent, root, place) = match new.answers {
            None => {
                places.insert(new.id, 0);
                (None, new.id, 0)
            }
            Some((parent, root)) => {
                let last = match places.get(&root) {
                    Some(last) => *last,
                    None => tx.one::<i64>(super::PLACES, params![root]).await?,
                };
                places.insert(root, last + 1);
                (Some(parent), root, last + 1)
            }
        };
        let shown = new.state.is_shown();
        tx.execute(
            INSERT,
            params![
                new.id,
                story,
                site,
                new.profile,
                parent,
                root,
                place,
                new.state.name(),
                shown,
                &new.body,
                new.salt,
                new.removed_by,
                new.created_at,
                now,
                new.featured,
                new.edited_at,
                i64::from(new.likes)
            ],
        )
        .await?;
        *counts.entry((new.state.name(), shard(new.id))).or_default() += 1;
        if let (Some(parent), true) = (parent, shown) {
            *answers.entry(parent).or_default() += 1;
            *replies.entry(root).or_default() += 1;
        }
    }
    for ((state, shard), by) in counts {
        tx.execute(super::COUNT, params![story, state, shard, by]).await?;
    }
    for (root, last) in places.into_iter().filter(|(_, last)| *last > 0) {
        tx.execute(SET_PLACES, params![root, last]).await?;
    }
    for (parent, by) in &answers {
        tx.execute(super::ANSWERS, params![*parent, *by]).await?;
    }
    for (root, by) in &replies {
        tx.execute(super::REPLIES, params![*root, *by]).await?;
    }
    let mut above: Vec<CommentId> = answers.into_keys().chain(replies.into_keys()).collect();
    above.sort();
    above.dedup();
    for id in above {
        tx.execute(super::LIST, params![id]).await?;
    }
    Ok(())
}

/// Gives everything that stands under one profile to another: both are the same person's.
///
/// # Errors
/// When the store can't answer.
pub async fn move_to(tx: &mut Tx, from: ProfileId, to: ProfileId) -> Result<(), StoreError> {
    tx.execute(OF_WRITER, params![from, to]).await?;
    tx.execute(REVIEWS_OF_WRITER, params![from, to]).await?;
    Ok(())
}
