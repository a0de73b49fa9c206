//! Structured data in `script` elements (JSON-LD), as news pages write it: schema.org types, a graph or a list of them.

use serde_json::Value;

/// Types of the page's own story, best first.
const ARTICLES: &[&str] = &[
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
    "BackgroundNewsArticle",
    "ReviewNewsArticle",
    "LiveBlogPosting",
    "Article",
    "BlogPosting",
    "Report",
    "TechArticle",
    "SocialMediaPosting",
    "VideoObject",
    "WebPage",
    "ItemPage",
];

/// How deep objects inside objects are looked into.
const MAX_DEPTH: usize = 8;

/// What a page's JSON-LD says about its story.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    pub(super) headline: Option<String>,
    pub(super) description: Option<String>,
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    pub(super) created: Option<String>,
    pub(super) authors: Vec<Author>,
    pub(super) pictures: Vec<Picture>,
    pub(super) sections: Vec<String>,
    pub(super) keywords: Vec<String>,
    pub(super) about: Vec<String>,
    pub(super) language: Option<String>,
    pub(super) publisher: Option<String>,
    pub(super) url: Option<String>,
    pub(super) body: Option<String>,
    /// Whether it is of a type of articles, and not only of the page.
    pub(super) is_article: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Author {
    pub(super) name: String,
    pub(super) url: Option<String>,
    pub(super) title: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Picture {
    pub(super) url: String,
    pub(super) caption: Option<String>,
    pub(super) credit: Option<String>,
}

/// Reads the scripts of a page.
pub(super) fn read(scripts: &[String]) -> Option<Story> {
    let mut objects: Vec<Value> = Vec::new();
    for script in scripts {
        collect(parse(script), &mut objects, 0);
    }
    let rank = |object: &Value| {
        types(object)
            .into_iter()
            .filter_map(|kind| ARTICLES.iter().position(|known| *known == kind))
            .min()
    };
    let mut stories: Vec<(usize, &Value)> = objects
        .iter()
        .filter_map(|object| Some((rank(object)?, object)))
        .collect();
    stories.sort_by_key(|(rank, _)| *rank);
    let (rank, best) = stories.first()?;
    let mut story = story(best, &objects);
    story.is_article = *rank < 12;
    // What the article leaves out, the page's own object may say.
    for (_, other) in stories.iter().skip(1).take(4) {
        let other = self::story(other, &objects);
        story.published = story.published.or(other.published);
        story.modified = story.modified.or(other.modified);
        story.language = story.language.or(other.language);
        if story.pictures.is_empty() {
            story.pictures = other.pictures;
        }
    }
    Some(story)
}

/// JSON as pages write it: with comments of HTML or CDATA around, raw line breaks in texts, a comma too many, several
/// values in a row.
pub(crate) fn parse(script: &str) -> Value {
    let text = script
        .trim()
        .trim_start_matches("<!--")
        .trim_end_matches("-->")
        .trim()
        .trim_start_matches("//<![CDATA[")
        .trim_start_matches("/*<![CDATA[*/")
        .trim_start_matches("<![CDATA[")
        .trim_end_matches("/*]]>*/")
        .trim_end_matches("//]]>")
        .trim_end_matches("]]>")
        .trim()
        .trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(text) {
        return value;
    }
    let mended = mend(text);
    let values: Vec<Value> = serde_json::Deserializer::from_str(&mended)
        .into_iter::<Value>()
        .map_while(Result::ok)
        .take(100)
        .collect();
    Value::Array(values)
}

/// Escapes control characters inside texts and drops commas before a closing bracket.
fn mend(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut in_text = false;
    let mut escaped = false;
    for c in text.chars() {
        if in_text {
            match c {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '"' => in_text = false,
                '\n' | '\r' | '\t' => {
                    out.push(' ');
                    continue;
                }
                c if c.is_control() => continue,
                _ => {}
            }
        } else {
            match c {
                '"' => in_text = true,
                '}' | ']' => {
                    let kept = out.trim_end().len();
                    if out.get(..kept).is_some_and(|head| head.ends_with(',')) {
                        out.truncate(kept - 1);
                    }
                }
                _ => {}
            }
        }
        out.push(c);
    }
    out
}

fn collect(value: Value, out: &mut Vec<Value>, depth: usize) {
    if depth > MAX_DEPTH || out.len() > 2_000 {
        return;
    }
    match value {
        Value::Array(values) => values.into_iter().for_each(|value| collect(value, out, depth + 1)),
        Value::Object(mut object) => {
            if let Some(graph) = object.remove("@graph") {
                collect(graph, out, depth + 1);
            }
            // `mainEntity` of a page is often the article itself.
            for key in ["mainEntity", "mainEntityOfPage"] {
                if object
                    .get(key)
                    .is_some_and(|inner| inner.get("headline").is_some() || inner.get("datePublished").is_some())
                    && let Some(inner) = object.get(key).cloned()
                {
                    collect(inner, out, depth + 1);
                }
            }
            out.push(Value::Object(object));
        }
        _ => {}
    }
}

pub(crate) fn types(object: &Value) -> Vec<String> {
    let name = |value: &Value| {
        value
            .as_str()
            .map(|kind| kind.rsplit(['/', ':', '#']).next().unwrap_or(kind).to_owned())
    };
    match object.get("@type") {
        Some(Value::Array(kinds)) => kinds.iter().filter_map(name).collect(),
        Some(kind) => name(kind).into_iter().collect(),
        None => Vec::new(),
    }
}

fn story(object: &Value, all: &[Value]) -> Story {
    let Some(map) = object.as_object() else {
        return Story::default();
    };
    let first = |names: &[&str]| {
        names
            .iter()
            .find_map(|name| map.get(*name).and_then(|value| text(value, all)))
    };
    Story {
        headline: first(&["headline", "name", "alternativeHeadline"]),
        description: first(&["description", "abstract"]),
        published: first(&["datePublished", "uploadDate"]),
        modified: first(&["dateModified"]),
        created: first(&["dateCreated"]),
        authors: ["author", "creator"]
            .iter()
            .find_map(|name| Some(people(map.get(*name)?, all)).filter(|people| !people.is_empty()))
            .unwrap_or_default(),
        pictures: ["image", "primaryImageOfPage", "thumbnailUrl"]
            .iter()
            .find_map(|name| Some(pictures(map.get(*name)?, all)).filter(|pictures| !pictures.is_empty()))
            .unwrap_or_default(),
        sections: map
            .get("articleSection")
            .map(|value| texts(value, all))
            .unwrap_or_default(),
        keywords: map.get("keywords").map(|value| texts(value, all)).unwrap_or_default(),
        about: ["about", "mentions"]
            .iter()
            .filter_map(|name| map.get(*name))
            .flat_map(|value| texts(value, all))
            .collect(),
        language: first(&["inLanguage"]),
        publisher: first(&["publisher", "sourceOrganization"]),
        url: first(&["url", "mainEntityOfPage", "@id"]).filter(|url| url.starts_with("http")),
        body: map.get("articleBody").and_then(Value::as_str).map(str::to_owned),
        is_article: false,
    }
}

/// An object that another one names by `@id`.
fn resolve<'a>(value: &'a Value, all: &'a [Value]) -> &'a Value {
    if let Some(object) = value.as_object()
        && object.len() == 1
        && let Some(id) = object.get("@id").and_then(Value::as_str)
        && let Some(found) = all
            .iter()
            .find(|other| other.get("@id").and_then(Value::as_str) == Some(id))
    {
        return found;
    }
    value
}

/// A text, whatever it is wrapped in.
pub(crate) fn text(value: &Value, all: &[Value]) -> Option<String> {
    let found = match resolve(value, all) {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(values) => return values.iter().find_map(|value| text(value, &[])),
        Value::Object(object) => ["name", "@value", "url", "@id"]
            .iter()
            .find_map(|key| object.get(*key)?.as_str())?
            .to_owned(),
        _ => return None,
    };
    let plain = plain(&found);
    (!plain.is_empty()).then_some(plain)
}

/// Texts of JSON-LD often hold entities or tags, though they should not.
fn plain(text: &str) -> String {
    let ctx = crate::problem::ReadContext::at(masthead_domain::time::Timestamp::from_micros(0));
    crate::html::to_plain(crate::xml::cut_at(text, 20_000), &ctx).replace('\n', " ")
}

fn texts(value: &Value, all: &[Value]) -> Vec<String> {
    match value {
        Value::Array(values) => values.iter().filter_map(|value| text(value, all)).collect(),
        Value::String(list) => list.split(',').map(plain).filter(|word| !word.is_empty()).collect(),
        other => text(other, all).into_iter().collect(),
    }
}

fn people(value: &Value, all: &[Value]) -> Vec<Author> {
    match resolve(value, all) {
        Value::Array(values) => values.iter().flat_map(|value| people(value, all)).take(30).collect(),
        Value::Object(object) => {
            let names = object.get("name").map(|name| match name {
                Value::Array(_) => texts(name, all),
                other => text(other, all).into_iter().collect(),
            });
            let url = object.get("url").and_then(Value::as_str).map(str::to_owned);
            let title = object.get("jobTitle").and_then(|title| text(title, all));
            names
                .unwrap_or_default()
                .into_iter()
                .map(|name| Author {
                    name,
                    url: url.clone(),
                    title: title.clone(),
                })
                .collect()
        }
        Value::String(name) => {
            let name = plain(name);
            if name.is_empty() {
                Vec::new()
            } else {
                vec![Author {
                    name,
                    ..Author::default()
                }]
            }
        }
        _ => Vec::new(),
    }
}

fn pictures(value: &Value, all: &[Value]) -> Vec<Picture> {
    match resolve(value, all) {
        Value::Array(values) => values.iter().flat_map(|value| pictures(value, all)).take(20).collect(),
        Value::String(url) => vec![Picture {
            url: url.trim().to_owned(),
            ..Picture::default()
        }],
        Value::Object(object) => {
            let get = |names: &[&str]| names.iter().find_map(|name| text(object.get(*name)?, all));
            get(&["url", "contentUrl", "@id"])
                .filter(|url| !url.starts_with('#'))
                .map(|url| Picture {
                    url,
                    caption: get(&["caption", "description"]),
                    credit: get(&["creditText", "author", "creator", "copyrightHolder", "copyrightNotice"]),
                })
                .into_iter()
                .collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_pages_write() {
        let scripts = [
            r##"<!-- {"@context":"https://schema.org","@graph":[{"@type":"WebPage","@id":"#w","datePublished":"2026-01-01"},
            {"@type":["NewsArticle"],"headline":"Ferry &amp; tide","author":[{"@id":"#ada"},"Tom Ferrand"],"image":{"@type":"ImageObject","url":"https://q.example/a.jpg","creditText":"AFP"},
            "keywords":"sea, ferry","articleBody":"line
            break",},{"@type":"Person","@id":"#ada","name":"Ada Quill"}]} -->"##
                .to_owned(),
            "not json".to_owned(),
        ];
        let story = read(&scripts).unwrap();
        assert!(story.is_article);
        assert_eq!(story.headline.as_deref(), Some("Ferry & tide"));
        assert_eq!(
            story.authors.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(),
            ["Ada Quill", "Tom Ferrand"]
        );
        assert_eq!(story.pictures[0].credit.as_deref(), Some("AFP"));
        assert_eq!(story.published.as_deref(), Some("2026-01-01"));
        assert_eq!(story.keywords, ["sea", "ferry"]);
        assert!(story.body.unwrap().contains("break"));
        assert_eq!(parse("{\"a\":1,}").as_array().map(Vec::len), Some(1));
        assert!(read(&["[]".to_owned()]).is_none());
    }
}
