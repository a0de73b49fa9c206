//! Comments under stories: what one is, which states it goes through, and how long its writer may change it.
//!
//! What may be written at all is decided by [`policy`] (who may write here now) and [`checks`] (what about this text
//! wants a second look). [`text`] says what a comment's text is, [`words`] how word lists are matched.

pub mod checks;
pub mod policy;
pub mod reports;
pub mod text;
pub mod words;

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// For how long its writer may change a comment, in seconds, unless it was answered or reported before.
pub const EDIT_SECONDS: i64 = 5 * 60;

/// Where a comment stands. Readers see [`CommentState::Published`] alone; of others a tombstone, where answers to it
/// are still seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CommentState {
    /// Readers see it.
    Published,
    /// It waits because every comment does here (mode `pre`).
    Pending,
    /// Something about it, or reports, asked for a decision first.
    Held,
    /// It was refused or taken away by a rule or a person.
    Rejected,
    /// Its writer took it away.
    Deleted,
}

impl CommentState {
    /// Every state.
    pub const ALL: [Self; 5] = [
        Self::Published,
        Self::Pending,
        Self::Held,
        Self::Rejected,
        Self::Deleted,
    ];

    /// The stable name, in the store, in answers and in strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Pending => "pending",
            Self::Held => "held",
            Self::Rejected => "rejected",
            Self::Deleted => "deleted",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether readers see its text.
    pub const fn is_shown(self) -> bool {
        matches!(self, Self::Published)
    }

    /// Whether it waits for somebody to decide.
    pub const fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Held)
    }
}

/// What stands beside a writer's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Badge {
    /// Works for the publisher.
    Staff,
    /// Wrote the story.
    Author,
}

impl Badge {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Author => "author",
        }
    }

    /// The badge of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Staff, Self::Author]
            .into_iter()
            .find(|badge| badge.name() == name)
    }
}

/// In which order a thread is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// The newest first: while people may write.
    Newest,
    /// The oldest first: once nobody may.
    Oldest,
    /// The most liked first.
    Liked,
}

impl Order {
    /// The stable name, in addresses and strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Oldest => "oldest",
            Self::Liked => "liked",
        }
    }

    /// The order of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Newest, Self::Oldest, Self::Liked]
            .into_iter()
            .find(|order| order.name() == name)
    }

    /// The order of a thread where the reader chose none.
    pub const fn usual(open: bool) -> Self {
        if open { Self::Newest } else { Self::Oldest }
    }
}

/// Why a comment was taken away, as its writer is told (statement of reasons, Regulation (EU) 2022/2065, article 17).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemovalReason {
    /// Offends for no other purpose.
    Offensive,
    /// Attacks a person.
    Abusive,
    /// The same to many people, one or many times.
    Harassment,
    /// Against people for what they are.
    Hate,
    /// Sent in masses, or without a human.
    Spam,
    /// Sells something.
    Advertising,
    /// Holds words that are not printed.
    BannedWords,
    /// States as true what is known to be false.
    Misinformation,
    /// Not about the story.
    OffTopic,
    /// Against the law.
    Illegal,
    /// Takes what belongs to others.
    Copyright,
    /// Pretends to be somebody.
    FalsePersonality,
    /// Something else, which the note says.
    Other,
}

impl RemovalReason {
    /// Every reason, in the order in which the desk offers them.
    pub const ALL: [Self; 13] = [
        Self::Abusive,
        Self::Offensive,
        Self::Hate,
        Self::Harassment,
        Self::OffTopic,
        Self::Spam,
        Self::Advertising,
        Self::BannedWords,
        Self::Misinformation,
        Self::Illegal,
        Self::Copyright,
        Self::FalsePersonality,
        Self::Other,
    ];

    /// The stable code, also of its string (`reason-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Offensive => "offensive",
            Self::Abusive => "abusive",
            Self::Harassment => "harassment",
            Self::Hate => "hate",
            Self::Spam => "spam",
            Self::Advertising => "advertising",
            Self::BannedWords => "banned-words",
            Self::Misinformation => "misinformation",
            Self::OffTopic => "off-topic",
            Self::Illegal => "illegal",
            Self::Copyright => "copyright",
            Self::FalsePersonality => "false-personality",
            Self::Other => "other",
        }
    }

    /// The reason of a code.
    pub fn parse(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }
}

/// Why a comment can't be changed by its writer any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The five minutes are over.
    #[error("a comment can be changed for five minutes")]
    TooLate,
    /// Somebody answered it.
    #[error("the comment was answered")]
    Answered,
    /// Somebody reported it.
    #[error("the comment was reported")]
    Reported,
    /// It was taken away.
    #[error("the comment is gone")]
    Gone,
}

impl EditError {
    /// The stable code, which is also the name of its string (`comment-edit-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLate => "late",
            Self::Answered => "answered",
            Self::Reported => "reported",
            Self::Gone => "gone",
        }
    }
}

/// Whether its writer may change a comment now. Held ones may be changed too: what was wrong can be mended.
///
/// # Errors
/// Why not.
pub const fn may_edit(
    state: CommentState,
    created: Timestamp,
    now: Timestamp,
    answered: bool,
    reported: bool,
) -> Result<(), EditError> {
    if matches!(state, CommentState::Rejected | CommentState::Deleted) {
        return Err(EditError::Gone);
    }
    if answered {
        return Err(EditError::Answered);
    }
    if reported {
        return Err(EditError::Reported);
    }
    if now.micros_since(created) > EDIT_SECONDS * 1_000_000 {
        return Err(EditError::TooLate);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_can_be_changed_for_five_minutes_until_it_is_answered_or_reported() {
        let at = Timestamp::from_micros(1_000_000_000);
        let edit =
            |state, seconds, answered, reported| may_edit(state, at, at.plus_seconds(seconds), answered, reported);
        assert_eq!(edit(CommentState::Published, 300, false, false), Ok(()));
        assert_eq!(edit(CommentState::Held, 10, false, false), Ok(()));
        assert_eq!(
            edit(CommentState::Published, 301, false, false),
            Err(EditError::TooLate)
        );
        assert_eq!(edit(CommentState::Published, 1, true, false), Err(EditError::Answered));
        assert_eq!(edit(CommentState::Published, 1, false, true), Err(EditError::Reported));
        assert_eq!(edit(CommentState::Rejected, 1, false, false), Err(EditError::Gone));
        assert_eq!(edit(CommentState::Deleted, 1, false, false), Err(EditError::Gone));
    }

    #[test]
    fn names_lead_back() {
        for state in CommentState::ALL {
            assert_eq!(CommentState::parse(state.name()), Some(state));
            assert_eq!(state.is_shown(), state == CommentState::Published);
        }
        for order in [Order::Newest, Order::Oldest, Order::Liked] {
            assert_eq!(Order::parse(order.name()), Some(order));
        }
        for reason in RemovalReason::ALL {
            assert_eq!(RemovalReason::parse(reason.code()), Some(reason));
        }
        assert_eq!(Badge::parse("author"), Some(Badge::Author));
        assert_eq!(CommentState::parse("approved"), None);
    }
}
