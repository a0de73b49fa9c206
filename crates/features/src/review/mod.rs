//! The review desk: what waits for a decision, in queues, with everything that is known of it beside it.
//!
//! Decisions themselves are the comments' (`crate::comments::decide`); this reads the queues, keeps two people from one
//! item, and keeps people from writing for a while.

pub mod decisions;
pub mod pages;
pub mod policy;
pub mod profiles;
mod queue;
pub mod words;

pub use queue::{Item, Queue, lengths, read};

pub(crate) use pages::desk_of;

use crate::app::App;
use crate::comments::{CommentError, Decider, is_against};
use masthead_domain::events::Event;
use masthead_domain::ids::{CommentId, EventId, ProfileId, SiteId, SuspensionId};
use masthead_domain::permissions::Permission;
use masthead_domain::time::Timestamp;
use masthead_store::audit::{self, NewEntry};
use masthead_store::comments::people::{self, Suspension};
use masthead_store::{StoreError, comments as comment_rows, log, reports, reviews};
use serde_json::json;
use std::sync::Arc;

/// Seconds for which somebody has an item to themselves.
pub const CLAIM_SECONDS: i64 = 120;
/// The longest message to somebody who is suspended, in characters.
const LONGEST_MESSAGE: usize = 1_000;

/// The queues of the desk, in the order of its tabs.
pub const QUEUES: [&str; 7] = ["held", "pending", "reported", "new", "escalated", "appealed", "decided"];

/// How long a suspension lasts, by its name in forms, in seconds; `None` is for good.
pub const SPANS: [(&str, Option<i64>); 6] = [
    ("1h", Some(3_600)),
    ("3h", Some(3 * 3_600)),
    ("24h", Some(86_400)),
    ("7d", Some(7 * 86_400)),
    ("30d", Some(30 * 86_400)),
    ("ban", None),
];

/// Takes an item to look at; false when somebody else has it.
///
/// # Errors
/// [`CommentError::NotFound`] for an item of another desk.
pub async fn claim(app: &App, by: &Decider, id: CommentId, leave: bool) -> Result<bool, CommentError> {
    let (account, grants) = (by.account, by.grants.clone());
    app.db
        .write("review.claim", move |tx| {
            let grants = grants.clone();
            Box::pin(async move {
                let review = reviews::one(tx, id).await?;
                review
                    .filter(|review| grants.may(Permission::CommentsModerate, Some(review.site)))
                    .ok_or(CommentError::NotFound)?;
                if leave {
                    reviews::leave(tx, id, account).await?;
                    return Ok(true);
                }
                // Held by somebody who may not decide on it, an appeal would be kept from those who may.
                let appeal = reports::appeal_of(tx, id).await?;
                if appeal.is_some_and(|appeal| is_against(&appeal, account)) {
                    return Ok(false);
                }
                let until = tx.now().plus_seconds(CLAIM_SECONDS);
                Ok(reviews::claim(tx, id, account, until).await?)
            })
        })
        .await
}

/// Gives an item to those who decide on the difficult ones.
///
/// # Errors
/// [`CommentError::NotFound`] for an item of another desk.
pub async fn escalate(app: &App, by: &Decider, id: CommentId) -> Result<(), CommentError> {
    let (by, ids) = (by.clone(), Arc::clone(&app.ids));
    app.db
        .write("review.escalate", move |tx| {
            let (by, ids) = (by.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let review = reviews::one(tx, id).await?;
                let review = review
                    .filter(|review| by.grants.may(Permission::CommentsModerate, Some(review.site)))
                    .ok_or(CommentError::NotFound)?;
                reviews::move_to(tx, id, "escalated").await?;
                let comment = comment_rows::by_id(tx, id).await?.ok_or(CommentError::NotFound)?;
                let facts = json!({ "queue": review.queue });
                let actor = format!("account:{}", by.account);
                let entry = (actor.as_str(), "comment.escalated", &facts);
                crate::comments::note(
                    tx,
                    ids.as_ref(),
                    &comment,
                    "decided",
                    comment.state.is_shown(),
                    entry,
                    None,
                )
                .await?;
                Ok(())
            })
        })
        .await
}

/// Somebody who may not write for a while.
#[derive(Clone, Debug)]
pub struct Suspending {
    /// Who.
    pub profile: ProfileId,
    /// Where; `None` for the whole network, which asks for a role of the network.
    pub site: Option<SiteId>,
    /// One of [`SPANS`].
    pub span: String,
    /// What the person is told; never empty: nobody is kept out silently.
    pub message: String,
}

/// Keeps somebody from writing for a while.
///
/// # Errors
/// [`CommentError::NotFound`] where the desk has no say, [`CommentError::Failed`] without a message or with a span that
/// there is none of.
pub async fn suspend(app: &App, by: &Decider, one: Suspending) -> Result<SuspensionId, CommentError> {
    let span = SPANS.iter().find(|(name, _)| *name == one.span);
    let (_, seconds) = span.ok_or_else(|| CommentError::Failed(format!("there is no span '{}'", one.span)))?;
    if one.message.trim().is_empty() {
        return Err(CommentError::Failed("a suspension has a message".into()));
    }
    if !by.grants.may(Permission::AccountsSuspend, one.site) {
        return Err(CommentError::NotFound);
    }
    let now = app.now();
    let suspension = Suspension {
        id: SuspensionId::new(app.ids.as_ref()),
        site: one.site,
        since: now,
        until: seconds.map(|seconds| now.plus_seconds(seconds)),
        message: one.message.trim().chars().take(LONGEST_MESSAGE).collect(),
        reason: "comments".into(),
        by: format!("account:{}", by.account),
    };
    let (id, salt, ids) = (suspension.id, app.ids.next_uuid(), Arc::clone(&app.ids));
    app.db
        .write("review.suspend", move |tx| {
            let (suspension, ids) = (suspension.clone(), Arc::clone(&ids));
            Box::pin(async move {
                people::suspend(tx, one.profile, &suspension).await?;
                let event = Event::ProfileChanged { profile: one.profile };
                let (event_id, now): (EventId, Timestamp) = (EventId::new(ids.as_ref()), tx.now());
                log::append(tx, event_id, event.kind(), &event.data(), now).await?;
                let facts = json!({ "suspension": suspension.id, "site": suspension.site, "until": suspension.until });
                let entry = NewEntry {
                    event: event_id,
                    actor: &suspension.by,
                    act: "person.suspended",
                    subject: one.profile.0,
                    facts: &facts,
                    text: Some((salt, &suspension.message)),
                    keep_text: true,
                };
                audit::append(tx, &entry).await?;
                Ok(id)
            })
        })
        .await
        .map_err(|error: StoreError| CommentError::Store(error))
}
