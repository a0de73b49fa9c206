//! One item of an import into the store, with its comments, its old addresses and its lead picture.

use super::{Done, Extras, placing};
use crate::stories::ChangeError;
use crate::wire::{Arrival, Desk, Handling, take_in_tx};
use masthead_domain::ids::CommentId;
use masthead_store::sites::{RedirectTarget, put_redirect};
use masthead_store::{Tx, imports as rows, stories as story_rows};

/// An index entry of PostgreSQL takes no longer path than this.
const LONGEST_PATH: usize = 1_000;

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
        return Ok(Done::Item(taken, None, 0));
    };
    let mut comments = 0;
    for comment in &extras.comments {
        let id = CommentId::new(context.ids.as_ref());
        if rows::put_comment(tx, id, story, comment, context.now).await? {
            comments += 1;
        }
    }
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
    Ok(Done::Item(taken, moved, comments))
}
