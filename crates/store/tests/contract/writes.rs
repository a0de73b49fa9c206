//! Transactions: all or nothing, races lose nothing, and one bad job harms no other.

use futures::future::join_all;
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, Row, StoreError, Tx, params, queries};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

cases!(
    conflicts_have_the_same_names,
    one_of_two_hundred_gets_the_name,
    counters_lose_nothing,
    write_skew_is_prevented,
    a_failing_job_harms_no_other,
    a_panic_harms_no_other,
    nobody_goes_on_after_a_failed_statement,
    the_callers_error_comes_back,
    a_dropped_write_leaves_nothing_open,
);

queries! {
    PARENTS = sqlite "create table parents (id integer primary key, name text not null, \
                      constraint parents_name_short check (length(name) < 20), unique (name))",
        postgres "create table parents (id bigint primary key, name text collate \"C\" not null, \
                  constraint parents_name_short check (length(name) < 20), unique (name))";
    CHILDREN = sqlite "create table children (parent integer not null references parents (id), n integer not null)",
        postgres "create table children (parent bigint not null references parents (id), n bigint not null)";
    PARENT = "insert into parents (id, name) values ($1, $2)";
    CHILD = "insert into children (parent, n) values ($1, $2)";
    TAKEN = "select id from parents where name = $1";
    COUNT = "select count(*) from parents";
    NAMES = "select name from parents order by name";
    TOTAL = "select cast(coalesce(sum(n), 0) as bigint) from children";
    READ_N = "select n from children where parent = $1";
    SET_N = "update children set n = $2 where parent = $1";
}

#[derive(Debug, PartialEq)]
enum Refusal {
    Taken,
    Store(StoreError),
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

async fn tables(engine: Engine) -> (Db, TestDb) {
    let (db, guard) = TestDb::new(engine).await;
    db.write("create", |tx| {
        Box::pin(async move {
            tx.execute(PARENTS, params![]).await?;
            tx.execute(CHILDREN, params![]).await
        })
    })
    .await
    .unwrap();
    (db, guard)
}

async fn parent(db: &Db, id: i64, name: &'static str) -> Result<u64, StoreError> {
    db.write("parent", move |tx| {
        Box::pin(async move { tx.execute(PARENT, params![id, name]).await })
    })
    .await
}

async fn number(db: &Db, query: masthead_store::Query) -> i64 {
    db.reader().await.unwrap().one(query, params![]).await.unwrap()
}

async fn conflicts_have_the_same_names(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    assert_eq!(parent(&db, 1, "one").await, Ok(1));
    let conflict = |name: &str| {
        Err(StoreError::Conflict {
            constraint: name.to_owned(),
        })
    };
    assert_eq!(parent(&db, 2, "one").await, conflict("parents_name_key"));
    assert_eq!(parent(&db, 1, "two").await, conflict("parents_pkey"));
    assert_eq!(
        parent(&db, 3, "far longer than it may be").await,
        conflict("parents_name_short")
    );
    let null = db
        .write("null", |tx| {
            Box::pin(async move { tx.execute(PARENT, params![4, None::<String>]).await })
        })
        .await;
    assert_eq!(null, conflict("parents_name_not_null"));
    let orphan = db
        .write("orphan", |tx| {
            Box::pin(async move { tx.execute(CHILD, params![77, 1]).await })
        })
        .await;
    assert_eq!(orphan, conflict("foreign_key"));
    assert_eq!(number(&db, COUNT).await, 1);
}

async fn one_of_two_hundred_gets_the_name(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    let tries = (0..200_i64).map(|n| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write("take", move |tx| {
                Box::pin(async move {
                    if tx.optional::<i64>(TAKEN, params!["wanted"]).await?.is_some() {
                        return Err(Refusal::Taken);
                    }
                    tx.execute(PARENT, params![n, "wanted"]).await?;
                    Ok(n)
                })
            })
            .await
        })
    });
    let results: Vec<Result<i64, Refusal>> = join_all(tries).await.into_iter().map(Result::unwrap).collect();
    let winners: Vec<i64> = results
        .iter()
        .filter_map(|result| result.as_ref().ok().copied())
        .collect();
    assert_eq!(winners.len(), 1);
    let others: Vec<_> = results
        .iter()
        .filter(|result| **result == Err(Refusal::Taken))
        .collect();
    assert_eq!(others.len(), 199, "{results:?}");
    let owner: i64 = db.reader().await.unwrap().one(TAKEN, params!["wanted"]).await.unwrap();
    assert_eq!(owner, winners[0]);
}

async fn counters_lose_nothing(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    parent(&db, 1, "counter").await.unwrap();
    db.write("child", |tx| {
        Box::pin(async move { tx.execute(CHILD, params![1, 0]).await })
    })
    .await
    .unwrap();
    let adds = (0..64).map(|_| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write("add", |tx| {
                Box::pin(async move {
                    let n: i64 = tx.one(READ_N, params![1]).await?;
                    tx.execute(SET_N, params![1, n + 1]).await
                })
            })
            .await
        })
    });
    for result in join_all(adds).await {
        assert_eq!(result.unwrap(), Ok(1));
    }
    assert_eq!(number(&db, TOTAL).await, 64);
}

/// Two that each look at what the other changes: under snapshots alone both would go through.
async fn write_skew_is_prevented(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    for round in 0..10_i64 {
        let rivals = (0..2_i64).map(|side| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write("skew", move |tx| {
                    Box::pin(async move {
                        let held: i64 = tx.one(COUNT, params![]).await?;
                        if held > round {
                            return Err(Refusal::Taken);
                        }
                        tx.execute(PARENT, params![round * 2 + side, format!("{round}-{side}")])
                            .await?;
                        Ok(())
                    })
                })
                .await
            })
        });
        let results: Vec<_> = join_all(rivals).await.into_iter().map(Result::unwrap).collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
    }
}

async fn a_failing_job_harms_no_other(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    let jobs = (0..120_i64).map(|n| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write("mixed", move |tx| {
                Box::pin(async move {
                    tx.execute(PARENT, params![n, format!("n{n:03}")]).await?;
                    if n % 3 == 0 {
                        // Breaks the reference, or gives up by itself, after it wrote something.
                        tx.execute(CHILD, params![9999, 1]).await?;
                    } else if n % 3 == 1 {
                        return Err(Refusal::Taken);
                    }
                    Ok(())
                })
            })
            .await
        })
    });
    for (n, result) in join_all(jobs).await.into_iter().enumerate() {
        assert_eq!(result.unwrap().is_ok(), n % 3 == 2, "job {n}");
    }
    let names: Vec<String> = db.reader().await.unwrap().all(NAMES, params![]).await.unwrap();
    let wanted: Vec<String> = (0..120).filter(|n| n % 3 == 2).map(|n| format!("n{n:03}")).collect();
    assert_eq!(names, wanted);
}

async fn a_panic_harms_no_other(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    let jobs = (0..30_i64).map(|n| {
        let db = db.clone();
        tokio::spawn(async move {
            db.write("panics", move |tx| {
                Box::pin(async move {
                    tx.execute(PARENT, params![n, format!("n{n:03}")]).await?;
                    assert!(n % 2 == 0, "this panic is part of the test");
                    Ok::<_, StoreError>(())
                })
            })
            .await
        })
    });
    for (n, result) in join_all(jobs).await.into_iter().enumerate() {
        match result.unwrap() {
            Ok(()) => assert!(n % 2 == 0),
            Err(StoreError::Bug(text)) => assert!(n % 2 == 1 && text.contains("panics panicked"), "{text}"),
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(number(&db, COUNT).await, 15);
    assert_eq!(parent(&db, 1000, "still works").await, Ok(1));
}

/// On SQLite only: elsewhere a closure could in fact wait, and this is what keeps all of them from it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_awaits_something_else_ends() {
    let (db, _guard) = tables(Engine::Sqlite).await;
    let error = db
        .write("sleeps", |tx: &mut Tx| {
            Box::pin(async move {
                tx.execute(PARENT, params![1, "one"]).await?;
                tokio::task::yield_now().await;
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StoreError::Bug(text) if text.contains("sleeps awaited")),
        "{error}"
    );
    assert_eq!(number(&db, COUNT).await, 0);
}

async fn nobody_goes_on_after_a_failed_statement(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    parent(&db, 1, "one").await.unwrap();
    let error = db
        .write("swallows", |tx| {
            Box::pin(async move {
                tx.execute(PARENT, params![2, "two"]).await?;
                let ignored = tx.execute(PARENT, params![3, "one"]).await;
                assert!(ignored.is_err());
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&error, StoreError::Bug(text) if text.contains("swallows went on")),
        "{error}"
    );
    assert_eq!(number(&db, COUNT).await, 1);
}

async fn the_callers_error_comes_back(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    let runs = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&runs);
    let result: Result<(), Refusal> = db
        .write("refuses", move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            Box::pin(async move {
                tx.execute(PARENT, params![1, "one"]).await?;
                Err(Refusal::Taken)
            })
        })
        .await;
    assert_eq!(result, Err(Refusal::Taken));
    assert_eq!(runs.load(Ordering::SeqCst), 1);
    assert_eq!(number(&db, COUNT).await, 0);
}

/// A caller that goes away (a closed connection) must not leave its transaction open in the pool.
async fn a_dropped_write_leaves_nothing_open(engine: Engine) {
    let (db, _guard) = tables(engine).await;
    for n in 0..40_i64 {
        let write = db.write("dropped", move |tx| {
            Box::pin(async move {
                tx.execute(PARENT, params![n, format!("n{n:03}")]).await?;
                tx.execute(CHILD, params![n, 1]).await
            })
        });
        // Ends it somewhere in the middle.
        let _either = tokio::time::timeout(std::time::Duration::from_micros(n as u64 * 100), write).await;
    }
    parent(&db, 1000, "after").await.unwrap();
    struct Pair(i64, i64);
    impl masthead_store::FromRow for Pair {
        fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
            Ok(Self(row.next()?, row.next()?))
        }
    }
    queries! { PAIR = "select (select count(*) from parents), (select count(*) from children)"; }
    let _used = ALL;
    let pair: Pair = db.reader().await.unwrap().one(PAIR, params![]).await.unwrap();
    assert_eq!(pair.0, pair.1 + 1, "every write is whole or absent");
}
