//! Running text: NITF's (and the XHTML that agencies mix into it) inline elements to spans.

use crate::xml::{Node, is_allowed};
use masthead_domain::document::{Marks, Text};

/// Collects text with white space as a browser would show it: runs are one space, none at either end.
#[derive(Default)]
pub struct Inline {
    text: Text,
    gap: bool,
    breaks: usize,
    started: bool,
}

impl Inline {
    /// Appends characters.
    pub fn push(&mut self, chars: &str, marks: Marks, link: Option<&str>) {
        let mut run = String::new();
        for char in chars.chars() {
            if matches!(char, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{b}') {
                self.gap = true;
                continue;
            }
            if !is_allowed(char) {
                continue;
            }
            if self.breaks > 0 {
                for _ in 0..self.breaks {
                    run.push('\n');
                }
                self.breaks = 0;
                self.gap = false;
            } else if self.gap && self.started {
                run.push(' ');
            }
            self.gap = false;
            self.started = true;
            run.push(char);
        }
        self.text.push(&run, marks, link);
    }

    /// A line break that the author meant; those at either end are dropped.
    pub fn line_break(&mut self) {
        if self.started {
            self.breaks += 1;
        }
    }

    /// Whether there is nothing to read yet.
    pub fn is_empty(&self) -> bool {
        !self.started
    }

    /// The text so far, leaving nothing.
    pub fn take(&mut self) -> Text {
        std::mem::take(self).text
    }

    /// Appends an element's (or a text's) content.
    pub fn node(&mut self, node: Node<'_>, marks: Marks, link: Option<&str>) {
        if let Some(chars) = node.as_text() {
            self.push(chars, marks, link);
            return;
        }
        let inner = |out: &mut Self, marks: Marks, link: Option<&str>| {
            node.children().for_each(|child| out.node(child, marks, link));
        };
        match node.name() {
            "br" => self.line_break(),
            "em" | "i" | "cite" => inner(self, marks.with(Marks::EMPHASIS), link),
            "strong" | "b" => inner(self, marks.with(Marks::STRONG), link),
            "u" => inner(self, marks.with(Marks::UNDERLINED), link),
            "s" | "strike" | "del" => inner(self, marks.with(Marks::STRUCK), link),
            "sub" => inner(self, marks.with(Marks::SUBSCRIPT), link),
            "sup" => inner(self, marks.with(Marks::SUPERSCRIPT), link),
            "code" | "tt" => inner(self, marks.with(Marks::CODE), link),
            "frac" => fraction(self, node, marks, link),
            "q" => {
                self.push("“", marks, link);
                inner(self, marks, link);
                // The closing mark belongs to the last word, whatever space stood before the end tag.
                self.gap = false;
                self.push("”", marks, link);
            }
            "a" => {
                let target = node.attr("href").and_then(|href| safe_link(&href));
                inner(self, marks, target.as_deref().or(link));
            }
            "script" | "style" | "alt-code" => {}
            _ => inner(self, marks, link),
        }
    }
}

/// NITF's fraction: `numer`, `frac-sep` (left out by some), `denom`.
fn fraction(out: &mut Inline, node: Node<'_>, marks: Marks, link: Option<&str>) {
    let has_separator = node.child("frac-sep").is_some();
    for child in node.elements() {
        if child.is("denom") && !has_separator {
            out.gap = false;
            out.push("/", marks, link);
        }
        out.node(child, marks, link);
    }
}

/// A link that may stand in a document: absolute http, https or mailto. All else loses its link and keeps its words.
pub fn safe_link(href: &str) -> Option<String> {
    let url = url::Url::parse(href.trim()).ok()?;
    matches!(url.scheme(), "http" | "https" | "mailto").then(|| url.into())
}

/// The text of an element.
pub fn text_of(node: Node<'_>) -> Text {
    let mut inline = Inline::default();
    node.children().for_each(|child| inline.node(child, Marks::NONE, None));
    inline.take()
}
