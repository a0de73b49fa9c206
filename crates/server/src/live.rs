//! The live follower, on every node: from the head of the log it says which stories lead a site and which changed.
//!
//! It keeps no place in the store. What was said before a start is of no use after it: a reader who comes back is told
//! where the front stands now.

use masthead_domain::events::{Event, StoryFact};
use masthead_domain::ids::{SiteId, StoryId};
use masthead_features::app::App;
use masthead_features::pages::{live_entries, live_newest};
use masthead_store::{StoreError, log};
use masthead_web::live::Live;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// Name of the follower in metrics.
const LIVE: &str = "live";
/// Events read at once.
const AT_ONCE: u32 = 500;
/// The poll on which correctness rests.
const POLL: Duration = Duration::from_millis(500);

/// Says where every site's front stands, and returns the place in the log from which to follow.
///
/// # Errors
/// When the store can't answer.
pub async fn begin(app: &App, live: &Live) -> Result<i64, StoreError> {
    let head = log::head(&mut app.db.reader().await?).await?;
    for site in app.sites().all() {
        tell_front(app, live, site.id, head).await?;
    }
    Ok(head)
}

/// Follows the log until it is aborted.
pub async fn run(app: Arc<App>, live: Arc<Live>, mut place: i64) {
    let mut changed = app.db.changed();
    loop {
        match step(&app, &live, place).await {
            Ok(next) => {
                let moved = place != next;
                place = next;
                if moved {
                    continue;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the log can't be followed for readers who wait");
                metrics::counter!("masthead_follower_failures_total", "follower" => LIVE).increment(1);
                tokio::time::sleep(POLL).await;
            }
        }
        metrics::gauge!("masthead_live_streams").set(u32::try_from(live.streams()).map_or(f64::MAX, f64::from));
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            woken = changed.changed() => if woken.is_err() { return },
        }
    }
}

/// Tells what happened after `place` and returns the place that it reached. Doing it again does no harm: a front that
/// stands where it stood is no news.
async fn step(app: &App, live: &Live, place: i64) -> Result<i64, StoreError> {
    let mut conn = app.db.reader().await?;
    let head = log::head(&mut conn).await?;
    let events = log::after(&mut conn, place, AT_ONCE).await?;
    drop(conn);
    let lag = u32::try_from(head.saturating_sub(place)).map_or(f64::MAX, f64::from);
    metrics::gauge!("masthead_follower_lag_events", "follower" => LIVE).set(lag);
    let mut fronts: HashSet<SiteId> = HashSet::new();
    let mut comments: HashMap<StoryId, (u32, i64)> = HashMap::new();
    let mut changed: Vec<(StoryFact, &'static str, i64)> = Vec::new();
    for event in &events {
        let (fact, change) = match Event::from_stored(&event.kind, &event.data) {
            Some(Event::StoryPublished(fact)) => (fact, Some("published")),
            Some(Event::StoryUpdated(fact)) => (fact, Some("updated")),
            Some(Event::StoryWithdrawn(fact) | Event::StoryKilled(fact)) => (fact, Some("withdrawn")),
            // Its time may have run out, which takes it off the front; its readers are told nothing of drafts.
            Some(Event::StoryChanged(fact)) => (fact, None),
            Some(Event::CommentChanged(fact)) => {
                if fact.shown && fact.change != "liked" && !fact.import {
                    let told = comments.entry(fact.story).or_insert((0, event.position));
                    told.0 += 1;
                    told.1 = event.position;
                }
                continue;
            }
            Some(Event::SiteChanged { site }) => {
                fronts.insert(site);
                continue;
            }
            _ => continue,
        };
        if let Some(change) = change {
            fronts.extend(&fact.sites);
            changed.push((fact, change, event.position));
        } else {
            fronts.extend(fact.sites);
        }
    }
    // In the order of the log, as a reader is told of nothing that lies behind what they have heard.
    let mut comments: Vec<(i64, StoryId, u32)> = comments
        .into_iter()
        .map(|(story, (count, position))| (position, story, count))
        .collect();
    comments.sort();
    let mut comments = comments.into_iter().peekable();
    for (fact, change, position) in changed {
        while let Some((at, story, count)) = comments.next_if(|(at, ..)| *at < position) {
            live.comments(story, count, at);
        }
        // Most stories are no live stories, which one look by the key tells. Old material that comes in by the thousand
        // is none, but may become one.
        let entries = if fact.import && change == "published" {
            None
        } else {
            live_entries(app, fact.story).await?
        };
        live.story(fact.story, change, entries.as_deref(), position);
    }
    for (at, story, count) in comments {
        live.comments(story, count, at);
    }
    let reached = events.last().map_or(place, |event| event.position);
    for site in fronts {
        tell_front(app, live, site, reached).await?;
    }
    Ok(reached)
}

/// The position is the follower's own, and not that of the snapshot, which may be ahead: a reader who holds it as
/// `Last-Event-ID` must still be told of what this follower has not reached.
async fn tell_front(app: &App, live: &Live, site: SiteId, position: i64) -> Result<(), StoreError> {
    let (newest, _) = live_newest(app, site).await?;
    live.front(site, newest, position);
    Ok(())
}
