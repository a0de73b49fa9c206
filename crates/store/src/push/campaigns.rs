//! Breaking news on its way to the browsers of a site.
//!
//! A campaign walks the browsers by their ids. A batch is marked in the transaction that moves the campaign's cursor over
//! it, before anything is sent, and the mark is taken away when it was sent. What is still marked after a crash is never
//! sent again: it is the list of those who may have been told. Each run of a campaign has a number, so that a node which
//! only seemed to be gone marks nothing any more.

use super::told;
use crate::db::{Conn, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{CampaignId, SiteId, StoryId, SubscriptionId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    PLAN = "INSERT INTO push_campaigns (id, site_id, story_id, planned_at, state, run, cursor, handed, gone, refused)
        VALUES ($1, $2, $3, $4, 'sending', 0, $5, 0, 0, 0)
        ON CONFLICT (id) DO UPDATE SET state = 'sending', planned_at = excluded.planned_at, ended_at = NULL
        WHERE push_campaigns.state = 'stopped'";
    hot ONE = "SELECT id, site_id, story_id, planned_at, ended_at, state, run, cursor, handed, gone, refused
        FROM push_campaigns WHERE id = $1";
    NEWEST = "SELECT id, site_id, story_id, planned_at, ended_at, state, run, cursor, handed, gone, refused
        FROM push_campaigns ORDER BY planned_at DESC, id DESC LIMIT $1";
    BEGIN = "UPDATE push_campaigns SET run = run + 1 WHERE id = $1 AND state = 'sending'";
    hot WALK = "SELECT id, endpoint, public_key, auth, language, CAST(1 AS BIGINT), failures FROM push_subscriptions
        WHERE site_id = $1 AND breaking = TRUE AND id > $2 ORDER BY id LIMIT $3";
    MOVE = "UPDATE push_campaigns SET cursor = $4 WHERE id = $1 AND run = $2 AND cursor = $3 AND state = 'sending'";
    MARK = "INSERT INTO push_batches (campaign_id, last_id, after_id, run, messages, marked_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    UNMARK = "DELETE FROM push_batches WHERE campaign_id = $1 AND last_id = $2";
    COUNT = "UPDATE push_campaigns SET handed = handed + $2, gone = gone + $3, refused = refused + $4 WHERE id = $1";
    PUT_OFF = "INSERT INTO push_retries (campaign_id, subscription_id, due_at, attempts, run) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (campaign_id, subscription_id) DO UPDATE SET due_at = excluded.due_at, attempts = excluded.attempts,
            run = excluded.run";
    /// Unmarked ones only: those that are marked may have arrived.
    AGAIN = "SELECT s.id, s.endpoint, s.public_key, s.auth, s.language, r.attempts + 1, s.failures
        FROM push_retries r JOIN push_subscriptions s ON s.id = r.subscription_id
        WHERE r.campaign_id = $1 AND r.run IS NULL AND r.due_at <= $2 ORDER BY r.due_at LIMIT $3";
    NEXT = "SELECT r.due_at FROM push_retries r JOIN push_subscriptions s ON s.id = r.subscription_id
        WHERE r.campaign_id = $1 AND r.run IS NULL ORDER BY r.due_at LIMIT 1";
    MARK_AGAIN = "UPDATE push_retries SET run = $3 WHERE campaign_id = $1 AND run IS NULL AND subscription_id IN {list:$2}";
    UNMARK_AGAIN = "DELETE FROM push_retries WHERE campaign_id = $1 AND subscription_id IN {list:$2}";
    GIVE_UP = "DELETE FROM push_retries WHERE campaign_id = $1 AND run IS NULL";
    END = "UPDATE push_campaigns SET state = $3, ended_at = $4, refused = refused + $5
        WHERE id = $1 AND run = $2 AND state = 'sending'";
    LEFT_BATCHES = "SELECT CAST(COALESCE(sum(b.messages), 0) AS BIGINT) FROM push_batches b
        JOIN push_campaigns c ON c.id = b.campaign_id
        WHERE b.campaign_id = $1 AND (b.run < c.run OR c.ended_at IS NOT NULL)";
    LEFT_RETRIES = "SELECT count(*) FROM push_retries r JOIN push_campaigns c ON c.id = r.campaign_id
        WHERE r.campaign_id = $1 AND r.run IS NOT NULL AND (r.run < c.run OR c.ended_at IS NOT NULL)";
    IN_BATCHES = "SELECT s.id FROM push_batches b JOIN push_campaigns c ON c.id = b.campaign_id
        JOIN push_subscriptions s ON s.site_id = c.site_id AND s.breaking = TRUE AND s.id > b.after_id AND s.id <= b.last_id
        WHERE b.campaign_id = $1 AND (b.run < c.run OR c.ended_at IS NOT NULL) ORDER BY s.id LIMIT $2";
    IN_RETRIES = "SELECT r.subscription_id FROM push_retries r JOIN push_campaigns c ON c.id = r.campaign_id
        WHERE r.campaign_id = $1 AND r.run IS NOT NULL AND (r.run < c.run OR c.ended_at IS NOT NULL)
        ORDER BY r.subscription_id LIMIT $2";
    OLD = "SELECT id FROM push_campaigns WHERE planned_at < $1 AND ended_at IS NOT NULL LIMIT 100";
    FORGET_BATCHES = "DELETE FROM push_batches WHERE campaign_id IN {list:$1}";
    FORGET_RETRIES = "DELETE FROM push_retries WHERE campaign_id IN {list:$1}";
    FORGET = "DELETE FROM push_campaigns WHERE id IN {list:$1}";
}

/// Breaking news on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Identity, made of site and story.
    pub id: CampaignId,
    /// Whose browsers are told.
    pub site: SiteId,
    /// Of what.
    pub story: StoryId,
    /// When it was planned.
    pub planned_at: Timestamp,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// `sending`; `done`; `stopped` when the story or the banner was taken back meanwhile, until it is planned again.
    pub state: String,
    /// The number of its present run, from 1.
    pub run: i64,
    /// The browser up to which it came.
    pub cursor: SubscriptionId,
    /// Messages that push services took.
    pub handed: i64,
    /// Browsers that were gone.
    pub gone: i64,
    /// Messages that push services refused, or that were given up.
    pub refused: i64,
}

from_row!(Campaign {
    id,
    site,
    story,
    planned_at,
    ended_at,
    state,
    run,
    cursor,
    handed,
    gone,
    refused
});

/// A browser to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// Identity.
    pub id: SubscriptionId,
    /// Where its push service is.
    pub endpoint: String,
    /// Its public key.
    pub public_key: Vec<u8>,
    /// Its secret.
    pub auth: Vec<u8>,
    /// The language in which it is told.
    pub language: String,
    /// Attempts at this message, the coming one included.
    pub attempts: i64,
    /// Messages in a row that its push service refused.
    pub failures: i64,
}

from_row!(Reached {
    id,
    endpoint,
    public_key,
    auth,
    language,
    attempts,
    failures
});

/// What came of some messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// How many were handed over.
    pub handed: usize,
    /// Of those, browsers whose messages had been refused before.
    pub recovered: Vec<SubscriptionId>,
    /// Browsers that are gone.
    pub gone: Vec<SubscriptionId>,
    /// Browsers whose push service refused the message.
    pub refused: Vec<SubscriptionId>,
    /// To be tried again: when, after how many attempts.
    pub put_off: Vec<(SubscriptionId, Timestamp, i64)>,
    /// Nobody knows whether these arrived.
    pub unknown: Vec<SubscriptionId>,
}

/// What was sent together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    /// A stretch of the walk, behind the first id up to the second.
    Walk(SubscriptionId, SubscriptionId),
    /// Some that were put off.
    Again(Vec<SubscriptionId>),
}

/// Plans a campaign, or lets one that was stopped go on where it was. False when it is under way or done: a site tells of
/// a story once.
///
/// # Errors
/// When the store can't answer.
pub async fn plan(tx: &mut Tx, id: CampaignId, site: SiteId, story: StoryId) -> Result<bool, StoreError> {
    let now = tx.now();
    let planned = tx.execute(PLAN, params![id, site, story, now, Uuid::nil()]).await?;
    Ok(planned > 0)
}

/// A campaign.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// The newest campaigns first.
///
/// # Errors
/// When the store can't answer.
pub async fn newest(conn: &mut Conn, limit: usize) -> Result<Vec<Campaign>, StoreError> {
    conn.all(NEWEST, params![limit]).await
}

/// Begins a run of a campaign, which ends every other. None when it is over.
///
/// # Errors
/// When the store can't answer.
pub async fn begin(tx: &mut Tx, id: CampaignId) -> Result<Option<Campaign>, StoreError> {
    if tx.execute(BEGIN, params![id]).await? == 0 {
        return Ok(None);
    }
    tx.optional(ONE, params![id]).await
}

/// The next browsers of the walk behind `after`.
///
/// # Errors
/// When the store can't answer.
pub async fn walk(
    conn: &mut Conn,
    site: SiteId,
    after: SubscriptionId,
    limit: usize,
) -> Result<Vec<Reached>, StoreError> {
    conn.all(WALK, params![site, after, limit]).await
}

/// Browsers whose message was put off until now.
///
/// # Errors
/// When the store can't answer.
pub async fn again(conn: &mut Conn, id: CampaignId, now: Timestamp, limit: usize) -> Result<Vec<Reached>, StoreError> {
    conn.all(AGAIN, params![id, now, limit]).await
}

/// When the next message that was put off is due.
///
/// # Errors
/// When the store can't answer.
pub async fn next(conn: &mut Conn, id: CampaignId) -> Result<Option<Timestamp>, StoreError> {
    conn.optional(NEXT, params![id]).await
}

/// Marks a batch as on its way, before it is. False when this run is not the campaign's present one, or part of the batch
/// was marked by another: then nothing of it may be sent, and the caller rolls back.
///
/// # Errors
/// When the store can't answer.
pub async fn mark(tx: &mut Tx, id: CampaignId, run: i64, batch: &Batch, messages: usize) -> Result<bool, StoreError> {
    let now = tx.now();
    match batch {
        Batch::Walk(after, last) => {
            if tx.execute(MOVE, params![id, run, after, last]).await? == 0 {
                return Ok(false);
            }
            tx.execute(MARK, params![id, last, after, run, messages, now]).await?;
            Ok(true)
        }
        Batch::Again(those) => {
            let current: Option<Campaign> = tx.optional(ONE, params![id]).await?;
            if current.is_none_or(|current| current.run != run || current.ended_at.is_some()) {
                return Ok(false);
            }
            let marked = tx.execute(MARK_AGAIN, params![id, those, run]).await?;
            Ok(usize::try_from(marked) == Ok(those.len()))
        }
    }
}

/// Takes the mark of a batch away and keeps what came of it.
///
/// # Errors
/// When the store can't answer.
pub async fn settle(tx: &mut Tx, id: CampaignId, run: i64, batch: &Batch, settled: &Settled) -> Result<(), StoreError> {
    match batch {
        Batch::Walk(_, last) => tx.execute(UNMARK, params![id, last]).await?,
        Batch::Again(those) => tx.execute(UNMARK_AGAIN, params![id, those]).await?,
    };
    for (subscription, due, attempts) in &settled.put_off {
        tx.execute(PUT_OFF, params![id, subscription, due, *attempts, None::<i64>])
            .await?;
    }
    let now = tx.now();
    for subscription in &settled.unknown {
        tx.execute(PUT_OFF, params![id, subscription, now, 1, run]).await?;
    }
    tx.execute(
        COUNT,
        params![id, settled.handed, settled.gone.len(), settled.refused.len()],
    )
    .await?;
    told(tx, &settled.recovered, &settled.gone, &settled.refused).await
}

/// Ends a campaign. What was put off is given up, unless it was stopped: it may go on. False when this run is not its
/// present one.
///
/// # Errors
/// When the store can't answer.
pub async fn end(tx: &mut Tx, id: CampaignId, run: i64, is_stopped: bool) -> Result<bool, StoreError> {
    let now = tx.now();
    let (state, given_up) = if is_stopped {
        ("stopped", 0)
    } else {
        ("done", tx.execute(GIVE_UP, params![id]).await?)
    };
    Ok(tx.execute(END, params![id, run, state, now, given_up]).await? > 0)
}

/// How many messages were on their way when a node went down, or when a connection ended: they may have arrived.
///
/// # Errors
/// When the store can't answer.
pub async fn uncertain(conn: &mut Conn, id: CampaignId) -> Result<i64, StoreError> {
    let batches: i64 = conn.one(LEFT_BATCHES, params![id]).await?;
    let retries: i64 = conn.one(LEFT_RETRIES, params![id]).await?;
    Ok(batches + retries)
}

/// The browsers of those messages, as far as they are still known.
///
/// # Errors
/// When the store can't answer.
pub async fn list_uncertain(conn: &mut Conn, id: CampaignId, limit: usize) -> Result<Vec<SubscriptionId>, StoreError> {
    let mut all: Vec<SubscriptionId> = conn.all(IN_BATCHES, params![id, limit]).await?;
    let room = limit.saturating_sub(all.len());
    all.extend(conn.all::<SubscriptionId>(IN_RETRIES, params![id, room]).await?);
    Ok(all)
}

/// Forgets campaigns that were planned before a moment and are over.
///
/// # Errors
/// When the store can't answer.
pub async fn sweep(tx: &mut Tx, before: Timestamp) -> Result<(), StoreError> {
    let old: Vec<CampaignId> = tx.all(OLD, params![before]).await?;
    if old.is_empty() {
        return Ok(());
    }
    tx.execute(FORGET_BATCHES, params![&old]).await?;
    tx.execute(FORGET_RETRIES, params![&old]).await?;
    tx.execute(FORGET, params![&old]).await?;
    Ok(())
}
