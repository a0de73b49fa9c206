//! Isso keeps comments in a database and writes no other export. The rows are read by whoever can open it; here they are
//! translated.

use super::{likes, text};
use crate::problem::ReadContext;
use masthead_domain::imports::{ImportedComment, ImportedCommentState, ImportedThread, IssoComment, IssoThread};
use masthead_domain::time::Timestamp;

/// A thread.
pub fn thread(row: IssoThread) -> ImportedThread {
    ImportedThread {
        key: row.id.to_string(),
        addresses: vec![row.uri],
        title: row.title.filter(|title| !title.is_empty()),
        ..ImportedThread::default()
    }
}

/// A comment.
pub fn comment(row: IssoComment, ctx: &ReadContext<'_>) -> ImportedComment {
    let blank = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    ImportedComment {
        key: row.id.to_string(),
        thread: row.thread.to_string(),
        parent: row.parent.map(|parent| parent.to_string()),
        author_name: blank(row.author).unwrap_or_default(),
        author_email: blank(row.email),
        author_url: blank(row.website),
        created: seconds(row.created),
        text: text::from_markdown(&row.text, ctx),
        state: match row.mode {
            1 => ImportedCommentState::Approved,
            4 => ImportedCommentState::Deleted,
            _ => ImportedCommentState::Pending,
        },
        likes: likes(row.likes),
        ..ImportedComment::default()
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be a time; `as` saturates")]
fn seconds(seconds: f64) -> Option<Timestamp> {
    (seconds > 0.0 && seconds < 1e11).then(|| Timestamp::from_micros((seconds * 1e6) as i64))
}
