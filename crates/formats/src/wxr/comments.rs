//! Comments of a post, with their threading and states.

use super::autop::autop;
use crate::comments::text;
use crate::html::{self, note};
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::imports::{ImportedComment, ImportedCommentState};
use masthead_domain::time::Timestamp;
use std::collections::HashSet;

/// Makes a moment of a date in UTC and one in the site's own time.
type Moment<'a> = dyn Fn(Option<&str>, Option<&str>) -> Option<Timestamp> + 'a;

/// Reads the comments of an item.
pub(super) fn read(
    item: Node<'_>,
    ctx: &ReadContext<'_>,
    moment: &Moment<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<ImportedComment> {
    let mut out = Vec::new();
    let mut keys = HashSet::new();
    let mut notices = 0_usize;
    let answered: HashSet<String> = item
        .all("comment")
        .filter_map(|comment| comment.child_text("comment_parent"))
        .filter(|key| key != "0")
        .collect();
    for (number, node) in item.all("comment").enumerate() {
        let mut comment = ImportedComment::default();
        let (mut gmt, mut local, mut kind, mut approved) = (None, None, None, None);
        for part in node.elements() {
            let text = || part.text();
            match part.name() {
                "comment_id" => comment.key = text().unwrap_or_default(),
                "comment_parent" => comment.parent = text().filter(|key| key != "0"),
                "comment_author" => comment.author_name = html::to_plain(&part.raw_text(), ctx).replace('\n', " "),
                "comment_author_email" => comment.author_email = text(),
                "comment_author_url" => {
                    comment.author_url = text().and_then(|url| html::links::web(&url, &html::links::Base::default()));
                }
                "comment_date_gmt" => gmt = text(),
                "comment_date" => local = text(),
                "comment_type" => kind = text(),
                "comment_approved" => approved = text(),
                "comment_content" => comment.text = said(&part.raw_text(), ctx),
                // Somebody who had an account there, whose address WordPress had proved.
                "comment_user_id" => comment.author_key = text().filter(|key| key != "0"),
                // The writer's address on the network is not taken in.
                _ => {}
            }
        }
        let is_notice = !matches!(kind.as_deref(), None | Some("comment" | "review" | "webmention"));
        // A notice that people talk about is a part of their conversation.
        if is_notice && !answered.contains(&comment.key) {
            notices += 1;
            continue;
        }
        if comment.text.trim().is_empty() {
            note(
                problems,
                &format!("comment {}", comment.key),
                "a comment without text was left out",
            );
            continue;
        }
        if comment.key.is_empty() {
            comment.key = format!("#{}", number + 1);
        }
        if !keys.insert(comment.key.clone()) {
            note(
                problems,
                &format!("comment {}", comment.key),
                "a second comment with this number was left out",
            );
            continue;
        }
        comment.email_proved = comment.author_key.is_some() && comment.author_email.is_some();
        comment.created = moment(gmt.as_deref(), local.as_deref());
        comment.state = match approved.as_deref() {
            Some("1" | "approve" | "approved") => ImportedCommentState::Approved,
            Some("spam") => ImportedCommentState::Spam,
            Some("trash" | "post-trashed") => ImportedCommentState::Trashed,
            _ => ImportedCommentState::Pending,
        };
        out.push(comment);
    }
    if notices > 0 {
        note(
            problems,
            "comments",
            format!("{notices} notices of links from other sites (pingbacks, trackbacks) were left out"),
        );
    }
    let mut orphans = 0_usize;
    for comment in &mut out {
        if comment
            .parent
            .as_ref()
            .is_some_and(|parent| !keys.contains(parent) || *parent == comment.key)
        {
            comment.parent = None;
            orphans += 1;
        }
    }
    if orphans > 0 {
        note(
            problems,
            "comments",
            format!("{orphans} answers to comments that are not in the export stand on their own"),
        );
    }
    out
}

/// What a comment says. WordPress keeps line breaks as they were typed.
fn said(content: &str, ctx: &ReadContext<'_>) -> String {
    if content.contains(['<', '&']) {
        text::from_html(&autop(content), ctx)
    } else {
        text::from_plain(content)
    }
}
