//! Comments: what readers write under stories, what is asked of it first, and how it is read.
//!
//! # What never happens
//! - A comment is accepted and lost: it is written with its queue row, its counters, the entry of the log of decisions
//!   and the event in one transaction, and the answer goes out after it.
//! - A text that waits or was refused reaches another reader: they read through `store::public` alone.
//! - A page is given up for a reader's own things: those fill a hole of the pressed page.
//!
//! # For other features
//! [`effective`] says what holds for comments of a story. [`account_deleted`] is called in the transaction that deletes
//! an account.

pub mod cases;
mod change;
mod decide;
mod ground;
mod leave;
pub mod mutes;
pub mod pages;
mod policies;
mod post;
mod report;
pub(crate) mod thread;
mod trial;
pub mod turn;

pub use change::{delete, edit, like};
pub use decide::{Decider, Decision, decide, feature, is_against};
pub use ground::{Kept, effective, on_sites};
pub use leave::{JOB as JOB_LEAVE, account_deleted, run as run_leave, writer_changed};
pub use policies::{PolicyError, hold, ladder_of, release, scope_named, set, set_words};
pub use post::{Author, Draft, Posted, post};
pub use report::{Complaint, appeal, report};
pub use trial::{Found, Trial, try_words};

use masthead_domain::comments::EditError;
use masthead_domain::comments::text::TextError;
use masthead_domain::events::{CommentFact, Event};
use masthead_domain::ids::{CommentId, EventId, IdSource, ProfileId, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::audit::{self, NewEntry};
use masthead_store::comments::{self as rows, Comment};
use masthead_store::{Conn, StoreError, Tx, log};
use masthead_web::errors::{ErrorKind, FieldError, WebError};
use serde_json::Value;

/// Why something about a comment is not done.
#[derive(Clone, Debug, thiserror::Error)]
pub enum CommentError {
    /// The address was not proved, or no username was chosen.
    #[error("choose a username first")]
    NotReady,
    /// Somebody may not write here for a while.
    #[error("{message}")]
    Suspended {
        /// What the person is told.
        message: String,
        /// Until when; `None` for good.
        until: Option<Timestamp>,
    },
    /// Too many in too short a time; the seconds to wait.
    #[error("one comment in thirty seconds; try again in {0} seconds")]
    TooFast(u32),
    /// A new person wrote what a first day allows.
    #[error("new readers may write ten comments on their first day")]
    DayFull,
    /// Nothing new is taken; what readers are told, or nothing for the usual words.
    #[error("Comments have been closed for this story.")]
    Closed(String),
    /// Readers don't see the story on this site.
    #[error("there is no such story")]
    NoStory,
    /// What it answers is gone, or stands elsewhere.
    #[error("the comment that you answer is no longer there")]
    NoParent,
    /// The text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// It can't be changed any more.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// There is no such comment, or it is somebody else's.
    #[error("there is no such comment")]
    NotFound,
    /// Somebody else decided meanwhile.
    #[error("somebody decided on it meanwhile")]
    Decided,
    /// An appeal against one's own decision is decided by somebody else.
    #[error("somebody else decides on an appeal against your decision")]
    OwnDecision,
    /// As many people are muted as may be.
    #[error("at most 200 people can be muted")]
    MutedMost,
    /// The policy or the story changed while it was checked: it is checked again.
    #[error("the rules changed meanwhile")]
    Stale,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the program.
    #[error("{0}")]
    Failed(String),
}

impl CommentError {
    /// The key of the message that says it to a reader.
    pub fn message(&self) -> String {
        match self {
            Self::NotReady => "comment-not-ready".into(),
            Self::Suspended { .. } => "comment-suspended".into(),
            Self::TooFast(_) => "comment-too-fast".into(),
            Self::DayFull => "comment-day-full".into(),
            Self::Closed(_) => "comments-closed".into(),
            Self::NoParent => "comment-no-parent".into(),
            Self::Text(error) => format!("comment-text-{}", error.code()),
            Self::Edit(error) => format!("comment-edit-{}", error.code()),
            _ => "comment-failed".into(),
        }
    }

    /// Whether the person is told in the form, with what they wrote still in it.
    pub const fn is_theirs(&self) -> bool {
        matches!(
            self,
            Self::NotReady
                | Self::Suspended { .. }
                | Self::TooFast(_)
                | Self::DayFull
                | Self::Closed(_)
                | Self::NoParent
                | Self::Text(_)
                | Self::Edit(_)
        )
    }
}

impl From<CommentError> for WebError {
    fn from(error: CommentError) -> Self {
        let words = error.to_string();
        match error {
            CommentError::Store(error) => crate::pages::store_error(error),
            CommentError::Failed(detail) => Self::internal(detail),
            CommentError::NoStory | CommentError::NotFound => Self::not_found(),
            CommentError::TooFast(seconds) => Self::too_many(seconds).code("too-fast").detail(words),
            CommentError::DayFull => Self::too_many(3_600).code("first-day").detail(words),
            CommentError::NotReady => Self::forbidden(words).code("not-ready"),
            CommentError::Suspended { .. } => Self::forbidden(words).code("suspended"),
            CommentError::Closed(_) => Self::forbidden(words).code("comments-closed"),
            CommentError::Edit(_) => Self::new(ErrorKind::Conflict).code("not-editable").detail(words),
            CommentError::Decided | CommentError::OwnDecision | CommentError::Stale | CommentError::MutedMost => {
                Self::new(ErrorKind::Conflict).detail(words)
            }
            CommentError::NoParent => Self::invalid(vec![FieldError {
                field: "parent".into(),
                message: words.into(),
            }]),
            CommentError::Text(_) => Self::invalid(vec![FieldError {
                field: "text".into(),
                message: words.into(),
            }]),
        }
    }
}

/// Everything that somebody wrote, with what it said before: a part of the download of their data.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Value>, StoreError> {
    let mut all = Vec::new();
    let mut after = (Timestamp::MAX, CommentId(uuid::Uuid::max()));
    loop {
        let some = rows::of_profile(conn, profile, after, 500).await?;
        let Some(last) = some.last() else { return Ok(all) };
        after = (last.created_at, last.id);
        for comment in &some {
            let earlier = if comment.revision > 1 {
                rows::revisions(conn, comment.id).await?
            } else {
                Vec::new()
            };
            all.push(serde_json::json!({
                "id": comment.id, "story": comment.story, "answers": comment.parent, "state": comment.state.name(),
                "written": comment.created_at, "changed": comment.edited_at, "likes": comment.likes,
                "text": comment.body,
                "earlier": earlier.iter().map(|revision| serde_json::json!({
                    "text": revision.body, "written": revision.written_at,
                })).collect::<Vec<_>>(),
            }));
        }
    }
}

/// Which comment an event is about.
#[derive(Clone, Copy)]
pub(crate) struct About {
    comment: CommentId,
    story: StoryId,
    profile: ProfileId,
}

impl From<&Comment> for About {
    fn from(comment: &Comment) -> Self {
        Self {
            comment: comment.id,
            story: comment.story,
            profile: comment.profile,
        }
    }
}

/// The event of a comment's change, in the transaction of the change.
async fn tell(
    tx: &mut Tx,
    ids: &dyn IdSource,
    about: impl Into<About>,
    change: &str,
    shown: bool,
) -> Result<EventId, StoreError> {
    let about = about.into();
    let event = Event::CommentChanged(CommentFact {
        comment: about.comment,
        story: about.story,
        profile: about.profile,
        change: change.to_owned(),
        shown,
        import: false,
    });
    let (id, now) = (EventId::new(ids), tx.now());
    log::append(tx, id, event.kind(), &event.data(), now).await?;
    Ok(id)
}

/// The event of a comment's change with an entry in the log of decisions: who did what, with which facts, and the text
/// that the entry commits to.
pub(crate) async fn note(
    tx: &mut Tx,
    ids: &dyn IdSource,
    about: impl Into<About>,
    change: &str,
    shown: bool,
    (actor, act, facts): (&str, &str, &Value),
    text: Option<(uuid::Uuid, &str)>,
) -> Result<(), StoreError> {
    let about = about.into();
    let event = tell(tx, ids, about, change, shown).await?;
    let entry = NewEntry {
        event,
        actor,
        act,
        subject: about.comment.0,
        facts,
        text,
        keep_text: false,
    };
    audit::append(tx, &entry).await
}
