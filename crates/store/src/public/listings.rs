//! Listings as readers see them: those that the desk didn't keep back and that are not over.

use crate::db::{Conn, StoreError};
use crate::listings::{Listing, listing, millionths, pattern, point};
use crate::{params, queries};
use masthead_domain::ids::{ListingId, SiteId};
use masthead_domain::listings::Category;
use masthead_domain::places::{Bounds, Point};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Restricts `l` (a row of `listings`) to what readers of site `$2` may see at `$1`.
macro_rules! listed {
    () => {
        "l.state = 'shown' AND (l.expires_at IS NULL OR l.expires_at > $1) AND (l.site_id IS NULL OR l.site_id = $2)"
    };
}

queries! {
    hot LISTED = concat!("SELECT ", listing!(), " FROM listings l
        WHERE l.category = $3 AND (l.sort_key, l.id) > ($4, $5) AND ", listed!(), "
        ORDER BY l.sort_key, l.id LIMIT $6");
    FILTERED = concat!("SELECT ", listing!(), " FROM listings l
        WHERE l.category = $3 AND (l.sort_key, l.id) > ($4, $5)
            AND ($7 = '' OR l.words LIKE $7 ESCAPE '\\')
            AND (CAST($8 AS BIGINT) < 0 OR l.price >= CAST($8 AS BIGINT))
            AND (CAST($9 AS BIGINT) < 0 OR l.price <= CAST($9 AS BIGINT))
            AND (l.starts_at IS NULL OR (l.expires_at > $10 AND l.starts_at < $11)) AND ", listed!(), "
        ORDER BY l.sort_key, l.id LIMIT $6");
    hot NEWEST = concat!("SELECT ", listing!(), " FROM listings l
        WHERE (l.published_at, l.id) < ($3, $4) AND ", listed!(), "
            AND ($5 = '' OR l.category = $5) ORDER BY l.published_at DESC, l.id DESC LIMIT $6");
    AROUND = concat!("SELECT l.id, l.latitude, l.longitude FROM listings l
        WHERE l.category IN {list:$3} AND l.latitude >= $4 AND l.latitude <= $5
            AND ((CAST($6 AS BIGINT) <= CAST($7 AS BIGINT) AND l.longitude >= $6 AND l.longitude <= $7)
                OR (CAST($6 AS BIGINT) > CAST($7 AS BIGINT) AND (l.longitude >= $6 OR l.longitude <= $7)))
            AND ($8 = '' OR l.words LIKE $8 ESCAPE '\\')
            AND (CAST($9 AS BIGINT) < 0 OR l.price >= CAST($9 AS BIGINT))
            AND (CAST($10 AS BIGINT) < 0 OR l.price <= CAST($10 AS BIGINT))
            AND (l.starts_at IS NULL OR (l.expires_at > $11 AND l.starts_at < $12)) AND ", listed!(), " LIMIT $13");
    hot BY_IDS = concat!("SELECT ", listing!(), " FROM listings l WHERE l.id IN {list:$3} AND ", listed!());
}

/// What of a category is asked for. The default is everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Words that it has, in a row; empty for any.
    pub words: String,
    /// The least price, in hundredths whatever the currency.
    pub least: Option<i64>,
    /// The highest price, in hundredths.
    pub most: Option<i64>,
    /// Events that go on after this moment.
    pub from: Timestamp,
    /// Events that begin before this moment.
    pub to: Timestamp,
}

impl Default for Wanted {
    fn default() -> Self {
        Self {
            words: String::new(),
            least: None,
            most: None,
            from: Timestamp::MIN,
            to: Timestamp::MAX,
        }
    }
}

/// The listings of a category after a place in it (order and id), as its order goes.
///
/// # Errors
/// When the store can't answer.
pub async fn listed(
    conn: &mut Conn,
    now: Timestamp,
    (site, category): (SiteId, Category),
    wanted: &Wanted,
    after: (i64, ListingId),
    limit: usize,
) -> Result<Vec<Listing>, StoreError> {
    let (order, id) = after;
    if *wanted == Wanted::default() {
        return conn
            .all(LISTED, params![now, site, category.name(), order, id, limit])
            .await;
    }
    conn.all(
        FILTERED,
        params![
            now,
            site,
            category.name(),
            order,
            id,
            limit,
            pattern(&wanted.words),
            wanted.least.unwrap_or(-1),
            wanted.most.unwrap_or(-1),
            wanted.from,
            wanted.to
        ],
    )
    .await
}

/// The newest listings of a category, or of all, after a place among them.
///
/// # Errors
/// When the store can't answer.
pub async fn newest_listings(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    category: Option<Category>,
    after: (Timestamp, ListingId),
    limit: usize,
) -> Result<Vec<Listing>, StoreError> {
    let category = category.map_or("", Category::name);
    conn.all(NEWEST, params![now, site, after.0, after.1, category, limit])
        .await
}

/// Where the listings of these categories in an area are, in no order, at most `limit`.
///
/// # Errors
/// When the store can't answer.
pub async fn listings_around(
    conn: &mut Conn,
    now: Timestamp,
    (site, categories): (SiteId, &[Category]),
    wanted: &Wanted,
    around: &Bounds,
    limit: usize,
) -> Result<Vec<(ListingId, Point)>, StoreError> {
    let names: Vec<&str> = categories.iter().map(|category| category.name()).collect();
    let rows = conn
        .all::<(ListingId, i64, i64)>(
            AROUND,
            params![
                now,
                site,
                names.as_slice(),
                millionths(around.south()),
                millionths(around.north()),
                millionths(around.west()),
                millionths(around.east()),
                pattern(&wanted.words),
                wanted.least.unwrap_or(-1),
                wanted.most.unwrap_or(-1),
                wanted.from,
                wanted.to,
                limit
            ],
        )
        .await?;
    let found = |(id, latitude, longitude)| Some((id, point(latitude, longitude)?));
    Ok(rows.into_iter().filter_map(found).collect())
}

/// These listings, in their order; what readers may not see is left out.
///
/// # Errors
/// When the store can't answer.
pub async fn listings_by_id(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    ids: &[ListingId],
) -> Result<Vec<Listing>, StoreError> {
    let uuids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let mut found: Vec<Listing> = conn.all(BY_IDS, params![now, site, &uuids]).await?;
    found.sort_by_key(|one| ids.iter().position(|id| *id == one.id));
    Ok(found)
}
