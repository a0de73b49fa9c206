//! What tests of the whole program stand on: a network on either engine with a clock that can be stepped, a node that
//! answers on loopback, builders for stories and documents, and a small HTTP client that shows every header.

pub mod browser;
pub mod build;
pub mod cluster;
pub mod http;
pub mod push_service;

use masthead_domain::ids::SiteId;
use masthead_domain::sites::Site;
use masthead_domain::time::{Clock, Timestamp};
use masthead_features::accounts::Accounts;
use masthead_features::app::{App, AppParts};
use masthead_features::sites;
use masthead_server::serve::{self, Node};
use masthead_server::settings::Settings;
use masthead_services::blobs::Blobs;
use masthead_services::clock::{ManualClock, SystemIds};
use masthead_services::fetch::{FetchSettings, Fetcher};
use masthead_services::mail::Mailer;
use masthead_services::pictures::PictureWorker;
use masthead_store::jobs::Lane;
use masthead_store::migrate::{self, BackupChoice};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a test waits for what is bound to happen. It is far more than anything takes: a test that fails because the
/// machine had other things to do says nothing of Masthead, and how fast things are is for the benchmarks to say.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// Waits until something became true.
///
/// # Errors
/// When it didn't within [`PATIENCE`], or when asking fails.
pub async fn until(what: &str, is_so: impl AsyncFn() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let end = Instant::now() + PATIENCE;
    while !is_so().await? {
        anyhow::ensure!(Instant::now() < end, "{what} never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// The moment at which every test begins: 25 November 2025, 09:00 UTC.
pub const START: &str = "2025-11-25T09:00:00Z";

/// A network for one test, with two sites: `daily` (UTC, first) and `weekly` (Europe/Paris).
pub struct TestApp {
    /// The network.
    pub app: Arc<App>,
    /// Its clock.
    pub clock: ManualClock,
    /// Its settings; change them before [`TestApp::start`].
    pub settings: Settings,
    folder: tempfile::TempDir,
    blobs: Blobs,
    // Dropped last: it takes the database away.
    db: TestDb,
}

/// Opens a network as a process does.
async fn open(db: &TestDb, clock: Arc<dyn Clock>, settings: &Settings, blobs: &Blobs) -> anyhow::Result<App> {
    // Mails are kept to be looked at, unless a test is about the server that they go to.
    let mailer = match settings.mail.url.as_str() {
        "" => Mailer::Capture,
        url => Mailer::new(url, &settings.mail.from)?,
    };
    let app = App::new(AppParts {
        db: Db::open(db.settings(), Arc::clone(&clock)).await?,
        ids: Arc::new(SystemIds::new(Arc::clone(&clock))?),
        clock,
        blobs: blobs.clone(),
        worker: PictureWorker::new(1),
        fetcher: Fetcher::new(FetchSettings {
            user_agent: "Masthead test".into(),
            allow: settings.outgoing.allow.clone(),
            ..FetchSettings::default()
        })?,
        rules: settings.routing.clone(),
        accounts: Accounts::new(settings.accounts.clone(), mailer, 2),
        node: settings.server.node.clone(),
    })
    .await?;
    masthead_server::network::with_settings(app, settings)
}

impl TestApp {
    /// A network with its sites and sections.
    ///
    /// # Errors
    /// When the engine is not there: PostgreSQL's tests need the cluster that `./test` starts.
    pub async fn new(engine: Engine) -> anyhow::Result<Self> {
        Self::with_settings(engine, |_| {}).await
    }

    /// The same with other settings.
    ///
    /// # Errors
    /// As [`TestApp::new`].
    pub async fn with_settings(engine: Engine, change: impl FnOnce(&mut Settings)) -> anyhow::Result<Self> {
        let clock = ManualClock::at(Timestamp::parse_rfc3339(START).map_err(anyhow::Error::msg)?);
        let db = TestDb::empty(engine).await;
        let shared: Arc<dyn Clock> = Arc::new(clock.clone());
        migrate::run(db.settings(), Arc::clone(&shared), BackupChoice::None).await?;
        let folder = tempfile::tempdir()?;
        let mut settings = Settings {
            folder: folder.path().to_path_buf(),
            ..Settings::default()
        };
        settings.server.listen = "127.0.0.1:0".into();
        settings.server.admin_listen = "127.0.0.1:0".into();
        settings.server.access_log = String::new();
        settings.server.node = "test".into();
        change(&mut settings);
        let blobs = Blobs::in_memory();
        let app = open(&db, shared, &settings, &blobs).await?;
        let test = Self {
            app: Arc::new(app),
            clock,
            settings,
            folder,
            blobs,
            db,
        };
        test.add_site("daily", "The Daily", "UTC", 0).await?;
        test.add_site("weekly", "The Weekly", "Europe/Paris", 1).await?;
        Ok(test)
    }

    async fn add_site(&self, slug: &str, name: &str, zone: &str, position: i64) -> anyhow::Result<()> {
        let id = SiteId::new(self.app.ids.as_ref());
        let site = Site {
            id,
            slug: slug.into(),
            name: name.into(),
            tagline: String::new(),
            theme: String::new(),
            language: "en".into(),
            zone: zone.into(),
            hosts: vec![format!("{slug}.example")],
            origin: format!("https://{slug}.example"),
        };
        sites::put(&self.app, site, position).await?;
        for (position, (slug, name)) in (0_i64..).zip([("world", "World"), ("culture", "Culture"), ("sport", "Sport")])
        {
            sites::put_section(&self.app, id, None, slug, name, position).await?;
        }
        sites::put_section(&self.app, id, Some("world"), "europe", "Europe", 9).await?;
        Ok(())
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The id of a site.
    ///
    /// # Panics
    /// When the test names a site that is not there.
    pub fn site(&self, slug: &str) -> SiteId {
        match self.app.sites().by_slug(slug) {
            Some(site) => site.id,
            None => std::process::abort(),
        }
    }

    /// Opens the same network once more, as a restart does; a node that was stopped has closed its database.
    ///
    /// # Errors
    /// When the database can't be opened.
    pub async fn reopen(&mut self) -> anyhow::Result<()> {
        let clock = Arc::new(self.clock.clone());
        self.app = Arc::new(open(&self.db, clock, &self.settings, &self.blobs).await?);
        Ok(())
    }

    /// Starts another node of the same network, with a name and a clock of its own.
    ///
    /// # Errors
    /// In words.
    pub async fn start_another(&self, name: &str, clock: Arc<dyn Clock>) -> anyhow::Result<TestNode> {
        let mut settings = self.settings.clone();
        settings.server.node = name.into();
        settings.folder = self.folder.path().join(name);
        let app = Arc::new(open(&self.db, clock, &settings, &self.blobs).await?);
        TestNode::start(app, &settings).await
    }

    /// Where the database is, for another process.
    pub fn database_url(&self) -> &str {
        &self.db.settings().url
    }

    /// Starts a node that answers on loopback, with its database or, when its fault switch is on, without.
    ///
    /// # Errors
    /// In words.
    pub async fn start(&self) -> anyhow::Result<TestNode> {
        TestNode::start(Arc::clone(&self.app), &self.settings).await
    }

    /// Does every due job until none is left that is due now.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn run_jobs(&self) -> anyhow::Result<()> {
        let sources = Arc::new(self.settings.sources());
        while masthead_server::jobs::run_due(&self.app, &sources, &Lane::ALL).await? > 0 {}
        Ok(())
    }
}

/// A running node.
pub struct TestNode {
    /// Where readers are answered.
    pub address: SocketAddr,
    /// Where health and metrics are answered.
    pub admin_address: SocketAddr,
    node: Option<Node>,
}

impl TestNode {
    async fn start(app: Arc<App>, settings: &Settings) -> anyhow::Result<Self> {
        let node = serve::start(app, settings).await?;
        Ok(Self {
            address: node.address,
            admin_address: node.admin_address,
            node: Some(node),
        })
    }

    /// Asks for a page of a site.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn get(&self, site: &str, path: &str) -> anyhow::Result<http::Answer> {
        http::send(self.address, "GET", &format!("{site}.example"), path, &[], &[]).await
    }

    /// Asks again and again until the answer is as wanted: what followers do shows up soon, not at once.
    ///
    /// # Errors
    /// With the last answer when it never was, within [`PATIENCE`].
    pub async fn get_until(
        &self,
        site: &str,
        path: &str,
        wanted: impl Fn(&http::Answer) -> bool,
    ) -> anyhow::Result<http::Answer> {
        let end = Instant::now() + PATIENCE;
        loop {
            let answer = self.get(site, path).await?;
            if wanted(&answer) {
                return Ok(answer);
            }
            if Instant::now() >= end {
                anyhow::bail!(
                    "{site}{path} never was as wanted; last: {} {}",
                    answer.status,
                    answer.text()
                );
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The node itself.
    pub fn node(&self) -> Option<&Node> {
        self.node.as_ref()
    }

    /// Drains and stops it.
    pub async fn stop(mut self) {
        if let Some(node) = self.node.take() {
            node.stop().await;
        }
    }
}

/// Emits each case twice: as `sqlite::case` and `postgres::case`.
#[macro_export]
macro_rules! on_both_engines {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> anyhow::Result<()> {
                    super::$case(masthead_store::Engine::Sqlite).await
                }
            )*
        }
        mod postgres {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $case() -> anyhow::Result<()> {
                    super::$case(masthead_store::Engine::Postgres).await
                }
            )*
        }
    };
}
