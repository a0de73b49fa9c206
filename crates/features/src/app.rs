//! What every use case is handed: the store, the outside world, and the network's own tables. There is no global.

use crate::accounts::{Accounts, Remembered};
use crate::listings::{Source, Sources};
use crate::partners::Counts;
use crate::places::Places;
use crate::push::Push;
use crate::rankings::Reads;
use crate::sites::Sites;
use crate::weather::Weather;
use masthead_domain::ids::IdSource;
use masthead_domain::routing::Rule;
use masthead_domain::time::{Clock, Timestamp};
use masthead_services::blobs::Blobs;
use masthead_services::fetch::Fetcher;
use masthead_services::pictures::PictureWorker;
use masthead_store::{Db, StoreError};
use masthead_web::fast::{Asking, KnownReaders, ReaderParts};
use std::sync::{Arc, RwLock};

/// The running network.
pub struct App {
    /// The store.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
    /// Originals and renditions.
    pub blobs: Blobs,
    /// Pixels, on threads of their own.
    pub worker: PictureWorker,
    /// The guarded way out.
    pub fetcher: Fetcher,
    /// Routing rules of the settings.
    pub rules: Arc<Vec<Rule>>,
    /// Sign-in: the hasher, the limits, the way out for mail.
    pub accounts: Accounts,
    /// Sessions that were read since the last commit.
    pub(crate) sessions: Remembered,
    /// What posting comments keeps ready.
    pub(crate) comments: crate::comments::Kept,
    /// What this node counted as read and has not saved.
    pub reads: Reads,
    /// What this node counted of partner slots and has not saved.
    pub partners: Counts,
    /// This node's name in cursors, leases and receipts.
    pub node: String,
    /// The places that there are.
    pub places: Arc<Places>,
    /// Who is asked for forecasts.
    pub weather: Weather,
    /// The WebSub hub that feeds name and that is told of changes; none where the publisher has none.
    pub hub: Option<String>,
    /// Sources of listings of the settings.
    pub listings: Sources,
    /// The way to readers' browsers.
    pub push: Push,
    /// Sites and sections as last read. A std lock: nothing awaits while it is held, and a holder only clones an `Arc`.
    sites: RwLock<Arc<Sites>>,
}

/// What an [`App`] is made of.
pub struct AppParts {
    /// The store.
    pub db: Db,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Where new ids come from.
    pub ids: Arc<dyn IdSource>,
    /// Originals and renditions.
    pub blobs: Blobs,
    /// Pixels.
    pub worker: PictureWorker,
    /// The guarded way out.
    pub fetcher: Fetcher,
    /// Routing rules.
    pub rules: Vec<Rule>,
    /// Sign-in.
    pub accounts: Accounts,
    /// This node's name.
    pub node: String,
}

impl KnownReaders for App {
    fn parts(&self, asking: &Asking<'_>, now: Timestamp) -> Option<Arc<ReaderParts>> {
        self.sessions.parts(asking, now)
    }
}

impl App {
    /// Puts the parts together and reads the network's sites.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn new(parts: AppParts) -> Result<Self, StoreError> {
        let sites = Sites::load(&mut parts.db.reader().await?).await?;
        Ok(Self::with_sites(parts, sites))
    }

    /// Puts the parts together with a table of sites that was read earlier: for a start while the store is away.
    pub fn with_sites(parts: AppParts, sites: Sites) -> Self {
        Self {
            reads: Reads::new(parts.ids.as_ref()),
            partners: Counts::new(parts.ids.as_ref()),
            sessions: Remembered::new(&parts.db),
            db: parts.db,
            clock: parts.clock,
            ids: parts.ids,
            blobs: parts.blobs,
            worker: parts.worker,
            fetcher: parts.fetcher,
            rules: Arc::new(parts.rules),
            accounts: parts.accounts,
            comments: crate::comments::Kept::default(),
            node: parts.node,
            places: Arc::default(),
            weather: Weather::default(),
            hub: None,
            listings: Sources::default(),
            push: Push::default(),
            sites: RwLock::new(Arc::new(sites)),
        }
    }

    /// How many commits this node knows of; what it remembers of readers counts for that number alone.
    pub fn commits(&self) -> u64 {
        self.sessions.commits()
    }

    /// With the publisher's own regions.
    #[must_use]
    pub fn with_places(mut self, places: Places) -> Self {
        self.places = Arc::new(places);
        self
    }

    /// With a weather service.
    #[must_use]
    pub fn with_weather(mut self, weather: Weather) -> Self {
        self.weather = weather;
        self
    }

    /// With a WebSub hub; empty is none.
    #[must_use]
    pub fn with_hub(mut self, hub: &str) -> Self {
        self.hub = Some(hub.trim().to_owned()).filter(|hub| !hub.is_empty());
        self
    }

    /// With sources of listings.
    #[must_use]
    pub fn with_listings(mut self, sources: Vec<Source>) -> Self {
        self.listings = Arc::new(sources);
        self
    }

    /// With a way to readers' browsers.
    #[must_use]
    pub fn with_push(mut self, push: Push) -> Self {
        self.push = push;
        self
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sites and sections as last read.
    pub fn sites(&self) -> Arc<Sites> {
        match self.sites.read() {
            Ok(sites) => Arc::clone(&sites),
            // A poisoned lock holds a whole `Arc` all the same: swapping it can't be half done.
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Reads sites and sections again, after a `site.changed` event.
    ///
    /// # Errors
    /// When the store can't answer; the old table stays.
    pub async fn reload_sites(&self) -> Result<(), StoreError> {
        let fresh = Arc::new(Sites::load(&mut self.db.reader().await?).await?);
        match self.sites.write() {
            Ok(mut sites) => *sites = fresh,
            Err(poisoned) => *poisoned.into_inner() = fresh,
        }
        Ok(())
    }
}
