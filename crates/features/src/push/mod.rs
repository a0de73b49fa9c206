//! Web push: breaking news on a reader's device, with an account or without.
//!
//! A browser that asks to be told gives the address of its push service and two keys ([`subscriptions`]); nothing else is
//! kept of a reader without an account. A follower of the log plans a campaign when a breaking-news banner stands over a
//! story that readers may see ([`plan`]); a due job hands it to each of the site's browsers once ([`campaign`]). What
//! somebody follows is told to the devices of their account ([`follows`]).
//!
//! The story is asked for in the released read path before every batch: a kill, an unpublication, and taking the banner
//! away end a campaign where it is.

pub mod campaign;
pub mod follows;
pub mod pages;
pub mod plan;
pub mod subscriptions;

pub use campaign::{JOB, run};
pub use plan::{FOLLOWER, follow};

use crate::app::App;
use masthead_services::push::{PushError, Sender, Vapid};
use masthead_store::{StoreError, profiles};
use serde::Deserialize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{OnceCell, Semaphore};

/// Name of the network's keys among its secrets.
const SECRET: &str = "push";
/// Runs of campaigns at the same time on a node: more than there are due jobs at once.
const RUNS: u32 = 64;
/// How long a node that stops waits for the messages that are on their way: longer than a push service may take.
const DRAIN: Duration = Duration::from_secs(12);

/// `[push]` of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PushSettings {
    /// `host:port` pairs of push services of the operator's own, which may speak plain http on private addresses.
    pub services: Vec<String>,
}

/// What telling browsers needs.
pub struct Push {
    /// None in programs that reach nobody.
    sender: Option<Sender>,
    contact: String,
    vapid: OnceCell<Arc<Vapid>>,
    /// One for each run of a campaign.
    runs: Semaphore,
    is_stopping: AtomicBool,
}

impl Default for Push {
    fn default() -> Self {
        Self {
            sender: None,
            contact: String::new(),
            vapid: OnceCell::new(),
            runs: Semaphore::new(RUNS as usize),
            is_stopping: AtomicBool::new(false),
        }
    }
}

impl Push {
    /// From the settings. `contact` is an address at which push services reach the operator; empty for none.
    ///
    /// # Errors
    /// When `services` holds something that is no `host:port`.
    pub fn new(settings: &PushSettings, user_agent: &str, contact: &str) -> Result<Self, PushError> {
        Ok(Self {
            sender: Some(Sender::new(user_agent, &settings.services)?),
            contact: contact.to_owned(),
            ..Self::default()
        })
    }

    /// Ends runs of campaigns behind the messages that are on their way, and waits for those: a node that stops leaves
    /// none of which nobody knows whether it arrived.
    pub async fn drain(&self) {
        self.is_stopping.store(true, Ordering::Release);
        if tokio::time::timeout(DRAIN, self.runs.acquire_many(RUNS)).await.is_err() {
            tracing::warn!("push messages are still on their way: they are not sent again");
        }
        // No run begins any more.
        self.runs.close();
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Acquire)
    }
}

/// Why browsers can't be told.
#[derive(Debug, thiserror::Error)]
pub enum PushFailure {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Keys, or the way out.
    #[error(transparent)]
    Push(#[from] PushError),
    /// Words, or a task that broke off.
    #[error("{0}")]
    Failed(String),
}

/// The network's keys towards push services: made at the first use, the same on every node. They are never changed:
/// browsers take messages of those keys alone with which they asked.
///
/// # Errors
/// When the store can't answer.
pub async fn vapid(app: &App) -> Result<Arc<Vapid>, PushFailure> {
    let made = app.push.vapid.get_or_try_init(|| async {
        let fresh = Vapid::generate()?;
        let kept = app
            .db
            .write("push.key", move |tx| {
                let fresh = fresh.clone();
                Box::pin(async move { profiles::secret(tx, SECRET, &fresh).await })
            })
            .await
            .map_err(|error: StoreError| PushFailure::Store(error))?;
        let sites = app.sites();
        let contact = match app.push.contact.as_str() {
            "" => sites.first().map_or("", |site| site.origin.as_str()),
            contact => contact,
        };
        Ok::<_, PushFailure>(Arc::new(Vapid::new(&kept, contact)?))
    });
    made.await.map(Arc::clone)
}
