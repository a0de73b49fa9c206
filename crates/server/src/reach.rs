//! Reaching the database: what has to be done with it before anything follows the log, once at a start, or again and
//! again while it is away.

use crate::followers::PressFollower;
use crate::settings::Settings;
use crate::{jobs, live, network};
use anyhow::Context as _;
use masthead_features::app::App;
use masthead_features::ingest::{self, Source};
use masthead_features::{
    accounts, accounts::AccountError, comments, contributions, imports, listings, pictures, rankings,
};
use masthead_store::StoreError;
use masthead_store::migrate::{self, MigrateError};
use masthead_web::live::Live;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// The first pause between two tries; the next ones are longer.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// The longest one: readers wait no longer than this for what they have not seen, once the database is back.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Where followers begin.
#[derive(Clone, Copy, Debug)]
pub struct Places {
    /// The press follower.
    pub press: i64,
    /// The live follower.
    pub live: i64,
}

/// Everything that a start does with the database. Every step may be done twice.
pub struct Reach {
    /// The network.
    pub app: Arc<App>,
    /// Who follows the log for the pages.
    pub follower: PressFollower,
    /// What is new.
    pub live: Arc<Live>,
    /// Wire sources of the settings.
    pub sources: Arc<Vec<Source>>,
    /// The database was away when it was opened: its schema has not been looked at yet.
    pub unseen: Option<Settings>,
}

impl Reach {
    /// Does it all.
    ///
    /// # Errors
    /// In words; [`is_away`] tells whether the same may go well later.
    pub async fn once(&self) -> anyhow::Result<Places> {
        if let Some(settings) = &self.unseen {
            network::prepare(settings, Arc::clone(&self.app.clock)).await?;
            migrate::check(&self.app.db).await?;
            self.app.reload_sites().await?;
            (self.follower.sites_changed)();
        }
        let press = self.follower.begin().await.context("the log can't be followed")?;
        jobs::leave_claims(&self.app).await?;
        ingest::schedule_all(&self.app, &self.sources).await?;
        listings::schedule_all(&self.app).await?;
        accounts::jobs::schedule(&self.app).await?;
        pictures::schedule_cuts(&self.app).await?;
        contributions::schedule_remembering(&self.app, 90).await?;
        comments::turn::schedule(&self.app).await?;
        rankings::schedule(&self.app).await?;
        imports::kept::schedule(&self.app).await?;
        // Made before the first reader waits for it.
        accounts::network_key(&self.app).await?;
        let live = live::begin(&self.app, &self.live)
            .await
            .context("the fronts' news can't be read")?;
        Ok(Places { press, live })
    }

    /// Tries until it goes well, and tells those who wait. What was read before the database went away may have
    /// changed meanwhile: sites are read again, and every page is stale.
    pub async fn until_reached(self, places: watch::Sender<Option<Places>>) {
        let mut pause = FIRST_PAUSE;
        loop {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            let tried = match self.once().await {
                Ok(found) => self.app.reload_sites().await.map(|()| found).map_err(Into::into),
                Err(error) => Err(error),
            };
            match tried {
                Ok(found) => {
                    (self.follower.sites_changed)();
                    tracing::info!("the database is reached: the log is followed from here on");
                    places.send_replace(Some(found));
                    return;
                }
                Err(error) => {
                    self.follower.press.not_followed();
                    let error = format!("{error:#}");
                    tracing::warn!(error, pause = pause.as_secs_f32(), "the database is away");
                }
            }
        }
    }
}

/// Runs what needs the database's places when they are known.
pub async fn then<F: Future<Output = ()>>(mut places: watch::Receiver<Option<Places>>, run: impl FnOnce(Places) -> F) {
    let found = match places.wait_for(Option::is_some).await {
        Ok(found) => *found,
        // The node stops.
        Err(_) => return,
    };
    if let Some(found) = found {
        run(found).await;
    }
}

/// Whether this failed because the database is away, and may go well later without anybody changing anything.
pub fn is_away(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        if let Some(error) = cause.downcast_ref::<StoreError>() {
            error.is_transient()
        } else if let Some(MigrateError::Store(error)) = cause.downcast_ref::<MigrateError>() {
            error.is_transient()
        } else if let Some(AccountError::Store(error)) = cause.downcast_ref::<AccountError>() {
            error.is_transient()
        } else {
            false
        }
    })
}
