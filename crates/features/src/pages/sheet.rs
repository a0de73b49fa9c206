//! What stands for a story without a picture where it is shared: a picture of its headline, drawn when it is first asked
//! for, and pressed like everything else. Its address names the revision, so that a new headline has a new picture.

use super::page::Image;
use super::view::SiteView;
use super::{media, store_error};
use crate::app::App;
use masthead_domain::ids::{SectionId, StoryId};
use masthead_services::pictures::{SHEET_HEIGHT, SHEET_WIDTH, Sheet, is_legible};
use masthead_store::public::{self, Found};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;

/// The ground where the theme names no colour: the ink of its pages.
const PLAIN: [u8; 3] = [0x15, 0x18, 0x1b];

/// The picture of a story's headline as its page names it; none in a script that the program has no letters of.
pub(super) fn image(view: &SiteView, story: StoryId, revision: i64, headline: &str) -> Option<Image> {
    let revision = u32::try_from(revision).ok()?;
    if !is_legible(headline) || !is_legible(&view.entry.name) {
        return None;
    }
    Some(Image {
        url: view.absolute(&Route::MediaSheet { story, revision }.to_string()),
        width: SHEET_WIDTH,
        height: SHEET_HEIGHT,
        alt: headline.to_owned(),
    })
}

/// The file. Another revision than the public one leads to that.
pub(super) async fn file(app: &App, view: &SiteView, id: StoryId, revision: u32) -> Result<Rendered, WebError> {
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let (story, places) = match public::by_id(&mut conn, app.now(), id).await.map_err(store_error)? {
        Found::Story(story, places) => (story, places),
        Found::Gone { reason, .. } => return Err(WebError::gone(reason).code("story-gone")),
        Found::Moved(_) | Found::Nothing => return Err(WebError::not_found()),
    };
    drop(conn);
    let place = places.into_iter().find(|place| place.site == view.entry.id);
    let place = place.ok_or_else(WebError::not_found)?;
    let current = u32::try_from(story.revision).map_err(WebError::internal)?;
    if current != revision {
        let route = Route::MediaSheet {
            story: id,
            revision: current,
        };
        let mut moved = Rendered::moved(route.to_string(), position);
        moved.policy = CachePolicy::NoStore;
        return Ok(moved);
    }
    let section = view.section(place.section).map(|section| section.name.clone());
    let drawn = app.worker.sheet(Sheet {
        headline: story.content.headline,
        section: section.filter(|name| is_legible(name)).unwrap_or_default(),
        site: view.entry.name.clone(),
        ground: ground(view, place.section),
    });
    let bytes = drawn.await.map_err(|error| {
        if error.is_worth_retrying() {
            WebError::unavailable(error)
        } else {
            WebError::internal(error)
        }
    })?;
    let mut rendered = media::open(Rendered::new("image/png", bytes, CachePolicy::Media, position))
        .keys([SurrogateKey::story(id), SurrogateKey::site(view.entry.id)])
        .stories([id]);
    rendered.last_modified = None;
    Ok(rendered)
}

/// The colour of a section, as the theme's own style says it.
fn ground(view: &SiteView, section: SectionId) -> [u8; 3] {
    let style = view.theme.assets().named("css/site.css");
    let style = style
        .and_then(|asset| std::str::from_utf8(&asset.body).ok())
        .unwrap_or_default();
    let of_section = view
        .section(section)
        .and_then(|section| colour_after(style, &format!(".{}{{--a:#", section.accent)));
    of_section.or_else(|| colour_after(style, "--brand:#")).unwrap_or(PLAIN)
}

/// The first six-digit colour behind these words of a style sheet: the one for light pages comes first.
fn colour_after(style: &str, words: &str) -> Option<[u8; 3]> {
    let (_, rest) = style.split_once(words)?;
    let digits = rest.get(..6)?;
    let number = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = number.to_be_bytes();
    Some([red, green, blue])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_read_from_a_style_sheet() {
        let style = ":root{--brand:#8a1c1c}.a2{--a:#1b5a92}.a3{--a:red}";
        assert_eq!(colour_after(style, ".a2{--a:#"), Some([0x1b, 0x5a, 0x92]));
        assert_eq!(colour_after(style, "--brand:#"), Some([0x8a, 0x1c, 0x1c]));
        assert_eq!(colour_after(style, ".a3{--a:#"), None);
        assert_eq!(colour_after(".a1{--a:#fff}", ".a1{--a:#"), None);
    }
}
