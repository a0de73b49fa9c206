//! Where an alert holds: polygons, circles, lines and points on a round Earth, good enough to say whether a town is in it.
//!
//! Documents wind their polygons either way, leave them open, and cross the antimeridian; all of that is tolerated.
//! Distances are along great circles; the inside of a polygon is judged on the plane of longitude and latitude, which
//! is what CAP means by straight sides (WGS 84).

use crate::places::{KM_A_DEGREE, Point};
use serde::{Deserialize, Serialize};

/// Where something is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Shape {
    /// A point.
    Point(Point),
    /// A line through two points or more.
    Line(Vec<Point>),
    /// The inside of a ring; closed whether its last point is its first or not.
    Polygon(Vec<Point>),
    /// What is near a point.
    Circle {
        /// The middle.
        center: Point,
        /// Kilometres.
        radius_km: f64,
    },
}

/// The corners of a box: `west` may be greater than 180 east of it is not; `east` may exceed 180 where the box crosses
/// the antimeridian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Southern edge.
    pub south: f64,
    /// Western edge, -180 to 180.
    pub west: f64,
    /// Northern edge.
    pub north: f64,
    /// Eastern edge, at least `west`; more than 180 where the box crosses the antimeridian.
    pub east: f64,
}

impl Shape {
    /// The points that it is made of.
    pub fn positions(&self) -> &[Point] {
        match self {
            Self::Point(point) => std::slice::from_ref(point),
            Self::Circle { center, .. } => std::slice::from_ref(center),
            Self::Line(points) | Self::Polygon(points) => points,
        }
    }

    /// The box around it; `None` for a shape without a point.
    pub fn extent(&self) -> Option<Extent> {
        let radius = match self {
            Self::Circle { radius_km, .. } => radius_km.max(0.0),
            _ => 0.0,
        };
        let points = self.positions();
        let shifted = shift(points);
        let mut extent: Option<Extent> = None;
        for point in points {
            let lon = turned(point.longitude(), shifted);
            let known = extent.unwrap_or(Extent {
                south: point.latitude(),
                west: lon,
                north: point.latitude(),
                east: lon,
            });
            extent = Some(Extent {
                south: known.south.min(point.latitude()),
                west: known.west.min(lon),
                north: known.north.max(point.latitude()),
                east: known.east.max(lon),
            });
        }
        extent.map(|extent| extent.grown(radius))
    }

    /// Whether a point is in it, or less than `within_km` from it.
    pub fn reaches(&self, point: Point, within_km: f64) -> bool {
        match self {
            Self::Point(at) => at.distance_km(point) <= within_km,
            Self::Circle { center, radius_km } => center.distance_km(point) <= radius_km + within_km,
            Self::Line(points) => along(points, false).any(|(a, b)| km_to_side(point, a, b) <= within_km),
            Self::Polygon(points) => {
                is_inside(points, point)
                    || (within_km > 0.0 && along(points, true).any(|(a, b)| km_to_side(point, a, b) <= within_km))
            }
        }
    }
}

impl Extent {
    /// The box with so many kilometres more on each side.
    #[must_use]
    pub fn grown(self, km: f64) -> Self {
        if km <= 0.0 {
            return self;
        }
        let up = km / KM_A_DEGREE;
        let (south, north) = ((self.south - up).max(-90.0), (self.north + up).min(90.0));
        // Where a degree of longitude is shortest in the box; at a pole the box goes around.
        let shortest = south.abs().max(north.abs()).to_radians().cos();
        let aside = if shortest * 360.0 <= up { 180.0 } else { up / shortest };
        let (mut west, mut east) = (self.west - aside, self.east + aside);
        if east - west >= 360.0 {
            (west, east) = (-180.0, 180.0);
        } else if west < -180.0 {
            (west, east) = (west + 360.0, east + 360.0);
        }
        Self {
            south,
            west,
            north,
            east,
        }
    }
}

/// Shapes as bytes: what is compared with a place is read for every alert near it, and a text would be slow to read.
/// Degrees are kept to a millionth, which is a hand's breadth.
pub fn pack<'a>(shapes: impl IntoIterator<Item = &'a Shape>) -> Vec<u8> {
    let mut out = Vec::new();
    for shape in shapes {
        let (kind, radius) = match shape {
            Shape::Point(_) => (b'p', 0.0),
            Shape::Line(_) => (b'l', 0.0),
            Shape::Polygon(_) => (b'a', 0.0),
            Shape::Circle { radius_km, .. } => (b'c', *radius_km),
        };
        let points = shape.positions();
        let Ok(count) = u32::try_from(points.len()) else {
            continue;
        };
        out.push(kind);
        out.extend_from_slice(&radius.to_be_bytes());
        out.extend_from_slice(&count.to_be_bytes());
        for point in points {
            out.extend_from_slice(&millionths(point.latitude()).to_be_bytes());
            out.extend_from_slice(&millionths(point.longitude()).to_be_bytes());
        }
    }
    out
}

/// The shapes of [`pack`]; bytes that are none end them.
pub fn unpack(mut bytes: &[u8]) -> Vec<Shape> {
    let mut shapes = Vec::new();
    while let Some(shape) = unpack_one(&mut bytes) {
        shapes.push(shape);
    }
    shapes
}

fn unpack_one(bytes: &mut &[u8]) -> Option<Shape> {
    let (kind, rest) = bytes.split_first()?;
    let (radius, rest) = rest.split_first_chunk::<8>()?;
    let (count, mut rest) = rest.split_first_chunk::<4>()?;
    let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
    let mut points = Vec::with_capacity(count.min(rest.len() / 8));
    for _ in 0..count {
        let (lat, after) = rest.split_first_chunk::<4>()?;
        let (lon, after) = after.split_first_chunk::<4>()?;
        rest = after;
        let degrees = |part: &[u8; 4]| f64::from(i32::from_be_bytes(*part)) / 1e6;
        points.push(Point::new(degrees(lat), degrees(lon))?);
    }
    *bytes = rest;
    Some(match kind {
        b'p' => Shape::Point(points.first().copied()?),
        b'l' => Shape::Line(points),
        b'a' => Shape::Polygon(points),
        b'c' => Shape::Circle {
            center: points.first().copied()?,
            radius_km: f64::from_be_bytes(*radius),
        },
        _ => return None,
    })
}

#[expect(clippy::cast_possible_truncation, reason = "180 million at most")]
fn millionths(degrees: f64) -> i32 {
    (degrees * 1e6).round() as i32
}

/// Whether points lie on both sides of the antimeridian, so that western longitudes count on beyond 180.
fn shift(points: &[Point]) -> bool {
    let lons = points.iter().map(|point| point.longitude());
    let (least, most) = lons.fold((f64::MAX, f64::MIN), |(least, most), lon| {
        (least.min(lon), most.max(lon))
    });
    // No alert goes around more than half of the Earth, unless it says that it holds everywhere (-180 to 180).
    most - least > 180.0 && most - least < 359.0
}

fn turned(lon: f64, shifted: bool) -> f64 {
    if shifted && lon < 0.0 { lon + 360.0 } else { lon }
}

/// The sides of a line, or of a ring.
fn along(points: &[Point], closed: bool) -> impl Iterator<Item = (Point, Point)> {
    let back = match (points.last(), points.first()) {
        (Some(last), Some(first)) if closed || points.len() == 1 => Some((*last, *first)),
        _ => None,
    };
    points.iter().copied().zip(points.iter().copied().skip(1)).chain(back)
}

/// Even and odd: whichever way the ring winds.
fn is_inside(ring: &[Point], point: Point) -> bool {
    let shifted = shift(ring);
    let x = turned(point.longitude(), shifted);
    let mut inside = false;
    for (a, b) in along(ring, true) {
        let (a_lon, b_lon) = (turned(a.longitude(), shifted), turned(b.longitude(), shifted));
        if (a.latitude() > point.latitude()) != (b.latitude() > point.latitude()) {
            let crossing = (point.latitude() - a.latitude()) / (b.latitude() - a.latitude()) * (b_lon - a_lon) + a_lon;
            if x < crossing {
                inside = !inside;
            }
        }
    }
    inside
}

/// Kilometres from a point to a side, on the plane that touches the Earth at the point.
fn km_to_side(point: Point, a: Point, b: Point) -> f64 {
    let shrink = point.latitude().to_radians().cos();
    let flat = |at: Point| {
        let mut aside = at.longitude() - point.longitude();
        if aside > 180.0 {
            aside -= 360.0;
        } else if aside < -180.0 {
            aside += 360.0;
        }
        (
            aside * shrink * KM_A_DEGREE,
            (at.latitude() - point.latitude()) * KM_A_DEGREE,
        )
    };
    let ((ax, ay), (bx, by)) = (flat(a), flat(b));
    let (dx, dy) = (bx - ax, by - ay);
    let length = dx.mul_add(dx, dy * dy);
    let share = if length <= f64::EPSILON {
        0.0
    } else {
        (-(ax * dx + ay * dy) / length).clamp(0.0, 1.0)
    };
    (share.mul_add(dx, ax)).hypot(share.mul_add(dy, ay))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(lat: f64, lon: f64) -> Point {
        Point::turned(lat, lon).unwrap()
    }

    fn ring(points: &[(f64, f64)]) -> Shape {
        Shape::Polygon(points.iter().map(|(lat, lon)| at(*lat, *lon)).collect())
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        // Paris to London, by any atlas: 344 km.
        assert!((at(48.8566, 2.3522).distance_km(at(51.5074, -0.1278)) - 343.6).abs() < 1.5);
        assert!((at(0.0, 179.9).distance_km(at(0.0, -179.9)) - 22.2).abs() < 0.1);
        assert_eq!(Point::turned(91.0, 0.0), None);
        assert_eq!(Point::turned(f64::NAN, 0.0), None);
        assert_eq!(Point::turned(1.0, 190.0), Point::turned(1.0, -170.0));
    }

    #[test]
    fn a_ring_holds_its_inside_whichever_way_it_winds_and_whether_it_is_closed() {
        let corners = [(50.0, 8.0), (50.0, 9.0), (51.0, 9.0), (51.0, 8.0)];
        let mut backwards = corners;
        backwards.reverse();
        let closed = [corners.as_slice(), &corners[..1]].concat();
        for points in [corners.as_slice(), &backwards, &closed] {
            let shape = ring(points);
            assert!(shape.reaches(at(50.5, 8.5), 0.0));
            assert!(!shape.reaches(at(50.5, 9.1), 0.0));
            assert!(shape.reaches(at(50.5, 9.1), 10.0), "7 km outside");
        }
    }

    #[test]
    fn a_ring_may_cross_the_antimeridian() {
        let fiji = ring(&[(-19.0, 177.0), (-16.0, 177.0), (-16.0, -179.0), (-19.0, -179.0)]);
        assert!(fiji.reaches(at(-17.0, 179.5), 0.0) && fiji.reaches(at(-17.0, -179.5), 0.0));
        assert!(!fiji.reaches(at(-17.0, 0.0), 0.0) && !fiji.reaches(at(-17.0, -178.0), 0.0));
        let extent = fiji.extent().unwrap();
        assert_eq!((extent.west, extent.east), (177.0, 181.0));
    }

    #[test]
    fn lines_and_circles_reach_what_is_near() {
        let road = Shape::Line(vec![at(52.0, 5.0), at(52.0, 6.0)]);
        assert!(road.reaches(at(52.04, 5.5), 5.0) && !road.reaches(at(52.06, 5.5), 5.0));
        assert!(!road.reaches(at(52.0, 6.2), 5.0), "it ends");
        let quake = Shape::Circle {
            center: at(38.8, -122.8),
            radius_km: 25.0,
        };
        assert!(quake.reaches(at(39.0, -122.8), 0.0) && !quake.reaches(at(39.1, -122.8), 0.0));
    }

    #[test]
    fn shapes_are_packed_and_cut_bytes_end_them() {
        let shapes = [
            Shape::Point(at(53.123456, -9.5)),
            Shape::Line(vec![at(1.0, 2.0), at(3.0, 4.0)]),
            Shape::Polygon(vec![at(1.0, 179.0), at(3.0, -179.0), at(2.0, 2.5)]),
            Shape::Circle {
                center: at(0.0, 0.0),
                radius_km: 12.5,
            },
        ];
        let bytes = pack(&shapes);
        assert_eq!(unpack(&bytes), shapes);
        assert_eq!(unpack(&bytes[..bytes.len() - 1]), shapes[..3]);
        assert_eq!(unpack(b"nonsense"), []);
    }

    proptest! {
        #[test]
        fn what_is_reached_lies_in_the_grown_box(
            lat in -80.0..80.0_f64, lon in -180.0..180.0_f64, radius in 0.0..300.0_f64,
            away in -4.0..4.0_f64, aside in -4.0..4.0_f64, within in 0.0..40.0_f64,
        ) {
            let center = at(lat, lon);
            let Some(point) = Point::turned((lat + away).clamp(-90.0, 90.0), lon + aside) else { return Ok(()) };
            let circle = Shape::Circle { center, radius_km: radius };
            if circle.reaches(point, within) {
                let extent = circle.extent().unwrap().grown(within);
                let slack = 0.02;
                prop_assert!(point.latitude() >= extent.south - slack && point.latitude() <= extent.north + slack);
                let inside = [point.longitude(), point.longitude() + 360.0].iter()
                    .any(|lon| *lon >= extent.west - slack && *lon <= extent.east + slack);
                prop_assert!(inside, "{point:?} {extent:?}");
            }
        }
    }
}
