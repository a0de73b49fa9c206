//! Fronts: pinned before filled, no story twice, and layouts that are refused.

use crate::network::{Network, on_both_engines};
use masthead_domain::fronts::{Banner, Card, Container, ContainerStyle, Fill, FrontLayout};
use masthead_features::fronts::{self, FrontError};
use masthead_features::stories;

on_both_engines! {
    pinned_before_filled_and_no_story_twice
    a_layout_that_can_show_nothing_is_refused
}

fn order(html: &str) -> Vec<String> {
    let main = html.split_once("<main").unwrap().1;
    main.match_indices("<h3>")
        .map(|(at, _)| {
            let heading = &main[at..main[at..].find("</h3>").unwrap() + at];
            let link = heading.rsplit_once("\">").unwrap().1;
            link.strip_suffix("</a>").unwrap().to_owned()
        })
        .collect()
}

async fn pinned_before_filled_and_no_story_twice(network: Network) {
    let mut ids = Vec::new();
    for number in 0..12 {
        let section = if number % 3 == 0 { "quay/sport" } else { "quay/world" };
        ids.push(network.publish(network.about(&format!("S{number}"), section)).await);
    }
    let card = |number: usize, headline: Option<&str>| Card {
        story: ids[number],
        headline: headline.map(str::to_owned),
    };
    let layout = FrontLayout {
        banner: Some(Banner {
            text: "Breaking: S5".to_owned(),
            story: ids[5],
        }),
        containers: vec![
            Container {
                style: ContainerStyle::Lead,
                cards: vec![card(2, Some("Two, renamed")), card(9, None)],
                limit: 4,
                ..Container::default()
            },
            Container {
                title: "Sport".to_owned(),
                style: ContainerStyle::List,
                fill: Fill::Section("sport".to_owned()),
                limit: 3,
                ..Container::default()
            },
            Container {
                title: "Pinned alone".to_owned(),
                style: ContainerStyle::Strip,
                cards: vec![card(2, None), card(1, None)],
                fill: Fill::None,
                limit: 5,
            },
            Container {
                title: "Empty".to_owned(),
                fill: Fill::None,
                limit: 5,
                ..Container::default()
            },
        ],
    };
    assert_eq!(
        fronts::set(&network.app, "quay", layout.clone(), "test").await.unwrap(),
        1
    );
    assert_eq!(fronts::show(&network.app, "quay").await.unwrap(), layout);
    let html = network.text("quay", "/").await;
    assert_eq!(
        order(&html),
        ["Two, renamed", "S9", "S11", "S10", "S6", "S3", "S0", "S1"]
    );
    assert!(html.contains("Breaking: S5") && !html.contains("Empty"));
    stories::unpublish(&network.app, ids[5], "later", "test").await.unwrap();
    stories::unpublish(&network.app, ids[2], "later", "test").await.unwrap();
    let html = network.text("quay", "/").await;
    assert!(!html.contains("Breaking: S5"), "a banner goes with its story");
    assert_eq!(order(&html), ["S9", "S11", "S10", "S8", "S6", "S3", "S0", "S1"]);
    assert_eq!(
        fronts::set(&network.app, "quay", FrontLayout::for_section(), "test")
            .await
            .unwrap(),
        2
    );
}

async fn a_layout_that_can_show_nothing_is_refused(network: Network) {
    let set = async |name: &str, layout: FrontLayout| fronts::set(&network.app, name, layout, "test").await;
    let one = |container: Container| FrontLayout {
        banner: None,
        containers: vec![container],
    };
    let plain = Container {
        limit: 3,
        ..Container::default()
    };
    assert!(matches!(
        set("nowhere", one(plain.clone())).await,
        Err(FrontError::NotFound(_))
    ));
    assert!(matches!(
        set("quay/nowhere", one(plain.clone())).await,
        Err(FrontError::NotFound(_))
    ));
    for bad in [
        FrontLayout::default(),
        one(Container {
            limit: 0,
            ..Container::default()
        }),
        one(Container {
            limit: 1000,
            ..Container::default()
        }),
        one(Container {
            fill: Fill::Section("nowhere".to_owned()),
            ..plain.clone()
        }),
    ] {
        assert!(matches!(set("quay", bad).await, Err(FrontError::Layout(_))));
    }
    set("quay/world/isles", one(plain)).await.unwrap();
    assert!(
        fronts::show(&network.app, "quay").await.unwrap().containers.len() > 1,
        "nobody launched it yet"
    );
}
