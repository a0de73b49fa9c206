//! Measures the store: durable writes and point reads, one JSON line a figure.
//!
//! `cargo run --release -p masthead-store --example store_bench --features testing -- URL [SECONDS]`; without a URL it
//! uses a new SQLite file in the folder for temporary files, which should lie on the disk that is meant.
#![allow(clippy::expect_used, clippy::print_stdout)]

use masthead_domain::ids::EventId;
use masthead_store::migrate::{self, BackupChoice};
use masthead_store::testing::TestClock;
use masthead_store::{Db, DbSettings, StoreError, followers, log};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

static NEXT: AtomicU64 = AtomicU64::new(1);

/// Like a saved story's event: about 600 bytes.
async fn write(db: &Db) -> Result<(), StoreError> {
    let n = NEXT.fetch_add(1, Ordering::Relaxed);
    db.write("bench", move |tx| {
        Box::pin(async move {
            let now = tx.now();
            let id = EventId(uuid::Uuid::from_u128(u128::from(n)));
            let data = serde_json::json!({ "n": n, "filling": "x".repeat(560) });
            log::append(tx, id, "bench.written", &data, now).await
        })
    })
    .await
}

/// Runs `tasks` loops of `work` for a while and prints the rate and the slow end of the times.
async fn measure<F>(figure: &str, tasks: usize, lasts: Duration, work: impl Fn() -> F + Clone + Send + 'static) -> f64
where
    F: Future<Output = Result<(), StoreError>> + Send,
{
    let stop = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let loops: Vec<_> = (0..tasks)
        .map(|_| {
            let (stop, work) = (Arc::clone(&stop), work.clone());
            tokio::spawn(async move {
                let mut times = Vec::new();
                while !stop.load(Ordering::Relaxed) {
                    let began = Instant::now();
                    work().await.expect("the measured call works");
                    times.push(began.elapsed());
                }
                times
            })
        })
        .collect();
    tokio::time::sleep(lasts).await;
    stop.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in loops {
        times.extend(task.await.expect("a task ends"));
    }
    let rate = times.len() as f64 / started.elapsed().as_secs_f64();
    times.sort_unstable();
    let part = |share: f64| {
        times
            .get((times.len() as f64 * share) as usize)
            .copied()
            .unwrap_or_default()
            .as_micros()
    };
    println!(
        "{{\"figure\":\"{figure}\",\"tasks\":{tasks},\"per_second\":{rate:.0},\"p50_us\":{},\"p99_us\":{}}}",
        part(0.5),
        part(0.99)
    );
    rate
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = tempfile::tempdir().expect("a folder can be made");
    let url = arguments
        .next()
        .unwrap_or_else(|| format!("sqlite:{}", folder.path().join("bench.db").display()));
    let lasts = Duration::from_secs(arguments.next().and_then(|text| text.parse().ok()).unwrap_or(4));
    let settings = DbSettings::new(url);
    let clock = Arc::new(TestClock::default());
    migrate::run(&settings, clock.clone(), BackupChoice::None)
        .await
        .expect("the database can be migrated");
    let db = Db::open(&settings, clock).await.expect("the database can be opened");
    let stamper = tokio::spawn(log::run_stamper(db.clone(), "bench".to_owned()));
    let engine = db.engine();

    for tasks in [1, 16, 64, 256] {
        let writer = db.clone();
        measure(&format!("{engine} durable writes"), tasks, lasts, move || {
            let db = writer.clone();
            async move { write(&db).await }
        })
        .await;
    }
    db.write("cursor", |tx| {
        Box::pin(async move {
            let now = tx.now();
            followers::advance(tx, "bench", "n1", 1, now).await
        })
    })
    .await
    .expect("a cursor can be written");
    let read = |db: Db| {
        move || {
            let db = db.clone();
            async move {
                let mut conn = db.reader().await?;
                followers::cursor(&mut conn, "bench", "n1").await.map(|_| ())
            }
        }
    };
    for tasks in [1, 8] {
        measure(&format!("{engine} point reads"), tasks, lasts, read(db.clone())).await;
    }
    let busy = Arc::new(AtomicBool::new(true));
    let writers: Vec<_> = (0..16)
        .map(|_| {
            let (db, busy) = (db.clone(), Arc::clone(&busy));
            tokio::spawn(async move {
                while busy.load(Ordering::Relaxed) {
                    write(&db).await.expect("a write works");
                }
            })
        })
        .collect();
    measure(
        &format!("{engine} point reads beside 16 writers"),
        1,
        lasts,
        read(db.clone()),
    )
    .await;
    busy.store(false, Ordering::Relaxed);
    for writer in writers {
        writer.await.expect("a writer ends");
    }
    stamper.abort();
    db.close().await;
}
