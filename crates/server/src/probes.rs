//! The probe: every public surface of every site is asked for a story, and each answer searched for its words.
//!
//! It asks the pages themselves (the same code that answers readers, over the same public read path), and, where a
//! node runs, also the node over HTTP, so that its pages in memory and its caches are asked too.

use crate::search;
use crate::serve::load_themes;
use crate::settings::Settings;
use masthead_domain::document::PictureBlock;
use masthead_domain::ids::{EntryId, PictureId, StoryId};
use masthead_domain::stories::StoryContent;
use masthead_features::app::App;
use masthead_features::pages::Pages;
use masthead_features::sites::SiteEntry;
use masthead_services::fetch::{FetchPolicy, FetchSettings, Fetcher};
use masthead_services::search::SearchIndex;
use masthead_store::public::{self, Found};
use masthead_store::{authors, coverage, pictures, stories as rows, topics};
use masthead_web::urls::{Day, PictureShape, Route};
use serde::Serialize;
use std::sync::Arc;

/// What a probe found.
#[derive(Clone, Debug, Serialize)]
pub struct ProbeReport {
    /// The story.
    pub story: StoryId,
    /// Whether readers may see it now.
    pub public: bool,
    /// Who was asked.
    pub asked: &'static str,
    /// Surfaces that show it.
    pub leaks: usize,
    /// Every surface with its answer.
    pub answers: Vec<Answer>,
}

/// One surface's answer.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Its address.
    pub surface: String,
    /// Its status.
    pub status: u16,
    /// What of the story it shows.
    pub leaks: Vec<String>,
}

/// Words by which a story is recognised, each with its name in the report.
struct Marks(Vec<(&'static str, String)>);

/// Entries of a live story whose words are looked for.
const ENTRIES: usize = 50;

/// Asks every public surface for a story.
///
/// # Errors
/// When the store can't answer, or the theme can't be loaded.
pub async fn embargo(app: &Arc<App>, settings: &Settings, id: StoryId) -> anyhow::Result<ProbeReport> {
    let mut conn = app.db.reader().await?;
    let story = rows::by_id(&mut conn, id)
        .await?
        .ok_or_else(|| anyhow::anyhow!("there is no story '{id}'"))?;
    let mut contents = Vec::new();
    for line in rows::revisions(&mut conn, id).await? {
        contents.extend(rows::revision(&mut conn, id, line.number).await?);
    }
    let entries = coverage::entries(&mut conn, id, public::NEWEST_ENTRIES, ENTRIES).await?;
    // What an entry says is as secret as its story.
    contents.extend(entries.iter().map(|record| StoryContent {
        headline: record.entry.text.headline.clone(),
        body: record.entry.text.body.clone(),
        ..StoryContent::default()
    }));
    let marks = Marks::of(&story, &contents);
    let newest = entries.first().map(|record| record.entry.id);
    let paths = surfaces(app, &mut conn, &story, &contents, newest).await?;
    drop(conn);
    let public = story.standing.is_visible(app.now());
    let themes = load_themes(settings.data_folder())?;
    let pages = Pages::new(Arc::clone(app), themes);
    let folder = search::folder(settings.data_folder());
    if let Some(index) = tokio::task::spawn_blocking(move || SearchIndex::look(&folder)).await?? {
        pages.set_search(Arc::new(index));
    }
    let node = Running::find(settings).await;
    let mut answers = Vec::new();
    for (site, path) in &paths {
        let (path_only, query) = path
            .split_once('?')
            .map_or((path.as_str(), None), |(p, q)| (p, Some(q)));
        let (status, body, shows) = match pages.respond(site, path_only, query).await {
            Ok(rendered) => (rendered.status.as_u16(), rendered.body.to_vec(), rendered.stories),
            Err(error) => {
                // Without a page the plain one of `web` is sent, which shows nothing but the status.
                let html = pages.error_page(Some(site), &error, path_only, "probe").await;
                let html = html.map_or_else(Vec::new, String::into_bytes);
                // An error page leads on to the headlines of the front.
                let front = pages.respond(site, "/", None).await;
                let shows = front.map_or_else(|_| Vec::new(), |front| front.stories);
                (error.status().as_u16(), html, shows)
            }
        };
        let mut others = Vec::new();
        let mut leaks = marks.found(&body, path, &others);
        if !leaks.is_empty() {
            others = words_of_others(app, id, &shows).await?;
            leaks = marks.found(&body, path, &others);
        }
        leaks.extend(drawn(id, path, status));
        answers.push(Answer {
            surface: format!("{}{path}", site.origin),
            status,
            leaks,
        });
        if let Some(node) = &node
            && let Some((status, body)) = node.ask(site, path).await
        {
            let surface = format!("{}{path} (running node)", site.origin);
            let mut leaks = marks.found(&body, path, &others);
            leaks.extend(drawn(id, path, status));
            answers.push(Answer { surface, status, leaks });
        }
    }
    let leaks = if public {
        0
    } else {
        answers.iter().filter(|answer| !answer.leaks.is_empty()).count()
    };
    let asked = if node.is_some() {
        "pages and the running node"
    } else {
        "pages; no node is running"
    };
    Ok(ProbeReport {
        story: id,
        public,
        asked,
        leaks,
        answers,
    })
}

/// What a picture says can't be read in its bytes: that it is there is the leak.
fn drawn(id: StoryId, path: &str, status: u16) -> Option<String> {
    let is_shown = status < 400 && path.starts_with(&format!("/media/stories/{id}/"));
    is_shown.then(|| "its headline as a picture".to_owned())
}

impl Marks {
    fn of(story: &rows::StoryRecord, contents: &[StoryContent]) -> Self {
        let mut marks = vec![("its id", story.id.to_string())];
        if story.slug.len() >= 8 {
            marks.push(("its slug", story.slug.clone()));
        }
        for content in contents {
            marks.push(("its headline", content.headline.clone()));
            marks.push(("its standfirst", content.standfirst.clone()));
            for line in content.body.to_plain().lines() {
                marks.push(("its text", line.chars().take(60).collect()));
            }
        }
        // Too short a mark is found in other stories too.
        marks.retain(|(_, text)| text.chars().count() >= 12);
        marks.sort();
        marks.dedup();
        Self(marks)
    }

    /// Which marks stand in a body. What the address itself says is no leak: an error page may repeat its words. Neither
    /// is what other stories on the same page say too.
    fn found(&self, body: &[u8], path: &str, others: &[String]) -> Vec<String> {
        let text = String::from_utf8_lossy(body);
        let text = unescape(&text);
        let mut found: Vec<String> = self
            .0
            .iter()
            .filter(|(_, mark)| !path.contains(mark.as_str()) && text.contains(mark.as_str()))
            .filter(|(_, mark)| !others.iter().any(|words| words.contains(mark.as_str())))
            .map(|(name, _)| (*name).to_owned())
            .collect();
        found.dedup();
        found
    }
}

/// What the other stories on a page say. Agencies send one text under several ids, and two stories about a match may end
/// with the same table: a sister story that readers may see is no leak of the one that they may not.
async fn words_of_others(app: &App, id: StoryId, shows: &[StoryId]) -> anyhow::Result<Vec<String>> {
    let mut conn = app.db.reader().await?;
    let mut words = Vec::new();
    for other in shows.iter().filter(|other| **other != id) {
        if let Found::Story(story, _) = public::by_id(&mut conn, app.now(), *other).await? {
            let content = story.content;
            words.push(story.path);
            words.extend([content.headline, content.standfirst, content.body.to_plain()]);
        }
    }
    Ok(words)
}

/// What somebody would search for who knows of the story: words of its headlines and texts. They stand in the address
/// in another order than in the story, since a search page repeats what was looked for.
fn searches(contents: &[StoryContent]) -> Vec<String> {
    let mut all = Vec::new();
    for content in contents {
        let text = content.body.to_plain();
        for text in [content.headline.as_str(), content.standfirst.as_str(), text.as_str()] {
            let words: Vec<&str> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|word| word.chars().count() >= 4)
                .take(6)
                .collect();
            if !words.is_empty() {
                let words: Vec<&str> = words.into_iter().rev().collect();
                let query = url::form_urlencoded::Serializer::new(String::new())
                    .append_pair("q", &words.join(" "))
                    .finish();
                all.push(query);
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Takes back the escapes of HTML, XML and JSON as far as words in a text need it.
fn unescape(text: &str) -> String {
    text.replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&quot;", "\"")
        .replace("\\\"", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The names of feeds.
const FEEDS: [&str; 3] = ["feed.xml", "feed.atom", "feed.json"];

/// Every public address on which something of the story could stand.
async fn surfaces(
    app: &App,
    conn: &mut masthead_store::Conn,
    story: &rows::StoryRecord,
    contents: &[StoryContent],
    newest: Option<EntryId>,
) -> anyhow::Result<Vec<(Arc<SiteEntry>, String)>> {
    let sites = app.sites();
    let places = rows::placements(conn, story.id).await?;
    let topic_ids = rows::topics(conn, story.id).await?;
    let topics = topics::by_ids(conn, &topic_ids).await?;
    let author_ids = rows::authors(conn, story.id).await?;
    let authors = authors::by_ids(conn, &author_ids).await?;
    let shown: Vec<PictureId> = contents
        .iter()
        .flat_map(|content| content.lead_picture.iter().chain(content.body.pictures()))
        .filter_map(PictureBlock::stored)
        .collect();
    let files = pictures::by_ids(conn, &shown).await?;
    let moments = [
        story.standing.first_published_at,
        story.standing.release_at,
        Some(story.created_at),
        Some(app.now()),
    ];
    let searches = searches(contents);
    let mut all = Vec::new();
    for site in sites.all() {
        let mut paths = vec!["/".to_owned()];
        let mut feeds_of = vec![String::new()];
        for record in sites.sections_of(site.id) {
            paths.push(format!("/{}", record.path));
            feeds_of.push(format!("/{}", record.path));
        }
        for topic in &topics {
            let path = Route::Topic(topic.slug.as_str().into()).to_string();
            feeds_of.push(path.clone());
            paths.push(path);
        }
        for author in &authors {
            let path = Route::Author(author.slug.as_str().into()).to_string();
            feeds_of.push(path.clone());
            paths.push(path);
        }
        for base in feeds_of {
            paths.extend(FEEDS.map(|name| format!("{base}/{name}")));
        }
        for moment in moments.into_iter().flatten() {
            let day = Day::of(moment, &site.zone);
            paths.push(Route::Archive(day).to_string());
            paths.push(Route::NewsInPictures(Some(day)).to_string());
            let gallery = Route::gallery(story.slug.as_str(), day).to_string();
            paths.extend([format!("{gallery}/1"), gallery]);
            // The address that it has, had, or will have.
            for place in &places {
                if let Some(section) = sites.section(place.placement.section) {
                    paths.push(Route::story(section.path.as_str(), story.slug.as_str(), day).to_string());
                }
            }
            let date = day.date();
            paths.push(format!("/sitemap.xml?month={:04}-{:02}", date.year(), date.month()));
        }
        for path in places.iter().filter_map(|place| place.path.as_ref()) {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("url", &format!("{}{path}", site.origin))
                .finish();
            paths.extend([
                path.clone(),
                format!("/oembed?{query}"),
                format!("/oembed?format=xml&{query}"),
            ]);
            paths.extend(newest.map(|entry| format!("{path}?entry={entry}")));
            paths.extend(FEEDS.map(|name| format!("{path}/{name}")));
        }
        paths.extend(
            [
                "/sitemap.xml",
                "/news-sitemap.xml",
                "/corrections",
                "/multimedia",
                "/news-in-pictures",
                "/api/v1/galleries",
                "/robots.txt",
                "/manifest.webmanifest",
                "/search",
                "/live/front.json",
                "/live/front.json?since=0",
                "/api/v1/stories",
                "/api/v1/sections",
                "/api/v1/topics",
                "/an-address-that-is-not-there",
            ]
            .map(str::to_owned),
        );
        paths.push(format!("/api/v1/stories/{}", story.id));
        paths.push(format!("/api/v1/stories/{}/entries", story.id));
        paths.push(Route::LiveStory(story.id).to_string());
        let revisions = [Some(story.head_revision), story.public_revision];
        let revisions = revisions
            .into_iter()
            .flatten()
            .filter_map(|number| u32::try_from(number).ok());
        paths.extend(revisions.map(|revision| {
            Route::MediaSheet {
                story: story.id,
                revision,
            }
            .to_string()
        }));
        paths.push(format!("/api/v1/stories/{}?format=ninjs", story.id));
        paths.push(format!("/api/v1/stories/{}?format=nitf", story.id));
        for query in &searches {
            paths.push(format!("/search?{query}"));
            paths.push(format!("/api/v1/search?{query}"));
        }
        for file in &files {
            for shape in PictureShape::ALL {
                paths.push(
                    Route::MediaCut {
                        picture: file.id,
                        shape,
                    }
                    .to_string(),
                );
            }
            for rendition in &file.renditions {
                paths.push(format!("/media/{}/{}.{}", file.id, rendition.width, rendition.format));
            }
        }
        paths.sort();
        paths.dedup();
        all.extend(paths.into_iter().map(|path| (Arc::clone(site), path)));
    }
    Ok(all)
}

/// A node that answers at the settings' address.
struct Running {
    address: String,
    fetcher: Fetcher,
}

impl Running {
    async fn find(settings: &Settings) -> Option<Self> {
        let address = settings.server.listen.clone();
        let fetcher = Fetcher::new(FetchSettings {
            allow: vec![address.clone()],
            ..FetchSettings::default()
        })
        .ok()?;
        let running = Self { address, fetcher };
        let url = format!("http://{}/robots.txt", running.address);
        running.fetcher.get(&url, FetchPolicy::Operator, None).await.ok()?;
        Some(running)
    }

    /// The node's answer for the first site; other sites are reached by their names, which need not resolve here.
    async fn ask(&self, site: &SiteEntry, path: &str) -> Option<(u16, Vec<u8>)> {
        let local = site.origin.contains("127.0.0.1") || site.hosts.iter().any(|host| host == "localhost");
        if !local {
            return None;
        }
        let url = format!("http://{}{path}", self.address);
        let answer = self.fetcher.get(&url, FetchPolicy::Operator, None).await.ok()?;
        Some((answer.status, answer.body.to_vec()))
    }
}
