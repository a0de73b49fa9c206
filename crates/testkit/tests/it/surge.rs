//! The database goes away: whatever was seen before is answered as before, from memory or from the copies on disk, the
//! rest says politely that it can't be had now, and all of it heals by itself.

use crate::support::plant::{self, addresses};
use masthead_store::Engine;
use masthead_testkit::{TestApp, on_both_engines};

on_both_engines!(
    pages_seen_before_outlive_the_database_and_the_rest_heals,
    pages_from_disk_outlive_a_restart_and_the_database,
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
