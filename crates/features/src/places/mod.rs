//! Places: what readers choose for the parts of a page that depend on where they are, and what stories are about.
//!
//! # A component that depends on the place
//! is a hole of pages, filled by a page of its own at `/fragments/<component>?place=ID`, which is the same for everybody
//! who chose that place and is pressed like any other. To add one, give [`pieces`] a line: that is all. Whoever brings
//! the cookie gets pages with the holes filled from memory (`web::press::Press::filled`); pages that a shared cache kept
//! are filled by `theme/js/places.js`.

pub mod chosen;
pub(crate) mod local;
pub(crate) mod located;
pub mod pages;
mod pieces;

pub use pieces::{fills, fills_of};

pub(crate) use pieces::{Hole, PARTNER, Piece, fragment, holes, unlisted};

use crate::sites::SiteEntry;
use masthead_domain::places::{Cell, PlaceId, PlaceKind, Point, folded, list_of};
use masthead_gazetteer::{Gazetteer, Place, names};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

/// `[[regions]]` of the settings: a region of the publisher's own, such as `North Coast`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// What names it for good; 1 to 2147483647, each once.
    pub number: u32,
    /// Its name.
    pub name: String,
    /// Where its middle lies, in degrees north.
    pub latitude: f64,
    /// Where its middle lies, in degrees east.
    pub longitude: f64,
    /// How far it reaches, in kilometres: stories about towns in this circle are stories of the region.
    #[serde(default = "usual_radius")]
    pub radius_km: f64,
    /// Its time zone by the IANA's name; that of the nearest town when empty.
    #[serde(default)]
    pub zone: String,
    /// Its shape, corner by corner as latitude and longitude, which maps of alerts draw as land; empty where the outlines
    /// of the world that they have are enough.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outline: Vec<[f64; 2]>,
}

/// Corners of a region's shape, at most.
const MOST_CORNERS: usize = 2_000;
/// The radius of a region that is a point on a map of a country.
const TOWN_KM: f64 = 20.0;

const fn usual_radius() -> f64 {
    40.0
}

impl Region {
    /// What is wrong with it, in words that name the key.
    ///
    /// # Errors
    /// The first mistake.
    pub fn check(&self) -> Result<(), String> {
        let named = |what: &str| Err(format!("the region '{}': {what}", self.name));
        if self.name.trim().is_empty() {
            return Err("a region needs a `name`".to_owned());
        }
        if self.number == 0 || self.id().is_none() {
            return named("`number` must be between 1 and 2147483647");
        }
        if self.point().is_none() {
            return named("`latitude` and `longitude` must be a point on the earth, in degrees");
        }
        if !(1.0..=2_000.0).contains(&self.radius_km) {
            return named("`radius_km` must be between 1 and 2000");
        }
        let corners = self.outline.len();
        if corners != 0 && !(3..=MOST_CORNERS).contains(&corners) {
            return named("`outline` must have between 3 and 2000 corners");
        }
        if self.corners().count() != corners {
            return named("each corner of `outline` must be a latitude and a longitude, in degrees");
        }
        Ok(())
    }

    /// What names it.
    pub fn id(&self) -> Option<PlaceId> {
        PlaceId::own(self.number)
    }

    fn point(&self) -> Option<Point> {
        Point::new(self.latitude, self.longitude)
    }

    fn corners(&self) -> impl Iterator<Item = Point> {
        self.outline
            .iter()
            .filter_map(|[north, east]| Point::new(*north, *east))
    }

    fn place(&self) -> Option<Place<'_>> {
        let point = self.point()?;
        Some(Place {
            id: self.id()?,
            kind: PlaceKind::Region,
            name: &self.name,
            country: "",
            country_name: "",
            province: None,
            province_name: "",
            point,
            population: 0,
            zone: if self.zone.is_empty() {
                Gazetteer::shipped().nearest(point).map_or("", |town| town.zone)
            } else {
                &self.zone
            },
        })
    }

    fn holds(&self, point: Point) -> bool {
        self.point()
            .is_some_and(|middle| middle.distance_km(point) <= self.radius_km)
    }
}

/// `[[place_names]]` of the settings: what a place is called on sites in a language. Towns and provinces have one name from
/// GeoNames, which is the English one where English has a name of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceName {
    /// The place's id, which stands in the address of its page.
    pub place: PlaceId,
    /// The language (BCP 47), which counts for its kinds too: `de` for `de-AT`.
    pub language: String,
    /// The name.
    pub name: String,
}

impl PlaceName {
    /// Whether it can be used.
    ///
    /// # Errors
    /// What is wrong with it, in a sentence.
    pub fn check(&self) -> Result<(), String> {
        if self.language.is_empty() || self.name.trim().is_empty() {
            return Err(format!(
                "place_names: the place {} needs a `language` and a `name`",
                self.place
            ));
        }
        if !self.place.is_own() && Gazetteer::shipped().place(self.place).is_none() {
            return Err(format!(
                "place_names: '{}' is for the place {}, which there is none of",
                self.name, self.place
            ));
        }
        Ok(())
    }
}

/// All places: those of the world, and the publisher's own regions.
#[derive(Debug, Default)]
pub struct Places {
    regions: Vec<Region>,
    /// By language, in small letters.
    names: HashMap<String, HashMap<PlaceId, String>>,
    cookie_domain: String,
}

impl Places {
    /// With these regions and names, and the domain that the sites share for the cookie of a reader's places (empty for
    /// none).
    pub fn new(regions: Vec<Region>, names: Vec<PlaceName>, cookie_domain: &str) -> Self {
        let mut by_language: HashMap<String, HashMap<PlaceId, String>> = HashMap::new();
        for one in names {
            let names = by_language.entry(one.language.to_ascii_lowercase()).or_default();
            names.insert(one.place, one.name);
        }
        Self {
            regions,
            names: by_language,
            cookie_domain: cookie_domain.trim_start_matches('.').to_owned(),
        }
    }

    /// What a place is called in a language: as the settings say, a country as CLDR does, and else as the gazetteer does.
    pub fn called<'a>(&'a self, place: &Place<'a>, language: &str) -> &'a str {
        let known = || match place.kind {
            PlaceKind::Country => names::country_name(place.country, language),
            PlaceKind::Province | PlaceKind::Town | PlaceKind::Region => None,
        };
        self.renamed(place.id, language).or_else(known).unwrap_or(place.name)
    }

    fn renamed(&self, id: PlaceId, language: &str) -> Option<&str> {
        let language = language.to_ascii_lowercase();
        names::kinds(&language).find_map(|language| Some(self.names.get(language)?.get(&id)?.as_str()))
    }

    /// A place in one line, in a language: with its province and country where it has them.
    pub fn label(&self, place: &Place<'_>, language: &str) -> String {
        let mut parts = vec![self.called(place, language)];
        if place.kind == PlaceKind::Town && folded(place.province_name) != folded(place.name) {
            let renamed = place.province.and_then(|province| self.renamed(province, language));
            parts.push(renamed.unwrap_or(place.province_name));
        }
        if place.kind != PlaceKind::Country {
            let country = Gazetteer::shipped().country(place.country);
            parts.extend(country.map(|country| self.called(&country, language)));
        }
        parts.retain(|part| !part.is_empty());
        parts.join(", ")
    }

    /// The domain that the sites share; empty for none.
    pub(crate) fn cookie_domain(&self) -> &str {
        &self.cookie_domain
    }

    /// The place with this id.
    pub fn find(&self, id: PlaceId) -> Option<Place<'_>> {
        if id.is_own() {
            self.regions
                .iter()
                .find(|region| region.id() == Some(id))
                .and_then(Region::place)
        } else {
            Gazetteer::shipped().place(id)
        }
    }

    /// The place whose id stands in an address.
    pub(crate) fn of_address(&self, id: &str) -> Option<Place<'_>> {
        self.find(id.parse().ok()?)
    }

    /// Places whose names begin like this: the publisher's own first, then those of the country named (two letters),
    /// then by population. At most `limit`.
    pub fn search(&self, text: &str, country: &str, limit: usize) -> Vec<Place<'_>> {
        let wanted = folded(text);
        let own = self
            .regions
            .iter()
            .filter(|region| !wanted.is_empty() && folded(&region.name).starts_with(&wanted));
        let mut found: Vec<Place<'_>> = own.filter_map(Region::place).collect();
        let renamed = self.renamed_as(|name| !wanted.is_empty() && name.starts_with(&wanted));
        add_others(&mut found, renamed);
        add_others(&mut found, Gazetteer::shipped().search(text, country, limit));
        found.truncate(limit);
        found
    }

    /// Places with just this name, the publisher's own first, then as [`world`] has them.
    pub fn named(&self, name: &str, country: Option<&str>) -> Vec<Place<'_>> {
        let wanted = folded(name);
        let own = self
            .regions
            .iter()
            .filter(|region| !wanted.is_empty() && folded(&region.name) == wanted);
        let mut found: Vec<Place<'_>> = own.filter_map(Region::place).collect();
        let renamed = self.renamed_as(|name| !wanted.is_empty() && name == wanted);
        add_others(
            &mut found,
            renamed.filter(|place| country.is_none_or(|country| place.country == country)),
        );
        add_others(&mut found, world(name, country));
        found
    }

    /// Places that the settings give a name, in whatever language, which folded is one that is wanted.
    fn renamed_as(&self, is_wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Place<'_>> {
        let all = self.names.values().flatten();
        let mut ids: Vec<PlaceId> = all
            .filter(|(_, name)| is_wanted(&folded(name)))
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.find(id))
    }

    /// The publisher's own region of just this name: its middle, and how many kilometres around belong to it.
    pub(crate) fn region(&self, name: &str) -> Option<(Point, f64)> {
        let wanted = folded(name);
        let own = self.regions.iter().find(|region| folded(&region.name) == wanted)?;
        Some((own.point()?, own.radius_km))
    }

    /// The publisher's own regions that are no larger than a town, for maps.
    pub(crate) fn own_towns(&self) -> impl Iterator<Item = (Point, &str)> {
        let small = self.regions.iter().filter(|region| region.radius_km <= TOWN_KM);
        small.filter_map(|region| Some((region.point()?, region.name.as_str())))
    }

    /// The shapes of those of the publisher's own regions that have one, for maps.
    pub(crate) fn outlines(&self) -> impl Iterator<Item = Vec<Point>> {
        let drawn = self.regions.iter().filter(|region| !region.outline.is_empty());
        drawn.map(|region| region.corners().collect())
    }

    /// The publisher's own regions in the order of the settings.
    pub fn regions(&self) -> impl Iterator<Item = Place<'_>> {
        self.regions.iter().filter_map(Region::place)
    }

    /// What is nearest to a point: a region of the publisher's own that it lies in, the smallest of them, or a town.
    pub fn nearest(&self, point: Point) -> Option<Place<'_>> {
        let around = self.regions.iter().filter(|region| region.holds(point));
        let own = around
            .min_by(|a, b| a.radius_km.total_cmp(&b.radius_km))
            .and_then(Region::place);
        own.or_else(|| Gazetteer::shipped().nearest(point))
    }

    /// A place and what it lies in: its province, its country, and of what is no larger than a region the publisher's
    /// own regions around it.
    pub(crate) fn with_those_around(&self, place: &Place<'_>) -> Vec<PlaceId> {
        let mut ids = vec![place.id];
        ids.extend(place.province);
        ids.extend(Gazetteer::shipped().country(place.country).map(|country| country.id));
        if matches!(place.kind, PlaceKind::Town | PlaceKind::Region) {
            let around = self.regions.iter().filter(|region| region.holds(place.point));
            ids.extend(around.filter_map(Region::id));
        }
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The lists that a story about these places stands in: of each place, of what it lies in, and of the field of the
    /// map around it.
    pub(crate) fn lists(&self, about: impl IntoIterator<Item = PlaceId>) -> Vec<Uuid> {
        let mut lists = Vec::new();
        for place in about.into_iter().filter_map(|id| self.find(id)) {
            lists.extend(self.with_those_around(&place).into_iter().map(list_of));
            if matches!(place.kind, PlaceKind::Town | PlaceKind::Region) {
                lists.push(Cell::of(place.point).list());
            }
        }
        lists.sort_unstable();
        lists.dedup();
        lists
    }
}

/// Adds the places that aren't there yet.
fn add_others<'a>(found: &mut Vec<Place<'a>>, more: impl IntoIterator<Item = Place<'a>>) {
    for place in more {
        if !found.iter().any(|known| known.id == place.id) {
            found.push(place);
        }
    }
}

/// Places of the world with just this name. A city that gives a province its name goes before it: it is what is meant.
pub(crate) fn world(name: &str, country: Option<&str>) -> Vec<Place<'static>> {
    let mut found = Gazetteer::shipped().named(name, country);
    found.sort_by_key(|place| place.kind == PlaceKind::Province);
    found
}

/// The country that a site's readers are likely to be in: most people of its time zone are.
pub(crate) fn country_of(site: &SiteEntry) -> &'static str {
    Gazetteer::shipped()
        .country_of_zone(&site.site.zone)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: PlaceId = PlaceId(2_950_159);
    const POTSDAM: PlaceId = PlaceId(2_852_458);
    const MUNICH: PlaceId = PlaceId(2_867_714);

    fn region(number: u32, name: &str, latitude: f64, longitude: f64, radius_km: f64) -> Region {
        Region {
            number,
            name: name.into(),
            latitude,
            longitude,
            radius_km,
            zone: String::new(),
            outline: Vec::new(),
        }
    }

    fn places() -> Places {
        let regions = vec![
            region(7, "Lake Country", 52.4, 13.05, 20.0),
            region(8, "Greater Berlin", 52.52, 13.4, 60.0),
        ];
        let munich = PlaceName {
            place: MUNICH,
            language: "de".into(),
            name: "München".into(),
        };
        Places::new(regions, vec![munich], ".example")
    }

    #[test]
    fn places_are_called_as_readers_call_them() {
        let places = places();
        let munich = places.find(MUNICH).unwrap();
        let label = |language| places.label(&munich, language);
        assert_eq!(label("en"), "Munich, Bavaria, Germany");
        assert_eq!(label("de-AT"), "München, Bavaria, Deutschland");
        assert_eq!(label("ar"), "Munich, Bavaria, ألمانيا");
        let germany = Gazetteer::shipped().country("DE").unwrap();
        assert_eq!(
            (places.called(&germany, "de"), places.called(&germany, "en")),
            ("Deutschland", "Germany")
        );
        let name = |place, name: &str| PlaceName {
            place,
            language: "de".into(),
            name: name.into(),
        };
        let nowhere = name(PlaceId(1), "Nirgends");
        assert!(nowhere.check().unwrap_err().contains("Nirgends"));
        assert!(name(BERLIN, " ").check().is_err());
        assert!(name(BERLIN, "Spreeathen").check().is_ok());
        // A name that nobody else knows is found, and finds its place once.
        let places = Places::new(Vec::new(), vec![name(BERLIN, "Spreeathen")], "");
        assert_eq!(places.search("spree", "", 5)[0].id, BERLIN);
        assert_eq!(places.named("Spreeathen", None)[0].id, BERLIN);
        let found = places.search("berlin", "DE", 5);
        assert_eq!(found.iter().filter(|place| place.id == BERLIN).count(), 1);
    }

    #[test]
    fn the_publishers_own_regions_are_places_like_others() {
        let places = places();
        let lakes = PlaceId::own(7).unwrap();
        assert_eq!(places.find(lakes).unwrap().zone, "Europe/Berlin");
        assert_eq!(places.search("lake c", "", 3)[0].id, lakes);
        assert_eq!(places.named("LAKE COUNTRY", None)[0].id, lakes);
        assert_eq!(places.find(PlaceId::own(9).unwrap()), None);
        assert_eq!(places.cookie_domain(), "example");
        let here = Point::new(52.4, 13.1).unwrap();
        assert_eq!(places.nearest(here).unwrap().id, lakes, "the smaller of two");
        let paris = Point::new(48.86, 2.35).unwrap();
        assert_eq!(places.nearest(paris).unwrap().country, "FR");
    }

    #[test]
    fn a_story_stands_in_the_lists_of_what_its_places_lie_in() {
        let places = places();
        let germany = Gazetteer::shipped().country("DE").unwrap().id;
        let lists = places.lists([POTSDAM]);
        for around in [POTSDAM, PlaceId::own(7).unwrap(), PlaceId::own(8).unwrap(), germany] {
            assert!(lists.contains(&list_of(around)), "{around}");
        }
        assert!(!places.lists([BERLIN]).contains(&list_of(PlaceId::own(7).unwrap())));
        // What is about a whole country is near to no town of it.
        assert_eq!(places.lists([germany]), [list_of(germany)]);
        assert!(places.lists([PlaceId(1)]).is_empty());
    }

    #[test]
    fn a_region_that_can_not_be_says_why() {
        assert!(region(1, "A", 0.0, 0.0, 40.0).check().is_ok());
        let shaped = |outline: Vec<[f64; 2]>| Region {
            outline,
            ..region(1, "A", 0.0, 0.0, 40.0)
        };
        assert!(shaped(vec![[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).check().is_ok());
        for (wrong, key) in [
            (shaped(vec![[0.0, 0.0], [1.0, 0.0]]), "outline"),
            (shaped(vec![[0.0, 0.0], [91.0, 0.0], [0.0, 1.0]]), "outline"),
            (region(0, "A", 0.0, 0.0, 40.0), "number"),
            (region(1, " ", 0.0, 0.0, 40.0), "name"),
            (region(1, "A", 91.0, 0.0, 40.0), "latitude"),
            (region(1, "A", 0.0, 0.0, 0.0), "radius_km"),
        ] {
            assert!(wrong.check().unwrap_err().contains(key));
        }
    }
}
