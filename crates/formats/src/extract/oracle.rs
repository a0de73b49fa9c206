//! What `rs-trafilatura`, the best by the published benchmark, takes for the page's text.
//!
//! It gives text without the page's structure, so it serves as an oracle: [`super::body`] finds its words again in the
//! page and reads the blocks there. It is given a plain copy of the page that is bounded in size and depth, on a stack
//! of its own, and a panic in it is an answer like "nothing found": it is written for pages, not for attacks.

use crate::html::dom::{Dom, Element, NodeId};
use crate::html::escape_into;

/// Larger copies are not given to it: its cost grows with nodes times depth.
const MAX_COPY: usize = 3 << 20;
const MAX_NODES: usize = 25_000;
const MAX_DEPTH: usize = 60;
/// Depths of all nodes together: it looks at every node's ancestors. Real pages stay below a quarter of it.
const MAX_WORK: usize = 500_000;
const STACK: usize = 32 << 20;

/// The text, paragraph by paragraph; none when it finds none or the page is out of bounds.
pub(super) fn ask(dom: &Dom) -> Option<String> {
    let copy = copy(dom)?;
    let options = rs_trafilatura::Options {
        page_type: Some(rs_trafilatura::page_type::PageType::Article),
        ..rs_trafilatura::Options::default()
    };
    let worker = std::thread::Builder::new()
        .name("extract".into())
        .stack_size(STACK)
        .spawn(move || {
            let answer = std::panic::catch_unwind(|| rs_trafilatura::extract_with_options(&copy, &options));
            answer.ok().and_then(Result::ok).map(|result| result.content_text)
        });
    let text = worker.ok()?.join().ok()??;
    (!text.trim().is_empty()).then_some(text)
}

/// The page as plain HTML: no scripts (but for structured data), styles, drawings or comments, no long attributes,
/// nothing nested deeper than it can bear.
fn copy(dom: &Dom) -> Option<String> {
    let mut out = String::from("<!DOCTYPE html>");
    let mut nodes = 0;
    let mut work = 0;
    let mut depth = 0_usize;
    let mut stack: Vec<(NodeId, bool)> = vec![(Dom::ROOT, false)];
    while let Some((node, leaving)) = stack.pop() {
        work += depth;
        if out.len() > MAX_COPY || nodes > MAX_NODES || work > MAX_WORK {
            return None;
        }
        if let Some(text) = dom.text(node) {
            nodes += 1;
            escape_into(text, &mut out);
            continue;
        }
        let element = dom.element(node);
        if leaving {
            depth = depth.saturating_sub(1);
            if let Some(element) = element
                && depth < MAX_DEPTH
            {
                out.push_str("</");
                out.push_str(element.name());
                out.push('>');
            }
            continue;
        }
        if let Some(element) = element {
            if !is_kept(element) {
                continue;
            }
            nodes += 1;
            if element.name() == "script" {
                out.push_str("<script type=\"application/ld+json\">");
                // A script's text can't be escaped, and what could end it early is not in sound JSON.
                out.push_str(&dom.raw_text(node).replace("</", "<\\/"));
                out.push_str("</script>");
                continue;
            }
            if depth < MAX_DEPTH {
                open(element, &mut out);
            }
            if is_void(element.name()) {
                continue;
            }
            depth += 1;
            stack.push((node, true));
        }
        let from = stack.len();
        stack.extend(dom.children(node).map(|child| (child, false)));
        if let Some(added) = stack.get_mut(from..) {
            added.reverse();
        }
    }
    Some(out)
}

fn is_kept(element: &Element) -> bool {
    match element.name() {
        "script" => element
            .attr("type")
            .is_some_and(|kind| kind.to_ascii_lowercase().contains("ld+json")),
        "" | "style" | "template" | "noscript" | "iframe" | "object" | "canvas" | "link" | "plaintext" => false,
        _ => true,
    }
}

fn is_void(name: &str) -> bool {
    matches!(
        name,
        "area" | "base" | "br" | "col" | "embed" | "hr" | "img" | "input" | "meta" | "source" | "track" | "wbr"
    )
}

fn open(element: &Element, out: &mut String) {
    out.push('<');
    out.push_str(element.name());
    for (name, value) in element.attributes() {
        // Spans are left out: a cell's text would be repeated as often as they say.
        let wanted = matches!(
            name,
            "class"
                | "id"
                | "itemprop"
                | "itemtype"
                | "itemscope"
                | "role"
                | "href"
                | "content"
                | "property"
                | "name"
                | "rel"
                | "lang"
                | "datetime"
                | "style"
                | "hidden"
                | "aria-hidden"
                | "src"
                | "alt"
                | "data-testid"
                | "data-component"
                | "data-type"
        );
        if wanted && value.len() < 2_000 {
            out.push(' ');
            out.push_str(name);
            out.push_str("=\"");
            escape_into(value, out);
            out.push('"');
        }
    }
    out.push('>');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::parse;

    #[test]
    fn the_copy_is_bounded() {
        let deep = format!("{}words", "<div>".repeat(5_000));
        let copy = copy(&parse::document(&deep)).unwrap();
        assert!(copy.matches("<div").count() <= MAX_DEPTH && copy.contains("words"));
        assert!(super::copy(&parse::document(&"<p>x".repeat(30_000))).is_none());
    }

    #[test]
    fn it_finds_a_text() {
        let paragraph =
            "<p>The ferry came back to the harbour at noon, and the quay was full of people who had waited.</p>";
        let page = format!(
            "<title>x</title><nav><a href=/>Home</a></nav><article><h1>Ferry</h1>{}</article>",
            paragraph.repeat(8)
        );
        assert!(ask(&parse::document(&page)).unwrap().contains("quay was full"));
    }
}
