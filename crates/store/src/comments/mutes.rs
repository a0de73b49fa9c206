//! Whose comments somebody doesn't want to see.

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::ProfileId;
use masthead_domain::time::Timestamp;

queries! {
    hot OF = "SELECT m.muted_id, p.username, p.display_name, m.since FROM mutes m JOIN profiles p ON p.id = m.muted_id
        WHERE m.profile_id = $1 AND p.state <> 'deleted' ORDER BY m.since DESC, m.muted_id DESC LIMIT $2";
    IS = "SELECT since FROM mutes WHERE profile_id = $1 AND muted_id = $2";
    COUNT = "SELECT count(*) FROM mutes WHERE profile_id = $1";
    PUT = "INSERT INTO mutes (profile_id, muted_id, since) VALUES ($1, $2, $3) ON CONFLICT (profile_id, muted_id) DO NOTHING";
    DROP = "DELETE FROM mutes WHERE profile_id = $1 AND muted_id = $2";
    FORGET = "DELETE FROM mutes WHERE profile_id = $1 OR muted_id = $1";
}

/// How many people somebody may mute: each is looked for on every page that they open.
pub const MOST: usize = 200;

/// Somebody whose comments are not wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Muted {
    /// Who.
    pub profile: ProfileId,
    /// Their username; none for an author of imported comments.
    pub username: Option<String>,
    /// The name shown; empty for none.
    pub display_name: String,
    /// Since when.
    pub since: Timestamp,
}

from_row!(Muted {
    profile,
    username,
    display_name,
    since
});

/// Whom somebody muted, the latest first.
///
/// # Errors
/// When the store can't answer.
pub async fn of(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Muted>, StoreError> {
    conn.all(OF, params![profile, MOST]).await
}

/// Whether somebody muted another.
///
/// # Errors
/// When the store can't answer.
pub async fn is_muted(conn: &mut Conn, profile: ProfileId, other: ProfileId) -> Result<bool, StoreError> {
    let since: Option<Timestamp> = conn.optional(IS, params![profile, other]).await?;
    Ok(since.is_some())
}

/// Mutes somebody; muting twice is muting once. False when [`MOST`] are muted already.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, profile: ProfileId, muted: ProfileId) -> Result<bool, StoreError> {
    let known: i64 = tx.one(COUNT, params![profile]).await?;
    if usize::try_from(known).unwrap_or(usize::MAX) >= MOST {
        return Ok(false);
    }
    let now = tx.now();
    tx.execute(PUT, params![profile, muted, now]).await?;
    Ok(true)
}

/// Takes it back.
///
/// # Errors
/// When the store can't answer.
pub async fn drop(tx: &mut Tx, profile: ProfileId, muted: ProfileId) -> Result<(), StoreError> {
    tx.execute(DROP, params![profile, muted]).await?;
    Ok(())
}

/// Forgets whom somebody muted, and who muted them.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![profile]).await?;
    Ok(())
}
