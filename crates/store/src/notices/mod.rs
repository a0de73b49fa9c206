//! What people are told of what became of their comments, and whether they want it by mail; what they follow.

pub mod deliveries;
pub mod follows;

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{CommentId, IdSource, ProfileId, SiteId, StoryId};
use masthead_domain::notices::NoticeKind;
use masthead_domain::profiles::printed_name;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    PUT = "INSERT INTO notices (id, profile_id, kind, comment_id, created_at)
        SELECT $1, p.id, $3, $4, $5 FROM profiles p WHERE p.id = $2 AND p.account_id IS NOT NULL
        ON CONFLICT (profile_id, kind, comment_id) DO NOTHING";
    TAKE_BACK = "DELETE FROM notices WHERE profile_id = $1 AND kind = $2 AND comment_id = $3";
    hot OF = "SELECT n.id, n.kind, n.comment_id, n.created_at, n.seen_at, c.story_id, c.site_id, w.username, w.display_name
        FROM notices n JOIN comments c ON c.id = n.comment_id JOIN profiles w ON w.id = c.profile_id
        WHERE n.profile_id = $1 ORDER BY n.created_at DESC, n.id DESC LIMIT $2";
    UNMAILED = "SELECT n.id, n.kind, n.comment_id, n.created_at, n.seen_at, c.story_id, c.site_id, w.username, w.display_name
        FROM notices n JOIN comments c ON c.id = n.comment_id JOIN profiles w ON w.id = c.profile_id
        WHERE n.profile_id = $1 AND n.seen_at IS NULL AND n.mailed_at IS NULL ORDER BY n.created_at, n.id LIMIT $2";
    SEEN = "UPDATE notices SET seen_at = $2 WHERE profile_id = $1 AND seen_at IS NULL AND created_at <= $3";
    MAILED = "UPDATE notices SET mailed_at = $2 WHERE mailed_at IS NULL AND id IN {list:$1}";
    UNMARK = "UPDATE notices SET mailed_at = NULL WHERE id IN {list:$1}";
    WANTS = "SELECT mails FROM notice_settings WHERE profile_id = $1";
    SET_WANTS = "INSERT INTO notice_settings (profile_id, mails, changed_at) VALUES ($1, $2, $3)
        ON CONFLICT (profile_id) DO UPDATE SET mails = excluded.mails, changed_at = excluded.changed_at";
    FORGET = "DELETE FROM notices WHERE profile_id = $1";
    FORGET_SETTINGS = "DELETE FROM notice_settings WHERE profile_id = $1";
    SWEEP = "DELETE FROM notices WHERE created_at < $1";
}

/// A notice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Identity.
    pub id: Uuid,
    /// A [`NoticeKind`]'s name.
    pub kind: String,
    /// The answer, or the comment that was decided on.
    pub comment: CommentId,
    /// When it happened.
    pub at: Timestamp,
    /// When it was seen.
    pub seen_at: Option<Timestamp>,
    /// The story of the comment.
    pub story: StoryId,
    /// The site where the comment was written.
    pub site: SiteId,
    /// The username of the comment's writer.
    pub username: Option<String>,
    /// Their display name; empty for none.
    pub display_name: String,
}

from_row!(Notice {
    id,
    kind,
    comment,
    at,
    seen_at,
    story,
    site,
    username,
    display_name
});

impl Notice {
    /// The writer of the comment as pages name them; empty for one whose account is gone.
    pub fn name(&self) -> &str {
        printed_name(&self.display_name, self.username.as_deref())
    }
}

/// Tells somebody something, once. False when they know, or have no account to be told by.
///
/// # Errors
/// When the store can't answer.
pub async fn put(
    tx: &mut Tx,
    ids: &dyn IdSource,
    profile: ProfileId,
    kind: NoticeKind,
    comment: CommentId,
) -> Result<bool, StoreError> {
    let now = tx.now();
    let put = tx
        .execute(PUT, params![ids.next_uuid(), profile, kind.name(), comment, now])
        .await?;
    Ok(put > 0)
}

/// Takes back what turned out otherwise. A mail that went out can't be.
///
/// # Errors
/// When the store can't answer.
pub async fn take_back(
    tx: &mut Tx,
    profile: ProfileId,
    kind: NoticeKind,
    comment: CommentId,
) -> Result<(), StoreError> {
    tx.execute(TAKE_BACK, params![profile, kind.name(), comment]).await?;
    Ok(())
}

/// The newest of somebody's notices.
///
/// # Errors
/// When the store can't answer.
pub async fn of(conn: &mut Conn, profile: ProfileId, limit: usize) -> Result<Vec<Notice>, StoreError> {
    conn.all(OF, params![profile, limit]).await
}

/// The oldest that were neither seen nor mailed.
///
/// # Errors
/// When the store can't answer.
pub async fn unmailed(conn: &mut Conn, profile: ProfileId, limit: usize) -> Result<Vec<Notice>, StoreError> {
    conn.all(UNMAILED, params![profile, limit]).await
}

/// Marks as seen what happened until a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn seen(tx: &mut Tx, profile: ProfileId, until: Timestamp) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(SEEN, params![profile, now, until]).await?;
    Ok(())
}

/// Marks notices as mailed, before the mail goes out. How many were not mailed before.
///
/// # Errors
/// When the store can't answer.
pub async fn mailed(tx: &mut Tx, notices: &[Uuid]) -> Result<u64, StoreError> {
    let now = tx.now();
    tx.execute(MAILED, params![notices, now]).await
}

/// Takes the mark back from notices whose mail surely didn't go out.
///
/// # Errors
/// When the store can't answer.
pub async fn not_mailed(tx: &mut Tx, notices: &[Uuid]) -> Result<(), StoreError> {
    tx.execute(UNMARK, params![notices]).await?;
    Ok(())
}

/// Whether somebody wants mails; they do until they say otherwise.
///
/// # Errors
/// When the store can't answer.
pub async fn wants_mails(conn: &mut Conn, profile: ProfileId) -> Result<bool, StoreError> {
    Ok(conn.optional(WANTS, params![profile]).await?.unwrap_or(true))
}

/// Says whether somebody wants mails.
///
/// # Errors
/// When the store can't answer.
pub async fn set_wants_mails(tx: &mut Tx, profile: ProfileId, wants: bool) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(SET_WANTS, params![profile, wants, now]).await?;
    Ok(())
}

/// Forgets what somebody was told, follows and wishes.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![profile]).await?;
    tx.execute(FORGET_SETTINGS, params![profile]).await?;
    follows::drop_all(tx, profile).await?;
    deliveries::forget(tx, profile).await?;
    Ok(())
}

/// Removes what happened before a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    tx.execute(SWEEP, params![before]).await
}
