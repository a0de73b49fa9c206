//! The document as HTML: semantic, escaped, without attributes that need a style sheet.
//!
//! The few classes (`pullquote`, `factbox`, `gallery`, `embed`, `credit`) are names that the reader of HTML knows again
//! and that themes may rely on.

use crate::html::text::is_text;
use masthead_domain::document::{Block, Document, Marks, PictureBlock, PictureSource, Text};

/// The document as HTML. `picture` writes each picture, since only the caller knows where stored ones can be seen;
/// [`remote_picture`] will do where all still lie elsewhere.
pub fn from_document(document: &Document, picture: &mut dyn FnMut(&PictureBlock, &mut String)) -> String {
    let mut out = String::new();
    blocks(&document.blocks, picture, &mut out);
    out
}

/// Writes a picture that still lies elsewhere as a figure with caption and credit; one of the store as nothing.
pub fn remote_picture(picture: &PictureBlock, out: &mut String) {
    let PictureSource::Remote(address) = &picture.picture else {
        return;
    };
    out.push_str("<figure><img src=\"");
    escape_into(address, out);
    out.push_str("\" alt=\"");
    escape_into(&picture.alt, out);
    out.push_str("\">");
    caption_and_credit(picture, out);
    out.push_str("</figure>");
}

/// The `figcaption` of a picture, with its credit as `<span class="credit">`; nothing where both are empty.
pub(crate) fn caption_and_credit(picture: &PictureBlock, out: &mut String) {
    if picture.caption.is_empty() && picture.credit.is_empty() {
        return;
    }
    out.push_str("<figcaption>");
    text(&picture.caption, out);
    if !picture.credit.is_empty() {
        if !picture.caption.is_empty() {
            out.push(' ');
        }
        element("span class=\"credit\"", "span", &picture.credit, out);
    }
    out.push_str("</figcaption>");
}

/// Writes text with the five characters of markup escaped, and without those that HTML and XML don't take.
pub fn escape_into(text: &str, out: &mut String) {
    out.reserve(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\r' | '\u{c}' => out.push('\n'),
            c if is_text(c) => out.push(c),
            _ => {}
        }
    }
}

fn element(open: &str, close: &str, inner: &str, out: &mut String) {
    out.push('<');
    out.push_str(open);
    out.push('>');
    escape_into(inner, out);
    out.push_str("</");
    out.push_str(close);
    out.push('>');
}

fn wrapped(name: &str, inner: &Text, out: &mut String) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    text(inner, out);
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

const MARKS: [(Marks, &str); 7] = [
    (Marks::STRONG, "strong"),
    (Marks::EMPHASIS, "em"),
    (Marks::UNDERLINED, "u"),
    (Marks::STRUCK, "s"),
    (Marks::SUBSCRIPT, "sub"),
    (Marks::SUPERSCRIPT, "sup"),
    (Marks::CODE, "code"),
];

fn text(text: &Text, out: &mut String) {
    for span in &text.0 {
        // A document can come from anywhere (the editor, an API): the address is judged again on its way out.
        let link = span.link.as_deref().filter(|link| is_safe(link));
        if let Some(link) = link {
            out.push_str("<a href=\"");
            escape_into(link, out);
            out.push_str("\">");
        }
        for (mark, name) in MARKS {
            if span.marks.has(mark) {
                out.push('<');
                out.push_str(name);
                out.push('>');
            }
        }
        for (number, line) in span.text.split('\n').enumerate() {
            if number > 0 {
                out.push_str("<br>");
            }
            escape_into(line, out);
        }
        for (mark, name) in MARKS.iter().rev() {
            if span.marks.has(*mark) {
                out.push_str("</");
                out.push_str(name);
                out.push('>');
            }
        }
        if link.is_some() {
            out.push_str("</a>");
        }
    }
}

fn is_safe(link: &str) -> bool {
    super::links::link(link, &super::links::Base::default()).is_some()
}

fn blocks(all: &[Block], picture: &mut dyn FnMut(&PictureBlock, &mut String), out: &mut String) {
    for block in all {
        if !out.is_empty() && out.ends_with('>') {
            out.push('\n');
        }
        one(block, picture, out);
    }
}

fn one(block: &Block, picture: &mut dyn FnMut(&PictureBlock, &mut String), out: &mut String) {
    match block {
        Block::Paragraph { text } => wrapped("p", text, out),
        Block::Heading { level, text } => {
            let name = match level {
                0..=2 => "h2",
                3 => "h3",
                _ => "h4",
            };
            wrapped(name, text, out);
        }
        Block::Quote {
            paragraphs,
            attribution,
            pull,
        } => {
            if *pull {
                out.push_str("<aside class=\"pullquote\">");
            }
            out.push_str("<blockquote>");
            paragraphs.iter().for_each(|text| wrapped("p", text, out));
            if !attribution.is_empty() {
                wrapped("footer", attribution, out);
            }
            out.push_str("</blockquote>");
            if *pull {
                out.push_str("</aside>");
            }
        }
        Block::List { ordered, items } => {
            let name = if *ordered { "ol" } else { "ul" };
            out.push_str(if *ordered { "<ol>" } else { "<ul>" });
            items.iter().for_each(|text| wrapped("li", text, out));
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
        Block::Picture(block) => picture(block, out),
        Block::Gallery { title, pictures } => {
            out.push_str("<figure class=\"gallery\">");
            pictures.iter().for_each(|block| picture(block, out));
            if !title.is_empty() {
                element("figcaption", "figcaption", title, out);
            }
            out.push_str("</figure>");
        }
        Block::Embed { url, title } => {
            if super::links::web(url, &super::links::Base::default()).is_some() {
                out.push_str("<figure class=\"embed\"><a href=\"");
                escape_into(url, out);
                out.push_str("\">");
                escape_into(if title.is_empty() { url } else { title }, out);
                out.push_str("</a></figure>");
            }
        }
        Block::Table {
            caption,
            header_rows,
            rows,
        } => table(caption, *header_rows, rows, out),
        Block::FactBox { title, blocks: inner } => {
            out.push_str("<aside class=\"factbox\">");
            if !title.is_empty() {
                element("h3", "h3", title, out);
            }
            blocks(inner, picture, out);
            out.push_str("</aside>");
        }
        // The parser takes the first line break of `pre` away, so that one is given to it.
        Block::Preformatted { text } => {
            out.push_str("<pre>\n");
            escape_into(text, out);
            out.push_str("</pre>");
        }
        Block::Rule => out.push_str("<hr>"),
    }
}

fn table(caption: &Text, header_rows: usize, rows: &[Vec<Text>], out: &mut String) {
    let (head, body) = rows.split_at_checked(header_rows).unwrap_or((rows, &[]));
    out.push_str("<table>");
    if !caption.is_empty() {
        wrapped("caption", caption, out);
    }
    for (part, name, rows) in [("thead", "th", head), ("tbody", "td", body)] {
        if rows.is_empty() {
            continue;
        }
        out.push('<');
        out.push_str(part);
        out.push('>');
        for row in rows {
            out.push_str("<tr>");
            row.iter().for_each(|cell| wrapped(name, cell, out));
            out.push_str("</tr>");
        }
        out.push_str("</");
        out.push_str(part);
        out.push('>');
    }
    out.push_str("</table>");
}
