//! The due jobs of accounts: mails, answers to requests for links, deletions, and the daily sweep of what expired.

use super::{AccountError, deletion, mailing, reset, sign_up};
use crate::app::App;
use masthead_store::jobs::Job;
use masthead_store::{StoreError, accounts, jobs, mails, sessions};

/// The daily sweep; its key is always `all`.
pub const JOB_SWEEP: &str = "accounts.sweep";
/// Seconds between two sweeps.
const SWEEP_EVERY: i64 = 24 * 3_600;
/// Seconds that mails are kept: none of them holds a text once it was sent.
const MAILS_KEPT: i64 = 30 * 24 * 3_600;

/// Does a job of this feature; `None` for one of another.
pub async fn run(app: &App, job: &Job) -> Option<Result<(), AccountError>> {
    let done = match job.kind.as_str() {
        sign_up::JOB => sign_up::run(app, &job.payload).await,
        reset::JOB => reset::run(app, &job.payload).await,
        mails::JOB_SEND => match job.key.parse() {
            Ok(id) => mailing::deliver(app, id).await,
            Err(_) => Err(AccountError::Failed(format!("'{}' is no mail", job.key))),
        },
        deletion::JOB => match job.key.parse() {
            Ok(account) => deletion::run(app, account).await,
            Err(_) => Err(AccountError::Failed(format!("'{}' is no account", job.key))),
        },
        JOB_SWEEP => sweep(app).await,
        _ => return None,
    };
    Some(done)
}

/// Schedules the sweep, once for all nodes.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule(app: &App) -> Result<(), StoreError> {
    let due = app.now().plus_seconds(SWEEP_EVERY);
    app.db
        .write("accounts.schedule", move |tx| {
            Box::pin(async move {
                jobs::schedule(tx, JOB_SWEEP, "all", due, &serde_json::Value::Null)
                    .await
                    .map(|_| ())
            })
        })
        .await
}

async fn sweep(app: &App) -> Result<(), AccountError> {
    let before = app.now().plus_seconds(-MAILS_KEPT);
    app.db
        .write("accounts.sweep", move |tx| {
            Box::pin(async move {
                sessions::sweep(tx).await?;
                accounts::sweep(tx).await?;
                crate::notices::sweep(tx).await?;
                mails::sweep(tx, before).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    schedule(app).await?;
    Ok(())
}
