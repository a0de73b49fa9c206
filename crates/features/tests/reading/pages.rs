//! What story pages, errors and redirects say, with every kind of block, and with hostile text.

use crate::network::{Draft, Network, at, on_both_engines, paragraph};
use masthead_domain::document::{Block, Document, Marks, Text};
use masthead_domain::stories::{Byline, Correction, StoryContent};
use masthead_features::pages::declared_parameters;
use masthead_features::stories;

on_both_engines! {
    a_story_says_everything_once
    a_story_on_two_sites_has_one_canonical_address
}

const HOSTILE: &str = "<script>alert(1)</script>\"'&";

async fn whole(network: &Network) -> Draft {
    let byline = network.author("ada-example", "Ada Example").await;
    let lead = network.picture("the lead", true).await;
    let mut cells = Text::default();
    cells.push("bold", Marks::STRONG, Some("https://elsewhere.example/?a&b"));
    Draft {
        content: StoryContent {
            headline: "The harbour wall".to_owned(),
            standfirst: "What the engineers found".to_owned(),
            kicker: "Analysis".to_owned(),
            bylines: vec![
                byline,
                Byline {
                    name: "Bo Stranger".to_owned(),
                    author: None,
                    role: Some("Guest".to_owned()),
                },
            ],
            dateline: "Paris".to_owned(),
            body: Document {
                blocks: vec![
                    Block::Heading {
                        level: 4,
                        text: Text::plain("Too deep"),
                    },
                    Block::Table {
                        caption: Text::plain("Numbers"),
                        header_rows: 1,
                        rows: vec![vec![Text::plain("a")], vec![cells]],
                    },
                    Block::FactBox {
                        title: "Background".to_owned(),
                        blocks: vec![paragraph("In a box")],
                    },
                    Block::Picture(network.picture("inside", true).await),
                    Block::Picture(network.picture("not yet rendered", false).await),
                    Block::Gallery {
                        title: "A gallery".to_owned(),
                        pictures: vec![network.picture("of one", true).await],
                    },
                    Block::Quote {
                        paragraphs: vec![Text::plain("Said")],
                        attribution: Text::plain("Someone"),
                        pull: true,
                    },
                    Block::List {
                        ordered: true,
                        items: vec![Text::plain("one")],
                    },
                    Block::Embed {
                        url: "https://video.example/1".to_owned(),
                        title: "A film".to_owned(),
                    },
                    Block::Preformatted {
                        text: "x  y".to_owned(),
                    },
                    Block::Rule,
                    paragraph("The end."),
                ],
            },
            lead_picture: Some(lead),
            credit: "Northline Agency".to_owned(),
            copyright_notice: "Copyright Northline".to_owned(),
            corrections: vec![Correction {
                text: "It is 140 metres.".to_owned(),
                at: at("2026-01-01T00:30:00Z"),
            }],
            sponsored: false,
            digital_source_type: Some(
                "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia".to_owned(),
            ),
            ..StoryContent::default()
        },
        placements: vec![network.placement("quay/world/isles")],
        topics: vec![
            network.topic("walls", "Walls").await,
            network.topic("tides", "Tides").await,
        ],
    }
}

fn json_ld(html: &str) -> serde_json::Value {
    let (_, after) = html.split_once("<script type=\"application/ld+json\">").unwrap();
    serde_json::from_str(after.split_once("</script>").unwrap().0).unwrap()
}

async fn a_story_says_everything_once(network: Network) {
    let id = network.publish(whole(&network).await).await;
    network.publish(network.about("A neighbour", "quay/world/isles")).await;
    let path = network.path(id, "quay").await;
    let html = network.text("quay", &path).await;
    for part in [
        "<h1>The harbour wall</h1>",
        "rel=\"author\" href=\"/authors/ada-example\"",
        "<span>Bo Stranger</span>",
        "<time datetime=\"2026-01-01T01:01:00+01:00\">2026-01-01 01:01</time>",
        "fetchpriority=\"high\"",
        "Caption of the lead",
        "Invented Pictures",
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"Numbers\">",
        "<aside class=\"factbox\"><h2>Background</h2>",
        "It is 140 metres.",
        "href=\"/topics/walls\"",
        "Copyright Northline",
        "artificial intelligence",
        "A neighbour",
        "https://video.example/1",
        "<h2>Too deep</h2>",
        "mailto:?subject=The%20Quay%3A%20The%20harbour%20wall",
        "rel=\"canonical\" href=\"https://quay.example/world/the-harbour-wall-20260101\"",
        "property=\"og:image\" content=\"https://quay.example/media/",
    ] {
        assert!(html.contains(part), "{part}");
    }
    for once in [
        "<h1",
        "fetchpriority=",
        "rel=\"canonical\"",
        "<main",
        "It is 140 metres.</p>",
        ">The end.<",
        "<article lang",
    ] {
        assert!(html.matches(once).count() <= 1, "{once}");
    }
    assert!(!html.contains("not yet rendered"));
    assert!(!html.contains("Updated <time"), "it was never changed");
    let graph = &json_ld(&html);
    let article = &graph[0];
    assert_eq!(article["@type"], "NewsArticle");
    assert_eq!(article["headline"], "The harbour wall");
    assert_eq!(article["datePublished"], "2026-01-01T01:01:00+01:00");
    assert_eq!(article["author"][0]["url"], "https://quay.example/authors/ada-example");
    assert_eq!(article["author"][1]["name"], "Bo Stranger");
    assert_eq!(article["correction"][0]["@type"], "CorrectionComment");
    assert_eq!(article["image"][0]["width"], 1440);
    assert_eq!(article["isAccessibleForFree"], true);
    assert_eq!(article["articleSection"], serde_json::json!(["World", "The Isles"]));
    assert_eq!(
        graph[1]["itemListElement"][1]["item"],
        "https://quay.example/world/isles"
    );

    network.clock.step(600);
    let mut content = whole(&network).await.content;
    content.headline = HOSTILE.to_owned();
    content.kicker = HOSTILE.to_owned();
    content.dateline = HOSTILE.to_owned();
    content.corrections[0].text = HOSTILE.to_owned();
    content.bylines[1].name = HOSTILE.to_owned();
    content.body.blocks = vec![
        Block::Table {
            caption: Text::plain(HOSTILE),
            header_rows: 0,
            rows: vec![vec![Text::plain(HOSTILE)]],
        },
        Block::FactBox {
            title: HOSTILE.to_owned(),
            blocks: vec![],
        },
        Block::Embed {
            url: "javascript:alert(1)".to_owned(),
            title: HOSTILE.to_owned(),
        },
    ];
    stories::revise(&network.app, id, content, "test").await.unwrap();
    for target in [
        path.as_str(),
        "/",
        "/world/isles",
        "/topics/walls",
        "/archive/2026/01/01",
        "/corrections",
        "/x/script-alert",
    ] {
        let html = network.seen("quay", target).await.1;
        let stripped = html
            .replacen("<script type=\"application/ld+json\">", "", 1)
            .replace("<script src=\"/", "");
        assert!(
            !stripped.contains("<script") && !html.contains("javascript:"),
            "{target}"
        );
        assert!(html.contains("&lt;script&gt;alert"), "{target} shows it as text");
    }
    let html = network.text("quay", &path).await;
    assert_eq!(json_ld(&html)[0]["headline"], HOSTILE);
    assert_eq!(
        html.matches("Updated <time datetime=\"2026-01-01T01:12:00+01:00\">")
            .count(),
        1
    );
}

async fn a_story_on_two_sites_has_one_canonical_address(network: Network) {
    let mut draft = network.about("Shared", "tide/local");
    draft.placements.push(network.placement("quay/sport"));
    let id = network.publish(draft).await;
    let canonical = format!(
        "rel=\"canonical\" href=\"https://tide.example{}\"",
        network.path(id, "tide").await
    );
    for site in ["quay", "tide"] {
        let html = network.text(site, &network.path(id, site).await).await;
        assert!(html.contains(&canonical), "{site}");
    }
    let here = network.text("quay", &network.path(id, "quay").await).await;
    assert!(here.contains("href=\"/sport\" aria-current=\"true\"") && here.contains("Tide &amp; Times"));
    let lists = network.text("quay", "/sitemap.xml").await;
    assert!(
        !lists.contains("2026-01"),
        "only the address of record stands in sitemaps"
    );
    assert_eq!(network.seen("quay", "/sitemap.xml?month=2026-01").await.0, 404);
    assert!(
        network
            .text("tide", "/sitemap.xml?month=2026-01")
            .await
            .contains("shared-2026")
    );
    assert!(!network.text("quay", "/news-sitemap.xml").await.contains("shared-2026"));
}

#[tokio::test]
async fn errors_lead_on() {
    let network = Network::new(masthead_store::Engine::Sqlite).await;
    network
        .publish(network.about("Sea wall failed at Cold Staithe", "quay/world"))
        .await;
    network.publish(network.about("Other news", "quay/world")).await;
    let (status, html) = network.seen("quay", "/world/sea-wall-failed-20140915").await;
    assert_eq!(status, 404);
    assert!(html.contains("action=\"/search\"") && html.contains("value=\"world sea wall failed\""));
    let suggested = html.find("Perhaps you are looking for").unwrap();
    let headlines = html.find("On the front page now").unwrap();
    let story = html.find("Sea wall failed at Cold Staithe").unwrap();
    assert!(suggested < story && story < headlines && html[headlines..].contains("Other news"));

    network.app.db.set_fault(true);
    let error = network.get("quay", "/").await.unwrap_err();
    assert_eq!(error.status().as_u16(), 503);
    let html = network
        .pages
        .error_page(Some(&network.site("quay")), &error, "/", "request-7")
        .await
        .unwrap();
    assert!(
        html.contains("request-7") && html.contains("Not available for the moment") && !html.contains("fault switch")
    );
    network.app.db.set_fault(false);
}

#[tokio::test]
async fn one_address_a_page() {
    let network = Network::new(masthead_store::Engine::Sqlite).await;
    network.own_page("quay", "about", "About us").await;
    let to = async |target: &str| {
        let page = network.get("quay", target).await.unwrap();
        (page.status.as_u16(), page.location.clone(), page.is_keepable())
    };
    assert_eq!(to("/world/").await, (301, Some("/world".to_owned()), false));
    assert_eq!(
        to("/topics/%6eato").await,
        (301, Some("/topics/nato".to_owned()), false)
    );
    assert_eq!(to("/about").await, (200, None, true));
    for target in [
        "/nowhere",
        "//",
        "/../x",
        "/world%2Fisles",
        "/topics/none",
        "/world/x-20260101/",
        "/profiles/a",
    ] {
        let status = network.seen("quay", target).await.0;
        assert!(status == 404 || status == 301, "{target}: {status}");
    }
    assert_eq!(declared_parameters("/world"), ["after"]);
    assert_eq!(
        declared_parameters("/world/x-20260101"),
        ["comments", "order", "comment", "entries", "entry"]
    );
    assert_eq!(declared_parameters("/live/front.json"), ["since"]);
    assert_eq!(declared_parameters("/api/v1/stories/1"), ["format"]);
    assert_eq!(declared_parameters("/api/v1/nothing"), [""; 0]);
}

#[tokio::test]
async fn empty_sites_have_pages_too() {
    let network = Network::new(masthead_store::Engine::Sqlite).await;
    for target in [
        "/",
        "/world",
        "/corrections",
        "/feed.xml",
        "/feed.atom",
        "/feed.json",
        "/sitemap.xml",
        "/news-sitemap.xml",
        "/robots.txt",
    ] {
        assert_eq!(network.seen("quay", target).await.0, 200, "{target}");
    }
    assert_eq!(network.seen("quay", "/.well-known/security.txt").await.0, 404);
    network.own_page("quay", "contact", "Contact").await;
    let text = network.text("quay", "/.well-known/security.txt").await;
    assert!(
        text.starts_with("Contact: https://quay.example/contact\nExpires: 2026-07-01T00:00:00Z\n"),
        "{text}"
    );
}

/// Folders of templates that the tests of the whole program render.
const OF_THE_PROGRAM: [&str; 16] = [
    "accounts/",
    "alerts/",
    "comments/",
    "contributions/",
    "coverage/",
    "desk/",
    "galleries/",
    "listings/",
    "mail/",
    "mistakes/",
    "notices/",
    "partners/",
    "places/",
    "push/",
    "review/",
    "weather/",
];

#[test]
fn every_template_is_rendered_by_a_test_here() {
    let theme = masthead_web::templates::Theme::load(Default::default()).unwrap();
    let mut names = theme.template_names();
    // The search page is rendered by the tests of search; galleries, which need pictures, and everything of readers and of
    // the desk, which needs people and their mails, the banner, videos and what depends on a place, by those of the whole
    // program.
    let elsewhere = [
        "search.html",
        "parts/account.html",
        "parts/alerts.html",
        "parts/banner.html",
        "parts/call-out.html",
        "parts/desk.html",
        "parts/listings.html",
        "parts/local-news.html",
        "parts/moment.txt",
        "parts/push.html",
        "parts/sky.html",
        "parts/video.html",
        "parts/warning.html",
        "parts/weather.html",
    ];
    names.retain(|name| {
        !elsewhere.contains(&name.as_str()) && !OF_THE_PROGRAM.iter().any(|folder| name.starts_with(folder))
    });
    names.sort();
    let known = [
        "corrections.html",
        "error.html",
        "front.html",
        "layout.html",
        "list.html",
        "oembed.html",
        "page.html",
        "parts/after.html",
        "parts/byline.html",
        "parts/card.html",
        "parts/crumbs.html",
        "parts/foot.html",
        "parts/menu.html",
        "parts/places.html",
        "parts/related.html",
        "parts/style.html",
        "robots.txt",
        "story.html",
    ];
    assert_eq!(names, known, "a new template needs a page here that renders it");
}
