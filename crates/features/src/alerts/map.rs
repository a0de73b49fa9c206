//! A map of alerts as SVG that the server draws: their shapes on a plane, scaled to what has to be seen.
//!
//! No tiles are fetched from anybody. Longitude is shrunk by the cosine of the middle latitude, which keeps the
//! proportions of a country; a map of half the world is distorted, and nobody needs one.

mod ground;

use crate::places::Places;
use ground::Ground;
use masthead_domain::alerts::geometry::Extent;
use masthead_domain::alerts::{Severity, Shape};
use masthead_domain::places::{Bounds, Point};
use masthead_gazetteer::Gazetteer;
use serde::Serialize;
use std::cmp::Reverse;
use std::fmt::Write as _;

/// Width of the drawing in its own units.
const WIDTH: f64 = 640.0;
/// Least and greatest height.
const HEIGHTS: (f64, f64) = (240.0, 560.0);
/// The least that is shown, in degrees of latitude: 40 km, so that one point has surroundings.
const LEAST: f64 = 0.36;
/// The most shapes and points drawn; a map is weighed with its page.
const MOST_SHAPES: usize = 400;
const MOST_POINTS: usize = 4_000;
/// Towns that are named, at most.
const TOWNS: usize = 12;

/// A map as its template writes it.
#[derive(Serialize)]
pub(crate) struct Map {
    width: i64,
    height: i64,
    shapes: Vec<Drawn>,
    /// Where land lies; none on a map of water alone, and on one that shows less than the outlines are good for.
    ground: Option<Ground>,
    /// Lines of the grid of degrees, with what they are.
    grid: Vec<GridLine>,
    /// The largest towns, so that people see where it is.
    towns: Vec<Town>,
}

#[derive(Serialize)]
struct Town {
    x: i64,
    y: i64,
    name: String,
    /// Whether the name stands on the left of the point, since there is no room on the right.
    left: bool,
}

#[derive(Serialize)]
struct Drawn {
    /// A [`Severity`]'s name.
    severity: &'static str,
    /// `area` is filled, `line` is not.
    kind: &'static str,
    /// The path's data.
    d: String,
}

#[derive(Serialize)]
struct GridLine {
    d: String,
    x: i64,
    y: i64,
    label: String,
}

struct Plane {
    west: f64,
    north: f64,
    shrink: f64,
    scale: f64,
    turned: bool,
}

impl Plane {
    fn at(&self, point: Point) -> (f64, f64) {
        // East of the antimeridian, where the map crosses it.
        let lon = if self.turned && point.longitude() < self.west - 0.001 {
            point.longitude() + 360.0
        } else {
            point.longitude()
        };
        self.place(lon, point.latitude())
    }

    /// Where degrees lie, longitude first; east of the antimeridian they go on.
    fn place(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        (
            (longitude - self.west) * self.shrink * self.scale,
            (self.north - latitude) * self.scale,
        )
    }
}

/// Draws shapes, the least severe first; `None` where there is nothing to draw.
pub(crate) fn draw((places, language): (&Places, &str), alerts: &[(Severity, Vec<&Shape>)]) -> Option<Map> {
    let extents = alerts
        .iter()
        .flat_map(|(_, shapes)| shapes)
        .filter_map(|shape| shape.extent());
    let extent = extents.reduce(united)?;
    let (width, height, plane) = plane(extent)?;
    let mut ordered: Vec<(Severity, &Shape)> = alerts
        .iter()
        .flat_map(|(severity, shapes)| shapes.iter().map(|shape| (*severity, *shape)))
        .collect();
    // The worst lies on top, and is the last to be left out.
    ordered.sort_by_key(|(severity, _)| *severity);
    let from = ordered.len().saturating_sub(MOST_SHAPES);
    let mut points = MOST_POINTS;
    let mut shapes: Vec<Drawn> = Vec::new();
    for (severity, shape) in ordered.into_iter().skip(from).rev() {
        let d = path(&plane, shape, &mut points);
        if !d.is_empty() {
            let kind = if matches!(shape, Shape::Line(_)) {
                "line"
            } else {
                "area"
            };
            let severity = severity.name();
            shapes.push(Drawn { severity, kind, d });
        }
    }
    shapes.reverse();
    Some(Map {
        width: whole(width),
        height: whole(height),
        shapes,
        ground: ground::draw(places, &plane, width, height),
        grid: grid(&plane, width, height),
        towns: towns((places, language), &plane, width, height),
    })
}

fn united(a: Extent, b: Extent) -> Extent {
    // One that crosses the antimeridian has its east beyond 180; the other may lie there too.
    let crosses = a.east > 180.0 || b.east > 180.0;
    let moved = |extent: Extent| {
        if crosses && extent.east < 0.0 {
            Extent {
                west: extent.west + 360.0,
                east: extent.east + 360.0,
                ..extent
            }
        } else {
            extent
        }
    };
    let (a, b) = (moved(a), moved(b));
    Extent {
        south: a.south.min(b.south),
        west: a.west.min(b.west),
        north: a.north.max(b.north),
        east: a.east.max(b.east),
    }
}

/// The plane for an extent with a margin around it.
fn plane(extent: Extent) -> Option<(f64, f64, Plane)> {
    let middle = f64::midpoint(extent.south, extent.north);
    let shrink = middle.to_radians().cos().max(0.1);
    let tall = (extent.north - extent.south).max(LEAST) * 1.2;
    let wide = ((extent.east - extent.west) * shrink).max(LEAST) * 1.2;
    // What is taller than the drawing may be gets more room at its sides.
    let wide = wide.max(tall * WIDTH / HEIGHTS.1);
    let scale = WIDTH / wide;
    let height = (tall * scale).clamp(HEIGHTS.0, HEIGHTS.1);
    let center = f64::midpoint(extent.west, extent.east);
    (scale.is_finite() && scale > 0.0).then_some((
        WIDTH,
        height,
        Plane {
            west: center - wide / shrink / 2.0,
            north: middle + height / scale / 2.0,
            shrink,
            scale,
            turned: extent.east > 180.0,
        },
    ))
}

fn path(plane: &Plane, shape: &Shape, points: &mut usize) -> String {
    match shape {
        Shape::Point(at) => circle(plane.at(*at), 5.0),
        Shape::Circle { center, radius_km } => circle(plane.at(*center), (radius_km / 111.195 * plane.scale).max(5.0)),
        Shape::Line(line) => trace(plane, line, points, false),
        Shape::Polygon(ring) => trace(plane, ring, points, true),
    }
}

fn circle((x, y): (f64, f64), radius: f64) -> String {
    let (r, two) = (whole(radius), whole(radius * 2.0));
    format!(
        "M{} {}a{r} {r} 0 1 0 {two} 0a{r} {r} 0 1 0 -{two} 0z",
        whole(x - radius),
        whole(y)
    )
}

/// A line of whole numbers, without the points that fall on the one before.
fn trace(plane: &Plane, line: &[Point], points: &mut usize, closed: bool) -> String {
    let mut d = String::new();
    let mut last = None;
    for point in line {
        let (x, y) = plane.at(*point);
        let at = (whole(x), whole(y));
        if last == Some(at) {
            continue;
        }
        if *points == 0 {
            break;
        }
        *points -= 1;
        let command = if last.is_none() { 'M' } else { 'L' };
        if write!(d, "{command}{} {}", at.0, at.1).is_err() {
            break;
        }
        last = Some(at);
    }
    if closed && !d.is_empty() {
        d.push('z');
    }
    d
}

/// Round numbers of degrees between lines of the grid.
const ROUND: [f64; 10] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 45.0];
/// Least room for what is written beside a meridian, as large as it is on a phone.
const BESIDE: f64 = 110.0;

/// Parallels and meridians at round degrees, so that the map says where it is.
fn grid(plane: &Plane, width: f64, height: f64) -> Vec<GridLine> {
    let tall = height / plane.scale;
    let first = |fits: &dyn Fn(f64) -> bool| ROUND.into_iter().find(|step| fits(*step)).unwrap_or(45.0);
    let step = first(&|step| tall / step <= 5.0);
    let mut lines = Vec::new();
    let mut lat = ((plane.north - tall) / step).ceil() * step;
    while lat < plane.north && lines.len() < 12 {
        let y = whole((plane.north - lat) * plane.scale);
        let side = if lat < 0.0 { "S" } else { "N" };
        lines.push(GridLine {
            d: format!("M0 {y}H{}", whole(width)),
            x: 4,
            y: y - 4,
            label: format!("{}° {side}", degrees(lat.abs())),
        });
        lat += step;
    }
    let wide = width / plane.scale / plane.shrink;
    let step = first(&|step| step * plane.shrink * plane.scale >= BESIDE);
    let mut lon = (plane.west / step).ceil() * step;
    let parallels = lines.len();
    while lon < plane.west + wide && lines.len() < parallels + 12 {
        let x = whole((lon - plane.west) * plane.shrink * plane.scale);
        let turned = if lon > 180.0 { lon - 360.0 } else { lon };
        let side = if turned < 0.0 { "W" } else { "E" };
        lines.push(GridLine {
            d: format!("M{x} 0V{}", whole(height)),
            x: x + 4,
            y: whole(height) - 6,
            label: format!("{}° {side}", degrees(turned.abs())),
        });
        lon += step;
    }
    lines
}

/// The publisher's own towns and then the largest of the map, none of whose names lies on another's.
fn towns((places, language): (&Places, &str), plane: &Plane, width: f64, height: f64) -> Vec<Town> {
    let (south, west) = (plane.north - height / plane.scale, plane.west);
    let east = west + width / plane.scale / plane.shrink;
    let turned = |lon: f64| {
        if lon > 180.0 {
            lon - 360.0
        } else if lon < -180.0 {
            lon + 360.0
        } else {
            lon
        }
    };
    let corners = Point::new(south.max(-90.0), turned(west)).zip(Point::new(plane.north.min(90.0), turned(east)));
    let Some(bounds) = corners.and_then(|(low, high)| Bounds::new(low, high)) else {
        return Vec::new();
    };
    let mut found: Vec<_> = Gazetteer::shipped().within(&bounds).collect();
    found.sort_by_key(|town| (Reverse(town.population), town.id));
    let mut towns: Vec<Town> = Vec::new();
    found.truncate(10 * TOWNS);
    let largest = found.iter().map(|town| (town.point, places.called(town, language)));
    for (point, name) in places.own_towns().chain(largest) {
        let (x, y) = plane.at(point);
        let apart = |other: &Town| (whole(y) - other.y).abs() > 24 || (whole(x) - other.x).abs() > 140;
        if towns.len() < TOWNS
            && (10.0..width - 10.0).contains(&x)
            && (14.0..height - 20.0).contains(&y)
            && towns.iter().all(apart)
        {
            towns.push(Town {
                x: whole(x),
                y: whole(y),
                name: name.to_owned(),
                left: x > width * 0.75,
            });
        }
    }
    towns
}

fn degrees(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "units of a drawing some hundred wide; `as` saturates"
)]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat: f64, lon: f64) -> Point {
        Point::turned(lat, lon).unwrap()
    }

    #[test]
    fn what_is_drawn_lies_in_the_drawing() {
        let shapes = [
            Shape::Point(at(53.5, 9.9)),
            Shape::Line(vec![at(53.0, 9.0), at(54.0, 10.5)]),
            Shape::Polygon(vec![at(52.0, 8.0), at(52.0, 11.0), at(54.5, 9.0)]),
        ];
        let map = draw(
            (&Places::default(), "en"),
            &[(Severity::Minor, shapes.iter().collect())],
        )
        .unwrap();
        assert_eq!(map.shapes.len(), 3);
        assert!(
            map.towns.iter().any(|town| town.name == "Hamburg"),
            "the largest town is named"
        );
        assert!((240..=560).contains(&map.height), "{}", map.height);
        for drawn in &map.shapes {
            let numbers = drawn.d.split(|char: char| !char.is_ascii_digit() && char != '-');
            for number in numbers.filter_map(|text| text.parse::<i64>().ok()) {
                assert!((-20..=660).contains(&number), "{}", drawn.d);
            }
        }
        assert!(map.grid.iter().any(|line| line.label.ends_with("° N")));
        assert!(
            draw((&Places::default(), "en"), &[]).is_none()
                && draw((&Places::default(), "en"), &[(Severity::Minor, Vec::new())]).is_none()
        );
    }

    #[test]
    fn what_is_written_beside_meridians_has_room() {
        // A coast from west to east, low and long, and one from south to north.
        for (south, west, north, east) in [
            (55.6, 2.7, 56.0, 6.0),
            (40.0, 9.0, 60.0, 9.5),
            (-40.0, -170.0, 60.0, 170.0),
        ] {
            let shape = Shape::Line(vec![at(south, west), at(north, east)]);
            let map = draw((&Places::default(), "en"), &[(Severity::Minor, vec![&shape])]).unwrap();
            let meridians = map.grid.iter().filter(|line| line.label.ends_with(['E', 'W']));
            let places: Vec<i64> = meridians.map(|line| line.x).collect();
            assert!(places.len() > 1, "{places:?}");
            assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 100), "{places:?}");
        }
    }

    #[test]
    fn a_map_may_cross_the_antimeridian() {
        let shapes = [
            Shape::Point(at(-17.0, 179.5)),
            Shape::Polygon(vec![at(-17.0, 179.0), at(-16.0, -179.0), at(-18.0, -179.5)]),
        ];
        let map = draw(
            (&Places::default(), "en"),
            &[(Severity::Severe, shapes.iter().collect())],
        )
        .unwrap();
        for drawn in &map.shapes {
            let first = drawn.d.trim_start_matches('M').split(' ').next().unwrap();
            assert!((0..=640).contains(&first.parse::<i64>().unwrap()), "{}", drawn.d);
        }
    }
}
