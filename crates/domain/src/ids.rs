//! Identifiers: one type a kind of thing, so that a section's id can't be handed in where a story's is meant.

use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Where new identifiers come from. The clock and the randomness behind it are the caller's, which keeps this crate
/// pure and lets tests repeat a run exactly.
pub trait IdSource: Send + Sync {
    /// A fresh UUIDv7 (RFC 9562, section 5.7).
    fn next_uuid(&self) -> Uuid;
}

/// Builds a UUIDv7 from a moment and 10 random bytes.
///
/// Its order follows the clock of the node that made it, which is *not* commit order: nothing may page through events
/// by it (see the log's positions in the store).
pub fn uuid_v7(now: Timestamp, random: [u8; 10]) -> Uuid {
    let millis = u64::try_from(now.as_micros().div_euclid(1000)).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new identifier from `source`.
            pub fn new(source: &dyn IdSource) -> Self {
                Self(source.next_uuid())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl From<$name> for Uuid {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    )*};
}

ids! {
    /// One masthead with its host names.
    SiteId;
    /// A section of one site.
    SectionId;
    /// A story of the network; it can stand on several sites.
    StoryId;
    /// One saved state of a story.
    RevisionId;
    /// What an agency sent, over all its versions.
    WireItemId;
    /// A topic of the network.
    TopicId;
    /// An author (a byline that links to a page).
    AuthorId;
    /// A picture with its original and its public renditions.
    PictureId;
    /// A curated page of containers and cards.
    FrontId;
    /// A fact that the store appended.
    EventId;
    /// A piece of work that is due at a time.
    JobId;
    /// What a reader wrote under a story.
    CommentId;
    /// Somebody who can sign in.
    AccountId;
    /// The public identity of a reader or journalist; it outlives its account as a tombstone.
    ProfileId;
    /// One browser that is signed in.
    SessionId;
    /// A passkey of an account.
    PasskeyId;
    /// A change of a profile that waits for review.
    ProfileChangeId;
    /// A portrait that somebody uploaded for their profile.
    ProfilePictureId;
    /// A mail on its way out.
    MailId;
    /// A time in which somebody may not write.
    SuspensionId;
    /// A reader's complaint about a comment.
    ReportId;
    /// A story or a set of pictures that a reader sends in.
    ContributionId;
    /// An alert as this network keeps it, over no more than one message of its sender.
    AlertId;
    /// Something that is offered or happens: property, a job, a vehicle, an event.
    ListingId;
    /// An entry of a live story.
    EntryId;
    /// What a partner pays to have shown.
    PartnerId;
    /// A video file of the publisher's own.
    VideoId;
    /// A browser that asked to be told.
    SubscriptionId;
    /// Breaking news of a site on its way to those who asked for it.
    CampaignId;
}
