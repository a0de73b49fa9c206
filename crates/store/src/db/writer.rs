//! Group commit: SQLite's one writer thread, which commits the jobs that wait together.
//!
//! Each job runs inside a savepoint, so that one that fails or panics harms no other, and *every* answer, a refusal
//! too, goes out after the commit: nobody may act on what isn't durable. When the engine itself rolls the transaction
//! back (a full disk, an I/O error, no memory), the jobs run again one by one, so that the guilty one fails alone.

use super::checkpoint::Checkpoints;
use super::conn::{Conn, Session, Tx};
use super::error::StoreError;
use super::{BoxFuture, Shared};
use futures::FutureExt;
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// Jobs committed together at most: larger groups gain nothing and make the first wait for the last.
const BATCH: usize = 256;

/// How long a batch may run before it is committed with what it has: bounds the wait of its first job and the time
/// for which another process is kept out.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// A writer that never rests would keep other processes out for ever, since SQLite's lock has no queue: after this
/// long without a rest …
const REST_AFTER: Duration = Duration::from_millis(100);

/// … it rests for longer than the waiting process sleeps between its looks.
const REST: Duration = Duration::from_millis(2);

/// The queue in front of the writer thread.
pub(super) struct Writer {
    // None once closed. Held for the time of a send.
    queue: Mutex<Option<Sender<Box<dyn Job>>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn start(tx: Tx, checkpoints: Checkpoints, shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let (queue, waiting) = channel();
        let shared = Arc::clone(shared);
        let thread = std::thread::Builder::new()
            .name("sqlite-write".to_owned())
            .spawn(move || run(tx, &waiting, &checkpoints, &shared))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) async fn write<T, E, F>(&self, name: &'static str, job: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let task: Box<dyn Job> = Box::new(Task {
            name,
            job,
            result: None,
            answer,
        });
        let sent = match self.queue.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            Some(queue) => queue.send(task).is_ok(),
            None => false,
        };
        if !sent {
            return Err(StoreError::Unavailable("it was closed".to_owned()).into());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(StoreError::Unavailable("the writer ended".to_owned()).into()))
    }

    /// Lets the writer finish what waits and end.
    pub(super) async fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the writer thread ended with a panic");
            }
        }
    }
}

/// A job with its types forgotten.
trait Job: Send {
    /// Runs it once and keeps its result. True when its changes are to stay.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Whether it ran and returned an error.
    fn refused(&self) -> bool;
    /// Replaces the result by a failure.
    fn fail(&mut self, error: StoreError);
    /// Sends the result to whoever waits.
    fn answer(self: Box<Self>);
}

struct Task<F, T, E> {
    name: &'static str,
    job: F,
    result: Option<Result<T, E>>,
    answer: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Job for Task<F, T, E>
where
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
    T: Send,
    E: From<StoreError> + Send,
{
    fn run(&mut self, tx: &mut Tx) -> bool {
        tx.take_failure();
        // Unwinding leaves nothing half done that anyone sees: the savepoint is rolled back.
        let ran = catch_unwind(AssertUnwindSafe(|| (self.job)(tx).now_or_never()));
        let failure = tx.take_failure();
        let result = match ran {
            Err(_) => Err(StoreError::Bug(format!("{} panicked", self.name)).into()),
            Ok(None) => {
                Err(StoreError::Bug(format!("{} awaited something else than its transaction", self.name)).into())
            }
            Ok(Some(Ok(_))) if failure.is_some() => {
                Err(StoreError::Bug(format!("{} went on after a failed statement", self.name)).into())
            }
            Ok(Some(result)) => result,
        };
        let keep = result.is_ok();
        self.result = Some(result);
        keep
    }

    fn refused(&self) -> bool {
        matches!(self.result, Some(Err(_)))
    }

    fn fail(&mut self, error: StoreError) {
        self.result = Some(Err(error.into()));
    }

    fn answer(self: Box<Self>) {
        let result = self
            .result
            .unwrap_or_else(|| Err(StoreError::Bug(format!("{} was answered before it ran", self.name)).into()));
        if self.answer.send(result).is_err() {
            // The caller is gone; what was written stays written.
            tracing::debug!(write = self.name, "nobody waits for the answer");
        }
    }
}

fn run(mut tx: Tx, waiting: &Receiver<Box<dyn Job>>, checkpoints: &Checkpoints, shared: &Shared) {
    let mut batch: Vec<Box<dyn Job>> = Vec::new();
    let mut busy_since = Instant::now();
    loop {
        if batch.is_empty() {
            match waiting.recv_timeout(REST) {
                Ok(job) => batch.push(job),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    let Ok(job) = waiting.recv() else { break };
                    busy_since = Instant::now();
                    batch.push(job);
                }
            }
        }
        batch.extend(waiting.try_iter().take(BATCH.saturating_sub(batch.len())));
        batch = run_batch(&mut tx, batch, shared);
        if let Some(connection) = connection(&tx) {
            checkpoints.committed(connection);
        }
        if busy_since.elapsed() >= REST_AFTER {
            std::thread::sleep(REST);
            busy_since = Instant::now();
        }
    }
    if let Some(connection) = connection(&tx)
        && let Err(error) = connection.execute_batch("pragma wal_checkpoint(truncate)")
    {
        tracing::warn!(%error, "the log file was not folded into the database at closing");
    }
}

/// Runs a batch and answers it; returns the jobs for which there was no time.
fn run_batch(tx: &mut Tx, mut batch: Vec<Box<dyn Job>>, shared: &Shared) -> Vec<Box<dyn Job>> {
    if let Err(error) = statement(tx, "begin immediate") {
        fail_all(batch, &error);
        return Vec::new();
    }
    let started = Instant::now();
    let mut ran = 0;
    for job in &mut batch {
        ran += 1;
        if let Err(error) = run_in_savepoint(tx, job.as_mut()) {
            rollback(tx);
            one_by_one(tx, batch, &error, shared);
            return Vec::new();
        }
        if started.elapsed() >= BATCH_TIME {
            break;
        }
    }
    let rest = batch.split_off(ran);
    match finish(tx) {
        Ok(()) => {
            if tx.take_changed() {
                shared.wake();
            }
            answer_all(batch);
        }
        Err(error) => {
            rollback(tx);
            one_by_one(tx, batch, &error, shared);
        }
    }
    rest
}

/// After the engine gave up on a batch: each job in a transaction of its own, so that the guilty one fails alone.
fn one_by_one(tx: &mut Tx, batch: Vec<Box<dyn Job>>, error: &StoreError, shared: &Shared) {
    // Where no transaction can be committed, trying each would only take the time of as many failures.
    let hopeless = matches!(error, StoreError::Unavailable(_));
    if batch.len() == 1 || hopeless {
        for mut job in batch {
            fail_alone(job.as_mut(), error, hopeless);
            job.answer();
        }
        return;
    }
    tracing::warn!(%error, jobs = batch.len(), "a batch was rolled back; its jobs run one by one");
    for mut job in batch {
        let outcome = statement(tx, "begin immediate")
            .and_then(|()| run_in_savepoint(tx, job.as_mut()))
            .and_then(|()| finish(tx));
        match outcome {
            Ok(()) if tx.take_changed() => shared.wake(),
            Ok(()) => {}
            Err(error) => {
                rollback(tx);
                fail_alone(job.as_mut(), &error, false);
            }
        }
        job.answer();
    }
}

/// A job that ran alone and refused by itself saw nothing that was lost, so its own words stand.
fn fail_alone(job: &mut dyn Job, error: &StoreError, always: bool) {
    if always || !job.refused() {
        job.fail(error.clone());
    }
}

/// Runs one job; an error means that the whole transaction is lost, not only the job.
fn run_in_savepoint(tx: &mut Tx, job: &mut dyn Job) -> Result<(), StoreError> {
    statement(tx, "savepoint job")?;
    tx.take_error();
    let keep = job.run(tx);
    if connection(tx).is_none_or(Connection::is_autocommit) {
        // SQLite rolled everything back by itself, which it does for a full disk, an I/O error and no memory.
        return Err(tx
            .take_error()
            .unwrap_or_else(|| StoreError::bug("a job ended the writer's transaction")));
    }
    statement(tx, if keep { "release job" } else { "rollback to job" })?;
    if keep { Ok(()) } else { statement(tx, "release job") }
}

/// Gives positions to the batch's events and commits.
fn finish(tx: &mut Tx) -> Result<(), StoreError> {
    if tx.take_logged() {
        crate::log::stamp_in(tx).now_or_never().unwrap_or_else(|| {
            Err(StoreError::bug(
                "the stamper awaited something else than its transaction",
            ))
        })?;
    }
    statement(tx, "commit")
}

fn rollback(tx: &mut Tx) {
    tx.take_logged();
    tx.take_changed();
    if connection(tx).is_some_and(|connection| !connection.is_autocommit())
        && let Err(error) = statement(tx, "rollback")
    {
        tracing::error!(%error, "a batch could not be rolled back");
    }
}

fn fail_all(batch: Vec<Box<dyn Job>>, error: &StoreError) {
    for mut job in batch {
        job.fail(error.clone());
        job.answer();
    }
}

fn answer_all(batch: Vec<Box<dyn Job>>) {
    for job in batch {
        job.answer();
    }
}

fn connection(tx: &Tx) -> Option<&Connection> {
    let conn: &Conn = tx;
    match &conn.session {
        Session::Sqlite(lease) => lease.raw(),
        Session::Postgres(_) => None,
    }
}

/// Runs a statement of the transaction's frame.
fn statement(tx: &Tx, text: &'static str) -> Result<(), StoreError> {
    let connection = connection(tx).ok_or_else(|| StoreError::bug("the writer lost its connection"))?;
    connection
        .prepare_cached(text)
        .and_then(|mut statement| statement.raw_execute())
        .map(|_| ())
        .map_err(|error| StoreError::from_sqlite(text, &error))
}
