//! Commento's export, version 1: one object with a list of comments and one of those who wrote them.

use super::objects::Entry;
use super::{Reading, block, flag, liked, moment, name, text, word};
use crate::problem::Problem;
use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedCommentState, ImportedPerson};
use serde_json::Value;

/// Takes a member of one of the lists.
pub(super) fn take(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    match entry.list {
        "comments" => comment(value, entry, reading),
        "commenters" => person(value, entry, reading),
        _ => false,
    }
}

fn comment(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    let ctx = reading.ctx;
    let Some(key) = word(value, "commentHex") else {
        reading.set_aside(format!("byte {}", entry.end), "a comment without a commentHex");
        return true;
    };
    let path = word(value, "url").unwrap_or_default();
    let thread = match word(value, "domain") {
        Some(_) if path.contains("://") => path,
        Some(domain) => format!("https://{domain}{path}"),
        None => path,
    };
    let created = moment(value, &["creationDate"], ctx);
    let mut problems = Vec::new();
    if created.is_none() {
        problems.push(Problem::new("creationDate", "it has no time"));
    }
    let text = match block(value, "html") {
        "" => text::from_markdown(block(value, "markdown"), ctx),
        html => text::from_html(html, ctx),
    };
    let comment = ImportedComment {
        key,
        thread,
        parent: word(value, "parentHex").filter(|key| key != "root"),
        author_key: word(value, "commenterHex").filter(|key| key != "anonymous"),
        created,
        text,
        state: match word(value, "state").as_deref() {
            _ if flag(value, "deleted") => ImportedCommentState::Deleted,
            None | Some("approved") => ImportedCommentState::Approved,
            Some("flagged") => ImportedCommentState::Spam,
            Some(_) => ImportedCommentState::Pending,
        },
        // Votes for it less those against.
        likes: liked(value.get("score")),
        ..ImportedComment::default()
    };
    reading.give(CommentRecord::Comment(Box::new(comment)), entry.end, problems);
    true
}

fn person(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    let Some(key) = word(value, "commenterHex") else {
        return false;
    };
    let provider = word(value, "provider").unwrap_or_default();
    let email = word(value, "email").filter(|email| email != "undefined");
    let person = ImportedPerson {
        key,
        name: word(value, "name")
            .filter(|name| name != "undefined")
            .map(|text| name(&text, reading.ctx))
            .unwrap_or_default(),
        email_proved: email.is_some()
            && (matches!(provider.as_str(), "commento" | "google" | "github" | "gitlab")
                || provider.starts_with("sso:")),
        email,
        bio: None,
    };
    reading.give(CommentRecord::Person(Box::new(person)), entry.end, Vec::new());
    true
}
