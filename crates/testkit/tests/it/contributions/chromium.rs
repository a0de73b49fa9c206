//! The whole journey in real Chromium, with its scripts: a story, three pictures, and both on the profile.

use super::pictures::jpeg;
use super::{HOST, desk, tale};
use crate::support::devtools::Page;
use masthead_store::Engine;
use masthead_testkit::PATIENCE;
use serde_json::json;
use std::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_story_and_three_pictures_are_sent_with_script() -> anyhow::Result<()> {
    let desk = desk(Engine::Sqlite).await?;
    let ada = desk.browser("ada").await?;
    let mut page = Page::open(&desk.node).await?;
    page.set_cookie("session", ada.cookie(HOST, "session").unwrap()).await?;

    page.go("/contribute/story").await?;
    let text = json!(tale(200));
    page.run(&format!(
        "document.querySelector('#title').value = 'What the tide left';
         document.querySelector('#text').value = {text};
         document.querySelector('#text').dispatchEvent(new Event('input', {{ bubbles: true }}))"
    ))
    .await?;
    page.until("document.querySelector('#words').textContent === '200 words of 200'")
        .await?;
    page.until("document.querySelector('#autosaved').textContent === 'Your draft is saved.'")
        .await?;
    page.go("/contribute/story").await?;
    page.until("document.querySelector('#text').value.includes('heron200')")
        .await?;
    page.run("document.querySelector('[name=agree]').click(); document.querySelector('[value=submit]').click()")
        .await?;
    page.until("document.body.innerText.includes('It is with our editors now.')")
        .await?;
    let story = page.run("location.pathname").await?.as_str().unwrap().to_owned();

    let folder = tempfile::tempdir()?;
    let mut files = Vec::new();
    for (name, bytes) in [
        ("placed.jpg", jpeg(10, (640, 400), 1, true)),
        ("turned.jpg", jpeg(90, (640, 400), 6, false)),
        ("notes.jpg", b"these are my notes".to_vec()),
    ] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes)?;
        files.push(path.display().to_string());
    }
    page.go("/contribute/pictures").await?;
    page.run("document.querySelector('#title').value = 'Herons of the marsh'")
        .await?;
    let document = page.call("DOM.getDocument", json!({})).await?;
    let query = json!({ "nodeId": document["root"]["nodeId"], "selector": "#files" });
    let input = page.call("DOM.querySelector", query).await?;
    let chosen = json!({ "nodeId": input["nodeId"], "files": files });
    page.call("DOM.setFileInputFiles", chosen).await?;
    page.until("document.querySelectorAll('.thumbs img').length === 2")
        .await?;
    page.until("document.querySelector('#uploading').textContent.includes('notes.jpg: This file is no picture')")
        .await?;
    page.until("document.querySelector('#title').value === 'Herons of the marsh'")
        .await?;
    page.until("[...document.querySelectorAll('.thumbs img')].every((img) => { img.loading = 'eager'; return img.complete && img.naturalWidth > 0; })",
    )
    .await?;
    let turned = page
        .run("(() => { const img = document.querySelectorAll('.thumbs img')[1]; return img.naturalHeight > img.naturalWidth; })()")
        .await?;
    assert_eq!(turned, json!(true), "it stands upright");
    page.run(
        "document.querySelectorAll('[name^=caption-]').forEach((field, n) => { field.value = `Heron ${n}`; });
         document.querySelector('[name=own]').click(); document.querySelector('[name=agree]').click();
         document.querySelector('[value=submit]').click()",
    )
    .await?;
    page.until("document.body.innerText.includes('It is with our editors now.')")
        .await?;
    let pictures = page.run("location.pathname").await?.as_str().unwrap().to_owned();
    let complaints: Vec<String> = page
        .complaints()
        .into_iter()
        .filter(|said| !said.contains("status of 422"))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");

    let mut marek = desk.browser("marek").await?;
    for own in [&story, &pictures] {
        assert_eq!(desk.act(&mut marek, own, &[("act", "accept")]).await?.status, 303);
        let publish = [("act", "publish"), ("place-daily", "world")];
        assert_eq!(desk.act(&mut marek, own, &publish).await?.status, 303);
    }
    desk.test.run_jobs().await?;
    for site in ["daily", "weekly"] {
        desk.node
            .get_until(site, "/profiles/ada", |answer| {
                let text = answer.text();
                text.contains("What the tide left") && text.contains("Herons of the marsh")
            })
            .await?;
    }
    // Its pictures are cut by jobs, and the page is pressed again after each: a reader who comes later sees more.
    let shown = "[...document.querySelectorAll('.frames img')].filter((img) => { img.loading = 'eager'; return img.complete && img.naturalWidth > 0; }).length === 2";
    let begun = Instant::now();
    loop {
        page.go("/galleries/herons-of-the-marsh-20251125").await?;
        page.run(shown).await?;
        tokio::time::sleep(Duration::from_millis(500)).await;
        if page.run(shown).await? == json!(true) {
            break;
        }
        let frames = page.run("document.querySelector('.frames').outerHTML").await?;
        anyhow::ensure!(begun.elapsed() < PATIENCE, "never two pictures: {frames}");
    }
    desk.node.stop().await;
    Ok(())
}
