//! The search page. Without words it is a form and the newest stories, one page for everybody; with words it is made
//! for each request and kept by nobody.
//!
//! The index only says which stories and in which order. What is shown of them is read through the public read path in
//! the same moment, so that a story that was killed a second ago is no hit, whatever the index still holds.

use super::cards::{self, CARD_WIDTH, CardView};
use super::page::{Page, whole};
use super::view::SiteView;
use super::{Query, count, keys, say, store_error};
use crate::app::App;
use crate::search::{Segment, marked, passage};
use http::StatusCode;
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use masthead_services::search::{Hits, MOST_HITS, SearchIndex, SearchRequest, Words};
use masthead_store::public::{self, Card, Found};
use masthead_store::{Conn, authors, topics};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{Day, Route};
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// Parameters that make another page.
pub(crate) const PARAMETERS: &[&str] = &["q", "section", "topic", "author", "from", "to", "page"];

/// Hits on a page.
const PAGE: usize = 20;
/// Stories under the bare form.
const LATEST: usize = 10;
/// Characters of the reader's words that are shown and looked at.
const MOST_CHARS: usize = 200;

#[derive(Serialize)]
struct Own {
    search: Form,
    hits: Vec<HitView>,
    cards: Vec<CardView>,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Serialize, Default)]
struct Form {
    q: String,
    from: String,
    to: String,
    sections: Vec<Choice>,
    /// Topic and author that were chosen elsewhere, with the address of the search without them.
    chosen: Vec<Chosen>,
    /// Something was asked.
    asked: bool,
    /// There is no index to ask.
    off: bool,
    /// Words that are nearly the reader's were found instead.
    relaxed: bool,
    /// No story has all the words.
    partial: bool,
    /// How many there are, in words.
    found: String,
}

#[derive(Serialize)]
struct Choice {
    value: String,
    name: String,
    below: bool,
    selected: bool,
}

#[derive(Serialize)]
struct Chosen {
    parameter: &'static str,
    value: String,
    name: String,
    without: String,
}

#[derive(Serialize)]
struct HitView {
    #[serde(flatten)]
    card: CardView,
    title: Vec<Segment>,
    text: Vec<Segment>,
}

/// What was asked for, read from the query. What can't be read is left out, as if it had not been said.
#[derive(Default)]
struct Asked {
    q: String,
    section: Option<String>,
    topic: Option<String>,
    author: Option<String>,
    from: Option<jiff::civil::Date>,
    to: Option<jiff::civil::Date>,
    page: usize,
}

impl Asked {
    fn read(query: Query<'_>) -> Self {
        let words = query.get("q").unwrap_or_default();
        // NUL and its kind may not stand in HTML at all, and are in no word.
        let q: String = words.chars().filter(|c| !c.is_control()).take(MOST_CHARS).collect();
        let date = |name| query.get(name).and_then(|text| text.parse().ok());
        Self {
            q: q.trim().to_owned(),
            section: query.get("section"),
            topic: query.get("topic"),
            author: query.get("author"),
            from: date("from"),
            to: date("to"),
            page: query
                .get("page")
                .and_then(|text| text.parse().ok())
                .unwrap_or(1)
                .clamp(1, MOST_HITS / PAGE),
        }
    }

    fn is_bare(&self) -> bool {
        self.q.is_empty()
            && self.from.is_none()
            && self.to.is_none()
            && [&self.section, &self.topic, &self.author]
                .iter()
                .all(|filter| filter.is_none())
    }

    /// The address of this search on another page, or without one of its parameters.
    fn address(&self, page: usize, without: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let (from, to) = (
            self.from.map(|date| date.to_string()),
            self.to.map(|date| date.to_string()),
        );
        let all = [
            ("q", Some(&self.q).filter(|q| !q.is_empty())),
            ("section", self.section.as_ref()),
            ("topic", self.topic.as_ref()),
            ("author", self.author.as_ref()),
            ("from", from.as_ref()),
            ("to", to.as_ref()),
        ];
        for (name, value) in all {
            if let Some(value) = value.filter(|_| name != without) {
                query.append_pair(name, value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        format!("{}?{}", Route::Search, query.finish())
    }
}

/// The page for a query.
pub(crate) async fn search(
    app: &App,
    view: &SiteView,
    index: Option<&SearchIndex>,
    query: Query<'_>,
) -> Result<Rendered, WebError> {
    let asked = Asked::read(query);
    let mut form = Form {
        q: asked.q.clone(),
        from: asked.from.map(|date| date.to_string()).unwrap_or_default(),
        to: asked.to.map(|date| date.to_string()).unwrap_or_default(),
        asked: !asked.is_bare(),
        ..Form::default()
    };
    let title = say(view, "search-title", &[])?;
    let mut page = Page::new(view, &title, &Route::Search.to_string());
    if asked.is_bare() {
        form.sections = sections(view, None);
        return bare(
            app,
            view,
            &page.described(&say(view, "search-about", &[("site", &view.entry.name)])?),
            form,
        )
        .await;
    }
    page.robots = "noindex, follow";
    if !asked.q.is_empty() {
        page.title = format!("{} – {}", asked.q, page.title);
    }
    let mut conn = app.db.reader().await.map_err(store_error)?;
    let lists = filters(&mut conn, view, &asked, &mut form).await?;
    drop(conn);
    let words = Words::read(&asked.q, &view.entry.language);
    // Signs that are no words match nothing; without this they would match everything.
    let empty = words.is_empty() && !asked.q.is_empty();
    let found = match index.filter(|index| index.is_filled()) {
        _ if empty => Hits::default(),
        Some(index) => {
            let start = |date: Option<jiff::civil::Date>| {
                date.and_then(|date| keys::bounds(Day::new(date.year(), date.month(), date.day())?, &view.entry.zone))
            };
            let request = SearchRequest {
                words: words.clone(),
                lists,
                from: start(asked.from).map(|(begins, _)| begins),
                to: start(asked.to).map(|(_, ends)| ends),
                now: app.now(),
                limit: PAGE,
                offset: (asked.page - 1) * PAGE,
            };
            index.search(request).await.map_err(WebError::unavailable)?
        }
        None => {
            form.off = true;
            Hits::default()
        }
    };
    let (now, mut conn) = (app.now(), app.db.snapshot().await.map_err(store_error)?);
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let hits = shown(&mut conn, now, view, &words, &found).await?;
    drop(conn);
    let stories: Vec<StoryId> = hits.iter().map(|(story, _)| *story).collect();
    // The index may count what readers don't see any more; a number that doesn't fit would tell of it.
    let total = found.total.saturating_sub(found.hits.len() - hits.len());
    form.relaxed = found.relaxed;
    form.partial = found.partial;
    form.found = self::found(view, total, found.more)?;
    let last = total.min(MOST_HITS).div_ceil(PAGE);
    let own = Own {
        previous: (asked.page > 1).then(|| asked.address(asked.page - 1, "")),
        next: (asked.page < last).then(|| asked.address(asked.page + 1, "")),
        hits: hits.into_iter().map(|(_, hit)| hit).collect(),
        cards: Vec::new(),
        search: form,
    };
    let status = if own.search.off {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let html = view.voice.render("search.html", &whole(view, &page, &own))?;
    let mut rendered = Rendered::html(html, position).status(status).stories(stories);
    rendered.policy = CachePolicy::NoStore;
    Ok(rendered)
}

async fn bare(app: &App, view: &SiteView, page: &Page, form: Form) -> Result<Rendered, WebError> {
    let site = view.entry.id;
    let (now, mut conn) = (app.now(), app.db.snapshot().await.map_err(store_error)?);
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let newest = public::newest(&mut conn, now, site, site, LATEST)
        .await
        .map_err(store_error)?;
    drop(conn);
    let stories: Vec<StoryId> = newest.iter().map(|card| card.story).collect();
    let modified = cards::newest(&newest);
    let own = Own {
        search: form,
        hits: Vec::new(),
        cards: cards::cards(view, newest),
        previous: None,
        next: None,
    };
    let html = view.voice.render("search.html", &whole(view, page, &own))?;
    let mut rendered = Rendered::html(html, position)
        .keys(keys::site(view))
        .keys([keys::list(site), SurrogateKey::theme()])
        .stories(stories);
    rendered.last_modified = modified;
    Ok(rendered)
}

/// The lists that hits must be in; says in the form what was chosen. An unknown section, topic or author is a page
/// that doesn't exist.
async fn filters(conn: &mut Conn, view: &SiteView, asked: &Asked, form: &mut Form) -> Result<Vec<Uuid>, WebError> {
    let mut lists = vec![view.entry.id.0];
    if let Some(path) = &asked.section {
        let record = view
            .sites
            .section_at(view.entry.id, path)
            .ok_or_else(WebError::not_found)?;
        lists.push(record.section.id.0);
    }
    form.sections = sections(view, asked.section.as_deref());
    let mut choose = |parameter: &'static str, slug: &str, id: Uuid, name: String| {
        lists.push(id);
        form.chosen.push(Chosen {
            parameter,
            value: slug.to_owned(),
            name,
            without: asked.address(1, parameter),
        });
    };
    if let Some(slug) = &asked.topic {
        let topic = topics::by_slug(conn, slug)
            .await
            .map_err(store_error)?
            .ok_or_else(WebError::not_found)?;
        choose("topic", slug, topic.id.0, topic.name);
    }
    if let Some(slug) = &asked.author {
        let author = authors::by_slug(conn, slug)
            .await
            .map_err(store_error)?
            .ok_or_else(WebError::not_found)?;
        choose("author", slug, author.id.0, author.name);
    }
    Ok(lists)
}

/// The site's sections, each followed by those below it.
fn sections(view: &SiteView, chosen: Option<&str>) -> Vec<Choice> {
    let site = view.entry.id;
    let all: Vec<_> = view.sites.sections_of(site).collect();
    let tops = all.iter().filter(|record| record.section.parent.is_none());
    tops.flat_map(|top| {
        let below = all
            .iter()
            .filter(|record| record.section.parent == Some(top.section.id));
        std::iter::once(top).chain(below)
    })
    .map(|record| Choice {
        value: record.path.clone(),
        name: record.section.name.clone(),
        below: record.section.parent.is_some(),
        selected: chosen == Some(record.path.as_str()),
    })
    .collect()
}

/// What readers see of the hits, in their order.
async fn shown(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    words: &Words,
    found: &Hits,
) -> Result<Vec<(StoryId, HitView)>, WebError> {
    let ids: Vec<StoryId> = found.hits.iter().map(|(story, _)| *story).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let visible = public::visible(conn, now, view.entry.id, &ids)
        .await
        .map_err(store_error)?;
    let mut visible: HashMap<StoryId, Card> = visible.into_iter().map(|card| (card.story, card)).collect();
    let mut hits = Vec::with_capacity(ids.len());
    for id in ids {
        let Some(card) = visible.remove(&id) else { continue };
        let title = marked(words, &card.headline, found.relaxed);
        let mut text = marked(words, &card.standfirst, found.relaxed);
        if !words.is_empty() && !text.iter().any(|part| part.hit) {
            // The words are in the body alone, or in the headline; a passage says more than a standfirst without them.
            if let Found::Story(story, _) = public::by_id(conn, now, id).await.map_err(store_error)?
                && let Some(found) = passage(words, &story.content.body.to_plain(), found.relaxed)
            {
                text = found;
            }
        }
        let card = cards::card(view, card, None, CARD_WIDTH);
        hits.push((id, HitView { card, title, text }));
    }
    Ok(hits)
}

fn found(view: &SiteView, total: usize, more: bool) -> Result<String, WebError> {
    match total {
        0 => say(view, "search-none", &[]),
        _ if more => count(view, "search-more", &[("count", total)]),
        _ => count(view, "search-found", &[("count", total)]),
    }
}
