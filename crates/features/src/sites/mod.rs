//! Sites and sections: the table that everything else looks them up in, and the use cases that change it.

use crate::app::App;
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, IdSource, SectionId, SiteId};
use masthead_domain::sites::{Section, Site, SlugError, check_section_slug, check_slug};
use masthead_store::pages::{self, PageRecord};
use masthead_store::sites::{SectionRecord, section_line};
use masthead_store::{Conn, StoreError, Tx, log, sites as rows};
use std::collections::HashMap;
use std::sync::Arc;

/// Every site and section, as last read from the store.
#[derive(Debug, Default)]
pub struct Sites {
    sites: Vec<Arc<SiteEntry>>,
    sections: Vec<SectionRecord>,
    by_id: HashMap<SiteId, usize>,
    section_by_id: HashMap<SectionId, usize>,
}

/// A site with what is derived from it once.
#[derive(Debug)]
pub struct SiteEntry {
    /// The site.
    pub site: Site,
    /// Its time zone; UTC where the name is unknown (`masthead check` says so).
    pub zone: jiff::tz::TimeZone,
}

impl SiteEntry {
    /// Name of its time zone, for readers of formats.
    pub fn zone_name(&self) -> String {
        self.site.zone.clone()
    }
}

impl std::ops::Deref for SiteEntry {
    type Target = Site;
    fn deref(&self) -> &Site {
        &self.site
    }
}

impl Sites {
    /// Reads the table.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn load(conn: &mut Conn) -> Result<Self, StoreError> {
        let sites = rows::all(conn).await?;
        let sections = rows::sections(conn).await?;
        Ok(Self::of(sites, sections))
    }

    /// The table of these sites, the first first, and sections in menu order.
    pub fn of(sites: Vec<Site>, sections: Vec<SectionRecord>) -> Self {
        let sites: Vec<_> = sites
            .into_iter()
            .map(|site| {
                let zone = jiff::tz::TimeZone::get(&site.zone).unwrap_or(jiff::tz::TimeZone::UTC);
                Arc::new(SiteEntry { site, zone })
            })
            .collect();
        let by_id = sites.iter().enumerate().map(|(at, entry)| (entry.id, at)).collect();
        let section_by_id = sections
            .iter()
            .enumerate()
            .map(|(at, record)| (record.section.id, at))
            .collect();
        Self {
            sites,
            sections,
            by_id,
            section_by_id,
        }
    }

    /// All sites, the first first.
    pub fn all(&self) -> &[Arc<SiteEntry>] {
        &self.sites
    }

    /// The network's first site.
    pub fn first(&self) -> Option<&Arc<SiteEntry>> {
        self.sites.first()
    }

    /// The site with this id.
    pub fn site(&self, id: SiteId) -> Option<&Arc<SiteEntry>> {
        self.by_id.get(&id).and_then(|at| self.sites.get(*at))
    }

    /// The site with this slug.
    pub fn by_slug(&self, slug: &str) -> Option<&Arc<SiteEntry>> {
        self.sites.iter().find(|entry| entry.slug == slug)
    }

    /// All sections of all sites in menu order.
    pub fn sections(&self) -> &[SectionRecord] {
        &self.sections
    }

    /// The sections of a site in menu order, sub-sections too.
    pub fn sections_of(&self, site: SiteId) -> impl Iterator<Item = &SectionRecord> {
        self.sections.iter().filter(move |record| record.section.site == site)
    }

    /// The section with this id.
    pub fn section(&self, id: SectionId) -> Option<&SectionRecord> {
        self.section_by_id.get(&id).and_then(|at| self.sections.get(*at))
    }

    /// The section at a path of a site (`world` or `world/europe`).
    pub fn section_at(&self, site: SiteId, path: &str) -> Option<&SectionRecord> {
        rows::section_by_path(&self.sections, site, path)
    }

    /// A section and those it belongs to, from the section up.
    pub fn line(&self, section: SectionId) -> Vec<SectionId> {
        section_line(&self.sections, section)
    }

    /// The section of `site/section` or `site/section/sub`.
    pub fn placement(&self, text: &str) -> Option<masthead_domain::stories::Placement> {
        let (site, path) = text.split_once('/')?;
        let site = self.by_slug(site)?.id;
        let section = self.section_at(site, path)?.section.id;
        Some(masthead_domain::stories::Placement { site, section })
    }
}

/// The slug of a name; empty when it has neither letter nor digit.
pub fn slug_of(name: &str) -> String {
    if name.chars().any(char::is_alphanumeric) {
        masthead_formats::slug::from_headline(name)
    } else {
        String::new()
    }
}

/// Why a site or section can't be made.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// Its slug.
    #[error(transparent)]
    Slug(#[from] SlugError),
    /// Its time zone.
    #[error("'{0}' is no IANA time zone; use a name such as Europe/Paris")]
    Zone(String),
    /// The section above it.
    #[error("sections are at most two deep, and '{0}' is no section of the site")]
    Parent(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Makes a site, or changes the one with the same slug; all its pages are pressed again.
///
/// # Errors
/// [`SiteError`].
pub async fn put(app: &App, site: Site, position: i64) -> Result<(), SiteError> {
    check_slug(&site.slug)?;
    if jiff::tz::TimeZone::get(&site.zone).is_err() {
        return Err(SiteError::Zone(site.zone));
    }
    let (ids, now) = (Arc::clone(&app.ids), app.now());
    app.db
        .write("sites.put", move |tx| {
            let (site, ids) = (site.clone(), Arc::clone(&ids));
            Box::pin(async move {
                rows::put(tx, &site, position).await?;
                changed(tx, ids.as_ref(), site.id, now).await
            })
        })
        .await
        .map_err(|error: StoreError| SiteError::Store(error))?;
    app.reload_sites().await?;
    Ok(())
}

/// Writes a page of the publisher's own as a new revision; nothing where it says the same. Menus and the page are made
/// anew.
///
/// # Errors
/// When the store can't answer.
pub async fn put_page(app: &App, page: PageRecord, by: &str) -> Result<(), StoreError> {
    let (ids, now, by) = (Arc::clone(&app.ids), app.now(), by.to_owned());
    app.db
        .write("sites.put_page", move |tx| {
            let (page, ids, by) = (page.clone(), Arc::clone(&ids), by.clone());
            Box::pin(async move {
                if pages::put(tx, &page, &by).await? {
                    changed(tx, ids.as_ref(), page.site, now).await?;
                }
                Ok(())
            })
        })
        .await
}

/// Makes a section, or renames the one at the same path.
///
/// # Errors
/// [`SiteError`].
pub async fn put_section(
    app: &App,
    site: SiteId,
    parent: Option<&str>,
    slug: &str,
    name: &str,
    position: i64,
) -> Result<SectionId, SiteError> {
    check_section_slug(slug)?;
    let table = app.sites();
    let parent = match parent {
        None => None,
        Some(path) => match table.section_at(site, path) {
            Some(record) if record.section.parent.is_none() => Some(record.clone()),
            _ => return Err(SiteError::Parent(path.to_owned())),
        },
    };
    let path = parent
        .as_ref()
        .map_or_else(|| slug.to_owned(), |above| format!("{}/{slug}", above.path));
    let id = table
        .section_at(site, &path)
        .map_or_else(|| SectionId::new(app.ids.as_ref()), |known| known.section.id);
    let section = Section {
        id,
        site,
        slug: slug.to_owned(),
        name: name.to_owned(),
        parent: parent.map(|above| above.section.id),
        position,
    };
    let record = SectionRecord { section, path };
    let (ids, now) = (Arc::clone(&app.ids), app.now());
    app.db
        .write("sites.put_section", move |tx| {
            let (record, ids) = (record.clone(), Arc::clone(&ids));
            Box::pin(async move {
                rows::put_section(tx, &record).await?;
                changed(tx, ids.as_ref(), site, now).await
            })
        })
        .await
        .map_err(|error: StoreError| SiteError::Store(error))?;
    app.reload_sites().await?;
    Ok(id)
}

/// Appends the fact that a site's table changed.
async fn changed(
    tx: &mut Tx,
    ids: &dyn IdSource,
    site: SiteId,
    now: masthead_domain::time::Timestamp,
) -> Result<(), StoreError> {
    let event = Event::SiteChanged { site };
    log::append(tx, EventId::new(ids), event.kind(), &event.data(), now).await
}
