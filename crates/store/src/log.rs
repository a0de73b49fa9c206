//! The event log: what happened, in one order that every follower agrees on.
//!
//! An event is appended in the transaction that makes it true, and without a position: sequences are given before
//! commit and UUIDv7 follows each node's clock, so reading on from either would skip transactions that commit late.
//! A **stamper** gives dense positions to events that are *committed*: on SQLite the writer, at the end of each batch
//! inside the same transaction; on PostgreSQL one node's task, elected by a lease. Running two of them by accident is
//! safe, since each locks the head's row first; the lease only saves work.
//!
//! **The head and the race of pages.** `head` read in a snapshot is a lower bound of what the snapshot shows: each
//! event up to it was committed before it was stamped, and stamped before the snapshot. On PostgreSQL a write can be
//! visible in the snapshot while its event has no position yet. Such a write isn't lost to the pages: its event gets
//! a position *above* the head that the render noted, so the press follower finds the page older than the event and
//! renders it once more. The error is always on the side of one render too many, never of a stale page.

use crate::db::{Conn, Db, Json, StoreError, Tx};
use crate::leases;
use crate::{from_row, params, queries};
use masthead_domain::ids::EventId;
use masthead_domain::time::Timestamp;
use std::time::Duration;
use tokio::time::Instant;

queries! {
    /// An event without a position.
    APPEND = "insert into events (id, kind, data, created_at) values ($1, $2, $3, $4)";
    /// What followers read.
    hot AFTER = "select position, id, kind, data, created_at from events where position > $1 order by position limit $2";
    /// The newest position.
    hot HEAD = "select position from log_head where id = 1";
    /// The time of one event, to tell how far behind a follower is.
    hot TIME_OF = "select created_at from events where position = $1";
    /// Whether anything waits for the stamper.
    hot PENDING = "select ordinal from events where position is null order by ordinal limit 1";
    /// Takes the head's row: other stampers wait here, and then see what this one did.
    LOCK_HEAD = "update log_head set position = position where id = 1";
    /// Dense positions in the order of appending, for a bounded number of events.
    STAMP = "update events set position = numbered.place + (select position from log_head where id = 1) \
             from (select waiting.id as id, row_number() over (order by waiting.ordinal) as place \
                   from (select id, ordinal from events where position is null order by ordinal limit $1) waiting) numbered \
             where events.id = numbered.id";
    /// Moves the head past what was just stamped.
    MOVE_HEAD = "update log_head set position = position + $1 where id = 1";
}

/// How many events one stamping transaction takes.
const STAMP_LIMIT: i64 = 5_000;

/// How long the stamper's lease lasts, in seconds: a crashed stamper is replaced after at most this and a second.
const STAMPER_LEASE: i64 = 3;

/// One event of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct LogEvent {
    /// Its place in the log, from 1, without gaps.
    pub position: i64,
    /// Its identity, given by whoever appended it.
    pub id: EventId,
    /// What kind of event it is.
    pub kind: String,
    /// Ids and facts; no text of readers and nothing personal.
    pub data: serde_json::Value,
    /// When it was appended, by the clock of that node: for people, never for order.
    pub created_at: Timestamp,
}

from_row!(LogEvent {
    position,
    id,
    kind,
    data: json,
    created_at
});

/// Appends an event to the log as part of the transaction.
///
/// # Errors
/// [`StoreError::Conflict`] when the id was used before; otherwise what the engine reported.
pub async fn append(
    tx: &mut Tx,
    id: EventId,
    kind: &str,
    data: &serde_json::Value,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.mark_logged();
    tx.execute(APPEND, params![id, kind, Json(data), now]).await.map(|_| ())
}

/// At most `limit` events after `position`, oldest first.
///
/// # Errors
/// What the engine reported.
pub async fn after(conn: &mut Conn, position: i64, limit: u32) -> Result<Vec<LogEvent>, StoreError> {
    conn.all(AFTER, params![position, limit]).await
}

/// The newest position. In a snapshot every event up to it is visible (see the module's text); 0 in an empty log.
///
/// # Errors
/// What the engine reported.
pub async fn head(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(HEAD, params![]).await
}

/// When the event at `position` was appended, if there is one.
///
/// # Errors
/// What the engine reported.
pub async fn time_of(conn: &mut Conn, position: i64) -> Result<Option<Timestamp>, StoreError> {
    conn.optional(TIME_OF, params![position]).await
}

/// Gives positions to the committed events that have none and returns how many got one. Safe to call anywhere, at any
/// time and twice; on SQLite it finds nothing to do, because the writer has done it.
///
/// # Errors
/// What the engine reported; nothing is stamped then.
pub async fn stamp(db: &Db) -> Result<u64, StoreError> {
    let mut total = 0;
    loop {
        let waiting: Option<i64> = db.reader().await?.optional(PENDING, params![]).await?;
        if waiting.is_none() {
            return Ok(total);
        }
        total += db
            .write_read_committed("log.stamp", |tx| Box::pin(stamp_some(tx)))
            .await?;
    }
}

/// The writer's stamping on SQLite: everything that the batch appended.
pub(crate) async fn stamp_in(tx: &mut Tx) -> Result<(), StoreError> {
    while stamp_some(tx).await? == STAMP_LIMIT as u64 {}
    Ok(())
}

async fn stamp_some(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.execute(LOCK_HEAD, params![]).await?;
    let stamped = tx.execute(STAMP, params![STAMP_LIMIT]).await?;
    tx.execute(MOVE_HEAD, params![stamped]).await?;
    Ok(stamped)
}

/// Stamps events while this node holds the lease of the stamper; to be run on every node, until it is aborted.
///
/// It does nothing on SQLite, where the writer stamps. Failures are logged and tried again: an event waits, but is
/// never lost.
pub async fn run_stamper(db: Db, node: String) {
    if !db.wants_stamper() {
        return std::future::pending().await;
    }
    let mut changed = db.changed();
    let mut lease: Option<leases::Lease> = None;
    let mut looked: Option<Instant> = None;
    loop {
        let second = Duration::from_secs(1);
        if looked.is_none_or(|at| at.elapsed() >= second) {
            looked = Some(Instant::now());
            lease = match leases::take(&db, "stamper", &node, STAMPER_LEASE).await {
                Ok(lease) => lease,
                Err(error) => {
                    tracing::warn!(%error, "the stamper's lease could not be looked at");
                    None
                }
            };
        }
        if lease.is_some()
            && let Err(error) = stamp(&db).await
        {
            tracing::warn!(%error, "events could not be given positions yet");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let rest = second.saturating_sub(looked.map_or(second, |at| at.elapsed()));
        match tokio::time::timeout(rest, changed.changed()).await {
            // A node without the lease has nothing to do before its next look.
            Ok(Ok(())) if lease.is_none() => tokio::time::sleep(rest).await,
            Ok(Ok(())) | Err(_) => {}
            Ok(Err(_)) => return,
        }
    }
}
