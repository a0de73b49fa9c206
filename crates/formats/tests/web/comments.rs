//! Exports of comments against what their own markup says (`comments-import`): how many, which answer, which are gone.

use super::{ctx, folder};
use masthead_domain::imports::{CommentRecord, ImportRecord, ImportedComment, ImportedCommentState};
use masthead_formats::{Format, comments, detect, wxr};
use serde_json::Value;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

#[derive(Debug, Default)]
struct Read {
    comments: Vec<ImportedComment>,
    threads: BTreeSet<String>,
    threads_deleted: usize,
}

fn read(bytes: &[u8], format: Format) -> Result<Read, String> {
    let mut all = Read::default();
    if format == Format::Wxr {
        wxr::read(bytes, &ctx(), &mut |record, _, _| {
            if let ImportRecord::Story(story) | ImportRecord::Page(story) = record
                && !story.comments.is_empty()
            {
                all.threads.insert(story.item.guid.clone());
                all.comments.extend(story.comments);
            }
            ControlFlow::Continue(())
        })
        .map_err(|error| error.reason)?;
        return Ok(all);
    }
    comments::read(format, bytes, &ctx(), &mut |record, _, problems| {
        problems.iter().for_each(|problem| println!("    {problem}"));
        match record {
            CommentRecord::Comment(comment) => {
                all.threads.insert(comment.thread.clone());
                all.comments.push(*comment);
            }
            CommentRecord::Thread(thread) => {
                all.threads_deleted += usize::from(thread.deleted);
                all.threads.insert(thread.key);
            }
            CommentRecord::Person(_) => {}
        }
        ControlFlow::Continue(())
    })
    .map_err(|error| error.reason)?;
    Ok(all)
}

#[test]
fn exports_of_comments() {
    let Some(root) = folder("comments-import") else { return };
    let mut checked = 0;
    for set in ["coral-livefyre", "remark42"] {
        let cases = std::fs::read_to_string(root.join(set).join("cases.jsonl")).unwrap();
        for case in cases.lines().filter(|line| !line.trim().is_empty()) {
            let case: Value = serde_json::from_str(case).unwrap();
            let name = case["file"].as_str().unwrap();
            let bytes = std::fs::read(root.join(set).join("files").join(name)).unwrap();
            let wanted = match case["format"].as_str().unwrap() {
                "remark42-tree" => Format::Remark42,
                name => Format::from_name(name).unwrap(),
            };
            assert_eq!(detect(&bytes, Some(name)), Some(wanted), "{name}");
            println!("  {name}");
            let found = read(&bytes, wanted).unwrap_or_else(|reason| panic!("{name}: {reason}"));
            let in_state = |state| found.comments.iter().filter(|comment| comment.state == state).count();
            let replies = found.comments.iter().filter(|comment| comment.parent.is_some()).count();
            for (key, count) in [
                ("total", found.comments.len()),
                ("top", found.comments.len() - replies),
                ("replies", replies),
                ("deleted", in_state(ImportedCommentState::Deleted)),
                ("spam", in_state(ImportedCommentState::Spam)),
                ("pending", in_state(ImportedCommentState::Pending)),
                ("threads", found.threads.len()),
                ("threads_deleted", found.threads_deleted),
            ] {
                if let Some(expected) = case["expect"][key].as_u64() {
                    assert_eq!(count as u64, expected, "{name}: {key}");
                }
            }
            if let Some(authors) = case["expect"]["authors"].as_array() {
                // The cases have names as the markup writes them; ours are read.
                let plain = |name: &str| name.replace("&laquo;", "«").replace("&#039;", "'");
                let expected: BTreeSet<String> = authors.iter().filter_map(Value::as_str).map(plain).collect();
                let names = found.comments.iter().map(|comment| comment.author_name.clone());
                assert_eq!(names.collect::<BTreeSet<_>>(), expected, "{name}");
            }
            checked += 1;
        }
    }
    assert!(checked >= 9, "{checked}");
}
