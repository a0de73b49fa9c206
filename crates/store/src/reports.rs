//! What readers complain about, how often each of them was right, and appeals of writers.
//!
//! A report is found by its receipt, of which only the hash is kept: whoever reads the database can't look at cases with
//! what they find. One person reports a revision once; who has no account is told apart by nothing but the receipt.

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, hash, params, queries};
use masthead_domain::comments::reports::Reporter;
use masthead_domain::ids::{CommentId, ProfileId, ReportId};
use masthead_domain::time::Timestamp;

queries! {
    ADD = "INSERT INTO comment_reports (id, comment_id, revision, profile_id, receipt, reason, note, law, explanation,
            weight, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    EARLIER = "SELECT id FROM comment_reports WHERE comment_id = $1 AND revision = $2 AND profile_id = $3";
    hot WEIGHT = "SELECT CAST(COALESCE(sum(weight), 0) AS BIGINT) FROM comment_reports
        WHERE comment_id = $1 AND outcome IS NULL";
    hot OF_COMMENT = "SELECT id, comment_id, revision, profile_id, reason, note, law, explanation, weight, created_at,
            outcome, decided_at
        FROM comment_reports WHERE comment_id = $1 ORDER BY created_at LIMIT $2";
    hot BY_RECEIPT = "SELECT id, comment_id, revision, profile_id, reason, note, law, explanation, weight, created_at,
            outcome, decided_at
        FROM comment_reports WHERE receipt = $1";
    OPEN_BY = "SELECT profile_id FROM comment_reports WHERE comment_id = $1 AND outcome IS NULL AND profile_id IS NOT NULL
        ORDER BY profile_id";
    CLOSE = "UPDATE comment_reports SET outcome = $2, decided_at = $3 WHERE comment_id = $1 AND outcome IS NULL";
    CLOSED_AT = "SELECT profile_id, outcome FROM comment_reports
        WHERE comment_id = $1 AND decided_at = $2 AND profile_id IS NOT NULL ORDER BY profile_id";
    REOPEN = "UPDATE comment_reports SET outcome = NULL, decided_at = NULL WHERE comment_id = $1 AND decided_at = $2";
    hot REPORTER = "SELECT upheld, dismissed FROM reporters WHERE profile_id = $1";
    RIGHT = "INSERT INTO reporters (profile_id, upheld, dismissed) VALUES ($1, $2, $3)
        ON CONFLICT (profile_id) DO UPDATE SET upheld = reporters.upheld + excluded.upheld,
            dismissed = reporters.dismissed + excluded.dismissed";
    TODAY = "SELECT count(*) FROM comment_reports WHERE profile_id = $1 AND created_at > $2";
    FORGET = "UPDATE comment_reports SET profile_id = NULL WHERE profile_id = $1";
    FORGET_RECORD = "DELETE FROM reporters WHERE profile_id = $1";
    APPEAL = "INSERT INTO comment_appeals (comment_id, body, made_at, against) VALUES ($1, $2, $3, $4)
        ON CONFLICT (comment_id) DO NOTHING";
    hot APPEAL_OF = "SELECT comment_id, body, made_at, against, outcome, decided_at FROM comment_appeals WHERE comment_id = $1";
    CLOSE_APPEAL = "UPDATE comment_appeals SET outcome = $2, decided_at = $3 WHERE comment_id = $1 AND outcome IS NULL";
    REOPEN_APPEAL = "UPDATE comment_appeals SET outcome = NULL, decided_at = NULL WHERE comment_id = $1 AND decided_at = $2";
}

/// A report that is written down.
#[derive(Clone, Debug)]
pub struct NewReport {
    /// Identity.
    pub id: ReportId,
    /// About what.
    pub comment: CommentId,
    /// About which revision of it.
    pub revision: i64,
    /// By whom; none without an account.
    pub profile: Option<ProfileId>,
    /// What its sender looks at it with.
    pub receipt: String,
    /// A reason's code.
    pub reason: String,
    /// What they say.
    pub note: String,
    /// For illegal content: the law.
    pub law: String,
    /// For illegal content: why it breaks it.
    pub explanation: String,
    /// Its weight in tenths.
    pub weight: u32,
}

/// A report as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Identity.
    pub id: ReportId,
    /// About what.
    pub comment: CommentId,
    /// About which revision of it.
    pub revision: i64,
    /// By whom.
    pub profile: Option<ProfileId>,
    /// A reason's code.
    pub reason: String,
    /// What they say.
    pub note: String,
    /// The law.
    pub law: String,
    /// Why it breaks it.
    pub explanation: String,
    /// Its weight in tenths.
    pub weight: i64,
    /// When it came.
    pub created_at: Timestamp,
    /// `upheld` or `dismissed`, once the desk decided.
    pub outcome: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

from_row!(Report {
    id,
    comment,
    revision,
    profile,
    reason,
    note,
    law,
    explanation,
    weight,
    created_at,
    outcome,
    decided_at
});

/// Writes a report down; false when the same person reported this revision before.
///
/// # Errors
/// When the store can't answer.
pub async fn add(tx: &mut Tx, new: &NewReport) -> Result<bool, StoreError> {
    let now = tx.now();
    if let Some(profile) = new.profile {
        let earlier: Option<ReportId> = tx
            .optional(EARLIER, params![new.comment, new.revision, profile])
            .await?;
        if earlier.is_some() {
            return Ok(false);
        }
    }
    tx.execute(
        ADD,
        params![
            new.id,
            new.comment,
            new.revision,
            new.profile,
            hash(new.receipt.as_bytes()),
            &new.reason,
            &new.note,
            &new.law,
            &new.explanation,
            new.weight,
            now
        ],
    )
    .await?;
    Ok(true)
}

/// The weight of the reports about a comment that wait, in tenths.
///
/// # Errors
/// When the store can't answer.
pub async fn weight(conn: &mut Conn, comment: CommentId) -> Result<i64, StoreError> {
    conn.one(WEIGHT, params![comment]).await
}

/// The reports about a comment, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn of_comment(conn: &mut Conn, comment: CommentId, limit: usize) -> Result<Vec<Report>, StoreError> {
    conn.all(OF_COMMENT, params![comment, limit]).await
}

/// The report of a receipt.
///
/// # Errors
/// When the store can't answer.
pub async fn by_receipt(conn: &mut Conn, receipt: &str) -> Result<Option<Report>, StoreError> {
    conn.optional(BY_RECEIPT, params![hash(receipt.as_bytes())]).await
}

/// How often somebody was right; `named` and `staff` are the caller's to say.
///
/// # Errors
/// When the store can't answer.
pub async fn reporter(conn: &mut Conn, profile: ProfileId) -> Result<Reporter, StoreError> {
    let known: Option<(u32, u32)> = conn.optional(REPORTER, params![profile]).await?;
    let (upheld, dismissed) = known.unwrap_or_default();
    Ok(Reporter {
        is_named: true,
        is_staff: false,
        upheld,
        dismissed,
    })
}

/// Reports of somebody since a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn count_since(conn: &mut Conn, profile: ProfileId, since: Timestamp) -> Result<i64, StoreError> {
    conn.one(TODAY, params![profile, since]).await
}

/// Closes the reports about a comment that wait: the desk took it away (upheld) or left it.
///
/// # Errors
/// When the store can't answer.
pub async fn close(tx: &mut Tx, comment: CommentId, upheld: bool) -> Result<(), StoreError> {
    let now = tx.now();
    let by: Vec<ProfileId> = tx.all(OPEN_BY, params![comment]).await?;
    for profile in by {
        tx.execute(RIGHT, params![profile, i64::from(upheld), i64::from(!upheld)])
            .await?;
    }
    let outcome = if upheld { "upheld" } else { "dismissed" };
    tx.execute(CLOSE, params![comment, outcome, now]).await?;
    Ok(())
}

/// Opens the reports again that a decision at `at` closed.
///
/// # Errors
/// When the store can't answer.
pub async fn reopen(tx: &mut Tx, comment: CommentId, at: Timestamp) -> Result<(), StoreError> {
    let closed: Vec<(ProfileId, String)> = tx.all(CLOSED_AT, params![comment, at]).await?;
    for (profile, outcome) in closed {
        let upheld = outcome == "upheld";
        tx.execute(RIGHT, params![profile, -i64::from(upheld), -i64::from(!upheld)])
            .await?;
    }
    tx.execute(REOPEN, params![comment, at]).await?;
    tx.execute(REOPEN_APPEAL, params![comment, at]).await?;
    Ok(())
}

/// Forgets who reported what, for somebody whose account is gone.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![profile]).await?;
    tx.execute(FORGET_RECORD, params![profile]).await?;
    Ok(())
}

/// A writer's appeal against a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appeal {
    /// About what.
    pub comment: CommentId,
    /// What they say.
    pub body: String,
    /// When.
    pub made_at: Timestamp,
    /// Whose decision; that person doesn't decide again.
    pub against: String,
    /// `granted` or `refused`, once somebody else decided.
    pub outcome: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

from_row!(Appeal {
    comment,
    body,
    made_at,
    against,
    outcome,
    decided_at
});

/// Writes an appeal down; false when there was one.
///
/// # Errors
/// When the store can't answer.
pub async fn appeal(tx: &mut Tx, comment: CommentId, body: &str, against: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.execute(APPEAL, params![comment, body, now, against]).await? == 1)
}

/// The appeal about a comment.
///
/// # Errors
/// When the store can't answer.
pub async fn appeal_of(conn: &mut Conn, comment: CommentId) -> Result<Option<Appeal>, StoreError> {
    conn.optional(APPEAL_OF, params![comment]).await
}

/// Closes an appeal that waits.
///
/// # Errors
/// When the store can't answer.
pub async fn close_appeal(tx: &mut Tx, comment: CommentId, granted: bool) -> Result<(), StoreError> {
    let now = tx.now();
    let outcome = if granted { "granted" } else { "refused" };
    tx.execute(CLOSE_APPEAL, params![comment, outcome, now]).await?;
    Ok(())
}
