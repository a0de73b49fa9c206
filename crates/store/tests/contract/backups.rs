//! Backup while writing, restore on the same engine and on the other.

use masthead_domain::ids::EventId;
use masthead_store::archive::BackupReader;
use masthead_store::backup::{self, BackupError};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, StoreError, followers, jobs, leases, log};
use serde_json::json;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

cases!(
    a_backup_comes_back_on_either_engine,
    a_backup_is_one_moment_while_writing_goes_on,
    a_restore_wants_an_empty_database,
    a_damaged_archive_restores_nothing,
);

const WORDS: &str = "Ünïcode ☃ 'q' \"d\" \\ \t";

async fn append(db: &Db, n: u64) -> Result<(), StoreError> {
    db.write("append", move |tx| {
        Box::pin(async move {
            let now = tx.now();
            log::append(
                tx,
                EventId(crate::uuid(n)),
                "test.happened",
                &json!({ "n": n, "words": WORDS }),
                now,
            )
            .await?;
            followers::advance(tx, "test", "n1", n as i64, now).await
        })
    })
    .await
}

async fn filled(engine: Engine) -> (Db, TestDb) {
    let (db, guard) = TestDb::new(engine).await;
    for n in 1..=50 {
        append(&db, n).await.unwrap();
    }
    log::stamp(&db).await.unwrap();
    // Committed, and on PostgreSQL without a position yet.
    append(&db, 51).await.unwrap();
    db.write("job", |tx| {
        Box::pin(async move {
            let due = tx.now().plus_seconds(-5);
            jobs::schedule(tx, "release", "a", due, &json!({ "words": WORDS })).await
        })
    })
    .await
    .unwrap();
    leases::take(&db, "purge", "n1", 1000).await.unwrap().unwrap();
    (db, guard)
}

async fn a_backup_comes_back_on_either_engine(engine: Engine) {
    let (db, _guard) = filled(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.backup");
    let written = backup::backup_with(&db, &path, |archive| {
        archive.add("media/one", &mut &b"bytes"[..])?;
        Ok(())
    })
    .await
    .unwrap();
    assert!(written.rows >= 54 && written.tables > 5, "{written:?}");
    for target in [Engine::Sqlite, Engine::Postgres] {
        let guard = TestDb::empty(target).await;
        let media = Arc::new(std::sync::Mutex::new(Vec::new()));
        let seen = Arc::clone(&media);
        let clock = Arc::new(guard.clock.clone());
        let restored = backup::restore_with(&path, guard.settings(), clock, move |name, source| {
            let mut bytes = Vec::new();
            source.read_to_end(&mut bytes).unwrap();
            seen.lock().unwrap().push((name.to_owned(), bytes));
            Ok(())
        })
        .await
        .unwrap();
        assert_eq!((restored.rows, restored.held_jobs), (written.rows, 1));
        assert_eq!(*media.lock().unwrap(), [("media/one".to_owned(), b"bytes".to_vec())]);

        let copy = guard.open().await;
        masthead_store::migrate::check(&copy).await.unwrap();
        let (mut here, mut there) = (db.reader().await.unwrap(), copy.reader().await.unwrap());
        let events = log::after(&mut there, 0, 1000).await.unwrap();
        let original = log::after(&mut here, 0, 1000).await.unwrap();
        assert_eq!(events.len(), 51, "the event without a position got one");
        assert_eq!(events[..50], original[..50]);
        assert_eq!(log::head(&mut there).await.unwrap(), 51);
        assert_eq!(
            followers::list(&mut there).await.unwrap(),
            followers::list(&mut here).await.unwrap()
        );
        assert!(
            leases::list(&mut there).await.unwrap().is_empty(),
            "leases belong to nodes that are gone"
        );
        let held = jobs::list(&mut there, 10).await.unwrap();
        assert_eq!((held.len(), held[0].state.as_str()), (1, "held"));
        drop(there);
        // Writing goes on where it stopped.
        append(&copy, 1000).await.unwrap();
        log::stamp(&copy).await.unwrap();
        assert_eq!(log::head(&mut copy.reader().await.unwrap()).await.unwrap(), 52);
    }
}

async fn a_backup_is_one_moment_while_writing_goes_on(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writer = {
        let (db, stop) = (db.clone(), Arc::clone(&stop));
        tokio::spawn(async move {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                n += 1;
                append(&db, n).await.unwrap();
            }
        })
    };
    let folder = tempfile::tempdir().unwrap();
    for round in 0..4 {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        let path = folder.path().join(format!("{round}.backup"));
        backup::backup(&db, &path).await.unwrap();
        let guard = TestDb::empty(Engine::Sqlite).await;
        backup::restore(&path, guard.settings(), Arc::new(guard.clock.clone()))
            .await
            .unwrap();
        let copy = guard.open().await;
        let mut conn = copy.reader().await.unwrap();
        let head = log::head(&mut conn).await.unwrap();
        // Both were written in the same transaction, so a torn copy would tell them apart.
        assert_eq!(
            followers::cursor(&mut conn, "test", "n1").await.unwrap().unwrap_or(0),
            head
        );
        assert!(round == 0 || head > 0);
    }
    stop.store(true, Ordering::Relaxed);
    writer.await.unwrap();
}

async fn a_restore_wants_an_empty_database(engine: Engine) {
    let (db, guard) = filled(engine).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.backup");
    backup::backup(&db, &path).await.unwrap();
    let refused = backup::restore(&path, guard.settings(), Arc::new(guard.clock.clone())).await;
    assert!(matches!(&refused, Err(BackupError::NotEmpty(_))), "{refused:?}");
    // A migrated database without rows is empty enough.
    let (_fresh, guard) = TestDb::new(engine).await;
    backup::restore(&path, guard.settings(), Arc::new(guard.clock.clone()))
        .await
        .unwrap();
}

async fn a_damaged_archive_restores_nothing(engine: Engine) {
    let (db, _guard) = filled(engine).await;
    // So much that doesn't compress that whole tables are read before the damage is met.
    db.write("bulk", |tx| {
        Box::pin(async move {
            for n in 0..40_u64 {
                let noise: String = (0..400_u16)
                    .map(|part| uuid::Uuid::new_v5(&crate::uuid(n), &part.to_le_bytes()).to_string())
                    .collect();
                let now = tx.now();
                log::append(
                    tx,
                    EventId(crate::uuid(5000 + n)),
                    "test.bulk",
                    &json!({ "noise": noise }),
                    now,
                )
                .await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.backup");
    backup::backup(&db, &path).await.unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert!(bytes.len() > 200_000);
    std::fs::write(&path, &bytes[..bytes.len() - 2]).unwrap();
    let mut reader = BackupReader::open(&path).unwrap();
    let mut meta = String::new();
    reader.next_entry().unwrap().unwrap().read_to_string(&mut meta).unwrap();
    assert!(meta.contains("0001_log"));
    let guard = TestDb::empty(engine).await;
    let refused = backup::restore(&path, guard.settings(), Arc::new(guard.clock.clone())).await;
    assert!(matches!(&refused, Err(BackupError::Archive(_))), "{refused:?}");
    let copy = guard.open().await;
    assert!(
        log::after(&mut copy.reader().await.unwrap(), 0, 10)
            .await
            .unwrap()
            .is_empty()
    );
    // Trying again with a whole one works.
    std::fs::write(&path, &bytes).unwrap();
    backup::restore(&path, guard.settings(), Arc::new(guard.clock.clone()))
        .await
        .unwrap();
}
