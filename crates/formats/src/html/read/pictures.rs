//! Pictures: which of the addresses that a page offers for one is the picture itself.

use super::{Flow, Reader};
use crate::html::dom::{Element, NodeId};
use crate::html::links;
use crate::html::text::{self, Style};
use masthead_domain::document::{Block, PictureBlock, PictureSource, Text};

/// Attributes in which scripts that load pictures late keep the address, the largest version first.
const LATE: [&str; 14] = [
    "data-orig-file",
    "data-large-file",
    "data-large_image",
    "data-full-url",
    "data-hi-res-src",
    "data-original",
    "data-lazy-src",
    "data-src-large",
    "data-full-src",
    "data-src",
    "data-actualsrc",
    "data-pin-media",
    "data-original-src",
    "data-url",
];
const LATE_SETS: [&str; 5] = [
    "srcset",
    "data-srcset",
    "data-lazy-srcset",
    "data-original-set",
    "data-src-set",
];

/// The widest version that is asked for; above, printers' originals begin.
const MAX_WIDTH: f64 = 3000.0;

impl Reader<'_> {
    pub(super) fn picture(&mut self, node: NodeId, flow: &mut Flow, style: &Style) {
        let dom = self.dom;
        let image = if dom.name(node) == "picture" {
            dom.descendants(node)
                .find(|&at| matches!(dom.name(at), "img" | "amp-img"))
        } else {
            Some(node)
        };
        let image_element = image.and_then(|image| dom.element(image));
        if let Some(image) = image_element
            && let Some(alt) = image.attr_text("alt")
            && is_emoji(image)
        {
            return flow.line.push(alt, style);
        }
        if image_element.is_some_and(is_trace) {
            return;
        }
        let (address, late) = match self.best_address(node, image_element) {
            Some(address) => (Some(address), None),
            None => {
                let late = self.late_image(node);
                (late.and_then(|late| self.best_address(late, dom.element(late))), late)
            }
        };
        let Some(address) = address else {
            if image_element.and_then(|image| image.attr_text("src")).is_some() {
                self.problem("img", "a picture without an address that can be fetched was left out");
            }
            return;
        };
        let alt = [image_element, late.and_then(|late| dom.element(late))]
            .into_iter()
            .flatten()
            .find_map(|image| image.attr_text("alt"))
            .map(text::squeeze)
            .unwrap_or_default();
        flow.push_beside(Block::Picture(PictureBlock {
            picture: PictureSource::Remote(address),
            caption: Text::default(),
            credit: String::new(),
            alt,
        }));
    }

    /// The picture in the `noscript` behind one that loads late.
    fn late_image(&self, node: NodeId) -> Option<NodeId> {
        let dom = self.dom;
        let mut next = dom.next_sibling(node);
        while let Some(at) = next {
            if dom.name(at) == "noscript" {
                return dom.find(at, "img");
            }
            if dom.text(at).is_none_or(|text| !text.trim().is_empty()) {
                return None;
            }
            next = dom.next_sibling(at);
        }
        None
    }

    /// A picture in a `noscript` that no picture before it stands for.
    pub(super) fn noscript(&mut self, node: NodeId, flow: &mut Flow) {
        let dom = self.dom;
        let Some(image) = dom.find(node, "img") else { return };
        let before = std::iter::successors(dom.previous_sibling(node), |&at| dom.previous_sibling(at))
            .find(|&at| dom.element(at).is_some());
        let stands = before.is_some_and(|before| {
            dom.descendants(before)
                .any(|at| matches!(dom.name(at), "img" | "picture" | "amp-img"))
        });
        let last = flow.behind.last().or(flow.blocks.last());
        let address = self.best_address(image, dom.element(image));
        let repeats = matches!(
            (last, &address),
            (Some(Block::Picture(PictureBlock { picture: PictureSource::Remote(last), .. })), Some(address))
                if last == address
        );
        if !stands && !repeats {
            self.picture(image, flow, &Style::default());
        }
    }

    /// The best address of an `img`, or of a `picture` with its `img`.
    fn best_address(&self, node: NodeId, image: Option<&Element>) -> Option<String> {
        let dom = self.dom;
        if self.options.attachments
            && let Some(key) = image
                .and_then(|image| image.attr("src"))
                .filter(|src| src.starts_with("attachment:"))
        {
            return Some(key.to_owned());
        }
        let mut best: Option<(f64, String)> = None;
        let mut offer = |set: &str| {
            for (address, width) in candidates(set) {
                let fits = if width > MAX_WIDTH { 1.0 / width } else { width };
                if best.as_ref().is_none_or(|(known, _)| fits > *known)
                    && let Some(address) = self.usable(address)
                {
                    best = Some((fits, address));
                }
            }
        };
        if let Some(image) = image {
            LATE_SETS
                .iter()
                .filter_map(|name| image.attr(name))
                .for_each(&mut offer);
        }
        // Its sources come after, so that at equal width the plain file wins over one that fewer programs can read.
        for source in dom
            .descendants(node)
            .filter_map(|at| dom.element(at))
            .filter(|at| at.name() == "source")
        {
            let kind = source.attr("type").unwrap_or_default();
            if kind.contains("avif") || kind.contains("jxl") || kind.contains("video") {
                continue;
            }
            LATE_SETS
                .iter()
                .filter_map(|name| source.attr(name))
                .for_each(&mut offer);
        }
        if let Some((width, address)) = &best
            && *width > 1.5
        {
            return Some(address.clone());
        }
        let image = image?;
        LATE.iter()
            .filter_map(|name| image.attr(name))
            .find_map(|address| self.usable(address).filter(|address| looks_like_picture(address)))
            .or_else(|| image.attr("src").and_then(|address| self.usable(address)))
            .or(best.map(|(_, address)| address))
    }

    /// An address that can be fetched and is no stand-in.
    fn usable(&self, address: &str) -> Option<String> {
        links::picture(address, &self.base).filter(|address| !is_stand_in(address))
    }
}

/// The candidates of a `srcset` with their widths; densities count as thousands of a pixel, so any width beats them.
fn candidates(set: &str) -> Vec<(&str, f64)> {
    let mut out = Vec::new();
    let mut rest = set;
    // Addresses may hold commas: a candidate ends at a comma behind white space or at the end of its address.
    while out.len() < 100 {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == ',');
        if rest.is_empty() {
            break;
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (address, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if let Some(alone) = address.strip_suffix(',') {
            out.push((alone.trim_end_matches(','), 0.001));
            rest = after;
            continue;
        }
        let (descriptor, next) = after.split_once(',').unwrap_or((after, ""));
        let size = descriptor.split_ascii_whitespace().find_map(|word| {
            let number = |suffix| {
                word.strip_suffix(suffix)
                    .and_then(|number: &str| number.parse::<f64>().ok())
            };
            number('w').or_else(|| number('x').map(|density| density / 1000.0))
        });
        out.push((address, size.filter(|size| size.is_finite()).unwrap_or(0.001)));
        rest = next;
    }
    out
}

/// An attribute named like an address may hold anything; an address of a picture has an ending or a path.
fn looks_like_picture(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    lower.starts_with("http")
        || [".jpg", ".jpeg", ".png", ".webp", ".gif"]
            .iter()
            .any(|end| lower.contains(end))
}

/// Files that only keep a place until a script runs.
fn is_stand_in(address: &str) -> bool {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let stem = file.split('.').next().unwrap_or_default();
    matches!(
        stem,
        "blank"
            | "spacer"
            | "pixel"
            | "transparent"
            | "placeholder"
            | "1x1"
            | "clear"
            | "lazy"
            | "loading"
            | "grey"
            | "trans"
            | "empty"
            | "lazyload"
            | "lazy-placeholder"
            | "placeholder-image"
            | "fallback-image"
    ) || file.ends_with(".svg")
}

/// One pixel that counts readers, or a bullet.
fn is_trace(image: &Element) -> bool {
    let side = |name| {
        image
            .attr(name)
            .and_then(|size| size.trim().trim_end_matches("px").parse::<f64>().ok())
            .filter(|size| *size >= 0.0)
    };
    matches!((side("width"), side("height")), (Some(width), Some(height)) if width <= 20.0 && height <= 20.0)
        || matches!((side("width"), side("height")), (Some(one), None) | (None, Some(one)) if one <= 2.0)
}

fn is_emoji(image: &Element) -> bool {
    image.attr("class").is_some_and(|class| {
        class
            .split_ascii_whitespace()
            .any(|word| matches!(word, "emoji" | "wp-smiley" | "smiley"))
    }) || image.attr("src").is_some_and(|src| src.contains("/images/core/emoji/"))
}

#[cfg(test)]
mod tests {
    use super::candidates;

    #[test]
    fn a_srcset_is_read_as_the_standard_says() {
        assert_eq!(
            candidates("a,b.jpg 300w, c.jpg 2x,d.jpg"),
            [("a,b.jpg", 300.0), ("c.jpg", 0.002), ("d.jpg", 0.001)]
        );
        assert_eq!(
            candidates(" a.jpg, b.jpg 1.5x ,,"),
            [("a.jpg", 0.001), ("b.jpg", 0.0015)]
        );
        assert!(candidates(", ,").is_empty());
    }
}
