//! Whether an object keeps to ninjs: which keys some version (or a known sender) has, and what may stand in them.
//!
//! The schemas themselves are not compiled in: a document is checked against every version at once, since senders
//! declare one and write another, and a reader must say what it could not use rather than which draft forbids it.

use super::fields::Fields;
use crate::problem::Problem;
use crate::times;
use serde_json::Value;

/// What may stand in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Text,
    /// 3.x says integer, 1.x number; Superdesk sends text.
    Number,
    Time,
    Objects,
    /// Maps in 1.x, lists in 2.x and 3.x.
    Named,
    Object,
    Any,
}

/// The fields of ninjs 1.0 to 3.1, in lower case.
const STANDARD: &[(&str, Shape)] = &[
    ("uri", Shape::Text),
    ("type", Shape::Text),
    ("mimetype", Shape::Text),
    ("representationtype", Shape::Text),
    ("profile", Shape::Text),
    ("version", Shape::Any),
    ("firstcreated", Shape::Time),
    ("versioncreated", Shape::Time),
    ("contentcreated", Shape::Time),
    ("expires", Shape::Time),
    // Both embargo fields are judged where they are read.
    ("embargoed", Shape::Any),
    ("embargoeduntil", Shape::Any),
    ("pubstatus", Shape::Text),
    ("urgency", Shape::Number),
    ("copyrightholder", Shape::Text),
    ("copyrightnotice", Shape::Text),
    ("usageterms", Shape::Text),
    ("ednote", Shape::Text),
    ("language", Shape::Text),
    ("descriptions", Shape::Objects),
    ("bodies", Shape::Objects),
    ("headlines", Shape::Objects),
    ("people", Shape::Objects),
    ("person", Shape::Objects),
    ("organisations", Shape::Objects),
    ("organisation", Shape::Objects),
    ("places", Shape::Objects),
    ("place", Shape::Objects),
    ("subjects", Shape::Objects),
    ("subject", Shape::Objects),
    ("events", Shape::Any),
    ("event", Shape::Objects),
    ("eventdetails", Shape::Object),
    ("plannedcoverage", Shape::Objects),
    ("objects", Shape::Objects),
    ("object", Shape::Objects),
    ("infosources", Shape::Objects),
    ("infosource", Shape::Objects),
    ("title", Shape::Text),
    ("by", Shape::Text),
    ("byline", Shape::Text),
    ("headline", Shape::Text),
    ("slugline", Shape::Text),
    ("located", Shape::Text),
    ("charcount", Shape::Number),
    ("wordcount", Shape::Number),
    ("renditions", Shape::Named),
    ("associations", Shape::Named),
    ("altids", Shape::Named),
    ("trustindicators", Shape::Objects),
    ("trustindicator", Shape::Objects),
    ("standard", Shape::Object),
    ("$standard", Shape::Object),
    ("genres", Shape::Objects),
    ("genre", Shape::Objects),
    ("rightsinfo", Shape::Object),
    ("digitalsourcetype", Shape::Object),
    // Only inside an association.
    ("name", Shape::Text),
    ("rel", Shape::Text),
];

/// Fields that Superdesk and AP add and that are known to be theirs.
const KNOWN_EXTENSIONS: &[&str] = &[
    "_id",
    "_links",
    "annotations",
    "attachments",
    "authors",
    "bylines",
    "correction_sequence",
    "credit",
    "creditline",
    "coverage_id",
    "datelinelocation",
    "dateline",
    "editorialpriority",
    "editorialrole",
    "editorialtypes",
    "event_id",
    "evolvedfrom",
    "extra",
    "extra_items",
    "fieldcode",
    "filings",
    "firstpublished",
    "guid",
    "headline_extended",
    "instructions",
    "item_id",
    "keywords",
    "links",
    "meta",
    "mimetype",
    "ninjs_version",
    "original_id",
    "outcuename",
    "planning_id",
    "poi",
    "priority",
    "products",
    "publish_schedule",
    "published",
    "readtime",
    "refers_to",
    "rewrite_of",
    "rewritten_by",
    "role",
    "service",
    "signals",
    "source",
    "task",
    "translated_from",
    "translation_id",
    "usagerights",
    "slug",
    "url",
    "canonicalurl",
];

/// The content types of all versions.
const TYPES: &[&str] = &[
    "text",
    "audio",
    "video",
    "picture",
    "graphic",
    "composite",
    "component",
    "event",
    "planning",
    "photo",
    "media",
];

/// Lists what an item holds that ninjs does not allow.
pub(super) fn check(fields: Fields<'_>, at: &str, problems: &mut Vec<Problem>) {
    let mut say = |key: &str, what: String| problems.push(Problem::new(format!("{at}{key}"), what));
    for (key, value) in fields.0 {
        let lower = key.to_ascii_lowercase();
        if ["body_", "headline_", "description_"]
            .iter()
            .any(|prefix| lower.starts_with(prefix))
        {
            if !value.is_string() && !value.is_null() {
                say(key, "text is expected here".to_owned());
            }
            continue;
        }
        let Some((_, shape)) = STANDARD.iter().find(|(name, _)| *name == lower) else {
            if !KNOWN_EXTENSIONS.contains(&lower.as_str()) {
                say(key, "no field of ninjs; left out".to_owned());
            }
            continue;
        };
        if let Some(what) = misfit(value, *shape) {
            say(key, what);
        }
    }
    let mut one_of = |name: &str, allowed: &[&str]| {
        if let Some(word) = fields.present(name).and_then(Value::as_str)
            && !allowed.iter().any(|one| one.eq_ignore_ascii_case(word.trim()))
        {
            problems.push(Problem::new(
                format!("{at}{name}"),
                format!("{word} is none of the values allowed"),
            ));
        }
    };
    one_of("type", TYPES);
    one_of("representationtype", &["complete", "incomplete", "full", "partial"]);
}

fn misfit(value: &Value, shape: Shape) -> Option<String> {
    let fits = match (shape, value) {
        (Shape::Any, _) | (_, Value::Null) => true,
        (Shape::Text, value) => value.is_string(),
        (Shape::Number, Value::String(text)) => text.trim().parse::<f64>().is_ok(),
        (Shape::Number, value) => value.is_number(),
        (Shape::Time, Value::String(text)) => return times::read(text).err(),
        (Shape::Objects, Value::Array(members)) => return members.iter().find_map(member_misfit),
        (Shape::Named, value) => value.is_object() || value.is_array(),
        (Shape::Object, Value::Object(inside)) => {
            return inside.iter().find_map(|(key, value)| dates_misfit(key, value));
        }
        _ => false,
    };
    (!fits).then(|| "not the kind of value that ninjs has here".to_owned())
}

/// A member of a list of named things: its names, codes and addresses are text.
fn member_misfit(member: &Value) -> Option<String> {
    let Some(fields) = member.as_object() else {
        return Some("a list of objects is expected here".to_owned());
    };
    fields
        .iter()
        .find(|(key, value)| {
            let is_textual = [
                "name",
                "rel",
                "scheme",
                "code",
                "uri",
                "literal",
                "value",
                "role",
                "contenttype",
            ]
            .iter()
            .any(|name| key.eq_ignore_ascii_case(name));
            is_textual && !value.is_string() && !value.is_null()
        })
        .map(|(key, _)| format!("{key}: text is expected here"))
}

/// The dates of an event, which may be cut short (`2024-02`) but must be dates.
fn dates_misfit(key: &str, value: &Value) -> Option<String> {
    if !key.eq_ignore_ascii_case("dates") {
        return None;
    }
    value.as_object()?.iter().find_map(|(name, value)| {
        let is_date = name.to_ascii_lowercase().ends_with("date");
        let text = value.as_str().filter(|_| is_date)?;
        let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        if is_year {
            None
        } else {
            times::read(text).err().map(|what| format!("dates/{name}: {what}"))
        }
    })
}
