//! HTML to the story document, and the document to HTML.
//!
//! Reading takes in what people wrote: paragraphs, headings, quotations, lists, tables, pictures with captions and
//! credits, embeds. All else (scripts, styles, forms, drawings) has no block to become. Writing makes plain semantic
//! HTML with every text escaped; what was written reads back as the same document.

pub(crate) mod dom;
pub(crate) mod links;
pub(crate) mod parse;
mod read;
pub(crate) mod text;
mod write;

pub(crate) use read::{Options, Reader};
pub use write::{escape_into, from_document, remote_picture};

use crate::problem::{Problem, ReadContext, Reading};
use masthead_domain::document::{Document, Text};

/// Reads a piece of HTML (a feed's content, an export's post, a paste) as a document.
///
/// Links are resolved against `ctx.origin` where that is an address; only http, https and mailto, and paths of the
/// site itself, are kept. Text longer than `ctx.max_field` is cut with a problem.
pub fn to_document(html: &str, ctx: &ReadContext<'_>) -> Reading<Document> {
    read_fragment(html, links::Base::new(ctx.origin), Options::default(), ctx)
}

/// [`to_document`] with a base and options of the caller's.
pub(crate) fn read_fragment(
    html: &str,
    base: links::Base,
    options: Options,
    ctx: &ReadContext<'_>,
) -> Reading<Document> {
    let kept = parse::floor_char_boundary(html, ctx.max_field);
    let dom = parse::fragment(html.get(..kept).unwrap_or_default());
    let mut reader = Reader::new(&dom, base, options, ctx);
    if kept < html.len() {
        reader.problem(
            "html",
            format!("longer than {} bytes; the rest was left out", ctx.max_field),
        );
    }
    let blocks = reader.read(dom::Dom::ROOT);
    Reading {
        value: Document { blocks },
        problems: reader.into_problems(),
    }
}

/// The text of a piece of HTML without its markup, white space collapsed, a line a paragraph: for headlines, summaries
/// and names that come with tags or entities in them.
pub fn to_plain(html: &str, ctx: &ReadContext<'_>) -> String {
    if !html.contains(['<', '&']) {
        return text::squeeze(html);
    }
    to_document(html, ctx).value.to_plain()
}

/// One line of running text with its marks, from a piece of HTML; breaks and paragraphs become spaces.
pub fn to_text(html: &str, ctx: &ReadContext<'_>) -> Text {
    let dom = parse::fragment(
        html.get(..parse::floor_char_boundary(html, ctx.max_field))
            .unwrap_or_default(),
    );
    let mut reader = Reader::new(&dom, links::Base::new(ctx.origin), Options::default(), ctx);
    text::one_line(reader.inline(dom::Dom::ROOT))
}

/// The address of a known service that is all a line says: there, it stands for the thing itself (WordPress oEmbed).
pub(crate) fn bare_address(line: &str) -> Option<String> {
    read::embeds::bare_address(line, false)
}

/// Problems of one document that are kept one by one; a broken generator repeats itself thousands of times.
const MAX_PROBLEMS: usize = 50;

/// Adds a problem unless there are many already.
pub(crate) fn note(problems: &mut Vec<Problem>, at: &str, what: impl Into<String>) {
    match problems.len() {
        count if count < MAX_PROBLEMS => problems.push(Problem::new(at, what)),
        MAX_PROBLEMS => problems.push(Problem::new(at, "more problems of the kind; they are not listed")),
        _ => {}
    }
}
