//! Holds the wire formats' readers against the truth beside the test data, field by field.
//!
//! The data is read through `MASTHEAD_TESTDATA` (`wire/*/cases.jsonl`); without it the test says so and passes. Every
//! miss is printed. What must hold is the project's bar: headline, identity and version on 97 of 100, every other
//! field on 95 of 100 of those that the data asserts, and no document that crashes or passes for valid when it isn't.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use masthead_domain::document::{Block, Document};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{ContentType, Embargo, NewsItem, PubStatus, SubjectKind};
use masthead_formats::{Format, ReadContext, detect, read_items, times};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Hits and misses of one key.
#[derive(Default)]
struct Tally {
    hits: usize,
    misses: Vec<String>,
}

type Tallies = BTreeMap<String, Tally>;

fn sets() -> Option<Vec<PathBuf>> {
    let Some(root) = std::env::var_os("MASTHEAD_TESTDATA") else {
        println!("wire conformance did not run: MASTHEAD_TESTDATA is not set");
        return None;
    };
    let wire = Path::new(&root).join("wire");
    let entries = std::fs::read_dir(&wire).unwrap_or_else(|error| panic!("{}: {error}", wire.display()));
    let mut sets: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("cases.jsonl").is_file())
        .collect();
    sets.sort();
    assert!(!sets.is_empty(), "no set with cases in {}", wire.display());
    Some(sets)
}

fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::parse_rfc3339("2026-11-25T12:00:00Z").unwrap())
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn fields_are_as_the_documents_say() {
    let Some(sets) = sets() else { return };
    let mut tallies = Tallies::new();
    for set in sets {
        let cases = std::fs::read_to_string(set.join("cases.jsonl")).unwrap();
        for line in cases.lines().filter(|line| !line.trim().is_empty()) {
            let case: Value = serde_json::from_str(line).unwrap();
            check_case(&set, &case, &mut tallies);
        }
    }
    let mut failed = Vec::new();
    for (key, tally) in &tallies {
        let total = tally.hits + tally.misses.len();
        println!("{key:>20} {:>5} of {total}", tally.hits);
        let bar = if matches!(key.as_str(), "id" | "version" | "headline") {
            97
        } else {
            95
        };
        if tally.hits * 100 < total * bar {
            failed.push(format!("{key}: {} of {total}", tally.hits));
        }
    }
    for (key, tally) in &tallies {
        tally.misses.iter().for_each(|miss| println!("miss {key}: {miss}"));
    }
    assert!(failed.is_empty(), "below the bar: {failed:?}");
}

fn check_case(set: &Path, case: &Value, tallies: &mut Tallies) {
    let id = case["id"].as_str().unwrap_or("?");
    let name = case["format"].as_str().unwrap_or("");
    let bytes = match (case["file"].as_str(), case["payload"].as_str()) {
        (Some(file), _) => std::fs::read(set.join("files").join(file)).unwrap_or_else(|error| panic!("{id}: {error}")),
        (None, Some(payload)) => payload.as_bytes().to_vec(),
        _ => panic!("{id}: neither file nor payload"),
    };
    let mut record = |key: &str, outcome: Result<(), String>| {
        let tally = tallies.entry(key.to_owned()).or_default();
        match outcome {
            Ok(()) => tally.hits += 1,
            Err(what) => tally.misses.push(format!("{id}: {what}")),
        }
    };
    let wanted = match name {
        "nitf-wrapped" => Some(Format::Nitf),
        name => Format::from_name(name),
    };
    let found = detect(&bytes, case["file"].as_str());
    record(
        "(format)",
        if found == wanted {
            Ok(())
        } else {
            Err(format!("{found:?} instead of {wanted:?}"))
        },
    );
    let Some(format) = wanted else { return };
    let expect = &case["expect"];
    let reading = read_items(&bytes, format, &ctx());
    if expect["valid"] == Value::Bool(false) {
        let noticed = reading.as_ref().map_or(true, |reading| !reading.problems.is_empty());
        record(
            "(invalid noticed)",
            if noticed {
                Ok(())
            } else {
                Err("read without a problem".to_owned())
            },
        );
        return;
    }
    let items = match &reading {
        Ok(reading) => &reading.value,
        Err(error) => {
            record("(readable)", Err(error.reason.clone()));
            return;
        }
    };
    let Some(expected) = expect["items"].as_array() else {
        return;
    };
    let count = if items.len() == expected.len() {
        Ok(())
    } else {
        Err(format!("{} instead of {}", items.len(), expected.len()))
    };
    record("(items)", count);
    for (at, wanted) in expected.iter().enumerate() {
        let Some(item) = items.get(at) else {
            record("(items)", Err(format!("item {at} is missing")));
            continue;
        };
        for (key, value) in wanted.as_object().unwrap() {
            record(key, check_field(item, key, value));
        }
    }
}

fn check_field(item: &NewsItem, key: &str, wanted: &Value) -> Result<(), String> {
    let text = |found: Option<&str>| same_text(found, wanted);
    let moment = |found: Option<Timestamp>| same_moment(found, wanted);
    let extra = |name: &str| item.extra.get(name);
    match key {
        "id" => {
            // NewsML 1 writes the revision into the identifier; ours is the same over all revisions.
            let as_sent = extra("PublicIdentifier").and_then(Value::as_str).unwrap_or(&item.guid);
            text(Some(as_sent))
        }
        "version" => text(item.version.as_deref()),
        "kind" => text(extra("kind").and_then(Value::as_str)),
        "type" => {
            let class = extra("itemClass").and_then(Value::as_str).map(last_part);
            text(Some(class.unwrap_or_else(|| content_name(&item.content))))
        }
        "pub_status" => {
            let as_sent = ["pubStatus", "Status", "management-status"]
                .iter()
                .find_map(|name| extra(name).and_then(Value::as_str));
            text(Some(&as_sent.map_or_else(
                || status_name(&item.status),
                |word| last_part(word).to_lowercase(),
            )))
        }
        "headline" => text(item.headline.as_deref()),
        "headlines" => same_list(&strings(extra("headlines")), wanted),
        "subhead" => text(item.subheadline.as_deref()),
        "slugline" => text(item.slugline.as_deref()),
        "title" => text(item.title.as_deref()),
        "name" => text(extra("name").and_then(Value::as_str)),
        "description" | "abstract" => starts_alike(item.summary.as_deref(), wanted),
        "byline" => same_list(&item.bylines, wanted),
        "dateline" => text(item.dateline.as_deref()),
        "located" => text(item.located.as_deref()),
        "version_created" => moment(item.version_created),
        "first_created" => moment(item.first_created),
        "released" => {
            let found = extra("released")
                .and_then(Value::as_str)
                .and_then(|text| times::moment(text, &ctx()).ok());
            moment(found.or(item.published))
        }
        "embargoed" => match &item.embargo {
            Embargo::Until(until) => moment(Some(*until)),
            other => Err(format!("{other:?} instead of {wanted}")),
        },
        "expires" => moment(item.expires),
        "urgency" => text(item.urgency.map(|urgency| urgency.to_string()).as_deref()),
        "language" => text(item.language.as_deref()),
        "copyright_holder" => text(item.copyright_holder.as_deref()),
        "copyright_notice" => text(item.copyright_notice.as_deref()),
        "usage_terms" => text(item.usage_terms.as_deref()),
        "credit" => text(item.credit.as_deref()),
        "ed_note" => same_text(item.editor_note.as_deref(), wanted),
        "update" => text(extra("update").and_then(Value::as_str)),
        "subjects" => same_subjects(item, wanted),
        "keywords" => same_list(&item.keywords, wanted),
        "people" => same_list(&names(item, SubjectKind::Person), wanted),
        "places" => same_list(&names(item, SubjectKind::Place), wanted),
        "organisations" => same_list(&names(item, SubjectKind::Organisation), wanted),
        "associations" => {
            let names: Vec<String> = item
                .associations
                .iter()
                .filter_map(|association| association.name.clone())
                .collect();
            same_list(&names, wanted)
        }
        "refs" => {
            let guids: Vec<String> = item
                .associations
                .iter()
                .map(|association| association.item.guid.clone())
                .collect();
            same_list(&guids, wanted)
        }
        "renditions" => same_renditions(item, wanted),
        "concepts" | "coverages" | "media" => {
            let found = extra(key).cloned().unwrap_or(Value::from(0));
            if found == *wanted {
                Ok(())
            } else {
                Err(format!("{found} instead of {wanted}"))
            }
        }
        "tables" => {
            let found = item
                .body
                .blocks
                .iter()
                .filter(|block| matches!(block, Block::Table { .. }))
                .count();
            if wanted.as_u64() == u64::try_from(found).ok() {
                Ok(())
            } else {
                Err(format!("{found} instead of {wanted}"))
            }
        }
        "event_start" => {
            let found = extra("event_start")
                .and_then(Value::as_str)
                .and_then(|text| times::moment(text, &ctx()).ok());
            moment(found)
        }
        "body" => same_body(item, wanted),
        other => Err(format!("no check for {other}")),
    }
}

fn last_part(code: &str) -> &str {
    code.trim_end_matches('/').rsplit([':', '/']).next().unwrap_or("")
}

fn content_name(content: &ContentType) -> &str {
    match content {
        ContentType::Text => "text",
        ContentType::Picture => "picture",
        ContentType::Graphic => "graphic",
        ContentType::Audio => "audio",
        ContentType::Video => "video",
        ContentType::Composite => "composite",
        ContentType::Event => "event",
        ContentType::Planning => "planning",
        ContentType::Other(other) => other,
    }
}

fn status_name(status: &PubStatus) -> String {
    match status {
        PubStatus::Usable => "usable".to_owned(),
        PubStatus::Withheld => "withheld".to_owned(),
        PubStatus::Canceled => "canceled".to_owned(),
        PubStatus::Unknown(word) => word.to_lowercase(),
    }
}

fn strings(value: Option<&Value>) -> Vec<String> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

fn names(item: &NewsItem, kind: SubjectKind) -> Vec<String> {
    item.subjects
        .iter()
        .filter(|subject| subject.kind == kind)
        .filter_map(|subject| subject.name.clone())
        .collect()
}

fn same_text(found: Option<&str>, wanted: &Value) -> Result<(), String> {
    let wanted_text = squeeze(wanted.as_str().unwrap_or_default());
    let found_text = squeeze(found.unwrap_or_default());
    if found_text == wanted_text {
        Ok(())
    } else {
        Err(format!("{found_text:?} instead of {wanted_text:?}"))
    }
}

/// Long texts are given by their first 300 characters.
fn starts_alike(found: Option<&str>, wanted: &Value) -> Result<(), String> {
    let wanted_text = squeeze(wanted.as_str().unwrap_or_default());
    let found_text = squeeze(found.unwrap_or_default());
    let is_cut = wanted_text.chars().count() >= 240;
    let matches = found_text == wanted_text || is_cut && found_text.starts_with(&wanted_text);
    if matches {
        Ok(())
    } else {
        Err(format!("{found_text:?} instead of {wanted_text:?}"))
    }
}

fn same_moment(found: Option<Timestamp>, wanted: &Value) -> Result<(), String> {
    let text = wanted.as_str().unwrap_or_default();
    let expected = match times::read(text) {
        Ok(times::Written::Moment(moment)) => moment,
        // Without a zone there is no instant to compare: day and time of some zone on Earth must agree.
        Ok(_) => {
            let utc = times::moment(text, &ctx()).unwrap();
            let apart = found.map(|found| found.micros_since(utc).abs());
            return match apart {
                Some(apart) if apart <= 15 * 3_600_000_000 => Ok(()),
                _ => Err(format!("{found:?} is far from {text}")),
            };
        }
        Err(error) => panic!("the expectation itself is no time: {error}"),
    };
    if found == Some(expected) {
        Ok(())
    } else {
        Err(format!("{found:?} instead of {text}"))
    }
}

fn same_list(found: &[String], wanted: &Value) -> Result<(), String> {
    let wanted: Vec<String> = strings(Some(wanted)).iter().map(|text| squeeze(text)).collect();
    let found: Vec<String> = found.iter().map(|text| squeeze(text)).collect();
    if found == wanted {
        Ok(())
    } else {
        Err(format!("{found:?} instead of {wanted:?}"))
    }
}

fn same_subjects(item: &NewsItem, wanted: &Value) -> Result<(), String> {
    let wanted = wanted.as_array().cloned().unwrap_or_default();
    // NewsML-G2 has one list for everything that a story is about; ninjs has one a kind.
    let everything = item.extra.contains_key("kind");
    let found: Vec<_> = item
        .subjects
        .iter()
        .filter(|subject| everything || subject.kind == SubjectKind::Topic)
        .collect();
    if found.len() != wanted.len() {
        return Err(format!("{} instead of {}: {found:?}", found.len(), wanted.len()));
    }
    for (subject, wanted) in found.iter().zip(&wanted) {
        for (key, field) in [("code", &subject.code), ("uri", &subject.uri), ("name", &subject.name)] {
            if let Some(value) = wanted.get(key) {
                same_text(field.as_deref(), value).map_err(|what| format!("{key}: {what}"))?;
            }
        }
    }
    Ok(())
}

fn same_renditions(item: &NewsItem, wanted: &Value) -> Result<(), String> {
    let wanted = wanted.as_array().cloned().unwrap_or_default();
    if item.renditions.len() < wanted.len() {
        return Err(format!("{} instead of {}", item.renditions.len(), wanted.len()));
    }
    for wanted in &wanted {
        let is_same = |found: &&masthead_domain::wire::Rendition| {
            [
                ("href", &found.href),
                ("residref", &found.residref),
                ("type", &found.media_type),
            ]
            .iter()
            .all(|(key, field)| {
                wanted
                    .get(key)
                    .is_none_or(|value| field.as_deref().map(squeeze) == value.as_str().map(squeeze))
            }) && wanted.get("name").and_then(Value::as_str).is_none_or(|name| {
                found
                    .name
                    .as_deref()
                    .is_some_and(|found| found == name || found == last_part(name))
            })
        };
        if !item.renditions.iter().any(|found| is_same(&found)) {
            return Err(format!("none is {wanted}: {:?}", item.renditions));
        }
    }
    Ok(())
}

/// Every text of a document in order, a piece a paragraph; and how many are paragraphs of the source.
fn pieces(blocks: &[Block], all: &mut Vec<String>, paragraphs: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Paragraph { text } => {
                all.push(text.to_plain());
                paragraphs.push(text.to_plain());
            }
            Block::Heading { text, .. } => all.push(text.to_plain()),
            Block::Quote {
                paragraphs: quoted,
                attribution,
                ..
            } => {
                for text in quoted {
                    all.push(text.to_plain());
                    paragraphs.push(format!("\u{1}{}", text.to_plain()));
                }
                all.push(attribution.to_plain());
            }
            Block::List { items, .. } => {
                for text in items {
                    all.push(text.to_plain());
                    paragraphs.push(format!("\u{1}{}", text.to_plain()));
                }
            }
            Block::Table { rows, caption, .. } => {
                all.push(caption.to_plain());
                all.extend(rows.iter().flatten().map(|cell| cell.to_plain()));
            }
            Block::Preformatted { text } => all.push(text.clone()),
            Block::FactBox { title, blocks } => {
                all.push(title.clone());
                pieces(blocks, all, paragraphs);
            }
            Block::Picture(_) | Block::Gallery { .. } | Block::Embed { .. } | Block::Rule => {}
        }
    }
}

fn same_body(item: &NewsItem, wanted: &Value) -> Result<(), String> {
    let body: &Document = &item.body;
    let (mut all, mut paragraphs) = (Vec::new(), Vec::new());
    pieces(&body.blocks, &mut all, &mut paragraphs);
    // What stands in quotations and lists may or may not have been a paragraph of its own in the source.
    let certain: Vec<&str> = paragraphs
        .iter()
        .map(String::as_str)
        .filter(|text| !text.starts_with('\u{1}'))
        .collect();
    let text: String = all.iter().map(|piece| squeeze(piece)).collect::<Vec<_>>().join(" ");
    let found = text.chars().count();
    if let Some(chars) = wanted["chars"].as_u64().and_then(|chars| usize::try_from(chars).ok()) {
        let allowed = (chars * 3 / 100).max(3) + all.len();
        // A headline and a dateline that the text repeats are taken out of it.
        let repeated = [&item.headline, &item.dateline]
            .into_iter()
            .flatten()
            .map(|text| text.chars().count() + 1)
            .sum::<usize>();
        if found.abs_diff(chars) > allowed && (found + repeated).abs_diff(chars) > allowed {
            return Err(format!("{found} characters instead of {chars}"));
        }
    }
    if wanted["type"] == "plain" {
        let (first, last) = (
            squeeze(wanted["first"].as_str().unwrap_or_default()),
            squeeze(wanted["last"].as_str().unwrap_or_default()),
        );
        if !text.starts_with(&first) {
            return Err(format!(
                "it begins {:?} instead of {first:?}",
                text.chars().take(90).collect::<String>()
            ));
        }
        return if text.ends_with(&last) {
            Ok(())
        } else {
            Err(format!("it does not end {last:?}"))
        };
    }
    if let Some(count) = wanted["paragraphs"]
        .as_u64()
        .and_then(|count| usize::try_from(count).ok())
        && (count < certain.len() || count > paragraphs.len())
    {
        let starts: Vec<String> = paragraphs.iter().map(|text| text.chars().take(30).collect()).collect();
        return Err(format!(
            "{} to {} paragraphs instead of {count}: {starts:?}",
            certain.len(),
            paragraphs.len()
        ));
    }
    for (key, candidates) in [
        ("first", paragraphs.iter().collect::<Vec<_>>()),
        ("last", paragraphs.iter().rev().collect()),
    ] {
        let Some(wanted) = wanted[key].as_str().map(squeeze) else {
            continue;
        };
        let wanted: String = wanted.chars().take(250).collect();
        let starts = |text: &str| squeeze(text.trim_start_matches('\u{1}')).starts_with(wanted.trim_end());
        // The first certain paragraph, or one of a quotation or list before it.
        let near = candidates.iter().take_while(|text| text.starts_with('\u{1}')).count() + 1;
        if !candidates.iter().take(near).any(|text| starts(text)) {
            return Err(format!(
                "the {key} paragraph is {:?} instead of {wanted:?}",
                candidates.first()
            ));
        }
    }
    Ok(())
}

#[test]
fn every_other_file_is_read_or_set_aside() {
    let Some(sets) = sets() else { return };
    let (mut read, mut aside) = (0, 0);
    for set in sets {
        let mut folders = vec![set.join("files")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                let name = path.file_name().and_then(|name| name.to_str());
                match detect(&bytes, name) {
                    Some(format) => match read_items(&bytes, format, &ctx()) {
                        Ok(reading) => {
                            assert!(!reading.value.is_empty(), "{}: read, and nothing in it", path.display());
                            assert!(
                                reading.value.iter().all(|item| !item.guid.is_empty()),
                                "{}: no identity",
                                path.display()
                            );
                            read += 1;
                        }
                        Err(error) => {
                            assert!(!error.reason.trim().is_empty(), "{}: no reason", path.display());
                            println!("aside {}: {error}", path.display());
                            aside += 1;
                        }
                    },
                    None => aside += 1,
                }
            }
        }
    }
    println!("{read} read, {aside} set aside");
    assert!(read > 0);
}
