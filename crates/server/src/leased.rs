//! Followers of the log that run on one node at a time: WebSub has the hub told of feeds that changed, push plans what
//! browsers are told of, notices find what is told to those who follow something. Each finds what there is to do and
//! leaves the doing to a due job.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use masthead_features::app::App;
use masthead_features::feeds::hub;
use masthead_features::notices::follow as with_notices;
use masthead_features::push as with_push;
use masthead_store::leases::{self, Lease};
use masthead_store::{StoreError, followers};
use std::sync::Arc;
use std::time::Duration;

/// Seconds of the lease; a node that dies is replaced after at most this and a poll.
const LEASE_SECONDS: i64 = 15;
/// The poll on which correctness rests, and the time in which changes are put together: a hub is not told twice of a
/// feed that changed twice in a second.
const REST: Duration = Duration::from_secs(1);

/// A batch of events dealt with under a lease; whether there were any.
type Step = for<'a> fn(&'a App, &'a Lease) -> BoxFuture<'a, Result<bool, StoreError>>;

/// Follows the log for the hub until it is aborted. Without a hub in the settings there is nothing to do.
pub async fn hubs(app: Arc<App>) {
    if app.hub.is_some() {
        follow(&app, hub::FOLLOWER, |app, lease| hub::follow(app, lease).boxed()).await;
    }
}

/// Follows the log for those who follow something until it is aborted.
pub async fn notices(app: Arc<App>) {
    follow(&app, with_notices::FOLLOWER, |app, lease| {
        with_notices::follow(app, lease).boxed()
    })
    .await;
}

/// Follows the log for browsers until it is aborted.
pub async fn push(app: Arc<App>) {
    follow(&app, with_push::FOLLOWER, |app, lease| {
        with_push::follow(app, lease).boxed()
    })
    .await;
}

async fn follow(app: &App, name: &'static str, step: Step) {
    loop {
        match look(app, name, step).await {
            // There may be more than one batch.
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => {
                tracing::warn!(%error, follower = name, "the log can't be followed");
                metrics::counter!("masthead_follower_failures_total", "follower" => name).increment(1);
            }
        }
        tokio::time::sleep(REST).await;
    }
}

/// Deals with what is new, if anything is and this node holds the lease. Taking it is a write, which everybody else on the
/// store would notice: first a look whether there is a reason.
async fn look(app: &App, name: &'static str, step: Step) -> Result<bool, StoreError> {
    if followers::next(&mut app.db.reader().await?, name, 1).await?.is_none() {
        return Ok(false);
    }
    match leases::take(&app.db, name, &app.node, LEASE_SECONDS).await? {
        Some(lease) => step(app, &lease).await,
        None => Ok(false),
    }
}
