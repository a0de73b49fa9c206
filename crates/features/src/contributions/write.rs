//! What the author of a contribution does: write, send, agree, object, take back.

use super::{ContributionError, Note, commit, keep, not_suspended};
use crate::app::App;
use crate::comments::Author;
use masthead_domain::contributions::{
    Act, By, FEWEST_WORDS, Kind, LONGEST_MESSAGE, MOST_OPEN, Standing, StandingError, State, TERMS, TextError,
    clean_body, clean_title, words,
};
use masthead_domain::ids::{ContributionId, IdSource, ProfileId, SiteId};
use masthead_domain::profiles::clean_text;
use masthead_store::contributions::{self as rows, Contribution};
use masthead_store::{StoreError, Tx};
use serde_json::json;
use std::sync::Arc;
use uuid::Uuid;

/// The same text sent again within this many seconds is the same contribution: a form that was posted twice.
const AGAIN_SECONDS: i64 = 600;
/// Contributions of somebody that are looked through for one that was sent before.
const LOOKED_THROUGH: usize = 10;

/// What somebody typed.
#[derive(Clone, Debug)]
pub struct Typed {
    /// The contribution that is changed; none for the draft, which is begun where there is none.
    pub id: Option<ContributionId>,
    /// What it is.
    pub kind: Kind,
    /// The call-out that it answers.
    pub call_out: Option<Uuid>,
    /// The title.
    pub title: String,
    /// The text.
    pub body: String,
}

/// Keeps what was typed. Nobody else sees it.
///
/// # Errors
/// [`ContributionError::Text`] for what is too long to be kept, [`ContributionError::Standing`] for a contribution that
/// is with the desk.
pub async fn save(
    app: &App,
    profile: ProfileId,
    site: SiteId,
    typed: Typed,
) -> Result<Contribution, ContributionError> {
    let title = clean_title(&typed.title)?;
    let body = clean_body(&typed.body)?;
    let fresh = ContributionId::new(app.ids.as_ref());
    app.db
        .write("contributions.save", move |tx| {
            let (typed, title, body) = (typed.clone(), title.clone(), body.clone());
            Box::pin(async move {
                let mut one = match typed.id {
                    Some(id) => own(tx, profile, id).await?,
                    None => match rows::draft(tx, profile, typed.kind, typed.call_out).await? {
                        Some(draft) => draft,
                        None => {
                            if let Some(sent) = sent_before(tx, profile, &typed, (&title, &body)).await? {
                                return Ok(sent);
                            }
                            begin(tx, fresh, site, profile, &typed).await?
                        }
                    },
                };
                if !one.standing.state.is_with_author() {
                    return Err(StandingError::NotNow(one.standing.state).into());
                }
                if one.standing.state == State::Draft {
                    // A draft goes to the desk of the site where it was last worked on, and lives from then on.
                    one.site = site;
                    one.standing.moved_at = tx.now();
                }
                one.title = title;
                one.body = body;
                keep(tx, &one).await?;
                one.version += 1;
                Ok(one)
            })
        })
        .await
}

/// The draft of somebody, which is begun where there is none.
pub(super) async fn draft_of(
    tx: &mut Tx,
    ids: &dyn IdSource,
    site: SiteId,
    profile: ProfileId,
    typed: &Typed,
) -> Result<Contribution, StoreError> {
    match rows::draft(tx, profile, typed.kind, typed.call_out).await? {
        Some(draft) => Ok(draft),
        None => begin(tx, ContributionId::new(ids), site, profile, typed).await,
    }
}

async fn begin(
    tx: &mut Tx,
    id: ContributionId,
    site: SiteId,
    profile: ProfileId,
    typed: &Typed,
) -> Result<Contribution, StoreError> {
    let now = tx.now();
    let draft = Contribution {
        id,
        kind: typed.kind,
        site,
        profile,
        call_out: typed.call_out,
        standing: Standing::new(now),
        title: String::new(),
        body: String::new(),
        edited: None,
        message: String::new(),
        reason: String::new(),
        answer: String::new(),
        terms: String::new(),
        story: None,
        version: 1,
        created_at: now,
        sent_at: None,
    };
    rows::insert(tx, &draft).await?;
    Ok(draft)
}

/// A contribution that says the same and was sent a moment ago. One that was declined or taken back is over: the same
/// text again is a new one.
async fn sent_before(
    tx: &mut Tx,
    profile: ProfileId,
    typed: &Typed,
    (title, body): (&str, &str),
) -> Result<Option<Contribution>, StoreError> {
    if body.is_empty() {
        return Ok(None);
    }
    let since = tx.now().plus_seconds(-AGAIN_SECONDS);
    let known = rows::of_profile(tx, profile, LOOKED_THROUGH).await?;
    Ok(known.into_iter().find(|one| {
        one.kind == typed.kind
            && one.call_out == typed.call_out
            && !matches!(one.standing.state, State::Declined | State::Withdrawn)
            && one.sent_at.is_some_and(|sent| sent > since)
            && one.title == title
            && one.body == body
    }))
}

/// A contribution of somebody's own.
pub(super) async fn own(
    tx: &mut Tx,
    profile: ProfileId,
    id: ContributionId,
) -> Result<Contribution, ContributionError> {
    rows::one(tx, id)
        .await?
        .filter(|one| one.profile == profile)
        .ok_or(ContributionError::NotFound)
}

/// Sends a contribution to the desk, for the first time or again. `agreed`: to the terms, whose version is kept.
///
/// # Errors
/// [`ContributionError`], by which it stays what it was.
pub async fn submit(
    app: &App,
    author: &Author,
    id: ContributionId,
    agreed: bool,
    answer: &str,
) -> Result<Contribution, ContributionError> {
    if !author.is_ready {
        return Err(ContributionError::NotNamed);
    }
    let answer = message(answer)?;
    let profile = author.profile;
    act(
        app,
        profile,
        id,
        Act::Submit,
        "contribution.submitted",
        answer,
        move |one| {
            if !agreed {
                return Err(ContributionError::NoTerms);
            }
            if one.title.is_empty() {
                return Err(TextError::NoTitle.into());
            }
            if one.kind == Kind::Story {
                let count = words(&one.body);
                if count < FEWEST_WORDS {
                    return Err(TextError::FewWords(count).into());
                }
            }
            // The consent is to these words: what the desk had made of the earlier ones is no longer of them.
            one.edited = None;
            one.terms = TERMS.to_owned();
            Ok(())
        },
    )
    .await
}

/// Agrees to what the desk made of the text.
///
/// # Errors
/// [`ContributionError::Standing`] when there is nothing to agree to; [`ContributionError::Changed`] when it is not what
/// the author saw, which `version` tells.
pub async fn consent(
    app: &App,
    profile: ProfileId,
    id: ContributionId,
    version: i64,
) -> Result<Contribution, ContributionError> {
    act(
        app,
        profile,
        id,
        Act::Consent,
        "contribution.consented",
        String::new(),
        move |one| {
            if one.version == version {
                Ok(())
            } else {
                Err(ContributionError::Changed)
            }
        },
    )
    .await
}

/// Doesn't agree to the desk's edits; the contribution goes back to it as it was sent.
///
/// # Errors
/// [`ContributionError::Standing`] when there are none, [`ContributionError::NoMessage`] without a word why.
pub async fn object(
    app: &App,
    profile: ProfileId,
    id: ContributionId,
    why: &str,
) -> Result<Contribution, ContributionError> {
    let why = message(why)?;
    if why.is_empty() {
        return Err(ContributionError::NoMessage);
    }
    act(app, profile, id, Act::Object, "contribution.objected", why, |one| {
        one.edited = None;
        Ok(())
    })
    .await
}

/// Takes a contribution back.
///
/// # Errors
/// [`ContributionError::Standing`] when it is published or ended.
pub async fn withdraw(app: &App, profile: ProfileId, id: ContributionId) -> Result<Contribution, ContributionError> {
    act(
        app,
        profile,
        id,
        Act::Withdraw,
        "contribution.withdrawn",
        String::new(),
        |_| Ok(()),
    )
    .await
}

/// A message as it is kept.
pub(super) fn message(typed: &str) -> Result<String, ContributionError> {
    let text = clean_text(typed);
    if text.chars().count() > LONGEST_MESSAGE {
        return Err(ContributionError::NoMessage);
    }
    Ok(text)
}

/// One act of the author in a transaction of its own.
async fn act(
    app: &App,
    profile: ProfileId,
    id: ContributionId,
    act: Act,
    name: &'static str,
    said: String,
    prepare: impl Fn(&mut Contribution) -> Result<(), ContributionError> + Clone + Send + Sync + 'static,
) -> Result<Contribution, ContributionError> {
    let (ids, salt) = (Arc::clone(&app.ids), app.ids.next_uuid());
    app.db
        .write("contributions.act", move |tx| {
            let (ids, prepare, said) = (Arc::clone(&ids), prepare.clone(), said.clone());
            Box::pin(async move {
                let mut one = own(tx, profile, id).await?;
                let (now, was) = (tx.now(), one.standing.state);
                let mut standing = one.standing;
                standing.apply(act, By::Author, now)?;
                prepare(&mut one)?;
                if act == Act::Submit {
                    not_suspended(tx, profile, one.site).await?;
                    // Whatever is open already counts; one that comes back from its author is among them.
                    if !was.is_open() && rows::open(tx, profile).await? >= MOST_OPEN {
                        return Err(ContributionError::TooManyOpen);
                    }
                    if one.kind == Kind::Pictures {
                        let pictures = rows::pictures::of(tx, id).await?;
                        if pictures.is_empty() {
                            return Err(ContributionError::NoPictures);
                        }
                        if pictures.iter().any(|picture| picture.caption.is_empty()) {
                            return Err(ContributionError::NoCaption);
                        }
                    }
                    one.sent_at = Some(now);
                }
                if matches!(act, Act::Submit | Act::Object) {
                    one.answer.clone_from(&said);
                }
                one.standing = standing;
                let note = Note {
                    actor: format!("profile:{profile}"),
                    act: name,
                    facts: json!({
                        "was": was.name(), "kind": one.kind.name(), "site": one.site, "terms": one.terms,
                        "words": words(&one.body),
                    }),
                    text: Some((salt, &said)),
                };
                commit(tx, ids.as_ref(), &one, note).await?;
                one.version += 1;
                Ok(one)
            })
        })
        .await
}
