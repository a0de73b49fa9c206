//! The grid by which alerts are found: squares of longitude and latitude, halved level by level, as a key each.
//!
//! An alert is filed under a few squares that cover its shapes; a place asks for the squares around it on every level.
//! That is a handful of numbers in an index, the same on both engines, and needs no table of places: whichever town a
//! reader chooses, and whatever regions a publisher draws, an alert need not be filed again. Filing it under every town
//! that it reaches was turned down: a storm warning of a province would be thousands of rows.

use super::geometry::{Extent, Shape};
use crate::places::Point;
use std::collections::{BTreeMap, BTreeSet};

/// The finest level: squares of 0.088 degrees, some 10 km of latitude.
const FINEST: u32 = 11;

/// The most squares of one level that a shape is filed under. Six hold a shape of two squares by one wherever it lies; with
/// four such a shape went a level up, and a place looked at a third more alerts that don't reach it.
const SHAPE_CELLS: i64 = 6;

/// The most squares that an alert is filed under; beyond that its squares become coarser.
const MOST_CELLS: usize = 32;

/// The squares that cover shapes, and in which bounds the shapes lie that each is for. Empty for no shapes.
pub fn covering<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Vec<(i64, Bounds)> {
    let mut cells: BTreeMap<Cell, Bounds> = BTreeMap::new();
    for shape in shapes {
        let Some(extent) = shape.extent() else { continue };
        let level = (0..=FINEST)
            .rev()
            .find(|level| count(*level, extent) <= SHAPE_CELLS)
            .unwrap_or(0);
        for cell in on_level(level, extent) {
            file(&mut cells, cell, Bounds::of(extent));
        }
        while cells.len() > MOST_CELLS {
            let Some(finest) = cells.keys().map(|cell| cell.level).max().filter(|level| *level > 0) else {
                break;
            };
            for (cell, bounds) in std::mem::take(&mut cells) {
                let cell = if cell.level == finest { cell.parent() } else { cell };
                file(&mut cells, cell, bounds);
            }
        }
    }
    cells.into_iter().map(|(cell, bounds)| (cell.key(), bounds)).collect()
}

fn file(cells: &mut BTreeMap<Cell, Bounds>, cell: Cell, bounds: Bounds) {
    cells
        .entry(cell)
        .and_modify(|known| *known = known.with(bounds))
        .or_insert(bounds);
}

/// The squares to look under for what reaches a point or comes within some kilometres of it: on every level.
pub fn around(point: Point, within_km: f64) -> Vec<i64> {
    let extent = extent_around(point, within_km);
    (0..=FINEST)
        .flat_map(|level| on_level(level, extent))
        .map(Cell::key)
        .collect()
}

fn extent_around(point: Point, within_km: f64) -> Extent {
    let alone = Extent {
        south: point.latitude(),
        west: point.longitude(),
        north: point.latitude(),
        east: point.longitude(),
    };
    alone.grown(within_km)
}

/// A box in a number, by which most of what shares a square with a place and doesn't reach it is left out before it is
/// read. It is larger than what it is made of by less than 0.006 degrees, some 600 m.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// In 65,535ths from pole to pole.
    south: u16,
    north: u16,
    /// In 65,536ths of the circle, counted from the antimeridian.
    west: u16,
    /// How far east of that it goes; [`AROUND`] goes all the way.
    width: u16,
}

/// The width of a box that goes around the Earth.
const AROUND: u16 = u16::MAX;

impl Bounds {
    /// A box.
    pub fn of(extent: Extent) -> Self {
        let row = |lat: f64| (lat + 90.0) / 180.0 * 65_535.0;
        let column = |lon: f64| (lon + 180.0) / 360.0 * 65_536.0;
        let west = floor(column(extent.west));
        let width = floor(column(extent.east)) - west + 1;
        Self {
            south: u16::try_from(floor(row(extent.south))).unwrap_or(0),
            north: u16::try_from(floor(row(extent.north)) + 1).unwrap_or(u16::MAX),
            west: u16::try_from(west.rem_euclid(65_536)).unwrap_or(0),
            width: u16::try_from(width).unwrap_or(AROUND),
        }
    }

    /// What comes within some kilometres of a point.
    pub fn around(point: Point, within_km: f64) -> Self {
        Self::of(extent_around(point, within_km))
    }

    /// The smallest that holds both.
    #[must_use]
    fn with(self, other: Self) -> Self {
        let from = |west: u16, one: Self| u32::from(one.west.wrapping_sub(west)) + u32::from(one.width);
        let both = |west: u16| (from(west, self).max(from(west, other)), west);
        let (width, west) = both(self.west).min(both(other.west));
        Self {
            south: self.south.min(other.south),
            north: self.north.max(other.north),
            west,
            width: u16::try_from(width).unwrap_or(AROUND),
        }
    }

    /// Whether they have something in common.
    pub fn meets(self, other: Self) -> bool {
        let is_in = |west: u16, of: Self| west.wrapping_sub(of.west) <= of.width;
        self.south <= other.north && other.south <= self.north && (is_in(self.west, other) || is_in(other.west, self))
    }

    /// As it is kept.
    pub fn key(self) -> i64 {
        [self.south, self.north, self.west, self.width]
            .into_iter()
            .fold(0, |key, part| (key << 16) | i64::from(part))
    }

    /// As it was kept.
    pub fn of_key(key: i64) -> Self {
        let part = |number: u32| u16::try_from((key >> (16 * number)) & 0xffff).unwrap_or(0);
        Self {
            south: part(3),
            north: part(2),
            west: part(1),
            width: part(0),
        }
    }
}

/// The level of the squares by which pages are named: 5.6 degrees.
const COARSE: u32 = 5;

/// The squares by which pages about a place, and changes of alerts, are named: those of the first levels, each once. A
/// page of a place and an alert that is found there have one in common.
pub fn coarse(cells: impl IntoIterator<Item = i64>) -> BTreeSet<i64> {
    let coarse = |key: i64| {
        let mut cell = Cell::of(key);
        while cell.level > COARSE {
            cell = cell.parent();
        }
        cell.key()
    };
    cells.into_iter().map(coarse).collect()
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cell {
    level: u32,
    x: i64,
    y: i64,
}

impl Cell {
    fn of(key: i64) -> Self {
        let part = (1 << 20) - 1;
        Self {
            level: u32::try_from(key >> 40).unwrap_or(0),
            x: (key >> 20) & part,
            y: key & part,
        }
    }

    fn parent(self) -> Self {
        Self {
            level: self.level.saturating_sub(1),
            x: self.x / 2,
            y: self.y / 2,
        }
    }

    fn key(self) -> i64 {
        (i64::from(self.level) << 40) | (self.x << 20) | self.y
    }
}

/// Rows of a level; it has twice as many columns.
const fn rows(level: u32) -> i64 {
    1 << level
}

/// Columns from west to east, not yet turned back around the Earth, and rows from south to north.
fn span(level: u32, extent: Extent) -> ((i64, i64), (i64, i64)) {
    let size = 180.0 / exact(rows(level));
    let row = |lat: f64| floor((lat + 90.0) / size).clamp(0, rows(level) - 1);
    let column = |lon: f64| floor((lon + 180.0) / size);
    (
        (column(extent.west), column(extent.east)),
        (row(extent.south), row(extent.north)),
    )
}

fn count(level: u32, extent: Extent) -> i64 {
    let ((west, east), (south, north)) = span(level, extent);
    (east - west + 1) * (north - south + 1)
}

fn on_level(level: u32, extent: Extent) -> impl Iterator<Item = Cell> {
    let ((west, east), (south, north)) = span(level, extent);
    let columns = 2 * rows(level);
    let east = east.min(west + columns - 1);
    (west..=east).flat_map(move |x| {
        (south..=north).map(move |y| Cell {
            level,
            x: x.rem_euclid(columns),
            y,
        })
    })
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "degrees over a square's size: at most some thousands"
)]
fn floor(value: f64) -> i64 {
    value.floor() as i64
}

#[expect(clippy::cast_precision_loss, reason = "a small power of two")]
fn exact(value: i64) -> f64 {
    value as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> Point {
        Point::turned(lat, lon).unwrap()
    }

    #[test]
    fn a_cover_is_small_whatever_it_covers() {
        let many: Vec<Shape> = (0..1000)
            .map(|n| Shape::Point(at(f64::from(n % 170) - 85.0, f64::from(n % 355) - 177.0)))
            .collect();
        assert!(covering(&many).len() <= MOST_CELLS);
        assert!(covering(&[]).is_empty());
        assert_eq!(covering(&[Shape::Point(at(50.0, 8.0))]).len(), 1);
        assert!(around(at(50.0, 8.0), 15.0).len() < 90);
        let world = [(-90.0, -180.0), (90.0, -180.0), (90.0, 180.0), (-90.0, 180.0)];
        let world = Shape::Polygon(world.iter().map(|(lat, lon)| at(*lat, *lon)).collect());
        assert!(!covering([&world]).is_empty());
    }

    #[test]
    fn bounds_leave_out_what_is_elsewhere() {
        let extent = |south, west, north, east| Extent {
            south,
            west,
            north,
            east,
        };
        let bounds = |south, west, north, east| Bounds::of(extent(south, west, north, east));
        let fiji = bounds(-20.0, 176.0, -15.0, 182.0);
        for (lat, lon, is_near) in [
            (-18.0, 179.0, true),
            (-18.0, -179.0, true),
            (-18.0, -177.0, false),
            (-14.0, 179.0, false),
        ] {
            assert_eq!(Bounds::around(at(lat, lon), 15.0).meets(fiji), is_near, "{lat} {lon}");
        }
        // Two boxes on both sides of the antimeridian are one across it, and not one around the other way.
        let both = bounds(-20.0, 176.0, -15.0, 178.0).with(bounds(-10.0, -179.0, -9.0, -178.0));
        assert!(both.meets(Bounds::around(at(-12.0, 180.0), 0.0)));
        assert!(!both.meets(Bounds::around(at(-12.0, 0.0), 0.0)));
        let world = bounds(-90.0, -180.0, 90.0, 180.0);
        for one in [fiji, both, world, world.with(fiji)] {
            assert!(one.meets(world) && world.meets(one));
            assert_eq!(Bounds::of_key(one.key()), one);
        }
    }

    proptest! {
        /// The whole of the index's promise: what reaches a point is found by looking around the point.
        #[test]
        fn what_reaches_a_point_is_found_around_it(
            lat in -88.0..88.0_f64, lon in -180.0..180.0_f64, radius in 0.0..400.0_f64,
            away in -5.0..5.0_f64, aside in -5.0..5.0_f64, within in 0.0..30.0_f64,
            spread in 0.01..6.0_f64, kind in 0..3_u8,
        ) {
            let center = at(lat, lon);
            let corner = |up: f64, right: f64| Point::turned((lat + up).clamp(-90.0, 90.0), lon + right).unwrap();
            let shape = match kind {
                0 => Shape::Circle { center, radius_km: radius },
                1 => Shape::Polygon(vec![corner(-spread, -spread), corner(spread, 0.0), corner(-spread, spread)]),
                _ => Shape::Line(vec![center, corner(spread, spread), corner(0.0, spread)]),
            };
            let point = Point::turned((lat + away).clamp(-89.0, 89.0), lon + aside).unwrap();
            if shape.reaches(point, within) {
                let filed = covering([&shape]);
                let asked = around(point, within * 1.01);
                let bounds = Bounds::around(point, within * 1.01);
                prop_assert!(
                    filed.iter().any(|(cell, own)| asked.contains(cell) && own.meets(bounds)),
                    "{shape:?} {point:?}"
                );
                let (changed, named) = (coarse(filed.into_iter().map(|(cell, _)| cell)), coarse(asked));
                prop_assert!(!changed.is_disjoint(&named) && named.len() < 40);
            }
        }
    }
}
