//! OpenLR references: the points on a road by which another map finds it. Without a map the road between them is taken for
//! straight, which is near enough to say who is concerned.

use super::place::within;
use crate::alerts::text;
use crate::xml::Node;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use masthead_domain::alerts::Shape;
use masthead_domain::places::Point;

/// Elements of XML whose points are one line, and one whose points are the corners of an area.
const LINES: [&str; 2] = ["openlrLineLocationReference", "openlrPointAlongLine"];
const CORNERS: &str = "openlrPolygonCorners";
/// The longest binary reference, in bytes: some hundred points.
const LONGEST: usize = 2_000;

/// Whether an element's own position is a part of what [`shape`] makes of an element around it.
pub(super) fn is_part(node: Node<'_>) -> bool {
    within(node, &[LINES[0], LINES[1], CORNERS])
}

/// The shape of a reference, in XML or in its binary form.
pub(super) fn shape(part: Node<'_>, position: impl Fn(Node<'_>) -> Option<Point>) -> Option<Shape> {
    let name = part.name();
    let is_corners = name == CORNERS;
    if is_corners || LINES.contains(&name) {
        let points: Vec<Point> = part.descendants().filter_map(position).collect();
        return if is_corners {
            text::polygon(points)
        } else {
            text::path(points)
        };
    }
    let lower = name.to_ascii_lowercase();
    let is_binary = lower.contains("openlr") || lower == "binary";
    let code = part.text().filter(|code| is_binary && code.len() <= LONGEST)?;
    if part.elements().next().is_some() {
        return None;
    }
    text::path(points(&STANDARD.decode(code).ok()?)?)
}

/// The points of a binary reference of version 2 or 3 (OpenLR white paper, chapter 7): a line, a point on one, or a
/// position alone. The first point is absolute, in 24 bits a turn; each other is as far from the one before it as 16 bits
/// say in hundred-thousandths of a degree.
fn points(bytes: &[u8]) -> Option<Vec<Point>> {
    let (head, rest) = bytes.split_first()?;
    let (kind, version) = (head & 0xf8, head & 0x07);
    let is_whole = match kind {
        // One position, three bytes each.
        0x20 => rest.len() == 6,
        // Two points at least, nine bytes the first and six the last, and up to two bytes of offsets.
        0x08 => rest.len() >= 15 && (rest.len() - 15) % 7 <= 2,
        0x28 => (15..=20).contains(&rest.len()),
        _ => false,
    };
    if !is_whole || !(2..=3).contains(&version) {
        return None;
    }
    let (longitude, rest) = rest.split_at_checked(3)?;
    let (latitude, mut rest) = rest.split_at_checked(3)?;
    let (mut longitude, mut latitude) = (absolute(longitude)?, absolute(latitude)?);
    let mut points = vec![Point::new(latitude, longitude)?];
    let others = match kind {
        0x08 => 1 + (rest.len().checked_sub(9)?) / 7,
        0x28 => 1,
        _ => 0,
    };
    for _ in 0..others {
        // What a point says of its road, and how far the next one is.
        let (east, north) = match rest.get(3..7)? {
            [a, b, c, d] => (i16::from_be_bytes([*a, *b]), i16::from_be_bytes([*c, *d])),
            _ => return None,
        };
        rest = rest.get(7..)?;
        longitude += f64::from(east) / 100_000.0;
        latitude += f64::from(north) / 100_000.0;
        points.push(Point::new(latitude, longitude)?);
    }
    Some(points)
}

/// The degrees of three bytes, at the middle of the step that they stand for.
fn absolute(bytes: &[u8]) -> Option<f64> {
    let [a, b, c] = bytes else { return None };
    // The sign is that of the highest byte.
    let steps = f64::from(i32::from_be_bytes([*a, *b, *c, 0]) >> 8);
    Some((steps - 0.5 * steps.signum()) * 360.0 / f64::from(1_u32 << 24))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three(degrees: f64) -> [u8; 3] {
        #[expect(clippy::cast_possible_truncation, reason = "degrees are within 24 bits of steps")]
        let steps = (degrees * f64::from(1_u32 << 24) / 360.0 + 0.5 * degrees.signum()) as i32;
        let [_, a, b, c] = steps.to_be_bytes();
        [a, b, c]
    }

    /// A reference from a point over others, given as hundred-thousandths of a degree east and north.
    fn reference(head: u8, longitude: f64, latitude: f64, others: &[(i16, i16)], offsets: usize) -> Vec<u8> {
        let mut bytes = vec![head];
        bytes.extend(three(longitude));
        bytes.extend(three(latitude));
        for (east, north) in others {
            bytes.extend([0x25, 0x3e, 0x8f]);
            bytes.extend(east.to_be_bytes());
            bytes.extend(north.to_be_bytes());
        }
        if !others.is_empty() {
            bytes.extend([0x33, 0x1b]);
        }
        bytes.extend(vec![0; offsets]);
        bytes
    }

    fn near(bytes: &[u8], expected: &[(f64, f64)]) {
        let points = points(bytes).unwrap();
        assert_eq!(points.len(), expected.len());
        for (point, (latitude, longitude)) in points.iter().zip(expected) {
            let away = point.distance_km(Point::new(*latitude, *longitude).unwrap());
            assert!(away < 0.005, "{point:?} is {away} km from {latitude} {longitude}");
        }
    }

    #[test]
    fn points_of_each_kind_and_on_each_side_of_greenwich() {
        for offsets in 0..=2 {
            let line = reference(0x0b, 9.9, 53.5, &[(100, -200), (-50, 75)], offsets);
            near(&line, &[(53.5, 9.9), (53.498, 9.901), (53.498_75, 9.9005)]);
        }
        near(
            &reference(0x0b, -73.6, -45.5, &[(-1000, 1000)], 0),
            &[(-45.5, -73.6), (-45.49, -73.61)],
        );
        near(
            &reference(0x2b, 9.9, 53.5, &[(100, 100)], 1),
            &[(53.5, 9.9), (53.501, 9.901)],
        );
        near(&reference(0x23, 9.9, 53.5, &[], 0), &[(53.5, 9.9)]);
    }

    #[test]
    fn what_is_no_reference_has_no_points() {
        let line = reference(0x0b, 9.9, 53.5, &[(100, -200)], 0);
        for cut in 0..line.len() {
            assert_eq!(points(&line[..cut]), None, "{cut}");
        }
        assert_eq!(points(&[0x13; 30]), None, "an area");
        assert_eq!(
            points(&reference(0x0c, 9.9, 53.5, &[(1, 1)], 0)),
            None,
            "a version to come"
        );
        assert_eq!(points(&reference(0x0b, 9.9, 120.0, &[(1, 1)], 0)), None, "no latitude");
    }
}
