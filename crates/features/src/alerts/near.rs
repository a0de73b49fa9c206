//! Alerts near a place: the list at `/alerts?place=ID` and what a name in an alert means on the map.
//!
//! A place is a point with as much around it as people there would call theirs: what is near is decided when it is asked,
//! so that alerts know nothing of places.

use super::AlertSource;
use crate::places::Places;
use masthead_domain::alerts::{Alert, Shape, cells};
use masthead_domain::ids::AlertId;
use masthead_domain::places::PlaceKind;
use masthead_domain::time::Timestamp;
use masthead_gazetteer::{Gazetteer, Place};
use masthead_store::alerts as rows;
use masthead_store::{Conn, StoreError};
use masthead_web::surrogate::SurrogateKey;
use std::collections::BTreeSet;

use crate::pages::{alert_cell_key, any_alert_key};

/// Names of one alert that are looked up.
const MOST_NAMES: usize = 40;
/// Kilometres around a town that a name stands for.
const TOWN_KM: f64 = 8.0;

/// Where to look for a place's alerts.
#[derive(Clone, Debug)]
pub(crate) struct Around<'a> {
    /// The place.
    pub(crate) place: Place<'a>,
    /// Kilometres around its middle.
    pub(crate) km: f64,
}

impl<'a> Around<'a> {
    /// Around a place: what a town's people meet on their way, more for provinces and countries, whose own borders the
    /// gazetteer doesn't have.
    pub(crate) fn place(place: &Place<'a>) -> Self {
        let km = match place.kind {
            PlaceKind::Town => 15.0,
            PlaceKind::Region => 40.0,
            PlaceKind::Province => 75.0,
            PlaceKind::Country => 250.0,
        };
        Self { place: *place, km }
    }

    /// The place of an id.
    pub(crate) fn id(places: &'a Places, id: &str) -> Option<Self> {
        places.of_address(id).map(|place| Self::place(&place))
    }

    /// The place of a name, as somebody in a zone would mean it.
    pub(crate) fn name(places: &'a Places, name: &str, zone: &str) -> Option<Self> {
        let country = Gazetteer::shipped().country_of_zone(zone).unwrap_or_default();
        let found = places.search(name, country, 1);
        found.first().map(Self::place)
    }

    /// The keys of a page about it: it changes with what changes in the squares around it.
    pub(crate) fn keys(&self) -> Vec<SurrogateKey> {
        let squares: BTreeSet<i64> = cells::coarse(cells::around(self.place.point, self.km));
        squares
            .into_iter()
            .map(alert_cell_key)
            .chain([any_alert_key()])
            .collect()
    }
}

/// Alerts that hold and reach a place, as its page lists them.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn reaching(
    conn: &mut Conn,
    now: Timestamp,
    place: &Place<'_>,
    limit: usize,
) -> Result<Vec<AlertId>, StoreError> {
    let around = Around::place(place);
    rows::near(conn, now, place.point, around.km, None, limit).await
}

/// Circles around the places that the areas of an alert name: the publisher's own regions, and towns and provinces in the
/// country of its source. Without a country nothing is guessed: there is a Paris in Texas.
pub(super) fn by_names(places: &Places, source: &AlertSource, alert: &Alert) -> Vec<Shape> {
    let country = source.country.as_deref().map(str::to_ascii_uppercase);
    let gazetteer = Gazetteer::shipped();
    let areas = alert.infos.iter().flat_map(|info| &info.areas);
    let names: BTreeSet<&str> = areas
        .flat_map(|area| area.name.split([';', ',', '/']))
        // What stands in brackets explains the name, and is often the name of another town.
        .map(|name| name.split('(').next().unwrap_or_default())
        .flat_map(|name| std::iter::once(name).chain(name.split(" - ").filter(move |part| *part != name)))
        .map(str::trim)
        .filter(|name| name.chars().count() > 2)
        .take(10 * MOST_NAMES)
        .collect();
    let mut shapes = Vec::new();
    for name in names.into_iter().take(MOST_NAMES) {
        if let Some((center, radius_km)) = places.region(name) {
            shapes.push(Shape::Circle { center, radius_km });
            continue;
        }
        let Some(country) = &country else { continue };
        let found = gazetteer.named(name, Some(country));
        let Some(place) = found
            .iter()
            .find(|place| place.kind == PlaceKind::Town)
            .or(found.first())
        else {
            continue;
        };
        let center = place.point;
        let radius_km = if place.kind == PlaceKind::Town { TOWN_KM } else { 75.0 };
        shapes.push(Shape::Circle { center, radius_km });
    }
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::Region;
    use masthead_domain::alerts::{Area, Info};
    use masthead_domain::places::Point;

    #[test]
    fn names_are_looked_up_in_the_country_of_the_source_alone() {
        let alert = Alert {
            infos: vec![Info {
                areas: vec![Area {
                    name: "Brest; Quimper (port)".to_owned(),
                    ..Area::default()
                }],
                ..Info::default()
            }],
            ..Alert::default()
        };
        let in_country = |country: Option<&str>| {
            let source = AlertSource {
                country: country.map(str::to_owned),
                ..AlertSource::default()
            };
            by_names(&Places::default(), &source, &alert)
        };
        let brest = Point::turned(48.39, -4.49).unwrap();
        let found = in_country(Some("fr"));
        assert_eq!(found.len(), 2);
        assert!(found.iter().any(|shape| shape.reaches(brest, 5.0)), "{found:?}");
        assert!(!in_country(Some("BY")).iter().any(|shape| shape.reaches(brest, 50.0)));
        assert_eq!(in_country(None), []);
        // The publisher's own regions are meant wherever the source is.
        let own = Region {
            number: 1,
            name: "Quimper".to_owned(),
            latitude: 10.0,
            longitude: 10.0,
            radius_km: 12.0,
            zone: String::new(),
            outline: Vec::new(),
        };
        let places = Places::new(vec![own], Vec::new(), "");
        let center = Point::turned(10.0, 10.0).unwrap();
        let found = by_names(&places, &AlertSource::default(), &alert);
        assert_eq!(
            found,
            [Shape::Circle {
                center,
                radius_km: 12.0
            }]
        );
    }

    #[test]
    fn a_name_is_meant_as_people_of_the_zone_mean_it() {
        let places = Places::default();
        let paris = Around::name(&places, "Paris", "Europe/Paris").unwrap();
        assert_eq!(paris.place.name, "Paris");
        assert!(Around::name(&places, "Nowhere at all", "Europe/Paris").is_none());
        let id = Around::name(&places, "Brest", "Europe/Paris").unwrap();
        assert_eq!(
            Around::id(&places, &id.place.id.to_string()).unwrap().place.name,
            "Brest"
        );
    }
}
