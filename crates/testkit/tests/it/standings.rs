//! Whether readers see a story is said twice: by `Standing::is_visible` in the domain and by the predicate of
//! `store::public` in SQL. Here the two are held against each other for random standings and moments, on every
//! function of the public read path, whatever sense a standing makes.

use crate::support::plant::{PLACES, Planted, people_and_topics};
use masthead_domain::ids::StoryId;
use masthead_domain::stories::{Hold, HoldKind, Killed, Standing, StoryState};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::Embargo;
use masthead_store::public::{self, Cursor, Found};
use masthead_store::stories as rows;
use masthead_store::{Engine, StoreError};
use masthead_testkit::{START, TestApp, on_both_engines};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;

on_both_engines!(
    the_public_read_path_shows_what_the_domain_says,
    acts_in_any_order_leave_the_two_agreed
);

/// Standings tried.
const STANDINGS: usize = 330;
/// Stories that share them: each is given one standing after the other.
const STORIES: usize = 11;
/// Moments, as minutes from the start.
const MINUTES: std::ops::RangeInclusive<i64> = -90..=90;

fn start() -> Timestamp {
    Timestamp::parse_rfc3339(START).unwrap()
}

fn moment() -> impl Strategy<Value = Timestamp> {
    MINUTES.prop_map(|minutes| start().plus_seconds(minutes * 60))
}

fn standing() -> impl Strategy<Value = Standing> {
    use StoryState::{Draft, Editing, Killed as Dead, Legal, Published, Ready, Scheduled, Submitted, Unpublished};
    let states = prop_oneof![
        4 => Just(Published),
        1 => proptest::sample::select(vec![Draft, Submitted, Editing, Legal, Ready, Scheduled, Unpublished, Dead]),
    ];
    let kinds = vec![
        HoldKind::UnknownStatus,
        HoldKind::Expired,
        HoldKind::Embargo,
        HoldKind::Withheld,
        HoldKind::Canceled,
    ];
    let hold = proptest::option::weighted(0.2, (proptest::sample::select(kinds), moment()));
    let rare = |chance| proptest::option::weighted(chance, moment());
    (
        states,
        proptest::bool::weighted(0.8),
        rare(0.9),
        rare(0.5),
        rare(0.3),
        rare(0.3),
        rare(0.9),
        hold,
        rare(0.1),
    )
        .prop_map(
            |(state, released, release_at, scheduled_at, embargo, expires_at, first_published_at, hold, killed)| {
                Standing {
                    state,
                    released,
                    release_at,
                    scheduled_at,
                    embargo: embargo.map_or(Embargo::None, Embargo::Until),
                    hold: hold.map(|(kind, since)| Hold {
                        kind,
                        reason: "held by the test".into(),
                        since,
                    }),
                    expires_at,
                    // A story that readers can see always was published at some moment: pages and lists begin with it.
                    first_published_at: first_published_at.or(Some(start())),
                    killed: killed.map(|at| Killed {
                        at,
                        reason: "killed by the test".into(),
                    }),
                }
            },
        )
}

async fn set_standing(test: &TestApp, id: StoryId, standing: &Standing) -> anyhow::Result<()> {
    let (standing, now) = (standing.clone(), test.app.now());
    test.app
        .db
        .write("test.standing", move |tx| {
            let standing = standing.clone();
            Box::pin(async move {
                let mut story = rows::by_id(tx, id).await?.expect("the story is there");
                story.standing = standing;
                rows::save(tx, &mut story, now).await
            })
        })
        .await
        .map_err(|error: StoreError| error.into())
}

/// Everything by which the public read path shows a story, by name.
async fn ways(test: &TestApp, story: &Planted, now: Timestamp) -> anyhow::Result<Vec<(String, bool)>> {
    let mut ways = Vec::new();
    let mut conn = test.app.db.reader().await?;
    let conn = &mut conn;
    let id = story.id;
    let topics = rows::topics(conn, id).await?;
    let authors = rows::authors(conn, id).await?;
    let (from, to) = (start().plus_seconds(-86_400), start().plus_seconds(86_400));
    ways.push((
        "by id".into(),
        matches!(public::by_id(conn, now, id).await?, Found::Story(..)),
    ));
    for place in rows::placements(conn, id).await? {
        let site = place.placement.site;
        let path = place.path.clone().expect("it was published once");
        ways.push((
            format!("at {path}"),
            matches!(public::at_path(conn, now, site, &path).await?, Found::Story(..)),
        ));
        let mut lists = vec![site.0, place.placement.section.0];
        lists.extend(topics.iter().map(|topic| topic.0));
        lists.extend(authors.iter().map(|author| author.0));
        for list in lists {
            let on = |cards: Vec<public::Card>| cards.iter().any(|card| card.story == id);
            let all = public::list(conn, now, list, site, Cursor::START, 100).await?;
            ways.push((format!("list {list}"), on(all)));
            ways.push((
                format!("newest of {list}"),
                on(public::newest(conn, now, list, site, 100).await?),
            ));
            let since = public::list_since(conn, now, list, site, from, to, 100).await?;
            ways.push((format!("days of {list}"), on(since)));
        }
        let cards = public::visible(conn, now, site, &[id]).await?;
        ways.push(("card by id".into(), !cards.is_empty()));
        if place.placement == test.places(&PLACES)[0] {
            let lines = public::sitemap(conn, now, site, from, to, 100).await?;
            ways.push(("sitemap".into(), lines.iter().any(|line| line.story == id)));
        }
    }
    ways.push((
        "its pictures".into(),
        !public::of_story(conn, now, id).await?.is_empty(),
    ));
    let file = story.files.first().expect("the picture was rendered");
    let (width, format) = file.rsplit('/').next().unwrap().split_once('.').unwrap();
    let file = public::file(conn, now, story.picture, width.parse()?, format).await?;
    ways.push(("its picture's file".into(), file.is_some()));
    Ok(ways)
}

async fn planted(test: &TestApp) -> anyhow::Result<Vec<Planted>> {
    people_and_topics(test).await?;
    let mut stories = Vec::new();
    for number in 0..STORIES {
        stories.push(crate::support::plant::publish(test, &format!("plover{number}")).await?);
    }
    Ok(stories)
}

async fn the_public_read_path_shows_what_the_domain_says(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let stories = planted(&test).await?;
    let mut runner = TestRunner::deterministic();
    let (standings, moments) = (standing(), moment());
    let draw = |runner: &mut TestRunner| standings.new_tree(runner).unwrap().current();
    let (mut shown, mut hidden) = (0, 0);
    for _ in 0..STANDINGS / STORIES {
        for story in &stories {
            let standing = draw(&mut runner);
            set_standing(&test, story.id, &standing).await?;
            // The moments at which it changes, the microseconds beside them, and two that have nothing to do with it.
            let edges = [standing.release_at, standing.expires_at].into_iter().flatten();
            let mut asked: Vec<Timestamp> = edges
                .flat_map(|at| [-1, 0, 1].map(|beside| Timestamp::from_micros(at.as_micros() + beside)))
                .collect();
            asked.extend((0..2).map(|_| moments.new_tree(&mut runner).unwrap().current()));
            for now in asked {
                let wanted = standing.is_visible(now);
                *(if wanted { &mut shown } else { &mut hidden }) += 1;
                for (way, is) in ways(&test, story, now).await? {
                    assert_eq!(is, wanted, "{way} at {now} of {standing:#?}");
                }
            }
        }
    }
    // Without a fair share of each the agreement would say little.
    assert!(shown > 100 && hidden > 100, "{shown} shown, {hidden} hidden");
    Ok(())
}

/// What can happen to a story.
#[derive(Clone, Debug)]
enum Act {
    Publish(Option<Timestamp>),
    Embargo(Timestamp),
    LiftEmbargo,
    Withhold,
    LetGo,
    Unpublish,
    Kill,
    Due,
    Tick(i64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        3 => proptest::option::of(moment()).prop_map(Act::Publish),
        2 => moment().prop_map(Act::Embargo),
        1 => Just(Act::LiftEmbargo),
        1 => Just(Act::Withhold),
        2 => Just(Act::LetGo),
        1 => Just(Act::Unpublish),
        1 => Just(Act::Kill),
        3 => Just(Act::Due),
        3 => (1_i64..40).prop_map(Act::Tick),
    ]
}

async fn acts_in_any_order_leave_the_two_agreed(engine: Engine) -> anyhow::Result<()> {
    use masthead_features::stories as desk;
    let test = TestApp::new(engine).await?;
    let mut runner = TestRunner::deterministic();
    let histories = proptest::collection::vec(act(), 4..10);
    for number in 0..40 {
        test.clock.set(start());
        let id = test.draft(&format!("Dunlin {number}"), "dunlin", &PLACES).await?;
        let (app, by) = (&test.app, "test");
        let history = histories.new_tree(&mut runner).unwrap().current();
        // What was said of the embargo: it holds whatever else happens, until it is lifted.
        let mut embargo: Option<Timestamp> = None;
        for act in &history {
            // Acts that the rules refuse are part of the game: they must change nothing.
            let before = rows::by_id(&mut app.db.reader().await?, id).await?;
            let result = match act.clone() {
                Act::Publish(at) => desk::publish(app, id, at, by).await.map(drop),
                Act::Embargo(until) => {
                    embargo = embargo.max(Some(until));
                    desk::embargo(app, id, until, by).await.map(drop)
                }
                Act::LiftEmbargo => desk::lift_embargo(app, id, "test", by).await.map(|_| embargo = None),
                Act::Withhold => desk::withhold(app, id, "test", by).await.map(drop),
                Act::LetGo => desk::let_go(app, id, by).await.map(drop),
                Act::Unpublish => desk::unpublish(app, id, "", by).await.map(drop),
                Act::Kill => desk::kill(app, id, "test", by).await.map(drop),
                Act::Due => {
                    test.run_jobs().await?;
                    Ok(())
                }
                Act::Tick(minutes) => {
                    test.clock.step_seconds(minutes * 60);
                    Ok(())
                }
            };
            let now = app.now();
            let mut conn = app.db.reader().await?;
            let record = rows::by_id(&mut conn, id).await?;
            if result.is_err() {
                assert_eq!(record, before, "{act:?} was refused and changed something all the same");
            }
            let wanted = record.unwrap().standing.is_visible(now);
            let found = matches!(public::by_id(&mut conn, now, id).await?, Found::Story(..));
            assert_eq!(found, wanted, "after {act:?} of {history:?}");
            assert!(
                !(found && embargo.is_some_and(|until| until > now)),
                "{act:?} of {history:?} leaks an embargo"
            );
            let site = test.site("daily");
            let listed = public::newest(&mut conn, now, site, site, 100).await?;
            assert_eq!(
                listed.iter().any(|card| card.story == id),
                found,
                "list after {act:?} of {history:?}"
            );
        }
    }
    Ok(())
}
