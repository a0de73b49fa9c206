//! Tables and JSON, whose fields mean what the settings say.

use super::{MOST, Shape, span};
use crate::encoding;
use crate::problem::{Problem, ReadContext, Unreadable};
use masthead_domain::listings::{Category, Entry, Price, point_of};
use masthead_domain::places::Point;
use serde_json::Value;

/// Reads a table with a line of headings.
pub(super) fn csv(
    bytes: &[u8],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Entry>, Unreadable> {
    let text = encoding::to_text(bytes, None, problems);
    let text = text.trim_start_matches('\u{feff}');
    let head = text.lines().next().unwrap_or_default();
    let separator = [b',', b';', b'\t']
        .into_iter()
        .max_by_key(|separator| head.bytes().filter(|byte| byte == separator).count())
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headings = match reader.headers() {
        Ok(headings) if headings.iter().any(|heading| !heading.trim().is_empty()) => headings.clone(),
        Ok(_) => return Err(Unreadable::new("the table is empty")),
        Err(error) => return Err(Unreadable::new(format!("no table: {error}"))),
    };
    let column = |name: &str| {
        headings
            .iter()
            .position(|heading| heading.trim().eq_ignore_ascii_case(name.trim()))
    };
    let title = named(shape, "title");
    if column(title).is_none() {
        return Err(Unreadable::new(format!(
            "the table has no column '{title}': name the one with the title in the source's fields"
        )));
    }
    let mut entries = Vec::new();
    for (number, record) in reader.records().enumerate().take(MOST + 1) {
        let line = format!("line {}", number + 2);
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                problems.push(Problem::new(line, error.to_string()));
                continue;
            }
        };
        let get = |name: &str| record.get(column(name)?).map(str::to_owned);
        entries.push(entry(&line, shape, ctx, problems, &get));
    }
    Ok(entries)
}

/// Reads objects.
pub(super) fn json(
    bytes: &[u8],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Entry>, Unreadable> {
    let text = encoding::to_text(bytes, None, problems);
    let document: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| Unreadable::new(format!("no JSON: {error}")))?;
    let place = if shape.items.is_empty() {
        Some(&document)
    } else {
        at(&document, &shape.items)
    };
    let Some(Value::Array(items)) = place else {
        return Err(Unreadable::new(format!(
            "there is no list at '{}': say where it is in the source's items",
            shape.items
        )));
    };
    let mut entries = Vec::new();
    for (number, item) in items.iter().enumerate().take(MOST + 1) {
        let get = |name: &str| plain(at(item, name)?);
        entries.push(entry(&format!("item {}", number + 1), shape, ctx, problems, &get));
    }
    Ok(entries)
}

/// The words of a value that is no list and no object.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

/// What is at a path of names and numbers with dots between. A name with dots of its own is tried first.
pub(super) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    if let Some(found) = value.get(path) {
        return Some(found);
    }
    path.split('.').try_fold(value, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })
}

/// The source's name of one of our fields.
fn named<'a>(shape: &'a Shape, field: &'a str) -> &'a str {
    shape.fields.get(field).map_or(field, String::as_str)
}

/// Puts what a source says in fields that the settings name over what its format has ways of its own for.
pub(super) fn said(
    over: &mut Entry,
    line: &str,
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
    get: &dyn Fn(&str) -> Option<String>,
) {
    let is_named = |name: &str| shape.fields.values().any(|named| named == name);
    let own = entry(line, shape, ctx, problems, &|name| get(name).filter(|_| is_named(name)));
    let put = |field: &mut String, own: String| {
        if !own.is_empty() {
            *field = own;
        }
    };
    put(&mut over.key, own.key);
    put(&mut over.title, own.title);
    put(&mut over.text, own.text);
    put(&mut over.kind, own.kind);
    put(&mut over.organisation, own.organisation);
    put(&mut over.per, own.per);
    put(&mut over.venue, own.venue);
    put(&mut over.locality, own.locality);
    put(&mut over.contact, own.contact);
    if !own.dates.is_empty() {
        over.dates = own.dates;
    }
    over.url = own.url.or(over.url.take());
    over.price = own.price.or(over.price.take());
    over.point = own.point.or(over.point);
    over.published = own.published.or(over.published);
    over.expires = own.expires.or(over.expires);
}

/// An entry from whatever gives the value of a field.
fn entry(
    line: &str,
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
    get: &dyn Fn(&str) -> Option<String>,
) -> Entry {
    let field = |name: &'static str| {
        let text = get(named(shape, name)).unwrap_or_default();
        text.trim().to_owned()
    };
    let mut problem = |what: String| problems.push(Problem::new(line, what));
    let mut time = |name: &'static str| {
        let text = field(name);
        if text.is_empty() {
            return None;
        }
        let read = crate::times::moment(&text, ctx).or_else(|wrong| crate::dates::moment(&text, ctx).ok_or(wrong));
        read.map_err(|wrong| problem(format!("{name}: {wrong}"))).ok()
    };
    let (published, expires) = (time("published"), time("expires"));
    let (starts, ends) = (field("starts"), field("ends"));
    let dates = if starts.is_empty() {
        Vec::new()
    } else {
        match span(&starts, &ends, ctx) {
            Ok(span) => vec![span],
            Err(wrong) => {
                problem(format!("starts: {wrong}"));
                Vec::new()
            }
        }
    };
    let (amount, currency) = (field("price"), field("currency"));
    let currency = Some(currency).filter(|currency| !currency.is_empty());
    let price = Price::parse(&amount, currency.as_deref().unwrap_or(&shape.currency));
    if price.is_none() && !amount.is_empty() {
        problem(format!("price: '{amount}' is no amount of a known currency"));
    }
    let point = spot(&field("latitude"), &field("longitude")).unwrap_or_else(|wrong| {
        problem(wrong);
        None
    });
    Entry {
        key: field("id"),
        category: Category::parse(&field("category")),
        title: field("title"),
        text: crate::html::to_plain(&field("text"), ctx),
        kind: field("kind"),
        organisation: field("organisation"),
        url: Some(field("url")).filter(|url| !url.is_empty()),
        price,
        per: field("per"),
        venue: field("venue"),
        locality: field("locality"),
        point,
        contact: field("contact"),
        dates,
        published,
        expires,
        ..Entry::default()
    }
}

/// The point that two fields give; none when they are empty, or stand at the zero that means "unknown". With an empty
/// longitude the latitude's field may hold both, as `georss:point` does (`52.5 0.25`).
fn spot(latitude: &str, longitude: &str) -> Result<Option<Point>, String> {
    let said = format!("{latitude} {longitude}");
    let mut degrees = Vec::with_capacity(2);
    let parts: Vec<&str> = if longitude.is_empty() && !latitude.contains(char::is_whitespace) {
        latitude.split([',', ';']).collect()
    } else {
        said.split_whitespace().collect()
    };
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        let number = part.trim_end_matches([',', ';']).replace(',', ".");
        degrees.extend(number.parse::<f64>().ok().filter(|degrees| degrees.is_finite()));
    }
    let is_unknown = said.trim().is_empty() || degrees == [0.0, 0.0];
    let point = match degrees.as_slice() {
        [latitude, longitude] => point_of(*latitude, *longitude),
        _ => None,
    };
    if point.is_none() && !is_unknown {
        return Err(format!("latitude and longitude: '{}' is no point", said.trim()));
    }
    Ok(point)
}
