//! The due job of a story: its release (schedule, embargo) and its expiry. It is a row in the store, so that it comes
//! true after a restart too.

use super::{Change, ChangeError, Context};
use crate::app::App;
use masthead_domain::ids::StoryId;
use masthead_domain::stories::HoldKind;

/// Kind of the job; its key is the story's id.
pub const JOB_DUE: &str = "story.due";

/// Does what is due on a story. Running it twice, or too early, changes nothing.
///
/// # Errors
/// [`ChangeError::Store`]; the job stays due and is tried again.
pub async fn run_due(app: &App, id: StoryId) -> Result<(), ChangeError> {
    let context = Context::new(app, "due job");
    let done = app
        .db
        .write("stories.due", move |tx| {
            let context = context.clone();
            Box::pin(async move {
                let mut change = Change::begin(tx, &context, id).await?;
                change.story.standing.release(context.now);
                if change.story.standing.expires_at.is_some_and(|at| at <= context.now) {
                    change
                        .story
                        .standing
                        .hold(HoldKind::Expired, "its time ran out", context.now);
                }
                change.commit(tx, &context).await
            })
        })
        .await;
    match done {
        // A story that was deleted needs nothing any more.
        Ok(_) | Err(ChangeError::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
