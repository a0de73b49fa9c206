//! Text as a document, with what is wrong in it.

use super::{ATTRIBUTION, CREDIT, ELEMENTS, PICTURE, PLACEHOLDER, options};
use crate::html::links;
use masthead_domain::document::{Block, Document, Marks, PictureBlock, PictureSource, Text};
use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd};
use std::collections::HashSet;
use std::ops::Range;

/// What was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    /// The document; where something is wrong, as much of it as could be read.
    pub document: Document,
    /// What is wrong, in the order of the text.
    pub mistakes: Vec<Mistake>,
}

/// Something in a text that can't be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line of the block that it stands in, from 1.
    pub line: usize,
    /// What it is about: an address, a line.
    pub said: String,
    /// What is wrong.
    pub kind: MistakeKind,
}

/// Kinds of mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MistakeKind {
    /// A link to what no page may lead to, or to nothing.
    Link,
    /// A picture that is not one of the store's.
    Picture,
    /// A picture among words: it stands on lines of its own.
    PictureInText,
    /// The line of a block that the revision doesn't have, or that doesn't stand alone.
    Block,
}

impl MistakeKind {
    /// The stable name, for strings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Picture => "picture",
            Self::PictureInText => "picture-in-text",
            Self::Block => "block",
        }
    }
}

/// Reads a text that was made from `base` and worked on. Blocks whose text is as it was written are those of `base`.
pub fn read(text: &str, base: &Document) -> Read {
    let text = tidied(text);
    let written = super::write::chunks(base, base);
    let mut known = Known {
        written: &written,
        blocks: &base.blocks,
        used: HashSet::new(),
        next: 0,
    };
    let mut reading = Reading::default();
    for piece in pieces(&text) {
        reading.line = 1 + text.get(..piece.range.start).unwrap_or("").matches('\n').count();
        if let Some(block) = known.find(piece.source) {
            reading.blocks.push(block);
        } else if is_placeholder(piece.source) {
            match known.named(piece.source) {
                Some(block) => reading.blocks.push(block),
                None => {
                    reading.wrong(MistakeKind::Block, piece.source);
                    reading.blocks.push(literal(piece.source));
                }
            }
        } else {
            if piece.source.lines().any(|line| line.starts_with(PLACEHOLDER)) {
                reading.wrong(MistakeKind::Block, piece.source);
            }
            reading.block(&piece);
        }
    }
    Read {
        document: Document { blocks: reading.blocks },
        mistakes: reading.mistakes,
    }
}

/// The sources of the blocks of a text.
pub(super) fn blocks_of(text: &str) -> Vec<String> {
    pieces(text).into_iter().map(|piece| piece.source.to_owned()).collect()
}

/// The block of a text that is one block without a mistake.
pub(super) fn alone(text: &str) -> Option<Block> {
    // What tidying would change doesn't come back as it went.
    if tidied(text) != text {
        return None;
    }
    let pieces = pieces(text);
    let [piece] = pieces.as_slice() else { return None };
    if piece.source != text || text.lines().any(|line| line.starts_with(PLACEHOLDER)) {
        return None;
    }
    let mut reading = Reading::default();
    reading.block(piece);
    match (reading.blocks.as_slice(), reading.mistakes.is_empty()) {
        ([block], true) => Some(block.clone()),
        _ => None,
    }
}

/// The blocks that a text may name or repeat.
struct Known<'a> {
    written: &'a [String],
    blocks: &'a [Block],
    used: HashSet<usize>,
    next: usize,
}

impl Known<'_> {
    /// The block that was written like this: the next one of those, or else any that was not taken yet.
    fn find(&mut self, source: &str) -> Option<Block> {
        let fits = |at: &usize| !self.used.contains(at) && self.written.get(*at).is_some_and(|own| own == source);
        let at = (self.next..self.written.len())
            .find(fits)
            .or_else(|| (0..self.next.min(self.written.len())).find(fits))?;
        self.used.insert(at);
        self.next = at + 1;
        self.blocks.get(at).cloned()
    }

    fn named(&self, source: &str) -> Option<Block> {
        let rest = source.strip_prefix(PLACEHOLDER)?;
        let end = rest.find(|c: char| !c.is_ascii_digit())?;
        let number: usize = rest.get(..end)?.parse().ok()?;
        self.blocks.get(number.checked_sub(1)?).cloned()
    }
}

fn is_placeholder(source: &str) -> bool {
    source.starts_with(PLACEHOLDER) && source.ends_with("]]") && !source.contains('\n')
}

/// Line ends as one sign, no control characters, and no definitions of references, which Markdown would take away.
fn tidied(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = text
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect();
    let lines = text.split('\n').map(|line| {
        let inner = line.trim_start_matches(['>', ' ', '\t', '-', '+', '*']);
        let defines = inner.starts_with('[')
            && inner
                .match_indices(']')
                .any(|(at, _)| inner.get(at + 1..).is_some_and(|rest| rest.starts_with(':')));
        // Only a whole label makes a definition: one that is closed before is a link or words.
        let first = inner.find(']').and_then(|at| inner.get(at + 1..));
        if defines && first.is_some_and(|rest| rest.starts_with(':')) {
            let start = line.len() - inner.len();
            let (before, rest) = line.split_at_checked(start).unwrap_or(("", line));
            format!("{before}\\{rest}")
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// A block of a text with what Markdown makes of it.
struct Piece<'a> {
    source: &'a str,
    range: Range<usize>,
    events: Vec<Event<'a>>,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found: Vec<Piece<'_>> = Vec::new();
    let mut depth = 0_usize;
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        if depth == 0 {
            // Markdown leaves out what it takes for a definition; no word may go that way.
            let end = found.last().map_or(0, |piece| piece.range.end);
            gap(text, end..range.start, &mut found);
            found.push(Piece {
                source: text.get(range.clone()).unwrap_or("").trim(),
                range,
                events: Vec::new(),
            });
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(piece) = found.last_mut() {
            piece.events.push(event);
        }
    }
    let end = found.last().map_or(0, |piece| piece.range.end);
    gap(text, end..text.len(), &mut found);
    found
}

/// What stands between two blocks and is no space.
fn gap<'a>(text: &'a str, range: Range<usize>, found: &mut Vec<Piece<'a>>) {
    let Some(between) = text.get(range.clone()) else { return };
    let words = between.trim();
    if words.chars().any(char::is_alphanumeric) {
        let events = vec![
            Event::Start(Tag::Paragraph),
            Event::Text(words.into()),
            Event::End(TagEnd::Paragraph),
        ];
        found.push(Piece {
            source: words,
            range,
            events,
        });
    }
}

fn literal(words: &str) -> Block {
    Block::Paragraph {
        text: Text::plain(words.trim()),
    }
}

#[derive(Default)]
struct Reading {
    blocks: Vec<Block>,
    mistakes: Vec<Mistake>,
    line: usize,
}

impl Reading {
    fn wrong(&mut self, kind: MistakeKind, said: &str) {
        self.mistakes.push(Mistake {
            line: self.line,
            said: said.chars().take(200).collect(),
            kind,
        });
    }

    fn block(&mut self, piece: &Piece<'_>) {
        let events = piece.events.as_slice();
        let block = match events.first() {
            Some(Event::Rule) => Some(Block::Rule),
            Some(Event::Start(Tag::Heading { level, .. })) => {
                let level = match level {
                    HeadingLevel::H1 | HeadingLevel::H2 => 2,
                    HeadingLevel::H3 => 3,
                    _ => 4,
                };
                self.one(events).map(|text| Block::Heading { level, text })
            }
            Some(Event::Start(Tag::BlockQuote(_))) => self.quote(events),
            Some(Event::Start(Tag::List(start))) => {
                let items = self.texts(events, Parts::Items);
                (!items.is_empty()).then_some(Block::List {
                    ordered: start.is_some(),
                    items,
                })
            }
            Some(Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_)))) => {
                let text = code(events);
                let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
                (!text.is_empty()).then_some(Block::Preformatted { text })
            }
            // Four spaces before a paragraph are a habit of typists, not text that is set.
            Some(Event::Start(Tag::CodeBlock(CodeBlockKind::Indented))) => {
                let words = code(events);
                let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
                (!words.is_empty()).then(|| literal(&words))
            }
            Some(Event::Start(Tag::Paragraph)) if begins_with_picture(events) => self.picture(events),
            _ => self.one(events).map(|text| Block::Paragraph { text }),
        };
        self.blocks.extend(block);
    }

    /// All text of a block as one.
    fn one(&mut self, events: &[Event<'_>]) -> Option<Text> {
        self.texts(events, Parts::None).pop()
    }

    fn quote(&mut self, events: &[Event<'_>]) -> Option<Block> {
        let mut paragraphs = self.texts(events, Parts::Paragraphs);
        let mut attribution = Text::default();
        if paragraphs.len() > 1
            && let Some(last) = paragraphs.last()
            && let Some(first) = last.0.first()
            && let Some(rest) = first.text.strip_prefix(ATTRIBUTION)
        {
            let mut name = Text::default();
            name.push(rest.trim_start(), first.marks, first.link.as_deref());
            for span in last.0.iter().skip(1) {
                name.push(&span.text, span.marks, span.link.as_deref());
            }
            if !name.is_empty() {
                attribution = name;
                paragraphs.pop();
            }
        }
        (!paragraphs.is_empty()).then_some(Block::Quote {
            paragraphs,
            attribution,
            pull: false,
        })
    }

    fn picture(&mut self, events: &[Event<'_>]) -> Option<Block> {
        let end = events
            .iter()
            .position(|event| matches!(event, Event::End(TagEnd::Image)))?;
        let address = match events.get(1) {
            Some(Event::Start(Tag::Image { dest_url, .. })) => dest_url.to_string(),
            _ => return None,
        };
        let alt: String = events.get(2..end)?.iter().map(said).collect();
        let id = address.strip_prefix(PICTURE).and_then(|id| id.trim().parse().ok());
        let Some(id) = id else {
            self.wrong(MistakeKind::Picture, &address);
            return Some(literal(&format!("![{alt}]({address})")));
        };
        let rest = events.get(end + 1..)?;
        if !matches!(
            rest.first(),
            Some(Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::Paragraph))
        ) {
            self.wrong(MistakeKind::PictureInText, &alt);
        }
        let last = rest.iter().rposition(|event| matches!(event, Event::SoftBreak));
        let credit = last.and_then(|at| {
            let line: String = rest.get(at + 1..)?.iter().map(said).collect();
            line.strip_prefix(CREDIT).map(|credit| (at, credit.trim().to_owned()))
        });
        let (caption, credit) = match credit {
            Some((at, credit)) => (rest.get(..at).unwrap_or(rest), credit),
            None => (rest, String::new()),
        };
        let caption = self.texts(caption, Parts::None).pop().unwrap_or_default();
        Some(Block::Picture(PictureBlock {
            picture: PictureSource::Stored(id),
            caption,
            credit,
            alt: alt.trim().to_owned(),
        }))
    }

    /// The running text of events, taken apart where `parts` says.
    fn texts(&mut self, events: &[Event<'_>], parts: Parts) -> Vec<Text> {
        let mut run = Run::default();
        for (at, event) in events.iter().enumerate() {
            match event {
                Event::Start(Tag::Item) if parts == Parts::Items => run.flush(),
                Event::Start(Tag::Paragraph | Tag::Heading { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Item) => {
                    run.apart(parts);
                }
                Event::Start(Tag::Emphasis) => run.marks.push(Marks::EMPHASIS),
                Event::Start(Tag::Strong) => run.marks.push(Marks::STRONG),
                Event::Start(Tag::Strikethrough) => run.marks.push(Marks::STRUCK),
                Event::End(TagEnd::Emphasis) => run.end(Marks::EMPHASIS),
                Event::End(TagEnd::Strong) => run.end(Marks::STRONG),
                Event::End(TagEnd::Strikethrough) => run.end(Marks::STRUCK),
                Event::Start(Tag::Link {
                    link_type, dest_url, ..
                }) => {
                    let address = if *link_type == LinkType::Email {
                        format!("mailto:{dest_url}")
                    } else {
                        dest_url.to_string()
                    };
                    run.link = links::link(&address, &links::Base::default());
                    if run.link.is_none() {
                        self.wrong(MistakeKind::Link, &address);
                    }
                }
                Event::End(TagEnd::Link) => run.link = None,
                Event::Start(Tag::Image { dest_url, .. }) => self.wrong(MistakeKind::PictureInText, dest_url),
                Event::InlineHtml(tag) => {
                    let rest = events.get(at + 1..).unwrap_or(&[]);
                    let opens = ELEMENTS.iter().find(|(_, open, close)| {
                        **open == **tag
                            && rest
                                .iter()
                                .any(|event| matches!(event, Event::InlineHtml(end) if **end == **close))
                    });
                    let closes = ELEMENTS
                        .iter()
                        .find(|(mark, _, close)| **close == **tag && run.marks.contains(mark));
                    match (opens, closes) {
                        (Some((mark, ..)), _) => run.marks.push(*mark),
                        (_, Some((mark, ..))) => run.end(*mark),
                        // Any other element, and half of one, is letters.
                        _ => run.push(tag, Marks::NONE),
                    }
                }
                Event::Text(words) | Event::Html(words) => run.push(words, Marks::NONE),
                Event::Code(words) => run.push(words, Marks::CODE),
                Event::SoftBreak => run.push(" ", Marks::NONE),
                Event::HardBreak => run.push("\n", Marks::NONE),
                _ => {}
            }
        }
        run.flush();
        run.done
    }
}

/// Where running text is taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    /// Nowhere.
    None,
    /// At the items of a list; those of lists inside it too.
    Items,
    /// At paragraphs.
    Paragraphs,
}

#[derive(Default)]
struct Run {
    done: Vec<Text>,
    text: Text,
    marks: Vec<Marks>,
    link: Option<String>,
}

impl Run {
    fn push(&mut self, words: &str, mark: Marks) {
        let marks = self.marks.iter().fold(mark, |all, one| all.with(*one));
        self.text.push(words, marks, self.link.as_deref());
    }

    /// A mark ends; others that began after it go on.
    fn end(&mut self, mark: Marks) {
        if let Some(at) = self.marks.iter().rposition(|known| *known == mark) {
            self.marks.remove(at);
        }
    }

    /// A new paragraph begins.
    fn apart(&mut self, parts: Parts) {
        if self.text.is_empty() {
            return;
        }
        if parts == Parts::Paragraphs {
            self.flush();
        } else {
            self.text.push("\n", Marks::NONE, None);
        }
    }

    fn flush(&mut self) {
        let mut text = std::mem::take(&mut self.text);
        // Spaces at the ends are left from line breaks and from what stood between blocks.
        if let Some(first) = text.0.first_mut() {
            first.text = first.text.trim_start().to_owned();
        }
        if let Some(last) = text.0.last_mut() {
            last.text = last.text.trim_end().to_owned();
        }
        text.0.retain(|span| !span.text.is_empty());
        if !text.is_empty() {
            self.done.push(text);
        }
    }
}

fn begins_with_picture(events: &[Event<'_>]) -> bool {
    matches!(events.get(1), Some(Event::Start(Tag::Image { .. })))
}

fn code(events: &[Event<'_>]) -> String {
    events.iter().map(said).collect()
}

/// The characters of an event.
fn said<'a>(event: &'a Event<'_>) -> &'a str {
    match event {
        Event::Text(words) | Event::Code(words) | Event::Html(words) | Event::InlineHtml(words) => words,
        Event::SoftBreak | Event::HardBreak => " ",
        _ => "",
    }
}
