//! Galleries: stories whose text is their pictures. They have addresses of their own and stand where pictures are
//! gathered, and what is taken back is gone from there too.

use crate::support::plant::{self, addresses, picture};
use masthead_domain::document::{Block, Document};
use masthead_domain::stories::StoryKind;
use masthead_features::stories::{self as desk, NewStory};
use masthead_store::Engine;
use masthead_testkit::build::content;
use masthead_testkit::{PATIENCE, TestApp, on_both_engines};
use std::time::{Duration, Instant};

on_both_engines!(
    every_picture_has_an_address_and_leads_to_the_next,
    the_days_pictures_are_those_of_its_stories,
    search_engines_find_a_picture_in_three_proportions,
);

async fn every_picture_has_an_address_and_leads_to_the_next(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let mut content = content("Birds of the marsh", "heron");
    content.kind = StoryKind::Gallery;
    let mut pictures = Vec::new();
    for word in ["curlew", "godwit", "avocet"] {
        pictures.push(picture(&test, word, 64).await?);
    }
    content.body = Document {
        blocks: vec![Block::Gallery {
            title: String::new(),
            pictures,
        }],
    };
    let new = NewStory {
        content,
        slug: "birds".into(),
        placements: test.places(&["daily/world", "weekly/world"]),
        ..NewStory::default()
    };
    let id = desk::create(&test.app, new, "test").await?;
    desk::publish(&test.app, id, None, "test").await?;
    let node = test.start().await?;
    let (_, path) = addresses(&test, id).await?.remove(0);
    assert!(path.starts_with("/galleries/birds-"), "{path}");

    let all = node.get("daily", &path).await?;
    assert_eq!(all.status, 200);
    let text = all.text();
    for word in ["curlew", "godwit", "avocet"] {
        assert!(text.contains(&format!("The {word} from the bank.")), "{word}");
        assert!(text.contains(&format!("{word} Pictures")), "{word}");
    }
    assert!(text.contains("\"@type\":\"ImageGallery\""));

    let second = node.get("weekly", &format!("{path}/2")).await?;
    assert_eq!(second.status, 200);
    let text = second.text();
    assert!(text.contains("The godwit from the bank.") && !text.contains("The avocet from the bank."));
    assert!(
        text.contains(&format!("rel=\"prev\" href=\"{path}/1#picture\"")),
        "{text}"
    );
    assert!(
        text.contains(&format!("rel=\"next\" href=\"{path}/3#picture\"")),
        "{text}"
    );
    for wrong in ["0", "4", "02", "two", "65536", "2/1"] {
        assert_eq!(
            node.get("daily", &format!("{path}/{wrong}")).await?.status,
            404,
            "{wrong}"
        );
    }
    let listed = |text: String| text.contains("Birds of the marsh");
    for place in ["/multimedia", "/api/v1/galleries", "/world", "/feed.xml"] {
        assert!(listed(node.get("daily", place).await?.text()), "{place}");
    }

    let begun = Instant::now();
    desk::kill(&test.app, id, "The permission was withdrawn.", "test").await?;
    loop {
        let answers = [
            node.get("daily", &path).await?,
            node.get("daily", &format!("{path}/2")).await?,
            node.get("weekly", &format!("{path}/2")).await?,
        ];
        let gone = answers.iter().all(|answer| answer.status == 410);
        let mut left = 0;
        for place in ["/multimedia", "/api/v1/galleries"] {
            left += usize::from(listed(node.get("daily", place).await?.text()));
        }
        if gone && left == 0 {
            assert!(
                answers
                    .iter()
                    .all(|answer| answer.text().contains("permission was withdrawn"))
            );
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "still there");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

async fn the_days_pictures_are_those_of_its_stories(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let node = test.start().await?;
    assert_eq!(
        node.get("daily", "/news-in-pictures").await?.status,
        404,
        "there are none yet"
    );
    for (word, width) in [("lapwing", 800), ("plover", 64)] {
        let mut content = content(&format!("A {word} comes back"), word);
        content.lead_picture = Some(picture(&test, word, width).await?);
        let new = NewStory {
            content,
            placements: test.places(&["daily/world"]),
            ..NewStory::default()
        };
        let id = desk::create(&test.app, new, "test").await?;
        desk::publish(&test.app, id, None, "test").await?;
    }
    let day = test.app.now().to_rfc3339()[..10].replace('-', "/");
    for path in ["/news-in-pictures".to_owned(), format!("/news-in-pictures/{day}")] {
        let answer = node.get_until("daily", &path, |answer| answer.status == 200).await?;
        let text = answer.text();
        assert!(text.contains("A lapwing comes back"), "{path}");
        assert!(!text.contains("A plover comes back"), "{path}: too small to look at");
    }
    for path in ["/news-in-pictures/1999/01/01", "/news-in-pictures/2025/02/30"] {
        assert_eq!(node.get("daily", path).await?.status, 404, "{path}");
    }
    Ok(())
}

async fn search_engines_find_a_picture_in_three_proportions(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    plant::people_and_topics(&test).await?;
    let story = plant::publish(&test, "dabchick").await?;
    let path = plant::addresses(&test, story.id).await?.remove(0).1;
    let node = test.start().await?;
    // No reader waits for them: they come from a job.
    let before = node.get("daily", &path).await?;
    assert!(!before.text().contains("/16x9.jpg"), "{}", before.text());
    test.clock.step_seconds(30);
    test.run_jobs().await?;
    let page = node
        .get_until("daily", &path, |answer| answer.text().contains("/16x9.jpg"))
        .await?;
    for (shape, width, height) in [("1x1", 1, 1), ("4x3", 4, 3), ("16x9", 16, 9)] {
        let file = format!("/media/{}/{shape}.jpg", story.picture);
        assert!(page.text().contains(&format!("https://daily.example{file}")), "{shape}");
        let answer = node.get("daily", &file).await?;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, Some("image/jpeg")),
            "{shape}"
        );
        let picture = image::load_from_memory(&answer.body)?;
        let off = i64::from(picture.width() * height) - i64::from(picture.height() * width);
        assert!(
            off.unsigned_abs() <= u64::from(width.max(height)),
            "{shape}: {}x{}",
            picture.width(),
            picture.height()
        );
    }
    assert_eq!(
        node.get("daily", &format!("/media/{}/5x3.jpg", story.picture))
            .await?
            .status,
        404
    );
    masthead_features::stories::kill(&test.app, story.id, "wrong", "test").await?;
    let cut = format!("/media/{}/1x1.jpg", story.picture);
    node.get_until("daily", &cut, |answer| answer.status == 404).await?;
    node.stop().await;
    Ok(())
}
