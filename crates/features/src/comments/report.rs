//! Reporting a comment, with or without an account, and a writer's appeal.
//!
//! A report never tells the writer who sent it. Enough weight takes a comment off the page until somebody decided; nothing
//! is deleted by it. Old, closed and approved comments can be reported like any other.

use super::{CommentError, ground, note};
use crate::accounts::limits::{Limit, address_key};
use crate::accounts::{AccountError, Viewer, sign_in};
use crate::app::App;
use masthead_domain::comments::CommentState;
use masthead_domain::comments::reports::{A_DAY, LONGEST_EXPLANATION, LONGEST_NOTE, ReportReason, Reporter, weight};
use masthead_domain::ids::{CommentId, ReportId};
use masthead_domain::permissions::Permission;
use masthead_domain::profiles::clean_text;
use masthead_services::codes;
use masthead_store::comments::{self as rows, people};
use masthead_store::{audit, public, reports, reviews};
use serde_json::json;
use std::net::IpAddr;
use std::sync::Arc;

/// What somebody complains about.
#[derive(Clone, Debug)]
pub struct Complaint {
    /// Which comment.
    pub comment: CommentId,
    /// Why.
    pub reason: ReportReason,
    /// What they say.
    pub note: String,
    /// For illegal content: the law.
    pub law: String,
    /// For illegal content: why it breaks it.
    pub explanation: String,
}

/// Takes a report; gives the receipt by which its sender looks at the case. `None` when the same person reported the same
/// text before.
///
/// # Errors
/// [`CommentError::NotFound`] for what readers don't see, [`CommentError::TooFast`].
pub async fn report(
    app: &App,
    viewer: Option<&Viewer>,
    client: IpAddr,
    complaint: Complaint,
) -> Result<Option<String>, CommentError> {
    let named = viewer.filter(|viewer| viewer.is_ready());
    let mut conn = app.db.reader().await?;
    let seen = public::comment(&mut conn, app.now(), complaint.comment).await?;
    let seen = seen
        .filter(|seen| seen.state.is_shown())
        .ok_or(CommentError::NotFound)?;
    drop(conn);
    if named.is_none() {
        match sign_in::take(app, Limit::Reports, &address_key(client)) {
            Ok(()) => {}
            Err(AccountError::TooMany(seconds)) => return Err(CommentError::TooFast(seconds)),
            Err(other) => return Err(CommentError::Failed(other.to_string())),
        }
    }
    let known = rows::by_id(&mut app.db.reader().await?, seen.id).await?;
    let known = known.ok_or(CommentError::NotFound)?;
    // What the story's ladder says of reports is read once: a change of it in this very moment counts for the next one.
    let most = ground::of(app, known.story, known.site)
        .await?
        .now(app.now())
        .report_weight;
    let receipt = codes::token().map_err(|error| CommentError::Failed(error.to_string()))?;
    let cut = |text: &str, longest: usize| clean_text(text).chars().take(longest).collect::<String>();
    let new = reports::NewReport {
        id: ReportId::new(app.ids.as_ref()),
        comment: complaint.comment,
        revision: 0,
        profile: named.map(|viewer| viewer.profile),
        receipt: receipt.clone(),
        reason: complaint.reason.code().to_owned(),
        note: cut(&complaint.note, LONGEST_NOTE),
        law: cut(&complaint.law, LONGEST_NOTE),
        explanation: cut(&complaint.explanation, LONGEST_EXPLANATION),
        weight: 0,
    };
    let is_staff = named.is_some_and(|viewer| viewer.may(Permission::Staff, Some(known.site)));
    let (ids, reason) = (Arc::clone(&app.ids), complaint.reason);
    let taken = app
        .db
        .write("comments.report", move |tx| {
            let (mut new, ids) = (new.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let now = tx.now();
                let comment = rows::by_id(tx, new.comment).await?;
                let comment = comment
                    .filter(|comment| comment.state.is_shown())
                    .ok_or(CommentError::NotFound)?;
                let mut reporter = Reporter::default();
                if let Some(profile) = new.profile {
                    if reports::count_since(tx, profile, now.plus_seconds(-86_400)).await? >= A_DAY {
                        return Err(CommentError::TooFast(3_600));
                    }
                    reporter = reports::reporter(tx, profile).await?;
                    reporter.is_staff = is_staff;
                }
                new.revision = comment.revision;
                new.weight = weight(reason, &reporter);
                if !reports::add(tx, &new).await? {
                    return Ok(false);
                }
                rows::mark_reported(tx, comment.id).await?;
                let sum = reports::weight(tx, comment.id).await?;
                let holds = sum >= i64::from(most);
                if holds {
                    rows::set_state(tx, &comment, CommentState::Held, None).await?;
                    people::accepted(tx, comment.profile, -1).await?;
                }
                let queue = reviews::one(tx, comment.id)
                    .await?
                    .map(|review| (review.queue, review.since));
                let (queue, since) = match queue {
                    // It keeps its place where it waits already.
                    Some((queue, since)) if matches!(queue.as_str(), "held" | "reported" | "escalated") && !holds => {
                        (queue, since)
                    }
                    _ if holds => ("held".to_owned(), now),
                    _ => ("reported".to_owned(), now),
                };
                let subject = (comment.id, comment.site, comment.story, comment.profile);
                reviews::put(tx, subject, &queue, since, sum).await?;
                let facts = json!({
                    "report": new.id, "reason": new.reason, "weight": new.weight, "sum": sum, "held": holds,
                    "revision": new.revision,
                });
                let actor = new
                    .profile
                    .map_or_else(|| "reader".to_owned(), |profile| format!("profile:{profile}"));
                let change = if holds { "held" } else { "reported" };
                let entry = (actor.as_str(), "comment.reported", &facts);
                note(tx, ids.as_ref(), &comment, change, !holds, entry, None).await?;
                Ok(true)
            })
        })
        .await?;
    Ok(taken.then_some(receipt))
}

/// The longest appeal, in characters.
const LONGEST_APPEAL: usize = 1_000;

/// Appeals against the decision that took one's own comment away. It is decided by somebody else, once.
///
/// # Errors
/// [`CommentError::NotFound`] for what was not refused by a person or is not one's own, [`CommentError::Decided`] for a
/// second appeal.
pub async fn appeal(app: &App, viewer: &Viewer, id: CommentId, why: &str) -> Result<(), CommentError> {
    let why: String = clean_text(why).chars().take(LONGEST_APPEAL).collect();
    let (profile, ids) = (viewer.profile, Arc::clone(&app.ids));
    app.db
        .write("comments.appeal", move |tx| {
            let (why, ids) = (why.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let comment = rows::by_id(tx, id).await?;
                let comment = comment
                    .filter(|comment| comment.profile == profile && comment.state == CommentState::Rejected)
                    .ok_or(CommentError::NotFound)?;
                let history = audit::of_subject(tx, id.0, 200).await?;
                // A rule's refusal may be looked at by anybody.
                let against = history.iter().rev().find(|entry| entry.act == "comment.rejected");
                let against = against.map_or("rule", |entry| entry.actor.as_str());
                if !reports::appeal(tx, id, &why, against).await? {
                    return Err(CommentError::Decided);
                }
                let (subject, now) = ((id, comment.site, comment.story, profile), tx.now());
                reviews::put(tx, subject, "appealed", now, 0).await?;
                let actor = format!("profile:{profile}");
                let facts = json!({ "against": against });
                let entry = (actor.as_str(), "comment.appealed", &facts);
                note(tx, ids.as_ref(), &comment, "appealed", false, entry, None).await?;
                Ok(())
            })
        })
        .await
}
