//! Picture files as readers see them: a file is public only while a story that they may see shows its picture.

use super::released;
use crate::db::{Conn, FromRow, Json, Row, StoreError};
use crate::pictures::RenditionRecord;
use crate::{params, queries};
use masthead_domain::ids::{PictureId, StoryId};
use masthead_domain::time::Timestamp;

queries! {
    hot OF_STORY = concat!("SELECT pic.id, pic.alt, pic.credit, pic.width, pic.height, pic.renditions
        FROM story_pictures sp JOIN stories s ON s.id = sp.story_id JOIN pictures pic ON pic.id = sp.picture_id
        WHERE sp.story_id = $2 AND pic.state IN ('ready', 'complete')
            AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) AND ", released!());
    hot FILE = concat!("SELECT pic.renditions, s.id FROM pictures pic
        JOIN story_pictures sp ON sp.picture_id = pic.id JOIN stories s ON s.id = sp.story_id
        WHERE pic.id = $2 AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) AND ", released!(), " LIMIT 1");
    hot PORTRAIT = "SELECT pic.renditions FROM pictures pic JOIN authors a ON a.picture_id = pic.id
        WHERE pic.id = $2 AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) LIMIT 1";
}

/// A picture that may be shown, with its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPicture {
    /// Identity; part of its files' addresses.
    pub id: PictureId,
    /// Text for those who don't see it; may be empty.
    pub alt: String,
    /// Credit; may be empty.
    pub credit: String,
    /// Pixels of the original, upright.
    pub width: u32,
    /// Pixels of the original, upright.
    pub height: u32,
    /// Its public files.
    pub renditions: Vec<RenditionRecord>,
}

impl FromRow for PublicPicture {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            alt: row.next()?,
            credit: row.next()?,
            width: row.next()?,
            height: row.next()?,
            renditions: row.next::<Json<Vec<RenditionRecord>>>()?.0,
        })
    }
}

/// The pictures of a story that readers may see.
///
/// # Errors
/// When the store can't answer.
pub async fn of_story(conn: &mut Conn, now: Timestamp, story: StoryId) -> Result<Vec<PublicPicture>, StoreError> {
    conn.all(OF_STORY, params![now, story]).await
}

/// A public file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicFile {
    /// The file.
    pub rendition: RenditionRecord,
    /// The story by which it is public; `None` for an author's portrait.
    pub story: Option<StoryId>,
}

struct Files(Vec<RenditionRecord>, Option<StoryId>);

impl FromRow for Files {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.next::<Json<Vec<RenditionRecord>>>()?.0, row.next()?))
    }
}

/// The file of a picture with this width and ending, if readers may have it.
///
/// # Errors
/// When the store can't answer.
pub async fn file(
    conn: &mut Conn,
    now: Timestamp,
    id: PictureId,
    width: u32,
    format: &str,
) -> Result<Option<PublicFile>, StoreError> {
    let mut files = conn.optional::<Files>(FILE, params![now, id]).await?;
    if files.is_none() {
        let portrait: Option<Json<Vec<RenditionRecord>>> = conn.optional(PORTRAIT, params![now, id]).await?;
        files = portrait.map(|json| Files(json.0, None));
    }
    Ok(files.and_then(|Files(renditions, story)| {
        renditions
            .into_iter()
            .find(|rendition| rendition.width == width && rendition.format == format)
            .map(|rendition| PublicFile { rendition, story })
    }))
}
