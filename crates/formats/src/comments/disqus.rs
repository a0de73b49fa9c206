//! Disqus exports (XML, <http://disqus.com/api/schemas/1.0/disqus.xsd>): threads, then posts that name their thread and
//! what they answer by number.

use super::{Reading, flat, name, text};
use crate::dates;
use crate::problem::{Problem, Unreadable};
use crate::xml::scan::{Chunk, Scanner, Shape};
use crate::xml::{Node, Tree};
use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedCommentState, ImportedThread};
use std::io::BufRead;

static SHAPE: Shape = Shape {
    containers: &["disqus"],
    record: "post",
    mark: "",
    name: "Disqus export",
};

/// Reads an export.
pub(super) fn read(reader: impl BufRead, reading: &mut Reading<'_, '_>) -> Result<(), Unreadable> {
    let mut scanner = Scanner::new(reader, &SHAPE);
    while !reading.ended {
        match scanner.next_chunk() {
            Ok(Some(chunk)) => take(&chunk, reading),
            Ok(None) => break,
            Err(fault) if reading.records == 0 => return Err(Unreadable::new(fault)),
            Err(fault) => {
                reading.set_aside(format!("byte {}", scanner.position()), fault);
                break;
            }
        }
    }
    reading.summary.bytes = scanner.position();
    if !reading.ended && !scanner.saw_end() && reading.records > 0 {
        reading.set_aside(
            format!("byte {}", scanner.position()),
            "the file ends before its end: the export was cut off, and what stood behind is not here",
        );
    }
    Ok(())
}

fn take(chunk: &Chunk, reading: &mut Reading<'_, '_>) {
    if !matches!(chunk.name.as_str(), "thread" | "post") {
        reading.summary.passed_over += 1;
        return;
    }
    let place = format!("byte {}", chunk.start);
    if let Some(fault) = &chunk.fault {
        return reading.set_aside(place, fault.clone());
    }
    let tree = match Tree::parse(&chunk.text, reading.ctx) {
        Ok(tree) => tree,
        Err(error) => return reading.set_aside(place, error.reason),
    };
    if let Some(cut) = &tree.cut {
        return reading.set_aside(place, format!("not well formed: {cut}"));
    }
    let Some(node) = tree.root_element() else { return };
    let mut problems = tree.problems.clone();
    let record = if chunk.name == "thread" {
        CommentRecord::Thread(Box::new(thread(node, &place, reading)))
    } else {
        CommentRecord::Comment(Box::new(post(node, &place, reading, &mut problems)))
    };
    reading.give(record, chunk.end, problems);
}

fn is_true(node: Node<'_>, field: &str) -> bool {
    node.child_text(field)
        .is_some_and(|text| matches!(text.as_str(), "true" | "1"))
}

fn thread(node: Node<'_>, place: &str, reading: &Reading<'_, '_>) -> ImportedThread {
    let mut addresses: Vec<String> = node.child_text("link").into_iter().collect();
    // What the page called itself: an address with some, `123 https://example.org/?p=123` with WordPress' plug-in.
    let source_ids: Vec<String> = node.child_text("id").into_iter().collect();
    for id in &source_ids {
        addresses.extend(
            id.split_whitespace()
                .filter(|part| part.contains("://"))
                .map(str::to_owned),
        );
    }
    ImportedThread {
        key: node.word("id").unwrap_or_else(|| place.to_owned()),
        addresses,
        source_ids,
        title: node.child_text("title").map(|title| name(&title, reading.ctx)),
        created: node
            .child_text("createdAt")
            .and_then(|text| dates::moment(&text, reading.ctx)),
        deleted: is_true(node, "isDeleted"),
    }
}

fn post(node: Node<'_>, place: &str, reading: &Reading<'_, '_>, problems: &mut Vec<Problem>) -> ImportedComment {
    let ctx = reading.ctx;
    let created = node.child_text("createdAt");
    let key = node.word("id").or_else(|| node.child_text("id"));
    let author = node.child("author");
    let field = |field: &str| author.and_then(|author| author.child_text(field));
    let is_guest = author.is_none_or(|author| is_true(author, "isAnonymous"));
    let message = node.child("message").map(Node::raw_text).unwrap_or_default();
    let comment = ImportedComment {
        key: key.unwrap_or_else(|| place.to_owned()),
        thread: node
            .child("thread")
            .and_then(|thread| thread.word("id"))
            .unwrap_or_default(),
        parent: node.child("parent").and_then(|parent| parent.word("id")),
        author_key: field("username").filter(|_| !is_guest),
        author_name: field("name").map(|text| name(&text, ctx)).unwrap_or_default(),
        author_email: field("email"),
        email_proved: !is_guest && field("email").is_some(),
        created: created.as_deref().and_then(|text| dates::moment(text, ctx)),
        text: text::from_html(message.trim(), ctx),
        state: if is_true(node, "isDeleted") {
            ImportedCommentState::Deleted
        } else if is_true(node, "isSpam") {
            ImportedCommentState::Spam
        } else if node.child_text("isApproved").as_deref() == Some("false") {
            ImportedCommentState::Pending
        } else {
            ImportedCommentState::Approved
        },
        ..ImportedComment::default()
    };
    if comment.created.is_none() {
        problems.push(Problem::new(
            "createdAt",
            format!(
                "'{}' is no time; its thread's stands in",
                flat(&created.unwrap_or_default())
            ),
        ));
    }
    comment
}
