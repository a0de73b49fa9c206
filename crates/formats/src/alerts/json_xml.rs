//! Formats of XML that some services hand out in JSON, member by member: brought back into the form of XML, they are read
//! by the one reader of their format.

use serde_json::Value;

/// How deep members stand in each other at most.
const DEEPEST: usize = 60;

/// CAP messages in JSON, alone or in a list, as an element around them; `None` where the document is none.
pub(super) fn cap(document: &Value) -> Option<String> {
    let inside = |value: &Value, name: &str| value.get(name).cloned();
    let list = inside(document, "warnings")
        .or_else(|| inside(document, "alerts"))
        .or_else(|| inside(document, "alert"))
        .unwrap_or_else(|| document.clone());
    let list = match list {
        Value::Array(list) => list,
        one => vec![one],
    };
    let messages: Vec<Value> = list
        .into_iter()
        .map(|one| inside(&one, "alert").unwrap_or(one))
        .filter(|one| one.get("identifier").is_some() && one.get("msgType").is_some())
        .take(super::MOST_ALERTS + 1)
        .collect();
    if messages.is_empty() {
        return None;
    }
    let mut xml = String::from("<alerts>");
    write("alert", &Value::Array(messages), &mut xml, 0);
    xml.push_str("</alerts>");
    Some(xml)
}

fn write(name: &str, value: &Value, xml: &mut String, depth: usize) {
    if depth > DEEPEST || !is_name(name) {
        return;
    }
    match value {
        Value::Array(values) => values.iter().for_each(|value| write(name, value, xml, depth + 1)),
        Value::Object(members) => {
            xml.push_str(&format!("<{name}>"));
            members
                .iter()
                .for_each(|(key, value)| write(key, value, xml, depth + 1));
            xml.push_str(&format!("</{name}>"));
        }
        value => {
            if let Some(text) = plain(value) {
                xml.push_str(&format!("<{name}>{}</{name}>", escaped(&text)));
            }
        }
    }
}

/// Whether a member's name can be an element's.
pub(super) fn is_name(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && name
            .chars()
            .all(|char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-' | '.'))
}

/// What is no object and no list, as text.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

/// A text as it stands in XML.
pub(super) fn escaped(text: &str) -> String {
    let text: String = text.chars().filter(|char| crate::xml::is_allowed(*char)).collect();
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::super::AlertFormat;
    use super::super::tests::{bulletin, moment, reason};
    use masthead_domain::alerts::{Message, Severity, Status};
    use masthead_domain::places::Point;

    const MESSAGE: &str = r#"{"identifier":"q7","sender":"quay@harbour.example","sent":"2026-11-25T09:00:00+01:00","status":"Actual","msgType":"Update","scope":"Public",
        "references":"quay@harbour.example,q6,2026-11-25T08:00:00+01:00","info":[{"language":"en","event":"Gale","urgency":"Immediate","severity":"Severe","certainty":"Likely","expires":"2026-11-25T18:00:00Z",
        "headline":"Gale & high water","description":"First.\n\nSecond <b>.","parameter":[{"valueName":"level","value":"3"}],
        "area":[{"areaDesc":"Quay","polygon":["53,9 53,10 54,10 53,9"],"geocode":[{"valueName":"EMMA_ID","value":"XX001"}]}]}]}"#;

    #[test]
    fn cap_in_json_is_cap_in_each_envelope() {
        for document in [
            MESSAGE.to_owned(),
            format!(r#"{{"alert":{MESSAGE}}}"#),
            format!("[{MESSAGE}]"),
            format!(r#"{{"warnings":[{{"alert":{MESSAGE},"uuid":"1"}},{{"uuid":"2"}}]}}"#),
        ] {
            let read = bulletin(&document);
            assert_eq!((read.format, read.alerts.len()), (AlertFormat::Cap, 1), "{document}");
            let alert = &read.alerts[0];
            assert_eq!((alert.status, alert.message), (Status::Actual, Message::Update));
            assert_eq!(alert.references[0].identifier, "q6");
            let info = &alert.infos[0];
            assert_eq!((info.title(), info.severity), ("Gale & high water", Severity::Severe));
            assert_eq!(info.description.as_deref(), Some("First.\n\nSecond <b>."));
            assert_eq!(info.expires, moment("2026-11-25T18:00:00Z"));
            assert_eq!(info.areas[0].codes, [("EMMA_ID".to_owned(), "XX001".to_owned())]);
            assert!(info.areas[0].shapes[0].reaches(Point::turned(53.3, 9.8).unwrap(), 0.0));
        }
        assert!(reason(r#"{"warnings":[{"alert":{}}]}"#).contains("none of the formats"));
    }
}
