//! Saved pages: the text, title and date that are taken from them, against other projects' answers.
//!
//! Those answers are what other tools made of the pages, so agreement with them is no truth, but a fall of it shows a
//! mistake. Text is compared as the published benchmark does it: runs of four words, each counted as often as it
//! occurs, precision and recall averaged over the pages.

use super::{Dice, ctx, files, folder};
use masthead_domain::wire::NewsItem;
use masthead_formats::{ReadContext, extract, html};
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;

/// Runs of four words, with how often each occurs.
fn shingles(text: &str) -> HashMap<Vec<String>, usize> {
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let mut out = HashMap::new();
    let size = 4.min(words.len().max(1));
    for run in words.windows(size) {
        *out.entry(run.to_vec()).or_insert(0) += 1;
    }
    out
}

/// Precision and recall.
fn score(found: &str, truth: &str) -> (f64, f64) {
    let (found, truth) = (shingles(found), shingles(truth));
    let common: usize = found
        .iter()
        .map(|(run, count)| truth.get(run).copied().unwrap_or(0).min(*count))
        .sum();
    let (all_found, all_true) = (found.values().sum::<usize>(), truth.values().sum::<usize>());
    if all_true == 0 {
        return if all_found == 0 { (1.0, 1.0) } else { (0.0, 1.0) };
    }
    let part = |of: usize| if of == 0 { 0.0 } else { common as f64 / of as f64 };
    (part(all_found), part(all_true))
}

struct Page {
    name: String,
    bytes: Vec<u8>,
    truth: String,
}

fn pages(set: &Path) -> Vec<Page> {
    let mut out = Vec::new();
    for path in files(set) {
        if path.file_name().is_some_and(|name| name == "source.html") {
            let folder = path.parent().unwrap();
            let expected = std::fs::read_to_string(folder.join("expected.html")).unwrap();
            out.push(Page {
                name: folder.file_name().unwrap().to_string_lossy().into_owned(),
                bytes: std::fs::read(&path).unwrap(),
                truth: html::to_document(&expected, &ctx()).value.to_plain(),
            });
        }
    }
    out
}

fn mean(scores: &[(f64, f64)]) -> (f64, f64, f64) {
    let count = scores.len().max(1) as f64;
    let precision = scores.iter().map(|score| score.0).sum::<f64>() / count;
    let recall = scores.iter().map(|score| score.1).sum::<f64>() / count;
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

/// Our text of a page, with the dateline that was taken off it put back.
fn text_of(item: &NewsItem) -> String {
    format!(
        "{} {}",
        item.dateline.as_deref().unwrap_or_default(),
        item.body.to_plain()
    )
}

#[test]
fn text_agrees_with_readability() {
    let Some(root) = folder("extract") else { return };
    let mut lines = Vec::new();
    let (mut own, mut peer) = (Vec::new(), Vec::new());
    for page in pages(&root.join("readability")) {
        let text = String::from_utf8_lossy(&page.bytes).into_owned();
        let options = rs_trafilatura::Options {
            page_type: Some(rs_trafilatura::page_type::PageType::Article),
            ..Default::default()
        };
        let found = rs_trafilatura::extract_with_options(&text, &options)
            .map(|r| r.content_text)
            .unwrap_or_default();
        let oracle = found.clone();
        peer.push(score(&found, &page.truth));
        let found = extract::page(&page.bytes, &ctx())
            .map(|reading| text_of(&reading.value))
            .unwrap_or_default();
        let (p, r) = score(&found, &page.truth);
        own.push((p, r));
        let (pp, pr) = *peer.last().unwrap();
        lines.push((
            p.min(r),
            format!("  {:40} p {p:.3} r {r:.3}   oracle p {pp:.3} r {pr:.3}", page.name),
        ));
        if let Ok(wanted) = std::env::var("MASTHEAD_SHOW")
            && wanted.split(',').any(|wanted| wanted == page.name)
        {
            println!("=== oracle\n{oracle}\n=== found\n{found}\n=== truth\n{}", page.truth);
        }
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.iter().take(45).for_each(|(_, line)| println!("{line}"));
    let (p, r, f) = mean(&own);
    println!("readability: precision {p:.3} recall {r:.3} F1 {f:.3}");
    assert!(f > 0.915, "agreement with Readability fell to {f:.3}");
    let (p, r, f) = mean(&peer);
    println!("readability, the oracle alone: precision {p:.3} recall {r:.3} F1 {f:.3}");
}

fn cases(set: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(set.join("cases.jsonl")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn titles_dates_and_beginnings() {
    let Some(root) = folder("extract") else { return };
    let squeeze = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (mut titles, mut dates, mut authors, mut starts) = ((0, 0), (0, 0), (0, 0), (0, 0));
    for set in ["defuddle", "goose3-small", "readability"] {
        for case in cases(&root.join(set)) {
            let name = case["file"].as_str().unwrap();
            let bytes = std::fs::read(root.join(set).join("files").join(name)).unwrap();
            let ctx = ReadContext {
                origin: case["url"].as_str(),
                ..ctx()
            };
            let item = extract::page(&bytes, &ctx)
                .map(|reading| reading.value)
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            let expect = &case["expect"];
            let check = |tally: &mut (usize, usize), met: bool, what: String| {
                tally.1 += 1;
                if met {
                    tally.0 += 1
                } else {
                    println!("  {set}/{name}: {what}")
                }
            };
            if let Some(title) = expect["title"].as_str() {
                let own = item.headline.clone().unwrap_or_default();
                check(
                    &mut titles,
                    squeeze(&own) == squeeze(title),
                    format!("title {own:?}, not {title:?}"),
                );
            }
            if let Some(date) = expect["published"].as_str() {
                let truth = masthead_formats::dates::moment(date, &ctx).unwrap();
                let own = item.published;
                let close = own.is_some_and(|own| own.micros_since(truth).abs() < 86_400_000_000);
                check(&mut dates, close, format!("date {own:?}, not {date}"));
            }
            if let Some(list) = expect["authors"].as_array() {
                let own: Vec<&str> = item.authors.iter().map(|author| author.name.as_str()).collect();
                let truth: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                check(&mut authors, own == truth, format!("authors {own:?}, not {truth:?}"));
            }
            if let Some(start) = expect["text_starts"].as_str() {
                let own = squeeze(&text_of(&item));
                let start = squeeze(start);
                let head: String = start.chars().take(200).collect();
                check(
                    &mut starts,
                    own.starts_with(&head),
                    format!("begins {:?}, not {head:?}", own.chars().take(120).collect::<String>()),
                );
            }
        }
    }
    println!("titles {titles:?}, dates {dates:?}, authors {authors:?}, beginnings {starts:?}");
    for (what, (met, asked), bar) in [
        ("titles", titles, 92),
        ("dates", dates, 95),
        ("beginnings", starts, 95),
        ("authors", authors, 95),
    ] {
        assert!(met * 100 >= asked * bar, "{what}: {met} of {asked}");
    }
}

#[test]
fn text_agrees_with_defuddle() {
    let Some(root) = folder("extract") else { return };
    let tests = root.join("defuddle/files/tests");
    let mut lines = Vec::new();
    let mut own = Vec::new();
    for path in files(&tests.join("fixtures")) {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Ok(expected) = std::fs::read_to_string(tests.join("expected").join(format!("{name}.md"))) else {
            continue;
        };
        let truth = plain_of_markdown(&expected);
        let bytes = std::fs::read(&path).unwrap();
        let found = extract::page(&bytes, &ctx())
            .map(|reading| text_of(&reading.value))
            .unwrap_or_default();
        let (p, r) = score(&found, &truth);
        // Very small ones are about single elements.
        if truth.len() > 600 {
            own.push((p, r));
            lines.push((p.min(r), format!("  {name:70} p {p:.3} r {r:.3}")));
        }
        if let Ok(wanted) = std::env::var("MASTHEAD_SHOW")
            && wanted.split(',').any(|wanted| wanted == name)
        {
            println!("=== found\n{found}\n=== truth\n{truth}");
        }
    }
    lines.sort_by(|a, b| a.0.total_cmp(&b.0));
    lines.iter().take(40).for_each(|(_, line)| println!("{line}"));
    let (p, r, f) = mean(&own);
    println!(
        "defuddle: {} pages, precision {p:.3} recall {r:.3} F1 {f:.3}",
        own.len()
    );
    assert!(f > 0.87, "agreement with Defuddle fell to {f:.3}");
}

/// Words of Markdown without its signs, front matter, pictures and the addresses of links.
fn plain_of_markdown(text: &str) -> String {
    let text = match text.strip_prefix("```json") {
        Some(rest) => rest.split_once("```").map_or("", |(_, body)| body),
        None => text,
    };
    let mut out = String::new();
    for line in text.lines() {
        let mut rest = line;
        while let Some(at) = rest.find("](") {
            let (before, after) = rest.split_at(at);
            let is_picture = before.rfind('[').is_some_and(|open| before[..open].ends_with('!'));
            let end = after.find(')').map_or(after.len(), |end| end + 1);
            out.push_str(if is_picture {
                &before[..before.rfind('[').unwrap()]
            } else {
                before
            });
            rest = &after[end..];
        }
        out.push_str(rest);
        out.push('\n');
    }
    out
}

#[test]
fn damaged_pages_end_well() {
    let Some(root) = folder("extract") else { return };
    let mut dice = Dice(41);
    let mut tried = 0;
    for path in files(&root)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "html"))
    {
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..if bytes.len() < 100_000 { 3 } else { 1 } {
            let damaged = dice.damage(&bytes);
            if let Ok(reading) = extract::page(&damaged, &ctx()) {
                assert!(!reading.value.guid.is_empty());
            }
            tried += 1;
        }
    }
    println!("extract: {tried} damaged pages");
}
