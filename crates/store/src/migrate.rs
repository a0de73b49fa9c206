//! Migrations: forward only, the same names on both engines, and never without a way back.
//!
//! Each file of `migrations/ENGINE/` runs once, in a transaction of its own, and its checksum is kept: a file that
//! was changed after it ran, or a database that knows a migration which this program doesn't, is refused before
//! anything is touched. Nodes that start together wait for each other. A SQLite file is copied beside itself first;
//! for PostgreSQL the caller names an archive or says that there is a backup already.

use crate::backup;
use crate::db::maintenance::Maintenance;
use crate::db::{Conn, Db, DbSettings, Engine, StoreError};
use crate::{params, queries};
use masthead_domain::time::Clock;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;

queries! {
    /// What ran.
    APPLIED = "select name, checksum from migrations order by name";
    /// One more.
    RECORD = "insert into migrations (name, checksum, applied_at) values ($1, $2, $3)";
}

struct Migration {
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

static MIGRATIONS: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// How to come back if a migration turns out wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupChoice {
    /// A copy beside the file on SQLite. On PostgreSQL there is no such place, and a migration of a database that
    /// holds something is refused.
    Automatic,
    /// An archive (see [`crate::backup`]) at this path, on either engine.
    To(PathBuf),
    /// The operator has a backup or wants none.
    None,
}

/// What a run did.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Report {
    /// The migrations that ran now, in order.
    pub applied: Vec<String>,
    /// Where the state before them was kept.
    pub backup: Option<PathBuf>,
}

/// Why a database can't be brought to this program's schema.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A newer program was here.
    #[error("the database knows the migration {0}, which this version does not: run a newer version")]
    Newer(String),
    /// A file was changed after it ran.
    #[error("the migration {0} is not the one that was applied to this database")]
    Changed(String),
    /// Migrations are missing.
    #[error("the database needs {0} migrations: run `masthead migrate`")]
    Pending(usize),
    /// Nothing was said about a backup.
    #[error("the database holds something: name a backup file for the migration, or say that none is needed")]
    NeedsBackup,
    /// The backup failed, so nothing was migrated.
    #[error("no backup could be made, so nothing was migrated: {0}")]
    Backup(String),
    /// One migration failed and was rolled back; those before it stay.
    #[error("the migration {name} failed and was undone: {error}")]
    Failed {
        /// The migration.
        name: String,
        /// Why.
        error: StoreError,
    },
}

impl Migration {
    fn text(&self, engine: Engine) -> &'static str {
        match engine {
            Engine::Sqlite => self.sqlite,
            Engine::Postgres => self.postgres,
        }
    }

    /// Line ends don't count: a checkout may have changed them.
    fn checksum(&self, engine: Engine) -> String {
        let digest = Sha256::digest(self.text(engine).replace("\r\n", "\n"));
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The names of all migrations that this program knows, in order.
pub fn names() -> Vec<&'static str> {
    MIGRATIONS.iter().map(|migration| migration.name).collect()
}

/// Brings the database to this program's schema.
///
/// # Errors
/// See [`MigrateError`]; whatever it is, no migration is half done.
pub async fn run(settings: &DbSettings, clock: Arc<dyn Clock>, choice: BackupChoice) -> Result<Report, MigrateError> {
    run_until(settings, clock, choice, None).await
}

/// As [`run`], but stops after the migration named `last`: an archive is restored into the schema that it was made of.
pub(crate) async fn run_until(
    settings: &DbSettings,
    clock: Arc<dyn Clock>,
    choice: BackupChoice,
    last: Option<&str>,
) -> Result<Report, MigrateError> {
    let mut maintenance = Maintenance::open(settings, Arc::clone(&clock)).await?;
    let applied = applied(&mut maintenance).await?;
    let missing: Vec<_> = pending(&applied, maintenance.engine())?
        .into_iter()
        .take_while(|migration| last.is_none_or(|last| migration.name <= last))
        .collect();
    let mut report = Report::default();
    let Some(first) = missing.first() else {
        return Ok(report);
    };
    if !applied.is_empty() {
        report.backup = keep(&mut maintenance, settings, clock, choice, first.name).await?;
    }
    for migration in missing {
        match step(&mut maintenance, migration).await {
            Ok(true) => report.applied.push(migration.name.to_owned()),
            // Another node was faster.
            Ok(false) => {}
            Err(error) => {
                if let Err(lost) = maintenance.rollback().await {
                    tracing::warn!(error = %lost, "a failed migration could not be rolled back in order");
                }
                return Err(match error {
                    MigrateError::Store(error) => MigrateError::Failed {
                        name: migration.name.to_owned(),
                        error,
                    },
                    other => other,
                });
            }
        }
    }
    Ok(report)
}

/// Whether the database has exactly this program's schema.
///
/// # Errors
/// [`MigrateError::Pending`], [`MigrateError::Newer`], [`MigrateError::Changed`], or what the engine reported.
pub async fn check(db: &Db) -> Result<(), MigrateError> {
    let mut conn = db.reader().await?;
    let applied = match read(&mut conn).await {
        Ok(applied) => applied,
        // There is no table of migrations yet; anything worse would be another kind of error.
        Err(StoreError::Database { .. }) => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    match pending(&applied, db.engine())?.len() {
        0 => Ok(()),
        missing => Err(MigrateError::Pending(missing)),
    }
}

async fn read(conn: &mut Conn) -> Result<Vec<(String, String)>, StoreError> {
    conn.all(APPLIED, params![]).await
}

/// The names of what ran, in order.
pub(crate) async fn applied_names(maintenance: &mut Maintenance) -> Result<Vec<String>, StoreError> {
    Ok(applied(maintenance).await?.into_iter().map(|(name, _)| name).collect())
}

async fn applied(maintenance: &mut Maintenance) -> Result<Vec<(String, String)>, StoreError> {
    if maintenance.tables().await?.iter().any(|table| table == "migrations") {
        read(maintenance.tx()).await
    } else {
        Ok(Vec::new())
    }
}

/// What has yet to run, after a look at what did.
fn pending(applied: &[(String, String)], engine: Engine) -> Result<Vec<&'static Migration>, MigrateError> {
    for (name, checksum) in applied {
        let known = MIGRATIONS.iter().find(|migration| migration.name == name);
        match known {
            None => return Err(MigrateError::Newer(name.clone())),
            Some(known) if known.checksum(engine) != *checksum => return Err(MigrateError::Changed(name.clone())),
            Some(_) => {}
        }
    }
    Ok(MIGRATIONS
        .iter()
        .filter(|migration| applied.iter().all(|(name, _)| name != migration.name))
        .collect())
}

/// Runs one migration unless another process has done so meanwhile.
async fn step(maintenance: &mut Maintenance, migration: &'static Migration) -> Result<bool, MigrateError> {
    let engine = maintenance.engine();
    maintenance.begin().await?;
    let applied = applied(maintenance).await?;
    if !pending(&applied, engine)?
        .iter()
        .any(|missing| missing.name == migration.name)
    {
        maintenance.rollback().await?;
        return Ok(false);
    }
    maintenance.batch(migration.name, migration.text(engine)).await?;
    let now = maintenance.now();
    maintenance
        .tx()
        .execute(RECORD, params![migration.name, migration.checksum(engine), now])
        .await?;
    maintenance.check_references()?;
    maintenance.commit().await?;
    tracing::info!(migration = migration.name, "migrated");
    Ok(true)
}

/// Keeps the state before the first migration of this run.
async fn keep(
    maintenance: &mut Maintenance,
    settings: &DbSettings,
    clock: Arc<dyn Clock>,
    choice: BackupChoice,
    first: &str,
) -> Result<Option<PathBuf>, MigrateError> {
    let failed = |error: &dyn std::fmt::Display| MigrateError::Backup(error.to_string());
    match (choice, maintenance.path().map(Path::to_owned)) {
        (BackupChoice::None, _) => Ok(None),
        (BackupChoice::Automatic, None) => Err(MigrateError::NeedsBackup),
        (BackupChoice::Automatic, Some(file)) => {
            let mut name = file.as_os_str().to_owned();
            name.push(format!(".before-{first}-{}", maintenance.now().as_seconds()));
            let copy = PathBuf::from(name);
            let text = format!("vacuum into '{}'", copy.to_string_lossy().replace('\'', "''"));
            maintenance
                .batch("vacuum into", &text)
                .await
                .map_err(|error| failed(&error))?;
            // The copy is worth nothing before it is on the disk.
            std::fs::File::open(&copy)
                .and_then(|file| file.sync_all())
                .map_err(|error| failed(&error))?;
            Ok(Some(copy))
        }
        (BackupChoice::To(path), _) => {
            backup::backup_settings(settings, clock, &path)
                .await
                .map_err(|error| failed(&error))?;
            Ok(Some(path))
        }
    }
}
