//! Geometries of GeoJSON (RFC 7946), and of Well-Known Text where that stands in their place: longitude is first in both.

use super::text;
use masthead_domain::alerts::Shape;
use masthead_domain::places::Point;
use serde_json::Value;

/// The most shapes of one geometry.
const MOST_SHAPES: usize = 500;
/// How deep collections may stand in collections; the specification discourages even one in another.
const DEEPEST: usize = 4;

/// The shapes of a geometry; holes of polygons are left out, so that whoever stands in one is told too often rather than
/// not at all.
pub(super) fn shapes(geometry: &Value) -> Vec<Shape> {
    let mut shapes = Vec::new();
    match geometry {
        Value::String(written) => well_known(written, &mut shapes),
        geometry => collect(geometry, &mut shapes, 0),
    }
    shapes
}

/// A geometry as Well-Known Text (OGC 06-103r4, chapter 7), which services of JSON-LD write: `POLYGON((9.9 53.5, …))`.
fn well_known(written: &str, shapes: &mut Vec<Shape>) {
    let written = written.trim();
    // Some name the reference system before it, as `SRID=4326;`.
    let written = written.rsplit_once(';').map_or(written, |(_, rest)| rest.trim_start());
    let start = written.find('(').unwrap_or(written.len());
    let (kind, places) = written.split_at_checked(start).unwrap_or((written, ""));
    let kind = kind.trim().to_ascii_uppercase();
    let each = |list: &str| -> Vec<Point> {
        let positions = list
            .split(',')
            .map(|position| text::numbers(position.trim_matches(['(', ')', ' '])));
        let point = |numbers: Vec<f64>| Point::turned(*numbers.get(1)?, *numbers.first()?);
        positions.filter_map(point).collect()
    };
    // Lists end where a bracket closes; a polygon's first ring stands behind two that open, its holes behind one.
    let lists = places
        .split_inclusive(')')
        .map(|list| list.trim_start_matches([',', ' ']))
        .filter(|list| list.contains(|char: char| char.is_ascii_digit()));
    match kind.trim_end_matches('Z').trim_end() {
        "POINT" | "MULTIPOINT" => lists
            .flat_map(each)
            .for_each(|point| push(shapes, Some(Shape::Point(point)))),
        "LINESTRING" | "MULTILINESTRING" => lists.for_each(|list| push(shapes, text::path(each(list)))),
        "POLYGON" | "MULTIPOLYGON" => lists
            .filter(|list| list.starts_with("(("))
            .for_each(|list| push(shapes, text::polygon(each(list)))),
        _ => {}
    }
}

fn collect(geometry: &Value, shapes: &mut Vec<Shape>, depth: usize) {
    let member = |name: &str| geometry.get(name);
    let coordinates = || member("coordinates").unwrap_or(&Value::Null);
    let each = || coordinates().as_array().into_iter().flatten();
    match member("type").and_then(Value::as_str) {
        // Some write the one position of a point as a list of one.
        Some("Point") => {
            let point = position(coordinates()).or_else(|| position(coordinates().get(0)?));
            push(shapes, point.map(Shape::Point));
        }
        // Ends of a stretch of road in WZDx, which says what lies between them nowhere.
        Some("MultiPoint") => each().for_each(|point| push(shapes, position(point).map(Shape::Point))),
        Some("LineString") => push(shapes, text::path(positions(coordinates()))),
        Some("MultiLineString") => each().for_each(|line| push(shapes, text::path(positions(line)))),
        Some("Polygon") => push(shapes, outer(coordinates())),
        Some("MultiPolygon") => each().for_each(|polygon| push(shapes, outer(polygon))),
        Some("GeometryCollection") if depth < DEEPEST => {
            for geometry in member("geometries").and_then(Value::as_array).into_iter().flatten() {
                collect(geometry, shapes, depth + 1);
            }
        }
        _ => {}
    }
}

fn push(shapes: &mut Vec<Shape>, shape: Option<Shape>) {
    if shapes.len() < MOST_SHAPES {
        shapes.extend(shape);
    }
}

fn outer(rings: &Value) -> Option<Shape> {
    text::polygon(positions(rings.get(0)?))
}

fn positions(list: &Value) -> Vec<Point> {
    list.as_array().into_iter().flatten().filter_map(position).collect()
}

fn position(value: &Value) -> Option<Point> {
    Point::turned(value.get(1)?.as_f64()?, value.get(0)?.as_f64()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(lat: f64, lon: f64) -> Point {
        Point::turned(lat, lon).unwrap()
    }

    #[test]
    fn well_known_text_says_what_geojson_says() {
        let of = |written: &str| shapes(&Value::from(written));
        assert_eq!(of("POINT (9.9 53.5)"), [Shape::Point(point(53.5, 9.9))]);
        assert_eq!(of("SRID=4326;POINT Z(9.9 53.5 12)"), [Shape::Point(point(53.5, 9.9))]);
        let line = vec![point(53.5, 9.9), point(53.6, 9.8)];
        assert_eq!(of("LINESTRING(9.9 53.5, 9.8 53.6)"), [Shape::Line(line.clone())]);
        assert_eq!(
            of("MULTILINESTRING((9.9 53.5,9.8 53.6), (9.9 53.5,9.8 53.6))"),
            [Shape::Line(line.clone()), Shape::Line(line)]
        );
        let ring = vec![point(53.0, 9.0), point(53.0, 10.0), point(54.0, 10.0), point(53.0, 9.0)];
        let holed = "((9 53, 10 53, 10 54, 9 53), (9.5 53.1, 9.6 53.1, 9.6 53.2, 9.5 53.1))";
        assert_eq!(of(&format!("POLYGON{holed}")), [Shape::Polygon(ring.clone())]);
        assert_eq!(
            of(&format!("MULTIPOLYGON ({holed}, ((9 53, 10 53, 10 54, 9 53)))")),
            [Shape::Polygon(ring.clone()), Shape::Polygon(ring)]
        );
        assert!(of("POLYGON EMPTY").is_empty() && of("").is_empty() && of("POLYGON((").is_empty());
    }
}
