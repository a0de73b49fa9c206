//! Video files of the publisher's own. Whether readers may have one is decided by the story that it leads, in
//! [`crate::public`].

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::{StoryId, VideoId};
use masthead_domain::time::Timestamp;
use masthead_domain::videos::{Cue, VideoKind};

/// Columns of a video `v`, as [`VideoRecord`] reads them.
macro_rules! video_columns {
    () => {
        "v.id, v.kind, v.bytes, v.part_bytes, v.parts, v.language, v.cues, v.created_at"
    };
}
pub(crate) use video_columns;

queries! {
    INSERT = "INSERT INTO videos (id, kind, bytes, part_bytes, parts, language, cues, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    BY_ID = concat!("SELECT ", video_columns!(), " FROM videos v WHERE v.id = $1");
    AFTER = concat!("SELECT ", video_columns!(), " FROM videos v WHERE v.id > $1 ORDER BY v.id LIMIT $2");
    SET_CAPTIONS = "UPDATE videos SET language = $2, cues = $3 WHERE id = $1";
    CLEAR_STORY = "DELETE FROM story_videos WHERE story_id = $1";
    PUT_STORY = "INSERT INTO story_videos (story_id, video_id) SELECT $1, v.id FROM videos v WHERE v.id = $2";
}

/// A video file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoRecord {
    /// Identity; part of its address.
    pub id: VideoId,
    /// What it is.
    pub kind: VideoKind,
    /// Its length.
    pub bytes: u64,
    /// The length of each part but the last; more than 0.
    pub part_bytes: u64,
    /// The blobs of its parts, in order.
    pub parts: Vec<String>,
    /// The language of its captions (BCP 47); empty where it has none.
    pub language: String,
    /// Its captions in the order of time.
    pub cues: Vec<Cue>,
    /// When it was taken in.
    pub created_at: Timestamp,
}

impl FromRow for VideoRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id = row.next()?;
        let kind: String = row.next()?;
        let kind = VideoKind::parse(&kind).ok_or_else(|| StoreError::Bug(format!("no kind of video: {kind}")))?;
        let (bytes, part_bytes): (i64, i64) = (row.next()?, row.next()?);
        Ok(Self {
            id,
            kind,
            bytes: bytes.unsigned_abs(),
            part_bytes: part_bytes.unsigned_abs().max(1),
            parts: row.next::<Json<Vec<String>>>()?.0,
            language: row.next()?,
            cues: row.next::<Json<Vec<Cue>>>()?.0,
            created_at: row.next()?,
        })
    }
}

/// Adds a file.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, video: &VideoRecord, by: &str) -> Result<(), StoreError> {
    tx.execute(
        INSERT,
        params![
            video.id,
            video.kind.extension(),
            video.bytes.cast_signed(),
            video.part_bytes.cast_signed(),
            Json(&video.parts),
            &video.language,
            Json(&video.cues),
            video.created_at,
            by
        ],
    )
    .await?;
    Ok(())
}

/// A file, whether readers may have it or not.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: VideoId) -> Result<Option<VideoRecord>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// At most `most` files in the order of their ids, from behind `after`.
///
/// # Errors
/// When the store can't answer.
pub async fn after(conn: &mut Conn, after: VideoId, most: usize) -> Result<Vec<VideoRecord>, StoreError> {
    conn.all(AFTER, params![after, most]).await
}

/// Sets a file's captions in place of those before.
///
/// # Errors
/// When the store can't answer.
pub async fn set_captions(tx: &mut Tx, id: VideoId, language: &str, cues: &[Cue]) -> Result<(), StoreError> {
    tx.execute(SET_CAPTIONS, params![id, language, Json(cues)]).await?;
    Ok(())
}

/// Says which file leads a story. One that isn't there leads none.
///
/// # Errors
/// When the store can't answer.
pub async fn set_of_story(tx: &mut Tx, story: StoryId, video: Option<VideoId>) -> Result<(), StoreError> {
    tx.execute(CLEAR_STORY, params![story]).await?;
    if let Some(video) = video {
        tx.execute(PUT_STORY, params![story, video]).await?;
    }
    Ok(())
}
