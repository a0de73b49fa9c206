//! One item of an import into the store, with its comments, its old addresses and its lead picture.

use super::threads::{self, Part};
use super::{Done, Extras, placing};
use crate::stories::ChangeError;
use crate::wire::{Arrival, Desk, Handling, take_in_tx};
use masthead_domain::ids::StoryId;
use masthead_store::sites::{RedirectTarget, put_redirect};
use masthead_store::{StoreError, Tx, stories as story_rows};

/// An index entry of PostgreSQL takes no longer path than this.
const LONGEST_PATH: usize = 1_000;

/// What became of an item's comments.
#[derive(Clone, Default)]
pub(super) struct Said {
    /// Comments made.
    pub(super) comments: u64,
    /// Profiles made for their writers.
    pub(super) profiles: u64,
    /// Comments that could not go in.
    pub(super) set_aside: Vec<(String, String)>,
}

/// Takes an item in.
pub(super) async fn take(
    tx: &mut Tx,
    desk: &Desk,
    placing: &placing::Snapshot,
    arrival: &Arrival,
    extras: &Extras,
) -> Result<Done, ChangeError> {
    let context = desk.context();
    let routed = desk.routes(arrival);
    let place = if routed {
        Vec::new()
    } else {
        placing.of(&arrival.item).into_iter().collect()
    };
    let handling = Handling {
        place,
        publish: extras.published.unwrap_or(desk.handling().publish),
        imported: true,
        // A draft of an export stays one, whatever a routing rule says.
        keep_back: extras.published == Some(false),
    };
    let taken = take_in_tx(tx, &desk.with(handling), arrival).await?;
    let Some(story) = taken.story else {
        return Ok(Done::Item(taken, None, Box::default()));
    };
    let said = comments(tx, desk, placing, arrival, extras, story).await?;
    for path in extras
        .old_paths
        .iter()
        .filter(|path| path.len() <= LONGEST_PATH && path.len() > 1)
    {
        put_redirect(tx, placing.site, path, &RedirectTarget::Story(story), context.now).await?;
    }
    let moved = match &extras.old_url {
        None => None,
        Some(old) => {
            let places = story_rows::placements(tx, story).await?;
            places
                .into_iter()
                .next()
                .and_then(|place| place.path)
                .map(|new| (old.clone(), new))
        }
    };
    Ok(Done::Item(taken, moved, Box::new(said)))
}

/// Makes the item's comments comments of the story.
async fn comments(
    tx: &mut Tx,
    desk: &Desk,
    placing: &placing::Snapshot,
    arrival: &Arrival,
    extras: &Extras,
    story: StoryId,
) -> Result<Said, StoreError> {
    if extras.comments.is_empty() {
        return Ok(Said::default());
    }
    let context = desk.context();
    let source = arrival.format.name();
    let prepared = threads::of_story(placing.names, source, story, &extras.comments, context.now);
    let part = Part {
        name: extras.record.clone(),
        source: source.to_owned(),
        story,
        site: placing.site,
        comments: prepared.comments,
    };
    let outcome = threads::place(tx, context.ids.as_ref(), &part).await?;
    let named = |(key, reason)| (format!("{}: comment {key}", extras.record), reason);
    Ok(Said {
        comments: outcome.new_comments(),
        profiles: outcome.new_profiles(),
        set_aside: prepared.set_aside.into_iter().map(named).collect(),
    })
}
