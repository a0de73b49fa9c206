//! GTFS-Realtime service alerts in JSON, as many agencies hand them out beside the binary form: the fields' names of the
//! schema or their camel case, enumerations by name or by number, moments as numbers or texts.

use super::gtfs::{Found, entity_alert, moment, unread_kinds};
use super::{AlertFormat, Bulletin, text};
use crate::html::note;
use crate::ninjs::fields::Fields;
use crate::problem::{Problem, ReadContext};
use masthead_domain::alerts::Alert;
use masthead_domain::time::Timestamp;
use serde_json::Value;

/// The names of the enumeration `Cause`, whose first has the number 1.
const CAUSES: [&str; 12] = [
    "UNKNOWN_CAUSE",
    "OTHER_CAUSE",
    "TECHNICAL_PROBLEM",
    "STRIKE",
    "DEMONSTRATION",
    "ACCIDENT",
    "HOLIDAY",
    "WEATHER",
    "MAINTENANCE",
    "CONSTRUCTION",
    "POLICE_ACTIVITY",
    "MEDICAL_EMERGENCY",
];
/// The names of the enumeration `Effect`, whose first has the number 1.
const EFFECTS: [&str; 11] = [
    "NO_SERVICE",
    "REDUCED_SERVICE",
    "SIGNIFICANT_DELAYS",
    "DETOUR",
    "ADDITIONAL_SERVICE",
    "MODIFIED_SERVICE",
    "OTHER_EFFECT",
    "UNKNOWN_EFFECT",
    "STOP_MOVED",
    "NO_EFFECT",
    "ACCESSIBILITY_ISSUE",
];
/// The names of the enumeration `SeverityLevel`, whose first has the number 1.
const LEVELS: [&str; 4] = ["UNKNOWN_SEVERITY", "INFO", "WARNING", "SEVERE"];

/// Reads a feed.
pub(super) fn read(feed: Fields<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Bulletin {
    let mut bulletin = Bulletin::new(AlertFormat::GtfsRealtime);
    let header = object(feed, &["header"]);
    bulletin.made = header.and_then(|header| seconds(header, &["timestamp"]));
    let mut others = 0;
    for value in feed.list(&["entity"]) {
        match Fields::of(value).map(|entity| read_entity(entity, bulletin.made, ctx)) {
            Some(Some(alert)) => bulletin.alerts.push(alert),
            Some(None) => others += 1,
            None => note(problems, "document", "an entity that is no object"),
        }
        if bulletin.alerts.len() > super::MOST_ALERTS {
            break;
        }
    }
    unread_kinds(&bulletin, others, problems);
    let is_partial = header.and_then(|header| header.line(&["incrementality"]));
    bulletin.is_whole = is_partial.is_none_or(|word| !matches!(word.as_str(), "1" | "DIFFERENTIAL"));
    bulletin
}

fn object<'a>(fields: Fields<'a>, names: &[&str]) -> Option<Fields<'a>> {
    fields.get(names).and_then(Fields::of)
}

fn seconds(fields: Fields<'_>, names: &[&str]) -> Option<Timestamp> {
    moment(fields.number(names)?)
}

fn read_entity(entity: Fields<'_>, made: Option<Timestamp>, ctx: &ReadContext<'_>) -> Option<Alert> {
    let is_deleted = entity
        .line(&["is_deleted", "isDeleted"])
        .is_some_and(|word| matches!(word.as_str(), "true" | "1"));
    let infos = match object(entity, &["alert"]) {
        Some(alert) => found(alert).infos(ctx),
        None if is_deleted => Vec::new(),
        None => return None,
    };
    let id = entity.line(&["id"]).and_then(|id| text::line(&id)).unwrap_or_default();
    Some(entity_alert(id, made, is_deleted, infos))
}

fn found(alert: Fields<'_>) -> Found {
    let mut found = Found::default();
    for period in alert
        .list(&["active_period", "activePeriod"])
        .iter()
        .filter_map(Fields::of)
    {
        found.lasts(seconds(period, &["start"]), seconds(period, &["end"]));
    }
    for selector in alert
        .list(&["informed_entity", "informedEntity"])
        .iter()
        .filter_map(Fields::of)
    {
        let trip = object(selector, &["trip"]);
        let of_trip = |names: &[&str]| trip.and_then(|trip| trip.line(names));
        let named = |names: &[&str]| selector.line(names);
        for (scheme, code) in [
            ("agency", named(&["agency_id", "agencyId"])),
            ("route", named(&["route_id", "routeId"])),
            ("trip", of_trip(&["trip_id", "tripId"])),
            ("route", of_trip(&["route_id", "routeId"])),
            ("stop", named(&["stop_id", "stopId"])),
        ] {
            if let Some(code) = code {
                found.code(scheme, code.as_bytes());
            }
        }
    }
    found.cause = number(alert, &["cause"], &CAUSES);
    found.effect = number(alert, &["effect"], &EFFECTS);
    found.level = number(alert, &["severity_level", "severityLevel"], &LEVELS);
    found.urls = translations(alert, &["url"]);
    found.headers = translations(alert, &["header_text", "headerText"]);
    found.descriptions = translations(alert, &["description_text", "descriptionText"]);
    found
}

/// The number of a value of an enumeration; 0 for none.
fn number(fields: Fields<'_>, names: &[&str], words: &[&str]) -> u64 {
    fields.number(names).unwrap_or_else(|| {
        let word = fields.line(names).unwrap_or_default();
        let place = words.iter().position(|known| known.eq_ignore_ascii_case(&word));
        place.and_then(|place| u64::try_from(place + 1).ok()).unwrap_or(0)
    })
}

/// The texts of a `TranslatedString` with their languages; some agencies write a text alone, or a list of translations.
fn translations(alert: Fields<'_>, names: &[&str]) -> Vec<(Option<String>, String)> {
    let said = |value: &Value| match value {
        Value::String(written) => Some((None, text::lines(written)?)),
        value => {
            let translation = Fields::of(value)?;
            let written = text::lines(translation.get(&["text"])?.as_str()?)?;
            Some((translation.line(&["language"]), written))
        }
    };
    let own = alert.list(names);
    let inside = own
        .first()
        .and_then(Fields::of)
        .map(|string| string.list(&["translation", "translations"]));
    let all = inside.filter(|all| !all.is_empty()).unwrap_or(own);
    all.iter().filter_map(said).take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{bulletin, moment};
    use masthead_domain::alerts::{Message, Severity};

    #[test]
    fn both_ways_of_writing_say_the_same() {
        let schema = r#"{"header":{"gtfs_realtime_version":"2.0","incrementality":"FULL_DATASET","timestamp":1764063000},"entity":[
            {"id":"q1","alert":{"active_period":[{"start":1764060000,"end":1764070000}],"informed_entity":[{"agency_id":"H","route_id":"7","stop_id":"pier"},{"trip":{"trip_id":"t","route_id":"8"}}],
            "cause":"CONSTRUCTION","effect":"DETOUR","severity_level":"WARNING","url":{"translation":[{"text":"https://ferries.example/q1","language":"en"}]},
            "header_text":{"translation":[{"text":"Pier closed","language":"en"},{"text":"Anleger zu","language":"de"},{"text":"<p>Pier closed</p>","language":"en-html"}]},
            "description_text":{"translation":[{"text":"Use the quay.","language":"en"}]}}},
            {"id":"q2","isDeleted":true},{"id":"v","vehicle":{}}]}"#;
        let camel = r#"{"response":{"header":{"gtfsRealtimeVersion":"2.0","incrementality":0,"timestamp":"1764063000"},"entity":[
            {"id":"q1","alert":{"activePeriod":[{"start":"1764060000","end":"1764070000"}],"informedEntity":[{"agencyId":"H","routeId":"7","stopId":"pier"},{"trip":{"tripId":"t","routeId":"8"}}],
            "cause":10,"effect":4,"severityLevel":3,"url":{"translation":{"text":"https://ferries.example/q1","language":"en"}},
            "headerText":{"translation":[{"text":"Pier closed","language":"en"},{"text":"Anleger zu","language":"de"}]},
            "descriptionText":{"translation":[{"text":"Use the quay.","language":"en"}]}}},
            {"id":"q2","isDeleted":true}]}}"#;
        let (schema, camel) = (bulletin(schema), bulletin(camel));
        assert_eq!(schema.alerts, camel.alerts);
        assert!(schema.is_whole && camel.is_whole);
        assert_eq!(schema.made, moment("2025-11-25T09:30:00Z"));
        assert_eq!(schema.alerts[1].message, Message::Cancel);
        let alert = &schema.alerts[0];
        assert_eq!(alert.infos.len(), 2, "markup is no language");
        let info = alert.info_for("de").unwrap();
        assert_eq!((info.title(), info.severity), ("Anleger zu", Severity::Moderate));
        assert_eq!(info.event, "detour (construction)");
        assert_eq!(info.expires, moment("2025-11-25T11:26:40Z"));
        assert_eq!(info.web.as_deref(), Some("https://ferries.example/q1"));
        let codes: Vec<&str> = info.areas[0].codes.iter().map(|(_, code)| code.as_str()).collect();
        assert_eq!(codes, ["H", "7", "pier", "t", "8", "10", "4"]);
    }

    #[test]
    fn a_feed_of_changes_ends_nothing_it_does_not_name_and_plain_texts_are_texts() {
        let feed = r#"{"header":{"gtfsRealtimeVersion":"2.0","incrementality":"DIFFERENTIAL"},"entity":[{"id":"q","alert":{"headerText":"Pier closed"}}]}"#;
        let read = bulletin(feed);
        assert!(!read.is_whole);
        assert_eq!(read.alerts[0].infos[0].title(), "Pier closed");
        assert!(bulletin(r#"{"header":{"gtfs_realtime_version":"2.0"},"entity":[]}"#).is_whole);
    }
}
