//! Points in time: microseconds since 1970 in UTC, the one representation in the store, in events and on the wire.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A point in time in microseconds since the Unix epoch, UTC.
///
/// It is a plain integer so that both database engines store and order it alike (`BIGINT`), and so that nothing
/// depends on a database's own clock. Its range is that of `jiff::Timestamp` (years -9999 to 9999); values outside
/// are clamped when it is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

/// A clock, passed in wherever "now" matters so that tests can hold it still and step it.
pub trait Clock: Send + Sync {
    /// The present moment as this clock sees it.
    fn now(&self) -> Timestamp;
}

impl Timestamp {
    /// The earliest moment, before any story.
    pub const MIN: Self = Self(i64::MIN);
    /// A moment that never comes.
    pub const MAX: Self = Self(i64::MAX);

    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn as_seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This moment moved by `seconds` (negative is earlier); saturates at the ends of the range.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Microseconds from `earlier` to this moment; negative when `earlier` is later.
    pub const fn micros_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// The same moment for calendar work; clamped to jiff's range.
    pub fn to_jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }

    /// RFC 3339 in UTC with a `Z`, fractions only when there are any: `2026-11-25T09:30:00Z`.
    pub fn to_rfc3339(self) -> String {
        self.to_jiff().to_string()
    }

    /// Reads RFC 3339 with an explicit offset or `Z`.
    ///
    /// # Errors
    /// Says what is wrong in words when the text is no such time.
    pub fn parse_rfc3339(text: &str) -> Result<Self, String> {
        text.trim()
            .parse::<jiff::Timestamp>()
            .map(Self::from)
            .map_err(|error| format!("not an RFC 3339 time: {error}"))
    }
}

impl From<jiff::Timestamp> for Timestamp {
    fn from(value: jiff::Timestamp) -> Self {
        Self(value.as_microsecond())
    }
}

impl std::fmt::Display for Timestamp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_rfc3339())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let moment = Timestamp::parse_rfc3339("2014-09-15T20:47:00+02:00").unwrap();
        assert_eq!(moment.to_rfc3339(), "2014-09-15T18:47:00Z");
        assert_eq!(Timestamp::parse_rfc3339(&moment.to_rfc3339()).unwrap(), moment);
    }

    #[test]
    fn the_ends_of_the_range_can_be_written() {
        assert!(!Timestamp::MAX.to_rfc3339().is_empty());
        assert!(!Timestamp::MIN.to_rfc3339().is_empty());
        assert_eq!(Timestamp::MAX.plus_seconds(1), Timestamp::MAX);
    }

    #[test]
    fn a_time_without_an_offset_is_refused() {
        assert!(Timestamp::parse_rfc3339("2014-09-15T20:47:00").is_err());
    }
}
