//! Uploads that can be taken up again where they broke off: what was promised, what came, and where its parts lie.

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::ProfileId;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    INSERT = "INSERT INTO uploads (id, profile_id, length, received, file_name, expires_at)
        VALUES ($1, $2, $3, 0, $4, $5)";
    hot ONE = "SELECT id, profile_id, length, received, file_name, expires_at FROM uploads WHERE id = $1";
    hot COUNT = "SELECT count(*) FROM uploads WHERE profile_id = $1";
    ADVANCE = "UPDATE uploads SET received = $3 WHERE id = $1 AND received = $2";
    PUT_PART = "INSERT INTO upload_parts (upload_id, position, key) VALUES ($1, $2, $3)";
    hot PARTS = "SELECT key FROM upload_parts WHERE upload_id = $1 ORDER BY position";
    DELETE_PARTS = "DELETE FROM upload_parts WHERE upload_id = $1";
    DELETE = "DELETE FROM uploads WHERE id = $1";
    OF_PROFILE = "SELECT id FROM uploads WHERE profile_id = $1";
}

/// An upload under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Identity, also in its address.
    pub id: Uuid,
    /// Whose it is; nobody else finds it.
    pub profile: ProfileId,
    /// Bytes that were promised.
    pub length: u64,
    /// Bytes that are there.
    pub received: u64,
    /// The file's name.
    pub file_name: String,
    /// When it is thrown away.
    pub expires_at: Timestamp,
}

from_row!(Upload {
    id,
    profile,
    length,
    received,
    file_name,
    expires_at
});

/// Begins an upload.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, upload: &Upload) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            upload.id,
            upload.profile,
            upload.length,
            &upload.file_name,
            upload.expires_at
        ],
    )
    .await?;
    Ok(())
}

/// An upload of somebody's own.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: Uuid, profile: ProfileId) -> Result<Option<Upload>, StoreError> {
    let found: Option<Upload> = conn.optional(ONE, params![id]).await?;
    Ok(found.filter(|upload| upload.profile == profile))
}

/// How many of somebody's are under way.
///
/// # Errors
/// When the store can't answer.
pub async fn count(conn: &mut Conn, profile: ProfileId) -> Result<usize, StoreError> {
    conn.one(COUNT, params![profile]).await
}

/// Adds a part that begins where the upload ends. False when it ends elsewhere: another part came first.
///
/// # Errors
/// When the store can't answer.
pub async fn append(tx: &mut Tx, id: Uuid, at: u64, length: u64, key: &str) -> Result<bool, StoreError> {
    if tx.execute(ADVANCE, params![id, at, at + length]).await? == 0 {
        return Ok(false);
    }
    tx.execute(PUT_PART, params![id, at, key]).await?;
    Ok(true)
}

/// Keys of the parts in order.
///
/// # Errors
/// When the store can't answer.
pub async fn parts(conn: &mut Conn, id: Uuid) -> Result<Vec<String>, StoreError> {
    conn.all(PARTS, params![id]).await
}

/// Forgets an upload. The blobs of its parts are the caller's to remove, before.
///
/// # Errors
/// When the store can't answer.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<(), StoreError> {
    tx.execute(DELETE_PARTS, params![id]).await?;
    tx.execute(DELETE, params![id]).await?;
    Ok(())
}

/// Somebody's uploads under way.
///
/// # Errors
/// When the store can't answer.
pub async fn of_profile(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Uuid>, StoreError> {
    conn.all(OF_PROFILE, params![profile]).await
}
