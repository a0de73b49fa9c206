//! Mistakes: what readers say is wrong in a story goes to its editors, who answer it with a correction or with a word.
//!
//! # What never happens
//! - A report changes what readers see: a correction is written by an editor, and is a revision like any other.
//! - The desk learns who reported: it reads what was said.
//! - Somebody is told twice of one report: the mails of a story are gathered, and marked in the transaction that sends
//!   them.
//!
//! # For other features
//! [`everything`] is part of the download of somebody's data, [`account_deleted`] of an account's deletion, and
//! [`waiting`] of the desk's first page.

mod decide;
pub mod desk;
pub mod pages;
mod tell;

pub use decide::{Decision, decide};
pub use tell::{JOB, run};

use crate::accounts::limits::{Limit, address_key};
use crate::accounts::{AccountError, Viewer, sign_in};
use crate::app::App;
use crate::stories::ChangeError;
use masthead_domain::ids::{ProfileId, SiteId, StoryId};
use masthead_domain::mistakes::{A_DAY, GATHERED, is_report};
use masthead_domain::profiles::clean_text;
use masthead_services::codes;
use masthead_store::mistakes::{self as rows, NewMistake};
use masthead_store::{Conn, StoreError, Tx, jobs, public, stories};
use masthead_web::errors::{ErrorKind, WebError};
use serde_json::{Value, json};
use std::net::IpAddr;

/// Why something about a mistake is not done.
#[derive(Debug, thiserror::Error)]
pub enum MistakeError {
    /// There is no such story on the site, or no such report for this person.
    #[error("there is no such thing")]
    NotFound,
    /// It says too little or too much.
    #[error("say what is wrong, in 10 to 1,000 characters")]
    Text,
    /// The correction is missing or too long.
    #[error("write the correction, in at most 1,000 characters")]
    Correction,
    /// The seconds to wait.
    #[error("too many reports")]
    TooFast(u32),
    /// Somebody works on the story: a correction would publish what is not ready.
    #[error("the story has changes that are not published")]
    WorkedOn,
    /// Somebody decided it before.
    #[error("it is decided")]
    Decided,
    /// The role doesn't reach that far.
    #[error("your role doesn't reach that far")]
    Forbidden,
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

impl From<AccountError> for MistakeError {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::TooMany(seconds) => Self::TooFast(seconds),
            AccountError::Store(error) => Self::Store(error),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<MistakeError> for WebError {
    fn from(error: MistakeError) -> Self {
        match error {
            MistakeError::NotFound => Self::not_found(),
            MistakeError::TooFast(seconds) => Self::too_many(seconds),
            MistakeError::Decided | MistakeError::WorkedOn => Self::new(ErrorKind::Conflict).detail(error.to_string()),
            MistakeError::Forbidden => Self::forbidden("Your role doesn't reach that far."),
            MistakeError::Store(error) => crate::pages::store_error(error),
            MistakeError::Story(error) => crate::desk::DeskError::from(error).into(),
            MistakeError::Failed(detail) => Self::internal(detail),
            theirs => Self::new(ErrorKind::Invalid).detail(theirs.to_string()),
        }
    }
}

/// Takes a report about a story that readers of the site see; gives the receipt by which its sender sees what became of
/// it. `None` when the same person reported the same revision before.
///
/// # Errors
/// [`MistakeError::NotFound`], [`MistakeError::Text`], [`MistakeError::TooFast`].
pub async fn report(
    app: &App,
    viewer: Option<&Viewer>,
    client: IpAddr,
    (site, story): (SiteId, StoryId),
    text: &str,
) -> Result<Option<String>, MistakeError> {
    let body = clean_text(text);
    if !is_report(&body) {
        return Err(MistakeError::Text);
    }
    let named = viewer.filter(|viewer| viewer.is_ready());
    if named.is_none() {
        sign_in::take(app, Limit::Reports, &address_key(client))?;
    }
    let receipt = codes::token().map_err(|error| MistakeError::Failed(error.to_string()))?;
    let new = NewMistake {
        id: app.ids.next_uuid(),
        story,
        site,
        revision: 0,
        profile: named.map(|viewer| viewer.profile),
        receipt: receipt.clone(),
        body,
    };
    let taken = app
        .db
        .write("mistakes.report", move |tx| {
            let mut new = new.clone();
            Box::pin(async move {
                let now = tx.now();
                if public::visible(tx, now, site, &[story]).await?.is_empty() {
                    return Err(MistakeError::NotFound);
                }
                if let Some(profile) = new.profile
                    && rows::count_since(tx, profile, now.plus_seconds(-86_400)).await? >= A_DAY
                {
                    return Err(MistakeError::TooFast(3_600));
                }
                let record = stories::by_id(tx, story).await?.ok_or(MistakeError::NotFound)?;
                new.revision = record.public_revision.unwrap_or(record.head_revision);
                if !rows::add(tx, &new).await? {
                    return Ok(false);
                }
                jobs::schedule(tx, JOB, &story.to_string(), now.plus_seconds(GATHERED), &Value::Null).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(taken.then_some(receipt))
}

/// How many reports wait on sites, counted as far as `most`.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn waiting(conn: &mut Conn, sites: &[SiteId], most: i64) -> Result<i64, StoreError> {
    rows::count_open(conn, sites, most).await
}

/// What somebody reported: a part of the download of their data.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn everything(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Value>, StoreError> {
    let all = rows::of_profile(conn, profile).await?;
    Ok(all
        .into_iter()
        .map(|one| {
            json!({ "story": one.story, "text": one.body, "sent": one.created_at,
                "outcome": one.outcome, "answer": one.reply, "decided": one.decided_at })
        })
        .collect())
}

/// Called in the transaction that deletes an account: what was reported stays with the story, without its reporter.
///
/// # Errors
/// When the store can't answer.
pub(crate) async fn account_deleted(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    rows::forget(tx, profile).await
}
