//! From the tree to blocks.
//!
//! A [`Flow`] gathers a line of running text and the blocks before it. Elements either add to the line, or end it and
//! add a block. What stands inside a list item, a cell or a quotation is read as a flow of its own and folded into
//! text; pictures and embeds in it move behind the block.

pub(crate) mod embeds;
mod figures;
mod kinds;
mod lists;
mod pictures;
mod tables;

use super::dom::{Dom, Element, NodeId};
use super::links::{self, Base};
use super::text::{self, Line, Style};
use crate::problem::{Problem, ReadContext};
use kinds::{is_block, is_dropped, is_hidden, marks_of};
use masthead_domain::document::{Block, Marks, PictureBlock, Text};
use std::collections::HashSet;

/// What a caller of the reader may choose.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Addresses `attachment:KEY` are ours: they stand for an export's attachment, and only the export's own reader
    /// may write them.
    pub(crate) attachments: bool,
}

/// Elements inside each other that are followed as blocks. Below, only text and paragraph ends are kept. Every level
/// costs stack, and no real story comes near it.
const MAX_DEPTH: usize = 100;

/// Reads a tree, or parts of it, as blocks.
pub(crate) struct Reader<'a> {
    dom: &'a Dom,
    base: Base,
    options: Options,
    max_depth: usize,
    depth: usize,
    problems: Vec<Problem>,
    /// Nodes whose text was taken elsewhere (captions, credits).
    skipped: Vec<NodeId>,
    /// Nodes that a caller wants left out.
    hidden: HashSet<NodeId>,
}

/// Blocks that grow, with the line at their end.
#[derive(Default)]
struct Flow {
    blocks: Vec<Block>,
    line: Line,
    /// What stands inside the line and comes behind it.
    behind: Vec<Block>,
}

impl Flow {
    fn end_line(&mut self) {
        if let Some(text) = self.line.take() {
            self.blocks.push(Block::Paragraph { text });
        }
        self.blocks.append(&mut self.behind);
    }

    fn push(&mut self, block: Block) {
        self.end_line();
        self.blocks.push(block);
    }

    /// Adds a picture or the like that may stand in the middle of a line.
    fn push_beside(&mut self, block: Block) {
        if self.line.is_empty() {
            self.blocks.push(block)
        } else {
            self.behind.push(block)
        }
    }

    fn extend(&mut self, blocks: Vec<Block>) {
        self.end_line();
        self.blocks.extend(blocks);
    }

    fn finish(mut self) -> Vec<Block> {
        self.end_line();
        self.blocks
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(dom: &'a Dom, base: Base, options: Options, ctx: &ReadContext<'_>) -> Self {
        let max_depth = ctx.max_depth.min(MAX_DEPTH);
        let base = match dom.find(Dom::ROOT, "base").and_then(|node| dom.attr(node, "href")) {
            Some(href) => base.join(href),
            None => base,
        };
        Self {
            dom,
            base,
            options,
            max_depth,
            depth: 0,
            problems: Vec::new(),
            skipped: Vec::new(),
            hidden: HashSet::new(),
        }
    }

    pub(crate) fn problem(&mut self, at: &str, what: impl Into<String>) {
        super::note(&mut self.problems, at, what);
    }

    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Leaves a node and all below it out of what is read.
    pub(crate) fn hide(&mut self, node: NodeId) {
        self.hidden.insert(node);
    }

    /// The blocks that a node itself makes.
    pub(crate) fn read_one(&mut self, node: NodeId) -> Vec<Block> {
        let mut flow = Flow::default();
        self.node(node, &mut flow, &Style::default());
        flow.finish()
    }

    /// The blocks below a node.
    pub(crate) fn read(&mut self, node: NodeId) -> Vec<Block> {
        let mut flow = Flow::default();
        self.children(node, &mut flow, &Style::default());
        flow.end_line();
        if node == Dom::ROOT && !self.dom.overflow().is_empty() {
            self.problem("html", "more markup than text; what follows was taken without it");
            flow.line.push(self.dom.overflow(), &Style::default());
        }
        flow.finish()
    }

    /// All text below a node as one text, a break where a paragraph ends; pictures and the like are left out.
    pub(crate) fn inline(&mut self, node: NodeId) -> Text {
        let blocks = self.read(node);
        text::join_lines(fold(blocks).0)
    }

    fn blocks(&mut self, node: NodeId, style: &Style) -> Vec<Block> {
        let mut flow = Flow::default();
        self.children(node, &mut flow, style);
        flow.finish()
    }

    fn children(&mut self, node: NodeId, flow: &mut Flow, style: &Style) {
        if self.depth >= self.max_depth {
            self.flat(node, flow, style);
            return;
        }
        self.depth += 1;
        let dom = self.dom;
        for child in dom.children(node) {
            self.node(child, flow, style);
        }
        self.depth -= 1;
    }

    fn node(&mut self, node: NodeId, flow: &mut Flow, style: &Style) {
        let dom = self.dom;
        if !self.hidden.is_empty() && self.hidden.contains(&node) {
            return;
        }
        if let Some(text) = dom.text(node) {
            flow.line.push(text, style);
        } else if let Some(element) = dom.element(node)
            && !is_hidden(element)
            && !self.skipped.contains(&node)
        {
            self.element(node, element, flow, style);
        }
    }

    /// Text and paragraph ends alone, for what is nested too deeply.
    fn flat(&mut self, node: NodeId, flow: &mut Flow, style: &Style) {
        self.problem("html", "nested too deeply; the text was kept, its layout not");
        let dom = self.dom;
        let mut walk = dom.descendants(node);
        while let Some(at) = walk.next() {
            if self.hidden.contains(&at) {
                walk.skip_children(at);
                continue;
            }
            if let Some(text) = dom.text(at) {
                flow.line.push(text, style);
                continue;
            }
            let Some(element) = dom.element(at) else { continue };
            if is_hidden(element) || is_dropped(element) || self.skipped.contains(&at) {
                walk.skip_children(at);
            } else if is_block(element.name()) {
                flow.end_line();
            }
        }
        flow.end_line();
    }

    fn element(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        let name = element.name();
        if let Some(marks) = marks_of(element) {
            let style = Style {
                marks: style.marks.with(marks),
                link: style.link.clone(),
            };
            return self.children(node, flow, &style);
        }
        match name {
            _ if is_dropped(element) => {}
            "br" => {
                if flow.line.line_break() {
                    flow.end_line();
                }
            }
            "a" => {
                let link = element.attr("href").and_then(|href| links::link(href, &self.base));
                let style = Style {
                    marks: style.marks,
                    link: link.or_else(|| style.link.clone()),
                };
                self.children(node, flow, &style);
            }
            "img" | "amp-img" | "amp-anim" | "picture" | "image" => self.picture(node, flow, style),
            "noscript" => self.noscript(node, flow),
            "iframe" | "amp-iframe" | "video" | "audio" | "embed" | "object" | "amp-youtube" | "amp-twitter"
            | "amp-video" => self.embed(node, flow),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => self.heading(node, name, flow, style),
            "blockquote" => self.quote(node, element, flow, style),
            "aside" => self.aside(node, element, flow, style),
            "details" => {
                let blocks = self.blocks(node, style);
                self.fact_box(blocks, flow);
            }
            // The summary of a box is its heading.
            "summary" => self.heading(node, "h3", flow, style),
            "ul" | "ol" | "menu" | "dir" => self.list(node, element, flow, style),
            "dl" => self.definitions(node, flow, style),
            "table" => self.table(node, element, flow, style),
            "figure" => self.figure(node, element, flow, style),
            "pre" | "listing" | "xmp" | "plaintext" => self.preformatted(node, flow),
            "hr" => flow.push(Block::Rule),
            "form" if !self.holds_a_story(node) => {}
            "q" => {
                flow.line.push("“", style);
                self.children(node, flow, style);
                flow.line.push("”", style);
            }
            "rt" => {
                // Without `rp` a reading would run into its word.
                flow.line.push("(", style);
                self.children(node, flow, style);
                flow.line.push(")", style);
            }
            "rp" => {}
            _ if is_block(name) => self.block(node, element, flow, style),
            _ => self.children(node, flow, style),
        }
    }

    /// An element that begins and ends a paragraph.
    fn block(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        flow.end_line();
        if figures::is_captioned(element) || figures::is_gallery(element) {
            return self.figure(node, element, flow, style);
        }
        if is_pull_quote(element) && self.dom.find(node, "blockquote").is_none() {
            return self.quote(node, element, flow, style);
        }
        if element.has_class("wp-block-embed__wrapper")
            && let Some(url) = self.bare_address(node)
        {
            return flow.push(Block::Embed {
                url,
                title: String::new(),
            });
        }
        self.children(node, flow, style);
        flow.end_line();
    }

    /// The address that is all that an element says, if it is one that something can be embedded from.
    fn bare_address(&self, node: NodeId) -> Option<String> {
        let dom = self.dom;
        if dom
            .descendants(node)
            .any(|at| matches!(dom.name(at), "iframe" | "img" | "blockquote" | "video"))
        {
            return None;
        }
        embeds::bare_address(&dom.plain_text(node), true)
    }

    fn heading(&mut self, node: NodeId, name: &str, flow: &mut Flow, style: &Style) {
        let blocks = self.blocks(node, style);
        let (texts, rest) = fold(blocks);
        flow.end_line();
        let text = plain_weight(text::one_line(text::join_lines(texts)));
        if text::has_visible(&text) {
            let level = match name {
                "h1" | "h2" => 2,
                "h3" => 3,
                _ => 4,
            };
            flow.push(Block::Heading { level, text });
        }
        flow.extend(rest);
    }

    fn quote(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        flow.end_line();
        if let Some(embed) = self.quoted_post(node, element) {
            return flow.push(embed);
        }
        let dom = self.dom;
        let mut attribution = Text::default();
        let sources: Vec<NodeId> = dom
            .descendants(node)
            .skip(1)
            .filter(|&at| match dom.name(at) {
                "footer" | "figcaption" => true,
                "cite" => self.stands_alone(at, node),
                _ => false,
            })
            .take(4)
            .collect();
        let mark = self.skipped.len();
        if let Some(&source) = sources.first() {
            attribution = without_dash(text::one_line(self.inline(source)));
            if attribution.is_empty() {
                attribution = Text::default();
            } else {
                self.skipped.push(source);
            }
        }
        let blocks = self.blocks(node, style);
        self.skipped.truncate(mark);
        let (mut paragraphs, rest) = fold(blocks);
        if attribution.is_empty()
            && paragraphs.len() > 1
            && paragraphs.last().is_some_and(|last| is_dashed(&last.to_plain()))
            && let Some(last) = paragraphs.pop()
        {
            attribution = without_dash(text::one_line(last));
        }
        if paragraphs.is_empty() {
            paragraphs.extend(Some(std::mem::take(&mut attribution)).filter(text::has_visible));
        }
        if !paragraphs.is_empty() {
            let pull = is_pull_quote(element)
                || dom
                    .ancestors(node)
                    .take(2)
                    .filter_map(|above| dom.element(above))
                    .any(is_pull_quote);
            flow.push(Block::Quote {
                paragraphs,
                attribution,
                pull,
            });
        }
        flow.extend(rest);
    }

    /// Whether a `cite` is a line of its own at the end of a quotation, and not the name of a work in its text.
    fn stands_alone(&self, cite: NodeId, quote: NodeId) -> bool {
        let dom = self.dom;
        let mut at = cite;
        loop {
            let mut next = dom.next_sibling(at);
            while let Some(sibling) = next {
                if dom.text(sibling).is_none_or(|text| !text.trim().is_empty()) {
                    return false;
                }
                next = dom.next_sibling(sibling);
            }
            let Some(parent) = dom.parent(at) else { return false };
            let before = dom
                .previous_sibling(at)
                .and_then(|sibling| dom.text(sibling).map(str::trim));
            if at == cite && parent != quote && before.is_some_and(|text| text.chars().count() > 2) {
                return false;
            }
            if parent == quote {
                // The first thing in the quotation can't be where the quotation is from.
                let only = dom.previous_sibling(at).is_none_or(|sibling| {
                    dom.text(sibling).is_some_and(|text| text.trim().is_empty())
                        && dom.previous_sibling(sibling).is_none()
                });
                return !only;
            }
            at = parent;
        }
    }

    fn aside(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        if is_pull_quote(element) {
            if self.dom.find(node, "blockquote").is_some() {
                flow.end_line();
                self.children(node, flow, style);
                return flow.end_line();
            }
            return self.quote(node, element, flow, style);
        }
        let blocks = self.blocks(node, style);
        self.fact_box(blocks, flow);
    }

    /// A box beside the story. Boxes inside it are opened, as a box in a box is not made.
    fn fact_box(&mut self, blocks: Vec<Block>, flow: &mut Flow) {
        flow.end_line();
        let mut inner = Vec::new();
        let mut title = String::new();
        for (number, block) in blocks.into_iter().enumerate() {
            match block {
                Block::Heading { text, .. } if number == 0 => title = text.to_plain(),
                Block::FactBox { title, blocks } => {
                    if !title.is_empty() {
                        inner.push(Block::Heading {
                            level: 4,
                            text: Text::plain(title),
                        });
                    }
                    inner.extend(blocks);
                }
                other => inner.push(other),
            }
        }
        // A box whose inner box came first has its heading there.
        if title.is_empty()
            && let Some(Block::Heading { text, .. }) = inner.first()
        {
            title = text.to_plain();
            inner.remove(0);
        }
        if inner.is_empty() {
            if !title.is_empty() {
                flow.push(Block::Paragraph {
                    text: Text::plain(title),
                });
            }
        } else if title.is_empty() && inner.iter().all(is_media) {
            flow.extend(inner);
        } else {
            flow.push(Block::FactBox { title, blocks: inner });
        }
    }

    fn preformatted(&mut self, node: NodeId, flow: &mut Flow) {
        let dom = self.dom;
        let mut out = String::new();
        let mut walk = dom.descendants(node);
        while let Some(at) = walk.next() {
            if let Some(text) = dom.text(at) {
                out.extend(text.chars().filter(|&c| matches!(c, '\n' | '\t') || text::is_text(c)));
            } else if let Some(element) = dom.element(at) {
                if is_hidden(element) || (is_dropped(element) && at != node) {
                    walk.skip_children(at);
                } else if matches!(element.name(), "br" | "p" | "div" | "li") && !out.is_empty() {
                    out.push('\n');
                }
            }
        }
        let text = out.trim_end().trim_start_matches('\n');
        if !text.trim().is_empty() {
            flow.push(Block::Preformatted { text: text.to_owned() });
        }
    }

    /// Some systems wrap the whole page in one form; a form that holds running text is read, one of fields is not.
    fn holds_a_story(&self, form: NodeId) -> bool {
        let dom = self.dom;
        let mut found = 0;
        for node in dom
            .descendants(form)
            .filter(|&node| matches!(dom.name(node), "p" | "article" | "h1"))
        {
            found += if dom.name(node) == "p" {
                dom.raw_text(node).trim().len()
            } else {
                100
            };
            if found > 250 {
                return true;
            }
        }
        false
    }
}

/// Turns blocks into texts, in order; pictures, embeds, tables and boxes come back as blocks.
fn fold(blocks: Vec<Block>) -> (Vec<Text>, Vec<Block>) {
    let mut texts = Vec::new();
    let mut rest = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => texts.push(text),
            Block::List { items, .. } => texts.extend(items),
            Block::Quote {
                paragraphs,
                attribution,
                ..
            } => {
                texts.extend(paragraphs);
                texts.extend(Some(attribution).filter(|text| !text.is_empty()));
            }
            Block::Preformatted { text } => {
                let mut line = Line::default();
                for part in text.lines() {
                    line.push(part, &Style::default());
                    line.line_break();
                }
                texts.extend(line.take());
            }
            Block::Rule => {}
            other => rest.push(other),
        }
    }
    (texts, rest)
}

fn is_media(block: &Block) -> bool {
    matches!(block, Block::Picture(_) | Block::Gallery { .. } | Block::Embed { .. })
}

/// A heading whose whole text is strong is just a heading.
fn plain_weight(mut text: Text) -> Text {
    if text
        .0
        .iter()
        .all(|span| span.marks.has(Marks::STRONG) || span.text.trim().is_empty())
    {
        for span in &mut text.0 {
            span.marks = Marks(span.marks.0 & !Marks::STRONG.0);
        }
        let mut out = Text::default();
        for span in text.0 {
            out.push(&span.text, span.marks, span.link.as_deref());
        }
        return out;
    }
    text
}

const DASHES: [char; 4] = ['—', '–', '―', '-'];

/// Whether a line is a name set off by a dash, as under a quotation.
fn is_dashed(line: &str) -> bool {
    let line = line.trim_start();
    (line.starts_with(['—', '–', '―']) || line.starts_with("--") || line.starts_with("- "))
        && line.chars().count() <= 150
        && line.chars().any(char::is_alphanumeric)
}

fn without_dash(mut text: Text) -> Text {
    while let Some(first) = text.0.first_mut() {
        let rest = first
            .text
            .trim_start_matches(|c: char| DASHES.contains(&c) || c.is_whitespace());
        if rest.is_empty() {
            text.0.remove(0);
            continue;
        }
        if rest.len() < first.text.len() {
            first.text = rest.to_owned();
        }
        break;
    }
    text
}

fn is_pull_quote(element: &Element) -> bool {
    element.attr("class").is_some_and(|class| {
        class.split_ascii_whitespace().any(|word| {
            let word: String = word.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            word.to_ascii_lowercase().contains("pullquote")
        })
    })
}

/// Pictures among blocks.
fn only_pictures(blocks: &[Block]) -> Option<Vec<PictureBlock>> {
    let mut pictures = Vec::new();
    for block in blocks {
        match block {
            Block::Picture(picture) => pictures.push(picture.clone()),
            Block::Gallery { title, pictures: more } if title.is_empty() => pictures.extend(more.iter().cloned()),
            _ => return None,
        }
    }
    Some(pictures)
}

#[cfg(test)]
mod tests;
