//! Listings as pages, fragments and programs are given them.

use super::source::Source;
use crate::app::App;
use crate::pages::{SiteView, excerpt, json_ld_script};
use masthead_domain::listings::{Category, Price};
use masthead_domain::time::Timestamp;
use masthead_store::listings::Listing;
use masthead_store::{Conn, StoreError, wire as states};
use masthead_web::urls::Route;
use serde::Serialize;
use serde_json::{Value, json};

/// Characters of the text that a list shows.
const EXCERPT: usize = 180;

/// A listing as templates show it. Moments are in microseconds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Item {
    pub(crate) title: String,
    pub(crate) href: String,
    category: &'static str,
    kind: String,
    organisation: String,
    venue: String,
    locality: String,
    price: Option<Money>,
    per: String,
    starts: Option<i64>,
    /// The last moment that belongs to it.
    ends: Option<i64>,
    /// Whole days.
    days: bool,
    /// How many other dates there are.
    more: usize,
    excerpt: String,
    published: i64,
    provider: String,
    /// Whether a reader sent it.
    by_reader: bool,
    credit: String,
    /// How far it is from the place that was asked for, in whole kilometres.
    pub(crate) distance: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
struct Money {
    currency: String,
    amount: String,
}

/// The listing of a store's row.
pub(crate) fn item(one: &Listing) -> Item {
    let entry = &one.entry;
    let current = one.turn.and_then(|turn| turn.current);
    let later = entry
        .dates
        .iter()
        .filter(|date| current.is_some_and(|current| date.start > current.start));
    Item {
        title: entry.title.clone(),
        href: href(one),
        category: one.category.name(),
        kind: entry.kind.clone(),
        organisation: entry.organisation.clone(),
        venue: entry.venue.clone(),
        locality: entry.locality.clone(),
        price: entry.price.as_ref().map(|price| Money {
            currency: price.currency.clone(),
            amount: price.amount(),
        }),
        per: entry.per.clone(),
        starts: current.map(|span| span.start.as_micros()),
        ends: current.map(|span| last_moment(span.end, span.days).as_micros()),
        days: current.is_some_and(|span| span.days),
        more: later.count(),
        excerpt: excerpt(&entry.text.replace('\n', " "), EXCERPT),
        published: one.published_at.as_micros(),
        provider: one.provider.clone(),
        by_reader: one.account.is_some(),
        credit: one.credit.clone(),
        distance: None,
    }
}

/// The end as it is told: the day before midnight, where whole days are meant.
fn last_moment(end: Timestamp, days: bool) -> Timestamp {
    if days { end.plus_seconds(-1) } else { end }
}

/// The path of a listing's page.
pub(crate) fn href(one: &Listing) -> String {
    Route::Listing(one.category, one.id).to_string()
}

/// How a source is: who it is, and since when there is nothing from it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Fresh {
    provider: String,
    credit: String,
    /// When it last answered, in microseconds; none when it never did.
    at: Option<i64>,
    silent: bool,
}

/// How the sources of a category on a site are.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn freshness(
    conn: &mut Conn,
    app: &App,
    view: &SiteView,
    category: Category,
    now: Timestamp,
) -> Result<Vec<Fresh>, StoreError> {
    let mut all = Vec::new();
    let here = |source: &&Source| source.site.is_empty() || source.site == view.entry.slug;
    let sources = app.listings.iter().filter(here);
    for source in sources.filter(|source| source.categories().contains(&category)) {
        let state = states::source(conn, &source.state_name()).await?;
        all.push(Fresh {
            provider: source.printed().to_owned(),
            credit: source.credit.clone(),
            at: state
                .as_ref()
                .and_then(|state| state.last_ok_at)
                .map(Timestamp::as_micros),
            silent: state.as_ref().is_none_or(|state| source.is_silent(state, now)),
        });
    }
    Ok(all)
}

/// A listing as schema.org knows it.
pub(crate) fn json_ld(view: &SiteView, one: &Listing) -> String {
    let entry = &one.entry;
    let url = view.absolute(&href(one));
    let mut thing = json!({
        "@context": "https://schema.org", "@id": url, "url": url, "name": entry.title, "description": entry.text,
    });
    let offer = entry.price.as_ref().map(|price| offer(price, &url));
    let place = json!({
        "@type": "Place",
        "name": if entry.venue.is_empty() { &entry.locality } else { &entry.venue },
        "address": { "@type": "PostalAddress", "addressLocality": entry.locality },
    });
    let organisation =
        (!entry.organisation.is_empty()).then(|| json!({ "@type": "Organization", "name": entry.organisation }));
    let more = match one.category {
        Category::Jobs => json!({
            "@type": "JobPosting", "title": entry.title, "datePosted": view.machine(one.published_at),
            "validThrough": one.turn.map(|turn| view.machine(turn.expires)), "hiringOrganization": organisation,
            "jobLocation": place, "employmentType": some(&entry.kind), "baseSalary": entry.price.as_ref().map(|price| json!({
                "@type": "MonetaryAmount", "currency": price.currency,
                "value": { "@type": "QuantitativeValue", "value": number(price), "unitText": some(&entry.per.to_uppercase()) },
            })),
        }),
        Category::WhatsOn => {
            let current = one.turn.and_then(|turn| turn.current);
            json!({
                "@type": "Event", "startDate": current.map(|span| view.machine(span.start)),
                "endDate": current.map(|span| view.machine(last_moment(span.end, span.days))), "location": place,
                "organizer": organisation, "offers": offer, "eventStatus": "https://schema.org/EventScheduled",
            })
        }
        Category::Property => json!({
            "@type": "RealEstateListing", "datePosted": view.machine(one.published_at), "offers": offer,
            "about": { "@type": "Accommodation", "address": { "@type": "PostalAddress", "addressLocality": entry.locality } },
        }),
        Category::Motoring => json!({ "@type": "Car", "offers": offer, "seller": organisation }),
    };
    if let (Some(thing), Value::Object(more)) = (thing.as_object_mut(), more) {
        thing.extend(more);
        thing.retain(|_, value| !value.is_null());
    }
    json_ld_script(&thing)
}

fn offer(price: &Price, url: &str) -> Value {
    json!({ "@type": "Offer", "price": number(price), "priceCurrency": price.currency, "url": url })
}

fn number(price: &Price) -> String {
    price.plain()
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}
