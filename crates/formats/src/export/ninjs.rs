//! A story as ninjs 3.1.
//!
//! The schema closes every object (`unevaluatedProperties: false`), so only fields that it has are written, and none
//! that is empty.

use super::{ExportedPicture, ExportedStory, as_uri, date_time, uri_or_none};
use crate::html;
use masthead_domain::document::PictureBlock;
use masthead_domain::wire::{PubStatus, Rendition, Subject, SubjectKind};
use serde_json::{Map, Value, json};

/// Writes a story. A status that ninjs doesn't know is written as withheld.
pub fn write(story: &ExportedStory) -> Value {
    let mut out = Map::new();
    out.insert(
        "standard".to_owned(),
        json!({"name": "ninjs", "version": "3.1", "schema": "http://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"}),
    );
    let mut put = |key: &str, value: Value| {
        let is_empty = match &value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(members) => members.is_empty(),
            _ => false,
        };
        if !is_empty {
            out.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::String);
    let time = |moment| Option::map_or(moment, Value::Null, |moment| Value::String(date_time(moment)));

    put("uri", Value::String(as_uri(&story.uri)));
    put("type", json!("text"));
    put("representationType", json!("full"));
    put("version", text(&story.version));
    put("firstCreated", time(story.first_created));
    put("versionCreated", time(story.version_created));
    put("embargoedUntil", time(story.embargoed_until));
    put("expires", time(story.expires));
    put("pubStatus", json!(status(&story.status)));
    put(
        "urgency",
        story
            .urgency
            .filter(|urgency| (1..=9).contains(urgency))
            .map_or(Value::Null, Value::from),
    );
    put("language", text(&story.language));
    put("copyrightHolder", text(&story.copyright_holder));
    put("copyrightNotice", text(&story.copyright_notice));
    put("usageTerms", text(&story.usage_terms));
    put("slugline", text(&story.slugline));
    put("by", text(&story.byline));
    put("located", text(&story.located));
    if !story.headline.trim().is_empty() {
        put(
            "headlines",
            json!([{"role": "main", "contentType": "text/plain", "value": story.headline}]),
        );
    }
    if let Some(standfirst) = story.standfirst.as_ref().filter(|text| !text.trim().is_empty()) {
        put(
            "descriptions",
            json!([{"role": "summary", "contentType": "text/plain", "value": standfirst}]),
        );
    }
    put("bodies", bodies(story));
    for (key, kind) in [
        ("subjects", SubjectKind::Topic),
        ("people", SubjectKind::Person),
        ("organisations", SubjectKind::Organisation),
        ("places", SubjectKind::Place),
        ("events", SubjectKind::Event),
        ("objects", SubjectKind::Object),
    ] {
        let of_kind = story.subjects.iter().filter(|subject| subject.kind == kind);
        let mut members: Vec<Value> = of_kind.filter_map(|subject| concept(subject, Some("about"))).collect();
        if kind == SubjectKind::Topic {
            // ninjs 3 has no keywords; they are subjects without a code.
            members.extend(
                story
                    .keywords
                    .iter()
                    .filter(|word| !word.trim().is_empty())
                    .map(|word| json!({"name": word, "rel": "keyword"})),
            );
        }
        put(key, Value::Array(members));
    }
    put(
        "genres",
        story.genres.iter().filter_map(|genre| concept(genre, None)).collect(),
    );
    if let Some(provider) = story.provider.as_ref().filter(|name| !name.trim().is_empty()) {
        put("infoSources", json!([{"name": provider, "role": "provider"}]));
    }
    if let Some(uri) = uri_or_none(story.digital_source_type.as_deref()) {
        put("digitalSourceType", json!({"uri": uri}));
    }
    if let Some(url) = story.canonical_url.as_ref() {
        put("altIds", json!([{"role": "canonicalUrl", "value": url}]));
    }
    put("associations", associations(story));
    Value::Object(out)
}

fn status(status: &PubStatus) -> &'static str {
    match status {
        PubStatus::Usable => "usable",
        PubStatus::Canceled => "canceled",
        PubStatus::Withheld | PubStatus::Unknown(_) => "withheld",
    }
}

/// The body twice: as HTML, and as the text that search and voice want.
fn bodies(story: &ExportedStory) -> Value {
    if story.body.is_empty() {
        return Value::Null;
    }
    let markup = html::from_document(&story.body, &mut |picture, out| {
        if let Some(href) = story.href(&picture.picture) {
            let mut public = picture.clone();
            public.picture = masthead_domain::document::PictureSource::Remote(href.to_owned());
            html::remote_picture(&public, out);
        }
    });
    let plain = story.body.to_plain();
    let words = story.body.word_count();
    let mut bodies = vec![json!({
        "role": "main", "contentType": "text/html", "charCount": plain.chars().count(), "wordCount": words, "value": markup
    })];
    if !plain.is_empty() {
        bodies.push(json!({"role": "text", "contentType": "text/plain", "charCount": plain.chars().count(), "wordCount": words, "value": plain}));
    }
    Value::Array(bodies)
}

/// A subject with what the schema lets it have; one that says nothing is none.
fn concept(subject: &Subject, rel: Option<&str>) -> Option<Value> {
    let mut out = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            out.insert(key.to_owned(), Value::String(value));
        }
    };
    put("name", subject.name.clone());
    put("uri", uri_or_none(subject.uri.as_deref()));
    put("literal", subject.code.clone());
    if out.is_empty() {
        return None;
    }
    if let Some(rel) = rel {
        out.insert("rel".to_owned(), json!(rel));
    }
    Some(Value::Object(out))
}

/// Every picture that has a public file: the leading one as `main`, those of the text by number.
fn associations(story: &ExportedStory) -> Value {
    let mut members = Vec::new();
    let mut add = |name: String, block: &PictureBlock| {
        if let Some(picture) = story.picture(&block.picture) {
            members.extend(association(name, block, picture));
        }
    };
    if let Some(lead) = &story.lead_picture {
        add("main".to_owned(), lead);
    }
    for (number, block) in story.body.pictures().into_iter().enumerate() {
        add(format!("picture{}", number + 1), block);
    }
    Value::Array(members)
}

fn association(name: String, block: &PictureBlock, picture: &ExportedPicture) -> Option<Value> {
    let renditions: Vec<Value> = picture
        .renditions
        .iter()
        .enumerate()
        .filter_map(|(number, file)| rendition(file, number))
        .collect();
    if renditions.is_empty() {
        return None;
    }
    let mut out = Map::new();
    out.insert("name".to_owned(), Value::String(name));
    out.insert("uri".to_owned(), Value::String(as_uri(&picture.uri)));
    out.insert("type".to_owned(), json!("picture"));
    let caption = block.caption.to_plain();
    if !caption.trim().is_empty() {
        out.insert(
            "descriptions".to_owned(),
            json!([{"role": "caption", "contentType": "text/plain", "value": caption}]),
        );
    }
    if !block.credit.trim().is_empty() {
        out.insert("by".to_owned(), Value::String(block.credit.clone()));
    }
    out.insert("renditions".to_owned(), Value::Array(renditions));
    Some(Value::Object(out))
}

fn rendition(file: &Rendition, number: usize) -> Option<Value> {
    let href = uri_or_none(file.href.as_deref())?;
    let mut out = Map::new();
    out.insert(
        "name".to_owned(),
        Value::String(file.name.clone().unwrap_or_else(|| format!("r{number:02}"))),
    );
    out.insert("href".to_owned(), Value::String(href));
    if let Some(kind) = &file.media_type {
        out.insert("contentType".to_owned(), Value::String(kind.clone()));
    }
    for (key, value) in [
        ("width", file.width.map(u64::from)),
        ("height", file.height.map(u64::from)),
        ("sizeInBytes", file.size),
    ] {
        if let Some(value) = value {
            out.insert(key.to_owned(), Value::from(value));
        }
    }
    Some(Value::Object(out))
}
