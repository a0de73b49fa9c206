//! Values go in and come out alike on both engines, and what doesn't fit is an error with a name.

use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, Json, StoreError, from_row, params, queries};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

cases!(
    every_type_survives,
    null_fits_every_column,
    nul_is_refused_in_text,
    lists_select_and_exclude,
    text_is_ordered_by_bytes,
    pages_by_key_miss_nothing,
    misfits_name_query_and_column,
    wrong_parameter_counts_are_bugs,
);

queries! {
    /// Booleans and ids are where the engines' types differ.
    CREATE = sqlite "create table sample (id blob primary key, n integer, yes integer, ratio real, words text, bytes blob)",
        postgres "create table sample (id uuid primary key, n bigint, yes boolean, ratio double precision, \
                  words text collate \"C\", bytes bytea)";
    INSERT = "insert into sample (id, n, yes, ratio, words, bytes) values ($1, $2, $3, $4, $5, $6)";
    READ = "select id, n, yes, ratio, words, bytes from sample where id = $1";
    /// The arguments are named out of order on purpose.
    SWAPPED = "select cast($2 as text), cast($1 as text)";
    COMPARED = "select n > 1, 2 > 1, n is null from sample where id = $1";
    IN_IDS = "select words from sample where id in {list:$1} order by n";
    NOT_IN_WORDS = "select words from sample where words not in {list:$1} order by n";
    IN_NUMBERS = "select words from sample where n in {list:$1} and yes = $2 order by n";
    ORDERED = "select words from sample order by words";
    FIRST_PAGE = "select n, id from sample order by n desc, id desc limit $1";
    NEXT_PAGE = "select n, id from sample where (n, id) < ($2, $3) order by n desc, id desc limit $1";
}

#[derive(Debug, PartialEq)]
struct Sample {
    id: StoryId,
    n: Option<i64>,
    yes: Option<bool>,
    ratio: Option<f64>,
    words: Option<String>,
    bytes: Option<Vec<u8>>,
}

from_row!(Sample {
    id,
    n,
    yes,
    ratio,
    words,
    bytes
});

async fn table(engine: Engine) -> (Db, TestDb) {
    let (db, guard) = TestDb::new(engine).await;
    db.write("create", |tx| {
        Box::pin(async move { tx.execute(CREATE, params![]).await })
    })
    .await
    .unwrap();
    (db, guard)
}

async fn put(db: &Db, id: Uuid, n: i64, yes: bool, words: &str) {
    let words = words.to_owned();
    db.write("put", move |tx| {
        let words = words.clone();
        Box::pin(async move {
            tx.execute(INSERT, params![id, n, yes, None::<f64>, &words, None::<Vec<u8>>])
                .await
        })
    })
    .await
    .unwrap();
}

async fn every_type_survives(engine: Engine) {
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        title: String,
        tags: Vec<String>,
    }
    let (db, _guard) = table(engine).await;
    let id = StoryId(crate::uuid(1));
    let words = "Ünïcode ☃ 𝔊 ‏עברית\u{200d} 'quoted' \"$1\" ?1 \\ \n";
    db.write("put", move |tx| {
        Box::pin(async move {
            let bytes: &[u8] = &[0, 1, 255, 39];
            tx.execute(INSERT, params![id, i64::MIN, true, 1.0e-300, words, bytes])
                .await
        })
    })
    .await
    .unwrap();
    let mut conn = db.reader().await.unwrap();
    let read: Sample = conn.one(READ, params![id]).await.unwrap();
    let wanted = Sample {
        id,
        n: Some(i64::MIN),
        yes: Some(true),
        ratio: Some(1.0e-300),
        words: Some(words.to_owned()),
        bytes: Some(vec![0, 1, 255, 39]),
    };
    assert_eq!(read, wanted);

    let swapped: (String, String) = conn.one(SWAPPED, params!["one", "two"]).await.unwrap();
    assert_eq!(swapped, ("two".to_owned(), "one".to_owned()));
    let compared: (bool, bool, bool) = conn.one(COMPARED, params![id]).await.unwrap();
    assert_eq!(compared, (false, true, false));

    let inner = Inner {
        title: "a \"b\" ☃".to_owned(),
        tags: vec!["x".to_owned(), String::new()],
    };
    let json: (String, Json<Inner>) = conn.one(SWAPPED, params![Json(&inner), "x"]).await.unwrap();
    assert_eq!(json.1.0, inner);
    let optional: Option<Sample> = conn.optional(READ, params![crate::uuid(404)]).await.unwrap();
    assert_eq!(optional, None);
    let missing = conn.one::<Sample>(READ, params![crate::uuid(404)]).await;
    assert_eq!(missing.unwrap_err(), StoreError::NoRow { query: READ.name() });
}

async fn null_fits_every_column(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let id = StoryId(crate::uuid(1));
    db.write("put", move |tx| {
        Box::pin(async move {
            let none = (None::<i64>, None::<bool>, None::<f64>, None::<String>);
            tx.execute(INSERT, params![id, none.0, none.1, none.2, none.3, None::<&[u8]>])
                .await
        })
    })
    .await
    .unwrap();
    let read: Sample = db.reader().await.unwrap().one(READ, params![id]).await.unwrap();
    assert_eq!(
        read,
        Sample {
            id,
            n: None,
            yes: None,
            ratio: None,
            words: None,
            bytes: None
        }
    );
}

async fn nul_is_refused_in_text(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let mut conn = db.reader().await.unwrap();
    let refused = conn
        .one::<(String, String)>(SWAPPED, params!["a", "b\0c"])
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, StoreError::Bug(text) if text.contains("$2") && text.contains("U+0000")),
        "{refused}"
    );
    let list = vec!["a".to_owned(), "\0".to_owned()];
    assert!(conn.all::<String>(NOT_IN_WORDS, params![&list]).await.is_err());
    // The connection is as good as before.
    conn.one::<(String, String)>(SWAPPED, params!["a", "b"]).await.unwrap();
}

async fn lists_select_and_exclude(engine: Engine) {
    let (db, _guard) = table(engine).await;
    for n in 1..=5_u64 {
        put(&db, crate::uuid(n), n as i64, n % 2 == 0, &format!("w{n}")).await;
    }
    let mut conn = db.reader().await.unwrap();
    let ids = vec![
        StoryId(crate::uuid(4)),
        StoryId(crate::uuid(2)),
        StoryId(crate::uuid(99)),
    ];
    let found: Vec<String> = conn.all(IN_IDS, params![&ids]).await.unwrap();
    assert_eq!(found, ["w2", "w4"]);
    let none: Vec<String> = conn.all(IN_IDS, params![&Vec::<SiteId>::new()]).await.unwrap();
    assert!(none.is_empty());
    let words = vec!["w1".to_owned(), "w'5".to_owned()];
    let found: Vec<String> = conn.all(NOT_IN_WORDS, params![&words]).await.unwrap();
    assert_eq!(found, ["w2", "w3", "w4", "w5"]);
    let found: Vec<String> = conn
        .all(IN_NUMBERS, params![&vec![1_i64, 2, 3, 4], false])
        .await
        .unwrap();
    assert_eq!(found, ["w1", "w3"]);
    let many: Vec<Uuid> = (0..20_000).map(crate::uuid).collect();
    let found: Vec<String> = conn.all(IN_IDS, params![&many]).await.unwrap();
    assert_eq!(found.len(), 5);
}

async fn text_is_ordered_by_bytes(engine: Engine) {
    let (db, _guard) = table(engine).await;
    for (n, word) in ["b", "B", "a", "é", "_", "Z", "aa", "A b", "Ab"]
        .into_iter()
        .enumerate()
    {
        put(&db, crate::uuid(n as u64), n as i64, true, word).await;
    }
    let found: Vec<String> = db.reader().await.unwrap().all(ORDERED, params![]).await.unwrap();
    let mut wanted = found.clone();
    wanted.sort();
    assert_eq!(found, wanted);
}

async fn pages_by_key_miss_nothing(engine: Engine) {
    let (db, _guard) = table(engine).await;
    // Many share a key, so that only the id tells them apart.
    for n in 0..57_u64 {
        put(&db, crate::uuid(n), (n / 10) as i64, true, "x").await;
    }
    let mut conn = db.reader().await.unwrap();
    let mut seen: Vec<(i64, Uuid)> = conn.all(FIRST_PAGE, params![7]).await.unwrap();
    loop {
        let (n, id) = *seen.last().unwrap();
        let page: Vec<(i64, Uuid)> = conn.all(NEXT_PAGE, params![7, n, id]).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let mut wanted = seen.clone();
    wanted.sort_by(|a, b| b.cmp(a));
    wanted.dedup();
    assert_eq!(seen.len(), 57);
    assert_eq!(seen, wanted);
}

async fn misfits_name_query_and_column(engine: Engine) {
    let (db, _guard) = table(engine).await;
    put(&db, crate::uuid(1), 300, true, "not json").await;
    let mut conn = db.reader().await.unwrap();
    let id = crate::uuid(1);
    let column = |error: StoreError| match error {
        StoreError::Row { query, column, detail } => {
            assert_eq!(query, READ.name());
            assert!(!detail.contains("not json"), "values stay out of messages: {detail}");
            column
        }
        other => panic!("{other}"),
    };
    type Six<A, B, C, D, E, F> = (A, B, C, D, E, F);
    let wrong = conn
        .one::<Six<Uuid, String, bool, Option<f64>, String, Option<Vec<u8>>>>(READ, params![id])
        .await;
    assert_eq!(column(wrong.unwrap_err()), "n");
    let narrow = conn
        .one::<Six<Uuid, u8, bool, Option<f64>, String, Option<Vec<u8>>>>(READ, params![id])
        .await;
    assert_eq!(column(narrow.unwrap_err()), "n");
    let null = conn
        .one::<Six<Uuid, i64, bool, f64, String, Option<Vec<u8>>>>(READ, params![id])
        .await;
    assert_eq!(column(null.unwrap_err()), "ratio");
    let json = conn
        .one::<Six<Uuid, i64, bool, Option<f64>, Json<Vec<i64>>, Option<Vec<u8>>>>(READ, params![id])
        .await;
    assert_eq!(column(json.unwrap_err()), "words");
    let few = conn.one::<(Uuid, Timestamp)>(READ, params![id]).await;
    assert_eq!(column(few.unwrap_err()), "yes");
    type Seven = (Uuid, i64, bool, Option<f64>, String, Option<Vec<u8>>, i64);
    assert_eq!(
        column(conn.one::<Seven>(READ, params![id]).await.unwrap_err()),
        "number 7"
    );
}

async fn wrong_parameter_counts_are_bugs(engine: Engine) {
    let (db, _guard) = table(engine).await;
    let mut conn = db.reader().await.unwrap();
    for given in [params![], params![crate::uuid(1), 2_i64]] {
        let error = conn.all::<Sample>(READ, given).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Bug(text) if text.contains(READ.name())),
            "{error}"
        );
    }
    let bug = |error: StoreError| {
        assert!(
            matches!(&error, StoreError::Bug(text) if text.contains("list")),
            "{error}"
        )
    };
    bug(conn.all::<String>(IN_IDS, params!["no list"]).await.unwrap_err());
    bug(conn.all::<String>(IN_IDS, params![None::<i64>]).await.unwrap_err());
    bug(conn
        .all::<Sample>(READ, params![&vec![crate::uuid(1)]])
        .await
        .unwrap_err());
    // The wrong kind of list is PostgreSQL's to notice; SQLite compares and finds nothing.
    let ids: Result<Vec<String>, _> = conn.all(IN_IDS, params![&vec![1_i64]]).await;
    assert!(if engine == Engine::Postgres {
        ids.is_err()
    } else {
        ids == Ok(Vec::new())
    });
}
