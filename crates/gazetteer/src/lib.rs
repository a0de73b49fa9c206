//! The places of the world, built into the program: countries, provinces and towns with names, population, position and
//! time zone.
//!
//! The data come from GeoNames (CC BY 4.0, credit in NOTICE and on the page where readers choose): every town of 5,000
//! people and each capital. `cargo xtask gazetteer` makes the file; [`mod@file`] says how it is laid out. In memory it
//! is a few packed arrays of some ten megabytes and no table of strings: towns lie in the order of their latitude, which
//! is the index by position, and names in the order of the alphabet, which is the index by name.

#![warn(missing_docs)]

pub mod coast;
mod file;
mod find;
pub mod names;

pub use file::Damaged;

use masthead_domain::places::{PlaceId, PlaceKind, Point};
use std::sync::LazyLock;

/// What is embedded.
static SHIPPED: &[u8] = include_bytes!("../data/places.zst");

/// A country, a province or a town.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place<'a> {
    /// What names it.
    pub id: PlaceId,
    /// What it is.
    pub kind: PlaceKind,
    /// Its name as GeoNames writes it first, in Latin letters: the English one where English has its own (`Munich`).
    pub name: &'a str,
    /// The two letters of its country (ISO 3166-1).
    pub country: &'a str,
    /// The name of its country; of a country its own.
    pub country_name: &'a str,
    /// The province that it is or lies in.
    pub province: Option<PlaceId>,
    /// The name of that province.
    pub province_name: &'a str,
    /// Where it lies; a province where its largest town does, a country where its capital does.
    pub point: Point,
    /// How many people live there.
    pub population: u32,
    /// Its time zone by the IANA's name; of what has several, that of the point.
    pub zone: &'a str,
}

/// The places, and the ways to find one.
#[derive(Debug, Default)]
pub struct Gazetteer {
    countries: Vec<Country>,
    provinces: Vec<Province>,
    zones: Vec<Box<str>>,
    /// From south to north.
    towns: Vec<Town>,
    /// The towns' names, each with a line break behind it.
    names: Box<str>,
    /// Positions in `towns` in the order of the ids.
    by_id: Vec<u32>,
    /// Folded names in order, each with a line break behind it.
    keys: Box<str>,
    /// What each of them names, in the same order.
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Country {
    id: PlaceId,
    code: Box<str>,
    name: Box<str>,
    population: u32,
    /// The capital's position in `towns`.
    seat: u32,
}

#[derive(Debug)]
struct Province {
    id: PlaceId,
    country: u8,
    name: Box<str>,
    population: u32,
    /// The largest town's position in `towns`.
    seat: u32,
}

/// A town, in 28 bytes.
#[derive(Debug)]
struct Town {
    id: PlaceId,
    /// In ten-thousandths of a degree, which is eleven metres.
    latitude: i32,
    longitude: i32,
    population: u32,
    /// Where its name begins.
    name: u32,
    /// [`NO_PROVINCE`] for none.
    province: u16,
    zone: u16,
    country: u8,
}

const NO_PROVINCE: u16 = u16::MAX;

/// A name: where it begins in the keys, and what it names.
#[derive(Debug)]
struct Entry {
    key: u32,
    /// Towns first, then provinces, then countries.
    target: u32,
}

impl Gazetteer {
    /// The places that the program came with, read when first asked for: some 20 ms.
    pub fn shipped() -> &'static Self {
        // A file that can't be read would be one that was damaged before it was compiled in, and a test reads it: then
        // there would be no places, which every caller has words for.
        static PLACES: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::read(SHIPPED).unwrap_or_default());
        &PLACES
    }

    /// The place with this id. None for a region of the publisher's own, which settings know.
    pub fn place(&self, id: PlaceId) -> Option<Place<'_>> {
        let town = self
            .by_id
            .binary_search_by_key(&Some(id), |at| self.towns.get(index(*at)).map(|town| town.id));
        if let Some(at) = town.ok().and_then(|at| self.by_id.get(at)) {
            return self.at(*at);
        }
        let towns = self.towns.len();
        let province = self
            .provinces
            .iter()
            .position(|province| province.id == id)
            .map(|at| towns + at);
        let target = province.or_else(|| {
            let country = self.countries.iter().position(|country| country.id == id)?;
            Some(towns + self.provinces.len() + country)
        })?;
        self.at(u32::try_from(target).ok()?)
    }

    /// The country with these two letters (ISO 3166-1).
    pub fn country(&self, code: &str) -> Option<Place<'_>> {
        let at = self.countries.iter().position(|country| *country.code == *code)?;
        self.at(u32::try_from(self.towns.len() + self.provinces.len() + at).ok()?)
    }

    /// How many towns there are.
    pub fn towns(&self) -> usize {
        self.towns.len()
    }

    /// The bytes that it takes in memory.
    pub fn size(&self) -> usize {
        let small: usize = self
            .countries
            .iter()
            .map(|country| country.name.len() + size_of::<Country>())
            .sum();
        let provinces: usize = self
            .provinces
            .iter()
            .map(|province| province.name.len() + size_of::<Province>())
            .sum();
        small
            + provinces
            + self.towns.len() * size_of::<Town>()
            + self.names.len()
            + self.by_id.len() * size_of::<u32>()
            + self.keys.len()
            + self.entries.len() * size_of::<Entry>()
    }

    /// What a number that names a place in the indices stands for.
    fn at(&self, target: u32) -> Option<Place<'_>> {
        let at = index(target);
        if let Some(town) = self.towns.get(at) {
            return self.town(town);
        }
        let at = at - self.towns.len();
        if let Some(province) = self.provinces.get(at) {
            let seat = self.town(self.towns.get(index(province.seat))?)?;
            return Some(Place {
                id: province.id,
                kind: PlaceKind::Province,
                name: &province.name,
                province: Some(province.id),
                province_name: &province.name,
                population: province.population,
                ..seat
            });
        }
        let country = self.countries.get(at - self.provinces.len())?;
        let seat = self.town(self.towns.get(index(country.seat))?)?;
        Some(Place {
            id: country.id,
            kind: PlaceKind::Country,
            name: &country.name,
            country: &country.code,
            country_name: &country.name,
            province: None,
            province_name: "",
            population: country.population,
            ..seat
        })
    }

    fn town(&self, town: &Town) -> Option<Place<'_>> {
        let country = self.countries.get(usize::from(town.country))?;
        let province = Some(town.province)
            .filter(|at| *at != NO_PROVINCE)
            .and_then(|at| self.provinces.get(usize::from(at)));
        Some(Place {
            id: town.id,
            kind: PlaceKind::Town,
            name: line(&self.names, town.name),
            country: &country.code,
            country_name: &country.name,
            province: province.map(|province| province.id),
            province_name: province.map_or("", |province| &province.name),
            point: town.point()?,
            population: town.population,
            zone: self.zones.get(usize::from(town.zone)).map_or("", |zone| zone),
        })
    }
}

impl Town {
    fn point(&self) -> Option<Point> {
        Point::new(f64::from(self.latitude) / 1e4, f64::from(self.longitude) / 1e4)
    }
}

/// The line of a text that begins at a position.
fn line(text: &str, from: u32) -> &str {
    let rest = text.get(index(from)..).unwrap_or_default();
    rest.split_once('\n').map_or(rest, |(line, _)| line)
}

/// A position in one of the arrays; usize has 32 bits or more wherever this runs.
const fn index(at: u32) -> usize {
    at as usize
}
