//! Live stories: coverage of a story is begun, takes entries, and ends.
//!
//! An entry is no revision: it has a text of its own and stands under its story, so that two people can write entries
//! at the same time without one of them being asked to put anything together. Each act goes through [`Change`] as any
//! other change of the story does, so that the pages that show it, the search index and the streams follow from the same
//! event, and what keeps the story from readers keeps its entries from them.

pub mod desk;

use crate::app::App;
use crate::comments::Decider;
use crate::desk::{DeskError, named, permitted};
use crate::stories::{Change, Context};
use masthead_domain::coverage::{Coverage, CoverageError, Entry, EntryText, MOST_PINNED};
use masthead_domain::desk::{Act, may};
use masthead_domain::ids::{EntryId, SiteId, StoryId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::{StoryError, StoryState};
use masthead_store::coverage::{self as rows, EntryRecord};
use masthead_store::{StoreError, Tx, desk as desk_rows};

/// Entries that are handed on with a story to those who read one text. A story that had more of them is read on its own
/// pages, or entry by entry in the content API.
pub(crate) const MOST_HANDED_ON: usize = 500;

/// Why something about a live story is not done.
#[derive(Debug, thiserror::Error)]
pub enum LiveError {
    /// The rules.
    #[error(transparent)]
    Rule(#[from] CoverageError),
    /// The story, or who may change it.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// Somebody else changed the entry since the form was made; what it says now.
    #[error("somebody else changed this entry meanwhile")]
    Clash(Box<EntryRecord>),
}

impl From<StoreError> for LiveError {
    fn from(error: StoreError) -> Self {
        Self::Desk(error.into())
    }
}

/// What is done with the coverage of a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It begins, or is taken up again.
    Begin,
    /// It ends.
    End,
}

/// What an entry is beside its words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// A key moment.
    pub is_key: bool,
    /// Above all others.
    pub is_pinned: bool,
}

/// A change of an entry that stands in its story.
#[derive(Clone, Debug, PartialEq)]
pub enum Amend {
    /// Other words and marks, written on top of this version.
    Say(EntryText, Marks, i64),
    /// Other marks alone.
    Mark(Marks),
    /// It is taken out.
    Remove,
}

/// Says how a story is covered. For use in a change of it.
///
/// # Errors
/// When the store can't answer.
pub async fn cover(tx: &mut Tx, change: &mut Change, coverage: Coverage) -> Result<(), StoreError> {
    rows::put(tx, change.story.id, coverage).await?;
    change.touch();
    Ok(())
}

/// Adds an entry to a story. For use in a change of it.
///
/// # Errors
/// When the store can't answer.
pub async fn add(tx: &mut Tx, change: &mut Change, entry: &Entry, by: &str) -> Result<(), StoreError> {
    rows::add(tx, change.story.id, entry, by).await?;
    change.touch();
    Ok(())
}

/// The story, if somebody may write in it: where it is out or due, an entry is a publication.
async fn begin(tx: &mut Tx, context: &Context, by: &Decider, story: StoryId) -> Result<Change, DeskError> {
    let change = permitted(tx, context, by, story, Act::Save).await?;
    match change.story.standing.state {
        StoryState::Killed => Err(StoryError::Killed.into()),
        StoryState::Published | StoryState::Scheduled => {
            let places = desk_rows::places(tx, &[story]).await?;
            let sites: Vec<SiteId> = places.iter().map(|place| place.site).collect();
            if may(&by.grants, Permission::StoriesPublish, &sites) {
                Ok(change)
            } else {
                Err(DeskError::Forbidden)
            }
        }
        _ => Ok(change),
    }
}

/// Begins the coverage of a story, takes it up again, or ends it.
///
/// # Errors
/// [`LiveError`].
pub async fn turn(app: &App, by: &Decider, story: StoryId, turn: Turn) -> Result<Coverage, LiveError> {
    let (context, by) = (Context::new(app, &named(by)), by.clone());
    app.db
        .write("coverage.turn", move |tx| {
            let (context, by) = (context.clone(), by.clone());
            Box::pin(async move {
                let mut change = begin(tx, &context, &by, story).await?;
                let known = rows::of_story(tx, story).await?;
                let (coverage, act) = match (known, turn) {
                    (None, Turn::Begin) => (Coverage::begin(context.now), "coverage.begin"),
                    (None, Turn::End) => return Err(CoverageError::NotUnderWay.into()),
                    (Some(mut coverage), Turn::Begin) => {
                        coverage.resume()?;
                        (coverage, "coverage.resume")
                    }
                    (Some(mut coverage), Turn::End) => {
                        coverage.end(context.now)?;
                        (coverage, "coverage.end")
                    }
                };
                cover(tx, &mut change, coverage).await?;
                change.log(tx, &context, act, "").await.map_err(DeskError::from)?;
                change.commit(tx, &context).await.map_err(DeskError::from)?;
                Ok(coverage)
            })
        })
        .await
}

/// Publishes an entry. The id is that of the form: a form that is sent twice makes one entry.
///
/// # Errors
/// [`LiveError`].
pub async fn publish(
    app: &App,
    by: &Decider,
    story: StoryId,
    id: EntryId,
    text: EntryText,
    marks: Marks,
) -> Result<(), LiveError> {
    text.check()?;
    let (context, by) = (Context::new(app, &named(by)), by.clone());
    app.db
        .write("entries.publish", move |tx| {
            let (context, by, text) = (context.clone(), by.clone(), text.clone());
            Box::pin(async move {
                let mut change = begin(tx, &context, &by, story).await?;
                if !rows::of_story(tx, story)
                    .await?
                    .is_some_and(|known| known.is_under_way())
                {
                    return Err(CoverageError::NotUnderWay.into());
                }
                if let Some(known) = rows::entry(tx, id).await? {
                    // A browser that went back sends the old id with new words, which must not get lost.
                    return if known.story == story && known.entry.text == text {
                        Ok(())
                    } else {
                        Err(LiveError::Clash(Box::new(known)))
                    };
                }
                room_for(tx, story, marks, false).await?;
                let entry = Entry {
                    id,
                    at: context.now,
                    text,
                    is_key: marks.is_key,
                    is_pinned: marks.is_pinned,
                    edited_at: None,
                };
                add(tx, &mut change, &entry, &context.by).await?;
                change
                    .log(tx, &context, "entry.publish", &id.to_string())
                    .await
                    .map_err(DeskError::from)?;
                change.commit(tx, &context).await.map_err(DeskError::from)?;
                Ok(())
            })
        })
        .await
}

async fn room_for(tx: &mut Tx, story: StoryId, wanted: Marks, was_pinned: bool) -> Result<(), LiveError> {
    if wanted.is_pinned && !was_pinned && rows::pinned(tx, story).await? >= MOST_PINNED {
        return Err(CoverageError::TooManyPinned.into());
    }
    Ok(())
}

/// Changes an entry that stands in its story, after the coverage has ended too.
///
/// # Errors
/// [`LiveError::Clash`] when somebody else saved other words since the form was made; nothing is written then.
pub async fn amend(app: &App, by: &Decider, story: StoryId, id: EntryId, amend: Amend) -> Result<(), LiveError> {
    if let Amend::Say(text, ..) = &amend {
        text.check()?;
    }
    let (context, by) = (Context::new(app, &named(by)), by.clone());
    app.db
        .write("entries.amend", move |tx| {
            let (context, by, amend) = (context.clone(), by.clone(), amend.clone());
            Box::pin(async move {
                let mut change = begin(tx, &context, &by, story).await?;
                let found = rows::entry(tx, id).await?.filter(|record| record.story == story);
                let mut record = found.ok_or(DeskError::NotFound)?;
                if record.removed_at.is_some() {
                    return Err(CoverageError::Removed.into());
                }
                let was_pinned = record.entry.is_pinned;
                let (marks, act) = match amend {
                    Amend::Say(text, marks, base) => {
                        if record.version != base && record.entry.text != text {
                            return Err(LiveError::Clash(Box::new(record)));
                        }
                        if record.entry.text != text {
                            record.entry.text = text;
                            record.entry.edited_at = Some(context.now);
                        }
                        (marks, "entry.edit")
                    }
                    Amend::Mark(marks) => (marks, "entry.mark"),
                    Amend::Remove => {
                        record.removed_at = Some(context.now);
                        let kept = Marks {
                            is_key: record.entry.is_key,
                            is_pinned: false,
                        };
                        (kept, "entry.remove")
                    }
                };
                room_for(tx, story, marks, was_pinned).await?;
                record.entry.is_key = marks.is_key;
                record.entry.is_pinned = marks.is_pinned;
                rows::save(tx, &mut record).await?;
                change.touch();
                change
                    .log(tx, &context, act, &id.to_string())
                    .await
                    .map_err(DeskError::from)?;
                change.commit(tx, &context).await.map_err(DeskError::from)?;
                Ok(())
            })
        })
        .await
}
