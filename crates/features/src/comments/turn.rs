//! What time does by itself: comments close some days after publication, schedules begin and end, keys are forgotten,
//! and the log of decisions is chained. One due job a minute for the whole network.
//!
//! Whether somebody may write is worked out at that moment from the clock; this only tells pages that what they say of
//! it is no longer so.

use super::CommentError;
use crate::app::App;
use masthead_domain::comments::policy::{CLOSE_AFTER_DAYS, Scope};
use masthead_domain::events::Event;
use masthead_domain::ids::EventId;
use masthead_domain::time::Timestamp;
use masthead_store::comments as rows;
use masthead_store::policies::{self, StepRecord};
use masthead_store::{StoreError, audit, jobs, log, public};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// The job; its key is always `all`.
pub const JOB: &str = "comments.turn";
/// Seconds between two looks.
const EVERY: i64 = 60;
/// Seconds that idempotency keys are kept.
const KEYS_KEPT: i64 = 2 * 86_400;
/// Time that one look goes back at most, after the network stood still.
const FURTHEST: i64 = 7 * 86_400;
/// Stories of one look.
const MOST_STORIES: usize = 5_000;

/// Schedules the job, once for all nodes. It looks back a little further than it has to, for what another node was about
/// to see.
///
/// # Errors
/// When the store can't answer.
pub async fn schedule(app: &App) -> Result<(), StoreError> {
    let now = app.now();
    plan(app, now.plus_seconds(-2 * EVERY), now.plus_seconds(EVERY)).await
}

async fn plan(app: &App, since: Timestamp, due: Timestamp) -> Result<(), StoreError> {
    app.db
        .write("comments.schedule", move |tx| {
            Box::pin(async move {
                jobs::schedule(tx, JOB, "all", due, &json!({ "since": since }))
                    .await
                    .map(|_| ())
            })
        })
        .await
}

/// Does what is due since the last look.
///
/// # Errors
/// When the store can't answer.
pub async fn run(app: &App, payload: &Value) -> Result<(), CommentError> {
    let now = app.now();
    let since = payload.get("since").and_then(Value::as_str);
    let since = since.and_then(|text| Timestamp::parse_rfc3339(text).ok());
    let since = since.unwrap_or(now).max(now.plus_seconds(-FURTHEST));
    let mut conn = app.db.reader().await?;
    let steps = policies::all(&mut conn).await?;
    let mut stories = Vec::new();
    for days in closing_days(&steps) {
        let shift = -i64::from(days) * 86_400;
        let (from, to) = (since.plus_seconds(shift), now.plus_seconds(shift));
        stories.extend(public::published_between(&mut conn, now, from, to, MOST_STORIES).await?);
    }
    drop(conn);
    stories.sort();
    stories.dedup();
    let mut events: Vec<Event> = turned(app, &steps, since, now)
        .into_iter()
        .map(|scope| Event::PolicyChanged { scope })
        .collect();
    events.extend(
        stories
            .chunks(500)
            .map(|some| Event::CommentsTurned { stories: some.to_vec() }),
    );
    let ids = Arc::clone(&app.ids);
    app.db
        .write("comments.turn", move |tx| {
            let (ids, events) = (Arc::clone(&ids), events.clone());
            Box::pin(async move {
                rows::sweep_keys(tx, now.plus_seconds(-KEYS_KEPT)).await?;
                for event in &events {
                    log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    chain(app).await?;
    plan(app, now, now.plus_seconds(EVERY)).await?;
    Ok(())
}

/// Chains every entry of the log of decisions whose event has its place.
///
/// # Errors
/// When the store can't answer.
pub async fn chain(app: &App) -> Result<(), StoreError> {
    while audit::waits(&mut app.db.reader().await?).await? {
        let chained: u64 = app.db.write("comments.chain", |tx| Box::pin(audit::chain(tx))).await?;
        if chained == 0 {
            // What is left has no place in the log yet.
            break;
        }
    }
    Ok(())
}

fn closing_days(steps: &[StepRecord]) -> BTreeSet<u16> {
    let own = steps.iter().filter_map(|record| record.step.settings.close_after_days);
    own.filter(|days| *days > 0).chain([CLOSE_AFTER_DAYS]).collect()
}

/// The steps of which a part of the day began or ended between two moments, in any zone of the network.
fn turned(app: &App, steps: &[StepRecord], since: Timestamp, now: Timestamp) -> Vec<Scope> {
    let sites = app.sites();
    let minute = |at: Timestamp, zone: &jiff::tz::TimeZone| {
        let wall = zone.to_datetime(at.to_jiff());
        i64::from(wall.hour()) * 60 + i64::from(wall.minute())
    };
    let long = now.micros_since(since) >= 86_400_000_000;
    steps
        .iter()
        .filter(|record| {
            let windows = record.step.settings.schedule.iter().flatten();
            let mut ends = windows.flat_map(|window| [i64::from(window.from), i64::from(window.to)]);
            ends.any(|end| {
                sites.all().iter().any(|site| {
                    let (before, after) = (minute(since, &site.zone), minute(now, &site.zone));
                    let passed = (after - before).rem_euclid(1_440);
                    let until = (end - before).rem_euclid(1_440);
                    long || (until > 0 && until <= passed)
                })
            })
        })
        .map(|record| record.step.scope)
        .collect()
}
