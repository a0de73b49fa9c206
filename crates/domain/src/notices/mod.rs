//! Notices: what somebody is told of what became of their comments, and of what they follow.

mod follows;
mod wishes;

pub use follows::{Follow, Followed, Means, Pace};
pub use wishes::{DAY, Digest, MAILS_A_DAY, Press, Quiet, Wishes};

use serde::{Deserialize, Serialize};

/// Seconds for which what happens to somebody is gathered into one mail.
pub const GATHERED: i64 = 10 * 60;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Somebody answered a comment of theirs.
    Reply,
    /// A comment of theirs that waited or was refused is published.
    Approved,
    /// A comment of theirs was refused or taken away.
    Rejected,
}

impl NoticeKind {
    /// The stable name, in the store and in strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reply => "reply",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Reply, Self::Approved, Self::Rejected]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// The number of the window in which something that happens at `seconds` (since 1970) is gathered, and the second at
/// which it is over and the mail is due.
pub const fn window(seconds: i64) -> (i64, i64) {
    let window = seconds.div_euclid(GATHERED);
    (window, (window + 1) * GATHERED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_after_what_it_gathers() {
        for seconds in [-1, 0, 599, 600, 1_764_000_123] {
            let (number, due) = window(seconds);
            assert!(due > seconds && due - seconds <= GATHERED);
            assert_eq!(window(due - 1).0, number);
            assert_eq!(window(due).0, number + 1);
        }
    }

    #[test]
    fn kinds_have_names() {
        for kind in [NoticeKind::Reply, NoticeKind::Approved, NoticeKind::Rejected] {
            assert_eq!(NoticeKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(NoticeKind::parse("weather"), None);
    }
}
