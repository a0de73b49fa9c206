//! A site's theme, and a publisher's own files over it.

use crate::support::plant::{self, addresses, people_and_topics};
use masthead_store::Engine;
use masthead_testkit::{TestApp, on_both_engines};
use masthead_web::assets::Assets;

on_both_engines!(each_site_has_the_theme_that_it_chose_with_the_publishers_files_over_it);

async fn each_site_has_the_theme_that_it_chose_with_the_publishers_files_over_it(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let story = plant::publish(&test, "sandpiper").await?;
    let own = |path: &str, text: &str| {
        let path = test.folder().join(path);
        std::fs::create_dir_all(path.parent().unwrap())?;
        std::fs::write(path, text)
    };
    own("theme/strings/en.ftl", "menu = Contents\n")?;
    own("theme/templates/page.html", "{% extends \"layout.html\" %}")?;
    own("themes/compact/strings/en.ftl", "menu = Everything\n")?;
    own(
        "themes/evening/templates/parts/style.html",
        "{{ inline_css('css/evening.css') }}",
    )?;
    own("themes/evening/css/evening.css", "body{background:#123}")?;
    let node = test.start().await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let first = node.get("daily", "/").await?.text();
    assert!(
        first.contains("<summary>Contents</summary>") && first.contains("Sign in"),
        "{first}"
    );
    assert!(!first.contains("class=\"wrap river\""));

    let choose = |theme: &'static str| {
        let app = std::sync::Arc::clone(&test.app);
        async move {
            let mut site = app.sites().by_slug("daily").unwrap().site.clone();
            site.theme = theme.into();
            masthead_features::sites::put(&app, site, 0).await
        }
    };
    choose("compact").await?;
    let front = node
        .get_until("daily", "/", |answer| answer.text().contains("class=\"wrap river\""))
        .await?;
    assert!(
        front.text().contains("<summary>Everything</summary>"),
        "{}",
        front.text()
    );
    assert!(front.text().contains("What the sandpiper did in the storm"));
    node.get_until("daily", &path, |answer| answer.text().contains(".river"))
        .await?;
    assert!(
        !node.get("weekly", "/").await?.text().contains("class=\"wrap river\""),
        "the other site's is its own"
    );

    choose("evening").await?;
    let front = node
        .get_until("daily", "/", |answer| answer.text().contains("background:#123"))
        .await?;
    let policy = front.header("content-security-policy").unwrap().to_owned();
    let style = front.text();
    let style = style.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let files = [("css/style.css".to_owned(), style.as_bytes().to_vec())].into();
    let hash = Assets::new(&files).named("css/style.css").unwrap().csp_hash.clone();
    assert!(policy.contains(&hash), "{hash} is not in {policy}");

    choose("never-made").await?;
    node.get_until("daily", "/", |answer| {
        answer.text().contains("<summary>Contents</summary>")
    })
    .await?;
    node.stop().await;
    Ok(())
}
