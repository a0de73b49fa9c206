//! Local news: stories from near to far.
//!
//! A story stands in the lists of its places (`domain::places::list_of`), so that what is near is read by looking into a
//! handful of lists: the place itself, the fields of the map around it, its province, its country.

use super::{Places, country_of};
use crate::app::App;
use crate::pages::page::Page;
use crate::pages::{CARD_WIDTH, CardView, SiteView, cards, list_key, say, store_error, whole};
use masthead_domain::ids::StoryId;
use masthead_domain::places::{Cell, Located, PlaceKind, list_of};
use masthead_gazetteer::{Gazetteer, Place};
use masthead_store::public::{self, Card};
use masthead_store::{Conn, StoreError};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{FeedScope, Route};
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;
use uuid::Uuid;

/// Stories of the component.
const FEW: usize = 5;
/// Stories of a place's page.
const MANY: usize = 40;

/// Stories that are about equally far.
pub(crate) struct Ring {
    /// `here`, `around`, `province` or `country`: part of the message that heads it.
    kind: &'static str,
    /// The name that the message is given.
    name: String,
    /// The newest first.
    pub(crate) cards: Vec<Card>,
}

/// Stories from near to far, with the lists that they were looked for in.
pub(crate) struct Near {
    pub(crate) rings: Vec<Ring>,
    pub(crate) lists: Vec<Uuid>,
}

impl Near {
    /// All its stories, the newest first.
    pub(crate) fn into_newest(self) -> Vec<Card> {
        let mut all: Vec<Card> = self.rings.into_iter().flat_map(|ring| ring.cards).collect();
        all.sort_by_key(|card| Reverse((card.published, card.story)));
        all
    }

    fn cards(&self) -> impl Iterator<Item = &Card> {
        self.rings.iter().flat_map(|ring| &ring.cards)
    }

    fn stories(&self) -> Vec<StoryId> {
        self.cards().map(|card| card.story).collect()
    }

    fn keys(&self) -> Vec<SurrogateKey> {
        self.lists.iter().map(|list| list_key(*list)).collect()
    }
}

/// At most `most` stories of the site, from near to far.
pub(crate) async fn near_to_far(
    app: &App,
    conn: &mut Conn,
    view: &SiteView,
    place: &Place<'_>,
    most: usize,
) -> Result<Near, StoreError> {
    let now = app.now();
    let mut near = Near {
        rings: Vec::new(),
        lists: Vec::new(),
    };
    let mut seen: HashSet<StoryId> = HashSet::new();
    for (kind, name, lists) in rings(&app.places, place, view.language()) {
        let mut cards = Vec::new();
        for list in &lists {
            cards.extend(public::newest(conn, now, *list, view.entry.id, most).await?);
        }
        near.lists.extend(lists);
        cards.sort_by_key(|card| Reverse((card.published, card.story)));
        cards.retain(|card| seen.len() < most && seen.insert(card.story));
        if !cards.is_empty() {
            near.rings.push(Ring { kind, name, cards });
        }
    }
    Ok(near)
}

/// The lists of each ring, from near to far.
fn rings(places: &Places, place: &Place<'_>, language: &str) -> Vec<(&'static str, String, Vec<Uuid>)> {
    let called = |place: &Place<'_>| places.called(place, language).to_owned();
    let mut rings = vec![("here", called(place), vec![list_of(place.id)])];
    if matches!(place.kind, PlaceKind::Town | PlaceKind::Region) {
        let around = Cell::of(place.point).around().into_iter().map(Cell::list).collect();
        rings.push(("around", called(place), around));
    }
    if let Some(province) = place.province.filter(|province| *province != place.id) {
        let name = places.find(province).map(|province| called(&province));
        rings.push(("province", name.unwrap_or_default(), vec![list_of(province)]));
    }
    if place.kind != PlaceKind::Country
        && let Some(country) = Gazetteer::shipped().country(place.country)
    {
        rings.push(("country", called(&country), vec![list_of(country.id)]));
    }
    rings
}

#[derive(Serialize)]
struct RingView {
    title: String,
    cards: Vec<CardView>,
}

#[derive(Serialize)]
struct Own {
    place: String,
    href: String,
    rings: Vec<RingView>,
    empty: String,
}

/// The component.
pub(super) async fn piece(app: &App, view: &SiteView, place: &Place<'_>) -> Result<Rendered, WebError> {
    let (near, position) = read(app, view, place, FEW).await?;
    let (keys, stories) = (near.keys(), near.stories());
    let own = own(app, view, place, near)?;
    let html = view.voice.render("parts/local-news.html", &own)?;
    Ok(Rendered::html(html, position)
        .keys(keys)
        .keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()])
        .stories(stories))
}

/// `/places/<slug>-<id>`
pub(crate) async fn page(app: &App, view: &SiteView, route: &Route<'_>) -> Result<Rendered, WebError> {
    let Route::Place { slug, id } = route else {
        return Err(WebError::not_found());
    };
    let place = app.places.find(*id).ok_or_else(WebError::not_found)?;
    let path = address(&place);
    if **slug != *slug_of(&place) {
        // Anybody can invent names for a place: none is kept.
        let mut moved = Rendered::moved(path, 0);
        moved.policy = CachePolicy::NoStore;
        return Ok(moved);
    }
    let (near, position) = read(app, view, &place, MANY).await?;
    // There are more places than any site has stories of: one of which it has none is no page of it.
    if near.rings.is_empty() {
        return Err(WebError::not_found());
    }
    let name = app.places.called(&place, view.language());
    let about = say(view, "place-about", &[("name", name), ("site", &view.entry.name)])?;
    let mut page = Page::new(view, name, &path)
        .described(&about)
        .pictured(view, near.cards());
    if near.rings.first().is_none_or(|ring| ring.kind != "here") {
        page.robots = "noindex, follow";
    }
    let page = page.feeds(&scope(&place), &format!("{} – {name}", view.entry.name));
    let (keys, stories) = (near.keys(), near.stories());
    let modified = cards::newest(near.cards());
    let own = own(app, view, &place, near)?;
    let html = view.voice.render("places/place.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys(keys)
        .keys([SurrogateKey::site(view.entry.id), SurrogateKey::theme()])
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

/// The address of a place's page.
pub(crate) fn address(place: &Place<'_>) -> String {
    Route::Place {
        slug: slug_of(place),
        id: place.id,
    }
    .to_string()
}

/// What names its feeds.
pub(crate) fn scope(place: &Place<'_>) -> FeedScope<'static> {
    FeedScope::Place {
        slug: slug_of(place),
        id: place.id,
    }
}

/// The address of the page of a place that a story names.
pub(crate) fn named(located: &Located) -> String {
    Route::Place {
        slug: slug(&located.name),
        id: located.place,
    }
    .to_string()
}

fn slug_of(place: &Place<'_>) -> Cow<'static, str> {
    slug(place.name)
}

fn slug(name: &str) -> Cow<'static, str> {
    let slug = crate::sites::slug_of(name);
    if slug.is_empty() {
        Cow::Borrowed("place")
    } else {
        Cow::Owned(slug)
    }
}

async fn read(app: &App, view: &SiteView, place: &Place<'_>, most: usize) -> Result<(Near, i64), WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let near = near_to_far(app, &mut conn, view, place, most)
        .await
        .map_err(store_error)?;
    Ok((near, position))
}

fn own(app: &App, view: &SiteView, place: &Place<'_>, near: Near) -> Result<Own, WebError> {
    let mut rings = Vec::with_capacity(near.rings.len());
    for ring in near.rings {
        let title = say(view, &format!("place-ring-{}", ring.kind), &[("name", &ring.name)])?;
        let cards = ring
            .cards
            .into_iter()
            .map(|card| cards::card(view, card, None, CARD_WIDTH))
            .collect();
        rings.push(RingView { title, cards });
    }
    let abroad = place.country != country_of(&view.entry) && !place.country_name.is_empty();
    let name = app.places.called(place, view.language());
    let country = Gazetteer::shipped().country(place.country);
    Ok(Own {
        place: match country.filter(|_| abroad && place.kind != PlaceKind::Country) {
            Some(country) => format!("{name}, {}", app.places.called(&country, view.language())),
            None => name.to_owned(),
        },
        href: address(place),
        empty: if rings.is_empty() {
            say(view, "place-nothing", &[("name", name)])?
        } else {
            String::new()
        },
        rings,
    })
}
