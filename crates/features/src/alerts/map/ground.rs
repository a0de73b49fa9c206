//! Land and borders under a map of alerts, cut to what it shows and drawn as coarsely as it may be.

use super::{Plane, whole};
use crate::places::Places;
use masthead_gazetteer::coast::{Coast, Line, View};
use serde::Serialize;
use std::fmt::Write as _;

/// The least that has outlines, in degrees of latitude: they are kilometres off, and nearer by that would put towns into
/// the sea.
const LEAST: f64 = 0.6;
/// The most characters of both outlines; a map is weighed with its page.
const MOST: usize = 14_000;
/// Units of the drawing by which a point has to be off the one before, at first; doubled until the outlines are short
/// enough.
const STEP: f64 = 1.5;
/// How often it is doubled: what is too long then has no outlines.
const STEPS: usize = 8;
/// Land of less than so many square units isn't seen.
const LEAST_AREA: f64 = 2.0;
/// Units around the drawing to which outlines are cut, so that the cut isn't seen.
const MARGIN: f64 = 8.0;

/// Land and borders as data of paths.
#[derive(Serialize)]
pub(super) struct Ground {
    land: String,
    /// Empty where no countries meet.
    borders: String,
    /// Whether any of it is from the outlines of the world, which want to be credited.
    of_world: bool,
}

/// What lies under a map: the world as far as it is shown and not too near, and the publisher's own regions that have a
/// shape. `None` where there is no land.
pub(super) fn draw(places: &Places, plane: &Plane, width: f64, height: f64) -> Option<Ground> {
    let (tall, wide) = (height / plane.scale, width / plane.scale / plane.shrink);
    let view = View {
        west: plane.west,
        south: plane.north - tall,
        east: plane.west + wide,
        north: plane.north,
    };
    let drawn = |line: Line| -> Line {
        let points = line.into_iter();
        points.map(|(lon, lat)| plane.place(lon, lat)).collect()
    };
    let frame = Frame {
        right: width + MARGIN,
        bottom: height + MARGIN,
    };
    let seen = |ring: Line| Some(frame.cut_ring(ring)).filter(|ring| area(ring) > LEAST_AREA);
    let coast = Some(Coast::shipped()).filter(|_| tall >= LEAST);
    let mut rings: Vec<Line> = Vec::new();
    let mut lines: Vec<Line> = Vec::new();
    if let Some(coast) = coast {
        rings.extend(coast.land(view).filter_map(|ring| seen(drawn(ring))));
        lines.extend(coast.borders(view).flat_map(|line| frame.cut_line(&drawn(line))));
    }
    let of_world = !rings.is_empty();
    let shapes = places.outlines();
    rings.extend(shapes.filter_map(|ring| seen(ring.into_iter().map(|point| plane.at(point)).collect())));
    if rings.is_empty() {
        return None;
    }
    let drawn = |step: f64| Ground {
        land: rings.iter().map(|ring| path(ring, step, true)).collect(),
        borders: lines.iter().map(|line| path(line, step, false)).collect(),
        of_world,
    };
    let steps = std::iter::successors(Some(STEP), |step| Some(step * 2.0)).take(STEPS);
    steps
        .map(drawn)
        .find(|ground| ground.land.len() + ground.borders.len() <= MOST)
}

/// The drawing with its margin; left and top are at [`MARGIN`] before zero.
struct Frame {
    right: f64,
    bottom: f64,
}

/// An edge of the frame: which coordinate it cuts, where, and whether what is kept lies above.
type Edge = (bool, f64, bool);

impl Frame {
    fn edges(&self) -> [Edge; 4] {
        [
            (true, -MARGIN, true),
            (true, self.right, false),
            (false, -MARGIN, true),
            (false, self.bottom, false),
        ]
    }

    fn holds(&self, (x, y): (f64, f64)) -> bool {
        (-MARGIN..=self.right).contains(&x) && (-MARGIN..=self.bottom).contains(&y)
    }

    /// The part of an area in the frame (Sutherland and Hodgman): it follows the edge where it was cut.
    fn cut_ring(&self, mut ring: Line) -> Line {
        for edge in self.edges() {
            let Some(mut before) = ring.last().copied() else { break };
            let mut kept = Line::with_capacity(ring.len() + 4);
            for point in ring {
                if is_inside(point, edge) != is_inside(before, edge) {
                    kept.push(crossing(before, point, edge));
                }
                if is_inside(point, edge) {
                    kept.push(point);
                }
                before = point;
            }
            ring = kept;
        }
        ring
    }

    /// The parts of a line in the frame, each with one point beyond it.
    fn cut_line(&self, line: &[(f64, f64)]) -> Vec<Line> {
        let mut parts: Vec<Line> = Vec::new();
        let mut is_open = false;
        for pair in line.windows(2) {
            let [a, b] = pair else { continue };
            if !self.holds(*a) && !self.holds(*b) {
                is_open = false;
                continue;
            }
            match parts.last_mut() {
                Some(part) if is_open => part.push(*b),
                _ => parts.push(vec![*a, *b]),
            }
            is_open = true;
        }
        parts
    }
}

fn is_inside((x, y): (f64, f64), (across, at, above): Edge) -> bool {
    let value = if across { x } else { y };
    if above { value >= at } else { value <= at }
}

/// What a ring encloses. One that passes the frame by is left with nothing but a way along its edges.
fn area(ring: &[(f64, f64)]) -> f64 {
    let ends = ring.iter().zip(ring.iter().cycle().skip(1));
    let twice: f64 = ends.map(|((x1, y1), (x2, y2))| x1 * y2 - x2 * y1).sum();
    twice.abs() / 2.0
}

/// Where the way between two points, of which one is inside, meets the edge.
fn crossing(a: (f64, f64), b: (f64, f64), (across, at, _): Edge) -> (f64, f64) {
    let (from, to) = if across { (a.0, b.0) } else { (a.1, b.1) };
    let share = (at - from) / (to - from);
    let between = |from: f64, to: f64| (to - from).mul_add(share, from);
    if across {
        (at, between(a.1, b.1))
    } else {
        (between(a.0, b.0), at)
    }
}

/// A path in steps of whole numbers, without points that lie closer than `step` to the one before. An island that comes
/// to less than three points isn't seen.
fn path(line: &[(f64, f64)], step: f64, closed: bool) -> String {
    let mut points: Vec<(i64, i64)> = Vec::new();
    let mut last: Option<(f64, f64)> = None;
    for (at, (x, y)) in line.iter().copied().enumerate() {
        let is_end = !closed && at + 1 == line.len();
        if let Some((before_x, before_y)) = last
            && !is_end
            && (x - before_x).hypot(y - before_y) < step
        {
            continue;
        }
        last = Some((x, y));
        points.push((whole(x), whole(y)));
    }
    points.dedup();
    if points.len() < if closed { 3 } else { 2 } {
        return String::new();
    }
    let mut d = String::with_capacity(points.len() * 6);
    let mut before: Option<(i64, i64)> = None;
    for (x, y) in points {
        let written = match before {
            None => write!(d, "M{x} {y}l"),
            // A minus parts numbers as well as a space does.
            Some((before_x, before_y)) => {
                let (dx, dy) = (x - before_x, y - before_y);
                let first = if d.ends_with('l') || dx < 0 { "" } else { " " };
                let second = if dy < 0 { "" } else { " " };
                write!(d, "{first}{dx}{second}{dy}")
            }
        };
        if written.is_err() {
            break;
        }
        before = Some((x, y));
    }
    if closed {
        d.push('z');
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::Region;

    fn plane(west: f64, north: f64, tall: f64) -> Plane {
        Plane {
            west,
            north,
            shrink: 0.6,
            scale: 400.0 / tall,
            turned: false,
        }
    }

    /// The numbers of a path, added up to places.
    fn places(d: &str) -> Vec<(i64, i64)> {
        let mut places = Vec::new();
        for part in d.split(['M', 'z']).filter(|part| !part.is_empty()) {
            let mut numbers: Vec<i64> = Vec::new();
            for word in part.replace('-', " -").split([' ', 'l']) {
                numbers.extend(word.parse::<i64>());
            }
            let mut at = (0, 0);
            for pair in numbers.chunks(2) {
                at = (at.0 + pair[0], at.1 + pair[1]);
                places.push(at);
            }
        }
        places
    }

    #[test]
    fn land_is_cut_to_the_map_and_short() {
        for (west, north, tall) in [(8.0, 55.5, 3.0), (-12.0, 60.0, 25.0), (-30.0, 75.0, 60.0)] {
            let ground = draw(&Places::default(), &plane(west, north, tall), 640.0, 400.0).unwrap();
            assert!(ground.land.len() + ground.borders.len() <= MOST);
            for (x, y) in places(&ground.land) {
                assert!((-10..=650).contains(&x) && (-10..=410).contains(&y), "{x} {y}");
            }
            assert!(!ground.borders.is_empty(), "{west}");
        }
    }

    #[test]
    fn a_map_of_the_sea_or_of_a_town_has_no_ground() {
        assert!(draw(&Places::default(), &plane(2.0, 56.5, 1.0), 640.0, 400.0).is_none());
        assert!(draw(&Places::default(), &plane(13.0, 52.6, 0.3), 640.0, 400.0).is_none());
        assert!(
            draw(&Places::default(), &plane(13.0, 52.6, 0.7), 640.0, 400.0).is_some(),
            "inland"
        );
    }

    #[test]
    fn a_region_with_a_shape_is_land_however_near_it_is_seen() {
        let island = Region {
            number: 1,
            name: "Skerry".to_owned(),
            latitude: 56.0,
            longitude: 3.0,
            radius_km: 8.0,
            zone: String::new(),
            outline: vec![[55.9, 2.9], [56.1, 2.9], [56.1, 3.1], [55.9, 3.1]],
        };
        let places = Places::new(vec![island], Vec::new(), "");
        for tall in [0.4, 1.0] {
            let ground = draw(&places, &plane(2.5, 56.2, tall), 640.0, 400.0).unwrap();
            assert!(ground.land.starts_with('M') && !ground.of_world, "{}", ground.land);
        }
        assert!(
            draw(&places, &plane(2.5, 54.9, 1.0), 640.0, 400.0).is_none(),
            "elsewhere"
        );
        assert!(draw(&places, &plane(8.0, 55.5, 3.0), 640.0, 400.0).unwrap().of_world);
    }

    #[test]
    fn what_fills_the_map_is_its_frame() {
        let inland = draw(&Places::default(), &plane(25.0, 50.0, 1.0), 640.0, 400.0).unwrap();
        let corners = places(&inland.land);
        assert!(
            corners.contains(&(-8, -8)) && corners.contains(&(648, 408)),
            "{}",
            inland.land
        );
    }
}
