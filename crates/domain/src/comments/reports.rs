//! Reports about comments: for which reasons somebody complains, and how much each complaint weighs.

use serde::{Deserialize, Serialize};

/// The longest note, in characters.
pub const LONGEST_NOTE: usize = 500;
/// The longest explanation of a notice of illegal content, in characters.
pub const LONGEST_EXPLANATION: usize = 1_000;
/// Reports of somebody a day.
pub const A_DAY: i64 = 20;

/// Why somebody reports a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportReason {
    /// Attacks a person.
    PersonalAbuse,
    /// Against people for what they are.
    Hate,
    /// Threatens somebody.
    Threats,
    /// Not about the story.
    OffTopic,
    /// Sold or sent in masses.
    Spam,
    /// A court or a person's rights are concerned.
    Legal,
    /// Taken from somebody.
    Copyright,
    /// Pretends to be somebody.
    FalsePersonality,
    /// Against the law: a notice under Regulation (EU) 2022/2065, article 16.
    IllegalContent,
    /// Something else, which the note says.
    Other,
}

impl ReportReason {
    /// Every reason, in the order in which the form offers them.
    pub const ALL: [Self; 10] = [
        Self::PersonalAbuse,
        Self::Hate,
        Self::Threats,
        Self::OffTopic,
        Self::Spam,
        Self::Legal,
        Self::Copyright,
        Self::FalsePersonality,
        Self::IllegalContent,
        Self::Other,
    ];

    /// The stable code, also of its string (`report-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::PersonalAbuse => "personal-abuse",
            Self::Hate => "hate",
            Self::Threats => "threats",
            Self::OffTopic => "off-topic",
            Self::Spam => "spam",
            Self::Legal => "legal",
            Self::Copyright => "copyright",
            Self::FalsePersonality => "false-personality",
            Self::IllegalContent => "illegal-content",
            Self::Other => "other",
        }
    }

    /// The reason of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether waiting with it may harm somebody or break a law.
    pub const fn is_urgent(self) -> bool {
        matches!(self, Self::Threats | Self::Legal | Self::IllegalContent)
    }
}

/// What is known of somebody who reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reporter {
    /// Signed in, with a username.
    pub is_named: bool,
    /// Works for the publisher.
    pub is_staff: bool,
    /// Reports of theirs that the desk found right.
    pub upheld: u32,
    /// Reports of theirs that it didn't.
    pub dismissed: u32,
}

/// Decided reports from which somebody's record counts.
const FEWEST: u32 = 6;

/// How much a report weighs, in tenths: one for a reader, half of that for somebody without an account, more where
/// waiting may harm, and more or less by how often the reporter was right (the record counts from six decided reports on,
/// from 70 percent upwards, and grows with the logarithm of their number).
pub fn weight(reason: ReportReason, reporter: &Reporter) -> u32 {
    if reporter.is_staff {
        return 60;
    }
    let base: f64 = if reporter.is_named { 10.0 } else { 5.0 };
    let urgent = if reason.is_urgent() { 20.0 } else { 0.0 };
    let decided = reporter.upheld.saturating_add(reporter.dismissed);
    let record = if decided >= FEWEST {
        let right = f64::from(reporter.upheld) / f64::from(decided);
        (right - 0.7) * f64::from(decided).log(4.0) * 50.0
    } else {
        0.0
    };
    // Between 1 and a few hundred, so that the conversion is exact enough and can't fail.
    let tenths = (base + urgent + record).round().clamp(1.0, 200.0);
    (1..=200_u32).rev().find(|n| f64::from(*n) <= tenths).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const READER: Reporter = Reporter {
        is_named: true,
        is_staff: false,
        upheld: 0,
        dismissed: 0,
    };

    #[test]
    fn a_report_weighs_by_who_sends_it_and_why() {
        let nobody = Reporter::default();
        assert_eq!(weight(ReportReason::Spam, &READER), 10);
        assert_eq!(weight(ReportReason::Spam, &nobody), 5);
        assert_eq!(weight(ReportReason::Threats, &READER), 30);
        let right = Reporter { upheld: 16, ..READER };
        assert_eq!(weight(ReportReason::Spam, &right), 40, "always right, sixteen times");
        let wrong = Reporter {
            dismissed: 16,
            ..READER
        };
        assert_eq!(weight(ReportReason::Spam, &wrong), 1, "never right");
        let few = Reporter { dismissed: 5, ..READER };
        assert_eq!(weight(ReportReason::Spam, &few), 10, "five are no record");
        for reason in ReportReason::ALL {
            assert_eq!(ReportReason::parse(reason.code()), Some(reason));
        }
    }

    proptest! {
        #[test]
        fn no_report_weighs_nothing_or_everything(upheld in 0_u32..10_000, dismissed in 0_u32..10_000) {
            let reporter = Reporter { upheld, dismissed, ..READER };
            let found = weight(ReportReason::Other, &reporter);
            prop_assert!((1..=200).contains(&found));
            let more = Reporter { upheld: upheld + 1, ..reporter };
            if upheld + dismissed >= 6 && upheld * 10 > dismissed * 30 {
                prop_assert!(weight(ReportReason::Other, &more) >= found);
            }
        }
    }
}
