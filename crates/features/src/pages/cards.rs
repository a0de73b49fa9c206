//! Cards and pictures in the form that templates take.

use super::view::SiteView;
use masthead_domain::time::Timestamp;
use masthead_store::pictures::RenditionRecord;
use masthead_store::public::{Card, PublicPicture};
use masthead_web::strings::direction;
use minijinja::Value;
use serde::Serialize;
use std::fmt::Write as _;

/// The widest file that a card asks for; the first card of a front takes [`LEAD_WIDTH`].
pub(crate) const CARD_WIDTH: u32 = 960;

/// The widest file that a lead picture asks for.
pub(crate) const LEAD_WIDTH: u32 = 2000;

/// A card.
#[derive(Debug, Serialize)]
pub(crate) struct CardView {
    href: String,
    pub(crate) headline: String,
    kicker: String,
    standfirst: String,
    published: i64,
    updated: i64,
    sponsored: bool,
    reader: bool,
    live: bool,
    picture: Option<PictureView>,
    lang: Option<String>,
    dir: &'static str,
    section: Value,
    comments: i64,
}

/// A picture with its files.
#[derive(Debug, Serialize)]
pub(crate) struct PictureView {
    pub(crate) src: String,
    pub(crate) srcset: String,
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) alt: String,
    pub(crate) sources: Vec<SourceView>,
}

/// The files of a picture in one format that not every browser knows.
#[derive(Debug, Serialize)]
pub(crate) struct SourceView {
    #[serde(rename = "type")]
    pub(crate) media_type: &'static str,
    pub(crate) srcset: String,
}

/// A card of a story, with the headline that an editor gave it here.
pub(crate) fn card(view: &SiteView, card: Card, headline: Option<String>, max_width: u32) -> CardView {
    let lang = card.language.filter(|lang| *lang != view.entry.language);
    CardView {
        href: card.path,
        headline: headline.unwrap_or(card.headline),
        kicker: card.kicker,
        standfirst: card.standfirst,
        published: card.published.as_micros(),
        updated: card.updated.as_micros(),
        sponsored: card.sponsored,
        reader: card.reader,
        live: card.live,
        picture: card
            .picture
            .as_ref()
            .and_then(|picture| self::picture(picture, max_width)),
        dir: lang.as_deref().map_or("ltr", direction),
        lang,
        section: view.section_value(card.section),
        comments: card.comments,
    }
}

/// Cards of stories as they come.
pub(crate) fn cards(view: &SiteView, stories: Vec<Card>) -> Vec<CardView> {
    stories
        .into_iter()
        .map(|story| card(view, story, None, CARD_WIDTH))
        .collect()
}

/// The newest moment at which one of the cards changed.
pub(crate) fn newest<'a>(cards: impl IntoIterator<Item = &'a Card>) -> Option<Timestamp> {
    cards.into_iter().map(|card| card.updated.max(card.published)).max()
}

/// A picture with its files up to `max_width` (the smallest file always counts). `None` while it has none.
pub(crate) fn picture(picture: &PublicPicture, max_width: u32) -> Option<PictureView> {
    // JPEG, or PNG where transparency matters, is what every browser and every robot knows.
    let plain = ["jpg", "png", "webp"]
        .into_iter()
        .find(|format| picture.renditions.iter().any(|rendition| rendition.format == *format))?;
    let files = |format: &str| fitting(&picture.renditions, format, max_width);
    let plain_files = files(plain);
    let fallback = plain_files
        .iter()
        .rev()
        .find(|file| file.width <= CARD_WIDTH)
        .or(plain_files.first())?;
    let mut sources = Vec::with_capacity(2);
    for (format, media_type) in [("avif", "image/avif"), ("webp", "image/webp")] {
        let files = files(format);
        if format != plain && !files.is_empty() {
            sources.push(SourceView {
                media_type,
                srcset: srcset(picture, &files),
            });
        }
    }
    Some(PictureView {
        src: address(picture, fallback),
        srcset: if plain_files.len() > 1 {
            srcset(picture, &plain_files)
        } else {
            String::new()
        },
        width: fallback.width,
        height: fallback.height,
        alt: picture.alt.clone(),
        sources,
    })
}

/// The largest file that programs outside take (JPEG or PNG), with its address on the site.
pub(crate) fn largest_plain(picture: &PublicPicture) -> Option<(String, &RenditionRecord)> {
    let file = picture
        .renditions
        .iter()
        .filter(|file| matches!(file.format.as_str(), "jpg" | "png"))
        .max_by_key(|file| file.width)?;
    Some((address(picture, file), file))
}

/// The files of one format, narrow ones first.
fn fitting<'a>(all: &'a [RenditionRecord], format: &str, max_width: u32) -> Vec<&'a RenditionRecord> {
    let mut files: Vec<_> = all.iter().filter(|file| file.format == format).collect();
    files.sort_by_key(|file| file.width);
    let fits = files.iter().filter(|file| file.width <= max_width).count();
    files.truncate(fits.max(1));
    files
}

fn address(picture: &PublicPicture, file: &RenditionRecord) -> String {
    format!("/media/{}/{}.{}", picture.id, file.width, file.format)
}

fn srcset(picture: &PublicPicture, files: &[&RenditionRecord]) -> String {
    let mut text = String::with_capacity(files.len() * 72);
    for file in files {
        if !text.is_empty() {
            text.push_str(", ");
        }
        // Writing to a string can't fail.
        let _infallible = write!(
            text,
            "/media/{}/{}.{} {}w",
            picture.id, file.width, file.format, file.width
        );
    }
    text
}
