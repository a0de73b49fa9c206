//! Ghost's newer editor format (Lexical) as HTML.

use super::cards::{self, Html};
use crate::html::note;
use crate::problem::Problem;
use serde_json::{Map, Value};

pub(super) fn to_html(text: &str, problems: &mut Vec<Problem>) -> String {
    let mut out = Html::default();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => match value.get("root").and_then(Value::as_object) {
            Some(root) => children(root, &mut out, problems),
            None => note(problems, "lexical", "the text has no root"),
        },
        Err(error) => note(problems, "lexical", format!("the text can't be read: {error}")),
    }
    out.0
}

// The parser's own bound of 128 levels bounds the recursion.
fn children(node: &Map<String, Value>, out: &mut Html, problems: &mut Vec<Problem>) {
    for child in node
        .get("children")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
    {
        write(child, out, problems);
    }
}

fn write(node: &Map<String, Value>, out: &mut Html, problems: &mut Vec<Problem>) {
    let word = |name: &str| node.get(name).and_then(Value::as_str).unwrap_or_default();
    let kind = word("type");
    let mut wrap = |name: &str, problems: &mut Vec<Problem>| {
        out.raw(&format!("<{name}>"));
        children(node, out, problems);
        out.raw(&format!("</{name}>"));
    };
    match kind {
        "paragraph" | "extended-paragraph" => wrap("p", problems),
        "heading" | "extended-heading" => {
            let tag = word("tag");
            wrap(
                if matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
                    tag
                } else {
                    "h2"
                },
                problems,
            );
        }
        "quote" | "extended-quote" => wrap("blockquote", problems),
        "aside" => {
            out.raw("<aside class=\"pullquote\">");
            children(node, out, problems);
            out.raw("</aside>");
        }
        "list" => wrap(
            if word("listType") == "number" || word("tag") == "ol" {
                "ol"
            } else {
                "ul"
            },
            problems,
        ),
        "listitem" => wrap("li", problems),
        "link" | "autolink" => {
            out.raw("<a href=\"");
            out.text(word("url"));
            out.raw("\">");
            children(node, out, problems);
            out.raw("</a>");
        }
        "linebreak" => out.raw("<br>"),
        "text" | "extended-text" | "at-link-search" | "zwnj" => {
            let format = node.get("format").and_then(Value::as_u64).unwrap_or(0);
            let marks = [
                (1, "strong"),
                (2, "em"),
                (4, "s"),
                (8, "u"),
                (16, "code"),
                (32, "sub"),
                (64, "sup"),
            ];
            let set: Vec<&str> = marks
                .iter()
                .filter(|(bit, _)| format & bit != 0)
                .map(|(_, name)| *name)
                .collect();
            set.iter().for_each(|name| out.raw(&format!("<{name}>")));
            out.text(word("text"));
            set.iter().rev().for_each(|name| out.raw(&format!("</{name}>")));
        }
        "tab" => out.raw(" "),
        _ if node.contains_key("children") => children(node, out, problems),
        card => cards::write(card, node, out, problems),
    }
}
