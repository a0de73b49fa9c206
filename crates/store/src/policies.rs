//! What each step of the ladder says about comments, and word lists.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::comments::policy::{LegalHold, Scope, ScopeKind, Settings, Step};
use masthead_domain::time::Timestamp;
use uuid::Uuid;

queries! {
    hot OF_SCOPES = "SELECT scope_id, kind, settings, hold, version FROM comment_policies WHERE scope_id IN {list:$1}";
    hot VERSIONS = "SELECT CAST(COALESCE(sum(version), 0) AS BIGINT) FROM comment_policies WHERE scope_id IN {list:$1}";
    ALL_STEPS = "SELECT scope_id, kind, settings, hold, version FROM comment_policies ORDER BY scope_id";
    PUT = "INSERT INTO comment_policies (scope_id, kind, settings, hold, version, changed_at, changed_by)
        VALUES ($1, $2, $3, $4, 1, $5, $6)
        ON CONFLICT (scope_id) DO UPDATE SET settings = excluded.settings, hold = excluded.hold,
            version = comment_policies.version + 1, changed_at = excluded.changed_at, changed_by = excluded.changed_by";
    WORDS = "SELECT scope_id, list, words, version FROM comment_words WHERE scope_id IN {list:$1} ORDER BY scope_id, list";
    hot WORD_VERSIONS = "SELECT CAST(COALESCE(sum(version), 0) AS BIGINT) FROM comment_words WHERE scope_id IN {list:$1}";
    PUT_WORDS = "INSERT INTO comment_words (scope_id, list, words, version, changed_at, changed_by)
        VALUES ($1, $2, $3, 1, $4, $5)
        ON CONFLICT (scope_id, list) DO UPDATE SET words = excluded.words, version = comment_words.version + 1,
            changed_at = excluded.changed_at, changed_by = excluded.changed_by";
}

/// A step as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRecord {
    /// The step.
    pub step: Step,
    /// Goes up with each change.
    pub version: i64,
}

impl FromRow for StepRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id: Uuid = row.next()?;
        // A kind that this version doesn't know is the narrowest: it then counts over what it knows.
        let kind = ScopeKind::parse(&row.next::<String>()?).unwrap_or(ScopeKind::Story);
        Ok(Self {
            step: Step {
                scope: Scope { kind, id },
                settings: row.next::<Json<Settings>>()?.0,
                hold: row.next::<Option<Json<LegalHold>>>()?.map(|json| json.0),
            },
            version: row.next()?,
        })
    }
}

/// The steps of these scopes that say anything.
///
/// # Errors
/// When the store can't answer.
pub async fn of_scopes(conn: &mut Conn, scopes: &[Uuid]) -> Result<Vec<StepRecord>, StoreError> {
    conn.all(OF_SCOPES, params![scopes]).await
}

/// Every step that says anything.
///
/// # Errors
/// When the store can't answer.
pub async fn all(conn: &mut Conn) -> Result<Vec<StepRecord>, StoreError> {
    conn.all(ALL_STEPS, params![]).await
}

/// A number that changes whenever a step or a word list of these scopes does.
///
/// # Errors
/// When the store can't answer.
pub async fn versions(conn: &mut Conn, scopes: &[Uuid]) -> Result<(i64, i64), StoreError> {
    Ok((
        conn.one(VERSIONS, params![scopes]).await?,
        conn.one(WORD_VERSIONS, params![scopes]).await?,
    ))
}

/// Writes a step.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, step: &Step, by: &str) -> Result<(), StoreError> {
    let now = tx.now();
    let Step { scope, settings, hold } = step;
    match hold {
        Some(hold) => {
            tx.execute(
                PUT,
                params![scope.id, scope.kind.name(), Json(settings), Json(hold), now, by],
            )
            .await?
        }
        None => {
            let none = None::<String>;
            tx.execute(PUT, params![scope.id, scope.kind.name(), Json(settings), none, now, by])
                .await?
        }
    };
    Ok(())
}

/// A word list of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordsRecord {
    /// The step's scope; nil for the network.
    pub scope: Uuid,
    /// `banned` or `suspect`.
    pub list: String,
    /// One entry a line.
    pub words: String,
    /// Goes up with each change.
    pub version: i64,
}

from_row!(WordsRecord {
    scope,
    list,
    words,
    version
});

/// The word lists of these scopes. Those of all steps count together.
///
/// # Errors
/// When the store can't answer.
pub async fn words(conn: &mut Conn, scopes: &[Uuid]) -> Result<Vec<WordsRecord>, StoreError> {
    conn.all(WORDS, params![scopes]).await
}

/// Replaces a word list.
///
/// # Errors
/// When the store can't answer.
pub async fn put_words(tx: &mut Tx, scope: Uuid, list: &str, words: &str, by: &str) -> Result<(), StoreError> {
    let now: Timestamp = tx.now();
    tx.execute(PUT_WORDS, params![scope, list, words, now, by]).await?;
    Ok(())
}
