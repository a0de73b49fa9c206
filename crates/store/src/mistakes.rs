//! What readers say is wrong in stories, and what became of it. A report is found by its receipt, of which only the hash is
//! kept.

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{hash, params, queries};
use masthead_domain::ids::{ProfileId, SiteId, StoryId};
use masthead_domain::mistakes::Outcome;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    ADD = "INSERT INTO mistakes (id, story_id, site_id, revision, profile_id, receipt, body, created_at, mailed, reply)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    EARLIER = "SELECT id FROM mistakes WHERE story_id = $1 AND revision = $2 AND profile_id = $3";
    hot BY_RECEIPT = "SELECT id, story_id, site_id, body, created_at, outcome, reply, decided_at, decided_by
        FROM mistakes WHERE receipt = $1";
    hot OPEN = "SELECT id, story_id, site_id, body, created_at, outcome, reply, decided_at, decided_by
        FROM mistakes WHERE site_id = $1 AND outcome IS NULL ORDER BY created_at, id LIMIT $2";
    COUNT_OPEN = "SELECT count(*) FROM (SELECT id FROM mistakes WHERE site_id IN {list:$1} AND outcome IS NULL LIMIT $2) AS o";
    ONE = "SELECT id, story_id, site_id, body, created_at, outcome, reply, decided_at, decided_by
        FROM mistakes WHERE id = $1";
    DECIDE = "UPDATE mistakes SET outcome = $2, reply = $3, decided_at = $4, decided_by = $5
        WHERE id = $1 AND outcome IS NULL";
    UNMAILED = "SELECT id, story_id, site_id, body, created_at, outcome, reply, decided_at, decided_by
        FROM mistakes WHERE story_id = $1 AND mailed = FALSE AND outcome IS NULL ORDER BY created_at, id";
    MAILED = "UPDATE mistakes SET mailed = TRUE WHERE story_id = $1 AND mailed = FALSE";
    SINCE = "SELECT count(*) FROM mistakes WHERE profile_id = $1 AND created_at > $2";
    OF_PROFILE = "SELECT id, story_id, site_id, body, created_at, outcome, reply, decided_at, decided_by
        FROM mistakes WHERE profile_id = $1 ORDER BY created_at, id";
    FORGET = "UPDATE mistakes SET profile_id = NULL WHERE profile_id = $1";
    EDITORS = "SELECT created_by FROM revisions WHERE story_id = $1 AND created_by LIKE 'account:%'
        GROUP BY created_by ORDER BY max(created_at) DESC LIMIT $2";
}

/// A report that is written down.
#[derive(Clone, Debug)]
pub struct NewMistake {
    /// Identity.
    pub id: Uuid,
    /// The story.
    pub story: StoryId,
    /// The site on which its reader read it, whose desk answers.
    pub site: SiteId,
    /// The revision that readers saw.
    pub revision: i64,
    /// By whom; none without an account.
    pub profile: Option<ProfileId>,
    /// What its sender looks at it with.
    pub receipt: String,
    /// What is wrong.
    pub body: String,
}

/// A report as it is kept. Who sent it is not told to the desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Identity.
    pub id: Uuid,
    /// The story.
    pub story: StoryId,
    /// The site on which its reader read it.
    pub site: SiteId,
    /// What is wrong.
    pub body: String,
    /// When it came.
    pub created_at: Timestamp,
    /// What became of it; none while it waits.
    pub outcome: Option<Outcome>,
    /// What the desk answered; may be empty.
    pub reply: String,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Who, as acts name people.
    pub decided_by: Option<String>,
}

impl FromRow for Mistake {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            story: row.next()?,
            site: row.next()?,
            body: row.next()?,
            created_at: row.next()?,
            // An outcome that this version doesn't know is one all the same: it no longer waits.
            outcome: row
                .next::<Option<String>>()?
                .map(|name| Outcome::parse(&name).unwrap_or(Outcome::Stands)),
            reply: row.next()?,
            decided_at: row.next()?,
            decided_by: row.next()?,
        })
    }
}

/// Writes a report down; false when the same person reported this revision before.
///
/// # Errors
/// When the store can't answer.
pub async fn add(tx: &mut Tx, new: &NewMistake) -> Result<bool, StoreError> {
    let now = tx.now();
    if let Some(profile) = new.profile {
        let earlier: Option<Uuid> = tx.optional(EARLIER, params![new.story, new.revision, profile]).await?;
        if earlier.is_some() {
            return Ok(false);
        }
    }
    tx.execute(
        ADD,
        params![
            new.id,
            new.story,
            new.site,
            new.revision,
            new.profile,
            hash(new.receipt.as_bytes()),
            &new.body,
            now,
            false,
            ""
        ],
    )
    .await?;
    Ok(true)
}

/// The report of a receipt.
///
/// # Errors
/// When the store can't answer.
pub async fn by_receipt(conn: &mut Conn, receipt: &str) -> Result<Option<Mistake>, StoreError> {
    conn.optional(BY_RECEIPT, params![hash(receipt.as_bytes())]).await
}

/// The report of an id.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: Uuid) -> Result<Option<Mistake>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// Reports of a site that wait, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn open(conn: &mut Conn, site: SiteId, limit: usize) -> Result<Vec<Mistake>, StoreError> {
    conn.all(OPEN, params![site, limit]).await
}

/// How many wait on these sites, counted as far as `most`.
///
/// # Errors
/// When the store can't answer.
pub async fn count_open(conn: &mut Conn, sites: &[SiteId], most: i64) -> Result<i64, StoreError> {
    conn.one(COUNT_OPEN, params![sites, most]).await
}

/// Writes down what became of a report; false when that was decided before.
///
/// # Errors
/// When the store can't answer.
pub async fn decide(tx: &mut Tx, id: Uuid, outcome: Outcome, reply: &str, by: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    Ok(tx.execute(DECIDE, params![id, outcome.name(), reply, now, by]).await? > 0)
}

/// Reports about a story that wait and of which nobody was told.
///
/// # Errors
/// When the store can't answer.
pub async fn unmailed(conn: &mut Conn, story: StoryId) -> Result<Vec<Mistake>, StoreError> {
    conn.all(UNMAILED, params![story]).await
}

/// Writes down that the editors were told of all reports about a story; false when they had been.
///
/// # Errors
/// When the store can't answer.
pub async fn mailed(tx: &mut Tx, story: StoryId) -> Result<bool, StoreError> {
    Ok(tx.execute(MAILED, params![story]).await? > 0)
}

/// Reports of somebody since a moment.
///
/// # Errors
/// When the store can't answer.
pub async fn count_since(conn: &mut Conn, profile: ProfileId, since: Timestamp) -> Result<i64, StoreError> {
    conn.one(SINCE, params![profile, since]).await
}

/// Everything that somebody reported, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn of_profile(conn: &mut Conn, profile: ProfileId) -> Result<Vec<Mistake>, StoreError> {
    conn.all(OF_PROFILE, params![profile]).await
}

/// Forgets who reported what, for somebody whose account is gone.
///
/// # Errors
/// When the store can't answer.
pub async fn forget(tx: &mut Tx, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(FORGET, params![profile]).await?;
    Ok(())
}

/// Who wrote revisions of a story at the desk, as revisions name people, the latest first.
///
/// # Errors
/// When the store can't answer.
pub async fn editors(conn: &mut Conn, story: StoryId, limit: usize) -> Result<Vec<String>, StoreError> {
    conn.all(EDITORS, params![story, limit]).await
}
