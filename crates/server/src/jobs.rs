//! The runner of due jobs: claims what is due, does it, and tries again later what failed. Jobs are rows in the store,
//! so that a restart loses none and several nodes share them.

use crate::admin::LARGEST_CLOCK_DIFFERENCE;
use anyhow::anyhow;
use futures::future::join_all;
use masthead_features::app::App;
use masthead_features::feeds::hub;
use masthead_features::ingest::{self, Source};
use masthead_features::pictures::{self, Base};
use masthead_features::{
    accounts, alerts, comments, contributions, imports, listings, mistakes, notices, partners, push, rankings, stories,
    weather, wire,
};
use masthead_store::StoreError;
use masthead_store::jobs::{self, Job, Lane};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::{JoinError, JoinSet};

/// How long a claim holds; a node that dies lets its jobs go after this.
const LEASE_SECONDS: i64 = 120;
/// The longest sleep between two looks: correctness rests on this poll, wake-ups only make it quick.
const LONGEST_SLEEP: Duration = Duration::from_secs(1);
const SHORTEST_SLEEP: Duration = Duration::from_millis(20);
/// A job that failed this often waits for a person: its error stands in `masthead check`.
const MOST_ATTEMPTS: i64 = 12;

/// How many of a lane's jobs a node does at once: those of the processor are few, and share it with readers.
const fn at_once(lane: Lane) -> usize {
    match lane {
        Lane::Prompt | Lane::Fetch => 8,
        Lane::Mail => 4,
        Lane::Work => 2,
        Lane::Idle => 1,
    }
}

/// Runs due jobs until it is dropped: each lane by itself, so that none waits for what another is busy with.
pub async fn run(app: Arc<App>, sources: Arc<Vec<Source>>) {
    let clock_is_fast = AtomicBool::new(false);
    join_all(Lane::ALL.map(|lane| run_lane(&app, &sources, lane, &clock_is_fast))).await;
}

async fn run_lane(app: &Arc<App>, sources: &Arc<Vec<Source>>, lane: Lane, clock_is_fast: &AtomicBool) {
    let mut changed = app.db.changed();
    let mut running = JoinSet::new();
    loop {
        let room = at_once(lane).saturating_sub(running.len());
        let pause = match look(app, lane, room, clock_is_fast).await {
            Ok((claimed, pause)) => {
                start(&mut running, app, sources, claimed);
                pause
            }
            Err(error) => {
                tracing::warn!(%error, "due jobs can't be looked at");
                LONGEST_SLEEP
            }
        };
        tokio::select! {
            Some(done) = running.join_next() => said(done),
            () = tokio::time::sleep(pause) => {}
            // The other lanes may be a second late, and spare the store five looks after every write.
            woken = changed.changed(), if lane == Lane::Prompt && room > 0 => if woken.is_err() { return },
        }
    }
}

/// Claims what is due, as far as there is room, and says how long to wait for more. Nothing is claimed while this node's
/// clock runs fast: it would release stories before their moment. A clock that runs slow releases late, which leaks
/// nothing; both make the node not ready (`admin`).
async fn look(
    app: &App,
    lane: Lane,
    room: usize,
    clock_is_fast: &AtomicBool,
) -> Result<(Vec<Job>, Duration), StoreError> {
    if room == 0 {
        return Ok((Vec::new(), LONGEST_SLEEP));
    }
    // Claiming is a write, which other processes and the group commit wait for: first a look whether there is a reason.
    let next = jobs::next_due(&mut app.db.reader().await?, lane).await?;
    let micros = next.map_or(i64::MAX, |due| due.micros_since(app.now()).max(0));
    // A job that is due but could not be claimed (another node has it) must not spin.
    let pause = Duration::from_micros(u64::try_from(micros).unwrap_or(0)).clamp(SHORTEST_SLEEP, LONGEST_SLEEP);
    if micros > 0 || !is_in_time(app, clock_is_fast).await? {
        return Ok((Vec::new(), pause));
    }
    let claimed = claim(app, lane, room).await?;
    Ok(if claimed.is_empty() {
        (claimed, pause)
    } else {
        (claimed, Duration::ZERO)
    })
}

async fn is_in_time(app: &App, clock_is_fast: &AtomicBool) -> Result<bool, StoreError> {
    let ahead = -app.db.clock_difference().await?;
    let fast = ahead > LARGEST_CLOCK_DIFFERENCE;
    match (clock_is_fast.swap(fast, Ordering::Relaxed), fast) {
        (false, true) => tracing::error!(
            milliseconds = ahead / 1_000,
            "the clock runs fast: due jobs are left to other nodes"
        ),
        (true, false) => tracing::info!("the clock is right again: due jobs are done"),
        _ => {}
    }
    Ok(!fast)
}

async fn claim(app: &App, lane: Lane, room: usize) -> Result<Vec<Job>, StoreError> {
    let (now, node) = (app.now(), app.node.clone());
    let room = u32::try_from(room).unwrap_or(u32::MAX);
    app.db
        .write("jobs.claim", move |tx| {
            let node = node.clone();
            Box::pin(async move { jobs::claim_due(tx, lane, now, &node, room, LEASE_SECONDS).await })
        })
        .await
}

fn start(running: &mut JoinSet<Result<(), StoreError>>, app: &Arc<App>, sources: &Arc<Vec<Source>>, claimed: Vec<Job>) {
    for job in claimed {
        let (app, sources) = (Arc::clone(app), Arc::clone(sources));
        running.spawn(async move {
            let result = perform(&app, &sources, &job).await;
            settle(&app, &job, result).await
        });
    }
}

/// What could not even be settled is tried again when its claim runs out.
fn said(done: Result<Result<(), StoreError>, JoinError>) {
    match done {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "a job's end can't be written down"),
        Err(broken) if broken.is_cancelled() => {}
        Err(panicked) => tracing::error!(error = %panicked, "a job broke off"),
    }
}

/// Does what is due now in these lanes, once, and waits for it; returns how many jobs that were. For commands that end.
///
/// # Errors
/// When the store can't answer. A job's own failure is kept with the job.
pub async fn run_due(app: &Arc<App>, sources: &Arc<Vec<Source>>, lanes: &[Lane]) -> Result<usize, StoreError> {
    let (mut count, mut running) = (0, JoinSet::new());
    for lane in lanes.iter().copied() {
        let next = jobs::next_due(&mut app.db.reader().await?, lane).await?;
        if next.is_some_and(|due| due <= app.now()) {
            let claimed = claim(app, lane, at_once(lane)).await?;
            count += claimed.len();
            start(&mut running, app, sources, claimed);
        }
    }
    while let Some(done) = running.join_next().await {
        match done {
            Ok(settled) => settled?,
            Err(panicked) => tracing::error!(error = %panicked, "a job broke off"),
        }
    }
    Ok(count)
}

/// Gives back what this node had claimed when it broke off, so that a release it was about to do is not late by the
/// length of a claim.
///
/// # Errors
/// When the store can't answer; the claims expire by themselves then.
pub async fn leave_claims(app: &App) -> Result<(), StoreError> {
    let node = app.node.clone();
    let left = app
        .db
        .write("jobs.leave", move |tx| {
            let node = node.clone();
            Box::pin(async move { jobs::leave(tx, &node).await })
        })
        .await?;
    if left > 0 {
        tracing::info!(jobs = left, "jobs that broke off are done again");
    }
    Ok(())
}

async fn perform(app: &Arc<App>, sources: &[Source], job: &Job) -> anyhow::Result<()> {
    let base = || Base::from_payload(&job.payload);
    match job.kind.as_str() {
        stories::JOB_DUE => Ok(stories::run_due(app, job.key.parse()?).await?),
        wire::JOB_STORY_PICTURES => Ok(pictures::run_story_pictures(app, job.key.parse()?, &base()).await?),
        wire::JOB_WIRE_PICTURE => Ok(pictures::run_wire_picture(app, job.key.parse()?, &base()).await?),
        pictures::JOB_CUTS => Ok(pictures::run_cuts(app, &job.key).await?),
        pictures::JOB_PAGE => Ok(pictures::run_page_pictures(app, job.key.parse()?, &base()).await?),
        pictures::JOB_RENDER => Ok(pictures::run_render(app, job.key.parse()?).await?),
        pictures::JOB_AVIF => Ok(pictures::run_avif(app, job.key.parse()?).await?),
        weather::JOB => Ok(weather::fetch::run(app, &job.key).await?),
        hub::JOB => Ok(hub::run(app, &job.payload).await?),
        push::JOB => Ok(push::run(app, job.key.parse()?).await?),
        push::follows::JOB => Ok(push::follows::run(app).await?),
        ingest::JOB_POLL => match sources.iter().find(|source| source.name == job.key) {
            Some(source) => {
                let report = ingest::run(app, source).await?;
                for (record, reason) in &report.set_aside {
                    tracing::warn!(source = %source.name, %record, %reason, "a document was set aside");
                }
                Ok(())
            }
            // The source was taken out of the settings.
            None => Ok(()),
        },
        alerts::JOB => Ok(alerts::run_due(app).await?),
        listings::JOB_POLL => match app.listings.iter().find(|source| source.name == job.key) {
            Some(source) => {
                let intake = listings::run(app, source).await?;
                for problem in &intake.problems {
                    tracing::warn!(source = %source.name, %problem, "a listing was set aside");
                }
                Ok(())
            }
            // The source was taken out of the settings.
            None => Ok(()),
        },
        partners::JOB => Ok(partners::run(app, job.key.parse()?).await?),
        listings::JOB_TURN => Ok(listings::run_turns(app).await?),
        mistakes::JOB => Ok(mistakes::run(app, job.key.parse()?).await?),
        notices::JOB => Ok(notices::run(app, &job.payload).await?),
        notices::spread::JOB => Ok(notices::spread::run(app, &job.payload).await?),
        notices::send::JOB => Ok(notices::send::run(app).await?),
        comments::turn::JOB => Ok(comments::turn::run(app, &job.payload).await?),
        rankings::JOB => Ok(rankings::run(app).await?),
        contributions::JOB => Ok(contributions::run_due(app, job.key.parse()?).await?),
        contributions::call_outs::JOB => Ok(contributions::call_outs::run(app, job.key.parse()?).await?),
        contributions::JOB_REMEMBER => Ok(contributions::run_remember(app).await?),
        contributions::uploads::JOB => Ok(contributions::uploads::discard(app, job.key.parse()?).await?),
        contributions::JOB_LEAVE => Ok(contributions::run_leave(app, job.key.parse()?, &job.payload).await?),
        imports::kept::JOB => Ok(imports::kept::run(app).await?),
        comments::JOB_LEAVE => Ok(comments::run_leave(app, job.key.parse()?, &job.payload).await?),
        other => match accounts::jobs::run(app, job).await {
            Some(done) => Ok(done?),
            None => Err(anyhow!("this version does not know jobs of the kind '{other}'")),
        },
    }
}

async fn settle(app: &App, job: &Job, result: anyhow::Result<()>) -> Result<(), StoreError> {
    let (id, attempts) = (job.id, job.attempts);
    match result {
        Ok(()) => {
            let finished = app
                .db
                .write("jobs.finish", move |tx| Box::pin(jobs::finish(tx, id)))
                .await?;
            // A job that was scheduled anew while it ran stays for its new time.
            if !finished {
                tracing::debug!(kind = %job.kind, key = %job.key, "scheduled anew while it ran");
            }
        }
        Err(error) => {
            let reason = format!("{error:#}");
            if attempts < 3 {
                tracing::info!(kind = %job.kind, key = %job.key, attempts, %reason, "a job failed and is tried again");
            } else {
                tracing::warn!(kind = %job.kind, key = %job.key, attempts, %reason, "a job keeps failing");
            }
            let pause = if attempts >= MOST_ATTEMPTS {
                24 * 3_600
            } else {
                1_i64 << attempts.clamp(1, 11)
            };
            let due = app.now().plus_seconds(pause);
            app.db
                .write("jobs.retry", move |tx| {
                    let reason = reason.clone();
                    Box::pin(async move { jobs::retry(tx, id, due, &reason).await })
                })
                .await?;
        }
    }
    Ok(())
}
