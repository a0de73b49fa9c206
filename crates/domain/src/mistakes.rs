//! What readers say is wrong in a story: a queue of its editors, apart from that of comments, since it is answered by a
//! correction.

use serde::{Deserialize, Serialize};

/// Fewest characters of a report: less names no mistake.
pub const SHORTEST: usize = 10;
/// Most characters of a report.
pub const LONGEST: usize = 1_000;
/// Most characters of a correction.
pub const LONGEST_CORRECTION: usize = 1_000;
/// Most characters of the answer to a reader.
pub const LONGEST_REPLY: usize = 500;
/// Reports of somebody a day.
pub const A_DAY: i64 = 20;
/// Editors who are told of a report by mail, at most.
pub const MOST_TOLD: usize = 10;
/// For how long reports about one story are gathered before its editors are told, in seconds.
pub const GATHERED: i64 = 120;

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The story says so now, in a correction.
    Corrected,
    /// It stands as it is.
    Stands,
}

impl Outcome {
    /// The stable name, in the store and in strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Stands => "stands",
        }
    }

    /// The outcome of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Corrected, Self::Stands]
            .into_iter()
            .find(|outcome| outcome.name() == name)
    }
}

/// Whether a text can be a report, once it was cleaned.
pub fn is_report(text: &str) -> bool {
    (SHORTEST..=LONGEST).contains(&text.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_says_something_and_not_everything() {
        assert!(is_report("It was Monday, not Tuesday."));
        assert!(!is_report("wrong"));
        assert!(is_report(&"ж".repeat(LONGEST)));
        assert!(!is_report(&"ж".repeat(LONGEST + 1)));
    }

    #[test]
    fn outcomes_have_names_that_lead_back() {
        for outcome in [Outcome::Corrected, Outcome::Stands] {
            assert_eq!(Outcome::parse(outcome.name()), Some(outcome));
        }
        assert_eq!(Outcome::parse("lost"), None);
    }
}
