//! Pictures: originals and public renditions. Whether a file is public is decided in [`crate::public`].

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{PictureId, StoryId};
use masthead_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

queries! {
    BY_ID = "SELECT id, hash, original_key, media_type, width, height, alt, caption, credit, copyright_notice,
            usage_terms, renditions, state, problem, licence_ends_at, created_at FROM pictures WHERE id = $1";
    BY_HASH = "SELECT id, hash, original_key, media_type, width, height, alt, caption, credit, copyright_notice,
            usage_terms, renditions, state, problem, licence_ends_at, created_at FROM pictures WHERE hash = $1";
    BY_IDS = "SELECT id, hash, original_key, media_type, width, height, alt, caption, credit, copyright_notice,
            usage_terms, renditions, state, problem, licence_ends_at, created_at FROM pictures WHERE id IN {list:$1}";
    IN_ORDER = "SELECT id, hash, original_key, media_type, width, height, alt, caption, credit, copyright_notice,
            usage_terms, renditions, state, problem, licence_ends_at, created_at FROM pictures
        WHERE id > $1 ORDER BY id LIMIT $2";
    INSERT = "INSERT INTO pictures (id, hash, original_key, media_type, width, height, alt, caption, credit,
            copyright_notice, usage_terms, renditions, state, licence_ends_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        ON CONFLICT (hash) DO NOTHING";
    SET_RENDITIONS = "UPDATE pictures SET renditions = $2, state = $3, problem = $4 WHERE id = $1";
    BY_SOURCE = "SELECT picture_id FROM picture_sources WHERE url_hash = $1";
    PUT_SOURCE = "INSERT INTO picture_sources (url_hash, url, picture_id) VALUES ($1, $2, $3)
        ON CONFLICT (url_hash) DO UPDATE SET picture_id = excluded.picture_id";
    PUT_CUT = "INSERT INTO picture_cuts (picture_id, shape, width, height, key) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (picture_id, shape) DO UPDATE SET width = excluded.width, height = excluded.height,
            key = excluded.key";
    CUTS = "SELECT shape, width, height, key FROM picture_cuts WHERE picture_id = $1 ORDER BY shape";
    WITHOUT_CUTS = "SELECT id FROM pictures pic WHERE pic.id > $1 AND pic.state IN ('ready', 'complete')
            AND NOT EXISTS (SELECT 1 FROM picture_cuts c WHERE c.picture_id = pic.id)
        ORDER BY pic.id LIMIT $2";
    STORIES_SHOWING = "SELECT story_id FROM story_pictures WHERE picture_id = $1";
}

/// A public file of a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenditionRecord {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// `jpg`, `webp`, `avif` or `png`: also the ending of its address.
    pub format: String,
    /// Where the blob lies.
    pub key: String,
    /// Bytes.
    pub bytes: u64,
}

/// State of a picture's renditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureState {
    /// Waiting for the worker.
    Pending,
    /// The quick formats are there; slow ones (AVIF) may follow.
    Ready,
    /// Everything is there.
    Complete,
    /// It can't be shown; `problem` says why.
    Failed,
}

impl PictureState {
    /// The word in the store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Complete => "complete",
            Self::Failed => "failed",
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "ready" => Self::Ready,
            "complete" => Self::Complete,
            "failed" => Self::Failed,
            _ => Self::Pending,
        }
    }
}

/// A picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureRecord {
    /// Identity.
    pub id: PictureId,
    /// SHA-256 of the original, hexadecimal: the same file is one picture.
    pub hash: String,
    /// Where the original lies; never public.
    pub original_key: String,
    /// MIME type of the original, by content.
    pub media_type: String,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// Text for those who don't see it; may be empty.
    pub alt: String,
    /// Default caption; may be empty.
    pub caption: String,
    /// Default credit; may be empty.
    pub credit: String,
    /// Copyright notice; may be empty.
    pub copyright_notice: String,
    /// Terms of use; may be empty.
    pub usage_terms: String,
    /// Public files.
    pub renditions: Vec<RenditionRecord>,
    /// State of the renditions.
    pub state: PictureState,
    /// Why it failed.
    pub problem: Option<String>,
    /// When it has to be taken down.
    pub licence_ends_at: Option<Timestamp>,
    /// When it was taken in.
    pub created_at: Timestamp,
}

impl FromRow for PictureRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            hash: row.next()?,
            original_key: row.next()?,
            media_type: row.next()?,
            width: row.next()?,
            height: row.next()?,
            alt: row.next()?,
            caption: row.next()?,
            credit: row.next()?,
            copyright_notice: row.next()?,
            usage_terms: row.next()?,
            renditions: row.next::<Json<Vec<RenditionRecord>>>()?.0,
            state: PictureState::from_word(&row.next::<String>()?),
            problem: row.next()?,
            licence_ends_at: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// The picture with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: PictureId) -> Result<Option<PictureRecord>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The picture whose original has this hash.
///
/// # Errors
/// When the store can't answer.
pub async fn by_hash(conn: &mut Conn, hash: &str) -> Result<Option<PictureRecord>, StoreError> {
    conn.optional(BY_HASH, params![hash]).await
}

/// The pictures with these ids, in no order.
///
/// # Errors
/// When the store can't answer.
pub async fn by_ids(conn: &mut Conn, ids: &[PictureId]) -> Result<Vec<PictureRecord>, StoreError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    conn.all(BY_IDS, params![&ids]).await
}

/// Pictures in order of id, after one: for exports and checks.
///
/// # Errors
/// When the store can't answer.
pub async fn after(conn: &mut Conn, after: PictureId, limit: usize) -> Result<Vec<PictureRecord>, StoreError> {
    conn.all(IN_ORDER, params![after, limit]).await
}

/// Takes a picture in; the same original again gives the picture that is there.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, picture: &PictureRecord) -> Result<PictureId, StoreError> {
    tx.execute(
        INSERT,
        params![
            picture.id,
            &picture.hash,
            &picture.original_key,
            &picture.media_type,
            picture.width,
            picture.height,
            &picture.alt,
            &picture.caption,
            &picture.credit,
            &picture.copyright_notice,
            &picture.usage_terms,
            Json(&picture.renditions),
            picture.state.as_str(),
            picture.licence_ends_at,
            picture.created_at
        ],
    )
    .await?;
    Ok(by_hash(tx, &picture.hash).await?.map_or(picture.id, |known| known.id))
}

/// Sets a picture's public files and their state.
///
/// # Errors
/// When the store can't answer.
pub async fn set_renditions(
    tx: &mut Tx,
    id: PictureId,
    renditions: &[RenditionRecord],
    state: PictureState,
    problem: Option<&str>,
) -> Result<(), StoreError> {
    tx.execute(SET_RENDITIONS, params![id, Json(renditions), state.as_str(), problem])
        .await?;
    Ok(())
}

/// A part of a picture in fixed proportions, as JPEG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CutRecord {
    /// `1x1`, `4x3` or `16x9`: also the name of its file.
    pub shape: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Where the blob lies.
    pub key: String,
}

crate::from_row!(CutRecord {
    shape,
    width,
    height,
    key
});

/// Sets a picture's cut of one shape.
///
/// # Errors
/// When the store can't answer.
pub async fn put_cut(tx: &mut Tx, id: PictureId, cut: &CutRecord) -> Result<(), StoreError> {
    tx.execute(PUT_CUT, params![id, &cut.shape, cut.width, cut.height, &cut.key])
        .await?;
    Ok(())
}

/// The cuts of a picture.
///
/// # Errors
/// When the store can't answer.
pub async fn cuts(conn: &mut Conn, id: PictureId) -> Result<Vec<CutRecord>, StoreError> {
    conn.all(CUTS, params![id]).await
}

/// Pictures that can be shown and have no cuts, in order of id, after one.
///
/// # Errors
/// When the store can't answer.
pub async fn without_cuts(conn: &mut Conn, after: PictureId, limit: usize) -> Result<Vec<PictureId>, StoreError> {
    conn.all(WITHOUT_CUTS, params![after, limit]).await
}

/// The picture that was fetched from an address before.
///
/// # Errors
/// When the store can't answer.
pub async fn by_source(conn: &mut Conn, url: &str) -> Result<Option<PictureId>, StoreError> {
    conn.optional(BY_SOURCE, params![&crate::hash(url.as_bytes())]).await
}

/// Remembers where a picture was fetched from, so that it is fetched once.
///
/// # Errors
/// When the store can't answer.
pub async fn put_source(tx: &mut Tx, url: &str, picture: PictureId) -> Result<(), StoreError> {
    tx.execute(PUT_SOURCE, params![&crate::hash(url.as_bytes()), url, picture])
        .await?;
    Ok(())
}

/// The stories that show a picture, whatever their state.
///
/// # Errors
/// When the store can't answer.
pub async fn stories_showing(conn: &mut Conn, id: PictureId) -> Result<Vec<StoryId>, StoreError> {
    conn.all(STORIES_SHOWING, params![id]).await
}
