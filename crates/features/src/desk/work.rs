//! What is done to a story at the desk, each in one transaction: who may is asked there, with the sites as they are then.

use super::{DeskError, people};
use crate::app::App;
use crate::comments::{self, Decider};
use crate::stories::{Change, Context, kills};
use crate::wire::topics;
use masthead_domain::comments::policy::{Scope, ScopeKind};
use masthead_domain::desk::{Act, may, may_see};
use masthead_domain::ids::{SiteId, StoryId, TopicId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::{HoldKind, Placement, StoryContent, StoryError, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::Embargo;
use masthead_store::stories::StoryRecord;
use masthead_store::{Tx, desk as rows, policies, stories as story_rows};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 1_000;

/// A topic as a form names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TopicWish {
    /// One that is there.
    Known(TopicId),
    /// One that is made by the name.
    New(String),
}

/// What a form says about a story. What the person didn't touch is `None`, so that somebody else's change of it stands.
#[derive(Clone, Debug)]
pub struct Saving {
    /// What it says.
    pub content: StoryContent,
    /// Its slug, which counts until it has an address.
    pub slug: Option<String>,
    /// Where it stands; the first is canonical.
    pub places: Option<Vec<Placement>>,
    /// Its topics.
    pub topics: Option<Vec<TopicWish>>,
    /// The note beside it.
    pub note: Option<String>,
}

/// Makes a story in draft.
///
/// # Errors
/// [`DeskError::Forbidden`] where somebody writes for a site that is not theirs.
pub async fn create(app: &App, by: &Decider, new: Saving) -> Result<StoryId, DeskError> {
    let (context, by) = (Context::new(app, &people::named(by)), by.clone());
    app.db
        .write("desk.create", move |tx| {
            let (context, by, new) = (context.clone(), by.clone(), new.clone());
            Box::pin(async move {
                let places = new.places.clone().unwrap_or_default();
                let sites: Vec<SiteId> = places.iter().map(|place| place.site).collect();
                if !may(&by.grants, Permission::StoriesWrite, &sites) {
                    return Err(DeskError::Forbidden);
                }
                let slug = new.slug.clone().unwrap_or_default();
                let mut change = Change::create(tx, &context, &new.content, &slug, false, None).await?;
                change.story.desk_edited = true;
                change.place(tx, &places).await?;
                let topics = wished(tx, &context, new.topics.as_deref().unwrap_or_default()).await?;
                change.set_topics(tx, &topics).await?;
                let id = change.commit(tx, &context).await?.id;
                if let Some(note) = new.note.as_deref().filter(|note| !note.is_empty()) {
                    rows::set_note(tx, id, note).await?;
                }
                Ok(id)
            })
        })
        .await
}

/// The topics that were wished, made where there are none. A name is a topic's, whatever its case.
async fn wished(tx: &mut Tx, context: &Context, wishes: &[TopicWish]) -> Result<Vec<TopicId>, DeskError> {
    let mut found = Vec::with_capacity(wishes.len());
    for wish in wishes {
        let topic = match wish {
            TopicWish::Known(topic) => Some(*topic),
            TopicWish::New(name) => topics::ensure(tx, context, None, name, None).await?,
        };
        found.extend(topic.filter(|topic| !found.contains(topic)));
    }
    Ok(found)
}

/// The story with its sites, if somebody may look at it and has the act's permission on each.
pub(crate) async fn permitted(
    tx: &mut Tx,
    context: &Context,
    by: &Decider,
    id: StoryId,
    act: Act,
) -> Result<Change, DeskError> {
    let change = Change::begin(tx, context, id).await?;
    let sites: Vec<SiteId> = rows::places(tx, &[id]).await?.iter().map(|place| place.site).collect();
    if !may_see(&by.grants, &sites) {
        return Err(DeskError::NotFound);
    }
    let own = rows::begun_by(tx, id)
        .await?
        .is_some_and(|who| who == people::named(by));
    if may(&by.grants, act.permission(&change.story.standing, own), &sites) {
        Ok(change)
    } else {
        Err(DeskError::Forbidden)
    }
}

/// Saves what a form says of a story that was at revision `base` when the form was made. `show`: readers see it at once,
/// where the story is out or due and the person may publish.
///
/// # Errors
/// [`DeskError::Clash`] when somebody else saved a revision meanwhile; nothing is written then.
pub async fn save(
    app: &App,
    by: &Decider,
    id: StoryId,
    base: i64,
    saving: Saving,
    show: bool,
) -> Result<StoryRecord, DeskError> {
    let (context, by) = (Context::new(app, &people::named(by)), by.clone());
    app.db
        .write("desk.save", move |tx| {
            let (context, by, saving) = (context.clone(), by.clone(), saving.clone());
            Box::pin(async move {
                let mut change = permitted(tx, &context, &by, id, Act::Save).await?;
                if change.story.head_revision != base {
                    return Err(DeskError::Clash(change.story.head_revision));
                }
                if change.story.standing.state == StoryState::Killed {
                    return Err(StoryError::Killed.into());
                }
                if let Some(places) = &saving.places {
                    let before = story_rows::placements(tx, id).await?;
                    let now: Vec<Placement> = before.iter().map(|record| record.placement).collect();
                    // What changes on a site is that site's to allow: where it comes to, leaves, or changes its section.
                    let touched: Vec<SiteId> = places
                        .iter()
                        .filter(|place| !now.contains(place))
                        .chain(now.iter().filter(|place| !places.contains(place)))
                        .map(|place| place.site)
                        .collect();
                    let is_out = matches!(
                        change.story.standing.state,
                        StoryState::Published | StoryState::Scheduled
                    );
                    let asked = if is_out {
                        Permission::StoriesPublish
                    } else {
                        Permission::StoriesWrite
                    };
                    if !touched.is_empty() && !may(&by.grants, asked, &touched) {
                        return Err(DeskError::Forbidden);
                    }
                    if is_out && places.is_empty() {
                        return Err(StoryError::NoPlacement.into());
                    }
                    change.place(tx, places).await?;
                }
                if let Some(wishes) = &saving.topics {
                    let topics = wished(tx, &context, wishes).await?;
                    change.set_topics(tx, &topics).await?;
                }
                if let Some(note) = &saving.note {
                    rows::set_note(tx, id, note).await?;
                }
                if let Some(slug) = &saving.slug
                    && change.story.standing.first_published_at.is_none()
                {
                    change.set_slug(slug, &saving.content.headline);
                }
                if change.content(tx).await? != saving.content {
                    change.revise(tx, &context, &saving.content).await?;
                    change.story.desk_edited = true;
                }
                let is_due = matches!(
                    change.story.standing.state,
                    StoryState::Published | StoryState::Scheduled
                );
                if show && is_due {
                    let sites: Vec<SiteId> = rows::places(tx, &[id]).await?.iter().map(|place| place.site).collect();
                    if !may(&by.grants, Permission::StoriesPublish, &sites) {
                        return Err(DeskError::Forbidden);
                    }
                    change.make_public();
                    change.log(tx, &context, "story.revise", "").await?;
                }
                Ok(change.commit(tx, &context).await?)
            })
        })
        .await
}

/// An act with what its form says.
#[derive(Clone, Debug)]
pub struct Doing {
    /// What.
    pub act: Act,
    /// Why; what readers are told for a kill.
    pub why: String,
    /// When a publication is to be, or until when an embargo lasts.
    pub at: Option<Timestamp>,
}

/// What an act did.
#[derive(Debug)]
pub enum Done {
    /// It is done.
    Changed,
    /// The story is gone, and from where.
    Killed(Box<kills::KillReceipt>),
}

/// Does something to a story.
///
/// # Errors
/// [`DeskError`].
pub async fn act(app: &App, by: &Decider, id: StoryId, doing: Doing) -> Result<Done, DeskError> {
    let why = doing.why.trim();
    if doing.act.asks_why() && why.is_empty() {
        return Err(DeskError::Why);
    }
    let why: String = why.chars().take(LONGEST_REASON).collect();
    match doing.act {
        Act::Kill => {
            allowed(app, by, id, Act::Kill).await?;
            let receipt = kills::kill(app, id, &why, &people::named(by)).await?;
            Ok(Done::Killed(Box::new(receipt)))
        }
        Act::HoldComments => {
            allowed(app, by, id, Act::HoldComments).await?;
            comments::hold(app, scope(id), &why, "", &people::named(by)).await?;
            Ok(Done::Changed)
        }
        Act::ReleaseComments => {
            allowed(app, by, id, Act::ReleaseComments).await?;
            comments::release(app, scope(id), &people::named(by)).await?;
            Ok(Done::Changed)
        }
        _ => change(app, by, id, Doing { why, ..doing }).await,
    }
}

/// The step of the policy ladder that is a story's own.
pub(super) const fn scope(id: StoryId) -> Scope {
    Scope {
        kind: ScopeKind::Story,
        id: id.0,
    }
}

/// Whether an act that has a transaction of its own may be done.
async fn allowed(app: &App, by: &Decider, id: StoryId, act: Act) -> Result<(), DeskError> {
    let (context, by) = (Context::new(app, &people::named(by)), by.clone());
    app.db
        .write("desk.allowed", move |tx| {
            let (context, by) = (context.clone(), by.clone());
            Box::pin(async move { permitted(tx, &context, &by, id, act).await.map(|_| ()) })
        })
        .await
}

async fn change(app: &App, by: &Decider, id: StoryId, doing: Doing) -> Result<Done, DeskError> {
    let (context, by) = (Context::new(app, &people::named(by)), by.clone());
    app.db
        .write("desk.act", move |tx| {
            let (context, by, doing) = (context.clone(), by.clone(), doing.clone());
            Box::pin(async move {
                let mut change = permitted(tx, &context, &by, id, doing.act).await?;
                let now = context.now;
                let standing = &mut change.story.standing;
                let mut detail = doing.why.clone();
                match doing.act {
                    Act::Submit => standing.move_to(StoryState::Submitted)?,
                    Act::Draft => standing.move_to(StoryState::Draft)?,
                    Act::Editing => standing.move_to(StoryState::Editing)?,
                    Act::Legal => standing.move_to(StoryState::Legal)?,
                    Act::Ready => standing.move_to(StoryState::Ready)?,
                    Act::Publish => {
                        if doing.at.is_some_and(|at| at <= now) {
                            return Err(DeskError::When);
                        }
                        change.publish(tx, doing.at, now).await?;
                        detail = doing.at.map(Timestamp::to_rfc3339).unwrap_or_default();
                    }
                    Act::Unpublish => standing.unpublish()?,
                    Act::Withhold => {
                        if standing.state == StoryState::Killed {
                            return Err(StoryError::Killed.into());
                        }
                        standing.hold(HoldKind::Withheld, &doing.why, now);
                    }
                    Act::LetGo => standing.lift_hold(now)?,
                    Act::Embargo => {
                        let until = doing.at.filter(|at| *at > now).ok_or(DeskError::When)?;
                        if standing.state == StoryState::Killed {
                            return Err(StoryError::Killed.into());
                        }
                        // Moving it nearer would lift a part of it, which is another permission's.
                        if standing.newer_embargo(&Embargo::Until(until), now) {
                            return Err(DeskError::When);
                        }
                        detail = until.to_rfc3339();
                    }
                    Act::LiftEmbargo => standing.lift_embargo(now)?,
                    Act::Save | Act::Kill | Act::HoldComments | Act::ReleaseComments => {
                        return Err(DeskError::Later("this act has a form of its own".to_owned()));
                    }
                }
                let name = format!("story.{}", doing.act.name().replace('-', "_"));
                change.log(tx, &context, &name, &detail).await?;
                change.commit(tx, &context).await?;
                Ok(Done::Changed)
            })
        })
        .await
}

/// Writes a revision's text as the newest again.
///
/// # Errors
/// [`DeskError::NotFound`] where the story has no such revision.
pub async fn restore(app: &App, by: &Decider, id: StoryId, number: i64) -> Result<StoryRecord, DeskError> {
    let (context, by) = (Context::new(app, &people::named(by)), by.clone());
    app.db
        .write("desk.restore", move |tx| {
            let (context, by) = (context.clone(), by.clone());
            Box::pin(async move {
                let mut change = permitted(tx, &context, &by, id, Act::Save).await?;
                if change.story.standing.state == StoryState::Killed {
                    return Err(StoryError::Killed.into());
                }
                let content = story_rows::revision(tx, id, number).await?.ok_or(DeskError::NotFound)?;
                if change.content(tx).await? != content {
                    change.revise(tx, &context, &content).await?;
                    change.story.desk_edited = true;
                }
                change
                    .log(tx, &context, "story.restore", &format!("revision {number}"))
                    .await?;
                Ok(change.commit(tx, &context).await?)
            })
        })
        .await
}

/// Whether the comments of a story are under legal hold by its own step.
pub(super) async fn comments_held(
    conn: &mut masthead_store::Conn,
    id: StoryId,
) -> Result<bool, masthead_store::StoreError> {
    let steps = policies::of_scopes(conn, &[id.0]).await?;
    Ok(steps.iter().any(|record| record.step.hold.is_some()))
}
