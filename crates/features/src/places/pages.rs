//! `/account/locations`: the place for each component, with an account or without, with script or without.

use super::pieces::shown;
use super::{Places, chosen, country_of, located};
use crate::pages::{SiteView, store_error};
use crate::visit::{Fields, Visit, see_other, with_cookie};
use axum::Json;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use masthead_domain::places::{Chosen, Component, PlaceId, PlaceKind, Point, folded};
use masthead_gazetteer::{Gazetteer, Place, names};
use masthead_web::errors::{ErrorKind, WebError};
use serde::Serialize;

/// Places that are offered while somebody types, or where a name has several.
const OFFERED: usize = 12;
/// The longest name that is looked for, in characters; the longest of a town has some 90.
const LONGEST: usize = 120;

#[derive(Serialize)]
struct Own {
    rows: Vec<Row>,
    /// The publisher's own regions, for who doesn't know what to type.
    regions: Vec<String>,
    done: bool,
    /// Whether an account keeps them.
    kept: bool,
    /// Whether the other sites of the network see the cookie.
    shared: bool,
    wrong: bool,
}

/// A component with its place.
#[derive(Serialize)]
struct Row {
    name: &'static str,
    text: String,
    /// Where the name has several: their ids and labels.
    choices: Vec<(u32, String)>,
    unknown: bool,
    /// Whether something else can be done with the place than clearing it.
    set: bool,
}

/// What became of a name that somebody wrote.
enum Read {
    Nothing,
    One(PlaceId),
    Several(Vec<(u32, String)>),
    Unknown,
}

/// `GET /account/locations`
///
/// # Errors
/// When the page can't be made.
pub async fn show(visit: Visit) -> Result<Response, WebError> {
    let places = &visit.app().places;
    let view = visit.view().await?;
    let now = chosen::known(places, chosen::of(visit.viewer.as_deref(), &visit.headers, &visit.info));
    let rows = shown(visit.app()).into_iter().map(|component| {
        let place = now.of(component).and_then(|id| places.find(id));
        Row {
            name: component.name(),
            set: place.is_some(),
            text: place
                .map(|place| places.label(&place, view.language()))
                .unwrap_or_default(),
            choices: Vec::new(),
            unknown: false,
        }
    });
    let rows = rows.collect();
    let done = visit.query().has("done");
    page(&visit, StatusCode::OK, rows, done).await
}

async fn page(visit: &Visit, status: StatusCode, rows: Vec<Row>, done: bool) -> Result<Response, WebError> {
    let (app, view) = (visit.app(), visit.view().await?);
    let regions = app.places.regions();
    let own = Own {
        wrong: rows.iter().any(|row| row.unknown || !row.choices.is_empty()),
        rows,
        regions: regions
            .map(|region| app.places.label(&region, view.language()))
            .collect(),
        done,
        kept: visit.viewer.is_some(),
        shared: chosen::is_shared(app, &visit.info),
    };
    visit.page(status, "places/locations.html", "locations", &own).await
}

/// `POST /account/locations`: `name-<component>` each, `place-<component>` where one of several was chosen for the name
/// in `asked-<component>`, `all` with the component whose place counts for every other.
///
/// # Errors
/// When the store can't answer.
pub async fn submit(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let (app, view) = (visit.app(), visit.view().await?);
    let components = shown(app);
    let same = Component::parse(fields.get("all")).filter(|component| components.contains(component));
    let mut chosen = Chosen::default();
    let mut rows = Vec::new();
    let mut is_wrong = false;
    for component in components.iter().copied() {
        let from = same.unwrap_or(component);
        let read = read(&app.places, &view, &fields, from);
        let text = typed(&fields, from);
        let mut row = Row {
            name: component.name(),
            set: !text.is_empty(),
            text,
            choices: Vec::new(),
            unknown: false,
        };
        match read {
            Read::Nothing => {}
            Read::One(place) => chosen.set(component, Some(place)),
            Read::Several(choices) => row.choices = choices,
            Read::Unknown => row.unknown = true,
        }
        is_wrong |= row.unknown || !row.choices.is_empty();
        rows.push(row);
    }
    if is_wrong {
        return page(&visit, StatusCode::UNPROCESSABLE_ENTITY, rows, false).await;
    }
    if let Some(viewer) = &visit.viewer {
        chosen::keep(app, viewer.account, chosen).await.map_err(store_error)?;
    }
    let cookie = chosen::cookie(app, &visit.info, &chosen);
    Ok(with_cookie(see_other("/account/locations?done=1"), cookie))
}

fn typed(fields: &Fields, component: Component) -> String {
    let text = fields.get(&format!("name-{}", component.name()));
    text.split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST)
        .collect()
}

fn read(places: &Places, view: &SiteView, fields: &Fields, component: Component) -> Read {
    let text = typed(fields, component);
    if text.is_empty() {
        return Read::Nothing;
    }
    // One of several was chosen, and the name that it was chosen for is still there.
    let id = fields.get(&format!("place-{}", component.name())).parse().ok();
    if let Some(place) = id.and_then(|id| places.find(id))
        && fields.get(&format!("asked-{}", component.name())) == text
    {
        return Read::One(place.id);
    }
    let name = text.split_once(',').map_or(text.as_str(), |(name, _)| name);
    let language = view.language();
    let found = offered(places, name, country_of(&view.entry), language);
    let wanted = folded(&text);
    // A label says more than a name: what was offered while it was typed is found again by it, however many there are.
    let mut labelled: Vec<Place<'_>> = places.named(name, None);
    labelled.extend(&found);
    labelled.retain(|place| folded(&places.label(place, language)) == wanted);
    match (distinct(places, labelled, language).as_slice(), found.as_slice()) {
        ([only], _) | ([], [only]) => Read::One(only.id),
        ([], []) => Read::Unknown,
        ([], several) | (several, _) => {
            let choices = several.iter().map(|place| (place.id.0, places.label(place, language)));
            Read::Several(choices.collect())
        }
    }
}

/// What a name may mean, each place that people can tell from the others once.
fn offered<'a>(places: &'a Places, name: &str, country: &str, language: &str) -> Vec<Place<'a>> {
    // Some of those that are found are left out again.
    let mut found = places.search(name, country, 2 * OFFERED);
    found.extend(countries(name, language));
    let mut found = distinct(places, found, language);
    found.truncate(OFFERED);
    found
}

/// Countries whose names in the site's language begin like this.
fn countries<'a>(name: &str, language: &str) -> impl Iterator<Item = Place<'a>> {
    let wanted = folded(name);
    let fits = move |(_, name): &(_, &str)| !wanted.is_empty() && folded(name).starts_with(&wanted);
    let named = names::country_names(language).filter(fits);
    named.filter_map(|(code, _)| Gazetteer::shipped().country(code))
}

/// Leaves out what is called like a town that is there too: a city that is a province of its own is offered as the city.
fn distinct<'a>(places: &Places, found: Vec<Place<'a>>, language: &str) -> Vec<Place<'a>> {
    let label = |place: &Place<'_>| places.label(place, language);
    let towns: Vec<String> = found
        .iter()
        .filter(|place| place.kind == PlaceKind::Town)
        .map(label)
        .collect();
    let mut seen = Vec::new();
    found
        .into_iter()
        .filter(|place| {
            let is_new = !seen.contains(&place.id);
            seen.push(place.id);
            is_new && (place.kind == PlaceKind::Town || !towns.contains(&label(place)))
        })
        .collect()
}

/// A place as scripts are told of it.
#[derive(Serialize)]
struct Line {
    id: u32,
    label: String,
    /// As the form of a story takes it.
    written: String,
}

impl Line {
    fn of(places: &Places, place: &Place<'_>, language: &str) -> Self {
        Self {
            id: place.id.0,
            label: places.label(place, language),
            written: located::offered(places, place, language),
        }
    }
}

/// `GET /account/locations/search?q=`: places whose names begin like this, as JSON, for who types.
///
/// # Errors
/// When the site is not known.
pub async fn search(visit: Visit) -> Result<Response, WebError> {
    let (places, view) = (&visit.app().places, visit.view().await?);
    let text: String = visit.query().get("q").chars().take(LONGEST).collect();
    let name = text.split_once(',').map_or(text.as_str(), |(name, _)| name);
    let found = offered(places, name, country_of(&view.entry), view.language());
    let lines = found.iter().map(|place| Line::of(places, place, view.language()));
    Ok(Json(lines.collect::<Vec<_>>()).into_response())
}

/// `POST /account/locations/nearest` (`latitude`, `longitude`): the nearest place, as JSON. What is sent is rounded again
/// and forgotten; it stands in no address, so that no log has it, and a browser sends it without cookies.
///
/// # Errors
/// 422 for what is no point on the earth.
pub async fn nearest(visit: Visit) -> Result<Response, WebError> {
    let fields = visit.form()?;
    let degrees = |name: &str| fields.get(name).parse().ok();
    let point = degrees("latitude")
        .zip(degrees("longitude"))
        .and_then(|(latitude, longitude)| Point::new(latitude, longitude))
        .ok_or_else(|| {
            WebError::new(ErrorKind::Invalid).detail("latitude and longitude must be a point on the earth.")
        })?;
    let (places, view) = (&visit.app().places, visit.view().await?);
    let place = places.nearest(point.rounded()).ok_or_else(WebError::not_found)?;
    Ok(Json(Line::of(places, &place, view.language())).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_that_is_a_province_is_offered_once() {
        let places = Places::default();
        let found = offered(&places, "Berlin", "DE", "en");
        assert_eq!((found[0].id, found[0].kind), (PlaceId(2_950_159), PlaceKind::Town));
        let labels: Vec<String> = found.iter().map(|place| places.label(place, "en")).collect();
        assert_eq!(
            labels.iter().filter(|label| *label == "Berlin, Germany").count(),
            1,
            "{labels:?}"
        );
        assert!(
            offered(&places, "Brandenburg", "DE", "en")
                .iter()
                .any(|place| place.kind == PlaceKind::Province)
        );
    }

    #[test]
    fn a_country_is_found_as_readers_call_it() {
        let places = Places::default();
        let first = |name: &str, language: &str| {
            let found = offered(&places, name, "", language).into_iter();
            let countries = found.filter(|place| place.kind == PlaceKind::Country);
            countries.map(|place| places.label(&place, language)).next()
        };
        assert_eq!(first("vereinigtes kö", "de").as_deref(), Some("Vereinigtes Königreich"));
        assert_eq!(first("vereinigtes kö", "en"), None);
        assert_eq!(first("germany", "de").as_deref(), Some("Deutschland"));
    }
}
