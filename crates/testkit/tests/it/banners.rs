//! The breaking-news banner: on every page of its site and no other, from when its story may be seen until that is
//! taken back, and then off every page at once.

use crate::accounts::{HOST, network, reader, signed_in};
use crate::desk::newsroom;
use crate::support::plant::{self, addresses, people_and_topics};
use masthead_domain::time::Clock;
use masthead_features::banners::{self, BannerError, Told};
use masthead_features::stories as desk;
use masthead_server::kills;
use masthead_store::Engine;
use masthead_testkit::{TestNode, on_both_engines};

on_both_engines!(
    a_banner_stands_on_every_page_and_goes_with_its_story,
    a_banner_that_is_set_ahead_waits_for_its_story,
    what_leads_nowhere_is_no_banner,
    the_desk_puts_a_banner_up_and_takes_it_away,
);

const TEXT: &str = "The wall <holds> & the road is open";
const WRITTEN: &str = "The wall &lt;holds&gt; &amp; the road is open";

/// The pages of the daily that don't show it.
async fn without(node: &TestNode, paths: &[&str]) -> anyhow::Result<Vec<String>> {
    let mut without = Vec::new();
    for path in paths {
        let answer = node.get("daily", path).await?;
        if !answer.text().contains(WRITTEN) {
            without.push(format!("{path} {}", answer.status));
        }
    }
    Ok(without)
}

async fn a_banner_stands_on_every_page_and_goes_with_its_story(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    people_and_topics(&test).await?;
    let breaking = plant::publish(&test, "merganser").await?;
    let other = plant::publish(&test, "goldeneye").await?;
    reader(&test, "edda").await?;
    let node = test.start().await?;
    let (own, story) = (
        addresses(&test, breaking.id).await?.remove(0).1,
        addresses(&test, other.id).await?.remove(0).1,
    );
    let pages = [
        "/",
        "/world",
        "/world/europe",
        &story,
        &own,
        "/topics/tides",
        "/authors/ada-quill",
        "/archive/2025/11/25",
        "/multimedia",
        "/search",
        "/search?q=goldeneye",
        "/corrections",
        "/profiles/edda",
        "/sign-in",
        "/there-is-nothing-here",
    ];
    // They are pressed before, in memory and on disk.
    assert_eq!(without(&node, &pages).await?.len(), pages.len());

    banners::set(&test.app, "daily", &own, TEXT, Told::Followers, "test").await?;
    for page in &pages {
        let shown = node
            .get_until("daily", page, |answer| answer.text().contains(WRITTEN))
            .await?;
        let banner = shown.text();
        let banner = banner
            .split("<aside class=\"banner\"")
            .nth(1)
            .unwrap()
            .split("</aside>")
            .next()
            .unwrap();
        assert!(banner.contains(&format!("href=\"{own}\"")), "{page}: {banner}");
        assert_eq!(shown.text().matches(WRITTEN).count(), 1, "{page}");
    }
    let mut browser = signed_in(&node, "edda").await?;
    for page in ["/account", "/", &story] {
        assert!(
            browser.get("daily.example", page).await?.text().contains(WRITTEN),
            "{page}"
        );
    }
    for page in ["/", "/search"] {
        assert!(!node.get("weekly", page).await?.text().contains(WRITTEN), "{page}");
    }
    // What isn't a page stays what it is.
    for machine in ["/feed.xml", "/sitemap.xml", "/api/v1/stories", "/robots.txt"] {
        assert!(
            !node.get("daily", machine).await?.text().contains("The wall"),
            "{machine}"
        );
    }

    kills::kill(&test.app, breaking.id, "It was another wall.", "test").await?;
    // When the kill is acknowledged it is gone: nothing here waits.
    assert_eq!(without(&node, &pages).await?.len(), pages.len());
    assert!(!browser.get("daily.example", "/").await?.text().contains(WRITTEN));
    node.stop().await;
    Ok(())
}

async fn a_banner_that_is_set_ahead_waits_for_its_story(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    people_and_topics(&test).await?;
    let coming = plant::plant(&test, "merganser").await?;
    let node = test.start().await?;
    let pages = ["/", "/search", "/culture"];
    let until = test.clock.now().plus_seconds(3600);
    desk::embargo(&test.app, coming.id, until, "test").await?;
    desk::publish(&test.app, coming.id, None, "test").await?;
    banners::set(
        &test.app,
        "daily",
        &coming.id.to_string(),
        TEXT,
        Told::Followers,
        "test",
    )
    .await?;
    assert_eq!(without(&node, &pages).await?.len(), pages.len());

    test.clock.step_seconds(3601);
    test.run_jobs().await?;
    for page in pages {
        node.get_until("daily", page, |answer| answer.text().contains(WRITTEN))
            .await?;
    }
    desk::unpublish(&test.app, coming.id, "wait", "test").await?;
    for page in pages {
        node.get_until("daily", page, |answer| !answer.text().contains(WRITTEN))
            .await?;
    }
    desk::publish(&test.app, coming.id, None, "test").await?;
    for page in pages {
        node.get_until("daily", page, |answer| answer.text().contains(WRITTEN))
            .await?;
    }
    assert!(banners::clear(&test.app, "daily").await?);
    for page in pages {
        node.get_until("daily", page, |answer| !answer.text().contains(WRITTEN))
            .await?;
    }
    assert!(!banners::clear(&test.app, "daily").await?);
    node.stop().await;
    Ok(())
}

async fn what_leads_nowhere_is_no_banner(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let story = test.draft("Only here", "heron", &["weekly/world"]).await?.to_string();
    let set = |site: &'static str, text: String| {
        let (app, story) = (std::sync::Arc::clone(&test.app), story.clone());
        async move {
            banners::set(&app, site, &story, &text, Told::Followers, "test")
                .await
                .unwrap_err()
        }
    };
    assert!(matches!(set("daily", TEXT.into()).await, BannerError::Elsewhere(_)));
    assert!(matches!(set("monthly", TEXT.into()).await, BannerError::NoSite(_)));
    assert!(matches!(set("weekly", "  ".into()).await, BannerError::Text));
    assert!(matches!(set("weekly", "x".repeat(141)).await, BannerError::Text));
    banners::set(&test.app, "weekly", &story, "It is here", Told::Followers, "test").await?;
    let known = banners::of_site(&test.app, "weekly").await?.unwrap();
    assert_eq!((known.text.as_str(), known.set_by.as_str()), ("It is here", "test"));
    Ok(())
}

async fn the_desk_puts_a_banner_up_and_takes_it_away(engine: Engine) -> anyhow::Result<()> {
    let room = newsroom(engine).await?;
    let story = room.test.publish("Wall", "wall", &["daily/world"]).await?.to_string();
    let away = room.test.publish("Away", "away", &["weekly/world"]).await?.to_string();
    for name in ["rita", "moe"] {
        let mut browser = room.browser(name).await?;
        assert_eq!(browser.get(HOST, "/desk/banners").await?.status, 403, "{name}");
    }
    let mut ed = room.browser("ed").await?;
    let from_story = ed.get(HOST, &format!("/desk/stories/{story}")).await?.text();
    let form = format!("/desk/banners?story={story}");
    assert!(from_story.contains(&form), "{from_story}");
    let page = ed.get(HOST, &form).await?.text();
    assert!(page.contains(&format!("value=\"{story}\"")), "{page}");
    assert!(
        page.contains("id=\"of-daily\"") && !page.contains("id=\"of-weekly\""),
        "{page}"
    );

    let fields = |site: &'static str, story: &str, text: &str| {
        let pairs = [("site", site), ("act", "set"), ("story", story), ("text", text)];
        pairs.map(|(name, value)| (name, value.to_owned()))
    };
    let send = async |browser: &mut masthead_testkit::browser::Browser, pairs: [(&str, String); 4]| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post(HOST, "/desk/banners", &pairs).await
    };
    assert_eq!(send(&mut ed, fields("weekly", &away, TEXT)).await?.status, 403);
    assert_eq!(send(&mut ed, fields("monthly", &story, TEXT)).await?.status, 404);
    let long = "x".repeat(141);
    for (story, text, why) in [
        (story.as_str(), long.as_str(), "at most 140 characters"),
        (away.as_str(), TEXT, "stand on this site"),
        ("nothing-of-this-kind", TEXT, "no such story"),
    ] {
        let wrong = send(&mut ed, fields("daily", story, text)).await?;
        let page = wrong.text();
        assert!(wrong.status == 422 && page.contains(why), "{page}");
        assert!(page.contains(&format!("value=\"{story}\"")), "what was typed: {page}");
    }
    assert!(banners::of_site(&room.test.app, "daily").await?.is_none());

    let up = send(&mut ed, fields("daily", &story, TEXT)).await?;
    assert_eq!(up.header("location"), Some("/desk/banners?done=set"), "{}", up.text());
    room.node
        .get_until("daily", "/", |page| page.text().contains(WRITTEN))
        .await?;
    let known = banners::of_site(&room.test.app, "daily").await?.unwrap();
    assert!(!known.is_quiet && known.set_by.starts_with("account:"), "{known:?}");
    let page = ed.get(HOST, "/desk/banners").await?.text();
    assert!(
        page.contains("Readers see it") && page.contains(WRITTEN) && page.contains("<bdi>ed</bdi>"),
        "{page}"
    );

    let quiet = [
        ("site", "daily"),
        ("act", "set"),
        ("story", &*story),
        ("text", "Softly"),
        ("quiet", "yes"),
    ];
    assert_eq!(ed.post(HOST, "/desk/banners", &quiet).await?.status, 303);
    assert!(banners::of_site(&room.test.app, "daily").await?.unwrap().is_quiet);
    let gone = ed
        .post(HOST, "/desk/banners", &[("site", "daily"), ("act", "clear")])
        .await?;
    assert_eq!(gone.header("location"), Some("/desk/banners?done=cleared"));
    room.node
        .get_until("daily", "/", |page| !page.text().contains("Softly"))
        .await?;
    room.node.stop().await;
    Ok(())
}
