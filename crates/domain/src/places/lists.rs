//! The lists in which stories stand by their place. Lists are named by an id (see [`crate::stories::GALLERIES`]); those of
//! places follow from the place's, so that there is one for each without a row that says so.

use super::{PlaceId, Point};
use uuid::Uuid;

/// What ids of these lists begin with; the rest says which.
const OF_PLACE: u128 = 0x6d61_7374_6865_6164_8a11_706c_0000_0000;
const OF_CELL: u128 = 0x6d61_7374_6865_6164_8a11_6365_0000_0000;

/// The list of the stories of a place: those about it, and for a country, a province or a region those about what lies
/// in it.
pub const fn list_of(place: PlaceId) -> Uuid {
    Uuid::from_u128(OF_PLACE | place.0 as u128)
}

/// A field of a grid of half a degree (56 km from south to north, less from west to east), by which stories near a point
/// are found whatever town they name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// Counted from the south pole, 0 to 359.
    row: u16,
    /// Counted from the 180th meridian, 0 to 719.
    column: u16,
}

const ROWS: u16 = 360;
const COLUMNS: u16 = 720;

impl Cell {
    /// The field that a point lies in.
    pub fn of(point: Point) -> Self {
        // A point has bounds; what lies on the last line belongs to the last field.
        let count = |halves: f64, most: u16| (halves as u16).min(most - 1);
        Self {
            row: count((point.latitude() + 90.0) * 2.0, ROWS),
            column: count((point.longitude() + 180.0) * 2.0, COLUMNS),
        }
    }

    /// The list of the stories of what lies in it.
    pub const fn list(self) -> Uuid {
        Uuid::from_u128(OF_CELL | ((self.row as u128) << 16) | self.column as u128)
    }

    /// It and the eight around it; fewer at a pole. Everything within half a degree of a point of it lies in them.
    pub fn around(self) -> Vec<Self> {
        let rows = self.row.saturating_sub(1)..=(self.row + 1).min(ROWS - 1);
        rows.flat_map(|row| {
            [COLUMNS - 1, 0, 1].map(|step| Self {
                row,
                column: (self.column + step) % COLUMNS,
            })
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    #[test]
    fn every_list_has_an_id_of_its_own() {
        let mut seen = HashSet::new();
        for id in [0, 1, 2_950_159, u32::MAX] {
            assert!(seen.insert(list_of(PlaceId(id))));
        }
        for (latitude, longitude) in [(-90.0, -180.0), (90.0, 180.0), (0.0, 0.0), (0.0, 0.6), (0.6, 0.0)] {
            assert!(seen.insert(Cell::of(point(latitude, longitude)).list()));
        }
        assert!(!seen.contains(&crate::stories::GALLERIES));
    }

    #[test]
    fn the_grid_goes_round_the_earth_and_ends_at_the_poles() {
        let east = Cell::of(point(10.1, 179.9));
        assert!(east.around().contains(&Cell::of(point(10.1, -179.9))));
        assert_eq!(east.around().len(), 9);
        assert_eq!(Cell::of(point(90.0, 0.0)).around().len(), 6);
    }

    proptest! {
        #[test]
        fn what_is_near_is_in_the_fields_around(
            at in (-89.0..=89.0_f64, -179.0..=179.0_f64),
            step in (-0.49..=0.49_f64, -0.49..=0.49_f64),
        ) {
            let other = point(at.0 + step.0, at.1 + step.1);
            prop_assert!(Cell::of(point(at.0, at.1)).around().contains(&Cell::of(other)));
        }
    }
}
