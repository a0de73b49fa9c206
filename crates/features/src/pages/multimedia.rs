//! Multimedia: the galleries of a site, and the news of a day in pictures.
//!
//! A day's news in pictures is made of what the day's stories were led with, so that it needs nobody to make it and
//! changes with them: a story that is taken back takes its picture along.

use super::cards::{self, CARD_WIDTH, CardView, LEAD_WIDTH, PictureView};
use super::lists::written;
use super::page::{Page, whole};
use super::view::{Link, SiteView};
use super::{json_ld, keys, say, store_error};
use crate::app::App;
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::stories::GALLERIES;
use masthead_domain::time::Timestamp;
use masthead_domain::videos::VIDEOS;
use masthead_store::Conn;
use masthead_store::public::{self, Card, Cursor};
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{Day, Route};
use serde::Serialize;

/// Galleries on the multimedia page.
const GALLERIES_SHOWN: usize = 24;
/// Videos there.
const VIDEOS_SHOWN: usize = 12;
/// Pictures of a day, and of the strip that leads to them.
const DAY_SHOWN: usize = 30;
const STRIP_SHOWN: usize = 8;
/// Stories of a day that are looked through for pictures, and the newest that the last day with pictures is sought in.
const LOOKED_THROUGH: usize = 300;
/// Narrower pictures are logos and faces, not pictures of the news.
const NARROWEST: u32 = 600;

#[derive(Serialize)]
struct Multimedia {
    name: String,
    videos: Vec<CardView>,
    galleries: Vec<CardView>,
    day: Vec<Shown>,
}

#[derive(Serialize)]
struct NewsInPictures {
    name: String,
    day: String,
    date: String,
    pictures: Vec<Shown>,
    earlier: Option<DayLink>,
    later: Option<DayLink>,
}

#[derive(Serialize)]
struct DayLink {
    href: String,
    day: String,
}

#[derive(Serialize)]
struct Shown {
    picture: PictureView,
    alt: String,
    credit: String,
    headline: String,
    href: String,
    lang: Option<String>,
}

/// `/multimedia`
pub(crate) async fn multimedia(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let site = view.entry.id;
    let galleries = public::newest(&mut conn, now, GALLERIES, site, GALLERIES_SHOWN)
        .await
        .map_err(store_error)?;
    let videos = public::newest(&mut conn, now, VIDEOS, site, VIDEOS_SHOWN)
        .await
        .map_err(store_error)?;
    let mut pictured = match newest_day(&mut conn, now, view).await? {
        Some((_, pictured)) => pictured,
        None => Vec::new(),
    };
    drop(conn);
    pictured.truncate(STRIP_SHOWN);
    let name = say(view, "multimedia", &[])?;
    let path = Route::Multimedia.to_string();
    let about = say(view, "multimedia-about", &[("site", &view.entry.name)])?;
    let mut page = Page::new(view, &name, &path)
        .described(&about)
        .pictured(view, videos.iter().chain(&galleries).chain(&pictured));
    page.json_ld = markup(view, &name, &path);
    let shown_cards = || videos.iter().chain(&galleries).chain(&pictured);
    let stories: Vec<StoryId> = shown_cards().map(|card| card.story).collect();
    let modified = cards::newest(shown_cards());
    let own = Multimedia {
        name,
        videos: cards::cards(view, videos),
        galleries: cards::cards(view, galleries),
        day: shown(view, pictured, CARD_WIDTH),
    };
    let html = view
        .voice
        .render("galleries/multimedia.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys([
            SurrogateKey::site(site),
            keys::list(site),
            keys::list(GALLERIES),
            keys::list(VIDEOS),
            SurrogateKey::theme(),
        ])
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

/// `/news-in-pictures`: the newest day that has pictures, or the day that is asked for.
pub(crate) async fn news_in_pictures(app: &App, view: &SiteView, day: Option<Day>) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let site = view.entry.id;
    let found = match day {
        Some(day) => Some((day, of_day(&mut conn, now, view, day).await?)),
        None => newest_day(&mut conn, now, view).await?,
    };
    let Some((shown_day, pictured)) = found.filter(|(_, pictured)| !pictured.is_empty() || day.is_none()) else {
        // Days without pictures can be made up without end, and a site without any has no such page yet.
        return Err(WebError::not_found());
    };
    let (from, to) = keys::bounds(shown_day, &view.entry.zone).ok_or_else(WebError::not_found)?;
    let (_, after) = public::archive_days(&mut conn, now, site, from, to)
        .await
        .map_err(store_error)?;
    let before = pictured_before(&mut conn, now, site, from).await?;
    // The day after may have had stories and no pictures; then there is nothing to lead to yet.
    let after = match after {
        Some(at)
            if !of_day(&mut conn, now, view, Day::of(at, &view.entry.zone))
                .await?
                .is_empty() =>
        {
            Some(at)
        }
        _ => None,
    };
    drop(conn);
    let near = |at: Timestamp| Day::of(at, &view.entry.zone);
    let mut page_keys = vec![keys::day(site, shown_day)];
    if day.is_none() || after.is_none() {
        page_keys.push(keys::list(site));
    }
    page_keys.extend(
        [before, after]
            .into_iter()
            .flatten()
            .map(|at| keys::day(site, near(at))),
    );
    let name = say(view, "news-in-pictures", &[])?;
    let written = written(view, shown_day);
    let title = format!("{name}: {written}");
    let path = Route::NewsInPictures(day).to_string();
    let about = say(
        view,
        "news-in-pictures-about",
        &[("site", &view.entry.name), ("day", &written)],
    )?;
    let mut page = Page::new(view, &title, &path)
        .described(&about)
        .pictured(view, &pictured);
    page.json_ld = markup(view, &title, &path);
    let stories: Vec<StoryId> = pictured.iter().map(|card| card.story).collect();
    let modified = cards::newest(&pictured);
    let link = |at: Timestamp| {
        let day = near(at);
        DayLink {
            href: Route::NewsInPictures(Some(day)).to_string(),
            day: self::written(view, day),
        }
    };
    let own = NewsInPictures {
        name,
        day: written,
        date: shown_day.date().to_string(),
        pictures: shown(view, pictured, LEAD_WIDTH),
        earlier: before.map(link),
        later: after.map(link),
    };
    let html = view.voice.render("galleries/day.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys(keys::site(view))
        .keys(page_keys)
        .keys([SurrogateKey::theme()])
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

fn markup(view: &SiteView, name: &str, path: &str) -> String {
    let crumb = Link {
        name: name.to_owned(),
        href: path.to_owned(),
    };
    json_ld::collection(view, name, path, &[crumb])
}

/// The last day with pictures, among the newest stories.
async fn newest_day(conn: &mut Conn, now: Timestamp, view: &SiteView) -> Result<Option<(Day, Vec<Card>)>, WebError> {
    let site = view.entry.id;
    let newest = public::newest(conn, now, site, site, LOOKED_THROUGH)
        .await
        .map_err(store_error)?;
    let Some(first) = newest.iter().find(|card| fits(card)) else {
        return Ok(None);
    };
    let day = Day::of(first.published, &view.entry.zone);
    Ok(Some((day, of_day(conn, now, view, day).await?)))
}

/// When the nearest story before `from` was published that has a picture to show.
async fn pictured_before(
    conn: &mut Conn,
    now: Timestamp,
    site: SiteId,
    from: Timestamp,
) -> Result<Option<Timestamp>, WebError> {
    let before = Cursor(from, StoryId(uuid::Uuid::nil()));
    let stories = public::list(conn, now, site, site, before, LOOKED_THROUGH)
        .await
        .map_err(store_error)?;
    Ok(stories.iter().find(|card| fits(card)).map(|card| card.published))
}

/// The stories of a day whose pictures are shown, newest first, no picture twice.
async fn of_day(conn: &mut Conn, now: Timestamp, view: &SiteView, day: Day) -> Result<Vec<Card>, WebError> {
    let (from, to) = keys::bounds(day, &view.entry.zone).ok_or_else(WebError::not_found)?;
    let site = view.entry.id;
    let stories = public::list_since(conn, now, site, site, from, to, LOOKED_THROUGH)
        .await
        .map_err(store_error)?;
    let mut seen = std::collections::HashSet::new();
    Ok(stories
        .into_iter()
        .filter(|card| fits(card) && card.picture.as_ref().is_some_and(|picture| seen.insert(picture.id)))
        .take(DAY_SHOWN)
        .collect())
}

/// Whether a story's picture is one of the news: not an advertiser's, with a credit, and wide enough to look at.
fn fits(card: &Card) -> bool {
    let picture = card.picture.as_ref();
    !card.sponsored && picture.is_some_and(|picture| picture.width >= NARROWEST && !picture.credit.is_empty())
}

fn shown(view: &SiteView, stories: Vec<Card>, widest: u32) -> Vec<Shown> {
    stories
        .into_iter()
        .filter_map(|card| {
            let picture = card.picture?;
            Some(Shown {
                picture: cards::picture(&picture, widest)?,
                alt: picture.alt,
                credit: picture.credit,
                headline: card.headline,
                href: card.path,
                lang: card.language.filter(|lang| *lang != view.entry.language),
            })
        })
        .collect()
}
