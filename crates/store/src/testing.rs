//! A migrated database of its own for every test, on either engine.
//!
//! SQLite lives in a folder that goes with the test. PostgreSQL is the cluster that `MASTHEAD_TEST_POSTGRES` names
//! (`./test` starts one and sets it); each test gets a database there, which is dropped with the guard. Without the
//! variable the tests for PostgreSQL fail and say so: nothing is skipped silently.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test without its database can only stop and say why"
)]

use crate::db::maintenance::Maintenance;
use crate::db::{Db, DbSettings, Engine, Query, StoreError};
use crate::migrate::{self, BackupChoice};
use masthead_domain::time::{Clock, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// A clock that stands still until a test moves it; clones share the hand.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    /// Moves the hand by `seconds` (negative is back).
    pub fn step(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
    }
}

impl Default for TestClock {
    /// 2026-01-01 00:00 UTC.
    fn default() -> Self {
        Self(Arc::new(AtomicI64::new(1_767_225_600_000_000)))
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Keeps a test's database; dropping it takes the database away.
pub struct TestDb {
    /// The clock of the `Db`.
    pub clock: TestClock,
    settings: DbSettings,
    // Held for its Drop.
    _place: Place,
}

enum Place {
    Folder { _folder: tempfile::TempDir },
    Database { admin: String, name: String },
}

impl TestDb {
    /// A database with every migration, opened.
    ///
    /// # Panics
    /// When it can't be made, with the reason.
    pub async fn new(engine: Engine) -> (Db, Self) {
        let guard = Self::empty(engine).await;
        let clock = Arc::new(guard.clock.clone());
        migrate::run(&guard.settings, clock, BackupChoice::None)
            .await
            .expect("a new database can be migrated");
        (guard.open().await, guard)
    }

    /// A database without any table, for tests of migrations and restores.
    ///
    /// # Panics
    /// When it can't be made, with the reason.
    pub async fn empty(engine: Engine) -> Self {
        let (url, place) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::Builder::new()
                    .prefix("masthead-test-")
                    .tempdir()
                    .expect("a folder can be made");
                (
                    format!("sqlite:{}", folder.path().join("masthead.db").display()),
                    Place::Folder { _folder: folder },
                )
            }
            Engine::Postgres => {
                let admin = cluster();
                let name = fresh_name();
                administer(&admin, &format!("create database {name}")).await;
                (with_database(&admin, &name), Place::Database { admin, name })
            }
        };
        Self {
            clock: TestClock::default(),
            settings: DbSettings::new(url),
            _place: place,
        }
    }

    /// Where the database is.
    pub fn settings(&self) -> &DbSettings {
        &self.settings
    }

    /// Opens it once more, as another process would.
    ///
    /// # Panics
    /// When it can't be opened, with the reason.
    pub async fn open(&self) -> Db {
        Db::open(&self.settings, Arc::new(self.clock.clone()))
            .await
            .expect("the test's database can be opened")
    }
}

/// Prepares the query and returns the number of its parameters.
///
/// # Errors
/// What the engine says against it.
pub async fn prepare(db: &Db, query: Query) -> Result<usize, StoreError> {
    db.reader().await?.prepare(query).await
}

/// The lines of the query's plan that read a whole table or sort aside.
///
/// # Errors
/// What the engine says against it.
pub async fn plan_faults(db: &Db, query: Query) -> Result<Vec<String>, StoreError> {
    db.reader().await?.plan_faults(query).await
}

/// Every column of the schema as `table.column kind null|not null`, in types that the engines have in common.
///
/// # Panics
/// When the database can't be read, or has a type that the portable rules don't know.
pub async fn schema(guard: &TestDb) -> Vec<String> {
    let clock = Arc::new(guard.clock.clone());
    let mut maintenance = Maintenance::open(&guard.settings, clock)
        .await
        .expect("the schema can be read");
    let mut lines = Vec::new();
    for table in maintenance.tables().await.expect("the tables can be listed") {
        for column in maintenance.columns(&table).await.expect("the columns can be listed") {
            let kind = match column.kind.as_str() {
                "integer" | "bigint" | "boolean" => "integer",
                "text" => "text",
                "blob" | "bytea" | "uuid" => "bytes",
                "real" | "double precision" => "float",
                other => panic!("{table}.{} has the type {other}, which is not portable", column.name),
            };
            let null = if column.nullable { "null" } else { "not null" };
            lines.push(format!("{table}.{} {kind} {null}", column.name));
        }
    }
    lines.sort();
    lines
}

fn cluster() -> String {
    std::env::var("MASTHEAD_TEST_POSTGRES").unwrap_or_else(|_| {
        panic!(
            "MASTHEAD_TEST_POSTGRES is not set, so the tests on PostgreSQL can't run. Run ./test, which starts a \
             private cluster, or set it to the URL of one where databases may be made and dropped."
        )
    })
}

/// Unlike that of any other test: tests run in many processes at once.
fn fresh_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    // The random folder name of the operating system stands in for randomness, which this crate doesn't have.
    let place = tempfile::Builder::new()
        .prefix("")
        .rand_bytes(8)
        .tempdir()
        .expect("a folder can be made");
    let unique = place
        .path()
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let unique: String = unique.bytes().map(|byte| format!("{byte:02x}")).collect();
    format!("masthead_test_{}_{count}_{unique}", std::process::id())
}

/// The same URL with another database.
fn with_database(url: &str, name: &str) -> String {
    let (url, query) = url
        .split_once('?')
        .map_or((url, None), |(url, query)| (url, Some(query)));
    let start = url.find("://").map_or(0, |at| at + 3);
    let base = match url.get(start..).and_then(|rest| rest.find('/')) {
        Some(slash) => url.get(..start + slash).unwrap_or(url),
        None => url,
    };
    query.map_or_else(|| format!("{base}/{name}"), |query| format!("{base}/{name}?{query}"))
}

async fn administer(url: &str, statement: &str) {
    let clock = Arc::new(TestClock::default());
    let maintenance = Maintenance::open(&DbSettings::new(url), clock).await;
    let mut maintenance = maintenance.expect("the test cluster can be reached");
    maintenance
        .batch("administer", statement)
        .await
        .expect("a test database can be made and dropped");
}

impl Drop for Place {
    fn drop(&mut self) {
        let (admin, name) = match self {
            Self::Folder { .. } => return,
            Self::Database { admin, name } => (std::mem::take(admin), std::mem::take(name)),
        };
        // A thread of its own, since a runtime may not be entered from inside another.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(administer(&admin, &format!("drop database {name} with (force)")));
        });
        if dropping.join().is_err() {
            eprintln!("a test database stays behind");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_of_a_url_is_replaced() {
        let with = |url| with_database(url, "x");
        assert_eq!(with("postgres://u@h:1/db"), "postgres://u@h:1/x");
        assert_eq!(with("postgres://u@h"), "postgres://u@h/x");
        assert_eq!(with("postgres://u@/db?host=/tmp/s"), "postgres://u@/x?host=/tmp/s");
        assert_eq!(with("postgres://u@?host=/tmp/s"), "postgres://u@/x?host=/tmp/s");
    }
}
