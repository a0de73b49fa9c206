//! SQLite: how connections are opened, the pool of readers, and running one statement.
//!
//! WAL lets readers go on beside the one writer. `synchronous=FULL` makes an answered write survive a power cut, and
//! group commit (see `writer`) pays for it. Memory-mapped reads were rejected: an I/O error would then be a signal
//! that kills the process instead of an error that a page can be served around.

use super::checkpoint::Checkpoints;
use super::conn::{Conn, Failure, Session};
use super::error::StoreError;
use super::param::Param;
use super::query::Query;
use super::row::{FromRow, Row};
use super::{BoxFuture, DbSettings, Shared, Tx, writer};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a caller waits for a free reader.
const WAIT: Duration = Duration::from_secs(10);

/// How often commits of other processes are looked for; the promise is 100 ms.
const WATCH_EVERY: Duration = Duration::from_millis(50);

/// How long a write waits for another process.
const BUSY_MILLIS: i32 = 5_000;

/// The engine behind a `Db` on a SQLite file.
pub(super) struct Sqlite {
    readers: Arc<Readers>,
    writer: writer::Writer,
    shared: Arc<Shared>,
    // Dropping it ends the watching thread.
    _watcher: std::sync::mpsc::Sender<()>,
}

impl Sqlite {
    pub(super) fn open(settings: &DbSettings, shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let path = settings
            .sqlite_path()
            .ok_or_else(|| StoreError::bug("not a URL of SQLite"))?;
        let mut connection = open(&path, Role::Writer)?;
        let checkpoints = Checkpoints::start(&mut connection, &path)?;
        let readers = Arc::new(Readers {
            path: path.clone(),
            idle: Mutex::new(Vec::new()),
            permits: Arc::new(Semaphore::new(settings.readers.max(1))),
        });
        let tx = Tx::new(Conn::new(Session::Sqlite(Lease::writer(connection)), shared));
        let writer = writer::Writer::start(tx, checkpoints, shared)?;
        let _watcher = watch(open(&path, Role::Reader)?, shared)?;
        Ok(Self {
            readers,
            writer,
            shared: Arc::clone(shared),
            _watcher,
        })
    }

    pub(super) async fn reader(&self, snapshot: bool) -> Result<Conn, StoreError> {
        let permits = Arc::clone(&self.readers.permits);
        let permit = match tokio::time::timeout(WAIT, permits.acquire_owned()).await {
            Ok(Ok(permit)) => permit,
            Ok(Err(_)) => return Err(StoreError::Unavailable("it was closed".to_owned())),
            Err(_) => return Err(StoreError::Busy),
        };
        let idle = self.readers.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => open(&self.readers.path, Role::Reader)?,
        };
        if snapshot {
            // A deferred transaction takes its snapshot at its first read, so one is made at once.
            frame(&connection, "begin deferred")
                .and_then(|()| frame(&connection, "select 1 from sqlite_schema limit 1"))
                .map_err(|error| StoreError::from_sqlite("snapshot", &error))?;
        }
        let home = Some(Home {
            readers: Arc::clone(&self.readers),
            _permit: permit,
        });
        Ok(Conn::new(
            Session::Sqlite(Lease {
                connection: Some(connection),
                home,
                snapshot,
            }),
            &self.shared,
        ))
    }

    pub(super) async fn write<T, E, F>(&self, name: &'static str, job: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.writer.write(name, job).await
    }

    pub(super) async fn close(&self) {
        self.readers.permits.close();
        self.readers.lock().clear();
        self.writer.close().await;
    }
}

/// The readers that nobody uses at the moment.
struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    /// A std mutex: it is held for a push or a pop and nothing waits under it. A poisoned one is still a sound list.
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection on loan, or the writer's own.
pub(super) struct Lease {
    connection: Option<Connection>,
    home: Option<Home>,
    snapshot: bool,
}

struct Home {
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Lease {
    pub(super) fn writer(connection: Connection) -> Self {
        Self {
            connection: Some(connection),
            home: None,
            snapshot: false,
        }
    }

    pub(super) fn connection(&self, query: Query) -> Result<&Connection, StoreError> {
        self.raw()
            .ok_or_else(|| StoreError::Bug(format!("{}: the connection was given back", query.name())))
    }

    pub(super) fn raw(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let (Some(connection), Some(home)) = (self.connection.take(), &self.home) else {
            return;
        };
        if self.snapshot
            && let Err(error) = frame(&connection, "rollback")
        {
            // The connection is closed with its transaction instead of going back; the next reader opens another.
            tracing::warn!(%error, "a snapshot could not be ended");
            return;
        }
        if !home.readers.permits.is_closed() {
            home.readers.lock().push(connection);
        }
    }
}

/// Runs a statement of a snapshot's frame. Prepared once: reading these three anew for every page took as long as two of
/// its queries.
fn frame(connection: &Connection, text: &'static str) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(text)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

/// What a connection may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Reader,
    Writer,
}

/// Opens a connection with everything set that the store relies on.
pub(super) fn open(path: &Path, role: Role) -> Result<Connection, StoreError> {
    let fail = |error: rusqlite::Error| match StoreError::from_sqlite("open", &error) {
        StoreError::Database { detail, .. } => StoreError::Unavailable(detail),
        other => other,
    };
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if role == Role::Writer {
        flags |= OpenFlags::SQLITE_OPEN_CREATE;
    }
    let mut connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    // First of all, because the next statements can already meet another process.
    connection.busy_handler(Some(wait_for_lock)).map_err(fail)?;
    connection
        .execute_batch(match role {
            Role::Writer => {
                "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;
                 pragma wal_autocheckpoint = 2000; pragma journal_size_limit = 67108864;
                 pragma cache_size = -16000; pragma temp_store = memory"
            }
            Role::Reader => "pragma query_only = on; pragma cache_size = -4000; pragma temp_store = memory",
        })
        .map_err(fail)?;
    // With the statistics that our build of SQLite keeps (STAT4), a plan may depend on the values bound to it, and a
    // prepared statement is parsed and planned anew for each: nearly half of the time of a page. The plans are looked at
    // by the contract tests without values, so nothing is lost.
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
        .map_err(fail)?;
    rusqlite::vtab::array::load_module(&connection).map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(connection)
}

/// Waits for another process's lock, a millisecond at a time and five seconds in all.
///
/// SQLite's own handler sleeps up to 100 ms between its looks and so loses every time against a process that commits
/// without pause; a look a millisecond meets the gaps that our writer leaves on purpose.
fn wait_for_lock(looks: i32) -> bool {
    if looks >= BUSY_MILLIS {
        return false;
    }
    std::thread::sleep(Duration::from_millis(1));
    true
}

/// Looks for the commits of other processes (and, harmlessly, of our own writer).
fn watch(connection: Connection, shared: &Arc<Shared>) -> Result<std::sync::mpsc::Sender<()>, StoreError> {
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let shared = Arc::clone(shared);
    let look = move |connection: &Connection| -> rusqlite::Result<i64> {
        connection
            .prepare_cached("pragma data_version")?
            .query_row([], |row| row.get(0))
    };
    std::thread::Builder::new()
        .name("sqlite-watch".to_owned())
        .spawn(move || {
            let mut seen = None;
            while let Err(std::sync::mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(WATCH_EVERY) {
                match look(&connection) {
                    Ok(version) if seen == Some(version) => {}
                    Ok(version) => {
                        seen = Some(version);
                        shared.wake();
                    }
                    Err(error) => tracing::warn!(%error, "can't look for other processes' commits"),
                }
            }
        })
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    Ok(stop)
}

type Outcome<T> = Result<T, (StoreError, Failure)>;

/// SQLite's single writer leaves no races: a failure is final, and a broken unique key is a fact.
fn failed(query: Query, error: &rusqlite::Error) -> (StoreError, Failure) {
    (StoreError::from_sqlite(query.name(), error), Failure::Final)
}

fn prepare<'c>(
    connection: &'c Connection,
    query: Query,
    params: &[Param<'_>],
) -> Outcome<rusqlite::CachedStatement<'c>> {
    let mut statement = connection
        .prepare_cached(query.sqlite())
        .map_err(|error| failed(query, &error))?;
    let wanted = statement.parameter_count();
    if wanted != params.len() {
        let text = format!(
            "{}: {wanted} parameters are wanted, {} were given",
            query.name(),
            params.len()
        );
        return Err((StoreError::Bug(text), Failure::Final));
    }
    for (index, param) in params.iter().enumerate() {
        statement
            .raw_bind_parameter(index + 1, param)
            .map_err(|error| failed(query, &error))?;
    }
    Ok(statement)
}

/// Runs a query and reads at most `limit` rows.
pub(super) fn fetch<R: FromRow>(
    connection: &Connection,
    query: Query,
    params: &[Param<'_>],
    limit: usize,
) -> Outcome<Vec<R>> {
    let mut statement = prepare(connection, query, params)?;
    let columns = statement.column_count();
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while found.len() < limit {
        match rows.next() {
            Ok(Some(row)) => {
                found.push(Row::read_sqlite(query.name(), row, columns).map_err(|error| (error, Failure::Final))?);
            }
            Ok(None) => break,
            Err(error) => return Err(failed(query, &error)),
        }
    }
    Ok(found)
}

/// Runs a statement and counts the rows that it changed.
pub(super) fn execute(connection: &Connection, query: Query, params: &[Param<'_>]) -> Outcome<u64> {
    let mut statement = prepare(connection, query, params)?;
    let changed = statement.raw_execute().map_err(|error| failed(query, &error))?;
    Ok(changed as u64)
}
