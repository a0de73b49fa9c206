//! Listings from near to far of a place.

use masthead_domain::ids::{ListingId, SiteId};
use masthead_domain::listings::Category;
use masthead_domain::places::{Bounds, Point};
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, Wanted};
use masthead_store::{Conn, StoreError};
use masthead_web::paging::Cursor;

/// How far is near, in kilometres: the first within which there are no more than are sorted.
const RADII: [f64; 4] = [100.0, 30.0, 10.0, 3.0];
/// Listings that are sorted for a page.
const MOST: usize = 2_000;

/// A listing with how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Near {
    metres: i64,
    pub(crate) id: ListingId,
}

impl Near {
    /// Its place in the list.
    pub(crate) fn cursor(self) -> Cursor {
        Cursor::new(Timestamp::from_micros(self.metres), self.id)
    }

    /// Whether it comes after a place in the list.
    pub(crate) fn is_after(self, cursor: Cursor) -> bool {
        (self.metres, self.id) > (cursor.at.as_micros(), cursor.id.into())
    }

    /// Whole kilometres, rounded up: what is next door is within one.
    pub(crate) fn kilometres(self) -> u32 {
        u32::try_from(self.metres.div_euclid(1_000) + 1).unwrap_or(u32::MAX)
    }
}

/// What of these categories is near a point, the nearest first.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn near(
    conn: &mut Conn,
    now: Timestamp,
    of: (SiteId, &[Category]),
    wanted: &Wanted,
    point: Point,
) -> Result<Vec<Near>, StoreError> {
    let mut found = Vec::new();
    for km in RADII {
        let area = Bounds::within_km(point, km);
        found = public::listings_around(conn, now, of, wanted, &area, MOST + 1).await?;
        if found.len() <= MOST {
            // The corners of the area lie farther.
            found.retain(|(_, at)| point.distance_km(*at) <= km);
            break;
        }
    }
    let mut near: Vec<Near> = found
        .into_iter()
        .map(|(id, at)| Near {
            metres: metres(point.distance_km(at)),
            id,
        })
        .collect();
    near.sort_unstable();
    Ok(near)
}

#[expect(clippy::cast_possible_truncation, reason = "half of the earth's girth at most")]
fn metres(km: f64) -> i64 {
    (km * 1_000.0).round() as i64
}
