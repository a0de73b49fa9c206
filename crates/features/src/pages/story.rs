//! The story page. Everything it shows of the store comes from one snapshot.

use super::cards::{self, CardView, LEAD_WIDTH, PictureView};
use super::coverage::{self, LiveView};
use super::json_ld::{self, NewsArticle};
use super::page::{Image, Page, whole};
use super::video::{self, VideoView};
use super::view::{Link, SiteView};
use super::{body, errors, keys, sheet, store_error};
use crate::app::App;
use crate::comments::thread::{self, Asked, Shown, Thread};
use crate::contributions::call_outs;
use crate::places::{Places, local};
use http::StatusCode;
use masthead_domain::document::PictureBlock;
use masthead_domain::ids::{AuthorId, StoryId};
use masthead_domain::stories::{Byline, StoryContent};
use masthead_domain::time::Timestamp;
use masthead_domain::videos;
use masthead_store::authors::{self, AuthorRecord, folded};
use masthead_store::public::{self, Card, Found, PublicCut, PublicPicture, PublicPlacement, PublicStory};
use masthead_store::topics::{self, TopicRecord};
use masthead_store::videos::VideoRecord;
use masthead_store::{Conn, StoreError, stories};
use masthead_web::errors::WebError;
use masthead_web::press::Rendered;
use masthead_web::strings::direction;
use masthead_web::urls::{FeedScope, Route};
use serde::Serialize;
use uuid::Uuid;

/// Related stories under a story.
const RELATED: usize = 4;

#[derive(Serialize)]
struct Own<'a> {
    story: StoryView<'a>,
    accent: &'static str,
    crumbs: &'a [Link],
    topics: &'a [Link],
    related: Vec<CardView>,
    share: Vec<Share>,
    also_on: Vec<Link>,
    comments: Thread,
    call_outs: Vec<call_outs::Shown>,
    live: Option<LiveView>,
}

#[derive(Serialize)]
struct StoryView<'a> {
    id: StoryId,
    headline: &'a str,
    kicker: &'a str,
    standfirst: &'a str,
    bylines: &'a [BylineView],
    published: i64,
    updated: Option<i64>,
    dateline: &'a str,
    lead: Option<LeadView<'a>>,
    video: Option<VideoView>,
    plays: bool,
    body: String,
    corrections: Vec<CorrectionView<'a>>,
    sponsored: bool,
    reader: bool,
    ai: bool,
    credit: &'a str,
    copyright: &'a str,
    lang: Option<&'a str>,
    dir: &'static str,
}

#[derive(Serialize)]
pub(super) struct BylineView {
    pub(super) name: String,
    pub(super) href: Option<String>,
    role: Option<String>,
}

#[derive(Serialize)]
struct LeadView<'a> {
    picture: PictureView,
    alt: &'a str,
    caption: String,
    credit: &'a str,
}

#[derive(Serialize)]
struct CorrectionView<'a> {
    text: &'a str,
    at: i64,
}

#[derive(Serialize)]
pub(super) struct Share {
    key: &'static str,
    href: String,
}

/// What a story page shows beside the story itself, read in the story's snapshot.
pub(super) struct Around {
    pub(super) topics: Vec<TopicRecord>,
    pub(super) authors: Vec<AuthorRecord>,
    /// Readers whose story it is: the printed name and the username.
    pub(super) readers: Vec<(String, String)>,
    pub(super) pictures: Vec<PublicPicture>,
    pub(super) cuts: Vec<PublicCut>,
    pub(super) related: Vec<Card>,
    /// The file of the publisher's own that leads it.
    pub(super) video: Option<VideoRecord>,
}

/// What of a story's page is asked for in its address: a part of its comments, a part of its entries.
pub(crate) type AskedOf = (Asked, coverage::Asked);

/// The story at `path`; a redirect from an old address of it; 410 when it is gone; 404 otherwise.
pub(crate) async fn story(
    app: &App,
    view: &SiteView,
    path: &str,
    (asked, of_entries): AskedOf,
) -> Result<Rendered, WebError> {
    let now = app.now();
    let mut conn = app.db.snapshot().await.map_err(store_error)?;
    let position = masthead_store::log::head(&mut conn).await.map_err(store_error)?;
    match public::at_path(&mut conn, now, view.entry.id, path)
        .await
        .map_err(store_error)?
    {
        Found::Story(story, places) => {
            let around = around(&mut conn, now, view, &story).await.map_err(store_error)?;
            let topics: Vec<_> = around.topics.iter().map(|topic| topic.id).collect();
            let of = (story.id, story.path.as_str(), story.published);
            let shown = thread::of_story(app, &mut conn, view, of, story.section, &topics, asked).await?;
            let beside: Vec<Uuid> = std::iter::once(story.id.0)
                .chain(topics.iter().map(|topic| topic.0))
                .collect();
            let call_outs = call_outs::shown(&mut conn, now, view.entry.id, &beside)
                .await
                .map_err(store_error)?;
            let live = coverage::read(&mut conn, now, story.id, of_entries)
                .await
                .map_err(store_error)?;
            drop(conn);
            let page = render(
                &app.places,
                view,
                *story,
                &places,
                around,
                (shown, call_outs, live),
                position,
            )?;
            Ok(page.keys(beside.into_iter().map(keys::call_outs)))
        }
        found => leads_on(&mut conn, now, view, found, position).await,
    }
}

/// The page of a revision as readers would see it, for the desk alone: nothing of it is kept, and what stands around a
/// story that is out (comments, related stories, its date) is left out.
pub(crate) fn preview(
    gazetteer: &Places,
    view: &SiteView,
    story: PublicStory,
    (topics, authors): (Vec<TopicRecord>, Vec<AuthorRecord>),
    (pictures, video): (Vec<PublicPicture>, Option<VideoRecord>),
) -> Result<String, WebError> {
    let around = Around {
        topics,
        authors,
        pictures,
        cuts: Vec::new(),
        related: Vec::new(),
        readers: Vec::new(),
        video,
    };
    let shown = Shown {
        thread: Thread::none(),
        keys: Vec::new(),
    };
    let page = render(gazetteer, view, story, &[], around, (shown, Vec::new(), None), 0)?;
    String::from_utf8(page.body.into()).map_err(WebError::internal)
}

/// The answer for an address that leads elsewhere or to nothing.
pub(crate) async fn leads_on(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    found: Found,
    position: i64,
) -> Result<Rendered, WebError> {
    match found {
        Found::Gone { story, reason } => {
            let error = WebError::gone(reason).code("story-gone");
            let page = errors::page(conn, now, view, &error, errors::Asked::default(), position).await?;
            Ok(page
                .status(StatusCode::GONE)
                .keys([masthead_web::surrogate::SurrogateKey::story(story)]))
        }
        Found::Moved(target) => {
            let moved = Rendered::moved(target.clone(), position).keys(keys::site(view));
            // An old address names the story that it leads to, so it has to go when the story goes.
            match public::at_path(conn, now, view.entry.id, &target)
                .await
                .map_err(store_error)?
            {
                Found::Story(story, _) => Ok(moved
                    .keys([masthead_web::surrogate::SurrogateKey::story(story.id)])
                    .stories([story.id])),
                _ => Ok(moved),
            }
        }
        Found::Story(..) | Found::Nothing => Err(WebError::not_found()),
    }
}

pub(super) async fn around(
    conn: &mut Conn,
    now: Timestamp,
    view: &SiteView,
    story: &PublicStory,
) -> Result<Around, StoreError> {
    let topics = topics_of(conn, story.id).await?;
    let authors = authors_of(conn, story.id).await?;
    let readers = public::contributors(conn, now, story.id).await?;
    let pictures = public::of_story(conn, now, story.id).await?;
    let cuts = if pictures.is_empty() {
        Vec::new()
    } else {
        public::cuts_of_story(conn, now, story.id).await?
    };
    let own = story
        .content
        .lead_video
        .as_ref()
        .and_then(|video| videos::own(&video.url));
    let video = match own {
        Some(id) => public::video(conn, now, id).await?.map(|(video, _)| video),
        None => None,
    };
    let mut related: Vec<Card> = Vec::with_capacity(RELATED);
    let lists = topics
        .first()
        .map(|topic| topic.id.0)
        .into_iter()
        .chain([story.section.0]);
    for list in lists {
        if related.len() == RELATED {
            break;
        }
        // The story itself and those chosen before may be among the newest.
        let cards = public::newest(conn, now, list, view.entry.id, RELATED + 1 + related.len()).await?;
        for card in cards {
            let known = card.story == story.id || related.iter().any(|other| other.story == card.story);
            if !known && related.len() < RELATED {
                related.push(card);
            }
        }
    }
    Ok(Around {
        topics,
        authors,
        readers,
        pictures,
        cuts,
        related,
        video,
    })
}

/// The topics of a story that was found through the public read path in this snapshot, in their order.
pub(crate) async fn topics_of(conn: &mut Conn, story: StoryId) -> Result<Vec<TopicRecord>, StoreError> {
    let ids = stories::topics(conn, story).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut records = topics::by_ids(conn, &ids).await?;
    records.sort_by_key(|record| ids.iter().position(|id| *id == record.id));
    Ok(records)
}

/// The authors of a story that was found through the public read path in this snapshot, in their order.
pub(crate) async fn authors_of(conn: &mut Conn, story: StoryId) -> Result<Vec<AuthorRecord>, StoreError> {
    let ids = stories::authors(conn, story).await?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut records = authors::by_ids(conn, &ids).await?;
    records.sort_by_key(|record| ids.iter().position(|id| *id == record.id));
    Ok(records)
}

fn render(
    gazetteer: &Places,
    view: &SiteView,
    story: PublicStory,
    places: &[PublicPlacement],
    mut around: Around,
    (shown, call_outs, live): (Shown, Vec<call_outs::Shown>, Option<coverage::Read>),
    position: i64,
) -> Result<Rendered, WebError> {
    let PublicStory {
        id,
        path,
        section,
        published,
        updated,
        revision,
        mut content,
        ..
    } = story;
    let place = view.section(section);
    let canonical = canonical(view, places).unwrap_or_else(|| view.absolute(&path));
    let crumbs = crumbs(view, section);
    let mut links = topic_links(&around.topics);
    let located = content.located.iter().map(|one| Link {
        name: gazetteer.find(one.place).map_or_else(
            || one.name.clone(),
            |place| gazetteer.called(&place, view.language()).to_owned(),
        ),
        href: local::named(one),
    });
    // A town may be a topic too: of two links with the same words readers can't tell which is which.
    let located: Vec<Link> = located
        .filter(|place| !links.iter().any(|topic| topic.name == place.name))
        .collect();
    links.extend(located);
    let bylines = bylines(&content.bylines, &around);
    let lead = content
        .lead_picture
        .as_ref()
        .and_then(|block| lead(block, &around.pictures));
    let shown_update = (updated.as_seconds() / 60 > published.as_seconds() / 60).then_some(updated);

    let title = if content.seo_title.is_empty() {
        &content.headline
    } else {
        &content.seo_title
    };
    let mut page = Page::new(view, title, &path).described(&description(&content));
    page.share_title.clone_from(&content.headline);
    page.kind = "article";
    page.canonical.clone_from(&canonical);
    page.section = place.map(|section| section.top.clone()).unwrap_or_default();
    page.image = image(view, &content, &around.pictures)
        .or_else(|| sheet::image(view, id, revision, &content.headline))
        .or(page.image);
    page.json_ld = markup(
        view,
        &content,
        &page,
        (published, updated),
        &bylines,
        &crumbs,
        &links,
        &around,
        live.as_ref(),
    )?;
    if let (Some(_), Some(Route::Story { section, slug, day })) = (&live, Route::parse(&path)) {
        page = page.feeds(&FeedScope::Story { section, slug, day }, &content.headline);
    }

    // The last that needs the whole story is done, so that the text can be taken apart instead of copied.
    let body = std::mem::take(&mut content.body);
    let lang = content.language.as_deref().filter(|lang| *lang != view.entry.language);
    let words = (view, content.headline.as_str());
    let body = body::write(body, &around.pictures, words)?;
    let shown_video = video::view(&content, around.video.as_ref());
    let live = live
        .map(|live| live.view(view, (id, &path, &content.headline), &around))
        .transpose()?;
    let related = std::mem::take(&mut around.related);
    let related_ids: Vec<StoryId> = related.iter().map(|card| card.story).collect();
    let own = Own {
        story: StoryView {
            id,
            headline: &content.headline,
            kicker: &content.kicker,
            standfirst: &content.standfirst,
            bylines: &bylines,
            published: published.as_micros(),
            updated: shown_update.map(Timestamp::as_micros),
            dateline: &content.dateline,
            lead,
            plays: shown_video.as_ref().is_some_and(VideoView::is_hosted)
                || body.contains(body::PLAYER)
                || live.as_ref().is_some_and(LiveView::plays),
            video: shown_video,
            body,
            corrections: content
                .corrections
                .iter()
                .map(|fix| CorrectionView {
                    text: &fix.text,
                    at: fix.at.as_micros(),
                })
                .collect(),
            sponsored: content.sponsored,
            reader: !around.readers.is_empty(),
            ai: made_by_machine(content.digital_source_type.as_deref()),
            credit: &content.credit,
            copyright: &content.copyright_notice,
            lang,
            dir: lang.map_or("ltr", direction),
        },
        accent: place.map_or("", |section| section.accent),
        crumbs: &crumbs,
        topics: &links,
        related: cards::cards(view, related),
        share: share(view, &content.headline, &canonical),
        also_on: also_on(view, places),
        comments: shown.thread,
        call_outs,
        live,
    };
    let html = view.voice.render("story.html", &whole(view, &page, &own))?;
    let authors: Vec<AuthorId> = around.authors.iter().map(|author| author.id).collect();
    let topics: Vec<_> = around.topics.iter().map(|topic| topic.id).collect();
    Ok(Rendered::html(html, position)
        .keys(keys::story(view, id, section, &topics, &authors))
        .keys(shown.keys)
        .stories([id].into_iter().chain(related_ids))
        .modified(updated.max(published)))
}

/// Who made it, as markup names them: each name, with the absolute address of the person's page.
pub(super) fn made_by<'a>(view: &SiteView, bylines: &'a [BylineView]) -> Vec<(&'a str, Option<String>)> {
    let person = |one: &'a BylineView| (one.name.as_str(), one.href.as_deref().map(|href| view.absolute(href)));
    bylines.iter().map(person).collect()
}

/// The topics as "Read more on" names them.
pub(super) fn topic_links(topics: &[TopicRecord]) -> Vec<Link> {
    topics
        .iter()
        .map(|topic| Link {
            name: topic.name.clone(),
            href: Route::Topic(topic.slug.as_str().into()).to_string(),
        })
        .collect()
}

/// The address of record: where the story stands first, whatever site is asked.
pub(crate) fn canonical(view: &SiteView, places: &[PublicPlacement]) -> Option<String> {
    let first = places.first()?;
    let site = view.sites.site(first.site)?;
    Some(format!("{}{}", site.origin, first.path))
}

/// The section and those above it, from the top.
pub(crate) fn crumbs(view: &SiteView, section: masthead_domain::ids::SectionId) -> Vec<Link> {
    let mut crumbs = Vec::with_capacity(2);
    let mut next = Some(section);
    while let Some(section) = next.and_then(|id| view.section(id)) {
        crumbs.insert(
            0,
            Link {
                name: section.name.clone(),
                href: section.href.clone(),
            },
        );
        // Sections are at most two deep, so this ends.
        next = section.parent.filter(|_| crumbs.len() < 3);
    }
    crumbs
}

pub(super) fn bylines(printed: &[Byline], around: &Around) -> Vec<BylineView> {
    let authors = &around.authors;
    printed
        .iter()
        .filter(|byline| !byline.name.trim().is_empty())
        .map(|byline| {
            let name = folded(&byline.name);
            let author = authors.iter().find(|author| {
                byline
                    .author
                    .map_or_else(|| folded(&author.name) == name, |id| author.id == id)
            });
            let page = author.map(|author| Route::Author(author.slug.as_str().into()).to_string());
            let reader = || {
                let known = around.readers.iter().find(|(name, _)| *name == byline.name);
                known.map(|(_, username)| Route::Profile(username.as_str().into()).to_string())
            };
            BylineView {
                name: byline.name.clone(),
                href: page.or_else(reader),
                role: byline.role.clone().filter(|role| !role.is_empty()),
            }
        })
        .collect()
}

fn lead<'a>(block: &'a PictureBlock, pictures: &'a [PublicPicture]) -> Option<LeadView<'a>> {
    let stored = body::found(block, pictures)?;
    let picture = cards::picture(stored, LEAD_WIDTH)?;
    let (alt, credit) = body::said(block, stored);
    Some(LeadView {
        picture,
        alt,
        caption: body::inline(&block.caption),
        credit,
    })
}

/// The story's first picture in the order of the page: what previews show.
fn first_picture<'a>(
    content: &'a StoryContent,
    pictures: &'a [PublicPicture],
) -> Option<(&'a PublicPicture, &'a PictureBlock)> {
    first_of(content.lead_picture.iter().chain(content.body.pictures()), pictures)
}

/// The first of these that readers may see.
pub(super) fn first_of<'a>(
    blocks: impl IntoIterator<Item = &'a PictureBlock>,
    pictures: &'a [PublicPicture],
) -> Option<(&'a PublicPicture, &'a PictureBlock)> {
    blocks
        .into_iter()
        .find_map(|block| body::found(block, pictures).map(|stored| (stored, block)))
}

/// What is said of a story where there is little room. Readers' stories have no standfirst, and galleries no text: then a
/// caption says it, or the headline.
pub(super) fn description(content: &StoryContent) -> String {
    let is_said = |text: &String| !text.trim().is_empty();
    let caption = || {
        let pictures = content.body.pictures().into_iter();
        pictures.map(|picture| picture.caption.to_plain()).find(is_said)
    };
    Some(content.standfirst.clone())
        .filter(is_said)
        .or_else(|| Some(content.body.to_plain()).filter(is_said))
        .or_else(caption)
        .unwrap_or_else(|| content.headline.clone())
}

pub(super) fn image(view: &SiteView, content: &StoryContent, pictures: &[PublicPicture]) -> Option<Image> {
    let (stored, block) = first_picture(content, pictures)?;
    let (href, file) = cards::largest_plain(stored)?;
    Some(Image {
        url: view.absolute(&href),
        width: file.width,
        height: file.height,
        alt: body::said(block, stored).0.to_owned(),
    })
}

#[expect(
    clippy::too_many_arguments,
    reason = "it only gathers what the page has read already"
)]
fn markup(
    view: &SiteView,
    content: &StoryContent,
    page: &Page,
    (published, modified): (Timestamp, Timestamp),
    bylines: &[BylineView],
    crumbs: &[Link],
    topics: &[Link],
    around: &Around,
    live: Option<&coverage::Read>,
) -> Result<String, WebError> {
    let (pictures, cuts) = (around.pictures.as_slice(), &around.cuts);
    let first = first_picture(content, pictures);
    let credit = first.map_or("", |(stored, block)| body::said(block, stored).1);
    let whole = page
        .image
        .iter()
        .map(|image| (image.url.clone(), image.width, image.height));
    let cuts = cuts
        .iter()
        .filter(|cut| first.as_ref().is_some_and(|(stored, _)| stored.id == cut.picture))
        .map(|cut| {
            let href = format!("/media/{}/{}.jpg", cut.picture, cut.shape);
            (view.absolute(&href), cut.width, cut.height)
        });
    let images = whole.chain(cuts).map(|(url, width, height)| {
        let mut object = serde_json::json!({
            "@type": "ImageObject", "url": url, "width": width, "height": height,
        });
        if let Some(object) = object.as_object_mut()
            && !credit.is_empty()
        {
            object.insert("creditText".to_owned(), credit.into());
        }
        object
    });
    json_ld::news_article(
        view,
        &NewsArticle {
            headline: &content.headline,
            description: &page.description,
            url: &page.canonical,
            published,
            modified: modified.max(published),
            authors: made_by(view, bylines),
            images: images.collect(),
            sections: crumbs.iter().map(|crumb| crumb.name.as_str()).collect(),
            topics: topics
                .iter()
                .map(|topic| (topic.name.as_str(), view.absolute(&topic.href)))
                .collect(),
            language: content.language.as_deref().unwrap_or(&view.entry.language),
            corrections: content
                .corrections
                .iter()
                .map(|fix| (fix.text.as_str(), fix.at))
                .collect(),
            copyright: &content.copyright_notice,
            dateline: &content.dateline,
            video: video::markup(
                view,
                content,
                around.video.as_ref(),
                &page.description,
                (
                    page.image.as_ref().map(|image| image.url.as_str()),
                    &view.machine(published),
                ),
            ),
            live: live.map(|live| live.markup(view, &page.canonical, pictures)),
        },
        crumbs,
    )
    .map_err(WebError::internal)
}

/// Whether IPTC's digital source type says that a machine made it or a part of it.
pub(super) fn made_by_machine(source_type: Option<&str>) -> bool {
    let last = source_type.and_then(|uri| uri.rsplit(['/', ':']).next());
    matches!(
        last,
        Some(
            "trainedAlgorithmicMedia"
                | "compositeWithTrainedAlgorithmicMedia"
                | "algorithmicMedia"
                | "compositeSynthetic"
                | "algorithmicallyEnhanced"
        )
    )
}

pub(super) fn share(view: &SiteView, headline: &str, url: &str) -> Vec<Share> {
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    // Mail programs read `+` as it stands, so that spaces are written in the longer way there.
    let mailed = |text: &str| encoded(text).replace('+', "%20");
    let (address, title) = (encoded(url), encoded(headline));
    let both = encoded(&format!("{headline} {url}"));
    let subject = mailed(&format!("{}: {headline}", view.entry.name));
    vec![
        Share {
            key: "email",
            href: format!("mailto:?subject={subject}&body={}", mailed(url)),
        },
        Share {
            key: "facebook",
            href: format!("https://www.facebook.com/sharer/sharer.php?u={address}"),
        },
        Share {
            key: "whatsapp",
            href: format!("https://wa.me/?text={both}"),
        },
        Share {
            key: "bluesky",
            href: format!("https://bsky.app/intent/compose?text={both}"),
        },
        Share {
            key: "x",
            href: format!("https://x.com/intent/post?text={title}&url={address}"),
        },
    ]
}

pub(super) fn also_on(view: &SiteView, places: &[PublicPlacement]) -> Vec<Link> {
    places
        .iter()
        .filter(|place| place.site != view.entry.id)
        .filter_map(|place| {
            let site = view.sites.site(place.site)?;
            Some(Link {
                name: site.name.clone(),
                href: format!("{}{}", site.origin, place.path),
            })
        })
        .collect()
}
