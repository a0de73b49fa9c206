//! One story as readers see it, and what an address leads to.

use super::released;
use crate::db::{Conn, FromRow, Json, Row, StoreError};
use crate::{from_row, params, queries};
use masthead_domain::ids::{SectionId, SiteId, StoryId, WireItemId};
use masthead_domain::stories::StoryContent;
use masthead_domain::time::Timestamp;

queries! {
    hot AT_PATH = concat!("SELECT s.id, p.path, p.section_id, p.position, s.first_published_at,
            COALESCE(s.updated_at, s.first_published_at), s.public_revision, s.wire_item_id, r.content
        FROM placements p JOIN stories s ON s.id = p.story_id
        JOIN revisions r ON r.story_id = s.id AND r.number = s.public_revision
        WHERE p.site_id = $2 AND p.path = $3 AND ", released!());
    hot BY_ID = concat!("SELECT s.id, p.path, p.section_id, p.position, s.first_published_at,
            COALESCE(s.updated_at, s.first_published_at), s.public_revision, s.wire_item_id, r.content
        FROM stories s JOIN placements p ON p.story_id = s.id AND p.path IS NOT NULL
        JOIN revisions r ON r.story_id = s.id AND r.number = s.public_revision
        WHERE s.id = $2 AND ", released!(), " ORDER BY p.position LIMIT 1");
    hot PLACES = concat!("SELECT p.site_id, p.section_id, p.path FROM placements p JOIN stories s ON s.id = p.story_id
        WHERE p.story_id = $2 AND p.path IS NOT NULL AND ", released!(), " ORDER BY p.position");
    // Tells readers only that something is gone, so the predicate is the opposite one.
    hot GONE_AT_PATH = "SELECT s.killed_reason, s.hold_kind, s.hold_reason, s.id FROM placements p
        JOIN stories s ON s.id = p.story_id
        WHERE p.site_id = $1 AND p.path = $2 AND s.first_published_at IS NOT NULL
            AND (s.state = 'killed' OR s.hold_kind = 'canceled')";
    hot GONE_BY_ID = "SELECT s.killed_reason, s.hold_kind, s.hold_reason, s.id FROM stories s
        WHERE s.id = $1 AND s.first_published_at IS NOT NULL AND (s.state = 'killed' OR s.hold_kind = 'canceled')";
    // A redirect to a story leads on only while readers may see the story (or learn that it is gone).
    hot REDIRECT = "SELECT story_id, target FROM redirects WHERE site_id = $1 AND path = $2";
    hot PATH_ON_SITE = concat!("SELECT p.path FROM placements p JOIN stories s ON s.id = p.story_id
        WHERE p.story_id = $2 AND p.site_id = $3 AND p.path IS NOT NULL AND ", released!());
    hot CONTRIBUTORS = concat!("SELECT r.name, COALESCE(pr.username, '') FROM story_contributors r
        JOIN stories s ON s.id = r.story_id JOIN profiles pr ON pr.id = r.profile_id
        WHERE r.story_id = $2 AND ", released!(), " ORDER BY r.profile_id");
    hot NEWEST = concat!("SELECT l.published_at, l.story_id FROM story_lists l JOIN stories s ON s.id = l.story_id
        WHERE l.list_id = $2 AND l.site_id = $3 AND ", released!(), "
        ORDER BY l.published_at DESC, l.story_id DESC LIMIT 1");
}

/// A story that readers may see.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicStory {
    /// Identity.
    pub id: StoryId,
    /// Path on the site that was asked for (by id: on its canonical site).
    pub path: String,
    /// Section there.
    pub section: SectionId,
    /// Place among its placements; 0 is canonical.
    pub position: i64,
    /// First publication.
    pub published: Timestamp,
    /// Last change that readers could see.
    pub updated: Timestamp,
    /// Number of the revision.
    pub revision: i64,
    /// The agency's item it was made from.
    pub wire_item: Option<WireItemId>,
    /// What it says.
    pub content: StoryContent,
}

impl FromRow for PublicStory {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            path: row.next()?,
            section: row.next()?,
            position: row.next()?,
            published: row.next()?,
            updated: row.next()?,
            revision: row.next()?,
            wire_item: row.next()?,
            content: row.next::<Json<StoryContent>>()?.0,
        })
    }
}

/// Where a public story stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPlacement {
    /// Site.
    pub site: SiteId,
    /// Section.
    pub section: SectionId,
    /// Path.
    pub path: String,
}

from_row!(PublicPlacement { site, section, path });

/// What an address leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A story, with all its placements, the canonical one first.
    Story(Box<PublicStory>, Vec<PublicPlacement>),
    /// It was here and is gone, with the reason for readers (410).
    Gone {
        /// The story.
        story: StoryId,
        /// What readers are told.
        reason: String,
    },
    /// It is at another address (301): a path of the same site or an absolute address.
    Moved(String),
    /// Nothing that readers may know of (404). A withheld story looks like none at all.
    Nothing,
}

struct GoneRow {
    killed: Option<String>,
    hold: Option<String>,
    hold_reason: Option<String>,
    story: StoryId,
}

from_row!(GoneRow {
    killed,
    hold,
    hold_reason,
    story
});

impl GoneRow {
    fn found(self) -> Found {
        let reason = self.killed.or(self.hold.and(self.hold_reason)).unwrap_or_default();
        Found::Gone {
            story: self.story,
            reason,
        }
    }
}

/// What `path` leads to on a site.
///
/// # Errors
/// When the store can't answer.
pub async fn at_path(conn: &mut Conn, now: Timestamp, site: SiteId, path: &str) -> Result<Found, StoreError> {
    if let Some(story) = conn.optional::<PublicStory>(AT_PATH, params![now, site, path]).await? {
        let places = conn.all(PLACES, params![now, story.id]).await?;
        return Ok(Found::Story(Box::new(story), places));
    }
    if let Some(gone) = conn.optional::<GoneRow>(GONE_AT_PATH, params![site, path]).await? {
        return Ok(gone.found());
    }
    let redirect: Option<(Option<StoryId>, Option<String>)> = conn.optional(REDIRECT, params![site, path]).await?;
    match redirect {
        Some((Some(story), _)) => {
            if let Some(path) = conn.optional::<String>(PATH_ON_SITE, params![now, story, site]).await? {
                return Ok(Found::Moved(path));
            }
            let gone = conn.optional::<GoneRow>(GONE_BY_ID, params![story]).await?;
            Ok(gone.map_or(Found::Nothing, GoneRow::found))
        }
        Some((None, Some(target))) => Ok(Found::Moved(target)),
        _ => Ok(Found::Nothing),
    }
}

/// The story with this id, at its canonical address.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, now: Timestamp, id: StoryId) -> Result<Found, StoreError> {
    if let Some(story) = conn.optional::<PublicStory>(BY_ID, params![now, id]).await? {
        let places = conn.all(PLACES, params![now, id]).await?;
        return Ok(Found::Story(Box::new(story), places));
    }
    let gone = conn.optional::<GoneRow>(GONE_BY_ID, params![id]).await?;
    Ok(gone.map_or(Found::Nothing, GoneRow::found))
}

/// The newest story of a site's home list: the cursor that tells readers whether there is anything new.
///
/// # Errors
/// When the store can't answer.
pub async fn fronts_cursor(conn: &mut Conn, now: Timestamp, site: SiteId) -> Result<Option<super::Cursor>, StoreError> {
    let newest: Option<(Timestamp, StoryId)> = conn.optional(NEWEST, params![now, site, site]).await?;
    Ok(newest.map(|(at, story)| super::Cursor(at, story)))
}

/// The readers whose story it is: the name under which it is printed, and the username of their profile; both empty for
/// somebody who deleted their account. None for a story of the newsroom.
///
/// # Errors
/// When the store can't answer.
pub async fn contributors(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
) -> Result<Vec<(String, String)>, StoreError> {
    conn.all(CONTRIBUTORS, params![now, story]).await
}
