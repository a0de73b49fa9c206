//! Work Zone Data Exchange: feeds of work zones, versions 2 to 4, in GeoJSON, and the standard of Connected Work Zones that
//! came of it, whose names are the same in camel case.

use super::{AlertFormat, Bulletin, geojson, json, text};
use crate::html::note;
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext, Unreadable};
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Severity, Status, Urgency};
use serde_json::Value;

/// Reads a feed.
pub(super) fn read(
    features: &[Value],
    document: Option<Fields<'_>>,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Bulletin, Unreadable> {
    let mut bulletin = Bulletin::new(AlertFormat::Wzdx);
    let head = document
        .and_then(|document| document.get(&["feed_info", "feedInfo", "road_event_feed_info", "data_feed_info"]))
        .and_then(Fields::of);
    let publisher = head
        .and_then(|head| json::line(head, &["publisher"]))
        .unwrap_or_default();
    bulletin.made =
        head.and_then(|head| json::moment(head, &["update_date", "updateDate"], "feed_info", ctx, problems));
    let mut devices = 0_usize;
    for (number, feature) in features.iter().enumerate().take(super::MOST_ALERTS + 1) {
        let at = format!("feature {}", number + 1);
        let properties = feature.get("properties").and_then(Fields::of);
        let Some((feature, properties)) = Fields::of(feature).zip(properties) else {
            note(problems, &at, "it has no properties");
            continue;
        };
        // From version 4 on what all events have stands apart.
        let core = properties
            .get(&["core_details", "coreDetails"])
            .and_then(Fields::of)
            .unwrap_or(properties);
        if core.get(&["device_type", "deviceType"]).is_some() {
            devices += 1;
            continue;
        }
        let mut alert = read_event(feature, properties, core, &at, ctx, problems);
        alert.sender.clone_from(&publisher);
        alert.sent = alert.sent.or(bulletin.made);
        bulletin.alerts.push(alert);
    }
    if devices > 0 && bulletin.alerts.is_empty() {
        return Err(Unreadable::new(
            "a WZDx feed of devices: it lists what stands beside the road, not what happens on it",
        ));
    }
    bulletin.is_whole = true;
    Ok(bulletin)
}

fn read_event(
    feature: Fields<'_>,
    properties: Fields<'_>,
    core: Fields<'_>,
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Alert {
    let roads = json::texts(core, &["road_names", "roadNames", "road_name"]);
    let direction = core
        .line(&["direction"])
        .filter(|word| !matches!(word.as_str(), "unknown" | "undefined"));
    let named = text::names(roads.iter().map(String::as_str));
    let ends = [
        ["beginning_cross_street", "beginningCrossStreet"],
        ["ending_cross_street", "endingCrossStreet"],
    ];
    let ends: Vec<String> = ends.iter().filter_map(|names| json::line(properties, names)).collect();
    let between = (!ends.is_empty()).then(|| format!("({})", ends.join(" – ")));
    let kind = text::words(&core.line(&["event_type", "eventType"]).unwrap_or_default());
    let impact = core
        .line(&["vehicle_impact", "vehicleImpact"])
        .or_else(|| properties.line(&["vehicle_impact", "vehicleImpact"]));
    let area = Area {
        name: [Some(named), direction, between]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ")
            .trim()
            .to_owned(),
        codes: Vec::new(),
        shapes: feature.get(&["geometry"]).map(geojson::shapes).unwrap_or_default(),
    };
    let closed = impact.as_deref().map(text::words).filter(|words| words != "unknown");
    let mut headline = text::capital(&kind);
    for part in [&closed, &Some(area.name.clone())]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
    {
        headline = if headline.is_empty() {
            text::capital(part)
        } else {
            format!("{headline}, {part}")
        };
    }
    let info = Info {
        part: None,
        language: None,
        event: kind,
        urgency: Urgency::Unknown,
        severity: match impact.as_deref() {
            Some("all-lanes-closed") => Severity::Severe,
            Some(impact) if impact.starts_with("some-lanes-closed") || impact.starts_with("alternating") => {
                Severity::Moderate
            }
            Some(impact) if impact.starts_with("all-lanes-open") => Severity::Minor,
            _ => Severity::Unknown,
        },
        certainty: Certainty::Unknown,
        effective: None,
        onset: json::moment(properties, &["start_date", "startDate"], at, ctx, problems),
        expires: json::moment(properties, &["end_date", "endDate"], at, ctx, problems),
        sender_name: None,
        headline: Some(headline).filter(|headline| !headline.is_empty()),
        description: json::lines(core, &["description"]),
        instruction: None,
        web: None,
        areas: text::areas(area),
    };
    let status = core
        .line(&["event_status", "eventStatus"])
        .or_else(|| properties.line(&["event_status", "eventStatus"]));
    Alert {
        identifier: json::line(feature, &["id"])
            .or_else(|| json::line(properties, &["road_event_id", "roadEventId", "id"]))
            .unwrap_or_default(),
        sender: String::new(),
        sent: json::moment(
            core,
            &["update_date", "updateDate", "creation_date", "creationDate"],
            at,
            ctx,
            problems,
        ),
        kind: Kind::Traffic,
        status: Status::Actual,
        message: match status.as_deref() {
            Some("completed" | "cancelled" | "canceled") => Message::Cancel,
            _ => Message::Alert,
        },
        is_public: true,
        references: Vec::new(),
        infos: vec![info],
    }
}
