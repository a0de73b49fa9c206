//! A connection with every right, for migrations, backups and restores: the one place that reads the schema itself.

use super::conn::{Conn, Session, Tx};
use super::error::StoreError;
use super::param::Param;
use super::query::Query;
use super::row::FromRow;
use super::{DbSettings, Engine, Shared, postgres, sqlite};
use masthead_domain::time::{Clock, Timestamp};
use std::path::{Path, PathBuf};
use std::sync::Arc;

crate::queries! {
    /// The tables; each engine keeps its catalogue in its own way.
    TABLES = sqlite "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\' order by name",
        postgres "select cast(c.relname as text) from pg_class c join pg_namespace n on n.oid = c.relnamespace \
                  where n.nspname = current_schema() and c.relkind in ('r', 'p') order by c.relname collate \"C\"";
    /// The columns of a table in their order, as declared.
    COLUMNS = sqlite "select name, lower(type), \"notnull\" = 0 and pk = 0 from pragma_table_info($1) order by cid",
        postgres "select cast(a.attname as text), format_type(a.atttypid, a.atttypmod), not a.attnotnull \
                  from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace \
                  where n.nspname = current_schema() and c.relname = $1 and a.attnum > 0 and not a.attisdropped \
                  order by a.attnum";
}

/// A column as the schema declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TableColumn {
    pub(crate) name: String,
    /// The engine's own name of the type, in lower case.
    pub(crate) kind: String,
    pub(crate) nullable: bool,
}

crate::from_row!(TableColumn { name, kind, nullable });

/// A connection outside the pools, whose transactions are begun and ended by hand.
pub(crate) struct Maintenance {
    tx: Tx,
    engine: Engine,
    path: Option<PathBuf>,
}

impl Maintenance {
    pub(crate) async fn open(settings: &DbSettings, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let shared = Arc::new(Shared::new(clock));
        let engine = settings.engine()?;
        let path = settings.sqlite_path();
        let session = match &path {
            Some(path) => {
                let connection = sqlite::open(path, sqlite::Role::Writer)?;
                // Rebuilding a table would otherwise delete what refers to it; the check comes before the commit.
                connection
                    .execute_batch("pragma foreign_keys = off")
                    .map_err(|error| StoreError::from_sqlite("open", &error))?;
                Session::Sqlite(sqlite::Lease::writer(connection))
            }
            None => Session::Postgres(postgres::single(settings).await?),
        };
        Ok(Self {
            tx: Tx::new(Conn::new(session, &shared)),
            engine,
            path,
        })
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.tx.now()
    }

    /// The transaction's face, for ordinary queries.
    pub(crate) fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    pub(crate) async fn all<R: FromRow>(&mut self, query: Query, params: &[Param<'_>]) -> Result<Vec<R>, StoreError> {
        self.tx.all(query, params).await
    }

    /// Runs statements as they are.
    pub(crate) async fn batch(&mut self, step: &'static str, text: &str) -> Result<(), StoreError> {
        match &mut self.tx.session {
            Session::Sqlite(lease) => lease
                .raw()
                .ok_or_else(|| StoreError::bug("the connection was given back"))?
                .execute_batch(text)
                .map_err(|error| StoreError::from_sqlite(step, &error)),
            Session::Postgres(lease) => lease.batch_of(step, text).await,
        }
    }

    /// Begins a transaction that no other migrating process can stand beside.
    ///
    /// The advisory lock is meant for this alone: unlike a lease it can't outlive a crash, and a migration is never
    /// run through a pooler that gives each statement another connection.
    pub(crate) async fn begin(&mut self) -> Result<(), StoreError> {
        let text = match self.engine {
            Engine::Sqlite => "begin immediate",
            Engine::Postgres => "begin; select pg_advisory_xact_lock(7308332045914825316)",
        };
        self.batch("begin", text).await
    }

    /// Begins a transaction whose reads all see the same moment.
    pub(crate) async fn begin_snapshot(&mut self) -> Result<(), StoreError> {
        let text = match self.engine {
            Engine::Sqlite => "begin deferred; select 1 from sqlite_schema limit 1",
            Engine::Postgres => "begin isolation level repeatable read read only",
        };
        self.batch("begin", text).await
    }

    pub(crate) async fn commit(&mut self) -> Result<(), StoreError> {
        self.batch("commit", "commit").await
    }

    pub(crate) async fn rollback(&mut self) -> Result<(), StoreError> {
        self.batch("rollback", "rollback").await
    }

    /// The names of the tables, in the order of their bytes.
    pub(crate) async fn tables(&mut self) -> Result<Vec<String>, StoreError> {
        self.all(TABLES, crate::params![]).await
    }

    pub(crate) async fn columns(&mut self, table: &str) -> Result<Vec<TableColumn>, StoreError> {
        self.all(COLUMNS, crate::params![table]).await
    }

    /// Fails when a reference points nowhere. PostgreSQL sees to that by itself.
    pub(crate) fn check_references(&self) -> Result<(), StoreError> {
        let Session::Sqlite(lease) = &self.tx.session else {
            return Ok(());
        };
        let connection = lease
            .raw()
            .ok_or_else(|| StoreError::bug("the connection was given back"))?;
        let broken = connection
            .prepare("pragma foreign_key_check")
            .and_then(|mut statement| statement.exists([]))
            .map_err(|error| StoreError::from_sqlite("foreign_key_check", &error))?;
        if broken {
            Err(StoreError::Conflict {
                constraint: "foreign_key".to_owned(),
            })
        } else {
            Ok(())
        }
    }

    /// The file of a SQLite database.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    pub(super) fn session(&mut self) -> &mut Session {
        &mut self.tx.session
    }
}
