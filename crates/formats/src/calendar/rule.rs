//! Rules of repetition (RFC 5545, section 3.3.10), followed within a window of days and for a bounded number of steps.

use super::when;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::TimeZone;

/// The most days that are looked at for an event: a rule that is counted from its beginning is followed for some 160
/// years.
const MOST_DAYS: i64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Every {
    Day,
    Week,
    Month,
    Year,
}

/// A rule that can be followed.
#[derive(Debug)]
pub(super) struct Rule {
    every: Every,
    interval: i64,
    count: Option<usize>,
    until: Option<DateTime>,
    months: Vec<i16>,
    month_days: Vec<i16>,
    year_days: Vec<i16>,
    weeks: Vec<i16>,
    /// Weekdays, each with which of its month or year it is; 0 is every.
    week_days: Vec<(i16, Weekday)>,
    positions: Vec<i16>,
    week_start: Weekday,
}

fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "MO" => Weekday::Monday,
        "TU" => Weekday::Tuesday,
        "WE" => Weekday::Wednesday,
        "TH" => Weekday::Thursday,
        "FR" => Weekday::Friday,
        "SA" => Weekday::Saturday,
        "SU" => Weekday::Sunday,
        _ => return None,
    })
}

impl Rule {
    /// Reads a rule of an event in a zone.
    pub(super) fn parse(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let wrong = |part: &str| format!("no rule that can be followed: {}", crate::xml::cut_at(part, 80));
        let mut rule = Self {
            every: Every::Day,
            interval: 1,
            count: None,
            until: None,
            months: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            weeks: Vec::new(),
            week_days: Vec::new(),
            positions: Vec::new(),
            week_start: Weekday::Monday,
        };
        let mut every = None;
        for part in text.split(';').filter(|part| !part.trim().is_empty()) {
            let (name, value) = part.split_once('=').ok_or_else(|| wrong(part))?;
            let numbers = || -> Result<Vec<i16>, String> {
                let all = value.split(',').map(|number| number.trim().parse::<i16>());
                let all: Vec<i16> = all.collect::<Result<_, _>>().map_err(|_| wrong(part))?;
                // No year has more days, and nothing is counted from zero.
                if all.iter().any(|number| *number == 0 || number.abs() > 366) {
                    return Err(wrong(part));
                }
                Ok(all)
            };
            match name.trim().to_ascii_uppercase().as_str() {
                "FREQ" => {
                    every = Some(match value.trim() {
                        "DAILY" => Every::Day,
                        "WEEKLY" => Every::Week,
                        "MONTHLY" => Every::Month,
                        "YEARLY" => Every::Year,
                        _ => return Err(wrong(part)),
                    });
                }
                "INTERVAL" => {
                    rule.interval = value.trim().parse().map_err(|_| wrong(part))?;
                    if !(1..=10_000).contains(&rule.interval) {
                        return Err(wrong(part));
                    }
                }
                "COUNT" => rule.count = Some(value.trim().parse().map_err(|_| wrong(part))?),
                "UNTIL" => {
                    let (at, is_day, utc) = when::parse(value).ok_or_else(|| wrong(part))?;
                    rule.until = Some(match (is_day, utc) {
                        // The day itself belongs to it.
                        (true, _) => at.date().at(23, 59, 59, 0),
                        (_, true) => at
                            .to_zoned_datetime(TimeZone::UTC)
                            .map_err(|_| wrong(part))?
                            .with_time_zone(zone.clone())
                            .datetime(),
                        _ => at,
                    });
                }
                "BYMONTH" => rule.months = numbers()?,
                "BYMONTHDAY" => rule.month_days = numbers()?,
                "BYYEARDAY" => rule.year_days = numbers()?,
                "BYWEEKNO" => rule.weeks = numbers()?,
                "BYSETPOS" => rule.positions = numbers()?,
                "BYDAY" => {
                    for day in value.split(',').map(str::trim) {
                        let at = day.len().checked_sub(2).ok_or_else(|| wrong(part))?;
                        let name = day.get(at..).and_then(weekday).ok_or_else(|| wrong(part))?;
                        let which = match day.get(..at).unwrap_or_default() {
                            "" => 0,
                            number => number.parse::<i16>().map_err(|_| wrong(part))?,
                        };
                        rule.week_days.push((which, name));
                    }
                }
                "WKST" => rule.week_start = weekday(value.trim()).ok_or_else(|| wrong(part))?,
                // The time of day is that of the first date; a rule that only repeats it says nothing else.
                "BYHOUR" | "BYMINUTE" | "BYSECOND" if !value.contains(',') => {}
                "RSCALE" if value.trim().eq_ignore_ascii_case("gregorian") => {}
                "SKIP" => {}
                _ => return Err(wrong(part)),
            }
        }
        rule.every = every.ok_or_else(|| wrong(text))?;
        Ok(rule)
    }

    /// The local beginnings from the first on that lie in a window of days, its ends included, at most `most`. The first
    /// date counts whatever the rule says.
    pub(super) fn starts(&self, first: DateTime, (from, to): (Date, Date), most: usize) -> Vec<DateTime> {
        let mut out = Vec::new();
        let mut counted = 0;
        // What is counted has to be counted from the beginning; everything else begins shortly before the window.
        let skipped = if self.count.is_some() {
            0
        } else {
            self.periods_before(first.date(), from)
        };
        if first.date() >= from && first.date() <= to && self.count != Some(0) {
            out.push(first);
        }
        if self.count.is_some() {
            counted = 1;
        }
        let mut looked_at = 0;
        for period in skipped.. {
            let Some((begin, length)) = self.period(first.date(), period) else {
                break;
            };
            looked_at += length;
            if begin > to || looked_at > MOST_DAYS {
                break;
            }
            for day in self.days(begin, length, first.date()) {
                let start = day.to_datetime(first.time());
                if start <= first {
                    continue;
                }
                let over =
                    self.until.is_some_and(|until| start > until) || self.count.is_some_and(|count| counted >= count);
                if over || out.len() >= most {
                    return out;
                }
                counted += 1;
                if day >= from && day <= to {
                    out.push(start);
                }
            }
        }
        out
    }

    /// How many periods of the rule lie wholly before a day.
    fn periods_before(&self, first: Date, from: Date) -> i64 {
        let days = i64::from((from - first).get_days().max(0));
        // Rounded down, and one less: months and years are not equally long.
        let length = match self.every {
            Every::Day => 1,
            Every::Week => 7,
            Every::Month => 31,
            Every::Year => 366,
        };
        (days / (length * self.interval) - 1).max(0)
    }

    /// The first day of the period with this number, and how many days it has. `None` outside the calendar.
    fn period(&self, first: Date, number: i64) -> Option<(Date, i64)> {
        let steps = number.checked_mul(self.interval)?;
        Some(match self.every {
            Every::Day => (first.checked_add(jiff::Span::new().try_days(steps).ok()?).ok()?, 1),
            Every::Week => {
                let back = i64::from(first.weekday().since(self.week_start));
                let days = steps.checked_mul(7)?.checked_sub(back)?;
                (first.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?, 7)
            }
            Every::Month => {
                let start = first
                    .first_of_month()
                    .checked_add(jiff::Span::new().try_months(steps).ok()?)
                    .ok()?;
                (start, i64::from(start.days_in_month()))
            }
            Every::Year => {
                let start = first
                    .first_of_year()
                    .checked_add(jiff::Span::new().try_years(steps).ok()?)
                    .ok()?;
                (start, i64::from(start.days_in_year()))
            }
        })
    }

    /// The days of a period that the rule chooses, in order.
    fn days(&self, begin: Date, length: i64, first: Date) -> Vec<Date> {
        let next = |day: &Date| day.tomorrow().ok();
        let all = std::iter::successors(Some(begin), next).take(usize::try_from(length).unwrap_or(0));
        let days: Vec<Date> = all.filter(|day| self.chooses(*day, first)).collect();
        if self.positions.is_empty() {
            return days;
        }
        // A year has 366 days at the most.
        let count = i16::try_from(days.len()).unwrap_or(0);
        let mut chosen: Vec<Date> = self
            .positions
            .iter()
            .filter_map(|at| {
                let at = if *at > 0 { at - 1 } else { count + at };
                days.get(usize::try_from(at).ok()?).copied()
            })
            .collect();
        chosen.sort();
        chosen.dedup();
        chosen
    }

    fn chooses(&self, day: Date, first: Date) -> bool {
        let from_end = |at: i16, length: i16| at - length - 1;
        let either = |list: &[i16], at: i16, length: i16| list.contains(&at) || list.contains(&from_end(at, length));
        if !self.months.is_empty() && !self.months.contains(&i16::from(day.month())) {
            return false;
        }
        let by_month_day = !self.month_days.is_empty();
        if by_month_day && !either(&self.month_days, day.day().into(), day.days_in_month().into()) {
            return false;
        }
        if !self.year_days.is_empty() && !either(&self.year_days, day.day_of_year(), day.days_in_year()) {
            return false;
        }
        if !self.weeks.is_empty() {
            let week = day.iso_week_date();
            if !either(&self.weeks, week.week().into(), week.weeks_in_year().into()) {
                return false;
            }
        }
        if !self.week_days.is_empty() {
            return self
                .week_days
                .iter()
                .any(|(which, name)| *name == day.weekday() && (*which == 0 || self.is_nth(day, *which)));
        }
        if by_month_day || !self.year_days.is_empty() {
            return true;
        }
        match self.every {
            Every::Day => true,
            Every::Week => day.weekday() == first.weekday(),
            Every::Month => day.day() == first.day(),
            Every::Year if !self.weeks.is_empty() => day.weekday() == first.weekday(),
            Every::Year => day.day() == first.day() && (!self.months.is_empty() || day.month() == first.month()),
        }
    }

    /// Whether a day is the nth of its weekday: of its month, or of its year where no month is named.
    fn is_nth(&self, day: Date, which: i16) -> bool {
        let of_year = self.every == Every::Year && self.months.is_empty();
        let (at, length) = match self.every {
            // Only months and years have them; RFC 5545 forbids it elsewhere.
            Every::Day | Every::Week => return true,
            _ if of_year => (day.day_of_year(), day.days_in_year()),
            _ => (day.day().into(), day.days_in_month().into()),
        };
        let (from_start, from_end) = ((at - 1) / 7 + 1, -((length - at) / 7 + 1));
        which == from_start || which == from_end
    }
}
