//! The file that the places are shipped in: numbers in columns and names in lines, packed with Zstandard.
//!
//! Unpacked it is seven parts, each with its length before it (four bytes; numbers are little-endian):
//!
//! | part | holds |
//! |---|---|
//! | countries | a line each: id, two letters, name, population, position of the capital among the towns; tabs between |
//! | provinces | a line each: two letters, code, name, population, position of the largest town |
//! | zones | a line each |
//! | towns | columns, from south to north: id, latitude, longitude (3 bytes each, ten-thousandths of a degree), population (4), country (1), province (2, 65535 for none), zone (2) |
//! | names | a line a town |
//! | keys | folded names in order, a line each |
//! | targets | 3 bytes a key: towns are counted first, then provinces, then countries |

use crate::{Country, Entry, Gazetteer, Province, Town};
use masthead_domain::places::PlaceId;

/// The file can't be read.
#[derive(Debug, thiserror::Error)]
#[error("the file of places is damaged: {0}")]
pub struct Damaged(&'static str);

impl Gazetteer {
    /// Reads a packed file.
    ///
    /// # Errors
    /// Which part doesn't fit.
    pub fn read(packed: &[u8]) -> Result<Self, Damaged> {
        let bytes = zstd::decode_all(packed).map_err(|_| Damaged("it can't be unpacked"))?;
        let mut rest = bytes.as_slice();
        let countries = text(part(&mut rest)?)?
            .lines()
            .map(country)
            .collect::<Result<Vec<_>, _>>()?;
        let provinces = text(part(&mut rest)?)?
            .lines()
            .map(|line| province(line, &countries))
            .collect::<Result<Vec<_>, _>>()?;
        let zones = text(part(&mut rest)?)?.lines().map(Into::into).collect();
        let columns = part(&mut rest)?;
        let names: Box<str> = text(part(&mut rest)?)?.into();
        let towns = towns(columns, &names)?;
        let keys: Box<str> = text(part(&mut rest)?)?.into();
        let targets = part(&mut rest)?.chunks_exact(3).map(number);
        let entries = begins(&keys)
            .zip(targets)
            .map(|(key, target)| Entry { key, target })
            .collect();
        let count = u32::try_from(towns.len()).map_err(|_| Damaged("towns"))?;
        let mut by_id: Vec<u32> = (0..count).collect();
        by_id.sort_unstable_by_key(|at| towns.get(crate::index(*at)).map(|town| town.id));
        Ok(Self {
            countries,
            provinces,
            zones,
            towns,
            names,
            by_id,
            keys,
            entries,
        })
    }
}

/// Takes the next part.
fn part<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8], Damaged> {
    const SHORT: Damaged = Damaged("a part is missing");
    let (length, after) = rest.split_first_chunk::<4>().ok_or(SHORT)?;
    let (part, after) = after
        .split_at_checked(crate::index(u32::from_le_bytes(*length)))
        .ok_or(SHORT)?;
    *rest = after;
    Ok(part)
}

fn text(part: &[u8]) -> Result<&str, Damaged> {
    std::str::from_utf8(part).map_err(|_| Damaged("a text"))
}

/// Where the lines of a text begin.
fn begins(text: &str) -> impl Iterator<Item = u32> + '_ {
    text.split_inclusive('\n').scan(0, |at, line| {
        let begin = *at;
        *at += u32::try_from(line.len()).ok()?;
        Some(begin)
    })
}

/// A number of up to four bytes.
fn number(bytes: &[u8]) -> u32 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

/// The same of three bytes with a sign.
fn signed(bytes: &[u8]) -> i32 {
    (number(bytes) << 8).cast_signed() >> 8
}

fn country(line: &str) -> Result<Country, Damaged> {
    let read = || {
        let mut fields = line.split('\t');
        Some(Country {
            id: fields.next()?.parse().ok()?,
            code: fields.next()?.into(),
            name: fields.next()?.into(),
            population: fields.next()?.parse().ok()?,
            seat: fields.next()?.parse().ok()?,
        })
    };
    read().ok_or(Damaged("a country"))
}

fn province(line: &str, countries: &[Country]) -> Result<Province, Damaged> {
    let read = || {
        let mut fields = line.split('\t');
        let (country, code) = (fields.next()?, fields.next()?);
        Some(Province {
            id: PlaceId::province(country, code)?,
            country: u8::try_from(countries.iter().position(|known| *known.code == *country)?).ok()?,
            name: fields.next()?.into(),
            population: fields.next()?.parse().ok()?,
            seat: fields.next()?.parse().ok()?,
        })
    };
    read().ok_or(Damaged("a province"))
}

fn towns(columns: &[u8], names: &str) -> Result<Vec<Town>, Damaged> {
    const WIDTHS: [usize; 7] = [3, 3, 3, 4, 1, 2, 2];
    let count = columns.len() / WIDTHS.iter().sum::<usize>();
    let mut rest = columns;
    let mut column = |width: usize| {
        let (column, after) = rest.split_at_checked(count * width)?;
        rest = after;
        Some(column.chunks_exact(width))
    };
    let [ids, latitudes, longitudes, populations, countries, provinces, zones] = WIDTHS.map(&mut column);
    let missing = || Damaged("a column");
    let mut latitudes = latitudes.ok_or_else(missing)?;
    let mut longitudes = longitudes.ok_or_else(missing)?;
    let mut populations = populations.ok_or_else(missing)?;
    let mut countries = countries.ok_or_else(missing)?;
    let mut provinces = provinces.ok_or_else(missing)?;
    let mut zones = zones.ok_or_else(missing)?;
    let mut towns = Vec::with_capacity(count);
    for (id, name) in ids.ok_or_else(missing)?.zip(begins(names)) {
        let small = |bytes: &[u8]| u16::try_from(number(bytes)).map_err(|_| missing());
        towns.push(Town {
            id: PlaceId(number(id)),
            latitude: signed(latitudes.next().ok_or_else(missing)?),
            longitude: signed(longitudes.next().ok_or_else(missing)?),
            population: number(populations.next().ok_or_else(missing)?),
            name,
            country: countries
                .next()
                .and_then(|bytes| bytes.first().copied())
                .ok_or_else(missing)?,
            province: small(provinces.next().ok_or_else(missing)?)?,
            zone: small(zones.next().ok_or_else(missing)?)?,
        });
    }
    if towns.len() == count {
        Ok(towns)
    } else {
        Err(Damaged("names"))
    }
}
