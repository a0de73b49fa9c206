//! iCalendar (RFC 5545): events with what they say of themselves, and the dates on which they happen.
//!
//! The libraries that expand recurrences bring a second calendar and zone database along (chrono); this reads what
//! listings need upon the one that the program has. What can't be followed (calendars other than the Gregorian, rules of
//! hours) is named, and the event keeps its first date.

mod lines;
mod rule;
#[cfg(test)]
mod tests;
mod when;
mod zones;

use crate::encoding;
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use jiff::civil::DateTime;
use lines::{Line, lines};
use masthead_domain::listings::{MOST_DATES, Span};
use masthead_domain::time::Timestamp;
use rule::Rule;
use std::collections::HashMap;
pub use when::When;
use zones::Zones;

/// Properties of an event that are kept as text.
const MOST_PROPERTIES: usize = 100;
/// More events than any calendar of a town has.
const MOST_EVENTS: usize = 20_000;
/// How deep components are followed inside each other.
const DEEPEST: usize = 32;

/// A calendar as it was read.
#[derive(Debug, Default)]
pub struct Calendar {
    /// How many `VCALENDAR`s the document holds.
    pub calendars: usize,
    /// The events in their order.
    pub events: Vec<Event>,
    zones: Zones,
}

/// An event (`VEVENT`) as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Event {
    /// Its identity; empty where the document gives none.
    pub uid: String,
    /// Its title.
    pub summary: String,
    /// More about it.
    pub description: String,
    /// Where it is, in one line.
    pub location: String,
    /// `CONFIRMED`, `TENTATIVE`, `CANCELLED`.
    pub status: String,
    /// Where there is more.
    pub url: String,
    /// What it is about.
    pub categories: String,
    /// Who holds it: the name beside the address.
    pub organizer: String,
    /// `latitude;longitude` in degrees.
    pub geo: String,
    /// When it begins.
    pub dtstart: Option<When>,
    /// When it ends.
    pub dtend: Option<When>,
    /// How long it lasts, as written.
    pub duration: String,
    /// The rule by which it is repeated, as written.
    pub rrule: String,
    /// The instance of a repeated event that this one takes the place of.
    pub recurrence_id: Option<When>,
    rdates: Vec<When>,
    exdates: Vec<When>,
    /// Every property as text, for what only some calendars say.
    properties: Vec<(String, String)>,
}

/// Reads a calendar.
///
/// # Errors
/// When there is no component of a calendar in it at all.
pub fn read(bytes: &[u8], _: &ReadContext<'_>) -> Result<Reading<Calendar>, Unreadable> {
    let mut problems = Vec::new();
    let text = encoding::to_text(bytes, None, &mut problems);
    let mut calendar = Calendar::default();
    let mut open: Vec<String> = Vec::new();
    let mut event: Option<Event> = None;
    let mut seen = false;
    for (number, line) in lines(&text) {
        let Ok(line) = Line::parse(&line) else {
            problems.push(Problem::new(format!("line {number}"), "no property of a calendar"));
            continue;
        };
        match line.name.as_str() {
            "BEGIN" => {
                seen = true;
                let name = line.value.trim().to_ascii_uppercase();
                match name.as_str() {
                    "VCALENDAR" => calendar.calendars += 1,
                    "VEVENT" if calendar.events.len() < MOST_EVENTS => event = Some(Event::default()),
                    _ => {}
                }
                calendar.zones.begin(&name);
                if open.len() < DEEPEST {
                    open.push(name);
                }
            }
            "END" => {
                let name = line.value.trim().to_ascii_uppercase();
                if let Some(at) = open.iter().rposition(|known| *known == name) {
                    open.truncate(at);
                }
                calendar.zones.end(&name);
                if name == "VEVENT" {
                    calendar.events.extend(event.take());
                }
            }
            _ => match open.last().map(String::as_str) {
                Some("VEVENT") => {
                    if let Some(event) = &mut event
                        && let Err(what) = event.take(&line)
                    {
                        problems.push(Problem::new(format!("line {number}, {}", line.name), what));
                    }
                }
                Some("VTIMEZONE" | "STANDARD" | "DAYLIGHT") => calendar.zones.take(&line),
                _ => {}
            },
        }
    }
    if event.is_some() {
        problems.push(Problem::new(
            "VEVENT",
            "the document ends inside an event, which is left out",
        ));
    }
    if !seen {
        return Err(Unreadable::new("there is no calendar in it"));
    }
    Ok(Reading {
        value: calendar,
        problems,
    })
}

impl Event {
    /// Takes a property. The first of a kind counts.
    fn take(&mut self, line: &Line) -> Result<(), String> {
        fn first(field: &mut String, text: String) {
            if field.is_empty() {
                *field = text;
            }
        }
        let date = || When::read(line, &line.value);
        if self.properties.len() < MOST_PROPERTIES {
            self.properties.push((line.name.clone(), line.text()));
        }
        match line.name.as_str() {
            "UID" => first(&mut self.uid, line.text()),
            "SUMMARY" => first(&mut self.summary, line.text()),
            "DESCRIPTION" => first(&mut self.description, line.text()),
            "LOCATION" => first(&mut self.location, line.text()),
            "STATUS" => first(&mut self.status, line.value.trim().to_ascii_uppercase()),
            "URL" => first(&mut self.url, line.value.clone()),
            "CATEGORIES" => first(&mut self.categories, line.text()),
            "ORGANIZER" => first(&mut self.organizer, line.parameter("CN").unwrap_or_default().to_owned()),
            "GEO" => first(&mut self.geo, line.value.clone()),
            "DURATION" => first(&mut self.duration, line.value.trim().to_owned()),
            "RRULE" => first(&mut self.rrule, line.value.trim().to_owned()),
            "DTSTART" if self.dtstart.is_none() => self.dtstart = Some(date()?),
            "DTEND" if self.dtend.is_none() => self.dtend = Some(date()?),
            "RECURRENCE-ID" if self.recurrence_id.is_none() => self.recurrence_id = Some(date()?),
            "RDATE" | "EXDATE" => {
                let list = if line.name == "RDATE" {
                    &mut self.rdates
                } else {
                    &mut self.exdates
                };
                for value in line.value.split(',').filter(|value| !value.trim().is_empty()) {
                    list.push(When::read(line, value)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The text of the first property of a name, in capitals or not.
    pub fn property(&self, name: &str) -> Option<&str> {
        let mut all = self.properties.iter();
        let found = all.find(|(known, _)| known.eq_ignore_ascii_case(name.trim()))?;
        Some(&found.1)
    }

    /// Latitude and longitude in degrees.
    pub fn position(&self) -> Option<(f64, f64)> {
        let (latitude, longitude) = self.geo.split_once(';')?;
        Some((latitude.trim().parse().ok()?, longitude.trim().parse().ok()?))
    }
}

impl Calendar {
    /// The dates of an event that are not over at `from` and begin before `to`, in order, at most [`MOST_DATES`]. Times
    /// without a zone are of `ctx.zone`. Instances that other events of the same identity take the place of are theirs.
    ///
    /// What can't be followed stands in `problems`; the event keeps the dates that could be told.
    pub fn dates(
        &self,
        event: &Event,
        (from, to): (Timestamp, Timestamp),
        ctx: &ReadContext<'_>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Span> {
        let mut note = |what: String| problems.push(Problem::new(format!("event {}", event.uid), what));
        let Some(start) = &event.dtstart else {
            note("it says nothing of when it begins".into());
            return Vec::new();
        };
        let zone = self.zones.named(start.tzid.as_deref(), ctx.zone, &mut note);
        let first = start.local(&zone);
        let length = self.length(event, start, ctx, &mut note);
        let mut starts: Vec<DateTime> = vec![first];
        if !event.rrule.is_empty() {
            let window = (
                zone.to_datetime(from.plus_seconds(-length).to_jiff()).date(),
                zone.to_datetime(to.to_jiff()).date(),
            );
            match Rule::parse(&event.rrule, &zone) {
                Ok(rule) => starts = rule.starts(first, window, MOST_DATES),
                Err(what) => note(what),
            }
        }
        let mut spans: Vec<Span> = starts
            .into_iter()
            .filter_map(|local| start.span(local, length, &zone))
            .collect();
        for extra in &event.rdates {
            let zone = self
                .zones
                .named(extra.tzid.as_deref().or(start.tzid.as_deref()), ctx.zone, &mut note);
            let lasts = extra.lasts.unwrap_or(length);
            spans.extend(extra.span(extra.local(&zone), lasts, &zone));
        }
        let mut out_of: Vec<&When> = event.exdates.iter().collect();
        if event.recurrence_id.is_none() && !event.uid.is_empty() {
            let others = self.events.iter().filter(|other| other.uid == event.uid);
            out_of.extend(others.filter_map(|other| other.recurrence_id.as_ref()));
        }
        for gone in out_of {
            let zone = self
                .zones
                .named(gone.tzid.as_deref().or(start.tzid.as_deref()), ctx.zone, &mut note);
            let local = gone.local(&zone);
            if let Some(gone) = gone.span(local, 0, &zone) {
                // An exception of a whole day takes every instance of that day.
                spans.retain(|span| {
                    span.start != gone.start
                        && !(gone.days && zone.to_datetime(span.start.to_jiff()).date() == local.date())
                });
            }
        }
        spans.retain(|span| span.end > from && span.start < to);
        spans.sort();
        spans.dedup();
        spans.truncate(MOST_DATES);
        spans
    }

    /// How long an event lasts, in seconds: what its end or duration say, else a day for one of whole days, else nothing
    /// (RFC 5545, section 3.6.1).
    fn length(&self, event: &Event, start: &When, ctx: &ReadContext<'_>, note: &mut impl FnMut(String)) -> i64 {
        let usual = if start.is_day { 86_400 } else { 0 };
        if let Some(end) = &event.dtend {
            let zone = self.zones.named(start.tzid.as_deref(), ctx.zone, note);
            let end_zone = self
                .zones
                .named(end.tzid.as_deref().or(start.tzid.as_deref()), ctx.zone, note);
            let moment = |when: &When, zone| when.span(when.local(zone), 0, zone).map(|span| span.start);
            let length = match (moment(start, &zone), moment(end, &end_zone)) {
                (Some(start), Some(end)) => end.micros_since(start) / 1_000_000,
                _ => usual,
            };
            if length < 0 {
                note("it ends before it begins".into());
            }
            return if length > 0 { length } else { usual };
        }
        if event.duration.is_empty() {
            return usual;
        }
        match when::seconds(&event.duration) {
            Some(seconds) => seconds,
            None => {
                note(format!("no duration that can be read: {}", event.duration));
                usual
            }
        }
    }

    /// Events by identity: each with those that take the place of its instances. Events without an identity stand alone.
    pub fn series(&self) -> Vec<Vec<&Event>> {
        let mut by_uid: HashMap<&str, usize> = HashMap::new();
        let mut series: Vec<Vec<&Event>> = Vec::new();
        for event in &self.events {
            let known = by_uid
                .get(event.uid.as_str())
                .copied()
                .filter(|_| !event.uid.is_empty());
            match known.and_then(|at| series.get_mut(at)) {
                // The series itself comes first, wherever the document has it.
                Some(all) if event.recurrence_id.is_none() => all.insert(0, event),
                Some(all) => all.push(event),
                None => {
                    by_uid.insert(&event.uid, series.len());
                    series.push(vec![event]);
                }
            }
        }
        series
    }
}
