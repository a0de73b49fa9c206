//! Dates of a calendar: days, times of a zone, of UTC and of no zone, and periods.

use super::lines::Line;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use masthead_domain::listings::Span;

/// A date as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// The digits, as in the document: `20260301T190000Z`.
    pub raw: String,
    /// The zone that it names.
    pub tzid: Option<String>,
    /// A day without a time.
    pub is_day: bool,
    /// How long, in seconds, where it is a period.
    pub(super) lasts: Option<i64>,
    utc: bool,
    written: DateTime,
}

impl When {
    /// Reads a value of a property.
    pub(super) fn read(line: &Line, value: &str) -> Result<Self, String> {
        let value = value.trim();
        let (raw, period) = value
            .split_once('/')
            .map_or((value, None), |(raw, period)| (raw, Some(period)));
        let wrong = || format!("no date that can be read: {}", crate::xml::cut_at(value, 60));
        let (written, is_day, utc) = parse(raw).ok_or_else(wrong)?;
        let lasts = match period {
            None => None,
            Some(period) => match parse(period) {
                Some((end, ..)) => Some((end - written).total(jiff::Unit::Second).map_or(0, whole)),
                None => Some(seconds(period).ok_or_else(wrong)?),
            },
        };
        Ok(Self {
            raw: raw.to_owned(),
            tzid: line.parameter("TZID").map(str::to_owned),
            is_day,
            lasts,
            utc,
            written,
        })
    }

    /// Day and time in a zone: what is of UTC is moved there.
    pub(super) fn local(&self, zone: &TimeZone) -> DateTime {
        if !self.utc {
            return self.written;
        }
        match self.written.to_zoned_datetime(TimeZone::UTC) {
            Ok(moment) => moment.with_time_zone(zone.clone()).datetime(),
            Err(_) => self.written,
        }
    }

    /// From a local day and time on, `seconds` long; days count as days, however long the clock makes them. `None`
    /// outside the calendar.
    pub(super) fn span(&self, local: DateTime, seconds: i64, zone: &TimeZone) -> Option<Span> {
        let start = local.to_zoned_datetime(zone.clone()).ok()?;
        let end = if self.is_day {
            let days = jiff::Span::new().try_days(seconds.max(0) / 86_400).ok()?;
            start.checked_add(days).ok()?
        } else {
            start
                .checked_add(jiff::SignedDuration::from_secs(seconds.max(0)))
                .ok()?
        };
        Some(Span {
            start: start.timestamp().into(),
            end: end.timestamp().into(),
            days: self.is_day,
        })
    }
}

/// Day and time, whether it is a day alone, and whether it is of UTC.
pub(super) fn parse(text: &str) -> Option<(DateTime, bool, bool)> {
    let text = text.trim();
    let (day, time) = match text.split_once(['T', 't']) {
        Some((day, time)) => (day, Some(time)),
        None => (text, None),
    };
    let date = digits::<8>(day).and_then(|_| {
        Date::new(
            day.get(..4)?.parse().ok()?,
            day.get(4..6)?.parse().ok()?,
            day.get(6..8)?.parse().ok()?,
        )
        .ok()
    })?;
    let Some(time) = time else {
        return Some((date.to_datetime(Time::midnight()), true, false));
    };
    let (time, utc) = time.strip_suffix(['Z', 'z']).map_or((time, false), |time| (time, true));
    digits::<6>(time)?;
    let part = |from: usize| time.get(from..from + 2)?.parse::<i8>().ok();
    // A leap second is told as the one before it.
    let time = Time::new(part(0)?, part(2)?, part(4)?.min(59), 0).ok()?;
    Some((date.to_datetime(time), false, utc))
}

fn digits<const N: usize>(text: &str) -> Option<()> {
    (text.len() == N && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(())
}

/// The seconds of a duration (`PT1H30M`, `P2W`); a negative one lasts no time.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let span: jiff::Span = text.trim().parse().ok()?;
    let total = span
        .total(jiff::SpanTotal::from(jiff::Unit::Second).days_are_24_hours())
        .ok()?;
    Some(whole(total).max(0))
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "seconds of a calendar fit many times over"
)]
fn whole(seconds: f64) -> i64 {
    seconds as i64
}
