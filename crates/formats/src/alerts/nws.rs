//! The alerts of the United States' National Weather Service in GeoJSON and JSON-LD: CAP in other clothes.

use super::{AlertFormat, Bulletin, geojson, json};
use crate::html::links::{self, Base};
use crate::html::note;
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext};
use masthead_domain::alerts::{Alert, Area, Certainty, Info, Kind, Message, Reference, Severity, Status, Urgency};
use serde_json::Value;

/// Reads the features of an answer.
pub(super) fn read(
    features: &[Value],
    document: Option<Fields<'_>>,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Bulletin {
    let mut bulletin = Bulletin::new(AlertFormat::Nws);
    bulletin.made = document.and_then(|document| json::moment(document, &["updated"], "document", ctx, problems));
    for (number, value) in features.iter().enumerate().take(super::MOST_ALERTS + 1) {
        let at = format!("feature {}", number + 1);
        let Some(feature) = Fields::of(value) else {
            note(problems, &at, "it is no object");
            continue;
        };
        let properties = feature.get(&["properties"]).and_then(Fields::of).unwrap_or(feature);
        bulletin
            .alerts
            .push(read_feature(feature, properties, &at, ctx, problems));
    }
    let pagination = document.and_then(|document| document.get(&["pagination"]));
    // One alert by itself is no list; a page of many is not the whole of it.
    bulletin.is_whole = document.is_some_and(|document| document.get(&["features", "@graph"]).is_some())
        && pagination.and_then(|pagination| pagination.get("next")).is_none();
    bulletin
}

fn read_feature(
    feature: Fields<'_>,
    properties: Fields<'_>,
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Alert {
    let mut word = |name: &str| {
        let written = properties.line(&[name]);
        if written.is_none() {
            note(problems, at, format!("{name} is missing or empty"));
        }
        written.unwrap_or_default()
    };
    let (status, message) = (word("status"), word("messageType"));
    let (urgency, severity, certainty) = (word("urgency"), word("severity"), word("certainty"));
    let mut codes = Vec::new();
    if let Some(Value::Object(schemes)) = properties.get(&["geocode"]) {
        for (scheme, values) in schemes {
            let values = values.as_array().into_iter().flatten().filter_map(Value::as_str);
            codes.extend(values.take(2000).map(|code| (scheme.clone(), code.to_owned())));
        }
    }
    let area = Area {
        name: json::line(properties, &["areaDesc"]).unwrap_or_default(),
        codes,
        shapes: feature.get(&["geometry"]).map(geojson::shapes).unwrap_or_default(),
    };
    let mut moment = |name: &str| json::moment(properties, &[name], at, ctx, problems);
    // `expires` is when the text must be replaced, `ends` when the hazard does; an alert holds until both have passed.
    let expires = moment("ends").max(moment("expires"));
    let info = Info {
        part: None,
        language: properties.line(&["language"]),
        event: json::line(properties, &["event"]).unwrap_or_default(),
        urgency: Urgency::parse(&urgency).unwrap_or_default(),
        severity: Severity::parse(&severity).unwrap_or_default(),
        certainty: Certainty::parse(&certainty).unwrap_or_default(),
        effective: moment("effective"),
        onset: moment("onset"),
        expires,
        sender_name: json::line(properties, &["senderName"]),
        headline: json::line(properties, &["headline"]),
        description: json::lines(properties, &["description"]),
        instruction: json::lines(properties, &["instruction"]),
        web: properties
            .line(&["web"])
            .and_then(|web| links::web(&web, &Base::new(ctx.origin))),
        areas: vec![area],
    };
    let sent = moment("sent");
    let references = properties
        .list(&["references"])
        .iter()
        .filter_map(Fields::of)
        .take(1000);
    let references = references
        .filter_map(|reference| {
            Some(Reference {
                sender: json::line(reference, &["sender"]).unwrap_or_default(),
                identifier: json::line(reference, &["identifier"])?,
                sent: reference
                    .line(&["sent"])
                    .and_then(|text| crate::dates::moment(&text, ctx)),
            })
        })
        .collect();
    Alert {
        identifier: json::line(properties, &["id", "identifier"])
            .or_else(|| json::line(feature, &["id"]))
            .unwrap_or_default(),
        sender: json::line(properties, &["sender"]).unwrap_or_default(),
        sent,
        kind: Kind::Emergency,
        status: Status::parse(&status).unwrap_or_default(),
        message: Message::parse(&message).unwrap_or_default(),
        is_public: properties
            .line(&["scope"])
            .is_none_or(|scope| scope.eq_ignore_ascii_case("public")),
        references,
        infos: vec![info],
    }
}
