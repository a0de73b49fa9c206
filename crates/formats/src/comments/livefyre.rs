//! Livefyre archives: a collection a line, with the comments of one page; people in a file of their own.

use super::objects::Entry;
use super::{Reading, block, likes, moment, name, text, word, word_of};
use crate::problem::{Problem, ReadContext};
use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedCommentState, ImportedPerson, ImportedThread};
use serde_json::Value;

/// Takes a line.
pub(super) fn take(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    if value.get("display_name").is_some() && value.get("comments").is_none() {
        let Some(key) = word(value, "id") else { return false };
        let person = ImportedPerson {
            key,
            name: word(value, "display_name").unwrap_or_default(),
            email: word(value, "email"),
            // The archive doesn't say whether anybody proved it.
            email_proved: false,
            bio: None,
        };
        reading.give(CommentRecord::Person(Box::new(person)), entry.end, Vec::new());
        return true;
    }
    let Some(source) = word(value, "source") else {
        return false;
    };
    let key = word(value, "id").unwrap_or_else(|| source.clone());
    let thread = ImportedThread {
        key: key.clone(),
        addresses: vec![source],
        source_ids: word(value, "id").into_iter().collect(),
        title: word(value, "title").map(|title| name(&title, reading.ctx)),
        created: moment(value, &["created"], reading.ctx),
        deleted: false,
    };
    reading.give(CommentRecord::Thread(Box::new(thread)), entry.end, Vec::new());
    let comments = value.get("comments").and_then(Value::as_array);
    for (number, value) in comments.into_iter().flatten().enumerate() {
        let mut problems = Vec::new();
        let comment = comment(value, number, &key, reading.ctx, &mut problems);
        reading.give(CommentRecord::Comment(Box::new(comment)), entry.end, problems);
    }
    true
}

fn comment(
    value: &Value,
    number: usize,
    thread: &str,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> ImportedComment {
    let created = moment(value, &["created"], ctx);
    if created.is_none() {
        problems.push(Problem::new("created", "it has no time; its collection's stands in"));
    }
    ImportedComment {
        key: word(value, "id").unwrap_or_else(|| format!("{thread}#{}", number + 1)),
        thread: thread.to_owned(),
        parent: word(value, "parent_id").filter(|key| key != "0"),
        author_key: word(value, "author_id"),
        author_name: word_of(value, &["imported_display_name", "display_name"])
            .map(|text| name(&text, ctx))
            .unwrap_or_default(),
        author_email: word(value, "imported_email"),
        created,
        text: text::from_html(block(value, "body_html"), ctx),
        // An import file has no states: what is in it was seen. An archive has words or numbers, and one that we don't
        // know waits for the desk.
        state: match word(value, "state").map(|state| state.to_lowercase()).as_deref() {
            None | Some("1" | "active" | "approved") => ImportedCommentState::Approved,
            Some("2" | "deleted") => ImportedCommentState::Deleted,
            Some("spam") => ImportedCommentState::Spam,
            Some("hidden" | "rejected" | "bozo") => ImportedCommentState::Rejected,
            Some(_) => ImportedCommentState::Pending,
        },
        // The people who liked it, by their numbers.
        likes: value
            .get("likes")
            .and_then(Value::as_array)
            .map_or(0, |people| likes(i64::try_from(people.len()).unwrap_or(i64::MAX))),
        ..ImportedComment::default()
    }
}
