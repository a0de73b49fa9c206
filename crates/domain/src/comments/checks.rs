//! What about a comment wants a look before readers see it. Every detector is asked and every reason kept, so that the
//! desk sees all of them; the strictest decides.

use super::CommentState;
use super::policy::{Effective, Mode};
use super::words::{Folded, WordList};
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Decisions of the last seven days from which somebody's share of refused comments counts.
pub const FEWEST_DECISIONS: u32 = 5;
/// The share of refused comments, in percent, from which the next ones are looked at first.
pub const REFUSED_PERCENT: u32 = 30;
/// Characters from which the same text by somebody else is a repeat: short ones are said by many.
pub const REPEAT_OF_OTHERS: usize = 60;
/// For how long a text is remembered, in seconds.
pub const REPEAT_SECONDS: i64 = 86_400;

/// What a detector asks for, from the mildest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing; it is kept for whoever looks.
    Note,
    /// A look first.
    Hold,
    /// Never to be seen.
    Reject,
}

/// What a detector found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "kebab-case")]
pub enum Finding {
    /// Words that are not printed.
    BannedWords {
        /// The entries of the list.
        words: Vec<String>,
    },
    /// Words that somebody should see.
    SuspectWords {
        /// The entries of the list.
        words: Vec<String>,
    },
    /// More links than need no look.
    Links {
        /// How many there are.
        count: usize,
        /// How many are free.
        free: u8,
    },
    /// The same text within a day, anywhere in the network.
    Repeat {
        /// Whether the same person wrote it.
        own: bool,
    },
    /// One of somebody's first.
    FirstComments {
        /// How many of theirs were accepted.
        accepted: u32,
        /// How many are asked for.
        of: u8,
    },
    /// Somebody's first hours.
    NewAccount {
        /// Hours since their first step.
        hours: u32,
        /// How many are asked for.
        of: u16,
    },
    /// Much of theirs was refused lately.
    Refused {
        /// Refused in the last seven days.
        refused: u32,
        /// Decided in the last seven days.
        decided: u32,
    },
}

impl Finding {
    /// The stable name of the rule, also of its string (`rule-…`).
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::BannedWords { .. } => "banned-words",
            Self::SuspectWords { .. } => "suspect-words",
            Self::Links { .. } => "links",
            Self::Repeat { .. } => "repeat",
            Self::FirstComments { .. } => "first-comments",
            Self::NewAccount { .. } => "new-account",
            Self::Refused { .. } => "refused",
        }
    }

    /// What the detector asks for.
    pub const fn verdict(&self) -> Verdict {
        match self {
            Self::BannedWords { .. } => Verdict::Reject,
            _ => Verdict::Hold,
        }
    }
}

/// The lists of a story's ladder.
#[derive(Debug)]
pub struct Lists {
    /// Words that are not printed.
    pub banned: WordList,
    /// Words that somebody should see.
    pub suspect: WordList,
}

/// What is known of a text before the store is asked.
pub fn of_text(text: &str, folded: &Folded, lists: &Lists, policy: &Effective) -> Vec<Finding> {
    let named = |list: &WordList| list.find(folded).into_iter().map(str::to_owned).collect::<Vec<_>>();
    let mut findings = Vec::new();
    let words = named(&lists.banned);
    if !words.is_empty() {
        findings.push(Finding::BannedWords { words });
    }
    let words = named(&lists.suspect);
    if !words.is_empty() {
        findings.push(Finding::SuspectWords { words });
    }
    let count = super::text::links(text);
    if count > usize::from(policy.links) {
        findings.push(Finding::Links {
            count,
            free: policy.links,
        });
    }
    findings
}

/// What the network knows of somebody who writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// When they took their first step: chose a username.
    pub since: Timestamp,
    /// Comments of theirs that were seen and stayed, or were approved.
    pub accepted: u32,
    /// Refused in the last seven days.
    pub refused_lately: u32,
    /// Decided in the last seven days.
    pub decided_lately: u32,
}

/// What the network's memory of somebody adds.
pub fn of_person(record: &Record, policy: &Effective, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    if record.accepted < u32::from(policy.first_comments) {
        findings.push(Finding::FirstComments {
            accepted: record.accepted,
            of: policy.first_comments,
        });
    }
    let hours = now.micros_since(record.since).max(0) / 3_600_000_000;
    let hours = u32::try_from(hours).unwrap_or(u32::MAX);
    if hours < u32::from(policy.first_hours) {
        findings.push(Finding::NewAccount {
            hours,
            of: policy.first_hours,
        });
    }
    if record.decided_lately >= FEWEST_DECISIONS
        && record.refused_lately * 100 >= record.decided_lately * REFUSED_PERCENT
    {
        findings.push(Finding::Refused {
            refused: record.refused_lately,
            decided: record.decided_lately,
        });
    }
    findings
}

/// Where a comment comes to stand.
pub fn outcome(findings: &[Finding], mode: Mode) -> CommentState {
    let strictest = findings.iter().map(Finding::verdict).max();
    match (strictest, mode) {
        (Some(Verdict::Reject), _) => CommentState::Rejected,
        (Some(Verdict::Hold), _) => CommentState::Held,
        (_, Mode::Post | Mode::Reactive) => CommentState::Published,
        // Closed and off are refused before; should one come through, nobody sees it unasked.
        (_, Mode::Pre | Mode::Closed | Mode::Off) => CommentState::Pending,
    }
}

/// How often somebody may write: a bucket that fills again with time (the generic cell rate algorithm), kept as the one
/// moment at which it will be full.
///
/// # Errors
/// The seconds to wait, at least 1.
pub fn rate(full_at: Timestamp, now: Timestamp, seconds_between: u32, burst: u8) -> Result<Timestamp, u32> {
    if seconds_between == 0 {
        return Ok(now);
    }
    let each = i64::from(seconds_between) * 1_000_000;
    let next = full_at.max(now).as_micros().saturating_add(each);
    let ahead = next.saturating_sub(now.as_micros()) - each * i64::from(burst.max(1));
    if ahead > 0 {
        return Err(u32::try_from(ahead.div_euclid(1_000_000) + 1).unwrap_or(u32::MAX));
    }
    Ok(Timestamp::from_micros(next))
}

#[cfg(test)]
mod tests {
    use super::super::policy::Ladder;
    use super::*;
    use proptest::prelude::*;

    fn policy() -> Effective {
        let now = Timestamp::from_micros(0);
        Ladder::default().now(now, now, &jiff::tz::TimeZone::UTC)
    }

    fn lists() -> Lists {
        Lists {
            banned: WordList::new(["grotesque"]).unwrap(),
            suspect: WordList::new(["liar", "crook"]).unwrap(),
        }
    }

    fn of(text: &str) -> Vec<Finding> {
        of_text(text, &Folded::new(text), &lists(), &policy())
    }

    #[test]
    fn every_detector_is_asked_and_the_strictest_decides() {
        let text = "You gr0tesque liar, see https://a.example https://b.example http://c.example";
        let mut found = of(text);
        found.extend(of_person(&Record::default(), &policy(), Timestamp::from_micros(0)));
        let rules: Vec<&str> = found.iter().map(Finding::rule).collect();
        assert_eq!(
            rules,
            [
                "banned-words",
                "suspect-words",
                "links",
                "first-comments",
                "new-account"
            ]
        );
        assert_eq!(outcome(&found, Mode::Reactive), CommentState::Rejected);
        assert_eq!(outcome(&found[1..], Mode::Reactive), CommentState::Held);
        assert_eq!(outcome(&[], Mode::Reactive), CommentState::Published);
        assert_eq!(outcome(&[], Mode::Pre), CommentState::Pending);
        assert_eq!(of("A calm word, see https://a.example"), []);
    }

    #[test]
    fn a_share_counts_from_five_decisions_on() {
        let day = Timestamp::from_micros(0).plus_seconds(10 * 86_400);
        let of = |refused_lately, decided_lately| {
            let record = Record {
                since: Timestamp::from_micros(0),
                accepted: 9,
                refused_lately,
                decided_lately,
            };
            of_person(&record, &policy(), day)
        };
        assert_eq!(of(1, 1), [], "one of one is not a habit");
        assert_eq!(of(4, 4), []);
        assert_eq!(of(2, 5).len(), 1);
        assert_eq!(of(2, 7), [], "28 percent");
        assert_eq!(of(3, 10).len(), 1, "30 percent");
    }

    #[test]
    fn three_come_at_once_and_then_one_in_thirty_seconds() {
        let mut now = Timestamp::from_micros(5_000_000_000);
        let mut full = Timestamp::MIN;
        for _ in 0..3 {
            full = rate(full, now, 30, 3).unwrap();
        }
        assert_eq!(rate(full, now, 30, 3), Err(31));
        now = now.plus_seconds(30);
        full = rate(full, now, 30, 3).unwrap();
        assert!(rate(full, now, 30, 3).is_err());
        assert_eq!(rate(full, now, 0, 3), Ok(now), "no limit");
    }

    proptest! {
        #[test]
        fn nobody_writes_more_than_the_burst_and_what_the_time_gives(steps in proptest::collection::vec(0_i64..40, 1..60)) {
            let start = Timestamp::from_micros(1_000_000);
            let (mut now, mut full, mut taken) = (start, Timestamp::MIN, 0);
            for step in steps {
                now = now.plus_seconds(step);
                if let Ok(next) = rate(full, now, 30, 3) {
                    full = next;
                    taken += 1;
                }
            }
            prop_assert!(taken <= 3 + now.micros_since(start) / 30_000_000);
        }
    }
}
