//! Plain pages of the publisher's own (About, Contact, Imprint), with revisions.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::document::{Document, PictureBlock};
use masthead_domain::ids::{PictureId, SiteId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    BY_SLUG = "SELECT id, site_id, slug, title, body, listed, position, revision, updated_at FROM pages
        WHERE site_id = $1 AND slug = $2";
    OF_SITE = "SELECT id, site_id, slug, title, body, listed, position, revision, updated_at FROM pages
        WHERE site_id = $1 ORDER BY position, slug";
    BY_ID = "SELECT id, site_id, slug, title, body, listed, position, revision, updated_at FROM pages WHERE id = $1";
    PICTURES = "SELECT picture_id FROM page_pictures WHERE page_id = $1";
    SHOW_PICTURE = "INSERT INTO page_pictures (picture_id, page_id) VALUES ($1, $2)
        ON CONFLICT (picture_id, page_id) DO NOTHING";
    HIDE_PICTURE = "DELETE FROM page_pictures WHERE picture_id = $1 AND page_id = $2";
    SITES_SHOWING = "SELECT DISTINCT p.site_id FROM page_pictures pp JOIN pages p ON p.id = pp.page_id
        WHERE pp.picture_id = $1";
    PUT = "INSERT INTO pages (id, site_id, slug, title, body, listed, position, revision, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (site_id, slug) DO UPDATE SET title = excluded.title, body = excluded.body,
            listed = excluded.listed, position = excluded.position, revision = excluded.revision,
            updated_at = excluded.updated_at";
    REVISION = "SELECT title, body FROM page_revisions WHERE page_id = $1 AND number = $2";
    REVISIONS = "SELECT number, created_at, created_by FROM page_revisions WHERE page_id = $1 ORDER BY number DESC";
    ADD_REVISION = "INSERT INTO page_revisions (page_id, number, title, body, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6)";
}

/// A page of the publisher's own.
#[derive(Clone, Debug, PartialEq)]
pub struct PageRecord {
    /// Identity.
    pub id: Uuid,
    /// Its site.
    pub site: SiteId,
    /// Its address, without a slash.
    pub slug: String,
    /// Title.
    pub title: String,
    /// Text.
    pub body: Document,
    /// Whether menus list it.
    pub listed: bool,
    /// Order in menus.
    pub position: i64,
    /// Number of its newest revision.
    pub revision: i64,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl FromRow for PageRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            site: row.next()?,
            slug: row.next()?,
            title: row.next()?,
            body: row.next::<Json<Document>>()?.0,
            listed: row.next()?,
            position: row.next()?,
            revision: row.next()?,
            updated_at: row.next()?,
        })
    }
}

/// The page at `slug` of a site.
///
/// # Errors
/// When the store can't answer.
pub async fn by_slug(conn: &mut Conn, site: SiteId, slug: &str) -> Result<Option<PageRecord>, StoreError> {
    conn.optional(BY_SLUG, params![site, slug]).await
}

/// The pages of a site in menu order.
///
/// # Errors
/// When the store can't answer.
pub async fn of_site(conn: &mut Conn, site: SiteId) -> Result<Vec<PageRecord>, StoreError> {
    conn.all(OF_SITE, params![site]).await
}

/// Writes a page as a new revision. Returns false, and writes nothing, when it already says the same.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, page: &PageRecord, by: &str) -> Result<bool, StoreError> {
    let known = by_slug(tx, page.site, &page.slug).await?;
    if known.as_ref().is_some_and(|known| {
        (&known.title, &known.body, known.listed, known.position)
            == (&page.title, &page.body, page.listed, page.position)
    }) {
        return Ok(false);
    }
    let (id, number) = known.map_or((page.id, 1), |known| (known.id, known.revision + 1));
    tx.execute(
        PUT,
        params![
            id,
            page.site,
            &page.slug,
            &page.title,
            Json(&page.body),
            page.listed,
            page.position,
            number,
            page.updated_at
        ],
    )
    .await?;
    tx.execute(
        ADD_REVISION,
        params![id, number, &page.title, Json(&page.body), page.updated_at, by],
    )
    .await?;
    set_pictures(tx, id, &page.body).await?;
    Ok(true)
}

/// A revision of a page as lists name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionLine {
    /// Its number, from 1.
    pub number: i64,
    /// When it was saved.
    pub at: Timestamp,
    /// By whom, as acts name people.
    pub by: String,
}

from_row!(RevisionLine { number, at, by });

/// The revisions of a page, the newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn revisions(conn: &mut Conn, page: Uuid) -> Result<Vec<RevisionLine>, StoreError> {
    conn.all(REVISIONS, params![page]).await
}

/// Title and text of a page as a revision has them.
///
/// # Errors
/// When the store can't answer.
pub async fn revision(conn: &mut Conn, page: Uuid, number: i64) -> Result<Option<(String, Document)>, StoreError> {
    let found: Option<(String, Json<Document>)> = conn.optional(REVISION, params![page, number]).await?;
    Ok(found.map(|(title, body)| (title, body.0)))
}

/// The page with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn by_id(conn: &mut Conn, id: Uuid) -> Result<Option<PageRecord>, StoreError> {
    conn.optional(BY_ID, params![id]).await
}

/// The sites with a page of the publisher's own that shows a picture.
///
/// # Errors
/// When the store can't answer.
pub async fn sites_showing(conn: &mut Conn, picture: PictureId) -> Result<Vec<SiteId>, StoreError> {
    conn.all(SITES_SHOWING, params![picture]).await
}

/// Keeps which pictures a page shows, by which their files are public.
async fn set_pictures(tx: &mut Tx, page: Uuid, body: &Document) -> Result<(), StoreError> {
    let shown: Vec<PictureId> = body.pictures().into_iter().filter_map(PictureBlock::stored).collect();
    let before: Vec<PictureId> = tx.all(PICTURES, params![page]).await?;
    for picture in before.iter().filter(|picture| !shown.contains(picture)) {
        tx.execute(HIDE_PICTURE, params![*picture, page]).await?;
    }
    for picture in shown.iter().filter(|picture| !before.contains(picture)) {
        tx.execute(SHOW_PICTURE, params![*picture, page]).await?;
    }
    Ok(())
}
