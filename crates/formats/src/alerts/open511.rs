//! Open511 events in JSON; those in XML are brought into the same form by [`super::open511_xml`].

use super::{AlertFormat, Bulletin, geojson, json, text};
use crate::html::note;
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext};
use jiff::tz::TimeZone;
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Shape, Status, Urgency};
use masthead_domain::time::Timestamp;
use serde_json::Value;

/// Reads the events of an answer.
pub(super) fn read(
    events: &[Value],
    document: Option<Fields<'_>>,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Bulletin {
    let mut bulletin = Bulletin::new(AlertFormat::Open511);
    for (number, value) in events.iter().enumerate().take(super::MOST_ALERTS + 1) {
        match Fields::of(value) {
            Some(event) => {
                let shapes = event.get(&["geography", "geometry"]).map(geojson::shapes);
                let at = format!("event {}", number + 1);
                let alert = read_event(event, shapes.unwrap_or_default(), &at, ctx, problems);
                bulletin.alerts.push(alert);
            }
            None => note(problems, &format!("event {}", number + 1), "it is no object"),
        }
    }
    // A page of many says where the next one is; it is not all.
    let next = document
        .and_then(|document| document.get(&["pagination"]))
        .and_then(Fields::of)
        .and_then(|pagination| pagination.line(&["next_url"]));
    bulletin.is_whole = next.is_none();
    bulletin
}

/// Reads an event that holds in these shapes.
pub(super) fn read_event(
    event: Fields<'_>,
    shapes: Vec<Shape>,
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Alert {
    // Times of schedules have no offset; a zone that there is none of leaves them to the source's own.
    let zone = event.line(&["timezone"]);
    let zone = zone.as_deref().filter(|zone| TimeZone::get(zone).is_ok());
    let ctx = &ReadContext {
        zone: zone.or(ctx.zone),
        ..ctx.clone()
    };
    let roads: Vec<Fields<'_>> = event.list(&["roads"]).iter().filter_map(Fields::of).take(50).collect();
    let mut names: Vec<String> = roads.iter().map(|road| stretch(*road)).collect();
    names.extend(
        event
            .list(&["areas"])
            .iter()
            .filter_map(Fields::of)
            .filter_map(|area| area.line(&["name"])),
    );
    let area = Area {
        name: text::names(names.iter().map(String::as_str)),
        codes: Vec::new(),
        shapes,
    };
    let kinds = json::texts(event, &["event_subtypes"]);
    let kind = kinds.first().cloned().or_else(|| event.line(&["event_type"]));
    let (onset, expires) = schedule(event, at, ctx, problems);
    let info = Info {
        part: None,
        language: event.line(&["language"]),
        event: text::words(&kind.unwrap_or_default()),
        urgency: Urgency::Unknown,
        severity: match event.line(&["severity"]).as_deref() {
            Some("MAJOR") => Severity::Severe,
            Some("MODERATE") => Severity::Moderate,
            Some("MINOR") => Severity::Minor,
            _ => Severity::Unknown,
        },
        certainty: event
            .line(&["certainty"])
            .and_then(|word| Certainty::parse(&word))
            .unwrap_or_default(),
        effective: None,
        onset,
        expires,
        sender_name: None,
        headline: json::line(event, &["headline"]),
        description: json::lines(event, &["description"]),
        instruction: json::lines(event, &["detour"]),
        web: None,
        areas: text::areas(area),
    };
    Alert {
        identifier: json::line(event, &["id", "url"]).unwrap_or_default(),
        sender: json::line(event, &["jurisdiction_url"]).unwrap_or_default(),
        sent: json::moment(event, &["updated", "created"], at, ctx, problems),
        kind: Kind::Traffic,
        status: Status::Actual,
        message: match event.line(&["status"]).as_deref() {
            Some("ARCHIVED") => Message::Cancel,
            _ => Message::Alert,
        },
        is_public: true,
        references: Vec::new(),
        infos: vec![info],
    }
}

/// A road with its direction and its ends.
fn stretch(road: Fields<'_>) -> String {
    let name = road.line(&["name"]).unwrap_or_default();
    let direction = road
        .line(&["direction"])
        .filter(|direction| direction != "NONE" && direction != "BOTH");
    let named = [Some(name), direction]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    match (road.line(&["from"]), road.line(&["to"])) {
        (Some(from), Some(to)) => format!("{named} ({from} – {to})"),
        (Some(one), None) | (None, Some(one)) => format!("{named} ({one})"),
        (None, None) => named,
    }
}

/// When it begins and ends: over intervals, or over schedules that recur.
fn schedule(
    event: Fields<'_>,
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> (Option<Timestamp>, Option<Timestamp>) {
    let (mut start, mut end, mut is_open, mut seen) = (None, None, false, false);
    let mut take = |from: Option<Timestamp>, to: Option<Timestamp>| {
        start = if seen { Ord::min(start, from) } else { from };
        end = Ord::max(end, to);
        is_open |= to.is_none();
        seen = true;
    };
    for schedule in event.list(&["schedule", "schedules"]).iter().filter_map(Fields::of) {
        for interval in json::texts(schedule, &["intervals"]) {
            let (from, to) = interval.split_once('/').unwrap_or((interval.as_str(), ""));
            let from = text::moment(Some(from), at, ctx, problems);
            take(from, text::moment(Some(to), at, ctx, problems));
        }
        let recurring = schedule.list(&["recurring_schedules"]).iter().filter_map(Fields::of);
        // The first version of the specification had the dates right here.
        for dates in recurring.chain(schedule.get(&["start_date"]).map(|_| schedule)) {
            let from = json::moment(dates, &["start_date"], at, ctx, problems);
            let to = json::moment(dates, &["end_date"], at, ctx, problems);
            // A day alone is meant to its end.
            take(from, to.map(|to| to.plus_seconds(86_399)));
        }
    }
    (start, end.filter(|_| !is_open))
}
