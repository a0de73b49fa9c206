//! schema.org for search engines, as JSON-LD.

use super::view::{Link, SiteView};
use masthead_domain::time::Timestamp;
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
}

/// `NewsArticle` with its breadcrumbs, as the content of a script element.
pub(crate) fn news_article(view: &SiteView, story: &NewsArticle<'_>, crumbs: &[Link]) -> String {
    let publisher = publisher(view);
    let authors: Vec<Value> = if story.authors.is_empty() {
        vec![publisher.clone()]
    } else {
        story
            .authors
            .iter()
            .map(|(name, url)| person(name, url.as_deref()))
            .collect()
    };
    let mut article = json!({
        "@context": CONTEXT,
        "@type": "NewsArticle",
        "@id": story.url,
        "mainEntityOfPage": { "@type": "WebPage", "@id": story.url },
        "url": story.url,
        "headline": story.headline,
        "datePublished": view.machine(story.published),
        "dateModified": view.machine(story.modified),
        "author": authors,
        "publisher": publisher,
        "isAccessibleForFree": true,
        "inLanguage": story.language,
    });
    let mut add = |name: &str, value: Value, there: bool| {
        if there && let Some(object) = article.as_object_mut() {
            object.insert(name.to_owned(), value);
        }
    };
    add("description", json!(story.description), !story.description.is_empty());
    add("image", json!(story.images), !story.images.is_empty());
    add("articleSection", json!(story.sections), !story.sections.is_empty());
    add("copyrightNotice", json!(story.copyright), !story.copyright.is_empty());
    add("dateline", json!(story.dateline), !story.dateline.is_empty());
    let about: Vec<Value> = story
        .topics
        .iter()
        .map(|(name, url)| json!({ "@type": "Thing", "name": name, "url": url }))
        .collect();
    add("about", json!(about), !about.is_empty());
    let corrections: Vec<Value> = story
        .corrections
        .iter()
        .map(|(text, at)| json!({ "@type": "CorrectionComment", "text": text, "datePublished": view.machine(*at) }))
        .collect();
    add("correction", json!(corrections), !corrections.is_empty());
    script(&json!([article, breadcrumbs(view, crumbs)]))
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
        "publisher": publisher(view),
    }))
}

/// A list of stories under a name.
pub(crate) fn collection(view: &SiteView, name: &str, path: &str, crumbs: &[Link]) -> String {
    let url = view.absolute(path);
    let page = json!({
        "@context": CONTEXT, "@type": "CollectionPage", "@id": url, "url": url, "name": name,
        "inLanguage": view.entry.language, "publisher": publisher(view),
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

fn publisher(view: &SiteView) -> Value {
    json!({
        "@type": "NewsMediaOrganization",
        "name": view.entry.name,
        "url": format!("{}/", view.entry.origin),
        "logo": logo(view),
        "correctionsPolicy": view.absolute("/corrections"),
    })
}

/// The theme's icon stands for the site as long as it has no logo of its own.
fn logo(view: &SiteView) -> Value {
    match view.theme.assets().named("images/icon.svg") {
        Some(icon) => json!({ "@type": "ImageObject", "url": view.absolute(&icon.path), "width": 512, "height": 512 }),
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

/// JSON that can stand inside `<script>`: no text can close the element or open a comment (HTML, section 4.12.1.3).
pub(crate) fn script(value: &Value) -> String {
    let text = value.to_string();
    let mut safe = String::with_capacity(text.len() + 16);
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
