//! Authors: people (and desks) whose bylines lead to a page.

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{AuthorId, PictureId};

queries! {
    BY_SLUG = "SELECT id, slug, name, role, bio, picture_id FROM authors WHERE slug = $1";
    BY_NAME = "SELECT id, slug, name, role, bio, picture_id FROM authors WHERE folded_name = $1 ORDER BY id LIMIT 1";
    BY_IDS = "SELECT id, slug, name, role, bio, picture_id FROM authors WHERE id IN {list:$1}";
    ALL_AUTHORS = "SELECT id, slug, name, role, bio, picture_id FROM authors ORDER BY slug";
    PUT = "INSERT INTO authors (id, slug, name, folded_name, role, bio, picture_id) VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name, folded_name = excluded.folded_name,
            role = excluded.role, bio = excluded.bio, picture_id = excluded.picture_id";
    ENSURE = "INSERT INTO authors (id, slug, name, folded_name, role, bio) VALUES ($1, $2, $3, $4, $5, '')
        ON CONFLICT (slug) DO NOTHING";
}

/// An author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorRecord {
    /// Identity.
    pub id: AuthorId,
    /// Slug of the page.
    pub slug: String,
    /// The name as printed.
    pub name: String,
    /// Role as printed; may be empty.
    pub role: String,
    /// A paragraph about the person; may be empty.
    pub bio: String,
    /// Portrait.
    pub picture: Option<PictureId>,
}

from_row!(AuthorRecord {
    id,
    slug,
    name,
    role,
    bio,
    picture
});

/// The form of a name by which authors are found: lower case, single spaces.
pub fn folded(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every author.
///
/// # Errors
/// When the store can't answer.
pub async fn all(conn: &mut Conn) -> Result<Vec<AuthorRecord>, StoreError> {
    conn.all(ALL_AUTHORS, params![]).await
}

/// The author with this slug.
///
/// # Errors
/// When the store can't answer.
pub async fn by_slug(conn: &mut Conn, slug: &str) -> Result<Option<AuthorRecord>, StoreError> {
    conn.optional(BY_SLUG, params![slug]).await
}

/// The author of this name, whatever its case and spaces.
///
/// # Errors
/// When the store can't answer.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Option<AuthorRecord>, StoreError> {
    conn.optional(BY_NAME, params![folded(name)]).await
}

/// The authors with these ids, in no order.
///
/// # Errors
/// When the store can't answer.
pub async fn by_ids(conn: &mut Conn, ids: &[AuthorId]) -> Result<Vec<AuthorRecord>, StoreError> {
    let ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    conn.all(BY_IDS, params![&ids]).await
}

/// Writes an author; one with the same slug is changed and keeps its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, author: &AuthorRecord) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        params![
            author.id,
            &author.slug,
            &author.name,
            folded(&author.name),
            &author.role,
            &author.bio,
            author.picture
        ],
    )
    .await?;
    Ok(())
}

/// Makes an author unless the slug is taken; returns whether it was made.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, id: AuthorId, slug: &str, name: &str, role: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(ENSURE, params![id, slug, name, folded(name), role]).await? == 1)
}
