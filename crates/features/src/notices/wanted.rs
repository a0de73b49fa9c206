//! Whether what waits for a reader is asked for still: they may have stopped following it since it was put on its way, or
//! stopped being told of it by this means.
//!
//! It is asked when something is due, and not when somebody stops: a job that puts deliveries on their way at that very
//! moment has read who follows before, and would bring back what was taken away.

use masthead_domain::ids::{ProfileId, StoryId};
use masthead_domain::notices::{Follow, Followed, Means};
use masthead_store::notices::deliveries::{self, About, Delivery};
use masthead_store::notices::follows;
use masthead_store::{Conn, StoreError, Tx, stories};
use uuid::Uuid;

/// Those of a reader's deliveries that something which they follow asks for. The others are dropped.
///
/// # Errors
/// When the store can't answer.
pub(super) async fn wanted(
    tx: &mut Tx,
    profile: ProfileId,
    means: Means,
    all: Vec<Delivery>,
) -> Result<Vec<Delivery>, StoreError> {
    let mut follows = follows::of(tx, profile).await?;
    follows.retain(|follow| follow.pace(means).is_some());
    let (mut wanted, mut dropped) = (Vec::with_capacity(all.len()), Vec::<Uuid>::new());
    for delivery in all {
        if is_wanted(tx, &follows, &delivery).await? {
            wanted.push(delivery);
        } else {
            dropped.push(delivery.id);
        }
    }
    if !dropped.is_empty() {
        deliveries::drop_these(tx, &dropped).await?;
    }
    Ok(wanted)
}

async fn is_wanted(conn: &mut Conn, follows: &[Follow], delivery: &Delivery) -> Result<bool, StoreError> {
    Ok(match delivery.about {
        Some(About::Story(story)) => of_story(conn, follows, story, false).await?,
        // Whoever follows a topic of it is told of the story, breaking or not.
        Some(About::Breaking(story)) => of_story(conn, follows, story, true).await?,
        Some(About::Alert(_)) => follows.iter().any(|follow| follow.what == Followed::Alerts),
        // A newer version knows what it is about, and whether it is wanted.
        None => true,
    })
}

async fn of_story(conn: &mut Conn, follows: &[Follow], story: StoryId, breaking: bool) -> Result<bool, StoreError> {
    if follows.is_empty() {
        return Ok(false);
    }
    let places = stories::placements(conn, story).await?;
    let topics = stories::topics(conn, story).await?;
    let authors = stories::authors(conn, story).await?;
    Ok(follows.iter().any(|follow| {
        let stands = places.iter().any(|place| place.placement.site == follow.site);
        stands
            && match follow.what {
                Followed::Breaking => breaking,
                Followed::Topic(topic) => topics.contains(&topic),
                Followed::Author(author) => authors.contains(&author),
                Followed::Alerts => false,
            }
    }))
}
