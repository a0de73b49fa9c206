//! Lists of stories as readers see them: fronts, sections, topics, authors, archives, sitemaps.

use super::{released, silent};
use crate::db::{Conn, FromRow, Json, Row, StoreError};
use crate::pictures::RenditionRecord;
use crate::{from_row, params, queries};
use masthead_domain::ids::{PictureId, ProfileId, SectionId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Columns of a card, of story `s`, placement `p` and lead picture `pic`.
macro_rules! card {
    () => {
        concat!(
            "s.id, p.path, p.section_id, s.headline, s.standfirst, s.kicker, s.first_published_at, \
         COALESCE(s.updated_at, s.first_published_at), s.sponsored, s.language, s.urgency, \
         pic.id, pic.alt, pic.width, pic.height, pic.renditions, pic.credit, \
         CASE WHEN ",
            silent!(),
            " THEN 0 \
         ELSE (SELECT CAST(COALESCE(sum(n.n), 0) AS BIGINT) FROM comment_counts n \
             WHERE n.story_id = s.id AND n.state = 'published') END, \
         EXISTS (SELECT 1 FROM story_contributors r WHERE r.story_id = s.id), \
         EXISTS (SELECT 1 FROM coverages v WHERE v.story_id = s.id AND v.ended_at IS NULL)"
        )
    };
}

queries! {
    hot LIST = concat!("SELECT ", card!(), " FROM story_lists l
        JOIN stories s ON s.id = l.story_id
        JOIN placements p ON p.story_id = l.story_id AND p.site_id = l.site_id
        LEFT JOIN pictures pic ON pic.id = s.lead_picture AND pic.state IN ('ready', 'complete')
        WHERE l.list_id = $2 AND l.site_id = $3 AND (l.published_at, l.story_id) < ($4, $5)
            AND p.path IS NOT NULL AND ", released!(), "
        ORDER BY l.published_at DESC, l.story_id DESC LIMIT $6");
    hot LIST_SINCE = concat!("SELECT ", card!(), " FROM story_lists l
        JOIN stories s ON s.id = l.story_id
        JOIN placements p ON p.story_id = l.story_id AND p.site_id = l.site_id
        LEFT JOIN pictures pic ON pic.id = s.lead_picture AND pic.state IN ('ready', 'complete')
        WHERE l.list_id = $2 AND l.site_id = $3 AND l.published_at >= $4 AND l.published_at < $5
            AND p.path IS NOT NULL AND ", released!(), "
        ORDER BY l.published_at DESC, l.story_id DESC LIMIT $6");
    hot VISIBLE = concat!("SELECT ", card!(), " FROM stories s
        JOIN placements p ON p.story_id = s.id AND p.site_id = $2
        LEFT JOIN pictures pic ON pic.id = s.lead_picture AND pic.state IN ('ready', 'complete')
        WHERE s.id IN {list:$3} AND p.path IS NOT NULL AND ", released!());
    hot SITEMAP = concat!("SELECT s.id, p.path, COALESCE(s.updated_at, s.first_published_at) FROM story_lists l
        JOIN stories s ON s.id = l.story_id
        JOIN placements p ON p.story_id = l.story_id AND p.site_id = l.site_id
        WHERE l.list_id = $2 AND l.site_id = $3 AND l.published_at >= $4 AND l.published_at < $5
            AND p.position = 0 AND p.path IS NOT NULL AND ", released!(), "
        ORDER BY l.published_at DESC, l.story_id DESC LIMIT $6");
    CONTRIBUTED = concat!("SELECT s.id, p.site_id, p.path, s.headline, s.first_published_at,
            COALESCE(s.updated_at, s.first_published_at)
        FROM stories s JOIN placements p ON p.story_id = s.id AND p.position = 0
        WHERE s.id IN (SELECT r.story_id FROM story_contributors r WHERE r.profile_id = $2
                UNION SELECT c.story_id FROM contributions c WHERE c.profile_id = $2 AND c.story_id IS NOT NULL)
            AND p.path IS NOT NULL AND ", released!(), "
        ORDER BY s.first_published_at DESC, s.id DESC LIMIT $3");
    EDGE = concat!("SELECT l.published_at FROM story_lists l JOIN stories s ON s.id = l.story_id
        WHERE l.list_id = $2 AND l.site_id = $3 AND l.published_at < $4 AND ", released!(), "
        ORDER BY l.published_at DESC, l.story_id DESC LIMIT 1");
    EDGE_AFTER = concat!("SELECT l.published_at FROM story_lists l JOIN stories s ON s.id = l.story_id
        WHERE l.list_id = $2 AND l.site_id = $3 AND l.published_at >= $4 AND ", released!(), "
        ORDER BY l.published_at, l.story_id LIMIT 1");
}

/// What a card of a story says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The story.
    pub story: StoryId,
    /// Its path on the site that was asked for.
    pub path: String,
    /// Its section there.
    pub section: SectionId,
    /// Headline.
    pub headline: String,
    /// Standfirst; may be empty.
    pub standfirst: String,
    /// Word over the headline; may be empty.
    pub kicker: String,
    /// First publication.
    pub published: Timestamp,
    /// Last change that readers could see.
    pub updated: Timestamp,
    /// Paid for by somebody.
    pub sponsored: bool,
    /// Where it differs from the site's language.
    pub language: Option<String>,
    /// IPTC urgency.
    pub urgency: Option<u8>,
    /// Its lead picture, when its files are there.
    pub picture: Option<super::PublicPicture>,
    /// Its published comments; none where the law asks to be silent.
    pub comments: i64,
    /// Whether a reader wrote or photographed it.
    pub reader: bool,
    /// Whether it is covered live now.
    pub live: bool,
}

impl FromRow for Card {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let card = Self {
            story: row.next()?,
            path: row.next()?,
            section: row.next()?,
            headline: row.next()?,
            standfirst: row.next()?,
            kicker: row.next()?,
            published: row.next()?,
            updated: row.next()?,
            sponsored: row.next()?,
            language: row.next()?,
            urgency: row.next()?,
            picture: None,
            comments: 0,
            reader: false,
            live: false,
        };
        let id: Option<PictureId> = row.next()?;
        let alt: Option<String> = row.next()?;
        let width: Option<u32> = row.next()?;
        let height: Option<u32> = row.next()?;
        let renditions: Option<Json<Vec<RenditionRecord>>> = row.next()?;
        let credit: Option<String> = row.next()?;
        let (comments, reader, live) = (row.next()?, row.next()?, row.next()?);
        let picture = match (id, width, height, renditions) {
            (Some(id), Some(width), Some(height), Some(renditions)) => Some(super::PublicPicture {
                id,
                alt: alt.unwrap_or_default(),
                credit: credit.unwrap_or_default(),
                width,
                height,
                renditions: renditions.0,
            }),
            _ => None,
        };
        Ok(Self {
            picture,
            comments,
            reader,
            live,
            ..card
        })
    }
}

/// A place in a list, newest first: the moment and story after which to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor(pub Timestamp, pub StoryId);

impl Cursor {
    /// Before the newest.
    pub const START: Self = Self(Timestamp::MAX, StoryId(Uuid::max()));
}

/// Stories of a list on a site, newest first, after a cursor.
///
/// # Errors
/// When the store can't answer.
pub async fn list(
    conn: &mut Conn,
    now: Timestamp,
    list: impl Into<Uuid>,
    site: SiteId,
    after: Cursor,
    limit: usize,
) -> Result<Vec<Card>, StoreError> {
    conn.all(LIST, params![now, list.into(), site, after.0, after.1, limit])
        .await
}

/// The newest of a list.
///
/// # Errors
/// When the store can't answer.
pub async fn newest(
    conn: &mut Conn,
    now: Timestamp,
    of: impl Into<Uuid>,
    site: SiteId,
    limit: usize,
) -> Result<Vec<Card>, StoreError> {
    list(conn, now, of, site, Cursor::START, limit).await
}

/// Stories of a list between two moments (`from` included), newest first: days of an archive, news sitemaps.
///
/// # Errors
/// When the store can't answer.
pub async fn list_since(
    conn: &mut Conn,
    now: Timestamp,
    list: impl Into<Uuid>,
    site: SiteId,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
) -> Result<Vec<Card>, StoreError> {
    conn.all(LIST_SINCE, params![now, list.into(), site, from, to, limit])
        .await
}

/// Those of `stories` that readers of the site may see, in no order.
///
/// # Errors
/// When the store can't answer.
pub async fn visible(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    stories: &[StoryId],
) -> Result<Vec<Card>, StoreError> {
    let ids: Vec<Uuid> = stories.iter().map(|story| story.0).collect();
    conn.all(VISIBLE, params![now, site, &ids]).await
}

/// A story of a reader, wherever in the network it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contributed {
    /// The story.
    pub story: StoryId,
    /// The site of its address of record.
    pub site: SiteId,
    /// Its path there.
    pub path: String,
    /// Headline.
    pub headline: String,
    /// First publication.
    pub published: Timestamp,
    /// Last change that readers could see.
    pub updated: Timestamp,
}

from_row!(Contributed {
    story,
    site,
    path,
    headline,
    published,
    updated
});

/// What a reader contributed to the network that readers may see, newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn contributed(
    conn: &mut Conn,
    now: Timestamp,
    profile: ProfileId,
    limit: usize,
) -> Result<Vec<Contributed>, StoreError> {
    conn.all(CONTRIBUTED, params![now, profile, limit]).await
}

/// A line of a sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitemapLine {
    /// The story.
    pub story: StoryId,
    /// Its path.
    pub path: String,
    /// Its last change.
    pub updated: Timestamp,
}

from_row!(SitemapLine { story, path, updated });

/// Stories whose canonical address is on the site, first published between two moments, newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn sitemap(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
) -> Result<Vec<SitemapLine>, StoreError> {
    conn.all(SITEMAP, params![now, site, site, from, to, limit]).await
}

/// The moments of the nearest stories before `from` and at or after `to`: where an archive's neighbours lie.
///
/// # Errors
/// When the store can't answer.
pub async fn archive_days(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    from: Timestamp,
    to: Timestamp,
) -> Result<(Option<Timestamp>, Option<Timestamp>), StoreError> {
    let before = conn.optional(EDGE, params![now, site, site, from]).await?;
    let after = conn.optional(EDGE_AFTER, params![now, site, site, to]).await?;
    Ok((before, after))
}
