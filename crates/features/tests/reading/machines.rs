//! Feeds, sitemaps and the API, read back as machines read them.

use crate::network::{Network, on_both_engines};
use masthead_domain::accounts::Email;
use masthead_domain::fronts::FrontLayout;
use masthead_features::accounts::staff;
use masthead_features::{api, profiles};
use masthead_formats::ReadContext;
use masthead_formats::feeds;
use masthead_services::search::SearchIndex;
use serde_json::Value;
use std::sync::Arc;

on_both_engines! {
    feeds_read_back
    sitemaps_list_what_can_be_read
    the_api_keeps_the_promises_of_its_document
    other_sites_are_told_what_to_show_of_a_story
}

async fn other_sites_are_told_what_to_show_of_a_story(network: Network) {
    let mut draft = network.about("Tide & \"time\" <wait>", "quay/world/isles");
    draft.content.bylines = vec![network.author("ada-example", "Ada Example").await];
    draft.content.lead_picture = Some(network.picture("a quay", true).await);
    draft.placements.push(network.placement("tide/local"));
    let id = network.publish(draft).await;
    let api = network.get("quay", &format!("/api/v1/stories/{id}")).await.unwrap();
    let api: Value = serde_json::from_slice(&api.body).unwrap();
    let url = api["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix("https://quay.example").unwrap();
    let asked = |url: &str, more: &str| {
        let url: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
        format!("/oembed?url={url}{more}")
    };
    // The page itself leads there.
    let page = network.get("quay", path).await.unwrap();
    let html = String::from_utf8(page.body.to_vec()).unwrap();
    let link = html
        .split("type=\"application/json+oembed\" href=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .unwrap();
    let target = link.replace("&#x2f;", "/");
    let target = target.strip_prefix("https://quay.example").unwrap();
    let answer = network.get("quay", target).await.unwrap();
    assert_eq!(answer.content_type, "application/json");
    let embed: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!((&embed["version"], &embed["type"]), (&"1.0".into(), &"rich".into()));
    assert_eq!(embed["title"], "Tide & \"time\" <wait>");
    assert_eq!(embed["author_name"], "Ada Example");
    assert_eq!(embed["author_url"], "https://quay.example/authors/ada-example");
    assert_eq!(embed["provider_url"], "https://quay.example/");
    let markup = embed["html"].as_str().unwrap();
    assert!(
        markup.starts_with("<blockquote ") && markup.contains("&lt;wait&gt;"),
        "{markup}"
    );
    assert!(!markup.contains("<script") && !markup.contains("<wait"), "{markup}");
    let width = embed["thumbnail_width"].as_u64().unwrap();
    assert!(
        embed["thumbnail_url"]
            .as_str()
            .unwrap()
            .ends_with(&format!("/{width}.jpg"))
    );
    // No larger than asked for; no picture where the smallest is too large.
    let small = network
        .get("tide", &asked(&url, "&maxwidth=100&maxheight=50"))
        .await
        .unwrap();
    let small: Value = serde_json::from_slice(&small.body).unwrap();
    assert_eq!((&small["width"], &small["height"]), (&100.into(), &50.into()));
    assert!(small.get("thumbnail_url").is_none());
    let xml = network.get("quay", &asked(&url, "&format=xml")).await.unwrap();
    assert_eq!(xml.content_type, "text/xml; charset=utf-8");
    assert!(String::from_utf8_lossy(&xml.body).contains("<title>Tide &amp; "));
    for (target, status) in [
        ("/oembed".to_owned(), 400),
        (asked(&url, "&format=yaml"), 400),
        (asked(&url, "&maxwidth=0"), 400),
        (asked("https://elsewhere.example/world/x-20260101", ""), 404),
        (asked("https://quay.example/world/x-20260101", ""), 404),
        (asked("javascript:alert(1)", ""), 404),
        (asked("%00", ""), 404),
    ] {
        let refused = network.get("quay", &target).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), status, "{target}");
    }
    masthead_features::stories::kill(&network.app, id, "It was wrong", "test")
        .await
        .unwrap();
    let gone = network.get("quay", &asked(&url, "")).await.unwrap_err();
    assert_eq!(gone.status().as_u16(), 410);
}

async fn feeds_read_back(network: Network) {
    let topic = network.topic("tides", "Tides").await;
    let byline = network.author("ada-example", "Ada Example").await;
    for number in 0..35 {
        let mut draft = network.about(&format!("Story <{number}> & more"), "quay/world");
        draft.topics = vec![topic];
        draft.content.bylines = vec![byline.clone()];
        if number == 34 {
            draft.content.lead_picture = Some(network.picture("a quay", true).await);
        }
        network.publish(draft).await;
    }
    for scope in ["", "/world", "/topics/tides", "/authors/ada-example"] {
        for file in ["feed.xml", "feed.atom", "feed.json"] {
            let page = network.get("quay", &format!("{scope}/{file}")).await.unwrap();
            let read = feeds::read(&page.body, &ReadContext::at(network.app.now())).unwrap();
            assert_eq!(read.problems, [], "{scope}/{file}");
            let feed = read.value;
            assert_eq!(feed.items.len(), 30, "{scope}/{file}");
            assert_eq!(
                feed.own.as_deref(),
                Some(format!("https://quay.example{scope}/{file}").as_str())
            );
            let newest = &feed.items[0];
            assert_eq!(newest.headline.as_deref(), Some("Story <34> & more"));
            assert_eq!(newest.bylines, ["Ada Example"], "{scope}/{file}");
            assert!(
                newest.body.to_plain().contains("The text of Story <34> & more."),
                "{scope}/{file}"
            );
        }
    }
    assert_eq!(
        network.seen("tide", "/topics/tides/feed.xml").await.0,
        404,
        "nothing of it there"
    );
    assert_eq!(network.seen("quay", "/nowhere/feed.xml").await.0, 404);
}

async fn sitemaps_list_what_can_be_read(network: Network) {
    network.own_page("quay", "about", "About us").await;
    network.publish(network.about("Old", "quay/world")).await;
    network.clock.step(40 * 86_400);
    let mut paid = network.about("Paid", "quay/sport");
    paid.content.sponsored = true;
    network.publish(paid).await;
    network.publish(network.about("News & more", "quay/sport")).await;
    let locations = async |target: &str| {
        let text = network.text("quay", target).await;
        let document = roxmltree::Document::parse(&text).unwrap();
        let found: Vec<String> = document
            .descendants()
            .filter(|node| node.has_tag_name(("http://www.sitemaps.org/schemas/sitemap/0.9", "loc")))
            .map(|node| node.text().unwrap().to_owned())
            .collect();
        found
    };
    let parts = locations("/sitemap.xml").await;
    assert_eq!(parts.len(), 3, "pages and two months: {parts:?}");
    let mut all = Vec::new();
    for part in parts {
        all.extend(locations(part.strip_prefix("https://quay.example").unwrap()).await);
    }
    assert_eq!(all.iter().filter(|url| url.contains("-2026")).count(), 3);
    for url in &all {
        assert_eq!(
            network
                .seen("quay", url.strip_prefix("https://quay.example").unwrap())
                .await
                .0,
            200,
            "{url}"
        );
    }
    let news = network.text("quay", "/news-sitemap.xml").await;
    assert!(news.contains("News &amp; more") && news.contains("<news:name>The Quay</news:name>"));
    assert!(!news.contains("Old") && !news.contains("Paid"));
    for bad in ["2026-13", "2026-1", "x", "2026-00", "0000-01", "2026-05"] {
        assert_eq!(
            network.seen("quay", &format!("/sitemap.xml?month={bad}")).await.0,
            404,
            "{bad}"
        );
    }
}

/// Whether a value has the form that the document's schema says; enough of JSON Schema for what the document uses.
fn holds(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return holds(value, root.pointer(reference.strip_prefix('#').unwrap()).unwrap(), root);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return if any.iter().any(|one| holds(value, one, root).is_ok()) {
            Ok(())
        } else {
            Err(format!("{value}"))
        };
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => return Ok(()),
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    if !types.contains(&own) {
        return Err(format!("{value} is no {types:?}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        value
            .get(name.as_str().unwrap())
            .ok_or_else(|| format!("{name} is missing in {value}"))?;
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(inner) = value.get(name) {
            holds(inner, property, root)?;
        }
    }
    if own == "object"
        && let Some(known) = schema["properties"].as_object()
    {
        for name in value.as_object().unwrap().keys() {
            if !known.contains_key(name) {
                return Err(format!("{name} is not in the schema"));
            }
        }
    }
    for item in value.as_array().into_iter().flatten() {
        holds(item, &schema["items"], root)?;
    }
    Ok(())
}

async fn the_api_keeps_the_promises_of_its_document(network: Network) {
    let document = api::openapi("https://quay.example");
    let paths: Vec<&String> = document["paths"].as_object().unwrap().keys().collect();
    let routes: Vec<String> = api::ROUTES.iter().map(|(route, _)| format!("/{route}")).collect();
    assert_eq!(paths, routes.iter().collect::<Vec<_>>());
    for (route, declared) in api::ROUTES {
        let parameters = document["paths"][format!("/{route}")]["get"]["parameters"]
            .as_array()
            .unwrap();
        let named: Vec<&str> = parameters
            .iter()
            .map(|one| {
                one["$ref"]
                    .as_str()
                    .map_or(one, |at| document.pointer(at.strip_prefix('#').unwrap()).unwrap())
            })
            .filter(|one| one["in"] == "query")
            .map(|one| one["name"].as_str().unwrap())
            .collect();
        assert_eq!(&named, declared, "{route}");
    }
    let topic = network.topic("tides", "Tides").await;
    let mut draft = network.about("One", "quay/world/isles");
    draft.topics = vec![topic];
    draft.content.bylines = vec![network.author("ada-example", "Ada Example").await];
    draft.content.lead_picture = Some(network.picture("a quay", true).await);
    draft.placements.push(network.placement("tide/local"));
    let id = network.publish(draft).await;
    masthead_features::fronts::set(&network.app, "quay", FrontLayout::for_section(), "test")
        .await
        .unwrap();
    let keeper = staff::Person {
        email: Email::parse("keeper@readers.example").unwrap(),
        username: Some(profiles::wish(&network.app, "quay_keeper").unwrap()),
        name: String::new(),
        bio: String::new(),
        password: None,
        grants: Vec::new(),
    };
    staff::add(&network.app, keeper, "test").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let index = Arc::new(SearchIndex::open(folder.path()).unwrap());
    masthead_features::search::rebuild(&network.app, &index).await.unwrap();
    network.pages.set_search(index);
    let story = format!("/stories/{id}");
    for (target, path) in [
        ("/stories", "/stories"),
        ("/stories?topic=tides", "/stories"),
        ("/stories?author=ada-example&site=tide", "/stories"),
        (story.as_str(), "/stories/{id}"),
        (format!("{story}?format=ninjs").as_str(), "/stories/{id}"),
        ("/sections", "/sections"),
        ("/topics", "/topics"),
        ("/search?q=one", "/search"),
        ("/profiles/quay_keeper", "/profiles/{username}"),
        ("/fronts/quay", "/fronts/{id}"),
        ("/fronts/quay:world:isles", "/fronts/{id}"),
        ("/openapi.json", "/openapi.json"),
    ] {
        let page = network.get("quay", &format!("/api/v1{target}")).await.unwrap();
        let answer: Value = serde_json::from_slice(&page.body).unwrap();
        let schema = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        holds(&answer, schema, &document).unwrap_or_else(|error| panic!("{target}: {error}"));
        if let Some(items) = answer["items"].as_array() {
            assert!(!items.is_empty(), "{target}");
        }
    }
    let nitf = network
        .get("quay", &format!("/api/v1{story}?format=nitf"))
        .await
        .unwrap();
    assert_eq!(nitf.content_type, "application/xml; charset=utf-8");
    let read = masthead_formats::nitf::read(&nitf.body, &ReadContext::at(network.app.now()))
        .unwrap()
        .value;
    assert_eq!(read[0].headline.as_deref(), Some("One"));
    for (target, status) in [
        ("/stories?limit=0", 400),
        ("/stories?limit=101", 400),
        ("/stories?limit=-1", 400),
        ("/stories?limit=1e2", 400),
        ("/stories?after=x", 400),
        ("/stories?after=__________________________________", 404),
        ("/stories?site=nowhere", 404),
        ("/stories?section=nowhere", 404),
        ("/stories?topic=nowhere", 404),
        ("/stories?author=%00", 404),
        ("/stories?section=%00", 404),
        ("/topics?site=%00", 404),
        ("/stories?topic=lonely", 404),
        ("/stories/x", 404),
        ("/stories/01890000-0000-7000-8000-000000000001", 404),
        ("/stories/01890000-0000-7000-8000-000000000001?format=x", 400),
        ("/topics?limit=x", 400),
        ("/search", 400),
        ("/search?q=one&from=2025-02-30", 400),
        ("/search?q=one&topic=nowhere", 404),
        ("/profiles/nobody_here", 404),
        ("/profiles/~x", 404),
        ("/profiles/%00", 404),
        ("/fronts/x", 404),
        ("/fronts/01890000-0000-7000-8000-000000000001", 404),
        ("/nothing", 404),
        ("/stories/a/b", 404),
        ("/", 404),
    ] {
        let refused = network.get("quay", &format!("/api/v1{target}")).await.unwrap_err();
        assert_eq!(refused.status().as_u16(), status, "{target}");
    }
    assert_eq!(
        network
            .get("quay", &format!("/api/v1/stories/{}", id.to_string().to_uppercase()))
            .await
            .unwrap_err()
            .status()
            .as_u16(),
        404
    );
}
