//! A kill reaches everything: pages in memory and on disk, both sites' addresses, lists, feeds, sitemaps, the API and
//! files, within a second, from whatever process it comes, with a receipt.

use crate::support::plant::{self, Planted, addresses, people_and_topics};
use crate::support::process::{Network, words};
use crate::support::surfaces;
use masthead_server::kills;
use masthead_store::Engine;
use masthead_testkit::build::ninjs;
use masthead_testkit::{TestApp, on_both_engines, until};
use std::path::Path;

on_both_engines!(
    a_kill_takes_a_story_off_every_surface_and_says_when,
    a_running_server_notices_a_kill_by_another_process,
);

const REASON: &str = "This story was wrong in its main point";

async fn a_kill_takes_a_story_off_every_surface_and_says_when(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let victim = plant::publish(&test, "merganser").await?;
    let other = plant::publish(&test, "goldeneye").await?;
    let both: [&Planted; 2] = [&victim, &other];
    let node = test.start().await?;
    let asked = surfaces::all(&test, &both).await?;
    let shown = surfaces::showing(&node, &asked, &both).await?;
    assert!(
        shown.iter().filter(|one| one.word == "merganser").count() >= 45,
        "{shown:#?}"
    );
    let pressed = test.folder().join("pressed");
    until("a page on the disk", async || {
        Ok(files_naming(&pressed, &victim.id.to_string())? > 0)
    })
    .await?;

    let receipt = kills::kill(&test.app, victim.id, REASON, "an editor").await?;
    // When the kill is acknowledged everything is done: nothing here waits.
    assert_eq!(
        files_naming(&pressed, &victim.id.to_string())?,
        0,
        "a copy stays on disk"
    );
    let shown = surfaces::showing(&node, &asked, &both).await?;
    let left: Vec<_> = shown.iter().filter(|one| one.word == "merganser").collect();
    assert!(left.is_empty(), "{left:#?}");
    for (site, path) in addresses(&test, victim.id).await? {
        let answer = node.get(site, &path).await?;
        assert_eq!(answer.status, 410, "{site}{path}");
        assert!(answer.text().contains(REASON), "{site}{path} says why");
    }
    let api = node.get("daily", &format!("/api/v1/stories/{}", victim.id)).await?;
    assert_eq!(api.status, 410);
    assert_eq!(api.json()?["detail"], REASON, "{}", api.text());
    assert!(
        shown.iter().filter(|one| one.word == "goldeneye").count() >= 45,
        "the other story stands"
    );

    assert!(receipt.silent_nodes.is_empty(), "{receipt:?}");
    for surface in [
        "public read path",
        "due jobs",
        "queued notices",
        "pages in memory",
        "pages on disk",
    ] {
        let gone = receipt.surfaces.iter().find(|gone| gone.surface == surface);
        let gone = gone.unwrap_or_else(|| panic!("no '{surface}' in {receipt:#?}"));
        assert_eq!(gone.gone_at, test.app.now().to_rfc3339(), "{surface}");
        assert_eq!(gone.node, "test");
    }
    let memory = receipt
        .surfaces
        .iter()
        .find(|gone| gone.surface == "pages in memory")
        .unwrap();
    assert!(memory.detail.contains("browsers may show theirs for"), "{memory:?}");
    node.stop().await;
    Ok(())
}

/// How many files under a folder name the text. Heads of pressed files are plain text and name their stories.
fn files_naming(folder: &Path, text: &str) -> anyhow::Result<usize> {
    let mut count = 0;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            count += files_naming(&path, text)?;
            continue;
        }
        match std::fs::read(&path) {
            Ok(bytes) => count += usize::from(String::from_utf8_lossy(&bytes).contains(text)),
            // It went while we looked.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(count)
}

async fn a_running_server_notices_a_kill_by_another_process(engine: Engine) -> anyhow::Result<()> {
    let network = Network::new(engine).await?;
    let server = network.serve()?;
    let document = ninjs("urn:test:killed-elsewhere", 1, "Pochard seen on the quay", "pochard");
    let answer = server.push(document.to_string().as_bytes()).await?;
    assert_eq!(answer.status, 202, "{}", answer.text());
    let answer = answer.json()?;
    let story = answer["items"][0]["story"].as_str().unwrap();
    let shown = network.json(&["story", "show", story])?;
    let url = url::Url::parse(shown["addresses"][0].as_str().unwrap())?;
    assert_eq!(server.get(url.path()).await?.status, 200);
    assert!(server.get("/").await?.text().contains("Pochard"));

    let receipt = network.json(&["story", "kill", story, "--reason", REASON])?;
    // The command came back, so every page is gone: no waiting here.
    let gone = server.get(url.path()).await?;
    assert_eq!(gone.status, 410, "{receipt:#}");
    assert!(gone.text().contains(REASON));
    for path in ["/", "/news", "/feed.xml", "/api/v1/stories", "/news-sitemap.xml"] {
        assert!(!server.get(path).await?.text().contains("Pochard"), "{path}");
    }
    assert_eq!(receipt["silent_nodes"], serde_json::json!([]));
    let surfaces: Vec<&str> = receipt["surfaces"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gone| gone["surface"].as_str().unwrap())
        .collect();
    assert!(
        surfaces.contains(&"pages in memory") && surfaces.contains(&"pages on disk"),
        "{receipt:#}"
    );
    let again = network.run(&["story", "kill", story, "--reason", REASON])?;
    assert_eq!(again.status.code(), Some(2), "{}", words(&again));
    Ok(())
}
