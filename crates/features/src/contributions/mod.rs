//! Contributions: stories and pictures that readers send in, their way over the desk, and the stories made of them.
//!
//! # What never happens
//! - Readers see something before the desk published it: what is published is a story, and nothing else of a
//!   contribution is ever read by `store::public`.
//! - An edited text goes out without its author's word: the desk's words lie beside the author's until they agree.
//! - A text is lost: it is kept as a draft before anything is asked of it.
//! - An act without a trace: the row, its due job, the entry of the log of decisions, the event and the mail are one
//!   transaction.
//!
//! # For other features
//! [`account_deleted`] is called in the transaction that deletes an account, [`everything`] for the download of
//! somebody's data, and [`lines`] for the list on their account's page.

pub mod call_outs;
pub mod call_outs_desk;
mod desk;
mod due;
mod leave;
pub mod pages;
pub mod picture_pages;
mod pictures;
mod publish;
pub mod review;
pub mod uploads;
mod write;

pub use desk::{Decision, REASONS, claim, decide, edit};
pub use due::{JOB, run as run_due};
pub use leave::{JOB as JOB_LEAVE, account_deleted, everything, run as run_leave};
pub(crate) use pages::{Line, lines};
pub use pictures::{Into, JOB_REMEMBER, Words, add, describe, run_remember, schedule_remembering};
pub(crate) use pictures::{LARGEST_PICTURE, refusal as picture_refusal};
pub use publish::{Publication, publish};
pub use write::{Typed, consent, object, save, submit, withdraw};

use crate::accounts::mailing::{self, Written};
use crate::app::App;
use crate::stories::ChangeError;
use masthead_domain::accounts::Email;
use masthead_domain::contributions::{StandingError, TextError};
use masthead_domain::events::Event;
use masthead_domain::ids::{ContributionId, EventId, IdSource, SiteId};
use masthead_domain::time::Timestamp;
use masthead_store::audit::{self, NewEntry};
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::{StoreError, Tx, accounts, jobs, log, profiles};
use masthead_web::errors::{ErrorKind, WebError};
use serde_json::Value;
use uuid::Uuid;

/// Why something about a contribution is not done.
#[derive(Debug, thiserror::Error)]
pub enum ContributionError {
    /// The address was not proved.
    #[error("confirm your e-mail address first")]
    NotVerified,
    /// No username was chosen.
    #[error("choose a username first")]
    NotNamed,
    /// Somebody may not send anything here for a while.
    #[error("{message}")]
    Suspended {
        /// What the person is told.
        message: String,
        /// Until when; `None` for good.
        until: Option<Timestamp>,
    },
    /// Title or text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// As many are with the desk as may be at once.
    #[error("three contributions are with the desk already")]
    TooManyOpen,
    /// The terms were not agreed to.
    #[error("the terms have to be agreed to")]
    NoTerms,
    /// A file is no picture that is taken; the key of the message that says why.
    #[error("the file is no picture that is taken")]
    Picture(&'static str),
    /// It has as many pictures as it may have.
    #[error("at most twenty pictures go together")]
    TooManyPictures,
    /// It has no picture.
    #[error("there is no picture yet")]
    NoPictures,
    /// A picture has no caption.
    #[error("each picture needs a caption")]
    NoCaption,
    /// The message is missing or longer than it may be.
    #[error("a message of at most 2,000 characters is needed")]
    NoMessage,
    /// There is no such reason.
    #[error("choose a reason")]
    NoReason,
    /// It names no section that the person may publish in.
    #[error("choose a section")]
    NoPlace,
    /// The time of publication can't be read.
    #[error("write the time of publication as year, month, day, hour and minute")]
    NoTime,
    /// There is no such contribution, or it is somebody else's.
    #[error("there is no such contribution")]
    NotFound,
    /// It stands elsewhere, or somebody else has it.
    #[error(transparent)]
    Standing(#[from] StandingError),
    /// It changed since the page was shown.
    #[error("it was changed meanwhile")]
    Changed,
    /// The story.
    #[error(transparent)]
    Story(#[from] ChangeError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fault of the program.
    #[error("{0}")]
    Failed(String),
}

impl ContributionError {
    /// The key of the message that says it in a form, where it is the person's to mend.
    pub fn message(&self) -> Option<String> {
        Some(match self {
            Self::NotVerified => "contribute-not-verified".into(),
            Self::NotNamed => "contribute-not-named".into(),
            Self::Suspended { .. } => "contribute-suspended".into(),
            Self::Text(error) => format!("contribute-text-{}", error.code()),
            Self::TooManyOpen => "contribute-too-many".into(),
            Self::NoTerms => "contribute-no-terms".into(),
            Self::NoMessage => "contribute-no-message".into(),
            Self::Picture(key) => (*key).into(),
            Self::TooManyPictures => "contribute-pictures-many".into(),
            Self::NoPictures => "contribute-pictures-none".into(),
            Self::NoCaption => "contribute-no-caption".into(),
            Self::NoReason => "contribute-no-reason".into(),
            Self::NoPlace => "contribute-no-place".into(),
            Self::NoTime => "contribute-no-time".into(),
            Self::Standing(StandingError::Claimed) => "contribute-claimed".into(),
            Self::Standing(_) | Self::Changed => "contribute-changed".into(),
            _ => return None,
        })
    }
}

impl From<ContributionError> for WebError {
    fn from(error: ContributionError) -> Self {
        let words = error.to_string();
        match error {
            ContributionError::Store(error) | ContributionError::Story(ChangeError::Store(error)) => {
                crate::pages::store_error(error)
            }
            ContributionError::Failed(detail) => Self::internal(detail),
            ContributionError::Story(other) => Self::new(ErrorKind::Conflict).detail(other.to_string()),
            ContributionError::NotFound => Self::not_found(),
            ContributionError::NotVerified | ContributionError::NotNamed | ContributionError::Suspended { .. } => {
                Self::forbidden(words)
            }
            ContributionError::Standing(_) | ContributionError::Changed | ContributionError::TooManyOpen => {
                Self::new(ErrorKind::Conflict).detail(words)
            }
            _ => Self::bad_request(words),
        }
    }
}

/// What is written down of an act.
struct Note<'a> {
    /// Who: `profile:ID`, `account:ID`, `due job`.
    actor: String,
    /// What, such as `contribution.submitted`.
    act: &'static str,
    /// Ids, codes and numbers.
    facts: Value,
    /// The salt and the message that the entry commits to; an empty one is left out.
    text: Option<(Uuid, &'a str)>,
}

/// Saves what an act changed with all that follows from it.
async fn commit(tx: &mut Tx, ids: &dyn IdSource, one: &Contribution, note: Note<'_>) -> Result<(), ContributionError> {
    keep(tx, one).await?;
    let event = Event::ContributionChanged {
        contribution: one.id,
        profile: one.profile,
        state: one.standing.state.name().to_owned(),
    };
    let (id, now) = (EventId::new(ids), tx.now());
    log::append(tx, id, event.kind(), &event.data(), now).await?;
    let entry = NewEntry {
        event: id,
        actor: &note.actor,
        act: note.act,
        subject: one.id.0,
        facts: &note.facts,
        text: note.text.filter(|(_, text)| !text.is_empty()),
        keep_text: true,
    };
    audit::append(tx, &entry).await?;
    Ok(())
}

/// Saves a contribution and the job of what comes true by itself.
async fn keep(tx: &mut Tx, one: &Contribution) -> Result<(), ContributionError> {
    rows::save(tx, one).await.map_err(|error| match error {
        StoreError::Conflict { .. } => ContributionError::Changed,
        other => other.into(),
    })?;
    let key = one.id.to_string();
    match one.standing.due() {
        Some(due) => {
            jobs::schedule(tx, JOB, &key, due, &Value::Null).await?;
        }
        None => {
            jobs::cancel(tx, JOB, &key).await?;
        }
    }
    Ok(())
}

/// The address of a contribution on a site, for its author.
fn href(id: ContributionId) -> String {
    format!("/contribute/{id}")
}

/// The mail that tells its author what became of a contribution; none where they have no proved address.
async fn letter(
    app: &App,
    one: &Contribution,
    what: &'static str,
    message: &str,
    reason: &str,
) -> Result<Option<Written>, ContributionError> {
    let mut conn = app.db.reader().await?;
    let profile = profiles::by_id(&mut conn, one.profile).await?;
    let Some(account) = profile.and_then(|profile| profile.account) else {
        return Ok(None);
    };
    let account = accounts::by_id(&mut conn, account).await?;
    drop(conn);
    let proved = account.filter(|account| account.email_verified_at.is_some());
    let Some(email) = proved.and_then(|account| account.email) else {
        return Ok(None);
    };
    let email = Email::parse(&email).map_err(|error| ContributionError::Failed(error.to_string()))?;
    let sites = app.sites();
    let origin = sites.site(one.site).map_or("", |site| site.origin.as_str());
    let (title, _) = one.printed();
    let more = [
        ("what", what),
        ("title", title),
        ("message", message),
        ("reason", reason),
    ];
    let link = format!("{origin}{}", href(one.id));
    mailing::write(app, Some(one.site), "contribution", &email, &link, &more)
        .map(Some)
        .map_err(|error| ContributionError::Failed(error.to_string()))
}

/// Whether somebody may not send anything to a site for now.
pub(crate) async fn not_suspended(
    tx: &mut Tx,
    profile: masthead_domain::ids::ProfileId,
    site: SiteId,
) -> Result<(), ContributionError> {
    let now = tx.now();
    match masthead_store::comments::people::suspended(tx, profile, site, now).await? {
        Some(suspension) => Err(ContributionError::Suspended {
            message: suspension.message,
            until: suspension.until,
        }),
        None => Ok(()),
    }
}
