//! Backup and restore while the newsroom works: one archive for both engines, so that it also moves a network from
//! SQLite to PostgreSQL or back.
//!
//! Every table is read in one snapshot, and written row by row with values that both engines know (null, whole and
//! floating point numbers, text, bytes). Copying SQLite's file page by page was rejected here, because it would tie an
//! archive to its engine; before a migration that is just what is wanted, and `migrate` does it.
//!
//! A restore goes into an empty database only, through the migrations that the archive was made under, and then
//! holds all jobs: nothing is released, sent or purged until somebody says so (`jobs::let_go`).

use crate::archive::{ArchiveError, BackupReader, BackupWriter, EntryReader, damage};
use crate::db::maintenance::Maintenance;
use crate::db::transfer::quoted;
use crate::db::{Cell, Db, DbSettings, Param, StoreError};
use crate::migrate::{self, BackupChoice, MigrateError};
use crate::{jobs, log};
use masthead_domain::time::Clock;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const META: &str = "database/meta.json";
const TABLES: &str = "database/tables/";

/// Filled by migrations themselves: a database with these rows and no others counts as empty.
const SEEDED: &[&str] = &["migrations", "log_head"];

/// Why a backup or a restore failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The file.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The schema.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// A restore would have mixed two networks.
    #[error("the database is not empty: the table {0} has rows")]
    NotEmpty(String),
    /// The archive can't be put into this program's schema.
    #[error("the archive does not fit: {0}")]
    Misfit(String),
}

/// What the archive says about itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Meta {
    engine: String,
    made_at: String,
    migrations: Vec<String>,
    tables: Vec<Table>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Table {
    name: String,
    columns: Vec<String>,
}

/// What was written or read.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Summary {
    /// How many tables.
    pub tables: usize,
    /// How many rows in all.
    pub rows: u64,
    /// How many jobs a restore holds.
    pub held_jobs: u64,
}

/// Writes the database into an archive at `path`, as it is at one moment, while it goes on being used.
///
/// # Errors
/// See [`BackupError`]; a file that was at `path` before stays as it was.
pub async fn backup(db: &Db, path: &Path) -> Result<Summary, BackupError> {
    backup_with(db, path, |_| Ok(())).await
}

/// As [`backup`], and lets `more` add entries (the media) behind the tables; their names must not begin with
/// `database/`. It runs on a blocking thread.
///
/// # Errors
/// As [`backup`], or what `more` returned.
pub async fn backup_with<F>(db: &Db, path: &Path, more: F) -> Result<Summary, BackupError>
where
    F: FnOnce(&mut BackupWriter) -> Result<(), BackupError> + Send + 'static,
{
    write(db.settings().clone(), db.clock(), path.to_owned(), more).await
}

/// [`backup`] without an open `Db`, for the moment before a migration.
pub(crate) async fn backup_settings(
    settings: &DbSettings,
    clock: Arc<dyn Clock>,
    path: &Path,
) -> Result<Summary, BackupError> {
    write(settings.clone(), clock, path.to_owned(), |_| Ok(())).await
}

/// The whole work on a blocking thread: compression and files block, and so do long reads of SQLite.
async fn blocking<T: Send + 'static>(
    work: impl AsyncFnOnce() -> Result<T, BackupError> + Send + 'static,
) -> Result<T, BackupError> {
    let runtime = tokio::runtime::Handle::current();
    match tokio::task::spawn_blocking(move || runtime.block_on(work())).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Bug(format!("the backup's thread ended: {error}")).into()),
    }
}

async fn write<F>(settings: DbSettings, clock: Arc<dyn Clock>, path: PathBuf, more: F) -> Result<Summary, BackupError>
where
    F: FnOnce(&mut BackupWriter) -> Result<(), BackupError> + Send + 'static,
{
    blocking(async move || {
        let mut from = Maintenance::open(&settings, clock).await?;
        from.begin_snapshot().await?;
        let mut archive = BackupWriter::create(&path)?;
        let mut tables = Vec::new();
        for name in from.tables().await? {
            if name != "migrations" {
                let columns = from
                    .columns(&name)
                    .await?
                    .into_iter()
                    .map(|column| column.name)
                    .collect();
                tables.push(Table { name, columns });
            }
        }
        let meta = Meta {
            engine: settings.engine()?.to_string(),
            made_at: from.now().to_rfc3339(),
            migrations: migrate::applied_names(&mut from).await?,
            tables,
        };
        let json = serde_json::to_vec_pretty(&meta).map_err(|error| BackupError::Misfit(error.to_string()))?;
        archive.add(META, &mut json.as_slice())?;
        let mut summary = Summary {
            tables: meta.tables.len(),
            ..Summary::default()
        };
        for table in &meta.tables {
            let mut entry = archive.entry(&format!("{TABLES}{}", table.name))?;
            let mut row = Vec::new();
            from.dump(&table.name, &table.columns, |cells| {
                row.clear();
                row.push(1);
                cells.iter().for_each(|cell| encode(cell, &mut row));
                summary.rows += 1;
                entry
                    .write_all(&row)
                    .map_err(|error| BackupError::Archive(error.into()))
            })
            .await?;
            entry.write_all(&[0]).map_err(ArchiveError::Io)?;
            entry.end()?;
        }
        from.rollback().await?;
        more(&mut archive)?;
        archive.finish()?;
        Ok(summary)
    })
    .await
}

/// Reads an archive into an empty database and brings it to this program's schema. Entries that aren't tables are
/// checked and passed over.
///
/// # Errors
/// See [`BackupError`]; the database holds no rows then, though perhaps empty tables.
pub async fn restore(path: &Path, settings: &DbSettings, clock: Arc<dyn Clock>) -> Result<Summary, BackupError> {
    restore_with(path, settings, clock, |_, _| Ok(())).await
}

/// As [`restore`], and hands the entries that aren't tables to `other` with their names. What they hold can be
/// trusted only when the whole restore succeeded.
///
/// # Errors
/// As [`restore`], or what `other` returned.
pub async fn restore_with<F>(
    path: &Path,
    settings: &DbSettings,
    clock: Arc<dyn Clock>,
    mut other: F,
) -> Result<Summary, BackupError>
where
    F: FnMut(&str, &mut dyn Read) -> Result<(), BackupError> + Send + 'static,
{
    let (path, settings) = (path.to_owned(), settings.clone());
    blocking(async move || {
        let mut archive = BackupReader::open(&path)?;
        let meta = read_meta(&mut archive)?;
        let last = meta
            .migrations
            .last()
            .ok_or_else(|| BackupError::Misfit("it knows no migrations".to_owned()))?;
        if let Some(unknown) = meta
            .migrations
            .iter()
            .find(|name| !migrate::names().contains(&name.as_str()))
        {
            return Err(MigrateError::Newer(unknown.clone()).into());
        }
        let mut into = Maintenance::open(&settings, Arc::clone(&clock)).await?;
        require_empty(&mut into).await?;
        migrate::run_until(&settings, Arc::clone(&clock), BackupChoice::None, Some(last)).await?;

        into.begin().await?;
        require_empty(&mut into).await?;
        let summary = fill(&mut into, &mut archive, &meta, &mut other).await?;
        into.commit().await?;
        drop(into);
        migrate::run(&settings, clock, BackupChoice::None).await?;
        Ok(summary)
    })
    .await
}

fn read_meta(archive: &mut BackupReader) -> Result<Meta, BackupError> {
    let mut entry = archive.next_entry()?.ok_or(ArchiveError::Damaged("it is empty"))?;
    if entry.name() != META {
        return Err(ArchiveError::Damaged("it does not begin with its description").into());
    }
    let mut json = Vec::new();
    // Read to its end, so that the checksum is compared before anything of it is believed.
    entry.read_to_end(&mut json).map_err(damage)?;
    serde_json::from_slice(&json)
        .map_err(|error| BackupError::Misfit(format!("its description can't be read: {error}")))
}

async fn require_empty(into: &mut Maintenance) -> Result<(), BackupError> {
    for table in into.tables().await? {
        if SEEDED.contains(&table.as_str()) {
            continue;
        }
        let mut rows = 0;
        let columns: Vec<_> = into
            .columns(&table)
            .await?
            .into_iter()
            .map(|column| column.name)
            .take(1)
            .collect();
        into.dump::<BackupError>(&table, &columns, |_| {
            rows += 1;
            Err(BackupError::NotEmpty(table.clone()))
        })
        .await?;
    }
    Ok(())
}

/// Puts every row into its table and everything else in order.
async fn fill(
    into: &mut Maintenance,
    archive: &mut BackupReader,
    meta: &Meta,
    other: &mut (dyn FnMut(&str, &mut dyn Read) -> Result<(), BackupError> + Send),
) -> Result<Summary, BackupError> {
    let present = into.tables().await?;
    let mut summary = Summary {
        tables: meta.tables.len(),
        ..Summary::default()
    };
    let references = into.drop_references().await?;
    for table in meta.tables.iter().filter(|table| present.contains(&table.name)) {
        into.batch("empty", &format!("delete from {}", quoted(&table.name)))
            .await?;
    }
    while let Some(mut entry) = archive.next_entry()? {
        let Some(name) = entry.name().strip_prefix(TABLES).map(str::to_owned) else {
            let name = entry.name().to_owned();
            other(&name, &mut entry)?;
            entry.finish()?;
            continue;
        };
        let table = meta.tables.iter().find(|table| table.name == name);
        let table = table.ok_or_else(|| BackupError::Misfit(format!("the table {name} is not described")))?;
        let mut here: Vec<_> = into
            .columns(&name)
            .await?
            .into_iter()
            .map(|column| column.name)
            .collect();
        let mut there = table.columns.clone();
        here.sort_unstable();
        there.sort_unstable();
        if here != there {
            return Err(BackupError::Misfit(format!("the table {name} has other columns here")));
        }
        let width = table.columns.len();
        summary.rows += into
            .load(&name, &table.columns, || decode_row(&mut entry, width))
            .await?;
        entry.finish()?;
    }
    for statement in references {
        into.batch("references", &statement).await?;
    }
    into.move_counters().await?;
    into.check_references()?;
    into.batch("leases", "delete from leases").await?;
    summary.held_jobs = jobs::hold_all(into.tx()).await?;
    // An archive of PostgreSQL can hold events that were committed but had no position yet.
    log::stamp_in(into.tx()).await?;
    Ok(summary)
}

fn encode(cell: &Cell<'_>, out: &mut Vec<u8>) {
    let mut sized = |tag: u8, bytes: &[u8]| {
        out.push(tag);
        // No engine holds a value of 4 GiB.
        out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        out.extend_from_slice(bytes);
    };
    match cell {
        Cell::Null => out.push(0),
        Cell::Int(value) => {
            out.push(1);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Cell::Bool(value) => {
            out.push(1);
            out.extend_from_slice(&i64::from(*value).to_le_bytes());
        }
        Cell::Float(value) => {
            out.push(2);
            out.extend_from_slice(&value.to_le_bytes());
        }
        Cell::Text(text) => sized(3, text.as_bytes()),
        Cell::Blob(bytes) => sized(4, bytes),
        Cell::Uuid(id) => sized(4, id.as_bytes()),
    }
}

/// The next row of an entry, or `None` behind the last.
fn decode_row(entry: &mut EntryReader<'_>, width: usize) -> Result<Option<Vec<Param<'static>>>, BackupError> {
    match fixed::<1>(entry)? {
        [0] => return Ok(None),
        [1] => {}
        _ => return Err(ArchiveError::Damaged("a row is out of place").into()),
    }
    let mut row = Vec::with_capacity(width);
    for _ in 0..width {
        let [tag] = fixed(entry)?;
        row.push(match tag {
            0 => Param::Null,
            1 => Param::Int(i64::from_le_bytes(fixed(entry)?)),
            2 => Param::Float(f64::from_le_bytes(fixed(entry)?)),
            3 => {
                let text = String::from_utf8(sized(entry)?);
                Param::Text(Cow::Owned(
                    text.map_err(|_| ArchiveError::Damaged("a text is not UTF-8"))?,
                ))
            }
            4 => Param::Blob(Cow::Owned(sized(entry)?)),
            _ => return Err(ArchiveError::Damaged("a value is of no known kind").into()),
        });
    }
    Ok(Some(row))
}

fn fixed<const N: usize>(entry: &mut EntryReader<'_>) -> Result<[u8; N], BackupError> {
    let mut bytes = [0; N];
    entry.read_exact(&mut bytes).map_err(damage)?;
    Ok(bytes)
}

/// Grows with what is really there: a damaged length can't make it ask for gigabytes at once.
fn sized(entry: &mut EntryReader<'_>) -> Result<Vec<u8>, BackupError> {
    let length = u64::from(u32::from_le_bytes(fixed(entry)?));
    let mut bytes = Vec::new();
    let read = entry.take(length).read_to_end(&mut bytes).map_err(damage)?;
    if read as u64 != length {
        return Err(ArchiveError::Damaged("a value ends too early").into());
    }
    Ok(bytes)
}
