//! Browsers that are told, and campaigns that walk them: a batch is one run's, and what is marked when a run ends
//! unexpectedly is listed and never given out again.

use crate::uuid;
use masthead_domain::ids::{AccountId, CampaignId, SiteId, StoryId, SubscriptionId};
use masthead_domain::sites::Site;
use masthead_domain::time::Timestamp;
use masthead_store::push::campaigns::{self, Batch, Campaign, Settled};
use masthead_store::push::{self, Subscription};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, StoreError, sites, stories};

cases!(
    a_browser_is_kept_once_and_by_its_endpoint,
    a_batch_is_one_runs_and_stays_marked_until_it_is_settled,
    what_was_put_off_comes_back_and_what_is_unknown_never_does,
    browsers_that_are_gone_or_refuse_too_often_are_forgotten,
);

const SITE: u64 = 1;
const STORY: u64 = 2;
const CAMPAIGN: u64 = 3;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn id(number: u64) -> SubscriptionId {
    SubscriptionId(uuid(number))
}

fn campaign() -> CampaignId {
    CampaignId(uuid(CAMPAIGN))
}

fn browser(number: u64) -> Subscription {
    Subscription {
        id: id(number),
        site: SiteId(uuid(SITE)),
        account: None,
        endpoint: format!("https://push.example/{number}"),
        public_key: vec![4; 65],
        auth: vec![7; 16],
        language: "en".into(),
        breaking: true,
        follows: false,
    }
}

/// A site with a story and browsers 100 to 104, of which 102 wants no breaking news.
async fn network(engine: Engine) -> (Db, TestDb) {
    let (db, guard) = TestDb::new(engine).await;
    db.write("network", |tx| {
        Box::pin(async move {
            let site = Site {
                id: SiteId(uuid(SITE)),
                slug: "daily".into(),
                name: "The Daily".into(),
                tagline: String::new(),
                theme: String::new(),
                language: "en".into(),
                zone: "UTC".into(),
                hosts: vec!["daily.example".into()],
                origin: "https://daily.example".into(),
            };
            sites::put(tx, &site, 0).await?;
            stories::insert(tx, StoryId(uuid(STORY)), "heron", "Heron", false, None, at(10)).await?;
            for number in 100..105 {
                let one = Subscription {
                    breaking: number != 102,
                    follows: number == 102,
                    account: (number == 102).then(|| AccountId(uuid(50))),
                    ..browser(number)
                };
                push::put(tx, &one).await?;
            }
            campaigns::plan(tx, campaign(), SiteId(uuid(SITE)), StoryId(uuid(STORY))).await
        })
    })
    .await
    .unwrap();
    (db, guard)
}

async fn begin(db: &Db) -> Option<Campaign> {
    db.write("begin", |tx| Box::pin(campaigns::begin(tx, campaign())))
        .await
        .map_err(|error: StoreError| error)
        .unwrap()
}

async fn mark(db: &Db, run: i64, batch: Batch, messages: usize) -> bool {
    db.write("mark", move |tx| {
        let batch = batch.clone();
        Box::pin(async move { campaigns::mark(tx, campaign(), run, &batch, messages).await })
    })
    .await
    .map_err(|error: StoreError| error)
    .unwrap()
}

async fn settle(db: &Db, run: i64, batch: Batch, settled: Settled) {
    db.write("settle", move |tx| {
        let (batch, settled) = (batch.clone(), settled.clone());
        Box::pin(async move { campaigns::settle(tx, campaign(), run, &batch, &settled).await })
    })
    .await
    .map_err(|error: StoreError| error)
    .unwrap();
}

async fn walked(db: &Db, after: SubscriptionId, limit: usize) -> Vec<SubscriptionId> {
    let mut conn = db.reader().await.unwrap();
    let those = campaigns::walk(&mut conn, SiteId(uuid(SITE)), after, limit)
        .await
        .unwrap();
    those.into_iter().map(|one| one.id).collect()
}

async fn again(db: &Db, now: i64) -> Vec<(SubscriptionId, i64)> {
    let mut conn = db.reader().await.unwrap();
    let those = campaigns::again(&mut conn, campaign(), at(now), 10).await.unwrap();
    those.into_iter().map(|one| (one.id, one.attempts)).collect()
}

async fn uncertain(db: &Db) -> (i64, Vec<SubscriptionId>) {
    let mut conn = db.reader().await.unwrap();
    let count = campaigns::uncertain(&mut conn, campaign()).await.unwrap();
    let list = campaigns::list_uncertain(&mut conn, campaign(), 10).await.unwrap();
    (count, list)
}

async fn a_browser_is_kept_once_and_by_its_endpoint(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let changed = Subscription {
        id: id(999),
        breaking: false,
        follows: true,
        account: Some(AccountId(uuid(50))),
        ..browser(101)
    };
    let (put, endpoint) = (changed.clone(), changed.endpoint.clone());
    db.write("put", move |tx| {
        let put = put.clone();
        Box::pin(async move { push::put(tx, &put).await })
    })
    .await
    .unwrap();
    let mut conn = db.reader().await.unwrap();
    let known = push::by_endpoint(&mut conn, &endpoint).await.unwrap();
    assert_eq!(known, Some(Subscription { id: id(101), ..changed }));
    assert_eq!(
        push::by_endpoint(&mut conn, "https://push.example/x").await.unwrap(),
        None
    );
    let own = push::of_account(&mut conn, AccountId(uuid(50))).await.unwrap();
    assert_eq!(own.len(), 2);
    drop(conn);
    for (gone, was_there) in [(true, true), (false, false)] {
        let endpoint = endpoint.clone();
        let removed = db.write("remove", move |tx| {
            let endpoint = endpoint.clone();
            Box::pin(async move { push::remove(tx, &endpoint).await })
        });
        assert_eq!(removed.await.unwrap(), was_there, "{gone}");
    }
    let forgotten = db.write("forget", |tx| Box::pin(push::forget_account(tx, AccountId(uuid(50)))));
    assert_eq!(forgotten.await.unwrap(), 1);
}

async fn plan(db: &Db) -> bool {
    let planned = db.write("plan", |tx| {
        Box::pin(campaigns::plan(
            tx,
            campaign(),
            SiteId(uuid(SITE)),
            StoryId(uuid(STORY)),
        ))
    });
    planned.await.unwrap()
}

async fn a_batch_is_one_runs_and_stays_marked_until_it_is_settled(engine: Engine) {
    let (db, _guard) = network(engine).await;
    assert!(!plan(&db).await, "a site tells of a story once");
    let first = begin(&db).await.unwrap();
    assert_eq!((first.run, first.handed), (1, 0));
    assert_eq!(walked(&db, first.cursor, 2).await, [id(100), id(101)]);
    let batch = Batch::Walk(first.cursor, id(101));
    assert!(mark(&db, 1, batch.clone(), 2).await);
    assert!(!mark(&db, 1, batch.clone(), 2).await, "the cursor has moved on");
    assert_eq!(uncertain(&db).await, (0, vec![]), "it is on its way");
    settle(
        &db,
        1,
        batch,
        Settled {
            handed: 2,
            ..Settled::default()
        },
    )
    .await;
    assert_eq!(walked(&db, id(101), 10).await, [id(103), id(104)]);
    assert!(mark(&db, 1, Batch::Walk(id(101), id(103)), 1).await);

    // The node goes down; another run goes on behind what was marked.
    let second = begin(&db).await.unwrap();
    assert_eq!((second.run, second.cursor, second.handed), (2, id(103), 2));
    assert_eq!(uncertain(&db).await, (1, vec![id(103)]));
    assert!(
        !mark(&db, 1, Batch::Walk(id(103), id(104)), 1).await,
        "the first run is over"
    );
    // It only seemed to be down: what it still had to say counts, and nothing is uncertain any more.
    settle(
        &db,
        1,
        Batch::Walk(id(101), id(103)),
        Settled {
            handed: 1,
            ..Settled::default()
        },
    )
    .await;
    assert_eq!(uncertain(&db).await, (0, vec![]));
    let ended = db.write("end", |tx| Box::pin(campaigns::end(tx, campaign(), 1, false)));
    assert!(!ended.await.unwrap());
    assert!(mark(&db, 2, Batch::Walk(id(103), id(104)), 1).await);
    let ended = db.write("end", |tx| Box::pin(campaigns::end(tx, campaign(), 2, true)));
    assert!(ended.await.unwrap());
    assert_eq!(uncertain(&db).await, (1, vec![id(104)]));
    assert_eq!(begin(&db).await, None);
    let newest = campaigns::newest(&mut db.reader().await.unwrap(), 5).await.unwrap();
    assert_eq!(
        (newest.len(), newest[0].state.as_str(), newest[0].handed),
        (1, "stopped", 3)
    );

    // What was stopped goes on when it is planned anew, behind what was marked.
    assert!(plan(&db).await);
    assert!(!plan(&db).await, "it is under way");
    let third = begin(&db).await.unwrap();
    assert_eq!((third.run, third.cursor, third.ended_at), (3, id(104), None));
    assert_eq!(uncertain(&db).await, (1, vec![id(104)]), "it may have arrived");
    let ended = db.write("end", |tx| Box::pin(campaigns::end(tx, campaign(), 3, false)));
    assert!(ended.await.unwrap());
    assert!(!plan(&db).await, "a site tells of a story once");

    db.write("sweep", |tx| {
        Box::pin(async move { campaigns::sweep(tx, at(4_000_000_000)).await })
    })
    .await
    .unwrap();
    assert_eq!(
        campaigns::one(&mut db.reader().await.unwrap(), campaign())
            .await
            .unwrap(),
        None
    );
}

async fn what_was_put_off_comes_back_and_what_is_unknown_never_does(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let first = begin(&db).await.unwrap();
    let batch = Batch::Walk(first.cursor, id(104));
    assert!(mark(&db, 1, batch.clone(), 4).await);
    let settled = Settled {
        handed: 1,
        put_off: vec![(id(100), at(500), 1), (id(101), at(900), 1)],
        unknown: vec![id(103)],
        ..Settled::default()
    };
    settle(&db, 1, batch, settled).await;
    assert_eq!(again(&db, 499).await, []);
    assert_eq!(again(&db, 500).await, [(id(100), 2)]);
    assert_eq!(again(&db, 900).await, [(id(100), 2), (id(101), 2)]);
    let next = campaigns::next(&mut db.reader().await.unwrap(), campaign())
        .await
        .unwrap();
    assert_eq!(next, Some(at(500)));
    assert!(mark(&db, 1, Batch::Again(vec![id(100)]), 1).await);
    assert_eq!(again(&db, 900).await, [(id(101), 2)]);
    begin(&db).await.unwrap();
    assert!(!mark(&db, 1, Batch::Again(vec![id(101)]), 1).await);
    let (count, mut list) = uncertain(&db).await;
    list.sort();
    assert_eq!((count, list), (2, vec![id(100), id(103)]));
    assert_eq!(
        again(&db, 900).await,
        [(id(101), 2)],
        "what was marked is not given out again"
    );
    assert!(mark(&db, 2, Batch::Again(vec![id(101)]), 1).await);
    let settled = Settled {
        put_off: vec![(id(101), at(1_000), 2)],
        ..Settled::default()
    };
    settle(&db, 2, Batch::Again(vec![id(101)]), settled).await;
    assert_eq!(again(&db, 1_000).await, [(id(101), 3)]);
    let ended = db.write("end", |tx| Box::pin(campaigns::end(tx, campaign(), 2, false)));
    assert!(ended.await.unwrap());
    let known = campaigns::one(&mut db.reader().await.unwrap(), campaign())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (known.state.as_str(), known.handed, known.refused),
        ("done", 1, 1),
        "one was given up"
    );
    assert_eq!(again(&db, 1_000).await, []);
}

async fn browsers_that_are_gone_or_refuse_too_often_are_forgotten(engine: Engine) {
    let (db, _guard) = network(engine).await;
    for round in 1..=5 {
        // One recovers in between.
        let handed = if round == 3 { vec![id(104)] } else { Vec::new() };
        let refused = if round == 3 {
            vec![id(100)]
        } else {
            vec![id(100), id(104)]
        };
        db.write("told", move |tx| {
            let (handed, refused) = (handed.clone(), refused.clone());
            Box::pin(async move { push::told(tx, &handed, &[], &refused).await })
        })
        .await
        .unwrap();
        let left = walked(&db, SubscriptionId(uuid::Uuid::nil()), 10).await;
        assert_eq!(left.contains(&id(100)), round < 5, "{round}");
        assert!(left.contains(&id(104)), "{round}");
    }
    db.write("told", |tx| {
        Box::pin(async move { push::told(tx, &[], &[id(104)], &[]).await })
    })
    .await
    .unwrap();
    assert_eq!(
        walked(&db, SubscriptionId(uuid::Uuid::nil()), 10).await,
        [id(101), id(103)]
    );
}
