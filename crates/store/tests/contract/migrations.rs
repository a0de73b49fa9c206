//! Migrations: the same schema on both engines, once, in order, and with a way back.

use futures::future::join_all;
use masthead_domain::ids::EventId;
use masthead_store::migrate::{self, BackupChoice, MigrateError};
use masthead_store::testing::{self, TestDb};
use masthead_store::{Db, Engine, StoreError, log, params, queries};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;

cases!(
    everything_is_applied_once,
    nodes_that_start_together_wait_for_each_other,
    a_newer_database_is_refused,
    a_changed_migration_is_refused,
    a_backup_comes_before_a_migration,
);

queries! {
    FORGET_FIRST = "delete from migrations where name = '0001_log'";
    FROM_THE_FUTURE = "insert into migrations (name, checksum, applied_at) values ('9999_future', 'x', 0)";
    TAMPER = "update migrations set checksum = 'x' where name = '0001_log'";
    APPLIED = "select count(*) from migrations";
}

#[tokio::test]
async fn both_engines_have_the_same_schema() {
    let (_sqlite, a) = TestDb::new(Engine::Sqlite).await;
    let (_postgres, b) = TestDb::new(Engine::Postgres).await;
    let (sqlite, postgres) = (testing::schema(&a).await, testing::schema(&b).await);
    assert!(sqlite.len() > 50);
    let only = |these: &[String], others: &[String]| -> Vec<String> {
        these.iter().filter(|line| !others.contains(line)).cloned().collect()
    };
    let (here, there) = (only(&sqlite, &postgres), only(&postgres, &sqlite));
    assert!(
        here.is_empty() && there.is_empty(),
        "only SQLite: {here:#?}\nonly PostgreSQL: {there:#?}"
    );
}

async fn run(guard: &TestDb, choice: BackupChoice) -> Result<migrate::Report, MigrateError> {
    migrate::run(guard.settings(), Arc::new(guard.clock.clone()), choice).await
}

async fn change(db: &Db, query: masthead_store::Query) {
    let changed = db
        .write("change", move |tx| {
            Box::pin(async move { tx.execute(query, params![]).await })
        })
        .await;
    assert_eq!(changed, Ok::<_, StoreError>(1));
}

async fn everything_is_applied_once(engine: Engine) {
    let guard = TestDb::empty(engine).await;
    let db = guard.open().await;
    let all = migrate::names();
    assert!(matches!(migrate::check(&db).await, Err(MigrateError::Pending(missing)) if missing == all.len()));
    let report = run(&guard, BackupChoice::Automatic).await.unwrap();
    assert_eq!(report.applied, all);
    assert_eq!(report.backup, None, "there was nothing to keep");
    migrate::check(&db).await.unwrap();
    assert_eq!(
        run(&guard, BackupChoice::Automatic).await.unwrap(),
        migrate::Report::default()
    );
}

async fn nodes_that_start_together_wait_for_each_other(engine: Engine) {
    let guard = Arc::new(TestDb::empty(engine).await);
    let nodes = (0..4).map(|_| {
        let guard = Arc::clone(&guard);
        tokio::spawn(async move { run(&guard, BackupChoice::None).await.unwrap().applied })
    });
    let mut applied: Vec<String> = join_all(nodes).await.into_iter().flat_map(Result::unwrap).collect();
    applied.sort();
    assert_eq!(applied, migrate::names());
}

async fn a_newer_database_is_refused(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    change(&db, FROM_THE_FUTURE).await;
    assert!(matches!(run(&guard, BackupChoice::None).await, Err(MigrateError::Newer(name)) if name == "9999_future"));
    assert!(matches!(migrate::check(&db).await, Err(MigrateError::Newer(_))));
}

async fn a_changed_migration_is_refused(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    change(&db, TAMPER).await;
    assert!(matches!(run(&guard, BackupChoice::None).await, Err(MigrateError::Changed(name)) if name == "0001_log"));
}

/// Takes the record of the first migration away, so that it is due again: it fails, because its tables are there, and
/// that is just what a migration that goes wrong looks like.
async fn a_backup_comes_before_a_migration(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    db.write("append", |tx| {
        Box::pin(async move {
            let now = tx.now();
            log::append(tx, EventId(crate::uuid(1)), "test.happened", &json!({}), now).await
        })
    })
    .await
    .unwrap();
    log::stamp(&db).await.unwrap();
    change(&db, FORGET_FIRST).await;
    let before: i64 = db.reader().await.unwrap().one(APPLIED, params![]).await.unwrap();
    let result = run(&guard, BackupChoice::Automatic).await;
    match engine {
        Engine::Postgres => {
            assert!(matches!(result, Err(MigrateError::NeedsBackup)), "{result:?}");
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("before.backup");
            assert!(matches!(
                run(&guard, BackupChoice::To(path.clone())).await,
                Err(MigrateError::Failed { .. })
            ));
            assert!(path.metadata().unwrap().len() > 100);
        }
        Engine::Sqlite => {
            assert!(matches!(result, Err(MigrateError::Failed { .. })), "{result:?}");
            let file = guard.settings().url.strip_prefix("sqlite:").unwrap().to_owned();
            let folder = Path::new(&file).parent().unwrap().to_owned();
            let copy = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .find(|path| path.to_string_lossy().contains(".before-"))
                .expect("a copy lies beside the file");
            let kept = rusqlite::Connection::open(copy).unwrap();
            let events: i64 = kept
                .query_row("select count(*) from events", [], |row| row.get(0))
                .unwrap();
            assert_eq!(events, 1);
        }
    }
    // The failed migration left nothing behind.
    let after: i64 = db.reader().await.unwrap().one(APPLIED, params![]).await.unwrap();
    assert_eq!(after, before);
    assert!(matches!(migrate::check(&db).await, Err(MigrateError::Pending(1))));
}
