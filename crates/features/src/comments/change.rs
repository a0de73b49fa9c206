//! What a comment's writer does with it afterwards, and liking.

use super::post::{self, Author, check, queue_of};
use super::{CommentError, ground, note};
use crate::accounts::limits::Limit;
use crate::accounts::{AccountError, Viewer, sign_in};
use crate::app::App;
use masthead_domain::comments::{CommentState, may_edit};
use masthead_domain::ids::CommentId;
use masthead_store::comments::people;
use masthead_store::comments::{self as rows, Comment};
use masthead_store::{Tx, reviews};
use std::sync::Arc;

/// A comment of somebody's own.
async fn own(tx: &mut Tx, viewer: masthead_domain::ids::ProfileId, id: CommentId) -> Result<Comment, CommentError> {
    let found = rows::by_id(tx, id).await?;
    found
        .filter(|comment| comment.profile == viewer)
        .ok_or(CommentError::NotFound)
}

/// Changes what a comment says, within five minutes. It is checked as if it were new; what it said is kept.
///
/// # Errors
/// [`CommentError`].
pub async fn edit(app: &App, viewer: &Viewer, id: CommentId, typed: &str) -> Result<CommentState, CommentError> {
    let known = rows::by_id(&mut app.db.reader().await?, id).await?;
    let known = known
        .filter(|comment| comment.profile == viewer.profile)
        .ok_or(CommentError::NotFound)?;
    let author = Author::from(viewer);
    for _ in 0..post::TRIES {
        let ground = ground::of(app, known.story, known.site).await?;
        let checked = check(ground, &author, app, typed)?;
        let (profile, salt, ids) = (viewer.profile, app.ids.next_uuid(), Arc::clone(&app.ids));
        let done = app
            .db
            .write("comments.edit", move |tx| {
                let (checked, ids) = (checked.clone(), Arc::clone(&ids));
                Box::pin(async move {
                    let now = tx.now();
                    checked.ground.check(tx).await?;
                    let comment = own(tx, profile, id).await?;
                    let answered = comment.answers > 0 || comment.replies > 0;
                    may_edit(comment.state, comment.created_at, now, answered, comment.reported)?;
                    let writer = post::writer(tx, profile, comment.site).await?;
                    if comment.body == checked.body {
                        return Ok(comment.state);
                    }
                    let findings = checked.all_findings(tx, profile, &writer, Some(id)).await?;
                    let state = match checked.outcome(&findings) {
                        // What waits for a person is not let through by a second try.
                        CommentState::Published if comment.state.waits() => comment.state,
                        state => state,
                    };
                    rows::revise(tx, id, &checked.body, checked.bare, salt, &findings).await?;
                    let by_rule = (state == CommentState::Rejected).then_some("rule");
                    rows::set_state(tx, &comment, state, by_rule).await?;
                    if comment.state.is_shown() && !state.is_shown() {
                        people::accepted(tx, profile, -1).await?;
                    }
                    if let Some(queue) = queue_of(state, checked.policy.mode, checked.trusted) {
                        let subject = (id, comment.site, comment.story, profile);
                        reviews::put(tx, subject, queue, now, 0).await?;
                    }
                    let facts = serde_json::json!({ "state": state.name(), "revision": comment.revision + 1 });
                    let actor = format!("profile:{profile}");
                    let entry = (actor.as_str(), "comment.revised", &facts);
                    let text = Some((salt, checked.body.as_str()));
                    note(tx, ids.as_ref(), &comment, "revised", state.is_shown(), entry, text).await?;
                    Ok(state)
                })
            })
            .await;
        match done {
            Err(CommentError::Stale) => ground::forget(app, known.story, known.site),
            done => return done,
        }
    }
    Err(CommentError::Stale)
}

/// Takes a comment of one's own away. Its place stays where answers to it are seen; its text is kept by the desk until
/// the account goes.
///
/// # Errors
/// [`CommentError`].
pub async fn delete(app: &App, viewer: &Viewer, id: CommentId) -> Result<(), CommentError> {
    let (profile, ids) = (viewer.profile, Arc::clone(&app.ids));
    app.db
        .write("comments.delete", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                let comment = own(tx, profile, id).await?;
                if comment.state == CommentState::Deleted {
                    return Ok(());
                }
                // What a moderator took away stays theirs to explain.
                if comment.state == CommentState::Rejected {
                    return Err(CommentError::NotFound);
                }
                rows::set_state(tx, &comment, CommentState::Deleted, Some("author")).await?;
                reviews::move_to(tx, id, "decided").await?;
                let actor = format!("profile:{profile}");
                let facts = serde_json::json!({ "state": "deleted", "was": comment.state.name() });
                let entry = (actor.as_str(), "comment.deleted", &facts);
                note(tx, ids.as_ref(), &comment, "deleted", false, entry, None).await?;
                Ok(())
            })
        })
        .await
}

/// Likes a comment, or takes the like back. One's own can't be liked.
///
/// # Errors
/// [`CommentError`].
pub async fn like(app: &App, viewer: &Viewer, id: CommentId, on: bool) -> Result<Comment, CommentError> {
    if !viewer.is_ready() {
        return Err(CommentError::NotReady);
    }
    match sign_in::take(app, Limit::Likes, &viewer.account.to_string()) {
        Ok(()) => {}
        Err(AccountError::TooMany(seconds)) => return Err(CommentError::TooFast(seconds)),
        Err(other) => return Err(CommentError::Failed(other.to_string())),
    }
    let (profile, ids) = (viewer.profile, Arc::clone(&app.ids));
    app.db
        .write("comments.like", move |tx| {
            let ids = Arc::clone(&ids);
            Box::pin(async move {
                let comment = rows::by_id(tx, id).await?;
                let comment = comment
                    .filter(|comment| comment.state.is_shown())
                    .ok_or(CommentError::NotFound)?;
                if comment.profile == profile {
                    return Ok(comment);
                }
                if rows::set_like(tx, id, profile, on).await? {
                    super::tell(tx, ids.as_ref(), &comment, "liked", true).await?;
                }
                Ok(comment)
            })
        })
        .await
}
