//! Times as agencies write them, made into moments.
//!
//! ISO 8601 in its extended and basic form (`2014-09-15T20:47:00+02:00`, `20140915T204700Z`), cut short (`2014-09-15`,
//! `2014-09`), with a space for the `T`, and the mixtures that are sent in its name. A time without a zone is not a
//! moment: for display it is read in the source's zone (or UTC), for an embargo as the latest moment it can mean.

use crate::problem::ReadContext;
use crate::xml::squeeze;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::Embargo;

/// A time as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written {
    /// With a zone: a moment.
    Moment(Timestamp),
    /// Day and time without a zone.
    Local(DateTime),
    /// A day alone.
    Day(Date),
}

/// Reads a time in any of the written forms.
///
/// # Errors
/// Says in words what is wrong, a day that doesn't exist included.
pub fn read(text: &str) -> Result<Written, String> {
    let text = squeeze(text);
    parse(&text).ok_or_else(|| {
        if text.is_empty() {
            "the time is empty".to_owned()
        } else {
            format!("no time that can be read: {}", shown(&text))
        }
    })
}

/// Reads a time as a moment: one without a zone in the context's zone, else UTC; a day alone is its first moment there.
///
/// # Errors
/// As [`read`].
pub fn moment(text: &str, ctx: &ReadContext<'_>) -> Result<Timestamp, String> {
    let local = match read(text)? {
        Written::Moment(moment) => return Ok(moment),
        Written::Local(local) => local,
        Written::Day(day) => day.to_datetime(Time::midnight()),
    };
    in_zone(local, ctx).ok_or_else(|| format!("outside the years that can be told: {}", shown(text)))
}

/// What an embargo field says. Empty and unreadable mean withheld; a time without a zone is the latest moment it can
/// mean (in the source's zone when that is known, else in the last zone on Earth), so that no reading of it leaks.
pub fn embargo(text: &str, ctx: &ReadContext<'_>) -> Embargo {
    let local = match read(text) {
        Err(reason) => return Embargo::Withheld { reason },
        Ok(Written::Moment(moment)) => return Embargo::Until(moment),
        Ok(Written::Local(local)) => local,
        // "Embargoed until the 3rd" has been meant as its beginning and as its end. The end is safe for both.
        Ok(Written::Day(day)) => match day.tomorrow() {
            Ok(next) => next.to_datetime(Time::midnight()),
            Err(_) => {
                return Embargo::Withheld {
                    reason: format!("no time that can be read: {}", shown(text)),
                };
            }
        },
    };
    let moment = match ctx.zone.filter(|name| TimeZone::get(name).is_ok()) {
        Some(_) => in_zone(local, ctx),
        None => at_offset(local, -12),
    };
    moment.map_or_else(
        || Embargo::Withheld {
            reason: format!("no time that can be read: {}", shown(text)),
        },
        Embargo::Until,
    )
}

fn in_zone(local: DateTime, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let zone = ctx
        .zone
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC);
    // `compatible` as RFC 5545 has it: an hour that a clock change skips is moved on, one that it repeats is the first.
    zone.to_timestamp(local).ok().map(Timestamp::from)
}

fn at_offset(local: DateTime, hours: i8) -> Option<Timestamp> {
    Offset::from_hours(hours)
        .ok()?
        .to_timestamp(local)
        .ok()
        .map(Timestamp::from)
}

fn shown(text: &str) -> String {
    crate::xml::cut_at(text, 80).to_owned()
}

/// A cursor over the text's bytes; every step says no instead of panicking.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> Option<u8> {
        let byte = self.peek().filter(|byte| wanted(*byte))?;
        self.0 = self.0.get(1..).unwrap_or_default();
        Some(byte)
    }

    fn number(&mut self, digits: usize) -> Option<i16> {
        let field = self
            .0
            .get(..digits)
            .filter(|field| field.iter().all(u8::is_ascii_digit))?;
        let value = field.iter().fold(0i16, |value, byte| {
            value.wrapping_mul(10).wrapping_add(i16::from(byte - b'0'))
        });
        self.0 = self.0.get(digits..).unwrap_or_default();
        Some(value)
    }

    fn digits_ahead(&self) -> usize {
        self.0.iter().take_while(|byte| byte.is_ascii_digit()).count()
    }

    fn done(&self) -> bool {
        self.0.is_empty()
    }
}

fn parse(text: &str) -> Option<Written> {
    let mut at = Cursor(text.as_bytes());
    let year = at.number(4)?;
    let separator = at.take(|byte| matches!(byte, b'-' | b'/' | b'.'));
    let (month, day) = match separator {
        Some(separator) => {
            let month = at.number(2)?;
            let day = match at.take(|byte| byte == separator) {
                Some(_) => at.number(2)?,
                None if at.done() => 1,
                None => return None,
            };
            (month, day)
        }
        None => (at.number(2)?, at.number(2)?),
    };
    let date = Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    // XML Schema lets a date have a zone (`2014-09-15+02:00`); a day stays a day.
    if at.done() || matches!(at.peek(), Some(b'Z' | b'+')) {
        if !at.done() {
            offset(&mut at)?;
        }
        return at.done().then_some(Written::Day(date));
    }
    // `20140915204700` has nothing between; all else has a `T`, a space, or (seen in NITF heads) `_` or `-`.
    if at.digits_ahead() < 4 || separator.is_some() {
        at.take(|byte| matches!(byte, b'T' | b't' | b' ' | b'_' | b'-'))?;
    }
    let (time, carry) = time_of_day(&mut at)?;
    let date = if carry { date.tomorrow().ok()? } else { date };
    let local = date.to_datetime(time);
    at.take(|byte| byte == b' ');
    if at.done() {
        return Some(Written::Local(local));
    }
    let seconds = offset(&mut at)?;
    if !at.done() {
        return None;
    }
    Offset::from_seconds(seconds)
        .ok()?
        .to_timestamp(local)
        .ok()
        .map(|moment| Written::Moment(moment.into()))
}

/// The time of the day, and whether it is `24:00`, the first moment of the next.
fn time_of_day(at: &mut Cursor<'_>) -> Option<(Time, bool)> {
    let hour = at.number(2)?;
    let separator = at.take(|byte| matches!(byte, b':' | b'.' | b'-'));
    let minute = at.number(2)?;
    let second = match (separator, at.take(|byte| Some(byte) == separator)) {
        (Some(_), Some(_)) => at.number(2)?,
        (None, None) if at.digits_ahead() >= 2 => at.number(2)?,
        _ => 0,
    };
    let mut nanos: i32 = 0;
    if at.take(|byte| matches!(byte, b'.' | b',')).is_some() {
        let mut scale = 100_000_000;
        let mut any = false;
        while let Some(digit) = at.take(|byte| byte.is_ascii_digit()) {
            nanos += i32::from(digit - b'0') * scale;
            scale /= 10;
            any = true;
        }
        if !any {
            return None;
        }
    }
    if hour == 24 && minute == 0 && second == 0 && nanos == 0 {
        return Some((Time::midnight(), true));
    }
    // A leap second is told as the second before it.
    let second = if second == 60 { 59 } else { second };
    let narrow = |value: i16| i8::try_from(value).ok();
    Time::new(narrow(hour)?, narrow(minute)?, narrow(second)?, nanos)
        .ok()
        .map(|time| (time, false))
}

/// `Z`, `+02:00`, `+0200`, `+02`, `GMT`, `UTC`, in seconds.
fn offset(at: &mut Cursor<'_>) -> Option<i32> {
    for word in [&b"GMT"[..], b"UTC", b"UT", b"Z", b"z"] {
        if let Some(rest) = at.0.strip_prefix(word) {
            at.0 = rest;
            if at.done() {
                return Some(0);
            }
            // `GMT+2` and the like fall through to the number; `Z` takes none.
            if word.len() < 2 {
                return None;
            }
            break;
        }
    }
    let sign = match at.take(|byte| matches!(byte, b'+' | b'-'))? {
        b'-' => -1,
        _ => 1,
    };
    let hours = at.number(2)?;
    at.take(|byte| byte == b':');
    let minutes = if at.digits_ahead() >= 2 { at.number(2)? } else { 0 };
    (hours <= 15 && minutes < 60).then_some(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx(zone: Option<&'static str>) -> ReadContext<'static> {
        ReadContext {
            zone,
            ..ReadContext::at(Timestamp::from_micros(0))
        }
    }

    fn told(text: &str) -> String {
        moment(text, &ctx(None)).map_or_else(|error| error, Timestamp::to_rfc3339)
    }

    #[test]
    fn the_forms_agencies_send() {
        for (text, moment) in [
            ("2014-09-15T20:47:00+02:00", "2014-09-15T18:47:00Z"),
            (" 2014-09-15T20:47:00.125Z\n", "2014-09-15T20:47:00.125Z"),
            ("20140915T204700Z", "2014-09-15T20:47:00Z"),
            ("20140915T204700+0200", "2014-09-15T18:47:00Z"),
            ("20140915T204700-0530", "2014-09-16T02:17:00Z"),
            ("20140915T2047Z", "2014-09-15T20:47:00Z"),
            ("20140915T204700", "2014-09-15T20:47:00Z"),
            ("20140915204700", "2014-09-15T20:47:00Z"),
            ("20140915 204700Z", "2014-09-15T20:47:00Z"),
            ("20140915", "2014-09-15T00:00:00Z"),
            ("2014-09", "2014-09-01T00:00:00Z"),
            ("2014-09-15 20:47", "2014-09-15T20:47:00Z"),
            ("2014.09.15 20:47:01", "2014-09-15T20:47:01Z"),
            ("2014-09-15t20:47:00z", "2014-09-15T20:47:00Z"),
            ("2014-09-15T20:47:00 +02", "2014-09-15T18:47:00Z"),
            ("2014-09-15T24:00:00Z", "2014-09-16T00:00:00Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
            ("2014-09-15T20:47:00 GMT", "2014-09-15T20:47:00Z"),
        ] {
            assert_eq!(told(text), moment, "{text}");
        }
    }

    #[test]
    fn what_is_no_time() {
        for text in [
            "",
            "soon",
            "2023-02-29T10:00:00Z",
            "2014-13-01",
            "2014-09-15T25:00Z",
            "2014-09-15T20:47:00+99:00",
            "20140915T20470",
            "2014-09-15T20:47:00Zulu",
            "٢٠١٤-٠٩-١٥",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn zones_of_the_source() {
        assert_eq!(
            moment("2021-05-16T09:00:04", &ctx(Some("Europe/Oslo")))
                .unwrap()
                .to_rfc3339(),
            "2021-05-16T07:00:04Z"
        );
    }

    #[test]
    fn an_embargo_is_read_as_late_as_it_can_be_meant() {
        let until = |text: &str, zone| match embargo(text, &ctx(zone)) {
            Embargo::Until(moment) => moment.to_rfc3339(),
            other => format!("{other:?}"),
        };
        assert_eq!(until("2030-01-01T00:00:00+01:00", None), "2029-12-31T23:00:00Z");
        assert_eq!(until("2030-01-01T00:00:00", None), "2030-01-01T12:00:00Z");
        assert_eq!(
            until("2030-01-01T00:00:00", Some("Europe/Oslo")),
            "2029-12-31T23:00:00Z"
        );
        assert_eq!(until("2030-01-01", None), "2030-01-02T12:00:00Z");
        assert!(matches!(embargo("", &ctx(None)), Embargo::Withheld { .. }));
        assert!(matches!(
            embargo("2030-02-30T10:00:00Z", &ctx(None)),
            Embargo::Withheld { .. }
        ));
        assert!(matches!(
            embargo("until the ministry says so", &ctx(None)),
            Embargo::Withheld { .. }
        ));
    }
}
