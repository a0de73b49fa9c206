//! Comments and profiles as `masthead export` writes them: an object a line, in files of their own. Identities are kept
//! as they stand, so that what comes back is the same comment, and a profile that is there is the same person.

use super::objects::Entry;
use super::{Reading, block, flag, liked, word};
use crate::problem::Problem;
use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedCommentState, ImportedPerson};
use masthead_domain::time::Timestamp;
use serde_json::Value;

/// Takes a line.
pub(super) fn take(value: &Value, entry: Entry<'_>, reading: &mut Reading<'_, '_>) -> bool {
    let mut problems = Vec::new();
    let record = if let Some(story) = word(value, "story") {
        // What an earlier version kept of a WordPress export has a key of that export, and no profile.
        let Some(key) = word(value, "id").or_else(|| word(value, "key")) else {
            return false;
        };
        CommentRecord::Comment(Box::new(comment(value, key, story, &mut problems)))
    } else if let (Some(key), Some(_)) = (word(value, "id"), value.get("username")) {
        CommentRecord::Person(Box::new(ImportedPerson {
            key,
            name: word(value, "name")
                .or_else(|| word(value, "username"))
                .unwrap_or_default(),
            // A desk of ours has looked at it.
            bio: Some(block(value, "bio").to_owned()).filter(|bio| !bio.is_empty()),
            ..ImportedPerson::default()
        }))
    } else {
        return false;
    };
    reading.give(record, entry.end, problems);
    true
}

fn comment(value: &Value, key: String, story: String, problems: &mut Vec<Problem>) -> ImportedComment {
    let created = moment(value, "created");
    if created.is_none() {
        problems.push(Problem::new("created", "it has no time; the import's stands in"));
    }
    let state = word(value, "state").unwrap_or_default();
    let removed_by = word(value, "removed_by");
    ImportedComment {
        key,
        thread: story,
        parent: word(value, "parent"),
        author_key: word(value, "profile"),
        author_name: word(value, "author").unwrap_or_default(),
        created,
        edited: moment(value, "edited"),
        text: block(value, "text").to_owned(),
        state: match state.as_str() {
            "published" => ImportedCommentState::Approved,
            other => ImportedCommentState::parse(other),
        },
        removed_by,
        featured: flag(value, "featured"),
        likes: liked(value.get("likes")),
        ..ImportedComment::default()
    }
}

fn moment(value: &Value, name: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(value.get(name)?.as_str()?).ok()
}
