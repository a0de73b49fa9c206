//! Text in feeds: plain, escaped HTML, or markup of its own.

use crate::html::links::Base;
use crate::html::{self, Options};
use crate::problem::{Problem, ReadContext};
use crate::xml::{self, Node};
use masthead_domain::document::Document;

/// A text construct, told apart.
pub(super) enum Content {
    /// Text that means what it says.
    Plain(String),
    /// HTML.
    Html(String),
    /// Nothing that can be read here, and why.
    Elsewhere(String),
}

impl Content {
    /// An RSS element's text: HTML by custom, escaped, in CDATA, or (against the rules, but seen) as elements.
    pub(super) fn of_rss(node: Node<'_>) -> Self {
        if node.elements().next().is_some() {
            Self::Html(inner_html(node))
        } else {
            Self::Html(node.raw_text())
        }
    }

    /// An Atom text construct or `content` (RFC 4287, sections 3.1 and 4.1.3; Atom 0.3's `mode` too).
    pub(super) fn of_atom(node: Node<'_>) -> Self {
        let kind = node.word("type").unwrap_or_default().to_ascii_lowercase();
        let mode = node.word("mode").unwrap_or_default();
        if node.word("src").is_some() && node.text().is_none() {
            return Self::Elsewhere("the text lies at another address".into());
        }
        if mode == "base64" {
            return match decode_base64(&node.raw_text()) {
                Some(text) => Self::Html(text),
                None => Self::Elsewhere("base64 that can't be read".into()),
            };
        }
        let has_elements = node.elements().next().is_some();
        match kind.split(';').next().unwrap_or_default().trim() {
            "" | "text" | "plain" | "text/plain" if mode == "escaped" => Self::Html(node.raw_text()),
            "" | "text" | "plain" | "text/plain" if has_elements => Self::Html(inner_html(node)),
            "" | "text" | "plain" | "text/plain" => Self::Plain(node.raw_text()),
            // Many feeds say `xhtml` and escape it all the same.
            "html" | "text/html" | "xhtml" | "application/xhtml+xml" => {
                if has_elements {
                    Self::Html(inner_html(node))
                } else {
                    Self::Html(node.raw_text())
                }
            }
            other if other.starts_with("text/") => Self::Plain(node.raw_text()),
            other if has_elements && (other.ends_with("+xml") || other.ends_with("/xml")) => {
                Self::Html(inner_html(node))
            }
            other => Self::Elsewhere(format!("content of type {other}")),
        }
    }

    /// As blocks.
    pub(super) fn into_document(
        self,
        base: Base,
        ctx: &ReadContext<'_>,
        at: &str,
        problems: &mut Vec<Problem>,
    ) -> Document {
        match self {
            Self::Plain(text) => plain_document(&text),
            Self::Html(text) => {
                let reading = html::read_fragment(&text, base, Options::default(), ctx);
                for problem in reading.problems {
                    html::note(problems, at, problem.what);
                }
                reading.value
            }
            Self::Elsewhere(why) => {
                html::note(problems, at, why);
                Document::default()
            }
        }
    }

    /// As one line of text.
    pub(super) fn into_line(self, ctx: &ReadContext<'_>) -> Option<String> {
        let line = match self {
            Self::Plain(text) => xml::squeeze(&text),
            Self::Html(text) => html::to_plain(&text, ctx).replace('\n', " "),
            Self::Elsewhere(_) => String::new(),
        };
        (!line.is_empty()).then_some(line)
    }
}

/// Plain text as paragraphs: an empty line parts them, a single line break is kept as one.
pub(crate) fn plain_document(text: &str) -> Document {
    let mut escaped = String::with_capacity(text.len());
    html::escape_into(text, &mut escaped);
    let mut markup = String::with_capacity(escaped.len());
    for (number, line) in escaped.split('\n').enumerate() {
        if number > 0 {
            markup.push_str("<br>");
        }
        markup.push_str(line);
    }
    let dom = html::parse::fragment(&markup);
    let ctx = ReadContext::at(masthead_domain::time::Timestamp::from_micros(0));
    let mut reader = html::Reader::new(&dom, Base::default(), Options::default(), &ctx);
    Document {
        blocks: reader.read(html::dom::Dom::ROOT),
    }
}

/// What is inside an element, as HTML.
fn inner_html(node: Node<'_>) -> String {
    node.children().map(xml::to_html).collect()
}

fn decode_base64(text: &str) -> Option<String> {
    use base64::Engine;
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
