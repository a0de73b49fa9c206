//! JSON Feed 1.1.

use super::{FeedDocument, FeedEntry, rfc_3339};
use serde_json::{Map, Value, json};

/// The feed as JSON Feed 1.1.
pub fn json(feed: &FeedDocument) -> String {
    let mut root = Map::new();
    let mut put = |key: &str, value: Value| {
        root.insert(key.to_owned(), value);
    };
    put("version", json!("https://jsonfeed.org/version/1.1"));
    put("title", json!(feed.title));
    put("home_page_url", json!(feed.page_url));
    put("feed_url", json!(feed.own_url));
    if !feed.description.is_empty() {
        put("description", json!(feed.description));
    }
    if !feed.language.is_empty() {
        put("language", json!(feed.language));
    }
    if let Some(next) = &feed.next_url {
        put("next_url", json!(next));
    }
    if let Some(icon) = &feed.icon {
        put("icon", json!(icon));
    }
    if let Some(hub) = &feed.hub {
        put("hubs", json!([{"type": "WebSub", "url": hub}]));
    }
    put("items", Value::Array(feed.entries.iter().map(item).collect()));
    Value::Object(root).to_string()
}

fn item(entry: &FeedEntry) -> Value {
    let mut item = Map::new();
    let mut put = |key: &str, value: Value| {
        item.insert(key.to_owned(), value);
    };
    put("id", json!(entry.id));
    put("url", json!(entry.url));
    put("title", json!(entry.title));
    if !entry.summary.is_empty() {
        put("summary", json!(entry.summary));
    }
    // One of the two must be there.
    match &entry.content_html {
        Some(html) => put("content_html", json!(html)),
        None if entry.summary.is_empty() => put("content_text", json!(entry.title)),
        None => put("content_text", json!(entry.summary)),
    }
    put("date_published", json!(rfc_3339(entry.published)));
    if entry.updated > entry.published {
        put("date_modified", json!(rfc_3339(entry.updated)));
    }
    if let Some(picture) = &entry.picture {
        put("image", json!(picture.url));
    }
    let authors: Vec<Value> = entry
        .authors
        .iter()
        .map(|author| match &author.url {
            Some(url) => json!({"name": author.name, "url": url}),
            None => json!({"name": author.name}),
        })
        .collect();
    if !authors.is_empty() {
        put("authors", Value::Array(authors));
    }
    if !entry.categories.is_empty() {
        put("tags", json!(entry.categories));
    }
    Value::Object(item)
}
