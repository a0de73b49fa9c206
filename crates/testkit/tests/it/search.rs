//! Search, from publication to the page: what is found, and what never is.

use crate::support::process::Network;
use masthead_domain::ids::StoryId;
use masthead_features::pages::Pages;
use masthead_features::search::{self, Differences};
use masthead_features::stories as desk;
use masthead_server::serve::load_themes;
use masthead_services::search::{Batch, SearchDoc, SearchIndex};
use masthead_store::{Engine, log};
use masthead_testkit::build::{content, ninjs};
use masthead_testkit::{PATIENCE, TestApp, TestNode, http, on_both_engines};
use masthead_web::errors::WebError;
use std::sync::Arc;
use std::time::{Duration, Instant};

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
    let pages = Pages::new(Arc::clone(&test.app), load_themes(test.folder())?);
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
    verify_tells_how_an_index_differs,
    the_api_searches_as_the_page_does,
    a_missing_address_suggests_what_the_index_has,
    a_rebuild_by_command_reaches_the_running_node,
);

async fn verify_tells_how_an_index_differs(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let shown = test.publish("The lighthouse", "lantern", &PLACES).await?;
    let lost = test.publish("The pier", "lantern", &PLACES).await?;
    let draft = test.draft("The jetty", "lantern", &PLACES).await?;
    log::stamp(&test.app.db).await?;
    let index = SearchIndex::open(&test.folder().join("index"))?;
    assert_eq!(search::differences(&test.app, &index).await?, None, "never filled");
    let mark = search::begin(&test.app, &index).await?;
    assert_eq!(
        search::differences(&test.app, &index).await?,
        Some(Differences::default())
    );
    // What is killed or published after the commit is no fault of the index: it follows.
    let later = test.publish("The slip", "lantern", &PLACES).await?;
    desk::kill(&test.app, shown, "wrong", "test").await?;
    log::stamp(&test.app.db).await?;
    assert_eq!(
        search::differences(&test.app, &index).await?,
        Some(Differences::default())
    );
    let mark = search::follow(&test.app, &index, mark).await?;
    // Damage: a story falls out, a draft and one that never was get in.
    let stranger = StoryId(uuid::Uuid::from_u128(77));
    let doc = |story| SearchDoc {
        story,
        language: "en".into(),
        headline: "The jetty".into(),
        standfirst: String::new(),
        names: String::new(),
        body: "lantern".into(),
        lists: vec![test.site("daily").0],
        published: test.app.now(),
    };
    let damage = Batch {
        put: vec![doc(draft), doc(stranger)],
        remove: vec![lost],
        commit: Some(mark),
        ..Batch::default()
    };
    index.apply(damage).await?;
    let found = search::differences(&test.app, &index).await?.unwrap();
    let expected = Differences {
        missing: vec![lost],
        withheld: vec![draft],
        unknown: vec![stranger],
    };
    assert_eq!(found, expected);
    // Asked for, it is made anew by the next step of the follower.
    let asked = search::ask_rebuild(&test.app).await?;
    let next = search::follow(&test.app, &index, mark).await?;
    assert!(next.position >= asked);
    assert_eq!(
        search::differences(&test.app, &index).await?,
        Some(Differences::default())
    );
    assert_eq!(index.stories()?.into_iter().collect::<Vec<_>>(), {
        let mut both = vec![lost, later];
        both.sort();
        both
    });
    Ok(())
}

async fn the_api_searches_as_the_page_does(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    let mut ids = Vec::new();
    for headline in ["The ferry", "The tug", "The barge"] {
        ids.push(test.publish(headline, "gangway", &PLACES).await?.to_string());
    }
    test.publish("A day at the races", "paddock", &["daily/sport"]).await?;
    until(&node, "daily", "/search?q=gangway", 3).await?;
    until(&node, "daily", "/search?q=paddock", 1).await?;
    // Read to the end, each once.
    let mut seen = Vec::new();
    let mut next = Some("/api/v1/search?q=gangways&limit=2".to_owned());
    while let Some(path) = next {
        let answer = node.get("daily", &path).await?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let page = answer.json()?;
        assert_eq!((&page["total"], &page["more"]), (&3.into(), &false.into()));
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        next = page["next"]
            .as_str()
            .map(|url| url.strip_prefix("https://daily.example").unwrap().to_owned());
    }
    ids.sort();
    seen.sort();
    assert_eq!(seen, ids);
    for (query, hits) in [
        ("q=gangway&section=sport", 0),
        ("q=gangway&site=weekly&section=world", 3),
        ("q=paddock&site=weekly", 0),
        ("q=gangway&from=2025-11-25&to=2025-11-25", 3),
        ("q=gangway&from=2025-11-26", 0),
        ("q=%22%3F%21%22", 0),
        ("q=gagnway", 3),
    ] {
        let answer = node.get("daily", &format!("/api/v1/search?{query}")).await?;
        assert_eq!(
            answer.json()?["items"].as_array().map(Vec::len),
            Some(hits),
            "{query}: {}",
            answer.text()
        );
    }
    for (query, status, code) in [
        ("", 400, "no-words"),
        ("q=+", 400, "no-words"),
        ("q=a&from=yesterday", 400, "bad-date"),
        ("q=a&to=20251125", 400, "bad-date"),
        ("q=a&limit=0", 400, "bad-limit"),
        ("q=a&after=x", 400, "bad-cursor"),
        ("q=a&after=400", 404, "no-such-cursor"),
        ("q=a&section=nowhere", 404, "no-such-list"),
        ("q=a&site=nowhere", 404, "no-such-site"),
    ] {
        let answer = node.get("daily", &format!("/api/v1/search?{query}")).await?;
        assert_eq!(
            (answer.status, answer.json()?["code"].as_str()),
            (status, Some(code)),
            "{query}"
        );
    }
    let refused = http::send(node.address, "TRACE", "daily.example", "/api/v1/search", &[], &[]).await?;
    assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
    // A killed story is no hit in the very next answer.
    desk::kill(&test.app, ids[0].parse()?, "wrong", "test").await?;
    let after = node.get("daily", "/api/v1/search?q=gangway").await?;
    assert!(!after.text().contains(&ids[0]), "{}", after.text());
    assert_eq!(after.json()?["total"], 2);
    node.stop().await;
    Ok(())
}

async fn a_missing_address_suggests_what_the_index_has(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    let id = test
        .publish("Waves over the harbour wall", "breakwater", &PLACES)
        .await?;
    until(&node, "daily", "/search?q=breakwater", 1).await?;
    // A word of its text in another form, which no headline has; and a slip of the finger.
    for missing in ["/2019/03/breakwaters-shut.html", "/news/brekwater-closed"] {
        let answer = node.get("daily", missing).await?;
        assert_eq!(answer.status, 404);
        let text = answer.text();
        let (_, suggested) = text.split_once("id=\"suggested\"").unwrap_or_default();
        assert!(suggested.contains("Waves over the harbour wall"), "{missing}: {text}");
    }
    desk::kill(&test.app, id, "wrong", "test").await?;
    let answer = node.get("daily", "/2019/03/breakwaters-shut.html").await?;
    assert!(!answer.text().contains("Waves over"), "{}", answer.text());
    node.stop().await;
    Ok(())
}

async fn a_rebuild_by_command_reaches_the_running_node(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    let server = network.serve()?;
    let document = ninjs("one", 1, "The sluice is open", "sluicegate").to_string();
    assert_eq!(server.push(document.as_bytes()).await?.status, 202);
    let end = Instant::now() + PATIENCE;
    while hits_in(&server.get("/search?q=sluicegate").await?.text()) != 1 {
        anyhow::ensure!(Instant::now() < end, "the story is never found");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let done = network.json(&["search", "rebuild"])?;
    assert_eq!((&done["done"], &done["stories"]), (&true.into(), &1.into()), "{done}");
    assert_eq!(hits_in(&server.get("/search?q=sluicegate").await?.text()), 1);
    let report = network.json(&["verify"])?;
    assert_eq!(report["ok"], true, "{report}");
    server.kill()?;
    // Without a server the command does it itself.
    let done = network.json(&["search", "rebuild"])?;
    assert_eq!((&done["done"], &done["stories"]), (&true.into(), &1.into()), "{done}");
    let output = network.run(&["verify"])?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("search index"), "{said}");
    Ok(())
}
