//! Wire sources: pushed, watched and polled. A bad document never blocks the next.

use crate::support::plant::jpeg;
use crate::support::upstream::{Page, Upstream};
use masthead_features::ingest::{self, IngestError, Source};
use masthead_store::{Engine, pictures, wire as rows};
use masthead_testkit::build::ninjs;
use masthead_testkit::http::{self, Answer};
use masthead_testkit::{TestApp, TestNode, on_both_engines};
use sha2::{Digest as _, Sha256};
use std::path::Path;

on_both_engines!(
    pushed_copy_is_answered_and_published,
    a_watched_folder_is_emptied_and_bad_files_stand_aside,
    a_poll_asks_conditionally_follows_pages_and_forgets_nothing,
    a_source_that_fails_is_asked_more_and_more_seldom,
    only_allowed_addresses_are_polled,
);

const TOKEN: &str = "a-long-token-of-the-agency";

fn source(name: &str) -> Source {
    Source {
        name: name.into(),
        place: vec!["daily/world".into()],
        publish: true,
        every_seconds: 60,
        ..Source::default()
    }
}

async fn push(node: &TestNode, source: &str, token: &str, body: &[u8]) -> anyhow::Result<Answer> {
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    http::send(
        node.address,
        "POST",
        "daily.example",
        &format!("/ingest/{source}"),
        &headers,
        body,
    )
    .await
}

async fn pushed_copy_is_answered_and_published(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::with_settings(engine, |settings| {
        settings.wire = vec![
            Source {
                token: Some(TOKEN.into()),
                ..source("agency")
            },
            // A source without a token takes no pushes.
            source("folder-only"),
        ];
    })
    .await?;
    let node = test.start().await?;
    let document = ninjs("urn:test:push", 1, "Lifeboat launched twice", "lifeboat").to_string();
    let first = push(&node, "agency", TOKEN, document.as_bytes()).await?;
    assert_eq!(first.status, 202, "{}", first.text());
    assert_eq!(first.header("cache-control"), Some("no-store"));
    let said = first.json()?;
    assert!(
        said["id"].is_string() && said["state"] == "new" && said["items"][0]["public"] == true,
        "{said:#}"
    );
    node.get_until("daily", "/", |answer| answer.text().contains("Lifeboat launched twice"))
        .await?;
    let again = push(&node, "agency", TOKEN, document.as_bytes()).await?;
    assert_eq!((again.status, &again.json()?["id"]), (200, &said["id"]));
    assert_eq!(again.json()?["state"], "unchanged");

    let same: Vec<(u16, String)> = [
        push(&node, "agency", "a-wrong-token", document.as_bytes()).await?,
        push(&node, "no-such-source", TOKEN, document.as_bytes()).await?,
        push(&node, "folder-only", "", document.as_bytes()).await?,
        http::send(
            node.address,
            "POST",
            "daily.example",
            "/ingest/agency",
            &[],
            document.as_bytes(),
        )
        .await?,
    ]
    .iter()
    .map(|answer| (answer.status, answer.json().unwrap()["code"].to_string()))
    .collect();
    assert!(
        same.iter().all(|one| one.0 == 401 && *one == same[0]),
        "a stranger learns nothing: {same:?}"
    );

    // Set aside with its problems, raw, and the next one goes in.
    for bad in [
        &b"{\"uri\": \"urn:x\", \"headline\":"[..],
        b"<nitf><body>",
        b"\0\0\0",
        b"",
        b"no news at all",
    ] {
        let refused = push(&node, "agency", TOKEN, bad).await?;
        let said = String::from_utf8_lossy(bad).into_owned();
        assert_eq!(refused.status, 422, "{said:?}: {}", refused.text());
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
        let problems = refused.json()?["problems"].as_array().unwrap().clone();
        assert!(
            problems
                .iter()
                .all(|problem| problem.as_str().is_some_and(|text| text.len() > 10)),
            "{problems:?}"
        );
        assert!(!problems.is_empty());
    }
    let aside = rows::set_aside_of(&mut test.app.db.reader().await?, "agency", 100).await?;
    assert!(
        !aside.is_empty() && aside.iter().all(|one| !one.reason.is_empty()),
        "{aside:?}"
    );
    let document = ninjs("urn:test:push-2", 1, "Lifeboat home", "crew").to_string();
    let next = push(&node, "agency", TOKEN, document.as_bytes()).await?;
    assert_eq!(next.status, 202);
    node.get_until("daily", "/world", |answer| answer.text().contains("Lifeboat home"))
        .await?;
    node.stop().await;
    Ok(())
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// Writes a file that was finished a minute ago.
fn drop_file(folder: &Path, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
    let path = folder.join(name);
    std::fs::write(&path, bytes)?;
    let file = std::fs::File::options().write(true).open(path)?;
    let modified = file.metadata()?.modified()?;
    Ok(file.set_modified(modified - std::time::Duration::from_secs(60))?)
}

async fn a_watched_folder_is_emptied_and_bad_files_stand_aside(engine: Engine) -> anyhow::Result<()> {
    let inbox = tempfile::tempdir()?;
    let folder = inbox.path();
    let test = TestApp::with_settings(engine, |settings| {
        settings.wire = vec![Source {
            folder: Some(folder.into()),
            ..source("inbox")
        }];
    })
    .await?;
    let picture = jpeg("inbox", 64, 40);
    drop_file(
        folder,
        "1-good.json",
        ninjs("urn:test:f1", 1, "Tram to run again", "tram")
            .to_string()
            .as_bytes(),
    )?;
    drop_file(folder, "2-bad.json", b"{ this is nothing")?;
    drop_file(
        folder,
        "3-bad.xml",
        b"<newsItem xmlns='http://iptc.org/std/nar/2006-10-01/'",
    )?;
    drop_file(folder, "4-picture.jpg", &picture)?;
    drop_file(
        folder,
        "5-good.json",
        ninjs("urn:test:f2", 1, "Tram delayed", "tram").to_string().as_bytes(),
    )?;
    drop_file(folder, ".hidden", b"a lock file of the sender")?;
    // Still being written.
    let growing = std::fs::File::create_new(folder.join("6-growing.json"))?;
    std::io::Write::write_all(&mut &growing, b"{\"uri\": \"urn:test:half")?;
    // However long the test takes, the last byte came a moment ago.
    let writer = tokio::spawn(async move {
        while std::io::Write::write_all(&mut &growing, b" ").is_ok() {
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    });
    let node = test.start().await?;
    node.get_until("daily", "/world", |answer| answer.text().contains("Tram delayed"))
        .await?;
    assert!(node.get("daily", "/world").await?.text().contains("Tram to run again"));
    assert_eq!(
        names(&folder.join("done")),
        ["1-good.json", "4-picture.jpg", "5-good.json"]
    );
    assert_eq!(names(&folder.join("failed")), ["2-bad.json", "3-bad.xml"]);
    writer.abort();
    let left = names(folder);
    assert!(
        left.contains(&".hidden".into()) && left.contains(&"6-growing.json".into()),
        "{left:?}"
    );
    let mut conn = test.app.db.reader().await?;
    let hash: String = Sha256::digest(&picture)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert!(
        pictures::by_hash(&mut conn, &hash).await?.is_some(),
        "the picture is in the library"
    );
    let aside = rows::set_aside_of(&mut conn, "inbox", 10).await?;
    let records: Vec<&str> = aside.iter().map(|one| one.record.as_str()).collect();
    assert!(
        records.contains(&"2-bad.json") && records.contains(&"3-bad.xml"),
        "{aside:?}"
    );
    node.stop().await;
    Ok(())
}

async fn a_poll_asks_conditionally_follows_pages_and_forgets_nothing(engine: Engine) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    let test = TestApp::with_settings(engine, |settings| {
        settings.outgoing.allow = vec![upstream.address.to_string()];
    })
    .await?;
    let agency = Source {
        url: Some(upstream.url("/feed")),
        ..source("agency")
    };
    let item = |number: u32| {
        let document = ninjs(
            &format!("urn:test:poll-{number}"),
            1,
            &format!("Dispatch number {number}"),
            "weir",
        );
        Page::ok("application/json", document.to_string())
    };
    let next = |page: Page, path: &str| page.with("Link", format!("<{path}>; rel=\"next\""));
    let run = async || ingest::run(&test.app, &agency).await;
    let published = async |number: u32| -> anyhow::Result<bool> {
        let found = masthead_features::stories::find(&test.app, &format!("dispatch-number-{number}")).await;
        Ok(found.is_ok())
    };

    upstream.set("/feed", next(item(1), "/feed?page=2").with("ETag", "\"one\""));
    upstream.set("/feed?page=2", next(item(2), "/feed?page=3"));
    upstream.set("/feed?page=3", item(3));
    let report = run().await?;
    assert_eq!((report.documents, report.items), (3, 3), "{report:?}");
    assert_eq!(upstream.asked(), ["/feed", "/feed?page=2", "/feed?page=3"]);
    // Nothing new: one conditional request.
    let report = run().await?;
    assert_eq!((report.documents, report.items), (0, 0), "{report:?}");
    assert_eq!(upstream.asked(), ["/feed if \"one\""]);
    // New copy over two pages, of which the second can't be had: the next poll has to come back to it, although the
    // first page says that nothing changed.
    upstream.set("/feed", next(item(4), "/feed?page=2").with("ETag", "\"two\""));
    upstream.set("/feed?page=2", Page::status(503));
    assert!(matches!(run().await, Err(IngestError::Source(_))));
    assert!(published(4).await? && !published(5).await?);
    upstream.set("/feed?page=2", item(5));
    upstream.asked();
    let report = run().await?;
    assert_eq!(report.items, 1, "{report:?}");
    assert!(published(5).await?, "asked: {:?}", upstream.asked());
    // A document that can't be read is set aside; its pages are followed all the same.
    let broken = Page::ok("application/json", "{\"next_page\": \"/feed?page=4\", \"uri\": ");
    upstream.set("/feed", next(broken, "/feed?page=4").with("ETag", "\"three\""));
    upstream.set("/feed?page=4", item(6));
    let report = run().await?;
    assert_eq!(report.set_aside.len(), 1, "{report:?}");
    assert!(published(6).await?);
    let state = rows::source(&mut test.app.db.reader().await?, "agency").await?.unwrap();
    assert_eq!((state.failures, state.last_error, state.resume_url), (0, None, None));
    assert_eq!(state.etag.as_deref(), Some("\"three\""));
    Ok(())
}

async fn a_source_that_fails_is_asked_more_and_more_seldom(engine: Engine) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    let test = TestApp::with_settings(engine, |settings| {
        settings.outgoing.allow = vec![upstream.address.to_string()];
        settings.wire = vec![Source {
            url: Some(upstream.url("/feed")),
            ..source("agency")
        }];
    })
    .await?;
    upstream.set("/feed", Page::status(500));
    ingest::schedule_all(&test.app, &test.settings.wire).await?;
    // Each look at the due jobs asks once; then the pause doubles.
    let mut asked_at = Vec::new();
    for minute in 0..40_i64 {
        test.run_jobs().await?;
        if !upstream.asked().is_empty() {
            asked_at.push(minute);
        }
        test.clock.step_seconds(60);
    }
    assert_eq!(asked_at, [0, 2, 6, 14, 30], "minutes at which it was asked");
    let state = rows::source(&mut test.app.db.reader().await?, "agency").await?.unwrap();
    assert_eq!(state.failures, 5);
    assert!(state.last_error.is_some_and(|error| error.contains("500")), "in words");
    // It comes back, and is asked at its usual pace again.
    let document = ninjs("urn:test:back", 1, "The wire is back", "wire").to_string();
    upstream.set("/feed", Page::ok("application/json", document));
    test.clock.step_seconds(32 * 60);
    test.run_jobs().await?;
    upstream.asked();
    test.clock.step_seconds(60);
    test.run_jobs().await?;
    assert_eq!(upstream.asked().len(), 1);
    let state = rows::source(&mut test.app.db.reader().await?, "agency").await?.unwrap();
    assert_eq!((state.failures, state.last_error), (0, None));
    Ok(())
}

async fn only_allowed_addresses_are_polled(engine: Engine) -> anyhow::Result<()> {
    let upstream = Upstream::start().await?;
    let document = ninjs("urn:test:inside", 1, "From inside", "wall").to_string();
    upstream.set("/feed", Page::ok("application/json", document));
    let agency = Source {
        url: Some(upstream.url("/feed")),
        ..source("agency")
    };
    let test = TestApp::new(engine).await?;
    let refused = ingest::run(&test.app, &agency).await;
    assert!(matches!(refused, Err(IngestError::Source(_))), "{refused:?}");
    // Another port of the same host is not what the operator allowed either.
    let allowed_elsewhere = TestApp::with_settings(engine, |settings| {
        settings.outgoing.allow = vec![format!("127.0.0.1:{}", upstream.address.port() ^ 1)];
    })
    .await?;
    assert!(ingest::run(&allowed_elsewhere.app, &agency).await.is_err());
    assert_eq!(upstream.asked(), [""; 0], "nobody connected");
    Ok(())
}
