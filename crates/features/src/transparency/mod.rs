//! The transparency table: what was written, reported, decided and appealed in a year (Regulation (EU) 2022/2065,
//! articles 15 and 24). It is counted from what is kept, so that it agrees with the log of decisions.

pub mod page;

use crate::app::App;
use jiff::tz::Offset;
use masthead_domain::time::Timestamp;
use masthead_store::{StoreError, transparency as rows};
use serde::Serialize;
use std::collections::BTreeMap;

/// Entries of the log that are read at once.
const AT_ONCE: usize = 1_000;

/// How many there are of each, by stable names.
pub type Counts = BTreeMap<String, i64>;

/// A year in numbers.
#[derive(Debug, Default, Serialize)]
pub struct Year {
    /// Which.
    pub year: i16,
    /// Comments by where they stand now; those taken away by who did it: `rejected by moderator`, `rejected by rule`.
    pub comments: Counts,
    /// Refusals that people decided on, by reason; those that were taken back are among them.
    pub refused: Counts,
    /// How many decisions were taken back.
    pub undone: i64,
    /// Reports by reason.
    pub reports: Counts,
    /// Reports by what became of them: `upheld`, `dismissed`, `open`.
    pub outcomes: Counts,
    /// Appeals by what became of them: `granted`, `refused`, `open`.
    pub appeals: Counts,
    /// Suspensions and bans by reason.
    pub suspensions: Counts,
}

/// Counts a year, as it is from new year to new year in UTC.
///
/// # Errors
/// When the store can't answer.
pub async fn year(app: &App, year: i16) -> Result<Year, StoreError> {
    let span = (begin(year), begin(year.saturating_add(1)));
    let mut conn = app.db.snapshot().await?;
    let mut counted = Year {
        year,
        ..Year::default()
    };
    for (state, by, count) in rows::comments(&mut conn, span).await? {
        let name = if by.is_empty() {
            state
        } else {
            format!("{state} by {by}")
        };
        *counted.comments.entry(name).or_default() += count;
    }
    for (reason, outcome, count) in rows::reports(&mut conn, span).await? {
        *counted.reports.entry(reason).or_default() += count;
        *counted.outcomes.entry(named(outcome)).or_default() += count;
    }
    for (outcome, count) in rows::appeals(&mut conn, span).await? {
        *counted.appeals.entry(named(outcome)).or_default() += count;
    }
    counted.suspensions = rows::suspensions(&mut conn, span).await?.into_iter().collect();
    for act in ["comment.rejected", "comment.undone"] {
        let mut after = rows::before(span.0);
        loop {
            let some = rows::decisions(&mut conn, act, after, span.1, AT_ONCE).await?;
            let Some((event, at, _)) = some.last() else { break };
            after = (*at, *event);
            for (_, _, facts) in &some {
                match facts.get("reason").and_then(serde_json::Value::as_str) {
                    Some(reason) => *counted.refused.entry(reason.to_owned()).or_default() += 1,
                    None => counted.undone += 1,
                }
            }
        }
    }
    Ok(counted)
}

fn named(outcome: String) -> String {
    if outcome.is_empty() { "open".into() } else { outcome }
}

/// The year of a moment, in UTC.
pub fn year_of(at: Timestamp) -> i16 {
    Offset::UTC.to_datetime(at.to_jiff()).year()
}

/// The moment at which a year begins in UTC.
fn begin(year: i16) -> Timestamp {
    let day = jiff::civil::Date::new(year, 1, 1).unwrap_or(jiff::civil::Date::MAX);
    let at = Offset::UTC.to_timestamp(day.to_datetime(jiff::civil::Time::midnight()));
    at.map_or(Timestamp::MAX, |at| Timestamp::from_micros(at.as_microsecond()))
}
