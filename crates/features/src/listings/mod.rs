//! Listings: property, jobs, motoring and what's on, from the publisher's sources and from readers.
//!
//! A source is polled like a wire source, by a due job and the guarded client, or is a file that somebody else writes.
//! What it has replaces what it had; what the desk took down stays down. Another due job moves a repeated event to its
//! next date and removes what is over, so that pressed pages are made again in time.
//!
//! # For other features
//! [`account_deleted`] is called in the transaction that deletes an account, [`everything`] for the download of
//! somebody's data.

pub mod desk;
mod intake;
mod near;
pub mod pages;
pub mod send;
mod source;
mod turns;
mod view;

pub use intake::{Intake, take_in};
pub(crate) use near::near;
pub use source::{JOB_POLL, Source, SourceError, Sources, run, schedule_all};
pub use turns::{JOB_TURN, run as run_turns};
pub(crate) use view::href;

use masthead_domain::ids::AccountId;
use masthead_store::{Conn, StoreError, Tx, listings as rows};
use serde_json::{Value, json};

/// More than anybody has.
const ALL: usize = 10_000;

/// Called in the transaction that deletes an account: what somebody offered goes with them.
///
/// # Errors
/// When the store can't answer.
pub async fn account_deleted(tx: &mut Tx, account: AccountId) -> Result<(), StoreError> {
    rows::remove_of(tx, account).await?;
    turns::schedule(tx).await
}

/// Everything that somebody sent in: a part of the download of their data.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(conn: &mut Conn, account: AccountId) -> Result<Vec<Value>, StoreError> {
    let all = rows::of_account(conn, account, ALL).await?;
    Ok(all
        .into_iter()
        .map(|one| {
            json!({
                "id": one.id, "category": one.category.name(), "site": one.site, "state": one.state.name(),
                "title": one.entry.title, "listing": one.entry, "reason": one.reason, "changed": one.changed_at,
            })
        })
        .collect())
}
