//! When somebody wants to be told: quiet hours, the hour of the digest, and what may break the quiet.

use crate::time::Timestamp;
use jiff::Span;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// Mails about what somebody follows that they get in [`DAY`] at most; what is beyond waits for the digest.
pub const MAILS_A_DAY: usize = 12;
/// The day of [`MAILS_A_DAY`], in seconds.
pub const DAY: i64 = 24 * 3_600;

/// Hours in which somebody is not told anything, on their wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    from: i8,
    to: i8,
}

impl Quiet {
    /// From the beginning of an hour (0 to 23) to the beginning of another, over midnight where that is earlier. `None`
    /// for other hours, and for twice the same: nobody is quiet all day who can follow nothing.
    pub fn new(from: i64, to: i64) -> Option<Self> {
        let hour = |hour: i64| i8::try_from(hour).ok().filter(|hour| (0..24).contains(hour));
        let (from, to) = (hour(from)?, hour(to)?);
        (from != to).then_some(Self { from, to })
    }

    /// The hours at which it begins and ends.
    pub fn hours(&self) -> (i64, i64) {
        (self.from.into(), self.to.into())
    }

    /// When it is over, if it is quiet at `now`.
    pub fn over_at(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let hour = zone.to_datetime(now.to_jiff()).hour();
        let is_quiet = if self.from < self.to {
            (self.from..self.to).contains(&hour)
        } else {
            hour >= self.from || hour < self.to
        };
        if is_quiet {
            next(now, zone, self.to, |_| true)
        } else {
            None
        }
    }
}

/// When what is not told at once is put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// On Mondays alone, instead of every day.
    pub weekly: bool,
    hour: i8,
}

impl Default for Digest {
    fn default() -> Self {
        Self { weekly: false, hour: 7 }
    }
}

impl Digest {
    /// At the beginning of an hour (0 to 23); `None` for another.
    pub fn new(weekly: bool, hour: i64) -> Option<Self> {
        let hour = i8::try_from(hour).ok().filter(|hour| (0..24).contains(hour))?;
        Some(Self { weekly, hour })
    }

    /// The hour.
    pub fn hour(&self) -> i64 {
        self.hour.into()
    }

    /// The next one after `now`.
    pub fn next(&self, now: Timestamp, zone: &TimeZone) -> Timestamp {
        let found = next(now, zone, self.hour, |day| {
            !self.weekly || day.weekday() == Weekday::Monday
        });
        // Only at the end of the calendar there is none.
        found.unwrap_or_else(|| now.plus_seconds(DAY))
    }
}

/// The next beginning of an hour after a moment on a day that is `wanted`. An hour that a change of the clock leaves out
/// begins where the clock goes on.
fn next(now: Timestamp, zone: &TimeZone, hour: i8, wanted: impl Fn(Date) -> bool) -> Option<Timestamp> {
    let today = zone.to_datetime(now.to_jiff()).date();
    (0..=9).find_map(|days: i64| {
        let day = today.checked_add(Span::new().days(days)).ok()?;
        let begins = Timestamp::from(zone.to_timestamp(day.at(hour, 0, 0, 0)).ok()?);
        (wanted(day) && begins > now).then_some(begins)
    })
}

/// How much something presses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Press {
    /// It can wait for the morning.
    Usual,
    /// Breaking news.
    Breaking,
    /// An alert of extreme severity where they are.
    Extreme,
}

/// What somebody wishes about all that they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Mails about their comments: answers and decisions.
    pub answers: bool,
    /// Hours in which nothing comes.
    pub quiet: Option<Quiet>,
    /// Whether breaking news comes all the same.
    pub breaking_wakes: bool,
    /// When the digest comes.
    pub digest: Digest,
}

impl Default for Wishes {
    fn default() -> Self {
        Self {
            answers: true,
            quiet: None,
            breaking_wakes: false,
            digest: Digest::default(),
        }
    }
}

impl Wishes {
    /// Until when something is put off because it is quiet at `now`; `None` to tell it now. Extreme alerts break every
    /// quiet: they are for who has to leave the house.
    pub fn put_off(&self, press: Press, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        match press {
            Press::Extreme => None,
            Press::Breaking if self.breaking_wakes => None,
            Press::Breaking | Press::Usual => self.quiet.and_then(|quiet| quiet.over_at(now, zone)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn a_night_is_quiet_over_midnight_on_the_readers_clock() {
        let night = Quiet::new(22, 7).unwrap();
        let paris = zone("Europe/Paris");
        let morning = Some(at("2025-11-27T06:00:00Z"));
        assert_eq!(night.over_at(at("2025-11-26T20:59:59Z"), &paris), None);
        assert_eq!(night.over_at(at("2025-11-26T21:00:00Z"), &paris), morning);
        assert_eq!(night.over_at(at("2025-11-27T05:59:59Z"), &paris), morning);
        assert_eq!(night.over_at(at("2025-11-27T06:00:00Z"), &paris), None);
        let noon = Quiet::new(12, 14).unwrap();
        assert_eq!(
            noon.over_at(at("2025-11-27T12:30:00Z"), &TimeZone::UTC),
            Some(at("2025-11-27T14:00:00Z"))
        );
        assert_eq!(noon.over_at(at("2025-11-27T03:00:00Z"), &TimeZone::UTC), None);
        for (from, to) in [(7, 7), (-1, 3), (0, 24)] {
            assert_eq!(Quiet::new(from, to), None);
        }
    }

    #[test]
    fn a_digest_keeps_its_hour_when_the_clocks_change() {
        let berlin = zone("Europe/Berlin");
        let daily = Digest::new(false, 7).unwrap();
        // The clocks go back in the night to 25 October 2026, so that this day has 25 hours.
        assert_eq!(
            daily.next(at("2026-10-24T05:00:00Z"), &berlin),
            at("2026-10-25T06:00:00Z")
        );
        assert_eq!(
            daily.next(at("2026-10-24T04:59:59Z"), &berlin),
            at("2026-10-24T05:00:00Z")
        );
        let weekly = Digest::new(true, 7).unwrap();
        assert_eq!(
            weekly.next(at("2026-10-24T12:00:00Z"), &berlin),
            at("2026-10-26T06:00:00Z")
        );
        assert_eq!(
            weekly.next(at("2026-10-26T06:00:00Z"), &berlin),
            at("2026-11-02T06:00:00Z")
        );
        // There is no 2:30 on 29 March 2026, and 2:00 begins at 3:00.
        let gap = Digest::new(false, 2).unwrap();
        assert_eq!(
            gap.next(at("2026-03-29T00:30:00Z"), &berlin),
            at("2026-03-29T01:00:00Z")
        );
        assert_eq!(Digest::new(false, 24), None);
    }

    #[test]
    fn only_what_may_breaks_the_quiet() {
        let wishes = |breaking_wakes| Wishes {
            quiet: Quiet::new(0, 6),
            breaking_wakes,
            ..Wishes::default()
        };
        let put_off = |wishes: Wishes, press| wishes.put_off(press, at("2025-11-27T03:00:00Z"), &TimeZone::UTC);
        let morning = Some(at("2025-11-27T06:00:00Z"));
        assert_eq!(put_off(wishes(false), Press::Breaking), morning);
        assert_eq!(put_off(wishes(true), Press::Breaking), None);
        assert_eq!(put_off(wishes(true), Press::Usual), morning);
        assert_eq!(put_off(wishes(false), Press::Extreme), None);
        assert_eq!(put_off(Wishes::default(), Press::Usual), None);
    }

    proptest! {
        #[test]
        fn what_is_put_off_is_put_off_once_and_by_less_than_two_days(
            from in 0_i64..24, to in 0_i64..24, minutes in 0_i64..2_000_000,
            name in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
        ) {
            prop_assume!(from != to);
            let (quiet, zone) = (Quiet::new(from, to).unwrap(), zone(name));
            let now = at("2025-01-01T00:00:00Z").plus_seconds(minutes * 60);
            if let Some(end) = quiet.over_at(now, &zone) {
                prop_assert!(end > now && end.micros_since(now) < 2 * DAY * 1_000_000);
                prop_assert_eq!(quiet.over_at(end, &zone), None);
            }
        }

        #[test]
        fn a_digest_comes_within_its_time_and_moves_on(
            weekly: bool, hour in 0_i64..24, minutes in 0_i64..2_000_000,
            name in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
        ) {
            let (digest, zone) = (Digest::new(weekly, hour).unwrap(), zone(name));
            let now = at("2025-01-01T00:00:00Z").plus_seconds(minutes * 60);
            let next = digest.next(now, &zone);
            let longest = if weekly { 7 * DAY } else { DAY } + 2 * 3_600;
            prop_assert!(next > now && next.micros_since(now) <= longest * 1_000_000);
            prop_assert!(digest.next(next, &zone) > next);
            prop_assert_eq!(digest.next(next.plus_seconds(-1), &zone), next);
        }
    }
}
