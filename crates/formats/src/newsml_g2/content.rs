//! The content of a NewsML-G2 item: inline NITF, XHTML or plain text, files elsewhere, and a package's groups.

use super::catalog::{Catalog, code_of, last_part};
use super::meta::text_in_language;
use crate::problem::{Problem, ReadContext};
use crate::xml::{self, Node, clean};
use crate::{markup, ninjs, nitf, wire_text};
use base64::Engine;
use masthead_domain::document::Document;
use masthead_domain::wire::{Association, ContentType, NewsItem, PubStatus, Rendition};
use std::collections::HashSet;

/// Reads `contentSet`: the best inline text becomes the body, files become renditions.
pub(super) fn read_content_set(
    node: Node<'_>,
    item: &mut NewsItem,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) {
    let Some(set) = node.child("contentSet") else { return };
    item.renditions = set.all("remoteContent").map(rendition).collect();
    // Markup is taken before plain text, and among equals the sender's order decides.
    let inline = set.all("inlineXML").find(|inline| is_text(*inline));
    if let Some(inline) = inline {
        read_markup(inline, item, ctx, problems);
    } else {
        let mut data: Vec<Node<'_>> = set.all("inlineData").filter(|data| data.text().is_some()).collect();
        data.sort_by_key(|data| !data.word("contenttype").is_some_and(|kind| kind.contains("html")));
        if let Some(data) = data.first() {
            read_data(*data, item, ctx, problems);
        }
    }
}

/// Whether inline XML holds a text: sports results, event lists and the like are data and make no body.
fn is_text(inline: Node<'_>) -> bool {
    inline.elements().next().is_some_and(|root| {
        matches!(
            root.name().to_ascii_lowercase().as_str(),
            "nitf"
                | "html"
                | "body"
                | "div"
                | "p"
                | "section"
                | "article"
                | "span"
                | "main"
                | "body.content"
                | "h1"
                | "h2"
                | "ul"
                | "table"
        )
    })
}

fn read_markup(inline: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    if let Some(nitf) = inline.child("nitf") {
        let inner = nitf::read_element(nitf, ctx, problems);
        ninjs::absorb(item, inner);
        return;
    }
    if let Some(content) = inline.descendants().find(|node| node.is("body.content")) {
        let mut found = nitf::body::read(content);
        nitf::take_lead_picture(&mut found.blocks, item);
        item.body = Document { blocks: found.blocks };
        return;
    }
    xhtml(inline, item, ctx, problems);
}

/// XHTML below an element as the item's body: what is in its `body` where it has one.
pub(crate) fn xhtml(parent: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let body = parent
        .descendants()
        .find(|node| node.name().eq_ignore_ascii_case("body"))
        .unwrap_or(parent);
    if let Some(text) = only_text(body) {
        // A body of bare lines is how systems without markup fill the element.
        item.body = wire_text::document(&text);
        return;
    }
    let html: String = body.children().map(xml::to_html).collect();
    markup::read(&html, item, ctx, problems);
}

/// The text of an element that holds nothing else.
fn only_text(node: Node<'_>) -> Option<String> {
    let has_markup = node.elements().next().is_some();
    (!has_markup).then(|| node.raw_text())
}

fn read_data(data: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let mut text = data.raw_text();
    if let Some(encoding) = data.word("encoding").or_else(|| data.word("encodinguri")) {
        if !last_part(&encoding).to_ascii_lowercase().contains("base64") {
            problems.push(Problem::new(
                "contentSet/inlineData",
                format!("the encoding {encoding} is not known"),
            ));
            return;
        }
        let packed: String = text.split_whitespace().collect();
        match base64::engine::general_purpose::STANDARD.decode(packed) {
            Ok(bytes) => text = xml::decode(&bytes, problems).into_owned(),
            Err(error) => {
                problems.push(Problem::new("contentSet/inlineData", format!("no base64: {error}")));
                return;
            }
        }
    }
    let kind = data.word("contenttype").unwrap_or_default();
    if kind.contains("html") || wire_text::looks_like_html(&text) {
        markup::read(&text, item, ctx, problems);
    } else {
        item.body = wire_text::document(&clean(&text));
    }
}

fn rendition(node: Node<'_>) -> Rendition {
    let number = |name: &str| node.word(name).and_then(|text| text.parse::<u64>().ok());
    let small = |name: &str| number(name).and_then(|number| u32::try_from(number).ok());
    Rendition {
        name: node
            .word("rendition")
            .or_else(|| node.word("renditionuri"))
            .map(|code| last_part(&code).to_owned()),
        href: node.word("href"),
        residref: node.word("residref"),
        media_type: node.word("contenttype"),
        width: small("width"),
        height: small("height"),
        size: number("size"),
    }
}

/// Reads `groupSet`: every item that the package refers to becomes an association, in document order, named by the
/// role of its group.
pub(super) fn read_groups(node: Node<'_>, catalog: &Catalog<'_>, item: &mut NewsItem) {
    let language = item.language.clone();
    let mut seen = HashSet::new();
    // Old senders leave out the group set and its groups.
    for reference in node.descendants().filter(|node| node.is("itemRef")) {
        let Some(guid) = reference.word("residref").or_else(|| reference.word("href")) else {
            continue;
        };
        if !seen.insert(guid.clone()) {
            continue;
        }
        let role = reference
            .parent()
            .and_then(|group| group.word("role").or_else(|| group.word("id")));
        let content = reference
            .child("itemClass")
            .and_then(code_of)
            .map(|class| catalog.uri(&class).unwrap_or(class))
            .map_or_else(ContentType::default, |class| match last_part(&class) {
                "text" => ContentType::Text,
                "picture" => ContentType::Picture,
                "graphic" => ContentType::Graphic,
                "audio" => ContentType::Audio,
                "video" => ContentType::Video,
                "composite" => ContentType::Composite,
                other => ContentType::Other(other.to_owned()),
            });
        let member = NewsItem {
            guid,
            version: reference.word("version"),
            content,
            status: reference
                .child("pubStatus")
                .and_then(code_of)
                .map_or(PubStatus::Usable, |code| PubStatus::from_code(&code)),
            headline: text_in_language(reference, "headline", language.as_deref()),
            title: text_in_language(reference, "title", language.as_deref()),
            summary: text_in_language(reference, "description", language.as_deref()),
            slugline: reference.child_text("slugline"),
            ..NewsItem::default()
        };
        let name = role.map(|role| last_part(&role).to_owned());
        item.associations.push(Association {
            name,
            item: Box::new(member),
        });
    }
}
