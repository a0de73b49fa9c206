//! RSS 2.0 with Dublin Core, content, Media RSS and Atom's links.

use super::{FeedDocument, FeedEntry, Xml, rfc_822};

/// The feed as RSS 2.0.
pub fn rss(feed: &FeedDocument) -> String {
    let mut xml = Xml::new();
    xml.open(
        "rss",
        &[
            ("version", "2.0"),
            ("xmlns:atom", "http://www.w3.org/2005/Atom"),
            ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
            ("xmlns:media", "http://search.yahoo.com/mrss/"),
        ],
    );
    xml.open("channel", &[]);
    xml.text("title", &[], &feed.title);
    xml.text("link", &[], &feed.page_url);
    xml.text(
        "description",
        &[],
        if feed.description.trim().is_empty() {
            &feed.title
        } else {
            &feed.description
        },
    );
    xml.some("language", &feed.language);
    xml.some("copyright", feed.copyright.as_deref().unwrap_or_default());
    xml.text("lastBuildDate", &[], &rfc_822(feed.updated));
    xml.empty(
        "atom:link",
        &[
            ("rel", "self"),
            ("type", "application/rss+xml"),
            ("href", &feed.own_url),
        ],
    );
    if let Some(hub) = &feed.hub {
        xml.empty("atom:link", &[("rel", "hub"), ("href", hub)]);
    }
    if let Some(next) = &feed.next_url {
        xml.empty(
            "atom:link",
            &[("rel", "next"), ("type", "application/rss+xml"), ("href", next)],
        );
    }
    if let Some(icon) = &feed.icon {
        xml.open("image", &[]);
        xml.text("url", &[], icon);
        // The validator wants the same words and address as the channel's.
        xml.text("title", &[], &feed.title);
        xml.text("link", &[], &feed.page_url);
        xml.close("image");
    }
    for entry in &feed.entries {
        item(entry, &mut xml);
    }
    xml.close("channel");
    xml.close("rss");
    xml.0
}

fn item(entry: &FeedEntry, xml: &mut Xml) {
    xml.open("item", &[]);
    xml.text("title", &[], &entry.title);
    xml.text("link", &[], &entry.url);
    let is_permalink = if entry.id == entry.url { "true" } else { "false" };
    xml.text("guid", &[("isPermaLink", is_permalink)], &entry.id);
    xml.text("pubDate", &[], &rfc_822(entry.published));
    if entry.updated > entry.published {
        xml.text("atom:updated", &[], &super::rfc_3339(entry.updated));
    }
    for author in &entry.authors {
        xml.some("dc:creator", &author.name);
    }
    for category in &entry.categories {
        xml.some("category", category);
    }
    xml.some("description", &entry.summary);
    if let Some(html) = &entry.content_html {
        xml.some("content:encoded", html);
    }
    if let Some(picture) = &entry.picture {
        let (width, height) = (picture.width.to_string(), picture.height.to_string());
        let mut attributes = vec![("url", picture.url.as_str()), ("medium", "image")];
        if !picture.media_type.is_empty() {
            attributes.push(("type", &picture.media_type));
        }
        if picture.width > 0 && picture.height > 0 {
            attributes.extend([("width", width.as_str()), ("height", height.as_str())]);
        }
        xml.open("media:content", &attributes);
        if !picture.alt.trim().is_empty() {
            xml.text("media:title", &[("type", "plain")], &picture.alt);
        }
        if !picture.caption.trim().is_empty() {
            xml.text("media:description", &[("type", "plain")], &picture.caption);
        }
        xml.some("media:credit", &picture.credit);
        xml.close("media:content");
    }
    xml.close("item");
}
