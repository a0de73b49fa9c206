//! Comments of a post, with their threading and states.

use super::autop::autop;
use crate::html::{self, note, text};
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::document::{Block, Text};
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
                "comment_content" => comment.text = plain(&part.raw_text(), ctx),
                // The writer's address on the network is not taken in.
                _ => {}
            }
        }
        if !matches!(kind.as_deref(), None | Some("comment" | "review" | "webmention")) {
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

/// A comment's text without markup: a line break stays one, an empty line parts paragraphs, a link's address stands
/// behind its words.
fn plain(content: &str, ctx: &ReadContext<'_>) -> String {
    if !content.contains(['<', '&']) {
        return lines(content);
    }
    let document = html::to_document(&autop(content), ctx).value;
    let mut out = String::new();
    for block in &document.blocks {
        let parts: Vec<String> = match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => vec![line(text)],
            Block::Quote { paragraphs, .. } => paragraphs
                .iter()
                .map(|text| format!("> {}", line(text).replace('\n', "\n> ")))
                .collect(),
            Block::List { items, .. } => vec![
                items
                    .iter()
                    .map(|text| format!("- {}", line(text)))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ],
            Block::Preformatted { text } => vec![text.clone()],
            Block::Embed { url, .. } => vec![url.clone()],
            Block::FactBox { .. } | Block::Table { .. } => {
                vec![
                    masthead_domain::document::Document {
                        blocks: vec![block.clone()],
                    }
                    .to_plain(),
                ]
            }
            Block::Picture(_) | Block::Gallery { .. } | Block::Rule => Vec::new(),
        };
        for part in parts.iter().filter(|part| !part.trim().is_empty()) {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(part);
        }
    }
    out
}

fn line(text: &Text) -> String {
    let mut out = String::new();
    for span in &text.0 {
        out.push_str(&span.text);
        if let Some(link) = &span.link
            && !span.text.contains(link.trim_end_matches('/'))
            && !link.starts_with('/')
        {
            out.push_str(" (");
            out.push_str(link);
            out.push(')');
        }
    }
    out
}

/// Plain text with its line breaks, at most one empty line in a row.
fn lines(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut empty = 0;
    for line in content.lines() {
        let line = text::squeeze(line);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(&line);
    }
    out
}
