//! Cards of Ghost's editors (pictures, galleries, embeds, boxes) as HTML, alike for both of its formats.

use crate::html::{escape_into, note};
use crate::problem::Problem;
use serde_json::{Map, Value};

/// HTML that grows.
#[derive(Default)]
pub(super) struct Html(pub(super) String);

impl Html {
    pub(super) fn text(&mut self, text: &str) {
        escape_into(text, &mut self.0);
    }

    pub(super) fn raw(&mut self, markup: &str) {
        self.0.push_str(markup);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.raw(" ");
        self.raw(name);
        self.raw("=\"");
        self.text(value);
        self.raw("\"");
    }
}

fn word<'a>(card: &'a Map<String, Value>, name: &str) -> &'a str {
    card.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn picture(card: &Map<String, Value>, out: &mut Html) {
    out.raw("<img");
    out.attribute("src", word(card, "src"));
    out.attribute("alt", word(card, "alt"));
    out.raw(">");
}

/// Captions and the words of boxes are kept as HTML.
fn figure(class: &str, inner: impl FnOnce(&mut Html), caption: &str, out: &mut Html) {
    out.raw("<figure");
    if !class.is_empty() {
        out.attribute("class", class);
    }
    out.raw(">");
    inner(out);
    if !caption.is_empty() {
        out.raw("<figcaption>");
        out.raw(caption);
        out.raw("</figcaption>");
    }
    out.raw("</figure>");
}

fn embed(address: &str, title: &str, out: &mut Html) {
    figure(
        "embed",
        |out| {
            out.raw("<a");
            out.attribute("href", address);
            out.raw(">");
            out.text(if title.is_empty() { address } else { title });
            out.raw("</a>");
        },
        "",
        out,
    );
}

/// Writes a card. What only steers a newsletter or a membership is left out.
pub(super) fn write(name: &str, card: &Map<String, Value>, out: &mut Html, problems: &mut Vec<Problem>) {
    match name {
        "image" => figure("", |out| picture(card, out), word(card, "caption"), out),
        "gallery" => {
            let pictures = card
                .get("images")
                .and_then(Value::as_array)
                .map(Vec::as_slice)
                .unwrap_or_default();
            figure(
                "gallery",
                |out| {
                    pictures
                        .iter()
                        .filter_map(Value::as_object)
                        .for_each(|image| figure("", |out| picture(image, out), word(image, "caption"), out))
                },
                word(card, "caption"),
                out,
            );
        }
        "embed" if !word(card, "url").is_empty() => embed(word(card, "url"), "", out),
        "embed" | "html" => out.raw(word(card, "html")),
        "bookmark" => {
            let meta = card.get("metadata").and_then(Value::as_object);
            embed(word(card, "url"), meta.map_or("", |meta| word(meta, "title")), out);
        }
        "video" | "audio" | "file" => {
            let title = [word(card, "title"), word(card, "fileTitle"), word(card, "fileName")]
                .into_iter()
                .find(|title| !title.is_empty());
            embed(word(card, "src"), title.unwrap_or_default(), out);
        }
        "hr" | "horizontalrule" => out.raw("<hr>"),
        "code" | "codeblock" => {
            out.raw("<pre>\n");
            out.text(word(card, "code"));
            out.raw("</pre>");
        }
        "markdown" | "card-markdown" => {
            note(problems, name, "a card in Markdown was taken as plain text");
            out.raw("<p>");
            for line in word(card, "markdown").lines() {
                out.text(line);
                out.raw("<br>");
            }
            out.raw("</p>");
        }
        "callout" => {
            out.raw("<aside class=\"factbox\">");
            out.raw(word(card, "calloutText"));
            out.raw("</aside>");
        }
        "toggle" => {
            out.raw("<details><summary>");
            out.raw(word(card, "heading"));
            out.raw("</summary>");
            out.raw(word(card, "content"));
            out.raw("</details>");
        }
        "button" => {
            out.raw("<p><a");
            out.attribute("href", word(card, "buttonUrl"));
            out.raw(">");
            out.text(word(card, "buttonText"));
            out.raw("</a></p>");
        }
        "header" => {
            for (element, name) in [
                ("h2", "heading"),
                ("h2", "header"),
                ("p", "subheading"),
                ("p", "subheader"),
            ] {
                if !word(card, name).is_empty() {
                    out.raw(&format!("<{element}>"));
                    out.raw(word(card, name));
                    out.raw(&format!("</{element}>"));
                }
            }
        }
        "product" => {
            out.raw("<h3>");
            out.raw(word(card, "productTitle"));
            out.raw("</h3>");
            out.raw(word(card, "productDescription"));
        }
        other => note(
            problems,
            other,
            format!("a card of the kind {} was left out", crate::xml::cut_at(other, 60)),
        ),
    }
}
