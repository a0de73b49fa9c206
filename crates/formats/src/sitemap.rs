//! Sitemaps: the archive's, their index, and the news sitemap of the last two days.
//!
//! What may be listed is the caller's matter (never anything embargoed, killed or sponsored); here are the formats'
//! bounds: 50,000 addresses a file, 1,000 in a news sitemap, and what Google's news sitemap page demands of each.

use crate::feeds::write::{Xml, rfc_3339};
use masthead_domain::time::Timestamp;

/// Addresses in one file (sitemaps.org protocol).
pub const MAX_URLS: usize = 50_000;
/// Addresses in one news sitemap.
pub const MAX_NEWS: usize = 1_000;
/// How long a story stays in a news sitemap, in seconds: two days from its first publication.
pub const NEWS_SECONDS: i64 = 2 * 86_400;

/// A page in a sitemap, or a sitemap in an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SitemapUrl {
    /// Its address, absolute.
    pub url: String,
    /// When what it shows last changed.
    pub changed: Option<Timestamp>,
}

/// A story in a news sitemap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewsUrl {
    /// Its address, absolute.
    pub url: String,
    /// The headline as the page shows it.
    pub title: String,
    /// First publication, not the latest change.
    pub published: Timestamp,
    /// When it last changed.
    pub changed: Option<Timestamp>,
}

const NAMESPACE: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");

/// A sitemap of at most [`MAX_URLS`] pages; those beyond are left out, so the caller splits before.
pub fn urlset(pages: &[SitemapUrl]) -> String {
    write("urlset", "url", pages)
}

/// An index of sitemaps.
pub fn index(sitemaps: &[SitemapUrl]) -> String {
    write("sitemapindex", "sitemap", sitemaps)
}

fn write(root: &str, name: &str, entries: &[SitemapUrl]) -> String {
    let mut xml = Xml::new();
    xml.open(root, &[NAMESPACE]);
    for entry in entries.iter().take(MAX_URLS) {
        xml.open(name, &[]);
        xml.text("loc", &[], &entry.url);
        if let Some(changed) = entry.changed {
            xml.text("lastmod", &[], &rfc_3339(changed));
        }
        xml.close(name);
    }
    xml.close(root);
    xml.0
}

/// News sitemaps of the stories that were first published in the two days before `now`, newest first: one file for
/// every [`MAX_NEWS`] of them, and one without entries (which is allowed) when there are none. More than one belongs
/// behind an [`index`].
pub fn news(publication: &str, language: &str, stories: &[NewsUrl], now: Timestamp) -> Vec<String> {
    let mut recent: Vec<&NewsUrl> = stories
        .iter()
        .filter(|story| story.published <= now && now.micros_since(story.published) <= NEWS_SECONDS * 1_000_000)
        .collect();
    recent.sort_by(|a, b| b.published.cmp(&a.published).then_with(|| a.url.cmp(&b.url)));
    let language = news_language(language);
    let file = |stories: &[&NewsUrl]| {
        let mut xml = Xml::new();
        xml.open(
            "urlset",
            &[
                NAMESPACE,
                ("xmlns:news", "http://www.google.com/schemas/sitemap-news/0.9"),
            ],
        );
        for story in stories {
            xml.open("url", &[]);
            xml.text("loc", &[], &story.url);
            if let Some(changed) = story.changed {
                xml.text("lastmod", &[], &rfc_3339(changed));
            }
            xml.open("news:news", &[]);
            xml.open("news:publication", &[]);
            xml.text("news:name", &[], publication);
            xml.text("news:language", &[], &language);
            xml.close("news:publication");
            xml.text("news:publication_date", &[], &rfc_3339(story.published));
            xml.text("news:title", &[], &story.title);
            xml.close("news:news");
            xml.close("url");
        }
        xml.close("urlset");
        xml.0
    };
    if recent.is_empty() {
        return vec![file(&[])];
    }
    recent.chunks(MAX_NEWS).map(file).collect()
}

/// ISO 639 alone, save for the two forms of Chinese that Google tells apart.
fn news_language(tag: &str) -> String {
    let lower = tag.to_ascii_lowercase();
    match lower.as_str() {
        "zh-cn" | "zh-hans" | "zh-hans-cn" => "zh-cn".to_owned(),
        "zh-tw" | "zh-hant" | "zh-hant-tw" => "zh-tw".to_owned(),
        _ => lower.split('-').next().unwrap_or_default().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    fn story(number: usize, published: Timestamp) -> NewsUrl {
        NewsUrl {
            url: format!("https://quay.example/{number}?a&b"),
            title: "Tide & time".into(),
            published,
            changed: None,
        }
    }

    #[test]
    fn news_of_two_days_and_no_more_than_a_thousand_a_file() {
        let now = at("2026-11-25T12:00:00Z");
        let stories: Vec<NewsUrl> = (0..1500)
            .map(|number| story(number, now.plus_seconds(-60 * 2 * number as i64)))
            .collect();
        let files = news("The Quay", "en-GB", &stories, now);
        let count = |file: &str| file.matches("<news:title>").count();
        assert_eq!(files.iter().map(|file| count(file)).collect::<Vec<_>>(), [1000, 441]);
        assert!(files[0].contains("<news:language>en</news:language>") && files[0].contains("?a&amp;b"));
        roxmltree::Document::parse(&files[0]).unwrap();
        assert_eq!(news("Q", "en", &[story(1, now.plus_seconds(1))], now).len(), 1);
        assert_eq!(
            count(&news("Q", "en", &[story(1, now.plus_seconds(1))], now)[0]),
            0,
            "not yet published"
        );
    }

    #[test]
    fn urlset_and_index() {
        let page = SitemapUrl {
            url: "https://quay.example/a".into(),
            changed: Some(at("2026-11-25T12:00:00.5Z")),
        };
        let text = urlset(std::slice::from_ref(&page));
        assert!(text.contains("<lastmod>2026-11-25T12:00:00Z</lastmod>"));
        roxmltree::Document::parse(&text).unwrap();
        roxmltree::Document::parse(&index(&[page])).unwrap();
    }
}
