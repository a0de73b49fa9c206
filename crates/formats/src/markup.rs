//! HTML as agencies send it inside their formats: read as any HTML, then rid of what repeats the item's own fields.

use crate::html;
use crate::nitf::take_lead_picture;
use crate::problem::{Problem, ReadContext};
use crate::xml::squeeze;
use masthead_domain::document::{Block, Document};
use masthead_domain::wire::NewsItem;

/// Reads HTML into an item's body. The headline must be known before, as a body that opens with it loses it there:
/// the page shows it already.
pub(crate) fn read(markup: &str, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let markup = without_dateline(markup, item);
    let markup = with_credits(&markup);
    let markup = with_paragraphs(&markup);
    let reading = html::to_document(&markup, ctx);
    problems.extend(reading.problems);
    let mut blocks = reading.value.blocks;
    let repeats = |block: &Block| {
        let Block::Heading { text, .. } = block else {
            return false;
        };
        [&item.headline, &item.title]
            .into_iter()
            .flatten()
            .any(|headline| squeeze(&text.to_plain()) == *headline)
    };
    if let Some(at) = blocks.iter().take(2).position(repeats) {
        blocks.remove(at);
    }
    take_lead_picture(&mut blocks, item);
    item.body = Document { blocks };
}

/// TT (and those who took its markup over) put the dateline into the text as `<div class="dat">`, which is no
/// paragraph of the story.
fn without_dateline(markup: &str, item: &mut NewsItem) -> String {
    const OPEN: &str = "<div class=\"dat\">";
    let parts = markup
        .split_once(OPEN)
        .and_then(|(before, rest)| Some((before, rest.split_once("</div>")?)));
    let Some((before, (dateline, after))) = parts else {
        return markup.to_owned();
    };
    // Its parts are spans without a space between them.
    let words = dateline.replace('<', " <");
    let text = squeeze(&strip_tags(&words));
    if item.dateline.is_none() && !text.is_empty() {
        item.dateline = Some(text);
    }
    format!("{before}{after}")
}

/// The same markup has a picture's credit beside its caption, as `<div class="byline">` in the figure; inside the
/// caption the reader of HTML knows it for what it is.
fn with_credits(markup: &str) -> String {
    const OPEN: &str = "<div class=\"byline\">";
    let mut out = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some((before, after)) = rest.split_once("<figure") {
        out.push_str(before);
        let (figure, left, is_closed) = after
            .split_once("</figure>")
            .map_or((after, "", false), |(figure, left)| (figure, left, true));
        let credit = figure
            .split_once(OPEN)
            .and_then(|(head, rest)| Some((head, rest.split_once("</div>")?)));
        out.push_str("<figure");
        match credit {
            Some((head, (credit, tail))) => {
                let inside = format!(" <span class=\"credit\">{credit}</span></figcaption>");
                out.push_str(head);
                match tail.split_once("</figcaption>") {
                    Some((caption, end)) => {
                        out.push_str(caption);
                        out.push_str(&inside);
                        out.push_str(end);
                    }
                    None => {
                        out.push_str("<figcaption>");
                        out.push_str(&inside);
                        out.push_str(tail);
                    }
                }
            }
            None => out.push_str(figure),
        }
        if is_closed {
            out.push_str("</figure>");
        }
        rest = left;
    }
    out.push_str(rest);
    out
}

fn strip_tags(markup: &str) -> String {
    let mut out = String::new();
    for part in markup.split('<') {
        match part.split_once('>') {
            Some((_, text)) => out.push_str(text),
            None => out.push_str(part),
        }
    }
    crate::xml::unescape(&out).into_owned()
}

/// One paragraph that holds the whole text, its real paragraphs told by indented lines, is how some systems wrap plain
/// text; read as HTML it would be a wall of words.
fn with_paragraphs(markup: &str) -> String {
    let is_single = markup.matches("<p").count() == 1 && !markup.contains("<br") && !markup.contains("<li");
    if !is_single {
        return markup.to_owned();
    }
    let is_break = |line: &str| line.starts_with("    ") && !line.trim().is_empty();
    // Pretty-printed markup indents every line; a text indents those that begin a paragraph.
    let lines: Vec<&str> = markup.lines().collect();
    let indented = lines.iter().skip(1).filter(|line| is_break(line)).count();
    let plain = lines
        .iter()
        .skip(1)
        .filter(|line| !is_break(line) && !line.trim().is_empty() && !line.trim().starts_with("</"))
        .count();
    let is_text = indented >= 2
        && (plain >= 2
            || lines
                .iter()
                .skip(1)
                .filter(|line| is_break(line))
                .all(|line| line.trim_end().ends_with(['.', '"', '”', ')', '!', '?', ':'])));
    if !is_text {
        return markup.to_owned();
    }
    let mut out = String::with_capacity(markup.len() + indented * 7);
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push_str(if is_break(line) { "</p><p>" } else { "\n" });
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::time::Timestamp;

    fn body(markup: &str, headline: &str) -> NewsItem {
        let mut item = NewsItem {
            headline: Some(headline.to_owned()),
            ..NewsItem::default()
        };
        read(
            markup,
            &mut item,
            &ReadContext::at(Timestamp::from_micros(0)),
            &mut Vec::new(),
        );
        item
    }

    #[test]
    fn the_headline_is_not_said_twice() {
        let item = body(
            "<article><h1>Quay reopens</h1><div class=\"dat\"><span>Quayside</span><span>QP</span></div><p>One.</p><h2>Then</h2></article>",
            "Quay reopens",
        );
        assert_eq!(item.body.to_plain(), "One.\nThen");
        assert_eq!(item.dateline.as_deref(), Some("Quayside QP"));
    }

    #[test]
    fn a_credit_beside_its_caption() {
        let item = body(
            "<figure><img src=\"https://quay.example/a.jpg\"/><div class=\"byline\">Ada Quill/QP</div><figcaption>The quay.</figcaption></figure><p>One.</p>",
            "x",
        );
        let lead = item.lead_picture.unwrap();
        assert_eq!(
            (lead.caption.to_plain().as_str(), lead.credit.as_str()),
            ("The quay.", "Ada Quill/QP")
        );
        assert_eq!(item.body.to_plain(), "One.");
    }

    #[test]
    fn a_wall_of_text_has_its_paragraphs() {
        let item = body(
            "<p>QUAYSIDE (QP) - One\nline on.\n    Two is\nhere.\n    Three.</p>",
            "x",
        );
        assert_eq!(item.body.blocks.len(), 3);
        let item = body("<p>Pretty\n    printed\n    words\n    only</p>", "x");
        assert_eq!(item.body.blocks.len(), 1);
    }
}
