//! Makes the file of outlines from `countries-50m.json` of the npm package `world-atlas`, which is TopoJSON of Natural
//! Earth; run by `cargo xtask coast`. `crates/gazetteer/src/coast.rs` says how the file is laid out.

use anyhow::{Context as _, bail};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

/// Points that lie nearer to the line without them are left out, in degrees.
const TOLERANCE: f64 = 0.01;
/// Units of a degree.
const UNITS: f64 = 100.0;

type Line = Vec<(f64, f64)>;

fn main() -> anyhow::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let [source, target] = files.as_slice() else {
        bail!("name the files: countries-50m.json and the file to write");
    };
    let topology: Value = serde_json::from_str(&fs::read_to_string(source).with_context(|| source.clone())?)?;
    let arcs = arcs(&topology)?;
    let mut rings = Vec::new();
    let all_land = topology.pointer("/objects/land").context("no land")?;
    for_rings(all_land, &mut |ring| {
        rings.push(
            ring.iter()
                .map(|arc| arc.as_i64().unwrap_or_default())
                .collect::<Vec<i64>>(),
        );
    });
    let land: Vec<Line> = rings
        .iter()
        .map(|ring| simplified(&closed(unbroken(joined(ring, &arcs)))))
        .filter(|ring| ring.len() > 3)
        .collect();
    let borders: Vec<Line> = shared(&topology)
        .into_iter()
        .filter_map(|arc| arcs.get(arc))
        .map(|line| simplified(&unbroken(line.clone())))
        .collect();
    let mut bytes = Vec::new();
    let mut at = (0, 0);
    write(&land, &mut at, &mut bytes);
    write(&borders, &mut at, &mut bytes);
    let packed = zstd::encode_all(bytes.as_slice(), 22)?;
    fs::write(target, &packed)?;
    println!(
        "{} rings, {} borders in {} bytes",
        land.len(),
        borders.len(),
        packed.len()
    );
    Ok(())
}

/// The arcs in degrees: they are kept as steps on a grid.
fn arcs(topology: &Value) -> anyhow::Result<Vec<Line>> {
    let number = |value: &Value| value.as_f64().context("no number");
    let transform = |path: &str| number(topology.pointer(path).context("no transform")?);
    let (scale, translate) = (
        (transform("/transform/scale/0")?, transform("/transform/scale/1")?),
        (
            transform("/transform/translate/0")?,
            transform("/transform/translate/1")?,
        ),
    );
    let arcs = topology["arcs"].as_array().context("no arcs")?;
    arcs.iter()
        .map(|arc| {
            let mut at = (0.0, 0.0);
            let steps = arc.as_array().context("an arc that is no list")?;
            steps
                .iter()
                .map(|step| {
                    at = (at.0 + number(&step[0])?, at.1 + number(&step[1])?);
                    Ok((at.0 * scale.0 + translate.0, at.1 * scale.1 + translate.1))
                })
                .collect()
        })
        .collect()
}

/// Each ring of an object, as the numbers of its arcs.
fn for_rings(object: &Value, each: &mut impl FnMut(&[Value])) {
    for part in object["geometries"].as_array().into_iter().flatten() {
        for_rings(part, each);
    }
    let rings = |polygon: &Value| polygon.as_array().cloned().unwrap_or_default();
    let polygons = match object["type"].as_str() {
        Some("Polygon") => vec![object["arcs"].clone()],
        Some("MultiPolygon") => rings(&object["arcs"]),
        _ => Vec::new(),
    };
    for ring in polygons.iter().flat_map(rings) {
        each(ring.as_array().map(Vec::as_slice).unwrap_or_default());
    }
}

/// A ring of its arcs; one with a negative number runs the other way, and its number is the complement.
fn joined(ring: &[i64], arcs: &[Line]) -> Line {
    let mut line = Line::new();
    for number in ring {
        let is_turned = *number < 0;
        let at = if is_turned { !*number } else { *number };
        let Some(arc) = usize::try_from(at).ok().and_then(|at| arcs.get(at)) else {
            continue;
        };
        line.pop();
        if is_turned {
            line.extend(arc.iter().rev());
        } else {
            line.extend(arc);
        }
    }
    line
}

/// A line that goes on beyond the antimeridian where it jumped to the other side of the map.
fn unbroken(mut line: Line) -> Line {
    let (mut turn, mut before) = (0.0, None);
    for point in &mut line {
        let lon = point.0;
        match before {
            Some(before) if lon - before > 180.0 => turn -= 360.0,
            Some(before) if before - lon > 180.0 => turn += 360.0,
            _ => {}
        }
        before = Some(lon);
        point.0 += turn;
    }
    line
}

/// A ring around the pole ends a turn further than it began: it is closed along the south.
fn closed(mut ring: Line) -> Line {
    if let (Some(first), Some(last)) = (ring.first().copied(), ring.last().copied())
        && (last.0 - first.0).abs() > 180.0
    {
        ring.extend([(last.0, -90.0), (first.0, -90.0), first]);
    }
    ring
}

/// The arcs that two countries have in common.
fn shared(topology: &Value) -> Vec<usize> {
    let mut owners: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let countries = topology.pointer("/objects/countries/geometries");
    let countries = countries.and_then(Value::as_array);
    for (country, object) in countries.into_iter().flatten().enumerate() {
        for_rings(object, &mut |ring| {
            for number in ring.iter().filter_map(Value::as_i64) {
                if let Ok(arc) = usize::try_from(if number < 0 { !number } else { number }) {
                    owners.entry(arc).or_default().push(country);
                }
            }
        });
    }
    let several = |owners: &Vec<usize>| owners.iter().any(|owner| Some(owner) != owners.first());
    owners
        .into_iter()
        .filter(|(_, owners)| several(owners))
        .map(|(arc, _)| arc)
        .collect()
}

/// The line without the points that don't show (Ramer, Douglas and Peucker).
fn simplified(line: &[(f64, f64)]) -> Line {
    let mut kept = vec![false; line.len()];
    let mut waiting = vec![(0, line.len().saturating_sub(1))];
    while let Some((from, to)) = waiting.pop() {
        for end in [from, to] {
            if let Some(kept) = kept.get_mut(end) {
                *kept = true;
            }
        }
        let (Some(a), Some(b)) = (line.get(from), line.get(to)) else {
            continue;
        };
        let far = (from + 1..to)
            .filter_map(|at| Some((at, distance(*line.get(at)?, *a, *b))))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((at, far)) = far
            && far > TOLERANCE
        {
            waiting.extend([(from, at), (at, to)]);
        }
    }
    let points = line.iter().zip(kept).filter(|(_, kept)| *kept);
    points.map(|(point, _)| *point).collect()
}

fn distance(point: (f64, f64), a: (f64, f64), b: (f64, f64)) -> f64 {
    let (wide, tall) = (b.0 - a.0, b.1 - a.1);
    let length = wide.hypot(tall);
    if length == 0.0 {
        return (point.0 - a.0).hypot(point.1 - a.1);
    }
    (wide * (a.1 - point.1) - (a.0 - point.0) * tall).abs() / length
}

fn write(lines: &[Line], at: &mut (i64, i64), out: &mut Vec<u8>) {
    number(lines.len() as u64, out);
    for line in lines {
        number(line.len() as u64, out);
        for (lon, lat) in line {
            let to = ((lon * UNITS).round() as i64, (lat * UNITS).round() as i64);
            for step in [to.0 - at.0, to.1 - at.1] {
                number(((step << 1) ^ (step >> 63)).cast_unsigned(), out);
            }
            *at = to;
        }
    }
}

fn number(mut number: u64, out: &mut Vec<u8>) {
    while number > 127 {
        out.push((number & 127) as u8 | 128);
        number >>= 7;
    }
    out.push(number as u8);
}
