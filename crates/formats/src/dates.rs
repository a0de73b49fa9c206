//! Dates as feeds, exports and pages write them: RFC 822 in all its decay, ISO 8601, and words.
//!
//! `times` reads the stricter forms of agencies; this goes on where it gives up. A numeric date whose day and month
//! can't be told apart (`03/04/2015`) is no date: guessing would be wrong half of the time.

use crate::problem::ReadContext;
use crate::times;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use masthead_domain::time::Timestamp;

/// A moment in any written form. Without a zone it is in the context's, else in UTC; a day alone is its first moment.
pub fn moment(text: &str, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    let text = crate::xml::cut_at(text.trim(), 200);
    if text.is_empty() {
        return None;
    }
    if let Ok(moment) = times::moment(text, ctx) {
        return plausible(moment);
    }
    if let Some(moment) = unix(text) {
        return plausible(moment);
    }
    let found = words(text)?;
    let local = found.date.to_datetime(found.time.unwrap_or(Time::midnight()));
    let moment = match found.offset {
        Some(offset) => offset.to_timestamp(local).ok()?,
        None => zone(ctx).to_timestamp(local).ok()?,
    };
    plausible(moment.into())
}

/// [`moment`] for a local day and time that are known already.
pub(crate) fn in_zone(local: DateTime, ctx: &ReadContext<'_>) -> Option<Timestamp> {
    zone(ctx).to_timestamp(local).ok().map(Timestamp::from)
}

fn zone(ctx: &ReadContext<'_>) -> TimeZone {
    ctx.zone
        .and_then(|name| TimeZone::get(name).ok())
        .unwrap_or(TimeZone::UTC)
}

/// No news is older than print, and `0001-01-01` and `0000-00-00` mean that there is no date.
fn plausible(moment: Timestamp) -> Option<Timestamp> {
    const YEAR: i64 = 365 * 86_400;
    (moment.as_seconds() > -400 * YEAR && moment.as_seconds() < 1_000 * YEAR).then_some(moment)
}

/// Seconds or milliseconds since 1970, as scripts write them.
fn unix(text: &str) -> Option<Timestamp> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    match text.len() {
        9 | 10 => Some(Timestamp::from_micros(number.checked_mul(1_000_000)?)),
        12 | 13 => Some(Timestamp::from_micros(number.checked_mul(1_000)?)),
        _ => None,
    }
}

struct Found {
    date: Date,
    time: Option<Time>,
    offset: Option<Offset>,
}

#[derive(Default)]
struct Parts {
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    time: Option<Time>,
    afternoon: Option<bool>,
    offset: Option<Offset>,
    /// A number that may be a day or a year of two digits.
    numbers: Vec<i16>,
}

/// Reads a date token by token. Words that are none of a date's (weekdays, `at`, `Updated:`) are passed over, up to a
/// few.
fn words(text: &str) -> Option<Found> {
    let mut parts = Parts::default();
    let mut strange = 0;
    let lower = text.to_lowercase();
    let tokens: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | '(' | ')' | '|' | '·' | '•' | '@' | '—' | '–'))
        .filter(|token| !token.is_empty())
        .collect();
    for token in tokens.iter().take(24) {
        if !parts.take(token) {
            strange += 1;
        }
    }
    if strange > 6 {
        return None;
    }
    parts.finish()
}

impl Parts {
    /// Whether a token was of use.
    fn take(&mut self, token: &str) -> bool {
        let token = token.trim_matches(['.', ';', '"', '\'', '[', ']']);
        if token.is_empty() {
            return true;
        }
        if let Some(time) = token.contains(':').then(|| self.clock(token)).flatten() {
            self.time = self.time.or(Some(time));
            return true;
        }
        if self.numeric_date(token) {
            return true;
        }
        if let Some(month) = month(token) {
            if self.month.is_none() {
                self.month = Some(month);
            }
            return true;
        }
        if let Some(offset) = numeric_offset(token) {
            if self.time.is_some() {
                self.offset = self.offset.or(Some(offset));
            }
            return true;
        }
        if let Some(hour) = token.strip_suffix("am").or_else(|| token.strip_suffix("a.m"))
            && self.hour(hour, false)
        {
            return true;
        }
        if let Some(hour) = token.strip_suffix("pm").or_else(|| token.strip_suffix("p.m"))
            && self.hour(hour, true)
        {
            return true;
        }
        let digits = token.trim_end_matches(|c: char| !c.is_ascii_digit());
        let ordinal = token.get(digits.len()..).unwrap_or_default();
        if !digits.is_empty()
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && matches!(
                ordinal,
                "" | "st" | "nd" | "rd" | "th" | "er" | "º" | "ª" | "." | "年" | "日"
            )
            && let Ok(number) = digits.parse::<i16>()
        {
            if digits.len() == 4 && self.year.is_none() && number >= 1600 {
                self.year = Some(number);
            } else if digits.len() <= 2 {
                self.numbers.push(number);
            } else {
                return false;
            }
            return true;
        }
        if let Some(offset) = named_offset(token) {
            if self.time.is_some() {
                self.offset = self.offset.or(Some(offset));
            }
            return true;
        }
        weekday(token)
            || matches!(
                token,
                "at" | "um" | "à" | "de" | "del" | "of" | "on" | "the" | "uhr" | "h" | "le" | "il" | "den"
            )
    }

    fn hour(&mut self, token: &str, afternoon: bool) -> bool {
        if token.is_empty() {
            self.afternoon = Some(afternoon);
            return true;
        }
        let Ok(hour) = token.parse::<i8>() else { return false };
        self.time = self.time.or_else(|| Time::new(hour, 0, 0, 0).ok());
        self.afternoon = Some(afternoon);
        true
    }

    /// `20:47`, `20:47:05.123`, with `am`, `pm`, `z` or an offset right behind it.
    fn clock(&mut self, token: &str) -> Option<Time> {
        let end = token
            .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
            .unwrap_or(token.len());
        let (clock, rest) = token.split_at_checked(end)?;
        let mut fields = clock.split(':');
        let hour: i8 = fields.next()?.parse().ok()?;
        let minute: i8 = fields.next()?.parse().ok()?;
        let second: i8 = match fields.next() {
            Some(second) => second.split('.').next()?.parse().ok()?,
            None => 0,
        };
        // A leap second, and midnight as 24:00, are both written.
        let time = Time::new(hour % 24, minute, second.min(59), 0).ok()?;
        match rest.trim_end_matches('.') {
            "" => {}
            "am" | "a.m" => self.afternoon = Some(false),
            "pm" | "p.m" => self.afternoon = Some(true),
            "uhr" | "h" => {}
            zone => self.offset = numeric_offset(zone).or_else(|| named_offset(zone)).or(self.offset),
        }
        Some(time)
    }

    /// `2015-10-15`, `2015/10/15`, `15.10.2015`, and `15/10/2015` where only one reading exists.
    fn numeric_date(&mut self, token: &str) -> bool {
        let (date, rest) = match token.split_once('t') {
            Some((date, clock)) if clock.contains(':') => (date, clock),
            _ => (token, ""),
        };
        let fields: Vec<&str> = date.split(['-', '/', '.']).collect();
        let [a, b, c] = fields.as_slice() else { return false };
        let number = |field: &str| {
            field
                .parse::<i16>()
                .ok()
                .filter(|_| field.len() <= 4 && !field.starts_with('+'))
        };
        let (first, last) = (number(a), number(c));
        // `16-Dec-2023`.
        if let (Some(day), Some(month), Some(year)) = (first, month(b), last) {
            return self.set(year, i16::from(month), day);
        }
        let (Some(first), Some(middle), Some(last)) = (first, number(b), last) else {
            return false;
        };
        let set = if a.len() == 4 {
            self.set(first, middle, last)
        } else if c.len() == 4 && (date.contains('.') || first > 12) {
            self.set(last, middle, first)
        } else if c.len() == 4 && (middle > 12 || first == middle) {
            self.set(last, first, middle)
        } else {
            false
        };
        if set && !rest.is_empty() {
            self.time = self.clock(rest);
        }
        set
    }

    fn set(&mut self, year: i16, month: i16, day: i16) -> bool {
        let year = if year < 100 { two_digits(year) } else { year };
        let (Ok(month), Ok(day)) = (i8::try_from(month), i8::try_from(day)) else {
            return false;
        };
        if Date::new(year, month, day).is_err() {
            return false;
        }
        (self.year, self.month, self.day) = (Some(year), Some(month), Some(day));
        true
    }

    fn finish(mut self) -> Option<Found> {
        let month = self.month?;
        let mut numbers = self.numbers.into_iter();
        let day = self
            .day
            .or_else(|| numbers.next().and_then(|day| i8::try_from(day).ok()))?;
        let year = self.year.or_else(|| numbers.next().map(two_digits))?;
        let date = Date::new(year, month, day).ok()?;
        if let (Some(time), Some(afternoon)) = (self.time, self.afternoon) {
            let hour = match (time.hour(), afternoon) {
                (12, false) => 0,
                (hour, true) if hour < 12 => hour + 12,
                (hour, _) => hour,
            };
            self.time = Time::new(hour, time.minute(), time.second(), 0).ok();
        }
        Some(Found {
            date,
            time: self.time,
            offset: self.offset,
        })
    }
}

/// RFC 2822, section 4.3: 00 to 49 are of this century.
fn two_digits(year: i16) -> i16 {
    match year {
        0..=49 => year + 2000,
        50..=99 => year + 1900,
        other => other,
    }
}

/// The month of a name or its beginning, in the languages whose feeds were seen to localise them.
fn month(token: &str) -> Option<i8> {
    const NAMES: [&[&str]; 12] = [
        &["jan", "gen", "ene", "янв"],
        &["feb", "fév", "fev", "фев"],
        &["mar", "mär", "maa", "мар"],
        &["apr", "avr", "abr", "апр"],
        &["may", "mai", "mag", "mei", "maj", "мая", "май"],
        &["jun", "juin", "giu", "июн"],
        &["jul", "juil", "lug", "июл"],
        &["aug", "aoû", "aou", "ago", "авг"],
        &["sep", "set", "сен"],
        &["oct", "okt", "ott", "out", "окт"],
        &["nov", "ноя"],
        &["dec", "dez", "déc", "dic", "des", "дек"],
    ];
    let token = token.trim_end_matches('.');
    // `monday`, `marktplatz` and the like begin as months do: nothing longer than the longest month is one.
    if token.chars().count() > 10 || !token.chars().all(char::is_alphabetic) || weekday(token) {
        return None;
    }
    let at = NAMES
        .iter()
        .position(|names| names.iter().any(|name| token.starts_with(name)))?;
    let plausible = token.chars().count() == 3 || FULL.iter().any(|full| full.starts_with(token) || *full == token);
    plausible.then(|| i8::try_from(at + 1).ok()).flatten()
}

/// Full names, so that a word that only begins like a month is none.
const FULL: [&str; 96] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "januar",
    "februar",
    "märz",
    "mai",
    "juni",
    "juli",
    "oktober",
    "dezember",
    "janvier",
    "février",
    "mars",
    "avril",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "dicembre",
    "enero",
    "febrero",
    "abril",
    "mayo",
    "junio",
    "julio",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
    "janeiro",
    "fevereiro",
    "março",
    "maio",
    "junho",
    "julho",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
    "januari",
    "februari",
    "maart",
    "mei",
    "augustus",
    "augusti",
    "desember",
    "maj",
    "marts",
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
    "fevrier",
    "aout",
    "decembre",
    "sept",
    "janv",
    "févr",
    "juil",
    "avr",
    "aug",
    "sett",
    "genn",
    "febr",
    "okt",
];

fn weekday(token: &str) -> bool {
    const NAMES: [&str; 34] = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mer", "gio", "ven", "sab", "dom", "mo", "di",
        "mi", "do", "fr", "sa", "so", "tues", "thur", "thurs", "weds", "jeu", "sam", "dim", "mié", "jue", "vie", "sáb",
        "ma", "za",
    ];
    let token = token.trim_end_matches('.');
    // `mar` is March far more often than Tuesday, and stands beside no other month when it is the day.
    if token == "mar" {
        return false;
    }
    NAMES.contains(&token)
        || ["day", "tag", "woch", "abend", "di", "che"]
            .iter()
            .any(|end| token.len() > 4 && token.ends_with(end) && !token.starts_with("dic"))
}

/// `+0200`, `-02:00`, `+02`, `gmt+2`, `utc-05:30`.
fn numeric_offset(token: &str) -> Option<Offset> {
    let token = token
        .strip_prefix("gmt")
        .or_else(|| token.strip_prefix("utc"))
        .unwrap_or(token);
    let (sign, digits) = match token.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, token.strip_prefix('-').or_else(|| token.strip_prefix('−'))?),
    };
    let (hours, minutes): (i32, i32) = match digits.split_once(':') {
        Some((hours, minutes)) => (hours.parse().ok()?, minutes.parse().ok()?),
        None if digits.len() <= 2 => (digits.parse().ok()?, 0),
        None if digits.len() == 4 => (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?),
        None => return None,
    };
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
}

/// Zones by the names that RFC 822 has, and those that are seen beside them. A single letter says nothing that can be
/// relied on and counts as UTC (RFC 2822, section 4.3).
fn named_offset(token: &str) -> Option<Offset> {
    let minutes: i32 = match token {
        "z" | "gmt" | "ut" | "utc" | "wet" | "g" => 0,
        "est" => -300,
        "edt" | "ast" => -240,
        "cst" => -360,
        "cdt" => -300,
        "mst" => -420,
        "mdt" => -360,
        "pst" => -480,
        "pdt" => -420,
        "et" => -300,
        "akst" => -540,
        "akdt" => -480,
        "hst" => -600,
        "art" | "brt" | "adt" => -180,
        "bst" | "cet" | "mez" | "met" | "west" | "wat" => 60,
        "cest" | "mesz" | "eet" | "sast" | "cat" => 120,
        "eest" | "msk" | "eat" | "trt" => 180,
        "gst" => 240,
        "pkt" => 300,
        "ist" => 330,
        "wib" | "ict" => 420,
        "hkt" | "sgt" | "awst" | "pht" => 480,
        "jst" | "kst" => 540,
        "aest" => 600,
        "aedt" => 660,
        "nzst" => 720,
        "nzdt" => 780,
        letter if letter.len() == 1 && letter != "h" && letter.bytes().all(|byte| byte.is_ascii_lowercase()) => 0,
        _ => return None,
    };
    Offset::from_seconds(minutes * 60).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx() -> ReadContext<'static> {
        ReadContext::at(Timestamp::from_micros(0))
    }

    fn read(text: &str) -> Option<String> {
        moment(text, &ctx()).map(|moment| moment.to_rfc3339())
    }

    #[test]
    fn dates_of_feeds() {
        let cases = [
            ("Thu, 01 Aug 2019 16:15 EDT", "2019-08-01T20:15:00Z"),
            ("Tue, 15 Nov 2022 20:15:04 Z", "2022-11-15T20:15:04Z"),
            ("Sat, Dec 16 2023 02:02:33 PM", "2023-12-16T14:02:33Z"),
            ("mer, 16 nov 2022 00:38:15 +0100", "2022-11-15T23:38:15Z"),
            ("mar, 15 mar 2022 10:00:00 GMT", "2022-03-15T10:00:00Z"),
            ("Fri, 08 May 2020 11:11:02 -0000", "2020-05-08T11:11:02Z"),
            ("7 Feb 99 12:00:00 -05:30", "1999-02-07T17:30:00Z"),
            ("Wed, 3 Sept 2014 9:05:00 GMT+2", "2014-09-03T07:05:00Z"),
            ("2000-01-01T12:00+00:00", "2000-01-01T12:00:00Z"),
            ("2022-12-17", "2022-12-17T00:00:00Z"),
            ("2022-12-17 08:01", "2022-12-17T08:01:00Z"),
            ("October 15, 2015 at 8:00 a.m.", "2015-10-15T08:00:00Z"),
            ("15. Oktober 2015, 20:47 Uhr", "2015-10-15T20:47:00Z"),
            ("15.10.2015 20:47", "2015-10-15T20:47:00Z"),
            ("le 1er août 2015", "2015-08-01T00:00:00Z"),
            ("16-Dec-2023 12:30am", "2023-12-16T00:30:00Z"),
            ("13/10/2015", "2015-10-13T00:00:00Z"),
            ("1444995600", "2015-10-16T11:40:00Z"),
            ("1444995600000", "2015-10-16T11:40:00Z"),
            ("Published: 2 May 2011 | 10:15 BST", "2011-05-02T09:15:00Z"),
            ("2017/06/13 09:00", "2017-06-13T09:00:00Z"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "yesterday",
            "03/04/2015",
            "31 February 2015",
            "0000-00-00 00:00:00",
            "May",
            "12 May",
            "99999999999999",
            "The mayor met 12 people in 2015",
            "20:47",
            "-0001-11-30T00:00:00+00:00",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn the_zone_of_the_source_counts_where_none_is_written() {
        let ctx = ReadContext {
            zone: Some("Europe/Paris"),
            ..ctx()
        };
        assert_eq!(
            moment("15 Sep 2014 20:47", &ctx).unwrap().to_rfc3339(),
            "2014-09-15T18:47:00Z"
        );
        assert_eq!(
            moment("2014-09-15 20:47", &ctx).unwrap().to_rfc3339(),
            "2014-09-15T18:47:00Z"
        );
    }
}
