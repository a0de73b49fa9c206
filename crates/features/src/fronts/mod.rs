//! Fronts: what a curated page shows at this moment, and the use cases behind `front show` and `front set`.
//!
//! A front's name is its site's slug, or `site/section`. Until somebody launches a layout, the domain's own for a home
//! or section front stands in.

use crate::app::App;
use crate::rankings;
use crate::sites::Sites;
use masthead_domain::events::Event;
use masthead_domain::fronts::{Container, ContainerStyle, Fill, FrontLayout, arrange};
use masthead_domain::ids::{EventId, FrontId, SectionId, SiteId, StoryId};
use masthead_domain::rankings::Ranking;
use masthead_domain::stories::GALLERIES;
use masthead_domain::time::Timestamp;
use masthead_store::fronts::{self as rows, FrontRecord};
use masthead_store::public::{self, Card, Cursor};
use masthead_store::{Conn, StoreError, log, topics};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// The most containers of a front, and the most cards of a container, that are shown: a slip of the keyboard in a
/// layout must not make a page of megabytes.
const MOST_CONTAINERS: usize = 40;
const MOST_CARDS: usize = 60;

/// Which front: of a site, or of one of its sections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    /// The site.
    pub site: SiteId,
    /// The section; `None` for the home front.
    pub section: Option<SectionId>,
}

/// A front as it is now.
#[derive(Debug)]
pub struct Assembled {
    /// Its record, once a layout was launched.
    pub front: Option<FrontId>,
    /// The breaking-news line with the story that it leads to.
    pub banner: Option<(String, Card)>,
    /// The containers that have cards, from top to bottom.
    pub containers: Vec<Filled>,
    /// The lists that were asked, and on whose changes the front depends.
    pub lists: Vec<Uuid>,
    /// Where the front's own list goes on without a gap; `None` when it ends here.
    pub rest: Option<Cursor>,
}

/// A container with its cards.
#[derive(Debug)]
pub struct Filled {
    /// Its heading; may be empty.
    pub title: String,
    /// How it looks.
    pub style: ContainerStyle,
    /// The section that it shows, where it shows one.
    pub section: Option<SectionId>,
    /// The topic's slug, where it shows one.
    pub topic: Option<String>,
    /// It shows the site's galleries.
    pub galleries: bool,
    /// The ranking that it shows, where it shows one.
    pub ranking: Option<Ranking>,
    /// Cards with the headlines that editors gave them here.
    pub cards: Vec<(Card, Option<String>)>,
}

/// Why a front can't be shown or set.
#[derive(Debug, thiserror::Error)]
pub enum FrontError {
    /// No site or section has that name.
    #[error("there is no front '{0}'; a front is named by its site, or by SITE/SECTION")]
    NotFound(String),
    /// Somebody launched another layout since the form was made.
    #[error("somebody else changed this front meanwhile")]
    Changed,
    /// The layout says something that can't be.
    #[error("{0}")]
    Layout(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Which {
    /// The front of this name.
    ///
    /// # Errors
    /// [`FrontError::NotFound`].
    pub fn named(sites: &Sites, name: &str) -> Result<Self, FrontError> {
        let missing = || FrontError::NotFound(name.to_owned());
        let (slug, path) = name
            .split_once('/')
            .map_or((name, None), |(slug, path)| (slug, Some(path)));
        let site = sites.by_slug(slug).ok_or_else(missing)?.id;
        let section = match path {
            Some(path) => Some(sites.section_at(site, path).ok_or_else(missing)?.section.id),
            None => None,
        };
        Ok(Self { site, section })
    }

    /// Its name; `None` when the site or section is no longer there.
    pub fn name(&self, sites: &Sites) -> Option<String> {
        let slug = &sites.site(self.site)?.slug;
        match self.section {
            Some(section) => Some(format!("{slug}/{}", sites.section(section)?.path)),
            None => Some(slug.clone()),
        }
    }

    /// The list that fills it.
    fn list(&self) -> Uuid {
        self.section.map_or(self.site.0, |section| section.0)
    }

    fn default_layout(&self, sites: &Sites) -> FrontLayout {
        if self.section.is_some() {
            return FrontLayout::for_section();
        }
        let tops = sites
            .sections_of(self.site)
            .filter(|record| record.section.parent.is_none());
        let named: Vec<_> = tops
            .map(|record| (record.path.clone(), record.section.name.clone()))
            .collect();
        FrontLayout::for_home(&named)
    }
}

/// Puts a front together from what readers may see at `now`, in the snapshot of `conn`.
///
/// # Errors
/// When the store can't answer.
pub async fn assemble(conn: &mut Conn, now: Timestamp, sites: &Sites, which: Which) -> Result<Assembled, StoreError> {
    let record = match which.name(sites) {
        Some(name) => rows::by_name(conn, &name).await?,
        None => None,
    };
    let launched = match &record {
        Some(record) => rows::layout(conn, record.id).await?,
        None => None,
    };
    let layout = launched.unwrap_or_else(|| which.default_layout(sites));
    let mut filling = Filling::begin(conn, now, which, &layout).await?;
    let mut containers = Vec::with_capacity(layout.containers.len());
    for container in layout.containers.iter().take(MOST_CONTAINERS) {
        let filled = filling.fill(conn, sites, container).await?;
        if !filled.cards.is_empty() {
            containers.push(filled);
        }
    }
    let banner = layout.banner.and_then(|banner| {
        let card = filling.pinned.get(&banner.story)?.clone();
        Some((banner.text, card))
    });
    let rest = filling.rest(conn).await?;
    Ok(Assembled {
        front: record.map(|record| record.id),
        banner,
        containers,
        lists: filling.asked,
        rest,
    })
}

/// A front being filled.
struct Filling {
    now: Timestamp,
    which: Which,
    /// Pinned stories that readers may see.
    pinned: HashMap<StoryId, Card>,
    /// Lists as far as they were read, newest first.
    read: HashMap<Uuid, ListSoFar>,
    used: HashSet<StoryId>,
    asked: Vec<Uuid>,
}

#[derive(Default)]
struct ListSoFar {
    cards: Vec<Card>,
    ended: bool,
}

impl Filling {
    async fn begin(conn: &mut Conn, now: Timestamp, which: Which, layout: &FrontLayout) -> Result<Self, StoreError> {
        let mut wanted: Vec<StoryId> = layout
            .containers
            .iter()
            .take(MOST_CONTAINERS)
            .flat_map(|container| container.cards.iter().take(MOST_CARDS).map(|card| card.story))
            .chain(layout.banner.as_ref().map(|banner| banner.story))
            .collect();
        wanted.sort();
        wanted.dedup();
        let visible = if wanted.is_empty() {
            Vec::new()
        } else {
            public::visible(conn, now, which.site, &wanted).await?
        };
        Ok(Self {
            now,
            which,
            pinned: visible.into_iter().map(|card| (card.story, card)).collect(),
            read: HashMap::new(),
            used: HashSet::new(),
            // Pinned stories stand in the site's list, whatever fills the containers.
            asked: vec![which.site.0],
        })
    }

    async fn fill(&mut self, conn: &mut Conn, sites: &Sites, container: &Container) -> Result<Filled, StoreError> {
        let (list, section, topic) = self.source(conn, sites, &container.fill).await?;
        let bounded = Container {
            limit: container.limit.min(MOST_CARDS),
            ..container.clone()
        };
        if let Some(list) = list {
            self.read_enough(conn, list, &bounded).await?;
        }
        let so_far = list.and_then(|list| self.read.get(&list));
        let ids: Vec<StoryId> = so_far
            .into_iter()
            .flat_map(|so_far| &so_far.cards)
            .map(|card| card.story)
            .collect();
        let chosen = arrange(
            &bounded,
            &|story| self.pinned.contains_key(&story),
            &ids,
            &mut self.used,
        );
        let headline = |story| {
            container
                .cards
                .iter()
                .find(|card| card.story == story)
                .and_then(|c| c.headline.clone())
        };
        let found = |story: StoryId| {
            let listed = || so_far?.cards.iter().find(|card| card.story == story);
            self.pinned.get(&story).or_else(listed).cloned()
        };
        let cards = chosen
            .into_iter()
            .filter_map(|story| Some((found(story)?, headline(story))))
            .collect();
        Ok(Filled {
            title: container.title.clone(),
            style: container.style,
            section,
            topic,
            galleries: container.fill == Fill::Galleries,
            ranking: container.fill.ranking(),
            cards,
        })
    }

    /// The list behind a fill, with the section or topic that the container is about.
    async fn source(
        &mut self,
        conn: &mut Conn,
        sites: &Sites,
        fill: &Fill,
    ) -> Result<(Option<Uuid>, Option<SectionId>, Option<String>), StoreError> {
        if let Some(ranking) = fill.ranking() {
            return Ok((Some(self.ranked(conn, ranking).await?), None, None));
        }
        let source = match fill {
            Fill::None | Fill::MostRead | Fill::MostCommented => (None, None, None),
            Fill::Latest => (Some(self.which.list()), None, None),
            Fill::Galleries => (Some(GALLERIES), None, None),
            Fill::Section(path) => {
                let section = sites.section_at(self.which.site, path).map(|record| record.section.id);
                (section.map(|id| id.0), section, None)
            }
            Fill::Topic(slug) => {
                let topic = topics::by_slug(conn, slug).await?;
                (
                    topic.as_ref().map(|topic| topic.id.0),
                    None,
                    topic.map(|topic| topic.slug),
                )
            }
        };
        if let Some(list) = source.0
            && !self.asked.contains(&list)
        {
            self.asked.push(list);
        }
        Ok(source)
    }

    /// Reads a ranking of the front's own list, which is short and no list by time: whole, so that it is at its end.
    async fn ranked(&mut self, conn: &mut Conn, ranking: Ranking) -> Result<Uuid, StoreError> {
        let (of, site) = (self.which.list(), self.which.site);
        let list = ranking.of(of);
        if !self.asked.contains(&list) {
            let cards = rankings::cards(conn, self.now, site, ranking, of).await?;
            self.read.insert(list, ListSoFar { cards, ended: true });
            self.asked.push(list);
        }
        Ok(list)
    }

    /// Reads a list on until it holds as many unused stories as the container takes, or ends.
    async fn read_enough(&mut self, conn: &mut Conn, list: Uuid, container: &Container) -> Result<(), StoreError> {
        let mut so_far = self.read.remove(&list).unwrap_or_default();
        loop {
            let free = so_far
                .cards
                .iter()
                .filter(|card| !self.used.contains(&card.story))
                .count();
            if free >= container.limit || so_far.ended {
                break;
            }
            let after = so_far
                .cards
                .last()
                .map_or(Cursor::START, |card| Cursor(card.published, card.story));
            // A few more than are missing, since the newest of a section often lead the front already.
            let wanted = container.limit - free + self.used.len().min(8);
            let more = public::list(conn, self.now, list, self.which.site, after, wanted).await?;
            so_far.ended = more.len() < wanted;
            so_far.cards.extend(more);
        }
        self.read.insert(list, so_far);
        Ok(())
    }

    /// Where the front's own list goes on: after the newest stories that are all shown.
    async fn rest(&mut self, conn: &mut Conn) -> Result<Option<Cursor>, StoreError> {
        let list = self.which.list();
        let Some(so_far) = self.read.get(&list) else {
            let first = public::newest(conn, self.now, list, self.which.site, 1).await?;
            return Ok((!first.is_empty()).then_some(Cursor::START));
        };
        let shown = so_far
            .cards
            .iter()
            .take_while(|card| self.used.contains(&card.story))
            .count();
        if shown == so_far.cards.len() && so_far.ended {
            return Ok(None);
        }
        let last = shown.checked_sub(1).and_then(|at| so_far.cards.get(at));
        Ok(Some(
            last.map_or(Cursor::START, |card| Cursor(card.published, card.story)),
        ))
    }
}

/// What editors pinned on a front: the launched layout, or the one that stands in for it.
///
/// # Errors
/// [`FrontError`].
pub async fn show(app: &App, name: &str) -> Result<FrontLayout, FrontError> {
    Ok(show_numbered(app, name).await?.0)
}

/// The same with its number; 0 while nobody has launched one.
///
/// # Errors
/// [`FrontError`].
pub async fn show_numbered(app: &App, name: &str) -> Result<(FrontLayout, i64), FrontError> {
    let sites = app.sites();
    let which = Which::named(&sites, name)?;
    let mut conn = app.db.reader().await?;
    let launched = match rows::by_name(&mut conn, name).await? {
        Some(record) => rows::newest(&mut conn, record.id).await?,
        None => None,
    };
    Ok(launched.unwrap_or_else(|| (which.default_layout(&sites), 0)))
}

/// Launches a layout and returns its number. Pinned stories that readers can't see (yet) are left out by the front
/// itself, so that a layout can be prepared ahead of an embargo.
///
/// # Errors
/// [`FrontError`].
pub async fn set(app: &App, name: &str, layout: FrontLayout, by: &str) -> Result<i64, FrontError> {
    launch(app, name, layout, None, by).await
}

/// Launches a layout that was made from the one of number `base`.
///
/// # Errors
/// [`FrontError::Changed`] when another was launched meanwhile.
pub async fn set_from(app: &App, name: &str, layout: FrontLayout, base: i64, by: &str) -> Result<i64, FrontError> {
    launch(app, name, layout, Some(base), by).await
}

async fn launch(app: &App, name: &str, layout: FrontLayout, base: Option<i64>, by: &str) -> Result<i64, FrontError> {
    let sites = app.sites();
    let which = Which::named(&sites, name)?;
    check(&sites, which, &layout)?;
    let (ids, now, name, by) = (Arc::clone(&app.ids), app.now(), name.to_owned(), by.to_owned());
    app.db
        .write("fronts.set", move |tx| {
            let (ids, name, layout, by) = (Arc::clone(&ids), name.clone(), layout.clone(), by.clone());
            Box::pin(async move {
                let fresh = FrontRecord {
                    id: FrontId::new(ids.as_ref()),
                    site: which.site,
                    section: which.section,
                    name,
                };
                rows::insert(tx, &fresh).await?;
                let id = rows::by_name(tx, &fresh.name).await?.map_or(fresh.id, |known| known.id);
                if let Some(base) = base {
                    let newest = rows::newest(tx, id).await?.map_or(0, |(_, number)| number);
                    if newest != base {
                        return Err(FrontError::Changed);
                    }
                }
                let number = rows::launch(tx, id, &layout, &by, now).await?;
                let event = Event::FrontLaunched {
                    front: id,
                    site: which.site,
                };
                log::append(tx, EventId::new(ids.as_ref()), event.kind(), &event.data(), now).await?;
                Ok(number)
            })
        })
        .await
}

/// Refuses what would silently show nothing.
fn check(sites: &Sites, which: Which, layout: &FrontLayout) -> Result<(), FrontError> {
    if layout.containers.is_empty() {
        return Err(FrontError::Layout("a front needs at least one container".to_owned()));
    }
    if layout.containers.len() > MOST_CONTAINERS {
        return Err(FrontError::Layout(format!(
            "a front has at most {MOST_CONTAINERS} containers"
        )));
    }
    for (number, container) in layout.containers.iter().enumerate() {
        let which_one = format!("container {} ('{}')", number + 1, container.title);
        if container.limit == 0 || container.limit > MOST_CARDS {
            return Err(FrontError::Layout(format!(
                "{which_one}: its limit must be 1 to {MOST_CARDS}"
            )));
        }
        if let Fill::Section(path) = &container.fill
            && sites.section_at(which.site, path).is_none()
        {
            return Err(FrontError::Layout(format!(
                "{which_one}: the site has no section '{path}'"
            )));
        }
    }
    Ok(())
}
