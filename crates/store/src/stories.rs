//! Stories as the newsroom sees them: standing, revisions, placements, lists. Readers' pages go through
//! [`crate::public`] alone.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{AuthorId, PictureId, SiteId, StoryId, TopicId, WireItemId};
use masthead_domain::stories::{Hold, HoldKind, Killed, Placement, Standing, StoryContent, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::Embargo;
use uuid::Uuid;

queries! {
    BY_ID = "SELECT id, slug, state, released, release_at, scheduled_at, embargo_kind, embargo_until, embargo_reason,
            hold_kind, hold_reason, hold_since, expires_at, first_published_at, killed_at, killed_reason,
            head_revision, public_revision, desk_edited, imported, wire_item_id, version, created_at, changed_at,
            updated_at, headline
        FROM stories WHERE id = $1";
    BY_WIRE_ITEM = "SELECT id FROM stories WHERE wire_item_id = $1";
    BY_PATH = "SELECT story_id FROM placements WHERE path = $1 ORDER BY position";
    BY_SLUG = "SELECT id FROM stories WHERE slug = $1 ORDER BY created_at DESC LIMIT 2";
    NEWEST_CHANGED = "SELECT id, slug, state, headline, changed_at, hold_kind, release_at FROM stories
        WHERE (changed_at, id) < ($1, $2) ORDER BY changed_at DESC, id DESC LIMIT $3";
    IN_STATE = "SELECT id, slug, state, headline, changed_at, hold_kind, release_at FROM stories
        WHERE state = $4 AND (changed_at, id) < ($1, $2) ORDER BY changed_at DESC, id DESC LIMIT $3";
    ALL_IDS = "SELECT id FROM stories WHERE id > $1 ORDER BY id LIMIT $2";
    WITHHELD_IDS = "SELECT id FROM stories
        WHERE first_published_at IS NOT NULL AND (hold_kind IS NOT NULL OR state <> 'published')";
    INSERT = "INSERT INTO stories (id, slug, state, released, embargo_kind, head_revision, desk_edited, imported,
            wire_item_id, version, created_at, changed_at, headline, standfirst, kicker, sponsored)
        VALUES ($1, $2, 'draft', FALSE, 'none', 0, FALSE, $3, $4, 0, $5, $5, $6, '', '', FALSE)";
    SAVE = "UPDATE stories SET slug = $2, state = $3, released = $4, release_at = $5, scheduled_at = $6,
            embargo_kind = $7, embargo_until = $8, embargo_reason = $9, hold_kind = $10, hold_reason = $11,
            hold_since = $12, expires_at = $13, first_published_at = $14, killed_at = $15, killed_reason = $16,
            head_revision = $17, public_revision = $18, desk_edited = $19, wire_item_id = $20, version = $21,
            changed_at = $22, updated_at = $23
        WHERE id = $1 AND version = $24";
    SET_CARD = "UPDATE stories SET headline = $2, standfirst = $3, kicker = $4, lead_picture = $5, sponsored = $6,
            language = $7, urgency = $8 WHERE id = $1";
    ADD_REVISION = "INSERT INTO revisions (story_id, number, headline, content, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
    REWRITE_REVISION = "UPDATE revisions SET content = $3 WHERE story_id = $1 AND number = $2";
    REVISION = "SELECT content FROM revisions WHERE story_id = $1 AND number = $2";
    REVISIONS = "SELECT number, headline, created_at, created_by FROM revisions WHERE story_id = $1 ORDER BY number";
    PLACEMENTS = "SELECT site_id, section_id, path FROM placements WHERE story_id = $1 ORDER BY position";
    CLEAR_PLACEMENTS = "DELETE FROM placements WHERE story_id = $1";
    PUT_PLACEMENT = "INSERT INTO placements (story_id, site_id, section_id, position, path)
        VALUES ($1, $2, $3, $4, $5)";
    PATH_TAKEN = "SELECT story_id FROM placements WHERE site_id = $1 AND path = $2";
    LISTS = "SELECT list_id, site_id, published_at FROM story_lists WHERE story_id = $1";
    CLEAR_LISTS = "DELETE FROM story_lists WHERE story_id = $1";
    PUT_LIST = "INSERT INTO story_lists (list_id, site_id, published_at, story_id) VALUES ($1, $2, $3, $4)
        ON CONFLICT (list_id, site_id, published_at, story_id) DO NOTHING";
    TOPICS = "SELECT topic_id FROM story_topics WHERE story_id = $1 ORDER BY position";
    CLEAR_TOPICS = "DELETE FROM story_topics WHERE story_id = $1";
    PUT_TOPIC = "INSERT INTO story_topics (story_id, topic_id, position) VALUES ($1, $2, $3)
        ON CONFLICT (story_id, topic_id) DO NOTHING";
    AUTHORS = "SELECT author_id FROM story_authors WHERE story_id = $1 ORDER BY position";
    CLEAR_AUTHORS = "DELETE FROM story_authors WHERE story_id = $1";
    PUT_AUTHOR = "INSERT INTO story_authors (story_id, author_id, position) VALUES ($1, $2, $3)
        ON CONFLICT (story_id, author_id) DO NOTHING";
    CLEAR_PICTURES = "DELETE FROM story_pictures WHERE story_id = $1";
    PUT_PICTURE = "INSERT INTO story_pictures (picture_id, story_id) VALUES ($1, $2)
        ON CONFLICT (picture_id, story_id) DO NOTHING";
    PUT_RECEIPT = "INSERT INTO kill_receipts (story_id, surface, node, gone_at, detail) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (story_id, surface, node, gone_at) DO NOTHING";
    RECEIPTS = "SELECT surface, node, gone_at, detail FROM kill_receipts WHERE story_id = $1 ORDER BY gone_at, surface";
}

/// A story as stored, without its text.
#[derive(Clone, Debug, PartialEq)]
pub struct StoryRecord {
    /// Identity.
    pub id: StoryId,
    /// Slug of its addresses.
    pub slug: String,
    /// What decides whether readers see it.
    pub standing: Standing,
    /// Number of the newest revision; 0 before the first.
    pub head_revision: i64,
    /// Number of the revision that readers see.
    pub public_revision: Option<i64>,
    /// A person changed it after the agency sent it: newer wire versions wait for the desk.
    pub desk_edited: bool,
    /// It came with an import of old material: nobody is notified of it.
    pub imported: bool,
    /// The agency's item it was made from.
    pub wire_item: Option<WireItemId>,
    /// Counts changes; a change made from an older state is refused.
    pub version: i64,
    /// When it was made here.
    pub created_at: Timestamp,
    /// When anything about it changed.
    pub changed_at: Timestamp,
    /// When what readers see last changed.
    pub updated_at: Option<Timestamp>,
    /// Headline of the card (of the public revision, else the newest).
    pub headline: String,
}

impl FromRow for StoryRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (id, slug) = (row.next()?, row.next()?);
        let state: String = row.next()?;
        let (released, release_at, scheduled_at) = (row.next()?, row.next()?, row.next()?);
        let embargo_kind: String = row.next()?;
        let embargo_until: Option<Timestamp> = row.next()?;
        let embargo_reason: Option<String> = row.next()?;
        let hold_kind: Option<String> = row.next()?;
        let hold_reason: Option<String> = row.next()?;
        let hold_since: Option<Timestamp> = row.next()?;
        let (expires_at, first_published_at) = (row.next()?, row.next()?);
        let killed_at: Option<Timestamp> = row.next()?;
        let killed_reason: Option<String> = row.next()?;
        // Whatever the row says that can't be understood withholds the story.
        let embargo = match (embargo_kind.as_str(), embargo_until) {
            ("none", _) => Embargo::None,
            ("until", Some(until)) => Embargo::Until(until),
            _ => Embargo::Withheld {
                reason: embargo_reason.unwrap_or_default(),
            },
        };
        let hold = hold_kind.map(|kind| Hold {
            kind: HoldKind::from_word(&kind).unwrap_or(HoldKind::Withheld),
            reason: hold_reason.unwrap_or_default(),
            since: hold_since.unwrap_or(Timestamp::MIN),
        });
        let standing = Standing {
            state: StoryState::from_word(&state).unwrap_or_default(),
            released,
            release_at,
            scheduled_at,
            embargo,
            hold,
            expires_at,
            first_published_at,
            killed: killed_at.map(|at| Killed {
                at,
                reason: killed_reason.unwrap_or_default(),
            }),
        };
        Ok(Self {
            id,
            slug,
            standing,
            head_revision: row.next()?,
            public_revision: row.next()?,
            desk_edited: row.next()?,
            imported: row.next()?,
            wire_item: row.next()?,
            version: row.next()?,
            created_at: row.next()?,
            changed_at: row.next()?,
            updated_at: row.next()?,
            headline: row.next()?,
        })
    }
}

/// The story with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: StoryId) -> Result<Option<StoryRecord>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The story made from an agency's item.
///
/// # Errors
/// When the store can't answer.
pub async fn by_wire_item(conn: &mut Conn, item: WireItemId) -> Result<Option<StoryId>, StoreError> {
    conn.optional(BY_WIRE_ITEM, params![item]).await
}

/// Stories that stand at `path` on any site, or carry the slug, for people who name one on the command line.
///
/// # Errors
/// When the store can't answer.
pub async fn by_path_or_slug(conn: &mut Conn, text: &str) -> Result<Vec<StoryId>, StoreError> {
    let by_path: Vec<StoryId> = conn.all(BY_PATH, params![text]).await?;
    if by_path.is_empty() {
        conn.all(BY_SLUG, params![text]).await
    } else {
        Ok(by_path)
    }
}

/// A line of the newsroom's list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoryLine {
    /// Identity.
    pub id: StoryId,
    /// Slug.
    pub slug: String,
    /// State's word.
    pub state: String,
    /// Headline.
    pub headline: String,
    /// When anything about it changed.
    pub changed_at: Timestamp,
    /// What keeps it back, if anything.
    pub hold: Option<String>,
    /// When it will be (or was) released.
    pub release_at: Option<Timestamp>,
}

from_row!(StoryLine {
    id,
    slug,
    state,
    headline,
    changed_at,
    hold,
    release_at
});

/// Stories, last changed first, in one state or any, after a place in the list.
///
/// # Errors
/// When the store can't answer.
pub async fn list(
    conn: &mut Conn,
    state: Option<StoryState>,
    before: (Timestamp, StoryId),
    limit: usize,
) -> Result<Vec<StoryLine>, StoreError> {
    match state {
        Some(state) => {
            conn.all(IN_STATE, params![before.0, before.1, limit, state.as_str()])
                .await
        }
        None => conn.all(NEWEST_CHANGED, params![before.0, before.1, limit]).await,
    }
}

/// Ids of all stories in order, after one, for exports and checks.
///
/// # Errors
/// When the store can't answer.
pub async fn ids_after(conn: &mut Conn, after: StoryId, limit: usize) -> Result<Vec<StoryId>, StoreError> {
    conn.all(ALL_IDS, params![after, limit]).await
}

/// Ids of stories that readers could once see and must not see now, for the set that is consulted when a page is
/// served. Those that were never out are on no page that was kept.
///
/// # Errors
/// When the store can't answer.
pub async fn withheld(conn: &mut Conn) -> Result<Vec<StoryId>, StoreError> {
    conn.all(WITHHELD_IDS, params![]).await
}

/// Makes a story without text, in draft.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(
    tx: &mut Tx,
    id: StoryId,
    slug: &str,
    headline: &str,
    imported: bool,
    wire_item: Option<WireItemId>,
    now: Timestamp,
) -> Result<StoryRecord, StoreError> {
    tx.execute(INSERT, params![id, slug, imported, wire_item, now, headline])
        .await?;
    Ok(StoryRecord {
        id,
        slug: slug.to_owned(),
        standing: Standing::default(),
        head_revision: 0,
        public_revision: None,
        desk_edited: false,
        imported,
        wire_item,
        version: 0,
        created_at: now,
        changed_at: now,
        updated_at: None,
        headline: headline.to_owned(),
    })
}

/// Saves everything about the story but its card and text, and counts its version up.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else changed the story since it was read.
pub async fn save(tx: &mut Tx, story: &mut StoryRecord, now: Timestamp) -> Result<(), StoreError> {
    let standing = &story.standing;
    let (embargo_kind, embargo_until, embargo_reason) = match &standing.embargo {
        Embargo::None => ("none", None, None),
        Embargo::Until(until) => ("until", Some(*until), None),
        Embargo::Withheld { reason } => ("withheld", None, Some(reason.as_str())),
    };
    let changed = tx
        .execute(
            SAVE,
            params![
                story.id,
                &story.slug,
                standing.state.as_str(),
                standing.released,
                standing.release_at,
                standing.scheduled_at,
                embargo_kind,
                embargo_until,
                embargo_reason,
                standing.hold.as_ref().map(|hold| hold.kind.as_str()),
                standing.hold.as_ref().map(|hold| hold.reason.as_str()),
                standing.hold.as_ref().map(|hold| hold.since),
                standing.expires_at,
                standing.first_published_at,
                standing.killed.as_ref().map(|killed| killed.at),
                standing.killed.as_ref().map(|killed| killed.reason.as_str()),
                story.head_revision,
                story.public_revision,
                story.desk_edited,
                story.wire_item,
                story.version + 1,
                now,
                story.updated_at,
                story.version
            ],
        )
        .await?;
    if changed != 1 {
        return Err(StoreError::Conflict {
            constraint: "stories_version".into(),
        });
    }
    story.version += 1;
    story.changed_at = now;
    Ok(())
}

/// Sets what the story's cards say.
///
/// # Errors
/// When the store can't answer.
pub async fn set_card(
    tx: &mut Tx,
    id: StoryId,
    content: &StoryContent,
    lead_picture: Option<PictureId>,
) -> Result<(), StoreError> {
    tx.execute(
        SET_CARD,
        params![
            id,
            &content.headline,
            &content.standfirst,
            &content.kicker,
            lead_picture,
            content.sponsored,
            content.language.as_deref(),
            content.urgency.map(i64::from)
        ],
    )
    .await?;
    Ok(())
}

/// Adds a revision; its number has to be one more than the newest.
///
/// # Errors
/// [`StoreError::Conflict`] when that number is taken.
pub async fn add_revision(
    tx: &mut Tx,
    id: StoryId,
    number: i64,
    content: &StoryContent,
    by: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        ADD_REVISION,
        params![id, number, &content.headline, Json(content), now, by],
    )
    .await?;
    Ok(())
}

/// Puts other words into a revision that is there: what has to be erased doesn't stay in a story's history.
///
/// # Errors
/// When the store can't answer.
pub async fn rewrite_revision(tx: &mut Tx, id: StoryId, number: i64, content: &StoryContent) -> Result<(), StoreError> {
    tx.execute(REWRITE_REVISION, params![id, number, Json(content)]).await?;
    Ok(())
}

/// What a revision says.
///
/// # Errors
/// When the store can't answer.
pub async fn revision(conn: &mut Conn, id: StoryId, number: i64) -> Result<Option<StoryContent>, StoreError> {
    let found: Option<Json<StoryContent>> = conn.optional(REVISION, params![id, number]).await?;
    Ok(found.map(|json| json.0))
}

/// A line of a story's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionLine {
    /// Its number, from 1.
    pub number: i64,
    /// Its headline.
    pub headline: String,
    /// When it was saved.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

from_row!(RevisionLine {
    number,
    headline,
    created_at,
    created_by
});

/// A story's history, oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn revisions(conn: &mut Conn, id: StoryId) -> Result<Vec<RevisionLine>, StoreError> {
    conn.all(REVISIONS, params![id]).await
}

/// A placement with its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacementRecord {
    /// Site and section.
    pub placement: Placement,
    /// Path on the site; none before the first publication.
    pub path: Option<String>,
}

impl FromRow for PlacementRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            placement: Placement {
                site: row.next()?,
                section: row.next()?,
            },
            path: row.next()?,
        })
    }
}

/// Where a story stands; the first is canonical.
///
/// # Errors
/// When the store can't answer.
pub async fn placements(conn: &mut Conn, id: StoryId) -> Result<Vec<PlacementRecord>, StoreError> {
    conn.all(PLACEMENTS, params![id]).await
}

/// Replaces where a story stands; the first is canonical.
///
/// # Errors
/// [`StoreError::Conflict`] when a path is taken by another story.
pub async fn set_placements(tx: &mut Tx, id: StoryId, placements: &[PlacementRecord]) -> Result<(), StoreError> {
    tx.execute(CLEAR_PLACEMENTS, params![id]).await?;
    for (position, record) in placements.iter().enumerate() {
        let placement = record.placement;
        tx.execute(
            PUT_PLACEMENT,
            params![id, placement.site, placement.section, position, record.path.as_deref()],
        )
        .await?;
    }
    Ok(())
}

/// The story that stands at a path of a site, whatever its state.
///
/// # Errors
/// When the store can't answer.
pub async fn at_path(conn: &mut Conn, site: SiteId, path: &str) -> Result<Option<StoryId>, StoreError> {
    conn.optional(PATH_TAKEN, params![site, path]).await
}

/// One place in one list of one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListEntry {
    /// The list: the id of a site (its newest), section, topic or author.
    pub list: Uuid,
    /// The site whose pages show it.
    pub site: SiteId,
    /// Its place in the list.
    pub published_at: Timestamp,
}

from_row!(ListEntry {
    list,
    site,
    published_at
});

/// The lists a story is in.
///
/// # Errors
/// When the store can't answer.
pub async fn lists(conn: &mut Conn, id: StoryId) -> Result<Vec<ListEntry>, StoreError> {
    conn.all(LISTS, params![id]).await
}

/// Replaces the lists a story is in.
///
/// # Errors
/// When the store can't answer.
pub async fn set_lists(tx: &mut Tx, id: StoryId, entries: &[ListEntry]) -> Result<(), StoreError> {
    tx.execute(CLEAR_LISTS, params![id]).await?;
    for entry in entries {
        tx.execute(PUT_LIST, params![entry.list, entry.site, entry.published_at, id])
            .await?;
    }
    Ok(())
}

/// A story's topics in order.
///
/// # Errors
/// When the store can't answer.
pub async fn topics(conn: &mut Conn, id: StoryId) -> Result<Vec<TopicId>, StoreError> {
    conn.all(TOPICS, params![id]).await
}

/// Replaces a story's topics.
///
/// # Errors
/// When the store can't answer.
pub async fn set_topics(tx: &mut Tx, id: StoryId, topics: &[TopicId]) -> Result<(), StoreError> {
    tx.execute(CLEAR_TOPICS, params![id]).await?;
    for (position, topic) in topics.iter().enumerate() {
        tx.execute(PUT_TOPIC, params![id, *topic, position]).await?;
    }
    Ok(())
}

/// A story's authors in order.
///
/// # Errors
/// When the store can't answer.
pub async fn authors(conn: &mut Conn, id: StoryId) -> Result<Vec<AuthorId>, StoreError> {
    conn.all(AUTHORS, params![id]).await
}

/// Replaces a story's authors.
///
/// # Errors
/// When the store can't answer.
pub async fn set_authors(tx: &mut Tx, id: StoryId, authors: &[AuthorId]) -> Result<(), StoreError> {
    tx.execute(CLEAR_AUTHORS, params![id]).await?;
    for (position, author) in authors.iter().enumerate() {
        tx.execute(PUT_AUTHOR, params![id, *author, position]).await?;
    }
    Ok(())
}

/// Replaces the pictures that a story shows; a picture's file is public only while a visible story shows it.
///
/// # Errors
/// When the store can't answer.
pub async fn set_pictures(tx: &mut Tx, id: StoryId, pictures: &[PictureId]) -> Result<(), StoreError> {
    tx.execute(CLEAR_PICTURES, params![id]).await?;
    for picture in pictures {
        tx.execute(PUT_PICTURE, params![*picture, id]).await?;
    }
    Ok(())
}

/// Where and when a killed or withdrawn story went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The surface: `store`, `pages in memory`, `pages on disk`, `feeds`.
    pub surface: String,
    /// The node it went from.
    pub node: String,
    /// When.
    pub gone_at: Timestamp,
    /// Particulars: how many pages, what remains for how long.
    pub detail: String,
}

from_row!(Receipt {
    surface,
    node,
    gone_at,
    detail
});

/// Notes that a story is gone from a surface.
///
/// # Errors
/// When the store can't answer.
pub async fn put_receipt(tx: &mut Tx, id: StoryId, receipt: &Receipt) -> Result<(), StoreError> {
    tx.execute(
        PUT_RECEIPT,
        params![id, &receipt.surface, &receipt.node, receipt.gone_at, &receipt.detail],
    )
    .await?;
    Ok(())
}

/// The receipts of a story in order of time.
///
/// # Errors
/// When the store can't answer.
pub async fn receipts(conn: &mut Conn, id: StoryId) -> Result<Vec<Receipt>, StoreError> {
    conn.all(RECEIPTS, params![id]).await
}
