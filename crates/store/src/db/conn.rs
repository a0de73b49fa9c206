//! Connections and transactions as callers see them.

use super::error::StoreError;
use super::param::Param;
use super::query::Query;
use super::row::FromRow;
use super::{Shared, postgres, sqlite};
use masthead_domain::time::Timestamp;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A borrowed connection; it goes back to its pool when dropped.
pub struct Conn {
    pub(super) session: Session,
    pub(super) shared: Arc<Shared>,
    /// What the worst failed statement of the running transaction means for it.
    pub(super) failure: Option<Failure>,
    /// The last error of the running transaction, for the case that the engine ends it by itself.
    last_error: Option<StoreError>,
}

pub(super) enum Session {
    Sqlite(sqlite::Lease),
    Postgres(postgres::Lease),
}

/// Why a transaction can't be committed any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A race was lost: the same closure can succeed when run again.
    Race,
    /// A unique key was broken: perhaps by a race that the closure would see when run again.
    Unique,
    /// Running it again would change nothing.
    Final,
}

impl Conn {
    pub(super) fn new(session: Session, shared: &Arc<Shared>) -> Self {
        Self {
            session,
            shared: Arc::clone(shared),
            failure: None,
            last_error: None,
        }
    }

    /// All rows of the query, in its order.
    ///
    /// # Errors
    /// [`StoreError::Row`] when a row isn't an `R`; otherwise what the engine reported.
    pub async fn all<R: FromRow>(&mut self, query: Query, params: &[Param<'_>]) -> Result<Vec<R>, StoreError> {
        self.fetch(query, params, usize::MAX).await
    }

    /// The first row of the query, if there is one.
    ///
    /// # Errors
    /// As [`Conn::all`].
    pub async fn optional<R: FromRow>(&mut self, query: Query, params: &[Param<'_>]) -> Result<Option<R>, StoreError> {
        Ok(self.fetch(query, params, 1).await?.pop())
    }

    /// The first row of the query.
    ///
    /// # Errors
    /// [`StoreError::NoRow`] when there is none; otherwise as [`Conn::all`].
    pub async fn one<R: FromRow>(&mut self, query: Query, params: &[Param<'_>]) -> Result<R, StoreError> {
        self.optional(query, params)
            .await?
            .ok_or(StoreError::NoRow { query: query.name() })
    }

    /// The present moment by the clock of the [`Db`](super::Db).
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    async fn fetch<R: FromRow>(
        &mut self,
        query: Query,
        params: &[Param<'_>],
        limit: usize,
    ) -> Result<Vec<R>, StoreError> {
        self.check(query, params)?;
        let result = match &mut self.session {
            Session::Sqlite(lease) => sqlite::fetch(lease.connection(query)?, query, params, limit),
            Session::Postgres(lease) => lease.fetch(query, params, limit).await,
        };
        self.noted(result)
    }

    /// Refuses what can't be bound before the engine sees it, so that both engines refuse the same.
    fn check(&self, query: Query, params: &[Param<'_>]) -> Result<(), StoreError> {
        self.shared.check()?;
        for (index, param) in params.iter().enumerate() {
            if let Some(why) = param.refusal() {
                return Err(StoreError::Bug(format!(
                    "{}: parameter ${}: {why}",
                    query.name(),
                    index + 1
                )));
            }
            // SQLite's list table takes its argument for a list unseen and brings the process down if it is none.
            if param.is_list() != query.takes_list(index + 1) {
                let what = if param.is_list() {
                    "a list stands where one value is wanted"
                } else {
                    "one value stands where a list is wanted"
                };
                return Err(StoreError::Bug(format!(
                    "{}: parameter ${}: {what}",
                    query.name(),
                    index + 1
                )));
            }
        }
        Ok(())
    }

    fn noted<T>(&mut self, result: Result<T, (StoreError, Failure)>) -> Result<T, StoreError> {
        result.map_err(|(error, failure)| {
            // A lost race explains everything that follows it, so it is never replaced.
            if self.failure != Some(Failure::Race) {
                self.failure = Some(failure);
            }
            self.last_error = Some(error.clone());
            error
        })
    }
}

/// A transaction that changes things. It is handed to the closure of [`Db::write`](super::Db::write), which commits
/// it or rolls it back.
pub struct Tx {
    conn: Conn,
    /// Whether an event was appended, so that positions must be given at the end of the batch.
    logged: bool,
    /// Whether a row was changed, so that those who wait for commits must be woken. Waking them for a transaction that
    /// found nothing to do let everybody who looks with a write, and waits for commits, run in circles.
    changed: bool,
}

impl Tx {
    pub(super) fn new(conn: Conn) -> Self {
        Self {
            conn,
            logged: false,
            changed: false,
        }
    }

    /// Runs a statement and returns the number of rows that it changed.
    ///
    /// After a failed statement nothing of this transaction can be committed, on either engine.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a rule of the schema was broken; otherwise what the engine reported.
    pub async fn execute(&mut self, query: Query, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.conn.check(query, params)?;
        let result = match &mut self.conn.session {
            Session::Sqlite(lease) => sqlite::execute(lease.connection(query)?, query, params),
            Session::Postgres(lease) => lease.execute(query, params).await,
        };
        let rows = self.conn.noted(result)?;
        self.changed |= rows > 0;
        Ok(rows)
    }

    /// Inserts rows by a query with a `{row:…}`, in their order, and returns the number of rows that were changed in all.
    /// PostgreSQL is sent many of them as one statement, and does not wait for an answer before the next: a batch costs the
    /// way there and back twice. Two rows with the same key are the caller's error where the query updates on a conflict.
    ///
    /// # Errors
    /// As [`Tx::execute`]; what came before the one that failed is undone with it.
    pub async fn execute_rows(&mut self, query: Query, rows: &[Vec<Param<'_>>]) -> Result<u64, StoreError> {
        for row in rows {
            self.conn.check(query, row)?;
        }
        let result = match &mut self.conn.session {
            Session::Sqlite(lease) => {
                let connection = lease.connection(query)?;
                let each = rows.iter().map(|row| sqlite::execute(connection, query, row));
                each.sum()
            }
            Session::Postgres(lease) => lease.execute_rows(query, rows).await,
        };
        let rows = self.conn.noted(result)?;
        self.changed |= rows > 0;
        Ok(rows)
    }

    /// Says that an event was appended.
    pub(crate) fn mark_logged(&mut self) {
        self.logged = true;
    }

    pub(super) fn take_logged(&mut self) -> bool {
        std::mem::take(&mut self.logged)
    }

    pub(super) fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    pub(super) fn take_error(&mut self) -> Option<StoreError> {
        self.conn.last_error.take()
    }

    pub(super) fn take_failure(&mut self) -> Option<Failure> {
        self.conn.failure.take()
    }
}

impl Deref for Tx {
    type Target = Conn;

    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
