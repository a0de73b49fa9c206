//! OASIS Common Alerting Protocol 1.0, 1.1 and 1.2.
//!
//! The three versions differ in what is required and in a few words; one reader takes them all. What the specification
//! requires and a message lacks is a problem, and the message is kept as far as it goes.

use super::{AlertFormat, Bulletin, text};
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::alerts::{
    Alert, Area, Certainty, Info, Kind, Message, Reference, Severity, Shape, Status, Urgency,
};
use masthead_domain::places::Point;

/// Namespaces of the versions, as far as they matter.
const OLDEST: &str = "http://www.incident.com/cap/1.0";

/// The `alert` elements in a document, none inside another.
pub(super) fn alerts(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::once(root)
        .chain(root.descendants())
        .filter(|node| node.is("alert") && (node.child("identifier").is_some() || node.child("msgType").is_some()))
}

/// Reads a message, or an envelope around one or more.
pub(super) fn read(root: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Bulletin {
    let mut bulletin = Bulletin::new(AlertFormat::Cap);
    // EDXL-DE, section 3.2: what the envelope says of its distribution holds for what is in it.
    let envelope = root
        .child_text("distributionStatus")
        .and_then(|word| Status::parse(&word));
    bulletin.made = root
        .child_text("dateTimeSent")
        .and_then(|text| crate::dates::moment(&text, ctx));
    for node in alerts(root).take(super::MOST_ALERTS + 1) {
        let mut alert = message(node, ctx, problems);
        if let Some(status) = envelope.filter(|status| *status != Status::Actual) {
            alert.status = status;
        }
        bulletin.alerts.push(alert);
    }
    bulletin
}

/// Reads one `alert` element.
pub(super) fn message(node: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Alert {
    let identifier = text::line_of(node, "identifier").unwrap_or_default();
    let at = format!("alert {identifier}");
    let at = crate::xml::cut_at(&at, 120);
    for name in ["identifier", "sender", "sent", "status", "msgType"] {
        if node.child_text(name).is_none() {
            note(problems, at, format!("{name} is missing or empty"));
        }
    }
    let is_oldest = node.attr("xmlns").is_some_and(|address| address == OLDEST);
    if node.child_text("scope").is_none() && !is_oldest {
        note(problems, at, "scope is missing or empty");
    }
    let message = word(node, "msgType", at, problems, Message::parse).unwrap_or_default();
    let mut alert = Alert {
        sender: text::line_of(node, "sender").unwrap_or_default(),
        sent: text::moment(node.child_text("sent").as_deref(), at, ctx, problems),
        kind: Kind::Emergency,
        status: word(node, "status", at, problems, Status::parse).unwrap_or_default(),
        message,
        // A missing scope is read as the public one: leaving it out is a common fault, and nobody sends a restricted
        // message without the word that restricts it.
        is_public: node
            .child_text("scope")
            .is_none_or(|scope| scope.eq_ignore_ascii_case("public")),
        references: references(node, at, ctx, problems),
        infos: Vec::new(),
        identifier,
    };
    for (number, info) in node.all("info").enumerate().take(200) {
        alert
            .infos
            .push(read_info(info, &format!("{at}, info {}", number + 1), ctx, problems));
    }
    alert
}

/// A word of a list, with a problem where it is none of it.
fn word<T>(
    node: Node<'_>,
    name: &str,
    at: &str,
    problems: &mut Vec<Problem>,
    parse: impl Fn(&str) -> Option<T>,
) -> Option<T> {
    let written = node.child_text(name)?;
    let found = parse(&written);
    if found.is_none() {
        note(
            problems,
            at,
            format!(
                "{name} is no word of the specification: {}",
                crate::xml::cut_at(&written, 60)
            ),
        );
    }
    found
}

/// The messages that a message names: `sender,identifier,sent`, parted by white space, or by commas alone as some do.
/// Senders with spaces in their names are against the specification and not rare.
fn references(node: Node<'_>, at: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Vec<Reference> {
    let Some(element) = node.child("references") else {
        return Vec::new();
    };
    let Some(written) = element.text() else {
        note(problems, at, "references is there and empty");
        return Vec::new();
    };
    let groups: Vec<Vec<&str>> = written
        .split_ascii_whitespace()
        .take(1000)
        .map(|group| group.split(',').map(str::trim).collect())
        .collect();
    // Names with spaces in them take the groups apart; what stands between the commas is whole then.
    let is_apart = groups.iter().any(|group| group.len() % 3 != 0);
    let triples = match is_apart.then(|| between_commas(&written)).flatten() {
        Some(triples) => triples,
        None => groups
            .iter()
            .flat_map(|group| group.chunks(3))
            .map(<[&str]>::to_vec)
            .collect(),
    };
    let mut found = Vec::new();
    for triple in triples {
        match triple.as_slice() {
            [sender, identifier, sent] if !identifier.is_empty() => found.push(Reference {
                sender: (*sender).to_owned(),
                identifier: (*identifier).to_owned(),
                sent: text::moment(Some(sent), at, ctx, problems),
            }),
            other => note(
                problems,
                at,
                format!(
                    "references holds what names no message: {}",
                    crate::xml::cut_at(&other.join(","), 80)
                ),
            ),
        }
    }
    found
}

/// Triples whose names hold spaces: after each moment, which has none, the next sender begins. `None` where what stands
/// in the moments' places begins with no year.
fn between_commas(written: &str) -> Option<Vec<Vec<&str>>> {
    let mut triples = Vec::new();
    let mut rest = written.trim();
    while !rest.is_empty() && triples.len() < 1000 {
        let (sender, after) = rest.split_once(',')?;
        let (identifier, after) = after.split_once(',')?;
        let after = after.trim_start();
        let end = after
            .find(|char: char| char.is_whitespace() || char == ',')
            .unwrap_or(after.len());
        let (sent, after) = after.split_at_checked(end)?;
        let has_year = sent
            .get(..4)
            .is_some_and(|year| year.bytes().all(|byte| byte.is_ascii_digit()));
        if !has_year {
            return None;
        }
        triples.push(vec![sender.trim(), identifier.trim(), sent]);
        rest = after.trim_start_matches(|char: char| char.is_whitespace() || char == ',');
    }
    Some(triples)
}

fn read_info(node: Node<'_>, at: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Info {
    for name in ["event", "urgency", "severity", "certainty"] {
        if node.child_text(name).is_none() {
            note(problems, at, format!("{name} is missing or empty"));
        }
    }
    let certainty = |word: &str| {
        // CAP 1.0 had one step more.
        Certainty::parse(word).or_else(|| word.eq_ignore_ascii_case("very likely").then_some(Certainty::Likely))
    };
    let moment =
        |name: &str, problems: &mut Vec<Problem>| text::moment(node.child_text(name).as_deref(), at, ctx, problems);
    Info {
        part: None,
        language: node.child_text("language"),
        event: text::line_of(node, "event").unwrap_or_default(),
        urgency: word(node, "urgency", at, problems, Urgency::parse).unwrap_or_default(),
        severity: word(node, "severity", at, problems, Severity::parse).unwrap_or_default(),
        certainty: word(node, "certainty", at, problems, certainty).unwrap_or_default(),
        effective: moment("effective", problems),
        onset: moment("onset", problems),
        expires: moment("expires", problems),
        sender_name: text::line_of(node, "senderName"),
        headline: text::line_of(node, "headline"),
        description: text::lines_of(node, "description"),
        instruction: text::lines_of(node, "instruction"),
        web: node
            .child_text("web")
            .and_then(|web| links::web(&web, &Base::new(ctx.origin))),
        areas: node
            .all("area")
            .take(5000)
            .map(|area| read_area(area, at, problems))
            .collect(),
    }
}

fn read_area(node: Node<'_>, at: &str, problems: &mut Vec<Problem>) -> Area {
    let name = text::line_of(node, "areaDesc").unwrap_or_default();
    if name.is_empty() {
        note(problems, at, "an area without areaDesc");
    }
    let mut area = Area {
        name,
        ..Area::default()
    };
    for part in node.elements() {
        match part.name() {
            "polygon" => match ring(&part.raw_text()) {
                Ok(shape) => area.shapes.push(shape),
                Err(why) => note(problems, at, why),
            },
            "circle" => match circle(&part.raw_text()) {
                Some(shape) => area.shapes.push(shape),
                None => note(problems, at, "a circle that can't be read"),
            },
            "geocode" => {
                let (scheme, code) = (part.child_text("valueName"), part.child_text("value"));
                if let Some(code) = code.filter(|_| area.codes.len() < 2000) {
                    area.codes.push((scheme.unwrap_or_default(), code));
                }
            }
            _ => {}
        }
    }
    area
}

/// A polygon as CAP writes it: `lat,lon lat,lon …`.
pub(super) fn ring(written: &str) -> Result<Shape, &'static str> {
    let points = text::positions(written);
    if points.is_empty() {
        return Err("a polygon without a point");
    }
    text::polygon(points).ok_or("a polygon without an inside")
}

/// A circle as CAP writes it: `lat,lon radius`, in kilometres.
pub(super) fn circle(written: &str) -> Option<Shape> {
    match text::numbers(written).as_slice() {
        [lat, lon, radius] if *radius >= 0.0 && *radius <= 20_100.0 => Some(Shape::Circle {
            center: Point::turned(*lat, *lon)?,
            radius_km: *radius,
        }),
        _ => None,
    }
}
