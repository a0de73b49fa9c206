//! The text of a ninjs item: which of its several bodies is taken, and how it becomes a document.

use super::fields::{Fields, block};
use crate::markup;
use crate::nitf;
use crate::problem::{Problem, ReadContext};
use crate::wire_text;
use crate::xml::Tree;
use masthead_domain::wire::NewsItem;
use serde_json::Value;

/// What a body is written in, best first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Markup {
    Html,
    Nitf,
    /// Markup by its looks, whatever it is called.
    Unnamed,
    Plain,
}

/// A body as it was sent.
struct Candidate {
    markup: Markup,
    text: String,
}

/// Reads the best body into the item. Markup goes before plain text, and among equals the sender's order decides.
pub(super) fn read(fields: Fields<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let mut candidates: Vec<Candidate> = Vec::new();
    for (key, value) in fields.0 {
        if let Some(kind) = key
            .get(..5)
            .filter(|start| start.eq_ignore_ascii_case("body_"))
            .and_then(|_| key.get(5..))
        {
            candidates.extend(candidate(kind, value));
        }
    }
    for entry in fields.list(&["bodies"]) {
        let Some(entry) = Fields::of(entry) else { continue };
        let content_type = entry.line(&["contenttype", "mimetype"]).unwrap_or_default();
        let role = entry.line(&["role"]).unwrap_or_default();
        let kind = if content_type.is_empty() { role } else { content_type };
        candidates.extend(entry.get(&["value"]).and_then(|value| candidate(&kind, value)));
    }
    // `min_by_key` gives the first of equals.
    let Some(best) = candidates.into_iter().min_by_key(|candidate| candidate.markup) else {
        return;
    };
    match best.markup {
        Markup::Html | Markup::Unnamed => markup::read(&best.text, item, ctx, problems),
        Markup::Nitf => read_nitf(&best.text, item, ctx, problems),
        Markup::Plain => item.body = wire_text::document(&best.text),
    }
}

fn candidate(kind: &str, value: &Value) -> Option<Candidate> {
    let text = block(value)?;
    let kind = kind.to_ascii_lowercase();
    let markup =
        if looks_like_nitf(&text) || kind.contains("nitf") && looks_like_markup(&text) && !kind.starts_with("tt") {
            // An agency's own dialect of the name (`TTNITF`) is no NITF; its text is in the other bodies.
            if looks_like_nitf(&text) {
                Markup::Nitf
            } else {
                return None;
            }
        } else if kind.contains("html") || kind.contains("richtext") {
            Markup::Html
        } else if kind.contains("xml") {
            if wire_text::looks_like_html(&text) {
                Markup::Html
            } else {
                return None;
            }
        } else if kind.contains("text") || kind.contains("plain") {
            Markup::Plain
        } else if looks_like_markup(&text) {
            Markup::Unnamed
        } else {
            Markup::Plain
        };
    Some(Candidate { markup, text })
}

fn head(text: &str) -> &str {
    crate::xml::cut_at(text.trim_start(), 2000)
}

fn looks_like_nitf(text: &str) -> bool {
    let head = head(text);
    head.contains("<nitf") || head.contains(":nitf")
}

fn looks_like_markup(text: &str) -> bool {
    let head = head(text);
    head.split('<')
        .skip(1)
        .any(|after| after.starts_with(|char: char| char.is_ascii_alphabetic()) && after.contains('>'))
}

/// A whole NITF text as a body: its paragraphs, and from its head what the item itself did not say. Its status and
/// release are read too, as whoever put them there meant them.
fn read_nitf(text: &str, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let tree = match Tree::parse(text, ctx) {
        Ok(tree) => tree,
        Err(error) => {
            problems.push(Problem::new("body", error.reason));
            return;
        }
    };
    let root = tree.root();
    let Some(element) = root.descendants().find(|node| node.is("nitf")) else {
        return;
    };
    let inner = nitf::read_element(element, ctx, problems);
    if let Some(why) = &tree.cut {
        problems.push(Problem::new("body", format!("cut off, held: {why}")));
        crate::item::hold_incomplete(item, why);
    }
    absorb(item, inner);
}

/// Takes from a text inside an item what the item itself did not say.
pub(crate) fn absorb(item: &mut NewsItem, inner: NewsItem) {
    item.body = inner.body;
    item.lead_picture = item.lead_picture.take().or(inner.lead_picture);
    item.headline = item.headline.take().or(inner.headline);
    item.subheadline = item.subheadline.take().or(inner.subheadline);
    item.dateline = item.dateline.take().or(inner.dateline);
    item.summary = item.summary.take().or(inner.summary);
    if item.bylines.is_empty() {
        item.bylines = inner.bylines;
    }
    if item.authors.is_empty() {
        item.authors = inner.authors;
    }
    if let Some(line) = inner.editor_note {
        crate::item::add_editor_note(item, line);
    }
    item.embargo = std::mem::take(&mut item.embargo).strictest(inner.embargo);
    if item.status.is_usable() {
        item.status = inner.status;
    }
    item.affects.extend(inner.affects);
    for key in ["media", "tagline"] {
        if let Some(value) = inner.extra.get(key) {
            item.extra.insert(key.to_owned(), value.clone());
        }
    }
}
