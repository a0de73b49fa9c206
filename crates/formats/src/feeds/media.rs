//! Pictures and files of entries: Media RSS, enclosures, and which picture leads.

use super::names::{Vocabulary, vocabulary};
use crate::credit;
use crate::html::links::{self, Base};
use crate::html::to_plain;
use crate::problem::ReadContext;
use crate::xml::Node;
use masthead_domain::document::{Block, PictureBlock, PictureSource, Text};
use masthead_domain::wire::{NewsItem, Rendition};

/// What Media RSS says beside an entry, gathered over `media:group` and `media:content`.
#[derive(Default)]
pub(super) struct Media {
    pictures: Vec<(u64, PictureBlock)>,
    thumbnail: Option<PictureBlock>,
}

/// What elements around a file say of it; inner ones win.
#[derive(Clone, Default)]
struct About {
    caption: Option<String>,
    credit: Option<String>,
    alt: Option<String>,
}

impl Media {
    /// Takes an element of Media RSS.
    pub(super) fn take(&mut self, node: Node<'_>, item: &mut NewsItem, base: &Base, ctx: &ReadContext<'_>) {
        let outer = node.parent().map(|parent| about(parent, ctx)).unwrap_or_default();
        self.walk(node, &outer, item, base, ctx, 0);
    }

    fn walk(
        &mut self,
        node: Node<'_>,
        outer: &About,
        item: &mut NewsItem,
        base: &Base,
        ctx: &ReadContext<'_>,
        depth: usize,
    ) {
        match node.name() {
            "group" if depth < 4 => {
                let outer = over(about(node, ctx), outer);
                for child in node.elements().filter(|child| vocabulary(*child) == Vocabulary::Media) {
                    self.walk(child, &outer, item, base, ctx, depth + 1);
                }
            }
            "content" => {
                let own = over(about(node, ctx), outer);
                self.file(node, own.clone(), item, base);
                for child in node
                    .elements()
                    .filter(|child| child.is("thumbnail") && vocabulary(*child) == Vocabulary::Media)
                {
                    self.thumbnail(child, &own, base);
                }
            }
            "thumbnail" => self.thumbnail(node, outer, base),
            "keywords" => {
                let words = node.raw_text();
                item.keywords.extend(
                    words
                        .split(',')
                        .map(crate::xml::squeeze)
                        .filter(|word| !word.is_empty()),
                );
            }
            "copyright" if item.copyright_notice.is_none() => item.copyright_notice = node.text(),
            _ => {}
        }
    }

    fn thumbnail(&mut self, node: Node<'_>, about: &About, base: &Base) {
        if self.thumbnail.is_none()
            && let Some(address) = node.word("url").and_then(|url| links::picture(&url, base))
        {
            self.thumbnail = Some(block(address, about.clone()));
        }
    }

    /// A file of Media RSS or an enclosure.
    fn file(&mut self, node: Node<'_>, about: About, item: &mut NewsItem, base: &Base) {
        let Some(address) = node.word("url").or_else(|| node.word("href")) else {
            return;
        };
        let Some(address) = links::picture(&address, base) else {
            return;
        };
        let media_type = node.word("type");
        let number = |name| node.word(name).and_then(|value| value.parse::<u64>().ok());
        let (width, height) = (number("width"), number("height"));
        let medium = node.word("medium").unwrap_or_default();
        let is_picture = medium == "image"
            || media_type.as_deref().is_some_and(|kind| kind.starts_with("image/"))
            || (medium.is_empty() && media_type.is_none() && is_picture_name(&address));
        if is_picture {
            let area = width.unwrap_or(0).saturating_mul(height.unwrap_or(1).max(1));
            self.pictures.push((area, block(address.clone(), about)));
        }
        if item
            .renditions
            .iter()
            .all(|known| known.href.as_deref() != Some(address.as_str()))
        {
            item.renditions.push(Rendition {
                name: Some(if medium.is_empty() {
                    "enclosure".to_owned()
                } else {
                    medium
                }),
                href: Some(address),
                residref: None,
                media_type,
                width: width.and_then(|width| u32::try_from(width).ok()),
                height: height.and_then(|height| u32::try_from(height).ok()),
                size: number("fileSize").or_else(|| number("length")),
            });
        }
    }

    /// Takes an enclosure.
    pub(super) fn enclosure(&mut self, node: Node<'_>, item: &mut NewsItem, base: &Base) {
        self.file(node, About::default(), item, base);
    }

    /// Sets the picture that leads the entry: the largest that the feed names. Where the text begins with the same
    /// picture, it moves out of the text, so that it isn't shown twice.
    pub(super) fn finish(self, item: &mut NewsItem) {
        let mut best: Option<(u64, PictureBlock)> = None;
        for (area, picture) in self.pictures {
            if best.as_ref().is_none_or(|(known, _)| area > *known) {
                best = Some((area, picture));
            }
        }
        if let Some(lead) = best.map(|(_, picture)| picture).or(self.thumbnail) {
            lead_with(item, lead);
        }
    }
}

/// Makes a picture the lead. The same picture among the first blocks of the text gives its words and goes.
pub(crate) fn lead_with(item: &mut NewsItem, mut lead: PictureBlock) {
    let same =
        item.body.blocks.iter().take(3).position(
            |block| matches!(block, Block::Picture(picture) if same_picture(&picture.picture, &lead.picture)),
        );
    if let Some(at) = same
        && let Block::Picture(own) = item.body.blocks.remove(at)
    {
        if lead.caption.is_empty() {
            lead.caption = own.caption;
        }
        if lead.credit.is_empty() {
            lead.credit = own.credit;
        }
        if lead.alt.is_empty() {
            lead.alt = own.alt;
        }
    }
    item.lead_picture = Some(lead);
}

/// Whether two addresses are of one picture in different sizes: the same file once scale and query are gone.
pub(crate) fn same_picture(a: &PictureSource, b: &PictureSource) -> bool {
    let (PictureSource::Remote(a), PictureSource::Remote(b)) = (a, b) else {
        return a == b;
    };
    // `image.jpg` and the like name a thousand pictures.
    let telling =
        |stem: &str| stem.len() > 3 && !matches!(stem, "image" | "photo" | "picture" | "large" | "original" | "small");
    a == b || (stem(a) == stem(b) && telling(stem(a)))
}

/// A file's name without query, ending and the `-1024x683` that WordPress puts behind it.
fn stem(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let file = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or_default();
    let name = file.rsplit_once('.').map_or(file, |(name, _)| name);
    let sized = |size: &str| {
        size.split_once('x').is_some_and(|(w, h)| {
            [w, h]
                .iter()
                .all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    match name.rsplit_once('-') {
        Some((base, size)) if sized(size) || size == "scaled" => base,
        _ => name,
    }
}

fn is_picture_name(address: &str) -> bool {
    let path = address
        .split(['?', '#'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [".jpg", ".jpeg", ".png", ".gif", ".webp"]
        .iter()
        .any(|end| path.ends_with(end))
}

fn block(address: String, about: About) -> PictureBlock {
    let (caption, credit) = match about.credit {
        Some(credit) => (about.caption.unwrap_or_default(), credit::without_label(&credit)),
        None => credit::split_plain(&about.caption.unwrap_or_default()),
    };
    PictureBlock {
        picture: PictureSource::Remote(address),
        caption: Text::plain(caption),
        credit,
        alt: about.alt.unwrap_or_default(),
    }
}

fn about(node: Node<'_>, ctx: &ReadContext<'_>) -> About {
    let words = |name: &str| {
        node.elements()
            .find(|child| child.is(name) && vocabulary(*child) == Vocabulary::Media)
            .map(|child| to_plain(&child.raw_text(), ctx).replace('\n', " "))
            .filter(|text| !text.is_empty())
    };
    About {
        caption: words("description").or_else(|| words("text")),
        credit: words("credit"),
        alt: words("title"),
    }
}

fn over(inner: About, outer: &About) -> About {
    About {
        caption: inner.caption.or_else(|| outer.caption.clone()),
        credit: inner.credit.or_else(|| outer.credit.clone()),
        alt: inner.alt.or_else(|| outer.alt.clone()),
    }
}
