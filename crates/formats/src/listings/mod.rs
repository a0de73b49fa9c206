//! Listings as others publish them: tables (CSV), JSON, RSS, calendars and pages with schema.org markup, read into
//! [`Entry`]s. A publisher says in the settings which field of the source's means what.

mod events;
mod feed;
mod markup;
mod table;
#[cfg(test)]
mod tests;

use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use jiff::tz::TimeZone;
use masthead_domain::listings::{Category, Entry, Span};
use masthead_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashSet};

/// The most listings of one document; what comes after is named as a problem.
pub const MOST: usize = 100_000;
/// How far ahead events are taken, in seconds: a year.
const AHEAD: i64 = 366 * 86_400;

/// How a source writes its listings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Notation {
    /// A table with a line of headings, separated by commas, semicolons or tabs.
    #[default]
    Csv,
    /// Objects in JSON.
    Json,
    /// RSS, Atom or JSON Feed.
    Rss,
    /// iCalendar (RFC 5545).
    ICalendar,
    /// JSON-LD or a page with schema.org markup.
    Schema,
}

/// What a reader has to know of a source's documents.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// How they are written.
    pub notation: Notation,
    /// What they are of, where they don't say it themselves.
    pub category: Option<Category>,
    /// Where in JSON the list is: names with dots between; empty for the document itself.
    pub items: String,
    /// The source's field of each of ours: a heading of a table, names with dots between in JSON and feeds (an element
    /// with its prefix, an attribute after an `@`), a property of an event. What is missing has our own name in tables and
    /// JSON, and what feeds and calendars call it; pages with markup have one way to say each.
    pub fields: BTreeMap<String, String>,
    /// The currency of amounts that name none.
    pub currency: String,
}

/// Our fields, which a source's can be given to.
pub const FIELDS: [&str; 18] = [
    "id",
    "title",
    "text",
    "kind",
    "organisation",
    "url",
    "price",
    "currency",
    "per",
    "venue",
    "locality",
    "latitude",
    "longitude",
    "starts",
    "ends",
    "published",
    "expires",
    "contact",
];

/// Reads a document. Entries are tidy, have a key and a title, and each key stands once.
///
/// # Errors
/// When nothing can be taken from it.
pub fn read(bytes: &[u8], shape: &Shape, ctx: &ReadContext<'_>) -> Result<Reading<Vec<Entry>>, Unreadable> {
    let mut problems = Vec::new();
    let entries = match shape.notation {
        Notation::Csv => table::csv(bytes, shape, ctx, &mut problems)?,
        Notation::Json => table::json(bytes, shape, ctx, &mut problems)?,
        Notation::Rss => feed::read(bytes, shape, ctx, &mut problems)?,
        Notation::ICalendar => events::read(bytes, shape, ctx, &mut problems)?,
        Notation::Schema => markup::read(bytes, shape, ctx, &mut problems)?,
    };
    let mut keys = HashSet::new();
    let mut value = Vec::with_capacity(entries.len());
    for mut entry in entries {
        if value.len() >= MOST {
            problems.push(Problem::new(
                "document",
                format!("there are more than {MOST} listings; the rest is left out"),
            ));
            break;
        }
        if entry.key.trim().is_empty() {
            entry.key = own_key(&entry);
        }
        let name = crate::xml::cut_at(&entry.key, 80).to_owned();
        if entry.category.is_none() {
            entry.category = shape.category;
        }
        for date in &mut entry.dates {
            close(date, ctx);
        }
        let Some(entry) = entry.tidy() else {
            problems.push(Problem::new(name, "it has no title"));
            continue;
        };
        if entry.category.is_none() {
            problems.push(Problem::new(
                name,
                "nothing says what it is of: property, jobs, motoring or what's on",
            ));
            continue;
        }
        if keys.insert(entry.key.clone()) {
            value.push(entry);
        } else {
            problems.push(Problem::new(
                name,
                "another listing of the document has the same identity",
            ));
        }
    }
    Ok(Reading { value, problems })
}

/// What stands for the identity of a listing that has none: its address, else what it is called, where and when.
fn own_key(entry: &Entry) -> String {
    let start = entry
        .dates
        .first()
        .map(|date| date.start.to_string())
        .unwrap_or_default();
    match &entry.url {
        // One page may sell tickets of several evenings.
        Some(url) => format!("{url} {start}"),
        None => format!("{} {} {} {start}", entry.title, entry.venue, entry.locality),
    }
}

/// An event that doesn't say when it ends is over with its day.
fn close(date: &mut Span, ctx: &ReadContext<'_>) {
    if date.end <= date.start {
        date.end = midnight_after(date.start, ctx).unwrap_or_else(|| date.start.plus_seconds(86_400));
    }
}

/// The midnight after a moment, where the source is.
fn midnight_after(at: Timestamp, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let zone = ctx
        .zone
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    let next = zone.to_datetime(at.to_jiff()).date().tomorrow().ok()?;
    Some(next.to_zoned_datetime(zone).ok()?.timestamp().into())
}

/// A span from what a document says of beginning and end. A day alone as the end belongs to it.
fn span(starts: &str, ends: &str, ctx: &ReadContext<'_>) -> Result<Span, String> {
    use crate::times::Written;
    let moment =
        |text: &str| crate::times::moment(text, ctx).or_else(|wrong| crate::dates::moment(text, ctx).ok_or(wrong));
    let is_day = |text: &str| matches!(crate::times::read(text), Ok(Written::Day(_)));
    let start = moment(starts)?;
    let end = match ends.trim() {
        "" if is_day(starts) => midnight_after(start, ctx).unwrap_or(start),
        "" => start,
        ends if is_day(ends) => {
            let day = moment(ends)?;
            midnight_after(day, ctx).unwrap_or(day)
        }
        ends => moment(ends)?,
    };
    Ok(Span {
        start,
        end: end.max(start),
        days: is_day(starts),
    })
}
