//! Every feed of two other projects' tests is read or set aside with a true reason, and agrees with what those
//! projects' own parsers found in it.

use super::{Dice, ctx, files, folder};
use masthead_domain::time::Timestamp;
use masthead_formats::feeds;
use serde_json::Value;
use std::path::Path;

/// Documents that are no feeds or are broken beyond their first entry, and a word of the reason that is true of each.
const SET_ASIDE: [(&str, &str); 7] = [
    ("empty_feed.xml", "empty"),
    ("invalid.json", "JSON"),
    ("unknown_feed.xml", "no feed"),
    ("xml_sample_1.xml", "no feed"),
    ("xml_sample_2.xml", "no feed"),
    ("xml_iso8859.xml", "no feed"),
    ("sample_not_a_feed.json", "JSON"),
];

fn is_document(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let end = path.extension().unwrap_or_default();
    let is_answer = name.ends_with(".serde.json")
        || name.ends_with("_expected.json")
        || (end == "json" && path.with_extension("xml").exists());
    (end == "xml" || end == "json") && !is_answer
}

#[derive(Default)]
struct Tally {
    asked: usize,
    met: usize,
    missed: Vec<String>,
}

impl Tally {
    fn check(&mut self, met: bool, what: impl FnOnce() -> String) {
        self.asked += 1;
        if met { self.met += 1 } else { self.missed.push(what()) }
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_feed_is_read_or_set_aside() {
    let Some(folder) = folder("feeds") else { return };
    let (mut read, mut aside) = (0, 0);
    let mut tally = Tally::default();
    for path in files(&folder).into_iter().filter(|path| is_document(path)) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&path).unwrap();
        let expected_aside = SET_ASIDE.iter().find(|(known, _)| *known == name);
        match feeds::read(&bytes, &ctx()) {
            Ok(reading) => {
                assert!(expected_aside.is_none(), "{name} should have been set aside");
                read += 1;
                for problem in &reading.problems {
                    println!("  {name}: {problem}");
                }
                compare(&path, &reading.value, &mut tally);
            }
            Err(error) => {
                aside += 1;
                println!("  {name} set aside: {error}");
                let (_, word) = expected_aside.unwrap_or_else(|| panic!("{name} was set aside: {error}"));
                assert!(error.reason.contains(word), "{name}: {error}");
            }
        }
    }
    tally.missed.iter().for_each(|line| println!("  differs: {line}"));
    println!(
        "feeds: {read} read, {aside} set aside; {} of {} facts agree with the answers beside them",
        tally.met, tally.asked
    );
    assert!(read > 90);
    assert!(tally.met * 100 >= tally.asked * 98, "{} of {}", tally.met, tally.asked);
}

/// Against `feed-rs`' own answers: how many entries, and each entry's title, identity, first link and date.
fn compare(path: &Path, feed: &feeds::Feed, tally: &mut Tally) {
    let answer = path.with_extension("serde.json");
    let Ok(text) = std::fs::read_to_string(&answer) else {
        return;
    };
    let answer: Value = serde_json::from_str(&text).unwrap();
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    let entries = answer["entries"].as_array().unwrap();
    tally.check(entries.len() == feed.items.len(), || {
        format!("{name}: {} entries, not {}", feed.items.len(), entries.len())
    });
    for (entry, item) in entries.iter().zip(&feed.items) {
        if let Some(title) = entry["title"]["content"]
            .as_str()
            .filter(|title| !title.trim().is_empty())
        {
            let plain = masthead_formats::html::to_plain(title, &ctx());
            let own = item.headline.clone().unwrap_or_default();
            tally.check(squeeze(&plain) == squeeze(&own), || {
                format!("{name}: title {own:?}, not {title:?}")
            });
        }
        if let Some(id) = entry["id"].as_str()
            // Its own hashes, where an entry has no identity.
            && !(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            tally.check(squeeze(id) == item.guid, || {
                format!("{name}: identity {:?}, not {id:?}", item.guid)
            });
        }
        let date = entry["published"].as_str().or(entry["updated"].as_str());
        if let Some(date) = date {
            let own = item.published.or(item.version_created);
            tally.check(own == Timestamp::parse_rfc3339(date).ok(), || {
                format!("{name}: date {own:?}, not {date}")
            });
        }
    }
}

#[test]
fn damaged_feeds_end_well() {
    let Some(folder) = folder("feeds") else { return };
    let mut dice = Dice(7);
    let mut tried = 0;
    for path in files(&folder).into_iter().filter(|path| is_document(path)) {
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..30 {
            let damaged = dice.damage(&bytes);
            if let Ok(reading) = feeds::read(&damaged, &ctx()) {
                assert!(reading.value.items.iter().all(|item| !item.guid.is_empty()));
                // Whatever came in, what is written of it is sound.
                for item in &reading.value.items {
                    let html =
                        masthead_formats::html::from_document(&item.body, &mut masthead_formats::html::remote_picture);
                    assert!(!html.contains("<script") && !html.contains("javascript:"));
                }
            }
            tried += 1;
        }
    }
    println!("feeds: {tried} damaged documents");
}
