//! Picture files as readers see them: a file is public only while a story that they may see shows its picture.

use super::released;
use crate::db::{Conn, FromRow, Json, Row, StoreError};
use crate::pictures::RenditionRecord;
use crate::{params, queries};
use masthead_domain::ids::{PictureId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    hot OF_STORY = concat!("SELECT pic.id, pic.alt, pic.credit, pic.width, pic.height, pic.renditions
        FROM story_pictures sp JOIN stories s ON s.id = sp.story_id JOIN pictures pic ON pic.id = sp.picture_id
        WHERE sp.story_id = $2 AND pic.state IN ('ready', 'complete')
            AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) AND ", released!());
    hot FILE = concat!("SELECT pic.renditions, s.id FROM pictures pic
        JOIN story_pictures sp ON sp.picture_id = pic.id JOIN stories s ON s.id = sp.story_id
        WHERE pic.id = $2 AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) AND ", released!(), " LIMIT 1");
    hot CUTS_OF_STORY = concat!("SELECT c.picture_id, c.shape, c.width, c.height
        FROM story_pictures sp JOIN stories s ON s.id = sp.story_id JOIN picture_cuts c ON c.picture_id = sp.picture_id
            JOIN pictures pic ON pic.id = sp.picture_id
        WHERE sp.story_id = $2 AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) AND ", released!());
    hot CUT = concat!("SELECT c.key, s.id FROM picture_cuts c JOIN pictures pic ON pic.id = c.picture_id
        JOIN story_pictures sp ON sp.picture_id = pic.id JOIN stories s ON s.id = sp.story_id
        WHERE c.picture_id = $2 AND c.shape = $3
            AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) AND ", released!(), " LIMIT 1");
    hot PORTRAIT = "SELECT pic.renditions FROM pictures pic JOIN authors a ON a.picture_id = pic.id
        WHERE pic.id = $2 AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1) LIMIT 1";
    hot OF_PAGE = "SELECT pic.id, pic.alt, pic.credit, pic.width, pic.height, pic.renditions
        FROM page_pictures pp JOIN pictures pic ON pic.id = pp.picture_id
        WHERE pp.page_id = $2 AND pic.state IN ('ready', 'complete')
            AND (pic.licence_ends_at IS NULL OR pic.licence_ends_at > $1)";
    hot FILE_OF_PAGE = "SELECT pic.renditions FROM pictures pic JOIN page_pictures pp ON pp.picture_id = pic.id
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

/// The pictures of a page of the publisher's own. Such a page has no other state than public.
///
/// # Errors
/// When the store can't answer.
pub async fn of_page(conn: &mut Conn, now: Timestamp, page: Uuid) -> Result<Vec<PublicPicture>, StoreError> {
    conn.all(OF_PAGE, params![now, page]).await
}

/// A cut of a picture of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicCut {
    /// The picture.
    pub picture: PictureId,
    /// `1x1`, `4x3` or `16x9`.
    pub shape: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

impl FromRow for PublicCut {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            picture: row.next()?,
            shape: row.next()?,
            width: row.next()?,
            height: row.next()?,
        })
    }
}

/// The cuts of a story's pictures that readers may see.
///
/// # Errors
/// When the store can't answer.
pub async fn cuts_of_story(conn: &mut Conn, now: Timestamp, story: StoryId) -> Result<Vec<PublicCut>, StoreError> {
    conn.all(CUTS_OF_STORY, params![now, story]).await
}

/// Where the cut of a picture lies, and the story by which it is public, if readers may have it.
///
/// # Errors
/// When the store can't answer.
pub async fn cut(
    conn: &mut Conn,
    now: Timestamp,
    id: PictureId,
    shape: &str,
) -> Result<Option<(String, StoryId)>, StoreError> {
    conn.optional(CUT, params![now, id, shape]).await
}

/// A public file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicFile {
    /// The file.
    pub rendition: RenditionRecord,
    /// The story by which it is public; `None` for an author's portrait and for a page of the publisher's own.
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
    for other in [PORTRAIT, FILE_OF_PAGE] {
        if files.is_none() {
            let found: Option<Json<Vec<RenditionRecord>>> = conn.optional(other, params![now, id]).await?;
            files = found.map(|json| Files(json.0, None));
        }
    }
    Ok(files.and_then(|Files(renditions, story)| {
        renditions
            .into_iter()
            .find(|rendition| rendition.width == width && rendition.format == format)
            .map(|rendition| PublicFile { rendition, story })
    }))
}
