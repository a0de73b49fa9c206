//! Lists and lists of definitions.

use super::{Flow, Reader, fold};
use crate::html::dom::{Element, NodeId};
use crate::html::text::{self, Style};
use masthead_domain::document::{Block, Marks, Text};

impl Reader<'_> {
    pub(super) fn list(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        if super::figures::is_gallery(element) {
            return self.figure(node, element, flow, style);
        }
        flow.end_line();
        let ordered = element.name() == "ol";
        let mut items = Vec::new();
        let mut rest = Vec::new();
        let dom = self.dom;
        let mut loose = Flow::default();
        for child in dom.children(node) {
            if dom.name(child) == "li" {
                add_item(std::mem::take(&mut loose).finish(), &mut items, &mut rest);
                if dom.element(child).is_some_and(super::is_hidden) || self.skipped.contains(&child) {
                    continue;
                }
                let blocks = self.item(child, style);
                add_item(blocks, &mut items, &mut rest);
            } else {
                self.node(child, &mut loose, style);
            }
        }
        add_item(loose.finish(), &mut items, &mut rest);
        if !items.is_empty() {
            flow.push(Block::List { ordered, items });
        }
        flow.extend(rest);
    }

    fn item(&mut self, node: NodeId, style: &Style) -> Vec<Block> {
        if self.depth >= self.max_depth {
            let mut flow = Flow::default();
            self.flat(node, &mut flow, style);
            return flow.finish();
        }
        self.depth += 1;
        let blocks = self.blocks(node, style);
        self.depth -= 1;
        blocks
    }

    /// A term and what it means become one item, the term strong.
    pub(super) fn definitions(&mut self, node: NodeId, flow: &mut Flow, style: &Style) {
        flow.end_line();
        let dom = self.dom;
        let mut items: Vec<Text> = Vec::new();
        let mut rest = Vec::new();
        let mut lines: Vec<Text> = Vec::new();
        let mut has_meaning = false;
        // `dl` may group its entries in `div`.
        let entries: Vec<NodeId> = dom
            .children(node)
            .flat_map(|child| {
                if dom.name(child) == "div" {
                    dom.children(child).collect()
                } else {
                    vec![child]
                }
            })
            .collect();
        for child in entries {
            let is_term = dom.name(child) == "dt";
            let blocks = if matches!(dom.name(child), "dt" | "dd") {
                self.item(child, style)
            } else {
                let mut loose = Flow::default();
                self.node(child, &mut loose, style);
                loose.finish()
            };
            let (texts, more) = fold(blocks);
            rest.extend(more);
            if is_term && has_meaning {
                items.push(text::join_lines(std::mem::take(&mut lines)));
                has_meaning = false;
            }
            has_meaning |= !is_term && !texts.is_empty();
            lines.extend(texts.into_iter().map(|text| {
                if is_term {
                    text::marked(text, Marks::STRONG)
                } else {
                    text
                }
            }));
        }
        if !lines.is_empty() {
            items.push(text::join_lines(lines));
        }
        if !items.is_empty() {
            flow.push(Block::List { ordered: false, items });
        }
        flow.extend(rest);
    }
}

/// Adds what stood in an item: its text, then the items of lists inside it.
fn add_item(blocks: Vec<Block>, items: &mut Vec<Text>, rest: &mut Vec<Block>) {
    let mut lines: Vec<Text> = Vec::new();
    for block in blocks {
        match block {
            Block::List { items: inner, .. } => {
                if !lines.is_empty() {
                    items.push(text::join_lines(std::mem::take(&mut lines)));
                }
                items.extend(inner);
            }
            other => {
                let (texts, more) = fold(vec![other]);
                lines.extend(texts);
                rest.extend(more);
            }
        }
    }
    if !lines.is_empty() {
        items.push(text::join_lines(lines));
    }
}
