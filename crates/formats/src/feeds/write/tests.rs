//! What is written reads back, in all three formats, and holds to the validator's rules.

use super::*;
use crate::feeds::read;
use crate::problem::ReadContext;

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

fn sample() -> FeedDocument {
    FeedDocument {
        title: "The Quay & Harbour".into(),
        page_url: "https://quay.example/".into(),
        own_url: "https://quay.example/feed.xml".into(),
        language: "en-GB".into(),
        hub: Some("https://hub.example/".into()),
        updated: at("2026-11-25T09:30:00.5Z"),
        icon: Some("https://quay.example/icon.png".into()),
        entries: vec![
            FeedEntry {
                id: "urn:uuid:0190c8f2-0000-7000-8000-000000000001".into(),
                url: "https://quay.example/harbour/ferry-20261125".into(),
                title: "Ferry <Ada> \u{b}returns \u{fffe}".into(),
                summary: "It's back.".into(),
                content_html: Some("<p>It is <a href=\"https://quay.example/x?a=1&amp;b=2\">back</a>.</p>".into()),
                published: at("2026-11-25T09:30:00.25Z"),
                updated: at("2026-11-25T10:30:00Z"),
                authors: vec![FeedAuthor {
                    name: "Ada Quill".into(),
                    url: Some("https://quay.example/authors/ada".into()),
                }],
                categories: vec!["Sea".into(), "Ferries".into()],
                picture: Some(FeedPicture {
                    url: "https://quay.example/ferry.jpg".into(),
                    media_type: "image/jpeg".into(),
                    width: 1200,
                    height: 800,
                    caption: "The ferry at noon".into(),
                    credit: "Tom Ferrand".into(),
                    alt: "A white ferry".into(),
                }),
            },
            FeedEntry {
                id: "two".into(),
                url: "https://quay.example/two".into(),
                title: "Two".into(),
                published: at("2026-11-24T09:30:00Z"),
                updated: at("2026-11-24T09:30:00Z"),
                ..FeedEntry::default()
            },
        ],
        ..FeedDocument::default()
    }
}

#[test]
fn what_is_written_reads_back() {
    let feed = sample();
    let ctx = ReadContext::at(at("2026-11-25T12:00:00Z"));
    for text in [rss(&feed), atom(&feed), json(&feed)] {
        let reading = read(text.as_bytes(), &ctx).unwrap();
        assert_eq!(reading.problems, [], "{text}");
        let read = reading.value;
        assert_eq!(read.title.as_deref(), Some("The Quay & Harbour"));
        assert_eq!(read.hub.as_deref(), Some("https://hub.example/"));
        assert_eq!(read.own.as_deref(), Some("https://quay.example/feed.xml"));
        assert_eq!(read.link.as_deref(), Some("https://quay.example/"));
        let first = &read.items[0];
        assert_eq!(first.guid, feed.entries[0].id);
        assert_eq!(first.published.unwrap().to_rfc3339(), "2026-11-25T09:30:00Z");
        assert_eq!(first.version_created.unwrap().to_rfc3339(), "2026-11-25T10:30:00Z");
        assert_eq!(first.authors[0].name, "Ada Quill");
        assert_eq!(first.body.to_plain(), "It is back.");
        assert_eq!(first.summary.as_deref(), Some("It's back."));
        assert_eq!(first.categories.len(), 2);
        assert!(first.lead_picture.is_some());
        assert_eq!(read.items.len(), 2);
        assert!(!text.contains('\u{b}') || text.starts_with('{'));
    }
    let rss = read(rss(&feed).as_bytes(), &ctx).unwrap().value;
    assert_eq!(
        rss.items[0].headline.as_deref(),
        Some("Ferry returns"),
        "titles of RSS are HTML to readers"
    );
    assert_eq!(rss.items[0].lead_picture.as_ref().unwrap().credit, "Tom Ferrand");
}

#[test]
fn the_rules_of_the_validator() {
    let text = rss(&sample());
    roxmltree::Document::parse(&text).unwrap();
    assert!(text.contains("<guid isPermaLink=\"false\">"));
    assert!(text.contains("<pubDate>Wed, 25 Nov 2026 09:30:00 +0000</pubDate>"));
    assert!(text.contains("rel=\"self\"") && text.contains("rel=\"hub\""));
    let text = atom(&sample());
    let document = roxmltree::Document::parse(&text).unwrap();
    for entry in document.descendants().filter(|node| node.has_tag_name("entry")) {
        for name in ["id", "title", "updated", "link"] {
            assert!(entry.children().any(|child| child.tag_name().name() == name), "{name}");
        }
    }
    assert!(text.contains("<id>urn:masthead:two</id>"));
}

#[test]
fn links_become_absolute() {
    let ctx = ReadContext::at(at("2026-11-25T12:00:00Z"));
    let mut document = crate::html::to_document("<p><a href=/x>x</a></p><ul><li><a href=/y>y</a></ul>", &ctx).value;
    absolute(&mut document, "https://quay.example/");
    let html = crate::html::from_document(&document, &mut crate::html::remote_picture);
    assert_eq!(html.matches("https://quay.example/").count(), 2);
}
