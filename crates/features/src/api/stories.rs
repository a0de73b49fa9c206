//! Stories in the API: lists, one story, and the formats of syndication.

use super::{List, absent, address, after, begin, filtered, json, limit, site};
use crate::app::App;
use crate::exports::{About, Shown, exported};
use crate::pages::{
    Query, SiteView, authors_of, canonical, coverage, largest_plain, list_key, section_href, span, store_error,
    topics_of,
};
use crate::sites::{SiteEntry, Sites};
use masthead_domain::document::Document;
use masthead_domain::ids::StoryId;
use masthead_domain::stories::{GALLERIES, StoryContent};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::PubStatus;
use masthead_formats::{export, html};
use masthead_store::public::{self, Card, Cursor, Found, PublicPicture, PublicPlacement};
use masthead_store::{Conn, StoreError, stories as rows};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::paging;
use masthead_web::press::Rendered;
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Route;
use serde::Serialize;
use uuid::Uuid;

/// A story as lists and fronts give it, without what takes further questions.
#[derive(Serialize)]
pub(super) struct CardItem {
    id: String,
    url: String,
    headline: String,
    standfirst: String,
    kicker: String,
    published: Timestamp,
    updated: Timestamp,
    sponsored: bool,
    picture: Option<PictureItem>,
}

/// A story of a list.
#[derive(Serialize)]
pub(super) struct StoryItem {
    id: String,
    url: String,
    headline: String,
    standfirst: String,
    kicker: String,
    published: Timestamp,
    updated: Timestamp,
    sponsored: bool,
    language: String,
    sites: Vec<Named>,
    sections: Vec<SectionOf>,
    topics: Vec<Named>,
    authors: Vec<Named>,
    picture: Option<PictureItem>,
}

/// One story with its text.
#[derive(Serialize)]
struct WholeStory {
    #[serde(flatten)]
    item: StoryItem,
    bylines: Vec<String>,
    dateline: String,
    body_html: String,
    body_text: String,
    credit: String,
    copyright: String,
    corrections: Vec<CorrectionItem>,
    revision: i64,
    live: Option<LiveItem>,
}

/// From when to when a story is covered live, and where its entries are listed.
#[derive(Serialize)]
struct LiveItem {
    began: Timestamp,
    ended: Option<Timestamp>,
    entries_url: String,
}

#[derive(Serialize)]
struct CorrectionItem {
    text: String,
    at: Timestamp,
}

/// A site, topic or author.
#[derive(Serialize)]
struct Named {
    slug: String,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct SectionOf {
    site: String,
    path: String,
    name: String,
    url: String,
}

#[derive(Serialize)]
struct PictureItem {
    url: String,
    width: u32,
    height: u32,
    alt: String,
    credit: String,
}

/// A card of a site.
pub(super) fn card(site: &SiteEntry, card: Card, headline: Option<String>) -> CardItem {
    CardItem {
        id: card.story.to_string(),
        url: format!("{}{}", site.origin, card.path),
        headline: headline.unwrap_or(card.headline),
        standfirst: card.standfirst,
        kicker: card.kicker,
        published: card.published,
        updated: card.updated.max(card.published),
        sponsored: card.sponsored,
        picture: card.picture.as_ref().and_then(|picture| self::picture(site, picture)),
    }
}

fn picture(site: &SiteEntry, picture: &PublicPicture) -> Option<PictureItem> {
    let (href, file) = largest_plain(picture)?;
    Some(PictureItem {
        url: format!("{}{href}", site.origin),
        width: file.width,
        height: file.height,
        alt: picture.alt.clone(),
        credit: picture.credit.clone(),
    })
}

/// How many stories are looked at for one page of a list with several filters.
const LOOKED_AT: usize = 400;

/// Part of a list.
struct Part {
    cards: Vec<Card>,
    next: Option<paging::Cursor>,
    /// The oldest story that was looked at, shown or not.
    oldest: Option<Timestamp>,
}

/// `/stories` and `/galleries`: a site's stories, or those of them that are galleries, newest first.
pub(super) async fn list(app: &App, view: &SiteView, route: &str, query: Query<'_>) -> Result<Rendered, WebError> {
    let site = site(view, query)?;
    let (limit, after) = (limit(query)?, after(query)?);
    let (mut conn, now, position) = begin(app).await?;
    let mut lists = filtered(&mut conn, view, site.id, now, query).await?;
    if route == "galleries" {
        lists.insert(0, (GALLERIES, list_key(GALLERIES)));
    }
    let (ids, own_keys): (Vec<Uuid>, Vec<SurrogateKey>) = lists.into_iter().unzip();
    let (first, others) = ids.split_first().ok_or_else(WebError::not_found)?;
    let start = after.map_or(Cursor::START, |cursor| Cursor(cursor.at, cursor.id.into()));
    let part = part(&mut conn, now, site, *first, others, start, limit)
        .await
        .map_err(store_error)?;
    let keys = match (after, part.oldest) {
        (None, _) | (_, None) => vec![list_key(*first)],
        (Some(after), Some(oldest)) => span(*first, oldest, after.at),
    };
    let stories: Vec<StoryId> = part.cards.iter().map(|card| card.story).collect();
    let mut items = Vec::with_capacity(part.cards.len());
    for card in part.cards {
        if let Some(item) = item(&mut conn, now, view, site, card).await.map_err(store_error)? {
            items.push(item);
        }
    }
    drop(conn);
    let kept = ["site", "section", "topic", "author", "limit"];
    let next = part
        .next
        .map(|cursor| address(view, route, query, &kept, &cursor.to_string()));
    Ok(json(&List { items, next }, position)?
        .keys([SurrogateKey::site(site.id)])
        .keys(own_keys)
        .keys(keys)
        .stories(stories))
}

/// The stories of a list that stand in the `others` too. With others a bounded number is looked at, so that a page can
/// be short and still have a next one.
async fn part(
    conn: &mut Conn,
    now: Timestamp,
    site: &SiteEntry,
    list: Uuid,
    others: &[Uuid],
    start: Cursor,
    limit: usize,
) -> Result<Part, StoreError> {
    let wanted = if others.is_empty() { limit } else { LOOKED_AT };
    let rows = public::list(conn, now, list, site.id, start, wanted + 1).await?;
    let place = |card: &Card| paging::Cursor::new(card.published, card.story);
    let mut page = paging::Page::from_rows(rows, wanted, place);
    let mut oldest = page.items.last().map(|card| card.published);
    if !others.is_empty() {
        let mut cards = Vec::with_capacity(limit);
        for (looked_at, card) in page.items.iter().enumerate() {
            let lists = rows::lists(conn, card.story).await?;
            let stands = |id: &Uuid| lists.iter().any(|entry| entry.list == *id && entry.site == site.id);
            if others.iter().all(stands) {
                cards.push(card.clone());
            }
            if cards.len() == limit {
                if looked_at + 1 < page.items.len() {
                    page.next = Some(place(card));
                }
                oldest = Some(card.published);
                break;
            }
        }
        page.items = cards;
    }
    Ok(Part {
        cards: page.items,
        next: page.next,
        oldest,
    })
}

/// A story of a list, from its card; nothing when readers don't see it any more.
pub(super) async fn item(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    site: &SiteEntry,
    card: Card,
) -> Result<Option<StoryItem>, StoreError> {
    let Found::Story(story, places) = public::by_id(conn, now, card.story).await? else {
        return Ok(None);
    };
    let origin = origin(&view.sites, &places).unwrap_or(&site.origin);
    let topics = topics_of(conn, card.story).await?;
    let authors = authors_of(conn, card.story).await?;
    let named = |route: Route<'_>, slug: String, name: String| Named {
        url: format!("{origin}{route}"),
        slug,
        name,
    };
    Ok(Some(StoryItem {
        id: card.story.to_string(),
        url: canonical(view, &places).unwrap_or_else(|| format!("{}{}", site.origin, card.path)),
        picture: card.picture.as_ref().and_then(|picture| self::picture(site, picture)),
        headline: card.headline,
        standfirst: card.standfirst,
        kicker: card.kicker,
        published: card.published,
        updated: card.updated.max(card.published),
        sponsored: card.sponsored,
        language: story.content.language.unwrap_or_else(|| site.language.clone()),
        sites: places.iter().filter_map(|place| site_of(&view.sites, place)).collect(),
        sections: places
            .iter()
            .filter_map(|place| section_of(&view.sites, place))
            .collect(),
        topics: topics
            .into_iter()
            .map(|topic| named(Route::Topic(topic.slug.clone().into()), topic.slug, topic.name))
            .collect(),
        authors: authors
            .into_iter()
            .map(|author| named(Route::Author(author.slug.clone().into()), author.slug, author.name))
            .collect(),
    }))
}

/// Where the story's own addresses begin.
fn origin<'a>(sites: &'a Sites, places: &[PublicPlacement]) -> Option<&'a str> {
    Some(sites.site(places.first()?.site)?.origin.as_str())
}

fn site_of(sites: &Sites, place: &PublicPlacement) -> Option<Named> {
    let site = sites.site(place.site)?;
    Some(Named {
        slug: site.slug.clone(),
        name: site.name.clone(),
        url: format!("{}{}", site.origin, place.path),
    })
}

fn section_of(sites: &Sites, place: &PublicPlacement) -> Option<SectionOf> {
    let site = sites.site(place.site)?;
    let record = sites.section(place.section)?;
    Some(SectionOf {
        site: site.slug.clone(),
        path: record.path.clone(),
        name: record.section.name.clone(),
        url: format!("{}{}", site.origin, section_href(&record.path)),
    })
}

/// `/stories/{id}`: one story in our own form, or in one of the formats of syndication.
pub(super) async fn one(app: &App, view: &SiteView, id: &str, query: Query<'_>) -> Result<Rendered, WebError> {
    let format = query.get("format").unwrap_or_else(|| "json".to_owned());
    if !super::openapi::FORMATS.contains(&format.as_str()) {
        let known = super::openapi::FORMATS.join(", ");
        return Err(WebError::bad_request(format!("format must be one of {known}.")).code("bad-format"));
    }
    let missing = || absent("no-such-story", "There is no such story.");
    // One address a story: an id in braces or capitals would be another name for the same answer.
    let id: StoryId = id
        .parse()
        .ok()
        .filter(|story: &StoryId| story.to_string() == id)
        .ok_or_else(missing)?;
    let (mut conn, now, position) = begin(app).await?;
    let (story, places) = match public::by_id(&mut conn, now, id).await.map_err(store_error)? {
        Found::Story(story, places) => (story, places),
        Found::Gone { reason, .. } => return Err(WebError::gone(reason).code("story-gone")),
        Found::Moved(_) | Found::Nothing => return Err(missing()),
    };
    // The canonical site's own card, whatever host is asked.
    let first = places.first().ok_or_else(missing)?;
    let site = view.sites.site(first.site).ok_or_else(missing)?;
    let cards = public::visible(&mut conn, now, site.id, &[id])
        .await
        .map_err(store_error)?;
    let card = cards.into_iter().next().ok_or_else(missing)?;
    let topics = topics_of(&mut conn, id).await.map_err(store_error)?;
    let keys: Vec<SurrogateKey> = [SurrogateKey::story(id), SurrogateKey::site(site.id)]
        .into_iter()
        .chain(places.iter().map(|place| SurrogateKey::section(place.section)))
        .chain(topics.iter().map(|topic| SurrogateKey::topic(topic.id)))
        .collect();
    let pictures = public::of_story(&mut conn, now, id).await.map_err(store_error)?;
    let updated = story.updated.max(story.published);
    let rendered = if format == "json" {
        let item = item(&mut conn, now, view, site, card)
            .await
            .map_err(store_error)?
            .ok_or_else(missing)?;
        let live = public::coverage(&mut conn, now, id).await.map_err(store_error)?;
        let live = live.map(|live| LiveItem {
            began: live.began_at,
            ended: live.ended_at,
            entries_url: view.absolute(&format!("/api/v1/stories/{id}/entries")),
        });
        json(&whole(item, story.content, (story.revision, live), site), position)?
    } else {
        let shown: Vec<Shown<'_>> = pictures
            .iter()
            .map(|picture| Shown {
                id: picture.id,
                renditions: &picture.renditions,
            })
            .collect();
        let about = About {
            story: id.0,
            revision: story.revision,
            published: Some(story.published),
            updated: Some(updated),
            // What readers may see is under no embargo any more.
            embargoed_until: None,
            status: PubStatus::Usable,
            topics: &topics,
            pictures: &shown,
            origin: &site.origin,
            publisher: &site.name,
            language: &site.language,
            path: Some(&first.path),
            section: view
                .sites
                .section(first.section)
                .map(|record| record.section.name.as_str()),
        };
        let mut content = story.content;
        content.body = coverage::whole_text(&mut conn, now, id, content.body, &site.zone)
            .await
            .map_err(store_error)?;
        let exported = exported(&content, &about);
        if format == "nitf" {
            let body = export::nitf::write(&exported);
            Rendered::new(
                "application/xml; charset=utf-8",
                body.into(),
                CachePolicy::Feed,
                position,
            )
        } else {
            json(&export::ninjs::write(&exported), position)?
        }
    };
    Ok(rendered.keys(keys).stories([id]).modified(updated))
}

fn whole(
    item: StoryItem,
    content: StoryContent,
    (revision, live): (i64, Option<LiveItem>),
    site: &SiteEntry,
) -> WholeStory {
    WholeStory {
        item,
        bylines: content.bylines.iter().map(|byline| byline.name.clone()).collect(),
        dateline: content.dateline,
        body_text: content.body.to_plain(),
        body_html: body(content.body, &site.origin),
        credit: content.credit,
        copyright: content.copyright_notice,
        corrections: content
            .corrections
            .into_iter()
            .map(|fix| CorrectionItem {
                text: fix.text,
                at: fix.at,
            })
            .collect(),
        revision,
        live,
    }
}

/// The text with absolute links; pictures are left to their own field.
pub(super) fn body(mut body: Document, origin: &str) -> String {
    masthead_formats::feeds::write::absolute(&mut body, origin);
    html::from_document(&body, &mut |_, _| {})
}
