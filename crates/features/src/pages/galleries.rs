//! A gallery: one page with all its pictures, and an address for each of them.
//!
//! Both are rendered on the server and lead to one another by plain links, so that a gallery can be leafed through
//! without script; arrow keys and swiping follow the same links.

use super::cards::{self, CardView, LEAD_WIDTH, PictureView};
use super::page::{Page, whole};
use super::story::{self, Around};
use super::view::{Link, SiteView};
use super::{body, json_ld, keys, store_error};
use crate::app::App;
use masthead_domain::document::PictureBlock;
use masthead_domain::ids::{AuthorId, StoryId};
use masthead_domain::stories::{StoryContent, StoryKind};
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, Found, PublicPicture, PublicPlacement, PublicStory};
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use serde::Serialize;

#[derive(Serialize)]
struct Own<'a> {
    gallery: GalleryView<'a>,
    accent: &'static str,
    crumbs: &'a [Link],
    topics: &'a [Link],
    related: Vec<CardView>,
    share: Vec<story::Share>,
    also_on: Vec<Link>,
}

#[derive(Serialize)]
struct GalleryView<'a> {
    id: StoryId,
    headline: &'a str,
    kicker: &'a str,
    standfirst: &'a str,
    bylines: &'a [story::BylineView],
    published: i64,
    updated: Option<i64>,
    sponsored: bool,
    reader: bool,
    ai: bool,
    pictures: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct OnePicture<'a> {
    headline: &'a str,
    gallery: &'a str,
    accent: &'static str,
    crumbs: &'a [Link],
    shown: Shown<'a>,
    count: usize,
    previous: Option<String>,
    next: Option<String>,
    thumbs: Vec<Thumb>,
}

/// A picture of the gallery.
#[derive(Serialize)]
struct Shown<'a> {
    number: usize,
    href: String,
    picture: PictureView,
    alt: &'a str,
    caption: String,
    credit: &'a str,
}

#[derive(Serialize)]
struct Thumb {
    number: usize,
    href: String,
    picture: PictureView,
    current: bool,
}

/// The gallery at `path`, or its picture of that number; what another address leads to as for any story.
pub(crate) async fn gallery(app: &App, view: &SiteView, path: &str, number: Option<u16>) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    match public::at_path(&mut conn, now, view.entry.id, path)
        .await
        .map_err(store_error)?
    {
        Found::Story(found, places) if found.content.kind == StoryKind::Gallery => {
            let around = story::around(&mut conn, now, view, &found).await.map_err(store_error)?;
            drop(conn);
            match number {
                None => all(view, *found, &places, around, position),
                Some(number) => one(view, &found, &places, &around, usize::from(number), position),
            }
        }
        found => story::leads_on(&mut conn, now, view, found, position).await,
    }
}

/// The pictures of the gallery that readers may see, in order.
fn visible<'a>(
    content: &'a StoryContent,
    pictures: &'a [PublicPicture],
) -> Vec<(&'a PictureBlock, &'a PublicPicture, PictureView)> {
    content
        .body
        .pictures()
        .into_iter()
        .filter_map(|block| {
            let stored = body::found(block, pictures)?;
            Some((block, stored, cards::picture(stored, LEAD_WIDTH)?))
        })
        .collect()
}

fn shown<'a>(
    path: &str,
    number: usize,
    (block, stored, picture): (&'a PictureBlock, &'a PublicPicture, PictureView),
) -> Shown<'a> {
    let (alt, credit) = body::said(block, stored);
    Shown {
        number,
        href: address(path, number),
        picture,
        alt,
        caption: body::inline(&block.caption),
        credit,
    }
}

fn address(path: &str, number: usize) -> String {
    format!("{path}/{number}")
}

fn head(view: &SiteView, story: &PublicStory, places: &[PublicPlacement], around: &Around, title: &str) -> Page {
    let content = &story.content;
    let mut page = Page::new(view, title, &story.path).described(&story::description(content));
    page.kind = "article";
    // A picture's page is a view of the gallery: what robots keep is the gallery.
    page.canonical = story::canonical(view, places).unwrap_or_else(|| view.absolute(&story.path));
    page.section = view
        .section(story.section)
        .map(|section| section.top.clone())
        .unwrap_or_default();
    page.image = story::image(view, content, &around.pictures).or(page.image);
    page
}

fn all(
    view: &SiteView,
    story: PublicStory,
    places: &[PublicPlacement],
    around: Around,
    position: i64,
) -> Result<Rendered, WebError> {
    let content = &story.content;
    let title = if content.seo_title.is_empty() {
        &content.headline
    } else {
        &content.seo_title
    };
    let mut page = head(view, &story, places, &around, title);
    page.share_title.clone_from(&content.headline);
    let crumbs = story::crumbs(view, story.section);
    let topics = story::topic_links(&around.topics);
    let bylines = story::bylines(&content.bylines, &around);
    let visible = visible(content, &around.pictures);
    page.json_ld = json_ld::gallery(
        view,
        &json_ld::Gallery {
            headline: &content.headline,
            description: &content.standfirst,
            url: &page.canonical,
            published: story.published,
            modified: story.updated.max(story.published),
            authors: story::made_by(view, &bylines),
            pictures: visible
                .iter()
                .map(|(block, stored, _)| image_object(view, block, stored))
                .collect(),
        },
        &crumbs,
    );
    let updated = story.updated.as_seconds() / 60 > story.published.as_seconds() / 60;
    let related_ids: Vec<StoryId> = around.related.iter().map(|card| card.story).collect();
    let own = Own {
        gallery: GalleryView {
            id: story.id,
            headline: &content.headline,
            kicker: &content.kicker,
            standfirst: &content.standfirst,
            bylines: &bylines,
            published: story.published.as_micros(),
            updated: updated.then_some(story.updated).map(Timestamp::as_micros),
            sponsored: content.sponsored,
            reader: !around.readers.is_empty(),
            ai: story::made_by_machine(content.digital_source_type.as_deref()),
            pictures: visible
                .into_iter()
                .zip(1..)
                .map(|(picture, number)| shown(&story.path, number, picture))
                .collect(),
        },
        accent: view.section(story.section).map_or("", |section| section.accent),
        crumbs: &crumbs,
        topics: &topics,
        related: cards::cards(view, around.related),
        share: story::share(view, &content.headline, &page.canonical),
        also_on: story::also_on(view, places),
    };
    let html = view.voice.render("galleries/gallery.html", &whole(view, &page, &own))?;
    let authors: Vec<AuthorId> = around.authors.iter().map(|author| author.id).collect();
    let topics: Vec<_> = around.topics.iter().map(|topic| topic.id).collect();
    Ok(Rendered::html(html, position)
        .keys(keys::story(view, story.id, story.section, &topics, &authors))
        .stories([story.id].into_iter().chain(related_ids))
        .modified(story.updated.max(story.published)))
}

fn one(
    view: &SiteView,
    story: &PublicStory,
    places: &[PublicPlacement],
    around: &Around,
    number: usize,
    position: i64,
) -> Result<Rendered, WebError> {
    let content = &story.content;
    let mut visible = visible(content, &around.pictures);
    let count = visible.len();
    // Counted from 1; a number beyond the last is no picture of this gallery.
    let index = number
        .checked_sub(1)
        .filter(|index| *index < count)
        .ok_or_else(WebError::not_found)?;
    let thumbs = visible
        .iter()
        .zip(1..)
        .filter_map(|((_, stored, _), at)| {
            Some(Thumb {
                number: at,
                href: address(&story.path, at),
                picture: cards::picture(stored, THUMB_WIDTH)?,
                current: at == number,
            })
        })
        .collect();
    let of = super::count(view, "picture-of", &[("number", number), ("count", count)])?;
    let title = format!("{} – {of}", content.headline);
    let mut page = head(view, story, places, around, &title);
    let crumbs = story::crumbs(view, story.section);
    let (block, stored, _) = visible.get(index).ok_or_else(WebError::not_found)?;
    let caption = block.caption.to_plain();
    if !caption.is_empty() {
        page = page.described(&caption);
    }
    if let Some((href, file)) = cards::largest_plain(stored) {
        page.image = Some(super::page::Image {
            url: view.absolute(&href),
            width: file.width,
            height: file.height,
            alt: stored.alt.clone(),
        });
    }
    let mut markup = image_object(view, block, stored);
    if let Some(object) = markup.as_object_mut() {
        object.insert("@context".to_owned(), "https://schema.org".into());
        object.insert("isPartOf".to_owned(), page.canonical.clone().into());
    }
    page.json_ld = json_ld::script(&markup);
    let own = OnePicture {
        headline: &content.headline,
        gallery: &story.path,
        accent: view.section(story.section).map_or("", |section| section.accent),
        crumbs: &crumbs,
        shown: shown(&story.path, number, visible.swap_remove(index)),
        count,
        previous: (number > 1).then(|| address(&story.path, number - 1)),
        next: (number < count).then(|| address(&story.path, number + 1)),
        thumbs,
    };
    let html = view.voice.render("galleries/picture.html", &whole(view, &page, &own))?;
    Ok(Rendered::html(html, position)
        .keys(keys::story(view, story.id, story.section, &[], &[]))
        .stories([story.id])
        .modified(story.updated.max(story.published)))
}

/// The widest file that the row of small pictures asks for.
const THUMB_WIDTH: u32 = 320;

fn image_object(view: &SiteView, block: &PictureBlock, stored: &PublicPicture) -> serde_json::Value {
    let mut object = serde_json::json!({ "@type": "ImageObject" });
    if let (Some(object), Some((href, file))) = (object.as_object_mut(), cards::largest_plain(stored)) {
        object.insert("contentUrl".to_owned(), view.absolute(&href).into());
        object.insert("width".to_owned(), file.width.into());
        object.insert("height".to_owned(), file.height.into());
    }
    let caption = block.caption.to_plain();
    let (_, credit) = body::said(block, stored);
    for (key, text) in [("caption", caption.as_str()), ("creditText", credit)] {
        if let (Some(object), false) = (object.as_object_mut(), text.is_empty()) {
            object.insert(key.to_owned(), text.into());
        }
    }
    object
}
