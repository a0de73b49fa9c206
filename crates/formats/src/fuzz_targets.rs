//! One plain function a reader, for fuzzers and for property tests: bytes in, and what must hold whatever they are.
//!
//! A `cargo-fuzz` target is one line that calls one of these; the property tests call the same functions on mutated
//! fixtures, so that what a fuzzer found stays found.

use crate::format::{Format, detect};
use crate::problem::ReadContext;
use crate::read::read_items;
use crate::{alerts, comments, feeds, ghost, html, wxr};
use masthead_domain::document::{Block, Document};
use masthead_domain::imports::{CommentRecord, ImportRecord};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::NewsItem;
use std::ops::ControlFlow;

/// The formats that agencies send.
pub const WIRE: [Format; 6] = [
    Format::Ninjs,
    Format::NewsmlG2,
    Format::Newsml1,
    Format::Nitf,
    Format::Iptc7901,
    Format::Anpa,
];

/// Reads bytes as every wire format.
///
/// # Panics
/// When a promise of the readers is broken.
#[expect(clippy::panic, reason = "a fuzz target tells what it found by a panic")]
pub fn wire(data: &[u8]) {
    for format in WIRE {
        if let Err(broken) = wire_as(data, format) {
            panic!("{}: {broken}", format.name());
        }
    }
}

/// Reads bytes as the format that they are told to be, if any.
///
/// # Panics
/// When a promise of the readers is broken.
#[expect(clippy::panic, reason = "a fuzz target tells what it found by a panic")]
pub fn detected(data: &[u8]) {
    if let Some(format) = detect(data, None).filter(|format| WIRE.contains(format))
        && let Err(broken) = wire_as(data, format)
    {
        panic!("{}: {broken}", format.name());
    }
}

/// Reads bytes as one format and says which promise was broken, if one was.
///
/// # Errors
/// The broken promise.
pub fn wire_as(data: &[u8], format: Format) -> Result<(), String> {
    let ctx = ReadContext::at(Timestamp::from_micros(1_764_000_000_000_000));
    match read_items(data, format, &ctx) {
        Err(error) if error.reason.trim().is_empty() => Err("unreadable without a reason".to_owned()),
        Err(_) => Ok(()),
        Ok(reading) if reading.value.is_empty() => Err("read, and nothing in it".to_owned()),
        Ok(reading) => reading.value.iter().try_for_each(|item| promises(item, data.len())),
    }
}

/// Reads bytes as everything that the web sends: feeds, saved pages, exports, pieces of HTML.
///
/// # Panics
/// When a promise of the readers is broken.
#[expect(clippy::panic, reason = "a fuzz target tells what it found by a panic")]
pub fn web(data: &[u8]) {
    if let Err(broken) = web_promises(data) {
        panic!("{broken}");
    }
}

fn web_promises(data: &[u8]) -> Result<(), String> {
    let ctx = ReadContext::at(Timestamp::from_micros(1_764_000_000_000_000));
    let length = data.len();
    let reasoned = |reason: &str, what: &str| match reason.trim() {
        "" => Err(format!("{what}: unreadable without a reason")),
        _ => Ok(()),
    };
    match feeds::read(data, &ctx) {
        Err(error) => reasoned(&error.reason, "feed")?,
        Ok(reading) => reading.value.items.iter().try_for_each(|item| promises(item, length))?,
    }
    wire_as(data, Format::Html).map_err(|broken| format!("page: {broken}"))?;
    wire_as(data, Format::Text).map_err(|broken| format!("text: {broken}"))?;
    match ghost::read(data, &ctx) {
        Err(error) => reasoned(&error.reason, "ghost")?,
        Ok(reading) => reading
            .value
            .iter()
            .try_for_each(|record| record_promises(record, length))?,
    }
    let mut broken = Ok(());
    let mut before = 0;
    let outcome = wxr::read(data, &ctx, &mut |record, position, _| {
        broken = record_promises(&record, length);
        if position < before || position > length as u64 {
            broken = Err(format!("position {position} behind {before} in a file of {length}"));
        }
        before = position;
        if broken.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    broken.map_err(|broken| format!("wxr: {broken}"))?;
    if let Err(error) = outcome {
        reasoned(&error.reason, "wxr")?;
    }
    let once = html::to_document(&String::from_utf8_lossy(data), &ctx).value;
    blocks(&once)?;
    let written = html::from_document(&once, &mut html::remote_picture);
    if html::to_document(&written, &ctx).value != once {
        return Err(format!("HTML: twice is not once: {written}"));
    }
    Ok(())
}

/// Reads bytes as alerts.
///
/// # Panics
/// When a promise of the readers is broken.
#[expect(clippy::panic, reason = "a fuzz target tells what it found by a panic")]
pub fn alerts(data: &[u8]) {
    if let Err(broken) = alert_promises(data) {
        panic!("alerts: {broken}");
    }
}

fn alert_promises(data: &[u8]) -> Result<(), String> {
    let ctx = ReadContext::at(Timestamp::from_micros(1_764_000_000_000_000));
    let bulletin = match alerts::read(data, &ctx) {
        Err(error) if error.reason.trim().is_empty() => return Err("unreadable without a reason".to_owned()),
        Err(_) => return Ok(()),
        Ok(reading) => reading.value,
    };
    for alert in &bulletin.alerts {
        if alert.identifier.trim().is_empty() {
            return Err("an alert without an identity".to_owned());
        }
        let webs = alert.infos.iter().filter_map(|info| info.web.as_deref());
        if let Some(web) = webs
            .chain(bulletin.links.iter().map(String::as_str))
            .find(|web| !web.starts_with("http"))
        {
            return Err(format!("a link to {web}"));
        }
        let points = alert
            .infos
            .iter()
            .flat_map(|info| &info.areas)
            .flat_map(|area| &area.shapes);
        for point in points.flat_map(|shape| shape.positions()) {
            if !(-90.0..=90.0).contains(&point.latitude()) || !(-180.0..=180.0).contains(&point.longitude()) {
                return Err(format!("a place that is none: {point:?}"));
            }
        }
    }
    let json =
        serde_json::to_string(&bulletin.alerts).map_err(|error| format!("alerts that can't be written: {error}"))?;
    if json.contains("\\u0000") {
        return Err("U+0000 came through".to_owned());
    }
    if json.len() > data.len().saturating_mul(400) + 20_000 {
        return Err(format!("{} bytes became {}", data.len(), json.len()));
    }
    Ok(())
}

/// Reads bytes as every export of comments.
///
/// # Panics
/// When a promise of the readers is broken.
#[expect(clippy::panic, reason = "a fuzz target tells what it found by a panic")]
pub fn comments(data: &[u8]) {
    for format in COMMENTS {
        if let Err(broken) = comments_as(data, format) {
            panic!("{}: {broken}", format.name());
        }
    }
}

/// The exports of comments that are streamed.
pub const COMMENTS: [Format; 6] = [
    Format::Disqus,
    Format::Coral,
    Format::Remark42,
    Format::Commento,
    Format::Livefyre,
    Format::Masthead,
];

fn comments_as(data: &[u8], format: Format) -> Result<(), String> {
    let ctx = ReadContext::at(Timestamp::from_micros(1_764_000_000_000_000));
    let length = data.len();
    let (mut broken, mut before, mut written) = (Ok(()), 0, 0);
    let outcome = comments::read(format, data, &ctx, &mut |record, position, _| {
        broken = match serde_json::to_value(&record) {
            Err(error) => Err(format!("a record that can't be written: {error}")),
            Ok(value) if holds_nul(&value) => Err("U+0000 came through".to_owned()),
            Ok(value) => {
                written += value.to_string().len();
                Ok(())
            }
        };
        if let CommentRecord::Comment(comment) = &record
            && comment.key.is_empty()
        {
            broken = Err("a comment without an identity".to_owned());
        }
        if position < before || position > length as u64 {
            broken = Err(format!("position {position} behind {before} in a file of {length}"));
        }
        before = position;
        if broken.is_ok() {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    broken?;
    // Each record repeats the names of its fields and its thread's address.
    if written > length.saturating_mul(60) + 20_000 {
        return Err(format!("{length} bytes became {written}"));
    }
    match outcome {
        Err(error) if error.reason.trim().is_empty() => Err("unreadable without a reason".to_owned()),
        _ => Ok(()),
    }
}

fn record_promises(record: &ImportRecord, length: usize) -> Result<(), String> {
    match record {
        ImportRecord::Story(story) | ImportRecord::Page(story) => promises(&story.item, length),
        _ => Ok(()),
    }
}

/// What holds for every item, whatever it was read from.
fn promises(item: &NewsItem, length: usize) -> Result<(), String> {
    if item.guid.trim().is_empty() {
        return Err("an item without an identity".to_owned());
    }
    let value = serde_json::to_value(item).map_err(|error| format!("an item that can't be written: {error}"))?;
    if holds_nul(&value) {
        return Err("U+0000 came through".to_owned());
    }
    let json = value.to_string();
    // A body may say several times what the source says once (an escaped entity), never without bound.
    if json.len() > length.saturating_mul(60) + 20_000 {
        return Err(format!("{length} bytes became {}", json.len()));
    }
    blocks(&item.body)?;
    item.associations
        .iter()
        .try_for_each(|association| promises(&association.item, length))
}

fn holds_nul(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => text.contains('\0'),
        serde_json::Value::Array(members) => members.iter().any(holds_nul),
        serde_json::Value::Object(fields) => fields.iter().any(|(key, value)| key.contains('\0') || holds_nul(value)),
        _ => false,
    }
}

/// What holds for every document.
fn blocks(document: &Document) -> Result<(), String> {
    for block in &document.blocks {
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } if text.is_empty() => {
                return Err("an empty paragraph or heading".to_owned());
            }
            Block::Paragraph { text } => {
                for link in text.0.iter().filter_map(|span| span.link.as_deref()) {
                    let scheme = link.split(':').next().unwrap_or("").to_ascii_lowercase();
                    if !link.starts_with('/') && !matches!(scheme.as_str(), "http" | "https" | "mailto") {
                        return Err(format!("a link to {link}"));
                    }
                }
            }
            Block::Embed { url, .. } if !url.starts_with("http") => return Err(format!("an embed of {url}")),
            _ => {}
        }
    }
    Ok(())
}
