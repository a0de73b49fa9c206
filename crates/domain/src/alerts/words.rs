//! The words of an alert: CAP's, which are few and ordered, and which other formats' own words are read as.

use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $word:ident = $text:literal,)* } default $default:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "lowercase")]
        pub enum $name {
            $($(#[$word_doc])* $word,)*
        }

        impl $name {
            /// Every word, in order.
            pub const ALL: [Self; [$($text),*].len()] = [$(Self::$word),*];

            /// The stable name, in the store, in strings and in answers.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$word => $text,)*
                }
            }

            /// The word of a name, in whatever case it is written.
            pub fn parse(name: &str) -> Option<Self> {
                let name = name.trim();
                Self::ALL.into_iter().find(|word| word.name().eq_ignore_ascii_case(name))
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::$default
            }
        }
    };
}

words! {
    /// What an alert is about.
    Kind {
        /// Getting around: roads, trains, ferries.
        Traffic = "traffic",
        /// Danger to people and things.
        Emergency = "emergency",
    } default Emergency
}

words! {
    /// Whether a message is real (CAP `status`).
    Status {
        /// To be acted on.
        Actual = "actual",
        /// Only for those who take part in an exercise.
        Exercise = "exercise",
        /// About the network of alerts itself.
        System = "system",
        /// Technical.
        Test = "test",
        /// Not sent yet.
        Draft = "draft",
        /// The document doesn't say, or says something that we don't know: not shown as real.
        Unknown = "unknown",
    } default Unknown
}

words! {
    /// What a message does (CAP `msgType`).
    Message {
        /// It begins.
        Alert = "alert",
        /// It replaces what it references.
        Update = "update",
        /// It takes back what it references.
        Cancel = "cancel",
        /// It says that another was received.
        Ack = "ack",
        /// It says that another was refused.
        Error = "error",
    } default Alert
}

words! {
    /// How bad it is, from least to worst (CAP `severity`).
    Severity {
        /// Nobody said.
        Unknown = "unknown",
        /// Little or no threat.
        Minor = "minor",
        /// Possible threat.
        Moderate = "moderate",
        /// Significant threat.
        Severe = "severe",
        /// Extraordinary threat.
        Extreme = "extreme",
    } default Unknown
}

words! {
    /// How soon something is to be done, from least to most (CAP `urgency`).
    Urgency {
        /// Nobody said.
        Unknown = "unknown",
        /// Nothing any more.
        Past = "past",
        /// In the near future.
        Future = "future",
        /// Within the hour.
        Expected = "expected",
        /// At once.
        Immediate = "immediate",
    } default Unknown
}

words! {
    /// How sure it is, from least to most (CAP `certainty`).
    Certainty {
        /// Nobody said.
        Unknown = "unknown",
        /// Not expected.
        Unlikely = "unlikely",
        /// Half or less.
        Possible = "possible",
        /// More than half.
        Likely = "likely",
        /// It happened or goes on.
        Observed = "observed",
    } default Unknown
}

impl Severity {
    /// Its place in the order, as the store keeps it: 0 for unknown to 4 for extreme.
    pub const fn rank(self) -> i64 {
        match self {
            Self::Unknown => 0,
            Self::Minor => 1,
            Self::Moderate => 2,
            Self::Severe => 3,
            Self::Extreme => 4,
        }
    }

    /// The severity of a place in the order; what is beyond it is unknown.
    pub fn of_rank(rank: i64) -> Self {
        Self::ALL
            .into_iter()
            .find(|severity| severity.rank() == rank)
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_ranks_lead_back() {
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(&severity.name().to_uppercase()), Some(severity));
            assert_eq!(Severity::of_rank(severity.rank()), severity);
        }
        assert!(
            Severity::ALL
                .windows(2)
                .all(|pair| pair[0].rank() < pair[1].rank() && pair[0] < pair[1])
        );
        assert_eq!(Severity::of_rank(9), Severity::Unknown);
        assert_eq!(Message::parse("Cancel"), Some(Message::Cancel));
        assert_eq!(Status::parse("real"), None);
    }
}
