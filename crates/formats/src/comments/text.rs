//! What a comment says, from whatever its system keeps: HTML, Markdown, plain text. Out comes the form that comments
//! have here: paragraphs, links, quotes, and no markup.

use crate::html::text::squeeze;
use crate::html::{self, parse};
use crate::problem::ReadContext;
use masthead_domain::document::{Block, Text};

/// The text of a piece of HTML: a line break stays one, an empty line parts paragraphs, a link's address stands behind
/// its words, and what was quoted begins with `>`.
pub(crate) fn from_html(html: &str, ctx: &ReadContext<'_>) -> String {
    if !html.contains(['<', '&']) {
        return from_plain(html);
    }
    let document = html::to_document(html, ctx).value;
    let mut out = String::new();
    for block in &document.blocks {
        let parts: Vec<String> = match block {
            Block::Paragraph { text } | Block::Heading { text, .. } => vec![line(text)],
            Block::Quote { paragraphs, .. } => paragraphs
                .iter()
                .map(|text| format!("> {}", line(text).replace('\n', "\n> ")))
                .collect(),
            Block::List { items, .. } => vec![
                items
                    .iter()
                    .map(|text| format!("- {}", line(text)))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ],
            Block::Preformatted { text } => vec![text.clone()],
            Block::Embed { url, .. } => vec![url.clone()],
            Block::FactBox { .. } | Block::Table { .. } => {
                vec![
                    masthead_domain::document::Document {
                        blocks: vec![block.clone()],
                    }
                    .to_plain(),
                ]
            }
            Block::Picture(_) | Block::Gallery { .. } | Block::Rule => Vec::new(),
        };
        for part in parts.iter().filter(|part| !part.trim().is_empty()) {
            if !out.is_empty() {
                out.push_str("\n\n");
            }
            out.push_str(part);
        }
    }
    out
}

fn line(text: &Text) -> String {
    let mut out = String::new();
    for span in &text.0 {
        out.push_str(&span.text);
        if let Some(link) = &span.link
            && !span.text.contains(link.trim_end_matches('/'))
            && !link.starts_with('/')
        {
            out.push_str(" (");
            out.push_str(link);
            out.push(')');
        }
    }
    out
}

/// The text of Markdown (CommonMark).
pub(crate) fn from_markdown(markdown: &str, ctx: &ReadContext<'_>) -> String {
    let kept = parse::floor_char_boundary(markdown, ctx.max_field);
    let mut html = String::with_capacity(kept + kept / 8);
    let parser = pulldown_cmark::Parser::new(markdown.get(..kept).unwrap_or_default());
    // A single line break is one: all systems that take comments in Markdown show it so, against the specification.
    let parser = parser.map(|event| match event {
        pulldown_cmark::Event::SoftBreak => pulldown_cmark::Event::HardBreak,
        event => event,
    });
    pulldown_cmark::html::push_html(&mut html, parser);
    from_html(&html, ctx)
}

/// Plain text with its line breaks, at most one empty line in a row.
pub(crate) fn from_plain(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    let mut empty = 0;
    for line in content.lines() {
        let line = squeeze(line);
        if line.is_empty() {
            empty += 1;
            continue;
        }
        if !out.is_empty() {
            out.push_str(if empty > 0 { "\n\n" } else { "\n" });
        }
        empty = 0;
        out.push_str(&line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::time::Timestamp;

    #[test]
    fn html_markdown_and_plain_text_become_paragraphs_links_and_quotes() {
        let ctx = ReadContext::at(Timestamp::from_micros(0));
        assert_eq!(
            from_html(
                "<p>Tide &amp; quay<br>again</p><blockquote><p>Said.</p></blockquote><p>See <a href=\"https://quay.example/x\">this</a></p>",
                &ctx
            ),
            "Tide & quay\nagain\n\n> Said.\n\nSee this (https://quay.example/x)"
        );
        assert_eq!(
            from_markdown(
                "One *line*\nand & another\n\n> quoted\n\n[here](https://quay.example/)",
                &ctx
            ),
            "One line\nand & another\n\n> quoted\n\nhere (https://quay.example/)"
        );
        assert_eq!(from_plain("a\n\n\n b  c \n"), "a\n\nb c");
        assert_eq!(from_html("<script>alert(1)</script><p>x</p>", &ctx), "x");
        assert_eq!(from_markdown("<img src=x onerror=alert(1)>y", &ctx), "y");
    }
}
