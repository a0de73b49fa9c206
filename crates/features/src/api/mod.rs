//! The content API, `/api/v1`: everything that is public, as JSON. Reads go through the public read path like pages,
//! and answers are pressed and made stale like pages.
//!
//! Lists are `{"items": [...], "next": "URL or null"}`, paged by keyset. Errors are problem details (RFC 9457), which
//! the server writes from [`WebError`]. [`ROUTES`] is what the OpenAPI document is held against.

mod alerts;
mod comments;
mod entries;
mod listings;
mod openapi;
mod profiles;
mod search;
mod stories;

use crate::app::App;
use crate::fronts::{self, Which};
use crate::pages::{Query, SiteView, list_key, section_href, store_error};
use crate::sites::SiteEntry;
use http::header::{HeaderName, HeaderValue};
use masthead_domain::ids::{FrontId, SiteId};
use masthead_domain::time::Timestamp;
use masthead_services::search::SearchIndex;
use masthead_store::public;
use masthead_store::{Conn, authors as author_rows, fronts as front_rows, topics as topic_rows};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging::Cursor;
use masthead_web::press::{LogPosition, Rendered};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;
use std::sync::Arc;
use uuid::Uuid;

pub use openapi::document as openapi;

/// What is asked for, below `/api/v1/`, with its parameters.
pub const ROUTES: &[(&str, &[&str])] = &[
    ("stories", &["site", "section", "topic", "author", "after", "limit"]),
    ("stories/{id}", &["format"]),
    ("stories/{id}/comments", &["after", "limit"]),
    ("stories/{id}/entries", &["after", "limit"]),
    ("galleries", &["site", "section", "topic", "author", "after", "limit"]),
    ("sections", &["site"]),
    ("topics", &["site", "after", "limit"]),
    ("search", search::PARAMETERS),
    ("alerts", &["kind", "place", "after", "limit"]),
    ("fronts/{id}", &[]),
    ("profiles/{username}", &[]),
    ("listings", listings::PARAMETERS),
    ("openapi.json", &[]),
];

/// Items of a page of a list where the request says nothing, and at the most.
const LIMIT: usize = 25;
const MOST: usize = 100;

/// How many topics are looked at for one page of them.
const TOPICS_LOOKED_AT: usize = 500;

/// The parameters of the route at `rest`, the path below `/api/v1/`.
pub fn declared_parameters(rest: &str) -> &'static [&'static str] {
    let name = match rest.split_once('/') {
        Some(("stories", rest)) if rest.ends_with("/comments") => "stories/{id}/comments",
        Some(("stories", rest)) if rest.ends_with("/entries") => "stories/{id}/entries",
        Some(("stories", _)) => "stories/{id}",
        Some(("fronts", _)) => "fronts/{id}",
        Some(("profiles", _)) => "profiles/{username}",
        Some(_) => return &[],
        None => rest,
    };
    ROUTES
        .iter()
        .find(|(route, _)| *route == name)
        .map_or(&[], |(_, parameters)| parameters)
}

/// The answer at `rest`, the path below `/api/v1/`, on a site's host.
pub(crate) async fn respond(
    app: &App,
    view: &SiteView,
    index: Option<&SearchIndex>,
    rest: &str,
    query: Query<'_>,
) -> Result<Rendered, WebError> {
    let rendered = match rest.split_once('/') {
        None => match rest {
            "stories" | "galleries" => stories::list(app, view, rest, query).await,
            "sections" => sections(app, view, query).await,
            "topics" => topics(app, view, query).await,
            "alerts" => alerts::list(app, view, query).await,
            "search" => search::list(app, view, index, query).await,
            "listings" => listings::list(app, view, query).await,
            "openapi.json" => description(app, view).await,
            _ => Err(WebError::not_found()),
        },
        Some(("stories", rest)) => match rest.rsplit_once('/') {
            Some((id, "comments")) => comments::list(app, view, id, query).await,
            Some((id, "entries")) => entries::list(app, view, id, query).await,
            _ => stories::one(app, view, rest, query).await,
        },
        Some(("fronts", id)) => front(app, view, id).await,
        Some(("profiles", name)) => profiles::one(app, view, name).await,
        Some(_) => Err(WebError::not_found()),
    };
    // Nothing here depends on who asks, so that any page may read it.
    let open = (
        HeaderName::from_static("access-control-allow-origin"),
        HeaderValue::from_static("*"),
    );
    rendered.map(|rendered| rendered.header(open.0, open.1))
}

/// A list as it is sent.
#[derive(Serialize)]
struct List<T> {
    items: Vec<T>,
    next: Option<String>,
}

fn json<T: Serialize>(value: &T, position: LogPosition) -> Result<Rendered, WebError> {
    let body = serde_json::to_vec(value).map_err(WebError::internal)?;
    Ok(Rendered::new(
        "application/json",
        body.into(),
        CachePolicy::Feed,
        position,
    ))
}

/// A snapshot with the moment and the log position of it.
async fn begin(app: &App) -> Result<(Conn, Timestamp, LogPosition), WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    Ok((conn, now, position))
}

/// How many items are asked for.
fn limit(query: Query<'_>) -> Result<usize, WebError> {
    let Some(text) = query.get("limit") else {
        return Ok(LIMIT);
    };
    let number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse::<usize>().ok())
        .flatten();
    number.filter(|number| (1..=MOST).contains(number)).ok_or_else(|| {
        WebError::bad_request(format!("limit must be a whole number from 1 to {MOST}.")).code("bad-limit")
    })
}

/// The place after which a list goes on. Text of the wrong form is a mistake of the caller's (400); text of the right
/// form that no list gave out is a place that isn't there (404).
fn after(query: Query<'_>) -> Result<Option<Cursor>, WebError> {
    let Some(text) = query.get("after") else {
        return Ok(None);
    };
    let form = text.len() == 34
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match Cursor::parse(&text) {
        Ok(cursor) => Ok(Some(cursor)),
        Err(_) if form => Err(WebError::not_found()
            .code("no-such-cursor")
            .detail("No list goes on after this place.")),
        Err(_) => Err(WebError::bad_request("after must be the cursor of a list's next page.").code("bad-cursor")),
    }
}

/// The site that is asked about: the one that is named, else the host's.
fn site<'a>(view: &'a SiteView, query: Query<'_>) -> Result<&'a Arc<SiteEntry>, WebError> {
    match query.get("site") {
        None => Ok(&view.entry),
        Some(slug) => view
            .sites
            .by_slug(&slug)
            .ok_or_else(|| absent("no-such-site", "There is no such site.")),
    }
}

fn absent(code: &'static str, detail: &'static str) -> WebError {
    WebError::not_found().code(code).detail(detail)
}

/// A section as lists give it.
#[derive(Serialize)]
struct SectionItem {
    id: String,
    site: String,
    path: String,
    name: String,
    url: String,
    parent: Option<String>,
}

async fn sections(app: &App, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
    let site = site(view, query)?;
    let (conn, _, position) = begin(app).await?;
    drop(conn);
    let records: Vec<_> = view.sites.sections_of(site.id).collect();
    // Menu order: each top section with those below it.
    let tops = records.iter().filter(|record| record.section.parent.is_none());
    let items = tops
        .flat_map(|top| {
            let below = records
                .iter()
                .filter(|record| record.section.parent == Some(top.section.id));
            std::iter::once(top).chain(below)
        })
        .map(|record| SectionItem {
            id: record.section.id.to_string(),
            site: site.slug.clone(),
            path: record.path.clone(),
            name: record.section.name.clone(),
            url: format!("{}{}", site.origin, section_href(&record.path)),
            parent: record.section.parent.map(|parent| parent.to_string()),
        })
        .collect();
    Ok(json(&List { items, next: None }, position)?.keys([SurrogateKey::site(site.id)]))
}

/// A topic as lists give it.
#[derive(Serialize)]
struct TopicItem {
    id: String,
    slug: String,
    name: String,
    description: String,
    url: String,
    uri: Option<String>,
}

/// The topics that the site has public stories of, by slug: a topic can exist because of a story that is withheld.
async fn topics(app: &App, view: &SiteView, query: Query<'_>) -> Result<Rendered, WebError> {
    let site = site(view, query)?;
    let limit = limit(query)?;
    let after = query.get("after").unwrap_or_default();
    let (mut conn, now, position) = begin(app).await?;
    let all = topic_rows::all(&mut conn).await.map_err(store_error)?;
    let mut rest = all.into_iter().filter(|topic| topic.slug > after);
    let mut items = Vec::with_capacity(limit);
    let mut keys = vec![SurrogateKey::site(site.id), list_key(site.id)];
    let mut next = None;
    let mut last = None;
    for looked_at in 0.. {
        let Some(topic) = rest.next() else { break };
        if items.len() == limit || looked_at == TOPICS_LOOKED_AT {
            next = last;
            break;
        }
        last = Some(topic.slug.clone());
        let newest = public::newest(&mut conn, now, topic.id, site.id, 1)
            .await
            .map_err(store_error)?;
        if newest.is_empty() {
            continue;
        }
        keys.push(SurrogateKey::topic(topic.id));
        items.push(TopicItem {
            id: topic.id.to_string(),
            url: format!("{}{}", site.origin, Route::Topic(topic.slug.as_str().into())),
            slug: topic.slug,
            name: topic.name,
            description: topic.description,
            uri: topic.uri,
        });
    }
    let next = next.map(|slug| address(view, "topics", query, &["site", "limit"], &slug));
    Ok(json(&List { items, next }, position)?.keys(keys))
}

/// The absolute address of the next page: the same question with another place to go on after.
fn address(view: &SiteView, route: &str, query: Query<'_>, kept: &[&str], after: &str) -> String {
    let mut writer = url::form_urlencoded::Serializer::new(String::new());
    for name in kept {
        if let Some(value) = query.get(name) {
            writer.append_pair(name, &value);
        }
    }
    writer.append_pair("after", after);
    view.absolute(&format!("/api/v1/{route}?{}", writer.finish()))
}

/// A front as it is now.
#[derive(Serialize)]
struct FrontAnswer {
    id: String,
    site: String,
    section: Option<String>,
    url: String,
    banner: Option<BannerItem>,
    containers: Vec<ContainerItem>,
}

#[derive(Serialize)]
struct BannerItem {
    text: String,
    story: String,
    url: String,
}

#[derive(Serialize)]
struct ContainerItem {
    title: String,
    style: masthead_domain::fronts::ContainerStyle,
    cards: Vec<stories::CardItem>,
}

/// A front by its id, or by its name with `:` for each slash (`courier`, `courier:world`).
async fn front(app: &App, view: &SiteView, id: &str) -> Result<Rendered, WebError> {
    let missing = || absent("no-such-front", "There is no such front.");
    let (mut conn, now, position) = begin(app).await?;
    let which = match id.parse::<FrontId>() {
        Ok(id) => {
            let all = front_rows::all(&mut conn).await.map_err(store_error)?;
            let record = all.into_iter().find(|record| record.id == id).ok_or_else(missing)?;
            Which {
                site: record.site,
                section: record.section,
            }
        }
        Err(_) => Which::named(&view.sites, &id.replace(':', "/")).map_err(|_| missing())?,
    };
    let name = which.name(&view.sites).ok_or_else(missing)?;
    let site = view.sites.site(which.site).ok_or_else(missing)?;
    let assembled = fronts::assemble(&mut conn, now, &view.sites, which)
        .await
        .map_err(store_error)?;
    drop(conn);
    let path = which
        .section
        .and_then(|id| view.sites.section(id))
        .map(|record| record.path.clone());
    let shown = || {
        assembled
            .containers
            .iter()
            .flat_map(|filled| &filled.cards)
            .map(|(card, _)| card.story)
    };
    let stories: Vec<_> = shown()
        .chain(assembled.banner.iter().map(|(_, card)| card.story))
        .collect();
    let mut keys = vec![SurrogateKey::site(site.id)];
    keys.push(
        assembled
            .front
            .map_or_else(|| crate::pages::unlaunched(site.id), SurrogateKey::front),
    );
    keys.extend(assembled.lists.iter().map(|id| list_key(*id)));
    let answer = FrontAnswer {
        id: assembled
            .front
            .map_or_else(|| name.replace('/', ":"), |id| id.to_string()),
        site: site.slug.clone(),
        url: format!(
            "{}{}",
            site.origin,
            path.as_deref().map_or_else(|| "/".to_owned(), section_href)
        ),
        section: path,
        banner: assembled.banner.map(|(text, card)| BannerItem {
            text,
            story: card.story.to_string(),
            url: format!("{}{}", site.origin, card.path),
        }),
        containers: assembled
            .containers
            .into_iter()
            .map(|filled| ContainerItem {
                title: filled.title,
                style: filled.style,
                cards: filled
                    .cards
                    .into_iter()
                    .map(|(card, line)| stories::card(site, card, line))
                    .collect(),
            })
            .collect(),
    };
    Ok(json(&answer, position)?.keys(keys).stories(stories))
}

async fn description(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let (conn, _, position) = begin(app).await?;
    drop(conn);
    Ok(json(&openapi::document(&view.entry.origin), position)?.keys([SurrogateKey::site(view.entry.id)]))
}

/// The lists that the filters name, the rarest kind first, with the kinds' own keys. Without a filter: the site's own.
async fn filtered(
    conn: &mut Conn,
    view: &SiteView,
    site: SiteId,
    now: Timestamp,
    query: Query<'_>,
) -> Result<Vec<(Uuid, SurrogateKey)>, WebError> {
    let missing = || absent("no-such-list", "There is no such section, topic or author.");
    let mut lists = Vec::new();
    if let Some(slug) = slug(query, "author")? {
        let known = author_rows::by_slug(conn, &slug).await.map_err(store_error)?;
        let id = known.ok_or_else(missing)?.id;
        lists.push((id.0, SurrogateKey::author(id)));
    }
    if let Some(slug) = slug(query, "topic")? {
        let known = topic_rows::by_slug(conn, &slug).await.map_err(store_error)?;
        let id = known.ok_or_else(missing)?.id;
        lists.push((id.0, SurrogateKey::topic(id)));
    }
    // A topic or author that only a withheld story has must look like none at all.
    for (list, _) in &lists {
        if public::newest(conn, now, *list, site, 1)
            .await
            .map_err(store_error)?
            .is_empty()
        {
            return Err(missing());
        }
    }
    if let Some(path) = slug(query, "section")? {
        let id = view.sites.section_at(site, &path).ok_or_else(missing)?.section.id;
        lists.push((id.0, SurrogateKey::section(id)));
    }
    if lists.is_empty() {
        lists.push((site.0, list_key(site)));
    }
    Ok(lists)
}

/// A filter's value. No slug holds a control character, and the store refuses U+0000.
fn slug(query: Query<'_>, name: &str) -> Result<Option<String>, WebError> {
    match query.get(name) {
        Some(text) if text.chars().any(char::is_control) => {
            Err(absent("no-such-list", "There is no such section, topic or author."))
        }
        given => Ok(given),
    }
}
