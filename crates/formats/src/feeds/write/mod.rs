//! Feeds of our own: RSS 2.0, Atom 1.0 and JSON Feed 1.1 of the same entries.
//!
//! What the W3C validator and WebSub hubs ask for is always there: a stable identity, the feed's own address and hub,
//! dates in each format's form, an author, absolute addresses. Characters that XML refuses are dropped.

mod atom;
mod json;
mod rss;

pub use atom::atom;
pub use json::json;
pub use rss::rss;

use crate::html::escape_into;
use masthead_domain::document::{Block, Document, Text};
use masthead_domain::time::Timestamp;
use url::Url;

/// A feed to be written.
#[derive(Clone, Debug, Default)]
pub struct FeedDocument {
    /// Its name.
    pub title: String,
    /// A sentence on what it brings; the title where empty.
    pub description: String,
    /// The page that it is a feed of, absolute.
    pub page_url: String,
    /// Its own address, absolute.
    pub own_url: String,
    /// BCP 47 language tag.
    pub language: String,
    /// WebSub hub.
    pub hub: Option<String>,
    /// Address of the page of older entries.
    pub next_url: Option<String>,
    /// When anything in it last changed.
    pub updated: Timestamp,
    /// A square picture of the site.
    pub icon: Option<String>,
    /// The copyright notice.
    pub copyright: Option<String>,
    /// Its entries, newest first. Google takes no more than 60 new ones at a time.
    pub entries: Vec<FeedEntry>,
}

/// An entry of a feed to be written.
#[derive(Clone, Debug, Default)]
pub struct FeedEntry {
    /// An identity that never changes, whatever becomes of slug and section; a URI (`urn:uuid:…`).
    pub id: String,
    /// Its page, absolute.
    pub url: String,
    /// Headline.
    pub title: String,
    /// Standfirst, as text; may be empty.
    pub summary: String,
    /// The whole text as HTML with absolute addresses (see [`absolute`]); `None` for feeds of summaries.
    pub content_html: Option<String>,
    /// First publication.
    pub published: Timestamp,
    /// Last change that a reader would notice.
    pub updated: Timestamp,
    /// Authors in byline order.
    pub authors: Vec<FeedAuthor>,
    /// Names of topics and section.
    pub categories: Vec<String>,
    /// The picture that leads it.
    pub picture: Option<FeedPicture>,
}

/// An author of an entry.
#[derive(Clone, Debug, Default)]
pub struct FeedAuthor {
    /// Name.
    pub name: String,
    /// The author's page, absolute.
    pub url: Option<String>,
}

/// The picture of an entry.
#[derive(Clone, Debug, Default)]
pub struct FeedPicture {
    /// Its address, absolute.
    pub url: String,
    /// MIME type.
    pub media_type: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Caption.
    pub caption: String,
    /// Credit line.
    pub credit: String,
    /// Text for those who don't see it.
    pub alt: String,
}

/// Makes the links of a document absolute, as feed readers know no site that `/path` could belong to.
pub fn absolute(document: &mut Document, site_url: &str) {
    fn text(text: &mut Text, base: &Url) {
        for span in &mut text.0 {
            if let Some(link) = &mut span.link
                && link.starts_with('/')
                && let Ok(joined) = base.join(link)
            {
                *link = joined.into();
            }
        }
    }
    fn blocks(all: &mut [Block], base: &Url) {
        for block in all {
            match block {
                Block::Paragraph { text: inner } | Block::Heading { text: inner, .. } => text(inner, base),
                Block::Quote {
                    paragraphs,
                    attribution,
                    ..
                } => {
                    paragraphs.iter_mut().for_each(|inner| text(inner, base));
                    text(attribution, base);
                }
                Block::List { items, .. } => items.iter_mut().for_each(|inner| text(inner, base)),
                Block::Picture(picture) => text(&mut picture.caption, base),
                Block::Gallery { pictures, .. } => {
                    pictures.iter_mut().for_each(|picture| text(&mut picture.caption, base))
                }
                Block::Table { caption, rows, .. } => {
                    text(caption, base);
                    rows.iter_mut().flatten().for_each(|cell| text(cell, base));
                }
                Block::FactBox { blocks: inner, .. } => blocks(inner, base),
                Block::Embed { .. } | Block::Preformatted { .. } | Block::Rule => {}
            }
        }
    }
    if let Ok(base) = Url::parse(site_url) {
        blocks(&mut document.blocks, &base);
    }
}

/// XML that grows, every text and attribute escaped.
pub(crate) struct Xml(pub(crate) String);

impl Xml {
    pub(crate) fn new() -> Self {
        Self("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned())
    }

    pub(crate) fn open(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, ">\n");
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.0.push_str("</");
        self.0.push_str(name);
        self.0.push_str(">\n");
    }

    pub(crate) fn empty(&mut self, name: &str, attributes: &[(&str, &str)]) {
        self.tag(name, attributes, "/>\n");
    }

    pub(crate) fn text(&mut self, name: &str, attributes: &[(&str, &str)], text: &str) {
        self.tag(name, attributes, ">");
        escape_into(text, &mut self.0);
        self.close(name);
    }

    /// [`Xml::text`] unless there is nothing to say.
    pub(crate) fn some(&mut self, name: &str, text: &str) {
        if !text.trim().is_empty() {
            self.text(name, &[], text);
        }
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &str)], end: &str) {
        self.0.push('<');
        self.0.push_str(name);
        for (key, value) in attributes {
            self.0.push(' ');
            self.0.push_str(key);
            self.0.push_str("=\"");
            escape_into(value, &mut self.0);
            self.0.push('"');
        }
        self.0.push_str(end);
    }
}

/// RFC 822 with a year of four digits, in UTC.
fn rfc_822(moment: Timestamp) -> String {
    let zoned = moment.to_jiff().to_zoned_datetime(jiff::tz::TimeZone::UTC);
    jiff::fmt::rfc2822::to_string(&zoned).unwrap_or_else(|_| zoned.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

/// RFC 3339 in whole seconds, which is all that some readers take.
pub(crate) fn rfc_3339(moment: Timestamp) -> String {
    Timestamp::from_micros(moment.as_seconds().saturating_mul(1_000_000)).to_rfc3339()
}

#[cfg(test)]
mod tests;
