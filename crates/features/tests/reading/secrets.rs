//! Embargoed, scheduled, held, killed, expired and unpublished stories show on no page, feed, sitemap, answer or file.

use crate::network::{Draft, Network, on_both_engines, paragraph};
use masthead_domain::document::PictureSource;
use masthead_domain::fronts::{Banner, Card, Container, FrontLayout};
use masthead_domain::ids::StoryId;
use masthead_domain::stories::HoldKind;
use masthead_features::{fronts, stories};
use masthead_store::{StoreError, sites as site_rows, stories as rows};

on_both_engines! {
    nothing_withheld_shows_anywhere
    a_killed_story_is_gone_with_its_reason_and_everything_that_led_to_it
    what_is_released_shows_everywhere
}

/// Every story carries a word of its own in everything that readers could see of it.
async fn marked(network: &Network, word: &str) -> (Draft, String) {
    let topic = network.topic(&format!("topic-{word}"), &format!("Topic {word}")).await;
    let byline = network
        .author(&format!("author-{word}"), &format!("Author {word}"))
        .await;
    let picture = network.picture(&format!("picture {word}"), true).await;
    let PictureSource::Stored(id) = picture.picture else {
        unreachable!()
    };
    let mut draft = network.about(&format!("Headline {word}"), "quay/world/isles");
    draft.placements.push(network.placement("tide/local"));
    draft.topics = vec![topic];
    draft.content.kicker = format!("kicker {word}");
    draft.content.bylines = vec![byline];
    draft.content.lead_picture = Some(picture);
    draft.content.body.blocks.push(paragraph(&format!("More {word}.")));
    (draft, format!("/media/{id}/320.jpg"))
}

/// Every address of a site that could show something of a story with this word.
fn surfaces(word: &str) -> Vec<String> {
    let mut all: Vec<String> = [
        "/",
        "/world",
        "/world/isles",
        "/sport",
        "/local",
        "/corrections",
        "/archive/2026/01/01",
        "/archive/2026/01/02",
        "/sitemap.xml",
        "/sitemap.xml?month=2026-01",
        "/sitemap.xml?month=pages",
        "/news-sitemap.xml",
        "/live/front.json",
        "/robots.txt",
        "/feed.xml",
        "/feed.atom",
        "/feed.json",
        "/world/feed.xml",
        "/world/isles/feed.atom",
        "/local/feed.json",
        "/corrections/feed.xml",
        "/api/v1/stories?limit=100",
        "/api/v1/stories?section=world/isles",
        "/api/v1/stories?site=tide",
        "/api/v1/topics?limit=100",
        "/api/v1/topics?site=tide",
        "/api/v1/sections",
        "/api/v1/fronts/quay",
        "/api/v1/fronts/tide",
        "/api/v1/fronts/quay:world",
        "/nowhere/at-all-headline",
        "/api/v1/openapi.json",
    ]
    .map(str::to_owned)
    .to_vec();
    for kind in ["topic", "author"] {
        all.push(format!("/{kind}s/{kind}-{word}"));
        for file in ["feed.xml", "feed.atom", "feed.json"] {
            all.push(format!("/{kind}s/{kind}-{word}/{file}"));
        }
        all.push(format!("/api/v1/stories?{kind}={kind}-{word}"));
    }
    all
}

async fn nothing_withheld_shows_anywhere(network: Network) {
    let open = marked(&network, "openword").await.0;
    let open = network.publish(open).await;
    let mut secrets: Vec<(&str, StoryId, String)> = Vec::new();
    for word in [
        "draftword",
        "embargoword",
        "scheduleword",
        "withheldword",
        "canceledword",
        "killedword",
        "expiredword",
        "unpublishedword",
    ] {
        let (draft, media) = marked(&network, word).await;
        network.clock.step(60);
        let id = network.draft(draft).await;
        let app = &network.app;
        let later = app.now().plus_seconds(3600);
        match word {
            "draftword" => {}
            "embargoword" => {
                stories::embargo(app, id, later, "test").await.unwrap();
                stories::publish(app, id, None, "test").await.unwrap();
            }
            "scheduleword" => {
                stories::publish(app, id, Some(later), "test").await.unwrap();
            }
            _ => {
                stories::publish(app, id, None, "test").await.unwrap();
                let path = network.path(id, "quay").await;
                assert_eq!(network.seen("quay", &path).await.0, 200, "{word} was out");
                match word {
                    "withheldword" => drop(stories::withhold(app, id, "a lawyer asks", "test").await.unwrap()),
                    "killedword" => drop(stories::kill(app, id, "It was wrong", "test").await.unwrap()),
                    "unpublishedword" => drop(stories::unpublish(app, id, "later", "test").await.unwrap()),
                    "canceledword" => {
                        stand(&network, id, |standing, now| {
                            standing.hold(HoldKind::Canceled, "the agency canceled it", now);
                        })
                        .await
                    }
                    _ => stand(&network, id, |standing, now| standing.expires_at = Some(now)).await,
                }
            }
        }
        secrets.push((word, id, media));
    }
    pin(&network, secrets.iter().map(|(_, id, _)| *id).chain([open]).collect()).await;

    let mut open_seen = 0;
    for (word, id, media) in &secrets {
        let mut addresses = surfaces(word);
        addresses.push(media.clone());
        addresses.push(format!("/api/v1/stories/{id}"));
        for site in ["quay", "tide"] {
            let path = placed(&network, *id, site).await;
            for address in addresses.iter().chain(&path) {
                let (status, text) = network.seen(site, address).await;
                // The address itself is repeated in the search box and nowhere else.
                let shown = if status == 200 {
                    text.clone()
                } else {
                    without_search_box(&text)
                };
                assert!(
                    !shown.to_lowercase().contains(word),
                    "{site}{address} ({status}) shows {word}"
                );
                assert!(status < 500, "{site}{address}: {status}");
                open_seen += usize::from(text.contains("openword"));
            }
            if let Some(address) = path {
                let wanted = if matches!(*word, "killedword" | "canceledword") {
                    410
                } else {
                    404
                };
                assert_eq!(network.seen(site, &address).await.0, wanted, "{address}");
            }
            assert_eq!(network.seen(site, media).await.0, 404, "the picture of {word}");
        }
    }
    assert!(open_seen > 100, "the look-out is not blind: {open_seen}");
}

async fn what_is_released_shows_everywhere(network: Network) {
    let (draft, media) = marked(&network, "embargoword").await;
    let id = network.draft(draft).await;
    stories::embargo(&network.app, id, network.app.now().plus_seconds(3600), "test")
        .await
        .unwrap();
    stories::publish(&network.app, id, None, "test").await.unwrap();
    network.clock.step(3601);
    assert!(
        !network.text("quay", "/").await.contains("embargoword"),
        "the date alone releases nothing"
    );
    stories::run_due(&network.app, id).await.unwrap();
    let silent = [
        "/sport",
        "/local",
        "/corrections",
        "/archive/2026/01/02",
        "/sitemap.xml",
        "/sitemap.xml?month=pages",
        "/robots.txt",
        "/live/front.json",
        "/local/feed.json",
        "/corrections/feed.xml",
        "/api/v1/sections",
        "/api/v1/openapi.json",
        "/api/v1/topics?site=tide",
        "/api/v1/stories?site=tide",
        "/api/v1/fronts/tide",
    ];
    for address in surfaces("embargoword")
        .iter()
        .filter(|address| !silent.contains(&address.as_str()))
    {
        let (status, text) = network.seen("quay", address).await;
        assert!(text.to_lowercase().contains("embargoword"), "{address} ({status})");
    }
    for address in [
        "/api/v1/topics",
        "/api/v1/stories?site=tide",
        "/api/v1/fronts/tide",
        "/local",
        "/local/feed.json",
    ] {
        let (status, text) = network.seen("tide", address).await;
        assert!(text.to_lowercase().contains("embargoword"), "{address} ({status})");
    }
    assert_eq!(
        network.seen("quay", &media).await,
        (200, "picture embargoword 320 jpg".to_owned())
    );
    assert_eq!(network.seen("quay", &media.replace("320", "321")).await.0, 404);
    assert_eq!(network.seen("quay", &format!("/api/v1/stories/{id}")).await.0, 200);
}

async fn a_killed_story_is_gone_with_its_reason_and_everything_that_led_to_it(network: Network) {
    let draft = marked(&network, "word").await.0;
    let id = network.publish(draft).await;
    let path = network.path(id, "quay").await;
    let site = network.site("quay").id;
    let now = network.app.now();
    network
        .app
        .db
        .write("test.redirect", move |tx| {
            Box::pin(async move {
                let target = site_rows::RedirectTarget::Story(id);
                site_rows::put_redirect(tx, site, "/2014/09/old-name", &target, now).await
            })
        })
        .await
        .map_err(|error: StoreError| error)
        .unwrap();
    let moved = network.get("quay", "/2014/09/old-name").await.unwrap();
    assert_eq!(
        (moved.status.as_u16(), moved.location.as_deref()),
        (301, Some(path.as_str()))
    );
    assert_eq!(moved.stories, [id], "a kill finds the redirect");
    assert_eq!(
        network.get("quay", "/2014/09/old-name/").await.unwrap().location,
        Some(path.clone())
    );

    stories::kill(&network.app, id, "Wrong in its main <point>", "test")
        .await
        .unwrap();
    for address in [path.as_str(), "/2014/09/old-name"] {
        let page = network.get("quay", address).await.unwrap();
        assert_eq!(page.status.as_u16(), 410, "{address}");
        assert!(page.is_keepable() && page.stories.is_empty(), "{address}");
        let text = String::from_utf8(page.body.to_vec()).unwrap();
        assert!(text.contains("Wrong in its main &lt;point&gt;"), "{address}");
        assert!(
            !text.contains("rel=\"canonical\"") && text.contains("noindex"),
            "{address}"
        );
    }
    let refused = network.get("quay", &format!("/api/v1/stories/{id}")).await.unwrap_err();
    assert_eq!(
        (refused.status().as_u16(), refused.shown_detail()),
        (410, Some("Wrong in its main <point>"))
    );
    assert_eq!(network.seen("quay", "/topics/topic-word").await.0, 404);
}

async fn pin(network: &Network, all: Vec<StoryId>) {
    for (name, own) in [("quay", "quay"), ("tide", "tide"), ("quay/world", "quay")] {
        let _ = own;
        let layout = FrontLayout {
            banner: Some(Banner {
                text: "Look here".to_owned(),
                story: all[0],
            }),
            containers: vec![Container {
                cards: all
                    .iter()
                    .map(|story| Card {
                        story: *story,
                        headline: None,
                    })
                    .collect(),
                limit: 20,
                ..Container::default()
            }],
        };
        fronts::set(&network.app, name, layout, "test").await.unwrap();
    }
}

async fn stand(
    network: &Network,
    id: StoryId,
    change: impl Fn(&mut masthead_domain::stories::Standing, masthead_domain::time::Timestamp)
    + Send
    + Sync
    + Copy
    + 'static,
) {
    let now = network.app.now();
    network
        .app
        .db
        .write("test.stand", move |tx| {
            Box::pin(async move {
                let mut story = rows::by_id(tx, id).await?.unwrap();
                change(&mut story.standing, now);
                rows::save(tx, &mut story, now).await
            })
        })
        .await
        .map_err(|error: StoreError| error)
        .unwrap();
}

async fn placed(network: &Network, id: StoryId, site: &str) -> Option<String> {
    let site = network.site(site).id;
    let mut conn = network.app.db.reader().await.unwrap();
    let places = rows::placements(&mut conn, id).await.unwrap();
    places
        .into_iter()
        .find(|place| place.placement.site == site)
        .and_then(|place| place.path)
}

/// An error page without the box that repeats the words of the address.
fn without_search_box(html: &str) -> String {
    match html.split_once("<input id=\"again\"") {
        Some((before, after)) => before.to_owned() + after.split_once('>').map_or("", |(_, rest)| rest),
        None => html.to_owned(),
    }
}
