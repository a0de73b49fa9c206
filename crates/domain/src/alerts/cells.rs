//! The grid by which alerts are found: squares of longitude and latitude, halved level by level, as a key each.
//!
//! An alert is filed under a few squares that cover its shapes; a place asks for the squares around it on every level.
//! That is a handful of numbers in an index, the same on both engines, and needs no table of places: whichever town a
//! reader chooses, and whatever regions a publisher draws, an alert need not be filed again. Filing it under every town
//! that it reaches was turned down: a storm warning of a province would be thousands of rows.

use super::geometry::{Extent, Shape};
use crate::places::Point;
use std::collections::BTreeSet;

/// The finest level: squares of 0.088 degrees, some 10 km of latitude.
const FINEST: u32 = 11;

/// The most squares of one level that a shape is filed under. Six hold a shape of two squares by one wherever it lies; with
/// four such a shape went a level up, and a place looked at a third more alerts that don't reach it.
const SHAPE_CELLS: i64 = 6;

/// The most squares that an alert is filed under; beyond that its squares become coarser.
const MOST_CELLS: usize = 32;

/// The squares that cover shapes. Empty for no shapes.
pub fn covering<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Vec<i64> {
    let mut cells: BTreeSet<Cell> = BTreeSet::new();
    for shape in shapes {
        let Some(extent) = shape.extent() else { continue };
        let level = (0..=FINEST)
            .rev()
            .find(|level| count(*level, extent) <= SHAPE_CELLS)
            .unwrap_or(0);
        cells.extend(on_level(level, extent));
        while cells.len() > MOST_CELLS {
            let Some(finest) = cells.iter().map(|cell| cell.level).max().filter(|level| *level > 0) else {
                break;
            };
            cells = cells
                .into_iter()
                .map(|cell| if cell.level == finest { cell.parent() } else { cell })
                .collect();
        }
    }
    cells.into_iter().map(Cell::key).collect()
}

/// The squares to look under for what reaches a point or comes within some kilometres of it: on every level.
pub fn around(point: Point, within_km: f64) -> Vec<i64> {
    let alone = Extent {
        south: point.latitude(),
        west: point.longitude(),
        north: point.latitude(),
        east: point.longitude(),
    };
    let extent = alone.grown(within_km);
    (0..=FINEST)
        .flat_map(|level| on_level(level, extent))
        .map(Cell::key)
        .collect()
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
                prop_assert!(filed.iter().any(|cell| asked.contains(cell)), "{shape:?} {point:?}");
                let (changed, named) = (coarse(filed), coarse(asked));
                prop_assert!(!changed.is_disjoint(&named) && named.len() < 40);
            }
        }
    }
}
