//! Places from outside: what a reader chooses, with an account and without, what it changes on the pages of every site, and
//! that nothing of where somebody is remains.

use crate::accounts::{HOST, hidden, network_with, reader, sign_in};
use crate::desk::staff_of;
use crate::support::devtools::Page;
use crate::support::plant::addresses;
use masthead_domain::ids::{StoryId, TopicId};
use masthead_domain::places::{Located, PlaceId};
use masthead_features::places::{PlaceName, Region};
use masthead_features::stories::{self as desk, NewStory};
use masthead_server::kills;
use masthead_store::{Engine, StoreError};
use masthead_testkit::browser::Browser;
use masthead_testkit::build::content;
use masthead_testkit::{TestApp, on_both_engines};
use serde_json::json;

on_both_engines!(
    a_place_is_chosen_and_shows_on_every_site,
    local_news_go_from_near_to_far,
    places_are_called_as_the_readers_of_a_site_call_them,
    an_account_keeps_its_places,
    a_fragment_is_the_same_for_everybody,
    an_editor_says_what_a_story_is_about,
    what_the_nearest_place_is_leaves_no_trace,
);

const OTHER: &str = "weekly.example";

pub(crate) fn berlin() -> Located {
    Located {
        place: PlaceId(2_950_159),
        name: "Berlin".into(),
    }
}

fn located(id: u32, name: &str) -> Located {
    Located {
        place: PlaceId(id),
        name: name.into(),
    }
}

/// A network with a region of its own around Potsdam, whose sites share a cookie.
async fn network(engine: Engine) -> anyhow::Result<TestApp> {
    network_with(engine, |settings| {
        settings.network.cookie_domain = "example".into();
        settings.regions = vec![Region {
            number: 7,
            name: "Lake Country".into(),
            latitude: 52.4,
            longitude: 13.05,
            radius_km: 15.0,
            zone: String::new(),
            outline: Vec::new(),
        }];
    })
    .await
}

async fn story(test: &TestApp, headline: &str, about: Vec<Located>) -> anyhow::Result<StoryId> {
    let mut content = content(headline, "wall");
    content.located = about;
    let new = NewStory {
        content,
        placements: test.places(&["daily/world", "weekly/world"]),
        ..NewStory::default()
    };
    let id = desk::create(&test.app, new, "test").await?;
    desk::publish(&test.app, id, None, "test").await?;
    test.clock.step_seconds(1);
    Ok(id)
}

/// The strip of local news on a front, without the rest of the page.
fn strip(page: &str) -> &str {
    let rest = page.split("<section class=\"place\"").nth(1).unwrap_or_default();
    rest.split("</section>").next().unwrap_or_default()
}

async fn a_place_is_chosen_and_shows_on_every_site(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    story(&test, "Berlin builds", vec![berlin()]).await?;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    let front = browser.get(HOST, "/").await?;
    assert!(front.text().contains("href=\"/account/locations\""));
    assert!(strip(&front.text()).is_empty());

    let form = browser.get(HOST, "/account/locations").await?;
    assert_eq!(form.header("cache-control"), Some("private, no-store"));
    assert!(form.text().contains("geonames.org"), "the credit");
    // A name that there are several of is asked about, and nothing is lost or kept until it is answered.
    let path = "/account/locations";
    let several = browser.post(HOST, path, &[("name-local-news", "Paris")]).await?;
    assert_eq!((several.status, several.header("set-cookie")), (422, None));
    assert!(several.text().contains("value=\"2988507\"") && several.text().contains("Texas"));
    let asked = hidden(&several.text(), "asked-local-news");
    let unknown = browser.post(HOST, path, &[("name-local-news", "Xqxq")]).await?;
    assert_eq!(unknown.status, 422);
    assert!(unknown.text().contains("value=\"Xqxq\"") && unknown.text().contains("aria-invalid"));
    let answered = [
        ("name-local-news", "Paris"),
        ("asked-local-news", asked.as_str()),
        ("place-local-news", "2988507"),
    ];
    let kept = browser.post(HOST, path, &answered).await?;
    assert_eq!(kept.header("location"), Some("/account/locations?done=1"));
    assert_eq!(browser.cookie(HOST, "place"), Some("2988507---"));
    // What was offered is taken by its label.
    let kept = browser
        .post(HOST, path, &[("name-local-news", "Berlin, Germany")])
        .await?;
    let cookie = kept.header("set-cookie").unwrap();
    assert_eq!(
        cookie,
        "place=2950159---; Path=/; Max-Age=31536000; SameSite=Lax; Domain=example"
    );
    assert!(
        browser
            .get(HOST, "/account/locations")
            .await?
            .text()
            .contains("value=\"Berlin, Germany\"")
    );
    // A browser brings it to the other site as well.
    browser.set_cookie(OTHER, "place", "2950159---");
    for host in [HOST, OTHER] {
        for _ in 0..2 {
            let front = browser.get(host, "/").await?;
            assert_eq!(front.header("cache-control"), Some("private, no-store"), "{host}");
            assert_eq!(front.header("surrogate-key"), None);
            let text = front.text();
            assert!(strip(&text).contains("Berlin builds"), "{host}: {text}");
            assert!(strip(&text).contains("/account/locations#local-news"));
        }
    }
    // Everybody else gets the page without, and may keep it.
    let plain = node.get("daily", "/").await?;
    assert!(plain.header("cache-control").unwrap().starts_with("public"));
    assert!(strip(&plain.text()).is_empty());
    // A cookie that nobody here wrote is none; nothing chosen takes it away.
    browser.set_cookie(HOST, "place", "1-<script>--");
    assert!(strip(&browser.get(HOST, "/").await?.text()).is_empty());
    browser.post(HOST, path, &[("name-local-news", " ")]).await?;
    assert_eq!(browser.cookie(HOST, "place"), None);
    node.stop().await;
    Ok(())
}

async fn local_news_go_from_near_to_far(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    let near = story(&test, "Potsdam swims", vec![located(2_852_458, "Potsdam")]).await?;
    story(&test, "Berlin builds", vec![berlin()]).await?;
    story(&test, "Cottbus digs", vec![located(2_939_811, "Cottbus")]).await?;
    story(&test, "Germany votes", vec![located(2_921_044, "Germany")]).await?;
    story(&test, "Paris eats", vec![located(2_988_507, "Paris")]).await?;
    let node = test.start().await?;
    let order = |text: &str| {
        let mut found: Vec<(usize, &str)> = [
            "Potsdam swims",
            "Berlin builds",
            "Cottbus digs",
            "Germany votes",
            "Paris eats",
        ]
        .into_iter()
        .filter_map(|headline| Some((text.find(headline)?, headline)))
        .collect();
        found.sort_unstable();
        found.into_iter().map(|(_, headline)| headline).collect::<Vec<_>>()
    };
    let page = node.get("daily", "/places/potsdam-2852458").await?;
    let expected = ["Potsdam swims", "Berlin builds", "Cottbus digs", "Germany votes"];
    assert_eq!(
        order(&page.text()),
        expected,
        "the newest is last: by distance, not by time"
    );
    let fragment = node.get("daily", "/fragments/local-news?place=2852458").await?;
    assert_eq!(order(&fragment.text()), expected);
    // A region of the publisher's own has what lies in it.
    let region = PlaceId::own(7).unwrap();
    let lakes = node
        .get("daily", &format!("/places/lake-country-{region}"))
        .await?
        .text();
    assert_eq!(order(&lakes), ["Potsdam swims", "Berlin builds"]);
    let feed = node.get("daily", "/places/potsdam-2852458/feed.xml").await?;
    assert_eq!(feed.header("content-type"), Some("application/rss+xml; charset=utf-8"));
    assert!(feed.text().contains("Germany votes") && !feed.text().contains("Paris eats"));
    // One address a place; what the site has nothing of is no page.
    let moved = node.get("daily", "/places/elsewhere-2852458").await?;
    assert_eq!(
        (moved.status, moved.header("location")),
        (301, Some("/places/potsdam-2852458"))
    );
    for nothing in [
        "/places/oslo-3143244",
        "/places/nowhere-1",
        "/places/oslo-3143244/feed.xml",
    ] {
        assert_eq!(node.get("daily", nothing).await?.status, 404, "{nothing}");
    }
    assert!(
        node.get("daily", "/places/germany-2921044")
            .await?
            .text()
            .contains("Potsdam swims")
    );

    let mut browser = Browser::new(node.address);
    browser.set_cookie(HOST, "place", "2852458---");
    assert!(strip(&browser.get(HOST, "/").await?.text()).contains("Potsdam swims"));
    kills::kill(&test.app, near, "It was another lake.", "test").await?;
    // When the kill is acknowledged it is gone from what was put together for readers too.
    for path in ["/", "/places/potsdam-2852458", "/fragments/local-news?place=2852458"] {
        assert!(
            !browser.get(HOST, path).await?.text().contains("Potsdam swims"),
            "{path}"
        );
    }
    let withdrawn = story(&test, "Babelsberg films", vec![located(2_852_458, "Potsdam")]).await?;
    node.get_until("daily", "/places/potsdam-2852458", |page| {
        page.text().contains("Babelsberg films")
    })
    .await?;
    desk::unpublish(&test.app, withdrawn, "", "test").await?;
    node.get_until("daily", "/places/potsdam-2852458", |page| {
        !page.text().contains("Babelsberg films")
    })
    .await?;
    node.stop().await;
    Ok(())
}

async fn places_are_called_as_the_readers_of_a_site_call_them(engine: Engine) -> anyhow::Result<()> {
    let munich = PlaceId(2_867_714);
    let test = network_with(engine, |settings| {
        settings.place_names = vec![PlaceName {
            place: munich,
            language: "de".into(),
            name: "München".into(),
        }];
    })
    .await?;
    let mut weekly = test.app.sites().by_slug("weekly").unwrap().site.clone();
    weekly.language = "de".into();
    masthead_features::sites::put(&test.app, weekly, 1).await?;
    let topic = TopicId::new(test.app.ids.as_ref());
    let made = test.app.db.write("test.topic", move |tx| {
        Box::pin(masthead_store::topics::ensure(tx, topic, "munich", "Munich", None))
    });
    made.await.map_err(|error: StoreError| error)?;
    let mut content = content("The beer is dear", "wall");
    content.located = vec![located(munich.0, "Munich")];
    let new = NewStory {
        content,
        placements: test.places(&["daily/world", "weekly/world"]),
        topics: vec![topic],
        ..NewStory::default()
    };
    let story = desk::create(&test.app, new, "test").await?;
    desk::publish(&test.app, story, None, "test").await?;
    let node = test.start().await?;

    for (site, path) in addresses(&test, story).await? {
        let page = node.get(site, &path).await?.text();
        // The topic has the same name in English: readers can't tell two such links apart.
        let (of_topic, of_place) = (page.matches(">Munich</a>"), page.matches(">München</a>"));
        let expected = (1, usize::from(site == "weekly"));
        assert_eq!((of_topic.count(), of_place.count()), expected, "{site}");
    }
    let place = "/places/munich-2867714";
    assert!(node.get("weekly", place).await?.text().contains("<h1>München"));
    assert!(node.get("daily", place).await?.text().contains("<h1>Munich"));
    for (site, label) in [
        ("weekly", "München, Bavaria, Deutschland"),
        ("daily", "Munich, Bavaria, Germany"),
    ] {
        let found = node.get(site, "/account/locations/search?q=munich").await?.json()?;
        assert_eq!(found[0]["label"], label);
        // What was offered is understood when it comes back.
        let mut browser = Browser::new(node.address);
        let host = format!("{site}.example");
        let kept = browser
            .post(&host, "/account/locations", &[("name-local-news", label)])
            .await?;
        assert_eq!(kept.status, 303, "{label}");
        let shown = browser.get(&host, "/account/locations").await?.text();
        assert!(shown.contains(&format!("value=\"{label}\"")), "{shown}");
    }
    node.stop().await;
    Ok(())
}

async fn an_account_keeps_its_places(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    story(&test, "Berlin builds", vec![berlin()]).await?;
    story(&test, "Paris eats", vec![located(2_988_507, "Paris")]).await?;
    reader(&test, "edda").await?;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    sign_in(&mut browser, "edda").await?;
    // Until something is kept on the account, the browser's own places count.
    browser.set_cookie(HOST, "place", "2988507---");
    assert!(strip(&browser.get(HOST, "/").await?.text()).contains("Paris eats"));
    let kept = browser
        .post(HOST, "/account/locations", &[("name-local-news", "Berlin, Germany")])
        .await?;
    assert_eq!(kept.status, 303);
    // The account's follow its owner into another browser, and what that one was left with doesn't count.
    let mut second = Browser::new(node.address);
    second.set_cookie(HOST, "place", "2988507---");
    assert!(strip(&second.get(HOST, "/").await?.text()).contains("Paris eats"));
    sign_in(&mut second, "edda").await?;
    let front = second.get(HOST, "/").await?.text();
    assert!(
        strip(&front).contains("Berlin builds") && front.contains("edda"),
        "{front}"
    );
    let data = second.get(HOST, "/account/data").await?.json()?;
    assert_eq!(data["account"]["places"][0]["place"], 2_950_159);
    node.stop().await;
    Ok(())
}

async fn a_fragment_is_the_same_for_everybody(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    story(&test, "Berlin builds", vec![berlin()]).await?;
    let node = test.start().await?;
    let fragment = node.get("daily", "/fragments/local-news?place=2950159").await?;
    assert_eq!(fragment.status, 200);
    assert!(fragment.header("cache-control").unwrap().starts_with("public"));
    assert_eq!(fragment.header("x-robots-tag"), Some("noindex"));
    assert!(!fragment.text().contains("<html"), "a part of a page");
    for wrong in ["", "?place=", "?place=1", "?place=01", "?place=x", "?other=2950159"] {
        assert_eq!(
            node.get("daily", &format!("/fragments/local-news{wrong}"))
                .await?
                .status,
            404,
            "{wrong}"
        );
    }
    assert_eq!(node.get("daily", "/fragments/nothing?place=2950159").await?.status, 404);
    for (component, href) in [("alerts", "/alerts?place=2950159"), ("listings", "/listings")] {
        let piece = node
            .get("daily", &format!("/fragments/{component}?place=2950159"))
            .await?;
        assert_eq!(piece.status, 200, "{component}");
        let text = piece.text();
        assert!(
            text.contains(&format!("<a href=\"{href}\">")) && text.contains(&format!("/account/locations#{component}")),
            "{text}"
        );
    }
    // What is published there changes it.
    story(&test, "Berlin sleeps", vec![berlin()]).await?;
    node.get_until("daily", "/fragments/local-news?place=2950159", |part| {
        part.text().contains("Berlin sleeps")
    })
    .await?;
    node.stop().await;
    Ok(())
}

async fn an_editor_says_what_a_story_is_about(engine: Engine) -> anyhow::Result<()> {
    let test = network(engine).await?;
    staff_of(&test).await?;
    let node = test.start().await?;
    let mut ed = crate::accounts::signed_in(&node, "ed_of_desk").await?;
    let fields = |about: &'static str| {
        [
            ("headline", "On the lakes"),
            ("body", "Words."),
            ("place-daily", "world"),
            ("located", about),
        ]
    };
    let wrong = ed
        .post(HOST, "/desk/stories", &fields("Potsdam; Nowhere at all"))
        .await?;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text().contains("Nowhere at all") && wrong.text().contains("wrong-located"));
    let made = ed
        .post(HOST, "/desk/stories", &fields("Potsdam; Paris, Texas; Lake Country"))
        .await?;
    assert_eq!(made.status, 303, "{}", made.text());
    let story = made.header("location").unwrap().split('?').next().unwrap().to_owned();
    let page = ed.get(HOST, &story).await?.text();
    let region = PlaceId::own(7).unwrap();
    assert!(
        page.contains(&format!("Potsdam (2852458); Paris (4717560); Lake Country ({region})")),
        "{page}"
    );
    let acts = format!("{story}/acts");
    assert_eq!(ed.post(HOST, &acts, &[("act", "publish")]).await?.status, 303);
    node.get_until("daily", "/places/paris-4717560", |page| {
        page.text().contains("On the lakes")
    })
    .await?;
    node.stop().await;
    Ok(())
}

async fn what_the_nearest_place_is_leaves_no_trace(engine: Engine) -> anyhow::Result<()> {
    let mut log = String::new();
    let test = network_with(engine, |settings| {
        settings.server.access_log = "access.log".into();
        log = settings.folder.join("access.log").display().to_string();
    })
    .await?;
    let node = test.start().await?;
    let mut browser = Browser::new(node.address);
    let path = "/account/locations/nearest";
    let near = browser
        .post(HOST, path, &[("latitude", "52.51"), ("longitude", "13.41")])
        .await?;
    assert_eq!(near.status, 200);
    assert_eq!(near.header("cache-control"), Some("no-store"));
    assert_eq!(near.header("set-cookie"), None);
    assert!(near.json()?["label"].as_str().unwrap().contains("Berlin"));
    for wrong in [
        [("latitude", "91"), ("longitude", "0")],
        [("latitude", "x"), ("longitude", "0")],
    ] {
        assert_eq!(browser.post(HOST, path, &wrong).await?.status, 422);
    }
    let offered = browser.get(HOST, "/account/locations/search?q=potsd").await?.json()?;
    assert_eq!(offered[0]["label"], "Potsdam, Brandenburg, Germany");
    node.stop().await;
    let written = std::fs::read_to_string(&log)?;
    assert!(written.contains(path), "{written}");
    for trace in ["52.5", "13.4", "potsd"] {
        assert!(!written.contains(trace), "{trace} in {written}");
    }
    Ok(())
}

/// What a browser does with a page that a shared cache kept: it fills the holes itself, without a cookie.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_from_a_shared_cache_is_filled_by_script() -> anyhow::Result<()> {
    let test = network(Engine::Sqlite).await?;
    story(&test, "Berlin builds", vec![berlin()]).await?;
    let node = test.start().await?;
    // The page as everybody gets it, and then the place: its script is run once more, as it runs when the page is opened.
    let mut page = Page::open(&node).await?;
    page.go("/").await?;
    page.set_cookie("place", "2950159---").await?;
    let filled = "(async () => {
        const again = document.createElement('script');
        again.src = document.querySelector('script[src*=places]').src;
        document.head.append(again);
        for (let i = 0; i < 200 && !document.querySelector('.place'); i++) await new Promise((done) => setTimeout(done, 50));
        return document.querySelector('.place')?.textContent ?? '';
    })()";
    let text = page.run(filled).await?;
    assert!(text.as_str().unwrap().contains("Berlin builds"), "{text}");
    node.stop().await;
    Ok(())
}

/// The Enter key in a field of the form says what Submit says, and nothing about the other components.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_enter_key_keeps_what_was_typed() -> anyhow::Result<()> {
    let test = network_with(Engine::Sqlite, |_| {}).await?;
    let node = test.start().await?;
    let mut page = Page::open(&node).await?;
    page.go("/account/locations").await?;
    page.run("document.querySelector('[name=name-alerts]').focus()").await?;
    page.call("Input.insertText", json!({ "text": "Berlin, Germany" }))
        .await?;
    for kind in ["keyDown", "keyUp"] {
        let key = json!({ "type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r" });
        page.call("Input.dispatchKeyEvent", key).await?;
    }
    page.until("document.querySelector('.done') !== null").await?;
    let fields = "['local-news', 'alerts'].map((part) => document.getElementById(`name-${part}`).value).join('|')";
    assert_eq!(page.run(fields).await?.as_str(), Some("|Berlin, Germany"));
    node.stop().await;
    Ok(())
}
