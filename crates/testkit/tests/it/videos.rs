//! Videos: a picture and a link until somebody asks for them, and nothing of their host before.

use crate::support::devtools::Page;
use crate::support::plant::{self, addresses, people_and_topics};
use masthead_domain::document::Block;
use masthead_domain::videos::LeadVideo;
use masthead_features::stories::{self as desk, ChangeError, NewStory};
use masthead_server::kills;
use masthead_store::Engine;
use masthead_testkit::build::content;
use masthead_testkit::{TestApp, on_both_engines};

on_both_engines!(
    a_video_leads_its_story_and_stands_under_multimedia,
    nothing_of_the_host_is_asked_for_before_the_click,
);

const URL: &str = "https://www.youtube.com/watch?v=aqz-KE-bpKQ";
const PLAYER: &str = "https://www.youtube-nocookie.com/embed/aqz-KE-bpKQ?rel=0";

fn video() -> LeadVideo {
    LeadVideo {
        url: URL.into(),
        title: "The marsh <from> above".into(),
        seconds: Some(247),
    }
}

async fn a_video_leads_its_story_and_stands_under_multimedia(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    people_and_topics(&test).await?;
    let story = plant::publish(&test, "merganser").await?;
    let path = addresses(&test, story.id).await?.remove(0).1;
    let node = test.start().await?;
    assert!(!node.get("daily", "/multimedia").await?.text().contains("Videos"));
    assert!(!node.get("daily", &path).await?.text().contains("js/video."));
    let refused = LeadVideo {
        url: "https://video.example/1".into(),
        ..video()
    };
    let refused = desk::set_video(&test.app, story.id, Some(refused), "test").await;
    assert!(matches!(refused, Err(ChangeError::Video(_))));

    desk::set_video(&test.app, story.id, Some(video()), "test").await?;
    let page = node
        .get_until("daily", &path, |answer| answer.text().contains(PLAYER))
        .await?
        .text();
    let play = page
        .split_once("<a class=\"play\"")
        .unwrap()
        .1
        .split_once("</a>")
        .unwrap()
        .0;
    // Without script it is a link; its picture is ours.
    assert!(play.contains(&format!("href=\"{URL}\"")), "{play}");
    assert!(play.contains(&format!("/media/{}/", story.picture)), "{play}");
    assert!(
        play.contains("4:07") && page.contains("The marsh &lt;from&gt; above"),
        "{play}"
    );
    assert!(!page.contains("<iframe"));
    let json = page.split_once("<script type=\"application/ld+json\">").unwrap().1;
    let json: serde_json::Value = serde_json::from_str(json.split_once("</script>").unwrap().0)?;
    let object = &json[0]["video"];
    assert_eq!(object["@type"], "VideoObject", "{json}");
    assert_eq!(object["name"], "The marsh <from> above");
    assert_eq!(object["duration"], "PT4M7S");
    assert_eq!(object["embedUrl"], PLAYER);
    assert_eq!(object["uploadDate"], "2025-11-25T09:00:00+00:00");
    assert!(
        object["thumbnailUrl"][0]
            .as_str()
            .unwrap()
            .contains(&story.picture.to_string())
    );

    let listed = |text: &str| {
        text.split_once("id=\"videos\"")
            .is_some_and(|(_, rest)| rest.split("</section>").next().unwrap().contains(&path))
    };
    node.get_until("daily", "/multimedia", |answer| listed(&answer.text()))
        .await?;
    desk::set_video(&test.app, story.id, None, "test").await?;
    node.get_until("daily", "/multimedia", |answer| !listed(&answer.text()))
        .await?;
    node.get_until("daily", &path, |answer| !answer.text().contains(PLAYER))
        .await?;
    desk::set_video(&test.app, story.id, Some(video()), "test").await?;
    node.get_until("daily", "/multimedia", |answer| listed(&answer.text()))
        .await?;
    kills::kill(&test.app, story.id, "It was another marsh.", "test").await?;
    assert!(!listed(&node.get("daily", "/multimedia").await?.text()));
    node.stop().await;
    Ok(())
}

async fn nothing_of_the_host_is_asked_for_before_the_click(engine: Engine) -> anyhow::Result<()> {
    let test = TestApp::new(engine).await?;
    let mut film = content("The tide as it came", "tide");
    film.lead_video = Some(video());
    film.body.blocks.push(Block::Embed {
        url: "https://vimeo.com/1084537".into(),
        title: "A second film".into(),
    });
    let new = NewStory {
        content: film,
        placements: test.places(&["daily/world"]),
        ..NewStory::default()
    };
    let id = desk::create(&test.app, new, "test").await?;
    desk::publish(&test.app, id, None, "test").await?;
    let node = test.start().await?;
    let path = addresses(&test, id).await?.remove(0).1;
    let mut page = Page::open(&node).await?;
    page.look(400, false).await?;
    page.go(&path).await?;
    let foreign = "performance.getEntriesByType('resource').map((one) => one.name).filter((name) => !name.startsWith(location.origin))";
    assert_eq!(page.run(foreign).await?, serde_json::json!([]));
    let place = "(() => { const box = document.querySelector('.leadpic .play, .leadpic iframe').getBoundingClientRect(); return [box.top, box.width, box.height]; })()";
    let before = page.run(place).await?;
    page.run("document.querySelector('.leadpic .play').click()").await?;
    let frame = "(() => { const frame = document.querySelector('.leadpic iframe'); return [frame.src, frame.title, document.activeElement === frame]; })()";
    let expected = serde_json::json!([format!("{PLAYER}&autoplay=1"), "The marsh <from> above", true]);
    assert_eq!(page.run(frame).await?, expected);
    assert_eq!(page.run(place).await?, before, "nothing moves");
    page.run("document.querySelector('.body .play').click()").await?;
    let second = page.run("document.querySelector('.body iframe').src").await?;
    assert_eq!(second, "https://player.vimeo.com/video/1084537?dnt=1&autoplay=1");
    node.stop().await;
    Ok(())
}
