//! Files of portraits. They lie beside the profile and not among the blobs: a blob is named by its content, so that two
//! people may share one, and a portrait has to go with its owner.

use crate::db::{Conn, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{ProfileId, ProfilePictureId};

queries! {
    INSERT = "INSERT INTO profile_pictures (picture, width, profile_id, bytes, created_at) VALUES ($1, $2, $3, $4, $5)";
    hot SHOWN = "SELECT f.profile_id, f.bytes FROM profile_pictures f JOIN profiles p ON p.id = f.profile_id
        WHERE f.picture = $1 AND f.width = $2 AND p.picture = f.picture AND p.state <> 'deleted'";
    hot ANY = "SELECT profile_id, bytes FROM profile_pictures WHERE picture = $1 AND width = $2";
    PRUNE = "DELETE FROM profile_pictures WHERE profile_id = $1
        AND picture NOT IN (SELECT picture FROM profiles WHERE id = $1 AND picture IS NOT NULL)
        AND picture NOT IN (SELECT value FROM profile_changes
            WHERE profile_id = $1 AND field = 'picture' AND state = 'pending')";
    FORGET = "DELETE FROM profile_pictures WHERE profile_id = $1";
}

/// Keeps a portrait in one width, which is the one of its address: a smaller picture may be the file of several.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(
    tx: &mut Tx,
    picture: ProfilePictureId,
    profile: ProfileId,
    width: u16,
    bytes: &[u8],
) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        INSERT,
        params![picture.to_string(), i64::from(width), profile, bytes, now],
    )
    .await?;
    Ok(())
}

/// The file of a portrait that its profile shows, and whose it is.
///
/// # Errors
/// When the store can't answer.
pub async fn shown(
    conn: &mut Conn,
    picture: ProfilePictureId,
    width: u16,
) -> Result<Option<(ProfileId, Vec<u8>)>, StoreError> {
    conn.optional(SHOWN, params![picture.to_string(), i64::from(width)])
        .await
}

/// The same, also of one that waits for review: for its owner and for whoever decides.
///
/// # Errors
/// When the store can't answer.
pub async fn any(
    conn: &mut Conn,
    picture: ProfilePictureId,
    width: u16,
) -> Result<Option<(ProfileId, Vec<u8>)>, StoreError> {
    conn.optional(ANY, params![picture.to_string(), i64::from(width)]).await
}

/// Removes what is neither shown nor waits.
pub(super) async fn prune(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(PRUNE, params![profile]).await?;
    Ok(())
}

/// Removes all of somebody's.
pub(super) async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![profile]).await?;
    Ok(())
}
