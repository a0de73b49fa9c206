//! Exports of WordPress and Ghost against what their own markup says, and other services' files set aside truly.

use super::{Dice, ctx, files, folder};
use masthead_domain::imports::{ImportRecord, ImportedState, ImportedStory};
use masthead_formats::{Problem, ghost, wxr};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;

fn cases(set: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(set.join("cases.jsonl")).unwrap();
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn read_wxr(bytes: &[u8]) -> Result<(Vec<ImportRecord>, wxr::WxrSummary, Vec<Problem>), String> {
    let mut records = Vec::new();
    let mut problems = Vec::new();
    let summary = wxr::read(bytes, &ctx(), &mut |record, _, found| {
        records.push(record);
        problems.extend(found);
        ControlFlow::Continue(())
    })
    .map_err(|error| error.reason)?;
    Ok((records, summary, problems))
}

fn story_of(record: &ImportRecord) -> Option<&ImportedStory> {
    match record {
        ImportRecord::Story(story) | ImportRecord::Page(story) => Some(story),
        _ => None,
    }
}

fn count(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn exports_of_wordpress() {
    let Some(root) = folder("import") else { return };
    let mut checked = 0;
    for set in ["wordpress-nikola", "wordpress-wagtail", "ghost-migrate"] {
        for case in cases(&root.join(set)).iter().filter(|case| case["format"] == "wxr") {
            let name = case["file"].as_str().unwrap();
            let bytes = std::fs::read(root.join(set).join("files").join(name)).unwrap();
            let expect = &case["expect"];
            let outcome = read_wxr(&bytes);
            checked += 1;
            let Some(items) = expect.get("items") else {
                // Refused with a reason, or read as far as it goes.
                match outcome {
                    Ok((records, summary, problems)) => {
                        println!(
                            "  {name}: {} records, {:?} {:?}",
                            records.len(),
                            summary.problems,
                            problems
                        );
                    }
                    Err(reason) => println!("  {name} refused: {reason}"),
                }
                continue;
            };
            let (records, summary, problems) = outcome.unwrap_or_else(|reason| panic!("{name}: {reason}"));
            println!("  {name}: {:?} {:?} {:?}", summary.counts, summary.problems, problems);
            assert!(summary.problems.is_empty(), "{name}");
            let mut by_type: BTreeMap<String, usize> = BTreeMap::new();
            for (kind, number) in summary.counts.iter().filter(|(kind, _)| kind.contains('/')) {
                by_type.insert(kind.clone(), usize::try_from(*number).unwrap());
            }
            let expected: BTreeMap<String, usize> = expect["by_type_status"]
                .as_object()
                .unwrap()
                .iter()
                .map(|(kind, number)| (kind.clone(), count(number)))
                .collect();
            assert_eq!(by_type, expected, "{name}");
            assert_eq!(by_type.values().sum::<usize>(), count(items), "{name}");
            let of = |what: &str| summary.counts.get(what).copied().unwrap_or(0);
            assert_eq!(of("author"), expect["authors"].as_u64().unwrap(), "{name}: authors");
            assert_eq!(
                of("category"),
                expect["categories"].as_u64().unwrap(),
                "{name}: categories"
            );
            assert_eq!(of("tag"), expect["tags"].as_u64().unwrap(), "{name}: tags");
            assert_eq!(summary.site.version.as_deref(), expect["version"].as_str(), "{name}");
            let stories: Vec<&ImportedStory> = records.iter().filter_map(story_of).collect();
            let comments: usize = stories.iter().map(|story| story.comments.len()).sum();
            assert_eq!(comments, count(&expect["comments"]), "{name}: comments");
            assert_eq!(
                stories.iter().filter(|story| story.password_protected).count(),
                count(&expect["passworded"]),
                "{name}"
            );
            assert_eq!(
                stories.iter().filter(|story| story.sticky).count(),
                count(&expect["sticky"]),
                "{name}"
            );
            let attachments: Vec<String> = records
                .iter()
                .filter_map(|record| match record {
                    ImportRecord::Attachment(attachment) => Some(attachment.url.clone()),
                    _ => None,
                })
                .collect();
            let urls: Vec<String> = texts(&expect["attachment_urls"])
                .iter()
                .map(|url| url::Url::parse(url).unwrap().into())
                .collect();
            assert_eq!(attachments, urls, "{name}: attachments");
            let titles: Vec<String> = records
                .iter()
                .filter_map(|record| match record {
                    ImportRecord::Story(story) | ImportRecord::Page(story) => {
                        Some(story.item.headline.clone().unwrap_or_default())
                    }
                    ImportRecord::Attachment(attachment) => Some(attachment.title.clone().unwrap_or_default()),
                    _ => None,
                })
                .collect();
            assert_eq!(titles, texts(&expect["titles"]), "{name}: titles");
            let links = texts(&expect["links"]);
            for story in &stories {
                let known = story.item.canonical_url.iter().any(|own| {
                    links.iter().any(|link| {
                        *link == *own
                            || own.ends_with(link.as_str())
                            || url::Url::parse(link).is_ok_and(|link| link.as_str() == own)
                    })
                });
                assert!(known, "{name}: {:?}", story.item.canonical_url);
                assert!(!story.old_paths.is_empty());
            }
            let guids: std::collections::HashSet<&str> = stories.iter().map(|story| story.item.guid.as_str()).collect();
            assert_eq!(guids.len(), stories.len(), "{name}: each story has its own identity");
        }
    }
    assert!(checked >= 16, "{checked}");
}

#[test]
fn exports_of_ghost_and_what_is_none() {
    let Some(root) = folder("import") else { return };
    let set = root.join("ghost-migrate");
    let cases = cases(&set);
    let mut aside = 0;
    for path in files(&set.join("files")) {
        let name = path
            .strip_prefix(set.join("files"))
            .unwrap()
            .to_string_lossy()
            .into_owned();
        let end = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if !matches!(end.as_str(), "json" | "csv") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let case = cases
            .iter()
            .find(|case| case["format"] == "ghost" && case["file"] == name.as_str());
        match (ghost::read(&bytes, &ctx()), case) {
            (Ok(reading), Some(case)) => {
                let expect = &case["expect"];
                let stories: Vec<&ImportedStory> = reading.value.iter().filter_map(story_of).collect();
                assert_eq!(stories.len(), count(&expect["posts"]), "{name}");
                let slugs: Vec<String> = stories.iter().filter_map(|story| story.item.slug.clone()).collect();
                assert_eq!(slugs, texts(&expect["slugs"]), "{name}");
                let titles: Vec<String> = stories.iter().filter_map(|story| story.item.headline.clone()).collect();
                assert_eq!(titles, texts(&expect["titles"]), "{name}");
                let records = |is: fn(&ImportRecord) -> bool| reading.value.iter().filter(|record| is(record)).count();
                assert_eq!(
                    records(|record| matches!(record, ImportRecord::Term(_))),
                    count(&expect["tags"]),
                    "{name}"
                );
                assert_eq!(
                    records(|record| matches!(record, ImportRecord::Author(_))),
                    count(&expect["users"]),
                    "{name}"
                );
                let tagged: usize = stories.iter().map(|story| story.item.subjects.len()).sum();
                assert_eq!(tagged, count(&expect["post_tags"]), "{name}");
                let published = stories
                    .iter()
                    .filter(|story| story.state == ImportedState::Published)
                    .count();
                assert_eq!(published, count(&expect["by_status"]["post/published"]), "{name}");
                assert!(stories.iter().all(|story| !story.item.body.is_empty()), "{name}");
            }
            (Err(error), None) => {
                aside += 1;
                println!("  {name} set aside: {error}");
                assert!(error.reason.len() > 8);
            }
            (Ok(_), None) => panic!("{name} is no Ghost export and was taken for one"),
            (Err(error), Some(_)) => panic!("{name}: {error}"),
        }
    }
    println!("import: {aside} files of other services set aside");
    assert!(aside > 30);
}

#[test]
fn damaged_exports_end_well() {
    let Some(root) = folder("import") else { return };
    let mut dice = Dice(99);
    let mut tried = 0;
    for path in files(&root)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "xml" || end == "json"))
    {
        let bytes = std::fs::read(&path).unwrap();
        for _ in 0..60 {
            let damaged = dice.damage(&bytes);
            if let Ok((records, summary, _)) = read_wxr(&damaged) {
                assert!(summary.bytes <= damaged.len() as u64);
                assert!(
                    records
                        .iter()
                        .filter_map(story_of)
                        .all(|story| !story.item.guid.is_empty())
                );
            }
            if let Ok(reading) = ghost::read(&damaged, &ctx()) {
                assert!(!reading.value.is_empty());
            }
            tried += 1;
        }
    }
    println!("import: {tried} damaged files");
}
