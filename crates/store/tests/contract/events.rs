//! The log: positions are dense, unique and in an order that skips nothing, however writers race.

use futures::future::join_all;
use masthead_domain::ids::EventId;
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, StoreError, log, params, queries};
use serde_json::json;
use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

cases!(
    positions_are_dense_and_follow_one_transaction,
    a_refused_write_leaves_no_event_and_no_gap,
    a_reader_by_position_skips_nothing,
    two_stampers_do_no_harm,
    the_head_of_a_snapshot_is_no_promise_too_much,
    positions_come_from_two_processes_alike,
);

queries! {
    MARKS = sqlite "create table marks (n integer primary key)", postgres "create table marks (n bigint primary key)";
    MARK = "insert into marks (n) values ($1)";
    MARKED = "select n from marks";
}

async fn append(db: &Db, n: u64, count: u64) -> Result<(), StoreError> {
    db.write("append", move |tx| {
        Box::pin(async move {
            for part in 0..count {
                let id = EventId(crate::uuid(n * 100 + part));
                let now = tx.now();
                log::append(tx, id, "test.happened", &json!({ "n": n, "part": part }), now).await?;
            }
            Ok(())
        })
    })
    .await
}

/// Runs the stamper as a node would, for the length of a test.
struct Stamping(tokio::task::JoinHandle<()>);

impl Stamping {
    fn start(db: &Db, node: &str) -> Self {
        Self(tokio::spawn(log::run_stamper(db.clone(), node.to_owned())))
    }
}

impl Drop for Stamping {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn wait_for_head(db: &Db, wanted: i64) {
    let end = Instant::now() + crate::PATIENCE;
    while log::head(&mut db.reader().await.unwrap()).await.unwrap() < wanted {
        assert!(Instant::now() < end, "the head never reached {wanted}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn everything(db: &Db) -> Vec<log::LogEvent> {
    log::after(&mut db.reader().await.unwrap(), 0, 1_000_000).await.unwrap()
}

fn assert_dense(events: &[log::LogEvent]) {
    for (index, event) in events.iter().enumerate() {
        assert_eq!(event.position, index as i64 + 1);
    }
    assert_eq!(
        events.iter().map(|event| event.id).collect::<HashSet<_>>().len(),
        events.len()
    );
}

async fn positions_are_dense_and_follow_one_transaction(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let _stamping = Stamping::start(&db, "a");
    let writes = (0..100_u64).map(|n| {
        let db = db.clone();
        tokio::spawn(async move { append(&db, n, 1 + n % 4).await })
    });
    for result in join_all(writes).await {
        result.unwrap().unwrap();
    }
    wait_for_head(&db, 250).await;
    let events = everything(&db).await;
    assert_eq!(events.len(), 250);
    assert_dense(&events);
    for n in 0..100_u64 {
        let parts: Vec<_> = events
            .iter()
            .filter(|event| event.data["n"] == n)
            .map(|event| &event.data["part"])
            .collect();
        assert_eq!(parts.len() as u64, 1 + n % 4);
        assert!(
            parts.iter().enumerate().all(|(index, part)| **part == index as u64),
            "{parts:?}"
        );
    }
    assert_eq!(log::stamp(&db).await.unwrap(), 0);
    assert_eq!(
        log::time_of(&mut db.reader().await.unwrap(), 1).await.unwrap(),
        Some(db.now())
    );
    let page = log::after(&mut db.reader().await.unwrap(), 10, 5).await.unwrap();
    assert_eq!(
        page.iter().map(|event| event.position).collect::<Vec<_>>(),
        [11, 12, 13, 14, 15]
    );
}

async fn a_refused_write_leaves_no_event_and_no_gap(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let _stamping = Stamping::start(&db, "a");
    let writes = (0..60_u64).map(|n| {
        let db = db.clone();
        tokio::spawn(async move {
            if n % 2 == 0 {
                return append(&db, n, 1).await.is_ok();
            }
            let refused = db.write("refused", move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    log::append(tx, EventId(crate::uuid(n * 100)), "test.refused", &json!({}), now).await?;
                    Err::<(), _>(StoreError::Busy)
                })
            });
            refused.await.is_ok()
        })
    });
    let kept = join_all(writes)
        .await
        .into_iter()
        .filter(|result| matches!(result, Ok(true)))
        .count();
    assert_eq!(kept, 30);
    wait_for_head(&db, 30).await;
    let events = everything(&db).await;
    assert_eq!(events.len(), 30);
    assert_dense(&events);
    assert!(events.iter().all(|event| event.kind == "test.happened"));
    // The same id twice is a conflict, and leaves nothing either.
    assert!(
        matches!(append(&db, 0, 1).await, Err(StoreError::Conflict { constraint }) if constraint == "events_id_key")
    );
}

/// A follower that reads on from its cursor sees each event once, while transactions of very different length
/// commit in any order.
async fn a_reader_by_position_skips_nothing(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let _stamping = Stamping::start(&db, "a");
    let total = 400_u64;
    let follower = {
        let db = db.clone();
        tokio::spawn(async move {
            let mut changed = db.changed();
            let mut seen = Vec::new();
            while seen.len() < total as usize {
                let after = seen.last().copied().unwrap_or(0);
                let events = log::after(&mut db.reader().await.unwrap(), after, 37).await.unwrap();
                if events.is_empty() {
                    let _woken = tokio::time::timeout(Duration::from_secs(1), changed.changed()).await;
                }
                seen.extend(events.iter().map(|event| event.position));
            }
            seen
        })
    };
    let writes = (0..total).map(|n| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write("slow", move |tx| {
                Box::pin(async move {
                    let now = tx.now();
                    log::append(tx, EventId(crate::uuid(n)), "test.happened", &json!({ "n": n }), now).await?;
                    // Some hold their transaction open for many statements after the event was appended.
                    for _ in 0..(n % 7) * 10 {
                        log::time_of(tx, 1).await?;
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .await
        })
    });
    for result in join_all(writes).await {
        result.unwrap().unwrap();
    }
    let seen = tokio::time::timeout(Duration::from_secs(20), follower)
        .await
        .expect("no event is skipped")
        .unwrap();
    assert_eq!(seen, (1..=total as i64).collect::<Vec<_>>());
}

async fn two_stampers_do_no_harm(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    let other = guard.open().await;
    let stop = Arc::new(AtomicBool::new(false));
    let stampers: Vec<_> = [db.clone(), other.clone(), other.clone()]
        .into_iter()
        .map(|db| {
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    // A lost race is an error of this attempt and no more.
                    let _stamped = log::stamp(&db).await;
                }
            })
        })
        .collect();
    let writes = (0..200_u64).map(|n| {
        let db = if n % 2 == 0 { db.clone() } else { other.clone() };
        tokio::spawn(async move { append(&db, n, 2).await })
    });
    for result in join_all(writes).await {
        result.unwrap().unwrap();
    }
    wait_for_head(&db, 400).await;
    stop.store(true, Ordering::Relaxed);
    for stamper in stampers {
        stamper.await.unwrap();
    }
    let events = everything(&db).await;
    assert_eq!(events.len(), 400);
    assert_dense(&events);
    other.close().await;
}

/// For every position up to the head of a snapshot, what its transaction wrote is visible in that snapshot. Without
/// that, a page could be kept although it was rendered before the change that its position claims.
async fn the_head_of_a_snapshot_is_no_promise_too_much(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let _stamping = Stamping::start(&db, "a");
    db.write("create", |tx| {
        Box::pin(async move { tx.execute(MARKS, params![]).await })
    })
    .await
    .unwrap();
    let writers: Vec<_> = (0..8_u64)
        .map(|task| {
            let db = db.clone();
            tokio::spawn(async move {
                for n in 0..40_u64 {
                    let mark = task * 1000 + n;
                    db.write("both", move |tx| {
                        Box::pin(async move {
                            let now = tx.now();
                            log::append(
                                tx,
                                EventId(crate::uuid(mark)),
                                "test.marked",
                                &json!({ "n": mark }),
                                now,
                            )
                            .await?;
                            tx.execute(MARK, params![mark]).await
                        })
                    })
                    .await
                    .unwrap();
                }
            })
        })
        .collect();
    let mut looks = 0;
    while !writers.iter().all(tokio::task::JoinHandle::is_finished) || looks < 5 {
        let mut snapshot = db.snapshot().await.unwrap();
        let head = log::head(&mut snapshot).await.unwrap();
        let marks: HashSet<u64> = snapshot.all(MARKED, params![]).await.unwrap().into_iter().collect();
        let events = log::after(&mut snapshot, 0, 1_000_000).await.unwrap();
        assert_eq!(events.len() as i64, head, "the head is the number of stamped events");
        for event in &events {
            assert!(
                marks.contains(&event.data["n"].as_u64().unwrap()),
                "{event:?} is ahead of its change"
            );
        }
        if engine == Engine::Sqlite {
            assert_eq!(marks.len() as i64, head, "on SQLite the head is exact");
        }
        looks += 1;
    }
    for writer in writers {
        writer.await.unwrap();
    }
    wait_for_head(&db, 320).await;
}

async fn positions_come_from_two_processes_alike(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    let other = guard.open().await;
    let (_first, _second) = (Stamping::start(&db, "a"), Stamping::start(&other, "b"));
    let writes = (0..120_u64).map(|n| {
        let db = if n % 3 == 0 { other.clone() } else { db.clone() };
        tokio::spawn(async move { append(&db, n, 1).await })
    });
    for result in join_all(writes).await {
        result.unwrap().unwrap();
    }
    wait_for_head(&other, 120).await;
    assert_dense(&everything(&db).await);
    other.close().await;
}
