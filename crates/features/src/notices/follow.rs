//! The follower `notify`, on one node at a time: what in the log is told to those who follow something.
//!
//! It schedules one due job for a fact, in the transaction that moves its place; the job finds who is told
//! (`notices::spread`). What is imported, and what lay in the log before this follower first ran, is nobody's news.

use super::spread::{Fact, JOB};
use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::StoryId;
use masthead_domain::notices::DAY;
use masthead_store::leases::{self, Lease};
use masthead_store::log::{self, LogEvent};
use masthead_store::notices::deliveries;
use masthead_store::{StoreError, Tx, followers, jobs};
use serde_json::Value;

/// Name of the follower in the store, and of its lease.
pub const FOLLOWER: &str = "notify";

/// Events read at once.
const EVENTS: u32 = 500;
/// After this many seconds a delivery that was marked and not finished belongs to a node that broke off: no mail server
/// is waited for that long.
pub const BROKEN_OFF: i64 = 600;

/// Brings the follower further, if this node holds `lease`; whether there was anything to follow. One that never ran
/// begins at the head of the log.
///
/// # Errors
/// When the store can't answer; the same events are read again.
pub async fn follow(app: &App, lease: &Lease) -> Result<bool, StoreError> {
    if followers::cursor(&mut app.db.reader().await?, FOLLOWER, followers::ANY_NODE)
        .await?
        .is_none()
    {
        // What has no position yet would get one behind the head, and be taken for news.
        log::stamp(&app.db).await?;
    }
    let mut conn = app.db.reader().await?;
    let broken_off = deliveries::under_way(&mut conn, app.now().plus_seconds(-BROKEN_OFF)).await?;
    metrics::gauge!("masthead_notices_broken_off").set(u32::try_from(broken_off).map_or(f64::MAX, f64::from));
    let Some((reached, events)) = followers::next(&mut conn, FOLLOWER, EVENTS).await? else {
        return Ok(false);
    };
    drop(conn);
    let too_old = app.now().plus_seconds(-DAY);
    let mut facts: Vec<(String, Value)> = Vec::new();
    let mut gone: Vec<StoryId> = Vec::new();
    for event in &events {
        let Some(known) = Event::from_stored(&event.kind, &event.data) else {
            continue;
        };
        if let Event::StoryKilled(fact) | Event::StoryWithdrawn(fact) = &known {
            gone.push(fact.story);
        }
        // Nobody is told today of what happened while no node ran for days.
        let fact = fact_of(known, event).filter(|_| event.created_at > too_old);
        if let Some(fact) = fact {
            let payload = serde_json::to_value(&fact).map_err(|error| StoreError::Bug(error.to_string()))?;
            facts.push((event.position.to_string(), payload));
        }
    }
    let (lease, now) = (lease.clone(), app.now());
    app.db
        .write("notices.follow", move |tx: &mut Tx| {
            let (lease, facts, gone) = (lease.clone(), facts.clone(), gone.clone());
            Box::pin(async move {
                // Another node took over.
                if !leases::guard(tx, &lease, now).await? {
                    return Ok(());
                }
                for (key, payload) in &facts {
                    jobs::schedule(tx, JOB, key, now, payload).await?;
                }
                for story in &gone {
                    deliveries::take_back(tx, *story).await?;
                }
                followers::advance(tx, FOLLOWER, followers::ANY_NODE, reached, now).await
            })
        })
        .await?;
    Ok(!events.is_empty())
}

/// What is to be told of an event, if anything is.
fn fact_of(event: Event, at: &LogEvent) -> Option<Fact> {
    match event {
        Event::StoryPublished(fact) if !fact.import => Some(Fact::Story {
            story: fact.story,
            lists: fact.lists,
        }),
        Event::BannerChanged { site } => Some(Fact::Banner { site }),
        Event::AlertsChanged { alerts, .. } => Some(Fact::Alerts {
            alerts,
            since: at.created_at,
        }),
        _ => None,
    }
}
