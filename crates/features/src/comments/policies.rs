//! The policy ladder as the newsroom changes it: settings, word lists and legal holds of each step.

use super::CommentError;
use crate::app::App;
use crate::stories::{self, ChangeError};
use masthead_domain::comments::policy::{LegalHold, Scope, ScopeKind, Settings, Step};
use masthead_domain::events::Event;
use masthead_domain::ids::EventId;
use masthead_store::audit::{self, NewEntry};
use masthead_store::policies::{self as rows, StepRecord};
use masthead_store::{StoreError, Tx, log, topics as topic_rows};
use serde_json::{Value, json};
use std::sync::Arc;
use uuid::Uuid;

/// The longest list, in bytes: some fifty thousand words.
const LONGEST_LIST: usize = 1 << 20;

/// Why a step is not changed.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// There is no such step.
    #[error("there is no '{0}': write network, site:SLUG, section:SITE/PATH, topic:SLUG or story:ID")]
    Unknown(String),
    /// A legal hold is of a topic or a story.
    #[error("a legal hold is set on a topic or a story")]
    NotHoldable,
    /// A list of another name.
    #[error("there is no list '{0}': the lists are banned and suspect")]
    NoList(String),
    /// A list that is too long.
    #[error("a list has at most 1 MB")]
    TooLong,
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What posting reads of it.
    #[error(transparent)]
    Comment(#[from] CommentError),
}

/// The step of a name: `network`, `site:daily`, `section:daily/world`, `topic:floods`, `story:ID` or a story's address.
///
/// # Errors
/// [`PolicyError::Unknown`], or that the store can't answer.
pub async fn scope_named(app: &App, name: &str) -> Result<Scope, PolicyError> {
    if name == "network" {
        return Ok(Scope::NETWORK);
    }
    let unknown = || PolicyError::Unknown(name.to_owned());
    let (kind, rest) = name.split_once(':').ok_or_else(unknown)?;
    let kind = ScopeKind::parse(kind).ok_or_else(unknown)?;
    let sites = app.sites();
    let id: Option<Uuid> = match kind {
        ScopeKind::Network => None,
        ScopeKind::Site => sites.by_slug(rest).map(|site| site.id.0),
        ScopeKind::Section => rest.split_once('/').and_then(|(site, path)| {
            let site = sites.by_slug(site)?.id;
            sites.section_at(site, path).map(|record| record.section.id.0)
        }),
        ScopeKind::Topic => topic_rows::by_slug(&mut app.db.reader().await?, rest)
            .await?
            .map(|topic| topic.id.0),
        ScopeKind::Story => match stories::find(app, rest).await {
            Ok(story) => Some(story.0),
            Err(ChangeError::Store(error)) => return Err(error.into()),
            Err(_) => None,
        },
    };
    Ok(Scope {
        kind,
        id: id.ok_or_else(unknown)?,
    })
}

/// Every step that says anything.
///
/// # Errors
/// When the store can't answer.
pub async fn ladder_of(app: &App) -> Result<Vec<StepRecord>, PolicyError> {
    Ok(rows::all(&mut app.db.reader().await?).await?)
}

/// The step as it is, or one that says nothing.
async fn step(tx: &mut Tx, scope: Scope) -> Result<Step, StoreError> {
    let known = rows::of_scopes(tx, &[scope.id]).await?.pop();
    Ok(known.map_or(
        Step {
            scope,
            settings: Settings::default(),
            hold: None,
        },
        |record| record.step,
    ))
}

/// Replaces what a step says.
///
/// # Errors
/// When the store can't answer.
pub async fn set(app: &App, scope: Scope, settings: Settings, by: &str) -> Result<(), PolicyError> {
    change(app, scope, by, "policy.set", move |step| {
        step.settings = settings.clone()
    })
    .await
}

/// Closes and hides comments of a story or topic on every site.
///
/// # Errors
/// [`PolicyError::NotHoldable`].
pub async fn hold(app: &App, scope: Scope, reason: &str, message: &str, by: &str) -> Result<(), PolicyError> {
    if !matches!(scope.kind, ScopeKind::Topic | ScopeKind::Story) {
        return Err(PolicyError::NotHoldable);
    }
    let hold = LegalHold {
        reason: reason.to_owned(),
        message: message.to_owned(),
        since: app.now(),
    };
    change(app, scope, by, "policy.held", move |step| {
        step.hold = Some(hold.clone())
    })
    .await
}

/// Lifts a legal hold.
///
/// # Errors
/// When the store can't answer.
pub async fn release(app: &App, scope: Scope, by: &str) -> Result<(), PolicyError> {
    change(app, scope, by, "policy.released", |step| step.hold = None).await
}

async fn change(
    app: &App,
    scope: Scope,
    by: &str,
    act: &'static str,
    how: impl Fn(&mut Step) + Send + Sync + 'static,
) -> Result<(), PolicyError> {
    let (by, ids, how) = (by.to_owned(), Arc::clone(&app.ids), Arc::new(how));
    app.db
        .write("comments.policy", move |tx| {
            let (by, ids, how) = (by.clone(), Arc::clone(&ids), Arc::clone(&how));
            Box::pin(async move {
                let mut step = step(tx, scope).await?;
                how(&mut step);
                rows::put(tx, &step, &by).await?;
                let facts = json!({ "settings": step.settings, "hold": step.hold });
                say(tx, EventId::new(ids.as_ref()), scope, &by, act, &facts).await
            })
        })
        .await
        .map_err(|error: StoreError| PolicyError::Store(error))
}

/// Replaces a word list of a step: `banned` or `suspect`, one entry a line.
///
/// # Errors
/// [`PolicyError::NoList`], [`PolicyError::TooLong`].
pub async fn set_words(app: &App, scope: Scope, list: &str, words: &str, by: &str) -> Result<(), PolicyError> {
    if !matches!(list, "banned" | "suspect") {
        return Err(PolicyError::NoList(list.to_owned()));
    }
    if words.len() > LONGEST_LIST {
        return Err(PolicyError::TooLong);
    }
    let mut entries: Vec<&str> = words.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    entries.dedup();
    let (words, count) = (entries.join("\n"), entries.len());
    let (list, by, ids) = (list.to_owned(), by.to_owned(), Arc::clone(&app.ids));
    app.db
        .write("comments.words", move |tx| {
            let (words, list, by, ids) = (words.clone(), list.clone(), by.clone(), Arc::clone(&ids));
            Box::pin(async move {
                rows::put_words(tx, scope.id, &list, &words, &by).await?;
                let facts = json!({ "list": list, "entries": count });
                say(tx, EventId::new(ids.as_ref()), scope, &by, "policy.words", &facts).await
            })
        })
        .await
        .map_err(|error: StoreError| PolicyError::Store(error))
}

async fn say(tx: &mut Tx, event: EventId, scope: Scope, by: &str, act: &str, facts: &Value) -> Result<(), StoreError> {
    let (fact, now) = (Event::PolicyChanged { scope }, tx.now());
    log::append(tx, event, fact.kind(), &fact.data(), now).await?;
    let entry = NewEntry {
        event,
        actor: by,
        act,
        subject: scope.id,
        facts,
        text: None,
        keep_text: false,
    };
    audit::append(tx, &entry).await
}
