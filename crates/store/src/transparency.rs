//! What a year of moderation comes to in numbers, counted from what is kept of it.

use crate::db::{Conn, StoreError};
use crate::{params, queries};
use masthead_domain::ids::EventId;
use masthead_domain::time::Timestamp;
use serde_json::Value;
use uuid::Uuid;

queries! {
    COMMENTS = "SELECT state, COALESCE(removed_by, ''), count(*) FROM comments
        WHERE created_at >= $1 AND created_at < $2 AND NOT imported GROUP BY state, COALESCE(removed_by, '') ORDER BY 1, 2";
    REPORTS = "SELECT reason, COALESCE(outcome, ''), count(*) FROM comment_reports
        WHERE created_at >= $1 AND created_at < $2 GROUP BY reason, COALESCE(outcome, '') ORDER BY 1, 2";
    APPEALS = "SELECT COALESCE(outcome, ''), count(*) FROM comment_appeals
        WHERE made_at >= $1 AND made_at < $2 GROUP BY COALESCE(outcome, '') ORDER BY 1";
    SUSPENSIONS = "SELECT reason, count(*) FROM suspensions WHERE since >= $1 AND since < $2 GROUP BY reason ORDER BY 1";
    hot DECISIONS = "SELECT event_id, at, facts FROM audit WHERE act = $1 AND (at, event_id) > ($2, $3) AND at < $4
        ORDER BY at, event_id LIMIT $5";
}

/// A stretch of time: from a moment, before another.
pub type Span = (Timestamp, Timestamp);

/// Comments written in that time by where they stand and who took them away, without imported ones.
///
/// # Errors
/// When the store can't answer.
pub async fn comments(conn: &mut Conn, (from, until): Span) -> Result<Vec<(String, String, i64)>, StoreError> {
    conn.all(COMMENTS, params![from, until]).await
}

/// Reports sent in that time by reason and outcome; an empty outcome is none yet.
///
/// # Errors
/// When the store can't answer.
pub async fn reports(conn: &mut Conn, (from, until): Span) -> Result<Vec<(String, String, i64)>, StoreError> {
    conn.all(REPORTS, params![from, until]).await
}

/// Appeals made in that time by outcome.
///
/// # Errors
/// When the store can't answer.
pub async fn appeals(conn: &mut Conn, (from, until): Span) -> Result<Vec<(String, i64)>, StoreError> {
    conn.all(APPEALS, params![from, until]).await
}

/// Suspensions that began in that time by reason.
///
/// # Errors
/// When the store can't answer.
pub async fn suspensions(conn: &mut Conn, (from, until): Span) -> Result<Vec<(String, i64)>, StoreError> {
    conn.all(SUSPENSIONS, params![from, until]).await
}

/// Entries of one act in that time, the oldest first, behind a place among them: what each says, and its place.
///
/// # Errors
/// When the store can't answer.
pub async fn decisions(
    conn: &mut Conn,
    act: &str,
    after: (Timestamp, EventId),
    until: Timestamp,
    limit: usize,
) -> Result<Vec<(EventId, Timestamp, Value)>, StoreError> {
    let rows: Vec<(EventId, Timestamp, crate::Json<Value>)> = conn
        .all(DECISIONS, params![act, after.0, after.1, until, limit])
        .await?;
    Ok(rows
        .into_iter()
        .map(|(event, at, facts)| (event, at, facts.0))
        .collect())
}

/// Before the first entry of a moment.
pub const fn before(at: Timestamp) -> (Timestamp, EventId) {
    (at, EventId(Uuid::nil()))
}
