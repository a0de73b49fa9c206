//! An element as HTML, for the reader of HTML.

use super::{Attributes, Data, Kind, Node, is_allowed, unescape};

/// Writes an element and what is in it as HTML, so that the HTML reader makes blocks of it: prefixes go, empty
/// elements that HTML doesn't know as empty are closed, CDATA and references become plain escapes.
pub fn to_html(node: Node<'_>) -> String {
    fn escape(text: &str, quotes: bool, out: &mut String) {
        for char in text.chars() {
            match char {
                '&' => out.push_str("&amp;"),
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '"' if quotes => out.push_str("&quot;"),
                char if is_allowed(char) => out.push(char),
                _ => {}
            }
        }
    }
    fn walk(node: Node<'_>, out: &mut String) {
        if let Some(text) = node.as_text() {
            escape(text, false, out);
            return;
        }
        let name = node.name();
        let Some(Data {
            kind: Kind::Element { attributes, .. },
            ..
        }) = node.data()
        else {
            node.children().for_each(|child| walk(child, out));
            return;
        };
        out.push('<');
        out.push_str(name);
        for (key, value) in Attributes(attributes) {
            if key.starts_with("xmlns")
                || !key
                    .chars()
                    .all(|char| char.is_ascii_alphanumeric() || "-_.:".contains(char))
            {
                continue;
            }
            out.push(' ');
            out.push_str(key.rsplit_once(':').map_or(key, |(_, local)| local));
            out.push_str("=\"");
            escape(&unescape(value), true, out);
            out.push('"');
        }
        out.push('>');
        if matches!(
            name,
            "area" | "br" | "col" | "embed" | "hr" | "img" | "input" | "link" | "meta" | "source" | "wbr"
        ) {
            return;
        }
        node.children().for_each(|child| walk(child, out));
        out.push_str("</");
        out.push_str(name);
        out.push('>');
    }
    let mut out = String::new();
    walk(node, &mut out);
    out
}
