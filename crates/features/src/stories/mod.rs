//! Stories' use cases. Every change of a story goes through [`change::Change`], so that address, lists, cards, due
//! jobs and the event always follow from the story's standing in the same transaction.

pub mod change;
mod due;
pub mod kills;
mod slugs;

pub use change::{Change, Context};
pub use due::{JOB_DUE, run_due};

use crate::app::App;
use masthead_domain::ids::StoryId;
use masthead_domain::stories::{HoldKind, Placement, StoryContent, StoryError, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::videos::{self, LeadVideo};
use masthead_store::{StoreError, stories as rows};

/// Why a change of a story did not happen.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The rules.
    #[error(transparent)]
    Rule(#[from] StoryError),
    /// A video that can't be played in a page.
    #[error("'{0}' is no video of a host that Masthead knows: YouTube, Vimeo or Dailymotion")]
    Video(String),
    /// Something it needs is not there yet; the job is tried again.
    #[error("{0}")]
    Later(String),
    /// There is no such story.
    #[error("there is no story '{0}'")]
    NotFound(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Finds a story by id, path (`/world/slug-20260101`) or slug.
///
/// # Errors
/// [`ChangeError::NotFound`] also when the text fits several; it says so.
pub async fn find(app: &App, text: &str) -> Result<StoryId, ChangeError> {
    let mut conn = app.db.reader().await?;
    if let Ok(id) = text.parse::<StoryId>() {
        let known = rows::by_id(&mut conn, id).await?;
        return known
            .map(|story| story.id)
            .ok_or_else(|| ChangeError::NotFound(text.to_owned()));
    }
    // People paste whole addresses.
    let path = url::Url::parse(text).map_or_else(|_| text.to_owned(), |url| url.path().to_owned());
    match rows::by_path_or_slug(&mut conn, &path).await?.as_slice() {
        [one] => Ok(*one),
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Ok(*first),
        [] => Err(ChangeError::NotFound(text.to_owned())),
        _ => Err(ChangeError::NotFound(format!(
            "{text}' alone: several stories fit; give the id of one, not '{text}"
        ))),
    }
}

/// A new story as it is made by hand, by the demo or by an import.
#[derive(Clone, Debug, Default)]
pub struct NewStory {
    /// What it says.
    pub content: StoryContent,
    /// Its slug; made from the headline when empty.
    pub slug: String,
    /// Where it stands; the first is canonical.
    pub placements: Vec<Placement>,
    /// Its topics in order.
    pub topics: Vec<masthead_domain::ids::TopicId>,
    /// An import of old material: nobody is notified.
    pub imported: bool,
}

/// Makes a story in draft.
///
/// # Errors
/// [`ChangeError::Store`].
pub async fn create(app: &App, new: NewStory, by: &str) -> Result<StoryId, ChangeError> {
    let context = Context::new(app, by);
    app.db
        .write("stories.create", move |tx| {
            let (new, context) = (new.clone(), context.clone());
            Box::pin(async move {
                let mut change = Change::create(tx, &context, &new.content, &new.slug, new.imported, None).await?;
                change.place(tx, &new.placements).await?;
                change.set_topics(tx, &new.topics).await?;
                change.commit(tx, &context).await.map(|story| story.id)
            })
        })
        .await
}

/// Does one thing to a story in a transaction of its own.
macro_rules! act {
    ($app:expr, $by:expr, $id:expr, $name:literal, [$($captured:ident),*], |$tx:ident, $change:ident, $context:ident| $body:block) => {{
        let context = Context::new($app, $by);
        let id = $id;
        $app.db
            .write($name, move |$tx| {
                let $context = context.clone();
                $(let $captured = $captured.clone();)*
                Box::pin(async move {
                    let mut $change = Change::begin($tx, &$context, id).await?;
                    $body
                    $change.commit($tx, &$context).await
                })
            })
            .await
    }};
}

/// Saves a new revision. A story that is out shows it at once.
///
/// # Errors
/// [`ChangeError`].
pub async fn revise(app: &App, id: StoryId, content: StoryContent, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    act!(app, by, id, "stories.revise", [content], |tx, change, context| {
        change.revise(tx, &context, &content).await?;
        change.story.desk_edited = true;
        if change.story.standing.state == StoryState::Published {
            change.make_public();
        }
    })
}

/// Sets the video that leads a story, or takes it away: a new revision, which a story that is out shows at once. The
/// lead picture stands in its place until it is played.
///
/// # Errors
/// [`ChangeError::Video`] for an address that can't be played.
pub async fn set_video(
    app: &App,
    id: StoryId,
    video: Option<LeadVideo>,
    by: &str,
) -> Result<rows::StoryRecord, ChangeError> {
    if let Some(video) = &video
        && videos::player(&video.url).is_none()
    {
        return Err(ChangeError::Video(video.url.clone()));
    }
    act!(app, by, id, "stories.video", [video], |tx, change, context| {
        let mut content = change.content(tx).await?;
        content.lead_video = video;
        change.revise(tx, &context, &content).await?;
        change.story.desk_edited = true;
        if change.story.standing.state == StoryState::Published {
            change.make_public();
        }
    })
}

/// Publishes a story now or at a moment; an embargo that is later wins.
///
/// # Errors
/// [`ChangeError`].
pub async fn publish(
    app: &App,
    id: StoryId,
    at: Option<Timestamp>,
    by: &str,
) -> Result<rows::StoryRecord, ChangeError> {
    act!(app, by, id, "stories.publish", [at], |tx, change, context| {
        change.publish(tx, at, context.now).await?;
        change.log(tx, &context, "story.publish", "").await?;
    })
}

/// Takes a story back without a word to readers.
///
/// # Errors
/// [`ChangeError`].
pub async fn unpublish(app: &App, id: StoryId, reason: &str, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    let reason = reason.to_owned();
    act!(app, by, id, "stories.unpublish", [reason], |tx, change, context| {
        change.story.standing.unpublish()?;
        change.log(tx, &context, "story.unpublish", &reason).await?;
    })
}

/// Takes a story back for good; its addresses answer 410 with the reason.
///
/// # Errors
/// [`ChangeError`].
pub async fn kill(app: &App, id: StoryId, reason: &str, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    let reason = reason.to_owned();
    act!(app, by, id, "stories.kill", [reason], |tx, change, context| {
        change.story.standing.kill(&reason, context.now)?;
        change.log(tx, &context, "story.kill", &reason).await?;
    })
}

/// Keeps a story from readers until somebody lets it go on.
///
/// # Errors
/// [`ChangeError`].
pub async fn withhold(app: &App, id: StoryId, reason: &str, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    let reason = reason.to_owned();
    act!(app, by, id, "stories.withhold", [reason], |tx, change, context| {
        change.story.standing.hold(HoldKind::Withheld, &reason, context.now);
        change.log(tx, &context, "story.withhold", &reason).await?;
    })
}

/// Lets a held story go on after a person looked.
///
/// # Errors
/// [`ChangeError`].
pub async fn let_go(app: &App, id: StoryId, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    act!(app, by, id, "stories.let_go", [], |tx, change, context| {
        change.story.standing.lift_hold(context.now)?;
        change.log(tx, &context, "story.let_go", "").await?;
    })
}

/// Sets or moves an embargo further away.
///
/// # Errors
/// [`ChangeError`].
pub async fn embargo(app: &App, id: StoryId, until: Timestamp, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    act!(app, by, id, "stories.embargo", [until], |tx, change, context| {
        change
            .story
            .standing
            .newer_embargo(&masthead_domain::wire::Embargo::Until(until), context.now);
        change.log(tx, &context, "story.embargo", &until.to_rfc3339()).await?;
    })
}

/// Lifts an embargo: the permissioned, logged act that product §3.4 asks for.
///
/// # Errors
/// [`ChangeError`].
pub async fn lift_embargo(app: &App, id: StoryId, reason: &str, by: &str) -> Result<rows::StoryRecord, ChangeError> {
    let reason = reason.to_owned();
    act!(app, by, id, "stories.lift_embargo", [reason], |tx, change, context| {
        change.story.standing.lift_embargo(context.now)?;
        change.log(tx, &context, "story.lift_embargo", &reason).await?;
    })
}

/// Changes where a story stands.
///
/// # Errors
/// [`ChangeError`].
pub async fn place(
    app: &App,
    id: StoryId,
    placements: Vec<Placement>,
    by: &str,
) -> Result<rows::StoryRecord, ChangeError> {
    act!(app, by, id, "stories.place", [placements], |tx, change, context| {
        change.place(tx, &placements).await?;
        change.log(tx, &context, "story.place", "").await?;
    })
}
