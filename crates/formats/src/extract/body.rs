//! Which runs of text on a page are the story's.

use super::facts::Facts;
use super::furniture;
use super::headline::Title;
use super::oracle;
use super::segments::{Layout, Segment};
use crate::html::dom::{Dom, Element, NodeId};
use crate::html::links::Base;
use crate::html::{Options, Reader};
use crate::problem::{ReadContext, Reading};
use masthead_domain::document::Document;
use std::collections::{HashMap, HashSet};

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// The element that holds the story.
    pub(super) root: Option<NodeId>,
    /// For each segment whether it is of the story.
    pub(super) kept: Vec<bool>,
    /// The story's text where the page shows it nowhere and only its data have it.
    pub(super) text: Option<String>,
}

impl Found {
    /// The first segment of the story.
    pub(super) fn first(&self) -> Option<usize> {
        self.kept.iter().position(|kept| *kept)
    }
}

/// Finds the story's text.
pub(super) fn find(dom: &Dom, layout: &Layout, facts: &Facts, title: Option<&Title>) -> Found {
    let answer = oracle::ask(dom);
    let declared = facts
        .story
        .as_ref()
        .and_then(|story| story.body.as_deref())
        .filter(|body| body.len() > 400);
    let mut found = match &answer {
        Some(text) => by_words(dom, layout, text),
        None => Found::default(),
    };
    let words = |found: &Found| kept_words(layout, found);
    let asked = answer.as_deref().map_or(0, super::segments::count_words);
    // Text that the page does not show as it stands: its data have it.
    if asked > 60 && words(&found) * 2 < asked {
        let shown = by_density(dom, layout);
        if words(&shown) * 2 < asked {
            found.text = answer.clone().or_else(|| declared.map(str::to_owned));
        } else {
            found = shown;
        }
    }
    if words(&found) < 40 && found.text.is_none() {
        let own = by_density(dom, layout);
        if words(&own) > words(&found) {
            found = own;
        }
    }
    in_container(dom, layout, facts, &mut found);
    mend(dom, layout, &mut found, title);
    found
}

/// A page that marks its text (`itemprop=articleBody`, one `article` element) is believed where the marked part is long
/// enough to be a text: what lies outside of it goes, and where nothing that was found lies inside, it is read instead.
fn in_container(dom: &Dom, layout: &Layout, facts: &Facts, found: &mut Found) {
    if found.text.is_some() {
        return;
    }
    let marked: Vec<NodeId> = facts
        .microdata
        .iter()
        .filter(|property| property.name == "articleBody")
        .map(|property| property.node)
        .collect();
    let is_certain = !marked.is_empty();
    let marked = if marked.is_empty() {
        let named = outermost(dom, |node| dom.element(node).is_some_and(is_text_holder));
        let articles = outermost(dom, |node| dom.name(node) == "article");
        [named, articles]
            .into_iter()
            .find(|nodes| nodes.len() == 1)
            .unwrap_or_default()
    } else {
        marked
    };
    let inside = |segment: &Segment| marked.iter().any(|node| is_inside(dom, segment.block, *node));
    let prose: usize = layout
        .segments
        .iter()
        .filter(|segment| {
            !segment.outside && !segment.caption && segment.links < 0.4 && segment.words >= 8 && inside(segment)
        })
        .map(|segment| segment.words)
        .sum();
    let kept = |inner: bool| -> usize {
        layout
            .segments
            .iter()
            .zip(&found.kept)
            .filter(|(segment, kept)| **kept && inside(segment) == inner)
            .map(|(segment, _)| segment.words)
            .sum()
    };
    let (within, without) = (kept(true), kept(false));
    if prose < 40 || within + without == 0 && prose < 60 {
        return;
    }
    // A lone `article` may be the card of another story; the mark of a text is about the text.
    let enough = if is_certain { within * 4 } else { within * 3 };
    if within >= 40 && enough >= within + without {
        for (segment, kept) in layout.segments.iter().zip(&mut found.kept) {
            *kept = *kept && inside(segment);
        }
    } else if within == 0 {
        found.kept = layout
            .segments
            .iter()
            .map(|segment| {
                !segment.outside
                    && segment.links < 0.6
                    && inside(segment)
                    && !named_above(dom, segment.block, marked.first().copied())
            })
            .collect();
        found.root = match marked.as_slice() {
            [one] => Some(*one),
            _ => {
                let weights: Vec<usize> = layout
                    .segments
                    .iter()
                    .zip(&found.kept)
                    .map(|(segment, kept)| if *kept { segment.words } else { 0 })
                    .collect();
                common_root(dom, layout, &weights, 1.0)
            }
        };
    }
}

fn kept_words(layout: &Layout, found: &Found) -> usize {
    layout
        .segments
        .iter()
        .zip(&found.kept)
        .filter(|(_, kept)| **kept)
        .map(|(segment, _)| segment.words)
        .sum()
}

/// Words in lower case. Scripts that are written without spaces count by the character.
pub(super) fn words_of(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if is_unspaced(c) {
            out.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
            out.push(c.to_string());
        } else if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        } else if !word.is_empty() {
            out.push(std::mem::take(&mut word));
        }
    }
    out.extend(Some(word).filter(|word| !word.is_empty()));
    out
}

/// Chinese, Japanese and Thai letters.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{e7f}' | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}')
}

/// Finds a text again: segments most of whose runs of three words are in it, in the part of the page that has most of
/// them.
fn by_words(dom: &Dom, layout: &Layout, text: &str) -> Found {
    let mut runs: HashSet<Vec<String>> = HashSet::new();
    for line in text.lines() {
        let words = words_of(line);
        runs.extend(words.windows(3).map(<[String]>::to_vec));
    }
    let mut flat = String::from(" ");
    for word in words_of(text) {
        flat.push_str(&word);
        flat.push(' ');
    }
    let share = |segment: &Segment| -> f64 {
        let words = words_of(&segment.text);
        if words.len() < 3 {
            // Too short to be sure of: it counts where longer ones around it do.
            return if !words.is_empty() && flat.contains(&format!(" {} ", words.join(" "))) {
                1.0
            } else {
                0.0
            };
        }
        let found = words.windows(3).filter(|run| runs.contains(*run)).count();
        #[allow(clippy::cast_precision_loss)]
        let share = found as f64 / (words.len() - 2) as f64;
        share
    };
    let mut kept: Vec<bool> = layout
        .segments
        .iter()
        .map(|segment| !segment.outside && share(segment) >= 0.6)
        .collect();
    let weights: Vec<usize> = layout
        .segments
        .iter()
        .zip(&kept)
        .map(|(segment, kept)| if *kept && segment.words >= 6 { segment.words } else { 0 })
        .collect();
    let root = common_root(dom, layout, &weights, 0.9);
    if let Some(root) = root {
        for (segment, kept) in layout.segments.iter().zip(&mut kept) {
            *kept = *kept && is_inside(dom, segment.block, root);
        }
        let long = |at: &usize| weights.get(*at).is_some_and(|weight| *weight > 0) && kept.get(*at) == Some(&true);
        let first = (0..kept.len()).find(long).unwrap_or(0);
        let last = (0..kept.len()).rev().find(long).unwrap_or(0);
        for (at, kept) in kept.iter_mut().enumerate() {
            let short = layout
                .segments
                .get(at)
                .is_some_and(|segment| words_of(&segment.text).len() < 3);
            *kept = *kept && (!short || (first..=last + 1).contains(&at));
        }
    }
    Found { root, kept, text: None }
}

fn is_inside(dom: &Dom, node: NodeId, root: NodeId) -> bool {
    node == root || dom.ancestors(node).any(|above| above == root)
}

/// The innermost element that holds at least a share of all weight.
fn common_root(dom: &Dom, layout: &Layout, weights: &[usize], share: f64) -> Option<NodeId> {
    let total: usize = weights.iter().sum();
    if total == 0 {
        return None;
    }
    let mut below: HashMap<NodeId, usize> = HashMap::new();
    for (segment, weight) in layout.segments.iter().zip(weights).filter(|(_, weight)| **weight > 0) {
        *below.entry(segment.block).or_default() += weight;
        for above in dom.ancestors(segment.block) {
            *below.entry(above).or_default() += weight;
        }
    }
    #[allow(clippy::cast_precision_loss)]
    let enough = total as f64 * share;
    #[allow(clippy::cast_precision_loss)]
    below
        .iter()
        .filter(|(_, weight)| **weight as f64 >= enough)
        .max_by_key(|(node, _)| dom.ancestors(**node).count())
        .map(|(node, _)| *node)
}

/// A search of our own, for pages that are too large for the oracle or that it finds nothing in: paragraphs score for
/// the elements around them, as Readability does it; the best one is opened up to where its neighbours add nothing.
fn by_density(dom: &Dom, layout: &Layout) -> Found {
    let mut scores: HashMap<NodeId, f64> = HashMap::new();
    let mut counts: HashMap<NodeId, usize> = HashMap::new();
    for segment in &layout.segments {
        if segment.outside || segment.caption || segment.words < 12 || segment.links > 0.4 {
            continue;
        }
        if furniture::is_line(&segment.text, segment.words, segment.links) || named_above(dom, segment.block, None) {
            continue;
        }
        #[allow(clippy::cast_precision_loss)]
        let score = (segment.words as f64).min(120.0) * (1.0 - segment.links)
            + segment.text.matches([',', '.', '،', '、', '。']).count().min(12) as f64;
        // The block itself is the paragraph; what holds it counts.
        for (distance, above) in std::iter::once(segment.block)
            .chain(dom.ancestors(segment.block))
            .take(5)
            .enumerate()
        {
            #[allow(clippy::cast_precision_loss)]
            let part = match distance {
                0 => 0.5,
                1 => 1.0,
                other => 1.0 / (other as f64),
            };
            *scores.entry(above).or_default() += score * part;
            *counts.entry(above).or_default() += 1;
        }
    }
    let best = scores
        .iter()
        .filter(|(node, _)| **node != Dom::ROOT)
        .max_by(|a, b| a.1.total_cmp(b.1))
        .map(|(node, _)| *node);
    let Some(root) = best else {
        return Found {
            root: None,
            kept: vec![false; layout.segments.len()],
            text: None,
        };
    };
    let kept = layout
        .segments
        .iter()
        .map(|segment| {
            !segment.outside
                && is_inside(dom, segment.block, root)
                && segment.links < 0.6
                && !named_above(dom, segment.block, Some(root))
        })
        .collect();
    Found {
        root: Some(root),
        kept,
        text: None,
    }
}

/// Whether an element between a node and a root is named like furniture.
fn named_above(dom: &Dom, node: NodeId, root: Option<NodeId>) -> bool {
    std::iter::once(node)
        .chain(dom.ancestors(node))
        .take_while(|above| root != Some(*above))
        .take(40)
        .filter_map(|above| dom.element(above))
        .filter(|element| !matches!(element.name(), "body" | "html"))
        .any(furniture::is_named)
}

/// What the oracle does not know of news pages: parts of the story that it left out between parts it took, and
/// furniture that it took.
fn mend(dom: &Dom, layout: &Layout, found: &mut Found, title: Option<&Title>) {
    let Some(root) = found.root else { return };
    let segments = &layout.segments;
    let (Some(first), Some(last)) = (found.first(), found.kept.iter().rposition(|kept| *kept)) else {
        return;
    };
    for at in first..=last {
        let Some(segment) = segments.get(at) else { continue };
        let Some(kept) = found.kept.get_mut(at) else { continue };
        if *kept || segment.outside || segment.caption || !is_inside(dom, segment.block, root) {
            continue;
        }
        let plausible = segment.words >= 8 && segment.links < 0.35 && is_prose(dom, segment.block);
        if plausible && !named_above(dom, segment.block, Some(root)) {
            *kept = true;
        }
    }
    let title_words = title.map(|title| words_of(&title.text)).unwrap_or_default();
    for (at, segment) in segments.iter().enumerate() {
        let Some(kept) = found.kept.get_mut(at).filter(|kept| **kept) else {
            continue;
        };
        let early = at < first + 8;
        let is_title = early && !title_words.is_empty() && words_of(&segment.text) == title_words;
        let is_head = early && segment.words <= 14 && super::byline::is_byline_or_date(&segment.text);
        if segment.caption || is_title || is_head || furniture::is_line(&segment.text, segment.words, segment.links) {
            *kept = false;
        }
    }
    without_link_lists(segments, &mut found.kept);
}

/// The elements that fit and are in no other that does; a few suffice to know that there is more than one.
fn outermost(dom: &Dom, fits: impl Fn(NodeId) -> bool) -> Vec<NodeId> {
    let mut out = Vec::new();
    let mut walk = dom.descendants(Dom::ROOT);
    while let Some(node) = walk.next() {
        if fits(node) {
            out.push(node);
            walk.skip_children(node);
            if out.len() > 2 {
                break;
            }
        }
    }
    out
}

/// Whether an element is named as the one that holds a story's text, as the common systems name it.
fn is_text_holder(element: &Element) -> bool {
    matches!(element.name(), "div" | "section" | "article" | "main")
        && ["class", "id"]
            .iter()
            .filter_map(|name| element.attr(name))
            .any(|value| {
                value.split_ascii_whitespace().any(|word| {
                    matches!(
                        word.to_ascii_lowercase().as_str(),
                        "entry-content"
                            | "post-content"
                            | "article-body"
                            | "article__body"
                            | "article_body"
                            | "articlebody"
                            | "story-body"
                            | "story__body"
                            | "story_body"
                            | "storybody"
                            | "article-content"
                            | "article__content"
                            | "article-text"
                            | "story-text"
                            | "story-content"
                            | "post-body"
                            | "post__content"
                            | "articletext"
                            | "article-body-content"
                            | "article__body-content"
                            | "body-copy"
                            | "article-copy"
                            | "news-text"
                    )
                })
            })
}

/// Elements that running text stands in.
fn is_prose(dom: &Dom, block: NodeId) -> bool {
    let name = dom.name(block);
    matches!(name, "p" | "blockquote" | "li" | "h2" | "h3" | "h4" | "dd" | "pre")
        && !dom
            .ancestors(block)
            .take(6)
            .any(|above| matches!(dom.name(above), "aside" | "figure" | "footer" | "form" | "nav"))
}

/// A heading that only introduces a list of links goes with it.
fn without_link_lists(segments: &[Segment], kept: &mut [bool]) {
    let places: Vec<usize> = kept
        .iter()
        .enumerate()
        .filter(|(_, kept)| **kept)
        .map(|(at, _)| at)
        .collect();
    let is_link = |at: &usize| {
        segments
            .get(*at)
            .is_some_and(|segment| segment.links > 0.8 && segment.words <= 30)
    };
    let is_heading = |at: &usize| {
        segments
            .get(*at)
            .is_some_and(|segment| segment.heading > 1 && segment.words <= 10)
    };
    let mut drop = Vec::new();
    for (number, at) in places.iter().enumerate() {
        if !is_heading(at) {
            continue;
        }
        let run: Vec<usize> = places
            .iter()
            .skip(number + 1)
            .take_while(|next| is_link(next))
            .copied()
            .collect();
        let ends = places
            .get(number + 1 + run.len())
            .is_none_or(|next| segments.get(*next).is_some_and(|next| next.heading > 0));
        if run.len() >= 2 && ends {
            drop.push(*at);
            drop.extend(run);
        }
    }
    // Links at the very end, one after the other, lead to other stories.
    let tail: Vec<usize> = places.iter().rev().take_while(|at| is_link(at)).copied().collect();
    if tail.len() >= 2 && tail.len() * 2 < places.len() {
        drop.extend(tail);
    }
    for at in drop {
        if let Some(kept) = kept.get_mut(at) {
            *kept = false;
        }
    }
}

/// Reads what was found as blocks, with the pictures and embeds that stand among it.
pub(super) fn read(dom: &Dom, layout: &Layout, found: &Found, base: &Base, ctx: &ReadContext<'_>) -> Reading<Document> {
    if let Some(text) = &found.text {
        return Reading {
            value: crate::feeds::plain_document(&text.replace('\n', "\n\n")),
            problems: Vec::new(),
        };
    }
    let Some(root) = found.root else {
        return Reading {
            value: Document::default(),
            problems: Vec::new(),
        };
    };
    let mut reader = Reader::new(dom, base.clone(), Options::default(), ctx);
    let (first, last) = (found.first(), found.kept.iter().rposition(|kept| *kept));
    for (at, segment) in layout.segments.iter().enumerate() {
        // Captions stay: the reader gives them to their pictures.
        let among = first.is_some_and(|first| at >= first) && last.is_some_and(|last| at <= last);
        let is_kept = found.kept.get(at).copied().unwrap_or(false);
        if !(is_kept || segment.caption && among) {
            segment.nodes.iter().for_each(|node| reader.hide(*node));
        }
    }
    hide_furniture(dom, layout, found, root, &mut reader);
    let blocks = reader.read(root);
    Reading {
        value: Document { blocks },
        problems: reader.into_problems(),
    }
}

/// Hides elements that hold no text of the story: pictures of related stories, logos, players of other videos. A
/// figure with a caption, and a picture between two paragraphs, stay.
fn hide_furniture(dom: &Dom, layout: &Layout, found: &Found, root: NodeId, reader: &mut Reader<'_>) {
    let mut holds: HashSet<NodeId> = HashSet::new();
    for (segment, _) in layout.segments.iter().zip(&found.kept).filter(|(_, kept)| **kept) {
        if holds.insert(segment.block) {
            for above in dom.ancestors(segment.block) {
                if !holds.insert(above) {
                    break;
                }
            }
        }
    }
    let mut walk = dom.descendants(root);
    walk.next();
    while let Some(node) = walk.next() {
        let Some(element) = dom.element(node) else { continue };
        if holds.contains(&node) {
            continue;
        }
        let is_box = matches!(
            element.name(),
            "aside" | "nav" | "header" | "footer" | "form" | "section" | "ul" | "ol" | "div" | "dl" | "table"
        );
        if is_box
            && (furniture::is_named(element)
                || matches!(element.name(), "aside" | "nav" | "footer" | "form" | "ul" | "ol"))
            && !super::lead::is_gallery_like(dom, node)
        {
            reader.hide(node);
            walk.skip_children(node);
        }
    }
}
