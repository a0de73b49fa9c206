//! Partner slots, and how often each was seen and followed, by the day. Nothing here says by whom.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::ids::PartnerId;
use masthead_domain::partners::Slot;
use masthead_domain::time::Timestamp;

/// Columns of a [`Slot`] in its order, of `p`.
macro_rules! slot {
    () => {
        "p.id, p.site_id, p.partner, p.headline, p.body, p.action, p.target, p.fields, p.sections, p.places, p.weight, \
         p.most_views, p.starts_at, p.ends_at"
    };
}

queries! {
    PUT = "INSERT INTO partner_slots (id, site_id, partner, headline, body, action, target, fields, sections, places,
            weight, most_views, starts_at, ends_at, changed_by, changed_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
        ON CONFLICT (id) DO UPDATE SET site_id = excluded.site_id, partner = excluded.partner,
            headline = excluded.headline, body = excluded.body, action = excluded.action, target = excluded.target,
            fields = excluded.fields, sections = excluded.sections, places = excluded.places, weight = excluded.weight,
            most_views = excluded.most_views, starts_at = excluded.starts_at, ends_at = excluded.ends_at,
            changed_by = excluded.changed_by, changed_at = excluded.changed_at";
    hot ONE = concat!("SELECT ", slot!(), " FROM partner_slots p WHERE p.id = $1");
    /// Those that are not over, with their views.
    OPEN = concat!("SELECT ", slot!(), ", CAST(COALESCE((SELECT sum(c.views) FROM partner_counts c WHERE c.slot_id = p.id), 0)
            AS BIGINT)
        FROM partner_slots p WHERE p.ends_at > $1 ORDER BY p.starts_at, p.id");
    ALL_SLOTS = concat!("SELECT ", slot!(), ", CAST(COALESCE((SELECT sum(c.views) FROM partner_counts c WHERE c.slot_id = p.id), 0)
            AS BIGINT), CAST(COALESCE((SELECT sum(c.clicks) FROM partner_counts c WHERE c.slot_id = p.id), 0) AS BIGINT)
        FROM partner_slots p ORDER BY p.ends_at DESC, p.id LIMIT $1");
    hot DAYS = "SELECT day, views, clicks FROM partner_counts WHERE slot_id = $1 ORDER BY day DESC LIMIT $2";
    hot VIEWS = "SELECT CAST(COALESCE(sum(views), 0) AS BIGINT) FROM partner_counts WHERE slot_id = $1";
    /// An id that is no slot's is forgotten: anybody can send an invented one.
    ADD = "INSERT INTO partner_counts (slot_id, day, views, clicks)
        SELECT p.id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), CAST($4 AS BIGINT) FROM partner_slots p WHERE p.id = $1
        ON CONFLICT (slot_id, day) DO UPDATE SET views = partner_counts.views + excluded.views,
            clicks = partner_counts.clicks + excluded.clicks";
}

impl FromRow for Slot {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            site: row.next()?,
            partner: row.next()?,
            headline: row.next()?,
            text: row.next()?,
            action: row.next()?,
            target: row.next()?,
            fields: row.next::<Json<_>>()?.0,
            sections: row.next::<Json<_>>()?.0,
            places: row.next::<Json<_>>()?.0,
            weight: row.next()?,
            most_views: row.next()?,
            starts_at: row.next()?,
            ends_at: row.next()?,
        })
    }
}

/// A slot with how often it was seen and followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The slot.
    pub slot: Slot,
    /// How often it was seen.
    pub views: i64,
    /// How often it was followed.
    pub clicks: i64,
}

impl FromRow for Counted {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            slot: Slot::from_row(row)?,
            views: row.next()?,
            clicks: row.next()?,
        })
    }
}

/// A slot that is not over, with how often it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    /// The slot.
    pub slot: Slot,
    /// How often it was seen, as far as that was saved.
    pub views: i64,
}

impl FromRow for Open {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            slot: Slot::from_row(row)?,
            views: row.next()?,
        })
    }
}

/// Makes a slot, or changes the one with its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, slot: &Slot, by: &str) -> Result<(), StoreError> {
    let now = tx.now();
    tx.execute(
        PUT,
        params![
            slot.id,
            slot.site,
            &slot.partner,
            &slot.headline,
            &slot.text,
            &slot.action,
            &slot.target,
            Json(&slot.fields),
            Json(&slot.sections),
            Json(&slot.places),
            slot.weight,
            slot.most_views,
            slot.starts_at,
            slot.ends_at,
            by,
            now
        ],
    )
    .await?;
    Ok(())
}

/// The slot with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: PartnerId) -> Result<Option<Slot>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// The slots of all sites that are not over, those that begin first first.
///
/// # Errors
/// When the store can't answer.
pub async fn open(conn: &mut Conn, now: Timestamp) -> Result<Vec<Open>, StoreError> {
    conn.all(OPEN, params![now]).await
}

/// All slots with their counts, those that end last first.
///
/// # Errors
/// When the store can't answer.
pub async fn all(conn: &mut Conn, limit: usize) -> Result<Vec<Counted>, StoreError> {
    conn.all(ALL_SLOTS, params![limit]).await
}

/// Days on which a slot was seen or followed (whole days since 1970 in UTC, views, clicks), the last first.
///
/// # Errors
/// When the store can't answer.
pub async fn days(conn: &mut Conn, id: PartnerId, limit: usize) -> Result<Vec<(i64, i64, i64)>, StoreError> {
    conn.all(DAYS, params![id, limit]).await
}

/// How often a slot was seen.
///
/// # Errors
/// When the store can't answer.
pub async fn views(conn: &mut Conn, id: PartnerId) -> Result<i64, StoreError> {
    Ok(conn.optional(VIEWS, params![id]).await?.unwrap_or(0))
}

/// Adds views and clicks of a day.
///
/// # Errors
/// When the store can't answer.
pub async fn add(tx: &mut Tx, id: PartnerId, day: i64, views: u32, clicks: u32) -> Result<(), StoreError> {
    tx.execute(ADD, params![id, day, views, clicks]).await?;
    Ok(())
}
