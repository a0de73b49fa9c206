//! From a contribution to a story: made, placed and published in the transaction that moves the contribution.

use super::desk::of_desk;
use super::{ContributionError, Note, commit, letter};
use crate::accounts::mailing;
use crate::app::App;
use crate::comments::Decider;
use crate::stories::{Change, Context};
use masthead_domain::contributions::{Act, By, Kind, document};
use masthead_domain::events::Event;
use masthead_domain::ids::{ContributionId, EventId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::{Byline, Placement, StoryContent};
use masthead_domain::time::Timestamp;
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::profiles::ProfileRecord;
use masthead_store::{StoreError, Tx, log, profiles};
use serde_json::json;
use std::sync::Arc;

/// How something is published.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Where; the first is its address of record.
    pub places: Vec<Placement>,
    /// A sentence or two under the headline; may be empty.
    pub standfirst: String,
    /// When; none is now.
    pub at: Option<Timestamp>,
}

/// Publishes what author and desk agreed on.
///
/// # Errors
/// [`ContributionError::NoPlace`] where the person has no say, [`ContributionError::Standing`] for what is not agreed.
pub async fn publish(
    app: &App,
    by: &Decider,
    id: ContributionId,
    version: i64,
    how: Publication,
) -> Result<StoryId, ContributionError> {
    let allowed = |place: &Placement| by.grants.may(Permission::ContributionsReview, Some(place.site));
    if how.places.is_empty() || !how.places.iter().all(allowed) {
        return Err(ContributionError::NoPlace);
    }
    let seen = of_desk(&mut app.db.reader().await?, by, id).await?;
    let later = how.at.is_some_and(|at| at > app.now());
    let what = if later { "scheduled" } else { "published" };
    let mail = letter(app, &seen, what, "", "").await?;
    let actor = format!("account:{}", by.account);
    let (by, ids, context) = (by.clone(), Arc::clone(&app.ids), Context::new(app, &actor));
    app.db
        .write("contributions.publish", move |tx| {
            let (by, ids, context) = (by.clone(), Arc::clone(&ids), context.clone());
            let (how, mail) = (how.clone(), mail.clone());
            Box::pin(async move {
                let mut one = of_desk(tx, &by, id).await?;
                let was = one.standing.state;
                let act = Act::Publish { at: how.at };
                one.standing.apply(act, By::Desk(by.account), context.now)?;
                if one.version != version {
                    return Err(ContributionError::Changed);
                }
                let writer = writer(tx, &one).await?;
                let content = content(&one, &writer, &how);
                let mut change = Change::create(tx, &context, &content, "", false, None).await?;
                change.place(tx, &how.places).await?;
                rows::set_contributor(tx, change.story.id, one.profile, name(&writer)).await?;
                change.publish(tx, how.at, context.now).await?;
                change.log(tx, &context, "story.publish", "").await?;
                let story = change.commit(tx, &context).await?.id;
                one.story = Some(story);
                let note = Note {
                    actor: context.by.clone(),
                    act: "contribution.published",
                    facts: json!({ "was": was.name(), "story": story, "at": how.at }),
                    text: None,
                };
                commit(tx, ids.as_ref(), &one, note).await?;
                // Their page lists it, on sites too where it does not stand.
                let event = Event::ProfileChanged { profile: one.profile };
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), context.now).await?;
                if let Some(mail) = &mail {
                    mailing::send(tx, mail).await?;
                }
                Ok(story)
            })
        })
        .await
}

async fn writer(tx: &mut Tx, one: &Contribution) -> Result<ProfileRecord, ContributionError> {
    profiles::by_id(tx, one.profile)
        .await?
        .filter(|profile| profile.username.is_some())
        .ok_or_else(|| StoreError::Bug("a contribution whose author has no name".into()).into())
}

/// The name as bylines print it.
fn name(profile: &ProfileRecord) -> &str {
    match (&profile.username, profile.display_name.as_str()) {
        (Some(username), "") => username,
        (_, name) => name,
    }
}

fn content(one: &Contribution, writer: &ProfileRecord, how: &Publication) -> StoryContent {
    let (title, body) = one.printed();
    let byline = Byline {
        name: name(writer).to_owned(),
        ..Byline::default()
    };
    match one.kind {
        Kind::Story | Kind::Pictures => StoryContent {
            headline: title.to_owned(),
            standfirst: how.standfirst.clone(),
            bylines: vec![byline],
            body: document(body),
            ..StoryContent::default()
        },
    }
}
