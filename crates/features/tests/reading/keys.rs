//! Whatever changes what a page says makes one of the page's keys stale.

use crate::network::{Network, on_both_engines};
use masthead_domain::document::PictureSource;
use masthead_domain::events::Event;
use masthead_domain::fronts::{Card, Container, Fill, FrontLayout};
use masthead_domain::ids::{EventId, StoryId};
use masthead_domain::stories::Correction;
use masthead_features::pages::touched;
use masthead_features::{fronts, sites, stories};
use masthead_store::pictures::{PictureState, set_renditions};
use masthead_store::{StoreError, log};
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use std::collections::BTreeMap;

on_both_engines! {
    every_page_that_changes_carries_a_key_that_the_event_names
    a_page_carries_no_later_position_than_the_follower_saw
}

/// Every page of the network that the press may hold.
async fn all_pages(network: &Network, stories: &[StoryId]) -> BTreeMap<String, Rendered> {
    let mut targets: Vec<String> = [
        "/",
        "/world",
        "/world/isles",
        "/sport",
        "/local",
        "/corrections",
        "/topics/tides",
        "/topics/winds",
        "/authors/ada-example",
        "/archive/2025/12/30",
        "/archive/2026/01/01",
        "/archive/2026/01/02",
        "/about",
        "/sitemap.xml",
        "/sitemap.xml?month=2025-12",
        "/sitemap.xml?month=2026-01",
        "/sitemap.xml?month=pages",
        "/news-sitemap.xml",
        "/live/front.json",
        "/feed.xml",
        "/world/feed.atom",
        "/topics/tides/feed.json",
        "/authors/ada-example/feed.xml",
        "/corrections/feed.xml",
        "/api/v1/stories",
        "/api/v1/stories?topic=tides",
        "/api/v1/stories?section=world",
        "/api/v1/topics",
        "/api/v1/sections",
        "/api/v1/fronts/quay",
    ]
    .map(str::to_owned)
    .to_vec();
    for story in stories {
        targets.push(format!("/api/v1/stories/{story}"));
    }
    let mut pages = BTreeMap::new();
    for site in ["quay", "tide"] {
        let mut own = targets.clone();
        for story in stories {
            let mut conn = network.app.db.reader().await.unwrap();
            let places = masthead_store::stories::placements(&mut conn, *story).await.unwrap();
            let here = network.site(site).id;
            own.extend(
                places
                    .into_iter()
                    .filter(|place| place.placement.site == here)
                    .filter_map(|place| place.path),
            );
        }
        // Later pages of lists, followed from where the first ones point.
        for list in ["/world", "/topics/tides", "/api/v1/stories?limit=2"] {
            let (_, text) = network.seen(site, list).await;
            own.extend(next_of(&text, site));
        }
        for target in own {
            if let Ok(page) = network.get(site, &target).await
                && page.is_keepable()
            {
                pages.insert(format!("{site} {target}"), page);
            }
        }
    }
    pages
}

fn next_of(text: &str, site: &str) -> Option<String> {
    let (before, after) = text.split_once("after=")?;
    let start = before.rfind(['"'])? + 1;
    let end = after.find('"')?;
    let href = format!("{}after={}", &before[start..], &after[..end]).replace("&amp;", "&");
    Some(
        href.strip_prefix(&format!("https://{site}.example"))
            .unwrap_or(&href)
            .to_owned(),
    )
}

async fn every_page_that_changes_carries_a_key_that_the_event_names(network: Network) {
    network.clock.step(-2 * 86_400);
    let tides = network.topic("tides", "Tides").await;
    let winds = network.topic("winds", "Winds").await;
    let ada = network.author("ada-example", "Ada Example").await;
    network.own_page("quay", "about", "About us").await;
    let mut known: Vec<StoryId> = Vec::new();
    for number in 0..34 {
        let mut draft = network.about(&format!("Story number {number}"), "quay/world");
        if number % 2 == 0 {
            draft.topics = vec![tides, winds];
            draft.content.bylines = vec![ada.clone()];
            draft.placements.push(network.placement("tide/local"));
        }
        known.push(network.publish(draft).await);
    }
    let pending = network.picture("a pending picture", false).await;
    let mut draft = network.about("With a picture", "quay/world/isles");
    draft.topics = vec![tides];
    draft.content.lead_picture = Some(pending.clone());
    known.push(network.publish(draft).await);
    network.clock.step(2 * 86_400);

    let mut position = network.events_after(0).await.1;
    let mut before = all_pages(&network, &known).await;
    assert!(before.len() > 60, "{}", before.len());
    for step in 0..STEPS.len() {
        network.clock.step(60);
        act(&network, step, &mut known, &pending).await;
        let (events, newest) = network.events_after(position).await;
        position = newest;
        assert!(!events.is_empty(), "{}", STEPS[step]);
        if events.iter().any(|event| matches!(event, Event::SiteChanged { .. })) {
            network.app.reload_sites().await.unwrap();
        }
        let mut stale: Vec<SurrogateKey> = Vec::new();
        for event in &events {
            let mut conn = network.app.db.reader().await.unwrap();
            stale.extend(touched(&mut conn, &network.app.sites(), event).await.unwrap());
        }
        let after = all_pages(&network, &known).await;
        let mut changed = 0;
        for (name, page) in &before {
            let (site, target) = name.split_once(' ').unwrap();
            // A page that nothing leads to any more is asked for again all the same.
            let now = match after.get(name) {
                Some(page) => Some(page.clone()),
                None => network.get(site, target).await.ok(),
            };
            if !now.is_some_and(|now| now.body == page.body && now.status == page.status) {
                changed += 1;
                let found = page.surrogate_keys.iter().any(|key| stale.contains(key));
                assert!(
                    found,
                    "{}: {name} changed; it carries {:?}",
                    STEPS[step], page.surrogate_keys
                );
            }
        }
        assert!(changed > 0, "{} changes something", STEPS[step]);
        before = after;
    }
    for (name, page) in &before {
        let rendered = masthead_web::surrogate::render(&page.surrogate_keys);
        assert_eq!(rendered.left_out, 0, "the header of {name} holds every key");
    }
}

const STEPS: &[&str] = &[
    "a new story in a section",
    "a new story under a topic on both sites",
    "a new headline of an old story",
    "a correction",
    "a story that is taken back",
    "a story that is killed",
    "a story that goes elsewhere",
    "a launched front",
    "a launched front of another layout",
    "a rendered picture",
    "another name of the site",
    "another name of a section",
    "a withheld story",
    "a story that may go on",
];

async fn act(
    network: &Network,
    step: usize,
    known: &mut Vec<StoryId>,
    picture: &masthead_domain::document::PictureBlock,
) {
    let app = &network.app;
    match STEPS[step] {
        "a new story in a section" => known.push(network.publish(network.about("Brand new", "quay/sport")).await),
        "a new story under a topic on both sites" => {
            let mut draft = network.about("Newer still", "quay/world");
            draft.placements.push(network.placement("tide/local"));
            draft.topics = vec![network.topic("more", "More").await];
            known.push(network.publish(draft).await);
        }
        "a new headline of an old story" => {
            let content = network.about("Another headline", "quay/world").content;
            stories::revise(app, known[2], content, "test").await.unwrap();
        }
        "a correction" => {
            let mut content = network.about("Story number 30", "quay/world").content;
            content.corrections = vec![Correction {
                text: "It was three, not four.".to_owned(),
                at: app.now(),
            }];
            stories::revise(app, known[30], content, "test").await.unwrap();
        }
        "a story that is taken back" => {
            stories::unpublish(app, known[31], "later", "test").await.unwrap();
        }
        "a story that is killed" => {
            stories::kill(app, known[32], "wrong", "test").await.unwrap();
        }
        "a story that goes elsewhere" => {
            let sport = network.placement("quay/sport");
            stories::place(app, known[28], vec![sport], "test").await.unwrap();
        }
        "a launched front" | "a launched front of another layout" => {
            let cards = [4, 6, 33].map(|number| Card {
                story: known[number],
                headline: Some("Pinned".to_owned()),
            });
            let limit = if STEPS[step] == "a launched front" { 5 } else { 2 };
            let layout = FrontLayout {
                banner: None,
                containers: vec![Container {
                    cards: cards.to_vec(),
                    limit,
                    fill: Fill::Topic("tides".to_owned()),
                    ..Container::default()
                }],
            };
            fronts::set(app, "quay", layout, "test").await.unwrap();
        }
        "a rendered picture" => {
            let PictureSource::Stored(id) = picture.picture else {
                unreachable!()
            };
            let files = network.files("now ready").await;
            let stories = vec![known[34]];
            let (event, now) = (EventId::new(app.ids.as_ref()), app.now());
            app.db
                .write("test.rendered", move |tx| {
                    let (files, stories) = (files.clone(), stories.clone());
                    Box::pin(async move {
                        set_renditions(tx, id, &files, PictureState::Ready, None).await?;
                        let fact = Event::PictureRendered { picture: id, stories };
                        log::append(tx, event, fact.kind(), &fact.data(), now).await
                    })
                })
                .await
                .map_err(|error: StoreError| error)
                .unwrap();
        }
        "another name of the site" => {
            let mut site = network.site("quay").site.clone();
            site.name = "The New Quay".to_owned();
            sites::put(app, site, 0).await.unwrap();
        }
        "another name of a section" => {
            sites::put_section(app, network.site("quay").id, None, "world", "The World", 0)
                .await
                .unwrap();
        }
        "a withheld story" => {
            stories::withhold(app, known[30], "a lawyer asks", "test")
                .await
                .unwrap();
        }
        "a story that may go on" => {
            stories::let_go(app, known[30], "test").await.unwrap();
        }
        other => panic!("{other}"),
    }
}

async fn a_page_carries_no_later_position_than_the_follower_saw(network: Network) {
    network.publish(network.about("One", "quay/world")).await;
    let head = network.events_after(0).await.1;
    assert_eq!(network.get("quay", "/").await.unwrap().position, head);
    network.pages.followed(head - 1);
    assert_eq!(network.get("quay", "/").await.unwrap().position, head - 1);
    network.pages.followed(head + 5);
    assert_eq!(network.get("quay", "/").await.unwrap().position, head);
}
