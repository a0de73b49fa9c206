//! Call-outs: what an editor asks readers for, where it stands, and from when to when.

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::contributions::Kind;
use masthead_domain::ids::SiteId;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    PUT = "INSERT INTO call_outs (id, site_id, slug, title, about, wants, place_id, opens_at, closes_at, created_by,
            created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        ON CONFLICT (site_id, slug) DO UPDATE SET title = excluded.title, about = excluded.about, wants = excluded.wants,
            place_id = excluded.place_id, opens_at = excluded.opens_at, closes_at = excluded.closes_at";
    hot NAMED = "SELECT id, site_id, slug, title, about, wants, place_id, opens_at, closes_at, created_by, created_at
        FROM call_outs WHERE site_id = $1 AND slug = $2";
    ONE = "SELECT id, site_id, slug, title, about, wants, place_id, opens_at, closes_at, created_by, created_at
        FROM call_outs WHERE id = $1";
    OF_SITE = "SELECT id, site_id, slug, title, about, wants, place_id, opens_at, closes_at, created_by, created_at
        FROM call_outs WHERE site_id = $1 ORDER BY opens_at DESC, id";
    OPEN_AT = "SELECT id, site_id, slug, title, about, wants, place_id, opens_at, closes_at, created_by, created_at
        FROM call_outs WHERE site_id = $1 AND place_id IN {list:$2} AND opens_at <= $3
            AND (closes_at IS NULL OR closes_at > $3) ORDER BY opens_at DESC, id";
}

/// A call-out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallOut {
    /// Identity.
    pub id: Uuid,
    /// The site on whose pages it stands, and whose desk decides on what comes.
    pub site: SiteId,
    /// The last part of its form's address, unique on the site.
    pub slug: String,
    /// What is asked, in a line; never empty.
    pub title: String,
    /// More about it; may be empty.
    pub about: String,
    /// Whether stories or pictures are asked for.
    pub wants: Kind,
    /// What it stands beside: the id of a story, topic or section, or of the site for its home front.
    pub place: Uuid,
    /// From when it is shown and its form is open.
    pub opens_at: Timestamp,
    /// Until when; `None` until somebody closes it.
    pub closes_at: Option<Timestamp>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
}

impl CallOut {
    /// Whether it is shown and its form is open.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.opens_at <= now && self.closes_at.is_none_or(|at| at > now)
    }

    /// When the next of its two moments comes.
    pub fn next_turn(&self, now: Timestamp) -> Option<Timestamp> {
        [Some(self.opens_at), self.closes_at]
            .into_iter()
            .flatten()
            .find(|at| *at > now)
    }
}

impl FromRow for CallOut {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            site: row.next()?,
            slug: row.next()?,
            title: row.next()?,
            about: row.next()?,
            wants: Kind::parse(&row.next::<String>()?).unwrap_or(Kind::Pictures),
            place: row.next()?,
            opens_at: row.next()?,
            closes_at: row.next()?,
            created_by: row.next()?,
            created_at: row.next()?,
        })
    }
}

/// Makes a call-out, or changes the one with its slug, which keeps its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, one: &CallOut) -> Result<(), StoreError> {
    tx.execute(
        PUT,
        params![
            one.id,
            one.site,
            &one.slug,
            &one.title,
            &one.about,
            one.wants.name(),
            one.place,
            one.opens_at,
            one.closes_at,
            &one.created_by,
            one.created_at
        ],
    )
    .await?;
    Ok(())
}

/// The call-out of a site with this slug, open or not.
///
/// # Errors
/// When the store can't answer.
pub async fn named(conn: &mut Conn, site: SiteId, slug: &str) -> Result<Option<CallOut>, StoreError> {
    conn.optional(NAMED, params![site, slug]).await
}

/// The call-out with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: Uuid) -> Result<Option<CallOut>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// All call-outs of a site, the newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn of_site(conn: &mut Conn, site: SiteId) -> Result<Vec<CallOut>, StoreError> {
    conn.all(OF_SITE, params![site]).await
}

/// Those that are open and stand beside one of these, the newest first.
///
/// # Errors
/// When the store can't answer.
pub async fn open_at(
    conn: &mut Conn,
    site: SiteId,
    places: &[Uuid],
    now: Timestamp,
) -> Result<Vec<CallOut>, StoreError> {
    conn.all(OPEN_AT, params![site, places, now]).await
}
