//! Feeds of a site, its sections, topics and authors, and its sitemaps: what machines read regularly.

mod coverage;
pub mod hub;
mod sitemaps;

pub(crate) use sitemaps::{news_sitemap, sitemap};

use crate::app::App;
use crate::pages::{SiteView, corrected, largest_plain, list_key, say, store_error, topics_of};
use crate::places::local;
use crate::profiles::page as profiles;
use masthead_domain::ids::StoryId;
use masthead_domain::places::{PlaceId, list_of};
use masthead_domain::time::Timestamp;
use masthead_formats::feeds::write::{self, FeedAuthor, FeedDocument, FeedEntry, FeedPicture};
use masthead_formats::html;
use masthead_store::profiles::ProfileRecord;
use masthead_store::public::{self, Card, Found};
use masthead_store::{Conn, StoreError, authors, topics};
use masthead_web::cache_policy::CachePolicy;
use masthead_web::errors::WebError;
use masthead_web::press::{LogPosition, Rendered};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::{FeedFormat, FeedScope, Route};
use uuid::Uuid;

/// Entries of a feed. Google takes at most 60 new ones at a time.
const ENTRIES: usize = 30;
/// The longest text of one entry and of all of them: Google takes 1 MB of an article and 2 MB of a feed. What is longer
/// is summed up.
const ENTRY_BYTES: usize = 500_000;
const FEED_BYTES: usize = 1_500_000;

/// What a feed is of.
struct Subject {
    title: String,
    description: String,
    page: String,
    list: Uuid,
    keys: Vec<SurrogateKey>,
}

/// A feed in one of its formats.
pub(crate) async fn feed(
    app: &App,
    view: &SiteView,
    scope: &FeedScope<'_>,
    format: FeedFormat,
) -> Result<Rendered, WebError> {
    if let FeedScope::Alerts(kind) = scope {
        let (document, position, keys) = crate::alerts::pages::feed(app, view, *kind, format).await?;
        return Ok(written(&document, format, position).keys(keys));
    }
    let now = app.now();
    if matches!(scope, FeedScope::Profile(_)) {
        // The key is made by a write at its first use, which must not happen inside a snapshot.
        crate::accounts::network_key(app).await.map_err(WebError::from)?;
    }
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    let own_path = Route::Feed(scope.clone(), format).to_string();
    if *scope == FeedScope::Corrections {
        return corrections(app, &mut conn, now, view, &own_path, format, position).await;
    }
    if let FeedScope::Profile(name) = scope {
        return contributed(app, &mut conn, now, view, (name, &own_path, format), position).await;
    }
    if let FeedScope::Story { .. } = scope {
        return coverage::feed(app, &mut conn, now, view, (scope, format), position).await;
    }
    let site = view.entry.id;
    let (subject, cards) = match scope {
        FeedScope::Place { id, .. } => near(app, &mut conn, view, *id).await?,
        _ => {
            let subject = subject(&mut conn, view, scope).await?;
            let cards = public::newest(&mut conn, now, subject.list, site, ENTRIES).await;
            (subject, cards.map_err(store_error)?)
        }
    };
    // Topics and authors are the network's: where this site has nothing of them, it has no feed of them.
    if cards.is_empty()
        && matches!(
            scope,
            FeedScope::Topic(_) | FeedScope::Author(_) | FeedScope::Place { .. }
        )
    {
        return Err(WebError::not_found());
    }
    let stories: Vec<StoryId> = cards.iter().map(|card| card.story).collect();
    let updated = cards.iter().map(|card| card.updated.max(card.published)).max();
    let entries = entries(&mut conn, now, view, cards).await.map_err(store_error)?;
    drop(conn);
    let document = FeedDocument {
        title: subject.title,
        description: subject.description,
        page_url: view.absolute(&subject.page),
        own_url: view.absolute(&own_path),
        language: view.entry.language.clone(),
        hub: app.hub.clone(),
        next_url: None,
        updated: updated.unwrap_or_default(),
        icon: None,
        copyright: None,
        entries,
    };
    let mut rendered = written(&document, format, position)
        .keys(subject.keys)
        .keys([SurrogateKey::site(site), list_key(subject.list)])
        .stories(stories);
    rendered.last_modified = updated;
    Ok(rendered)
}

fn written(document: &FeedDocument, format: FeedFormat, position: LogPosition) -> Rendered {
    let text = match format {
        FeedFormat::Rss => write::rss(document),
        FeedFormat::Atom => write::atom(document),
        FeedFormat::Json => write::json(document),
    };
    Rendered::new(format.content_type(), text.into(), CachePolicy::Feed, position)
}

async fn subject(conn: &mut Conn, view: &SiteView, scope: &FeedScope<'_>) -> Result<Subject, WebError> {
    let site = &view.entry;
    let titled = |name: &str| format!("{} – {name}", site.name);
    match scope {
        FeedScope::Site => Ok(Subject {
            title: site.name.clone(),
            description: if site.tagline.is_empty() {
                site.name.clone()
            } else {
                site.tagline.clone()
            },
            page: "/".to_owned(),
            list: site.id.0,
            keys: Vec::new(),
        }),
        FeedScope::Section(path) => {
            let record = view.sites.section_at(site.id, path).ok_or_else(WebError::not_found)?;
            let id = record.section.id;
            let title = titled(&record.section.name);
            Ok(Subject {
                description: title.clone(),
                title,
                page: Route::Section(record.path.as_str().into()).to_string(),
                list: id.0,
                keys: vec![SurrogateKey::section(id)],
            })
        }
        FeedScope::Topic(slug) => {
            let topic = topics::by_slug(conn, slug)
                .await
                .map_err(store_error)?
                .ok_or_else(WebError::not_found)?;
            let description = match topic.description.as_str() {
                "" => say(view, "topic-about", &[("name", &topic.name)])?,
                text => text.to_owned(),
            };
            Ok(Subject {
                title: titled(&topic.name),
                description,
                page: Route::Topic(topic.slug.as_str().into()).to_string(),
                list: topic.id.0,
                keys: vec![SurrogateKey::topic(topic.id)],
            })
        }
        FeedScope::Author(slug) => {
            let author = authors::by_slug(conn, slug)
                .await
                .map_err(store_error)?
                .ok_or_else(WebError::not_found)?;
            Ok(Subject {
                title: titled(&author.name),
                description: say(view, "author-about", &[("name", &author.name)])?,
                page: Route::Author(author.slug.as_str().into()).to_string(),
                list: author.id.0,
                keys: vec![SurrogateKey::author(author.id)],
            })
        }
        FeedScope::Profile(_)
        | FeedScope::Corrections
        | FeedScope::Alerts(_)
        | FeedScope::Story { .. }
        | FeedScope::Place { .. } => Err(WebError::not_found()),
    }
}

/// What the feed of a place is of: its stories from near to far, in the order of their time.
async fn near(app: &App, conn: &mut Conn, view: &SiteView, id: PlaceId) -> Result<(Subject, Vec<Card>), WebError> {
    let place = app.places.find(id).ok_or_else(WebError::not_found)?;
    let near = local::near_to_far(app, conn, view, &place, ENTRIES)
        .await
        .map_err(store_error)?;
    let name = app.places.called(&place, view.language());
    let about = [("name", name), ("site", view.entry.name.as_str())];
    let subject = Subject {
        title: format!("{} – {name}", view.entry.name),
        description: say(view, "place-about", &about)?,
        page: local::address(&place),
        list: list_of(id),
        keys: near.lists.iter().map(|list| list_key(*list)).collect(),
    };
    Ok((subject, near.into_newest()))
}

async fn entries(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    cards: Vec<Card>,
) -> Result<Vec<FeedEntry>, StoreError> {
    let mut entries = Vec::with_capacity(cards.len());
    let mut bytes = 0;
    for card in cards {
        let Found::Story(story, _) = public::by_id(conn, now, card.story).await? else {
            continue;
        };
        let topics = topics_of(conn, card.story).await?;
        let mut entry = entry(view, &card);
        entry.categories.extend(topics.into_iter().map(|topic| topic.name));
        let content = story.content;
        let named = content.bylines.iter().filter(|byline| !byline.name.trim().is_empty());
        entry.authors = named
            .map(|byline| FeedAuthor {
                name: byline.name.clone(),
                url: None,
            })
            .collect();
        let mut body = content.body;
        write::absolute(&mut body, &view.entry.origin);
        // Pictures in the text are left to the page; the lead picture stands for them.
        let text = html::from_document(&body, &mut |_, _| {});
        if text.len() <= ENTRY_BYTES && bytes + text.len() <= FEED_BYTES && !text.is_empty() {
            bytes += text.len();
            entry.content_html = Some(text);
        }
        entries.push(entry);
    }
    Ok(entries)
}

fn entry(view: &SiteView, card: &Card) -> FeedEntry {
    let section = view.section(card.section);
    let picture = card.picture.as_ref().and_then(|picture| {
        let (href, file) = largest_plain(picture)?;
        Some(FeedPicture {
            url: view.absolute(&href),
            media_type: if file.format == "png" {
                "image/png"
            } else {
                "image/jpeg"
            }
            .to_owned(),
            width: file.width,
            height: file.height,
            caption: String::new(),
            credit: picture.credit.clone(),
            alt: picture.alt.clone(),
        })
    });
    FeedEntry {
        id: format!("urn:uuid:{}", card.story),
        url: view.absolute(&card.path),
        title: card.headline.clone(),
        summary: card.standfirst.clone(),
        content_html: None,
        published: card.published,
        updated: card.updated.max(card.published),
        authors: Vec::new(),
        categories: section.map(|section| section.name.clone()).into_iter().collect(),
        picture,
    }
}

/// What a reader contributed, on whichever site of the network it stands.
async fn contributed(
    app: &App,
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    (name, own_path, format): (&str, &str, FeedFormat),
    position: LogPosition,
) -> Result<Rendered, WebError> {
    let record = match profiles::find(app, conn, name).await? {
        profiles::Found::Profile(record) if record.username.is_some() => record,
        _ => return Err(WebError::not_found()),
    };
    let name = record.name();
    let found = public::contributed(conn, now, record.id, ENTRIES)
        .await
        .map_err(store_error)?;
    let stories: Vec<StoryId> = found.iter().map(|line| line.story).collect();
    let updated = found.iter().map(|line| line.updated.max(line.published)).max();
    let mut entries = Vec::with_capacity(found.len());
    for line in found {
        let Some(origin) = view.sites.site(line.site).map(|site| site.origin.clone()) else {
            continue;
        };
        let Found::Story(story, _) = public::by_id(conn, now, line.story).await.map_err(store_error)? else {
            continue;
        };
        let mut body = story.content.body;
        write::absolute(&mut body, &origin);
        let text = html::from_document(&body, &mut |_, _| {});
        entries.push(FeedEntry {
            id: format!("urn:uuid:{}", line.story),
            url: format!("{origin}{}", line.path),
            title: line.headline,
            summary: story.content.standfirst,
            content_html: (!text.is_empty() && text.len() <= ENTRY_BYTES).then_some(text),
            published: line.published,
            updated: line.updated.max(line.published),
            authors: vec![FeedAuthor {
                name: name.to_owned(),
                url: None,
            }],
            ..FeedEntry::default()
        });
    }
    let document = FeedDocument {
        title: format!("{} – {name}", view.entry.name),
        description: say(view, "author-about", &[("name", name)])?,
        page_url: view.absolute(&Route::Profile(name_of(&record).into()).to_string()),
        own_url: view.absolute(own_path),
        language: view.entry.language.clone(),
        hub: app.hub.clone(),
        updated: updated.unwrap_or_default(),
        entries,
        ..FeedDocument::default()
    };
    let mut rendered = written(&document, format, position)
        .keys([SurrogateKey::site(view.entry.id), list_key(record.id)])
        .stories(stories);
    rendered.last_modified = updated;
    Ok(rendered)
}

fn name_of(record: &ProfileRecord) -> &str {
    record.username.as_deref().unwrap_or_default()
}

async fn corrections(
    app: &App,
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    own_path: &str,
    format: FeedFormat,
    position: LogPosition,
) -> Result<Rendered, WebError> {
    let found = corrected(conn, now, view).await.map_err(store_error)?;
    let name = say(view, "corrections", &[])?;
    let stories: Vec<StoryId> = found.iter().map(|fix| fix.story).collect();
    let updated = found.iter().map(|fix| fix.correction.at).max();
    let document = FeedDocument {
        title: format!("{} – {name}", view.entry.name),
        description: say(view, "corrections-about", &[("site", &view.entry.name)])?,
        page_url: view.absolute("/corrections"),
        own_url: view.absolute(own_path),
        language: view.entry.language.clone(),
        hub: app.hub.clone(),
        updated: updated.unwrap_or_default(),
        entries: found
            .into_iter()
            .map(|fix| FeedEntry {
                // One story can be corrected more than once.
                id: format!("urn:uuid:{}#{}", fix.story, fix.correction.at.as_seconds()),
                url: view.absolute(&fix.path),
                title: fix.headline,
                summary: fix.correction.text,
                published: fix.correction.at,
                updated: fix.correction.at,
                ..FeedEntry::default()
            })
            .collect(),
        ..FeedDocument::default()
    };
    let mut rendered = written(&document, format, position)
        .keys([SurrogateKey::site(view.entry.id), list_key(view.entry.id)])
        .stories(stories);
    rendered.last_modified = updated;
    Ok(rendered)
}
