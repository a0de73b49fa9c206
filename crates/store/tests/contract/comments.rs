//! Comments: counters that equal a recount whatever happens side by side, threads read by keyset, the chained log.

use super::uuid;
use futures::future::join_all;
use masthead_domain::comments::{CommentState, Order};
use masthead_domain::ids::{CommentId, EventId, ProfileId, SectionId, SiteId, StoryId};
use masthead_domain::profiles::ProfileState;
use masthead_domain::sites::{Section, Site};
use masthead_domain::stories::{Placement, StoryState};
use masthead_domain::time::Timestamp;
use masthead_store::comments::{self, NewComment, people};
use masthead_store::public::{self, ThreadCursor};
use masthead_store::sites::SectionRecord;
use masthead_store::stories::PlacementRecord;
use masthead_store::testing::TestDb;
use masthead_store::{Conn, Db, Engine, StoreError, audit, log, profiles, reviews, sites, stories};
use serde_json::json;

cases!(
    counters_equal_a_recount_whatever_moderators_do_at_once,
    a_thread_is_read_page_by_page_in_every_order,
    the_place_of_a_comment_stays_while_answers_are_seen,
    nothing_is_read_of_a_story_that_is_withheld,
    the_chain_shows_every_change,
    a_key_is_taken_once,
    somebody_is_remembered_for_seven_days,
    a_queue_is_claimed_by_one,
);

const STORY: StoryId = StoryId(uuid::Uuid::from_u128(0x5701));
const SITE: SiteId = SiteId(uuid::Uuid::from_u128(0x51));

fn profile(n: u64) -> ProfileId {
    ProfileId(uuid(0x9000 + n))
}

/// A database with a site, a public story and some profiles.
async fn network(engine: Engine) -> (Db, TestDb) {
    let (db, guard) = TestDb::new(engine).await;
    db.write("network", |tx| {
        Box::pin(async move {
            let site = Site {
                id: SITE,
                slug: "daily".into(),
                name: "The Daily".into(),
                tagline: String::new(),
                language: "en".into(),
                zone: "UTC".into(),
                hosts: vec!["daily.example".into()],
                origin: "https://daily.example".into(),
                theme: String::new(),
            };
            sites::put(tx, &site, 0).await?;
            let section = SectionId(uuid(2));
            let record = SectionRecord {
                section: Section {
                    id: section,
                    site: SITE,
                    slug: "world".into(),
                    name: "World".into(),
                    parent: None,
                    position: 0,
                },
                path: "world".into(),
            };
            sites::put_section(tx, &record).await?;
            let now = tx.now();
            let mut story = stories::insert(tx, STORY, "flood", "A flood", false, None, now).await?;
            let place = PlacementRecord {
                placement: Placement { site: SITE, section },
                path: Some("/world/flood-20260101".into()),
            };
            stories::set_placements(tx, STORY, &[place]).await?;
            story.standing.state = StoryState::Published;
            story.standing.released = true;
            story.standing.release_at = Some(now);
            story.standing.first_published_at = Some(now);
            stories::save(tx, &mut story, now).await?;
            for n in 0..6 {
                profiles::insert(tx, profile(n), None, ProfileState::Closed, &format!("Reader {n}"), None).await?;
            }
            Ok::<_, StoreError>(())
        })
    })
    .await
    .unwrap();
    (db, guard)
}

fn new(n: u64, answers: Option<(CommentId, CommentId)>, state: CommentState, at: Timestamp) -> NewComment {
    NewComment {
        id: CommentId(uuid(0x10_0000 + n)),
        story: STORY,
        site: SITE,
        profile: profile(n % 6),
        answers,
        state,
        body: format!("Words {n}"),
        body_hash: comments::body_hash(&format!("words {n}")),
        salt: uuid(n),
        badge: None,
        imported: false,
        findings: Vec::new(),
        created_at: at,
    }
}

async fn add(db: &Db, comment: NewComment) -> CommentId {
    let id = comment.id;
    db.write("add", move |tx| {
        let comment = comment.clone();
        Box::pin(async move { comments::insert(tx, &comment).await })
    })
    .await
    .unwrap();
    id
}

async fn set(db: &Db, id: CommentId, state: CommentState) {
    db.write("set", move |tx| {
        Box::pin(async move {
            let comment = comments::by_id(tx, id).await?.unwrap();
            comments::set_state(tx, &comment, state, Some("moderator")).await
        })
    })
    .await
    .unwrap();
}

async fn like(db: &Db, id: CommentId, by: ProfileId, on: bool) {
    db.write("like", move |tx| Box::pin(comments::set_like(tx, id, by, on).map_ok_()))
        .await
        .unwrap();
}

/// Forgets what a future gives.
trait MapOk: Sized {
    fn map_ok_(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl<F: Future<Output = Result<bool, StoreError>> + Send> MapOk for F {
    async fn map_ok_(self) -> Result<(), StoreError> {
        self.await.map(|_| ())
    }
}

async fn check(conn: &mut Conn) {
    assert_eq!(comments::faults(conn).await.unwrap(), (Vec::new(), Vec::new()));
}

/// Small numbers that look random and are the same each time.
fn dice(seed: &mut u64, sides: u64) -> u64 {
    *seed = seed
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) % sides
}

async fn counters_equal_a_recount_whatever_moderators_do_at_once(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let mut ids: Vec<(CommentId, CommentId)> = Vec::new();
    let mut seed = 7;
    for n in 0..40 {
        let answers = if n > 4 && dice(&mut seed, 3) > 0 {
            let (parent, root) = ids[usize::try_from(dice(&mut seed, ids.len() as u64)).unwrap()];
            Some((parent, root))
        } else {
            None
        };
        let state = CommentState::ALL[usize::try_from(dice(&mut seed, 3)).unwrap()];
        let comment = new(n, answers, state, db.now().plus_seconds(i64::try_from(n).unwrap()));
        let root = answers.map_or(comment.id, |(_, root)| root);
        ids.push((add(&db, comment).await, root));
    }
    check(&mut db.reader().await.unwrap()).await;
    let moderators = (0..4_u64).map(|moderator| {
        let (db, ids) = (db.clone(), ids.clone());
        tokio::spawn(async move {
            let mut seed = 1_000 + moderator;
            for step in 0..30 {
                let (id, root) = ids[usize::try_from(dice(&mut seed, ids.len() as u64)).unwrap()];
                match dice(&mut seed, 4) {
                    0 => like(&db, id, profile(moderator), dice(&mut seed, 2) == 0).await,
                    1 => {
                        let comment = new(
                            1_000 * (moderator + 1) + step,
                            Some((id, root)),
                            CommentState::Published,
                            db.now(),
                        );
                        add(&db, comment).await;
                    }
                    _ => {
                        let state = CommentState::ALL[usize::try_from(dice(&mut seed, 5)).unwrap()];
                        set(&db, id, state).await;
                    }
                }
            }
        })
    });
    for moderator in join_all(moderators).await {
        moderator.unwrap();
    }
    check(&mut db.reader().await.unwrap()).await;
}

async fn a_thread_is_read_page_by_page_in_every_order(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let start = db.now();
    let mut roots = Vec::new();
    for n in 0..12 {
        let state = if n == 5 {
            CommentState::Held
        } else {
            CommentState::Published
        };
        // Several of one moment: the id decides.
        let at = start.plus_seconds(i64::try_from(n / 3).unwrap());
        roots.push(add(&db, new(n, None, state, at)).await);
    }
    for by in 0..3 {
        like(&db, roots[7], profile(by), true).await;
    }
    like(&db, roots[2], profile(0), true).await;
    let mut conn = db.snapshot().await.unwrap();
    let now = db.now().plus_seconds(60);
    let mut seen = Vec::new();
    for order in [Order::Newest, Order::Oldest, Order::Liked] {
        let (mut after, mut all) = (ThreadCursor::start(order), Vec::new());
        loop {
            let page = public::roots(&mut conn, now, STORY, order, after, 4).await.unwrap();
            let Some(last) = page.last() else { break };
            after = ThreadCursor::of(last, order);
            all.extend(page.iter().map(|comment| comment.id));
        }
        assert_eq!(all.len(), 11, "{order:?}");
        assert!(!all.contains(&roots[5]));
        seen.push(all);
    }
    assert_eq!(seen[0].first(), Some(&roots[11]));
    assert_eq!(seen[1].first(), Some(&roots[0]));
    assert_eq!(
        seen[0].iter().rev().collect::<Vec<_>>(),
        seen[1].iter().collect::<Vec<_>>()
    );
    assert_eq!(seen[2][..2], [roots[7], roots[2]]);
    assert_eq!(public::comment_count(&mut conn, now, STORY).await.unwrap(), 11);
}

async fn the_place_of_a_comment_stays_while_answers_are_seen(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let at = db.now();
    let root = add(&db, new(1, None, CommentState::Published, at)).await;
    let answer = add(&db, new(2, Some((root, root)), CommentState::Published, at)).await;
    let deep = add(&db, new(3, Some((answer, root)), CommentState::Published, at)).await;
    set(&db, root, CommentState::Rejected).await;
    let mut conn = db.reader().await.unwrap();
    let now = at.plus_seconds(1);
    let tombstone = public::comment(&mut conn, now, root).await.unwrap().unwrap();
    assert_eq!(
        (tombstone.body.as_str(), tombstone.writer, tombstone.replies),
        ("", None, 2)
    );
    assert_eq!(tombstone.removed_by.as_deref(), Some("moderator"));
    let replies = public::first_replies(&mut conn, now, &[root], 3).await.unwrap();
    let places: Vec<_> = replies
        .iter()
        .map(|comment| (comment.place, comment.answers.as_deref()))
        .collect();
    assert_eq!(places, [(1, None), (2, Some("Reader 2"))]);
    drop(conn);
    set(&db, deep, CommentState::Deleted).await;
    set(&db, answer, CommentState::Held).await;
    let mut conn = db.reader().await.unwrap();
    assert_eq!(
        public::comment(&mut conn, now, root).await.unwrap(),
        None,
        "nothing below it is seen any more"
    );
    drop(conn);
    set(&db, answer, CommentState::Published).await;
    let mut conn = db.reader().await.unwrap();
    assert!(public::comment(&mut conn, now, root).await.unwrap().is_some());
    check(&mut conn).await;
}

async fn nothing_is_read_of_a_story_that_is_withheld(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let id = add(&db, new(1, None, CommentState::Published, db.now())).await;
    db.write("kill", |tx| {
        Box::pin(async move {
            let now = tx.now();
            let mut story = stories::by_id(tx, STORY).await?.unwrap();
            story.standing.state = StoryState::Killed;
            stories::save(tx, &mut story, now).await
        })
    })
    .await
    .unwrap();
    let mut conn = db.reader().await.unwrap();
    let now = db.now();
    let newest = ThreadCursor::start(Order::Newest);
    assert!(
        public::roots(&mut conn, now, STORY, Order::Newest, newest, 9)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(public::comment(&mut conn, now, id).await.unwrap(), None);
    assert_eq!(public::comment_count(&mut conn, now, STORY).await.unwrap(), 0);
    let start = (Timestamp::MIN, CommentId(uuid::Uuid::nil()));
    assert!(
        public::comments_of(&mut conn, now, STORY, start, 9)
            .await
            .unwrap()
            .is_empty()
    );
    let end = (Timestamp::MAX, CommentId(uuid::Uuid::max()));
    assert!(
        public::comments_by(&mut conn, now, profile(1), SITE, end, 9)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn the_chain_shows_every_change(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let writes = (0..30_u64).map(|n| {
        db.write("act", move |tx| {
            Box::pin(async move {
                let (event, now) = (EventId(uuid(0x7000 + n)), tx.now());
                log::append(tx, event, "comment.changed", &json!({}), now).await?;
                let entry = audit::NewEntry {
                    event,
                    actor: "rule",
                    act: "comment.rejected",
                    subject: uuid(n % 3),
                    facts: &json!({ "b": n, "a": "x" }),
                    text: Some((uuid(n), "the words")),
                    keep_text: true,
                };
                audit::append(tx, &entry).await
            })
        })
    });
    for written in join_all(writes).await {
        written.unwrap();
    }
    log::stamp(&db).await.unwrap();
    let chain = || db.write("chain", |tx| Box::pin(audit::chain(tx)));
    let done: u64 = join_all([chain(), chain(), chain()])
        .await
        .into_iter()
        .map(Result::unwrap)
        .sum();
    assert_eq!(done, 30);
    let mut conn = db.reader().await.unwrap();
    let sound = audit::verify(&mut conn).await.unwrap();
    assert_eq!((sound.sound, sound.broken_at), (30, None));
    assert!(!audit::waits(&mut conn).await.unwrap());
    let order: Vec<i64> = audit::after(&mut conn, 0, 100)
        .await
        .unwrap()
        .iter()
        .map(|entry| entry.seq.unwrap())
        .collect();
    assert_eq!(order, (1..=30).collect::<Vec<_>>());
    drop(conn);
    db.write("erase", |tx| Box::pin(audit::erase_texts(tx, uuid(1))))
        .await
        .unwrap();
    let erased = audit::verify(&mut db.reader().await.unwrap()).await.unwrap();
    assert_eq!(
        (erased.broken_at, erased.changed_texts),
        (None, Vec::new()),
        "what may be erased is beside the chain"
    );
    for (forge, at) in [(FORGE_TEXT, None), (FORGE, Some(12)), (CUT, Some(30))] {
        let broken = db
            .write("forge", move |tx| {
                Box::pin(async move {
                    tx.execute(forge, masthead_store::params![]).await?;
                    let found = audit::verify(tx).await?;
                    // Rolled back, so that each forgery is alone.
                    Err::<(), _>(StoreError::Bug(format!(
                        "{:?} {:?}",
                        found.broken_at,
                        found.changed_texts.len()
                    )))
                })
            })
            .await
            .unwrap_err()
            .to_string();
        let expected = format!("{at:?} {}", usize::from(at.is_none()));
        assert!(broken.contains(&expected), "{broken} is not {expected}");
    }
}

masthead_store::queries! {
    FORGE = "UPDATE audit SET actor = 'nobody' WHERE seq = 12";
    CUT = "DELETE FROM audit WHERE seq = 30";
    // The first that still has its text: whose that is follows from the order of commits.
    FORGE_TEXT = "UPDATE audit_texts SET body = 'other words' WHERE event_id = (SELECT event_id FROM audit
        WHERE event_id IN (SELECT event_id FROM audit_texts) ORDER BY seq LIMIT 1)";
}

async fn a_key_is_taken_once(engine: Engine) {
    let (db, _guard) = network(engine).await;
    let key = comments::key_of(&[b"a", b"bc"]);
    assert_ne!(key, comments::key_of(&[b"ab", b"c"]));
    let takers = (0..8_u64).map(|n| {
        db.write("take", move |tx| {
            Box::pin(async move { comments::take_key(tx, profile(0), &key, CommentId(uuid(n))).await })
        })
    });
    let taken: Vec<Option<CommentId>> = join_all(takers).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(taken.iter().filter(|earlier| earlier.is_none()).count(), 1, "{taken:?}");
    let other = db.write("take", move |tx| {
        Box::pin(async move { comments::take_key(tx, profile(1), &key, CommentId(uuid(9))).await })
    });
    assert_eq!(other.await.unwrap(), None, "a key is its owner's");
}

async fn somebody_is_remembered_for_seven_days(engine: Engine) {
    let (db, guard) = network(engine).await;
    db.write("decide", |tx| {
        Box::pin(async move {
            let now = tx.now();
            people::decided(tx, profile(0), now, 2, 3).await?;
            people::wrote(tx, profile(0), now.plus_seconds(30), 4, true).await?;
            people::accepted(tx, profile(0), 2).await
        })
    })
    .await
    .unwrap();
    let known = people::writer(&mut db.reader().await.unwrap(), profile(0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            known.record.decided_lately,
            known.record.refused_lately,
            known.record.accepted
        ),
        (5, 3, 3)
    );
    assert_eq!((known.today, known.full_at), (4, db.now().plus_seconds(30)));
    assert!(!known.is_named, "a closed profile writes nothing");
    guard.clock.step(7 * 86_400);
    let known = people::writer(&mut db.reader().await.unwrap(), profile(0))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (known.record.decided_lately, known.today, known.record.accepted),
        (0, 0, 3)
    );
    assert_eq!(
        people::writer(&mut db.reader().await.unwrap(), profile(99))
            .await
            .unwrap(),
        None
    );
}

async fn a_queue_is_claimed_by_one(engine: Engine) {
    let (db, guard) = network(engine).await;
    let id = add(&db, new(1, None, CommentState::Held, db.now())).await;
    db.write("put", move |tx| {
        Box::pin(async move {
            let now = tx.now();
            reviews::put(tx, (id, SITE, STORY, profile(1)), "held", now, 0).await
        })
    })
    .await
    .unwrap();
    let account = |n: u64| masthead_domain::ids::AccountId(uuid(0x4000 + n));
    let claim = |n: u64| {
        db.write("claim", move |tx| {
            Box::pin(async move {
                let until = tx.now().plus_seconds(120);
                reviews::claim(tx, id, account(n), until).await
            })
        })
    };
    let claims: Vec<bool> = join_all((0..6).map(claim))
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(claims.iter().filter(|got| **got).count(), 1, "{claims:?}");
    guard.clock.step(121);
    assert!(claim(9).await.unwrap(), "a claim runs out");
    let mut conn = db.reader().await.unwrap();
    assert_eq!(reviews::length(&mut conn, "held", Some(SITE)).await.unwrap(), 1);
    assert_eq!(reviews::length(&mut conn, "new", None).await.unwrap(), 0);
    let queue = reviews::queue(&mut conn, "held", None, reviews::START, 10)
        .await
        .unwrap();
    assert_eq!(queue[0].claimed_by, Some(account(9)));
}
