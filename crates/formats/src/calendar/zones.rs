//! The zones of a calendar: names of the zone database, what others write for them, and zones that the document defines.

use super::lines::Line;
use super::when;
use jiff::tz::{Offset, TimeZone};
use std::collections::HashMap;

/// The most zones that a document defines.
const MOST: usize = 500;

/// Zones that a document defines, by the names that it gives them.
#[derive(Debug, Default)]
pub(super) struct Zones {
    defined: HashMap<String, TimeZone>,
    open: Option<Definition>,
}

/// A `VTIMEZONE` that is being read.
#[derive(Debug, Default)]
struct Definition {
    name: String,
    /// What it is called in the zone database, as some programs add.
    location: String,
    parts: Vec<Part>,
    in_part: bool,
}

/// A `STANDARD` or `DAYLIGHT` of a definition.
#[derive(Debug, Default)]
struct Part {
    daylight: bool,
    start: String,
    offset: Option<i32>,
    rule: String,
}

/// What Windows calls zones that calendars are most often of.
const WINDOWS: &[(&str, &str)] = &[
    ("GMT Standard Time", "Europe/London"),
    ("W. Europe Standard Time", "Europe/Berlin"),
    ("Central Europe Standard Time", "Europe/Budapest"),
    ("Central European Standard Time", "Europe/Warsaw"),
    ("Romance Standard Time", "Europe/Paris"),
    ("E. Europe Standard Time", "Europe/Chisinau"),
    ("FLE Standard Time", "Europe/Kyiv"),
    ("GTB Standard Time", "Europe/Bucharest"),
    ("Turkey Standard Time", "Europe/Istanbul"),
    ("Russian Standard Time", "Europe/Moscow"),
    ("Eastern Standard Time", "America/New_York"),
    ("Central Standard Time", "America/Chicago"),
    ("Mountain Standard Time", "America/Denver"),
    ("Pacific Standard Time", "America/Los_Angeles"),
    ("India Standard Time", "Asia/Kolkata"),
    ("China Standard Time", "Asia/Shanghai"),
    ("Tokyo Standard Time", "Asia/Tokyo"),
    ("AUS Eastern Standard Time", "Australia/Sydney"),
    ("New Zealand Standard Time", "Pacific/Auckland"),
];

impl Zones {
    pub(super) fn begin(&mut self, component: &str) {
        match component {
            "VTIMEZONE" => self.open = Some(Definition::default()),
            "STANDARD" | "DAYLIGHT" => {
                if let Some(open) = &mut self.open {
                    open.in_part = true;
                    open.parts.push(Part {
                        daylight: component == "DAYLIGHT",
                        ..Part::default()
                    });
                }
            }
            _ => {}
        }
    }

    pub(super) fn end(&mut self, component: &str) {
        match component {
            "VTIMEZONE" => {
                if let Some(definition) = self.open.take()
                    && self.defined.len() < MOST
                    && let Some(zone) = definition.zone()
                {
                    self.defined.insert(definition.name, zone);
                }
            }
            "STANDARD" | "DAYLIGHT" => {
                if let Some(open) = &mut self.open {
                    open.in_part = false;
                }
            }
            _ => {}
        }
    }

    pub(super) fn take(&mut self, line: &Line) {
        let Some(open) = &mut self.open else { return };
        let value = line.value.trim();
        if !open.in_part {
            match line.name.as_str() {
                "TZID" => value.trim_matches('"').clone_into(&mut open.name),
                "X-LIC-LOCATION" => value.clone_into(&mut open.location),
                _ => {}
            }
            return;
        }
        let Some(part) = open.parts.last_mut() else { return };
        match line.name.as_str() {
            "DTSTART" => value.clone_into(&mut part.start),
            "TZOFFSETTO" => part.offset = offset(value),
            "RRULE" => value.clone_into(&mut part.rule),
            _ => {}
        }
    }

    /// The zone of a name, else the one that holds where a document names none, else UTC. A name that nobody knows is
    /// noted.
    pub(super) fn named(&self, name: Option<&str>, usual: Option<&str>, note: &mut impl FnMut(String)) -> TimeZone {
        let usual = || usual.and_then(|name| TimeZone::get(name).ok()).unwrap_or(TimeZone::UTC);
        let Some(name) = name else { return usual() };
        let found = known(name).or_else(|| self.defined.get(name).cloned());
        found.unwrap_or_else(|| {
            note(format!("nobody knows the zone {}", crate::xml::cut_at(name, 60)));
            usual()
        })
    }
}

/// A zone by what stands for it: the database's name, alone or at the end of a path, or that of Windows.
fn known(name: &str) -> Option<TimeZone> {
    let name = name.trim().trim_matches('"');
    if let Ok(zone) = TimeZone::get(name.trim_start_matches('/')) {
        return Some(zone);
    }
    if let Some((_, olson)) = WINDOWS.iter().find(|(windows, _)| *windows == name) {
        return TimeZone::get(olson).ok();
    }
    // `/example.org/20070129_1/Europe/Berlin`: the last three or two parts.
    let parts: Vec<&str> = name.split('/').collect();
    [3, 2].into_iter().find_map(|count| {
        let tail = parts.get(parts.len().checked_sub(count)?..)?;
        (parts.len() > count)
            .then(|| TimeZone::get(&tail.join("/")).ok())
            .flatten()
    })
}

/// Seconds east of UTC of `+0530`.
fn offset(text: &str) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits = text.trim_start_matches(['+', '-']);
    let part = |from: usize| digits.get(from..from + 2)?.parse::<i32>().ok();
    let seconds = part(0)? * 3_600 + part(2)? * 60 + part(4).unwrap_or(0);
    (seconds < 86_400).then_some(sign * seconds)
}

impl Definition {
    /// The zone as it is now: by its name in the database where it says one, else by the rules that don't end, else by
    /// the offset of its last standard time.
    fn zone(&self) -> Option<TimeZone> {
        if let Some(zone) = known(&self.location).filter(|_| !self.location.is_empty()) {
            return Some(zone);
        }
        let newest = |daylight: bool| {
            let parts = self
                .parts
                .iter()
                .filter(|part| part.daylight == daylight && part.offset.is_some());
            parts.max_by(|a, b| a.start.cmp(&b.start))
        };
        let standard = newest(false).or_else(|| newest(true))?;
        let fixed = || Offset::from_seconds(standard.offset?).ok().map(TimeZone::fixed);
        let (Some(daylight), Some(winter)) = (newest(true), standard.posix_day()) else {
            return fixed();
        };
        let Some(summer) = daylight.posix_day() else {
            return fixed();
        };
        let text = format!(
            "<std>{}<dst>{},{summer},{winter}",
            posix_offset(standard.offset?),
            posix_offset(daylight.offset?)
        );
        TimeZone::posix(&text).ok().or_else(fixed)
    }
}

/// An offset as POSIX has it: west is positive.
fn posix_offset(seconds: i32) -> String {
    let sign = if seconds > 0 { "-" } else { "" };
    let seconds = seconds.abs();
    format!("{sign}{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

impl Part {
    /// The day of the year on which it begins, as POSIX writes it (`M3.5.0/2:00:00`), for a rule that doesn't end.
    fn posix_day(&self) -> Option<String> {
        let parts: HashMap<&str, &str> = self.rule.split(';').filter_map(|part| part.split_once('=')).collect();
        if parts.get("FREQ") != Some(&"YEARLY") || parts.contains_key("UNTIL") || parts.contains_key("COUNT") {
            return None;
        }
        let month: u8 = parts.get("BYMONTH")?.parse().ok()?;
        let by_day = parts.get("BYDAY")?.trim();
        let day = by_day.get(by_day.len().checked_sub(2)?..)?;
        let week: i8 = by_day.get(..by_day.len() - 2)?.parse().ok()?;
        let week = match week {
            -1 => 5,
            1..=4 => week,
            _ => return None,
        };
        let day = ["SU", "MO", "TU", "WE", "TH", "FR", "SA"]
            .iter()
            .position(|name| *name == day)?;
        let (start, ..) = when::parse(&self.start)?;
        let time = start.time();
        Some(format!(
            "M{month}.{week}.{day}/{}:{:02}:{:02}",
            time.hour(),
            time.minute(),
            time.second()
        ))
    }
}
