//! What breaks: full disks, lost connections, locks of other processes, and processes that are killed.

use futures::future::join_all;
use masthead_domain::ids::EventId;
use masthead_domain::time::Timestamp;
use masthead_store::testing::{TestClock, TestDb};
use masthead_store::{Db, DbSettings, Engine, StoreError, log, params, queries};
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

cases!(acknowledged_writes_survive_a_kill, a_broken_transaction_harms_no_other);

queries! {
    CREATE = sqlite "create table boxes (n integer primary key, content blob not null)",
        postgres "create table boxes (n bigint primary key, content bytea not null)";
    INSERT = "insert into boxes (n, content) values ($1, $2)";
    NUMBERS = "select n from boxes order by n";
    /// Ends the transaction as SQLite itself does when it runs out of room.
    END = "rollback";
    PAGES = sqlite "pragma page_count", postgres "select cast(0 as bigint)";
    MOST_PAGES = sqlite "pragma max_page_count = 400", postgres "select cast(0 as bigint)";
    TERMINATE = sqlite "select 0", postgres "select count(*) from (select pg_terminate_backend(pid) from pg_stat_activity \
        where datname = current_database() and pid <> pg_backend_pid()) ended";
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

async fn put(db: &Db, n: i64, bytes: usize) -> Result<u64, StoreError> {
    let content = vec![7_u8; bytes];
    db.write("put", move |tx| {
        let content = content.clone();
        Box::pin(async move { tx.execute(INSERT, params![n, &content]).await })
    })
    .await
}

async fn numbers(db: &Db) -> Vec<i64> {
    db.reader().await.unwrap().all(NUMBERS, params![]).await.unwrap()
}

/// The disk is full for one large job: it alone fails, and there is room for small ones before and after.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_fails_what_does_not_fit() {
    let (db, _guard) = table(Engine::Sqlite).await;
    let pages: i64 = db
        .write("limit", |tx| {
            Box::pin(async move { tx.one::<i64>(MOST_PAGES, params![]).await })
        })
        .await
        .unwrap();
    assert_eq!(pages, 400);
    for round in 0..5_i64 {
        let jobs = (0..40_i64).map(|n| {
            let db = db.clone();
            let bytes = if n == 20 { 4_000_000 } else { 10 };
            tokio::spawn(async move { put(&db, round * 100 + n, bytes).await })
        });
        for (n, result) in join_all(jobs).await.into_iter().enumerate() {
            let wanted = if n == 20 { Err(StoreError::Full) } else { Ok(1) };
            assert_eq!(result.unwrap(), wanted, "job {n} of round {round}");
        }
    }
    assert_eq!(numbers(&db).await.len(), 5 * 39);
    let used: i64 = db.reader().await.unwrap().one(PAGES, params![]).await.unwrap();
    assert!(used < 400, "{used}");
}

/// A transaction that ends under a batch: the others run again, one by one, and none is lost or doubled.
async fn a_broken_transaction_harms_no_other(engine: Engine) {
    let (db, _guard) = table(engine).await;
    if engine == Engine::Postgres {
        // Connections break there instead: what was answered is there, what wasn't may be.
        let jobs: Vec<_> = (0..300_i64)
            .map(|n| {
                let db = db.clone();
                tokio::spawn(async move { put(&db, n, 10).await })
            })
            .collect();
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(30)).await;
            let _ended: i64 = db.reader().await.unwrap().one(TERMINATE, params![]).await.unwrap_or(-1);
        }
        let mut answered = Vec::new();
        for (n, result) in join_all(jobs).await.into_iter().enumerate() {
            match result.unwrap() {
                Ok(_) => answered.push(n as i64),
                Err(error) => assert!(error.is_transient(), "{error}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        let there = numbers(&db).await;
        assert!(answered.iter().all(|n| there.contains(n)));
        assert_eq!(put(&db, 1000, 10).await, Ok(1), "the pool mends itself");
        return;
    }
    let runs = Arc::new(AtomicU32::new(0));
    let jobs = (0..60_i64).map(|n| {
        let (db, runs) = (db.clone(), Arc::clone(&runs));
        tokio::spawn(async move {
            db.write("mixed", move |tx| {
                runs.fetch_add(1, Ordering::SeqCst);
                Box::pin(async move {
                    tx.execute(INSERT, params![n, b"x"]).await?;
                    if n == 30 {
                        tx.execute(END, params![]).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await
        })
    });
    for (n, result) in join_all(jobs).await.into_iter().enumerate() {
        let result = result.unwrap();
        assert_eq!(result.is_err(), n == 30, "job {n}: {result:?}");
    }
    let wanted: Vec<i64> = (0..60).filter(|n| *n != 30).collect();
    assert_eq!(numbers(&db).await, wanted);
    assert!(runs.load(Ordering::SeqCst) > 60, "the batch ran again");
}

/// Another process holds the file for a while: a write waits for it, and gives up after five seconds.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_waited_for_but_not_for_ever() {
    let (db, guard) = table(Engine::Sqlite).await;
    let other = rusqlite::Connection::open(guard.settings().url.strip_prefix("sqlite:").unwrap()).unwrap();
    other.execute_batch("begin immediate").unwrap();
    let waiting = {
        let db = db.clone();
        tokio::spawn(async move {
            let started = Instant::now();
            (put(&db, 1, 10).await, started.elapsed())
        })
    };
    tokio::time::sleep(Duration::from_millis(700)).await;
    other.execute_batch("commit").unwrap();
    let (result, waited) = waiting.await.unwrap();
    assert_eq!(result, Ok(1));
    assert!(waited > Duration::from_millis(600), "{waited:?}");

    other.execute_batch("begin immediate").unwrap();
    let started = Instant::now();
    assert_eq!(put(&db, 2, 10).await, Err(StoreError::Busy));
    assert!(started.elapsed() > Duration::from_secs(4));
    // Readers don't mind.
    assert_eq!(numbers(&db).await, [1]);
    other.execute_batch("commit").unwrap();
    assert_eq!(put(&db, 2, 10).await, Ok(1));
}

const CHILD: &str = "MASTHEAD_STORE_CRASH_CHILD";

/// Runs this very test again as a process that writes, kills it at any moment, and looks at what it left.
async fn acknowledged_writes_survive_a_kill(engine: Engine) {
    if let Ok(url) = std::env::var(CHILD) {
        write_until_killed(&url).await;
    }
    let (db, guard) = table(engine).await;
    db.close().await;
    let name = match engine {
        Engine::Sqlite => "faults::sqlite::acknowledged_writes_survive_a_kill",
        Engine::Postgres => "faults::postgres::acknowledged_writes_survive_a_kill",
    };
    let mut acknowledged = Vec::new();
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", name, "--nocapture"])
            .env(CHILD, &guard.settings().url)
            .env("MASTHEAD_STORE_CRASH_ROUND", round.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let reader = std::thread::spawn(move || {
            let lines = output.lines().map_while(Result::ok);
            lines
                .filter_map(|line| line.strip_prefix("written ")?.parse::<i64>().ok())
                .collect::<Vec<_>>()
        });
        tokio::time::sleep(Duration::from_millis(150 + round * 17)).await;
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(reader.join().unwrap());
    }
    assert!(
        acknowledged.len() > 100,
        "the writers came to something: {}",
        acknowledged.len()
    );
    let db = guard.open().await;
    log::stamp(&db).await.unwrap();
    let there = numbers(&db).await;
    let missing: Vec<_> = acknowledged
        .iter()
        .filter(|n| there.binary_search(n).is_err())
        .collect();
    assert!(missing.is_empty(), "acknowledged and lost: {missing:?}");
    let events = log::after(&mut db.reader().await.unwrap(), 0, 1_000_000).await.unwrap();
    let told: Vec<_> = events.iter().map(|event| event.position).collect();
    assert_eq!(
        told,
        (1..=there.len() as i64).collect::<Vec<_>>(),
        "every write has its event and no event is alone"
    );
    db.close().await;
}

async fn write_until_killed(url: &str) -> ! {
    let round: i64 = std::env::var("MASTHEAD_STORE_CRASH_ROUND").unwrap().parse().unwrap();
    let settings = DbSettings {
        url: url.to_owned(),
        readers: 2,
        writers: 8,
    };
    let db = Db::open(&settings, Arc::new(TestClock::default())).await.unwrap();
    let tasks = (0..8_i64).map(|task| {
        let db = db.clone();
        tokio::spawn(async move {
            for step in 0.. {
                let n = round * 1_000_000 + task * 100_000 + step;
                let written: Result<(), StoreError> = db
                    .write("crash", move |tx| {
                        Box::pin(async move {
                            let id = EventId(crate::uuid(n as u64));
                            log::append(tx, id, "test.boxed", &json!({ "n": n }), Timestamp::from_micros(n)).await?;
                            tx.execute(INSERT, params![n, b"content"]).await?;
                            Ok(())
                        })
                    })
                    .await;
                if written.is_ok() {
                    println!("written {n}");
                }
            }
        })
    });
    join_all(tasks).await;
    unreachable!("it writes until it is killed");
}
