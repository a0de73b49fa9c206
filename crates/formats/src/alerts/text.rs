//! What the readers of alerts share: texts with their lines kept, coordinates in a row, words made of codes.

use crate::html::note;
use crate::problem::{Problem, ReadContext};
use crate::xml::{Node, cut_at, is_allowed, squeeze};
use masthead_domain::alerts::{Alert, Area, Shape};
use masthead_domain::places::Point;
use masthead_domain::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// The longest text that is kept of one field, in bytes: warnings are read standing up.
const LONGEST: usize = 16 << 10;
/// The longest line, in bytes.
const LONGEST_LINE: usize = 1 << 10;
/// The most points of one shape; a coast of that detail says nothing more on a map.
const MOST_POINTS: usize = 20_000;

/// One line of text.
pub(super) fn line(text: &str) -> Option<String> {
    let plain = plain(text);
    let text = squeeze(cut_at(&plain, LONGEST_LINE));
    (!text.is_empty()).then_some(text)
}

/// A text with its lines: each trimmed, no more than one empty line between two.
pub(super) fn lines(text: &str) -> Option<String> {
    let plain = plain(text);
    let mut out = String::new();
    let mut empty = false;
    for line in cut_at(&plain, LONGEST).lines() {
        let line: String = line.trim().chars().filter(|char| is_allowed(*char)).collect();
        if line.is_empty() {
            empty = !out.is_empty();
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty { "\n\n" } else { "\n" });
        }
        empty = false;
        out.push_str(&line);
    }
    (!out.is_empty()).then_some(out)
}

/// Markup that was escaped into a text, as text. Only what looks like tags of HTML: `<` alone is less than.
fn plain(text: &str) -> std::borrow::Cow<'_, str> {
    let lower = |tag: &str| text.contains(tag) || text.contains(&tag.to_ascii_uppercase());
    if ["<br", "<p>", "</", "<img", "<p "].iter().any(|tag| lower(tag)) {
        let text = text.replace('\n', "<br>");
        // The context decides nothing here but bounds.
        let ctx = ReadContext::at(Timestamp::MIN);
        return crate::html::to_plain(&text, &ctx).into();
    }
    text.into()
}

/// The text of a child element with its lines.
pub(super) fn lines_of(node: Node<'_>, name: &str) -> Option<String> {
    node.child(name).and_then(|child| lines(&child.raw_text()))
}

/// The text of a child element in one line.
pub(super) fn line_of(node: Node<'_>, name: &str) -> Option<String> {
    node.child(name).and_then(|child| line(&child.raw_text()))
}

/// A moment, with a problem where one is written that can't be read.
pub(super) fn moment(
    text: Option<&str>,
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Timestamp> {
    let text = text.map(str::trim).filter(|text| !text.is_empty())?;
    let moment = crate::dates::moment(text, ctx);
    if moment.is_none() {
        note(problems, at, format!("no time that can be read: {}", cut_at(text, 80)));
    }
    moment
}

/// Numbers in a row, parted by white space or commas.
pub(super) fn numbers(text: &str) -> Vec<f64> {
    text.split(|char: char| char.is_whitespace() || char == ',' || char == ';')
        .filter(|number| !number.is_empty())
        .take(2 * MOST_POINTS)
        .filter_map(|number| number.parse().ok())
        .collect()
}

/// Points in a row, latitude first, each number parted from the next by whatever the format likes.
pub(super) fn positions(text: &str) -> Vec<Point> {
    pairs(&numbers(text), Point::turned)
}

/// Pairs of numbers as points.
pub(super) fn pairs(numbers: &[f64], point: impl Fn(f64, f64) -> Option<Point>) -> Vec<Point> {
    numbers
        .chunks_exact(2)
        .filter_map(|pair| match pair {
            [first, second] => point(*first, *second),
            _ => None,
        })
        .collect()
}

/// A ring, if it has an inside.
pub(super) fn polygon(points: Vec<Point>) -> Option<Shape> {
    let mut distinct = points.clone();
    distinct.dedup();
    if distinct.len() > 1 && distinct.first() == distinct.last() {
        distinct.pop();
    }
    (distinct.len() >= 3).then_some(Shape::Polygon(points))
}

/// A line, or the point that it shrank to.
pub(super) fn path(mut points: Vec<Point>) -> Option<Shape> {
    points.truncate(MOST_POINTS);
    match points.as_slice() {
        [] => None,
        [point] => Some(Shape::Point(*point)),
        _ => Some(Shape::Line(points)),
    }
}

/// Words of a code: `roadOrCarriagewayOrLaneManagement`, `some-lanes-closed` and `ROAD_CLOSED` alike, in lower case.
pub(super) fn words(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + 8);
    let mut before = ' ';
    for char in cut_at(code, 200).chars() {
        if matches!(char, '_' | '-' | ' ') {
            if !out.ends_with(' ') && !out.is_empty() {
                out.push(' ');
            }
        } else {
            if char.is_uppercase() && before.is_lowercase() {
                out.push(' ');
            }
            out.extend(char.to_lowercase());
        }
        before = char;
    }
    squeeze(&out)
}

/// Words with a capital, as a headline begins.
pub(super) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A language as BCP 47 has it: schemas allow the three letters of ISO 639-2, and some write their country instead.
pub(super) fn language(tag: &str) -> String {
    let lower = tag.trim().to_ascii_lowercase();
    let short = match lower.as_str() {
        "ara" => "ar",
        "baq" | "eus" => "eu",
        "bul" => "bg",
        "cat" => "ca",
        "ces" | "cze" | "cz" => "cs",
        "cym" | "wel" => "cy",
        "dan" | "dk" => "da",
        "deu" | "ger" => "de",
        "ell" | "gre" => "el",
        "eng" => "en",
        "est" => "et",
        "fin" => "fi",
        "fra" | "fre" => "fr",
        "gle" => "ga",
        "glg" => "gl",
        "hrv" => "hr",
        "hun" => "hu",
        "ice" | "isl" => "is",
        "ita" => "it",
        "lav" => "lv",
        "lit" => "lt",
        "ltz" => "lb",
        "dut" | "nld" => "nl",
        "nob" => "nb",
        "nor" => "no",
        "pol" => "pl",
        "por" => "pt",
        "ron" | "rum" => "ro",
        "rus" => "ru",
        "slk" | "slo" => "sk",
        "slv" => "sl",
        "spa" => "es",
        "srp" => "sr",
        "swe" => "sv",
        "tur" => "tr",
        "ukr" => "uk",
        _ if lower.len() == 2 => return lower,
        _ => return tag.trim().to_owned(),
    };
    short.to_owned()
}

/// Names put together, each once, the first few.
pub(super) fn names<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for name in names {
        if !name.is_empty() && !kept.contains(&name) && kept.len() < 8 {
            kept.push(name);
        }
    }
    kept.join(", ")
}

/// The areas of what has one at most: none where nothing is said of it.
pub(super) fn areas(area: Area) -> Vec<Area> {
    if area == Area::default() {
        Vec::new()
    } else {
        vec![area]
    }
}

/// An identity of what an alert says.
pub(super) fn identity_of(alert: &Alert) -> String {
    let mut hash = Sha256::new();
    for info in &alert.infos {
        for part in [Some(info.title()), info.web.as_deref()] {
            hash.update(part.unwrap_or_default().as_bytes());
            hash.update([0]);
        }
        for shape in info.areas.iter().flat_map(|area| &area.shapes) {
            for point in shape.positions() {
                hash.update(point.latitude().to_bits().to_be_bytes());
                hash.update(point.longitude().to_bits().to_be_bytes());
            }
        }
    }
    crate::item::content_identity(hash)
}
