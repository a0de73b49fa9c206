//! schema.org for search engines, as JSON-LD.

use super::view::{Link, SiteView};
use masthead_domain::sites::Site;
use masthead_domain::time::Timestamp;
use masthead_web::templates::Theme;
use serde::Serialize;
use serde_json::{Value, json};

/// Each thing has it for itself, in a plain list: some readers look into no `@graph`.
const CONTEXT: &str = "https://schema.org";

/// What a story's markup says.
pub(crate) struct NewsArticle<'a> {
    pub(crate) headline: &'a str,
    pub(crate) description: &'a str,
    pub(crate) url: &'a str,
    pub(crate) published: Timestamp,
    pub(crate) modified: Timestamp,
    /// Name and absolute address of each author's page.
    pub(crate) authors: Vec<(&'a str, Option<String>)>,
    /// Absolute addresses of the lead picture, widest first.
    pub(crate) images: Vec<Value>,
    pub(crate) sections: Vec<&'a str>,
    pub(crate) topics: Vec<(&'a str, String)>,
    pub(crate) language: &'a str,
    pub(crate) corrections: Vec<(&'a str, Timestamp)>,
    pub(crate) copyright: &'a str,
    pub(crate) dateline: &'a str,
    /// The `VideoObject` that leads it.
    pub(crate) video: Option<Value>,
    /// What makes it a `LiveBlogPosting`.
    pub(crate) live: Option<LiveBlog>,
}

/// What the markup of a live story says beside that of any story.
pub(crate) struct LiveBlog {
    pub(crate) began: String,
    pub(crate) ended: Option<String>,
    /// The entries on the page.
    pub(crate) updates: Vec<BlogPosting>,
}

/// An entry of a live story.
#[derive(Serialize)]
pub(crate) struct BlogPosting {
    #[serde(rename = "@type")]
    pub(crate) kind: &'static str,
    pub(crate) url: String,
    pub(crate) headline: String,
    #[serde(rename = "datePublished")]
    pub(crate) published: String,
    #[serde(rename = "dateModified", skip_serializing_if = "Option::is_none")]
    pub(crate) modified: Option<String>,
    #[serde(rename = "articleBody", skip_serializing_if = "String::is_empty")]
    pub(crate) body: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) author: Option<Value>,
}

/// What a gallery's markup says.
pub(crate) struct Gallery<'a> {
    pub(crate) headline: &'a str,
    pub(crate) description: &'a str,
    pub(crate) url: &'a str,
    pub(crate) published: Timestamp,
    pub(crate) modified: Timestamp,
    /// Name and absolute address of each author's page.
    pub(crate) authors: Vec<(&'a str, Option<String>)>,
    /// `ImageObject`s in order.
    pub(crate) pictures: Vec<Value>,
}

/// What is written of a story. It is a struct and no [`Value`], because every story page has one: a map of maps costs
/// more to build and to drop than to write.
#[derive(Serialize)]
struct Article<'a> {
    #[serde(rename = "@context")]
    context: &'static str,
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: &'a str,
    #[serde(rename = "mainEntityOfPage")]
    page: WebPage<'a>,
    url: &'a str,
    headline: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    description: &'a str,
    #[serde(skip_serializing_if = "<[Value]>::is_empty")]
    image: &'a [Value],
    #[serde(rename = "datePublished")]
    published: String,
    #[serde(rename = "dateModified")]
    modified: String,
    author: Vec<Author<'a>>,
    publisher: &'a Value,
    #[serde(rename = "isAccessibleForFree")]
    free: bool,
    #[serde(rename = "inLanguage")]
    language: &'a str,
    #[serde(rename = "articleSection", skip_serializing_if = "<[&str]>::is_empty")]
    sections: &'a [&'a str],
    #[serde(rename = "copyrightNotice", skip_serializing_if = "str::is_empty")]
    copyright: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    dateline: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    about: Vec<Thing<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    video: Option<&'a Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    correction: Vec<CorrectionComment<'a>>,
    #[serde(rename = "coverageStartTime", skip_serializing_if = "Option::is_none")]
    began: Option<&'a str>,
    #[serde(rename = "coverageEndTime", skip_serializing_if = "Option::is_none")]
    ended: Option<&'a str>,
    #[serde(rename = "liveBlogUpdate", skip_serializing_if = "<[BlogPosting]>::is_empty")]
    updates: &'a [BlogPosting],
}

#[derive(Serialize)]
struct WebPage<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    #[serde(rename = "@id")]
    id: &'a str,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Author<'a> {
    Person(Thing<'a>),
    Publisher(&'a Value),
}

#[derive(Serialize)]
struct Thing<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct CorrectionComment<'a> {
    #[serde(rename = "@type")]
    kind: &'static str,
    text: &'a str,
    #[serde(rename = "datePublished")]
    at: String,
}

/// `NewsArticle` with its breadcrumbs, as the content of a script element.
///
/// # Errors
/// None that can happen: every key is text.
pub(crate) fn news_article(
    view: &SiteView,
    story: &NewsArticle<'_>,
    crumbs: &[Link],
) -> Result<String, serde_json::Error> {
    let mut author: Vec<Author<'_>> = story
        .authors
        .iter()
        .map(|(name, url)| {
            Author::Person(Thing {
                kind: "Person",
                name,
                url: url.as_deref(),
            })
        })
        .collect();
    if author.is_empty() {
        author.push(Author::Publisher(&view.publisher));
    }
    let article = Article {
        context: CONTEXT,
        kind: if story.live.is_some() {
            "LiveBlogPosting"
        } else {
            "NewsArticle"
        },
        id: story.url,
        page: WebPage {
            kind: "WebPage",
            id: story.url,
        },
        url: story.url,
        headline: story.headline,
        description: story.description,
        image: &story.images,
        published: view.machine(story.published),
        modified: view.machine(story.modified),
        author,
        publisher: &view.publisher,
        free: true,
        language: story.language,
        sections: &story.sections,
        copyright: story.copyright,
        dateline: story.dateline,
        about: story
            .topics
            .iter()
            .map(|(name, url)| Thing {
                kind: "Thing",
                name,
                url: Some(url),
            })
            .collect(),
        video: story.video.as_ref(),
        correction: story
            .corrections
            .iter()
            .map(|(text, at)| CorrectionComment {
                kind: "CorrectionComment",
                text,
                at: view.machine(*at),
            })
            .collect(),
        began: story.live.as_ref().map(|live| live.began.as_str()),
        ended: story.live.as_ref().and_then(|live| live.ended.as_deref()),
        updates: story.live.as_ref().map_or(&[], |live| &live.updates),
    };
    Ok(embedded(serde_json::to_string(&(article, breadcrumbs(view, crumbs)))?))
}

/// The site itself, for its home front.
pub(crate) fn web_site(view: &SiteView) -> String {
    let origin = format!("{}/", view.entry.origin);
    script(&json!({
        "@context": CONTEXT,
        "@type": "WebSite",
        "@id": origin,
        "url": origin,
        "name": view.entry.name,
        "inLanguage": view.entry.language,
        "publisher": view.publisher,
    }))
}

/// A list of stories under a name.
pub(crate) fn collection(view: &SiteView, name: &str, path: &str, crumbs: &[Link]) -> String {
    let url = view.absolute(path);
    let page = json!({
        "@context": CONTEXT, "@type": "CollectionPage", "@id": url, "url": url, "name": name,
        "inLanguage": view.entry.language, "publisher": view.publisher,
    });
    script(&json!([page, breadcrumbs(view, crumbs)]))
}

/// A gallery with its pictures, each an `ImageObject` of its own.
pub(crate) fn gallery(view: &SiteView, gallery: &Gallery<'_>, crumbs: &[Link]) -> String {
    let author: Vec<Value> = gallery
        .authors
        .iter()
        .map(|(name, url)| person(name, url.as_deref()))
        .collect();
    let page = json!({
        "@context": CONTEXT, "@type": "ImageGallery", "@id": gallery.url, "url": gallery.url, "name": gallery.headline,
        "headline": gallery.headline, "description": gallery.description,
        "datePublished": view.machine(gallery.published), "dateModified": view.machine(gallery.modified),
        "author": author, "inLanguage": view.entry.language, "publisher": view.publisher,
        "isAccessibleForFree": true, "associatedMedia": gallery.pictures,
    });
    script(&json!([page, breadcrumbs(view, crumbs)]))
}

/// A person's page.
pub(crate) fn profile(view: &SiteView, name: &str, role: &str, path: &str) -> String {
    let url = view.absolute(path);
    let mut who = person(name, Some(&url));
    if let Some(object) = who.as_object_mut()
        && !role.is_empty()
    {
        object.insert("jobTitle".to_owned(), json!(role));
    }
    script(&json!({ "@context": CONTEXT, "@type": "ProfilePage", "url": url, "mainEntity": who }))
}

/// The site as a publisher; made once, with the site's view.
pub(crate) fn publisher(site: &Site, theme: &Theme) -> Value {
    json!({
        "@type": "NewsMediaOrganization",
        "name": site.name,
        "url": format!("{}/", site.origin),
        "logo": logo(site, theme),
        "correctionsPolicy": format!("{}/corrections", site.origin),
    })
}

/// The theme's icon stands for the site as long as it has no logo of its own.
fn logo(site: &Site, theme: &Theme) -> Value {
    match theme.assets().named("images/icon.svg") {
        Some(icon) => {
            json!({ "@type": "ImageObject", "url": format!("{}{}", site.origin, icon.path), "width": 512, "height": 512 })
        }
        None => Value::Null,
    }
}

fn person(name: &str, url: Option<&str>) -> Value {
    match url {
        Some(url) => json!({ "@type": "Person", "name": name, "url": url }),
        None => json!({ "@type": "Person", "name": name }),
    }
}

fn breadcrumbs(view: &SiteView, crumbs: &[Link]) -> Value {
    let items: Vec<Value> = crumbs
        .iter()
        .zip(1..)
        .map(|(crumb, position): (_, usize)| {
            json!({
                "@type": "ListItem", "position": position, "name": crumb.name, "item": view.absolute(&crumb.href),
            })
        })
        .collect();
    json!({ "@context": CONTEXT, "@type": "BreadcrumbList", "itemListElement": items })
}

/// A value as JSON for inside `<script>`.
pub(crate) fn script(value: &Value) -> String {
    embedded(value.to_string())
}

/// JSON that can stand inside `<script>`: no text can close the element or open a comment (HTML, section 4.12.1.3).
/// Only texts ever hold these characters, and there each can be written as its number.
fn embedded(text: String) -> String {
    // U+2028 and U+2029 are the only ones of these beyond ASCII; both begin with this byte, as few letters do.
    if !text.bytes().any(|byte| matches!(byte, b'<' | b'>' | b'&' | 0xe2)) {
        return text;
    }
    let mut safe = String::with_capacity(text.len() + 64);
    for c in text.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_the_script_element() {
        let value = json!({ "headline": "</script><!-- & \u{2028}" });
        let text = script(&value);
        assert!(!text.contains(['<', '>', '&', '\u{2028}']));
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
