//! How far each follower of the log has read, durably.
//!
//! A follower that runs on every node has a cursor for each node; one that runs on a single node by lease uses one
//! shared cursor, by convention under the node name `*`, so that the next holder goes on where the last one stopped.

use crate::db::{Conn, StoreError, Tx};
use crate::log::{self, LogEvent};
use crate::{from_row, params, queries};
use masthead_domain::time::Timestamp;

/// The node name of a follower that runs on one node at a time.
pub const ANY_NODE: &str = "*";

queries! {
    /// One cursor.
    hot CURSOR = "select position from followers where name = $1 and node = $2";
    /// Forward only: a late writer can't move it back.
    ADVANCE = "insert into followers (name, node, position, updated_at) values ($1, $2, $3, $4) \
               on conflict (name, node) do update set position = excluded.position, updated_at = excluded.updated_at \
               where followers.position <= excluded.position";
    /// Every cursor, for the desk.
    LIST = "select name, node, position, updated_at from followers order by name, node";
    /// A node that is gone for good.
    FORGET = "delete from followers where name = $1 and node = $2";
}

/// One follower's progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Follower {
    /// The follower: `press`, `search`, `notify` …
    pub name: String,
    /// The node, or [`ANY_NODE`].
    pub node: String,
    /// The last position that it has dealt with.
    pub position: i64,
    /// When it moved last.
    pub updated_at: Timestamp,
}

from_row!(Follower {
    name,
    node,
    position,
    updated_at
});

/// The last position that the follower has dealt with; `None` for one that has never run, which must decide whether
/// to begin at the start of the log or (where it would send old news to people) at its head.
///
/// # Errors
/// What the engine reported.
pub async fn cursor(conn: &mut Conn, name: &str, node: &str) -> Result<Option<i64>, StoreError> {
    conn.optional(CURSOR, params![name, node]).await
}

/// The next events for a follower that runs on one node at a time, at most `limit`, with the place that it has reached
/// when it has dealt with them. None when there is nothing new. One that has never run begins at the head of the log,
/// without events: nobody is told of what is old.
///
/// # Errors
/// What the engine reported.
pub async fn next(conn: &mut Conn, name: &str, limit: u32) -> Result<Option<(i64, Vec<LogEvent>)>, StoreError> {
    let Some(place) = cursor(conn, name, ANY_NODE).await? else {
        return Ok(Some((log::head(conn).await?, Vec::new())));
    };
    let events = log::after(conn, place, limit).await?;
    Ok(events.last().map(|last| last.position).map(|reached| (reached, events)))
}

/// Notes that everything up to `position` is dealt with. A position behind the known one changes nothing.
///
/// # Errors
/// What the engine reported.
pub async fn advance(tx: &mut Tx, name: &str, node: &str, position: i64, now: Timestamp) -> Result<(), StoreError> {
    tx.execute(ADVANCE, params![name, node, position, now])
        .await
        .map(|_| ())
}

/// Every follower's progress.
///
/// # Errors
/// What the engine reported.
pub async fn list(conn: &mut Conn) -> Result<Vec<Follower>, StoreError> {
    conn.all(LIST, params![]).await
}

/// Forgets a follower, for a node that was taken away. True when it was there.
///
/// # Errors
/// What the engine reported.
pub async fn forget(tx: &mut Tx, name: &str, node: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(FORGET, params![name, node]).await? > 0)
}
