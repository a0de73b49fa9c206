//! Exports of comments: Disqus, Coral (and Talk before it), Remark42, Commento, Isso, Livefyre, and our own.
//!
//! Each reader streams: a record at a time is in memory, however long the file. What can't be read is set aside with its
//! place and reason, and the next record is read all the same. Readers say what stands in the file; to which story a
//! thread belongs and who somebody is here is for the import to find out.
//!
//! Likes are taken as numbers, from all but Disqus's and WordPress's, which have none: who liked something is nobody's
//! here, as a rule. What people say of themselves is taken from our own export alone, where a desk has looked at it.
//!
//! Addresses of writers on the network (IP) are in most of these files and are never taken.

mod commento;
mod coral;
mod disqus;
pub mod isso;
mod livefyre;
mod masthead;
mod objects;
mod remark42;
pub(crate) mod text;

use crate::dates;
use crate::format::Format;
use crate::html::note;
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::squeeze;
use masthead_domain::imports::{CommentRecord, MOST_LIKES};
use masthead_domain::time::Timestamp;
use objects::{Entry, Objects};
use serde_json::Value;
use std::io::BufRead;
use std::ops::ControlFlow;

/// What an export held, once it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Records set aside and faults of the file, each with its place and a true reason; at most some fifty.
    pub problems: Vec<Problem>,
    /// How many records were set aside.
    pub set_aside: u64,
    /// Records of other kinds that the file holds beside comments, which are passed over.
    pub passed_over: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// Receives each record with the number of bytes of the file that are done after it, and what could not be taken of it.
/// `Break` ends the reading.
pub type Sink<'a> = dyn FnMut(CommentRecord, u64, Vec<Problem>) -> ControlFlow<()> + 'a;

/// Reads an export from its beginning. Isso's is a database, whose rows [`isso`] translates.
///
/// # Errors
/// When the file holds nothing of the format. Faults inside it are in the summary.
pub fn read(
    format: Format,
    reader: impl BufRead,
    ctx: &ReadContext<'_>,
    sink: &mut Sink<'_>,
) -> Result<Summary, Unreadable> {
    // All of these write UTC, whatever the site's own zone.
    let ctx = &ReadContext {
        zone: None,
        ..ctx.clone()
    };
    let mut reading = Reading::new(ctx, sink);
    match format {
        Format::Disqus => disqus::read(reader, &mut reading)?,
        Format::Coral => json(reader, false, &mut reading, coral::take)?,
        Format::Masthead => json(reader, false, &mut reading, masthead::take)?,
        Format::Livefyre => json(reader, false, &mut reading, livefyre::take)?,
        Format::Remark42 => json(reader, true, &mut reading, remark42::take)?,
        Format::Commento => json(reader, true, &mut reading, commento::take)?,
        _ => {
            return Err(Unreadable::new(format!(
                "{} is no export of comments that can be streamed",
                format.name()
            )));
        }
    }
    if reading.records == 0 {
        let why = reading.summary.problems.first().map(ToString::to_string);
        return Err(Unreadable::new(why.unwrap_or_else(|| {
            format!("nothing in it is a comment as {} writes them", format.name())
        })));
    }
    Ok(reading.summary)
}

/// What readers share while they read.
struct Reading<'a, 's> {
    ctx: &'a ReadContext<'a>,
    sink: &'a mut Sink<'s>,
    summary: Summary,
    records: u64,
    ended: bool,
}

impl<'a, 's> Reading<'a, 's> {
    fn new(ctx: &'a ReadContext<'a>, sink: &'a mut Sink<'s>) -> Self {
        Self {
            ctx,
            sink,
            summary: Summary::default(),
            records: 0,
            ended: false,
        }
    }

    fn give(&mut self, record: CommentRecord, position: u64, problems: Vec<Problem>) {
        if self.ended {
            return;
        }
        self.records += 1;
        self.ended = (self.sink)(record, position, problems).is_break();
    }

    fn set_aside(&mut self, at: impl Into<String>, why: impl Into<String>) {
        self.summary.set_aside += 1;
        let at: String = at.into();
        note(&mut self.summary.problems, &at, why);
    }
}

/// What a reader of JSON does with an object: false when it is none of the format's.
type Take = fn(&Value, Entry<'_>, &mut Reading<'_, '_>) -> bool;

/// Reads JSON lines, a list, or (where `members`) an object whose members are lists, each object in turn.
fn json(reader: impl BufRead, members: bool, reading: &mut Reading<'_, '_>, take: Take) -> Result<(), Unreadable> {
    let mut objects = Objects::new(reader, members);
    loop {
        let found = match objects.next_object() {
            Ok(found) => found,
            Err(fault) if reading.records == 0 => return Err(Unreadable::new(fault)),
            Err(fault) => {
                reading.set_aside(format!("byte {}", objects.position()), fault);
                break;
            }
        };
        let Some(found) = found else { break };
        let place = format!("byte {}", found.start);
        if let Some(fault) = found.fault {
            reading.set_aside(place, fault);
            continue;
        }
        let text = crate::encoding::to_text(&found.bytes, Some("utf-8"), &mut Vec::new());
        let value: Value = match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(error) => {
                reading.set_aside(place, format!("not JSON: {error}"));
                continue;
            }
        };
        let entry = Entry {
            list: &found.list,
            end: found.end,
        };
        if !take(&value, entry, reading) {
            reading.summary.passed_over += 1;
        }
        if reading.ended {
            break;
        }
    }
    reading.summary.bytes = objects.position();
    Ok(())
}

/// A field as one line of text; a number is one too. `None` for null and blank.
fn word(value: &Value, name: &str) -> Option<String> {
    let text = match value.get(name)? {
        Value::String(text) => squeeze(text),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// The first of several fields that is there.
fn word_of(value: &Value, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| word(value, name))
}

/// A field's text as it stands, without what no database takes; empty for none.
fn block<'v>(value: &'v Value, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn flag(value: &Value, name: &str) -> bool {
    value.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// How many people liked a comment; what is no number, or less than nothing, is 0.
fn liked(value: Option<&Value>) -> u32 {
    let number = value.and_then(
        |value| match value.get("$numberInt").or_else(|| value.get("$numberLong")) {
            Some(Value::String(text)) => text.parse().ok(),
            _ => value.as_i64(),
        },
    );
    likes(number.unwrap_or_default())
}

/// The same of a number.
fn likes(number: i64) -> u32 {
    u32::try_from(number.max(0)).map_or(MOST_LIKES, |number| number.min(MOST_LIKES))
}

/// The moment of a field: text, or MongoDB's `{"$date": …}` in either of its forms (Extended JSON 2.0).
fn moment(value: &Value, names: &[&str], ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let value = names
        .iter()
        .find_map(|name| value.get(name))
        .filter(|value| !value.is_null())?;
    let value = value.get("$date").unwrap_or(value);
    let value = value.get("$numberLong").unwrap_or(value);
    match value {
        Value::String(text) => dates::moment(text, ctx),
        Value::Number(number) => {
            let number = number.as_i64()?;
            // Seconds until the year 5138, milliseconds from 1973 on.
            let milliseconds = if number.unsigned_abs() >= 100_000_000_000 {
                number
            } else {
                number.checked_mul(1_000)?
            };
            Some(Timestamp::from_micros(milliseconds.checked_mul(1_000)?))
        }
        _ => None,
    }
}

/// A text short enough for a report.
fn flat(text: &str) -> String {
    crate::xml::cut_at(&squeeze(text), 60).to_owned()
}

/// A display name with its entities and markup read.
fn name(text: &str, ctx: &ReadContext<'_>) -> String {
    crate::html::to_plain(text, ctx).replace('\n', " ")
}

#[cfg(test)]
mod tests;
