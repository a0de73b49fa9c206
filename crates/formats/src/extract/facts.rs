//! What a page says about itself where readers don't see it.

use super::json_ld::{self, Author, Picture, Story};
use super::microdata::{self, Property};
use crate::dates;
use crate::html::dom::Dom;
use crate::html::links::{self, Base};
use crate::html::to_plain;
use crate::problem::ReadContext;
use crate::xml::squeeze;
use masthead_domain::time::Timestamp;

/// Everything that is said, gathered once.
#[derive(Default)]
pub(super) struct Facts {
    pub(super) story: Option<Story>,
    pub(super) microdata: Vec<Property>,
    meta: Vec<(String, String)>,
    pub(super) page_title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) canonical: Option<String>,
    pub(super) site_name: Option<String>,
    pub(super) language: Option<String>,
    pub(super) copyright: Option<String>,
    pub(super) published: Option<Timestamp>,
    pub(super) modified: Option<Timestamp>,
    pub(super) created: Option<Timestamp>,
    pub(super) authors: Vec<Author>,
    pub(super) pictures: Vec<Picture>,
    pub(super) picture_alt: Option<String>,
    pub(super) sections: Vec<String>,
    pub(super) keywords: Vec<String>,
}

/// `meta` names of a publication time, best first.
const PUBLISHED: &[&str] = &[
    "article:published_time",
    "article:published",
    "og:published_time",
    "og:article:published_time",
    "parsely-pub-date",
    "sailthru.date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "cxenseparse:recs:publishtime",
    "cxenseparse:publishtime",
    "datepublished",
    "date_published",
    "publish-date",
    "publish_date",
    "publication_date",
    "publication-date",
    "pubdate",
    "pub_date",
    "publishdate",
    "published_at",
    "date.release",
    "originalpublicationdate",
    "article_date_original",
    "rnews:datepublished",
    "dc.date",
    "dcterms.date",
    "timestamp",
    "displaydate",
    "ptime",
    "bt:pubdate",
    "vr:published_time",
    "shareaholic:article_published_time",
    "date",
];
const MODIFIED: &[&str] = &[
    "article:modified_time",
    "og:updated_time",
    "lastmod",
    "last-modified",
    "dcterms.modified",
    "dc.date.modified",
    "datemodified",
    "article:modified",
];

impl Facts {
    pub(super) fn of(dom: &Dom, base: &Base, ctx: &ReadContext<'_>) -> Self {
        let mut facts = Self::default();
        let mut scripts = Vec::new();
        let mut link_canonical = None;
        let mut html_language = None;
        for node in dom.descendants(Dom::ROOT) {
            let Some(element) = dom.element(node) else { continue };
            match element.name() {
                "script"
                    if element
                        .attr("type")
                        .is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json")) =>
                {
                    scripts.push(dom.raw_text(node));
                }
                "meta" => {
                    let names = ["property", "name", "itemprop", "http-equiv"];
                    let value = element.attr_text("content").or_else(|| element.attr_text("value"));
                    if let Some(value) = value {
                        for name in names.iter().filter_map(|name| element.attr_text(name)) {
                            facts.meta.push((name.to_ascii_lowercase(), value.to_owned()));
                        }
                    }
                }
                // Drawings have titles too.
                "title" if facts.page_title.is_none() => {
                    facts.page_title = Some(squeeze(&dom.raw_text(node))).filter(|title| !title.is_empty());
                }
                "link"
                    if element.attr("rel").is_some_and(|rel| {
                        rel.to_ascii_lowercase()
                            .split_ascii_whitespace()
                            .any(|rel| rel == "canonical")
                    }) =>
                {
                    link_canonical =
                        link_canonical.or_else(|| element.attr("href").and_then(|href| links::web(href, base)));
                }
                "html" => {
                    html_language = element
                        .attr_text("lang")
                        .or_else(|| element.attr_text("xml:lang"))
                        .map(str::to_owned)
                }
                _ => {}
            }
        }
        facts.unpack_parsely();
        facts.microdata = microdata::read(dom);
        facts.story = json_ld::read(&scripts);
        facts.put_together(link_canonical, html_language, base, ctx);
        facts
    }

    fn put_together(
        &mut self,
        canonical: Option<String>,
        language: Option<String>,
        base: &Base,
        ctx: &ReadContext<'_>,
    ) {
        let story = self.story.clone().unwrap_or_default();
        let line = |text: &str| Some(to_plain(text, ctx).replace('\n', " ")).filter(|text| !text.is_empty());
        let moment = |text: &str| dates::moment(text, ctx);
        self.description = self
            .first(&[
                "og:description",
                "description",
                "twitter:description",
                "dc.description",
                "sailthru.description",
            ])
            .and_then(line)
            .or_else(|| story.description.clone());
        let declared = canonical.or_else(|| {
            self.first(&["og:url", "twitter:url"])
                .and_then(|url| links::web(url, base))
        });
        let of_story = || story.url.as_deref().and_then(|url| links::web(url, base));
        let origin = || ctx.origin.and_then(|origin| links::web(origin, &Base::default()));
        // A canonical address that is only the site's front belongs to a template.
        let leads_to_page =
            |url: &String| url::Url::parse(url).is_ok_and(|url| url.path().len() > 1 || url.query().is_some());
        self.canonical = declared
            .clone()
            .filter(leads_to_page)
            .or_else(of_story)
            .or_else(origin)
            .or(declared);
        self.site_name = self
            .first(&[
                "og:site_name",
                "application-name",
                "apple-mobile-web-app-title",
                "cre",
                "dc.publisher",
            ])
            .and_then(line)
            .or_else(|| story.publisher.clone().filter(|name| !name.starts_with("http")));
        self.language = language
            .or_else(|| story.language.clone())
            .or_else(|| {
                self.first(&["og:locale", "content-language", "dc.language", "language"])
                    .map(str::to_owned)
            })
            .map(|tag| tag.trim().replace('_', "-"))
            .filter(|tag| {
                (2..=35).contains(&tag.len()) && !tag.contains(|c: char| !(c.is_ascii_alphanumeric() || c == '-'))
            });
        self.copyright = self.first(&["copyright", "dc.rights", "dcterms.rights"]).and_then(line);
        self.published = story
            .published
            .as_deref()
            .and_then(moment)
            .or_else(|| self.all(PUBLISHED).find_map(moment))
            .or_else(|| self.property("datePublished").find_map(moment));
        self.modified = story
            .modified
            .as_deref()
            .and_then(moment)
            .or_else(|| self.all(MODIFIED).find_map(moment))
            .or_else(|| self.property("dateModified").find_map(moment));
        self.created = story
            .created
            .as_deref()
            .and_then(moment)
            .or_else(|| self.property("dateCreated").find_map(moment));
        self.authors = story.authors.clone();
        self.pictures = story.pictures.clone();
        let og: Vec<String> = self
            .all(&[
                "og:image:secure_url",
                "og:image",
                "og:image:url",
                "twitter:image",
                "twitter:image:src",
                "sailthru.image.full",
                "parsely-image-url",
            ])
            .map(str::to_owned)
            .collect();
        for url in og {
            if self.pictures.iter().all(|known| known.url != url) {
                self.pictures.push(Picture {
                    url,
                    ..Picture::default()
                });
            }
        }
        self.picture_alt = self.first(&["og:image:alt", "twitter:image:alt"]).and_then(line);
        self.sections = story.sections;
        if self.sections.is_empty() {
            self.sections = self
                .first(&["article:section", "parsely-section", "cse.section", "section"])
                .and_then(line)
                .into_iter()
                .collect();
        }
        self.sections.retain(|section| section.chars().count() <= 60);
        self.sections.dedup();
        let mut keywords = story.keywords;
        keywords.extend(story.about);
        keywords.extend(self.all(&["article:tag", "og:article:tag"]).filter_map(line));
        for list in self.all(&[
            "news_keywords",
            "parsely-tags",
            "sailthru.tags",
            "keywords",
            "dc.subject",
        ]) {
            keywords.extend(list.split([',', ';']).filter_map(line));
        }
        for word in keywords {
            if word.chars().count() <= 80
                && self.keywords.len() < 40
                && self.keywords.iter().all(|known| !known.eq_ignore_ascii_case(&word))
            {
                self.keywords.push(word);
            }
        }
    }

    /// Parse.ly's older form: one `meta` element with JSON in it.
    fn unpack_parsely(&mut self) {
        let Some(text) = self.first(&["parsely-page"]).map(str::to_owned) else {
            return;
        };
        let Ok(serde_json::Value::Object(page)) = serde_json::from_str(&text) else {
            return;
        };
        for (key, name) in [
            ("pub_date", "parsely-pub-date"),
            ("title", "parsely-title"),
            ("author", "parsely-author"),
            ("section", "parsely-section"),
            ("image_url", "parsely-image-url"),
            ("link", "og:url"),
        ] {
            if let Some(value) = page
                .get(key)
                .and_then(serde_json::Value::as_str)
                .filter(|value| !value.trim().is_empty())
            {
                self.meta.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// Whether the page says nothing that a story could be made of.
    pub(super) fn says_nothing(&self) -> bool {
        self.story.is_none() && self.meta.is_empty() && self.microdata.is_empty() && self.page_title.is_none()
    }

    /// Values of `meta` elements by names in order of preference.
    pub(super) fn all<'a>(&'a self, names: &'a [&str]) -> impl Iterator<Item = &'a str> {
        names.iter().flat_map(|name| {
            self.meta
                .iter()
                .filter(move |(known, _)| known == name)
                .map(|(_, value)| value.as_str())
        })
    }

    /// The first of them.
    pub(super) fn first<'a>(&'a self, names: &'a [&str]) -> Option<&'a str> {
        self.all(names).next()
    }

    /// Values of a property of microdata.
    pub(super) fn property<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.microdata
            .iter()
            .filter(move |property| property.name == name)
            .map(|property| property.value.as_str())
    }
}
