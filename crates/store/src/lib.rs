//! The only SQL: one text for SQLite and PostgreSQL, the event log, the job queue, migrations and the public read path.

#![warn(missing_docs)]
#![recursion_limit = "256"]

pub mod db;
pub mod followers;
pub mod jobs;
pub mod leases;
pub mod log;

pub use db::{
    BoxFuture, Cell, Column, Conn, Db, DbSettings, Engine, FromRow, Json, Param, Query, Row, StoreError, Tx,
};

/// Every query of the store, so that a test can prepare each on both engines. A module that declares queries and is
/// missing here fails a test.
pub fn all_queries() -> Vec<Query> {
    [db::ALL, followers::ALL, jobs::ALL, leases::ALL, log::ALL].concat()
}
