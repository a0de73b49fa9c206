//! Alerts from their document to the page, the feed and the answer, and off all three: by an update, a cancellation, the
//! end of their time, or because their source lists them no more.

use crate::accounts::HOST;
use crate::desk::newsroom;
use crate::support::upstream::{Page, Upstream};
use flate2::Compression;
use flate2::write::GzEncoder;
use masthead_domain::alerts::State;
use masthead_domain::time::Clock;
use masthead_features::alerts::AlertSource;
use masthead_features::ingest;
use masthead_store::Engine;
use masthead_testkit::browser::Browser;
use masthead_testkit::http::{self, Answer};
use masthead_testkit::{PATIENCE, TestApp, TestNode, on_both_engines};
use std::io::Write as _;
use std::time::{Duration, Instant};

on_both_engines!(
    an_alert_is_shown_updated_and_canceled,
    what_is_not_meant_for_readers_is_kept_and_never_shown,
    a_cancellation_that_comes_first_counts_all_the_same,
    nobody_takes_back_what_another_sent,
    an_alert_begins_and_ends_in_its_time,
    what_a_source_lists_no_more_is_over_and_its_silence_is_told,
    the_desk_writes_changes_and_takes_back,
    an_index_leads_on_to_its_messages,
    a_place_has_what_is_near_it,
);

const TOKEN: &str = "a-long-token-of-the-coast";

fn source(name: &str) -> AlertSource {
    AlertSource {
        name: name.into(),
        token: Some(TOKEN.into()),
        credit: format!("{name} office"),
        ..AlertSource::default()
    }
}

/// A message of CAP; `more` stands in it where it may.
fn cap(identifier: &str, message: &str, headline: &str, more: &str) -> String {
    let expires = "2025-11-25T20:00:00+00:00";
    format!(
        r#"<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier><sender>gale@coast.example</sender>
        <sent>2025-11-25T08:{}:00+00:00</sent><status>Actual</status><msgType>{message}</msgType><scope>Public</scope>{more}
        <info><language>en-GB</language><category>Met</category><event>Gale</event><urgency>Immediate</urgency><severity>Extreme</severity>
        <certainty>Likely</certainty><expires>{expires}</expires><senderName>Coast office</senderName><headline>{headline}</headline>
        <description>Waves of nine metres &lt;at&gt; the mole.</description><instruction>Stay off the mole.</instruction>
        <area><areaDesc>The old harbour</areaDesc><polygon>53.4,9.8 53.4,10.1 53.6,10.1 53.6,9.8 53.4,9.8</polygon></area></info></alert>"#,
        10 + identifier.len() % 40
    )
}

fn referring(identifiers: &[&str]) -> String {
    let named = identifiers
        .iter()
        .map(|name| format!("gale@coast.example,{name},2025-11-25T08:00:00+00:00"));
    format!("<references>{}</references>", named.collect::<Vec<_>>().join(" "))
}

async fn network(engine: Engine) -> anyhow::Result<TestApp> {
    TestApp::with_settings(engine, |settings| {
        settings.alerts.sources = vec![source("coast"), source("roads")];
    })
    .await
}

async fn push(node: &TestNode, source: &str, document: &str) -> anyhow::Result<Answer> {
    push_bytes(node, source, document.as_bytes()).await
}

fn packed(document: &str) -> anyhow::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(document.as_bytes())?;
    Ok(packer.finish()?)
}

async fn push_bytes(node: &TestNode, source: &str, document: &[u8]) -> anyhow::Result<Answer> {
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str())];
    let path = format!("/ingest/{source}");
    http::send(node.address, "POST", "daily.example", &path, &headers, document).await
}

const PLACES: [&str; 4] = ["/alerts", "/alerts/feed.xml", "/alerts/feed.atom", "/api/v1/alerts"];

/// Waits until a text is on all pages and answers with alerts, or on none of them; gives how long it took.
async fn until(node: &TestNode, text: &str, shown: bool) -> anyhow::Result<Duration> {
    let start = Instant::now();
    for path in PLACES {
        node.get_until("daily", path, |answer| answer.text().contains(text) == shown)
            .await?;
    }
    Ok(start.elapsed())
}

async fn an_alert_is_shown_updated_and_canceled(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    // Pages are there before the first alert, and empty.
    until(&node, "Gale", false).await?;
    let first = push(&node, "coast", &cap("g1", "Alert", "Gale from the west", "")).await?;
    assert_eq!(first.status, 202, "{}", first.text());
    let said = first.json()?;
    assert_eq!(
        (&said["state"], &said["items"][0]["public"]),
        (&"new".into(), &true.into()),
        "{said}"
    );
    until(&node, "Gale from the west", true).await?;
    let list = node.get("daily", "/alerts").await?.text();
    assert!(
        list.contains("Extreme danger") && list.contains("The old harbour") && list.contains("<svg"),
        "{list}"
    );
    assert!(list.contains("coast office"), "the source is thanked: {list}");
    let own = format!("/alerts/{}", said["id"].as_str().unwrap());
    let page = node.get("daily", &own).await?.text();
    assert!(
        page.contains("Stay off the mole.") && page.contains("nine metres &lt;at&gt;"),
        "{page}"
    );
    let again = push(&node, "coast", &cap("g1", "Alert", "Gale from the west", "")).await?;
    assert_eq!((again.status, &again.json()?["state"]), (200, &"unchanged".into()));
    // Packed with gzip it is the same document, and half of a packed one is set aside with the reason.
    let packed = packed(&cap("g1", "Alert", "Gale from the west", ""))?;
    let again = push_bytes(&node, "coast", &packed).await?;
    assert_eq!((again.status, &again.json()?["state"]), (200, &"unchanged".into()));
    let half = packed.get(..packed.len() / 2).unwrap();
    let half = push_bytes(&node, "coast", half).await?;
    assert!(half.status == 422 && half.text().contains("gzip"), "{}", half.text());

    let update = push(
        &node,
        "coast",
        &cap("g22", "Update", "Gale from the north", &referring(&["g1"])),
    )
    .await?;
    assert_eq!(update.status, 202);
    until(&node, "Gale from the north", true).await?;
    until(&node, "Gale from the west", false).await?;
    let replaced = node.get_until("daily", &own, |answer| answer.status == 410).await?;
    assert!(
        replaced.text().contains("replaced by a newer one"),
        "{}",
        replaced.text()
    );

    let cancel = cap("g333", "Cancel", "Gale no more", &referring(&["g1", "g22"]));
    let canceled = push(&node, "coast", &cancel).await?.json()?;
    assert_eq!(
        (&canceled["items"][0]["public"], &canceled["items"][0]["stands"]),
        (&false.into(), &"hidden".into())
    );
    let took = until(&node, "Gale from the north", false).await?;
    println!("a canceled alert was gone from page, feeds and answer in {took:?}");
    until(&node, "Gale no more", false).await?;
    // What an agency sends twice changes nothing.
    push(
        &node,
        "coast",
        &cap("g22", "Update", "Gale from the north", &referring(&["g1"])),
    )
    .await?;
    until(&node, "Gale from the north", false).await?;
    node.stop().await;
    Ok(())
}

async fn what_is_not_meant_for_readers_is_kept_and_never_shown(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    let real = cap("real", "Alert", "Gale in earnest", "");
    push(&node, "coast", &real).await?;
    for (number, (from, to)) in [
        ("<status>Actual", "<status>Test"),
        ("<status>Actual", "<status>Exercise"),
        ("<status>Actual", "<status>Draft"),
        ("<status>Actual", "<status>System"),
        ("<status>Actual", "<status>Wirklich"),
        ("<scope>Public", "<scope>Restricted"),
        ("<msgType>Alert", "<msgType>Ack"),
        ("<msgType>Alert", "<msgType>Error"),
    ]
    .iter()
    .enumerate()
    {
        let document = cap(&format!("mock{number}"), "Alert", "Gale in play", &referring(&["real"])).replace(from, to);
        let answer = push(&node, "coast", &document).await?.json()?;
        assert_eq!(answer["items"][0]["stands"], "hidden", "{to}");
        let own = format!("/alerts/{}", answer["id"].as_str().unwrap());
        assert_eq!(node.get("daily", &own).await?.status, 404, "{to}");
    }
    // An exercise that takes something back takes back nothing.
    let exercise = cap("play", "Cancel", "Gale in play", &referring(&["real"])).replace(">Actual<", ">Exercise<");
    push(&node, "coast", &exercise).await?;
    until(&node, "Gale in earnest", true).await?;
    until(&node, "Gale in play", false).await?;
    let unreadable = push(&node, "coast", "<alert>").await?;
    assert!(
        unreadable.status == 422 && unreadable.json()?["problems"].is_array(),
        "{}",
        unreadable.text()
    );
    node.stop().await;
    Ok(())
}

async fn a_cancellation_that_comes_first_counts_all_the_same(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    push(
        &node,
        "coast",
        &cap("back", "Cancel", "Gale no more", &referring(&["late"])),
    )
    .await?;
    let late = push(&node, "coast", &cap("late", "Alert", "Gale that is over", ""))
        .await?
        .json()?;
    assert_eq!(late["items"][0]["stands"], "ended");
    until(&node, "Gale that is over", false).await?;
    node.stop().await;
    Ok(())
}

async fn nobody_takes_back_what_another_sent(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    push(&node, "coast", &cap("mine", "Alert", "Gale of the coast", "")).await?;
    // Another source with another sender names it, and is not heard.
    let foreign = cap("foreign", "Cancel", "Not yours", &referring(&["mine"]))
        .replace("<sender>gale@coast.example", "<sender>mischief@roads.example");
    push(&node, "roads", &foreign).await?;
    until(&node, "Gale of the coast", true).await?;
    // The same sender by another way is.
    push(&node, "roads", &cap("own", "Cancel", "Over", &referring(&["mine"]))).await?;
    until(&node, "Gale of the coast", false).await?;
    node.stop().await;
    Ok(())
}

async fn an_alert_begins_and_ends_in_its_time(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    let later = test.clock.now().plus_seconds(600).to_rfc3339();
    let end = test.clock.now().plus_seconds(1200).to_rfc3339();
    let document = cap("tide", "Alert", "Gale at high tide", "").replace(
        "<expires>2025-11-25T20:00:00+00:00",
        &format!("<effective>{later}</effective><expires>{end}"),
    );
    let answer = push(&node, "coast", &document).await?.json()?;
    assert_eq!(answer["items"][0]["stands"], State::Waiting.name(), "{answer}");
    until(&node, "Gale at high tide", false).await?;
    test.clock.step_seconds(601);
    test.run_jobs().await?;
    until(&node, "Gale at high tide", true).await?;
    test.clock.step_seconds(600);
    test.run_jobs().await?;
    until(&node, "Gale at high tide", false).await?;
    let own = format!("/alerts/{}", answer["id"].as_str().unwrap());
    node.get_until("daily", &own, |answer| answer.status == 410).await?;
    node.stop().await;
    Ok(())
}

async fn what_a_source_lists_no_more_is_over_and_its_silence_is_told(engine: Engine) -> anyhow::Result<()> {
    let works = |names: &[&str]| {
        let features: Vec<String> = names
            .iter()
            .map(|name| {
                format!(
                    r#"{{"id":"{name}","type":"Feature","properties":{{"core_details":{{"event_type":"work-zone","road_names":["{name}"]}},
                    "start_date":"2025-11-25T06:00:00Z","end_date":"2025-11-27T06:00:00Z","vehicle_impact":"all-lanes-closed"}},
                    "geometry":{{"type":"LineString","coordinates":[[9.9,53.5],[10.0,53.6]]}}}}"#
                )
            })
            .collect();
        format!(
            r#"{{"feed_info":{{"publisher":"Roads","update_date":"2025-11-25T08:00:00Z"}},"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        )
    };
    let upstream = Upstream::start().await?;
    upstream.set(
        "/works",
        Page::ok("application/json", works(&["Quay Street", "Mole Lane"])),
    );
    let polled = AlertSource {
        url: Some(upstream.url("/works")),
        token: None,
        ..source("works")
    };
    // The node knows the source, and is not the one who asks: every poll here is the test's.
    let settings = AlertSource {
        url: None,
        ..polled.clone()
    };
    let allowed = upstream.address.to_string();
    let test = TestApp::with_settings(engine, move |all| {
        all.alerts.sources = vec![settings];
        all.outgoing.allow = vec![allowed];
    })
    .await?;
    let node = test.start().await?;
    let source = ingest::Source::from(&polled);
    let report = ingest::run(&test.app, &source).await?;
    assert_eq!((report.items, report.set_aside.len()), (2, 0));
    until(&node, "Mole Lane", true).await?;
    let traffic = node.get("daily", "/alerts/traffic").await?.text();
    assert!(
        traffic.contains("Quay Street") && traffic.contains("Severe"),
        "{traffic}"
    );
    upstream.set("/works", Page::ok("application/json", works(&["Quay Street"])));
    ingest::run(&test.app, &source).await?;
    until(&node, "Mole Lane", false).await?;
    until(&node, "Quay Street", true).await?;

    upstream.set("/works", Page::status(500));
    assert!(ingest::run(&test.app, &source).await.is_err());
    let silent = node
        .get_until("daily", "/alerts", |answer| answer.text().contains("no data since"))
        .await?;
    assert!(silent.text().contains("Quay Street"), "what was known is still shown");
    upstream.set("/works", Page::ok("application/json", works(&["Quay Street"])));
    ingest::run(&test.app, &source).await?;
    node.get_until("daily", "/alerts", |answer| !answer.text().contains("no data since"))
        .await?;
    node.stop().await;
    Ok(())
}

async fn the_desk_writes_changes_and_takes_back(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let mut ed = room.browser("ed").await?;
    let mut rita = room.browser("rita").await?;
    assert_eq!(
        rita.get(HOST, "/desk/alerts").await?.status,
        403,
        "a reporter doesn't warn a town"
    );
    let mut fields = vec![
        ("kind", "traffic"),
        ("severity", "severe"),
        ("headline", "Old Bridge is shut"),
        ("description", "A ship hit a pillar."),
        ("area", "Old Bridge"),
        ("lat", "53.5"),
        ("lon", "9.9"),
        ("km", "5"),
    ];
    let wrong = ed.post(HOST, "/desk/alerts", &fields).await?;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text().contains("A ship hit a pillar.") && wrong.text().contains("wrong-until"),
        "{}",
        wrong.text()
    );
    fields.push(("until", "2025-11-26T18:00"));
    assert_eq!(ed.post(HOST, "/desk/alerts", &fields).await?.status, 303);
    let shown = |text: &'static str, is: bool| {
        let node = &room.node;
        async move {
            for path in [
                "/alerts/traffic",
                "/alerts/traffic/feed.xml",
                "/api/v1/alerts?kind=traffic",
            ] {
                node.get_until("daily", path, |answer| answer.text().contains(text) == is)
                    .await?;
            }
            Ok::<_, anyhow::Error>(())
        }
    };
    shown("Old Bridge is shut", true).await?;
    let list = ed.get(HOST, "/desk/alerts").await?.text();
    let path = list
        .split("href=\"/desk/alerts/")
        .find_map(|rest| rest.split('"').next().filter(|id| id.len() == 36));
    let path = format!("/desk/alerts/{}", path.unwrap());
    assert!(ed.get(HOST, &path).await?.text().contains("A ship hit a pillar."));
    fields[2] = ("headline", "Old Bridge is half open");
    assert_eq!(ed.post(HOST, &path, &fields).await?.status, 303);
    shown("Old Bridge is half open", true).await?;
    shown("Old Bridge is shut", false).await?;
    assert_eq!(ed.post(HOST, &path, &[("act", "cancel")]).await?.status, 303);
    shown("Old Bridge is half open", false).await?;
    room.node.stop().await;
    Ok(())
}

async fn an_index_leads_on_to_its_messages(engine: Engine) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    let link = upstream.url("/message/1");
    let feed = format!(
        r#"<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:coast</id><title>Coast</title><entry><id>1</id><title>Gale</title>
        <link type="application/cap+xml" href="{link}"/></entry></feed>"#
    );
    upstream.set("/index", Page::ok("application/atom+xml", feed));
    upstream.set(
        "/message/1",
        Page::ok("application/cap+xml", cap("one", "Alert", "Gale by the index", "")),
    );
    let polled = AlertSource {
        url: Some(upstream.url("/index")),
        ..source("index")
    };
    let allowed = upstream.address.to_string();
    let test = TestApp::with_settings(engine, move |all| all.outgoing.allow = vec![allowed]).await?;
    let node = test.start().await?;
    let source = ingest::Source::from(&polled);
    let report = ingest::run(&test.app, &source).await?;
    assert_eq!((report.documents, report.items), (2, 1), "{report:?}");
    until(&node, "Gale by the index", true).await?;
    let again = ingest::run(&test.app, &source).await?;
    assert_eq!(
        (again.documents, again.items),
        (1, 0),
        "a message is read once: {again:?}"
    );
    node.stop().await;
    Ok(())
}

async fn a_place_has_what_is_near_it(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    let place = async |name: &str| -> anyhow::Result<String> {
        let found = node.get("daily", &format!("/alerts?near={name}")).await?;
        assert_eq!(found.status, 302, "{name}");
        Ok(found.header("location").unwrap().to_owned())
    };
    let (hamburg, munich) = (place("hamburg").await?, place("M%C3%BCnchen").await?);
    assert!(hamburg.starts_with("/alerts?place="), "{hamburg}");
    for path in [&hamburg, &munich] {
        assert!(!node.get("daily", path).await?.text().contains("Gale on the Elbe"));
    }
    push(&node, "coast", &cap("elbe", "Alert", "Gale on the Elbe", "")).await?;
    let shown = node
        .get_until("daily", &hamburg, |answer| answer.text().contains("Gale on the Elbe"))
        .await?;
    assert!(shown.text().contains("Alerts near Hamburg"), "{}", shown.text());
    assert!(!node.get("daily", &munich).await?.text().contains("Gale on the Elbe"));
    let answer = hamburg.replace("/alerts", "/api/v1/alerts");
    assert_eq!(
        node.get("daily", &answer).await?.json()?["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    // Whoever chose the place is told on every page; others, and readers of other places, on none.
    let warned = async |place: &str, is_warned: bool| -> anyhow::Result<()> {
        let mut browser = Browser::new(node.address);
        let id = place.rsplit_once('=').map_or("", |(_, id)| id);
        browser.set_cookie(HOST, "place", &format!("--{id}-"));
        let begun = Instant::now();
        loop {
            let page = browser.get(HOST, "/multimedia").await?.text();
            let found = page.contains(r#"<aside class="banner" aria-label="Extreme danger">"#);
            if found == is_warned && found == page.contains("Gale on the Elbe") {
                return Ok(());
            }
            anyhow::ensure!(begun.elapsed() < PATIENCE, "{place}: {page}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    warned(&hamburg, true).await?;
    warned(&munich, false).await?;
    assert!(
        !node
            .get("daily", "/multimedia")
            .await?
            .text()
            .contains("Gale on the Elbe")
    );
    push(&node, "coast", &cap("over", "Cancel", "Over", &referring(&["elbe"]))).await?;
    warned(&hamburg, false).await?;
    for path in [&hamburg, &answer] {
        node.get_until("daily", path, |answer| !answer.text().contains("Gale on the Elbe"))
            .await?;
    }
    let unknown = node.get("daily", "/alerts?near=Nirgendwohausen").await?;
    assert!(
        unknown.status == 200 && unknown.text().contains("There is no place called"),
        "{}",
        unknown.text()
    );
    assert_eq!(unknown.header("cache-control"), Some("no-store"));
    for wrong in ["/alerts?place=1", "/alerts?place=x", "/api/v1/alerts?place=x"] {
        assert_eq!(node.get("daily", wrong).await?.status, 404, "{wrong}");
    }
    node.stop().await;
    Ok(())
}
