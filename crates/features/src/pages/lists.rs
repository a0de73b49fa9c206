//! Pages that list stories: the rest of a section, a topic, an author, a day of the archive.

use super::cards::{self, CARD_WIDTH, CardView, PictureView};
use super::page::{Page, whole};
use super::view::{Link, SectionView, SiteView};
use super::{json_ld, keys, say, store_error};
use crate::app::App;
use crate::contributions::call_outs;
use masthead_domain::ids::SectionId;
use masthead_domain::stories::READERS;
use masthead_domain::time::Timestamp;
use masthead_store::public::{self, Card, Cursor, PublicPicture};
use masthead_store::{Conn, authors, pictures, topics};
use masthead_web::errors::WebError;
use masthead_web::paging;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{Day, FeedScope, Route};
use serde::Serialize;
use uuid::Uuid;

/// Stories on a page of a list.
pub(crate) const PAGE: usize = 30;
/// Stories of one day that the archive shows; an agency's whole feed of a day stays within it.
const DAY: usize = 2_000;

#[derive(Serialize)]
struct Own<'a> {
    call_outs: Vec<call_outs::Shown>,
    list: Head<'a>,
    cards: Vec<CardView>,
    next: Option<String>,
    first: Option<String>,
    earlier: Option<DayLink>,
    later: Option<DayLink>,
}

#[derive(Serialize, Default)]
struct Head<'a> {
    kind: &'a str,
    name: &'a str,
    role: &'a str,
    text: &'a str,
    accent: &'a str,
    picture: Option<PictureView>,
    subs: &'a [Link],
    continued: bool,
    empty: String,
    /// What follows it: `topic` or `author`, with the slug; nothing for other lists.
    follow: Option<(&'a str, &'a str)>,
}

#[derive(Serialize)]
struct DayLink {
    href: String,
    day: String,
}

/// Part of a list with where it goes on.
struct Part {
    cards: Vec<Card>,
    next: Option<paging::Cursor>,
    keys: Vec<SurrogateKey>,
    /// What readers are asked for beside the list.
    call_outs: Vec<call_outs::Shown>,
}

async fn part(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    list: Uuid,
    after: Option<paging::Cursor>,
) -> Result<Part, WebError> {
    let start = after.map_or(Cursor::START, |cursor| Cursor(cursor.at, cursor.id.into()));
    let rows = public::list(conn, now, list, view.entry.id, start, PAGE + 1)
        .await
        .map_err(store_error)?;
    let page = paging::Page::from_rows(rows, PAGE, |card| paging::Cursor::new(card.published, card.story));
    let keys = match (after, page.items.last()) {
        // The beginning of a list changes with everything that is published in it.
        (None, _) | (_, None) => vec![keys::list(list)],
        (Some(after), Some(last)) => keys::span(list, last.published, after.at),
    };
    Ok(Part {
        cards: page.items,
        next: page.next,
        keys,
        call_outs: Vec::new(),
    })
}

/// The stories of a section after a cursor, or from the start.
pub(crate) async fn section(
    app: &App,
    view: &SiteView,
    id: SectionId,
    after: paging::Cursor,
) -> Result<Rendered, WebError> {
    let section = view.section(id).ok_or_else(WebError::not_found)?;
    let (mut conn, now, position) = begin(app).await?;
    let part = part(&mut conn, now, view, id.0, Some(after)).await?;
    drop(conn);
    let mut page = head(view, &section.name, &section.href, Some(after));
    page.section.clone_from(&section.top);
    let page = page.feeds(
        &section_scope(section),
        &format!("{} – {}", view.entry.name, section.name),
    );
    let list = Head {
        name: &section.name,
        accent: section.accent,
        subs: &section.subs,
        continued: true,
        ..Head::default()
    };
    finish(
        view,
        page,
        list,
        part,
        Some(after),
        &section.href,
        vec![SurrogateKey::section(id)],
        position,
    )
}

/// A topic's page.
pub(crate) async fn topic(
    app: &App,
    view: &SiteView,
    slug: &str,
    after: Option<paging::Cursor>,
) -> Result<Rendered, WebError> {
    let (mut conn, now, position) = begin(app).await?;
    let topic = topics::by_slug(&mut conn, slug)
        .await
        .map_err(store_error)?
        .ok_or_else(WebError::not_found)?;
    let mut part = part(&mut conn, now, view, topic.id.0, after).await?;
    part.call_outs = call_outs::shown(&mut conn, now, view.entry.id, &[topic.id.0])
        .await
        .map_err(store_error)?;
    part.keys.push(keys::call_outs(topic.id.0));
    drop(conn);
    // A topic that this site has nothing of is no page of this site: an empty one would only be found by guessing.
    if part.cards.is_empty() && after.is_none() {
        return Err(WebError::not_found());
    }
    let path = Route::Topic(topic.slug.as_str().into()).to_string();
    let about = spoken(view, "topic-about", &topic.name)?;
    let mut page = head(view, &topic.name, &path, after);
    page = page.described(if topic.description.is_empty() {
        &about
    } else {
        &topic.description
    });
    let crumbs = [Link {
        name: topic.name.clone(),
        href: path.clone(),
    }];
    page.json_ld = json_ld::collection(view, &topic.name, &path, &crumbs);
    let scope = FeedScope::Topic(topic.slug.as_str().into());
    let page = page.feeds(&scope, &format!("{} – {}", view.entry.name, topic.name));
    let kind = word(view, "topic")?;
    let list = Head {
        kind: &kind,
        name: &topic.name,
        text: &topic.description,
        continued: after.is_some(),
        follow: Some(("topic", &topic.slug)),
        ..Head::default()
    };
    finish(
        view,
        page,
        list,
        part,
        after,
        &path,
        vec![SurrogateKey::topic(topic.id)],
        position,
    )
}

/// `/your-stories`: what readers sent in and the desk published on this site.
pub(crate) async fn your_stories(
    app: &App,
    view: &SiteView,
    after: Option<paging::Cursor>,
) -> Result<Rendered, WebError> {
    let (mut conn, now, position) = begin(app).await?;
    let part = part(&mut conn, now, view, READERS, after).await?;
    drop(conn);
    let name = word(view, "your-stories")?;
    let path = Route::YourStories.to_string();
    let about = say(view, "your-stories-about", &[("site", &view.entry.name)])?;
    let mut page = head(view, &name, &path, after).described(&about);
    let crumbs = [Link {
        name: name.clone(),
        href: path.clone(),
    }];
    page.json_ld = json_ld::collection(view, &name, &path, &crumbs);
    let list = Head {
        name: &name,
        text: &about,
        continued: after.is_some(),
        ..Head::default()
    };
    let keys = vec![SurrogateKey::site(view.entry.id)];
    finish(view, page, list, part, after, &path, keys, position)
}

/// An author's page.
pub(crate) async fn author(
    app: &App,
    view: &SiteView,
    slug: &str,
    after: Option<paging::Cursor>,
) -> Result<Rendered, WebError> {
    let (mut conn, now, position) = begin(app).await?;
    let author = authors::by_slug(&mut conn, slug)
        .await
        .map_err(store_error)?
        .ok_or_else(WebError::not_found)?;
    let part = part(&mut conn, now, view, author.id.0, after).await?;
    if part.cards.is_empty() && after.is_none() {
        return Err(WebError::not_found());
    }
    let portrait = match author.picture {
        Some(picture) => portrait(&mut conn, now, picture).await?,
        None => None,
    };
    drop(conn);
    let path = Route::Author(author.slug.as_str().into()).to_string();
    let about = spoken(view, "author-about", &author.name)?;
    let mut page = head(view, &author.name, &path, after);
    page = page.described(if author.bio.is_empty() { &about } else { &author.bio });
    page.kind = "profile";
    page.json_ld = json_ld::profile(view, &author.name, &author.role, &path);
    let scope = FeedScope::Author(author.slug.as_str().into());
    let page = page.feeds(&scope, &format!("{} – {}", view.entry.name, author.name));
    let kind = word(view, "author")?;
    let list = Head {
        kind: &kind,
        name: &author.name,
        role: &author.role,
        text: &author.bio,
        picture: portrait,
        continued: after.is_some(),
        follow: Some(("author", &author.slug)),
        ..Head::default()
    };
    finish(
        view,
        page,
        list,
        part,
        after,
        &path,
        vec![SurrogateKey::author(author.id)],
        position,
    )
}

/// An author's portrait, if its files are there and may be shown. The public read path answers for single files; which
/// there are is no secret of a story.
async fn portrait(
    conn: &mut Conn,
    now: Timestamp,
    id: masthead_domain::ids::PictureId,
) -> Result<Option<PictureView>, WebError> {
    let Some(record) = pictures::by_id(conn, id).await.map_err(store_error)? else {
        return Ok(None);
    };
    if record.licence_ends_at.is_some_and(|ends| ends <= now) {
        return Ok(None);
    }
    let picture = PublicPicture {
        id,
        alt: record.alt,
        credit: record.credit,
        width: record.width,
        height: record.height,
        renditions: record.renditions,
    };
    Ok(cards::picture(&picture, CARD_WIDTH / 2))
}

/// A day of the archive.
pub(crate) async fn archive(app: &App, view: &SiteView, day: Day) -> Result<Rendered, WebError> {
    let (from, to) = keys::bounds(day, &view.entry.zone).ok_or_else(WebError::not_found)?;
    let (mut conn, now, position) = begin(app).await?;
    let site = view.entry.id;
    let cards = public::list_since(&mut conn, now, site, site, from, to, DAY)
        .await
        .map_err(store_error)?;
    let (before, after) = public::archive_days(&mut conn, now, site, from, to)
        .await
        .map_err(store_error)?;
    drop(conn);
    // Addresses of days on which nothing happened can be made up without end, so that they are no pages to keep.
    if cards.is_empty() {
        return Err(WebError::not_found());
    }
    let near = |at: Timestamp| Day::of(at, &view.entry.zone);
    let mut page_keys = vec![keys::day(site, day)];
    // The newest day gets more stories, and a later day one day.
    match after {
        Some(after) => page_keys.push(keys::day(site, near(after))),
        None => page_keys.push(keys::list(site)),
    }
    page_keys.extend(before.map(|before| keys::day(site, near(before))));
    let path = Route::Archive(day).to_string();
    let written = written(view, day);
    let name = spoken_day(view, "archive-of", &written)?;
    let mut page = Page::new(view, &name, &path).described(&about_day(view, &written)?);
    page.json_ld = json_ld::collection(
        view,
        &name,
        &path,
        &[Link {
            name: name.clone(),
            href: path.clone(),
        }],
    );
    let page = page.pictured(view, &cards);
    let modified = cards::newest(&cards);
    let link = |at: Timestamp| {
        let day = near(at);
        DayLink {
            href: Route::Archive(day).to_string(),
            day: self::written(view, day),
        }
    };
    let stories: Vec<_> = cards.iter().map(|card| card.story).collect();
    let kind = word(view, "archive")?;
    let own = Own {
        call_outs: Vec::new(),
        list: Head {
            kind: &kind,
            name: &name,
            ..Head::default()
        },
        cards: cards::cards(view, cards),
        next: None,
        first: None,
        earlier: before.map(link),
        later: after.map(link),
    };
    let html = view.voice.render("list.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys(keys::site(view))
        .keys(page_keys)
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

async fn begin(app: &App) -> Result<(Conn, Timestamp, i64), WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    Ok((conn, now, position))
}

/// The head of a list's page. A later page is an address of its own: pointing all of them at the first would hide what
/// only they show.
fn head(view: &SiteView, name: &str, path: &str, after: Option<paging::Cursor>) -> Page {
    match after {
        Some(after) => {
            let mut page = Page::new(view, name, &format!("{path}?after={after}"));
            page.robots = "noindex, follow";
            page
        }
        None => Page::new(view, name, path),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "the last step of four pages that have nothing else in common"
)]
fn finish(
    view: &SiteView,
    page: Page,
    mut list: Head<'_>,
    part: Part,
    after: Option<paging::Cursor>,
    path: &str,
    own_keys: Vec<SurrogateKey>,
    position: i64,
) -> Result<Rendered, WebError> {
    list.empty = word(view, "no-stories")?;
    let page = page.pictured(view, &part.cards);
    let stories: Vec<_> = part.cards.iter().map(|card| card.story).collect();
    let modified = cards::newest(&part.cards);
    let own = Own {
        call_outs: part.call_outs,
        list,
        cards: cards::cards(view, part.cards),
        next: part.next.map(|cursor| format!("{path}?after={cursor}")),
        first: after.map(|_| path.to_owned()),
        earlier: None,
        later: None,
    };
    let html = view.voice.render("list.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys(own_keys)
        .keys(keys::site(view))
        .keys(part.keys)
        .keys([SurrogateKey::theme()])
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

fn section_scope(section: &SectionView) -> FeedScope<'static> {
    FeedScope::Section(section.href.trim_start_matches('/').to_owned().into())
}

/// A day as the site's language writes it.
pub(super) fn written(view: &SiteView, day: Day) -> String {
    view.voice.day(day.date())
}

fn word(view: &SiteView, key: &str) -> Result<String, WebError> {
    super::say(view, key, &[])
}

fn spoken(view: &SiteView, key: &str, name: &str) -> Result<String, WebError> {
    super::say(view, key, &[("name", name)])
}

fn spoken_day(view: &SiteView, key: &str, day: &str) -> Result<String, WebError> {
    super::say(view, key, &[("day", day)])
}

fn about_day(view: &SiteView, day: &str) -> Result<String, WebError> {
    super::say(view, "archive-about", &[("site", &view.entry.name), ("day", day)])
}
