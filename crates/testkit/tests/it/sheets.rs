//! What stands for a story without a picture where it is shared: its headline, drawn, there while the story is.

use crate::support::plant::{self, addresses, people_and_topics};
use image::ImageFormat;
use masthead_features::stories::{self as desk, NewStory};
use masthead_server::kills;
use masthead_store::Engine;
use masthead_testkit::build::content;
use masthead_testkit::{TestApp, on_both_engines};

on_both_engines!(
    a_story_without_a_picture_is_shared_with_its_headline,
    the_picture_is_there_while_the_story_is,
);

/// What stands between two words of a page.
fn between<'a>(html: &'a str, before: &str, after: &str) -> &'a str {
    let rest = html
        .split_once(before)
        .unwrap_or_else(|| panic!("{before} in {html}"))
        .1;
    rest.split_once(after).unwrap().0
}

async fn a_story_without_a_picture_is_shared_with_its_headline(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let places = ["daily/world", "weekly/culture"];
    let arabic = "انهار الجدار بعد العاصفة";
    let headlines = ["Bridge <closed> & reopened", arabic];
    let mut stories = Vec::new();
    for headline in headlines {
        stories.push(test.publish(headline, "bridge", &places).await?);
    }
    let foreign = test.publish("橋が閉鎖された", "bridge", &places).await?;
    let pictured = plant::publish(&test, "merganser").await?;
    let node = test.start().await?;
    let mut seen = Vec::new();
    for (story, headline) in stories.iter().zip(headlines) {
        for (site, path) in addresses(&test, *story).await? {
            let page = node.get(site, &path).await?.text();
            let image = between(&page, "<meta property=\"og:image\" content=\"", "\"").to_owned();
            assert_eq!(image, format!("https://{site}.example/media/stories/{story}/1.png"));
            let alt = between(&page, "<meta property=\"og:image:alt\" content=\"", "\"");
            assert_eq!(
                alt,
                headline.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
            );
            assert!(page.contains("<meta name=\"twitter:card\" content=\"summary_large_image\">"));
            let json: serde_json::Value =
                serde_json::from_str(between(&page, "<script type=\"application/ld+json\">", "</script>"))?;
            assert_eq!(json[0]["image"][0]["url"], image.as_str(), "{json}");

            let file = node
                .get(site, image.trim_start_matches(&format!("https://{site}.example")))
                .await?;
            assert_eq!(file.status, 200);
            assert_eq!(file.header("content-type"), Some("image/png"));
            assert_eq!(file.header("cross-origin-resource-policy"), Some("cross-origin"));
            let drawn = image::load_from_memory_with_format(&file.body, ImageFormat::Png)?.into_rgb8();
            assert_eq!((drawn.width(), drawn.height()), (1200, 630));
            // On the colour of the section, which differs between the two sites.
            seen.push(drawn.get_pixel(0, 0).0);
        }
    }
    assert_eq!(seen, [[0xa3, 0x20, 0x1d], [0x1b, 0x5a, 0x92]].repeat(2));

    let (_, path) = addresses(&test, foreign).await?.remove(0);
    let page = node.get("daily", &path).await?.text();
    assert!(between(&page, "<meta property=\"og:image\" content=\"", "\"").contains("/assets/share."));
    let (_, path) = addresses(&test, pictured.id).await?.remove(0);
    let page = node.get("daily", &path).await?.text();
    let image = between(&page, "<meta property=\"og:image\" content=\"", "\"");
    assert!(image.contains(&format!("/media/{}/", pictured.picture)), "{image}");
    node.stop().await;
    Ok(())
}

async fn the_picture_is_there_while_the_story_is(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let new = NewStory {
        content: content("The bridge is closed", "bridge"),
        placements: test.places(&["daily/world"]),
        ..NewStory::default()
    };
    let id = desk::create(&test.app, new, "test").await?;
    let node = test.start().await?;
    let at = |revision: u32| format!("/media/stories/{id}/{revision}.png");
    assert_eq!(node.get("daily", &at(1)).await?.status, 404, "a draft");
    desk::publish(&test.app, id, None, "test").await?;
    let first = node.get_until("daily", &at(1), |answer| answer.status == 200).await?;
    assert_eq!(node.get("weekly", &at(1)).await?.status, 404, "it doesn't stand there");
    for wrong in ["0.png", "01.png", "1.jpg", "x.png"] {
        let answer = node.get("daily", &format!("/media/stories/{id}/{wrong}")).await?;
        assert_eq!(answer.status, 404, "{wrong}");
    }

    let changed = content("The bridge is open again", "bridge");
    desk::revise(&test.app, id, changed, "test").await?;
    let moved = node.get_until("daily", &at(1), |answer| answer.status == 301).await?;
    assert_eq!(moved.header("location"), Some(at(2).as_str()));
    let second = node.get("daily", &at(2)).await?;
    assert_eq!(second.status, 200);
    assert_ne!(first.body, second.body, "another headline");
    assert_eq!(
        node.get("daily", &at(9)).await?.header("location"),
        Some(at(2).as_str())
    );

    kills::kill(&test.app, id, "It was another bridge.", "test").await?;
    // When the kill is acknowledged it is gone: nothing here waits.
    assert_eq!(node.get("daily", &at(2)).await?.status, 410);
    node.stop().await;
    Ok(())
}
