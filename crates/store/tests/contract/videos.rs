//! Video files of the publisher's own: kept with their captions, and public by the story that they lead.

use crate::uuid;
use masthead_domain::ids::{StoryId, VideoId};
use masthead_domain::stories::{HoldKind, StoryContent};
use masthead_domain::time::Timestamp;
use masthead_domain::videos::{Cue, VideoKind};
use masthead_store::testing::TestDb;
use masthead_store::videos::{self, VideoRecord};
use masthead_store::{Engine, StoreError, public, stories};

cases!(a_file_is_public_while_a_story_that_it_leads_is);

async fn a_file_is_public_while_a_story_that_it_leads_is(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let (story, now) = (StoryId(uuid(1)), Timestamp::from_micros(10_000_000));
    let mut film = VideoRecord {
        id: VideoId(uuid(2)),
        kind: VideoKind::WebM,
        bytes: 9 << 20,
        part_bytes: 4 << 20,
        parts: vec!["a".to_owned(), "b".to_owned(), "c".to_owned()],
        language: String::new(),
        cues: Vec::new(),
        created_at: now,
    };
    let kept = film.clone();
    db.write("put", move |tx| {
        let film = kept.clone();
        Box::pin(async move {
            videos::insert(tx, &film, "test").await?;
            let mut record = stories::insert(tx, story, "tide", "Tide", false, None, now).await?;
            stories::add_revision(tx, story, 1, &StoryContent::default(), "test", now).await?;
            record.head_revision = 1;
            record.public_revision = Some(1);
            record
                .standing
                .publish(None, now)
                .map_err(|error| StoreError::Bug(error.to_string()))?;
            stories::save(tx, &mut record, now).await
        })
    })
    .await
    .unwrap();
    let shown = async || {
        let mut conn = db.reader().await.unwrap();
        public::video(&mut conn, now, VideoId(uuid(2))).await.unwrap()
    };
    let lead = async |video| {
        db.write("lead", move |tx| Box::pin(videos::set_of_story(tx, story, video)))
            .await
            .unwrap();
    };
    assert_eq!(shown().await, None, "it leads nothing");
    lead(Some(VideoId(uuid(9)))).await;
    assert_eq!(shown().await, None, "another, which isn't there, leads it");
    lead(Some(film.id)).await;
    assert_eq!(shown().await, Some((film.clone(), story)));
    film.language = "de".to_owned();
    film.cues = vec![Cue {
        from: 0,
        to: 1_000,
        text: "Die Flut".to_owned(),
    }];
    let cues = film.cues.clone();
    db.write("captions", move |tx| {
        let cues = cues.clone();
        Box::pin(async move { videos::set_captions(tx, VideoId(uuid(2)), "de", &cues).await })
    })
    .await
    .unwrap();
    assert_eq!(shown().await, Some((film.clone(), story)));
    db.write("hold", move |tx| {
        Box::pin(async move {
            let mut record = stories::by_id(tx, story).await?.unwrap();
            record.standing.hold(HoldKind::Withheld, "lawyers", now);
            stories::save(tx, &mut record, now).await
        })
    })
    .await
    .unwrap();
    assert_eq!(shown().await, None, "held with its story");
    let mut conn = db.reader().await.unwrap();
    assert_eq!(videos::by_id(&mut conn, film.id).await.unwrap(), Some(film.clone()));
    let all = videos::after(&mut conn, VideoId(uuid(0)), 10).await.unwrap();
    assert_eq!(all, [film]);
}
