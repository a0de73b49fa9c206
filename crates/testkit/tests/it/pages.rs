//! Pages as caches and browsers meet them: the headers that interfaces.md promises, addresses, and what an event makes
//! of pages that are kept.

use crate::support::plant::{self, AUTHOR, TOPIC, addresses, people_and_topics};
use masthead_features::stories as desk;
use masthead_store::sites::{RedirectTarget, put_redirect};
use masthead_store::{Engine, StoreError};
use masthead_testkit::build::content;
use masthead_testkit::http::{self, Answer};
use masthead_testkit::{TestApp, TestNode, on_both_engines};
use std::collections::HashSet;

on_both_engines!(
    every_kind_of_page_has_its_headers,
    encodings_have_etags_of_their_own_and_304,
    addresses_have_one_form_and_errors_are_not_kept,
    what_is_published_changed_and_taken_back_shows_at_once,
    old_addresses_lead_on_only_to_what_readers_may_see,
    a_site_can_be_installed,
);

const SECURITY: [&str; 5] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cross-origin-opener-policy",
];

fn check_security(answer: &Answer, what: &str) {
    for name in SECURITY {
        assert!(
            answer.header(name).is_some(),
            "{what} has no {name}: {:?}",
            answer.headers
        );
    }
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"),
        "{what}: {policy}"
    );
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{what}");
    assert_eq!(
        answer.header("referrer-policy"),
        Some("strict-origin-when-cross-origin"),
        "{what}"
    );
    assert!(
        answer
            .header("permissions-policy")
            .unwrap()
            .contains("geolocation=(self)"),
        "{what}"
    );
    assert_eq!(
        answer.header("strict-transport-security"),
        None,
        "{what} came over plain http"
    );
    assert_eq!(answer.header("set-cookie"), None, "{what}");
}

fn max_age(answer: &Answer) -> u32 {
    let line = answer.header("cache-control").unwrap_or_default();
    let age = line.split(',').find_map(|part| part.trim().strip_prefix("max-age="));
    age.unwrap_or_else(|| panic!("no max-age in '{line}'")).parse().unwrap()
}

async fn ask(node: &TestNode, method: &str, path: &str, headers: &[(&str, &str)]) -> anyhow::Result<Answer> {
    http::send(node.address, method, "daily.example", path, headers, &[]).await
}

async fn every_kind_of_page_has_its_headers(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let node = test.start().await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let (topic, author) = (format!("/topics/{TOPIC}"), format!("/authors/{AUTHOR}"));
    let pages = [
        "/",
        "/world",
        "/world/europe",
        &path,
        &topic,
        &author,
        "/archive/2025/11/25",
    ];
    for page in pages {
        let answer = ask(&node, "GET", page, &[]).await?;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        assert_eq!(
            answer.header("content-type"),
            Some("text/html; charset=utf-8"),
            "{page}"
        );
        let line = answer.header("cache-control").unwrap();
        assert!(
            line.starts_with("public") && max_age(&answer) <= 10 && !line.contains("stale"),
            "{page}: {line}"
        );
        let cdn = answer.header("cdn-cache-control").unwrap();
        assert!(
            cdn.contains("stale-while-revalidate=") && cdn.contains("stale-if-error="),
            "{page}: {cdn}"
        );
        check_kept(&answer, page);
        check_security(&answer, page);
    }
    let (feed, api) = (format!("{topic}/feed.json"), format!("/api/v1/stories/{}", story.id));
    let machines = [
        ("/feed.xml", "application/rss+xml"),
        ("/feed.atom", "application/atom+xml"),
        ("/feed.json", "application/feed+json"),
        (&feed, "application/feed+json"),
        ("/sitemap.xml", "application/xml"),
        ("/news-sitemap.xml", "application/xml"),
        ("/api/v1/stories", "application/json"),
        (&api, "application/json"),
        ("/api/v1/sections", "application/json"),
        ("/api/v1/topics", "application/json"),
        ("/api/v1/openapi.json", "application/json"),
    ];
    for (address, kind) in machines {
        let answer = ask(&node, "GET", address, &[]).await?;
        assert_eq!(answer.status, 200, "{address}: {}", answer.text());
        assert!(
            answer.header("content-type").unwrap().starts_with(kind),
            "{address}: {:?}",
            answer.headers
        );
        let line = answer.header("cache-control").unwrap();
        assert!(
            line.starts_with("public") && !line.contains("stale"),
            "{address}: {line}"
        );
        assert!(
            answer.header("cdn-cache-control").unwrap().contains("stale-if-error="),
            "{address}"
        );
        check_kept(&answer, address);
        check_security(&answer, address);
    }
    let file = ask(&node, "GET", &story.files[0], &[]).await?;
    assert_eq!(file.status, 200);
    assert!(
        file.header("cache-control").unwrap().contains("immutable"),
        "{:?}",
        file.headers
    );
    check_kept(&file, "a picture");
    check_security(&file, "a picture");
    let live = ask(&node, "GET", "/live/front.json", &[]).await?;
    assert_eq!((live.status, max_age(&live)), (200, 5));
    let newest = live.json()?["cursor"].as_str().unwrap().to_owned();
    let at_newest = ask(&node, "GET", &format!("/live/front.json?since={newest}"), &[]).await?;
    assert_eq!((max_age(&at_newest), at_newest.json()?["new"].as_i64()), (5, Some(0)));
    let forged = ask(&node, "GET", "/live/front.json?since=zzzz", &[]).await?;
    assert_eq!(
        (forged.status, max_age(&forged)),
        (200, 5),
        "a forged cursor is the newest"
    );
    test.clock.step_seconds(60);
    plant::publish(&test, "moorhen").await?;
    let older = format!("/live/front.json?since={newest}");
    let older = node
        .get_until("daily", &older, |answer| answer.text().contains("\"new\":1"))
        .await?;
    assert_eq!((older.status, max_age(&older)), (200, 3_600));
    // The theme's files, as a page names them.
    let home = ask(&node, "GET", "/", &[]).await?.text();
    let assets: HashSet<&str> = home
        .split(['"', '\'', ' '])
        .filter(|part| part.starts_with("/assets/"))
        .collect();
    assert!(!assets.is_empty(), "the front names its style or script");
    for asset in assets {
        let answer = ask(&node, "GET", asset, &[]).await?;
        assert_eq!(answer.status, 200, "{asset}");
        assert!(
            answer.header("cache-control").unwrap().contains("max-age=31536000"),
            "{asset}"
        );
        check_security(&answer, asset);
    }
    node.stop().await;
    Ok(())
}

/// What every answer has that may be kept.
fn check_kept(answer: &Answer, what: &str) {
    let etag = answer.header("etag").unwrap_or_else(|| panic!("{what} has no ETag"));
    assert!(
        etag.starts_with('"') && etag.ends_with('"'),
        "{what}: {etag} is not strong"
    );
    let modified = answer
        .header("last-modified")
        .unwrap_or_else(|| panic!("{what} has no Last-Modified"));
    assert!(modified.ends_with(" GMT"), "{what}: {modified}");
    let vary = answer.header("vary").unwrap_or_default();
    assert!(vary.eq_ignore_ascii_case("accept-encoding"), "{what}: Vary: {vary}");
    let keys: Vec<&str> = answer.header("surrogate-key").unwrap_or_default().split(' ').collect();
    let tags: Vec<&str> = answer
        .header("cache-tag")
        .unwrap_or_default()
        .split(',')
        .map(str::trim)
        .collect();
    assert!(keys.iter().all(|key| !key.is_empty()), "{what} has no Surrogate-Key");
    assert_eq!(keys, tags, "{what}");
}

async fn encodings_have_etags_of_their_own_and_304(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let id = test.publish("Smew on the reservoir", "smew", &["daily/world"]).await?;
    let node = test.start().await?;
    let path = addresses(&test, id).await?.remove(0).1;
    for page in ["/", &path, "/feed.xml", "/api/v1/stories"] {
        let identity = ask(&node, "GET", page, &[]).await?;
        let plain = identity.header("etag").unwrap().to_owned();
        let mut etags = vec![plain.clone()];
        for encoding in ["gzip", "br", "zstd"] {
            let answer = ask(&node, "GET", page, &[("Accept-Encoding", encoding)]).await?;
            assert_eq!(answer.header("content-encoding"), Some(encoding), "{page}");
            assert!(answer.body.len() < identity.body.len(), "{page} {encoding}");
            let etag = answer.header("etag").unwrap().to_owned();
            let asked = [("Accept-Encoding", encoding), ("If-None-Match", etag.as_str())];
            let same = ask(&node, "GET", page, &asked).await?;
            assert_eq!((same.status, same.body.len()), (304, 0), "{page} {encoding}");
            for name in ["etag", "cache-control", "vary", "surrogate-key"] {
                assert_eq!(same.header(name), answer.header(name), "{page} {encoding} {name}");
            }
            // Weak, among others, or of another encoding of the same text: compared without the suffix.
            for value in [
                format!("W/{etag}"),
                format!("\"other\", {etag}"),
                plain.clone(),
                "*".into(),
            ] {
                let asked = [("Accept-Encoding", encoding), ("If-None-Match", value.as_str())];
                assert_eq!(
                    ask(&node, "GET", page, &asked).await?.status,
                    304,
                    "{page} {encoding} {value}"
                );
            }
            etags.push(etag);
        }
        let different: HashSet<&String> = etags.iter().collect();
        assert_eq!(different.len(), 4, "{page}: {etags:?}");
        let other = ask(&node, "GET", page, &[("If-None-Match", "\"something-else\"")]).await?;
        assert_eq!(other.status, 200, "{page}");
        let head = ask(&node, "HEAD", page, &[]).await?;
        assert_eq!((head.status, head.body.len()), (200, 0), "HEAD {page}");
        assert_eq!(
            head.header("content-length"),
            Some(identity.body.len().to_string().as_str()),
            "HEAD {page}"
        );
        assert_eq!(head.header("etag"), Some(plain.as_str()), "HEAD {page}");
    }
    node.stop().await;
    Ok(())
}

async fn addresses_have_one_form_and_errors_are_not_kept(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    test.publish("Wigeon by the thousand", "wigeon", &["daily/world"])
        .await?;
    let node = test.start().await?;
    let press = &node.node().unwrap().press;
    let page = ask(&node, "GET", "/world", &[]).await?;
    let kept = press.sizes().0;
    for query in ["utm_source=news&utm_medium=mail", "fbclid=abc", "anything", "a=1&b=2"] {
        let same = ask(&node, "GET", &format!("/world?{query}"), &[]).await?;
        assert_eq!(
            (same.status, same.header("etag")),
            (200, page.header("etag")),
            "{query}"
        );
    }
    for number in 0..20 {
        for path in [
            format!("/nothing-{number}"),
            format!("/world/nothing-{number}-20251125"),
        ] {
            let missing = ask(&node, "GET", &path, &[]).await?;
            assert_eq!(missing.status, 404, "{path}");
            assert_eq!(missing.header("cache-control"), Some("no-store"), "{path}");
            assert_eq!(missing.header("etag"), None, "{path}");
            check_security(&missing, &path);
            let text = missing.text();
            assert!(
                text.contains("Wigeon by the thousand"),
                "{path} shows the front's headlines"
            );
            assert!(text.contains("/search"), "{path} offers a search");
        }
    }
    assert_eq!(
        press.sizes().0,
        kept,
        "neither a tracking parameter nor a missing page makes an entry"
    );
    // One form.
    for (path, to) in [("/world/", "/world"), ("/world/europe/", "/world/europe")] {
        let moved = ask(&node, "GET", path, &[]).await?;
        assert_eq!((moved.status, moved.header("location")), (301, Some(to)), "{path}");
    }
    // Errors for machines are problem details.
    let problem = ask(
        &node,
        "GET",
        "/api/v1/stories/00000000-0000-7000-8000-000000000000",
        &[],
    )
    .await?;
    assert_eq!(problem.status, 404);
    assert_eq!(problem.header("content-type"), Some("application/problem+json"));
    assert_eq!(problem.json()?["status"], 404);
    assert_eq!(problem.header("cache-control"), Some("no-store"));
    for (method, path) in [("POST", "/"), ("DELETE", "/world"), ("PUT", "/feed.xml")] {
        let refused = ask(&node, method, path, &[]).await?;
        assert_eq!(refused.status, 405, "{method} {path}");
        assert_eq!(refused.header("cache-control"), Some("no-store"), "{method} {path}");
    }
    let foreign = ask(&node, "POST", "/ingest/x", &[("Origin", "https://evil.example")]).await?;
    assert_eq!(foreign.status, 403);
    // A host of nobody.
    let stranger = http::send(node.address, "GET", "other.example", "/", &[], &[]).await?;
    assert_eq!(stranger.status, 421);
    check_security(&stranger, "421");
    let local = http::send(node.address, "GET", "127.0.0.1", "/world", &[], &[]).await?;
    assert_eq!(
        local.header("etag"),
        page.header("etag"),
        "the machine's own address is the first site"
    );
    // TLS as a proxy on this machine reports it; the pressed page is the same.
    let tls = ask(&node, "GET", "/world", &[("X-Forwarded-Proto", "https")]).await?;
    assert_eq!(tls.header("strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(tls.header("etag"), page.header("etag"));
    node.stop().await;
    Ok(())
}

async fn what_is_published_changed_and_taken_back_shows_at_once(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    test.publish("Pintail counted", "pintail", &["daily/world"]).await?;
    let node = test.start().await?;
    let etag = |answer: &Answer| answer.header("etag").map(str::to_owned);
    let (front, section) = (node.get("daily", "/").await?, node.get("daily", "/world").await?);
    let culture = node.get("daily", "/culture").await?;
    let other_site = node.get("weekly", "/culture").await?;
    test.clock.step_seconds(60);
    let id = test.publish("Garganey arrives", "garganey", &["daily/world"]).await?;
    for (path, before) in [("/", &front), ("/world", &section)] {
        let after = node
            .get_until("daily", path, |answer| answer.text().contains("Garganey arrives"))
            .await?;
        assert_ne!(etag(&after), etag(before), "{path}");
    }
    assert_eq!(
        etag(&node.get("daily", "/culture").await?),
        etag(&culture),
        "what it does not touch stays as it was"
    );
    assert_eq!(etag(&node.get("weekly", "/culture").await?), etag(&other_site));

    let path = addresses(&test, id).await?.remove(0).1;
    let first = node.get("daily", &path).await?;
    test.clock.step_seconds(600);
    desk::revise(
        &test.app,
        id,
        content("Garganey arrives early", "garganey"),
        "an editor",
    )
    .await?;
    let second = node
        .get_until("daily", &path, |answer| answer.text().contains("arrives early"))
        .await?;
    assert_ne!(etag(&second), etag(&first));
    assert_ne!(second.header("last-modified"), first.header("last-modified"));
    node.get_until("daily", "/", |answer| answer.text().contains("Garganey arrives early"))
        .await?;
    let old = etag(&first).unwrap();
    let again = http::send(
        node.address,
        "GET",
        "daily.example",
        &path,
        &[("If-None-Match", &old)],
        &[],
    )
    .await?;
    assert_eq!(again.status, 200, "the old version is not confirmed");

    desk::unpublish(&test.app, id, "", "an editor").await?;
    node.get_until("daily", &path, |answer| answer.status == 404).await?;
    node.get_until("daily", "/", |answer| !answer.text().contains("Garganey"))
        .await?;
    desk::publish(&test.app, id, None, "an editor").await?;
    let back = node.get_until("daily", &path, |answer| answer.status == 200).await?;
    assert!(
        back.text().contains("Garganey arrives early"),
        "the same address shows it again"
    );
    node.stop().await;
    Ok(())
}

async fn old_addresses_lead_on_only_to_what_readers_may_see(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let id = test
        .publish("Whooper swans return", "whooper", &["daily/world"])
        .await?;
    let path = addresses(&test, id).await?.remove(0).1;
    let (site, now) = (test.site("daily"), test.app.now());
    let old = ["/world/swans-20240101", "/?p=1234", "/2024/01/01/swans"];
    test.app
        .db
        .write("test.redirect", move |tx| {
            Box::pin(async move {
                for path in old {
                    put_redirect(tx, site, path, &RedirectTarget::Story(id), now).await?;
                }
                Ok::<_, StoreError>(())
            })
        })
        .await?;
    let node = test.start().await?;
    for from in ["/world/swans-20240101", "/2024/01/01/swans", "/2024/01/01/swans/"] {
        let moved = node.get("daily", from).await?;
        assert_eq!(
            (moved.status, moved.header("location")),
            (301, Some(path.as_str())),
            "{from}"
        );
    }
    desk::withhold(&test.app, id, "the lawyers look at it", "an editor").await?;
    node.get_until("daily", &path, |answer| answer.status == 404).await?;
    for from in ["/world/swans-20240101", "/2024/01/01/swans"] {
        let hidden = node.get_until("daily", from, |answer| answer.status == 404).await?;
        assert_eq!(
            hidden.header("location"),
            None,
            "a redirect would tell that there is something"
        );
    }
    desk::kill(&test.app, id, "Withdrawn", "an editor").await?;
    for from in ["/world/swans-20240101", "/2024/01/01/swans"] {
        let gone = node.get_until("daily", from, |answer| answer.status == 410).await?;
        assert!(gone.text().contains("Withdrawn"), "{from}");
    }
    node.stop().await;
    Ok(())
}

async fn a_site_can_be_installed(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    let front = node.get("daily", "/").await?.text();
    assert!(
        front.contains("<link rel=\"manifest\" href=\"/manifest.webmanifest\">"),
        "{front}"
    );
    let answer = node.get("daily", "/manifest.webmanifest").await?;
    assert_eq!(answer.header("content-type"), Some("application/manifest+json"));
    assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
    let manifest: serde_json::Value = serde_json::from_str(&answer.text())?;
    assert_eq!(manifest["start_url"], "/");
    assert_eq!(
        manifest["display"], "standalone",
        "what isn't is told of nothing on some systems"
    );
    let other: serde_json::Value = serde_json::from_str(&node.get("weekly", "/manifest.webmanifest").await?.text())?;
    assert_ne!(manifest["name"], other["name"]);
    let icons = manifest["icons"].as_array().unwrap();
    assert!(icons.iter().any(|icon| icon["sizes"] == "512x512"), "{manifest}");
    for icon in icons {
        let file = node.get("daily", icon["src"].as_str().unwrap()).await?;
        assert_eq!(file.status, 200, "{icon}");
        assert_eq!(file.header("content-type"), icon["type"].as_str(), "{icon}");
    }
    node.stop().await;
    Ok(())
}
