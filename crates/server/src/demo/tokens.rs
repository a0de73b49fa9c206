//! The tokens that make the demo look fresh whenever it is made: `{weekday:N}`, `{clock:N}`, `{date:N}`, N minutes
//! before the start in the zone of the story's canonical site.

use anyhow::{Context as _, bail};
use jiff::tz::TimeZone;
use masthead_domain::time::Timestamp;

/// The moment at which the demo is made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Start(pub(super) Timestamp);

impl Start {
    /// Minutes before it.
    pub(super) fn before(self, minutes: u32) -> Timestamp {
        self.0.plus_seconds(-60 * i64::from(minutes))
    }

    /// Minutes after it.
    pub(super) fn after(self, minutes: u32) -> Timestamp {
        self.0.plus_seconds(60 * i64::from(minutes))
    }

    /// Replaces the tokens. The names of days and months are English, like the demo.
    pub(super) fn fill(self, text: &str, zone: &TimeZone) -> anyhow::Result<String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, token)) = rest.split_once('{') {
            out.push_str(before);
            let (token, after) = token.split_once('}').context("a { has no }")?;
            out.push_str(&self.token(token, zone)?);
            rest = after;
        }
        out.push_str(rest);
        Ok(out)
    }

    fn token(self, token: &str, zone: &TimeZone) -> anyhow::Result<String> {
        let (kind, minutes) = token
            .split_once(':')
            .with_context(|| format!("'{{{token}}}' is no token"))?;
        let minutes: i32 = minutes
            .parse()
            .with_context(|| format!("'{{{token}}}' says no minutes"))?;
        let format = match kind {
            "weekday" => "%A",
            "clock" => "%H:%M",
            "date" => "%-d %B",
            _ => bail!("'{{{token}}}' is no token"),
        };
        let at = self.0.plus_seconds(-60 * i64::from(minutes));
        Ok(zone.to_datetime(at.to_jiff()).strftime(format).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_the_sites_own_time() {
        // A Sunday in summer, when London is an hour ahead of UTC.
        let start = Start(Timestamp::parse_rfc3339("2026-07-05T22:30:00Z").unwrap());
        let zone = TimeZone::get("Europe/London").unwrap();
        let text = "On {weekday:0} at {clock:30} ({date:0}), and {weekday:-60} the {date:-60}.";
        assert_eq!(
            start.fill(text, &zone).unwrap(),
            "On Sunday at 23:00 (5 July), and Monday the 6 July."
        );
        for wrong in ["{year:1}", "{clock}", "{clock:x}", "{clock:1"] {
            assert!(start.fill(wrong, &zone).is_err(), "{wrong}");
        }
    }
}
