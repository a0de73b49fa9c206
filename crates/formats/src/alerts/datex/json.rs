//! DATEX II version 3 in JSON (CEN/TS 16157-13, and the national services that came before it): the same elements under
//! the same names. Attributes have a `G` behind their name, and what XML says with `xsi:type` is an object in between,
//! named by the type with its schema's letters before it (`sitAccident`). A message is brought into the form of XML and
//! read as that.

use crate::alerts::json_xml::{escaped, is_name, plain};
use crate::problem::ReadContext;
use serde_json::{Map, Value};

/// Names of what a message is put into.
const ENVELOPES: [&str; 4] = ["D2Payload", "d2Payload", "messageContainer", "MessageContainer"];
/// Attributes that have no letter behind their name.
const ATTRIBUTES: [&str; 3] = ["lang", "srsName", "srsDimension"];
/// Members whose objects in between say a type.
const TYPED: [&str; 4] = [
    "situationRecord",
    "locationReference",
    "location",
    "locationContainedInGroup",
];

/// A message in the form of XML; `None` where the document is none.
pub(in crate::alerts) fn as_xml(document: &Value, ctx: &ReadContext<'_>) -> Option<String> {
    let outer = document.as_object()?;
    let inner = ENVELOPES.iter().find_map(|name| outer.get(*name)?.as_object());
    let message = inner.unwrap_or(outer);
    let payloads = || message.get("payload").into_iter().flat_map(each);
    let is_message = inner.is_some()
        || message.keys().any(|key| kind_of_publication(key).is_some())
        || payloads().any(|payload| payload.keys().any(|key| kind_of_publication(key).is_some()))
        || message.contains_key("situation") && message.contains_key("publicationTime");
    if !is_message {
        return None;
    }
    let mut writer = Writer {
        xml: String::new(),
        deepest: ctx.max_depth.min(100),
    };
    // Services that leave the type out have the publication's members in the envelope itself.
    let kind = message
        .get("feedType")
        .and_then(Value::as_str)
        .filter(|kind| kind.ends_with("Publication"));
    let is_bare = message.contains_key("situation") || kind.is_some();
    let name = if is_bare {
        kind.unwrap_or("SituationPublication")
    } else {
        "messageContainer"
    };
    writer.object(name, None, message, 0);
    Some(writer.xml)
}

/// The objects of a member: of a list, or the one that stands there without a list.
fn each(value: &Value) -> Vec<&Map<String, Value>> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_object).collect(),
        value => value.as_object().into_iter().collect(),
    }
}

/// The type that a member's name says: three or four letters of its schema, then the type's own name.
fn type_of(key: &str) -> Option<&str> {
    let start = key.find(|char: char| !char.is_ascii_lowercase())?;
    let (schema, name) = key.split_at_checked(start)?;
    let is_type = (2..=5).contains(&schema.len()) && name.starts_with(|char: char| char.is_ascii_uppercase());
    is_type.then_some(name)
}

fn kind_of_publication(key: &str) -> Option<&str> {
    type_of(key).filter(|name| name.ends_with("Publication"))
}

struct Writer {
    xml: String,
    deepest: usize,
}

impl Writer {
    /// Writes an object as an element, its scalars that are attributes before the rest.
    fn object(&mut self, name: &str, kind: Option<&str>, members: &Map<String, Value>, depth: usize) {
        if depth > self.deepest || !is_name(name) {
            return;
        }
        self.xml.push('<');
        self.xml.push_str(name);
        let own = kind.map(|kind| ("type", kind.to_owned()));
        let others = members
            .iter()
            .filter_map(|(key, value)| Some((attribute(key)?, plain(value)?)));
        for (name, value) in own.into_iter().chain(others) {
            self.xml.push_str(&format!(" {name}=\"{}\"", escaped(&value)));
        }
        self.xml.push('>');
        for (key, value) in members.iter().filter(|(key, _)| attribute(key).is_none()) {
            self.member(key, value, depth + 1);
        }
        self.xml.push_str(&format!("</{name}>"));
    }

    fn member(&mut self, key: &str, value: &Value, depth: usize) {
        match value {
            Value::Array(values) => values.iter().for_each(|value| self.member(key, value, depth)),
            Value::Object(members) => self.either(key, members, depth),
            value => {
                if let Some(text) = plain(value).filter(|_| is_name(key)) {
                    self.xml.push_str(&format!("<{key}>{}</{key}>", escaped(&text)));
                }
            }
        }
    }

    fn either(&mut self, key: &str, members: &Map<String, Value>, depth: usize) {
        if let Some(kind) = kind_of_publication(key) {
            return self.object("payload", Some(kind), members, depth);
        }
        if let Some(value) = members.get("value").and_then(plain) {
            if let Some(language) = members.get("lang").and_then(plain) {
                let (language, value) = (escaped(&language), escaped(&value));
                self.xml
                    .push_str(&format!("<value lang=\"{language}\">{value}</value>"));
                return;
            }
            // A value of an enumeration is an object of its own, beside what a profile added to the list.
            let added = members
                .get("extendedValueG")
                .and_then(plain)
                .filter(|added| !added.is_empty());
            let value = added.filter(|_| value.starts_with("extended")).unwrap_or(value);
            return self.member(key, &Value::String(value), depth);
        }
        let typed = TYPED.contains(&key);
        let between: Vec<_> = members
            .iter()
            .filter_map(|(inner, value)| Some((type_of(inner).filter(|_| typed)?, value.as_object()?)))
            .collect();
        if between.is_empty() {
            self.object(key, None, members, depth);
        }
        for (kind, inner) in between {
            self.object(key, Some(kind), inner, depth);
        }
    }
}

/// The name of the attribute that a member is.
fn attribute(key: &str) -> Option<&str> {
    if ATTRIBUTES.contains(&key) {
        return Some(key);
    }
    let name = key.strip_suffix('G').filter(|name| !name.is_empty() && is_name(name))?;
    matches!(name, "id" | "version" | "modelBaseVersion").then_some(name)
}

#[cfg(test)]
mod tests {
    use crate::alerts::AlertFormat;
    use crate::alerts::tests::{bulletin, moment, reason};
    use masthead_domain::alerts::{Message, Shape, Status};
    use masthead_domain::places::Point;

    const RECORD: &str = r#"{"sitRoadOrCarriagewayOrLaneManagement":{"idG":"Q1-1","versionG":"2","situationRecordVersionTime":"2026-11-25T08:00:00Z","probabilityOfOccurrence":{"value":"certain"},
        "roadOrCarriagewayOrLaneManagementType":{"value":"extendedG","extendedValueG":"pierClosed"},
        "validity":{"validityStatus":"active","validityTimeSpecification":{"overallStartTime":"2026-11-25T06:00:00Z","overallEndTime":"2026-11-27T18:00:00Z"}},
        "generalPublicComment":[{"comment":{"values":[{"lang":"en","value":"Shut <for now> & later"},{"lang":"de","value":"Zu"}]}}],
        "locationReference":{"locSingleRoadLinearLocation":{"gmlLineString":{"srsName":"EPSG:4326","srsDimension":2,"posList":"53.5 9.9 53.6 9.8"},
            "supplementaryPositionalDescription":{"roadInformation":[{"roadNumber":"C7"}]}}}}}"#;

    fn situation(status: &str) -> String {
        format!(
            r#"[{{"idG":"Q1","overallSeverity":"high","headerInformation":{{"confidentiality":"noRestriction","informationStatus":"{status}"}},"situationRecord":[{RECORD}]}}]"#
        )
    }

    #[test]
    fn json_says_what_xml_says_in_each_envelope() {
        let head = r#""lang":"en","publicationTime":"2026-11-25T09:00:00Z","publicationCreator":{"country":"xx","nationalIdentifier":"Quays"}"#;
        let situations = situation("real");
        let container = format!(
            r#"{{"payload":[{{"modelBaseVersionG":"3","sitSituationPublication":{{{head},"situation":{situations}}}}}],"exchangeInformation":{{"exchangeContext":{{"codedExchangeProtocol":{{"value":"snapshotPull"}}}}}}}}"#
        );
        let payload =
            format!(r#"{{"D2Payload":{{"feedType":"SituationPublication",{head},"situation":{situations}}}}}"#);
        let (container, payload) = (bulletin(&container), bulletin(&payload));
        assert_eq!(container, payload);
        assert!(payload.is_whole && payload.format == AlertFormat::Datex2);
        let alert = &payload.alerts[0];
        assert_eq!((alert.identifier.as_str(), alert.sender.as_str()), ("Q1", "xx Quays"));
        assert_eq!(
            (alert.status, alert.message, alert.is_public),
            (Status::Actual, Message::Alert, true)
        );
        let info = alert.info_for("en").unwrap();
        assert_eq!(info.part.as_deref(), Some("Q1-1"));
        assert_eq!(info.title(), "Pier closed: C7");
        assert_eq!(info.description.as_deref(), Some("Shut <for now> & later"));
        assert_eq!(info.expires, moment("2026-11-27T18:00:00Z"));
        let line = [(53.5, 9.9), (53.6, 9.8)].map(|(lat, lon)| Point::turned(lat, lon).unwrap());
        assert_eq!(info.areas[0].shapes, [Shape::Line(line.to_vec())]);
        assert_eq!(alert.infos.len(), 2);
        let test = format!(r#"{{"D2Payload":{{{head},"situation":{}}}}}"#, situation("test"));
        assert_eq!(bulletin(&test).alerts[0].status, Status::Test);
    }

    #[test]
    fn what_holds_no_situations_is_set_aside() {
        let other = r#"{"payload":[{"egiEnergyInfrastructureTablePublication":{"lang":"en"}}]}"#;
        assert!(reason(other).contains("energy infrastructure table publication"));
        assert!(reason(r#"{"messageContainer":{"exchangeInformation":{}}}"#).contains("without a publication"));
        assert!(reason(r#"{"payload":[{"temperature":5}]}"#).contains("none of the formats"));
    }
}
