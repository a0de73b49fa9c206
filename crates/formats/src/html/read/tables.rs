//! Tables of facts, and tables that only lay a page out.

use super::{Flow, Reader, fold};
use crate::html::dom::{Element, NodeId};
use crate::html::text::{self, Style};
use masthead_domain::document::{Block, Text};

/// Widest table that spans are filled up to.
const MAX_COLUMNS: usize = 200;

struct Cell {
    blocks: Vec<Block>,
    heading: bool,
    span: usize,
}

impl Reader<'_> {
    pub(super) fn table(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        flow.end_line();
        let dom = self.dom;
        let mut caption = Text::default();
        let mut rows: Vec<Row> = Vec::new();
        let mut loose = Flow::default();
        let mut queue: Vec<(NodeId, bool)> = Vec::new();
        for part in dom.children(node) {
            match dom.name(part) {
                "caption" => caption = text::one_line(self.inline(part)),
                "thead" => queue.extend(dom.children(part).map(|row| (row, true))),
                "tbody" | "tfoot" => queue.extend(dom.children(part).map(|row| (row, false))),
                "tr" => queue.push((part, false)),
                "colgroup" | "col" => {}
                _ => self.node(part, &mut loose, style),
            }
        }
        flow.extend(loose.finish());
        for (row, in_head) in queue {
            if dom.name(row) != "tr" || dom.element(row).is_some_and(super::is_hidden) {
                continue;
            }
            let mut cells = Vec::new();
            for cell in dom.children(row).filter(|&cell| matches!(dom.name(cell), "td" | "th")) {
                let span = dom
                    .attr(cell, "colspan")
                    .and_then(|span| span.trim().parse().ok())
                    .unwrap_or(1_usize);
                self.depth += 1;
                let mut inner = Flow::default();
                self.children(cell, &mut inner, style);
                self.depth -= 1;
                cells.push(Cell {
                    blocks: inner.finish(),
                    heading: dom.name(cell) == "th",
                    span: span.max(1),
                });
            }
            if cells.iter().any(|cell| !cell.blocks.is_empty()) {
                rows.push((in_head, cells));
            }
        }
        // A row of pictures is not a row of facts; its pictures come before the table.
        let pictures: Vec<Block>;
        (rows, pictures) = without_pictures(rows);
        flow.extend(pictures);
        let header_rows = rows
            .iter()
            .take_while(|(in_head, cells)| *in_head || cells.iter().all(|cell| cell.heading))
            .count()
            // A table of headings alone has none.
            .min(rows.len().saturating_sub(1));
        if is_layout(element, &rows, header_rows) {
            if text::has_visible(&caption) {
                flow.push(Block::Paragraph { text: caption });
            }
            for (_, cells) in rows {
                for cell in cells {
                    flow.extend(cell.blocks);
                }
            }
            return;
        }
        let mut rest = Vec::new();
        let mut texts = Vec::with_capacity(rows.len());
        for (_, cells) in rows {
            let mut line: Vec<Text> = Vec::new();
            for cell in cells {
                let (lines, more) = fold(cell.blocks);
                rest.extend(more);
                line.push(text::join_lines(lines));
                let filled = (line.len() + cell.span - 1).min(MAX_COLUMNS.max(line.len()));
                line.resize(filled, Text::default());
            }
            texts.push(line);
        }
        if !texts.is_empty() {
            flow.push(Block::Table {
                caption,
                header_rows,
                rows: texts,
            });
        }
        flow.extend(rest);
    }
}

type Row = (bool, Vec<Cell>);

/// Parts rows that hold nothing but pictures and the like from those with text.
fn without_pictures(rows: Vec<Row>) -> (Vec<Row>, Vec<Block>) {
    let mut pictures = Vec::new();
    let mut kept = Vec::new();
    for (in_head, cells) in rows {
        if cells.iter().flat_map(|cell| &cell.blocks).all(super::is_media) {
            pictures.extend(cells.into_iter().flat_map(|cell| cell.blocks));
        } else {
            kept.push((in_head, cells));
        }
    }
    (kept, pictures)
}

/// Whether a table lays out a page instead of setting facts side by side: it says so, it has one cell or one column
/// without a heading, or its cells hold what cells of facts don't.
fn is_layout(element: &Element, rows: &[Row], header_rows: usize) -> bool {
    if element
        .attr("role")
        .is_some_and(|role| matches!(role.trim(), "presentation" | "none"))
    {
        return true;
    }
    let has_heading = rows
        .iter()
        .any(|(in_head, cells)| *in_head || cells.iter().any(|cell| cell.heading));
    let columns = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    if header_rows == 0 && columns < 2 {
        return true;
    }
    rows.iter().flat_map(|(_, cells)| cells).any(|cell| {
        let paragraphs = cell
            .blocks
            .iter()
            .filter(|block| matches!(block, Block::Paragraph { .. }))
            .count();
        let words: usize = cell.blocks.iter().map(words_of).sum();
        cell.blocks.iter().any(|block| {
            matches!(
                block,
                Block::Table { .. } | Block::FactBox { .. } | Block::Quote { .. } | Block::Gallery { .. }
            ) || (!has_heading && matches!(block, Block::Heading { .. } | Block::Embed { .. }))
        }) || (!has_heading && paragraphs > 1 && words > 60)
    })
}

fn words_of(block: &Block) -> usize {
    match block {
        Block::Paragraph { text } => text.to_plain().split_whitespace().count(),
        _ => 0,
    }
}
