//! Opening the network: the store, blobs, workers, the way out, and what readers' pages need, from the settings.

use crate::reach::is_away;
use crate::settings::Settings;
use crate::standby::Standby;
use anyhow::Context as _;
use masthead_domain::time::Clock;
use masthead_features::accounts::Accounts;
use masthead_features::app::{App, AppParts};
use masthead_features::places::Places;
use masthead_features::push::Push;
use masthead_features::weather::Weather;
use masthead_services::blobs::Blobs;
use masthead_services::clock::{SystemClock, SystemIds};
use masthead_services::fetch::{FetchSettings, Fetcher};
use masthead_services::mail::Mailer;
use masthead_services::pictures::PictureWorker;
use masthead_store::migrate::{self, BackupChoice, MigrateError};
use masthead_store::{Db, DbSettings};
use std::sync::Arc;

/// Reads the settings' database, brings it to this program's schema where that is safe, and opens everything.
///
/// # Errors
/// In words that say what to do.
pub async fn open(settings: &Settings) -> anyhow::Result<Arc<App>> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    prepare(settings, Arc::clone(&clock)).await?;
    open_with(settings, clock).await
}

/// What a node serves from.
pub struct Opened {
    /// The network.
    pub app: Arc<App>,
    /// The database was away, and the network is the one that was kept in the data folder.
    pub away: bool,
}

/// As [`open`], for a node that serves: when the database is away, the network is what the data folder holds of it.
///
/// # Errors
/// In words that say what to do; also when the database is away and this node has never reached it before.
pub async fn open_to_serve(settings: &Settings) -> anyhow::Result<Opened> {
    let error = match open(settings).await {
        Ok(app) => return Ok(Opened { app, away: false }),
        Err(error) if is_away(&error) => error,
        Err(error) => return Err(error),
    };
    let standby = Standby::new(settings.data_folder(), &settings.database_url());
    let Some(copy) = standby.load()? else {
        return Err(error.context("this node has never reached its database and has nothing to show without it"));
    };
    let reason = format!("{error:#}");
    tracing::error!(
        reason,
        "the database is away: this node serves what it has until it is back"
    );
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let database = DbSettings::new(settings.database_url());
    let db = Db::open_unreached(&database, Arc::clone(&clock)).with_context(|| reason)?;
    let app = with_settings(App::with_sites(parts(settings, db, clock)?, copy.table()), settings)?;
    Ok(Opened {
        app: Arc::new(app),
        away: true,
    })
}

/// Migrates: a new database at once, a SQLite file after a copy was made beside it. A PostgreSQL database that holds
/// something waits for `masthead migrate`.
///
/// # Errors
/// In words that say what to do.
pub async fn prepare(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<()> {
    let database = DbSettings::new(settings.database_url());
    match migrate::run(&database, clock, BackupChoice::Automatic).await {
        Ok(report) => {
            for name in &report.applied {
                tracing::info!(%name, "migrated");
            }
            if let Some(backup) = report.backup {
                tracing::info!(backup = %backup.display(), "the database before the migration is kept");
            }
            Ok(())
        }
        Err(MigrateError::NeedsBackup) => anyhow::bail!(
            "the database has to be migrated: run 'masthead migrate --backup FILE', or 'masthead migrate --no-backup'"
        ),
        Err(error) => Err(error).with_context(|| format!("the database at {} can't be used", safe_url(&database.url))),
    }
}

/// Opens a database that has this program's schema.
///
/// # Errors
/// In words that say what to do.
pub async fn open_with(settings: &Settings, clock: Arc<dyn Clock>) -> anyhow::Result<Arc<App>> {
    let database = DbSettings::new(settings.database_url());
    let db = Db::open(&database, Arc::clone(&clock))
        .await
        .with_context(|| format!("the database at {} can't be opened", safe_url(&database.url)))?;
    migrate::check(&db).await?;
    let app = App::new(parts(settings, db, clock)?).await?;
    Ok(Arc::new(with_settings(app, settings)?))
}

/// The same network with what the settings say about it.
///
/// # Errors
/// In words that say what to do.
pub fn with_settings(app: App, settings: &Settings) -> anyhow::Result<App> {
    let push = Push::new(&settings.push, &user_agent(settings), &settings.outgoing.contact);
    let push = push.context("push.services can't be used; write host:port pairs")?;
    let app = app
        .with_hub(&settings.network.websub_hub)
        .with_listings(settings.listings.sources.clone())
        .with_places(Places::new(
            settings.regions.clone(),
            settings.place_names.clone(),
            &settings.network.cookie_domain,
        ))
        .with_weather(Weather::new(settings.weather.clone()))
        .with_push(push);
    Ok(app)
}

fn parts(settings: &Settings, db: Db, clock: Arc<dyn Clock>) -> anyhow::Result<AppParts> {
    let blobs = Blobs::open(&settings.media.url, settings.data_folder()).context("the media store can't be opened")?;
    let ids = Arc::new(SystemIds::new(Arc::clone(&clock)).context("there is no randomness")?);
    let fetcher = Fetcher::new(FetchSettings {
        user_agent: user_agent(settings),
        allow: settings.outgoing.allow.clone(),
        ..FetchSettings::default()
    })
    .context("outgoing.allow can't be used")?;
    let mailer = Mailer::new(&settings.mail.url, &settings.mail.from)?;
    let accounts = Accounts::new(settings.accounts.clone(), mailer, picture_threads());
    Ok(AppParts {
        db,
        clock,
        ids,
        blobs,
        worker: PictureWorker::new(picture_threads()),
        fetcher,
        rules: settings.routing.clone(),
        accounts,
        node: node_name(settings),
    })
}

/// Pictures, and passwords, may take all processors but one, which readers keep.
fn picture_threads() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get().saturating_sub(1).max(1))
}

fn user_agent(settings: &Settings) -> String {
    let version = env!("CARGO_PKG_VERSION");
    if settings.outgoing.contact.is_empty() {
        format!("Masthead/{version}")
    } else {
        format!("Masthead/{version} (+{})", settings.outgoing.contact)
    }
}

/// The node's name: the setting, else the machine's.
pub fn node_name(settings: &Settings) -> String {
    if !settings.server.node.is_empty() {
        return settings.server.node.clone();
    }
    let from_system = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let name = from_system.trim();
    if name.is_empty() {
        "node".to_owned()
    } else {
        name.to_owned()
    }
}

/// An address without its password, for messages.
pub fn safe_url(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(mut parsed) if parsed.password().is_some() => {
            // An address that carries a password has a host, so this can't fail.
            if parsed.set_password(Some("…")).is_err() {
                return "postgres://…".to_owned();
            }
            parsed.to_string()
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_stay_out_of_messages() {
        let shown = safe_url("postgres://desk:secret@db.example/paper");
        assert!(!shown.contains("secret") && shown.contains("db.example"), "{shown}");
        assert_eq!(safe_url("sqlite:/data/a.sqlite"), "sqlite:/data/a.sqlite");
    }
}
