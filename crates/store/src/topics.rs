//! Topics of the network, with the names by which they are found in text.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::TopicId;

queries! {
    ALL_TOPICS = "SELECT id, slug, name, description, names, uri FROM topics ORDER BY slug";
    BY_SLUG = "SELECT id, slug, name, description, names, uri FROM topics WHERE slug = $1";
    BY_URI = "SELECT id, slug, name, description, names, uri FROM topics WHERE uri = $1";
    BY_IDS = "SELECT id, slug, name, description, names, uri FROM topics WHERE id IN {list:$1}";
    PUT = "INSERT INTO topics (id, slug, name, description, names, uri) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name, description = excluded.description,
            names = excluded.names, uri = excluded.uri";
    ENSURE = "INSERT INTO topics (id, slug, name, description, names, uri) VALUES ($1, $2, $3, '', '[]', $4)
        ON CONFLICT (slug) DO NOTHING";
}

/// A topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicRecord {
    /// Identity.
    pub id: TopicId,
    /// Slug of its page.
    pub slug: String,
    /// The name as printed.
    pub name: String,
    /// A sentence about it; may be empty.
    pub description: String,
    /// Other names by which it is found in text.
    pub names: Vec<String>,
    /// Its URI in a vocabulary (IPTC Media Topics).
    pub uri: Option<String>,
}

impl FromRow for TopicRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            slug: row.next()?,
            name: row.next()?,
            description: row.next()?,
            names: row.next::<Json<Vec<String>>>()?.0,
            uri: row.next()?,
        })
    }
}

/// Every topic.
///
/// # Errors
/// When the store can't answer.
pub async fn all(conn: &mut Conn) -> Result<Vec<TopicRecord>, StoreError> {
    conn.all(ALL_TOPICS, params![]).await
}

/// The topic with this slug.
///
/// # Errors
/// When the store can't answer.
pub async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Option<TopicRecord>, StoreError> {
    conn.optional(BY_SLUG, params![slug]).await
}

/// The topic with this URI.
///
/// # Errors
/// When the store can't answer.
pub async fn by_uri(conn: &mut Conn, uri: &str) -> Result<Option<TopicRecord>, StoreError> {
    conn.optional(BY_URI, params![uri]).await
}

/// The topics with these ids, in no order.
///
/// # Errors
/// When the store can't answer.
pub async fn by_ids(conn: &mut Conn, ids: &[TopicId]) -> Result<Vec<TopicRecord>, StoreError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    conn.all(BY_IDS, params![&ids]).await
}

/// Writes a topic; one with the same slug is changed and keeps its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, topic: &TopicRecord) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        params![
            topic.id,
            &topic.slug,
            &topic.name,
            &topic.description,
            Json(&topic.names),
            topic.uri.as_deref()
        ],
    )
    .await?;
    Ok(())
}

/// The topic with this slug, made with `name` when there is none. A known topic is not changed.
///
/// # Errors
/// When the store can't answer.
pub async fn ensure(
    tx: &mut Tx,
    fresh: TopicId,
    slug: &str,
    name: &str,
    uri: Option<&str>,
) -> Result<TopicId, StoreError> {
    if let Some(known) = by_slug(tx, slug).await? {
        return Ok(known.id);
    }
    tx.execute(ENSURE, params![fresh, slug, name, uri]).await?;
    Ok(by_slug(tx, slug).await?.map_or(fresh, |known| known.id))
}
