//! `/search`: the stories of a site for a few words, best first. Like the search page it is made for each request, and
//! every hit passes the public read path on its way out.

use super::{absent, address, begin, filtered, json, limit, site, stories};
use crate::app::App;
use crate::pages::{Query, SiteView, bounds, store_error};
use masthead_domain::ids::StoryId;
use masthead_services::search::{MOST_HITS, SearchIndex, SearchRequest, Words};
use masthead_store::public::{self, Card};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::urls::Day;
use serde::Serialize;
use std::collections::HashMap;
use uuid::Uuid;

/// What can be asked.
pub(super) const PARAMETERS: &[&str] = &[
    "q", "site", "section", "topic", "author", "from", "to", "after", "limit",
];

/// A page of hits.
#[derive(Serialize)]
struct HitList {
    items: Vec<stories::StoryItem>,
    next: Option<String>,
    /// How many stories were found; with `more`, at least so many.
    total: usize,
    more: bool,
    /// Words that are nearly those asked for count as well, because nearly nothing has the words themselves.
    relaxed: bool,
}

/// The stories that a search finds.
pub(super) async fn list(
    app: &App,
    view: &SiteView,
    index: Option<&SearchIndex>,
    query: Query<'_>,
) -> Result<Rendered, WebError> {
    let site = site(view, query)?;
    let (limit, offset) = (limit(query)?, offset(query)?);
    let words = query.get("q").unwrap_or_default();
    if words.trim().is_empty() {
        return Err(WebError::bad_request("q must hold the words to look for.").code("no-words"));
    }
    let words = Words::read(&words, &site.language);
    let day = |name| -> Result<Option<_>, WebError> {
        let Some(date) = date(query, name)? else {
            return Ok(None);
        };
        Ok(bounds(date, &site.zone))
    };
    let (from, to) = (day("from")?, day("to")?);
    let (mut conn, now, position) = begin(app).await?;
    let lists = filtered(&mut conn, view, site.id, now, query).await?;
    drop(conn);
    let mut lists: Vec<Uuid> = lists.into_iter().map(|(list, _)| list).collect();
    if !lists.contains(&site.id.0) {
        lists.push(site.id.0);
    }
    let index = index
        .filter(|index| index.is_filled())
        .ok_or_else(|| WebError::unavailable("there is no search index yet"))?;
    // Signs that are no words match nothing; without this they would match everything.
    let found = if words.is_empty() {
        masthead_services::search::Hits::default()
    } else {
        let request = SearchRequest {
            words,
            lists,
            from: from.map(|(begins, _)| begins),
            to: to.map(|(_, ends)| ends),
            now,
            limit,
            offset,
        };
        index.search(request).await.map_err(WebError::unavailable)?
    };
    let ids: Vec<StoryId> = found.hits.iter().map(|(story, _)| *story).collect();
    let (now, mut conn) = (app.now(), app.db.snapshot().await.map_err(store_error)?);
    let visible = public::visible(&mut conn, now, site.id, &ids)
        .await
        .map_err(store_error)?;
    let mut cards: HashMap<StoryId, Card> = visible.into_iter().map(|card| (card.story, card)).collect();
    let (mut items, mut shown) = (Vec::with_capacity(ids.len()), Vec::with_capacity(ids.len()));
    for id in &ids {
        let Some(card) = cards.remove(id) else { continue };
        if let Some(item) = stories::item(&mut conn, now, view, site, card)
            .await
            .map_err(store_error)?
        {
            items.push(item);
            shown.push(*id);
        }
    }
    drop(conn);
    // The index may count what readers don't see any more; a number that doesn't fit would tell of it.
    let total = found.total.saturating_sub(ids.len() - items.len());
    let reached = offset + limit;
    let next = (reached < found.total.min(MOST_HITS)).then(|| {
        let kept = ["q", "site", "section", "topic", "author", "from", "to", "limit"];
        address(view, "search", query, &kept, &reached.to_string())
    });
    let answer = HitList {
        items,
        next,
        total,
        more: found.more,
        relaxed: found.relaxed,
    };
    let mut rendered = json(&answer, position)?.stories(shown);
    rendered.policy = CachePolicy::NoStore;
    Ok(rendered)
}

/// How many hits come before the page: what `next` says. A ranking has no other place to go on after.
fn offset(query: Query<'_>) -> Result<usize, WebError> {
    let Some(text) = query.get("after") else { return Ok(0) };
    let number = text
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse::<usize>().ok())
        .flatten();
    match number {
        Some(number) if number < MOST_HITS => Ok(number),
        Some(_) => Err(absent("no-such-cursor", "No search leads this far: narrow it down.")),
        None => {
            Err(WebError::bad_request("after must be the number in the address of a next page.").code("bad-cursor"))
        }
    }
}

fn date(query: Query<'_>, name: &str) -> Result<Option<Day>, WebError> {
    let Some(text) = query.get(name) else {
        return Ok(None);
    };
    let read = || {
        // The full form alone: what jiff reads besides is no date of RFC 3339.
        let date: jiff::civil::Date = (text.len() == 10).then(|| text.parse().ok()).flatten()?;
        Day::new(date.year(), date.month(), date.day())
    };
    let day = read();
    let wrong = || WebError::bad_request(format!("{name} must be a date such as 2026-03-31.")).code("bad-date");
    day.map(Some).ok_or_else(wrong)
}
