//! How often stories were read, and the rankings made of it.

use crate::uuid;
use masthead_domain::ids::StoryId;
use masthead_store::testing::TestDb;
use masthead_store::{Engine, StoreError, rankings};

cases!(what_several_nodes_count_is_added_up, a_ranking_is_replaced_as_a_whole,);

fn story(number: u64) -> StoryId {
    StoryId(uuid(number))
}

async fn what_several_nodes_count_is_added_up(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    for (hour, counts) in [
        (10, vec![(story(1), 3), (story(2), 2)]),
        (10, vec![(story(1), 4)]),
        (12, vec![(story(2), 1)]),
        (13, vec![(story(3), 1)]),
    ] {
        db.write("add", move |tx| {
            let counts = counts.clone();
            Box::pin(async move { rankings::add(tx, hour, &counts).await })
        })
        .await
        .unwrap();
    }
    let mut conn = db.reader().await.unwrap();
    let most = rankings::most_read(&mut conn, 10, 12, 10).await.unwrap();
    assert_eq!(most, [(story(2), 102), (story(3), 100), (story(1), 7)]);
    let most = rankings::most_read(&mut conn, 10, 10, 1).await.unwrap();
    assert_eq!(most, [(story(1), 700)]);
    drop(conn);
    db.write("forget", |tx| Box::pin(rankings::forget(tx, 12)))
        .await
        .unwrap();
    let most = rankings::most_read(&mut db.reader().await.unwrap(), 0, 0, 10).await;
    assert_eq!(most.unwrap(), [(story(2), 100), (story(3), 100)]);
}

async fn a_ranking_is_replaced_as_a_whole(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    for stories in [vec![story(3), story(1), story(2)], vec![story(2), story(3)]] {
        let wanted = stories.clone();
        db.write("rank", move |tx| {
            let stories = stories.clone();
            Box::pin(async move {
                rankings::rank(tx, uuid(9), &stories).await?;
                rankings::rank(tx, uuid(8), &[]).await?;
                Ok::<_, StoreError>(())
            })
        })
        .await
        .unwrap();
        let mut conn = db.reader().await.unwrap();
        assert_eq!(rankings::ranked(&mut conn, uuid(9)).await.unwrap(), wanted);
        assert_eq!(rankings::ranked(&mut conn, uuid(8)).await.unwrap(), []);
    }
}
