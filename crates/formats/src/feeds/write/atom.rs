//! Atom 1.0 (RFC 4287).

use super::{FeedDocument, FeedEntry, Xml, rfc_3339};
use url::Url;

/// The feed as Atom.
pub fn atom(feed: &FeedDocument) -> String {
    let mut xml = Xml::new();
    let mut attributes = vec![
        ("xmlns", "http://www.w3.org/2005/Atom"),
        ("xmlns:media", "http://search.yahoo.com/mrss/"),
    ];
    if !feed.language.is_empty() {
        attributes.push(("xml:lang", &feed.language));
    }
    xml.open("feed", &attributes);
    xml.text("id", &[], &feed.own_url);
    xml.text("title", &[], &feed.title);
    xml.some("subtitle", &feed.description);
    xml.text("updated", &[], &rfc_3339(feed.updated));
    xml.empty(
        "link",
        &[
            ("rel", "self"),
            ("type", "application/atom+xml"),
            ("href", &feed.own_url),
        ],
    );
    xml.empty(
        "link",
        &[("rel", "alternate"), ("type", "text/html"), ("href", &feed.page_url)],
    );
    if let Some(hub) = &feed.hub {
        xml.empty("link", &[("rel", "hub"), ("href", hub)]);
    }
    if let Some(next) = &feed.next_url {
        xml.empty(
            "link",
            &[("rel", "next"), ("type", "application/atom+xml"), ("href", next)],
        );
    }
    // An entry without an author has the feed's, which must therefore be there (RFC 4287, section 4.1.1).
    xml.open("author", &[]);
    xml.text("name", &[], &feed.title);
    xml.text("uri", &[], &feed.page_url);
    xml.close("author");
    xml.some("rights", feed.copyright.as_deref().unwrap_or_default());
    xml.some("icon", feed.icon.as_deref().unwrap_or_default());
    for entry in &feed.entries {
        write_entry(entry, &mut xml);
    }
    xml.close("feed");
    xml.0
}

/// An identity as the IRI that Atom demands.
fn iri(id: &str) -> String {
    if Url::parse(id).is_ok() {
        return id.to_owned();
    }
    let mut out = String::from("urn:masthead:");
    url::form_urlencoded::byte_serialize(id.as_bytes()).for_each(|part| out.push_str(part));
    out
}

fn write_entry(entry: &FeedEntry, xml: &mut Xml) {
    xml.open("entry", &[]);
    xml.text("id", &[], &iri(&entry.id));
    xml.text("title", &[], &entry.title);
    xml.text("published", &[], &rfc_3339(entry.published));
    xml.text("updated", &[], &rfc_3339(entry.updated.max(entry.published)));
    xml.empty(
        "link",
        &[("rel", "alternate"), ("type", "text/html"), ("href", &entry.url)],
    );
    for author in entry.authors.iter().filter(|author| !author.name.trim().is_empty()) {
        xml.open("author", &[]);
        xml.text("name", &[], &author.name);
        xml.some("uri", author.url.as_deref().unwrap_or_default());
        xml.close("author");
    }
    for category in entry.categories.iter().filter(|category| !category.trim().is_empty()) {
        xml.empty("category", &[("term", category)]);
    }
    xml.some("summary", &entry.summary);
    if let Some(html) = &entry.content_html {
        xml.text("content", &[("type", "html")], html);
    }
    if let Some(picture) = &entry.picture {
        let mut attributes = vec![("url", picture.url.as_str()), ("medium", "image")];
        if !picture.media_type.is_empty() {
            attributes.push(("type", &picture.media_type));
        }
        xml.open("media:content", &attributes);
        xml.some("media:description", &picture.caption);
        xml.some("media:credit", &picture.credit);
        xml.close("media:content");
    }
    xml.close("entry");
}
