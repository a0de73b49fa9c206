//! What an editor makes of a report: a correction, which is a revision of the story and readers see at once, or a word
//! that it stands.

use super::MistakeError;
use crate::app::App;
use crate::comments::Decider;
use crate::desk::named;
use crate::stories::{Change, Context};
use masthead_domain::desk::may;
use masthead_domain::ids::SiteId;
use masthead_domain::mistakes::{LONGEST_CORRECTION, LONGEST_REPLY, Outcome};
use masthead_domain::permissions::Permission;
use masthead_domain::profiles::clean_text;
use masthead_domain::stories::{Correction, StoryState};
use masthead_store::{Tx, desk as desk_rows, mistakes as rows};
use uuid::Uuid;

/// What an editor decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The story gets this correction; empty is refused.
    Correct(String),
    /// It stands.
    Stand,
}

/// Decides a report, with a word to whoever sent it; the word may be empty.
///
/// # Errors
/// [`MistakeError::Forbidden`] for who may not publish on every site that carries the story, [`MistakeError::Decided`],
/// [`MistakeError::Correction`].
pub async fn decide(app: &App, by: &Decider, id: Uuid, decision: Decision, reply: &str) -> Result<(), MistakeError> {
    let reply: String = clean_text(reply).chars().take(LONGEST_REPLY).collect();
    let decision = match decision {
        Decision::Correct(text) => {
            let text = clean_text(&text);
            if text.is_empty() || text.chars().count() > LONGEST_CORRECTION {
                return Err(MistakeError::Correction);
            }
            Decision::Correct(text)
        }
        Decision::Stand => Decision::Stand,
    };
    let (context, by) = (Context::new(app, &named(by)), by.clone());
    app.db
        .write("mistakes.decide", move |tx| {
            let (context, by, decision, reply) = (context.clone(), by.clone(), decision.clone(), reply.clone());
            Box::pin(async move {
                let one = rows::one(tx, id).await?;
                let one = one
                    .filter(|one| by.grants.may(Permission::StoriesEdit, Some(one.site)))
                    .ok_or(MistakeError::NotFound)?;
                let outcome = match &decision {
                    Decision::Correct(text) => {
                        correct(tx, &context, &by, &one, text).await?;
                        Outcome::Corrected
                    }
                    Decision::Stand => Outcome::Stands,
                };
                if rows::decide(tx, id, outcome, &reply, &context.by).await? {
                    Ok(())
                } else {
                    Err(MistakeError::Decided)
                }
            })
        })
        .await
}

async fn correct(
    tx: &mut Tx,
    context: &Context,
    by: &Decider,
    one: &rows::Mistake,
    text: &str,
) -> Result<(), MistakeError> {
    let places = desk_rows::places(tx, &[one.story]).await?;
    let sites: Vec<SiteId> = places.iter().map(|place| place.site).collect();
    if !may(&by.grants, Permission::StoriesPublish, &sites) {
        return Err(MistakeError::Forbidden);
    }
    let mut change = Change::begin(tx, context, one.story).await?;
    if change.story.standing.state != StoryState::Published {
        return Err(MistakeError::NotFound);
    }
    // Readers get what they see, corrected: not what somebody is still working on.
    let is_worked_on = change.story.public_revision != Some(change.story.head_revision);
    if is_worked_on {
        return Err(MistakeError::WorkedOn);
    }
    let mut content = change.content(tx).await?;
    content.corrections.push(Correction {
        text: text.to_owned(),
        at: context.now,
    });
    change.revise(tx, context, &content).await?;
    change.story.desk_edited = true;
    change.make_public();
    change.log(tx, context, "story.correct", text).await?;
    change.commit(tx, context).await?;
    Ok(())
}
