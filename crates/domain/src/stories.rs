//! Stories: what one says, where it stands, and which changes of its standing are legal.
//!
//! Whether readers may see a story is decided by [`Standing::is_visible`] and by nothing else. The store's public read
//! path says the same in SQL, and a property test holds the two against each other.

use crate::document::{Document, PictureBlock};
use crate::ids::{AuthorId, SectionId, SiteId};
use crate::places::Located;
use crate::time::Timestamp;
use crate::videos::LeadVideo;
use crate::wire::Embargo;
use serde::{Deserialize, Serialize};

/// What one revision of a story says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StoryContent {
    /// What kind of story it is; fixed once it has an address.
    pub kind: StoryKind,
    /// The headline.
    pub headline: String,
    /// The standfirst: one or two sentences under the headline; may be empty.
    pub standfirst: String,
    /// A word over the headline (`Analysis`, `Opinion`, `Interview`); may be empty.
    pub kicker: String,
    /// The people who wrote it, in order.
    pub bylines: Vec<Byline>,
    /// `Paris -` without the dash; may be empty.
    pub dateline: String,
    /// The places that it is about, in order; may be empty.
    pub located: Vec<Located>,
    /// The body.
    pub body: Document,
    /// The picture that leads it.
    pub lead_picture: Option<PictureBlock>,
    /// The video that leads it, in the place of the picture when it is played.
    pub lead_video: Option<LeadVideo>,
    /// The agency or source to credit (`Northline Agency`); may be empty.
    pub credit: String,
    /// Copyright notice to print; may be empty.
    pub copyright_notice: String,
    /// BCP 47 tag where it differs from the site's language.
    pub language: Option<String>,
    /// Corrections made after publication, newest first.
    pub corrections: Vec<Correction>,
    /// Headline for search engines where it differs.
    pub seo_title: String,
    /// IPTC urgency, 1 to 9.
    pub urgency: Option<u8>,
    /// Paid for by somebody: labelled, and never in the news sitemap.
    pub sponsored: bool,
    /// IPTC digital source type URI, where the sender gave one.
    pub digital_source_type: Option<String>,
}

/// What kind of thing a story is. All kinds share standing, revisions, placements and lists, so that embargo and kill
/// hold for each of them without a word said twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryKind {
    /// Text, with pictures or without.
    #[default]
    Article,
    /// A story whose text is its pictures, at `/galleries/<slug>-<yyyymmdd>`, with an address for each picture.
    Gallery,
}

/// The list of a site's galleries among its lists of stories. Lists are named by the id of what they belong to (a site,
/// a section, a topic, an author); galleries belong to none of these, so their list has a fixed id.
pub const GALLERIES: uuid::Uuid = uuid::Uuid::from_u128(0x6d61_7374_6865_6164_8a11_6e72_6965_7301);

/// The list of what readers wrote and photographed for a site, which has a fixed id as [`GALLERIES`] does.
pub const READERS: uuid::Uuid = uuid::Uuid::from_u128(0x6d61_7374_6865_6164_8a11_6e72_6965_7302);

/// One name of a byline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Byline {
    /// The name as printed.
    pub name: String,
    /// The author whose page it links to.
    pub author: Option<AuthorId>,
    /// Role as printed (`Foreign correspondent`).
    pub role: Option<String>,
}

/// A correction that readers see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// What was wrong and what is right.
    pub text: String,
    /// When it was made.
    pub at: Timestamp,
}

/// Where a story stands on one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Placement {
    /// The site.
    pub site: SiteId,
    /// Its section there.
    pub section: SectionId,
}

/// States of a story (product §3.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StoryState {
    /// Being written.
    #[default]
    Draft,
    /// Handed to the desk.
    Submitted,
    /// On the desk.
    Editing,
    /// With the lawyers.
    Legal,
    /// Ready to go.
    Ready,
    /// Will go by itself at `release_at`.
    Scheduled,
    /// Out.
    Published,
    /// Taken back, without a word to readers.
    Unpublished,
    /// Taken back for good: its addresses answer 410 with a reason.
    Killed,
}

impl StoryState {
    /// Every state, in the order of a story's way.
    pub const ALL: [Self; 9] = [
        Self::Draft,
        Self::Submitted,
        Self::Editing,
        Self::Legal,
        Self::Ready,
        Self::Scheduled,
        Self::Published,
        Self::Unpublished,
        Self::Killed,
    ];

    /// The word used in the store, the API and the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Editing => "editing",
            Self::Legal => "legal",
            Self::Ready => "ready",
            Self::Scheduled => "scheduled",
            Self::Published => "published",
            Self::Unpublished => "unpublished",
            Self::Killed => "killed",
        }
    }

    /// The state of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }
}

/// Why a story that could be public is kept from readers until a person decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// What kind of reason.
    pub kind: HoldKind,
    /// In words, for the desk; for a canceled story also what readers are told.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
}

/// Kinds of hold. When two meet, the stricter (later in this list) stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HoldKind {
    /// The agency sent a status that we don't know.
    UnknownStatus,
    /// An item's or a licence's time ran out.
    Expired,
    /// Its embargo says no moment that can be read.
    Embargo,
    /// The agency withholds it until further notice.
    Withheld,
    /// The agency canceled it: to readers it is gone (410).
    Canceled,
}

impl HoldKind {
    /// The word used in the store and the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnknownStatus => "unknown_status",
            Self::Expired => "expired",
            Self::Embargo => "embargo",
            Self::Withheld => "withheld",
            Self::Canceled => "canceled",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Self::UnknownStatus,
            Self::Expired,
            Self::Embargo,
            Self::Withheld,
            Self::Canceled,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == word)
    }
}

/// Everything that decides whether readers may see a story.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Its state.
    pub state: StoryState,
    /// Set by the publication or by the due job that releases it; a passed date alone never shows a story, since a
    /// clock that runs fast would (hard parts, "Time").
    pub released: bool,
    /// The moment from which it may be seen: the later of schedule and embargo.
    pub release_at: Option<Timestamp>,
    /// When an editor wants it out; `release_at` is this or the embargo, whichever is later.
    pub scheduled_at: Option<Timestamp>,
    /// The embargo over all versions.
    pub embargo: Embargo,
    /// What keeps it back until a person decides.
    pub hold: Option<Hold>,
    /// When it must be taken down.
    pub expires_at: Option<Timestamp>,
    /// When readers could first see it; its address and its place in lists come from this.
    pub first_published_at: Option<Timestamp>,
    /// When it was killed and what readers are told.
    pub killed: Option<Killed>,
}

/// A kill: when, and what readers are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Killed {
    /// When.
    pub at: Timestamp,
    /// The reason that the editor chose, shown to readers.
    pub reason: String,
}

/// A change that the rules don't allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoryError {
    /// A killed story stays killed; write a new one.
    #[error("this story was killed; its address answers 410 for good")]
    Killed,
    /// It has no text or no headline.
    #[error("a story needs a headline before it can be published")]
    NoHeadline,
    /// It stands on no site.
    #[error("a story needs a site and a section before it can be published")]
    NoPlacement,
    /// There is nothing to lift.
    #[error("nothing keeps this story back")]
    NotHeld,
    /// What is out or due is published or taken back, not moved about.
    #[error("a published or scheduled story has to be unpublished first")]
    NotInWork,
    /// Only what is out (or due) can be taken back.
    #[error("only a published or scheduled story can be unpublished")]
    NotPublished,
}

impl StoryError {
    /// Stable code for APIs and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Killed => "story_killed",
            Self::NoHeadline => "story_without_headline",
            Self::NoPlacement => "story_without_placement",
            Self::NotHeld => "story_not_held",
            Self::NotInWork => "story_not_in_work",
            Self::NotPublished => "story_not_published",
        }
    }
}

impl Standing {
    /// Whether readers may see the story at `now`. Fails closed: whatever is missing means no.
    pub fn is_visible(&self, now: Timestamp) -> bool {
        self.state == StoryState::Published
            && self.released
            && self.release_at.is_some_and(|at| at <= now)
            && self.hold.is_none()
            && self.expires_at.is_none_or(|at| at > now)
    }

    /// Whether readers are told that it is gone (410), and why.
    pub fn gone_reason(&self) -> Option<&str> {
        match (&self.killed, &self.hold) {
            (Some(killed), _) => Some(&killed.reason),
            (None, Some(hold)) if hold.kind == HoldKind::Canceled && self.first_published_at.is_some() => {
                Some(&hold.reason)
            }
            _ => None,
        }
    }

    /// Asks for publication at `at` (or now). It is out at once when nothing stands against it, else it becomes
    /// scheduled and a due job releases it.
    ///
    /// # Errors
    /// [`StoryError::Killed`] for a killed story.
    pub fn publish(&mut self, at: Option<Timestamp>, now: Timestamp) -> Result<(), StoryError> {
        if self.state == StoryState::Killed {
            return Err(StoryError::Killed);
        }
        self.scheduled_at = Some(at.unwrap_or(now));
        self.settle(now);
        Ok(())
    }

    /// The due job: releases a scheduled story whose moment has come. Returns whether it became visible.
    pub fn release(&mut self, now: Timestamp) -> bool {
        if self.state != StoryState::Scheduled {
            return false;
        }
        self.settle(now);
        self.is_visible(now)
    }

    /// Computes state, flag and date from schedule, embargo and hold; the one place that does.
    fn settle(&mut self, now: Timestamp) {
        let Some(scheduled) = self.scheduled_at else { return };
        let release_at = match &self.embargo {
            Embargo::None => Some(scheduled),
            Embargo::Until(until) => Some(scheduled.max(*until)),
            Embargo::Withheld { .. } => None,
        };
        self.release_at = release_at;
        let due = release_at.is_some_and(|at| at <= now);
        if due && self.hold.is_none() {
            self.state = StoryState::Published;
            self.released = true;
            if self.first_published_at.is_none() {
                self.first_published_at = release_at;
            }
        } else if due {
            // A hold does not change what was decided: when it is lifted, the story is back where it stood.
            if self.state != StoryState::Published {
                self.state = StoryState::Scheduled;
                self.released = false;
            }
        } else {
            self.state = StoryState::Scheduled;
            self.released = false;
        }
    }

    /// A newer version's embargo arrives. Returns true when the desk has to be asked, because the newer version would
    /// have lifted or shortened what stands.
    pub fn newer_embargo(&mut self, newer: &Embargo, now: Timestamp) -> bool {
        let (kept, asks) = self.embargo.after_newer_version(newer);
        self.set_embargo(kept, now);
        asks
    }

    fn set_embargo(&mut self, embargo: Embargo, now: Timestamp) {
        if let Embargo::Withheld { reason } = &embargo {
            self.hold(HoldKind::Embargo, reason, now);
        }
        self.embargo = embargo;
        if matches!(self.state, StoryState::Published | StoryState::Scheduled) {
            self.settle(now);
        }
    }

    /// A person with the permission lifts the embargo (the caller logs who and when). The story follows its schedule.
    ///
    /// # Errors
    /// [`StoryError::Killed`]; [`StoryError::NotHeld`] when there is no embargo.
    pub fn lift_embargo(&mut self, now: Timestamp) -> Result<(), StoryError> {
        if self.state == StoryState::Killed {
            return Err(StoryError::Killed);
        }
        if self.embargo == Embargo::None {
            return Err(StoryError::NotHeld);
        }
        self.embargo = Embargo::None;
        if self.hold.as_ref().is_some_and(|hold| hold.kind == HoldKind::Embargo) {
            self.hold = None;
        }
        if matches!(self.state, StoryState::Published | StoryState::Scheduled) {
            self.settle(now);
        }
        Ok(())
    }

    /// Keeps the story from readers until a person decides. The stricter of two holds stands.
    pub fn hold(&mut self, kind: HoldKind, reason: &str, now: Timestamp) {
        if self.hold.as_ref().is_none_or(|standing| standing.kind < kind) {
            self.hold = Some(Hold {
                kind,
                reason: reason.to_owned(),
                since: now,
            });
        }
    }

    /// A person looked and lets the story go on. An embargo stays: that is [`Standing::lift_embargo`].
    ///
    /// # Errors
    /// [`StoryError::NotHeld`] when nothing, or only an embargo, keeps it back; [`StoryError::Killed`].
    pub fn lift_hold(&mut self, now: Timestamp) -> Result<(), StoryError> {
        if self.state == StoryState::Killed {
            return Err(StoryError::Killed);
        }
        match &self.hold {
            None => return Err(StoryError::NotHeld),
            Some(hold) if hold.kind == HoldKind::Embargo => return Err(StoryError::NotHeld),
            Some(hold) if hold.kind == HoldKind::Expired => self.expires_at = None,
            Some(_) => {}
        }
        self.hold = match &self.embargo {
            Embargo::Withheld { reason } => Some(Hold {
                kind: HoldKind::Embargo,
                reason: reason.clone(),
                since: now,
            }),
            _ => None,
        };
        if matches!(self.state, StoryState::Published | StoryState::Scheduled) {
            self.settle(now);
        }
        Ok(())
    }

    /// Moves a story that is not out from hand to hand: draft, submitted, editing, legal, ready.
    ///
    /// # Errors
    /// [`StoryError::Killed`]; [`StoryError::NotInWork`] for a story that is out or due, and for any other state to move to.
    pub fn move_to(&mut self, state: StoryState) -> Result<(), StoryError> {
        use StoryState as S;
        match self.state {
            S::Killed => return Err(StoryError::Killed),
            S::Published | S::Scheduled => return Err(StoryError::NotInWork),
            S::Draft | S::Submitted | S::Editing | S::Legal | S::Ready | S::Unpublished => {}
        }
        if !matches!(state, S::Draft | S::Submitted | S::Editing | S::Legal | S::Ready) {
            return Err(StoryError::NotInWork);
        }
        self.state = state;
        Ok(())
    }

    /// Takes the story back without a word to readers.
    ///
    /// # Errors
    /// [`StoryError::Killed`], [`StoryError::NotPublished`].
    pub fn unpublish(&mut self) -> Result<(), StoryError> {
        match self.state {
            StoryState::Killed => Err(StoryError::Killed),
            StoryState::Published | StoryState::Scheduled => {
                self.state = StoryState::Unpublished;
                self.released = false;
                self.scheduled_at = None;
                Ok(())
            }
            _ => Err(StoryError::NotPublished),
        }
    }

    /// Takes the story back for good, from any state.
    ///
    /// # Errors
    /// [`StoryError::Killed`] when it already is.
    pub fn kill(&mut self, reason: &str, now: Timestamp) -> Result<(), StoryError> {
        if self.state == StoryState::Killed {
            return Err(StoryError::Killed);
        }
        self.state = StoryState::Killed;
        self.released = false;
        self.killed = Some(Killed {
            at: now,
            reason: reason.to_owned(),
        });
        Ok(())
    }

    /// When the due jobs have to look at the story next: its release or its expiry.
    pub fn next_due(&self) -> Option<Timestamp> {
        let release = if self.state == StoryState::Scheduled && self.hold.is_none() {
            self.release_at
        } else {
            None
        };
        let expiry = if self.state == StoryState::Published && self.hold.is_none() {
            self.expires_at
        } else {
            None
        };
        match (release, expiry) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn publication_is_immediate_when_nothing_stands_against_it() {
        let mut standing = Standing::default();
        standing.publish(None, at(10)).unwrap();
        assert!(standing.is_visible(at(10)));
        assert!(!standing.is_visible(at(9)));
        assert_eq!(standing.first_published_at, Some(at(10)));
    }

    #[test]
    fn a_passed_date_alone_shows_nothing() {
        let mut standing = Standing {
            embargo: Embargo::Until(at(100)),
            ..Standing::default()
        };
        standing.publish(None, at(10)).unwrap();
        assert_eq!(standing.state, StoryState::Scheduled);
        assert!(!standing.is_visible(at(1000)), "the release job has not run");
        assert!(!standing.release(at(99)));
        assert!(standing.release(at(100)));
        assert!(standing.is_visible(at(100)));
        assert!(
            !standing.is_visible(at(99)),
            "a node whose clock is behind keeps it back"
        );
        assert_eq!(standing.first_published_at, Some(at(100)));
    }

    #[test]
    fn an_unreadable_embargo_needs_a_person() {
        let mut standing = Standing::default();
        standing.newer_embargo(&Embargo::Withheld { reason: "empty".into() }, at(1));
        standing.publish(None, at(2)).unwrap();
        assert!(!standing.release(at(1_000_000)));
        assert_eq!(
            standing.lift_hold(at(3)),
            Err(StoryError::NotHeld),
            "a look is not enough for an embargo"
        );
        standing.lift_embargo(at(3)).unwrap();
        assert!(standing.is_visible(at(3)));
    }

    #[test]
    fn a_later_version_can_take_a_published_story_back_behind_an_embargo() {
        let mut standing = Standing::default();
        standing.publish(None, at(10)).unwrap();
        assert!(!standing.newer_embargo(&Embargo::Until(at(500)), at(20)));
        assert!(!standing.is_visible(at(20)));
        assert_eq!(standing.next_due(), Some(at(500)));
        assert!(standing.newer_embargo(&Embargo::None, at(30)), "the desk is asked");
        assert!(!standing.is_visible(at(30)));
        assert!(standing.release(at(500)));
        assert_eq!(standing.first_published_at, Some(at(10)), "its address stays");
    }

    #[test]
    fn a_cancel_holds_until_an_editor_looks_and_survives_a_release() {
        let mut standing = Standing {
            embargo: Embargo::Until(at(100)),
            ..Standing::default()
        };
        standing.publish(None, at(10)).unwrap();
        standing.hold(HoldKind::Canceled, "withdrawn by the agency", at(50));
        assert!(!standing.release(at(200)));
        standing.hold(HoldKind::Withheld, "later and weaker", at(60));
        assert_eq!(standing.hold.as_ref().unwrap().kind, HoldKind::Canceled);
        standing.lift_hold(at(300)).unwrap();
        assert!(standing.is_visible(at(300)));
    }

    #[test]
    fn expiry_takes_down_and_a_kill_is_for_good() {
        let mut standing = Standing {
            expires_at: Some(at(50)),
            ..Standing::default()
        };
        standing.publish(None, at(10)).unwrap();
        assert!(standing.is_visible(at(49)));
        assert!(!standing.is_visible(at(50)));
        standing.kill("Wrong in its main point", at(60)).unwrap();
        assert_eq!(standing.publish(None, at(70)), Err(StoryError::Killed));
        assert_eq!(standing.gone_reason(), Some("Wrong in its main point"));
    }
}
