//! Where a record is: names, codes and shapes of its locations, whatever way of referencing a publisher has.

use super::grid::System;
use super::openlr;
use super::record::{Whole, in_language, texts};
use crate::alerts::text;
use crate::html::note;
use crate::problem::Problem;
use crate::xml::Node;
use masthead_domain::alerts::{Area, Shape};
use masthead_domain::places::Point;

/// Elements that hold where a record is; other positions of a record are of diversions and of detectors.
const LOCATIONS: [&str; 2] = ["groupOfLocations", "locationReference"];
/// Names of roads: these come first, since they are what drivers look for.
const ROADS: [&str; 2] = ["roadNumber", "roadName"];
/// Names of towns, junctions and administrative areas. The last two are the Spanish profile's.
const PLACES: [&str; 6] = [
    "areaName",
    "alertCLocationName",
    "descriptor",
    "administrativeArea",
    "municipality",
    "province",
];
/// Elements whose points are one line, by an extension that Dutch and German services share.
const LINEAR: [&str; 2] = ["linearByCoordinates", "linearByCoordinatesExtension"];
/// The most shapes of one record.
const MOST_SHAPES: usize = 500;
/// How far apart the points of one location are at most when both are written in the same order, in kilometres.
const FAR_KM: f64 = 500.0;

/// The area of a record, and what is said about it in words.
pub(super) fn read(
    record: Node<'_>,
    whole: &Whole<'_>,
    problems: &mut Vec<Problem>,
) -> (Area, Vec<(Option<String>, String)>) {
    let (mut roads, mut places, mut shapes, mut codes) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut described = Vec::new();
    for location in record.elements().filter(|part| LOCATIONS.contains(&part.name())) {
        let near = location.descendants().find_map(|part| position(part)?.ok());
        for part in location.descendants() {
            let name = part.name();
            if ROADS.contains(&name) || is_road(part) {
                roads.extend(road(part, whole.language));
            } else if PLACES.contains(&name) {
                places.extend(in_language(part, whole.language));
            } else if name == "specificLocation" {
                // Some write 0 where the table has no place.
                let code = part.text().filter(|code| code != "0");
                codes.extend(code.map(|code| ("alert-c".to_owned(), code)));
            } else if name == "locationDescription" {
                described.extend(texts(std::iter::once(part)));
            }
            if shapes.len() >= MOST_SHAPES {
                continue;
            }
            match shape(part, near) {
                Some(Ok(shape)) if !shapes.contains(&shape) => shapes.push(shape),
                Some(Err(what)) => note(problems, whole.at, what),
                _ => {}
            }
        }
    }
    roads.truncate(50);
    roads.extend(places.into_iter().take(50));
    codes.truncate(100);
    let area = Area {
        name: text::names(roads.iter().map(String::as_str)),
        codes,
        shapes,
    };
    (area, described)
}

/// A road with where it leads, which stands beside its last name: `A7 → Quayton`.
fn road(part: Node<'_>, language: Option<&str>) -> Option<String> {
    let name = in_language(part, language)?;
    let beside = |name: &str| part.parent().and_then(|parent| parent.child(name));
    let is_last = part.is("roadName") || beside("roadName").is_none();
    let destination = beside("roadDestination").filter(|_| is_last);
    Some(match destination.and_then(|node| in_language(node, language)) {
        Some(destination) => format!("{name} → {destination}"),
        None => name,
    })
}

/// Whether a descriptor of a point is the name of its road.
fn is_road(part: Node<'_>) -> bool {
    part.is("descriptor")
        && part
            .parent()
            .and_then(|name| name.child_text("tpegOtherPointDescriptorType"))
            .is_some_and(|kind| kind == "linkName")
}

/// The position that an element's own latitude and longitude say.
fn position(part: Node<'_>) -> Option<Result<Point, String>> {
    let latitude = part.child("latitude")?;
    let number = |node: Node<'_>| node.text().and_then(|text| text.parse::<f64>().ok());
    let position = number(latitude)
        .zip(part.child("longitude").and_then(number))
        .and_then(|(lat, lon)| Point::turned(lat, lon));
    Some(position.ok_or_else(|| "coordinates that are none".to_owned()))
}

/// The shape that an element says, if it says one.
fn shape(part: Node<'_>, near: Option<Point>) -> Option<Result<Shape, String>> {
    if part.is("posList") {
        return position_list(part, near);
    }
    if LINEAR.contains(&part.name()) {
        return linear(part).map(Ok);
    }
    if let Some(shape) = openlr::shape(part, |node| position(node)?.ok()) {
        return Some(Ok(shape));
    }
    position(part)
        .filter(|_| !openlr::is_part(part) && !within(part, &LINEAR))
        .map(|point| point.map(Shape::Point))
}

/// Whether an element stands, not far below, in one of those names.
pub(super) fn within(node: Node<'_>, names: &[&str]) -> bool {
    let around = std::iter::successors(node.parent(), |node| node.parent()).take(4);
    around.map(|node| node.name()).any(|name| names.contains(&name))
}

/// A line by its start, its points in between, which have numbers, and its end, in whatever order they are written.
fn linear(line: Node<'_>) -> Option<Shape> {
    let mut points: Vec<((u8, u32), Point)> = Vec::new();
    for part in line.elements() {
        let inside = std::iter::once(part).chain(part.descendants());
        let Some(point) = inside.filter_map(position).find_map(Result::ok) else {
            continue;
        };
        let name = part.name().to_ascii_lowercase();
        let rank = if name.contains("start") {
            0
        } else if name.contains("end") {
            2
        } else {
            1
        };
        let index = part.word("index").and_then(|index| index.parse().ok());
        points.push(((rank, index.unwrap_or_default()), point));
    }
    points.sort_by_key(|(place, _)| *place);
    text::path(points.into_iter().map(|(_, point)| point).collect())
}

/// The line or ring of a list of positions: latitude first (EPSG 4326), unless the system says otherwise or the same
/// location names a point on the other side of the world. Holes of areas are left out, so that whoever stands in one is
/// told too often rather than not at all.
fn position_list(list: Node<'_>, near: Option<Point>) -> Option<Result<Shape, String>> {
    let around: Vec<Node<'_>> = std::iter::successors(Some(list), |node| node.parent())
        .take_while(|node| !LOCATIONS.contains(&node.name()))
        .collect();
    if around.iter().any(|node| node.is("interior")) {
        return None;
    }
    let said = |name: &str| {
        around
            .iter()
            .find_map(|node| node.word(name).or_else(|| node.child_text(name)))
    };
    let name = said("srsName").unwrap_or_default();
    let Some(system) = System::of(&name) else {
        let name = crate::xml::cut_at(&name, 60);
        return Some(Err(format!("positions in {name}, a grid that isn't read")));
    };
    let dimension = said("srsDimension").and_then(|text| text.parse().ok());
    let dimension = dimension.filter(|dimension| (2..=4).contains(dimension)).unwrap_or(2);
    let numbers = text::numbers(&list.raw_text());
    // A line without the points that can't be is another line.
    let points = |system: System| {
        let positions = numbers.chunks_exact(dimension);
        let point = |position: &[f64]| system.point(*position.first()?, *position.get(1)?);
        positions.map(point).collect::<Option<Vec<Point>>>()
    };
    let away = |points: &Option<Vec<Point>>| Some(near?.distance_km(*points.as_ref()?.first()?));
    let mut found = points(system);
    if system == System::Degrees && away(&found).is_none_or(|km| km > FAR_KM) {
        let turned = points(System::Turned);
        if away(&turned).is_some_and(|km| km < FAR_KM) {
            found = turned;
        }
    }
    let is_ring = around.iter().any(|node| {
        let name = node.name();
        name == "LinearRing" || name == "exterior" || name.contains("Polygon")
    });
    let shape = found.and_then(|points| {
        if is_ring {
            text::polygon(points)
        } else {
            text::path(points)
        }
    });
    Some(shape.ok_or_else(|| "a list of positions that are none".to_owned()))
}
