//! Decisions of the desk about a comment, each with its reason, and taking one back.

use super::{CommentError, tell};
use crate::accounts::Viewer;
use crate::app::App;
use crate::notices;
use masthead_domain::comments::{CommentState, RemovalReason};
use masthead_domain::ids::{AccountId, CommentId, IdSource, ProfileId};
use masthead_domain::notices::NoticeKind;
use masthead_domain::permissions::{Grants, Permission};
use masthead_domain::time::Timestamp;
use masthead_store::audit::{self, NewEntry};
use masthead_store::comments::people;
use masthead_store::comments::{self as rows, Comment};
use masthead_store::reports::{self, Appeal};
use masthead_store::{Tx, notices as notice_rows, reviews};
use serde_json::{Value, json};
use std::sync::Arc;

/// Somebody at the desk.
#[derive(Clone, Debug)]
pub struct Decider {
    /// Their account.
    pub account: AccountId,
    /// What they may do.
    pub grants: Grants,
}

impl From<&Viewer> for Decider {
    fn from(viewer: &Viewer) -> Self {
        Self {
            account: viewer.account,
            grants: viewer.grants.clone(),
        }
    }
}

/// What somebody at the desk decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Readers may see it.
    Approve,
    /// Readers may not.
    Reject {
        /// Why.
        reason: RemovalReason,
        /// What its writer is told beside the reason; may be empty.
        note: String,
    },
    /// The last decision about it is taken back.
    Undo,
}

/// The longest note to a writer, in characters.
const LONGEST_NOTE: usize = 1_000;
/// Entries of a comment's history that are looked through for the last decision.
const HISTORY: usize = 200;

/// Decides on a comment. Whoever may moderate its site may, unless somebody else has it claimed.
///
/// # Errors
/// [`CommentError::NotFound`] for a comment of another desk, [`CommentError::Decided`] when somebody was faster.
pub async fn decide(app: &App, by: &Decider, id: CommentId, decision: Decision) -> Result<CommentState, CommentError> {
    let (by, ids) = (by.clone(), Arc::clone(&app.ids));
    let salt = app.ids.next_uuid();
    app.db
        .write("comments.decide", move |tx| {
            let (by, ids, decision) = (by.clone(), Arc::clone(&ids), decision.clone());
            Box::pin(async move {
                let comment = rows::by_id(tx, id).await?;
                let comment = comment
                    .filter(|comment| by.grants.may(Permission::CommentsModerate, Some(comment.site)))
                    .ok_or(CommentError::NotFound)?;
                let review = reviews::one(tx, id).await?;
                let now = tx.now();
                let others = review.as_ref().is_some_and(|review| {
                    review.claimed_by.is_some_and(|holder| holder != by.account)
                        && review.claimed_until.is_some_and(|until| until > now)
                });
                if others {
                    return Err(CommentError::Decided);
                }
                let actor = format!("account:{}", by.account);
                let appeal = reports::appeal_of(tx, id).await?;
                if appeal.is_some_and(|appeal| is_against(&appeal, by.account)) && decision != Decision::Undo {
                    return Err(CommentError::OwnDecision);
                }
                let queue = review.map_or_else(String::new, |review| review.queue);
                match decision {
                    Decision::Undo => undo(tx, ids.as_ref(), &comment, &actor).await,
                    Decision::Approve => {
                        let change = Change::new(&comment, CommentState::Published, &queue, None);
                        apply(tx, ids.as_ref(), &comment, &change, &actor, None, now).await
                    }
                    Decision::Reject { reason, note } => {
                        let note: String = note.chars().take(LONGEST_NOTE).collect();
                        let change = Change::new(&comment, CommentState::Rejected, &queue, Some(reason));
                        let text = (!note.is_empty()).then_some((salt, note.as_str()));
                        apply(tx, ids.as_ref(), &comment, &change, &actor, text, now).await
                    }
                }
            })
        })
        .await
}

/// Whether an appeal waits that is against a decision of this person, who then leaves it to somebody else.
#[must_use]
pub fn is_against(appeal: &Appeal, account: AccountId) -> bool {
    appeal.outcome.is_none() && appeal.against == format!("account:{account}")
}

/// Puts a comment that readers see forward, or back among the others.
///
/// # Errors
/// [`CommentError::NotFound`] for a comment of another desk, or one that is not seen.
pub async fn feature(app: &App, by: &Decider, id: CommentId, on: bool) -> Result<(), CommentError> {
    let (by, ids) = (by.clone(), Arc::clone(&app.ids));
    app.db
        .write("comments.feature", move |tx| {
            let (by, ids) = (by.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let comment = rows::by_id(tx, id).await?;
                let comment = comment
                    .filter(|comment| comment.state.is_shown())
                    .filter(|comment| by.grants.may(Permission::CommentsModerate, Some(comment.site)))
                    .ok_or(CommentError::NotFound)?;
                rows::set_featured(tx, id, on).await?;
                let actor = format!("account:{}", by.account);
                let act = if on { "comment.featured" } else { "comment.unfeatured" };
                let entry = (actor.as_str(), act, &Value::Null);
                super::note(tx, ids.as_ref(), &comment, "featured", true, entry, None).await?;
                Ok(())
            })
        })
        .await
}

/// What a decision changes: enough to take it back.
struct Change {
    state: CommentState,
    was: CommentState,
    queue: String,
    reason: Option<RemovalReason>,
}

impl Change {
    fn new(comment: &Comment, state: CommentState, queue: &str, reason: Option<RemovalReason>) -> Self {
        Self {
            state,
            was: comment.state,
            queue: queue.to_owned(),
            reason,
        }
    }

    const fn act(&self) -> &'static str {
        match self.state {
            CommentState::Published => "comment.approved",
            _ => "comment.rejected",
        }
    }

    fn facts(&self, at: Timestamp) -> Value {
        json!({
            "was": self.was.name(), "queue": self.queue, "reason": self.reason.map(RemovalReason::code), "at": at,
        })
    }
}

async fn apply(
    tx: &mut Tx,
    ids: &dyn IdSource,
    comment: &Comment,
    change: &Change,
    actor: &str,
    text: Option<(uuid::Uuid, &str)>,
    now: Timestamp,
) -> Result<CommentState, CommentError> {
    // What its writer took away is nobody else's to bring back.
    if comment.state == CommentState::Deleted {
        return Err(CommentError::Decided);
    }
    let removed_by = (change.state == CommentState::Rejected).then_some("moderator");
    rows::set_state(tx, comment, change.state, removed_by).await?;
    count(tx, comment, comment.state, change.state, now, 1).await?;
    reports::close(tx, comment.id, change.state == CommentState::Rejected).await?;
    reports::close_appeal(tx, comment.id, change.state == CommentState::Published).await?;
    if change.queue.is_empty() {
        let subject = (comment.id, comment.site, comment.story, comment.profile);
        reviews::put(tx, subject, "decided", now, 0).await?;
    } else {
        reviews::move_to(tx, comment.id, "decided").await?;
    }
    let event = tell(tx, ids, comment, "decided", change.state.is_shown()).await?;
    let entry = NewEntry {
        event,
        actor,
        act: change.act(),
        subject: comment.id.0,
        facts: &change.facts(now),
        text,
        keep_text: true,
    };
    audit::append(tx, &entry).await?;
    if change.state == CommentState::Rejected {
        notices::tell(tx, ids, comment.profile, NoticeKind::Rejected, comment.id).await?;
    } else if !change.was.is_shown() {
        notices::tell(tx, ids, comment.profile, NoticeKind::Approved, comment.id).await?;
        if let Some(answered) = answered(tx, comment).await? {
            notices::tell_of_answer(tx, ids, answered, comment.profile, comment.id).await?;
        }
    }
    Ok(change.state)
}

/// The writer of what a comment answers.
async fn answered(tx: &mut Tx, comment: &Comment) -> Result<Option<ProfileId>, CommentError> {
    Ok(match comment.parent {
        Some(parent) => rows::by_id(tx, parent).await?.map(|parent| parent.profile),
        None => None,
    })
}

/// What a decision adds to the memory of its writer; `by` is -1 where it is taken back.
async fn count(
    tx: &mut Tx,
    comment: &Comment,
    was: CommentState,
    state: CommentState,
    at: Timestamp,
    by: i64,
) -> Result<(), CommentError> {
    let (approved, refused) = match state {
        CommentState::Published => (by, 0),
        _ => (0, by),
    };
    people::decided(tx, comment.profile, at, approved, refused).await?;
    let accepted = i64::from(state.is_shown()) - i64::from(was.is_shown());
    if accepted != 0 {
        people::accepted(tx, comment.profile, accepted * by).await?;
    }
    Ok(())
}

async fn undo(tx: &mut Tx, ids: &dyn IdSource, comment: &Comment, actor: &str) -> Result<CommentState, CommentError> {
    let history = audit::of_subject(tx, comment.id.0, HISTORY).await?;
    let last = history.last().ok_or(CommentError::NotFound)?;
    let (decided, was) = match last.act.as_str() {
        "comment.approved" => (CommentState::Published, last.facts.get("was")),
        "comment.rejected" => (CommentState::Rejected, last.facts.get("was")),
        // Something else happened since: there is no decision to take back.
        _ => return Err(CommentError::Decided),
    };
    let was = was.and_then(Value::as_str).and_then(CommentState::parse);
    let was = was.ok_or(CommentError::Decided)?;
    if comment.state != decided {
        return Err(CommentError::Decided);
    }
    let removed_by = (was == CommentState::Rejected).then_some("rule");
    rows::set_state(tx, comment, was, removed_by).await?;
    count(tx, comment, was, decided, last.at, -1).await?;
    reports::reopen(tx, comment.id, last.at).await?;
    match last.facts.get("queue").and_then(Value::as_str) {
        Some(queue) if !queue.is_empty() => reviews::move_to(tx, comment.id, queue).await?,
        _ => reviews::drop(tx, comment.id).await?,
    }
    // What is not so any more is not told either, where it wasn't yet.
    for kind in [NoticeKind::Approved, NoticeKind::Rejected] {
        notice_rows::take_back(tx, comment.profile, kind, comment.id).await?;
    }
    if let Some(answered) = answered(tx, comment).await?.filter(|_| !was.is_shown()) {
        notice_rows::take_back(tx, answered, NoticeKind::Reply, comment.id).await?;
    }
    let event = tell(tx, ids, comment, "decided", was.is_shown()).await?;
    let facts = json!({ "undone": last.act, "state": was.name() });
    let entry = NewEntry {
        event,
        actor,
        act: "comment.undone",
        subject: comment.id.0,
        facts: &facts,
        text: None,
        keep_text: false,
    };
    audit::append(tx, &entry).await?;
    Ok(was)
}
