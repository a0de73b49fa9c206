//! What the network remembers of those who comment: how fast they write, what was decided about theirs, and who may not
//! write for a while.

use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::comments::checks::Record;
use masthead_domain::ids::{ProfileId, SiteId, SuspensionId};
use masthead_domain::time::Timestamp;

queries! {
    hot WRITER = "SELECT p.state, p.username IS NOT NULL, p.named_at, c.full_at, c.day, c.today, c.accepted
        FROM profiles p LEFT JOIN commenters c ON c.profile_id = p.id WHERE p.id = $1";
    WROTE = "INSERT INTO commenters (profile_id, full_at, day, today, accepted) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (profile_id) DO UPDATE SET full_at = excluded.full_at, day = excluded.day, today = excluded.today,
            accepted = commenters.accepted + excluded.accepted";
    ACCEPTED = "INSERT INTO commenters (profile_id, full_at, day, today, accepted) VALUES ($1, 0, 0, 0, $2)
        ON CONFLICT (profile_id) DO UPDATE SET accepted = commenters.accepted + excluded.accepted";
    DECIDED = "INSERT INTO commenter_days (profile_id, day, approved, refused) VALUES ($1, $2, $3, $4)
        ON CONFLICT (profile_id, day) DO UPDATE SET approved = commenter_days.approved + excluded.approved,
            refused = commenter_days.refused + excluded.refused";
    hot LATELY = "SELECT CAST(COALESCE(sum(approved), 0) AS BIGINT), CAST(COALESCE(sum(refused), 0) AS BIGINT)
        FROM commenter_days WHERE profile_id = $1 AND day > $2";
    hot SUSPENSIONS = "SELECT id, site_id, since, until, message, reason, by_whom FROM suspensions
        WHERE profile_id = $1 AND lifted_at IS NULL";
    SUSPEND = "INSERT INTO suspensions (id, profile_id, site_id, since, until, message, reason, by_whom)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    LIFT = "UPDATE suspensions SET lifted_at = $2 WHERE id = $1 AND lifted_at IS NULL";
    FORGET = "DELETE FROM commenters WHERE profile_id = $1";
    FORGET_DAYS = "DELETE FROM commenter_days WHERE profile_id = $1";
}

/// Days that count as lately.
const LATELY_DAYS: i64 = 7;

/// Somebody who writes, as the rules need to know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer {
    /// Whether the profile is somebody's and has a username.
    pub is_named: bool,
    /// What the detectors ask.
    pub record: Record,
    /// When the bucket of comments is full again.
    pub full_at: Timestamp,
    /// Comments of today, refused ones too.
    pub today: u32,
}

struct Row {
    state: String,
    named: bool,
    named_at: Option<Timestamp>,
    full_at: Option<Timestamp>,
    day: Option<i64>,
    today: Option<u32>,
    accepted: Option<u32>,
}

from_row!(Row {
    state,
    named,
    named_at,
    full_at,
    day,
    today,
    accepted
});

/// The day of a moment, in UTC: only to count by.
fn day_of(at: Timestamp) -> i64 {
    at.as_seconds().div_euclid(86_400)
}

/// What is known of somebody who writes; `None` when there is no such profile.
///
/// # Errors
/// When the store can't answer.
pub async fn writer(conn: &mut Conn, profile: ProfileId) -> Result<Option<Writer>, StoreError> {
    let now = conn.now();
    let Some(row) = conn.optional::<Row>(WRITER, params![profile]).await? else {
        return Ok(None);
    };
    let (approved, refused): (u32, u32) = conn.one(LATELY, params![profile, day_of(now) - LATELY_DAYS]).await?;
    let today = row.day == Some(day_of(now));
    Ok(Some(Writer {
        is_named: row.state == "open" && row.named,
        record: Record {
            since: row.named_at.unwrap_or(now),
            accepted: row.accepted.unwrap_or(0),
            refused_lately: refused,
            decided_lately: approved + refused,
        },
        full_at: row.full_at.unwrap_or(Timestamp::MIN),
        today: row.today.filter(|_| today).unwrap_or(0),
    }))
}

/// Notes that somebody wrote: the bucket is full again at `full_at`, and the comment counts as accepted at once or not.
///
/// # Errors
/// When the store can't answer.
pub async fn wrote(
    tx: &mut Tx,
    profile: ProfileId,
    full_at: Timestamp,
    today: u32,
    accepted: bool,
) -> Result<(), StoreError> {
    let day = day_of(tx.now());
    tx.execute(WROTE, params![profile, full_at, day, today, i64::from(accepted)])
        .await?;
    Ok(())
}

/// Counts accepted comments of somebody up or down.
///
/// # Errors
/// When the store can't answer.
pub async fn accepted(tx: &mut Tx, profile: ProfileId, by: i64) -> Result<(), StoreError> {
    tx.execute(ACCEPTED, params![profile, by]).await?;
    Ok(())
}

/// Counts decisions about somebody's comments on the day of `at`; negative where one is undone.
///
/// # Errors
/// When the store can't answer.
pub async fn decided(
    tx: &mut Tx,
    profile: ProfileId,
    at: Timestamp,
    approved: i64,
    refused: i64,
) -> Result<(), StoreError> {
    tx.execute(DECIDED, params![profile, day_of(at), approved, refused])
        .await?;
    Ok(())
}

/// That somebody may not write for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    /// Identity.
    pub id: SuspensionId,
    /// Where; `None` for the whole network.
    pub site: Option<SiteId>,
    /// Since when.
    pub since: Timestamp,
    /// Until when; `None` for good.
    pub until: Option<Timestamp>,
    /// What the person is told.
    pub message: String,
    /// Why: a reason's code.
    pub reason: String,
    /// Who did it.
    pub by: String,
}

from_row!(Suspension {
    id,
    site,
    since,
    until,
    message,
    reason,
    by
});

/// What keeps somebody from writing on a site at `now`, if anything does: the one that lasts longest.
///
/// # Errors
/// When the store can't answer.
pub async fn suspended(
    conn: &mut Conn,
    profile: ProfileId,
    site: SiteId,
    now: Timestamp,
) -> Result<Option<Suspension>, StoreError> {
    let all = suspensions(conn, profile).await?;
    Ok(all
        .into_iter()
        .filter(|one| one.site.is_none_or(|there| there == site) && one.until.is_none_or(|until| until > now))
        .max_by_key(|one| one.until.unwrap_or(Timestamp::MAX)))
}

/// The suspensions of somebody that were not lifted, those that are over included.
///
/// # Errors
/// When the store can't answer.
pub async fn suspensions(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Suspension>, StoreError> {
    conn.all(SUSPENSIONS, params![profile]).await
}

/// Keeps somebody from writing.
///
/// # Errors
/// When the store can't answer.
pub async fn suspend(tx: &mut Tx, profile: ProfileId, one: &Suspension) -> Result<(), StoreError> {
    tx.execute(
        SUSPEND,
        params![
            one.id,
            profile,
            one.site,
            one.since,
            one.until,
            &one.message,
            &one.reason,
            &one.by
        ],
    )
    .await?;
    Ok(())
}

/// Ends a suspension early. False when it was lifted before.
///
/// # Errors
/// When the store can't answer.
pub async fn lift(tx: &mut Tx, id: SuspensionId) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.execute(LIFT, params![id, now]).await? > 0)
}

/// Forgets what was remembered of somebody whose account is gone.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET_DAYS, params![profile]).await?;
    tx.execute(FORGET, params![profile]).await?;
    Ok(())
}
