//! From a contribution to a story: made, placed and published in the transaction that moves the contribution.

use super::desk::of_desk;
use super::{ContributionError, Note, commit, letter};
use crate::accounts::mailing;
use crate::app::App;
use crate::comments::Decider;
use crate::stories::{Change, Context};
use masthead_domain::contributions::{Act, By, Kind, document};
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_domain::events::Event;
use masthead_domain::ids::{ContributionId, EventId, SiteId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::{Byline, Placement, StoryContent, StoryKind, StoryState};
use masthead_domain::time::Timestamp;
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::profiles::ProfileRecord;
use masthead_store::{StoreError, Tx, log, profiles, stories};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// How something is published.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Where; the first is its address of record.
    pub places: Vec<Placement>,
    /// A sentence or two under the headline; may be empty.
    pub standfirst: String,
    /// When; none is now.
    pub at: Option<Timestamp>,
    /// Which pictures, by their ids in the contribution; all where none is named.
    pub pictures: Vec<Uuid>,
    /// A story that is there, into which the pictures go instead of a gallery of their own.
    pub into: Option<StoryId>,
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
    let allowed = |site| by.grants.may(Permission::ContributionsReview, Some(site));
    let sites: Vec<SiteId> = match how.into {
        None => how.places.iter().map(|place| place.site).collect(),
        Some(story) => {
            let places = stories::placements(&mut app.db.reader().await?, story).await?;
            places.iter().map(|place| place.placement.site).collect()
        }
    };
    if sites.is_empty() || !sites.into_iter().all(allowed) {
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
                let blocks = blocks(tx, &one, &writer, &how).await?;
                let story = match how.into {
                    Some(story) => put_into(tx, &context, story, &one, blocks).await?,
                    None => {
                        let content = content(&one, &writer, &how, blocks);
                        let mut change = Change::create(tx, &context, &content, "", false, None).await?;
                        change.place(tx, &how.places).await?;
                        rows::set_contributor(tx, change.story.id, one.profile, writer.name()).await?;
                        change.publish(tx, how.at, context.now).await?;
                        change.log(tx, &context, "story.publish", "").await?;
                        change.commit(tx, &context).await?.id
                    }
                };
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

/// The pictures that were chosen, as a document has them.
async fn blocks(
    tx: &mut Tx,
    one: &Contribution,
    writer: &ProfileRecord,
    how: &Publication,
) -> Result<Vec<PictureBlock>, ContributionError> {
    if one.kind == Kind::Story {
        return Ok(Vec::new());
    }
    let mut all = rows::pictures::of(tx, one.id).await?;
    all.retain(|picture| how.pictures.is_empty() || how.pictures.contains(&picture.id));
    if all.is_empty() {
        return Err(ContributionError::NoPictures);
    }
    Ok(all
        .into_iter()
        .map(|picture| {
            let about = [picture.place, picture.taken_on]
                .into_iter()
                .filter(|text| !text.is_empty());
            let about = about.collect::<Vec<_>>().join(", ");
            let caption = if about.is_empty() {
                picture.caption.clone()
            } else {
                format!("{} ({about})", picture.caption)
            };
            PictureBlock {
                picture: PictureSource::Stored(picture.picture),
                caption: Text::plain(caption),
                credit: writer.name().to_owned(),
                alt: picture.caption,
            }
        })
        .collect())
}

/// Puts pictures into a story that is there, as a new revision that readers see at once where they see the story.
async fn put_into(
    tx: &mut Tx,
    context: &Context,
    story: StoryId,
    one: &Contribution,
    pictures: Vec<PictureBlock>,
) -> Result<StoryId, ContributionError> {
    let mut change = Change::begin(tx, context, story).await?;
    let mut content = change.content(tx).await?;
    content.body.blocks.push(Block::Gallery {
        title: one.printed().0.to_owned(),
        pictures,
    });
    change.revise(tx, context, &content).await?;
    if change.story.standing.state == StoryState::Published {
        change.make_public();
    }
    change.log(tx, context, "story.pictures", &one.id.to_string()).await?;
    Ok(change.commit(tx, context).await?.id)
}

fn content(one: &Contribution, writer: &ProfileRecord, how: &Publication, pictures: Vec<PictureBlock>) -> StoryContent {
    let (title, text) = one.printed();
    let (kind, standfirst, body) = match one.kind {
        Kind::Story => (StoryKind::Article, how.standfirst.clone(), document(text)),
        Kind::Pictures => {
            let standfirst = if how.standfirst.is_empty() {
                text.replace('\n', " ")
            } else {
                how.standfirst.clone()
            };
            let gallery = Block::Gallery {
                title: String::new(),
                pictures,
            };
            (StoryKind::Gallery, standfirst, Document { blocks: vec![gallery] })
        }
    };
    StoryContent {
        kind,
        headline: title.to_owned(),
        standfirst,
        bylines: vec![Byline {
            name: writer.name().to_owned(),
            ..Byline::default()
        }],
        body,
        ..StoryContent::default()
    }
}
