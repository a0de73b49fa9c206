//! Collections of Coral 5 and newer, and of Talk before it, as `mongoexport` writes them: a document a line. Stories,
//! people and comments may be in files of their own or in one; what a line is, its fields say.

use super::objects::Entry;
use super::{Reading, block, flag, liked, likes, moment, name, text, word, word_of};
use crate::problem::{Problem, ReadContext};
use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedCommentState, ImportedPerson, ImportedThread};
use serde_json::Value;

/// Takes a document.
pub(super) fn take(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    let Some(key) = word(value, "id") else { return false };
    let mut problems = Vec::new();
    let record = if value.get("revisions").is_some() || value.get("body_history").is_some() || is_comment(value) {
        CommentRecord::Comment(Box::new(comment(value, key, reading.ctx, &mut problems)))
    } else if value.get("profiles").is_some() || value.get("username").is_some() {
        CommentRecord::Person(Box::new(person(value, key)))
    } else if let Some(url) = word(value, "url") {
        CommentRecord::Thread(Box::new(thread(value, key, url, reading.ctx)))
    } else {
        // Settings, sites, flags.
        return false;
    };
    reading.give(record, entry.end, problems);
    true
}

/// A comment that was deleted has no text left.
fn is_comment(value: &Value) -> bool {
    word_of(value, &["storyID", "asset_id"]).is_some()
        && (value.get("status").is_some() && value.get("parentID").or_else(|| value.get("parent_id")).is_some()
            || value.get("deletedAt").is_some_and(|at| !at.is_null())
            || value.get("deleted_at").is_some_and(|at| !at.is_null())
            || value.get("body").is_some())
}

fn comment(value: &Value, key: String, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> ImportedComment {
    let last = |list: &str| {
        value
            .get(list)
            .and_then(Value::as_array)
            .and_then(|revisions| revisions.last())
    };
    let text = match (last("revisions"), last("body_history")) {
        (Some(revision), _) => text::from_html(block(revision, "body"), ctx),
        // Talk kept what was typed.
        (None, Some(revision)) => text::from_plain(block(revision, "body")),
        (None, None) => text::from_html(block(value, "body"), ctx),
    };
    let deleted = ["deletedAt", "deleted_at"]
        .iter()
        .any(|field| value.get(field).is_some_and(|at| !at.is_null()));
    let created = moment(value, &["createdAt", "created_at"], ctx);
    if created.is_none() {
        problems.push(Problem::new("createdAt", "it has no time; its thread's stands in"));
    }
    let status = word(value, "status");
    ImportedComment {
        key,
        thread: word_of(value, &["storyID", "asset_id"]).unwrap_or_default(),
        parent: word_of(value, &["parentID", "parent_id"]),
        author_key: word_of(value, &["authorID", "author_id"]),
        created,
        text,
        state: match status.as_deref() {
            _ if deleted => ImportedCommentState::Deleted,
            // Nobody has looked at it, and readers see it.
            Some("APPROVED" | "ACCEPTED" | "NONE") => ImportedCommentState::Approved,
            Some("REJECTED") => ImportedCommentState::Rejected,
            _ => ImportedCommentState::Pending,
        },
        likes: reactions(value),
        ..ImportedComment::default()
    }
}

/// Coral counts its one reaction; Talk counted each kind, of which these were its plugins.
fn reactions(value: &Value) -> u32 {
    if let Some(counts) = value.get("actionCounts") {
        return liked(counts.get("REACTION"));
    }
    let Some(counts) = value.get("action_counts") else {
        return 0;
    };
    let kinds = ["respect", "like", "love"].iter();
    likes(kinds.map(|kind| i64::from(liked(counts.get(kind)))).sum())
}

fn person(value: &Value, key: String) -> ImportedPerson {
    let profiles = value.get("profiles").and_then(Value::as_array);
    let local = profiles.into_iter().flatten().find(|profile| {
        word_of(profile, &["type", "provider"]).as_deref() == Some("local") && word(profile, "id").is_some()
    });
    let confirmed = local
        .and_then(|profile| profile.get("metadata"))
        .and_then(|metadata| metadata.get("confirmed_at"))
        .is_some_and(|at| !at.is_null());
    let shown = value.get("metadata").and_then(|metadata| word(metadata, "displayName"));
    ImportedPerson {
        key,
        name: shown.or_else(|| word(value, "username")).unwrap_or_default(),
        email: word(value, "email").or_else(|| local.and_then(|profile| word(profile, "id"))),
        email_proved: flag(value, "emailVerified") || confirmed,
        // Coral shows it without a look at it, and here nothing of it would have been seen by a desk.
        bio: None,
    }
}

fn thread(value: &Value, key: String, url: String, ctx: &ReadContext<'_>) -> ImportedThread {
    let title = value.get("metadata").and_then(|metadata| word(metadata, "title"));
    ImportedThread {
        addresses: vec![url],
        source_ids: vec![key.clone()],
        key,
        title: title.or_else(|| word(value, "title")).map(|title| name(&title, ctx)),
        created: moment(value, &["createdAt", "created_at"], ctx),
        deleted: false,
    }
}
