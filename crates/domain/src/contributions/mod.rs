//! Contributions: stories and pictures that readers send in, and which way each may go from the draft to the page.
//!
//! Nothing of a contribution is shown to readers from here: what is published is a story like any other, made of it
//! by the desk.

mod text;
mod words;

pub use text::{LONGEST_TEXT, LONGEST_TITLE, TextError, clean_body, clean_title, document};
pub use words::words;

use crate::ids::AccountId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The fewest words of a story that is looked at (product §2.5).
pub const FEWEST_WORDS: usize = 200;
/// How many contributions of one person may be with the desk at once (product §2.5).
pub const MOST_OPEN: usize = 3;
/// The most pictures of one contribution (product §2.5).
pub const MOST_PICTURES: usize = 20;
/// Days without a move after which what is open ends by itself (product §2.5).
pub const OPEN_DAYS: i64 = 30;
/// Seconds for which somebody at the desk has a contribution to themselves: long enough to read and edit one.
pub const CLAIM_SECONDS: i64 = 1_800;
/// The longest message between the desk and the author, in characters.
pub const LONGEST_MESSAGE: usize = 2_000;
/// The terms under which readers send something in. Their words are `contribute-terms-VERSION` in the theme's strings;
/// a text that changes what people agree to gets a new version, which is kept with each consent.
pub const TERMS: &str = "2026-1";

/// What is sent in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A text of [`FEWEST_WORDS`] or more.
    Story,
    /// Pictures.
    Pictures,
}

impl Kind {
    /// The stable name, in the store and in strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Pictures => "pictures",
        }
    }

    /// The kind of a name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Story, Self::Pictures]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// Where a contribution stands (product §2.5). That somebody at the desk has it is not a state of its own but a
/// [`Claim`], which runs out by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Being written; the desk doesn't see it.
    Draft,
    /// With the desk for the first time.
    Submitted,
    /// The desk asked its author to change something.
    ChangesRequested,
    /// With the desk again.
    Resubmitted,
    /// The desk takes it with edits of its own, which its author has to agree to.
    Accepted,
    /// Both agree: the desk may publish it.
    Agreed,
    /// It is published at a moment to come.
    Scheduled,
    /// Readers see it.
    Published,
    /// The desk doesn't take it, and said why.
    Declined,
    /// Its author took it back.
    Withdrawn,
    /// Nobody moved it for [`OPEN_DAYS`].
    Expired,
}

impl State {
    /// All of them, in the order of a contribution's way.
    pub const ALL: [Self; 11] = [
        Self::Draft,
        Self::Submitted,
        Self::ChangesRequested,
        Self::Resubmitted,
        Self::Accepted,
        Self::Agreed,
        Self::Scheduled,
        Self::Published,
        Self::Declined,
        Self::Withdrawn,
        Self::Expired,
    ];

    /// The stable name, in the store and in strings (`contribution-state-changes-requested`).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::ChangesRequested => "changes-requested",
            Self::Resubmitted => "resubmitted",
            Self::Accepted => "accepted",
            Self::Agreed => "agreed",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
            Self::Expired => "expired",
        }
    }

    /// The state of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }

    /// Whether it counts towards [`MOST_OPEN`]: sent, and neither published nor ended.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Submitted | Self::ChangesRequested | Self::Resubmitted | Self::Accepted | Self::Agreed
        )
    }

    /// Whether the desk has to do something about it.
    pub const fn waits_for_desk(self) -> bool {
        matches!(self, Self::Submitted | Self::Resubmitted | Self::Agreed)
    }

    /// Whether its author may still change the text.
    pub const fn is_with_author(self) -> bool {
        matches!(self, Self::Draft | Self::ChangesRequested)
    }

    /// Whether nothing can happen to it any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Published | Self::Declined | Self::Withdrawn | Self::Expired)
    }
}

/// Somebody at the desk who has a contribution to themselves for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who.
    pub by: AccountId,
    /// Until when.
    pub until: Timestamp,
}

/// What decides what may happen to a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub state: State,
    /// Who has it at the desk; a claim that ran out counts for nothing.
    pub claim: Option<Claim>,
    /// When it last moved.
    pub moved_at: Timestamp,
    /// When it is published, once that was decided.
    pub publish_at: Option<Timestamp>,
}

/// Who does something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Its author.
    Author,
    /// Somebody at the desk.
    Desk(AccountId),
    /// A due job.
    Time,
}

/// What happens to a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Its author sends it, for the first time or again.
    Submit,
    /// Somebody at the desk takes it to look at.
    Claim,
    /// They let go of it.
    Leave,
    /// The desk changes its words.
    Edit,
    /// The desk asks for changes.
    RequestChanges,
    /// The desk takes it.
    Accept {
        /// Whether what it says was edited since its author last sent it.
        edited: bool,
    },
    /// Its author agrees to the edits.
    Consent,
    /// Its author doesn't, and it goes back to the desk as they had sent it.
    Object,
    /// The desk publishes it, now or later.
    Publish {
        /// When; `None` is now.
        at: Option<Timestamp>,
    },
    /// The desk doesn't take it.
    Decline,
    /// Its author takes it back.
    Withdraw,
    /// Time passes: what was due comes true.
    Pass,
}

/// Why something can't happen to a contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StandingError {
    /// It stands where that is not possible.
    #[error("that is not possible where the contribution stands now ({})", .0.name())]
    NotNow(State),
    /// Somebody else at the desk has it.
    #[error("somebody else has it")]
    Claimed,
    /// It is not for them to do.
    #[error("that is for somebody else to do")]
    NotTheirs,
}

impl Standing {
    /// A draft.
    pub const fn new(now: Timestamp) -> Self {
        Self {
            state: State::Draft,
            claim: None,
            moved_at: now,
            publish_at: None,
        }
    }

    /// Who has it at the desk now.
    pub fn claimed(&self, now: Timestamp) -> Option<AccountId> {
        self.claim.filter(|claim| claim.until > now).map(|claim| claim.by)
    }

    /// When something comes true by itself: its end, or its publication.
    pub fn due(&self) -> Option<Timestamp> {
        match self.state {
            State::Scheduled => self.publish_at,
            state if state.is_final() => None,
            _ => Some(self.moved_at.plus_seconds(OPEN_DAYS * 86_400)),
        }
    }

    /// Does what `act` says, or nothing.
    ///
    /// # Errors
    /// [`StandingError`], by which nothing changed.
    pub fn apply(&mut self, act: Act, by: By, now: Timestamp) -> Result<(), StandingError> {
        self.check(act, by, now)?;
        let next = match act {
            Act::Submit if self.state == State::Draft => State::Submitted,
            Act::Submit | Act::Object => State::Resubmitted,
            Act::Claim | Act::Edit => {
                if let By::Desk(by) = by {
                    let until = now.plus_seconds(CLAIM_SECONDS);
                    self.claim = Some(Claim { by, until });
                }
                return Ok(());
            }
            Act::Leave => {
                self.claim = None;
                return Ok(());
            }
            Act::RequestChanges => State::ChangesRequested,
            Act::Accept { edited: true } => State::Accepted,
            Act::Accept { edited: false } | Act::Consent => State::Agreed,
            Act::Publish { at } => {
                self.publish_at = Some(at.unwrap_or(now));
                if at.is_some_and(|at| at > now) {
                    State::Scheduled
                } else {
                    State::Published
                }
            }
            Act::Decline => State::Declined,
            Act::Withdraw => State::Withdrawn,
            Act::Pass if self.due().is_none_or(|due| due > now) => return Ok(()),
            Act::Pass if self.state == State::Scheduled => State::Published,
            Act::Pass => State::Expired,
        };
        self.state = next;
        self.moved_at = now;
        self.claim = None;
        Ok(())
    }

    fn check(&self, act: Act, by: By, now: Timestamp) -> Result<(), StandingError> {
        use State as S;
        let theirs = match act {
            Act::Submit | Act::Consent | Act::Object | Act::Withdraw => by == By::Author,
            Act::Pass => by == By::Time,
            _ => matches!(by, By::Desk(_)),
        };
        if !theirs {
            return Err(StandingError::NotTheirs);
        }
        let possible = match act {
            Act::Submit => self.state.is_with_author(),
            Act::Claim | Act::Leave => self.state.is_open(),
            Act::Edit | Act::Accept { .. } | Act::RequestChanges => matches!(self.state, S::Submitted | S::Resubmitted),
            Act::Consent | Act::Object => self.state == S::Accepted,
            Act::Publish { .. } => self.state == S::Agreed,
            Act::Decline => self.state.is_open(),
            // Once the desk set a time, there is a story, and taking it down is the desk's.
            Act::Withdraw => self.state.is_open() || self.state == S::Draft,
            Act::Pass => true,
        };
        if !possible {
            return Err(StandingError::NotNow(self.state));
        }
        match by {
            By::Desk(by) if self.claimed(now).is_some_and(|holder| holder != by) => Err(StandingError::Claimed),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
