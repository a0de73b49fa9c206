//! The sitemap (an index by month, a part a month, a part for pages that aren't stories) and the news sitemap.
//!
//! A month has its own part so that a new story changes one part and the index, not a file of the whole archive.

use crate::app::App;
use crate::pages::{SiteView, bounds, list_key, span, store_error, whole_site};
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use masthead_formats::sitemap::{self, MAX_NEWS, MAX_URLS, NEWS_SECONDS, NewsUrl, SitemapUrl};
use masthead_store::public;
use masthead_store::{Conn, StoreError, pages};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Day;
use std::collections::HashSet;

const XML: &str = "application/xml; charset=utf-8";

/// Months in an index: a century of them.
const MOST_MONTHS: usize = 1_200;

/// `/sitemap.xml`: the index, or the part that `part` names (`2014-09`, or `pages`).
pub(crate) async fn sitemap(app: &App, view: &SiteView, part: Option<&str>) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let site = view.entry.id;
    let (text, keys, stories) = match part {
        None => {
            let months = months(&mut conn, now, view).await.map_err(store_error)?;
            let parts = std::iter::once("pages".to_owned()).chain(months);
            let parts: Vec<SitemapUrl> = parts
                .map(|part| SitemapUrl {
                    url: view.absolute(&format!("/sitemap.xml?month={part}")),
                    changed: None,
                })
                .collect();
            (sitemap::index(&parts), vec![list_key(site)], Vec::new())
        }
        Some("pages") => (
            sitemap::urlset(&other_pages(&mut conn, view).await.map_err(store_error)?),
            Vec::new(),
            Vec::new(),
        ),
        Some(month) => {
            let (from, to) = month_bounds(month, view).ok_or_else(WebError::not_found)?;
            let lines = public::sitemap(&mut conn, now, site, from, to, MAX_URLS)
                .await
                .map_err(store_error)?;
            // Months without stories can be made up without end.
            if lines.is_empty() {
                return Err(WebError::not_found());
            }
            let stories: Vec<StoryId> = lines.iter().map(|line| line.story).collect();
            let urls: Vec<SitemapUrl> = lines
                .iter()
                .map(|line| SitemapUrl {
                    url: view.absolute(&line.path),
                    changed: Some(line.updated),
                })
                .collect();
            (sitemap::urlset(&urls), span(site, from, to), stories)
        }
    };
    Ok(Rendered::new(XML, text.into(), CachePolicy::Feed, position)
        .keys([SurrogateKey::site(site)])
        .keys(keys)
        .stories(stories))
}

/// The months in which the site published something, newest first: from one story to the last one of an earlier month.
async fn months(conn: &mut Conn, now: Timestamp, view: &SiteView) -> Result<Vec<String>, StoreError> {
    let mut months = Vec::new();
    let mut next = public::fronts_cursor(conn, now, view.entry.id)
        .await?
        .map(|cursor| cursor.0);
    while let Some(at) = next
        && months.len() < MOST_MONTHS
    {
        let date = Day::of(at, &view.entry.zone).date();
        let month = format!("{:04}-{:02}", date.year(), date.month());
        let Some((from, to)) = month_bounds(&month, view) else {
            break;
        };
        // A month of copies alone has nothing to list: their addresses of record are another site's.
        if !public::sitemap(conn, now, view.entry.id, from, to, 1).await?.is_empty() {
            months.push(month);
        }
        next = public::archive_days(conn, now, view.entry.id, from, to).await?.0;
    }
    Ok(months)
}

/// When a month (`2014-09`) begins and ends in the site's zone.
fn month_bounds(month: &str, view: &SiteView) -> Option<(Timestamp, Timestamp)> {
    let (year, month) = month
        .split_once('-')
        .filter(|(year, month)| year.len() == 4 && month.len() == 2)?;
    let first = Day::parse_compact(&format!("{year}{month}01"))?;
    let last = first.date().last_of_month();
    let last = Day::new(last.year(), last.month(), last.day())?;
    Some((bounds(first, &view.entry.zone)?.0, bounds(last, &view.entry.zone)?.1))
}

/// The fronts, and the publisher's own pages.
async fn other_pages(conn: &mut Conn, view: &SiteView) -> Result<Vec<SitemapUrl>, StoreError> {
    let mut urls = vec![SitemapUrl {
        url: view.absolute("/"),
        changed: None,
    }];
    for record in view.sites.sections_of(view.entry.id) {
        if let Some(section) = view.section(record.section.id) {
            urls.push(SitemapUrl {
                url: view.absolute(&section.href),
                changed: None,
            });
        }
    }
    for page in pages::of_site(conn, view.entry.id).await? {
        let url = view.absolute(&format!("/{}", page.slug));
        urls.push(SitemapUrl {
            url,
            changed: Some(page.updated_at),
        });
    }
    for path in ["/multimedia", "/corrections"] {
        urls.push(SitemapUrl {
            url: view.absolute(path),
            changed: None,
        });
    }
    Ok(urls)
}

/// `/news-sitemap.xml`: what was first published in the last two days, with its address of record here, and not paid
/// for by anybody. At most 1,000 stories, the newest.
pub(crate) async fn news_sitemap(app: &App, view: &SiteView) -> Result<Rendered, WebError> {
    let now = app.now();
    let site = view.entry.id;
    let from = now.plus_seconds(-NEWS_SECONDS);
    // The end is exclusive, and what was published at this very moment counts.
    let to = Timestamp::from_micros(now.as_micros().saturating_add(1));
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let most = MAX_NEWS * 2;
    let cards = public::list_since(&mut conn, now, site, site, from, to, most)
        .await
        .map_err(store_error)?;
    let lines = public::sitemap(&mut conn, now, site, from, to, most)
        .await
        .map_err(store_error)?;
    drop(conn);
    let here: HashSet<StoryId> = lines.into_iter().map(|line| line.story).collect();
    let listed: Vec<_> = cards
        .into_iter()
        .filter(|card| !card.sponsored && here.contains(&card.story))
        .take(MAX_NEWS)
        .collect();
    let stories: Vec<StoryId> = listed.iter().map(|card| card.story).collect();
    let urls: Vec<NewsUrl> = listed
        .into_iter()
        .map(|card| NewsUrl {
            url: view.absolute(&card.path),
            title: card.headline,
            published: card.published,
            changed: Some(card.updated.max(card.published)),
        })
        .collect();
    let text = sitemap::news(&view.entry.name, &view.entry.language, &urls, now)
        .into_iter()
        .next()
        .unwrap_or_default();
    Ok(Rendered::new(XML, text.into(), CachePolicy::Feed, position)
        .keys(whole_site(site))
        .stories(stories))
}
