//! What readers send in: one row a contribution, with what its author wrote, what the desk made of it, and where it
//! stands.

pub mod call_outs;
pub mod pictures;
pub mod uploads;

use crate::db::{Conn, FromRow, Row, StoreError, Tx};
use crate::{params, queries};
use masthead_domain::contributions::{Claim, Kind, Standing, State};
use masthead_domain::ids::{AccountId, ContributionId, ProfileId, SiteId, StoryId};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// Columns of a [`Contribution`], in the order in which it reads them.
macro_rules! columns {
    () => {
        "id, kind, site_id, profile_id, call_out_id, state, title, body, edited_title, edited_body, message, reason, \
         answer, terms, story_id, publish_at, claimed_by, claimed_until, version, created_at, moved_at, sent_at"
    };
}

queries! {
    INSERT = "INSERT INTO contributions (id, kind, site_id, profile_id, call_out_id, state, queue, title, body, message,
            reason, answer, terms, version, created_at, moved_at)
        VALUES ($1, $2, $3, $4, $5, 'draft', 'draft', '', '', '', '', '', '', 1, $6, $6)";
    SAVE = "UPDATE contributions SET site_id = $3, state = $4, queue = $5, title = $6, body = $7, edited_title = $8,
            edited_body = $9, message = $10, reason = $11, answer = $12, terms = $13, story_id = $14, publish_at = $15,
            claimed_by = $16, claimed_until = $17, moved_at = $18, sent_at = $19, version = version + 1
        WHERE id = $1 AND version = $2";
    hot ONE = concat!("SELECT ", columns!(), " FROM contributions WHERE id = $1");
    hot DRAFT = concat!("SELECT ", columns!(), " FROM contributions
        WHERE profile_id = $1 AND kind = $2 AND call_out_id = $3 AND state = 'draft'");
    hot OF_PROFILE = concat!("SELECT ", columns!(), " FROM contributions WHERE profile_id = $1
        ORDER BY created_at DESC, id DESC LIMIT $2");
    hot OPEN = "SELECT count(*) FROM contributions WHERE profile_id = $1
        AND state IN ('submitted', 'changes-requested', 'resubmitted', 'accepted', 'agreed')";
    QUEUE = concat!("SELECT ", columns!(), " FROM contributions WHERE queue = $1 AND site_id IN {list:$2}
        ORDER BY moved_at, id LIMIT $3");
    DECIDED = concat!("SELECT ", columns!(), " FROM contributions WHERE queue = 'decided' AND site_id IN {list:$1}
        ORDER BY moved_at DESC, id DESC LIMIT $2");
    QUEUE_OF_CALL_OUT = concat!("SELECT ", columns!(), " FROM contributions WHERE queue = $1 AND site_id IN {list:$2}
            AND call_out_id = $4
        ORDER BY moved_at, id LIMIT $3");
    LENGTH = "SELECT count(*) FROM (SELECT 1 AS one FROM contributions
        WHERE queue = $1 AND site_id IN {list:$2} LIMIT $3) counted";
    DELETE = "DELETE FROM contributions WHERE id = $1";
    SET_CONTRIBUTOR = "INSERT INTO story_contributors (story_id, profile_id, name) VALUES ($1, $2, $3)
        ON CONFLICT (story_id, profile_id) DO UPDATE SET name = excluded.name";
    hot CONTRIBUTORS = "SELECT profile_id, name FROM story_contributors WHERE story_id = $1 ORDER BY profile_id";
    HIDE_CONTRIBUTOR = "UPDATE story_contributors SET name = '' WHERE story_id = $1 AND profile_id = $2";
}

/// The queues of the desk, in the order of its tabs, by their names in the store and in strings.
pub const QUEUES: [&str; 4] = ["waiting", "ready", "author", "decided"];

/// The queue in which a state is found.
const fn queue_of(state: State) -> &'static str {
    match state {
        State::Submitted | State::Resubmitted => "waiting",
        State::Agreed => "ready",
        State::ChangesRequested | State::Accepted => "author",
        State::Draft => "draft",
        State::Scheduled | State::Published | State::Declined | State::Withdrawn | State::Expired => "decided",
    }
}

/// A contribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// Identity.
    pub id: ContributionId,
    /// What it is.
    pub kind: Kind,
    /// The site whose desk decides.
    pub site: SiteId,
    /// Whose it is.
    pub profile: ProfileId,
    /// The call-out that it answers.
    pub call_out: Option<Uuid>,
    /// Where it stands.
    pub standing: Standing,
    /// The title that its author gave it; may be empty in a draft.
    pub title: String,
    /// What its author wrote; may be empty in a draft, and with pictures.
    pub body: String,
    /// Title and text as the desk would print them, where it changed something since the author last sent it.
    pub edited: Option<(String, String)>,
    /// What the desk last told its author; may be empty.
    pub message: String,
    /// Why it was declined, by code; empty otherwise.
    pub reason: String,
    /// What its author last told the desk; may be empty.
    pub answer: String,
    /// The version of the terms that its author agreed to; empty in a draft.
    pub terms: String,
    /// The story that was made of it.
    pub story: Option<StoryId>,
    /// Counts changes; one made from an older state is refused.
    pub version: i64,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last sent.
    pub sent_at: Option<Timestamp>,
}

impl Contribution {
    /// Title and text as they would be printed.
    pub fn printed(&self) -> (&str, &str) {
        match &self.edited {
            Some((title, body)) => (title, body),
            None => (&self.title, &self.body),
        }
    }
}

impl FromRow for Contribution {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (id, kind, site, profile) = (row.next()?, row.next::<String>()?, row.next()?, row.next()?);
        let call_out: Uuid = row.next()?;
        let state: String = row.next()?;
        let (title, body) = (row.next()?, row.next()?);
        let edited: (Option<String>, Option<String>) = (row.next()?, row.next()?);
        let (message, reason, answer, terms) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (story, publish_at) = (row.next()?, row.next()?);
        let (by, until): (Option<AccountId>, Option<Timestamp>) = (row.next()?, row.next()?);
        let (version, created_at, moved_at, sent_at) = (row.next()?, row.next()?, row.next()?, row.next()?);
        Ok(Self {
            id,
            kind: Kind::parse(&kind).ok_or_else(|| StoreError::Bug(format!("no kind of contribution: {kind}")))?,
            site,
            profile,
            call_out: (!call_out.is_nil()).then_some(call_out),
            standing: Standing {
                // A state that this version doesn't know can't be moved from here.
                state: State::parse(&state).unwrap_or(State::Expired),
                claim: by.zip(until).map(|(by, until)| Claim { by, until }),
                moved_at,
                publish_at,
            },
            title,
            body,
            edited: edited.0.zip(edited.1),
            message,
            reason,
            answer,
            terms,
            story,
            version,
            created_at,
            sent_at,
        })
    }
}

/// Begins a draft.
///
/// # Errors
/// [`StoreError::Conflict`] when its author has one of this kind.
pub async fn insert(tx: &mut Tx, draft: &Contribution) -> Result<(), StoreError> {
    let call_out = draft.call_out.unwrap_or_default();
    tx.execute(
        INSERT,
        params![
            draft.id,
            draft.kind.name(),
            draft.site,
            draft.profile,
            call_out,
            draft.created_at
        ],
    )
    .await?;
    Ok(())
}

/// Saves what may change, and counts the version up.
///
/// # Errors
/// [`StoreError::Conflict`] when somebody else changed it since it was read.
pub async fn save(tx: &mut Tx, one: &Contribution) -> Result<(), StoreError> {
    let edited = one.edited.as_ref();
    let standing = &one.standing;
    let changed = tx
        .execute(
            SAVE,
            params![
                one.id,
                one.version,
                one.site,
                standing.state.name(),
                queue_of(standing.state),
                &one.title,
                &one.body,
                edited.map(|(title, _)| title.as_str()),
                edited.map(|(_, body)| body.as_str()),
                &one.message,
                &one.reason,
                &one.answer,
                &one.terms,
                one.story,
                standing.publish_at,
                standing.claim.map(|claim| claim.by),
                standing.claim.map(|claim| claim.until),
                standing.moved_at,
                one.sent_at
            ],
        )
        .await?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::Conflict {
            constraint: "contributions_version".into(),
        })
    }
}

/// The contribution with this id.
///
/// # Errors
/// When the store can't answer.
pub async fn one(conn: &mut Conn, id: ContributionId) -> Result<Option<Contribution>, StoreError> {
    conn.optional(ONE, params![id]).await
}

/// What somebody is writing now.
///
/// # Errors
/// When the store can't answer.
pub async fn draft(
    conn: &mut Conn,
    profile: ProfileId,
    kind: Kind,
    call_out: Option<Uuid>,
) -> Result<Option<Contribution>, StoreError> {
    conn.optional(DRAFT, params![profile, kind.name(), call_out.unwrap_or_default()])
        .await
}

/// The newest contributions of somebody, drafts included.
///
/// # Errors
/// When the store can't answer.
pub async fn of_profile(conn: &mut Conn, profile: ProfileId, limit: usize) -> Result<Vec<Contribution>, StoreError> {
    conn.all(OF_PROFILE, params![profile, limit]).await
}

/// How many of somebody's are with the desk.
///
/// # Errors
/// When the store can't answer.
pub async fn open(conn: &mut Conn, profile: ProfileId) -> Result<usize, StoreError> {
    conn.one(OPEN, params![profile]).await
}

/// A queue of the desks of some sites: the oldest first, and of what was decided the newest.
///
/// # Errors
/// When the store can't answer.
pub async fn queue(
    conn: &mut Conn,
    queue: &str,
    sites: &[SiteId],
    limit: usize,
) -> Result<Vec<Contribution>, StoreError> {
    let sites: Vec<Uuid> = sites.iter().map(|site| site.0).collect();
    if queue == "decided" {
        conn.all(DECIDED, params![&sites, limit]).await
    } else {
        conn.all(QUEUE, params![queue, &sites, limit]).await
    }
}

/// The part of a queue that answers a call-out, the oldest first.
///
/// # Errors
/// When the store can't answer.
pub async fn queue_of_call_out(
    conn: &mut Conn,
    queue: &str,
    sites: &[SiteId],
    call_out: Uuid,
    limit: usize,
) -> Result<Vec<Contribution>, StoreError> {
    let sites: Vec<Uuid> = sites.iter().map(|site| site.0).collect();
    conn.all(QUEUE_OF_CALL_OUT, params![queue, &sites, limit, call_out])
        .await
}

/// How many are in a queue of some sites: at most one more than [`crate::reviews::LONGEST_COUNTED`].
///
/// # Errors
/// When the store can't answer.
pub async fn length(conn: &mut Conn, queue: &str, sites: &[SiteId]) -> Result<i64, StoreError> {
    let sites: Vec<Uuid> = sites.iter().map(|site| site.0).collect();
    conn.one(LENGTH, params![queue, &sites, crate::reviews::LONGEST_COUNTED + 1])
        .await
}

/// Removes a contribution for good.
///
/// # Errors
/// When the store can't answer.
pub async fn delete(tx: &mut Tx, id: ContributionId) -> Result<(), StoreError> {
    tx.execute(DELETE, params![id]).await?;
    Ok(())
}

/// Marks a story as a reader's, with the name under which it is printed.
///
/// # Errors
/// When the store can't answer.
pub async fn set_contributor(tx: &mut Tx, story: StoryId, profile: ProfileId, name: &str) -> Result<(), StoreError> {
    tx.execute(SET_CONTRIBUTOR, params![story, profile, name]).await?;
    Ok(())
}

/// The readers whose story it is, with the names under which it is printed, empty for somebody who deleted their account;
/// none for a story of the newsroom.
///
/// # Errors
/// When the store can't answer.
pub async fn contributors(conn: &mut Conn, story: StoryId) -> Result<Vec<(ProfileId, String)>, StoreError> {
    conn.all(CONTRIBUTORS, params![story]).await
}

/// Takes a reader's name off a story, which goes on being told from those of the newsroom.
///
/// # Errors
/// When the store can't answer.
pub async fn hide_contributor(tx: &mut Tx, story: StoryId, profile: ProfileId) -> Result<(), StoreError> {
    tx.execute(HIDE_CONTRIBUTOR, params![story, profile]).await?;
    Ok(())
}
