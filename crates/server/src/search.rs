//! The search follower: opens this node's index, fills it and keeps it in step with the event log.
//!
//! Nothing here can stop the node. Without an index the search page says so, and everything else goes on.

use masthead_features::app::App;
use masthead_features::pages::Pages;
use masthead_features::search::{self, FollowError};
use masthead_services::search::{LogMark, SearchIndex};
use masthead_store::log;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Name of the follower in metrics.
const SEARCH: &str = "search";
/// The poll on which correctness rests.
const POLL: Duration = Duration::from_millis(500);
/// Between two commits, so that a burst of publications costs few writes to disk.
const REST: Duration = Duration::from_millis(150);
/// The longest wait after a failure.
const LONGEST: Duration = Duration::from_secs(30);

/// Where a node's index lies.
pub fn folder(data: &Path) -> PathBuf {
    data.join("search")
}

/// Follows the log until it is aborted. The index lies in `folder`.
pub async fn run(app: Arc<App>, pages: Arc<Pages>, folder: PathBuf) {
    let mut wait = POLL;
    let index = loop {
        let folder = folder.clone();
        match tokio::task::spawn_blocking(move || SearchIndex::open(&folder)).await {
            Ok(Ok(index)) => break Arc::new(index),
            Ok(Err(error)) => failed(&error, "the search index can't be opened; search is off"),
            Err(error) => failed(&error, "opening the search index broke off; search is off"),
        }
        // A node that was just stopped may still hold the index.
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST);
    };
    pages.set_search(Arc::clone(&index));
    let mut changed = app.db.changed();
    let mut wait = POLL;
    let mut place: Option<LogMark> = None;
    loop {
        match step(&app, &index, place).await {
            Ok(next) => {
                wait = POLL;
                let moved = place != Some(next);
                place = Some(next);
                if moved {
                    tokio::time::sleep(REST).await;
                    continue;
                }
            }
            Err(error) => {
                failed(&error, "the search index can't follow the log");
                tokio::time::sleep(wait).await;
                wait = (wait * 2).min(LONGEST);
                continue;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(POLL) => {}
            woken = changed.changed() => if woken.is_err() { return },
        }
    }
}

async fn step(app: &App, index: &SearchIndex, place: Option<LogMark>) -> Result<LogMark, FollowError> {
    let next = match place {
        Some(mark) => search::follow(app, index, mark).await?,
        None => search::begin(app, index).await?,
    };
    let head = log::head(&mut app.db.reader().await?).await?;
    let lag = u32::try_from(head.saturating_sub(next.position)).map_or(f64::MAX, f64::from);
    metrics::gauge!("masthead_follower_lag_events", "follower" => SEARCH).set(lag);
    let stories = u32::try_from(index.len()).map_or(f64::MAX, f64::from);
    metrics::gauge!("masthead_search_stories").set(stories);
    Ok(next)
}

fn failed(error: &dyn std::error::Error, what: &str) {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    tracing::error!(%error, cause, "{what}");
    metrics::counter!("masthead_follower_failures_total", "follower" => SEARCH).increment(1);
}
