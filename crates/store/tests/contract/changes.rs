//! Snapshots, wake-ups, two processes on one database, the fault switch and closing.

use futures::future::join_all;
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, Query, StoreError, params, queries};
use std::time::Duration;

cases!(
    a_snapshot_stands_still,
    readers_go_on_beside_a_writer,
    commits_wake_this_process_and_others,
    a_write_that_changes_nothing_wakes_nobody,
    two_processes_write_without_losing_or_starving,
    the_fault_switch_stops_everything,
    nothing_works_after_closing,
    readers_wait_for_a_free_connection,
    the_clock_of_the_database_is_near,
);

queries! {
    CREATE = sqlite "create table notes (n integer primary key)", postgres "create table notes (n bigint primary key)";
    INSERT = "insert into notes (n) values ($1)";
    REMOVE = "delete from notes where n = $1";
    COUNT = "select count(*) from notes";
    SYSTEM_CLOCK = "select cast($1 as bigint)";
}

async fn table(engine: Engine) -> (Db, TestDb) {
    let (db, guard) = TestDb::new(engine).await;
    db.write("create", |tx| {
        Box::pin(async move { tx.execute(CREATE, params![]).await })
    })
    .await
    .unwrap();
    (db, guard)
}

async fn add(db: &Db, n: i64) -> Result<u64, StoreError> {
    db.write("add", move |tx| {
        Box::pin(async move { tx.execute(INSERT, params![n]).await })
    })
    .await
}

async fn count(db: &Db, query: Query) -> i64 {
    db.reader().await.unwrap().one(query, params![]).await.unwrap()
}

async fn a_snapshot_stands_still(engine: Engine) {
    let (db, _guard) = table(engine).await;
    add(&db, 1).await.unwrap();
    let mut snapshot = db.snapshot().await.unwrap();
    // Taken at once, not at the first read of the caller.
    if engine == Engine::Postgres {
        let _first: i64 = snapshot.one(COUNT, params![]).await.unwrap();
    }
    add(&db, 2).await.unwrap();
    for _ in 0..3 {
        assert_eq!(snapshot.one::<i64>(COUNT, params![]).await.unwrap(), 1);
    }
    drop(snapshot);
    assert_eq!(count(&db, COUNT).await, 2);
    // Its connection is usable again and no longer in the past.
    for _ in 0..20 {
        let mut again = db.snapshot().await.unwrap();
        assert_eq!(again.one::<i64>(COUNT, params![]).await.unwrap(), 2);
    }
}

async fn readers_go_on_beside_a_writer(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let writer = db.clone();
    let writing = tokio::spawn(async move {
        for n in 0..200 {
            add(&writer, n).await.unwrap();
        }
    });
    let mut last = 0;
    while !writing.is_finished() {
        let now = count(&db, COUNT).await;
        assert!(now >= last, "what was seen once stays");
        last = now;
        tokio::task::yield_now().await;
    }
    writing.await.unwrap();
    assert_eq!(count(&db, COUNT).await, 200);
}

async fn commits_wake_this_process_and_others(engine: Engine) {
    let (db, guard) = table(engine).await;
    let other = guard.open().await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    for round in 0..3 {
        let (mut here, mut there) = (db.changed(), other.changed());
        here.mark_unchanged();
        there.mark_unchanged();
        add(&db, round).await.unwrap();
        assert!(here.has_changed().unwrap(), "our own commit wakes at once");
        let woken = tokio::time::timeout(crate::PATIENCE, there.changed()).await;
        woken.expect("another process wakes").unwrap();
        assert_eq!(count(&other, COUNT).await, round + 1);
    }
    other.close().await;
}

async fn a_write_that_changes_nothing_wakes_nobody(engine: Engine) {
    let (db, _guard) = table(engine).await;
    add(&db, 1).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    let before = *db.changed().borrow();
    for _ in 0..100 {
        let removed = db
            .write("nothing", |tx| {
                Box::pin(async move { tx.execute(REMOVE, params![7_i64]).await })
            })
            .await
            .unwrap();
        assert_eq!(removed, 0);
    }
    let wakes = *db.changed().borrow() - before;
    // PostgreSQL's poll wakes twice a second, whatever happens.
    assert!(wakes < 80, "{wakes} wakes for nothing");
}

async fn two_processes_write_without_losing_or_starving(engine: Engine) {
    let (db, guard) = table(engine).await;
    let other = guard.open().await;
    // One process writes without pause on many tasks; the other wants a single write now and then.
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let busy = (0..32_i64).map(|task| {
        let (db, stop) = (db.clone(), stop.clone());
        tokio::spawn(async move {
            let mut n = 0;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                add(&db, task * 1_000_000 + n).await.unwrap();
                n += 1;
            }
            n
        })
    });
    let busy: Vec<_> = busy.collect();
    // One that never gets its turn is told that the database is busy.
    for n in 0..10_i64 {
        add(&other, -1 - n).await.unwrap();
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    let written: i64 = join_all(busy).await.into_iter().map(Result::unwrap).sum();
    assert_eq!(count(&db, COUNT).await, written + 10);
    other.close().await;
}

async fn the_fault_switch_stops_everything(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let mut conn = db.reader().await.unwrap();
    db.set_fault(true);
    let gone = |error: StoreError| {
        assert!(
            matches!(error, StoreError::Unavailable(_)) && error.is_transient(),
            "{error}"
        )
    };
    gone(conn.one::<i64>(COUNT, params![]).await.unwrap_err());
    gone(add(&db, 1).await.unwrap_err());
    gone(db.reader().await.err().unwrap());
    gone(db.snapshot().await.err().unwrap());
    db.set_fault(false);
    assert_eq!(conn.one::<i64>(COUNT, params![]).await.unwrap(), 0);
    add(&db, 1).await.unwrap();
}

async fn nothing_works_after_closing(engine: Engine) {
    let (db, guard) = table(engine).await;
    let writes = (0..50).map(|n| {
        let db = db.clone();
        tokio::spawn(async move { add(&db, n).await })
    });
    let writes: Vec<_> = writes.collect();
    tokio::time::sleep(Duration::from_millis(2)).await;
    db.close().await;
    let written = join_all(writes)
        .await
        .into_iter()
        .filter(|result| matches!(result, Ok(Ok(1))))
        .count();
    assert!(matches!(add(&db, 99).await, Err(StoreError::Unavailable(_))));
    assert!(db.reader().await.is_err());
    let again = guard.open().await;
    // On PostgreSQL a commit can have gone through whose answer the closed connection never brought.
    assert!(count(&again, COUNT).await >= written as i64);
}

async fn readers_wait_for_a_free_connection(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let reads = (0..300).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut conn = db.snapshot().await.unwrap();
            tokio::time::sleep(Duration::from_millis(2)).await;
            conn.one::<i64>(COUNT, params![]).await.unwrap()
        })
    });
    for result in join_all(reads).await {
        assert_eq!(result.unwrap(), 0);
    }
}

/// The clock of the tests stands still in the past, and the difference says so.
async fn the_clock_of_the_database_is_near(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let difference = db.clock_difference().await.unwrap();
    match engine {
        Engine::Sqlite => assert_eq!(difference, 0),
        Engine::Postgres => {
            let real = std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_micros() as i64;
            let wanted = real - db.now().as_micros();
            assert!((difference - wanted).abs() < 500_000, "{difference} but {wanted}");
        }
    }
    let _value: i64 = db
        .reader()
        .await
        .unwrap()
        .one(SYSTEM_CLOCK, params![difference])
        .await
        .unwrap();
}
