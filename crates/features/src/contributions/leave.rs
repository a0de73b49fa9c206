//! What somebody owns of their contributions: the download, and what becomes of them when the account is deleted.
//!
//! What was not published goes in any case: nobody else has a use for it. A story that was published stays without the
//! name, or is taken back, as its writer chose for everything that they wrote.

use super::ContributionError;
use crate::app::App;
use crate::stories::{self, Change, ChangeError, Context};
use masthead_domain::ids::{ProfileId, StoryId};
use masthead_domain::stories::StoryState;
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::{Conn, StoreError, Tx, audit, jobs, stories as story_rows};
use serde_json::{Value, json};

/// The job that does it; its key is the profile's id.
pub const JOB: &str = "contributions.leave";
/// More than anybody has: three are open at once.
const ALL: usize = 10_000;

/// Everything that somebody sent in or is writing: a part of the download of their data.
///
/// # Errors
/// When the store can't answer.
pub async fn everything(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Value>, StoreError> {
    let mut all = Vec::new();
    for one in rows::of_profile(conn, profile, ALL).await? {
        all.push(json!({
            "id": one.id, "kind": one.kind, "site": one.site, "state": one.standing.state,
            "title": one.title, "text": one.body,
            "edited": one.edited.as_ref().map(|(title, text)| json!({ "title": title, "text": text })),
            "message": one.message, "reason": one.reason, "answer": one.answer, "terms": one.terms,
            "begun": one.created_at, "sent": one.sent_at, "moved": one.standing.moved_at,
            "published": one.standing.publish_at, "story": one.story,
        }));
    }
    Ok(all)
}

/// Called in the transaction that deletes an account.
///
/// # Errors
/// When the store can't answer.
pub async fn account_deleted(tx: &mut Tx, profile: ProfileId, with_texts: bool) -> Result<(), StoreError> {
    let now = tx.now();
    jobs::schedule(tx, JOB, &profile.to_string(), now, &json!({ "with_texts": with_texts }))
        .await
        .map(|_| ())
}

/// Does what was asked for. It can be done again from any point.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, profile: ProfileId, payload: &Value) -> Result<(), ContributionError> {
    let with_texts = payload.get("with_texts").and_then(Value::as_bool) == Some(true);
    let mut all = rows::of_profile(&mut app.db.reader().await?, profile, ALL).await?;
    // The oldest first: what was published lies before what still waits.
    all.reverse();
    for one in all {
        if let Some(story) = one.story {
            if with_texts {
                take_back(app, story).await?;
            }
            without_name(app, story, profile).await?;
        }
        remove(app, one).await?;
    }
    Ok(())
}

async fn take_back(app: &App, story: StoryId) -> Result<(), ContributionError> {
    match stories::unpublish(app, story, "its writer deleted their account", "due job").await {
        // It is not out: withheld, killed or taken back before.
        Ok(_) | Err(ChangeError::Rule(_) | ChangeError::NotFound(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Takes the name off a story and every revision of it.
async fn without_name(app: &App, story: StoryId, profile: ProfileId) -> Result<(), ContributionError> {
    let context = Context::new(app, "due job");
    app.db
        .write("contributions.without_name", move |tx| {
            let context = context.clone();
            Box::pin(async move {
                let known = rows::contributors(tx, story).await?;
                let Some((_, name)) = known.into_iter().find(|(who, _)| *who == profile) else {
                    return Ok(());
                };
                let mut change = Change::begin(tx, &context, story).await?;
                for number in 1..=change.story.head_revision {
                    let Some(mut content) = story_rows::revision(tx, story, number).await? else {
                        continue;
                    };
                    content.bylines.retain(|byline| byline.name != name);
                    story_rows::rewrite_revision(tx, story, number, &content).await?;
                }
                let mut content = change.content(tx).await?;
                content.bylines.retain(|byline| byline.name != name);
                let was_public = change.story.public_revision == Some(change.story.head_revision);
                change.revise(tx, &context, &content).await?;
                if was_public || change.story.standing.state == StoryState::Published {
                    change.make_public();
                }
                rows::drop_contributor(tx, story, profile).await?;
                change.commit(tx, &context).await?;
                Ok(())
            })
        })
        .await
}

async fn remove(app: &App, one: Contribution) -> Result<(), ContributionError> {
    let id = one.id;
    app.db
        .write("contributions.remove", move |tx| {
            Box::pin(async move {
                audit::erase_texts(tx, id.0).await?;
                jobs::cancel(tx, super::JOB, &id.to_string()).await?;
                rows::delete(tx, id).await?;
                Ok(())
            })
        })
        .await
}
