//! Search, from publication to the page: what is found, and what never is.

use masthead_domain::ids::StoryId;
use masthead_features::pages::Pages;
use masthead_features::{search, stories as desk};
use masthead_server::serve::load_theme;
use masthead_services::search::SearchIndex;
use masthead_store::{Engine, log};
use masthead_testkit::build::content;
use masthead_testkit::{TestApp, TestNode, on_both_engines};
use masthead_web::errors::WebError;
use std::sync::Arc;

const PLACES: [&str; 2] = ["daily/world/europe", "weekly/world"];

/// Asks until the answer has, or has no more, a link to a story.
async fn until(node: &TestNode, site: &str, path: &str, hits: usize) -> anyhow::Result<String> {
    let answer = node
        .get_until(site, path, |answer| {
            answer.status == 200 && hits_in(&answer.text()) == hits
        })
        .await?;
    Ok(answer.text())
}

fn hits_in(html: &str) -> usize {
    html.matches("<article class=\"card row line").count()
}

async fn a_story_is_found_from_its_publication_to_its_kill(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    let id = test
        .publish("Waves over the harbour wall", "breakwater", &PLACES)
        .await?;
    test.publish("A day at the races", "paddock", &["daily/sport"]).await?;

    let html = until(&node, "daily", "/search?q=breakwaters", 1).await?;
    assert!(
        html.contains("The <mark>breakwater</mark> was closed") || html.contains("at the <mark>breakwater</mark>"),
        "{html}"
    );
    assert!(html.contains("<meta name=\"robots\" content=\"noindex"), "{html}");
    assert!(html.contains("value=\"breakwaters\""));
    assert!(html.contains("One story"));
    for found in [
        "/search?q=Harbour+wall",
        "/search?q=brekwater",
        "/search?q=%22harbour+wall%22",
        "/search?q=breakwater&section=world",
        "/search?q=breakwater&section=world%2Feurope&from=2025-11-25&to=2025-11-25",
        "/search?q=ada+quill+breakwater",
    ] {
        until(&node, "daily", found, 1).await?;
    }
    for nothing in [
        "/search?q=%22wall+harbour%22",
        "/search?q=breakwater&section=sport",
        "/search?q=breakwater&from=2025-11-26",
        "/search?q=breakwater&to=2025-11-24",
        "/search?q=%22%3F%21%22",
    ] {
        until(&node, "daily", nothing, 0).await?;
    }
    let both = until(&node, "daily", "/search?q=breakwater+paddock", 2).await?;
    assert!(both.contains("No story has all of these words"), "{both}");
    until(&node, "weekly", "/search?q=breakwater", 1).await?;
    until(&node, "weekly", "/search?q=paddock", 0).await?;
    assert_eq!(node.get("daily", "/search?q=a&section=nowhere").await?.status, 404);

    desk::revise(&test.app, id, content("Waves over the harbour wall", "mole"), "test").await?;
    until(&node, "daily", "/search?q=mole", 1).await?;
    until(&node, "daily", "/search?q=breakwater", 0).await?;

    desk::kill(&test.app, id, "wrong", "test").await?;
    // The very next request: nothing waits for the index.
    let answer = node.get("daily", "/search?q=mole").await?;
    assert_eq!((answer.status, hits_in(&answer.text())), (200, 0), "{}", answer.text());
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    node.stop().await;
    Ok(())
}

async fn an_index_that_lags_shows_nothing_that_was_taken_back(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let killed = test.publish("The lighthouse", "lantern", &PLACES).await?;
    let withheld = test.publish("The pier", "lantern", &PLACES).await?;
    test.publish("The jetty", "lantern", &PLACES).await?;
    // No node runs, so that nobody follows: the index stays as it is made here.
    let index = Arc::new(SearchIndex::open(&test.folder().join("index"))?);
    let mark = search::begin(&test.app, &index).await?;
    let pages = Pages::new(Arc::clone(&test.app), Arc::new(load_theme(test.folder())?));
    pages.set_search(Arc::clone(&index));
    assert_eq!(asked(&test, &pages, "lantern").await?.0, 3);
    desk::kill(&test.app, killed, "wrong", "test").await?;
    desk::withhold(&test.app, withheld, "in doubt", "test").await?;
    let (hits, html) = asked(&test, &pages, "lantern").await?;
    assert_eq!((index.len(), hits), (3, 1), "the index still has them");
    assert!(html.contains("One story"), "nor does the count tell of them");

    // On PostgreSQL a node's stamper gives events their positions, and none runs.
    log::stamp(&test.app.db).await?;
    let next = search::follow(&test.app, &index, mark).await?;
    assert_eq!((next.position > mark.position, index.len()), (true, 1));
    assert_eq!(
        search::begin(&test.app, &index).await?,
        next,
        "the mark is in the index"
    );
    Ok(())
}

async fn asked(test: &TestApp, pages: &Pages, words: &str) -> anyhow::Result<(usize, String)> {
    let site = Arc::clone(test.app.sites().by_slug("daily").unwrap());
    let page = pages
        .respond(&site, "/search", Some(&format!("q={words}")))
        .await
        .map_err(|error: WebError| anyhow::anyhow!("{error:?}"))?;
    let html = String::from_utf8(page.body.to_vec())?;
    Ok((hits_in(&html), html))
}

async fn an_embargoed_story_is_no_hit_before_its_moment(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    let moment = test.app.now().plus_seconds(3600);
    let secret: StoryId = test.draft("The budget", "sluicegate", &PLACES).await?;
    desk::embargo(&test.app, secret, moment, "test").await?;
    desk::publish(&test.app, secret, None, "test").await?;
    test.publish("The weather", "drizzle", &PLACES).await?;
    // The later story is found, so that the earlier one's events were followed too.
    until(&node, "daily", "/search?q=drizzle", 1).await?;
    let answer = node.get("daily", "/search?q=sluicegate").await?;
    assert_eq!(hits_in(&answer.text()), 0);
    test.clock.step_seconds(3601);
    test.run_jobs().await?;
    until(&node, "daily", "/search?q=sluicegate", 1).await?;
    node.stop().await;
    Ok(())
}

async fn a_restart_goes_on_and_a_replaced_log_is_taken_in_anew(engine: Engine) -> anyhow::Result<()> {
    let mut test = TestApp::new(engine).await?;
    let node = test.start().await?;
    test.publish("The ferry", "gangway", &PLACES).await?;
    until(&node, "daily", "/search?q=gangway", 1).await?;
    node.stop().await;
    test.reopen().await?;
    // Published while nobody followed.
    test.publish("The tug", "towrope", &PLACES).await?;
    let node = test.start().await?;
    until(&node, "daily", "/search?q=towrope", 1).await?;
    until(&node, "daily", "/search?q=gangway", 1).await?;
    node.stop().await;

    // The index of one network before the log of another.
    let other = TestApp::new(engine).await?;
    other.publish("The buoy", "mooring", &PLACES).await?;
    let index = SearchIndex::open(&test.folder().join("search"))?;
    assert!(index.is_filled() && index.len() == 2);
    search::begin(&other.app, &index).await?;
    assert_eq!(index.len(), 1);
    Ok(())
}

async fn bare_and_hostile_requests_are_answered(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    test.publish("The dunes", "marram", &PLACES).await?;
    until(&node, "daily", "/search?q=marram", 1).await?;
    let bare = node.get("daily", "/search").await?;
    assert_eq!(bare.status, 200);
    assert!(bare.text().contains("The dunes") && !bare.text().contains("noindex"));

    let operators = "%2B-%28%29%5B%5D%22%3A%2A%3F%7E%5E%00%EF%BF%BD".repeat(200);
    let tag = node
        .get("daily", "/search?q=%22%3E%3Cscript%3Ealert%281%29%3C%2Fscript%3E")
        .await?;
    assert!(!tag.text().contains("<script>alert"), "{}", tag.text());
    for query in [
        format!("q={operators}"),
        format!("q={}", "a+".repeat(5_000)),
        format!("q={}", "%22".repeat(3_000)),
        "q=%00marram%00".into(),
        "q=%ff%fe".into(),
        "q=marram&page=18446744073709551615&from=9999-99-99&to=-1".into(),
        "q=marram&page=-1&from=0000-01-01&to=9999-12-31".into(),
        "q=marram&page=20".into(),
        "q=&section=&from=&to=".into(),
        "q=title:x+AND+NOT+(+OR+%2A".into(),
    ] {
        let answer = node.get("daily", &format!("/search?{query}")).await?;
        assert!(
            matches!(answer.status, 200 | 400 | 413 | 414 | 431),
            "{} for {query}",
            answer.status
        );
        assert!(!answer.text().contains('\0'));
    }
    node.stop().await;
    Ok(())
}

on_both_engines!(
    a_story_is_found_from_its_publication_to_its_kill,
    an_index_that_lags_shows_nothing_that_was_taken_back,
    an_embargoed_story_is_no_hit_before_its_moment,
    a_restart_goes_on_and_a_replaced_log_is_taken_in_anew,
    bare_and_hostile_requests_are_answered,
);
