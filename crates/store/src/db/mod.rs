//! The database: one small face over SQLite and PostgreSQL.
//!
//! Callers see [`Db`], [`Conn`] and [`Tx`] and never an engine. Reads borrow a connection; a write is a closure that
//! may run more than once, so nothing but the transaction may happen inside it. Which engine is behind it is decided
//! once, by the URL, and no file outside this folder branches on it.

mod checkpoint;
mod conn;
mod error;
pub mod isso;
mod listen;
pub(crate) mod maintenance;
mod param;
#[cfg(any(test, feature = "testing"))]
mod plan;
mod postgres;
mod query;
mod row;
mod sqlite;
mod tls;
pub(crate) mod transfer;
mod writer;

pub use conn::{Conn, Tx};
pub use error::StoreError;
pub use futures::future::BoxFuture;
pub use param::{Json, Param};
pub use query::{Query, QueryDef};
pub use row::{Cell, Column, FromRow, Row};

use masthead_domain::time::{Clock, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// Hands the names of all identifier types to a macro.
macro_rules! for_each_id {
    ($then:ident) => {
        $then! {
            EntryId VideoId
            SiteId SectionId StoryId RevisionId WireItemId TopicId AuthorId PictureId FrontId EventId JobId CommentId
            AccountId ProfileId SessionId PasskeyId ProfileChangeId MailId SuspensionId ReportId ContributionId AlertId
            ListingId PartnerId SubscriptionId CampaignId
        }
    };
}
pub(crate) use for_each_id;

/// Where the database is and how many connections it may use.
#[derive(Clone, Debug)]
pub struct DbSettings {
    /// `sqlite:PATH`, or `postgres://USER@HOST/NAME` (a socket's folder as `?host=/DIR`). With `sslmode=require` the
    /// connection is encrypted and the server's certificate is checked; without it nothing is encrypted, as suits a
    /// socket or a private network.
    pub url: String,
    /// Connections for reading; at least one.
    pub readers: usize,
    /// Connections for writing on PostgreSQL; SQLite always has one writer.
    pub writers: usize,
}

impl DbSettings {
    /// Settings for `url` with as many connections as suit a small server.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            readers: 8,
            writers: 16,
        }
    }

    /// Which engine the URL names.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] for a URL of neither kind; the URL is not repeated, since it may hold a password.
    pub fn engine(&self) -> Result<Engine, StoreError> {
        if self.url.starts_with("sqlite:") {
            Ok(Engine::Sqlite)
        } else if self.url.starts_with("postgres:") || self.url.starts_with("postgresql:") {
            Ok(Engine::Postgres)
        } else {
            Err(StoreError::Unavailable(
                "the database's URL begins with neither sqlite: nor postgres:".to_owned(),
            ))
        }
    }

    /// The file of a SQLite database.
    pub(crate) fn sqlite_path(&self) -> Option<std::path::PathBuf> {
        let rest = self.url.strip_prefix("sqlite:")?;
        Some(rest.strip_prefix("//").unwrap_or(rest).into())
    }
}

/// The engine behind a [`Db`]: for messages and tests, not for branching.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite, in this process.
    Sqlite,
    /// PostgreSQL, or a database that speaks its protocol.
    Postgres,
}

impl std::fmt::Display for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

/// A handle on the database; clones share its connections.
#[derive(Clone)]
pub struct Db {
    settings: Arc<DbSettings>,
    shared: Arc<Shared>,
    backend: Backend,
}

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<sqlite::Sqlite>),
    Postgres(Arc<postgres::Postgres>),
}

/// What every connection and background thread of one [`Db`] shares.
pub(crate) struct Shared {
    clock: Arc<dyn Clock>,
    fault: AtomicBool,
    closed: AtomicBool,
    changed: watch::Sender<u64>,
}

impl Shared {
    fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            fault: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            changed: watch::Sender::new(0),
        }
    }

    /// Fails while the fault switch is on or after closing.
    fn check(&self) -> Result<(), StoreError> {
        if self.fault.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("the fault switch is on".to_owned()));
        }
        if self.closed.load(Ordering::Relaxed) {
            return Err(StoreError::Unavailable("it was closed".to_owned()));
        }
        Ok(())
    }

    /// Wakes everybody who waits for commits.
    fn wake(&self) {
        self.changed.send_modify(|count| *count = count.wrapping_add(1));
    }
}

impl Db {
    /// Opens the database; a SQLite file is made when there is none. Nothing is migrated (see `migrate`).
    ///
    /// Must be called inside a Tokio runtime, which also runs PostgreSQL's connections.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the file can't be opened or the server can't be reached.
    pub async fn open(settings: &DbSettings, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let db = Self::open_unreached(settings, clock)?;
        if let Backend::Postgres(postgres) = &db.backend {
            // Says at once, and not at the first page, that the server can't be reached.
            postgres.reach().await?;
        }
        Ok(db)
    }

    /// As [`Db::open`], but a server that can't be reached is no error: every call fails until it can. For a node that
    /// answers with what it has while it waits. A SQLite file has to be there all the same.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the URL can't be used or the file can't be opened.
    pub fn open_unreached(settings: &DbSettings, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::new(clock));
        let backend = match settings.engine()? {
            Engine::Sqlite => Backend::Sqlite(Arc::new(sqlite::Sqlite::open(settings, &shared)?)),
            Engine::Postgres => Backend::Postgres(Arc::new(postgres::Postgres::open(settings, &shared)?)),
        };
        Ok(Self {
            settings: Arc::new(settings.clone()),
            shared,
            backend,
        })
    }

    /// Which engine this is. For messages only: no caller may behave differently by it.
    pub fn engine(&self) -> Engine {
        match self.backend {
            Backend::Sqlite(_) => Engine::Sqlite,
            Backend::Postgres(_) => Engine::Postgres,
        }
    }

    pub(crate) fn settings(&self) -> &DbSettings {
        &self.settings
    }

    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.shared.clock)
    }

    /// The present moment by the clock that was handed to [`Db::open`]. Never the database's own clock.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Borrows a connection whose every read sees what was committed when it began.
    ///
    /// Wait for no second connection while holding one: under load the pool would be empty for both. On SQLite the
    /// read itself runs on the calling thread and is expected to take microseconds; put exports and recounts on a
    /// blocking thread.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when none became free in 10 s, [`StoreError::Unavailable`] when the database is gone.
    pub async fn reader(&self) -> Result<Conn, StoreError> {
        self.shared.check()?;
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.reader(false).await,
            Backend::Postgres(postgres) => postgres.reader(false).await,
        }
    }

    /// Borrows a connection all of whose reads see the same moment, until it is dropped.
    ///
    /// # Errors
    /// As [`Db::reader`].
    pub async fn snapshot(&self) -> Result<Conn, StoreError> {
        self.shared.check()?;
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.reader(true).await,
            Backend::Postgres(postgres) => postgres.reader(true).await,
        }
    }

    /// Runs `job` in a transaction and answers once its changes are durable; `name` is for logs.
    ///
    /// The closure may run again (a lost race on PostgreSQL, a rolled back batch on SQLite), so it must do nothing
    /// outside the transaction and await nothing but `Tx`. An `Err` of the closure rolls its changes back; so does a
    /// failed statement, whatever the closure made of it, because PostgreSQL can't go on after one. A write whose
    /// future is dropped before the answer may or may not have taken effect.
    ///
    /// # Errors
    /// What the closure returned; [`StoreError::Busy`] when races or locks lasted too long,
    /// [`StoreError::Unavailable`] when the database was lost (the write may then have taken effect all the same),
    /// [`StoreError::Bug`] when the closure panicked or awaited something else.
    pub async fn write<T, E, F>(&self, name: &'static str, job: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        self.shared.check()?;
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(name, job).await,
            Backend::Postgres(postgres) => postgres.write(name, job, postgres::Isolation::Serializable).await,
        }
    }

    /// As [`Db::write`], but each statement sees what was committed before it, whatever the engine.
    ///
    /// For the stamper alone, whose row lock orders it against other stampers: as a serializable transaction it would
    /// stand in a read-write conflict with every writer that appends an event, and cost them retries.
    pub(crate) async fn write_read_committed<T, F>(&self, name: &'static str, job: F) -> Result<T, StoreError>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, StoreError>> + Send + Sync + 'static,
        T: Send + 'static,
    {
        self.shared.check()?;
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.write(name, job).await,
            Backend::Postgres(postgres) => postgres.write(name, job, postgres::Isolation::ReadCommitted).await,
        }
    }

    /// A number that changes whenever anything may have been committed, by this process (at once) or another (within
    /// 100 ms on SQLite; by notification or within half a second on PostgreSQL).
    ///
    /// A wake is only a hint and may come for nothing: what is new is read from the log.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    /// Whether events get their positions from a task of [`crate::log::run_stamper`] (PostgreSQL) and not from the
    /// writer itself (SQLite).
    pub(crate) fn wants_stamper(&self) -> bool {
        matches!(self.backend, Backend::Postgres(_))
    }

    /// How far the database's clock is ahead of ours, in microseconds. A node beyond 500 ms is not ready, since its
    /// releases and leases would come at the wrong time.
    ///
    /// # Errors
    /// As for any read.
    pub async fn clock_difference(&self) -> Result<i64, StoreError> {
        match &self.backend {
            // The database has no clock but that of this machine.
            Backend::Sqlite(_) => self.shared.check().map(|()| 0),
            Backend::Postgres(_) => {
                let mut conn = self.reader().await?;
                let before = self.now();
                let theirs: i64 = conn.one(DATABASE_CLOCK, crate::params![]).await?;
                let after = self.now();
                let middle = before.as_micros() + after.micros_since(before) / 2;
                Ok(theirs.saturating_sub(middle))
            }
        }
    }

    /// Ends the writer and the connections; what was answered is durable already. Later calls fail with
    /// [`StoreError::Unavailable`].
    pub async fn close(&self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        match &self.backend {
            Backend::Sqlite(sqlite) => sqlite.close().await,
            Backend::Postgres(postgres) => postgres.close(),
        }
    }

    /// The fault switch: while it is on, every call fails with [`StoreError::Unavailable`], as if the database had
    /// been stopped. For tests, which can't stop SQLite otherwise.
    pub fn set_fault(&self, on: bool) {
        self.shared.fault.store(on, Ordering::Relaxed);
    }
}

crate::queries! {
    /// Read only on PostgreSQL; the text for SQLite keeps the query preparable on both.
    DATABASE_CLOCK = sqlite "select cast(strftime('%s', 'now') as integer) * 1000000",
        postgres "select cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
}
