//! What a source's document says, put in the place of what it said before.

use super::source::{Source, SourceError};
use super::turns;
use crate::app::App;
use crate::places::Places;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, ListingId, SiteId};
use masthead_domain::listings::{Category, Entry, State};
use masthead_domain::places::PlaceId;
use masthead_domain::time::Timestamp;
use masthead_formats::ReadContext;
use masthead_formats::listings::{Notation, read};
use masthead_gazetteer::Gazetteer;
use masthead_store::listings::{self as rows, Listing};
use masthead_store::{StoreError, log};
use serde::Serialize;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use uuid::Uuid;

/// Listings of one transaction, and of one event.
const AT_ONCE: usize = 200;
/// Problems that are told of a document; the first ones say what is wrong with the rest.
const TOLD: usize = 20;
/// Of what the ids of listings are made, beside the source and its own id of them.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c69_7374_696e_6773_8000_0000_6d61_7374);

/// What a document brought.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Intake {
    /// Whether there was one to read.
    pub read: bool,
    /// Listings that are new or changed.
    pub changed: usize,
    /// Listings that were there as they are.
    pub unchanged: usize,
    /// Listings that the source doesn't have any more.
    pub removed: usize,
    /// What could not be read, in words; at most 20.
    pub problems: Vec<String>,
}

/// The id of a listing, the same whenever the source sends it.
fn id(source: &str, key: &str) -> ListingId {
    ListingId(Uuid::new_v5(&NAMESPACE, format!("{source}\0{key}").as_bytes()))
}

/// Takes a document of a source in.
///
/// # Errors
/// [`SourceError::Source`] when nothing of it could be read; what was known stays.
pub async fn take_in(app: &App, source: &Source, bytes: Vec<u8>) -> Result<Intake, SourceError> {
    let now = app.now();
    let (shape, zone) = (source.shape(), source.zone.clone());
    // Parsing is work for a processor, not for the threads that answer readers.
    let reading = tokio::task::spawn_blocking(move || {
        let context = ReadContext {
            zone: Some(zone.as_str()).filter(|zone| !zone.is_empty()),
            ..ReadContext::at(now)
        };
        read(&bytes, &shape, &context)
    })
    .await
    .map_err(|error| SourceError::Source(format!("the reader broke off: {error}")))?
    .map_err(|error| SourceError::Source(error.reason))?;
    let site = site_of(app, source)?;
    let known = rows::of_source(&mut app.db.reader().await?, &source.name).await?;
    let known: HashMap<ListingId, (Vec<u8>, Timestamp)> = known
        .into_iter()
        .map(|(id, digest, published)| (id, (digest, published)))
        .collect();
    let mut intake = Intake {
        read: true,
        problems: reading.problems.iter().take(TOLD).map(ToString::to_string).collect(),
        ..Intake::default()
    };
    let mut gone: BTreeSet<ListingId> = known.keys().copied().collect();
    let mut changed = Vec::new();
    let country = country_of(app, source);
    for entry in reading.value {
        let one = id(&source.name, &entry.key);
        let before = known.get(&one);
        let Some(mut listing) = listing(source, site, one, entry, before.map(|(_, published)| *published), now) else {
            continue;
        };
        listing.place = placed(&app.places, &mut listing.entry, country);
        gone.remove(&one);
        if before.is_some_and(|(digest, _)| rows::digest(&listing).is_ok_and(|fresh| fresh == digest.as_slice())) {
            intake.unchanged += 1;
        } else {
            changed.push(listing);
        }
    }
    // A feed shows the newest alone, and a document that could not be read as a whole says nothing of the rest.
    if source.format == Notation::Rss || !reading.problems.is_empty() {
        gone.clear();
    }
    intake.changed = changed.len();
    intake.removed = gone.len();
    write(app, source, changed, gone.into_iter().collect()).await?;
    Ok(intake)
}

fn site_of(app: &App, source: &Source) -> Result<Option<SiteId>, SourceError> {
    if source.site.is_empty() {
        return Ok(None);
    }
    match app.sites().by_slug(&source.site) {
        Some(site) => Ok(Some(site.id)),
        None => Err(SourceError::Source(format!("there is no site '{}'", source.site))),
    }
}

/// The country whose towns a source most likely means, by the zone of its times or of its site.
pub(super) fn country_of(app: &App, source: &Source) -> Option<&'static str> {
    let sites = app.sites();
    let zone = match (
        source.zone.as_str(),
        sites.by_slug(&source.site).or_else(|| sites.first()),
    ) {
        ("", Some(site)) => &site.site.zone,
        (zone, _) => zone,
    };
    Gazetteer::shipped().country_of_zone(zone)
}

/// The town of an entry: the nearest to its point, else the one that it names, which then gives it a point.
pub(super) fn placed(places: &Places, entry: &mut Entry, country: Option<&str>) -> Option<PlaceId> {
    if let Some(point) = entry.point {
        return places.nearest(point).map(|town| town.id);
    }
    if entry.locality.is_empty() {
        return None;
    }
    let town = places.named(&entry.locality, country).into_iter().next()?;
    entry.point = Some(town.point);
    Some(town.id)
}

/// The listing of an entry; `None` for what is called off or over.
fn listing(
    source: &Source,
    site: Option<SiteId>,
    id: ListingId,
    entry: Entry,
    before: Option<Timestamp>,
    now: Timestamp,
) -> Option<Listing> {
    let category = entry.category.filter(|_| !entry.cancelled)?;
    // Without a date of its own it is as old as our knowledge of it.
    let published = entry.published.map(|at| at.min(now)).or(before).unwrap_or(now);
    let turn = entry.turn(category, published, now)?;
    Some(Listing {
        id,
        site,
        category,
        source: source.name.clone(),
        state: State::Shown,
        provider: source.printed().to_owned(),
        credit: source.credit.clone(),
        place: None,
        turn: Some(turn),
        published_at: published,
        account: None,
        reason: String::new(),
        changed_at: now,
        entry,
    })
}

async fn write(app: &App, source: &Source, changed: Vec<Listing>, gone: Vec<ListingId>) -> Result<(), StoreError> {
    let categories = source.categories();
    let of = |some: &[Listing]| -> Vec<Category> {
        let all: BTreeSet<Category> = some.iter().map(|one| one.category).collect();
        all.into_iter().collect()
    };
    let mut gone = gone.chunks(AT_ONCE);
    for some in changed.chunks(AT_ONCE) {
        let (over, categories) = match gone.next() {
            Some(over) => (over.to_vec(), categories.clone()),
            None => (Vec::new(), of(some)),
        };
        batch(app, some.to_vec(), over, categories).await?;
    }
    for some in gone {
        batch(app, Vec::new(), some.to_vec(), categories.clone()).await?;
    }
    Ok(())
}

/// Some listings, what became of the pages that show them, and when the next of them turns.
async fn batch(
    app: &App,
    changed: Vec<Listing>,
    gone: Vec<ListingId>,
    categories: Vec<Category>,
) -> Result<(), StoreError> {
    let work = Arc::new((changed, gone, categories));
    let ids = Arc::clone(&app.ids);
    app.db
        .write("listings.take_in", move |tx| {
            let (work, ids) = (Arc::clone(&work), Arc::clone(&ids));
            Box::pin(async move {
                let (changed, gone, categories) = work.as_ref();
                for one in changed {
                    rows::put(tx, one).await?;
                }
                rows::remove(tx, gone).await?;
                let event = Event::ListingsChanged {
                    categories: categories.clone(),
                    listings: changed.iter().map(|one| one.id).chain(gone.iter().copied()).collect(),
                };
                let now = tx.now();
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                turns::schedule(tx).await
            })
        })
        .await
}
