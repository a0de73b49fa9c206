//! The database goes away: whatever was seen before is answered as before, from memory or from the copies on disk, the
//! rest says politely that it can't be had now, and all of it heals by itself.

use crate::support::plant::{self, addresses};
use crate::support::process::{HOST, Network, Server};
use masthead_server::kills;
use masthead_server::standby::Standby;
use masthead_store::Engine;
use masthead_testkit::build::ninjs;
use masthead_testkit::cluster::Cluster;
use masthead_testkit::{PATIENCE, TestApp, http, on_both_engines};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

on_both_engines!(
    pages_seen_before_outlive_the_database_and_the_rest_heals,
    pages_from_disk_outlive_a_restart_and_the_database,
    a_node_starts_and_answers_while_its_database_is_away,
    pages_are_not_shown_for_ever_without_the_database,
);

async fn pages_seen_before_outlive_the_database_and_the_rest_heals(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let unseen = plant::publish(&test, "coot").await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let unseen = addresses(&test, unseen.id).await?.remove(0).1;
    let node = test.start().await?;
    let seen = ["/", &path, "/world", "/feed.xml", "/sitemap.xml", "/api/v1/stories"];
    let mut before = Vec::new();
    for page in seen {
        let answer = node.get("daily", page).await?;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        before.push(answer.body);
    }
    test.app.db.set_fault(true);
    // Hours later too: what was pressed has no end of its own while nothing says that it is stale.
    for hours in [0, 1, 23] {
        test.clock.step_seconds(hours * 3_600);
        for (page, body) in seen.iter().zip(&before) {
            let answer = node.get("daily", page).await?;
            assert_eq!((answer.status, &answer.body), (200, body), "{page} after {hours} h");
        }
    }
    let refused = node.get("daily", &unseen).await?;
    assert_eq!(refused.status, 503, "{}", refused.text());
    let pause: u32 = refused.header("retry-after").unwrap().parse()?;
    assert!((1..=300).contains(&pause), "{pause}");
    assert_eq!(refused.header("cache-control"), Some("no-store"));
    let text = refused.text();
    assert!(
        text.contains("The Daily") && text.contains("<h1") && !text.contains("fault"),
        "readable, and nothing from inside: {text}"
    );
    let machine = node.get("daily", "/api/v1/sections").await?;
    assert_eq!(machine.status, 503);
    assert_eq!(machine.header("content-type"), Some("application/problem+json"));
    test.app.db.set_fault(false);
    let healed = node.get("daily", &unseen).await?;
    assert_eq!(healed.status, 200, "{}", healed.text());
    // The followers go on by themselves.
    plant::publish(&test, "moorhen").await?;
    node.get_until("daily", "/", |answer| answer.text().contains("moorhen"))
        .await?;
    Ok(())
}

async fn pages_from_disk_outlive_a_restart_and_the_database(engine: Engine) -> anyhow::Result<()> {
    let mut test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let node = test.start().await?;
    for page in ["/", &path] {
        assert_eq!(node.get("daily", page).await?.status, 200);
    }
    node.stop().await;
    test.reopen().await?;
    let node = test.start().await?;
    test.app.db.set_fault(true);
    for page in ["/", &path] {
        let answer = node.get("daily", page).await?;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        assert!(answer.text().contains("dabchick"), "{page}");
    }
    test.app.db.set_fault(false);
    node.stop().await;
    Ok(())
}

async fn a_node_starts_and_answers_while_its_database_is_away(engine: Engine) -> anyhow::Result<()> {
    let mut test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let unseen = plant::publish(&test, "coot").await?;
    let killed = plant::publish(&test, "merganser").await?;
    let later = plant::publish(&test, "goldeneye").await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let unseen = addresses(&test, unseen.id).await?.remove(0).1;
    let killed_at = addresses(&test, killed.id).await?.remove(0).1;
    let later_at = addresses(&test, later.id).await?.remove(0).1;
    let node = test.start().await?;
    for page in [&killed_at, &later_at] {
        assert_eq!(node.get("daily", page).await?.status, 200);
    }
    kills::kill(&test.app, killed.id, "It was wrong", "an editor").await?;
    let front = node
        .get_until("daily", "/", |answer| !answer.text().contains("merganser"))
        .await?;
    // The copies that showed the killed story are gone: these are seen again.
    for page in [&path, &later_at] {
        assert_eq!(node.get("daily", page).await?.status, 200);
    }
    let press = Arc::clone(&node.node().unwrap().press);
    node.stop().await;
    tokio::task::spawn_blocking(move || press.disk().unwrap().flush()).await?;

    assert!(front.text().contains("goldeneye"));

    test.reopen().await?;
    test.app.db.set_fault(true);
    let node = test.start().await?;
    for page in ["/", &path, &later_at] {
        let answer = node.get("daily", page).await?;
        assert_eq!(answer.status, 200, "{page}: {}", answer.text());
        assert!(answer.text().contains("goldeneye"), "{page}");
    }
    node.stop().await;

    // A kill that this node can't hear of, by a command on its machine: only the data folder tells it.
    Standby::new(test.folder(), &test.settings.database_url()).withhold(later.id);
    test.reopen().await?;
    test.app.db.set_fault(true);
    let node = test.start().await?;
    // Pages that were seen with the story on them are not shown either.
    for page in ["/", &path] {
        assert_eq!(node.get("daily", page).await?.status, 503, "{page}");
    }
    for page in [&killed_at, &later_at, &unseen] {
        let refused = node.get("daily", page).await?;
        let text = refused.text();
        // Its page offers a search for the words of the address, which name the bird.
        assert!(!text.contains("stay shut until the weekend"), "{page}: {text}");
        assert!(!text.contains("matters to the town"), "{page}: {text}");
        if page == &unseen || page == &later_at {
            assert_eq!(refused.status, 503, "{page}: {text}");
            assert!(refused.header("retry-after").is_some());
            assert!(text.contains("The Daily") && text.contains("<h1"), "{text}");
        }
    }
    let ready = http::send(node.admin_address, "GET", "localhost", "/readyz", &[], &[]).await?;
    assert_eq!(ready.status, 503, "no new readers are sent here");

    test.app.db.set_fault(false);
    let healed = node.get_until("daily", &unseen, |answer| answer.status == 200).await?;
    assert!(healed.text().contains("coot"));
    // It follows the log again: what is published shows up by itself.
    plant::publish(&test, "moorhen").await?;
    node.get_until("daily", "/", |answer| answer.text().contains("moorhen"))
        .await?;
    // What the store shows is not kept back by what the folder said.
    node.get_until("daily", &later_at, |answer| answer.status == 200)
        .await?;
    node.stop().await;
    Ok(())
}

async fn pages_are_not_shown_for_ever_without_the_database(engine: Engine) -> anyhow::Result<()> {
    let mut test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let node = test.start().await?;
    assert_eq!(node.get("daily", &path).await?.status, 200);
    test.app.db.set_fault(true);
    test.clock.step_seconds(24 * 3_600 + 1);
    // Another node may have killed it hours ago.
    node.get_until("daily", &path, |answer| answer.status == 503).await?;
    test.app.db.set_fault(false);
    node.get_until("daily", &path, |answer| answer.status == 200).await?;
    node.stop().await;
    // The same after a start.
    test.reopen().await?;
    test.app.db.set_fault(true);
    test.clock.step_seconds(24 * 3_600 + 1);
    let node = test.start().await?;
    assert_eq!(node.get("daily", &path).await?.status, 503);
    // A clock that was wrong tells nothing of how long ago it was.
    node.stop().await;
    test.reopen().await?;
    test.app.db.set_fault(true);
    test.clock.step_seconds(-72 * 3_600);
    let node = test.start().await?;
    assert_eq!(node.get("daily", &path).await?.status, 503);
    node.stop().await;
    Ok(())
}

/// The real server stops, under load, and the real program is started while it is away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_postgresql_is_outlived_under_load_and_by_a_start() -> anyhow::Result<()> {
    let mut cluster = Cluster::start()?;
    let network = Network::on(cluster.url())?;
    let server = network.serve()?;
    for number in 0..12 {
        let item = ninjs(&format!("n{number}"), 1, &format!("Sluice {number} holds"), "sluice");
        let answer = server.push(item.to_string().as_bytes()).await?;
        assert_eq!(answer.status, 202, "{}", answer.text());
    }
    let list = server.get("/api/v1/stories").await?.json()?;
    let mut pages: Vec<String> = Vec::new();
    for item in list["items"].as_array().unwrap() {
        let address = url::Url::parse(item["url"].as_str().unwrap())?;
        pages.push(address.path().to_owned());
    }
    let unseen = pages.pop().unwrap();
    pages.extend(["/".to_owned(), "/news".to_owned(), "/feed.xml".to_owned()]);
    for page in &pages {
        assert_eq!(server.get(page).await?.status, 200, "{page}");
    }

    let (asked, refused) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
    let load = |address: std::net::SocketAddr| {
        let mut readers = tokio::task::JoinSet::new();
        for first in 0..4 {
            let (pages, asked, refused) = (pages.clone(), Arc::clone(&asked), Arc::clone(&refused));
            readers.spawn(async move {
                for number in first.. {
                    let page = &pages[number % pages.len()];
                    match http::send(address, "GET", HOST, page, &[], &[]).await {
                        Ok(answer) if answer.status == 200 => {}
                        Ok(answer) => refused.lock().unwrap().push(format!("{page}: {}", answer.status)),
                        Err(error) => refused.lock().unwrap().push(format!("{page}: {error:#}")),
                    }
                    asked.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        readers
    };
    let until_asked = async |more: usize| {
        let goal = asked.load(Ordering::Relaxed) + more;
        while asked.load(Ordering::Relaxed) < goal {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let mut readers = load(server.address);
    until_asked(200).await;
    cluster.stop()?;
    until_asked(400).await;
    let away = server.get(&unseen).await?;
    assert_eq!(away.status, 503, "{}", away.text());
    assert!(away.header("retry-after").is_some());
    let pushed = server
        .push(ninjs("late", 1, "Too late", "sluice").to_string().as_bytes())
        .await?;
    assert_eq!(pushed.status, 503, "a writer gets a clear answer: {}", pushed.text());
    until_asked(200).await;
    readers.abort_all();
    while readers.join_next().await.is_some() {}
    server.kill()?;

    // Started with nothing there: pages on disk, and nothing else.
    let server = network.serve()?;
    let mut readers = load(server.address);
    until_asked(200).await;
    let away = server.get(&unseen).await?;
    assert_eq!(away.status, 503, "{}", away.text());
    assert!(away.text().contains("The Daily"), "{}", away.text());
    cluster.resume()?;
    let healed = until(&server, &unseen, |answer| answer.status == 200).await?;
    assert!(healed.text().contains("Sluice"));
    until_asked(200).await;
    readers.abort_all();
    while readers.join_next().await.is_some() {}
    let refused = refused.lock().unwrap().clone();
    assert!(refused.is_empty(), "pages seen before were refused: {refused:?}");
    // And takes in copy again, and shows it.
    let pushed = server
        .push(ninjs("new", 1, "The sluice is open", "sluice").to_string().as_bytes())
        .await?;
    assert_eq!(pushed.status, 202, "{}", pushed.text());
    until(&server, "/", |answer| answer.text().contains("The sluice is open")).await?;
    server.kill()?;
    network.verify()
}

/// Asks until the answer is as wanted; a node that was away tries at least every five seconds.
async fn until(server: &Server, path: &str, wanted: impl Fn(&http::Answer) -> bool) -> anyhow::Result<http::Answer> {
    let end = Instant::now() + PATIENCE;
    loop {
        let answer = server.get(path).await?;
        if wanted(&answer) {
            return Ok(answer);
        }
        anyhow::ensure!(
            Instant::now() < end,
            "{path} never was as wanted: {} {}",
            answer.status,
            answer.text()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
