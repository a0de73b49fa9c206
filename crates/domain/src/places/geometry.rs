//! Points on the earth, distances between them, and areas bounded by parallels and meridians.

use serde::{Deserialize, Serialize};

/// The mean radius of the earth in kilometres (IUGG).
const RADIUS_KM: f64 = 6_371.008_8;

/// Kilometres of a degree along a meridian, on a sphere of that radius.
pub const KM_A_DEGREE: f64 = RADIUS_KM * std::f64::consts::PI / 180.0;

/// A point on the earth in degrees (WGS 84). Only one that exists can be made.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "(f64, f64)", into = "(f64, f64)")]
pub struct Point {
    latitude: f64,
    longitude: f64,
}

impl Point {
    /// A point; `None` unless the latitude is within ±90 and the longitude within ±180.
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let fits = (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude);
        fits.then_some(Self { latitude, longitude })
    }

    /// A point whose longitude may be up to a turn too far, as documents write what lies beyond the 180th meridian.
    pub fn turned(latitude: f64, longitude: f64) -> Option<Self> {
        let turns = [0.0, -360.0, 360.0];
        turns.iter().find_map(|turn| Self::new(latitude, longitude + turn))
    }

    /// Degrees north of the equator, -90 to 90.
    pub const fn latitude(self) -> f64 {
        self.latitude
    }

    /// Degrees east of Greenwich, -180 to 180.
    pub const fn longitude(self) -> f64 {
        self.longitude
    }

    /// The distance to another along a great circle, in kilometres. The earth is taken for a sphere: half a percent at
    /// most.
    pub fn distance_km(self, other: Self) -> f64 {
        let (from, to) = (self.latitude.to_radians(), other.latitude.to_radians());
        let half_up = ((to - from) / 2.0).sin();
        let half_along = ((other.longitude - self.longitude).to_radians() / 2.0).sin();
        // The haversine formula, which is exact for what is near.
        let share = half_up.mul_add(half_up, from.cos() * to.cos() * half_along * half_along);
        2.0 * RADIUS_KM * share.clamp(0.0, 1.0).sqrt().asin()
    }

    /// The same to a tenth of a degree (some 11 km): all that is ever asked of a reader's position.
    #[must_use]
    pub fn rounded(self) -> Self {
        let tenth = |degrees: f64| (degrees * 10.0).round() / 10.0;
        Self {
            latitude: tenth(self.latitude),
            longitude: tenth(self.longitude),
        }
    }
}

impl TryFrom<(f64, f64)> for Point {
    type Error = String;

    fn try_from((latitude, longitude): (f64, f64)) -> Result<Self, String> {
        Self::new(latitude, longitude).ok_or_else(|| format!("{latitude}, {longitude} is no point on the earth"))
    }
}

impl From<Point> for (f64, f64) {
    fn from(point: Point) -> Self {
        (point.latitude, point.longitude)
    }
}

/// An area between two parallels and two meridians. It may cross the 180th meridian: then `west` is the greater.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bounds {
    south: f64,
    west: f64,
    north: f64,
    east: f64,
}

impl Bounds {
    /// The area from the south-west corner to the north-east one; `None` where the first is north of the second.
    pub fn new(south_west: Point, north_east: Point) -> Option<Self> {
        (south_west.latitude <= north_east.latitude).then_some(Self {
            south: south_west.latitude,
            west: south_west.longitude,
            north: north_east.latitude,
            east: north_east.longitude,
        })
    }

    /// The smallest area around these points that doesn't cross the 180th meridian; `None` for no points.
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        points.into_iter().fold(None, |bounds: Option<Self>, point| {
            let known = bounds.unwrap_or(Self {
                south: point.latitude,
                west: point.longitude,
                north: point.latitude,
                east: point.longitude,
            });
            Some(Self {
                south: known.south.min(point.latitude),
                west: known.west.min(point.longitude),
                north: known.north.max(point.latitude),
                east: known.east.max(point.longitude),
            })
        })
    }

    /// An area that holds everything within `km` of a point; near a pole that is every longitude.
    pub fn within_km(point: Point, km: f64) -> Self {
        let up = (km / RADIUS_KM).to_degrees();
        let (south, north) = ((point.latitude - up).max(-90.0), (point.latitude + up).min(90.0));
        let farthest = south.abs().max(north.abs()).to_radians();
        let along = ((km / RADIUS_KM).sin() / farthest.cos()).asin().to_degrees();
        let (west, east) = if up >= 90.0 || farthest.cos() <= 0.0 || !along.is_finite() {
            (-180.0, 180.0)
        } else {
            let wrapped = |degrees: f64| (degrees + 540.0).rem_euclid(360.0) - 180.0;
            (wrapped(point.longitude - along), wrapped(point.longitude + along))
        };
        Self {
            south,
            west,
            north,
            east,
        }
    }

    /// The southern parallel, in degrees.
    pub const fn south(&self) -> f64 {
        self.south
    }

    /// The northern parallel, in degrees.
    pub const fn north(&self) -> f64 {
        self.north
    }

    /// The western meridian, in degrees.
    pub const fn west(&self) -> f64 {
        self.west
    }

    /// The eastern meridian, in degrees.
    pub const fn east(&self) -> f64 {
        self.east
    }

    /// Whether a point lies in it or on its border.
    pub fn contains(&self, point: Point) -> bool {
        let along = if self.west <= self.east {
            (self.west..=self.east).contains(&point.longitude)
        } else {
            point.longitude >= self.west || point.longitude <= self.east
        };
        along && (self.south..=self.north).contains(&point.latitude)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point(latitude: f64, longitude: f64) -> Point {
        Point::new(latitude, longitude).unwrap()
    }

    #[test]
    fn distances_are_those_of_the_atlas() {
        let (berlin, paris) = (point(52.52, 13.405), point(48.8566, 2.3522));
        assert!((berlin.distance_km(paris) - 878.0).abs() < 3.0);
        let (fiji, samoa) = (point(-18.14, 178.44), point(-13.83, -171.77));
        assert!((fiji.distance_km(samoa) - 1_145.0).abs() < 15.0, "over the date line");
        assert!((point(90.0, 0.0).distance_km(point(-90.0, 77.0)) - 20_015.1).abs() < 1.0);
    }

    #[test]
    fn what_is_not_on_the_earth_is_no_point() {
        for (latitude, longitude) in [(90.1, 0.0), (0.0, -180.5), (f64::NAN, 0.0), (0.0, f64::INFINITY)] {
            assert_eq!(Point::new(latitude, longitude), None);
        }
        assert_eq!(point(52.5244, 13.4105).rounded(), point(52.5, 13.4));
    }

    #[test]
    fn an_area_may_cross_the_date_line() {
        let pacific = Bounds::new(point(-20.0, 170.0), point(0.0, -170.0)).unwrap();
        assert!(pacific.contains(point(-18.0, 178.0)));
        assert!(pacific.contains(point(-18.0, -175.0)));
        assert!(!pacific.contains(point(-18.0, 0.0)));
        assert_eq!(Bounds::new(point(1.0, 0.0), point(0.0, 1.0)), None);
        assert_eq!(Bounds::around([]), None);
    }

    proptest! {
        #[test]
        fn an_area_of_a_distance_holds_all_that_is_nearer(
            at in (-90.0..=90.0_f64, -180.0..=180.0_f64),
            other in (-90.0..=90.0_f64, -180.0..=180.0_f64),
            km in 1.0..2_000.0_f64,
        ) {
            let (at, other) = (point(at.0, at.1), point(other.0, other.1));
            if at.distance_km(other) < km * 0.999 {
                prop_assert!(Bounds::within_km(at, km).contains(other));
            }
            prop_assert!((at.distance_km(other) - other.distance_km(at)).abs() < 1e-6);
        }
    }
}
