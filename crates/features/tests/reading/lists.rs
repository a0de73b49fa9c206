//! Lists are paged without gaps and repeats, and live.json counts from any cursor.

use crate::network::{Network, on_both_engines};
use std::collections::HashSet;

on_both_engines! {
    a_section_is_read_to_its_end_without_gap_or_repeat
    a_list_of_the_api_is_read_to_its_end_without_gap_or_repeat
    the_archive_leads_from_day_to_day
    the_live_cursor_counts_what_is_new
}

fn paths(html: &str, section: &str) -> Vec<String> {
    let wanted = format!("href=\"/{section}/");
    let main = html.split_once("<main").map_or(html, |(_, main)| main);
    let mut found: Vec<String> = Vec::new();
    for (_, rest) in main.match_indices(&wanted).map(|(at, _)| main.split_at(at + 6)) {
        let path = rest.split('"').next().unwrap().to_owned();
        if path.contains("-20") && !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

fn older(html: &str) -> Option<String> {
    let (before, _) = html.split_once("\" rel=\"next\">")?;
    Some(before[before.rfind('"').unwrap() + 1..].to_owned())
}

async fn a_section_is_read_to_its_end_without_gap_or_repeat(network: Network) {
    let mut all = HashSet::new();
    for number in 0..95 {
        let id = network
            .publish(network.about(&format!("Story number {number}"), "quay/world"))
            .await;
        all.insert(network.path(id, "quay").await);
    }
    let mut target = "/world".to_owned();
    let mut read: Vec<String> = Vec::new();
    loop {
        let html = network.text("quay", &target).await;
        read.extend(paths(&html, "world"));
        match older(&html) {
            Some(next) => target = next,
            None => break,
        }
        assert!(read.len() <= 200, "it ends");
    }
    assert_eq!(read.len(), 95, "no story twice");
    assert_eq!(read.into_iter().collect::<HashSet<_>>(), all);
    for bad in ["x", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!", "%00"] {
        assert_eq!(
            network.seen("quay", &format!("/world?after={bad}")).await.0,
            400,
            "{bad}"
        );
    }
}

async fn a_list_of_the_api_is_read_to_its_end_without_gap_or_repeat(network: Network) {
    let tides = network.topic("tides", "Tides").await;
    let mut all = HashSet::new();
    for number in 0..46 {
        let section = if number % 2 == 0 { "quay/world" } else { "quay/sport" };
        let mut draft = network.about(&format!("Story number {number}"), section);
        draft.topics = vec![tides];
        let id = network.publish(draft).await;
        if number % 2 == 0 {
            all.insert(id.to_string());
        }
    }
    for filters in ["section=world", "section=world&topic=tides"] {
        let mut target = format!("/api/v1/stories?{filters}&limit=5");
        let mut read = Vec::new();
        loop {
            let answer: serde_json::Value = serde_json::from_str(&network.text("quay", &target).await).unwrap();
            let items = answer["items"].as_array().unwrap();
            assert!(items.len() <= 5, "{filters}");
            read.extend(items.iter().map(|item| item["id"].as_str().unwrap().to_owned()));
            match answer["next"].as_str() {
                Some(next) => target = next.strip_prefix("https://quay.example").unwrap().to_owned(),
                None => break,
            }
            assert!(read.len() <= 46, "it ends");
        }
        assert_eq!(read.len(), 23, "{filters}");
        assert_eq!(read.into_iter().collect::<HashSet<_>>(), all, "{filters}");
    }
}

async fn the_archive_leads_from_day_to_day(network: Network) {
    network.publish(network.about("First", "quay/world")).await;
    network.clock.step(3 * 86_400);
    network.publish(network.about("Second", "quay/world")).await;
    network.clock.step(86_400);
    network.publish(network.about("Third", "quay/world")).await;
    let middle = network.text("quay", "/archive/2026/01/04").await;
    assert!(middle.contains("Second") && !middle.contains("First") && !middle.contains("Third"));
    assert!(middle.contains("/archive/2026/01/01") && middle.contains("/archive/2026/01/05"));
    let first = network.text("quay", "/archive/2026/01/01").await;
    assert!(
        first.contains("/archive/2026/01/04"),
        "days without a story are passed over"
    );
    assert_eq!(network.seen("quay", "/archive/2026/01/02").await.0, 404);
    // 23:30 in Paris is the next day's morning in Tokyo.
    network.clock.step(22 * 3600 + 27 * 60);
    let mut draft = network.about("Late", "quay/world");
    draft.placements.push(network.placement("tide/local"));
    let late = network.publish(draft).await;
    assert!(network.path(late, "quay").await.ends_with("-20260105"));
    assert!(network.path(late, "tide").await.ends_with("-20260106"));
    assert!(network.text("quay", "/archive/2026/01/05").await.contains("Late"));
    assert!(network.text("tide", "/archive/2026/01/06").await.contains("Late"));
}

async fn the_live_cursor_counts_what_is_new(network: Network) {
    let ask = async |since: &str| {
        let page = network.get("quay", &format!("/live/front.json{since}")).await.unwrap();
        let answer: serde_json::Value = serde_json::from_slice(&page.body).unwrap();
        (
            answer["cursor"].as_str().unwrap().to_owned(),
            answer["new"].as_u64().unwrap(),
            page.policy.cache_control(),
        )
    };
    const NEWEST: &str = "public, max-age=5";
    assert_eq!(ask("").await, (String::new(), 0, NEWEST), "nothing published yet");
    network.publish(network.about("One", "quay/world")).await;
    let one = ask("").await.0;
    assert_eq!(ask(&format!("?since={one}")).await, (one.clone(), 0, NEWEST));
    network.publish(network.about("Two", "quay/world")).await;
    network.publish(network.about("Elsewhere", "tide/local")).await;
    network.publish(network.about("Three", "quay/sport")).await;
    let three = ask("").await.0;
    assert_eq!(
        ask(&format!("?since={one}")).await,
        (three.clone(), 2, "public, max-age=3600")
    );
    assert!(
        network
            .text("quay", "/")
            .await
            .contains(&format!("data-cursor=\"{three}\""))
    );
    let future = masthead_web::paging::Cursor::new(network.app.now().plus_seconds(999), uuid());
    for forged in [future.to_string(), "nonsense".to_owned(), "%ff".to_owned()] {
        assert_eq!(
            ask(&format!("?since={forged}")).await,
            (three.clone(), 0, NEWEST),
            "{forged}"
        );
    }
    for number in 0..60 {
        network
            .publish(network.about(&format!("More {number}"), "quay/world"))
            .await;
    }
    assert_eq!(ask(&format!("?since={one}")).await.1, 50, "counting stops somewhere");
}

fn uuid() -> masthead_domain::ids::StoryId {
    "01890000-0000-7000-8000-000000000001".parse().unwrap()
}
