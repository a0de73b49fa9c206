//! Running text: NITF's (and the XHTML that agencies mix into it) inline elements to spans.

use crate::xml::{Node, is_allowed};
use masthead_domain::document::{Marks, Text};

/// Collects text with white space as a browser would show it: runs are one space, none at either end.
#[derive(Default)]
pub struct Inline {
    text: Text,
    /// The text ends in a space or a break, so that another space says nothing.
    gap: bool,
    started: bool,
}

impl Inline {
    /// Appends characters. A space belongs to the stretch in which it stands.
    pub fn push(&mut self, chars: &str, marks: Marks, link: Option<&str>) {
        let mut run = String::with_capacity(chars.len());
        for char in chars.chars() {
            if matches!(char, ' ' | '\t' | '\n' | '\r' | '\u{c}' | '\u{b}') {
                if self.started && !self.gap {
                    run.push(' ');
                    self.gap = true;
                }
            } else if is_allowed(char) {
                self.gap = false;
                self.started = true;
                run.push(char);
            }
        }
        self.text.push(&run, marks, link);
    }

    /// A line break that the author meant; those at either end are dropped.
    pub fn line_break(&mut self) {
        if self.started {
            self.trim_end(&[' ']);
            // It stands in the stretch before it, so that it makes no stretch of its own.
            match self.text.0.last_mut() {
                Some(last) => last.text.push('\n'),
                None => self.text.push("\n", Marks::NONE, None),
            }
            self.gap = true;
        }
    }

    /// Closes the space before a mark that clings to the last word.
    fn cling(&mut self) {
        if self.gap {
            self.trim_end(&[' ']);
            self.gap = false;
        }
    }

    fn trim_end(&mut self, what: &[char]) {
        while let Some(last) = self.text.0.last_mut() {
            last.text.truncate(last.text.trim_end_matches(what).len());
            if !last.text.is_empty() {
                return;
            }
            self.text.0.pop();
        }
    }

    /// Whether there is nothing to read yet.
    pub fn is_empty(&self) -> bool {
        !self.started
    }

    /// The text so far, leaving nothing.
    pub fn take(&mut self) -> Text {
        self.trim_end(&[' ', '\n']);
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
            "em" => inner(self, marks.with(marks_of_em(node)), link),
            "i" | "cite" => inner(self, marks.with(Marks::EMPHASIS), link),
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
                self.cling();
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

/// NITF has one element for every emphasis and leaves it to the class how it is set; without one it is stress.
fn marks_of_em(em: Node<'_>) -> Marks {
    let class = em.word("class").unwrap_or_default().to_ascii_lowercase();
    let mut marks = Marks::NONE;
    for (word, mark) in EM_CLASSES {
        if class.split_ascii_whitespace().any(|token| token == *word) {
            marks = marks.with(*mark);
        }
    }
    if marks.is_none() { Marks::EMPHASIS } else { marks }
}

/// Classes of `em`, ours first (they are what we write), then those of others.
const EM_CLASSES: &[(&str, Marks)] = &[
    ("strong", Marks::STRONG),
    ("emphasis", Marks::EMPHASIS),
    ("underline", Marks::UNDERLINED),
    ("strike", Marks::STRUCK),
    ("code", Marks::CODE),
    ("bold", Marks::STRONG),
    ("italic", Marks::EMPHASIS),
    ("underlined", Marks::UNDERLINED),
];

/// NITF's fraction: `numer`, `frac-sep` (left out by some), `denom`.
fn fraction(out: &mut Inline, node: Node<'_>, marks: Marks, link: Option<&str>) {
    let has_separator = node.child("frac-sep").is_some();
    for child in node.elements() {
        if child.is("denom") && !has_separator {
            out.cling();
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
