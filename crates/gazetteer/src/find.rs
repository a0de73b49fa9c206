//! Finding places: by the beginning of a name, by a whole name, and by where they lie.

use crate::{Gazetteer, Place, Town, line};
use masthead_domain::places::{Bounds, Point, folded};
use std::cmp::Reverse;

/// The kilometres of a degree of latitude, a little less than anywhere, so that a distance judged by it is too small.
const KM_A_DEGREE: f64 = 111.0;

impl Gazetteer {
    /// Places one of whose names begins like this, without regard to case and accents: those with just this name first,
    /// then those of the country named (two letters; empty for none), then by population. At most `limit`, each once.
    pub fn search(&self, text: &str, country: &str, limit: usize) -> Vec<Place<'_>> {
        let wanted = folded(text);
        if wanted.is_empty() {
            return Vec::new();
        }
        let from = self
            .entries
            .partition_point(|entry| self.key(entry.key) < wanted.as_str());
        let mut found: Vec<(u32, bool)> = self
            .entries
            .iter()
            .skip(from)
            .map(|entry| (entry.target, self.key(entry.key)))
            .take_while(|(_, key)| key.starts_with(&wanted))
            .map(|(target, key)| (target, key != wanted))
            .collect();
        // A place that is found by two names counts by the better one.
        found.sort_unstable();
        found.dedup_by_key(|(target, _)| *target);
        let mut places: Vec<(bool, Place<'_>)> = found
            .into_iter()
            .filter_map(|(target, longer)| Some((longer, self.at(target)?)))
            .collect();
        places.sort_by_key(|(longer, place)| (*longer, place.country != country, Reverse(place.population), place.id));
        places.truncate(limit);
        places.into_iter().map(|(_, place)| place).collect()
    }

    /// Places with just this name (case and accents aside), the most populous first; only those of a country where one
    /// is named.
    pub fn named(&self, name: &str, country: Option<&str>) -> Vec<Place<'_>> {
        let wanted = folded(name);
        let from = self
            .entries
            .partition_point(|entry| self.key(entry.key) < wanted.as_str());
        let mut places: Vec<Place<'_>> = self
            .entries
            .iter()
            .skip(from)
            .take_while(|entry| !wanted.is_empty() && self.key(entry.key) == wanted)
            .filter_map(|entry| self.at(entry.target))
            .filter(|place| country.is_none_or(|country| place.country == country))
            .collect();
        places.sort_by_key(|place| (Reverse(place.population), place.id));
        places
    }

    /// The town nearest to a point.
    pub fn nearest(&self, point: Point) -> Option<Place<'_>> {
        self.near(point, 1).into_iter().next()
    }

    /// The towns nearest to a point, the nearest first.
    pub fn near(&self, point: Point, count: usize) -> Vec<Place<'_>> {
        // Towns lie in the order of their latitude: from the point's on, both ways, until what comes is farther in
        // latitude alone than the farthest that was kept.
        let middle = self.south_of(point.latitude());
        let (below, above) = self.towns.split_at_checked(middle).unwrap_or_default();
        let mut best: Vec<(f64, &Town)> = Vec::with_capacity(count + 1);
        if count > 0 {
            nearer(above.iter(), point, count, &mut best);
            nearer(below.iter().rev(), point, count, &mut best);
        }
        best.into_iter().filter_map(|(_, town)| self.town(town)).collect()
    }

    /// The towns of an area, from south to north.
    pub fn within(&self, bounds: &Bounds) -> impl Iterator<Item = Place<'_>> {
        let from = self.south_of(bounds.south());
        let north = bounds.north();
        self.towns
            .iter()
            .skip(from)
            .map_while(move |town| Some((town, town.point()?)).filter(|(_, point)| point.latitude() <= north))
            .filter(|(_, point)| bounds.contains(*point))
            .filter_map(|(town, _)| self.town(town))
    }

    /// The country (two letters) in most of whose towns clocks go by this zone: that of a site, for want of better.
    pub fn country_of_zone(&self, zone: &str) -> Option<&str> {
        let zone = self.zones.iter().position(|known| **known == *zone)?;
        let mut counts = vec![0_u64; self.countries.len()];
        for town in self.towns.iter().filter(|town| usize::from(town.zone) == zone) {
            if let Some(count) = counts.get_mut(usize::from(town.country)) {
                *count += u64::from(town.population);
            }
        }
        let (country, _) = self.countries.iter().zip(counts).max_by_key(|(_, count)| *count)?;
        Some(&country.code)
    }

    fn key(&self, from: u32) -> &str {
        line(&self.keys, from)
    }

    /// How many towns lie south of a parallel.
    fn south_of(&self, latitude: f64) -> usize {
        self.towns
            .partition_point(|town| f64::from(town.latitude) / 1e4 < latitude)
    }
}

/// Goes along towns that lie farther and farther in latitude and keeps the nearest, sorted.
fn nearer<'a>(towns: impl Iterator<Item = &'a Town>, point: Point, count: usize, best: &mut Vec<(f64, &'a Town)>) {
    for town in towns {
        let Some(at) = town.point() else { continue };
        let farthest = best
            .last()
            .filter(|_| best.len() >= count)
            .map_or(f64::INFINITY, |(km, _)| *km);
        if (at.latitude() - point.latitude()).abs() * KM_A_DEGREE > farthest {
            break;
        }
        let km = at.distance_km(point);
        if km < farthest {
            let place = best.partition_point(|(known, _)| *known <= km);
            best.insert(place, (km, town));
            best.truncate(count);
        }
    }
}

impl Gazetteer {
    /// The towns of a country or province, the most populous first.
    pub fn largest(&self, within: &Place<'_>, count: usize) -> Vec<Place<'_>> {
        let mut towns: Vec<&Town> = self
            .towns
            .iter()
            .filter(|town| match within.province {
                Some(id) => self
                    .provinces
                    .get(usize::from(town.province))
                    .is_some_and(|known| known.id == id),
                None => self
                    .countries
                    .get(usize::from(town.country))
                    .is_some_and(|known| *known.code == *within.country),
            })
            .collect();
        towns.sort_by_key(|town| (Reverse(town.population), town.id));
        towns
            .into_iter()
            .take(count)
            .filter_map(|town| self.town(town))
            .collect()
    }

    /// The provinces of a country in the order of their names.
    pub fn provinces(&self, country: &str) -> Vec<Place<'_>> {
        let towns = self.towns.len();
        let mut provinces: Vec<Place<'_>> = self
            .provinces
            .iter()
            .enumerate()
            .filter(|(_, province)| {
                self.countries
                    .get(usize::from(province.country))
                    .is_some_and(|known| *known.code == *country)
            })
            .filter_map(|(at, _)| self.at(u32::try_from(towns + at).ok()?))
            .collect();
        provinces.sort_by_key(|place| place.name);
        provinces
    }

    /// All countries in the order of their names.
    pub fn countries(&self) -> Vec<Place<'_>> {
        let before = self.towns.len() + self.provinces.len();
        let all = before..before + self.countries.len();
        let mut countries: Vec<Place<'_>> = all.filter_map(|at| self.at(u32::try_from(at).ok()?)).collect();
        countries.sort_by_key(|place| place.name);
        countries
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::places::{PlaceId, PlaceKind};
    use proptest::prelude::*;

    fn shipped() -> &'static Gazetteer {
        Gazetteer::shipped()
    }

    const BERLIN: PlaceId = PlaceId(2_950_159);

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    #[test]
    fn the_shipped_file_is_whole_and_small() {
        let places = Gazetteer::read(crate::SHIPPED).unwrap();
        assert!(places.towns() > 60_000);
        assert!(crate::SHIPPED.len() < 3_200_000, "{}", crate::SHIPPED.len());
        assert!(places.size() < 12_000_000, "{}", places.size());
        assert!(places.towns.is_sorted_by_key(|town| town.latitude));
        for pair in places.entries.windows(2) {
            assert!(places.key(pair[0].key) <= places.key(pair[1].key));
        }
        for target in 0..places.towns.len() + places.provinces.len() + places.countries.len() {
            let place = places.at(u32::try_from(target).unwrap()).unwrap();
            assert_eq!(places.place(place.id), Some(place));
            assert!(
                !place.name.is_empty() && place.country.len() == 2 && place.zone.contains('/'),
                "{place:?}"
            );
        }
        for damaged in [&[][..], &crate::SHIPPED[..1000]] {
            assert!(Gazetteer::read(damaged).is_err());
        }
    }

    #[test]
    fn a_town_is_what_geonames_says() {
        let berlin = shipped().place(BERLIN).unwrap();
        assert_eq!(
            (berlin.name, berlin.country, berlin.zone),
            ("Berlin", "DE", "Europe/Berlin")
        );
        assert_eq!((berlin.kind, berlin.country_name), (PlaceKind::Town, "Germany"));
        assert!(berlin.point.distance_km(point(52.524_37, 13.410_53)) < 0.02);
        assert_eq!(berlin.province_name, "Berlin");
        let germany = shipped().place(PlaceId(2_921_044)).unwrap();
        assert_eq!(
            (germany.kind, germany.name, germany.country),
            (PlaceKind::Country, "Germany", "DE")
        );
        let bavaria = shipped().place(PlaceId::province("DE", "02").unwrap()).unwrap();
        assert_eq!((bavaria.kind, bavaria.country), (PlaceKind::Province, "DE"));
        assert!(
            bavaria.point.distance_km(point(48.137, 11.575)) < 10.0,
            "where Munich lies"
        );
        assert_eq!(shipped().place(PlaceId(1)), None);
        assert_eq!(shipped().place(PlaceId::own(1).unwrap()), None);
    }

    #[test]
    fn towns_are_found_while_their_name_is_typed() {
        let first = |text: &str, country: &str| shipped().search(text, country, 5).first().map(|place| place.name);
        assert_eq!(first("berl", ""), Some("Berlin"));
        assert_eq!(first("SÃO PAUL", ""), Some("Sao Paulo"));
        assert_eq!(first("münchen", ""), Some("Munich"));
        assert_eq!(first("القاهرة", ""), Some("Cairo"));
        assert_eq!(first("москва", ""), Some("Moscow"));
        let paris = shipped().search("paris", "US", 3);
        assert_eq!(paris[0].country, "US", "the country named goes first");
        assert_eq!(shipped().search("paris", "", 3)[0].country, "FR");
        assert_eq!(shipped().search("  ", "", 5), []);
        assert_eq!(shipped().search("xqxqxq", "", 5), []);
        assert_eq!(shipped().search("s", "", 10).len(), 10);
    }

    #[test]
    fn areas_are_found_by_their_whole_name() {
        let found = shipped().named("Paris", Some("US"));
        assert!(found.len() > 1 && found.iter().all(|place| place.country == "US"));
        assert_eq!(shipped().named("Pariss", Some("FR")), []);
        assert!(
            shipped()
                .named("germany", None)
                .iter()
                .any(|place| place.kind == PlaceKind::Country)
        );
        assert!(
            shipped()
                .named("Texas", None)
                .iter()
                .any(|place| place.kind == PlaceKind::Province)
        );
        assert_eq!(shipped().named("", None), []);
    }

    #[test]
    fn lists_lead_from_countries_to_towns() {
        let france = shipped()
            .countries()
            .into_iter()
            .find(|place| place.country == "FR")
            .unwrap();
        assert_eq!(shipped().largest(&france, 1)[0].name, "Paris");
        let normandy = shipped()
            .provinces("FR")
            .into_iter()
            .find(|place| place.name.contains("Normand"))
            .unwrap();
        let towns = shipped().largest(&normandy, 3);
        assert!(towns.iter().all(|town| town.province == Some(normandy.id)));
        assert!(towns.iter().any(|town| town.name == "Le Havre"));
        assert_eq!(shipped().country_of_zone("Europe/Berlin"), Some("DE"));
        assert_eq!(shipped().country_of_zone("Nowhere"), None);
    }

    #[test]
    fn the_nearest_are_found_over_the_date_line_and_at_the_poles() {
        assert_eq!(shipped().nearest(point(52.5, 13.4)).unwrap().province_name, "Berlin");
        let fiji = shipped().near(point(-16.5, -179.9), 3);
        assert!(fiji.iter().any(|town| town.country == "FJ"), "{fiji:?}");
        assert!(shipped().nearest(point(90.0, 0.0)).is_some());
        assert_eq!(shipped().near(point(0.0, 0.0), 0), []);
        let box_of_paris = Bounds::within_km(point(48.85, 2.35), 10.0);
        assert!(shipped().within(&box_of_paris).any(|town| town.name == "Paris"));
        assert!(shipped().within(&box_of_paris).all(|town| town.country == "FR"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn the_nearest_are_those_that_a_look_at_all_finds(
            latitude in -90.0..=90.0_f64,
            longitude in -180.0..=180.0_f64,
            count in 1_usize..12,
        ) {
            let at = point(latitude, longitude);
            let mut all: Vec<f64> =
                shipped().towns.iter().filter_map(Town::point).map(|point| point.distance_km(at)).collect();
            all.sort_by(f64::total_cmp);
            all.truncate(count);
            let found: Vec<f64> = shipped().near(at, count).iter().map(|place| place.point.distance_km(at)).collect();
            prop_assert_eq!(found, all);
        }

        #[test]
        fn an_area_holds_those_that_a_look_at_all_finds(
            corners in ((-90.0..=90.0_f64, -180.0..=180.0_f64), (-90.0..=90.0_f64, -180.0..=180.0_f64)),
        ) {
            let ((south, west), (north, east)) = corners;
            let bounds = Bounds::new(point(south.min(north), west), point(south.max(north), east)).unwrap();
            let all = shipped().towns.iter().filter_map(Town::point).filter(|point| bounds.contains(*point)).count();
            prop_assert_eq!(shipped().within(&bounds).count(), all);
        }
    }
}
