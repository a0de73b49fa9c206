//! Listings: from a source to pages and programs, and away again; from readers over the desk to pages.

use crate::accounts::{HOST, network_with};
use crate::contributions::desk as newsroom;
use crate::support::upstream::{Page, Upstream};
use masthead_domain::listings::Category;
use masthead_domain::time::{Clock as _, Timestamp};
use masthead_features::listings::{self, Source, SourceError};
use masthead_formats::listings::Notation;
use masthead_store::Engine;
use masthead_testkit::on_both_engines;
use serde_json::Value;

on_both_engines!(
    what_a_source_has_is_what_is_shown,
    a_source_that_falls_silent_is_said_to_be,
    a_repeated_event_shows_its_next_date_and_goes_after_the_last,
    a_reader_sends_one_and_the_desk_decides,
    what_was_taken_down_stays_down,
);

fn homes(url: String) -> Source {
    Source {
        name: "homes".into(),
        category: Some(Category::Property),
        url: Some(url),
        currency: "EUR".into(),
        provider: "Fenland Homes".into(),
        credit: "Data: Fenland Homes".into(),
        ..Source::default()
    }
}

fn table(rows: &[&str]) -> Page {
    let mut text = "id,title,price,locality,text\n".to_owned();
    for row in rows {
        text.push_str(row);
        text.push('\n');
    }
    Page::ok("text/csv", text)
}

const COTTAGE: &str = "1,Cottage by the sluice,\"1,250\",Norwich,Two rooms & <b>a garden</b>";
const FLAT: &str = "2,Flat over the bakery,600,Cambridge,Smells of bread";

async fn what_a_source_has_is_what_is_shown(engine: Engine) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    upstream.set("/homes.csv", table(&[COTTAGE, FLAT]).with("ETag", "\"one\""));
    let test = network_with(engine, |settings| {
        settings.outgoing.allow = vec![upstream.address.to_string()];
        settings.listings.sources = vec![homes(upstream.url("/homes.csv"))];
    })
    .await?;
    let node = test.start().await?;
    let path = "/listings/property";
    let page = node
        .get_until("daily", path, |answer| answer.text().contains("Cottage by the sluice"))
        .await?;
    assert!(page.header("cache-control").unwrap().starts_with("public"), "pressed");
    let page = page.text();
    assert!(
        page.contains("EUR 1\u{202f}250") && page.contains("Data: Fenland Homes"),
        "{page}"
    );
    assert!(
        node.get("daily", "/listings")
            .await?
            .text()
            .contains("Flat over the bakery")
    );
    for (query, cottage, flat) in [
        ("?q=BAKERY", false, true),
        ("?min=1000", true, false),
        ("?max=1000", false, true),
        ("?q=sluice&max=1000", false, false),
        ("?utm_source=x", true, true),
    ] {
        let answer = node.get("daily", &format!("{path}{query}")).await?;
        let shown = answer.text();
        assert_eq!(answer.status, 200);
        assert_eq!(
            (shown.contains("Cottage by"), shown.contains("Flat over")),
            (cottage, flat),
            "{query}"
        );
    }
    let own = page
        .split("href=\"/listings/property/")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let own = format!("{path}/{own}");
    let one = node.get("daily", &own).await?.text();
    assert!(
        one.contains("RealEstateListing") && !one.contains("<b>a garden"),
        "{one}"
    );
    assert_eq!(node.get("daily", &own.replace("property", "jobs")).await?.status, 404);
    let answer = node.get("daily", "/api/v1/listings?category=property").await?.json()?;
    let items = answer["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    let cottage = items
        .iter()
        .find(|item| item["title"] == "Cottage by the sluice")
        .unwrap();
    assert_eq!(
        (&cottage["price"]["amount"], &cottage["price"]["currency"]),
        (&Value::from("1250"), &Value::from("EUR"))
    );
    let few = node.get("daily", "/api/v1/listings?limit=1").await?.json()?;
    let next = few["next"]
        .as_str()
        .unwrap()
        .trim_start_matches("http://daily.example")
        .to_owned();
    let rest = node.get("daily", &next).await?.json()?;
    assert_ne!(rest["items"][0]["id"], few["items"][0]["id"]);
    assert_eq!(rest["next"], Value::Null);
    assert_eq!(node.get("daily", "/api/v1/listings?category=tea").await?.status, 404);
    // From near to far of Norwich, and of Cambridge; Edinburgh is far from both.
    for (place, expected) in [(2_641_181, ["Cottage", "Flat"]), (2_653_941, ["Flat", "Cottage"])] {
        let page = node.get("daily", &format!("{path}?place={place}")).await?.text();
        let (first, second) = (
            page.find(&format!("{} ", expected[0])).unwrap(),
            page.find(&format!("{} ", expected[1])).unwrap(),
        );
        assert!(first < second && page.contains("1 km away"), "{page}");
        let answer = node
            .get("daily", &format!("/api/v1/listings?place={place}&limit=1"))
            .await?
            .json()?;
        assert!(
            answer["items"][0]["title"].as_str().unwrap().starts_with(expected[0]),
            "{answer}"
        );
        let next = answer["next"]
            .as_str()
            .unwrap()
            .trim_start_matches("http://daily.example")
            .to_owned();
        let rest = node.get("daily", &next).await?.json()?;
        assert!(
            rest["items"][0]["title"].as_str().unwrap().starts_with(expected[1]),
            "{rest}"
        );
    }
    assert!(
        !node
            .get("daily", &format!("{path}?place=2650225"))
            .await?
            .text()
            .contains("Cottage by")
    );
    assert_eq!(node.get("daily", &format!("{path}?place=1")).await?.status, 404);

    // The flat is gone, and the cottage dearer: pages that were pressed follow.
    upstream.asked();
    upstream.set(
        "/homes.csv",
        table(&[&COTTAGE.replace("1,250", "1,300")]).with("ETag", "\"two\""),
    );
    test.clock.step_seconds(901);
    let page = node
        .get_until("daily", path, |answer| answer.text().contains("1\u{202f}300"))
        .await?
        .text();
    assert!(
        !page.contains("Flat over the bakery"),
        "both in one transaction: {page}"
    );
    assert_eq!(upstream.asked(), ["/homes.csv if \"one\""]);
    node.get_until("daily", &own, |answer| {
        answer.text().contains("1\u{202f}300") || answer.status == 404
    })
    .await?;
    // A document that was cut removes nothing.
    upstream.set("/homes.csv", table(&[",,,,"]));
    let intake = listings::run(&test.app, &test.settings.listings.sources[0]).await?;
    assert_eq!((intake.removed, intake.problems.len()), (0, 1), "{intake:?}");
    node.stop().await;
    Ok(())
}

async fn a_source_that_falls_silent_is_said_to_be(engine: Engine) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    upstream.set("/homes.csv", table(&[COTTAGE]));
    let test = network_with(engine, |settings| {
        settings.outgoing.allow = vec![upstream.address.to_string()];
        settings.listings.sources = vec![homes(upstream.url("/homes.csv"))];
    })
    .await?;
    let node = test.start().await?;
    let path = "/listings/property";
    let page = node
        .get_until("daily", path, |answer| answer.text().contains("As of"))
        .await?
        .text();
    assert!(
        page.contains("Cottage by the sluice") && !page.contains("No data"),
        "{page}"
    );
    upstream.set("/homes.csv", Page::status(503));
    let source = &test.settings.listings.sources[0];
    let mut silent = String::new();
    for _ in 0..12 {
        test.clock.step_seconds(1_200);
        assert!(matches!(
            listings::run(&test.app, source).await,
            Err(SourceError::Source(_))
        ));
        silent = node.get("daily", path).await?.text();
        if silent.contains("No data since") {
            break;
        }
    }
    let page = node
        .get_until("daily", path, |answer| answer.text().contains("No data since"))
        .await?
        .text();
    assert!(
        page.contains("2025-11-25T09:00:00") && page.contains("Cottage by the sluice"),
        "{page} {silent}"
    );
    upstream.set("/homes.csv", table(&[COTTAGE]));
    listings::run(&test.app, source).await?;
    node.get_until("daily", path, |answer| !answer.text().contains("No data since"))
        .await?;
    node.stop().await;
    Ok(())
}

async fn a_repeated_event_shows_its_next_date_and_goes_after_the_last(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("town.ics");
    std::fs::write(
        &file,
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:m\nSUMMARY:Eel market\nLOCATION:Square\\, Eelhithe\n\
         DTSTART:20251125T080000Z\nDTEND:20251125T120000Z\nRRULE:FREQ=DAILY;COUNT=2\nEND:VEVENT\nEND:VCALENDAR\n",
    )?;
    let test = network_with(engine, |settings| {
        settings.listings.sources = vec![Source {
            name: "town".into(),
            file: Some(file.clone()),
            format: Notation::ICalendar,
            site: "daily".into(),
            ..Source::default()
        }];
    })
    .await?;
    let node = test.start().await?;
    let path = "/listings/whats-on";
    let page = node
        .get_until("daily", path, |answer| answer.text().contains("Eel market"))
        .await?
        .text();
    assert!(
        page.contains("datetime=\"2025-11-25T08:00:00") && page.contains("and another date"),
        "{page}"
    );
    assert!(
        !node.get("weekly", path).await?.text().contains("Eel market"),
        "it is the daily's"
    );
    // The first day is over, to the second.
    let end = Timestamp::parse_rfc3339("2025-11-25T12:00:00Z").map_err(anyhow::Error::msg)?;
    test.clock.step_seconds(end.micros_since(test.clock.now()) / 1_000_000);
    let page = node
        .get_until("daily", path, |answer| {
            answer.text().contains("datetime=\"2025-11-26T08:00:00")
        })
        .await?
        .text();
    assert!(
        !page.contains("2025-11-25T08:00:00") && !page.contains("another date"),
        "{page}"
    );
    test.clock.step_seconds(86_400);
    node.get_until("daily", path, |answer| !answer.text().contains("Eel market"))
        .await?;
    node.stop().await;
    Ok(())
}

const BICYCLE: [(&str, &str); 6] = [
    ("category", "motoring"),
    ("title", "A bicycle, little used"),
    ("text", "It goes. <script>alert(1)</script>"),
    ("locality", "Eelhithe"),
    ("price", "120"),
    ("currency", "eur"),
];

async fn a_reader_sends_one_and_the_desk_decides(engine: Engine) -> anyhow::Result<()> {
    let desk = newsroom(engine).await?;
    let mut ada = desk.browser("ada").await?;
    let refused = ada.post(HOST, "/contribute/listing", &BICYCLE).await?;
    assert_eq!(refused.status, 422);
    let page = refused.text();
    assert!(
        page.contains("A bicycle, little used") && page.contains("Say how people can answer."),
        "{page}"
    );
    let mut whole = BICYCLE.to_vec();
    whole.push(("contact", "ada@readers.example"));
    for _ in 0..5 {
        let sent = ada.post(HOST, "/contribute/listing", &whole).await?;
        assert_eq!(sent.status, 303, "{}", sent.text());
    }
    let sixth = ada.post(HOST, "/contribute/listing", &whole).await?;
    assert_eq!(sixth.status, 422, "five wait already");
    assert!(
        ada.get(HOST, "/contribute/listing")
            .await?
            .text()
            .contains("with the desk")
    );
    let path = "/listings/motoring";
    assert!(!desk.node.get("daily", path).await?.text().contains("A bicycle"));
    // Who edits the other site alone doesn't see it, and can't decide.
    let mut nora = desk.browser("nora").await?;
    assert!(!nora.get(HOST, "/desk/listings").await?.text().contains("A bicycle"));
    let mut marek = desk.browser("marek").await?;
    let queue = marek.get(HOST, "/desk/listings").await?.text();
    let ids: Vec<String> = queue
        .split("name=\"id\" value=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    assert_eq!(ids.len(), 5, "{queue}");
    let show = [("id", ids[0].as_str()), ("queue", "waiting"), ("act", "show")];
    assert_eq!(nora.post(HOST, "/desk/listings", &show).await?.status, 403);
    assert_eq!(marek.post(HOST, "/desk/listings", &show).await?.status, 303);
    let late = marek.post(HOST, "/desk/listings", &show).await?;
    assert!(
        late.header("location").unwrap().contains("late"),
        "it was decided already"
    );
    let silent = [("id", ids[1].as_str()), ("queue", "waiting"), ("act", "refuse")];
    assert_eq!(
        marek.post(HOST, "/desk/listings", &silent).await?.status,
        400,
        "a reason is asked for"
    );
    let refuse = [
        ("id", ids[1].as_str()),
        ("queue", "waiting"),
        ("act", "refuse"),
        ("reason", "known"),
    ];
    assert_eq!(marek.post(HOST, "/desk/listings", &refuse).await?.status, 303);
    let page = desk
        .node
        .get_until("daily", path, |answer| answer.text().contains("A bicycle"))
        .await?
        .text();
    assert!(!page.contains("<script>alert(1)"), "{page}");
    assert!(page.contains("From a reader"), "{page}");
    assert_eq!(page.matches("<h3><a href=\"/listings/motoring/").count(), 1, "{page}");
    let own = ada.get(HOST, "/contribute/listing").await?.text();
    assert!(
        own.contains("it is listed already") && own.contains(&format!("/listings/motoring/{}", ids[0])),
        "{own}"
    );
    let data = ada.get(HOST, "/account/data").await?;
    assert!(data.text().contains("A bicycle, little used"), "{}", data.text());
    desk.node.stop().await;
    Ok(())
}

async fn what_was_taken_down_stays_down(engine: Engine) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("homes.csv");
    std::fs::write(&file, format!("id,title,price,locality,text\n{COTTAGE}\n"))?;
    let source = Source {
        url: None,
        file: Some(file.clone()),
        ..homes(String::new())
    };
    let desk = newsroom(engine).await?;
    listings::run(&desk.test.app, &source).await?;
    let mut marek = desk.browser("marek").await?;
    let shown = marek.get(HOST, "/desk/listings?queue=shown&q=SLUICE").await?.text();
    let id = shown
        .split("name=\"id\" value=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let down = [("id", id), ("queue", "shown"), ("act", "refuse"), ("reason", "rules")];
    assert_eq!(marek.post(HOST, "/desk/listings", &down).await?.status, 303);
    desk.node
        .get_until("daily", &format!("/listings/property/{id}"), |answer| {
            answer.status == 404
        })
        .await?;
    std::fs::write(
        &file,
        format!("id,title,price,locality,text\n{}\n", COTTAGE.replace("1,250", "9")),
    )?;
    let intake = listings::run(&desk.test.app, &source).await?;
    assert_eq!(intake.changed, 1);
    assert_eq!(
        desk.node
            .get("daily", &format!("/listings/property/{id}"))
            .await?
            .status,
        404
    );
    desk.node.stop().await;
    Ok(())
}
