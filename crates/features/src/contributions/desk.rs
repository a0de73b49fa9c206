//! What the desk does with a contribution: take it to look at, edit it, and decide.

use super::write::message;
use super::{ContributionError, Note, commit, letter};
use crate::accounts::mailing;
use crate::app::App;
use crate::comments::Decider;
use masthead_domain::contributions::{Act, By, clean_body, clean_title};
use masthead_domain::ids::ContributionId;
use masthead_domain::permissions::Permission;
use masthead_store::Conn;
use masthead_store::contributions::{self as rows, Contribution};
use serde_json::json;
use std::sync::Arc;

/// Why something is not taken, by code (`decline-CODE` in the strings).
pub const REASONS: [&str; 6] = ["unsuited", "known", "unverified", "rights", "advertising", "rules"];

/// What the desk decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is taken. With edits its author is asked first.
    Accept,
    /// Its author is asked to change something; the message says what.
    RequestChanges,
    /// It is not taken, for one of [`REASONS`].
    Decline(String),
}

/// A contribution of a desk where somebody may decide.
pub(super) async fn of_desk(
    conn: &mut Conn,
    by: &Decider,
    id: ContributionId,
) -> Result<Contribution, ContributionError> {
    rows::one(conn, id)
        .await?
        .filter(|one| one.standing.state != masthead_domain::contributions::State::Draft)
        .filter(|one| by.grants.may(Permission::ContributionsReview, Some(one.site)))
        .ok_or(ContributionError::NotFound)
}

/// Takes a contribution to look at, or lets go of it.
///
/// # Errors
/// [`ContributionError::Standing`] when somebody else has it or it is over.
pub async fn claim(app: &App, by: &Decider, id: ContributionId, leave: bool) -> Result<(), ContributionError> {
    let (by, ids) = (by.clone(), Arc::clone(&app.ids));
    app.db
        .write("contributions.claim", move |tx| {
            let (by, ids) = (by.clone(), Arc::clone(&ids));
            Box::pin(async move {
                let mut one = of_desk(tx, &by, id).await?;
                let act = if leave { Act::Leave } else { Act::Claim };
                one.standing.apply(act, By::Desk(by.account), tx.now())?;
                let note = Note {
                    actor: format!("account:{}", by.account),
                    act: if leave {
                        "contribution.left"
                    } else {
                        "contribution.claimed"
                    },
                    facts: json!({ "until": one.standing.claim.map(|claim| claim.until) }),
                    text: None,
                };
                commit(tx, ids.as_ref(), &one, note).await
            })
        })
        .await
}

/// Changes title and text as they would be printed; the author's own stay beside them.
///
/// # Errors
/// [`ContributionError::Changed`] when it is not what the editor saw, which `version` tells.
pub async fn edit(
    app: &App,
    by: &Decider,
    id: ContributionId,
    version: i64,
    (title, body): (&str, &str),
) -> Result<Contribution, ContributionError> {
    let (title, body) = (clean_title(title)?, clean_body(body)?);
    if title.is_empty() {
        return Err(masthead_domain::contributions::TextError::NoTitle.into());
    }
    let (by, ids) = (by.clone(), Arc::clone(&app.ids));
    app.db
        .write("contributions.edit", move |tx| {
            let (by, ids, title, body) = (by.clone(), Arc::clone(&ids), title.clone(), body.clone());
            Box::pin(async move {
                let mut one = of_desk(tx, &by, id).await?;
                one.standing.apply(Act::Edit, By::Desk(by.account), tx.now())?;
                if one.version != version {
                    return Err(ContributionError::Changed);
                }
                one.edited = ((&title, &body) != (&one.title, &one.body)).then_some((title, body));
                let note = Note {
                    actor: format!("account:{}", by.account),
                    act: "contribution.edited",
                    facts: json!({ "edited": one.edited.is_some() }),
                    text: None,
                };
                commit(tx, ids.as_ref(), &one, note).await?;
                one.version += 1;
                Ok(one)
            })
        })
        .await
}

/// Decides on a contribution and tells its author.
///
/// # Errors
/// [`ContributionError::Standing`] when somebody else has it or was faster, [`ContributionError::NoMessage`] and
/// [`ContributionError::NoReason`] for a decision that says too little.
pub async fn decide(
    app: &App,
    by: &Decider,
    id: ContributionId,
    version: i64,
    decision: Decision,
    said: &str,
) -> Result<Contribution, ContributionError> {
    let said = message(said)?;
    let reason = match &decision {
        Decision::Decline(reason) if !REASONS.contains(&reason.as_str()) => return Err(ContributionError::NoReason),
        Decision::Decline(reason) => reason.clone(),
        Decision::RequestChanges if said.is_empty() => return Err(ContributionError::NoMessage),
        _ => String::new(),
    };
    let seen = of_desk(&mut app.db.reader().await?, by, id).await?;
    let what = match &decision {
        Decision::Accept if seen.edited.is_some() => "accepted",
        Decision::Accept => "agreed",
        Decision::RequestChanges => "changes-requested",
        Decision::Decline(_) => "declined",
    };
    let mail = letter(app, &seen, what, &said, &reason).await?;
    let (by, ids, salt) = (by.clone(), Arc::clone(&app.ids), app.ids.next_uuid());
    app.db
        .write("contributions.decide", move |tx| {
            let (by, ids, decision) = (by.clone(), Arc::clone(&ids), decision.clone());
            let (said, reason, mail) = (said.clone(), reason.clone(), mail.clone());
            Box::pin(async move {
                let mut one = of_desk(tx, &by, id).await?;
                let was = one.standing.state;
                let (act, name) = match decision {
                    Decision::Accept => (
                        Act::Accept {
                            edited: one.edited.is_some(),
                        },
                        "contribution.accepted",
                    ),
                    Decision::RequestChanges => (Act::RequestChanges, "contribution.changes-requested"),
                    Decision::Decline(_) => (Act::Decline, "contribution.declined"),
                };
                one.standing.apply(act, By::Desk(by.account), tx.now())?;
                if one.version != version {
                    return Err(ContributionError::Changed);
                }
                one.message.clone_from(&said);
                one.reason.clone_from(&reason);
                let note = Note {
                    actor: format!("account:{}", by.account),
                    act: name,
                    facts: json!({ "was": was.name(), "reason": reason, "edited": one.edited.is_some() }),
                    text: Some((salt, &said)),
                };
                commit(tx, ids.as_ref(), &one, note).await?;
                if let Some(mail) = &mail {
                    mailing::send(tx, mail).await?;
                }
                one.version += 1;
                Ok(one)
            })
        })
        .await
}
