//! Listings: kept by source and identity, shown until they are over, found by words, price, date and place.

use crate::uuid;
use masthead_domain::ids::{AccountId, ListingId, SiteId};
use masthead_domain::listings::{Category, Entry, Price, Span, State};
use masthead_domain::places::{Bounds, Point};
use masthead_domain::time::Timestamp;
use masthead_store::listings::{self, Decision, Listing};
use masthead_store::public::{self, Wanted};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine};

cases!(
    what_is_over_or_refused_is_not_shown,
    filters_and_order,
    near_is_near_over_the_date_line_too,
    a_source_that_sends_it_again_changes_no_decision,
);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn nowhere() -> SiteId {
    SiteId(uuid(99))
}

fn listing(number: u64, category: Category, title: &str) -> Listing {
    let entry = Entry {
        title: title.into(),
        text: "Some 100% of it".into(),
        ..Entry::default()
    };
    Listing {
        id: ListingId(uuid(number)),
        site: None,
        category,
        source: "homes".into(),
        state: State::Shown,
        turn: entry.turn(category, at(number.try_into().unwrap()), at(0)),
        entry,
        provider: "Homes".into(),
        credit: String::new(),
        place: None,
        published_at: at(number.try_into().unwrap()),
        account: None,
        reason: String::new(),
        changed_at: at(number.try_into().unwrap()),
    }
}

async fn put(db: &Db, all: Vec<Listing>) {
    db.write("put", move |tx| {
        let all = all.clone();
        Box::pin(async move {
            for one in &all {
                listings::put(tx, one).await?;
            }
            Ok::<_, masthead_store::StoreError>(())
        })
    })
    .await
    .unwrap();
}

async fn titles(db: &Db, now: i64, category: Category, wanted: &Wanted) -> Vec<String> {
    let mut conn = db.reader().await.unwrap();
    let start = (i64::MIN, ListingId(uuid(0)));
    let found = public::listed(&mut conn, at(now), (nowhere(), category), wanted, start, 10)
        .await
        .unwrap();
    found.into_iter().map(|one| one.entry.title).collect()
}

async fn what_is_over_or_refused_is_not_shown(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let mut over = listing(1, Category::Jobs, "Over");
    over.entry.expires = Some(at(100));
    over.turn = over.entry.turn(over.category, at(1), at(0));
    let mut waiting = listing(2, Category::Jobs, "Waiting");
    waiting.state = State::Waiting;
    waiting.account = Some(AccountId(uuid(7)));
    waiting.source.clear();
    put(
        &db,
        vec![
            over,
            waiting,
            listing(3, Category::Jobs, "Shown"),
            listing(4, Category::Property, "A house"),
        ],
    )
    .await;
    let wanted = Wanted::default();
    assert_eq!(titles(&db, 50, Category::Jobs, &wanted).await, ["Shown", "Over"]);
    assert_eq!(titles(&db, 100, Category::Jobs, &wanted).await, ["Shown"]);
    let mut conn = db.reader().await.unwrap();
    let ids: Vec<ListingId> = [4, 2, 1, 3].map(|number| ListingId(uuid(number))).into();
    let found = public::listings_by_id(&mut conn, at(100), nowhere(), &ids)
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|one| one.entry.title.as_str()).collect::<Vec<_>>(),
        ["A house", "Shown"]
    );
    let after = (Timestamp::MAX, ListingId(uuid(0)));
    let newest = public::newest_listings(&mut conn, at(100), nowhere(), None, after, 10)
        .await
        .unwrap();
    assert_eq!(
        newest.iter().map(|one| one.id).collect::<Vec<_>>(),
        [ListingId(uuid(4)), ListingId(uuid(3))]
    );
    assert_eq!(listings::next(&mut conn).await.unwrap(), Some(at(100)));
    assert_eq!(listings::due(&mut conn, at(100), 10).await.unwrap().len(), 1);
    assert_eq!(listings::waiting_of(&mut conn, AccountId(uuid(7))).await.unwrap(), 1);
    assert_eq!(listings::waiting(&mut conn, &[], 10).await.unwrap(), 1);
    let queue = listings::queue(
        &mut conn,
        State::Waiting,
        &[],
        "wait",
        (Timestamp::MAX, ListingId(uuid(0))),
        10,
    )
    .await;
    assert_eq!(queue.unwrap().len(), 1);
    drop(conn);
    db.write("gone", |tx| Box::pin(listings::remove_of(tx, AccountId(uuid(7)))))
        .await
        .unwrap();
    let mut conn = db.reader().await.unwrap();
    assert_eq!(listings::one(&mut conn, ListingId(uuid(2))).await.unwrap(), None);
}

async fn filters_and_order(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let dated = |number: u64, title: &str, start: i64| {
        let mut one = listing(number, Category::WhatsOn, title);
        one.entry.dates = vec![Span {
            start: at(start),
            end: at(start + 10),
            days: false,
        }];
        one.turn = one.entry.turn(one.category, at(1), at(0));
        one
    };
    let priced = |number: u64, title: &str, hundredths: i64| {
        let mut one = listing(number, Category::Property, title);
        one.entry.price = Some(Price {
            hundredths,
            currency: "EUR".into(),
        });
        one
    };
    put(
        &db,
        vec![
            dated(1, "Café late", 300),
            dated(2, "Soon", 100),
            priced(3, "Dear", 900),
            priced(4, "Cheap", 100),
            listing(5, Category::Property, "Unpriced"),
        ],
    )
    .await;
    let all = Wanted::default();
    assert_eq!(titles(&db, 50, Category::WhatsOn, &all).await, ["Soon", "Café late"]);
    assert_eq!(
        titles(&db, 50, Category::Property, &all).await,
        ["Unpriced", "Cheap", "Dear"]
    );
    let words = |words: &str| Wanted {
        words: words.into(),
        ..Wanted::default()
    };
    assert_eq!(titles(&db, 50, Category::WhatsOn, &words("CAFE")).await, ["Café late"]);
    assert_eq!(titles(&db, 50, Category::WhatsOn, &words("100%")).await.len(), 2);
    assert_eq!(
        titles(&db, 50, Category::WhatsOn, &words("1_0%")).await.len(),
        0,
        "signs are signs"
    );
    let price = Wanted {
        least: Some(200),
        most: Some(900),
        ..Wanted::default()
    };
    assert_eq!(titles(&db, 50, Category::Property, &price).await, ["Dear"]);
    let dates = Wanted {
        from: at(200),
        to: at(400),
        ..Wanted::default()
    };
    assert_eq!(titles(&db, 50, Category::WhatsOn, &dates).await, ["Café late"]);
    assert_eq!(
        titles(&db, 50, Category::Property, &dates).await.len(),
        3,
        "what has no date is not filtered by one"
    );
    let mut conn = db.reader().await.unwrap();
    let first = public::listed(
        &mut conn,
        at(50),
        (nowhere(), Category::WhatsOn),
        &all,
        (i64::MIN, ListingId(uuid(0))),
        1,
    )
    .await
    .unwrap();
    let after = (first[0].turn.unwrap().order, first[0].id);
    let rest = public::listed(&mut conn, at(50), (nowhere(), Category::WhatsOn), &all, after, 9)
        .await
        .unwrap();
    assert_eq!(rest[0].entry.title, "Café late");
    assert_eq!(rest[0].turn.unwrap().current.unwrap().start, at(300));
}

async fn near_is_near_over_the_date_line_too(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let spot = |latitude: f64, longitude: f64| Point::new(latitude, longitude).unwrap();
    let placed = |number: u64, latitude: f64, longitude: f64| {
        let mut one = listing(number, Category::Jobs, "Job");
        one.entry.point = Some(spot(latitude, longitude));
        one
    };
    put(
        &db,
        vec![
            placed(1, 52.0, 0.5),
            placed(2, -17.0, 179.9),
            placed(3, -17.0, -179.9),
            listing(4, Category::Jobs, "Nowhere"),
        ],
    )
    .await;
    let mut conn = db.reader().await.unwrap();
    for (low, high, expected) in [
        (spot(51.5, 0.1), spot(52.5, 0.6), vec![1]),
        (spot(-18.0, 179.0), spot(-16.0, -179.0), vec![2, 3]),
    ] {
        let found = public::listings_around(
            &mut conn,
            at(5),
            (nowhere(), &[Category::Jobs]),
            &Wanted::default(),
            &Bounds::new(low, high).unwrap(),
            9,
        )
        .await
        .unwrap();
        let mut found: Vec<ListingId> = found.into_iter().map(|(id, _)| id).collect();
        found.sort();
        assert_eq!(
            found,
            expected
                .into_iter()
                .map(|number| ListingId(uuid(number)))
                .collect::<Vec<_>>()
        );
    }
}

async fn a_source_that_sends_it_again_changes_no_decision(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    put(&db, vec![listing(1, Category::Jobs, "Job")]).await;
    let decision = Decision {
        id: ListingId(uuid(1)),
        from: State::Shown,
        to: State::Refused,
        reason: "rules".into(),
        by: "desk".into(),
        published_at: at(1),
    };
    for expected in [true, false] {
        let decision = decision.clone();
        let decided = db.write("decide", move |tx| {
            let decision = decision.clone();
            Box::pin(async move { listings::decide(tx, &decision).await })
        });
        assert_eq!(decided.await.unwrap(), expected, "somebody else was faster");
    }
    put(&db, vec![listing(1, Category::Jobs, "Job, again")]).await;
    assert_eq!(titles(&db, 50, Category::Jobs, &Wanted::default()).await.len(), 0);
    let mut conn = db.reader().await.unwrap();
    let known = listings::of_source(&mut conn, "homes").await.unwrap();
    let one = listings::one(&mut conn, ListingId(uuid(1))).await.unwrap().unwrap();
    assert_eq!(
        (one.state, one.reason.as_str(), one.entry.title.as_str()),
        (State::Refused, "rules", "Job, again")
    );
    let mut again = listing(1, Category::Jobs, "Job, again");
    assert_eq!(known[0].1, listings::digest(&again).unwrap(), "nothing changed");
    again.entry.text.push('!');
    assert_ne!(known[0].1, listings::digest(&again).unwrap());
}
