//! The picture that leads the story, with what is said under it.

use super::facts::Facts;
use super::published::Place;
use crate::credit;
use crate::feeds::{lead_with, same_picture};
use crate::html::dom::{Dom, NodeId};
use crate::html::links::{self, Base};
use crate::html::{Options, Reader};
use crate::problem::ReadContext;
use masthead_domain::document::{Block, PictureBlock, PictureSource, Text};
use masthead_domain::wire::NewsItem;

/// Finds it: the first picture between headline and second paragraph; else the one that the data name.
pub(super) fn find(place: &Place<'_>, facts: &Facts, base: &Base, ctx: &ReadContext<'_>, item: &mut NewsItem) {
    let declared: Vec<PictureBlock> = facts
        .pictures
        .iter()
        .filter_map(|picture| {
            let address = links::picture(&picture.url, base).filter(|address| !is_logo(address))?;
            let (caption, credit) = match &picture.credit {
                Some(credit) => (
                    picture.caption.clone().unwrap_or_default(),
                    credit::without_label(credit),
                ),
                None => credit::split_plain(picture.caption.as_deref().unwrap_or_default()),
            };
            Some(PictureBlock {
                picture: PictureSource::Remote(address),
                caption: Text::plain(caption),
                credit,
                alt: facts.picture_alt.clone().unwrap_or_default(),
            })
        })
        .collect();
    let shown = shown(place, base, ctx);
    // One that both say is it beyond doubt; the page's has the words, the data's the larger file.
    let both = shown.iter().find_map(|own| {
        let data = declared.iter().find(|data| same_picture(&own.picture, &data.picture))?;
        let mut lead = own.clone();
        if lead.credit.is_empty() {
            lead.credit.clone_from(&data.credit);
        }
        Some(lead)
    });
    let first = shown.into_iter().next();
    if let Some(lead) = both.or(first).or_else(|| declared.into_iter().next()) {
        lead_with(item, lead);
    }
}

/// Pictures that stand before the story's second paragraph and behind its headline.
fn shown(place: &Place<'_>, base: &Base, ctx: &ReadContext<'_>) -> Vec<PictureBlock> {
    let dom = place.dom;
    let segments = &place.layout.segments;
    let Some(first) = place.found.first() else {
        return Vec::new();
    };
    let title = place
        .title
        .and_then(|title| title.segment)
        .filter(|title| *title < first);
    let node_at = |at: usize| segments.get(at).and_then(|segment| segment.nodes.first()).copied();
    let second = place
        .found
        .kept
        .iter()
        .enumerate()
        .skip(first + 1)
        .find(|(_, kept)| **kept)
        .map_or(first, |(at, _)| at);
    let (Some(from), Some(to)) = (node_at(title.unwrap_or(first.saturating_sub(12))), node_at(second)) else {
        return Vec::new();
    };
    let Some(root) = place.found.root else {
        return Vec::new();
    };
    // The element around the text, and those around it that hold the headline too.
    let around = title
        .and_then(node_at)
        .and_then(|title| {
            dom.ancestors(title)
                .find(|above| dom.ancestors(root).any(|outer| outer == *above) || *above == root)
        })
        .unwrap_or(root);
    let mut passed = title.is_none() && !dom.descendants(around).any(|node| node == from);
    let mut out = Vec::new();
    let mut walk = dom.descendants(around);
    while let Some(node) = walk.next() {
        if node == from {
            passed = true;
        }
        if node == to {
            break;
        }
        let Some(element) = dom.element(node) else { continue };
        if super::segments::is_nothing(element) && element.name() != "noscript" {
            walk.skip_children(node);
            continue;
        }
        if matches!(element.name(), "nav" | "aside" | "form")
            || (super::furniture::is_named(element)
                && node != around
                && !dom.ancestors(root).any(|above| above == node)
                && node != root)
        {
            walk.skip_children(node);
            continue;
        }
        let is_figure =
            matches!(element.name(), "figure" | "picture" | "img" | "amp-img") || element.has_class("wp-caption");
        if !passed || !is_figure || is_small(dom, node) {
            continue;
        }
        let holder = holder_of(dom, node);
        let mut reader = Reader::new(dom, base.clone(), Options::default(), ctx);
        let blocks = reader.read_one(holder);
        walk.skip_children(node);
        for block in blocks {
            match block {
                Block::Picture(picture) => out.push(picture),
                Block::Gallery { pictures, .. } => out.extend(pictures.into_iter().take(1)),
                _ => {}
            }
        }
        out.retain(|picture| !matches!(&picture.picture, PictureSource::Remote(address) if is_logo(address)));
        if out.len() >= 4 {
            break;
        }
    }
    out
}

/// The figure around a picture, or the picture itself.
fn holder_of(dom: &Dom, node: NodeId) -> NodeId {
    dom.ancestors(node)
        .take(4)
        .find(|above| {
            dom.name(*above) == "figure"
                || dom
                    .element(*above)
                    .is_some_and(|element| element.has_class("wp-caption"))
        })
        .unwrap_or(node)
}

/// Faces of authors and signs.
fn is_small(dom: &Dom, node: NodeId) -> bool {
    let image = dom
        .descendants(node)
        .find(|at| matches!(dom.name(*at), "img" | "amp-img"));
    let side = |name: &str| {
        image
            .and_then(|image| dom.attr(image, name))
            .and_then(|size| size.trim().trim_end_matches("px").parse::<u32>().ok())
    };
    side("width").is_some_and(|width| width < 120) || side("height").is_some_and(|height| height < 80)
}

fn is_logo(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let file = lower.split(['?', '#']).next().unwrap_or_default();
    let file = file.rsplit('/').next().unwrap_or_default();
    [
        "logo",
        "favicon",
        "sprite",
        "avatar",
        "gravatar",
        "placeholder",
        "default-image",
        "default_image",
        "fallback",
        "social-share",
        "og-default",
        "icon-",
    ]
    .iter()
    .any(|word| file.contains(word))
        || lower.contains("gravatar.com")
}

/// Whether an element is a gallery of the story's own.
pub(super) fn is_gallery_like(dom: &Dom, node: NodeId) -> bool {
    let pictures = dom.descendants(node).filter(|at| dom.name(*at) == "figure").count();
    let links = dom.descendants(node).filter(|at| dom.name(*at) == "a").count();
    pictures >= 2 && links <= pictures
}
