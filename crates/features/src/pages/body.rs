//! A document as the HTML of a page: what `formats` writes, with pictures from the store, headings in step, and tables
//! that scroll by themselves.

use super::cards::{LEAD_WIDTH, PictureView, picture};
use super::say;
use super::view::SiteView;
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_domain::ids::PictureId;
use masthead_domain::videos::player;
use masthead_formats::html::{escape_into, from_document};
use masthead_store::public::PublicPicture;
use masthead_web::errors::WebError;

/// How wide pictures in the text are: the text's column on a wide screen, everything on a narrow one.
const SIZES: &str = "(min-width: 48rem) 41rem, 92vw";

/// How wide pictures of a gallery are.
const GALLERY_SIZES: &str = "(min-width: 48rem) 20rem, 92vw";

/// The attribute of a link that a video is played in the place of.
pub(super) const PLAYER: &str = " data-player=\"";

/// Writes the body. `pictures` are those that readers may see: others are left out without a trace. `table_label` names
/// tables without a caption.
///
/// # Errors
/// When a message is missing in the theme.
pub(crate) fn write(
    document: Document,
    pictures: &[PublicPicture],
    words: (&SiteView, &str),
) -> Result<String, WebError> {
    write_under(1, document, pictures, words)
}

/// [`write`] for a text that stands under a heading of the level `top`, 1 to 3.
///
/// # Errors
/// When a message is missing in the theme.
pub(super) fn write_under(
    top: u8,
    document: Document,
    pictures: &[PublicPicture],
    (view, table_label): (&SiteView, &str),
) -> Result<String, WebError> {
    let mut out = String::with_capacity(4096);
    let shown = Shown {
        top,
        pictures,
        table_label,
        play: say(view, "video-play", &[])?,
    };
    blocks(document.blocks, &shown, &mut top.clone(), &mut out);
    Ok(out)
}

/// What every block is written with.
struct Shown<'a> {
    /// The level of the heading that the text stands under.
    top: u8,
    pictures: &'a [PublicPicture],
    table_label: &'a str,
    play: String,
}

/// Running text as HTML, without an element around it.
pub(crate) fn inline(text: &Text) -> String {
    let paragraph = Document {
        blocks: vec![Block::Paragraph { text: text.clone() }],
    };
    let html = from_document(&paragraph, &mut |_, _| {});
    let inner = html.strip_prefix("<p>").and_then(|rest| rest.strip_suffix("</p>"));
    inner.map_or(html.clone(), str::to_owned)
}

fn blocks(all: Vec<Block>, shown: &Shown<'_>, level: &mut u8, out: &mut String) {
    let pictures = shown.pictures;
    for block in all {
        match block {
            Block::Heading { level: wanted, text } => {
                // Agencies jump from the headline to a fourth level; readers of headings must not think one is missing.
                *level = wanted.clamp(shown.top + 1, 4).min(*level + 1);
                plain(Block::Heading { level: *level, text }, pictures, out);
            }
            Block::FactBox { title, blocks: inner } => {
                out.push_str("<aside class=\"factbox\">");
                let mut own = *level;
                if !title.is_empty() {
                    own = shown.top + 1;
                    let heading = Block::Heading {
                        level: own,
                        text: Text::plain(title),
                    };
                    plain(heading, pictures, out);
                }
                blocks(inner, shown, &mut own, out);
                out.push_str("</aside>");
                *level = own;
            }
            Block::Table {
                caption,
                header_rows,
                rows,
            } => {
                let label = if caption.is_empty() {
                    shown.table_label.to_owned()
                } else {
                    caption.to_plain()
                };
                out.push_str("<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"");
                escape_into(&label, out);
                out.push_str("\">");
                plain(
                    Block::Table {
                        caption,
                        header_rows,
                        rows,
                    },
                    pictures,
                    out,
                );
                out.push_str("</div>");
            }
            Block::Gallery { title, pictures: inner } => {
                let shown: Vec<PictureBlock> = inner
                    .into_iter()
                    .filter(|block| found(block, pictures).is_some())
                    .collect();
                if !shown.is_empty() {
                    plain(Block::Gallery { title, pictures: shown }, pictures, out);
                }
            }
            Block::Embed { url, title } => match player(&url) {
                Some(player) => {
                    let name: &str = if title.is_empty() { player.host } else { &title };
                    out.push_str("<figure class=\"film\"><a class=\"play\" rel=\"noopener\"");
                    write_attribute("href", &url, out);
                    write_attribute("data-player", &player.address, out);
                    write_attribute("data-title", name, out);
                    out.push_str("><span class=\"go\">");
                    escape_into(&shown.play, out);
                    out.push_str("</span></a><figcaption>");
                    escape_into(name, out);
                    out.push_str("</figcaption></figure>");
                }
                None => plain(Block::Embed { url, title }, pictures, out),
            },
            block => plain(block, pictures, out),
        }
        out.push('\n');
    }
}

fn plain(block: Block, pictures: &[PublicPicture], out: &mut String) {
    let sizes = if matches!(block, Block::Gallery { .. }) {
        GALLERY_SIZES
    } else {
        SIZES
    };
    let document = Document { blocks: vec![block] };
    let html = from_document(&document, &mut |block, out| figure(block, pictures, sizes, out));
    out.push_str(&html);
}

/// The picture of a block, when readers may see it.
pub(crate) fn found<'a>(block: &PictureBlock, pictures: &'a [PublicPicture]) -> Option<&'a PublicPicture> {
    match block.picture {
        PictureSource::Stored(id) => by_id(id, pictures),
        PictureSource::Remote(_) => None,
    }
}

/// What is said of a picture where it stands, its alternative text and its credit: those of the block, else the picture's
/// own.
pub(crate) fn said<'a>(block: &'a PictureBlock, stored: &'a PublicPicture) -> (&'a str, &'a str) {
    let either = |here: &'a str, own: &'a str| if here.is_empty() { own } else { here };
    (either(&block.alt, &stored.alt), either(&block.credit, &stored.credit))
}

fn by_id(id: PictureId, pictures: &[PublicPicture]) -> Option<&PublicPicture> {
    pictures.iter().find(|picture| picture.id == id)
}

fn figure(block: &PictureBlock, pictures: &[PublicPicture], sizes: &str, out: &mut String) {
    let Some(stored) = found(block, pictures) else { return };
    let Some(view) = picture(stored, LEAD_WIDTH) else {
        return;
    };
    let (alt, credit) = said(block, stored);
    out.push_str("<figure>");
    image(&view, alt, sizes, out);
    if !block.caption.is_empty() || !credit.is_empty() {
        out.push_str("<figcaption>");
        out.push_str(&inline(&block.caption));
        if !credit.is_empty() {
            out.push_str(" <span class=\"credit\">");
            escape_into(credit, out);
            out.push_str("</span>");
        }
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>");
}

fn image(view: &PictureView, alt: &str, sizes: &str, out: &mut String) {
    out.push_str("<picture>");
    for source in &view.sources {
        out.push_str("<source");
        for (name, value) in [
            ("type", source.media_type),
            ("srcset", &source.srcset),
            ("sizes", sizes),
        ] {
            write_attribute(name, value, out);
        }
        out.push('>');
    }
    out.push_str("<img");
    write_attribute("src", &view.src, out);
    if !view.srcset.is_empty() {
        write_attribute("srcset", &view.srcset, out);
        write_attribute("sizes", sizes, out);
    }
    write_attribute("width", &view.width.to_string(), out);
    write_attribute("height", &view.height.to_string(), out);
    write_attribute("alt", alt, out);
    out.push_str(" loading=\"lazy\" decoding=\"async\"></picture>");
}

fn write_attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape_into(value, out);
    out.push('"');
}
