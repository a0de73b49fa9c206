//! Alerts in JSON: which of the formats it is shows in its first members.

use super::{Bulletin, cifs, datex, gtfs_json, json_xml, nws, open511, text, wzdx};
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext, Unreadable};
use masthead_domain::time::Timestamp;
use serde_json::Value;

/// Reads a document in JSON.
pub(super) fn read(document: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Bulletin, Unreadable> {
    let value: Value = serde_json::from_str(document).map_err(|error| Unreadable::new(format!("not JSON: {error}")))?;
    let fields = Fields::of(&value);
    let has = |name: &str| fields.is_some_and(|fields| fields.get(&[name]).is_some());
    let list = |name: &str| fields.map(|fields| fields.list(&[name])).unwrap_or_default();
    let feed = fields.map(|fields| fields.get(&["response"]).and_then(Fields::of).unwrap_or(fields));
    if let Some(feed) = feed.filter(|feed| feed.present("header").is_some() && feed.present("entity").is_some()) {
        return Ok(gtfs_json::read(feed, ctx, problems));
    }
    if let Some(message) = datex::json::as_xml(&value, ctx).or_else(|| json_xml::cap(&value)) {
        return super::read_xml(&message, ctx, problems);
    }
    // Other services have lists of these names too: what is in them decides.
    if has("incidents") && is_list_of(list("incidents"), &["polyline", "starttime", "location"]) {
        return Ok(cifs::read(list("incidents"), fields, ctx, problems));
    }
    if has("events") && is_list_of(list("events"), &["event_type", "headline", "jurisdiction_url"]) {
        return Ok(open511::read(list("events"), fields, ctx, problems));
    }
    // JSON-LD of the National Weather Service has its features in a graph.
    let features = if has("features") {
        list("features")
    } else if has("@graph") {
        list("@graph")
    } else if has("properties") {
        std::slice::from_ref(&value)
    } else if let Value::Array(values) = &value {
        values
    } else {
        return Err(Unreadable::new(
            "JSON, and none of the formats of alerts that are known",
        ));
    };
    let first = features.iter().find_map(Fields::of);
    let property = |name: &str| {
        let inside = first
            .and_then(|feature| feature.get(&["properties"]))
            .and_then(Fields::of);
        inside.or(first).and_then(|fields| fields.get(&[name])).is_some()
    };
    if has("feed_info")
        || has("feedInfo")
        || has("road_event_feed_info")
        || has("data_feed_info")
        || property("core_details")
        || property("coreDetails")
    {
        return wzdx::read(features, fields, ctx, problems);
    }
    if property("messageType") || property("severity") && property("event") {
        return Ok(nws::read(features, fields, ctx, problems));
    }
    if property("event_type") && property("headline") {
        return Ok(open511::read(features, fields, ctx, problems));
    }
    if features.is_empty() && has("features") {
        // An answer without features is what a service of alerts gives on a quiet day.
        return Ok(nws::read(features, fields, ctx, problems));
    }
    Err(Unreadable::new(
        "JSON, and none of the formats of alerts that are known",
    ))
}

/// Whether the first member of a list has one of several fields; an empty list is one of anything.
fn is_list_of(list: &[Value], names: &[&str]) -> bool {
    list.first()
        .is_none_or(|first| Fields::of(first).is_some_and(|fields| fields.get(names).is_some()))
}

/// A field as one line.
pub(super) fn line(fields: Fields<'_>, names: &[&str]) -> Option<String> {
    fields.line(names).and_then(|written| text::line(&written))
}

/// A field with its lines.
pub(super) fn lines(fields: Fields<'_>, names: &[&str]) -> Option<String> {
    text::lines(fields.get(names)?.as_str()?)
}

/// A field as a moment.
pub(super) fn moment(
    fields: Fields<'_>,
    names: &[&str],
    at: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Option<Timestamp> {
    text::moment(fields.line(names).as_deref(), at, ctx, problems)
}

/// The members of a list that are texts.
pub(super) fn texts(fields: Fields<'_>, names: &[&str]) -> Vec<String> {
    let texts = fields.list(names).iter().take(200);
    texts.filter_map(|value| text::line(value.as_str()?)).collect()
}
