//! Live stories: entries in their order, changes that clash, pictures beside them, and what readers may see.

use crate::uuid;
use masthead_domain::coverage::{Coverage, Entry, EntryText, MOST_PINNED};
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_domain::ids::{EntryId, PictureId, StoryId};
use masthead_domain::stories::{HoldKind, StoryContent};
use masthead_domain::time::Timestamp;
use masthead_store::coverage::{self, EntryRecord};
use masthead_store::public::{self, NEWEST_ENTRIES};
use masthead_store::testing::TestDb;
use masthead_store::{Db, Engine, StoreError, stories};

cases!(
    entries_are_read_newest_first_and_go_with_their_story,
    an_entry_is_saved_on_top_of_what_was_read,
);

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

fn entry(number: u64, seconds: i64) -> Entry {
    let picture = Block::Picture(PictureBlock {
        picture: PictureSource::Stored(PictureId(uuid(900 + number))),
        caption: Text::default(),
        credit: String::new(),
        alt: String::new(),
    });
    Entry {
        id: EntryId(uuid(number)),
        at: at(seconds),
        text: EntryText {
            headline: format!("Entry {number}"),
            body: Document { blocks: vec![picture] },
            author: "Ada".to_owned(),
        },
        is_key: number.is_multiple_of(2),
        is_pinned: number == 3,
        edited_at: None,
    }
}

/// A story that readers may see from second 10 on, with entries at the seconds 20, 30, 30 and 40.
async fn covered(db: &Db) -> StoryId {
    let story = StoryId(uuid(1));
    db.write("cover", move |tx| {
        Box::pin(async move {
            let mut record = stories::insert(tx, story, "heron", "Heron", false, None, at(10)).await?;
            stories::add_revision(tx, story, 1, &StoryContent::default(), "test", at(10)).await?;
            record.head_revision = 1;
            record.public_revision = Some(1);
            record
                .standing
                .publish(None, at(10))
                .map_err(|error| StoreError::Bug(error.to_string()))?;
            stories::save(tx, &mut record, at(10)).await?;
            coverage::put(tx, story, Coverage::begin(at(15))).await?;
            for (number, seconds) in [(2, 20), (3, 30), (4, 30), (5, 40)] {
                coverage::add(tx, story, &entry(number, seconds), "test").await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
    story
}

async fn entries_are_read_newest_first_and_go_with_their_story(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let story = covered(&db).await;
    let mut conn = db.reader().await.unwrap();
    let now = at(100);
    let known = public::coverage(&mut conn, now, story).await.unwrap();
    assert_eq!(known, Some(Coverage::begin(at(15))));
    let all = public::entries(&mut conn, now, story, NEWEST_ENTRIES, 10)
        .await
        .unwrap();
    assert_eq!(all, [entry(5, 40), entry(4, 30), entry(3, 30), entry(2, 20)]);
    let rest = public::entries(&mut conn, now, story, (at(30), EntryId(uuid(4))), 10)
        .await
        .unwrap();
    assert_eq!(
        rest,
        [entry(3, 30), entry(2, 20)],
        "two of one moment are told apart by their ids"
    );
    let key = public::key_entries(&mut conn, now, story, 10).await.unwrap();
    assert_eq!(key, [entry(4, 30), entry(2, 20)]);
    let pinned = public::pinned_entries(&mut conn, now, story, MOST_PINNED)
        .await
        .unwrap();
    assert_eq!(pinned, [entry(3, 30)]);
    assert_eq!(coverage::pinned(&mut conn, story).await.unwrap(), 1);
    let one = public::entry(&mut conn, now, story, EntryId(uuid(2))).await.unwrap();
    assert_eq!(one, Some(entry(2, 20)));
    let elsewhere = public::entry(&mut conn, now, StoryId(uuid(7)), EntryId(uuid(2))).await;
    assert_eq!(elsewhere.unwrap(), None, "it stands in another story");
    assert_eq!(coverage::pictures(&mut conn, story).await.unwrap().len(), 4);
    // Before its moment, and while it is held.
    let early = public::entries(&mut conn, at(9), story, NEWEST_ENTRIES, 10)
        .await
        .unwrap();
    assert_eq!(
        (early.len(), public::coverage(&mut conn, at(9), story).await.unwrap()),
        (0, None)
    );
    drop(conn);
    db.write("hold", move |tx| {
        Box::pin(async move {
            let mut record = stories::by_id(tx, story).await?.unwrap();
            record.standing.hold(HoldKind::Withheld, "lawyers", at(50));
            stories::save(tx, &mut record, at(50)).await
        })
    })
    .await
    .unwrap();
    let mut conn = db.reader().await.unwrap();
    assert_eq!(public::coverage(&mut conn, now, story).await.unwrap(), None);
    assert!(
        public::entries(&mut conn, now, story, NEWEST_ENTRIES, 10)
            .await
            .unwrap()
            .is_empty()
    );
    assert!(public::key_entries(&mut conn, now, story, 10).await.unwrap().is_empty());
    assert!(
        public::pinned_entries(&mut conn, now, story, 10)
            .await
            .unwrap()
            .is_empty()
    );
    let one = public::entry(&mut conn, now, story, EntryId(uuid(2))).await.unwrap();
    assert_eq!(one, None);
    let desk = coverage::entries(&mut conn, story, NEWEST_ENTRIES, 10).await.unwrap();
    assert_eq!(desk.len(), 4, "the desk has them all the same");
}

async fn an_entry_is_saved_on_top_of_what_was_read(engine: Engine) {
    let (db, _guard) = TestDb::new(engine).await;
    let story = covered(&db).await;
    let id = EntryId(uuid(3));
    let read = coverage::entry(&mut db.reader().await.unwrap(), id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((read.story, read.version, read.removed_at), (story, 1, None));
    let save = async |record: EntryRecord| {
        db.write("save", move |tx| {
            let mut record = record.clone();
            Box::pin(async move {
                coverage::save(tx, &mut record).await?;
                Ok::<_, StoreError>(record)
            })
        })
        .await
    };
    let mut first = read.clone();
    first.entry.text.headline = "Other words".to_owned();
    first.entry.edited_at = Some(at(60));
    let first = save(first).await.unwrap();
    assert_eq!(first.version, 2);
    let late = save(read).await;
    assert!(matches!(late, Err(StoreError::Conflict { .. })), "{late:?}");
    let mut gone = first;
    gone.removed_at = Some(at(70));
    save(gone).await.unwrap();
    let mut conn = db.reader().await.unwrap();
    let all = public::entries(&mut conn, at(100), story, NEWEST_ENTRIES, 10)
        .await
        .unwrap();
    assert!(all.iter().all(|entry| entry.id != id));
    assert_eq!(coverage::pinned(&mut conn, story).await.unwrap(), 0);
    let pictures = coverage::pictures(&mut conn, story).await.unwrap();
    assert_eq!(pictures.len(), 3, "its picture is public no longer");
}
