//! Fronts and every layout that was launched.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::fronts::FrontLayout;
use masthead_domain::ids::{FrontId, SectionId, SiteId};
use masthead_domain::time::Timestamp;

queries! {
    BY_NAME = "SELECT id, site_id, section_id, name FROM fronts WHERE name = $1";
    ALL_FRONTS = "SELECT id, site_id, section_id, name FROM fronts ORDER BY name";
    INSERT = "INSERT INTO fronts (id, site_id, section_id, name) VALUES ($1, $2, $3, $4) ON CONFLICT (name) DO NOTHING";
    NEWEST_LAYOUT = "SELECT layout, number FROM front_revisions WHERE front_id = $1 ORDER BY number DESC LIMIT 1";
    LAUNCH = "INSERT INTO front_revisions (front_id, number, layout, launched_at, launched_by)
        VALUES ($1, $2, $3, $4, $5)";
}

/// A front: the home front of a site or the front of one of its sections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrontRecord {
    /// Identity.
    pub id: FrontId,
    /// Its site.
    pub site: SiteId,
    /// Its section; `None` for the home front.
    pub section: Option<SectionId>,
    /// Its name in commands: the site's slug, or `site/section`.
    pub name: String,
}

crate::from_row!(FrontRecord {
    id,
    site,
    section,
    name
});

/// A launched layout with its number.
struct Launched(FrontLayout, i64);

impl FromRow for Launched {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self(row.next::<Json<FrontLayout>>()?.0, row.next()?))
    }
}

/// The front of this name.
///
/// # Errors
/// When the store can't answer.
pub async fn by_name(conn: &mut Conn, name: &str) -> Result<Option<FrontRecord>, StoreError> {
    conn.optional(BY_NAME, params![name]).await
}

/// Every front.
///
/// # Errors
/// When the store can't answer.
pub async fn all(conn: &mut Conn) -> Result<Vec<FrontRecord>, StoreError> {
    conn.all(ALL_FRONTS, params![]).await
}

/// Makes a front unless the name is taken.
///
/// # Errors
/// When the store can't answer.
pub async fn insert(tx: &mut Tx, front: &FrontRecord) -> Result<(), StoreError> {
    tx.execute(INSERT, params![front.id, front.site, front.section, &front.name])
        .await?;
    Ok(())
}

/// The layout that is live; `None` while nobody has launched one.
///
/// # Errors
/// When the store can't answer.
pub async fn layout(conn: &mut Conn, id: FrontId) -> Result<Option<FrontLayout>, StoreError> {
    Ok(newest(conn, id).await?.map(|(layout, _)| layout))
}

/// The layout that is live, with its number.
///
/// # Errors
/// When the store can't answer.
pub async fn newest(conn: &mut Conn, id: FrontId) -> Result<Option<(FrontLayout, i64)>, StoreError> {
    let launched = conn.optional::<Launched>(NEWEST_LAYOUT, params![id]).await?;
    Ok(launched.map(|Launched(layout, number)| (layout, number)))
}

/// Launches a layout and returns its number; every earlier one is kept.
///
/// # Errors
/// [`StoreError::Conflict`] when another was launched at the same moment.
pub async fn launch(
    tx: &mut Tx,
    id: FrontId,
    layout: &FrontLayout,
    by: &str,
    now: Timestamp,
) -> Result<i64, StoreError> {
    let before = newest(tx, id).await?.map_or(0, |(_, number)| number);
    tx.execute(LAUNCH, params![id, before + 1, Json(layout), now, by])
        .await?;
    Ok(before + 1)
}
