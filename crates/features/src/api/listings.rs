//! `/listings`: property, jobs, motoring and what's on, the newest first.

use super::{List, absent, address, after, begin, json, limit, site};
use crate::app::App;
use crate::listings;
use crate::pages::{Query, SiteView, listings_key, store_error};
use crate::sites::SiteEntry;
use masthead_domain::ids::ListingId;
use masthead_domain::listings::Category;
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use masthead_store::listings::Listing;
use masthead_store::public::{self, Wanted};
use masthead_web::errors::WebError;
use masthead_web::paging::{Cursor, Page};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use serde::Serialize;
use uuid::Uuid;

/// Parameters of the route.
pub(super) const PARAMETERS: &[&str] = &["site", "category", "place", "after", "limit"];

#[derive(Serialize)]
struct ListingItem {
    id: String,
    url: String,
    category: &'static str,
    title: String,
    text: String,
    kind: String,
    organisation: String,
    price: Option<PriceItem>,
    venue: String,
    locality: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
    starts: Option<Timestamp>,
    ends: Option<Timestamp>,
    published: Timestamp,
    expires: Option<Timestamp>,
    source: Option<String>,
    provider: String,
    credit: String,
}

#[derive(Serialize)]
struct PriceItem {
    amount: String,
    currency: String,
    per: String,
}

/// A listing with its page on a site.
fn of(site: &SiteEntry, one: Listing) -> ListingItem {
    let current = one.turn.and_then(|turn| turn.current);
    ListingItem {
        id: one.id.to_string(),
        url: format!("{}{}", site.origin, listings::href(&one)),
        category: one.category.name(),
        latitude: one.entry.point.map(Point::latitude),
        longitude: one.entry.point.map(Point::longitude),
        starts: current.map(|span| span.start),
        ends: current.map(|span| span.end),
        published: one.published_at,
        expires: one.turn.map(|turn| turn.expires),
        provider: one.provider,
        credit: one.credit,
        price: one.entry.price.map(|price| PriceItem {
            amount: price.plain(),
            currency: price.currency,
            per: one.entry.per,
        }),
        title: one.entry.title,
        text: one.entry.text,
        kind: one.entry.kind,
        organisation: one.entry.organisation,
        venue: one.entry.venue,
        locality: one.entry.locality,
        source: one.entry.url,
    }
}

/// The listings of a site.
pub(super) async fn list(app: &App, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
    let site = site(view, query)?;
    let limit = limit(query)?;
    let category = match query.get("category") {
        None => None,
        Some(name) => {
            let category = Category::parse(&name);
            Some(category.ok_or_else(|| absent("no-such-category", "There is no such category of listings."))?)
        }
    };
    let categories = category.map_or_else(|| Category::ALL.to_vec(), |category| vec![category]);
    let after = after(query)?;
    let (mut conn, now, position) = begin(app).await?;
    let page = match query.get("place") {
        Some(place) => {
            let place = app.places.of_address(&place);
            let place = place.ok_or_else(|| absent("no-such-place", "There is no such place."))?;
            let (of, wanted) = ((site.id, categories.as_slice()), Wanted::default());
            let mut all = listings::near(&mut conn, now, of, &wanted, place.point)
                .await
                .map_err(store_error)?;
            all.retain(|one| after.is_none_or(|after| one.is_after(after)));
            let page = Page::from_rows(all, limit, |one| one.cursor());
            let ids: Vec<ListingId> = page.items.iter().map(|one| one.id).collect();
            let found = public::listings_by_id(&mut conn, now, site.id, &ids)
                .await
                .map_err(store_error)?;
            Page {
                items: found,
                next: page.next,
            }
        }
        None => {
            let start = after.map_or((Timestamp::MAX, ListingId(Uuid::max())), |cursor| {
                (cursor.at, cursor.id.into())
            });
            let found = public::newest_listings(&mut conn, now, site.id, category, start, limit + 1)
                .await
                .map_err(store_error)?;
            Page::from_rows(found, limit, |one| Cursor::new(one.published_at, one.id))
        }
    };
    drop(conn);
    let kept = ["site", "category", "place", "limit"];
    let next = page
        .next
        .map(|cursor| address(view, "listings", query, &kept, &cursor.to_string()));
    let items = page.items.into_iter().map(|one| of(site, one)).collect();
    let keys = categories.into_iter().map(listings_key);
    Ok(json(&List { items, next }, position)?
        .keys(keys)
        .keys([SurrogateKey::site(site.id)]))
}
