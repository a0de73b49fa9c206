//! Embargoes and other withholding, seen from outside: nothing on any surface, release by the due job alone, at its
//! moment, after a restart too.

use crate::support::plant::{self, PLACES, Planted, addresses, people_and_topics};
use crate::support::surfaces::{self, Shown};
use masthead_domain::stories::StoryState;
use masthead_domain::time::{Clock, Timestamp};
use masthead_features::ingest::{self, Source};
use masthead_features::stories as desk;
use masthead_server::probes;
use masthead_services::clock::SystemClock;
use masthead_store::public::{self, Found};
use masthead_store::{Engine, stories as rows};
use masthead_testkit::build::ninjs;
use masthead_testkit::{TestApp, TestNode, on_both_engines};
use std::sync::Arc;
use std::time::Duration;

on_both_engines!(
    what_is_withheld_shows_on_no_surface,
    the_due_job_releases_at_the_moment,
    a_release_that_fell_due_while_nothing_ran_happens_at_the_next_start,
    what_expires_is_gone_at_the_moment,
    a_sister_story_that_says_the_same_is_no_leak,
);

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

async fn what_is_withheld_shows_on_no_surface(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let app = &test.app;
    let later = test.app.now().plus_seconds(3_600);
    // Three that readers saw, three that they never saw, and one that stays.
    let seen = [
        plant::publish(&test, "avocet").await?,
        plant::publish(&test, "bittern").await?,
        plant::publish(&test, "curlew").await?,
    ];
    let unseen = [
        plant::plant(&test, "dotterel").await?,
        plant::plant(&test, "shoveler").await?,
        plant::plant(&test, "fulmar").await?,
    ];
    let open = plant::publish(&test, "gannet").await?;
    desk::embargo(app, unseen[1].id, later, "test").await?;
    desk::publish(app, unseen[1].id, None, "test").await?;
    desk::publish(app, unseen[2].id, Some(later), "test").await?;

    let everything: Vec<&Planted> = seen.iter().chain(&unseen).chain([&open]).collect();
    // An entry is as public as its story.
    for story in &everything {
        let said = format!("What the {} does now", story.word);
        plant::entry(&test, story.id, &said, "It is still there.").await?;
    }
    let node = test.start().await?;
    let asked = surfaces::all(&test, &everything).await?;
    let shown = surfaces::showing(&node, &asked, &everything).await?;
    for story in seen.iter().chain([&open]) {
        // All pages are in memory now, and on disk; and the list of surfaces is proved to find what is there.
        let on = surfaces_of(&shown, story);
        assert!(on.len() >= 45, "{} is on {} only: {on:#?}", story.word, on.len());
    }
    for story in &unseen {
        assert_eq!(surfaces_of(&shown, story), [""; 0], "{}", story.word);
    }

    desk::embargo(app, seen[0].id, later, "test").await?;
    desk::withhold(app, seen[1].id, "the lawyers look at it", "test").await?;
    desk::unpublish(app, seen[2].id, "", "test").await?;
    for story in &seen {
        // A file is on no other page, so when the follower has taken it away it has taken all.
        for site in surfaces::SITES {
            node.get_until(site, &story.files[0], |answer| answer.status == 404)
                .await?;
        }
    }
    let asked = surfaces::all(&test, &everything).await?;
    let shown = surfaces::showing(&node, &asked, &everything).await?;
    for story in seen.iter().chain(&unseen) {
        assert_eq!(surfaces_of(&shown, story), [""; 0], "{}", story.word);
    }
    assert!(surfaces_of(&shown, &open).len() >= 45, "the others are still there");
    // The built-in probe agrees, and says so of every surface that it asked.
    let mut settings = test.settings.clone();
    settings.server.listen = node.address.to_string();
    for story in &everything {
        let report = probes::embargo(app, &settings, story.id).await?;
        let public = story.id == open.id;
        assert_eq!((report.public, report.leaks), (public, 0), "{report:#?}");
        let showing = report.answers.iter().filter(|answer| !answer.leaks.is_empty()).count();
        assert!(
            if public { showing >= 20 } else { showing == 0 },
            "{}: {report:#?}",
            story.word
        );
        assert!(report.answers.len() >= 60, "{} surfaces", report.answers.len());
    }
    node.stop().await;
    Ok(())
}

fn surfaces_of<'a>(shown: &'a [Shown], story: &Planted) -> Vec<&'a str> {
    let of = shown.iter().filter(|one| one.word == story.word);
    of.map(|one| one.surface.as_str()).collect()
}

async fn a_sister_story_that_says_the_same_is_no_leak(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let mut twins = Vec::new();
    for _ in 0..2 {
        let id = test
            .draft("The whimbrels are back on the flats", "whimbrel", &PLACES)
            .await?;
        desk::publish(&test.app, id, None, "test").await?;
        twins.push(id);
    }
    desk::withhold(&test.app, twins[1], "the lawyers look at it", "test").await?;
    let report = probes::embargo(&test.app, &test.settings, twins[1]).await?;
    assert_eq!((report.public, report.leaks), (false, 0), "{report:#?}");
    // The one that readers may see is there, so its words were met.
    let report = probes::embargo(&test.app, &test.settings, twins[0]).await?;
    assert!(report.public);
    assert!(
        report.answers.iter().filter(|answer| !answer.leaks.is_empty()).count() >= 10,
        "{report:#?}"
    );
    Ok(())
}

/// A story that is published behind an embargo until the moment.
async fn embargoed(test: &TestApp, word: &str, until: Timestamp) -> anyhow::Result<masthead_domain::ids::StoryId> {
    let id = test.draft(&format!("The {word} is back"), word, &PLACES).await?;
    desk::embargo(&test.app, id, until, "test").await?;
    desk::publish(&test.app, id, None, "test").await?;
    Ok(id)
}

/// Which fronts and lists show a word.
async fn fronts_showing(node: &TestNode, word: &str) -> anyhow::Result<Vec<String>> {
    let mut showing = Vec::new();
    for site in surfaces::SITES {
        for path in ["/", "/world", "/feed.xml", "/api/v1/stories", "/news-sitemap.xml"] {
            if node.get(site, path).await?.text().contains(word) {
                showing.push(format!("{site}{path}"));
            }
        }
    }
    Ok(showing)
}

async fn the_due_job_releases_at_the_moment(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let moment = at("2025-11-25T09:30:00Z");
    let story = embargoed(&test, "sandpiper", moment).await?;
    let node = test.start().await?;
    test.clock.set(Timestamp::from_micros(moment.as_micros() - 1));
    // Longer than the job runner ever sleeps.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    assert_eq!(fronts_showing(&node, "sandpiper").await?, [""; 0]);
    test.clock.set(moment);
    for site in surfaces::SITES {
        node.get_until(site, "/world", |answer| answer.text().contains("sandpiper"))
            .await?;
        node.get_until(site, "/feed.xml", |answer| answer.text().contains("sandpiper"))
            .await?;
    }
    for (site, path) in addresses(&test, story).await? {
        let page = node.get_until(site, &path, |answer| answer.status == 200).await?;
        assert!(page.text().contains("sandpiper"));
    }
    let record = rows::by_id(&mut test.app.db.reader().await?, story).await?.unwrap();
    assert_eq!(
        record.standing.first_published_at,
        Some(moment),
        "dated by the moment, not by the job"
    );
    node.stop().await;
    Ok(())
}

async fn a_release_that_fell_due_while_nothing_ran_happens_at_the_next_start(engine: Engine) -> anyhow::Result<()> {
    let mut test = TestApp::new(engine).await?;
    let moment = at("2025-11-25T09:30:00Z");
    let story = embargoed(&test, "turnstone", moment).await?;
    let node = test.start().await?;
    assert_eq!(fronts_showing(&node, "turnstone").await?, [""; 0]);
    node.stop().await;
    test.clock.set(moment.plus_seconds(7_200));
    test.reopen().await?;
    let mut conn = test.app.db.reader().await?;
    let found = public::by_id(&mut conn, test.app.now(), story).await?;
    assert_eq!(found, Found::Nothing, "the date alone shows nothing");
    drop(conn);
    let node = test.start().await?;
    node.get_until("daily", "/world", |answer| answer.text().contains("turnstone"))
        .await?;
    node.get_until("weekly", "/feed.atom", |answer| answer.text().contains("turnstone"))
        .await?;
    node.stop().await;
    Ok(())
}

async fn what_expires_is_gone_at_the_moment(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let source = Source {
        name: "agency".into(),
        place: vec!["daily/world".into()],
        publish: true,
        ..Source::default()
    };
    let mut document = ninjs("urn:test:expires", 1, "Tickets while they last", "whimbrel");
    document["expires"] = serde_json::json!("2025-11-25T10:00:00Z");
    let taken = ingest::document(&test.app, &source, document.to_string().into_bytes(), "document", None).await?;
    let story = taken.taken[0].story.unwrap();
    let node = test.start().await?;
    let (site, path) = addresses(&test, story).await?.remove(0);
    assert_eq!(node.get(site, &path).await?.status, 200);
    assert!(!fronts_showing(&node, "Tickets while they last").await?.is_empty());
    test.clock.set(at("2025-11-25T10:00:00Z"));
    node.get_until(site, &path, |answer| answer.status == 404).await?;
    assert_eq!(fronts_showing(&node, "Tickets while they last").await?, [""; 0]);
    node.stop().await;
    Ok(())
}

/// A clock that runs an hour fast.
struct Fast;

impl Clock for Fast {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus_seconds(3_600)
    }
}

/// On SQLite the database has no clock but the machine's own, so only PostgreSQL can tell that a node's is wrong.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_whose_clock_runs_fast_releases_nothing() -> anyhow::Result<()> {
    let test = TestApp::new(Engine::Postgres).await?;
    let moment = SystemClock.now().plus_seconds(4);
    test.clock.set(SystemClock.now());
    let story = embargoed(&test, "phalarope", moment).await?;
    let fast = test.start_another("fast", Arc::new(Fast)).await?;
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(fronts_showing(&fast, "phalarope").await?, [""; 0]);
    let record = rows::by_id(&mut test.app.db.reader().await?, story).await?.unwrap();
    assert_eq!(record.standing.state, StoryState::Scheduled);
    // A node that goes right releases it in time.
    let right = test.start_another("right", Arc::new(SystemClock)).await?;
    // A busy machine may need longer for the start than there was left.
    let shown = fronts_showing(&right, "phalarope").await?;
    assert!(shown.is_empty() || SystemClock.now() >= moment, "{shown:?}");
    right
        .get_until("daily", "/world", |answer| answer.text().contains("phalarope"))
        .await?;
    assert!(SystemClock.now() >= moment);
    right.stop().await;
    fast.stop().await;
    Ok(())
}
