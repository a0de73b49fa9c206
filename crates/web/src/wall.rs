//! Moments on the wall clock of a zone, and days as a language writes them.
//!
//! The forms are put together digit by digit and not with a format string at run time: a front has sixty of them.

use crate::strings::Strings;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use masthead_domain::time::Timestamp;
use std::fmt::Write as _;

/// A moment on the wall clock of a zone.
pub(crate) struct Wall {
    moment: Timestamp,
    wall: jiff::civil::DateTime,
    offset: Offset,
}

impl Wall {
    pub(crate) fn new(moment: Timestamp, zone: &TimeZone) -> Self {
        let at = moment.to_jiff();
        let offset = zone.to_offset(at);
        Self {
            moment,
            wall: offset.to_datetime(at),
            offset,
        }
    }

    pub(crate) fn moment(&self) -> Timestamp {
        self.moment
    }

    pub(crate) fn date(&self) -> Date {
        self.wall.date()
    }

    /// `20:47`
    pub(crate) fn clock(&self) -> String {
        format!("{:02}:{:02}", self.wall.hour(), self.wall.minute())
    }

    /// RFC 3339 with the zone's offset, to the second.
    pub(crate) fn machine(&self) -> String {
        let seconds = self.offset.seconds();
        let sign = if seconds < 0 { '-' } else { '+' };
        let minutes = seconds.unsigned_abs() / 60;
        format!(
            "{:04}-{:02}-{:02}T{}:{:02}{sign}{:02}:{:02}",
            self.wall.year(),
            self.wall.month(),
            self.wall.day(),
            self.clock(),
            self.wall.second(),
            minutes / 60,
            minutes % 60
        )
    }
}

/// How a language writes days, from its messages `day-pattern` and `day-months`.
///
/// The pattern is made of CLDR's letters (UTS 35, date field symbols): `yyyy`, `M`, `MM`, `MMMM` (the name), `d`, `dd`.
/// Words stand in quotes (`d 'de' MMMM`), everything that is no letter as it is. A theme without the messages writes
/// `2014-09-15`.
pub(crate) struct DayPattern(Vec<Piece>);

enum Piece {
    Year,
    Month { width: usize },
    MonthName(Box<[String; 12]>),
    Day { width: usize },
    Words(String),
}

impl DayPattern {
    /// The pattern of a language.
    ///
    /// # Errors
    /// In words, when the pattern has a letter that means nothing, or there are not twelve names of months.
    pub(crate) fn of(strings: &Strings) -> Result<Self, String> {
        let text = |key| strings.constant(key).unwrap_or_default();
        match text("day-pattern") {
            pattern if pattern.is_empty() => Self::parse("yyyy-MM-dd", ""),
            pattern => Self::parse(&pattern, &text("day-months")),
        }
    }

    fn parse(pattern: &str, months: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            if let Some(quoted) = rest.strip_prefix('\'') {
                let (words, after) = quoted
                    .split_once('\'')
                    .ok_or_else(|| format!("day-pattern `{pattern}`: a quotation mark is left open"))?;
                pieces.push(Piece::Words(words.to_owned()));
                rest = after;
                continue;
            }
            let same = rest.find(|c| c != first).unwrap_or(rest.len());
            let (run, after) = rest.split_at_checked(same).unwrap_or((rest, ""));
            pieces.push(match run {
                "yyyy" => Piece::Year,
                "MMMM" => Piece::MonthName(Box::new(names(months)?)),
                "M" | "MM" => Piece::Month { width: run.len() },
                "d" | "dd" => Piece::Day { width: run.len() },
                _ if first.is_ascii_alphabetic() => {
                    return Err(format!(
                        "day-pattern `{pattern}`: `{run}` means nothing; use yyyy, M, MM, MMMM, d and dd, and put words in \
                         single quotes"
                    ));
                }
                _ => Piece::Words(run.to_owned()),
            });
            rest = after;
        }
        Ok(Self(pieces))
    }

    /// A day in this pattern.
    pub(crate) fn write(&self, day: Date) -> String {
        let mut text = String::with_capacity(16);
        for piece in &self.0 {
            // Writing to a String can't fail.
            let _infallible = match piece {
                Piece::Year => write!(text, "{:04}", day.year()),
                Piece::Month { width } => write!(text, "{:0width$}", day.month()),
                Piece::Day { width } => write!(text, "{:0width$}", day.day()),
                Piece::MonthName(names) => {
                    let name = usize::try_from(day.month() - 1).ok().and_then(|at| names.get(at));
                    text.write_str(name.map_or("", String::as_str))
                }
                Piece::Words(words) => text.write_str(words),
            };
        }
        text
    }

    /// As [`DayPattern::write`], to stand in HTML: a publisher's own pattern may hold anything.
    pub(crate) fn write_html(&self, day: Date) -> String {
        let text = self.write(day);
        if text.contains(['&', '<', '>']) {
            text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
        } else {
            text
        }
    }
}

fn names(months: &str) -> Result<[String; 12], String> {
    let names: Vec<String> = months.split_whitespace().map(str::to_owned).collect();
    names
        .try_into()
        .map_err(|found: Vec<String>| format!("day-months has {} names of months instead of 12", found.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GERMAN: &str = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember";

    fn written(pattern: &str, months: &str) -> Result<String, String> {
        Ok(DayPattern::parse(pattern, months)?.write(jiff::civil::date(2014, 3, 5)))
    }

    #[test]
    fn days_are_written_as_the_pattern_says() {
        assert_eq!(written("yyyy-MM-dd", "").unwrap(), "2014-03-05");
        assert_eq!(written("dd.MM.yyyy", "").unwrap(), "05.03.2014");
        assert_eq!(written("d. MMMM yyyy", GERMAN).unwrap(), "5. März 2014");
        assert_eq!(written("d 'de' MMMM 'de' yyyy", GERMAN).unwrap(), "5 de März de 2014");
        assert_eq!(written("yyyy年M月d日", "").unwrap(), "2014年3月5日");
    }

    #[test]
    fn a_pattern_that_means_nothing_is_refused() {
        for (pattern, months) in [("QQ yyyy", ""), ("yy", ""), ("d MMMM", "one two"), ("d 'de", "")] {
            assert!(written(pattern, months).is_err(), "{pattern}");
        }
    }
}
