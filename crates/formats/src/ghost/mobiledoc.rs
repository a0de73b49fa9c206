//! Ghost's older editor format (Mobiledoc 0.3) as HTML.

use super::cards::{self, Html};
use crate::html::note;
use crate::problem::Problem;
use serde_json::{Map, Value};

pub(super) fn to_html(text: &str, problems: &mut Vec<Problem>) -> String {
    let mut out = Html::default();
    match serde_json::from_str::<Value>(text) {
        Ok(value) => {
            let list = |name: &str| {
                value
                    .get(name)
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default()
            };
            let doc = Doc {
                markups: list("markups"),
                atoms: list("atoms"),
                cards: list("cards"),
            };
            for section in list("sections").iter().filter_map(Value::as_array) {
                doc.section(section, &mut out, problems);
            }
        }
        Err(error) => note(problems, "mobiledoc", format!("the text can't be read: {error}")),
    }
    out.0
}

struct Doc<'a> {
    markups: &'a [Value],
    atoms: &'a [Value],
    cards: &'a [Value],
}

fn number(value: Option<&Value>) -> usize {
    value
        .and_then(Value::as_u64)
        .and_then(|number| usize::try_from(number).ok())
        .unwrap_or(usize::MAX)
}

/// Elements that a section or a mark may be; nothing else becomes a tag.
fn allowed(name: &str) -> Option<&'static str> {
    const NAMES: [&str; 24] = [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "aside",
        "ul",
        "ol",
        "strong",
        "b",
        "em",
        "i",
        "s",
        "u",
        "code",
        "sub",
        "sup",
        "a",
        "pre",
        "mark",
        "span",
    ];
    NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).copied()
}

impl Doc<'_> {
    fn section(&self, section: &[Value], out: &mut Html, problems: &mut Vec<Problem>) {
        let text = |at: usize| section.get(at).and_then(Value::as_str).unwrap_or_default();
        match section.first().and_then(Value::as_u64) {
            Some(1) => {
                let name = allowed(text(1)).unwrap_or("p");
                out.raw(&if name == "aside" {
                    "<aside class=\"pullquote\">".to_owned()
                } else {
                    format!("<{name}>")
                });
                self.markers(section.get(2), out);
                out.raw(&format!("</{name}>"));
            }
            Some(2) => {
                let mut card = Map::new();
                card.insert("src".into(), text(1).into());
                cards::write("image", &card, out, problems);
            }
            Some(3) => {
                let name = if text(1) == "ol" { "ol" } else { "ul" };
                out.raw(&format!("<{name}>"));
                for item in section.get(2).and_then(Value::as_array).into_iter().flatten() {
                    out.raw("<li>");
                    self.markers(Some(item), out);
                    out.raw("</li>");
                }
                out.raw(&format!("</{name}>"));
            }
            Some(10) => {
                let card = self.cards.get(number(section.get(1))).and_then(Value::as_array);
                if let Some([name, payload]) = card.map(Vec::as_slice)
                    && let (Some(name), Some(payload)) = (name.as_str(), payload.as_object())
                {
                    cards::write(name, payload, out, problems);
                }
            }
            _ => note(
                problems,
                "mobiledoc",
                "a section of a kind that is not known was left out",
            ),
        }
    }

    /// Markers: kind, marks that open, how many close, text or the number of an atom.
    fn markers(&self, markers: Option<&Value>, out: &mut Html) {
        let mut open: Vec<&'static str> = Vec::new();
        for marker in markers
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_array)
        {
            for markup in marker.get(1).and_then(Value::as_array).into_iter().flatten() {
                let markup = self
                    .markups
                    .get(number(Some(markup)))
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                let name = markup
                    .first()
                    .and_then(Value::as_str)
                    .and_then(allowed)
                    .unwrap_or("span");
                out.raw("<");
                out.raw(name);
                let attributes = markup
                    .get(1)
                    .and_then(Value::as_array)
                    .map(Vec::as_slice)
                    .unwrap_or_default();
                for pair in attributes.chunks(2) {
                    if let [Value::String(key), Value::String(value)] = pair
                        && key == "href"
                    {
                        out.raw(" href=\"");
                        out.text(value);
                        out.raw("\"");
                    }
                }
                out.raw(">");
                open.push(name);
            }
            match marker.first().and_then(Value::as_u64) {
                Some(0) => out.text(marker.get(3).and_then(Value::as_str).unwrap_or_default()),
                _ => {
                    let atom = self
                        .atoms
                        .get(number(marker.get(3)))
                        .and_then(Value::as_array)
                        .map(Vec::as_slice)
                        .unwrap_or_default();
                    match atom.first().and_then(Value::as_str) {
                        Some("soft-return") => out.raw("<br>"),
                        _ => out.text(atom.get(1).and_then(Value::as_str).unwrap_or_default()),
                    }
                }
            }
            for _ in 0..number(marker.get(2)).min(open.len()) {
                if let Some(name) = open.pop() {
                    out.raw(&format!("</{name}>"));
                }
            }
        }
        while let Some(name) = open.pop() {
            out.raw(&format!("</{name}>"));
        }
    }
}
