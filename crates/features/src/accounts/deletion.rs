//! Deleting an account: a day after its owner asked, by a due job, and until then by one click undone.

use super::AccountError;
use crate::app::App;
use masthead_domain::accounts::DELETION_DELAY;
use masthead_domain::events::Event;
use masthead_domain::ids::{AccountId, EventId};
use masthead_domain::time::Timestamp;
use masthead_store::{StoreError, accounts as rows, jobs, log, profiles, sessions};
use std::sync::Arc;

/// The job that deletes; its key is the account's id.
pub const JOB: &str = "accounts.delete";

/// Asks for deletion. `with_comments`: what the person wrote goes too; otherwise it stays under "deleted account".
///
/// # Errors
/// When the store can't answer.
pub async fn ask(app: &App, account: AccountId, with_comments: bool) -> Result<Timestamp, AccountError> {
    let at = app.now().plus_seconds(DELETION_DELAY);
    app.db
        .write("accounts.ask_deletion", move |tx| {
            Box::pin(async move {
                rows::set_deletion(tx, account, Some(at), with_comments).await?;
                jobs::schedule(tx, JOB, &account.to_string(), at, &serde_json::Value::Null).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))?;
    Ok(at)
}

/// Changes their mind.
///
/// # Errors
/// When the store can't answer.
pub async fn cancel(app: &App, account: AccountId) -> Result<(), AccountError> {
    app.db
        .write("accounts.cancel_deletion", move |tx| {
            Box::pin(async move {
                rows::set_deletion(tx, account, None, false).await?;
                jobs::cancel(tx, JOB, &account.to_string()).await.map(|_| ())
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}

/// Deletes an account whose time has come. What is left is a profile without a name, whose address answers 410.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, account: AccountId) -> Result<(), AccountError> {
    let (now, ids) = (app.now(), Arc::clone(&app.ids));
    app.db
        .write("accounts.delete", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                let Some((Some(at), with_comments)) = rows::deletion(tx, account).await? else {
                    return Ok(());
                };
                if at > now {
                    return Ok(());
                }
                sessions::end_others(tx, account, None).await?;
                crate::listings::account_deleted(tx, account).await?;
                crate::push::subscriptions::account_deleted(tx, account).await?;
                if let Some(profile) = profiles::of_account(tx, account).await? {
                    profiles::erase(tx, profile.id).await?;
                    crate::comments::account_deleted(tx, profile.id, with_comments).await?;
                    crate::contributions::account_deleted(tx, profile.id, with_comments).await?;
                    crate::mistakes::account_deleted(tx, profile.id).await?;
                    for event in [
                        Event::ProfileChanged { profile: profile.id },
                        Event::AccountDeleted {
                            profile: profile.id,
                            with_comments,
                        },
                    ] {
                        log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                    }
                }
                rows::delete(tx, account).await
            })
        })
        .await
        .map_err(|error: StoreError| AccountError::Store(error))
}
