//! The pictures of a contribution, each with what its author says of it, and what the archive has that looks like it.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{ContributionId, PictureId};
use masthead_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

queries! {
    INSERT = "INSERT INTO contribution_pictures (id, contribution_id, position, picture_id, preview, width, height,
            file_name, caption, place, taken_on, near, fresh, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    hot OF = "SELECT id, contribution_id, position, picture_id, preview, width, height, file_name, caption, place,
            taken_on, near, fresh, created_at
        FROM contribution_pictures WHERE contribution_id = $1 ORDER BY position";
    hot ONE = "SELECT id, contribution_id, position, picture_id, preview, width, height, file_name, caption, place,
            taken_on, near, fresh, created_at
        FROM contribution_pictures WHERE id = $1";
    SAY = "UPDATE contribution_pictures SET caption = $2, place = $3, taken_on = $4 WHERE id = $1";
    DELETE = "DELETE FROM contribution_pictures WHERE id = $1";
    hot PRINTS = "SELECT picture_id, bits FROM picture_fingerprints WHERE picture_id > $1 ORDER BY picture_id LIMIT $2";
    PUT_PRINT = "INSERT INTO picture_fingerprints (picture_id, bits) VALUES ($1, $2)
        ON CONFLICT (picture_id) DO UPDATE SET bits = excluded.bits";
    WITHOUT_PRINT = "SELECT pic.id FROM pictures pic WHERE pic.id > $1 AND pic.state IN ('ready', 'complete')
            AND NOT EXISTS (SELECT 1 FROM picture_fingerprints f WHERE f.picture_id = pic.id)
        ORDER BY pic.id LIMIT $2";
    IN_USE = "SELECT 1 AS one FROM pictures pic WHERE pic.id = $1 AND (
            EXISTS (SELECT 1 FROM contribution_pictures c WHERE c.picture_id = pic.id)
            OR EXISTS (SELECT 1 FROM story_pictures s WHERE s.picture_id = pic.id)
            OR EXISTS (SELECT 1 FROM page_pictures p WHERE p.picture_id = pic.id)
            OR EXISTS (SELECT 1 FROM picture_sources o WHERE o.picture_id = pic.id)
            OR EXISTS (SELECT 1 FROM authors a WHERE a.picture_id = pic.id))";
    DROP_PRINT = "DELETE FROM picture_fingerprints WHERE picture_id = $1";
    DROP_CUTS = "DELETE FROM picture_cuts WHERE picture_id = $1";
    DROP_PICTURE = "DELETE FROM pictures WHERE id = $1";
}

/// A picture of the archive that looks like another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Near {
    /// Which.
    pub picture: PictureId,
    /// In how many bits of 64 their fingerprints differ; 0 is the same file or one that looks exactly like it.
    pub distance: u32,
}

/// A picture of a contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContributedPicture {
    /// Identity, also in the address of its preview.
    pub id: Uuid,
    /// The contribution.
    pub contribution: ContributionId,
    /// Its place there, from 0.
    pub position: i64,
    /// The picture in the archive.
    pub picture: PictureId,
    /// The key of the small copy's blob: upright, without metadata.
    pub preview: String,
    /// Pixels of the small copy.
    pub width: u32,
    /// Pixels of the small copy.
    pub height: u32,
    /// The file's name as its author's machine had it.
    pub file_name: String,
    /// What it shows; may be empty in a draft.
    pub caption: String,
    /// Where it was taken; may be empty.
    pub place: String,
    /// The day on which it was taken, `2026-01-31`; may be empty.
    pub taken_on: String,
    /// What looked like it when it came.
    pub near: Vec<Near>,
    /// Whether the archive has it from this contribution alone, and not from before.
    pub fresh: bool,
    /// When it came.
    pub created_at: Timestamp,
}

impl FromRow for ContributedPicture {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            contribution: row.next()?,
            position: row.next()?,
            picture: row.next()?,
            preview: row.next()?,
            width: row.next()?,
            height: row.next()?,
            file_name: row.next()?,
            caption: row.next()?,
            place: row.next()?,
            taken_on: row.next()?,
            near: row.next::<Json<Vec<Near>>>()?.0,
            fresh: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// Adds a picture to a contribution.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, one: &ContributedPicture) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            one.id,
            one.contribution,
            one.position,
            one.picture,
            &one.preview,
            one.width,
            one.height,
            &one.file_name,
            &one.caption,
            &one.place,
            &one.taken_on,
            Json(&one.near),
            one.fresh,
            one.created_at
        ],
    )
    .await?;
    Ok(())
}

/// The pictures of a contribution in order.
///
/// # Errors
/// When the store can't answer.
pub async fn of(conn: &mut Conn, contribution: ContributionId) -> Result<Vec<ContributedPicture>, StoreError> {
    conn.all(OF, params![contribution]).await
}

/// One picture of a contribution.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: Uuid) -> Result<Option<ContributedPicture>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// Sets what its author says of a picture.
///
/// # Errors
/// When the store can't answer.
pub async fn say(tx: &mut Tx, id: Uuid, (caption, place, taken_on): (&str, &str, &str)) -> Result<(), StoreError> {
    tx.execute(SAY, params![id, caption, place, taken_on]).await?;
    Ok(())
}

/// Takes a picture out of its contribution. Where nothing else shows it, it leaves the archive too: then the key of its
/// original is returned, whose blob is to be removed.
///
/// # Errors
/// When the store can't answer.
pub async fn remove(tx: &mut Tx, one: &ContributedPicture) -> Result<Option<String>, StoreError> {
    tx.execute(DELETE, params![one.id]).await?;
    if !one.fresh || tx.optional::<i64>(IN_USE, params![one.picture]).await?.is_some() {
        return Ok(None);
    }
    let Some(record) = crate::pictures::by_id(tx, one.picture).await? else {
        return Ok(None);
    };
    for statement in [DROP_PRINT, DROP_CUTS, DROP_PICTURE] {
        tx.execute(statement, params![one.picture]).await?;
    }
    Ok(Some(record.original_key))
}

/// Fingerprints of the archive in the order of their pictures, after one.
///
/// # Errors
/// When the store can't answer.
pub async fn fingerprints(
    conn: &mut Conn,
    after: PictureId,
    limit: usize,
) -> Result<Vec<(PictureId, i64)>, StoreError> {
    conn.all(PRINTS, params![after, limit]).await
}

/// Remembers what a picture looks like. The 64 bits are kept as the number that has them.
///
/// # Errors
/// When the store can't answer.
pub async fn put_fingerprint(tx: &mut Tx, picture: PictureId, bits: i64) -> Result<(), StoreError> {
    tx.execute(PUT_PRINT, params![picture, bits]).await?;
    Ok(())
}

/// Pictures that are ready and have no fingerprint, in order of id, after one.
///
/// # Errors
/// When the store can't answer.
pub async fn without_fingerprint(
    conn: &mut Conn,
    after: PictureId,
    limit: usize,
) -> Result<Vec<PictureId>, StoreError> {
    conn.all(WITHOUT_PRINT, params![after, limit]).await
}
