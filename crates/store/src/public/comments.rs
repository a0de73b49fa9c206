//! Comments as readers see them: those that are published, under stories that they may see, and tombstones where
//! answers to a comment that is gone are still seen. No text and no name of another state leaves the store here.

use super::{released, silent};
use crate::db::{Conn, FromRow, Row, StoreError};
use crate::{params, queries};
use masthead_domain::comments::{Badge, CommentState, Order};
use masthead_domain::ids::{CommentId, ProfileId, SiteId, StoryId};
use masthead_domain::profiles::{ProfileState, printed_name};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Columns of a [`PublicComment`]: of comment `c`, its writer `w`, and `q`, `qw`, the comment that it answers.
macro_rules! comment {
    () => {
        "c.id, c.story_id, c.parent_id, c.root_id, c.place, c.state, \
         CASE WHEN c.state = 'published' THEN c.body ELSE '' END, c.badge, c.likes, c.replies, c.featured, c.removed_by, \
         c.created_at, c.edited_at, w.id, w.state, w.username, w.display_name, w.picture, qw.username, qw.display_name"
    };
}

macro_rules! joined {
    () => {
        " JOIN stories s ON s.id = c.story_id \
         LEFT JOIN profiles w ON w.id = c.profile_id AND c.state = 'published' \
         LEFT JOIN comments q ON q.id = c.parent_id AND q.state = 'published' \
         LEFT JOIN profiles qw ON qw.id = q.profile_id "
    };
}

queries! {
    hot NEWEST = concat!("SELECT ", comment!(), " FROM comments c", joined!(), "
        WHERE c.story_id = $2 AND c.parent_id IS NULL AND c.listed AND (c.created_at, c.id) < ($3, $4) AND ", released!(), "
        ORDER BY c.created_at DESC, c.id DESC LIMIT $5");
    hot OLDEST = concat!("SELECT ", comment!(), " FROM comments c", joined!(), "
        WHERE c.story_id = $2 AND c.parent_id IS NULL AND c.listed AND (c.created_at, c.id) > ($3, $4) AND ", released!(), "
        ORDER BY c.created_at, c.id LIMIT $5");
    hot LIKED = concat!("SELECT ", comment!(), " FROM comments c", joined!(), "
        WHERE c.story_id = $2 AND c.parent_id IS NULL AND c.listed AND (c.likes, c.id) < ($3, $4) AND ", released!(), "
        ORDER BY c.likes DESC, c.id DESC LIMIT $5");
    hot FIRST_REPLIES = concat!("SELECT ", comment!(), " FROM comments c", joined!(), "
        WHERE c.root_id IN {list:$2} AND c.parent_id IS NOT NULL AND c.listed AND c.place <= $3 AND ", released!());
    hot CONVERSATION = concat!("SELECT ", comment!(), " FROM comments c", joined!(), "
        WHERE c.root_id = $2 AND c.parent_id IS NOT NULL AND c.listed AND c.place > $3 AND ", released!(), "
        ORDER BY c.place LIMIT $4");
    hot ONE = concat!("SELECT ", comment!(), " FROM comments c", joined!(), " WHERE c.id = $2 AND c.listed AND ", released!());
    hot ALL_OF_STORY = concat!("SELECT ", comment!(), " FROM comments c", joined!(), "
        WHERE c.story_id = $2 AND c.state = 'published' AND (c.created_at, c.id) > ($3, $4) AND ", released!(), "
        ORDER BY c.created_at, c.id LIMIT $5");
    hot STORY_VERSION = concat!("SELECT s.version FROM stories s WHERE s.id = $2 AND ", released!());
    hot PUBLISHED_BETWEEN = concat!("SELECT s.id FROM stories s WHERE s.first_published_at > $2
            AND s.first_published_at <= $3 AND ", released!(), " ORDER BY s.first_published_at LIMIT $4");
    hot COUNT = concat!("SELECT CAST(COALESCE(sum(n.n), 0) AS BIGINT) FROM comment_counts n JOIN stories s ON s.id = n.story_id
        WHERE n.story_id = $2 AND n.state = 'published' AND ", released!());
    hot OF_PROFILE = concat!("SELECT c.id, c.body, c.likes, c.created_at, s.id, s.headline, p.path
        FROM comments c JOIN stories s ON s.id = c.story_id
        JOIN placements p ON p.story_id = s.id AND p.site_id = $3
        WHERE c.profile_id = $2 AND (c.created_at, c.id) < ($4, $5) AND c.state = 'published' AND p.path IS NOT NULL
            AND NOT ", silent!(), " AND ", released!(), "
        ORDER BY c.created_at DESC, c.id DESC LIMIT $6");
}

/// Who wrote a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicWriter {
    /// Identity.
    pub profile: ProfileId,
    /// Whether the profile has a page.
    pub state: ProfileState,
    /// The name in its address.
    pub username: Option<String>,
    /// The name shown; may be empty.
    pub display_name: String,
    /// The id of the portrait, reviewed.
    pub picture: Option<String>,
}

impl PublicWriter {
    /// The name as it is printed; empty for nobody's.
    pub fn name(&self) -> &str {
        printed_name(&self.display_name, self.username.as_deref())
    }
}

/// A comment that readers see, or the place of one that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicComment {
    /// Identity.
    pub id: CommentId,
    /// Its story.
    pub story: StoryId,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// The first of its conversation.
    pub root: CommentId,
    /// Its number in the conversation.
    pub place: i64,
    /// Whether it is seen or only its place is.
    pub state: CommentState,
    /// What it says; empty where only its place is seen.
    pub body: String,
    /// What stands beside its writer's name.
    pub badge: Option<Badge>,
    /// How many like it.
    pub likes: i64,
    /// For a root: how many of its conversation are seen.
    pub replies: i64,
    /// Put forward by the desk.
    pub featured: bool,
    /// Who took it away.
    pub removed_by: Option<String>,
    /// When it was written.
    pub created_at: Timestamp,
    /// When its writer changed it.
    pub edited_at: Option<Timestamp>,
    /// Who wrote it; none where only its place is seen.
    pub writer: Option<PublicWriter>,
    /// The name of whom it answers, where that one is seen.
    pub answers: Option<String>,
}

impl FromRow for PublicComment {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let mut comment = Self {
            id: row.next()?,
            story: row.next()?,
            parent: row.next()?,
            root: row.next()?,
            place: row.next()?,
            state: CommentState::parse(&row.next::<String>()?).unwrap_or(CommentState::Held),
            body: row.next()?,
            badge: row.next::<Option<String>>()?.as_deref().and_then(Badge::parse),
            likes: row.next()?,
            replies: row.next()?,
            featured: row.next()?,
            removed_by: row.next()?,
            created_at: row.next()?,
            edited_at: row.next()?,
            writer: None,
            answers: None,
        };
        let profile: Option<ProfileId> = row.next()?;
        let state: Option<String> = row.next()?;
        let username: Option<String> = row.next()?;
        let display_name: Option<String> = row.next()?;
        let picture: Option<String> = row.next()?;
        comment.writer = profile.map(|profile| PublicWriter {
            profile,
            state: state
                .as_deref()
                .and_then(ProfileState::parse)
                .unwrap_or(ProfileState::Deleted),
            username,
            display_name: display_name.unwrap_or_default(),
            picture,
        });
        let (username, display_name): (Option<String>, Option<String>) = (row.next()?, row.next()?);
        comment.answers = match (username, display_name) {
            (Some(username), Some(name)) if name.is_empty() => Some(username),
            (_, name) => name.filter(|name| !name.is_empty()),
        };
        Ok(comment)
    }
}

/// A place in a thread: of a time or a number of likes, and an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ThreadCursor(pub i64, pub CommentId);

impl ThreadCursor {
    /// Before the first in this order.
    pub const fn start(order: Order) -> Self {
        match order {
            Order::Newest | Order::Liked => Self(i64::MAX, CommentId(Uuid::max())),
            Order::Oldest => Self(i64::MIN, CommentId(Uuid::nil())),
        }
    }

    /// The place of a comment in this order.
    pub const fn of(comment: &PublicComment, order: Order) -> Self {
        match order {
            Order::Newest | Order::Oldest => Self(comment.created_at.as_micros(), comment.id),
            Order::Liked => Self(comment.likes, comment.id),
        }
    }
}

/// The conversations of a story in an order, by their roots, after a place.
///
/// # Errors
/// When the store can't answer.
pub async fn roots(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    order: Order,
    after: ThreadCursor,
    limit: usize,
) -> Result<Vec<PublicComment>, StoreError> {
    let query = match order {
        Order::Newest => NEWEST,
        Order::Oldest => OLDEST,
        Order::Liked => LIKED,
    };
    conn.all(query, params![now, story, after.0, after.1, limit]).await
}

/// The first answers of these conversations, up to number `most` in each, in the order in which they came.
///
/// # Errors
/// When the store can't answer.
pub async fn first_replies(
    conn: &mut Conn,
    now: Timestamp,
    roots: &[CommentId],
    most: i64,
) -> Result<Vec<PublicComment>, StoreError> {
    let ids: Vec<Uuid> = roots.iter().map(|id| id.0).collect();
    let mut found: Vec<PublicComment> = conn.all(FIRST_REPLIES, params![now, &ids, most]).await?;
    found.sort_by_key(|comment| comment.place);
    Ok(found)
}

/// A conversation's answers after number `place`, as they came.
///
/// # Errors
/// When the store can't answer.
pub async fn conversation(
    conn: &mut Conn,
    now: Timestamp,
    root: CommentId,
    place: i64,
    limit: usize,
) -> Result<Vec<PublicComment>, StoreError> {
    conn.all(CONVERSATION, params![now, root, place, limit]).await
}

/// One comment, if readers see it or its place.
///
/// # Errors
/// When the store can't answer.
pub async fn comment(conn: &mut Conn, now: Timestamp, id: CommentId) -> Result<Option<PublicComment>, StoreError> {
    conn.optional(ONE, params![now, id]).await
}

/// Every published comment of a story as they came, after a place: what programs read.
///
/// # Errors
/// When the store can't answer.
pub async fn comments_of(
    conn: &mut Conn,
    now: Timestamp,
    story: StoryId,
    after: (Timestamp, CommentId),
    limit: usize,
) -> Result<Vec<PublicComment>, StoreError> {
    conn.all(ALL_OF_STORY, params![now, story, after.0, after.1, limit])
        .await
}

/// A number that changes with every change of a story; none when readers don't see it.
///
/// # Errors
/// When the store can't answer.
pub async fn story_version(conn: &mut Conn, now: Timestamp, story: StoryId) -> Result<Option<i64>, StoreError> {
    conn.optional(STORY_VERSION, params![now, story]).await
}

/// The stories first published after `from` and until `to`, oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn published_between(
    conn: &mut Conn,
    now: Timestamp,
    from: Timestamp,
    to: Timestamp,
    limit: usize,
) -> Result<Vec<StoryId>, StoreError> {
    conn.all(PUBLISHED_BETWEEN, params![now, from, to, limit]).await
}

/// How many comments of a story are published.
///
/// # Errors
/// When the store can't answer.
pub async fn comment_count(conn: &mut Conn, now: Timestamp, story: StoryId) -> Result<i64, StoreError> {
    conn.one(COUNT, params![now, story]).await
}

/// A comment on its writer's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProfileComment {
    /// Identity.
    pub id: CommentId,
    /// What it says.
    pub body: String,
    /// How many like it.
    pub likes: i64,
    /// When it was written.
    pub created_at: Timestamp,
    /// Under which story.
    pub story: StoryId,
    /// That story's headline.
    pub headline: String,
    /// Its path on the site.
    pub path: String,
}

crate::from_row!(ProfileComment {
    id,
    body,
    likes,
    created_at,
    story,
    headline,
    path
});

/// What somebody wrote under stories of a site, newest first, after a place. Nothing under a story or topic that is
/// under legal hold.
///
/// # Errors
/// When the store can't answer.
pub async fn comments_by(
    conn: &mut Conn,
    now: Timestamp,
    profile: ProfileId,
    site: SiteId,
    after: (Timestamp, CommentId),
    limit: usize,
) -> Result<Vec<ProfileComment>, StoreError> {
    conn.all(OF_PROFILE, params![now, profile, site, after.0, after.1, limit])
        .await
}
