//! The events of a calendar: one listing for each identity, with all dates on which it happens.

use super::table::said;
use super::{AHEAD, Shape};
use crate::calendar::{self, Event};
use crate::problem::{Problem, ReadContext, Unreadable};
use masthead_domain::listings::{Category, Entry, Span, point_of};

/// Reads a calendar.
pub(super) fn read(
    bytes: &[u8],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Entry>, Unreadable> {
    let reading = calendar::read(bytes, ctx)?;
    problems.extend(reading.problems);
    let calendar = reading.value;
    // What began earlier and goes on counts.
    let window = (ctx.now, ctx.now.plus_seconds(AHEAD));
    let mut entries = Vec::new();
    for series in calendar.series() {
        let Some(first) = series.first() else { continue };
        let mut dates: Vec<Span> = Vec::new();
        for event in &series {
            if !is_off(event) {
                dates.extend(calendar.dates(event, window, ctx, problems));
            }
        }
        // What is over, or far ahead, is no mistake.
        if dates.is_empty() {
            continue;
        }
        let (venue, locality) = place(&first.location);
        let mut entry = Entry {
            key: first.uid.clone(),
            category: Some(Category::WhatsOn),
            cancelled: is_off(first),
            title: first.summary.clone(),
            text: crate::html::to_plain(&first.description, ctx),
            kind: first.categories.split(',').next().unwrap_or_default().to_owned(),
            organisation: first.organizer.clone(),
            url: Some(first.url.clone()).filter(|url| !url.is_empty()),
            venue,
            locality,
            point: first
                .position()
                .and_then(|(latitude, longitude)| point_of(latitude, longitude)),
            dates,
            ..Entry::default()
        };
        if !shape.fields.is_empty() {
            let line = format!("event {}", first.uid);
            said(&mut entry, &line, shape, ctx, problems, &|name| {
                first.property(name).map(str::to_owned)
            });
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn is_off(event: &Event) -> bool {
    event.status == "CANCELLED"
}

/// The hall and the town of a line such as `Town Hall, Market Place, Eelhithe`: its first and its last part, where that
/// is no postcode.
fn place(location: &str) -> (String, String) {
    let parts: Vec<&str> = location
        .split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let is_name = |part: &&&str| !part.chars().any(|c| c.is_ascii_digit());
    match parts.split_first() {
        Some((first, [])) => ((*first).to_owned(), String::new()),
        Some((first, rest)) => {
            let town = rest.iter().rev().find(is_name).copied().unwrap_or_default();
            ((*first).to_owned(), town.to_owned())
        }
        None => Default::default(),
    }
}
