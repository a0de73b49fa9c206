//! Geometries of GeoJSON (RFC 7946): longitude stands first.

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
    collect(geometry, &mut shapes, 0);
    shapes
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
