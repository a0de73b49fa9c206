//! A story's text as people write it at the desk: a small part of Markdown (CommonMark 0.31), both ways.
//!
//! | written | is |
//! |---|---|
//! | text between blank lines | a paragraph; a `\` at the end of a line is a line break |
//! | `## …`, `### …`, `#### …` | a heading |
//! | `> …`, with a last paragraph `— who` | a quotation, and who said it |
//! | `- …`, `1. …` | a list, a numbered list |
//! | `*…*`, `**…**`, `~~…~~`, `` `…` `` | stress, importance, no longer true, code |
//! | `<sub>…</sub>`, `<sup>…</sup>`, `<u>…</u>` | lowered, raised, underlined; no other element is one |
//! | `[words](https://…)`, `[words](/a/path)` | a link |
//! | `![what it shows](picture:ID)`, the caption below, then `Credit: …` | a picture |
//! | `***` | a break between parts |
//! | three backticks around | text whose spaces are kept |
//! | `[[block 3: table]]` | the third block of the revision that the text was made from, as it stands there |
//!
//! What the text can't say (galleries, tables, embeds, fact boxes, pull quotes, odd pictures) stands in it as such a last
//! line, and comes back untouched. So does every block whose text nobody touched: the text of a block is compared with
//! what is written for the block of the same place, and the block itself is taken where the two are the same. What has no
//! sign here (a stressed space) is therefore lost only where somebody works on that paragraph.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Mistake, MistakeKind, Read, read};
pub use write::write;

use masthead_domain::document::{Block, Marks, PictureBlock, Text};
use pulldown_cmark::Options;

/// What begins the line of a block that the text can't say.
const PLACEHOLDER: &str = "[[block ";
/// What begins the line of a picture's credit.
const CREDIT: &str = "Credit:";
/// What begins the last paragraph of a quotation that says who said it.
const ATTRIBUTION: &str = "— ";
/// The scheme of a picture in the store.
const PICTURE: &str = "picture:";

/// Marks that Markdown has no sign for, with the elements that it leaves to HTML. Its extensions for raised and lowered text
/// were turned down: they don't work inside words, where H2O needs them.
const ELEMENTS: [(Marks, &str, &str); 3] = [
    (Marks::SUBSCRIPT, "<sub>", "</sub>"),
    (Marks::SUPERSCRIPT, "<sup>", "</sup>"),
    (Marks::UNDERLINED, "<u>", "</u>"),
];

/// What of Markdown's extensions counts.
const fn options() -> Options {
    Options::ENABLE_STRIKETHROUGH
}

/// The text with everything left out that the manuscript doesn't say: marks of white space, spaces at the ends and around
/// line breaks.
fn plain_marks(text: &Text) -> Vec<(char, Marks, Option<&str>)> {
    let mut out: Vec<(char, Marks, Option<&str>)> = Vec::new();
    for span in &text.0 {
        for c in span.text.chars() {
            if c == '\n' {
                while out.last().is_some_and(|(last, ..)| *last == ' ') {
                    out.pop();
                }
                out.push(('\n', Marks::NONE, None));
            } else if c.is_whitespace() {
                let at_start = out.last().is_none_or(|(last, ..)| *last == '\n');
                if !at_start {
                    out.push((c, Marks::NONE, None));
                }
            } else {
                out.push((c, span.marks, span.link.as_deref()));
            }
        }
    }
    while out.last().is_some_and(|(last, ..)| last.is_whitespace()) {
        out.pop();
    }
    out
}

fn same_text(one: &Text, other: &Text) -> bool {
    plain_marks(one) == plain_marks(other)
}

fn same_texts(one: &[Text], other: &[Text]) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same_text(one, other))
}

fn same_picture(one: &PictureBlock, other: &PictureBlock) -> bool {
    one.picture == other.picture
        && one.credit == other.credit
        && one.alt == other.alt
        && same_text(&one.caption, &other.caption)
}

/// Whether two blocks are the same but for what the manuscript doesn't say.
fn same(one: &Block, other: &Block) -> bool {
    match (one, other) {
        (Block::Paragraph { text: a }, Block::Paragraph { text: b }) => same_text(a, b),
        (Block::Heading { level: m, text: a }, Block::Heading { level: n, text: b }) => m == n && same_text(a, b),
        (
            Block::Quote {
                paragraphs: a,
                attribution: m,
                pull: false,
            },
            Block::Quote {
                paragraphs: b,
                attribution: n,
                pull: false,
            },
        ) => same_texts(a, b) && same_text(m, n),
        (Block::List { ordered: m, items: a }, Block::List { ordered: n, items: b }) => m == n && same_texts(a, b),
        (Block::Picture(a), Block::Picture(b)) => same_picture(a, b),
        (Block::Preformatted { text: a }, Block::Preformatted { text: b }) => a == b,
        (Block::Rule, Block::Rule) => true,
        _ => false,
    }
}
