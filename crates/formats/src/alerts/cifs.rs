//! Waze's Closure and Incident Feed Specification, in JSON and in XML, which have the same fields under the same names.

use super::{AlertFormat, Bulletin, json, text};
use crate::html::note;
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Status, Urgency};
use serde_json::{Map, Value};

/// How deep fields of an incident stand in each other; the specification's own are two deep.
const DEEPEST: usize = 4;

/// Reads the incidents of a feed, which lists all that hold.
pub(super) fn read(
    incidents: &[Value],
    document: Option<Fields<'_>>,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Bulletin {
    let mut bulletin = Bulletin::new(AlertFormat::Cifs);
    bulletin.made =
        document.and_then(|document| json::moment(document, &["timestamp", "updatetime"], "document", ctx, problems));
    for (number, value) in incidents.iter().enumerate().take(super::MOST_ALERTS + 1) {
        let at = format!("incident {}", number + 1);
        match Fields::of(value) {
            Some(incident) => bulletin.alerts.push(read_incident(incident, &at, ctx, problems)),
            None => note(problems, &at, "it is no object"),
        }
    }
    bulletin.is_whole = true;
    bulletin
}

/// Reads the incidents of a feed in XML.
pub(super) fn read_xml(root: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Bulletin {
    let incidents: Vec<Value> = root
        .all("incident")
        .take(super::MOST_ALERTS + 1)
        .map(|node| Value::Object(object(node, DEEPEST)))
        .collect();
    let mut head = Map::new();
    head.extend(root.word("timestamp").map(|made| ("timestamp".to_owned(), made.into())));
    read(&incidents, Some(Fields(&head)), ctx, problems)
}

/// An element's fields: its children, and the identity that it has as an attribute.
fn object(node: Node<'_>, deep: usize) -> Map<String, Value> {
    let mut fields = Map::new();
    fields.extend(node.word("id").map(|id| ("id".to_owned(), id.into())));
    let Some(deep) = deep.checked_sub(1) else { return fields };
    for child in node.elements() {
        let value = if child.elements().next().is_some() {
            Value::Object(object(child, deep))
        } else {
            Value::String(child.raw_text().trim().to_owned())
        };
        fields.entry(child.name().to_owned()).or_insert(value);
    }
    fields
}

fn read_incident(incident: Fields<'_>, at: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Alert {
    // Some writers put street and polyline into an object of their own.
    let place = incident.get(&["location"]).and_then(Fields::of).unwrap_or(incident);
    let source = incident.get(&["source"]).and_then(Fields::of);
    let kind = incident.line(&["type"]).unwrap_or_default();
    let shapes = place.get(&["polyline"]).map(polyline).unwrap_or_default();
    if shapes.is_empty() {
        note(problems, at, "a polyline without a point");
    }
    let area = Area {
        name: json::line(place, &["street"]).unwrap_or_default(),
        codes: Vec::new(),
        shapes,
    };
    let event = text::words(&incident.line(&["subtype"]).unwrap_or_else(|| kind.clone()));
    let headline = match area.name.as_str() {
        "" => text::capital(&event),
        street => format!("{}: {street}", text::capital(&event)),
    };
    let info = Info {
        part: None,
        language: None,
        event,
        urgency: Urgency::Unknown,
        severity: match kind.as_str() {
            "ROAD_CLOSED" => Severity::Severe,
            "ACCIDENT" => Severity::Moderate,
            "" => Severity::Unknown,
            _ => Severity::Minor,
        },
        certainty: Certainty::Observed,
        effective: None,
        onset: json::moment(incident, &["starttime"], at, ctx, problems),
        expires: json::moment(incident, &["endtime"], at, ctx, problems),
        sender_name: source.map_or_else(
            || json::line(incident, &["source", "name"]),
            |source| json::line(source, &["name"]),
        ),
        headline: Some(headline).filter(|headline| !headline.is_empty()),
        description: json::lines(incident, &["description"]),
        instruction: None,
        web: None,
        areas: text::areas(area),
    };
    Alert {
        identifier: json::line(incident, &["id"]).unwrap_or_default(),
        sender: json::line(incident, &["reference"])
            .or_else(|| json::line(source?, &["name"]))
            .unwrap_or_default(),
        sent: json::moment(incident, &["updatetime", "creationtime"], at, ctx, problems),
        kind: Kind::Traffic,
        status: Status::Actual,
        message: Message::Alert,
        is_public: true,
        references: Vec::new(),
        infos: vec![info],
    }
}

/// A polyline is `lat lon lat lon …` in one text; a list of numbers is met too.
fn polyline(value: &Value) -> Vec<masthead_domain::alerts::Shape> {
    let points = match value {
        Value::String(written) => text::positions(written),
        Value::Array(numbers) => {
            let numbers: Vec<f64> = numbers.iter().filter_map(Value::as_f64).collect();
            text::pairs(&numbers, masthead_domain::places::Point::new)
        }
        _ => Vec::new(),
    };
    text::path(points).into_iter().collect()
}
