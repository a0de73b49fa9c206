//! Figures: pictures, galleries, embeds and quotations with what is said under them.

use super::{Flow, Reader, is_media, only_pictures};
use crate::credit;
use crate::html::dom::{Element, NodeId};
use crate::html::text::{self, Style};
use masthead_domain::document::{Block, PictureBlock, Text};

/// WordPress wrote captioned pictures as `div` for years.
pub(super) fn is_captioned(element: &Element) -> bool {
    element.name() == "div" && (element.has_class("wp-caption") || element.has_class("wp-block-image"))
}

/// Whether an element's classes say that its pictures belong together.
pub(super) fn is_gallery(element: &Element) -> bool {
    matches!(element.name(), "div" | "figure" | "ul" | "section" | "ol")
        && element.attr("class").is_some_and(|class| {
            class.split_ascii_whitespace().any(|word| {
                matches!(
                    word,
                    "gallery"
                        | "wp-block-gallery"
                        | "blocks-gallery-grid"
                        | "tiled-gallery"
                        | "kg-gallery-card"
                        | "slideshow"
                        | "photo-gallery"
                        | "image-gallery"
                        | "kg-gallery-container"
                )
            })
        })
}

impl Reader<'_> {
    pub(super) fn figure(&mut self, node: NodeId, element: &Element, flow: &mut Flow, style: &Style) {
        flow.end_line();
        if element.has_class("embed")
            && let Some(embed) = self.written_embed(node)
        {
            return flow.push(embed);
        }
        if element.has_class("kg-bookmark-card")
            && let Some(embed) = self.bookmark(node)
        {
            return flow.push(embed);
        }
        let mark = self.skipped.len();
        let (caption, credit) = self.caption(node);
        let mut blocks = if element.name() == "ul" || element.name() == "ol" {
            self.items_of_gallery(node, style)
        } else {
            self.blocks(node, style)
        };
        self.skipped.truncate(mark);
        let gallery = is_gallery(element);
        if let Some(pictures) = only_pictures(&blocks).map(without_repeats)
            && !pictures.is_empty()
        {
            if pictures.len() > 1 && (gallery || element.name() == "figure") {
                let title = caption.to_plain().replace('\n', " ");
                return flow.push(Block::Gallery { title, pictures });
            }
            blocks = pictures.into_iter().map(Block::Picture).collect();
        }
        flow.extend(attach(blocks, caption, credit, super::is_pull_quote(element)));
    }

    fn items_of_gallery(&mut self, node: NodeId, style: &Style) -> Vec<Block> {
        let mut inner = Flow::default();
        let dom = self.dom;
        for child in dom.children(node) {
            self.depth += 1;
            self.children(child, &mut inner, style);
            self.depth -= 1;
            inner.end_line();
        }
        inner.finish()
    }

    /// The caption and credit that belong to a figure itself and not to a figure inside it; both are left out of what
    /// is read afterwards.
    fn caption(&mut self, figure: NodeId) -> (Text, String) {
        let dom = self.dom;
        let mut captions = Vec::new();
        let mut credits = Vec::new();
        let mut walk = dom.descendants(figure);
        walk.next();
        while let Some(at) = walk.next() {
            let Some(element) = dom.element(at) else { continue };
            if element.name() == "figure" || is_captioned(element) {
                walk.skip_children(at);
            } else if credit::is_credit(element) {
                credits.push(at);
                walk.skip_children(at);
            } else if element.name() == "figcaption"
                || (element.has_class("wp-caption-text") && matches!(element.name(), "p" | "div" | "dd"))
            {
                captions.push(at);
            }
        }
        let mut credit = String::new();
        for at in credits {
            let text = credit::without_label(&dom.plain_text(at));
            self.skipped.push(at);
            if credit.is_empty() {
                credit = text;
            }
        }
        let mut caption = Text::default();
        for at in captions {
            let text = self.inline(at);
            self.skipped.push(at);
            caption = text::join_lines([caption, text].into_iter().filter(|text| !text.is_empty()));
        }
        if credit.is_empty() {
            (caption, credit) = credit::split(caption);
        }
        (caption, credit)
    }

    /// Ghost's card that shows another page: its address and title.
    fn bookmark(&self, node: NodeId) -> Option<Block> {
        let dom = self.dom;
        let link = dom.find(node, "a")?;
        let url = crate::html::links::web(dom.attr(link, "href")?, &self.base)?;
        let title = dom
            .descendants(node)
            .find(|&at| dom.element(at).is_some_and(|at| at.has_class("kg-bookmark-title")))?;
        Some(Block::Embed {
            url,
            title: dom.plain_text(title),
        })
    }

    /// What the writer makes of an embed reads back as one.
    fn written_embed(&self, node: NodeId) -> Option<Block> {
        let dom = self.dom;
        let link = dom.find(node, "a")?;
        let url = crate::html::links::web(dom.attr(link, "href")?, &self.base)?;
        let title = dom.plain_text(link);
        let title = if title == url { String::new() } else { title };
        Some(Block::Embed { url, title })
    }
}

/// The same picture twice in one figure is one picture: small and large, or with and without script.
fn without_repeats(pictures: Vec<PictureBlock>) -> Vec<PictureBlock> {
    let mut out: Vec<PictureBlock> = Vec::new();
    for picture in pictures {
        if out.last().is_none_or(|last| last.picture != picture.picture) {
            out.push(picture);
        }
    }
    out
}

/// Gives a caption and credit to the block that they are about.
fn attach(mut blocks: Vec<Block>, mut caption: Text, mut credit: String, pull: bool) -> Vec<Block> {
    let subject = blocks.iter().position(is_media).unwrap_or(0);
    let title_of = |caption: &Text| caption.to_plain().replace('\n', " ");
    match blocks.get_mut(subject) {
        Some(Block::Picture(picture)) => {
            if picture.caption.is_empty() {
                picture.caption = std::mem::take(&mut caption);
            }
            if picture.credit.is_empty() {
                picture.credit = std::mem::take(&mut credit);
            }
        }
        Some(Block::Embed { title, .. } | Block::Gallery { title, .. }) if title.is_empty() => {
            *title = title_of(&std::mem::take(&mut caption));
        }
        Some(Block::Table { caption: own, .. }) if own.is_empty() => {
            *own = text::one_line(std::mem::take(&mut caption));
        }
        Some(Block::Quote {
            attribution, pull: own, ..
        }) => {
            *own |= pull;
            if attribution.is_empty() {
                *attribution = super::without_dash(text::one_line(std::mem::take(&mut caption)));
            }
        }
        _ => {}
    }
    if text::has_visible(&caption) {
        let at = if blocks.is_empty() { 0 } else { subject + 1 };
        blocks.insert(at.min(blocks.len()), Block::Paragraph { text: caption });
    }
    blocks
}
