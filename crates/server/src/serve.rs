//! Start and stop: what a serving node is made of, in the order in which it comes up and goes down.

use crate::admin::{self, Admin};
use crate::followers::{PressFollower, render};
use crate::kills::LONGEST_UNFOLLOWED;
use crate::network::Opened;
use crate::pressing::{self, PressQueue};
use crate::reach::{Places, Reach, is_away, then};
use crate::settings::Settings;
use crate::standby::Standby;
use crate::{jobs, leased, live, middleware, router, search};
use anyhow::Context as _;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::Response;
use futures::FutureExt as _;
use masthead_domain::places::Chosen;
use masthead_domain::time::Clock;
use masthead_features::accounts::{self, Viewer};
use masthead_features::app::App;
use masthead_features::ingest::Source;
use masthead_features::pages::{Pages, declared_parameters};
use masthead_features::{partners, places, rankings};
use masthead_web::access_log::AccessLog;
use masthead_web::assets::AssetPages;
use masthead_web::compose::composed;
use masthead_web::cookies::{PLACES, SESSION};
use masthead_web::edge::EdgeLayer;
use masthead_web::errors::WebError;
use masthead_web::errors::present::{ErrorHook, ErrorPages};
use masthead_web::fast::{Front, FrontOptions, KnownReaders, ReaderParts, SharedCookie};
use masthead_web::hosts::{HostSite, Hosts};
use masthead_web::live::Live;
use masthead_web::press::{PageKey, Press, PressOptions, PressedPage, canonical_query};
use masthead_web::proxies::TrustedProxies;
use masthead_web::request::{RequestIds, RequestInfo};
use masthead_web::respond::respond;
use masthead_web::security_headers::SecurityHeaders;
use masthead_web::serve::{Limits, listen, serve};
use masthead_web::theme_files::ThemeFiles;
use masthead_web::themes::Themes;
use masthead_web::urls::Origin;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// Names of our cookies: a request that brings one is composed for its reader and never answered from the press.
pub const OWN_COOKIES: &[&str] = &[SESSION.plain, SESSION.secure];

/// What handlers answer from.
pub struct State {
    /// The network.
    pub app: Arc<App>,
    /// What renders pages.
    pub pages: Arc<Pages>,
    /// Where they are kept.
    pub press: Arc<Press>,
    /// What is new.
    pub live: Arc<Live>,
    /// Wire sources of the settings.
    pub sources: Arc<Vec<Source>>,
    hsts: axum::http::HeaderValue,
}

impl State {
    /// A public page: from the press, or rendered and kept. For who is signed in its holes are filled.
    ///
    /// # Errors
    /// What readers are told instead.
    pub async fn page(
        &self,
        info: &RequestInfo,
        viewer: Option<&Viewer>,
        method: &Method,
        uri: &Uri,
        headers: &HeaderMap,
    ) -> Result<Response, WebError> {
        let path = uri.path();
        let query = canonical_query(uri.query(), declared_parameters(path));
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let pairs: Vec<(&str, &str)> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let key = PageKey::new(&info.site.slug, path, &pairs);
        let pages = Arc::clone(&self.pages);
        let for_render = key.clone();
        let page = self
            .press
            .fetch_or_render(key, move || {
                let (pages, key) = (Arc::clone(&pages), for_render.clone());
                async move { render(&pages, &key).await }
            })
            .await
            .map_err(|error| WebError::clone(&error))?;
        let commits = self.app.commits();
        let chosen = places::chosen::of(viewer, headers, info);
        let placed = self.placed(&page, &chosen).await;
        let placed = placed.iter().filter_map(|(hole, part)| Some((*hole, part.text()?)));
        if let Some(viewer) = viewer {
            let story = page.stories().first().copied();
            let holes = self.pages.holes(info.site.id, viewer, path, story).await?;
            let filled: Vec<(&str, &str)> = holes
                .iter()
                .map(|(name, with)| (name.as_ref(), with.as_str()))
                .chain(placed)
                .collect();
            let answer = composed(&page, method, headers, &filled);
            let fills = places::fills_of(&chosen, &page);
            let parts = ReaderParts { holes, fills };
            accounts::remember_parts(&self.app, (viewer, commits), headers, info, path, parts);
            return Ok(answer);
        }
        let placed: Vec<(&str, &str)> = placed.collect();
        if !placed.is_empty() {
            // From now on this reader is answered from memory before the router is reached.
            return Ok(composed(&page, method, headers, &placed));
        }
        let hsts = info.tls.then_some(&self.hsts);
        Ok(respond(&page, method, headers, hsts).map(axum::body::Body::from))
    }
}

impl State {
    /// What fills the holes of a page for chosen places. What can't be made now is left out: the page is worth more.
    async fn placed(&self, page: &PressedPage, chosen: &Chosen) -> Vec<(&'static str, Arc<PressedPage>)> {
        let mut parts = Vec::new();
        for fill in places::fills_of(chosen, page) {
            if !page.has_hole(fill.hole) {
                continue;
            }
            let (pages, key) = (Arc::clone(&self.pages), fill.key(page.key().site()));
            let for_render = key.clone();
            let made = self.press.fetch_or_render(key, move || {
                let (pages, key) = (Arc::clone(&pages), for_render.clone());
                async move { render(&pages, &key).await }
            });
            match made.await {
                Ok(part) if part.status() == StatusCode::OK => parts.push((fill.hole, part)),
                Ok(_) => {}
                Err(error) if error.kind().is_server_fault() => {
                    tracing::warn!(hole = fill.hole, ?error, "a hole of a page could not be filled");
                }
                // A place that there is none of any more.
                Err(_) => {}
            }
        }
        parts
    }
}

/// A node that serves; dropping it without [`Node::stop`] leaves its tasks to the runtime's end.
pub struct Node {
    /// Where readers are answered.
    pub address: SocketAddr,
    /// Where health and metrics are answered.
    pub admin_address: SocketAddr,
    /// The network.
    pub app: Arc<App>,
    /// The pressed pages.
    pub press: Arc<Press>,
    stop: Arc<tokio::sync::Notify>,
    draining: Arc<AtomicBool>,
    listener: JoinHandle<()>,
    background: Vec<JoinHandle<()>>,
}

/// Brings a node up. When its database went away since it was opened, it comes up with what the data folder holds.
///
/// # Errors
/// In words that say what to do.
pub async fn start(app: Arc<App>, settings: &Settings) -> anyhow::Result<Node> {
    start_opened(Opened { app, away: false }, settings).await
}

/// Brings a node up, with its database or without.
///
/// # Errors
/// In words that say what to do.
pub async fn start_opened(opened: Opened, settings: &Settings) -> anyhow::Result<Node> {
    let Opened { app, away } = opened;
    let themes = Arc::new(load_themes(settings.data_folder())?);
    let security = SecurityHeaders::new(&themes, settings.server.hsts_subdomains);
    let pages = Arc::new(Pages::new(Arc::clone(&app), Themes::clone(&themes)));
    let options = PressOptions {
        memory_bytes: settings.server.pages_memory_mb << 20,
        unfollowed_max: unfollowed_max(settings),
        ..PressOptions::new(security.clone()).on_disk(settings.data_folder().join("pressed"))
    };
    let press = Press::new(options, Arc::clone(&app.clock)).context("the folder of pressed pages can't be used")?;
    let queue = Arc::new(PressQueue::default());
    let hosts = Arc::new(host_table(&app));
    let follower = PressFollower {
        app: Arc::clone(&app),
        pages: Arc::clone(&pages),
        press: Arc::clone(&press),
        queue: Arc::clone(&queue),
        sites_changed: {
            let (app, hosts) = (Arc::clone(&app), Arc::clone(&hosts));
            Arc::new(move || hosts.replace(host_entries(&app)))
        },
        standby: Standby::new(settings.data_folder(), &settings.database_url()),
    };
    let sources = Arc::new(settings.sources());
    app.accounts.set_themes(Arc::clone(&themes));
    let limits = Limits::default();
    let live = Live::new(limits.streams, security.clone(), Arc::clone(&app.clock));
    let reach = Reach {
        app: Arc::clone(&app),
        follower: follower.clone(),
        live: Arc::clone(&live),
        sources: Arc::clone(&sources),
        unseen: away.then(|| settings.clone()),
    };
    let first = if away { None } else { reached(&reach).await? };
    if first.is_none() {
        stand_by(&follower)?;
    }

    let presses = pressing::run(queue, Arc::clone(&press), Arc::clone(&pages));
    let errors = ErrorPages::new(error_hook(&pages));
    let search = search::run(
        Arc::clone(&app),
        Arc::clone(&pages),
        search::folder(settings.data_folder()),
    );
    let state = Arc::new(State {
        app: Arc::clone(&app),
        pages,
        press: Arc::clone(&press),
        live: Arc::clone(&live),
        sources: Arc::clone(&sources),
        hsts: security.hsts().clone(),
    });
    let router = router::router(Arc::clone(&state));
    let service = middleware::stack(router, state, EdgeLayer::new(errors.clone(), security.clone()));
    let front = Front::new(
        FrontOptions {
            press: Arc::clone(&press),
            live: Arc::clone(&live),
            hosts,
            proxies: TrustedProxies::parse(&settings.server.trusted_proxies)
                .map_err(|error| anyhow::anyhow!("server.trusted_proxies: {error}"))?,
            assets: Arc::new(AssetPages::new(
                themes.assets(),
                security.clone(),
                Arc::clone(&app.clock),
            )),
            declared: declared_parameters,
            own_cookies: OWN_COOKIES,
            known_readers: Some(Arc::clone(&app) as Arc<dyn KnownReaders>),
            shared_cookie: Some(SharedCookie {
                cookie: PLACES,
                fills: places::fills,
            }),
            security,
            errors,
            log: access_log(settings, Arc::clone(&app.clock))?,
            request_ids: RequestIds::new(seed()?),
        },
        service,
    );
    let front = Arc::new(front);

    let listener = listen(address(&settings.server.listen)?).with_context(|| {
        format!(
            "{} can't be listened on; is another server running?",
            settings.server.listen
        )
    })?;
    let address = listener.local_addr()?;
    let admin_listener = tokio::net::TcpListener::bind(address_of_admin(settings)?)
        .await
        .with_context(|| format!("{} can't be listened on", settings.server.admin_listen))?;
    let admin_address = admin_listener.local_addr()?;

    let stop = Arc::new(tokio::sync::Notify::new());
    let draining = Arc::new(AtomicBool::new(false));
    let metrics = metrics_handle()?;
    let counted = Arc::clone(&front);
    let admin = Admin {
        app: Arc::clone(&app),
        metrics,
        draining: Arc::clone(&draining),
        refresh: Arc::new(move || counted.counts().publish()),
    };
    let stopped = Arc::clone(&stop);
    let listener = tokio::spawn(async move {
        match serve(listener, front, limits, async move { stopped.notified().await }).await {
            Ok(drained) if drained.cut > 0 => {
                tracing::warn!(
                    connections = drained.cut,
                    "connections did not end in time and were cut"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "the listener ended"),
        }
    });
    let is_reached = first.is_some();
    let (tell, places) = watch::channel(first);
    let mut background = vec![
        tokio::spawn(then(places.clone(), |places| follower.run(places.press))),
        tokio::spawn(presses),
        tokio::spawn(search),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |places| live::run(app, live, places.live))
        }),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |_| jobs::run(app, sources))
        }),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |_| leased::hubs(app))
        }),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |_| leased::push(app))
        }),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |_| leased::notices(app))
        }),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |_| rankings::keep_saving(app))
        }),
        tokio::spawn({
            let app = Arc::clone(&app);
            then(places.clone(), |_| partners::keep_saving(app))
        }),
        tokio::spawn({
            let (db, node) = (app.db.clone(), app.node.clone());
            then(places, |_| masthead_store::log::run_stamper(db, node))
        }),
        tokio::spawn(async move {
            if let Err(error) = axum::serve(admin_listener, admin::router(admin)).await {
                tracing::error!(%error, "the admin listener ended");
            }
        }),
    ];
    if !is_reached {
        background.push(tokio::spawn(reach.until_reached(tell)));
    }
    Ok(Node {
        address,
        admin_address,
        app,
        press,
        stop,
        draining,
        listener,
        background,
    })
}

/// The setting in seconds. More than a day is a day: receipts of kills count on it.
fn unfollowed_max(settings: &Settings) -> i64 {
    (i64::from(settings.server.without_database_hours) * 3_600).min(LONGEST_UNFOLLOWED)
}

/// The first try to reach the database; nothing when it is away and the data folder holds a copy.
async fn reached(reach: &Reach) -> anyhow::Result<Option<Places>> {
    match reach.once().await {
        Ok(places) => Ok(Some(places)),
        Err(error) if is_away(&error) && reach.follower.standby.load()?.is_some() => {
            let reason = format!("{error:#}");
            tracing::error!(
                reason,
                "the database went away: this node serves what it has until it is back"
            );
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// Makes ready to answer without the database: stories that were withheld when it was last reached stay so, and pages
/// are served until that is too long ago.
fn stand_by(follower: &PressFollower) -> anyhow::Result<()> {
    let copy = follower.standby.load()?;
    let copy = copy.context("nothing is kept in the data folder for a start without the database")?;
    follower.press.withhold_from_start(copy.withheld);
    follower.press.followed_at(copy.contact);
    follower.press.not_followed();
    follower.pages.set_spare_menus(copy.menus);
    let press = Arc::clone(&follower.press);
    // A page that is asked for before it is loaded is looked for on the disk.
    tokio::task::spawn_blocking(move || {
        let pages = press.load_from_disk();
        tracing::info!(pages, "pages were loaded from the disk");
    });
    Ok(())
}

impl Node {
    /// Drains and stops: no new connections, those under way end, then followers and jobs stop where they are, since
    /// all of their work may be done twice.
    pub async fn stop(self) {
        self.draining.store(true, Ordering::Release);
        self.stop.notify_one();
        if let Err(error) = self.listener.await {
            tracing::error!(%error, "the listener broke off");
        }
        self.app.push.drain().await;
        for task in &self.background {
            task.abort();
        }
        for task in self.background {
            // Aborted on purpose; what it was doing is done again at the next start.
            drop(task.await);
        }
        if let Err(error) = self.app.partners.save(&self.app).await {
            tracing::warn!(%error, "views of partner slots are lost: they can't be added to the store");
        }
        // Before the database is closed: what was read on this node since it last saved.
        if let Err(error) = self.app.reads.save(&self.app).await {
            tracing::warn!(%error, "what was read last can't be added to the store");
        }
        // Another node does them at once.
        if let Err(error) = jobs::leave_claims(&self.app).await {
            tracing::warn!(%error, "jobs under way can't be given back: they are done when their claims expire");
        }
        self.app.db.close().await;
    }
}

/// Resolves when the system asks the program to end.
///
/// # Errors
/// When signals can't be listened for.
pub async fn asked_to_stop() -> anyhow::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => {}
        result = tokio::signal::ctrl_c() => result?,
    }
    Ok(())
}

/// The program's themes with the data folder's own files: those of `theme` lie over the first one, those of
/// `themes/NAME` make the theme of that name, or lie over it.
///
/// # Errors
/// Names the file that can't be used.
pub fn load_themes(data: &Path) -> anyhow::Result<Themes> {
    let mut named: BTreeMap<String, ThemeFiles> = BTreeMap::new();
    for (path, bytes) in files_below(&data.join("themes"))? {
        if let Some((theme, name)) = path.split_once('/') {
            named
                .entry(theme.to_owned())
                .or_default()
                .insert(name.to_owned(), bytes);
        }
    }
    Ok(Themes::load(files_below(&data.join("theme"))?, named)?)
}

/// The files below a folder by their paths in it; none when there is no such folder.
fn files_below(folder: &Path) -> anyhow::Result<ThemeFiles> {
    let mut files = ThemeFiles::new();
    if folder.is_dir() {
        collect(folder, folder, &mut files).with_context(|| format!("{} can't be read", folder.display()))?;
    }
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut ThemeFiles) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.insert(name.to_string_lossy().replace('\\', "/"), std::fs::read(&path)?);
        }
    }
    Ok(())
}

fn host_table(app: &App) -> Hosts {
    Hosts::new(host_entries(app))
}

fn host_entries(app: &App) -> Vec<(HostSite, Vec<String>)> {
    let sites = app.sites();
    // A host for sign-in alone answers as the first site.
    let accounts = Some(app.accounts.settings.host.clone())
        .filter(|host| !host.is_empty() && !sites.all().iter().any(|site| site.hosts.contains(host)));
    let first = sites.first().map(|site| site.id);
    sites
        .all()
        .iter()
        .filter_map(|site| {
            let origin = match Origin::parse(&site.origin) {
                Ok(origin) => origin,
                Err(error) => {
                    tracing::error!(site = %site.slug, %error, "the site's origin can't be used: it is not served");
                    return None;
                }
            };
            let entry = HostSite {
                id: site.id,
                slug: site.slug.as_str().into(),
                origin,
                lang: site.language.as_str().into(),
                zone: site.site.zone.as_str().into(),
            };
            let mut hosts = site.hosts.clone();
            if first == Some(site.id) {
                hosts.extend(accounts.clone());
            }
            Some((entry, hosts))
        })
        .collect()
}

fn error_hook(pages: &Arc<Pages>) -> ErrorHook {
    let pages = Arc::clone(pages);
    Arc::new(move |page| {
        let pages = Arc::clone(&pages);
        async move {
            let sites = pages.app().sites();
            let site = page.info.as_ref().and_then(|info| sites.site(info.site.id)).cloned();
            pages
                .error_page(site.as_ref(), &page.error, &page.path, &page.request_id)
                .await
        }
        .boxed()
    })
}

fn access_log(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<AccessLog> {
    match settings.server.access_log.as_str() {
        "" => Ok(AccessLog::off()),
        "-" => Ok(AccessLog::to(Box::new(std::io::stdout()), clock)?),
        name => {
            let path = settings.data_folder().join(name);
            let file = std::fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(&path)
                .with_context(|| format!("the access log {} can't be written", path.display()))?;
            Ok(AccessLog::to(Box::new(file), clock)?)
        }
    }
}

fn seed() -> anyhow::Result<u32> {
    let mut bytes = [0_u8; 4];
    masthead_services::clock::random_bytes(&mut bytes).context("there is no randomness")?;
    Ok(u32::from_le_bytes(bytes))
}

fn address(text: &str) -> anyhow::Result<SocketAddr> {
    text.parse()
        .with_context(|| format!("server.listen: '{text}' is no address; write 127.0.0.1:8080"))
}

fn address_of_admin(settings: &Settings) -> anyhow::Result<SocketAddr> {
    let text = &settings.server.admin_listen;
    text.parse()
        .with_context(|| format!("server.admin_listen: '{text}' is no address; write 127.0.0.1:9090"))
}

/// The process's one recorder of metrics. Tests start several nodes in a process and share it.
fn metrics_handle() -> anyhow::Result<metrics_exporter_prometheus::PrometheusHandle> {
    static HANDLE: std::sync::OnceLock<metrics_exporter_prometheus::PrometheusHandle> = std::sync::OnceLock::new();
    if let Some(handle) = HANDLE.get() {
        return Ok(handle.clone());
    }
    let recorder = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder();
    let handle = HANDLE.get_or_init(|| recorder.handle()).clone();
    // A second node of the same process finds the recorder in place: its numbers go there.
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::debug!("the metrics recorder is in place already");
    }
    Ok(handle)
}
