//! The WebSub follower, on one node at a time: finds the feeds that changed and has the hub told by a due job.

use masthead_features::app::App;
use masthead_features::feeds::hub;
use masthead_store::{StoreError, leases};
use std::sync::Arc;
use std::time::Duration;

/// Seconds of the lease; a node that dies is replaced after at most this and a poll.
const LEASE_SECONDS: i64 = 15;
/// The poll on which correctness rests, and the time in which changes are put together: a hub is not told twice of a
/// feed that changed twice in a second.
const REST: Duration = Duration::from_secs(1);

/// Follows the log until it is aborted. Without a hub in the settings there is nothing to do.
pub async fn run(app: Arc<App>) {
    if app.hub.is_none() {
        return;
    }
    loop {
        match step(&app).await {
            // There may be more than one batch.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, "the log can't be followed for the hub");
                metrics::counter!("masthead_follower_failures_total", "follower" => hub::FOLLOWER).increment(1);
            }
        }
        tokio::time::sleep(REST).await;
    }
}

/// Whether there was something to follow.
async fn step(app: &App) -> Result<bool, StoreError> {
    match leases::take(&app.db, hub::FOLLOWER, &app.node, LEASE_SECONDS).await? {
        Some(lease) => hub::follow(app, &lease).await,
        None => Ok(false),
    }
}
