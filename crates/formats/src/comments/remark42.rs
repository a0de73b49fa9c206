//! Remark42: its backup (a line about people and pages, then a comment a line), a list of comments, and the tree that
//! its interface answers with.

use super::objects::Entry;
use super::{Reading, block, flag, liked, likes, moment, name, text, word};
use crate::problem::Problem;
use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedCommentState, ImportedPerson};
use serde_json::Value;

/// Takes a line or a member of a list.
pub(super) fn take(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    if let Some(comment) = value.get("comment") {
        return branch(comment, value, entry, reading);
    }
    if value.get("locator").is_some() {
        return comment(value, entry, reading);
    }
    let Some(users) = value.get("users").and_then(Value::as_array) else {
        return false;
    };
    for user in users {
        let email = user.get("details").and_then(|details| word(details, "email"));
        if let (Some(key), Some(email)) = (word(user, "id"), email) {
            // Notices are sent to an address only once its owner confirmed it.
            let person = ImportedPerson {
                key,
                name: String::new(),
                email: Some(email),
                email_proved: true,
                bio: None,
            };
            reading.give(CommentRecord::Person(Box::new(person)), entry.end, Vec::new());
        }
    }
    true
}

/// A comment of the tree with the answers below it. The depth of JSON that is read at all bounds the recursion.
fn branch(value: &Value, holder: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    let taken = comment(value, entry, reading);
    let replies = holder.get("replies").and_then(Value::as_array);
    for reply in replies.into_iter().flatten() {
        if let Some(comment) = reply.get("comment") {
            branch(comment, reply, entry, reading);
        }
    }
    taken
}

fn comment(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    let ctx = reading.ctx;
    let thread = value.get("locator").and_then(|locator| word(locator, "url"));
    let (Some(key), Some(thread)) = (word(value, "id"), thread) else {
        reading.set_aside(
            format!("byte {}", entry.end),
            "a comment without a number or without the page that it stands on",
        );
        return true;
    };
    let user = value.get("user");
    let user_word = |field: &str| user.and_then(|user| word(user, field));
    let created = moment(value, &["time"], ctx);
    let mut problems = Vec::new();
    if created.is_none() {
        problems.push(Problem::new("time", "it has no time"));
    }
    let text = match block(value, "text") {
        "" => text::from_markdown(block(value, "orig"), ctx),
        html => text::from_html(html, ctx),
    };
    let comment = ImportedComment {
        key,
        thread,
        parent: word(value, "pid"),
        author_key: user_word("id"),
        author_name: user_word("name").map(|text| name(&text, ctx)).unwrap_or_default(),
        created,
        text,
        state: if flag(value, "delete") {
            ImportedCommentState::Deleted
        } else {
            ImportedCommentState::Approved
        },
        likes: votes(value),
        ..ImportedComment::default()
    };
    reading.give(CommentRecord::Comment(Box::new(comment)), entry.end, problems);
    true
}

/// The votes for a comment: those against it are no likes taken back. Where an interface leaves out who voted, it says
/// the difference alone.
fn votes(value: &Value) -> u32 {
    match value
        .get("votes")
        .and_then(Value::as_object)
        .filter(|votes| !votes.is_empty())
    {
        Some(votes) => {
            let good = votes.values().filter(|vote| vote.as_bool() == Some(true)).count();
            likes(i64::try_from(good).unwrap_or(i64::MAX))
        }
        None => liked(value.get("score")),
    }
}
