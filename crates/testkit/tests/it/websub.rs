//! WebSub: the hub that the settings name is told of each change once, also of one made while no node ran.

use crate::support::plant;
use crate::support::upstream::{Page, Upstream};
use masthead_features::stories as desk;
use masthead_store::Engine;
use masthead_testkit::{PATIENCE, TestApp, on_both_engines, until};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

on_both_engines!(a_hub_is_told_of_each_change_once);

/// The feeds of the forms that come until `last` is among them. Time goes by meanwhile, for what is tried again.
async fn told(test: &TestApp, hub: &Upstream, last: &str) -> anyhow::Result<Vec<String>> {
    let end = Instant::now() + PATIENCE;
    let mut feeds = Vec::new();
    while !feeds.iter().any(|feed| feed == last) {
        anyhow::ensure!(Instant::now() < end, "{last} is never told: {feeds:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
        test.clock.step_seconds(1);
        for form in hub.forms() {
            let fields: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
            assert_eq!(fields[0], ("hub.mode".into(), "publish".into()));
            assert!(fields[1..].iter().all(|(name, _)| name == "hub.url"), "{fields:?}");
            feeds.extend(fields.into_iter().skip(1).map(|(_, feed)| feed));
        }
    }
    Ok(feeds)
}

async fn a_hub_is_told_of_each_change_once(engine: Engine) -> anyhow::Result<()> {
    let hub = Upstream::start().await?;
    hub.set("/hub", Page::status(204));
    let mut test = TestApp::with_settings(engine, |settings| {
        settings.network.websub_hub = hub.url("/hub");
        settings.outgoing.allow = vec![hub.address.to_string()];
    })
    .await?;
    plant::people_and_topics(&test).await?;
    // Published before anybody followed: old material.
    plant::publish(&test, "dabchick").await?;
    let node = test.start().await?;
    let feed = node.get("daily", "/feed.atom").await?;
    assert!(
        feed.text()
            .contains(&format!("rel=\"hub\" href=\"{}\"", hub.url("/hub"))),
        "{}",
        feed.text()
    );
    // The follower has begun when its place is kept.
    until("the follower", async || {
        let mut conn = test.app.db.reader().await?;
        Ok(masthead_store::followers::cursor(&mut conn, "websub", "*")
            .await?
            .is_some())
    })
    .await?;
    let story = plant::publish(&test, "coot").await?;
    let last = "https://weekly.example/world/feed.xml";
    let feeds = told(&test, &hub, last).await?;
    let once: BTreeSet<&String> = feeds.iter().collect();
    assert_eq!(once.len(), feeds.len(), "each once: {feeds:?}");
    for wanted in [
        "https://daily.example/feed.xml",
        "https://daily.example/feed.json",
        "https://daily.example/world/feed.xml",
        "https://daily.example/world/europe/feed.atom",
        "https://daily.example/topics/tides/feed.xml",
        "https://weekly.example/feed.xml",
        last,
    ] {
        assert!(feeds.iter().any(|feed| feed == wanted), "{wanted}: {feeds:?}");
    }
    assert!(!feeds.iter().any(|feed| feed.contains("/sport/")), "{feeds:?}");
    for feed in &feeds {
        let (site, path) = feed.strip_prefix("https://").unwrap().split_once('/').unwrap();
        let site = site.strip_suffix(".example").unwrap();
        assert_eq!(node.get(site, &format!("/{path}")).await?.status, 200, "{feed}");
    }
    node.stop().await;

    // A change while nobody runs is told after the start, and nothing that was told before.
    test.reopen().await?;
    desk::kill(&test.app, story.id, "It was wrong", "test").await?;
    hub.set("/hub", Page::status(503));
    let node = test.start().await?;
    let first = told(&test, &hub, "https://daily.example/feed.xml").await?;
    // It answered that it can't look now: it is told again, from the beginning.
    hub.set("/hub", Page::status(202));
    let again = told(&test, &hub, last).await?;
    let once: BTreeSet<&String> = again.iter().collect();
    assert_eq!(once.len(), again.len(), "each once: {again:?}");
    assert!(first.iter().all(|feed| once.contains(feed)), "{first:?} {again:?}");
    // Then it is quiet, whatever time goes by, and the next node has nothing to tell either.
    test.clock.step_seconds(3_600);
    node.stop().await;
    test.reopen().await?;
    let node = test.start().await?;
    plant::publish(&test, "moorhen").await?;
    let feeds = told(&test, &hub, last).await?;
    let once: BTreeSet<&String> = feeds.iter().collect();
    assert_eq!(
        once.len(),
        feeds.len(),
        "the killed story's feeds were told again: {feeds:?}"
    );
    node.stop().await;
    Ok(())
}
