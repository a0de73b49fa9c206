//! NITF 3.x: the IPTC's News Industry Text Format, alone, several in a file, or wrapped in something else.
//!
//! A DOCTYPE is neither needed nor fetched. Everything is found by element name, as namespaces, versions and doctypes
//! are as often wrong as right. `management-status` and `date.release` decide whether the text may be published and
//! when; `ed-msg` and notes for editors never reach a public field.

pub mod body;
mod head;
pub mod inline;

use crate::item::{hold_incomplete, make_up_guid, note};
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::xml::{self, Node, Tree};
use masthead_domain::document::{Block, Document};
use masthead_domain::wire::NewsItem;

/// Reads every NITF text in a document.
///
/// # Errors
/// When it is no XML, holds no `nitf` element, or is cut off before an identity and a status are sure.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let mut problems = Vec::new();
    let text = xml::decode(bytes, &mut problems);
    let tree = Tree::parse(&text, ctx)?;
    problems.extend(tree.problems.iter().cloned());
    let roots = outermost(tree.root());
    let mut items = Vec::with_capacity(roots.len());
    for (index, root) in roots.iter().enumerate() {
        let mut item = read_element(*root, ctx, &mut problems);
        if item.guid.is_empty() {
            make_up_guid(&mut item, &root.raw_text(), "head/docdata/doc-id", &mut problems);
        }
        // Only the last one can be the one that was cut.
        if let Some(why) = tree.cut.as_deref().filter(|_| index + 1 == roots.len()) {
            let sure = root.path(&["head", "docdata", "doc-id"]).is_some() && root.child("body").is_some();
            if !sure {
                return Err(Unreadable::new(format!(
                    "cut off before identity and status are sure: {why}"
                )));
            }
            problems.push(Problem::new("nitf", format!("cut off, held: {why}")));
            hold_incomplete(&mut item, why);
        }
        items.push(item);
    }
    if items.is_empty() {
        return Err(Unreadable::new("no nitf element in it"));
    }
    Ok(Reading { value: items, problems })
}

/// The `nitf` elements that stand in no other.
fn outermost(root: Node<'_>) -> Vec<Node<'_>> {
    let mut found = Vec::new();
    for node in root.descendants().filter(|node| node.is("nitf")) {
        let inside = std::iter::successors(node.parent(), |at| at.parent()).any(|at| at.is("nitf"));
        if !inside {
            found.push(node);
        }
    }
    found
}

/// Reads one `nitf` element; the identity is empty where it has none.
pub fn read_element(nitf: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> NewsItem {
    let mut item = NewsItem {
        language: nitf.word("baselang").or_else(|| nitf.word("xml:lang")),
        ..NewsItem::default()
    };
    if let Some(head) = nitf.child("head") {
        head::read(head, &mut item, ctx, problems);
    }
    if item.guid.is_empty() {
        // The universally unique identifier of the root is the next best name of the document.
        item.guid = nitf.word("uno").unwrap_or_default();
    }
    if let Some(body) = nitf.child("body") {
        if item.language.is_none() {
            item.language = body
                .word("xml:lang")
                .or_else(|| body.child("body.content").and_then(|content| content.word("xml:lang")));
        }
        head::read_body_head(body, &mut item);
        read_content(body, &mut item);
    }
    if item.headline.is_none() {
        item.headline = item.title.clone();
    }
    item
}

/// Reads `body.content` and `body.end` into an item.
fn read_content(body: Node<'_>, item: &mut NewsItem) {
    let mut found = body::Found::default();
    for content in body.all("body.content") {
        let part = body::read(content);
        found.blocks.extend(part.blocks);
        found.editor_notes.extend(part.editor_notes);
        found.media += part.media;
    }
    if found.media > 0 {
        note(item, "media", found.media);
    }
    found
        .editor_notes
        .drain(..)
        .for_each(|line| crate::item::add_editor_note(item, line));
    take_lead_picture(&mut found.blocks, item);
    item.body = Document { blocks: found.blocks };
    if let Some(end) = body.child("body.end") {
        for tagline in end.all("tagline") {
            let Some(text) = tagline.text() else { continue };
            if tagline.word("type").is_some_and(|kind| kind == "npa") {
                crate::item::add_editor_note(item, text);
            } else {
                note(item, "tagline", text);
            }
        }
    }
}

/// The picture that leads the story: agencies put pictures before the text or hang them behind it, and neither place
/// is meant as one in the text. The first of these leads; pictures between paragraphs stay there.
pub fn take_lead_picture(blocks: &mut Vec<Block>, item: &mut NewsItem) {
    let is_picture = |block: &Block| matches!(block, Block::Picture(_));
    let at = if blocks.first().is_some_and(is_picture) {
        Some(0)
    } else if blocks.last().is_some_and(is_picture) {
        blocks
            .iter()
            .rposition(|block| !is_picture(block))
            .map(|last_text| last_text + 1)
    } else {
        None
    };
    if let Some(at) = at.filter(|at| *at < blocks.len())
        && let Block::Picture(picture) = blocks.remove(at)
    {
        item.lead_picture = Some(picture);
    }
}
