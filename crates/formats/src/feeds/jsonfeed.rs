//! JSON Feed 1 and 1.1.

use super::Feed;
use super::content::plain_document;
use crate::dates;
use crate::html::links::{self, Base};
use crate::html::{self, Options, note};
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::squeeze;
use masthead_domain::document::{PictureBlock, PictureSource, Text};
use masthead_domain::wire::{Contributor, NewsItem, Rendition, Subject};
use serde_json::{Map, Value};

/// Whether a text begins like a JSON Feed.
pub(super) fn looks_like(text: &str) -> bool {
    let head = crate::xml::cut_at(text, 4096);
    head.contains("jsonfeed.org/version") || head.contains("jsonfeed.org\\/version")
}

pub(super) fn read(text: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Feed, Unreadable> {
    let value: Value = serde_json::from_str(text).map_err(|error| Unreadable::new(format!("not JSON: {error}")))?;
    let Value::Object(root) = value else {
        return Err(Unreadable::new("JSON, but no JSON Feed: a list or a plain value"));
    };
    let version = word(&root, "version").unwrap_or_default();
    if !version.contains("jsonfeed.org/version/1") && !root.get("items").is_some_and(Value::is_array) {
        return Err(Unreadable::new(
            "JSON, but no JSON Feed: neither its version nor a list of items is there",
        ));
    }
    if !version.contains("jsonfeed.org/version/1") {
        note(
            problems,
            "version",
            format!(
                "not a version of JSON Feed that is known: {}",
                crate::xml::cut_at(&version, 80)
            ),
        );
    }
    let own = word(&root, "feed_url");
    let base = Base::new(ctx.origin.or(own.as_deref())).clone();
    let address = |name| word(&root, name).and_then(|address| links::web(&address, &base));
    let mut feed = Feed {
        items: Vec::new(),
        title: word(&root, "title"),
        link: address("home_page_url"),
        language: word(&root, "language"),
        next: address("next_url"),
        hub: list(&root, "hubs").iter().find_map(|hub| {
            let hub = hub.as_object()?;
            word(hub, "url").and_then(|url| links::web(&url, &base))
        }),
        own: address("feed_url"),
        ttl: None,
    };
    let shared = authors(&root);
    for (number, entry) in list(&root, "items").iter().enumerate() {
        let Some(entry) = entry.as_object() else {
            note(problems, &format!("entry {}", number + 1), "no object");
            continue;
        };
        let mut item = read_item(entry, &base, ctx, number + 1, problems);
        if item.authors.is_empty() {
            item.authors.clone_from(&shared);
            item.bylines = shared
                .iter()
                .map(|person| person.name.clone())
                .filter(|name| !name.is_empty())
                .collect();
        }
        item.language = item.language.or_else(|| feed.language.clone());
        item.provider = feed.title.clone();
        feed.items.push(item);
    }
    Ok(feed)
}

fn read_item(
    entry: &Map<String, Value>,
    base: &Base,
    ctx: &ReadContext<'_>,
    number: usize,
    problems: &mut Vec<Problem>,
) -> NewsItem {
    let at = format!("entry {number}");
    let mut date = |name: &str| {
        let text = word(entry, name)?;
        let moment = dates::moment(&text, ctx);
        if moment.is_none() {
            note(
                problems,
                &at,
                format!("{name} is no date that can be read: {}", crate::xml::cut_at(&text, 80)),
            );
        }
        moment
    };
    let published = date("date_published");
    let modified = date("date_modified");
    let address = |name| word(entry, name).and_then(|address| links::web(&address, base));
    let mut item = NewsItem {
        guid: word(entry, "id").unwrap_or_default(),
        headline: word(entry, "title"),
        summary: word(entry, "summary"),
        published,
        version_created: modified.or(published),
        canonical_url: address("url").or_else(|| address("external_url")),
        language: word(entry, "language"),
        authors: authors(entry),
        ..NewsItem::default()
    };
    item.bylines = item
        .authors
        .iter()
        .map(|person| person.name.clone())
        .filter(|name| !name.is_empty())
        .collect();
    let own_base = item
        .canonical_url
        .as_deref()
        .map_or_else(|| base.clone(), |link| base.join(link));
    if let Some(text) = raw(entry, "content_html") {
        let reading = html::read_fragment(text, own_base, Options::default(), ctx);
        reading
            .problems
            .into_iter()
            .for_each(|problem| note(problems, &at, problem.what));
        item.body = reading.value;
    } else if let Some(text) = raw(entry, "content_text") {
        item.body = plain_document(crate::xml::cut_at(text, ctx.max_field));
    }
    for tag in list(entry, "tags")
        .iter()
        .filter_map(Value::as_str)
        .map(squeeze)
        .filter(|tag| !tag.is_empty())
    {
        item.categories.push(Subject {
            name: Some(tag),
            ..Subject::default()
        });
    }
    for file in list(entry, "attachments").iter().filter_map(Value::as_object) {
        let href = word(file, "url").and_then(|url| links::web(&url, base));
        if href.is_some() {
            item.renditions.push(Rendition {
                name: word(file, "title").or_else(|| Some("enclosure".into())),
                href,
                media_type: word(file, "mime_type"),
                size: file.get("size_in_bytes").and_then(Value::as_u64),
                ..Rendition::default()
            });
        }
    }
    if let Some(picture) = ["image", "banner_image"]
        .iter()
        .find_map(|name| word(entry, name))
        .and_then(|picture| links::picture(&picture, base))
    {
        let lead = PictureBlock {
            picture: PictureSource::Remote(picture),
            caption: Text::default(),
            credit: String::new(),
            alt: String::new(),
        };
        super::media::lead_with(&mut item, lead);
    }
    item
}

fn authors(object: &Map<String, Value>) -> Vec<Contributor> {
    let mut out: Vec<Contributor> = Vec::new();
    // 1.1 has a list, 1 had one author; feeds carry both for older readers.
    for person in list(object, "authors")
        .iter()
        .chain(object.get("author"))
        .filter_map(Value::as_object)
    {
        let (name, uri) = (word(person, "name").unwrap_or_default(), word(person, "url"));
        if (!name.is_empty() || uri.is_some()) && out.iter().all(|known| known.name != name || known.uri != uri) {
            out.push(Contributor {
                name,
                uri,
                ..Contributor::default()
            });
        }
    }
    out
}

fn list<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    object
        .get(name)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn raw<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.trim().is_empty())
}

/// A text, or a number written as one (some feeds number their entries).
fn word(object: &Map<String, Value>, name: &str) -> Option<String> {
    let text = match object.get(name)? {
        Value::String(text) => squeeze(text),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}
