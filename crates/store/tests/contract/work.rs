//! Jobs, leases and cursors.

use futures::future::join_all;
use masthead_domain::time::Timestamp;
use masthead_store::jobs::{self, Job, Lane};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, StoreError, followers, leases};
use serde_json::json;
use std::collections::HashMap;

cases!(
    a_job_is_scheduled_moved_and_cancelled,
    each_job_is_claimed_once,
    a_lane_is_not_in_the_way_of_another,
    an_expired_claim_is_taken_over,
    a_new_schedule_survives_the_end_of_the_old_run,
    held_jobs_wait_until_they_are_let_go,
    a_lease_has_one_holder_and_fences_the_last,
    only_one_of_many_gets_the_lease,
    cursors_only_move_forward,
);

async fn schedule(db: &Db, key: &str, due_at: Timestamp) {
    let key = key.to_owned();
    db.write("schedule", move |tx| {
        let key = key.clone();
        Box::pin(async move { jobs::schedule(tx, "release", &key, due_at, &json!({ "story": key })).await })
    })
    .await
    .unwrap();
}

async fn claim(db: &Db, node: &'static str, limit: u32) -> Vec<Job> {
    claim_in(db, Lane::Prompt, node, limit).await
}

async fn claim_in(db: &Db, lane: Lane, node: &'static str, limit: u32) -> Vec<Job> {
    db.write("claim", move |tx| {
        Box::pin(async move {
            let now = tx.now();
            jobs::claim_due(tx, lane, now, node, limit, 30).await
        })
    })
    .await
    .unwrap()
}

async fn finish(db: &Db, id: masthead_domain::ids::JobId) -> bool {
    db.write("finish", move |tx| Box::pin(jobs::finish(tx, id)))
        .await
        .unwrap()
}

async fn next_due(db: &Db) -> Option<Timestamp> {
    jobs::next_due(&mut db.reader().await.unwrap(), Lane::Prompt)
        .await
        .unwrap()
}

async fn a_job_is_scheduled_moved_and_cancelled(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    let now = db.now();
    assert_eq!(next_due(&db).await, None);
    schedule(&db, "b", now.plus_seconds(20)).await;
    schedule(&db, "a", now.plus_seconds(10)).await;
    assert_eq!(next_due(&db).await, Some(now.plus_seconds(10)));
    schedule(&db, "a", now.plus_seconds(30)).await;
    assert_eq!(next_due(&db).await, Some(now.plus_seconds(20)));
    assert!(claim(&db, "n1", 10).await.is_empty());
    guard.clock.step(20);
    let due = claim(&db, "n1", 10).await;
    assert_eq!(due.len(), 1);
    assert_eq!(
        (due[0].key.as_str(), due[0].attempts, &due[0].payload),
        ("b", 1, &json!({ "story": "b" }))
    );
    assert!(finish(&db, due[0].id).await);
    assert!(!finish(&db, due[0].id).await);
    let cancel = |key: &'static str| db.write("cancel", move |tx| Box::pin(jobs::cancel(tx, "release", key)));
    assert!(cancel("a").await.unwrap());
    assert!(!cancel("a").await.unwrap());
    assert_eq!(next_due(&db).await, None);
}

async fn each_job_is_claimed_once(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    for n in 0..60 {
        schedule(&db, &format!("job {n}"), db.now()).await;
    }
    guard.clock.step(1);
    let claimers = ["n1", "n2", "n3", "n4", "n5", "n6"].map(|node| {
        let db = db.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let jobs = claim(&db, node, 7).await;
                if jobs.is_empty() {
                    return mine;
                }
                mine.extend(jobs.into_iter().map(|job| job.key));
            }
        })
    });
    let mut times: HashMap<String, u32> = HashMap::new();
    for mine in join_all(claimers).await {
        mine.unwrap()
            .into_iter()
            .for_each(|key| *times.entry(key).or_default() += 1);
    }
    assert_eq!(times.len(), 60);
    assert!(times.values().all(|count| *count == 1), "{times:?}");
}

async fn a_lane_is_not_in_the_way_of_another(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    let due = db.now();
    db.write("schedule", move |tx| {
        Box::pin(async move {
            for n in 0..20 {
                jobs::schedule_in(tx, Lane::Idle, "encode", &n.to_string(), due, &json!(null)).await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
    assert_eq!(next_due(&db).await, None, "nothing waits in this lane");
    schedule(&db, "a", due.plus_seconds(1)).await;
    guard.clock.step(1);
    let prompt = claim(&db, "n1", 5).await;
    assert_eq!(prompt.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), ["a"]);
    assert_eq!(claim_in(&db, Lane::Idle, "n1", 50).await.len(), 20);
    guard.clock.step(31);
    assert_eq!(
        claim(&db, "n2", 50).await.len(),
        1,
        "an expired claim stays in its lane"
    );
    // Whoever schedules a job anew says where it stands.
    schedule(&db, "b", db.now()).await;
    let now = db.now();
    db.write("schedule", move |tx| {
        Box::pin(async move { jobs::schedule_in(tx, Lane::Mail, "release", "b", now, &json!(null)).await })
    })
    .await
    .unwrap();
    assert!(claim(&db, "n1", 5).await.is_empty());
    assert_eq!(claim_in(&db, Lane::Mail, "n1", 5).await.len(), 1);
}

async fn an_expired_claim_is_taken_over(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    schedule(&db, "a", db.now()).await;
    let first = claim(&db, "n1", 5).await;
    assert_eq!(next_due(&db).await, Some(db.now().plus_seconds(30)));
    assert!(claim(&db, "n2", 5).await.is_empty());
    guard.clock.step(31);
    let second = claim(&db, "n2", 5).await;
    assert_eq!((second.len(), second[0].attempts), (1, 2));
    // Whoever comes first has done it; the other learns it.
    assert!(finish(&db, second[0].id).await);
    assert!(!finish(&db, first[0].id).await);

    schedule(&db, "b", db.now()).await;
    let job = claim(&db, "n1", 5).await.remove(0);
    let later = db.now().plus_seconds(60);
    let id = job.id;
    let retried = db
        .write("retry", move |tx| Box::pin(jobs::retry(tx, id, later, "it\0 failed")))
        .await
        .unwrap();
    assert!(retried);
    let list = jobs::list(&mut db.reader().await.unwrap(), 10).await.unwrap();
    assert_eq!(
        (list[0].state.as_str(), list[0].last_error.as_deref()),
        ("waiting", Some("it\u{FFFD} failed"))
    );
    assert_eq!(next_due(&db).await, Some(later));
}

async fn a_new_schedule_survives_the_end_of_the_old_run(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    schedule(&db, "a", db.now()).await;
    let running = claim(&db, "n1", 5).await.remove(0);
    schedule(&db, "a", db.now()).await;
    assert!(
        !finish(&db, running.id).await,
        "the run that ends is no longer the one that is wanted"
    );
    let again = claim(&db, "n2", 5).await.remove(0);
    assert_ne!(again.id, running.id);
    assert!(!finish(&db, running.id).await);
    assert!(finish(&db, again.id).await);
}

async fn held_jobs_wait_until_they_are_let_go(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    schedule(&db, "a", db.now()).await;
    schedule(&db, "b", db.now()).await;
    let running = claim(&db, "n1", 1).await.remove(0);
    assert_eq!(db.write("hold", |tx| Box::pin(jobs::hold_all(tx))).await.unwrap(), 2);
    assert!(!finish(&db, running.id).await);
    assert!(claim(&db, "n1", 5).await.is_empty());
    assert_eq!(jobs::held(&mut db.reader().await.unwrap()).await.unwrap(), 2);
    assert_eq!(db.write("let go", |tx| Box::pin(jobs::let_go(tx))).await.unwrap(), 2);
    assert_eq!(claim(&db, "n1", 5).await.len(), 2);
}

async fn a_lease_has_one_holder_and_fences_the_last(engine: Engine) {
    let (db, guard) = TestDb::new(engine).await;
    let mut first = leases::take(&db, "purge", "n1", 10).await.unwrap().unwrap();
    assert_eq!(first.fence, 1);
    assert_eq!(leases::take(&db, "purge", "n2", 10).await.unwrap(), None);
    guard.clock.step(5);
    let again = leases::take(&db, "purge", "n1", 10).await.unwrap().unwrap();
    assert_eq!((again.fence, again.expires_at), (1, db.now().plus_seconds(10)));
    guard.clock.step(11);
    let second = leases::take(&db, "purge", "n2", 10).await.unwrap().unwrap();
    assert_eq!(second.fence, 2);
    let stale = first.clone();
    let guarded = |lease: leases::Lease| {
        db.write("guard", move |tx| {
            let lease = lease.clone();
            Box::pin(async move {
                let now = tx.now();
                leases::guard(tx, &lease, now).await
            })
        })
    };
    assert!(!guarded(stale).await.unwrap());
    assert!(guarded(second.clone()).await.unwrap());
    let renewed = db
        .write("renew", move |tx| {
            let mut lease = first.clone();
            Box::pin(async move {
                let now = tx.now();
                leases::renew(tx, &mut lease, now, 10).await
            })
        })
        .await
        .unwrap();
    assert!(!renewed, "the lease has passed to another");
    first = second.clone();
    db.write("release", move |tx| {
        let lease = first.clone();
        Box::pin(async move { leases::release(tx, &lease).await })
    })
    .await
    .unwrap();
    assert_eq!(leases::take(&db, "purge", "n1", 10).await.unwrap().unwrap().fence, 3);
    assert_eq!(leases::list(&mut db.reader().await.unwrap()).await.unwrap().len(), 1);
}

async fn only_one_of_many_gets_the_lease(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let tries = (0..40).map(|n| {
        let db = db.clone();
        tokio::spawn(async move { leases::take(&db, "network", &format!("n{n}"), 10).await.unwrap() })
    });
    let held: Vec<_> = join_all(tries).await.into_iter().filter_map(Result::unwrap).collect();
    assert_eq!(held.len(), 1, "{held:?}");
}

async fn cursors_only_move_forward(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let read = async |node: &'static str| {
        followers::cursor(&mut db.reader().await.unwrap(), "press", node)
            .await
            .unwrap()
    };
    assert_eq!(read("n1").await, None);
    for position in [0, 5, 3, 9, 9, 2] {
        db.write("advance", move |tx| {
            Box::pin(async move {
                let now = tx.now();
                followers::advance(tx, "press", "n1", position, now).await?;
                followers::advance(tx, "press", followers::ANY_NODE, 1, now).await
            })
        })
        .await
        .unwrap();
    }
    assert_eq!(read("n1").await, Some(9));
    assert_eq!(read(followers::ANY_NODE).await, Some(1));
    let list = followers::list(&mut db.reader().await.unwrap()).await.unwrap();
    assert_eq!(list.len(), 2);
    let forget = db
        .write("forget", |tx| Box::pin(followers::forget(tx, "press", "n1")))
        .await;
    assert_eq!(forget, Ok::<_, StoreError>(true));
    assert_eq!(read("n1").await, None);
}
