//! The text of a post: block comments, classic paragraphs, shortcodes, embeds by address.

use super::{autop::autop, shortcodes};
use crate::html::links::Base;
use crate::html::{self, Options, note};
use crate::problem::{Problem, ReadContext};
use masthead_domain::document::{Block, Document};

/// Reads a post's content.
pub(super) fn read(content: &str, base: &Base, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Document {
    if content.trim().is_empty() {
        return Document::default();
    }
    let kept = html::parse::floor_char_boundary(content, ctx.max_field);
    if kept < content.len() {
        note(
            problems,
            "content",
            format!("longer than {} bytes; the rest was left out", ctx.max_field),
        );
    }
    let content = content.get(..kept).unwrap_or_default();
    let markup = if content.contains("<!-- wp:") {
        blocks(content, problems)
    } else {
        autop(&shortcodes::expand(content, problems))
    };
    let options = Options { attachments: true };
    let reading = html::read_fragment(&markup, base.clone(), options, ctx);
    for problem in reading.problems {
        note(problems, "content", problem.what);
    }
    let mut document = reading.value;
    for block in &mut document.blocks {
        embed_of_address(block);
    }
    document
}

/// Content of the block editor is HTML between comments. Only the classic block inside it follows the classic rules,
/// and blocks without markup are made when a page is shown, from what is not in the export.
fn blocks(content: &str, problems: &mut Vec<Problem>) -> String {
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((before, after)) = rest.split_once("<!-- wp:") {
        out.push_str(&shortcodes::expand(before, problems));
        let Some((comment, next)) = after.split_once("-->") else {
            rest = "";
            break;
        };
        let name = comment
            .split(|c: char| c.is_whitespace() || c == '{')
            .next()
            .unwrap_or_default();
        let is_single = comment.trim_end().ends_with('/');
        rest = next;
        if is_single {
            single(name, comment, &mut out, problems);
        } else if matches!(name, "freeform" | "core/freeform") {
            let (inner, behind) = next.split_once("<!-- /wp:freeform -->").unwrap_or((next, ""));
            out.push_str(&autop(&shortcodes::expand(inner, problems)));
            rest = behind;
        }
    }
    // Closing comments stay: to HTML they are comments.
    out.push_str(&shortcodes::expand(rest, problems));
    out
}

/// A block that has no markup of its own in the export.
fn single(name: &str, comment: &str, out: &mut String, problems: &mut Vec<Problem>) {
    match name {
        "more" | "nextpage" | "spacer" | "separator" | "core/more" => {}
        "embed" | "core-embed/youtube" | "core-embed/twitter" | "video" | "audio" => {
            if let Some(address) = attribute(comment, "url").or_else(|| attribute(comment, "src")) {
                out.push_str("<figure class=\"wp-block-embed\"><div class=\"wp-block-embed__wrapper\">");
                html::escape_into(&address, out);
                out.push_str("</div></figure>");
            }
        }
        _ => note(
            problems,
            name,
            "a block that is made anew on each page was left out: nothing of it is in the export",
        ),
    }
}

/// A text of the JSON in a block's comment.
fn attribute(comment: &str, name: &str) -> Option<String> {
    let json = comment.get(comment.find('{')?..=comment.rfind('}')?)?;
    let value: serde_json::Value = serde_json::from_str(json).ok()?;
    value.get(name)?.as_str().map(str::to_owned)
}

/// A line that is one address of a known service stands for the thing itself.
fn embed_of_address(block: &mut Block) {
    if let Block::Paragraph { text } = block
        && let [span] = text.0.as_slice()
        && let Some(url) = html::bare_address(&span.text)
    {
        *block = Block::Embed {
            url,
            title: String::new(),
        };
    }
}
