//! Partner slots: on the pages that they are for, from their beginning to their end, labelled, counted without a cookie,
//! and leading to their own target alone.

use crate::accounts::{HOST, network, person, reader, signed_in};
use crate::support::plant::addresses;
use masthead_domain::ids::PartnerId;
use masthead_domain::partners::{Slot, read_fields};
use masthead_domain::permissions::{Grant, Role};
use masthead_domain::time::{Clock as _, Timestamp};
use masthead_features::accounts::staff;
use masthead_features::partners;
use masthead_store::{Engine, partners as rows};
use masthead_testkit::browser::Browser;
use masthead_testkit::http::{self, Answer};
use masthead_testkit::{TestApp, TestNode, on_both_engines};

on_both_engines!(
    a_slot_starts_and_ends_on_time_where_it_is_for,
    it_is_counted_without_a_cookie_and_ends_at_its_cap,
    it_leads_to_its_target_alone,
    who_runs_the_network_makes_one_at_the_desk,
    who_chose_a_place_sees_its_slot_on_every_page,
);

/// A slot from a minute from now on, for an hour.
pub(crate) fn slot(test: &TestApp, headline: &str) -> Slot {
    let now = test.clock.now();
    Slot {
        id: PartnerId::new(test.app.ids.as_ref()),
        site: Some(test.site("daily")),
        partner: "Strait <Air>".into(),
        headline: headline.into(),
        text: "Compare, book, fly".into(),
        action: "Find flights".into(),
        target: "https://air.example/search?partner=daily".into(),
        fields: Vec::new(),
        sections: Vec::new(),
        places: Vec::new(),
        weight: 1,
        most_views: None,
        starts_at: now.plus_seconds(60),
        ends_at: now.plus_seconds(3_660),
    }
}

async fn has(node: &TestNode, site: &str, path: &str, wanted: bool) -> anyhow::Result<Answer> {
    node.get_until(site, path, |answer| answer.text().contains("Book flights") == wanted)
        .await
}

async fn a_slot_starts_and_ends_on_time_where_it_is_for(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let story = test.publish("What the heron did", "heron", &["daily/world"]).await?;
    let node = test.start().await?;
    let path = addresses(&test, story).await?.remove(0).1;
    let sectioned = Slot {
        sections: vec!["world".into()],
        ..slot(&test, "Book flights")
    };
    partners::put(&test.app, sectioned.clone(), "test").await?;
    for path in ["/", "/world", &path] {
        has(&node, "daily", path, false).await?;
    }
    test.clock.step_seconds(61);
    for path in ["/world", "/world/europe", &path] {
        let answer = has(&node, "daily", path, true).await?;
        let page = answer.text();
        assert!(
            page.contains("<span class=\"label\">Sponsored</span> <bdi>Strait &lt;Air&gt;</bdi>"),
            "{page}"
        );
        assert!(page.contains("rel=\"sponsored nofollow noopener\""), "{page}");
        assert!(!page.contains("air.example"), "the way there is counted: {page}");
        assert!(
            answer.header("cache-control").unwrap().starts_with("public"),
            "{path} stays the same for everybody"
        );
    }
    for (site, path) in [
        ("daily", "/"),
        ("daily", "/culture"),
        ("daily", "/sign-in"),
        ("weekly", "/world"),
    ] {
        assert!(
            !node.get(site, path).await?.text().contains("Book flights"),
            "{site}{path}"
        );
    }
    // A slot for a place is on its pages alone; one for a county is on those of its towns.
    let here = Slot {
        places: vec![2_641_181],
        ..slot(&test, "Boats of Norwich")
    };
    partners::put(
        &test.app,
        Slot {
            starts_at: test.clock.now(),
            ..here
        },
        "test",
    )
    .await?;
    node.get_until("daily", "/listings/jobs?place=2641181", |answer| {
        answer.text().contains("Boats of Norwich")
    })
    .await?;
    for path in ["/listings/jobs", "/listings/jobs?place=2653941"] {
        assert!(
            !node.get("daily", path).await?.text().contains("Boats of Norwich"),
            "{path}"
        );
    }
    test.clock.step_seconds(3_600);
    for path in ["/world", &path] {
        has(&node, "daily", path, false).await?;
    }
    node.stop().await;
    Ok(())
}

async fn tell(node: &TestNode, id: PartnerId, from: &str) -> anyhow::Result<u16> {
    let headers = [("X-Forwarded-For", from)];
    let body = id.to_string();
    let answer = http::send(
        node.address,
        "POST",
        "daily.example",
        "/live/partners",
        &headers,
        body.as_bytes(),
    )
    .await?;
    assert!(answer.header("set-cookie").is_none());
    Ok(answer.status)
}

async fn it_is_counted_without_a_cookie_and_ends_at_its_cap(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    let capped = Slot {
        most_views: Some(3),
        starts_at: test.clock.now(),
        ..slot(&test, "Book flights")
    };
    partners::put(&test.app, capped.clone(), "test").await?;
    has(&node, "daily", "/", true).await?;
    for from in ["198.51.100.1", "198.51.100.1", "198.51.100.2"] {
        assert_eq!(tell(&node, capped.id, from).await?, 204);
    }
    let go = format!("/partners/{}/go", capped.id);
    let gone = node.get("daily", &go).await?;
    assert_eq!(
        (gone.status, gone.header("location")),
        (302, Some("https://air.example/search?partner=daily"))
    );
    assert!(gone.header("set-cookie").is_none());
    tell(&node, PartnerId::new(test.app.ids.as_ref()), "198.51.100.9").await?;
    test.app.partners.save(&test.app).await?;
    let all = rows::all(&mut test.app.db.reader().await?, 10).await?;
    assert_eq!((all[0].views, all[0].clicks), (2, 1), "an address counts once an hour");
    has(&node, "daily", "/", true).await?;
    assert_eq!(tell(&node, capped.id, "198.51.100.3").await?, 204);
    test.app.partners.save(&test.app).await?;
    has(&node, "daily", "/", false).await?;
    assert_eq!(
        rows::days(&mut test.app.db.reader().await?, capped.id, 9).await?.len(),
        1
    );
    let nonsense = http::send(node.address, "POST", "daily.example", "/live/partners", &[], b"tea").await?;
    assert_eq!(nonsense.status, 400);
    node.stop().await;
    Ok(())
}

async fn it_leads_to_its_target_alone(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let node = test.start().await?;
    let fields = read_fields("from | From | text\nday | Day | date")?;
    let form = Slot {
        fields,
        starts_at: test.clock.now(),
        ..slot(&test, "Book flights")
    };
    partners::put(&test.app, form.clone(), "test").await?;
    let page = has(&node, "daily", "/", true).await?.text();
    assert!(
        page.contains(&format!("<form action=\"/partners/{}/go\"", form.id)) && page.contains("type=\"date\""),
        "{page}"
    );
    let go = format!(
        "/partners/{}/go?from=%22%3E%3Cscript%3E&day=2026-01-01&partner=x&target=https://evil.example",
        form.id
    );
    let leave = node.get("daily", &go).await?;
    let page = leave.text();
    let wanted = "https://air.example/search?partner=daily&amp;from=%22%3E%3Cscript%3E&amp;day=2026-01-01";
    assert!(
        leave.status == 200 && page.contains(wanted) && !page.contains("evil"),
        "{page}"
    );
    assert!(leave.header("cache-control").unwrap().contains("no-store"));
    assert_eq!(node.get("weekly", &go).await?.status, 410, "it is the daily's");
    assert_eq!(node.get("daily", "/partners/tea/go").await?.status, 404);
    test.clock.step_seconds(4_000);
    assert_eq!(node.get("daily", &go).await?.status, 410);
    node.stop().await;
    Ok(())
}

async fn who_runs_the_network_makes_one_at_the_desk(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "ada").await?;
    for (name, role) in [("olga", Role::Admin), ("emil", Role::Editor)] {
        let mut somebody = person(&test, name);
        somebody.grants = vec![Grant { role, site: None }];
        staff::add(&test.app, somebody, "test").await?;
    }
    let node = test.start().await?;
    for name in ["ada", "emil"] {
        let mut browser: Browser = signed_in(&node, name).await?;
        assert_eq!(browser.get(HOST, "/desk/partners").await?.status, 403, "{name}");
    }
    let mut olga = signed_in(&node, "olga").await?;
    let page = olga.get(HOST, "/desk/partners").await?.text();
    assert!(
        page.contains("Book flights") && page.contains("from | From | text"),
        "the example: {page}"
    );
    let mut form = vec![
        ("site", "daily"),
        ("partner", "Strait Air"),
        ("headline", "Book flights"),
        ("text", "Compare, book, fly"),
        ("action", "Find flights"),
        ("target", "javascript:alert(1)"),
        ("fields", "from | From | text"),
        ("sections", ""),
        ("places", ""),
        ("weight", "3"),
        ("most_views", ""),
        ("starts", "2025-11-25T08:00"),
        ("ends", "2025-11-26T08:00"),
    ];
    let refused = olga.post(HOST, "/desk/partners", &form).await?;
    assert_eq!(refused.status, 422);
    assert!(
        refused.text().contains("Strait Air") && refused.text().contains("id=\"wrong-target\""),
        "{}",
        refused.text()
    );
    form[5].1 = "https://air.example/";
    let saved = olga.post(HOST, "/desk/partners", &form).await?;
    assert_eq!(saved.status, 303, "{}", saved.text());
    let own = saved.header("location").unwrap().to_owned();
    has(&node, "daily", "/", true).await?;
    let report = olga.get(HOST, &own).await?.text();
    assert!(
        report.contains("value=\"Strait Air\"") && report.contains("Live"),
        "{report}"
    );
    // It ends when somebody says so.
    let id = own.split("slot=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    form.push(("id", &id));
    form[12].1 = "2025-11-25T08:30";
    assert_eq!(olga.post(HOST, "/desk/partners", &form).await?.status, 303);
    has(&node, "daily", "/", false).await?;
    let at = Timestamp::parse_rfc3339("2025-11-25T08:30:00Z").map_err(anyhow::Error::msg)?;
    let all = rows::all(&mut test.app.db.reader().await?, 10).await?;
    assert_eq!((all.len(), all[0].slot.ends_at), (1, at));
    node.stop().await;
    Ok(())
}

async fn who_chose_a_place_sees_its_slot_on_every_page(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    reader(&test, "ada").await?;
    let story = test.publish("What the heron did", "heron", &["daily/world"]).await?;
    let node = test.start().await?;
    let path = addresses(&test, story).await?.remove(0).1;
    let now = test.clock.now();
    let general = Slot {
        starts_at: now,
        ..slot(&test, "Fly away")
    };
    partners::put(&test.app, general, "test").await?;
    node.get_until("daily", "/", |answer| answer.text().contains("Fly away"))
        .await?;
    // For two towns, and a hundred times as heavy as the other.
    let here = Slot {
        places: vec![2_641_181, 2_988_507],
        sections: vec!["world".into()],
        weight: 100,
        most_views: Some(2),
        ..slot(&test, "Boats of Norwich")
    };
    partners::put(&test.app, here.clone(), "test").await?;
    let norwich = "2641181---";
    let mut placed = Browser::new(node.address);
    placed.set_cookie(HOST, "place", norwich);
    for path in ["/", "/world", &path] {
        let page = placed.get(HOST, path).await?.text();
        assert!(
            page.contains("Fly away") && !page.contains("Boats of Norwich"),
            "not yet: {path}"
        );
    }
    test.clock.step_seconds(61);
    for path in ["/world", "/world/europe", path.as_str()] {
        // The page for everybody waits for who is somewhere from then on.
        node.get_until("daily", path, |answer| answer.text().contains("hole:partner-here"))
            .await?;
        for _ in 0..2 {
            let answer = placed.get(HOST, path).await?;
            let page = answer.text();
            assert!(page.contains("Boats of Norwich"), "{path}: {page}");
            assert_eq!(page.matches("data-slot").count(), 1, "{path}: {page}");
            assert_eq!(answer.header("cache-control"), Some("private, no-store"));
        }
        // Everybody else keeps one page, and who is elsewhere too.
        let plain = node.get("daily", path).await?;
        assert!(plain.header("cache-control").unwrap().starts_with("public"));
        assert!(plain.text().contains("Fly away") && !plain.text().contains("Boats of Norwich"));
        let mut elsewhere = Browser::new(node.address);
        elsewhere.set_cookie(HOST, "place", "2950159---");
        let page = elsewhere.get(HOST, path).await?.text();
        assert!(
            page.contains("Fly away") && page.matches("data-slot").count() == 1,
            "{path}: {page}"
        );
    }
    let front = placed.get(HOST, "/").await?.text();
    assert!(
        front.contains("Fly away"),
        "the front is no page of its section: {front}"
    );
    // A place that is chosen for something else is not where the reader is.
    let mut weather = Browser::new(node.address);
    weather.set_cookie(HOST, "place", "-2641181--");
    assert!(!weather.get(HOST, "/world").await?.text().contains("Boats of Norwich"));
    // Who is signed in gets it too, from their account.
    let mut ada = signed_in(&node, "ada").await?;
    let paris = [
        ("name-local-news", "Paris"),
        ("asked-local-news", "Paris"),
        ("place-local-news", "2988507"),
    ];
    assert_eq!(ada.post(HOST, "/account/locations", &paris).await?.status, 303);
    for _ in 0..2 {
        let page = ada.get(HOST, &path).await?.text();
        assert!(page.contains("Boats of Norwich"), "{page}");
    }
    // What fills the hole is the same for everybody, and there are as many as places and sections.
    let piece = node
        .get("daily", "/fragments/partner?place=2641181&section=world")
        .await?;
    assert!(piece.text().contains("Boats of Norwich"));
    assert!(piece.header("cache-control").unwrap().starts_with("public"));
    assert_eq!(piece.header("x-robots-tag"), Some("noindex"));
    for nothing in ["?place=1&section=world", "?place=2641181&section=tea", ""] {
        let path = format!("/fragments/partner{nothing}");
        assert_eq!(node.get("daily", &path).await?.status, 404, "{path}");
    }
    // It is counted, and over at its cap, as any other.
    for from in ["198.51.100.1", "198.51.100.2"] {
        assert_eq!(tell(&node, here.id, from).await?, 204);
    }
    test.app.partners.save(&test.app).await?;
    node.get_until("daily", &path, |answer| !answer.text().contains("hole:partner-here"))
        .await?;
    assert!(placed.get(HOST, &path).await?.text().contains("Fly away"));
    node.stop().await;
    Ok(())
}
