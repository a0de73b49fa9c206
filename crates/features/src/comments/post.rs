//! Taking a comment: everything that needs no store first, then one transaction that looks, decides and writes.

use super::ground::{self, Ground};
use super::{About, CommentError, note};
use crate::accounts::Viewer;
use crate::app::App;
use crate::notices;
use masthead_domain::comments::checks::{self, Finding, REPEAT_OF_OTHERS};
use masthead_domain::comments::policy::{Effective, Mode};
use masthead_domain::comments::words::Folded;
use masthead_domain::comments::{Badge, CommentState, text};
use masthead_domain::ids::{CommentId, IdSource, ProfileId, SiteId, StoryId};
use masthead_domain::permissions::{Grants, Permission};
use masthead_store::authors::folded;
use masthead_store::comments::people::{self, Writer};
use masthead_store::comments::{self as rows, NewComment};
use masthead_store::{Tx, reviews};
use std::sync::Arc;
use uuid::Uuid;

/// Seconds in which the same form sent twice is one comment, where it brings no key.
const WINDOW: i64 = 600;
/// A comment is checked again at most this often when the rules change meanwhile.
pub(super) const TRIES: usize = 4;
/// The longest key that a program may give.
const LONGEST_KEY: usize = 200;

/// Somebody who writes.
#[derive(Clone, Debug)]
pub struct Author {
    /// Their profile.
    pub profile: ProfileId,
    /// Their name as pages print it.
    pub name: String,
    /// What they may do.
    pub grants: Grants,
    /// Whether their address was proved and a username chosen.
    pub is_ready: bool,
}

impl From<&Viewer> for Author {
    fn from(viewer: &Viewer) -> Self {
        Self {
            profile: viewer.profile,
            name: viewer.name().to_owned(),
            grants: viewer.grants.clone(),
            is_ready: viewer.is_ready(),
        }
    }
}

/// What somebody sends.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The story.
    pub story: StoryId,
    /// The site it is read on.
    pub site: SiteId,
    /// What it answers.
    pub parent: Option<CommentId>,
    /// What was typed.
    pub text: String,
    /// A key under which the same request counts once; empty for none.
    pub key: String,
}

/// A comment that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// Which.
    pub id: CommentId,
    /// Where it stands.
    pub state: CommentState,
    /// Whether it was there before: the request came twice.
    pub again: bool,
}

/// A text with all that is known of it before the store is asked. Cloned into every try of the transaction.
#[derive(Clone)]
pub(super) struct Checked {
    pub(super) ground: Arc<Ground>,
    pub(super) policy: Effective,
    pub(super) body: String,
    pub(super) bare: i64,
    pub(super) findings: Vec<Finding>,
    /// Staff: no detector is asked and nobody looks first.
    pub(super) trusted: bool,
}

/// Cleans and checks a text by the rules of the ground.
pub(super) fn check(ground: Arc<Ground>, author: &Author, app: &App, typed: &str) -> Result<Checked, CommentError> {
    let body = text::normalise(typed)?;
    let policy = ground.now(app.now());
    let fold = Folded::new(&body);
    let trusted = author.grants.may(Permission::Staff, Some(ground.site));
    let findings = if trusted {
        Vec::new()
    } else {
        checks::of_text(&body, &fold, &ground.lists, &policy)
    };
    Ok(Checked {
        bare: rows::body_hash(fold.bare()),
        ground,
        policy,
        body,
        findings,
        trusted,
    })
}

impl Checked {
    /// Repeats within a day: of their own anything, of others what nobody says twice by chance.
    pub(super) async fn repeats(
        &self,
        tx: &mut Tx,
        profile: ProfileId,
        but: Option<CommentId>,
    ) -> Result<Option<Finding>, CommentError> {
        let known = rows::repeats(tx, self.bare).await?;
        let mut others = known.iter().filter(|(_, id)| Some(*id) != but);
        let own = known.iter().any(|(who, id)| *who == profile && Some(*id) != but);
        let long = self.body.chars().count() >= REPEAT_OF_OTHERS;
        Ok((own || (long && others.next().is_some())).then_some(Finding::Repeat { own }))
    }

    /// Every finding with what the store knows of the person.
    pub(super) async fn all_findings(
        &self,
        tx: &mut Tx,
        profile: ProfileId,
        writer: &Writer,
        but: Option<CommentId>,
    ) -> Result<Vec<Finding>, CommentError> {
        if self.trusted {
            return Ok(Vec::new());
        }
        let mut findings = self.findings.clone();
        findings.extend(self.repeats(tx, profile, but).await?);
        let now = tx.now();
        findings.extend(checks::of_person(&writer.record, &self.policy, now));
        Ok(findings)
    }

    /// Where it comes to stand.
    pub(super) fn outcome(&self, findings: &[Finding]) -> CommentState {
        if self.trusted {
            CommentState::Published
        } else {
            checks::outcome(findings, self.policy.mode)
        }
    }
}

/// The queue of the desk for a comment that was written or changed; none where nobody has to look.
pub(super) const fn queue_of(state: CommentState, mode: Mode, trusted: bool) -> Option<&'static str> {
    match (state, mode) {
        (CommentState::Pending, _) => Some("pending"),
        (CommentState::Held, _) => Some("held"),
        (CommentState::Rejected, _) => Some("decided"),
        (CommentState::Published, Mode::Reactive) | (CommentState::Deleted, _) => None,
        (CommentState::Published, _) if trusted => None,
        (CommentState::Published, _) => Some("new"),
    }
}

/// Fails when somebody may not write here.
pub(super) async fn writer(tx: &mut Tx, profile: ProfileId, site: SiteId) -> Result<Writer, CommentError> {
    let known = people::writer(tx, profile).await?;
    let known = known.filter(|known| known.is_named).ok_or(CommentError::NotReady)?;
    let now = tx.now();
    if let Some(suspension) = people::suspended(tx, profile, site, now).await? {
        return Err(CommentError::Suspended {
            message: suspension.message,
            until: suspension.until,
        });
    }
    Ok(known)
}

/// Takes a comment.
///
/// # Errors
/// [`CommentError`], by which nothing was written.
pub async fn post(app: &App, author: &Author, draft: Draft) -> Result<Posted, CommentError> {
    if !author.is_ready {
        return Err(CommentError::NotReady);
    }
    let profile = author.profile;
    let id = CommentId::new(app.ids.as_ref());
    let salt = app.ids.next_uuid();
    for _ in 0..TRIES {
        let ground = ground::of(app, draft.story, draft.site).await?;
        let badge = badge(author, &ground);
        let checked = check(ground, author, app, &draft.text)?;
        let keys = keys(&draft, &checked.body, app.now().as_seconds());
        let (parent, ids) = (draft.parent, Arc::clone(&app.ids));
        let written = app
            .db
            .write("comments.post", move |tx| {
                let (checked, ids, keys) = (checked.clone(), Arc::clone(&ids), keys.clone());
                Box::pin(async move {
                    if let Some(earlier) = earlier(tx, profile, &keys, id).await? {
                        return Ok(earlier);
                    }
                    let who = Who {
                        id,
                        profile,
                        salt,
                        badge,
                    };
                    write(tx, ids.as_ref(), &checked, who, parent).await
                })
            })
            .await;
        match written {
            Err(CommentError::Stale) => ground::forget(app, draft.story, draft.site),
            written => return written,
        }
    }
    Err(CommentError::Stale)
}

fn badge(author: &Author, ground: &Ground) -> Option<Badge> {
    if !author.grants.may(Permission::Staff, Some(ground.site)) {
        return None;
    }
    let name = folded(&author.name);
    Some(if !name.is_empty() && ground.authors.contains(&name) {
        Badge::Author
    } else {
        Badge::Staff
    })
}

/// The keys under which this request may have come before; the first is its own.
fn keys(draft: &Draft, body: &str, seconds: i64) -> Vec<[u8; 32]> {
    if !draft.key.is_empty() {
        let given: String = draft.key.chars().take(LONGEST_KEY).collect();
        return vec![rows::key_of(&[b"given", given.as_bytes()])];
    }
    let window = seconds.div_euclid(WINDOW);
    let parent = draft.parent.map_or_else(Uuid::nil, |parent| parent.0);
    [window, window - 1]
        .map(|window| {
            rows::key_of(&[
                b"made",
                draft.story.0.as_bytes(),
                parent.as_bytes(),
                body.as_bytes(),
                &window.to_be_bytes(),
            ])
        })
        .to_vec()
}

async fn earlier(
    tx: &mut Tx,
    profile: ProfileId,
    keys: &[[u8; 32]],
    id: CommentId,
) -> Result<Option<Posted>, CommentError> {
    let mut known = None;
    for (number, key) in keys.iter().enumerate() {
        known = if number == 0 {
            rows::take_key(tx, profile, key, id).await?
        } else {
            rows::of_key(tx, profile, key).await?
        };
        if known.is_some() {
            break;
        }
    }
    let Some(known) = known else { return Ok(None) };
    let comment = rows::by_id(tx, known).await?;
    Ok(comment.map(|comment| Posted {
        id: known,
        state: comment.state,
        again: true,
    }))
}

#[derive(Clone, Copy)]
struct Who {
    id: CommentId,
    profile: ProfileId,
    salt: Uuid,
    badge: Option<Badge>,
}

async fn write(
    tx: &mut Tx,
    ids: &dyn IdSource,
    checked: &Checked,
    who: Who,
    parent: Option<CommentId>,
) -> Result<Posted, CommentError> {
    let (ground, policy, now) = (&checked.ground, &checked.policy, tx.now());
    ground.check(tx).await?;
    let writer = writer(tx, who.profile, ground.site).await?;
    if !policy.mode.is_open() {
        return Err(CommentError::Closed(policy.message.clone()));
    }
    let mut full_at = writer.full_at;
    if !checked.trusted {
        full_at =
            checks::rate(writer.full_at, now, policy.seconds_between, policy.burst).map_err(CommentError::TooFast)?;
        let first_day = now.micros_since(writer.record.since) < 86_400_000_000;
        if first_day && writer.today >= u32::from(policy.first_day) {
            return Err(CommentError::DayFull);
        }
    }
    let mut answered = None;
    let answers = match parent {
        None => None,
        Some(parent) => {
            let found = rows::by_id(tx, parent).await?;
            let found = found.filter(|found| found.story == ground.story && found.state.is_shown());
            let found = found.ok_or(CommentError::NoParent)?;
            answered = Some(found.profile);
            Some((found.id, found.root))
        }
    };
    let findings = checked.all_findings(tx, who.profile, &writer, None).await?;
    let state = checked.outcome(&findings);
    let new = NewComment {
        id: who.id,
        story: ground.story,
        site: ground.site,
        profile: who.profile,
        answers,
        state,
        body: checked.body.clone(),
        body_hash: checked.bare,
        salt: who.salt,
        badge: who.badge,
        imported: false,
        findings,
        created_at: now,
    };
    rows::insert(tx, &new).await?;
    people::wrote(tx, who.profile, full_at, writer.today + 1, state.is_shown()).await?;
    if let Some(queue) = queue_of(state, policy.mode, checked.trusted) {
        reviews::put(tx, (who.id, ground.site, ground.story, who.profile), queue, now, 0).await?;
    }
    if let Some(answered) = answered.filter(|_| state.is_shown()) {
        notices::tell_of_answer(tx, ids, answered, who.profile, who.id).await?;
    }
    let facts = serde_json::json!({
        "state": state.name(), "story": ground.story, "site": ground.site, "mode": policy.mode.name(),
        "rules": new.findings.iter().map(Finding::rule).collect::<Vec<_>>(),
    });
    let actor = format!("profile:{}", who.profile);
    let about = About {
        comment: who.id,
        story: ground.story,
        profile: who.profile,
    };
    note(
        tx,
        ids,
        about,
        "posted",
        state.is_shown(),
        (&actor, "comment.posted", &facts),
        Some((who.salt, &checked.body)),
    )
    .await?;
    Ok(Posted {
        id: who.id,
        state,
        again: false,
    })
}
