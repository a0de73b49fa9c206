//! What comes true of a contribution by itself: its publication at the time that was set, and its end when nobody moved
//! it. It is a row in the store, so that it comes true after a restart too.

use super::{ContributionError, Note, commit, keep, letter};
use crate::accounts::mailing;
use crate::app::App;
use masthead_domain::contributions::{Act, By, State};
use masthead_domain::ids::ContributionId;
use masthead_store::contributions as rows;
use serde_json::json;
use std::sync::Arc;

/// The job; its key is the contribution's id.
pub const JOB: &str = "contributions.due";

/// Does what is due on a contribution. Running it twice, or too early, changes nothing.
///
/// # Errors
/// When the store can't answer; the job stays due.
pub async fn run(app: &App, id: ContributionId) -> Result<(), ContributionError> {
    let Some(seen) = rows::one(&mut app.db.reader().await?, id).await? else {
        return Ok(());
    };
    let mail = if seen.standing.state == State::Draft {
        // A draft is nobody else's business, and its end is told on the page alone.
        None
    } else {
        let what = if seen.standing.state == State::Scheduled {
            "published"
        } else {
            "expired"
        };
        letter(app, &seen, what, "", "").await?
    };
    let ids = Arc::clone(&app.ids);
    app.db
        .write("contributions.due", move |tx| {
            let (ids, mail) = (Arc::clone(&ids), mail.clone());
            Box::pin(async move {
                let Some(mut one) = rows::one(tx, id).await? else {
                    return Ok(());
                };
                let was = one.standing.state;
                one.standing.apply(Act::Pass, By::Time, tx.now())?;
                if one.standing.state == was {
                    // Too early, or over: the job is set to when it really is due.
                    return keep(tx, &one).await;
                }
                if one.standing.state == State::Expired {
                    one.edited = None;
                }
                let note = Note {
                    actor: "due job".into(),
                    act: "contribution.passed",
                    facts: json!({ "was": was.name(), "state": one.standing.state.name() }),
                    text: None,
                };
                commit(tx, ids.as_ref(), &one, note).await?;
                if let Some(mail) = &mail {
                    mailing::send(tx, mail).await?;
                }
                Ok(())
            })
        })
        .await
}
