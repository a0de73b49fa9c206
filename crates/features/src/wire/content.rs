//! An agency's item to a story's content.

use super::authors;
use crate::places::located;
use crate::stories::{ChangeError, Context};
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource, Text};
use masthead_domain::ids::PictureId;
use masthead_domain::stories::{Byline, StoryContent, StoryKind};
use masthead_domain::wire::{ContentType, NewsItem, Rendition};
use masthead_store::{Tx, pictures};

/// WordPress' word for a post that is a gallery.
const POST_FORMAT_GALLERY: &str = "post-format-gallery";
/// The longest text that still is a line under a gallery's headline, in characters.
const LONGEST_LINE: usize = 400;

/// What a story made from `item` says. The editor's note and everything else that is not for readers stays behind.
pub fn from_item(item: &NewsItem) -> StoryContent {
    let headline = squeeze(item.best_headline().unwrap_or(""));
    let mut body = item.body.clone();
    let lead_picture = item.lead_picture.clone().or_else(|| picture_of_association(item));
    // A picture that leads the story is not shown a second time at the top of the text.
    if let (Some(lead), Some(Block::Picture(first))) = (&lead_picture, body.blocks.first())
        && lead.picture == first.picture
    {
        body.blocks.remove(0);
    }
    let standfirst = item
        .subheadline
        .as_deref()
        .or(item.summary.as_deref())
        .map(squeeze)
        .unwrap_or_default();
    let repeats_text = body
        .blocks
        .iter()
        .find_map(first_words)
        .is_some_and(|first| same_beginning(&standfirst, &first));
    let mut content = StoryContent {
        headline,
        standfirst: if repeats_text { String::new() } else { standfirst },
        kicker: String::new(),
        bylines: authors::names(item)
            .into_iter()
            .map(|(name, role)| Byline {
                name,
                author: None,
                role,
            })
            .collect(),
        dateline: item.dateline.as_deref().map(tidy_dateline).unwrap_or_default(),
        located: located::of_item(item),
        body,
        lead_picture,
        credit: item
            .credit
            .as_deref()
            .or(item.provider.as_deref())
            .map(squeeze)
            .unwrap_or_default(),
        copyright_notice: item.copyright_notice.as_deref().map(squeeze).unwrap_or_default(),
        language: item.language.clone(),
        urgency: item.urgency,
        digital_source_type: item.digital_source_type.clone(),
        ..StoryContent::default()
    };
    if item.extra.get("post_format").and_then(|format| format.as_str()) == Some(POST_FORMAT_GALLERY) {
        gallery(&mut content);
    }
    content
}

/// Finds or makes the authors of the bylines, and puts pictures that were fetched before in their places.
///
/// # Errors
/// [`ChangeError::Store`].
pub async fn resolve(tx: &mut Tx, context: &Context, content: &mut StoryContent) -> Result<(), ChangeError> {
    for byline in &mut content.bylines {
        byline.author = authors::ensure(tx, context.ids.as_ref(), &byline.name, byline.role.as_deref()).await?;
    }
    for remote in remote_pictures(content) {
        if let Some(id) = pictures::by_source(tx, &remote).await? {
            replace(content, &remote, id);
        }
    }
    Ok(())
}

/// Addresses of pictures that have not been fetched, each once, in reading order.
pub fn remote_pictures(content: &StoryContent) -> Vec<String> {
    remote_in(content.lead_picture.iter().chain(content.body.pictures()))
}

/// Addresses among these pictures that have not been fetched, each once, in order.
pub fn remote_in<'a>(blocks: impl IntoIterator<Item = &'a PictureBlock>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for block in blocks {
        if let PictureSource::Remote(url) = &block.picture
            && !found.contains(url)
        {
            found.push(url.clone());
        }
    }
    found
}

/// Whether any picture has not been fetched.
pub fn has_remote_pictures(content: &StoryContent) -> bool {
    !remote_pictures(content).is_empty()
}

/// Puts a fetched picture in place of its address, everywhere.
pub fn replace(content: &mut StoryContent, url: &str, id: PictureId) {
    content.lead_picture.iter_mut().for_each(|block| put_if(block, url, id));
    replace_in(&mut content.body, url, id);
}

/// Puts a fetched picture in place of its address, in a text.
pub fn replace_in(body: &mut Document, url: &str, id: PictureId) {
    body.for_each_picture(&mut |block| put_if(block, url, id));
}

fn put_if(block: &mut PictureBlock, url: &str, id: PictureId) {
    if matches!(&block.picture, PictureSource::Remote(remote) if remote == url) {
        block.picture = PictureSource::Stored(id);
    }
}

/// Makes a gallery of a post that its source calls one, when it is nothing but pictures under a line or two: a page of a
/// gallery has no room for more, and a story shows its galleries among its text.
fn gallery(content: &mut StoryContent) {
    let first = match content.body.blocks.first() {
        Some(Block::Paragraph { text }) if content.standfirst.is_empty() => Some(text.to_plain()),
        _ => None,
    };
    let rest = content.body.blocks.iter().skip(usize::from(first.is_some()));
    let only_pictures = rest
        .clone()
        .all(|block| matches!(block, Block::Picture(_) | Block::Gallery { .. }));
    let short = first.as_ref().is_none_or(|text| text.chars().count() <= LONGEST_LINE);
    if !only_pictures || !short || content.body.pictures().len() < 2 {
        return;
    }
    content.kind = StoryKind::Gallery;
    if let Some(text) = first {
        content.standfirst = squeeze(&text);
        content.body.blocks.remove(0);
    }
}

/// The first picture among an item's associations, in its largest rendition.
fn picture_of_association(item: &NewsItem) -> Option<PictureBlock> {
    item.associations
        .iter()
        .map(|association| &*association.item)
        .filter(|other| {
            matches!(other.content, ContentType::Picture | ContentType::Graphic) && other.status.is_usable()
        })
        .find_map(|other| {
            let href = best_rendition(&other.renditions)?.href.clone()?;
            let caption = other
                .summary
                .as_deref()
                .or(other.headline.as_deref())
                .map(squeeze)
                .unwrap_or_default();
            Some(PictureBlock {
                picture: PictureSource::Remote(href),
                caption: Text::plain(caption),
                credit: other
                    .credit
                    .as_deref()
                    .or(other.bylines.first().map(String::as_str))
                    .map(squeeze)
                    .unwrap_or_default(),
                alt: String::new(),
            })
        })
}

/// The rendition to take: the widest picture with an address; among those of unknown size the original, then whatever
/// is not a thumbnail.
pub fn best_rendition(renditions: &[Rendition]) -> Option<&Rendition> {
    renditions
        .iter()
        .filter(|rendition| rendition.href.as_deref().is_some_and(|href| !href.trim().is_empty()))
        .filter(|rendition| {
            rendition
                .media_type
                .as_deref()
                .is_none_or(|kind| kind.starts_with("image/"))
        })
        .max_by_key(|rendition| {
            let name = rendition.name.as_deref().unwrap_or("").to_lowercase();
            let rank = if name.contains("thumb") {
                0
            } else if name.contains("original") || name.contains("highres") || name.contains("main") {
                2
            } else {
                1
            };
            (rendition.width.unwrap_or(0), rank)
        })
}

fn first_words(block: &Block) -> Option<String> {
    match block {
        Block::Paragraph { text } => Some(squeeze(&text.to_plain())),
        _ => None,
    }
}

/// Agencies often send the first paragraph again as the abstract: printed twice it looks like a mistake.
fn same_beginning(standfirst: &str, first: &str) -> bool {
    let standfirst = standfirst.trim_end_matches(['.', '…', ' ']);
    !standfirst.is_empty() && first.to_lowercase().starts_with(&standfirst.to_lowercase())
}

/// `PARIS, Nov 3 (Agency) -` is printed without the dash; the theme sets its own.
fn tidy_dateline(dateline: &str) -> String {
    squeeze(dateline).trim_end_matches(['-', '–', '—', ' ', ':']).to_owned()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::document::Document;

    #[test]
    fn the_editors_note_stays_behind_and_a_repeated_abstract_goes() {
        let item = NewsItem {
            headline: Some("Quay  wall\nmoves".into()),
            summary: Some("The wall moved.".into()),
            editor_note: Some("NOT FOR PUBLICATION".into()),
            dateline: Some("PARIS, Nov 3 – ".into()),
            body: Document {
                blocks: vec![Block::Paragraph {
                    text: Text::plain("The wall moved. It then stopped."),
                }],
            },
            ..NewsItem::default()
        };
        let content = from_item(&item);
        assert_eq!(content.headline, "Quay wall moves");
        assert_eq!(content.standfirst, "");
        assert_eq!(content.dateline, "PARIS, Nov 3");
        assert!(!serde_json::to_string(&content).unwrap().contains("NOT FOR"));
    }

    #[test]
    fn the_widest_rendition_is_taken() {
        let rendition = |name: &str, width| Rendition {
            name: Some(name.into()),
            href: Some(format!("{name}.jpg")),
            width,
            ..Rendition::default()
        };
        let all = [
            rendition("thumbnail", Some(100)),
            rendition("original", Some(4000)),
            rendition("web", Some(800)),
        ];
        assert_eq!(best_rendition(&all).unwrap().name.as_deref(), Some("original"));
        let unsized_ones = [rendition("thumbnail", None), rendition("highres", None)];
        assert_eq!(best_rendition(&unsized_ones).unwrap().name.as_deref(), Some("highres"));
    }
}
