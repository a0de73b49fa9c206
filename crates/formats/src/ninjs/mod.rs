//! ninjs, the IPTC's news in JSON: 1.x, 2.x, 3.x, Superdesk's extended 1.1 and AP's feeds, told by their fields.
//!
//! The declared version decides nothing, as documents declare one and follow another. Where two dialects name the same
//! fact (`embargoed`, `embargoedUntil`) both are read and the stricter holds.

mod body;
mod check;
pub(crate) mod fields;
mod item;

use crate::item::make_up_guid;
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
pub(crate) use body::absorb;
use fields::Fields;
pub(crate) use item::picture_block;
use masthead_domain::wire::NewsItem;
use serde_json::Value;

/// Reads every item in a document: one item, a list, a wrapper such as `{"items": […]}` or AP's `data.items[].item`, or
/// several documents one after the other (a line each, or not).
///
/// # Errors
/// When it is no JSON, or holds nothing that could be a news item.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let mut problems = Vec::new();
    let text = decode(bytes, &mut problems);
    let mut items = Vec::new();
    let mut documents = 0;
    // JSON can hold U+0000 and its like only as an escape, which is rare enough to look for once.
    let has_control =
        text.contains("\\u00") || text.contains('\u{7f}') || text.contains('\u{fffe}') || text.contains("\\uff");
    for document in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        match document {
            Ok(mut value) => {
                documents += 1;
                if has_control {
                    clean_value(&mut value);
                }
                if text.len() > ctx.max_field {
                    limit_value(&mut value, ctx.max_field, &mut problems);
                }
                collect(&value, ctx, &mut items, &mut problems, 0)?;
            }
            Err(error) if documents == 0 => return Err(Unreadable::new(format!("not JSON: {error}"))),
            Err(error) => {
                problems.push(Problem::new(
                    "document",
                    format!("broken after {documents} documents: {error}"),
                ));
                break;
            }
        }
    }
    if items.is_empty() {
        return Err(Unreadable::new("no news item in it"));
    }
    Ok(Reading { value: items, problems })
}

/// Drops the characters that no database takes from every text and every key.
fn clean_value(value: &mut Value) {
    match value {
        Value::String(text) => *text = crate::xml::clean(text),
        Value::Array(members) => members.iter_mut().for_each(clean_value),
        Value::Object(fields) => {
            let old = std::mem::take(fields);
            for (key, mut inner) in old {
                clean_value(&mut inner);
                fields.insert(crate::xml::clean(&key), inner);
            }
        }
        _ => {}
    }
}

/// Cuts texts that are longer than a field may be.
fn limit_value(value: &mut Value, max: usize, problems: &mut Vec<Problem>) {
    match value {
        Value::String(text) if text.len() > max => {
            problems.push(Problem::new(
                "document",
                format!("a text of {} bytes was cut", text.len()),
            ));
            let kept = crate::xml::cut_at(text, max).len();
            text.truncate(kept);
        }
        Value::Array(members) => members.iter_mut().for_each(|inner| limit_value(inner, max, problems)),
        Value::Object(fields) => fields.values_mut().for_each(|inner| limit_value(inner, max, problems)),
        _ => {}
    }
}

/// JSON is UTF-8 (RFC 8259); a byte order mark and UTF-16 are taken, other bytes are read as Windows-1252.
fn decode<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> std::borrow::Cow<'a, str> {
    match bytes {
        [b'{' | b'[', 0, ..] => encoding_rs::UTF_16LE.decode(bytes).0,
        [0, b'{' | b'[', ..] => encoding_rs::UTF_16BE.decode(bytes).0,
        _ => crate::xml::decode(bytes, problems),
    }
}

/// Whether an object has the fields of a news item: an identity and at least something that only news has.
pub(crate) fn looks_like_item(fields: Fields<'_>) -> bool {
    let has = |names: &[&str]| fields.get(names).is_some();
    let identified = has(&["uri", "guid"]) || (has(&["altids"]) && has(&["pubstatus", "versioncreated"]));
    let news = has(&[
        "type",
        "versioncreated",
        "firstcreated",
        "headline",
        "headlines",
        "bodies",
        "by",
        "byline",
        "title",
    ]) || has(&[
        "pubstatus",
        "renditions",
        "associations",
        "embargoed",
        "embargoeduntil",
        "representationtype",
        "language",
    ]) || has(&[
        "descriptions",
        "eventdetails",
        "subject",
        "subjects",
        "person",
        "people",
        "place",
        "places",
        "usageterms",
    ]) || fields.0.keys().any(|key| {
        ["body_", "description_", "headline_"]
            .iter()
            .any(|prefix| key.starts_with(prefix))
    });
    identified && news || (news && has(&["versioncreated"]) && has(&["headline", "headlines"]))
}

/// The keys under which items are wrapped.
const WRAPPERS: &[&str] = &[
    "items", "_items", "item", "data", "results", "hits", "_source", "news", "docs",
];

fn collect(
    value: &Value,
    ctx: &ReadContext<'_>,
    items: &mut Vec<NewsItem>,
    problems: &mut Vec<Problem>,
    depth: usize,
) -> Result<(), Unreadable> {
    if let Value::Array(members) = value {
        return members
            .iter()
            .try_for_each(|member| collect(member, ctx, items, problems, depth + 1));
    }
    let Some(fields) = Fields::of(value) else { return Ok(()) };
    if is_other_format(fields) {
        return Err(Unreadable::new("JSON, but a JSON Feed or a Ghost export and no ninjs"));
    }
    if looks_like_item(fields) || !fields.0.keys().any(|key| is_wrapper(key)) && is_bare_item(fields) {
        let at = if items.is_empty() && depth == 0 {
            String::new()
        } else {
            format!("item {}/", items.len() + 1)
        };
        let mut item = item::read(fields, &at, ctx, problems);
        if item.guid.is_empty() {
            make_up_guid(&mut item, &value.to_string(), &format!("{at}uri"), problems);
        }
        items.push(item);
        return Ok(());
    }
    // Wrappers hold wrappers (`data.items[].item`), never deeply.
    if depth < 8 {
        for (key, inner) in fields.0 {
            if is_wrapper(key) && (inner.is_object() || inner.is_array()) {
                collect(inner, ctx, items, problems, depth + 1)?;
            }
        }
    }
    Ok(())
}

fn is_wrapper(key: &str) -> bool {
    WRAPPERS.iter().any(|wrapper| key.eq_ignore_ascii_case(wrapper))
}

/// An item that has an identity, or a headline with a text, and little else.
fn is_bare_item(fields: Fields<'_>) -> bool {
    fields.get(&["uri"]).is_some_and(Value::is_string)
        || fields.get(&["headline"]).is_some() && fields.0.keys().any(|key| key.starts_with("body_"))
}

/// A JSON Feed names its version by an address; a Ghost export has a `db`.
fn is_other_format(fields: Fields<'_>) -> bool {
    let is_feed = fields
        .get(&["version"])
        .and_then(Value::as_str)
        .is_some_and(|version| version.contains("jsonfeed.org"));
    is_feed || fields.get(&["db"]).is_some_and(Value::is_array)
}
