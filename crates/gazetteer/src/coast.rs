//! Where land lies, and where countries meet: outlines for maps that the server draws.
//!
//! The data are Natural Earth's at 1:50 million (public domain, through the npm package `world-atlas`), with points left
//! out that a hundredth of a degree doesn't show. `cargo xtask coast` makes the file: two lists of lines, first the rings
//! of land and then borders. A list is a count, and for each line a count of points and their steps, longitude first, in
//! hundredths of a degree; a step begins at the point before, of the line before too. All numbers are variable in length
//! (seven bits a byte, the lowest first), steps with their sign in the lowest bit; all of it is packed with Zstandard.

use std::sync::LazyLock;

/// What is embedded.
static SHIPPED: &[u8] = include_bytes!("../data/coast.zst");

/// Units of a degree.
const UNITS: f64 = 100.0;

/// The outlines.
#[derive(Debug, Default)]
pub struct Coast {
    land: Vec<Outline>,
    borders: Vec<Outline>,
}

/// A line, with the box that holds it.
#[derive(Debug)]
struct Outline {
    /// West, south, east, north.
    extent: [i16; 4],
    /// Longitude and latitude.
    points: Box<[(i16, i16)]>,
}

/// A part of the world to look at, in degrees. East may lie beyond 180 where the antimeridian is crossed, west below −180.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Its western edge.
    pub west: f64,
    /// Its southern edge.
    pub south: f64,
    /// Its eastern edge.
    pub east: f64,
    /// Its northern edge.
    pub north: f64,
}

/// A line as longitudes and latitudes in degrees, moved by a turn of the earth where the view lies there.
pub type Line = Vec<(f64, f64)>;

impl Coast {
    /// The outlines that the program came with, read when first asked for: some milliseconds.
    pub fn shipped() -> &'static Self {
        // As with places: a test reads the file, and without it maps have no land.
        static COAST: LazyLock<Coast> = LazyLock::new(|| Coast::read(SHIPPED).unwrap_or_default());
        &COAST
    }

    /// Reads a packed file; `None` for one that is damaged.
    pub fn read(packed: &[u8]) -> Option<Self> {
        let bytes = zstd::decode_all(packed).ok()?;
        let mut bytes = bytes.iter();
        let mut at = (0, 0);
        let land = outlines(&mut bytes, &mut at)?;
        let borders = outlines(&mut bytes, &mut at)?;
        Some(Self { land, borders })
    }

    /// The rings of land that reach into a view: islands and continents as wholes, and what lies in them as it is.
    pub fn land(&self, view: View) -> impl Iterator<Item = Line> + '_ {
        within(&self.land, view)
    }

    /// The borders of countries that reach into a view.
    pub fn borders(&self, view: View) -> impl Iterator<Item = Line> + '_ {
        within(&self.borders, view)
    }
}

fn within(outlines: &[Outline], view: View) -> impl Iterator<Item = Line> + '_ {
    outlines.iter().flat_map(move |outline| {
        let [west, south, east, north] = outline.extent.map(degrees);
        let turns = [-360.0, 0.0, 360.0].into_iter().filter(move |turn| {
            west + turn <= view.east && east + turn >= view.west && south <= view.north && north >= view.south
        });
        turns.map(|turn| {
            let points = outline.points.iter();
            points.map(|(lon, lat)| (degrees(*lon) + turn, degrees(*lat))).collect()
        })
    })
}

fn degrees(units: i16) -> f64 {
    f64::from(units) / UNITS
}

fn outlines<'a>(bytes: &mut impl Iterator<Item = &'a u8>, at: &mut (i32, i32)) -> Option<Vec<Outline>> {
    (0..number(bytes)?).map(|_| outline(bytes, at)).collect()
}

fn outline<'a>(bytes: &mut impl Iterator<Item = &'a u8>, at: &mut (i32, i32)) -> Option<Outline> {
    let mut points = Vec::new();
    for _ in 0..number(bytes)? {
        at.0 += step(bytes)?;
        at.1 += step(bytes)?;
        points.push((i16::try_from(at.0).ok()?, i16::try_from(at.1).ok()?));
    }
    let mut extent = [i16::MAX, i16::MAX, i16::MIN, i16::MIN];
    for (lon, lat) in &points {
        let [west, south, east, north] = extent;
        extent = [west.min(*lon), south.min(*lat), east.max(*lon), north.max(*lat)];
    }
    Some(Outline {
        extent,
        points: points.into(),
    })
}

fn number<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> Option<u32> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let byte = *bytes.next()?;
        number |= u32::from(byte & 127) << shift;
        if byte < 128 {
            return Some(number);
        }
    }
    None
}

fn step<'a>(bytes: &mut impl Iterator<Item = &'a u8>) -> Option<i32> {
    let number = number(bytes)?;
    Some((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a point lies inside an odd number of rings.
    fn is_land(lat: f64, lon: f64) -> bool {
        let coast = Coast::shipped();
        let view = View {
            west: lon,
            south: lat,
            east: lon,
            north: lat,
        };
        let inside = |ring: &Line| {
            let ends = ring.iter().zip(ring.iter().cycle().skip(1));
            let crossed = ends.filter(|((x1, y1), (x2, y2))| {
                (*y1 > lat) != (*y2 > lat) && lon < (x2 - x1) * (lat - y1) / (y2 - y1) + x1
            });
            crossed.count() % 2 == 1
        };
        coast.land(view).filter(inside).count() % 2 == 1
    }

    #[test]
    fn land_is_where_it_is() {
        for (lat, lon, what) in [
            (52.52, 13.4, "Berlin"),
            (39.5, -3.0, "Spain"),
            (64.9, -18.5, "Iceland"),
            (-25.0, 134.0, "Australia"),
            (67.0, -175.0, "Chukotka, east of the antimeridian"),
            (-17.8, 178.0, "Fiji"),
            (-85.0, 30.0, "Antarctica"),
        ] {
            assert!(is_land(lat, lon), "{what}");
        }
        for (lat, lon, what) in [
            (56.0, 3.0, "the North Sea"),
            (0.0, -30.0, "the Atlantic"),
            (42.0, 51.0, "the Caspian Sea"),
            (-17.0, 160.0, "the Coral Sea"),
        ] {
            assert!(!is_land(lat, lon), "{what}");
        }
    }

    #[test]
    fn countries_meet_and_a_view_may_cross_the_antimeridian() {
        let view = |west: f64, east: f64| View {
            west,
            south: 46.0,
            east,
            north: 48.0,
        };
        let coast = Coast::shipped();
        assert!(coast.borders(view(5.0, 8.0)).count() > 0, "France and Switzerland");
        assert_eq!(coast.borders(view(-40.0, -30.0)).count(), 0);
        let fiji = View {
            west: 176.0,
            south: -20.0,
            east: 183.0,
            north: -15.0,
        };
        let east = coast.land(fiji).flatten().filter(|(lon, _)| *lon > 180.0);
        assert!(east.count() > 0, "what lies beyond is moved there");
    }

    #[test]
    fn the_file_stays_small() {
        assert!(SHIPPED.len() < 150_000, "{}", SHIPPED.len());
        assert!(Coast::read(SHIPPED).is_some());
        assert!(Coast::read(b"tea").is_none());
    }
}
