//! Everything that one transaction will write, worked out beforehand: a transaction may run twice and has to do the same.

use super::addresses::{self, Addresses, Placed};
use super::content::{Content, Gallery};
use super::names::World;
use super::story::{Film, Life, Story};
use super::tokens::Start;
use anyhow::Context as _;
use masthead_domain::coverage::{Entry, EntryText};
use masthead_domain::document::{Block, Document};
use masthead_domain::ids::{AuthorId, EntryId, IdSource, PictureId, SiteId, TopicId, VideoId};
use masthead_domain::stories::{Byline, Correction, Placement, StoryContent, StoryKind};
use masthead_domain::time::Timestamp;
use masthead_domain::videos::{LeadVideo, own_address};
use masthead_features::app::App;
use masthead_features::sites::Sites;
use masthead_store::authors::{self, AuthorRecord};
use masthead_store::pages::PageRecord;
use masthead_store::topics::{self, TopicRecord};
use std::collections::HashMap;

/// What is to be written.
pub(super) struct Plan {
    pub(super) start: Start,
    pub(super) topics: Vec<TopicRecord>,
    pub(super) authors: Vec<AuthorRecord>,
    pub(super) pages: Vec<PageRecord>,
    pub(super) stories: Vec<Planned>,
    /// Site, path, and the id of the story that it leads to.
    pub(super) redirects: Vec<(SiteId, String, String)>,
}

/// A story to be made.
pub(super) struct Planned {
    /// Its name in the demo, which is its slug.
    pub(super) id: String,
    pub(super) placements: Vec<Placement>,
    pub(super) topics: Vec<TopicId>,
    /// First publication, or the last time it was saved.
    pub(super) at: Timestamp,
    pub(super) content: StoryContent,
    /// When what readers see last changed.
    pub(super) updated: Option<Timestamp>,
    pub(super) life: Life,
    /// Its entries, where it is covered live.
    pub(super) entries: Vec<Entry>,
}

/// Works out everything but the fronts. Known topics and authors keep their ids.
pub(super) async fn make(
    app: &App,
    content: &Content,
    (pictures, films): (&HashMap<String, PictureId>, &HashMap<String, VideoId>),
    start: Start,
) -> anyhow::Result<Plan> {
    let sites = app.sites();
    let topics = topics(app, content).await?;
    let authors = authors(app, content).await?;
    let placed = addresses::placed(content)?;
    let addresses = Addresses::new(&placed, &sites, start)?;
    let world = World {
        content,
        pictures,
        addresses: &addresses,
        sites: &sites,
        start,
    };
    let maker = Maker {
        ids: app.ids.as_ref(),
        films,
        world,
        topics: topics.iter().map(|topic| (topic.slug.as_str(), topic.id)).collect(),
        authors: authors.iter().map(|author| (author.slug.as_str(), author.id)).collect(),
    };
    let mut stories = Vec::with_capacity(placed.len());
    for place in &placed {
        let made = match content.story(place.id) {
            Ok(story) => maker.story(place, story),
            Err(_) => maker.gallery(place, content.gallery(place.id)?),
        };
        stories.push(made.with_context(|| format!("'{}' can't be made", place.id))?);
    }
    let pages = pages(app, content, world)?;
    let redirects = addresses.redirects();
    drop(maker);
    Ok(Plan {
        start,
        topics,
        authors,
        pages,
        stories,
        redirects,
    })
}

struct Maker<'a> {
    ids: &'a dyn IdSource,
    films: &'a HashMap<String, VideoId>,
    world: World<'a>,
    topics: HashMap<&'a str, TopicId>,
    authors: HashMap<&'a str, AuthorId>,
}

impl Maker<'_> {
    fn story(&self, placed: &Placed<'_>, story: &Story) -> anyhow::Result<Planned> {
        let content = self.world.content;
        let names = self
            .world
            .seen_from(placed.places.iter().map(|(site, _)| *site).collect())?;
        let lead = story.picture.as_ref();
        let lead = lead.map(|lead| super::markdown::References::picture(&names, &lead.id, &lead.caption, &lead.credit));
        let corrections = story.corrections.iter().map(|correction| {
            let at = self.world.start.before(correction.age);
            Ok(Correction {
                text: names.words(&correction.text)?,
                at,
            })
        });
        let said = StoryContent {
            headline: story.headline.clone(),
            standfirst: names.words(&story.standfirst)?,
            kicker: story.label.clone(),
            bylines: self.bylines(&story.authors)?,
            dateline: story.dateline.clone(),
            located: content.located(&story.dateline).into_iter().collect(),
            body: names.document(&story.body)?,
            lead_picture: lead.transpose()?,
            lead_video: match &story.film {
                Some(film) => Some(self.film(film)?),
                None => story.video.clone(),
            },
            credit: if story.agency {
                content.network.agency.clone()
            } else {
                String::new()
            },
            corrections: corrections.collect::<anyhow::Result<_>>()?,
            urgency: Some(story.urgency),
            ..StoryContent::default()
        };
        let entries = story.entries.iter().map(|entry| {
            Ok(Entry {
                id: EntryId::new(self.ids),
                at: self.world.start.before(entry.age),
                text: EntryText {
                    headline: names.words(&entry.headline)?,
                    body: names.document(&entry.body)?,
                    author: content.author(&entry.author)?.name.clone(),
                },
                is_key: entry.is_key,
                is_pinned: entry.is_pinned,
                edited_at: None,
            })
        });
        let entries = entries.collect::<anyhow::Result<_>>()?;
        Ok(Planned {
            entries,
            id: story.id.clone(),
            placements: placements(self.world.sites, &placed.places)?,
            topics: self.topics(&story.topics)?,
            at: self.world.start.before(story.age),
            content: said,
            updated: story.updated.map(|minutes| self.world.start.before(minutes)),
            life: story.life.clone(),
        })
    }

    /// A gallery is a story whose text is its pictures.
    fn gallery(&self, placed: &Placed<'_>, gallery: &Gallery) -> anyhow::Result<Planned> {
        let names = self
            .world
            .seen_from(placed.places.iter().map(|(site, _)| *site).collect())?;
        let block = super::markdown::References::gallery(&names, &gallery.id)?;
        let Block::Gallery { pictures, .. } = block else {
            anyhow::bail!("a gallery is made of pictures")
        };
        let at = gallery.pictures.iter().position(|shown| shown.id == gallery.lead);
        let lead = at
            .and_then(|at| pictures.get(at))
            .context("the lead is not among the pictures")?
            .clone();
        let said = StoryContent {
            kind: StoryKind::Gallery,
            headline: gallery.title.clone(),
            standfirst: names.words(&gallery.standfirst)?,
            kicker: "Pictures".to_owned(),
            bylines: self.bylines(gallery.author.as_slice())?,
            // The headline says what the gallery shows, so that it has no title beside it.
            body: Document {
                blocks: vec![Block::Gallery {
                    title: String::new(),
                    pictures,
                }],
            },
            lead_picture: Some(lead),
            ..StoryContent::default()
        };
        Ok(Planned {
            id: gallery.id.clone(),
            placements: placements(self.world.sites, &placed.places)?,
            topics: self.topics(&gallery.topics)?,
            at: self.world.start.before(gallery.age_minutes),
            content: said,
            updated: None,
            life: Life::Published,
            entries: Vec::new(),
        })
    }

    fn film(&self, film: &Film) -> anyhow::Result<LeadVideo> {
        let id = self.films.get(&film.id);
        let id = id.with_context(|| format!("the film '{}' was not taken in", film.id))?;
        Ok(LeadVideo {
            url: own_address(*id),
            title: film.title.clone(),
            seconds: Some(film.seconds),
        })
    }

    fn bylines(&self, slugs: &[String]) -> anyhow::Result<Vec<Byline>> {
        let byline = |slug: &String| {
            let author = self.world.content.author(slug)?;
            Ok(Byline {
                name: author.name.clone(),
                author: self.authors.get(slug.as_str()).copied(),
                role: Some(author.role.clone()),
            })
        };
        slugs.iter().map(byline).collect()
    }

    fn topics(&self, slugs: &[String]) -> anyhow::Result<Vec<TopicId>> {
        let find = |slug: &String| {
            self.topics
                .get(slug.as_str())
                .copied()
                .with_context(|| format!("there is no topic '{slug}'"))
        };
        slugs.iter().map(find).collect()
    }
}

fn placements(sites: &Sites, places: &[(&str, String)]) -> anyhow::Result<Vec<Placement>> {
    let find = |(site, section): &(&str, String)| {
        let name = format!("{site}/{section}");
        sites
            .placement(&name)
            .with_context(|| format!("there is no section '{name}'"))
    };
    places.iter().map(find).collect()
}

async fn topics(app: &App, content: &Content) -> anyhow::Result<Vec<TopicRecord>> {
    let mut conn = app.db.reader().await?;
    let mut records = Vec::with_capacity(content.topics.len());
    for topic in &content.topics {
        let known = topics::by_slug(&mut conn, &topic.slug).await?.map(|known| known.id);
        // Text is searched for these names alone, so the topic's own is one of them.
        let names = std::iter::once(&topic.name).chain(&topic.also).cloned();
        records.push(TopicRecord {
            id: known.unwrap_or_else(|| TopicId::new(app.ids.as_ref())),
            slug: topic.slug.clone(),
            name: topic.name.clone(),
            description: topic.description.clone(),
            names: names.collect(),
            uri: None,
        });
    }
    Ok(records)
}

async fn authors(app: &App, content: &Content) -> anyhow::Result<Vec<AuthorRecord>> {
    let mut conn = app.db.reader().await?;
    let mut records = Vec::with_capacity(content.authors.len());
    for author in &content.authors {
        let known = authors::by_slug(&mut conn, &author.slug).await?.map(|known| known.id);
        records.push(AuthorRecord {
            id: known.unwrap_or_else(|| AuthorId::new(app.ids.as_ref())),
            slug: author.slug.clone(),
            name: author.name.clone(),
            role: author.role.clone(),
            bio: author.bio.clone(),
            picture: None,
        });
    }
    Ok(records)
}

fn pages(app: &App, content: &Content, world: World<'_>) -> anyhow::Result<Vec<PageRecord>> {
    let mut records = Vec::new();
    for (position, page) in (0_i64..).zip(&content.pages) {
        let names = world.seen_from(page.sites.iter().map(String::as_str).collect())?;
        let body = names
            .document(&page.body)
            .with_context(|| format!("page '{}'", page.slug))?;
        for slug in &page.sites {
            let site = world
                .sites
                .by_slug(slug)
                .with_context(|| format!("the site '{slug}' was not made"))?;
            records.push(PageRecord {
                id: app.ids.next_uuid(),
                site: site.id,
                slug: page.slug.clone(),
                title: page.title.clone(),
                body: body.clone(),
                listed: page.in_menu,
                position,
                revision: 1,
                updated_at: world.start.0,
            });
        }
    }
    Ok(records)
}
