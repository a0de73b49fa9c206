//! Microdata and RDFa on a page's own elements: `itemprop`, and `property` of the rNews kind.

use crate::html::dom::{Dom, NodeId};

/// A property with the element that bears it.
pub(super) struct Property {
    pub(super) name: String,
    pub(super) node: NodeId,
    /// `content`, `datetime`, or an address; the text otherwise.
    pub(super) value: String,
}

/// Properties that stories have.
const NAMES: &[&str] = &[
    "headline",
    "datePublished",
    "dateModified",
    "dateCreated",
    "author",
    "creator",
    "description",
    "articleSection",
    "keywords",
    "articleBody",
    "image",
    "caption",
    "copyrightHolder",
    "dateline",
    "contentLocation",
    "about",
    "name",
];

/// Reads them in document order.
pub(super) fn read(dom: &Dom) -> Vec<Property> {
    let mut out = Vec::new();
    for node in dom.descendants(Dom::ROOT) {
        let Some(element) = dom.element(node) else { continue };
        let Some(names) = element.attr("itemprop").or_else(|| element.attr("property")) else {
            continue;
        };
        for name in names.split_ascii_whitespace() {
            let name = name.rsplit([':', '/', '#']).next().unwrap_or(name);
            let Some(name) = NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
                continue;
            };
            // Names of people and places are theirs; only the story's own `name` matters, and that is its headline.
            if *name == "articleBody" {
                out.push(Property {
                    name: (*name).to_owned(),
                    node,
                    value: String::new(),
                });
                continue;
            }
            let value = ["content", "datetime"]
                .iter()
                .find_map(|attribute| element.attr_text(attribute))
                .map(str::to_owned)
                .or_else(|| match element.name() {
                    "img" => element.attr_text("src").map(str::to_owned),
                    "link" => element.attr_text("href").map(str::to_owned),
                    _ => None,
                })
                .unwrap_or_else(|| person_name(dom, node).unwrap_or_else(|| dom.plain_text(node)));
            if !value.is_empty() && value.len() < 2_000 {
                out.push(Property {
                    name: (*name).to_owned(),
                    node,
                    value,
                });
            }
            if out.len() > 2_000 {
                return out;
            }
        }
    }
    out
}

/// The `name` inside a person.
fn person_name(dom: &Dom, node: NodeId) -> Option<String> {
    dom.element(node)?.attr("itemscope")?;
    dom.descendants(node).skip(1).find_map(|at| {
        let element = dom.element(at)?;
        let is_name = element
            .attr("itemprop")
            .is_some_and(|names| names.split_ascii_whitespace().any(|name| name == "name"));
        if !is_name {
            return None;
        }
        element
            .attr_text("content")
            .map(str::to_owned)
            .or_else(|| Some(dom.plain_text(at)).filter(|text| !text.is_empty()))
    })
}
