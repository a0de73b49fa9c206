//! What becomes of somebody's comments when their account is deleted: they stay without a name, or go with their text.

use super::CommentError;
use crate::app::App;
use masthead_domain::comments::CommentState;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, IdSource, ProfileId, StoryId};
use masthead_store::comments::{self as rows, mutes, people};
use masthead_store::{StoreError, Tx, audit, jobs, log, notices, reports, reviews};
use serde_json::{Value, json};
use std::sync::Arc;

/// The job that does it; its key is the profile's id.
pub const JOB: &str = "comments.leave";
/// Comments taken away in one transaction.
const AT_ONCE: usize = 100;

/// Called in the transaction that deletes an account.
///
/// # Errors
/// When the store can't answer.
pub async fn account_deleted(tx: &mut Tx, profile: ProfileId, with_comments: bool) -> Result<(), StoreError> {
    let now = tx.now();
    jobs::schedule(
        tx,
        JOB,
        &profile.to_string(),
        now,
        &json!({ "with_comments": with_comments }),
    )
    .await
    .map(|_| ())
}

/// Does what was asked for. It can be done again from any point.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, profile: ProfileId, payload: &Value) -> Result<(), CommentError> {
    let with_comments = payload.get("with_comments").and_then(Value::as_bool) == Some(true);
    let stories = rows::stories_of(&mut app.db.reader().await?, profile).await?;
    while with_comments && go_some(app, profile).await? == AT_ONCE {}
    let ids = Arc::clone(&app.ids);
    app.db
        .write("comments.left", move |tx| {
            let (ids, stories) = (Arc::clone(&ids), stories.clone());
            Box::pin(async move {
                people::forget(tx, profile).await?;
                mutes::forget(tx, profile).await?;
                notices::forget(tx, profile).await?;
                reports::forget(tx, profile).await?;
                // Their pages still name the person.
                turn(tx, ids.as_ref(), &stories).await?;
                Ok(())
            })
        })
        .await
}

/// Called in the transaction that changes a name or a portrait: both stand beside everything that somebody wrote.
///
/// # Errors
/// When the store can't answer.
pub async fn writer_changed(tx: &mut Tx, ids: &dyn IdSource, profile: ProfileId) -> Result<(), StoreError> {
    let stories = rows::stories_of(tx, profile).await?;
    turn(tx, ids, &stories).await
}

async fn turn(tx: &mut Tx, ids: &dyn IdSource, stories: &[StoryId]) -> Result<(), StoreError> {
    for some in stories.chunks(500) {
        let (event, now) = (Event::CommentsTurned { stories: some.to_vec() }, tx.now());
        log::append(tx, EventId::new(ids), event.kind(), &event.data(), now).await?;
    }
    Ok(())
}

async fn go_some(app: &App, profile: ProfileId) -> Result<usize, CommentError> {
    let ids = Arc::clone(&app.ids);
    app.db
        .write("comments.leave", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                let some = rows::not_deleted(tx, profile, AT_ONCE).await?;
                for comment in &some {
                    rows::set_state(tx, comment, CommentState::Deleted, Some("account")).await?;
                    rows::erase(tx, comment.id).await?;
                    audit::erase_texts(tx, comment.id.0).await?;
                    reviews::drop(tx, comment.id).await?;
                    super::tell(tx, ids.as_ref(), comment, "deleted", false).await?;
                }
                Ok(some.len())
            })
        })
        .await
}
