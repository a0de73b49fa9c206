//! PostgreSQL: pools, statements, and transactions that run again when they lose a race.
//!
//! Writes are SERIALIZABLE: code that is right with SQLite's single writer is then right here too, at the price of
//! retries. Two pools keep readers from starving writers.

use super::conn::{Conn, Failure, Session, Tx};
use super::error::{StoreError, is_serialization};
use super::param::Param;
use super::query::{BLOCK, Query};
use super::row::{FromRow, Row};
use super::{BoxFuture, DbSettings, Shared, listen, tls};
use deadpool_postgres::{Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts};
use futures::stream::FuturesOrdered;
use futures::{FutureExt, TryStreamExt};
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Statement};

/// How long a caller waits for a free connection, and a connection for its server.
const WAIT: Duration = Duration::from_secs(10);

/// How long one statement may take before its connection is given up. A server that hangs looks like this.
const STATEMENT: Duration = Duration::from_secs(60);

/// How long a write that keeps losing races is tried again.
const RACE: Duration = Duration::from_secs(20);

/// How a transaction is kept apart from others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Isolation {
    Serializable,
    ReadCommitted,
}

/// The engine behind a `Db` on PostgreSQL.
pub(super) struct Postgres {
    readers: Pool,
    writers: Pool,
    listener: listen::Listener,
    shared: Arc<Shared>,
}

impl Postgres {
    pub(super) fn open(settings: &DbSettings, shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let config = config(&settings.url)?;
        let readers = pool(&config, settings.readers)?;
        let writers = pool(&config, settings.writers)?;
        let listener = listen::Listener::start(config, shared)?;
        Ok(Self {
            readers,
            writers,
            listener,
            shared: Arc::clone(shared),
        })
    }

    /// Makes a connection, or says why none can be made.
    pub(super) async fn reach(&self) -> Result<(), StoreError> {
        drop(self.writers.get().await.map_err(pool_error)?);
        Ok(())
    }

    pub(super) async fn reader(&self, snapshot: bool) -> Result<Conn, StoreError> {
        let lease = if snapshot {
            begun(&self.readers, "begin isolation level repeatable read read only").await?
        } else {
            Lease::new(self.readers.get().await.map_err(pool_error)?)
        };
        Ok(Conn::new(Session::Postgres(lease), &self.shared))
    }

    pub(super) async fn write<T, E, F>(&self, name: &'static str, job: F, isolation: Isolation) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let started = Instant::now();
        let mut unique_again = true;
        for attempt in 0_u32.. {
            self.shared.check()?;
            match self.attempt(name, &job, isolation).await? {
                Attempt::Done(result, changed) => {
                    if result.is_ok() && changed {
                        self.shared.wake();
                        self.listener.notify();
                    }
                    return result;
                }
                Attempt::Unique(result) if !unique_again => return result,
                // Whoever won the race for the key has committed: run again, the closure sees it and can say so.
                Attempt::Unique(_) => unique_again = false,
                Attempt::Race if started.elapsed() > RACE => {
                    tracing::warn!(write = name, attempt, "a write kept losing races and was given up");
                    return Err(StoreError::Busy.into());
                }
                Attempt::Race => tokio::time::sleep(pause(attempt)).await,
            }
        }
        Err(StoreError::Busy.into())
    }

    async fn attempt<T, E, F>(&self, name: &'static str, job: &F, isolation: Isolation) -> Result<Attempt<T, E>, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let lease = begun(
            &self.writers,
            match isolation {
                Isolation::Serializable => "begin isolation level serializable",
                Isolation::ReadCommitted => "begin isolation level read committed",
            },
        )
        .await?;
        let mut tx = Tx::new(Conn::new(Session::Postgres(lease), &self.shared));
        let ran = AssertUnwindSafe(async { job(&mut tx).await }).catch_unwind().await;
        let (failure, changed) = (tx.take_failure(), tx.take_changed());
        let Session::Postgres(lease) = &mut tx.session else {
            return Err(StoreError::bug("a transaction changed its engine").into());
        };
        let result = match ran {
            Err(_) => Err(StoreError::Bug(format!("{name} panicked")).into()),
            Ok(result) => result,
        };
        match (result, failure) {
            (_, Some(Failure::Race)) => {
                lease.rollback().await?;
                Ok(Attempt::Race)
            }
            (Err(error), Some(Failure::Unique)) => {
                lease.rollback().await?;
                Ok(Attempt::Unique(Err(error)))
            }
            (Ok(_), Some(_)) => {
                lease.rollback().await?;
                Err(StoreError::Bug(format!("{name} went on after a failed statement")).into())
            }
            (Err(error), _) => {
                // What the closure refused stands, even if the connection is lost while it is undone.
                if let Err(lost) = lease.rollback().await {
                    tracing::warn!(error = %lost, write = name, "a refused write could not be rolled back in order");
                }
                Ok(Attempt::Done(Err(error), false))
            }
            (Ok(value), None) => match lease.commit().await {
                Ok(()) => Ok(Attempt::Done(Ok(value), changed)),
                Err((_, Failure::Race)) => Ok(Attempt::Race),
                Err((error, Failure::Unique)) => Ok(Attempt::Unique(Err(error.into()))),
                Err((error, Failure::Final)) => Err(error.into()),
            },
        }
    }

    pub(super) fn close(&self) {
        self.listener.stop();
        self.readers.close();
        self.writers.close();
    }
}

/// A connection inside a new transaction. One that broke while it lay in the pool is replaced, since nothing has
/// happened on it yet.
async fn begun(pool: &Pool, text: &'static str) -> Result<Lease, StoreError> {
    let mut tries = pool.status().max_size;
    loop {
        let mut lease = Lease::new(pool.get().await.map_err(pool_error)?);
        match lease.begin(text).await {
            Err(StoreError::Unavailable(_)) if lease.is_broken() && tries > 0 => tries -= 1,
            Err(error) => return Err(error),
            Ok(()) => return Ok(lease),
        }
    }
}

/// A connection outside the pools; the one-place pool that made it ends with it.
pub(super) async fn single(settings: &DbSettings) -> Result<Lease, StoreError> {
    let pool = pool(&config(&settings.url)?, 1)?;
    Ok(Lease::new(pool.get().await.map_err(pool_error)?))
}

/// How one run of a transaction ended.
enum Attempt<T, E> {
    /// With whether a row was changed.
    Done(Result<T, E>, bool),
    Race,
    Unique(Result<T, E>),
}

/// How long to wait before the next attempt: doubling, up to 100 ms, and spread so that rivals don't meet again.
///
/// The spread walks the unit interval by the golden ratio, which parts the waiting writers of a process more evenly
/// than chance would, and needs no randomness.
fn pause(attempt: u32) -> Duration {
    static TICKET: AtomicU64 = AtomicU64::new(0);
    let ticket = TICKET.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed) ^ u64::from(std::process::id()) << 32;
    let share = (ticket >> 48) * 1000 / (1 << 16);
    let longest = 2_000_u64.saturating_mul(1 << attempt.min(6)).min(100_000);
    Duration::from_micros(200 + longest * share / 1000)
}

fn config(url: &str) -> Result<tokio_postgres::Config, StoreError> {
    let mut config: tokio_postgres::Config = url
        .parse()
        .map_err(|_| StoreError::Unavailable("the database's URL can't be read".to_owned()))?;
    if config.get_application_name().is_none() {
        config.application_name("masthead");
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(Duration::from_secs(5));
    }
    config.keepalives_idle(Duration::from_secs(30));
    config.tcp_user_timeout(Duration::from_secs(15));
    Ok(config)
}

fn pool(config: &tokio_postgres::Config, size: usize) -> Result<Pool, StoreError> {
    let settings = ManagerConfig {
        recycling_method: RecyclingMethod::Fast,
    };
    let manager = match tls::connector(config)? {
        Some(tls) => Manager::from_config(config.clone(), tls, settings),
        None => Manager::from_config(config.clone(), NoTls, settings),
    };
    Pool::builder(manager)
        .max_size(size.max(1))
        .timeouts(Timeouts {
            wait: Some(WAIT),
            create: Some(WAIT),
            recycle: Some(WAIT),
        })
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|error| StoreError::Unavailable(error.to_string()))
}

fn pool_error(error: PoolError) -> StoreError {
    match error {
        PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => StoreError::Busy,
        PoolError::Backend(error) => match StoreError::from_postgres("connect", &error) {
            StoreError::Database { detail, .. } => StoreError::Unavailable(detail),
            other => other,
        },
        other => StoreError::Unavailable(other.to_string()),
    }
}

type Outcome<T> = Result<T, (StoreError, Failure)>;

/// A connection on loan, perhaps inside a transaction.
pub(super) struct Lease {
    client: Option<Object>,
    open: bool,
}

impl Lease {
    fn new(client: Object) -> Self {
        Self {
            client: Some(client),
            open: false,
        }
    }

    async fn begin(&mut self, text: &'static str) -> Result<(), StoreError> {
        self.open = true;
        self.batch(text).await.map_err(|(error, _)| error)
    }

    fn is_broken(&self) -> bool {
        self.client.as_ref().is_some_and(|client| client.is_closed())
    }

    async fn rollback(&mut self) -> Result<(), StoreError> {
        self.open = false;
        self.batch("rollback").await.map_err(|(error, _)| error)
    }

    async fn commit(&mut self) -> Outcome<()> {
        self.open = false;
        self.batch("commit").await
    }

    /// Statements of maintenance, which may take as long as they need.
    pub(super) async fn batch_of(&mut self, step: &'static str, text: &str) -> Result<(), StoreError> {
        let client = self.client().map_err(|(error, _)| error)?;
        let result = client.batch_execute(text).await;
        self.concluded(step, Some(result)).map_err(|(error, _)| error)
    }

    async fn batch(&mut self, text: &'static str) -> Outcome<()> {
        let client = self.client()?;
        let result = limited(client.batch_execute(text)).await;
        self.concluded(text, result)
    }

    pub(super) async fn fetch<R: FromRow>(
        &mut self,
        query: Query,
        params: &[Param<'_>],
        limit: usize,
    ) -> Outcome<Vec<R>> {
        let statement = self.prepare(query, query.postgres(), params.len()).await?;
        let bound = bound(params);
        let mut result = limited(self.client()?.query(&statement, &bound)).await;
        if !self.open && is_stale_plan(&result) {
            // A migration changed a table beneath a prepared statement; outside a transaction that can be mended.
            let statement = self.prepare_again(query).await?;
            result = limited(self.client()?.query(&statement, &bound)).await;
        }
        let rows = self.concluded(query.name(), result)?;
        rows.iter()
            .take(limit)
            .map(|row| Row::read_postgres(query.name(), row).map_err(|error| (error, Failure::Final)))
            .collect()
    }

    pub(super) async fn execute(&mut self, query: Query, params: &[Param<'_>]) -> Outcome<u64> {
        let statement = self.prepare(query, query.postgres(), params.len()).await?;
        let bound = bound(params);
        let result = limited(self.client()?.execute(&statement, &bound)).await;
        self.concluded(query.name(), result)
    }

    pub(super) async fn execute_rows(&mut self, query: Query, rows: &[Vec<Param<'_>>]) -> Outcome<u64> {
        let width = rows.first().map_or(0, Vec::len);
        if rows.iter().any(|row| row.len() != width) {
            let text = format!("{}: rows of different lengths", query.name());
            return Err((StoreError::Bug(text), Failure::Final));
        }
        let (blocks, rest) = rows.as_chunks::<BLOCK>();
        let blocks = blocks.iter().map(|block| bound(block.iter().flatten())).collect();
        let rest = rest.iter().map(bound).collect();
        let of_blocks = self.each(query, query.postgres_block(), width * BLOCK, blocks).await?;
        let of_rest = self.each(query, query.postgres(), width, rest).await?;
        Ok(of_blocks + of_rest)
    }

    /// Runs a text of a query with each list of parameters, sending one after the other without waiting for answers.
    async fn each(&mut self, query: Query, text: &str, wanted: usize, lists: Vec<Vec<Bound<'_>>>) -> Outcome<u64> {
        if lists.is_empty() {
            return Ok(0);
        }
        let statement = self.prepare(query, text, wanted).await?;
        let client = self.client()?;
        let all = async {
            // Each is sent when it is first polled, which is in this order; the answers come in the same.
            let mut each: FuturesOrdered<_> = lists.iter().map(|params| client.execute(&statement, params)).collect();
            let mut sum = 0;
            while let Some(rows) = each.try_next().await? {
                sum += rows;
            }
            Ok(sum)
        };
        let result = limited(all).await;
        self.concluded(query.name(), result)
    }

    async fn prepare(&mut self, query: Query, text: &str, given: usize) -> Outcome<Statement> {
        let result = limited(self.client()?.prepare_cached(text)).await;
        let statement = self.concluded(query.name(), result)?;
        let wanted = statement.params().len();
        if wanted != given {
            let text = format!("{}: {wanted} parameters are wanted, {given} were given", query.name());
            return Err((StoreError::Bug(text), Failure::Final));
        }
        Ok(statement)
    }

    async fn prepare_again(&mut self, query: Query) -> Outcome<Statement> {
        let client = self.client()?;
        client.statement_cache.clear();
        let result = limited(client.prepare_cached(query.postgres())).await;
        self.concluded(query.name(), result)
    }

    pub(super) fn raw(&self) -> Option<&Object> {
        self.client.as_ref()
    }

    fn client(&self) -> Outcome<&Object> {
        self.client.as_ref().ok_or_else(|| {
            (
                StoreError::Unavailable("the connection was lost".to_owned()),
                Failure::Final,
            )
        })
    }

    /// Sorts an error, and gives up a connection that can't be used again.
    fn concluded<T>(&mut self, query: &'static str, result: Limited<T>) -> Outcome<T> {
        match result {
            Some(Ok(value)) => Ok(value),
            Some(Err(error)) => {
                let failure = if is_serialization(&error) {
                    Failure::Race
                } else if is_plan_error(&error) {
                    if let Some(client) = &self.client {
                        client.statement_cache.clear();
                    }
                    Failure::Race
                } else if error.code() == Some(&tokio_postgres::error::SqlState::UNIQUE_VIOLATION) {
                    Failure::Unique
                } else {
                    Failure::Final
                };
                Err((StoreError::from_postgres(query, &error), failure))
            }
            None => {
                // Nobody knows in what state it is: it is closed instead of going back to the pool.
                if let Some(client) = self.client.take() {
                    drop(Object::take(client));
                }
                Err((
                    StoreError::Unavailable(format!("{query} took longer than {} s", STATEMENT.as_secs())),
                    Failure::Final,
                ))
            }
        }
    }
}

impl Drop for Lease {
    /// A transaction that nobody ended (a dropped write, a snapshot) is rolled back before the next user's statements.
    fn drop(&mut self) {
        if let (true, Some(client)) = (self.open, &self.client) {
            // The first poll queues the message; the connection sends it in order and drops the reply.
            let _sent = client.batch_execute("rollback").now_or_never();
        }
    }
}

/// The result, or none if it took too long.
type Limited<T> = Option<Result<T, tokio_postgres::Error>>;

async fn limited<T>(work: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Limited<T> {
    tokio::time::timeout(STATEMENT, work).await.ok()
}

/// A parameter as the client library wants it.
type Bound<'p> = &'p (dyn ToSql + Sync);

fn bound<'p>(params: impl IntoIterator<Item = &'p Param<'p>>) -> Vec<Bound<'p>> {
    params.into_iter().map(|param| param as Bound<'p>).collect()
}

fn is_stale_plan<T>(result: &Limited<T>) -> bool {
    matches!(result, Some(Err(error)) if is_plan_error(error))
}

/// "cached plan must not change result type", which has no code of its own.
fn is_plan_error(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|db| {
        *db.code() == tokio_postgres::error::SqlState::FEATURE_NOT_SUPPORTED && db.message().contains("cached plan")
    })
}
