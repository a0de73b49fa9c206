//! Text to [`Dom`] within bounded time and memory.
//!
//! html5ever follows the specification, whose algorithms cost the square of the input in four places: a tag's
//! attributes are compared with each other, every start tag looks up the open elements, formatting elements are opened
//! again in each block, and each `</p>` may make an element. So attributes past the thousandth of one tag are blanked
//! out before parsing, start tags below [`MAX_DEPTH`] are passed over (as browsers do at 512), and a tree with far more
//! nodes than its text has markup is closed: what follows is kept as plain text.

use super::dom::{Dom, Sink};
use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{QualName, TokenizerResult, local_name, ns};
use std::borrow::Cow;
use std::cell::Cell;

/// Deepest element that is built.
const MAX_DEPTH: u32 = 256;
/// Attributes of one tag that are looked at.
const MAX_ATTRIBUTES: usize = 500;
/// Nodes of one tree. The largest real pages have a third of it.
const MAX_NODES: usize = 1_000_000;

type Builder = TreeBuilder<<Sink as TreeSink>::Handle, Sink>;

/// Stands between tokenizer and tree builder and keeps the tree within its bounds.
struct Guard {
    builder: Builder,
    budget: usize,
    full: Cell<bool>,
}

impl TokenSink for Guard {
    type Handle = <Sink as TreeSink>::Handle;

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<Self::Handle> {
        if !self.full.get() && self.builder.sink.len() > self.budget {
            self.full.set(true);
        }
        match &token {
            Token::ParseError(_) => return TokenSinkResult::Continue,
            Token::CharacterTokens(text) if self.full.get() => {
                self.builder.sink.overflow(text);
                return TokenSinkResult::Continue;
            }
            Token::EOFToken => {}
            _ if self.full.get() => return TokenSinkResult::Continue,
            Token::TagToken(Tag {
                kind: TagKind::StartTag,
                name,
                ..
            }) if self.builder.sink.depth() > MAX_DEPTH && !is_leaf(name) => {
                return TokenSinkResult::Continue;
            }
            _ => {}
        }
        self.builder.process_token(token, line)
    }

    fn end(&self) {
        self.builder.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.builder.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Elements that never stay open, and those whose contents the tokenizer must know of.
fn is_leaf(name: &str) -> bool {
    matches!(
        name,
        "br" | "img" | "hr" | "wbr" | "input" | "source" | "meta" | "link" | "script" | "style" | "textarea" | "title"
    )
}

fn run(text: &str, builder: Builder, initial: Option<html5ever::tokenizer::states::State>) -> Dom {
    // A tag takes three bytes or more and leaves two nodes at most in sound markup.
    let guard = Guard {
        builder,
        budget: text.len().saturating_add(10_000).min(MAX_NODES),
        full: Cell::new(false),
    };
    let tokenizer = Tokenizer::new(
        guard,
        TokenizerOpts {
            initial_state: initial,
            ..TokenizerOpts::default()
        },
    );
    let queue = BufferQueue::default();
    // In pieces, as a tendril is shared only up to 4 GB and a whole copy at once is not needed.
    let mut rest: &str = &blank_attributes(text);
    while !rest.is_empty() {
        let (piece, next) = rest.split_at(floor_char_boundary(rest, 1 << 20));
        queue.push_back(StrTendril::from_slice(piece));
        while !matches!(tokenizer.feed(&queue), TokenizerResult::Done) {}
        rest = next;
    }
    tokenizer.end();
    tokenizer.sink.builder.sink.finish()
}

fn options() -> TreeBuilderOpts {
    // Without scripting the contents of `noscript` are elements: pictures that load late have their address there.
    TreeBuilderOpts {
        scripting_enabled: false,
        ..TreeBuilderOpts::default()
    }
}

/// Parses a whole page.
pub(crate) fn document(text: &str) -> Dom {
    run(text, TreeBuilder::new(Sink::new(), options()), None)
}

/// Parses a piece of a page's body. `html`, `head` and `body` tags in it are passed over.
pub(crate) fn fragment(text: &str) -> Dom {
    let sink = Sink::new();
    let name = QualName::new(None, ns!(html), local_name!("body"));
    let context = html5ever::tree_builder::create_element(&sink, name, Vec::new());
    let builder = TreeBuilder::new_for_fragment(sink, context, None, options());
    let state = builder.tokenizer_state_for_context_elem(false);
    run(text, builder, Some(state))
}

/// The largest place not above `at` where a character begins.
pub(crate) fn floor_char_boundary(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    (0..=at).rev().find(|&place| text.is_char_boundary(place)).unwrap_or(0)
}

/// Replaces what follows the attributes that are looked at, in tags that have more, by spaces.
fn blank_attributes(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let mut blanks: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    while let Some(found) = bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|&byte| byte == b'<'))
    {
        let start = at + found;
        let rest = bytes.get(start + 1..).unwrap_or_default();
        at = if rest.starts_with(b"!--") {
            // A comment hides tags; where it does not end, it runs to the end of the text.
            start + 4 + find(rest.get(3..).unwrap_or_default(), b"-->").map_or(rest.len(), |end| end + 3)
        } else if rest.first().is_some_and(u8::is_ascii_alphabetic) {
            let (end, blank) = tag_end(bytes, start + 1);
            blanks.extend(blank.map(|from| (from, end)));
            end + raw_text(rest, bytes.get(end..).unwrap_or_default())
        } else {
            start + 1
        };
    }
    if blanks.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut kept = 0;
    for (from, to) in blanks {
        out.push_str(text.get(kept..from).unwrap_or_default());
        out.push(' ');
        kept = to;
    }
    out.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(out)
}

/// How much of what follows a start tag is text without tags, because of the tag's name.
fn raw_text(tag: &[u8], after: &[u8]) -> usize {
    let length = tag
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric())
        .unwrap_or(tag.len());
    let name = tag.get(..length).unwrap_or_default().to_ascii_lowercase();
    if !matches!(
        name.as_slice(),
        b"script" | b"style" | b"textarea" | b"title" | b"iframe" | b"noembed" | b"noframes"
    ) {
        return 0;
    }
    let mut at = 0;
    while let Some(found) = after.get(at..).and_then(|rest| find(rest, b"</")) {
        at += found;
        let word = after.get(at + 2..at + 2 + name.len()).unwrap_or_default();
        if word.eq_ignore_ascii_case(&name) {
            return at;
        }
        at += 2;
    }
    // A raw element that is never closed takes the rest of the page.
    after.len()
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let first = word.first()?;
    let mut at = 0;
    while let Some(found) = text.get(at..)?.iter().position(|byte| byte == first) {
        at += found;
        if text.get(at..)?.starts_with(word) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Where a tag's `>` is, by the tokenizer's own states (HTML 13.2.5.32 to 13.2.5.39), and where its attributes pass the
/// bound.
fn tag_end(bytes: &[u8], start: usize) -> (usize, Option<usize>) {
    #[derive(PartialEq)]
    enum At {
        TagName,
        BeforeName,
        Name,
        AfterName,
        BeforeValue,
        Quoted(u8),
        Unquoted,
    }
    let mut state = At::TagName;
    let mut count = 0_usize;
    let mut blank = None;
    for (offset, &byte) in bytes.iter().enumerate().skip(start) {
        let space = byte.is_ascii_whitespace();
        if let At::Quoted(quote) = state {
            if byte == quote {
                state = At::BeforeName;
            }
            continue;
        }
        if byte == b'>' {
            return (offset, blank);
        }
        state = match state {
            At::TagName if space || byte == b'/' => At::BeforeName,
            At::TagName => At::TagName,
            At::BeforeName if space || byte == b'/' => At::BeforeName,
            At::AfterName if space => At::AfterName,
            At::AfterName if byte == b'/' => At::BeforeName,
            At::AfterName | At::Name if byte == b'=' => At::BeforeValue,
            At::BeforeName | At::AfterName => {
                count += 1;
                if count > MAX_ATTRIBUTES && blank.is_none() {
                    blank = Some(offset);
                }
                At::Name
            }
            At::Name if space => At::AfterName,
            At::Name if byte == b'/' => At::BeforeName,
            At::Name => At::Name,
            At::BeforeValue if space => At::BeforeValue,
            At::BeforeValue if byte == b'"' || byte == b'\'' => At::Quoted(byte),
            At::BeforeValue => At::Unquoted,
            At::Unquoted if space => At::BeforeName,
            At::Unquoted => At::Unquoted,
            At::Quoted(quote) => At::Quoted(quote),
        };
    }
    (bytes.len(), blank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_bytes_of_nested_tags_end_soon() {
        for tag in [
            "<div>",
            "<b>",
            "<table><tr><td>",
            "<ul><li>",
            "<a>",
            "<svg>",
            "<p><b>x</p>",
            "<b>x</p>",
        ] {
            let dom = document(&format!("{}text that stays", tag.repeat((1 << 20) / tag.len())));
            let kept =
                dom.raw_text(Dom::ROOT).contains("text that stays") || dom.overflow().contains("text that stays");
            assert!(kept, "{tag}");
        }
    }

    #[test]
    fn formatting_that_is_opened_again_and_again_is_bounded() {
        let mut text = String::new();
        for number in 0..30_000 {
            text.push_str(&format!("<p><b a{number}=1>x</p>"));
        }
        let dom = fragment(&text);
        assert!(dom.len() < text.len() * 2 + 20_000);
    }

    #[test]
    fn a_tag_of_many_attributes_is_cut() {
        let mut text = String::from("<p class=first ");
        for number in 0..200_000 {
            text.push_str(&format!("a{number}='<>\"' "));
        }
        text.push_str(">Words</p><script>if (a<b c=d e=f) {}</script>");
        let dom = fragment(&text);
        let p = dom.find(Dom::ROOT, "p").unwrap();
        assert_eq!(dom.element(p).unwrap().attributes().count(), MAX_ATTRIBUTES);
        assert_eq!(dom.raw_text(p), "Words");
        let small = "<p a='>' b=\">\" c=x/y d>x<!-- <p a> --></p>";
        assert_eq!(blank_attributes(small), small);
    }
}
