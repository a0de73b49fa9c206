//! Waking across nodes on PostgreSQL: `LISTEN` and `NOTIFY` on a connection of their own, and a poll beneath.
//!
//! A notification only wakes. It is sent after the commit and not inside the transaction, because PostgreSQL takes a
//! lock of the whole cluster to commit a transaction that notifies; many commits share one. Behind a pooler that
//! drops `LISTEN`, or while the connection is down, everything still works at the pace of the poll.

use super::error::StoreError;
use super::{Shared, tls};
use futures::StreamExt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::{AbortHandle, JoinSet};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{AsyncMessage, NoTls, Socket};

/// The pace at which everybody is woken without any notification.
const POLL: Duration = Duration::from_millis(500);

/// Commits within this time share a notification.
const MERGE: Duration = Duration::from_millis(3);

/// The pause between attempts to reconnect.
const RECONNECT: Duration = Duration::from_secs(1);

/// The task that listens and notifies; ended when dropped.
pub(super) struct Listener {
    committed: Arc<Notify>,
    task: Mutex<Option<AbortHandle>>,
}

impl Listener {
    pub(super) fn start(config: tokio_postgres::Config, shared: &Arc<Shared>) -> Result<Self, StoreError> {
        let committed = Arc::new(Notify::new());
        let (shared, woken) = (Arc::clone(shared), Arc::clone(&committed));
        let task = match tls::connector(&config)? {
            Some(tls) => tokio::spawn(run(config, tls, shared, woken)),
            None => tokio::spawn(run(config, NoTls, shared, woken)),
        };
        let task = Mutex::new(Some(task.abort_handle()));
        Ok(Self { committed, task })
    }

    /// Tells the other nodes, soon, that something was committed.
    pub(super) fn notify(&self) {
        self.committed.notify_one();
    }

    pub(super) fn stop(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.stop();
    }
}

async fn run<T>(config: tokio_postgres::Config, tls: T, shared: Arc<Shared>, committed: Arc<Notify>)
where
    T: MakeTlsConnect<Socket> + Clone,
    T::Stream: Send + 'static,
{
    loop {
        if let Err(error) = listen(&config, tls.clone(), &shared, &committed).await {
            tracing::warn!(%error, "notifications are interrupted; changes are found by polling");
        }
        shared.wake();
        tokio::time::sleep(RECONNECT).await;
    }
}

/// Listens and notifies until the connection breaks.
async fn listen<T>(
    config: &tokio_postgres::Config,
    tls: T,
    shared: &Shared,
    committed: &Notify,
) -> Result<(), tokio_postgres::Error>
where
    T: MakeTlsConnect<Socket>,
    T::Stream: Send + 'static,
{
    let (client, mut connection) = config.connect(tls).await?;
    let (heard, mut hears) = tokio::sync::mpsc::channel::<()>(1);
    // A set, so that the connection's task ends with this one.
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        let mut messages = futures::stream::poll_fn(move |context| connection.poll_message(context));
        while let Some(message) = messages.next().await {
            match message {
                // A full channel means that a wake is under way already.
                Ok(AsyncMessage::Notification(_)) => drop(heard.try_send(())),
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, "the listening connection broke");
                    break;
                }
            }
        }
    });
    client.batch_execute("listen masthead").await?;
    let mut poll = tokio::time::interval(POLL);
    poll.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            message = hears.recv() => match message {
                Some(()) => shared.wake(),
                None => return Ok(()),
            },
            () = committed.notified() => {
                client.batch_execute("notify masthead").await?;
                tokio::time::sleep(MERGE).await;
            }
            _ = poll.tick() => shared.wake(),
        }
    }
}
