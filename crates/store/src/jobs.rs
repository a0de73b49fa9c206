//! Work that is due at a time: releases, closings, retries. A row, never a timer in memory.
//!
//! There is at most one job for a kind and key; scheduling it again moves it. Claiming is optimistic, by a version
//! column and not by row locks: two nodes that want the same job both read it, and one update finds the version
//! gone. A claim expires, so a crashed node's job runs again on another; whoever finishes first has done it, and the
//! other learns it from [`finish`].
//!
//! Jobs stand in lanes by what they occupy while they run ([`Lane`]). All of them in one line let a release wait until
//! pictures were encoded and hosts that don't answer had been waited for.
//!
//! A job's id is made of its kind, key, due time and version, so it is another one after each new schedule: the end
//! of an earlier run can't remove what was scheduled while it ran.

use crate::db::{Conn, Json, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::JobId;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    /// The version that a new schedule follows.
    hot VERSION = "select version from jobs where kind = $1 and key = $2";
    /// Schedules or moves: whatever ran or failed before is forgotten.
    SCHEDULE = "insert into jobs (id, kind, key, due_at, payload, state, version, attempts, created_at, lane) \
                values ($1, $2, $3, $4, $5, 'waiting', $6, 0, $7, $8) \
                on conflict (kind, key) do update set id = excluded.id, due_at = excluded.due_at, lane = excluded.lane, \
                payload = excluded.payload, state = excluded.state, version = excluded.version, attempts = 0, \
                claimed_by = null, claimed_until = null, last_error = null, created_at = excluded.created_at";
    /// Nothing is to be done any more.
    CANCEL = "delete from jobs where kind = $1 and key = $2";
    /// What is due.
    hot DUE = "select id, version from jobs where lane = $3 and state = 'waiting' and due_at <= $1 order by due_at \
               limit $2";
    /// What was claimed by a node that didn't come back.
    hot EXPIRED = "select id, version from jobs where lane = $3 and claimed_until <= $1 order by claimed_until limit $2";
    /// Takes one, if nobody was faster.
    CLAIM = "update jobs set state = 'running', version = version + 1, attempts = attempts + 1, \
             claimed_by = $3, claimed_until = $4 where id = $1 and version = $2 and state <> 'held'";
    /// A claimed job as the runner gets it.
    hot READ = "select id, kind, key, due_at, payload, attempts from jobs where id = $1";
    /// Done.
    FINISH = "delete from jobs where id = $1 and state = 'running'";
    /// Not done; again later.
    RETRY = "update jobs set state = 'waiting', version = version + 1, due_at = $2, last_error = $3, \
             claimed_by = null, claimed_until = null where id = $1 and state = 'running'";
    /// What a node that is gone had claimed.
    LEAVE = "update jobs set state = 'waiting', version = version + 1, claimed_by = null, claimed_until = null \
             where claimed_until is not null and claimed_by = $1 and state = 'running'";
    /// When the runner must look next.
    hot NEXT_WAITING = "select due_at from jobs where lane = $1 and state = 'waiting' order by due_at limit 1";
    /// … or because a claim expires.
    hot NEXT_EXPIRED = "select claimed_until from jobs where lane = $1 and claimed_until is not null \
                        order by claimed_until limit 1";
    /// After a restore: nothing goes out until somebody says so.
    HOLD = "update jobs set state = 'held', version = version + 1, claimed_by = null, claimed_until = null \
            where state <> 'held'";
    /// Somebody says so.
    LET_GO = "update jobs set state = 'waiting', version = version + 1 where state = 'held'";
    /// How many wait for that.
    HELD = "select count(*) from jobs where state = 'held'";
    /// For the desk: the jobs with their last failures, soonest first.
    LIST = "select id, kind, key, due_at, state, attempts, claimed_by, last_error from jobs order by due_at, id limit $1";
}

/// What a job occupies while it runs. Those of one lane wait for each other, those of different lanes never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// The store alone: releases, closings, whatever somebody waits for. It is what a job of an older version stands in.
    Prompt,
    /// The mail server.
    Mail,
    /// Hosts of others, which may take long to answer.
    Fetch,
    /// The processor, for a second or so.
    Work,
    /// The processor, for long, with what nobody misses meanwhile.
    Idle,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 5] = [Self::Prompt, Self::Mail, Self::Fetch, Self::Work, Self::Idle];

    /// How it stands in the row.
    const fn number(self) -> i64 {
        match self {
            Self::Prompt => 0,
            Self::Mail => 1,
            Self::Fetch => 2,
            Self::Work => 3,
            Self::Idle => 4,
        }
    }
}

/// A claimed job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// This schedule of it.
    pub id: JobId,
    /// Which work it is.
    pub kind: String,
    /// What it is done to.
    pub key: String,
    /// When it was due.
    pub due_at: Timestamp,
    /// What the runner needs to know.
    pub payload: serde_json::Value,
    /// How often it was claimed, this time included.
    pub attempts: i64,
}

from_row!(Job {
    id,
    kind,
    key,
    due_at,
    payload: json,
    attempts
});

/// A job as the desk shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct JobState {
    /// This schedule of it.
    pub id: JobId,
    /// Which work it is.
    pub kind: String,
    /// What it is done to.
    pub key: String,
    /// When it is due.
    pub due_at: Timestamp,
    /// `waiting`, `running` or `held`.
    pub state: String,
    /// How often it was claimed.
    pub attempts: i64,
    /// The node that runs it.
    pub claimed_by: Option<String>,
    /// What went wrong last.
    pub last_error: Option<String>,
}

from_row!(JobState {
    id,
    kind,
    key,
    due_at,
    state,
    attempts,
    claimed_by,
    last_error
});

/// The namespace of job ids (RFC 9562, version 5), chosen once.
const NAMESPACE: Uuid = Uuid::from_u128(0x6d61_7374_6865_6164_b6a1_6a6f_6273_0001);

/// Schedules the job in the lane [`Lane::Prompt`], or moves it if there is one of that kind and key, running or not.
///
/// # Errors
/// What the engine reported.
pub async fn schedule(
    tx: &mut Tx,
    kind: &str,
    key: &str,
    due_at: Timestamp,
    payload: &serde_json::Value,
) -> Result<JobId, StoreError> {
    schedule_in(tx, Lane::Prompt, kind, key, due_at, payload).await
}

/// [`schedule`], in a lane.
///
/// # Errors
/// What the engine reported.
pub async fn schedule_in(
    tx: &mut Tx,
    lane: Lane,
    kind: &str,
    key: &str,
    due_at: Timestamp,
    payload: &serde_json::Value,
) -> Result<JobId, StoreError> {
    let now = tx.now();
    let version = tx.optional::<i64>(VERSION, params![kind, key]).await?.unwrap_or(0) + 1;
    let name = format!("{kind}\n{key}\n{}\n{version}", due_at.as_micros());
    let id = JobId(Uuid::new_v5(&NAMESPACE, name.as_bytes()));
    let lane = lane.number();
    tx.execute(
        SCHEDULE,
        params![id, kind, key, due_at, Json(payload), version, now, lane],
    )
    .await?;
    Ok(id)
}

/// Removes the job of that kind and key, even while it runs. True when there was one.
///
/// # Errors
/// What the engine reported.
pub async fn cancel(tx: &mut Tx, kind: &str, key: &str) -> Result<bool, StoreError> {
    Ok(tx.execute(CANCEL, params![kind, key]).await? > 0)
}

/// Claims at most `limit` jobs of a lane that are due at `now`, or whose claim expired, for `lease_seconds`.
///
/// # Errors
/// What the engine reported.
pub async fn claim_due(
    tx: &mut Tx,
    lane: Lane,
    now: Timestamp,
    node: &str,
    limit: u32,
    lease_seconds: i64,
) -> Result<Vec<Job>, StoreError> {
    let mut found: Vec<(JobId, i64)> = tx.all(EXPIRED, params![now, limit, lane.number()]).await?;
    let room = usize::try_from(limit).unwrap_or(usize::MAX).saturating_sub(found.len());
    found.extend(tx.all::<(JobId, i64)>(DUE, params![now, room, lane.number()]).await?);
    let until = now.plus_seconds(lease_seconds);
    let mut claimed = Vec::with_capacity(found.len());
    for (id, version) in found {
        if tx.execute(CLAIM, params![id, version, node, until]).await? == 1 {
            claimed.push(tx.one(READ, params![id]).await?);
        }
    }
    Ok(claimed)
}

/// Removes a job that is done. False when it was finished by another node, cancelled, or scheduled anew in the
/// meantime: the caller then rolls back what it did in this transaction.
///
/// # Errors
/// What the engine reported.
pub async fn finish(tx: &mut Tx, id: JobId) -> Result<bool, StoreError> {
    Ok(tx.execute(FINISH, params![id]).await? > 0)
}

/// Puts a claimed job off until `due_at` and keeps why. False as for [`finish`].
///
/// # Errors
/// What the engine reported.
pub async fn retry(tx: &mut Tx, id: JobId, due_at: Timestamp, error: &str) -> Result<bool, StoreError> {
    let error = error.replace('\0', "\u{FFFD}");
    Ok(tx.execute(RETRY, params![id, due_at, error]).await? > 0)
}

/// Gives back whatever `node` had claimed, for it to be done at once instead of when the claims expire: a node that
/// starts has nothing under way, and one that stops won't finish it. Returns how many.
///
/// # Errors
/// What the engine reported.
pub async fn leave(tx: &mut Tx, node: &str) -> Result<u64, StoreError> {
    tx.execute(LEAVE, params![node]).await
}

/// When the next job of a lane is due or the next claim in it expires; it may lie in the past. `None` when nothing waits.
///
/// # Errors
/// What the engine reported.
pub async fn next_due(conn: &mut Conn, lane: Lane) -> Result<Option<Timestamp>, StoreError> {
    let lane = lane.number();
    let waiting: Option<Timestamp> = conn.optional(NEXT_WAITING, params![lane]).await?;
    let expires: Option<Timestamp> = conn.optional(NEXT_EXPIRED, params![lane]).await?;
    Ok(match (waiting, expires) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    })
}

/// Holds every job, after a restore. Returns how many.
///
/// # Errors
/// What the engine reported.
pub async fn hold_all(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.execute(HOLD, params![]).await
}

/// Lets the held jobs go. Returns how many.
///
/// # Errors
/// What the engine reported.
pub async fn let_go(tx: &mut Tx) -> Result<u64, StoreError> {
    tx.execute(LET_GO, params![]).await
}

/// How many jobs are held.
///
/// # Errors
/// What the engine reported.
pub async fn held(conn: &mut Conn) -> Result<i64, StoreError> {
    conn.one(HELD, params![]).await
}

/// At most `limit` jobs, soonest first, for the desk.
///
/// # Errors
/// What the engine reported.
pub async fn list(conn: &mut Conn, limit: u32) -> Result<Vec<JobState>, StoreError> {
    conn.all(LIST, params![limit]).await
}
