//! Home and section fronts.

use super::cards::{self, CARD_WIDTH, CardView, LEAD_WIDTH};
use super::page::{Page, whole};
use super::view::{Link, SiteView};
use super::{json_ld, keys, say, store_error};
use crate::app::App;
use crate::contributions::call_outs;
use crate::fronts::{self, Assembled, Filled, Which};
use crate::places;
use masthead_domain::fronts::ContainerStyle;
use masthead_domain::ids::{SectionId, StoryId};
use masthead_domain::rankings::Ranking;
use masthead_domain::time::Timestamp;
use masthead_store::public;
use masthead_web::errors::WebError;
use masthead_web::paging;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{Day, FeedScope, Route};
use serde::Serialize;

#[derive(Serialize)]
struct Own<'a> {
    banner: Option<Banner>,
    updated: Option<i64>,
    containers: Vec<ContainerView>,
    section: Option<SectionHead<'a>>,
    older: Option<String>,
    call_outs: Vec<call_outs::Shown>,
    components: Vec<places::Hole>,
}

#[derive(Serialize)]
struct Banner {
    text: String,
    href: String,
}

#[derive(Serialize)]
struct ContainerView {
    title: String,
    href: Option<String>,
    style: &'static str,
    accent: &'static str,
    ranking: &'static str,
    cards: Vec<CardView>,
}

#[derive(Serialize)]
struct SectionHead<'a> {
    name: &'a str,
    accent: &'static str,
    subs: &'a [Link],
}

/// The home front, or the front of a section of the site.
pub(crate) async fn front(app: &App, view: &SiteView, section: Option<SectionId>) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let which = Which {
        site: view.entry.id,
        section,
    };
    let assembled = fronts::assemble(&mut conn, now, &view.sites, which)
        .await
        .map_err(store_error)?;
    let cursor = public::fronts_cursor(&mut conn, now, view.entry.id)
        .await
        .map_err(store_error)?;
    let place = section.map_or(view.entry.id.0, |section| section.0);
    let call_outs = call_outs::shown(&mut conn, now, view.entry.id, &[place])
        .await
        .map_err(store_error)?;
    drop(conn);

    let shown = || {
        assembled
            .containers
            .iter()
            .flat_map(|filled| filled.cards.iter().map(|(card, _)| card))
    };
    let updated = cards::newest(shown());
    let stories: Vec<StoryId> = shown()
        .chain(assembled.banner.iter().map(|(_, card)| card))
        .map(|card| card.story)
        .collect();
    let page_keys = keys_of(view, which, &assembled);
    let mut page = match section.and_then(|id| view.section(id)) {
        Some(section) => section_page(view, section)?,
        None => home_page(view, cursor.map(|cursor| paging::Cursor::new(cursor.0, cursor.1))),
    };
    page = page.pictured(view, shown());
    let older = match section {
        Some(_) => assembled.rest.map(|rest| {
            format!(
                "{}?after={}",
                page.section_path(view),
                paging::Cursor::new(rest.0, rest.1)
            )
        }),
        None => shown()
            .map(|card| card.published)
            .max()
            .map(|newest| archive(view, newest)),
    };
    let own = Own {
        updated: updated.map(Timestamp::as_micros),
        section: section.and_then(|id| view.section(id)).map(|section| SectionHead {
            name: &section.name,
            accent: section.accent,
            subs: &section.subs,
        }),
        banner: assembled.banner.map(|(text, card)| Banner { text, href: card.path }),
        containers: assembled
            .containers
            .into_iter()
            .map(|filled| container(view, filled))
            .collect(),
        older,
        call_outs,
        components: places::holes(app),
    };
    let html = view.voice.render("front.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys(page_keys)
        .keys([keys::call_outs(place)])
        .stories(stories);
    rendered.last_modified = updated;
    Ok(rendered)
}

fn home_page(view: &SiteView, cursor: Option<paging::Cursor>) -> Page {
    let mut page = Page::new(view, &view.entry.name, "/").described(&view.entry.tagline);
    page.title = if view.entry.tagline.is_empty() {
        view.entry.name.clone()
    } else {
        format!("{} – {}", view.entry.name, view.entry.tagline)
    };
    page.is_home = true;
    page.is_front = true;
    page.cursor = cursor.map(|cursor| cursor.to_string()).unwrap_or_default();
    page.json_ld = json_ld::web_site(view);
    page.feeds(&FeedScope::Site, &view.entry.name)
}

fn section_page(view: &SiteView, section: &super::view::SectionView) -> Result<Page, WebError> {
    let about = say(
        view,
        "section-about",
        &[("section", &section.name), ("site", &view.entry.name)],
    )?;
    let mut page = Page::new(view, &section.name, &section.href).described(&about);
    page.section.clone_from(&section.top);
    page.is_front = section.parent.is_none();
    let crumbs = [Link {
        name: section.name.clone(),
        href: section.href.clone(),
    }];
    page.json_ld = json_ld::collection(view, &section.name, &section.href, &crumbs);
    let path = section.href.trim_start_matches('/').to_owned();
    let name = format!("{} – {}", view.entry.name, section.name);
    Ok(page.feeds(&FeedScope::Section(path.into()), &name))
}

impl Page {
    /// The page's own path, from its address of record.
    fn section_path(&self, view: &SiteView) -> String {
        self.canonical
            .strip_prefix(&view.entry.origin)
            .unwrap_or("/")
            .to_owned()
    }
}

/// The day of the archive on which a home front goes on.
fn archive(view: &SiteView, newest: Timestamp) -> String {
    Route::Archive(Day::of(newest, &view.entry.zone)).to_string()
}

fn keys_of(view: &SiteView, which: Which, assembled: &Assembled) -> Vec<SurrogateKey> {
    let mut page_keys = vec![SurrogateKey::site(view.entry.id)];
    match assembled.front {
        Some(front) => page_keys.push(SurrogateKey::front(front)),
        None => page_keys.push(keys::unlaunched(which.site)),
    }
    page_keys.extend(which.section.map(SurrogateKey::section));
    page_keys.extend(assembled.lists.iter().map(|id| keys::list(*id)));
    page_keys.push(SurrogateKey::theme());
    page_keys
}

fn container(view: &SiteView, filled: Filled) -> ContainerView {
    let style = match filled.style {
        ContainerStyle::Lead => "lead",
        ContainerStyle::Grid => "grid",
        ContainerStyle::List => "list",
        ContainerStyle::Strip => "strip",
    };
    let section = filled.section.and_then(|id| view.section(id));
    let topic = filled.topic.map(|slug| Route::Topic(slug.into()).to_string());
    let leads = filled.style == ContainerStyle::Lead;
    ContainerView {
        title: filled.title,
        href: section
            .map(|section| section.href.clone())
            .or(topic)
            .or_else(|| filled.galleries.then(|| Route::Multimedia.to_string())),
        style,
        ranking: filled.ranking.map_or("", Ranking::name),
        accent: section.map_or("", |section| section.accent),
        cards: filled
            .cards
            .into_iter()
            .enumerate()
            .map(|(at, (card, headline))| {
                cards::card(
                    view,
                    card,
                    headline,
                    if leads && at == 0 { LEAD_WIDTH } else { CARD_WIDTH },
                )
            })
            .collect(),
    }
}
