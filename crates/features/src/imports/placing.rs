//! Where imported stories stand: the section that the person named, one that fits their categories, or a new one.

use super::threads::Names;
use super::{ImportError, Options, Record, target_site};
use crate::app::App;
use crate::sites;
use masthead_domain::ids::SiteId;
use masthead_domain::sites::check_section_slug;
use masthead_domain::stories::Placement;
use masthead_domain::wire::{NewsItem, Subject};
use std::collections::HashMap;
use std::sync::Arc;

/// The section for what fits nowhere.
const FALLBACK: (&str, &str) = ("news", "News");

/// Sections of the target site, and which category goes to which.
pub(crate) struct Placing {
    site: SiteId,
    names: Names,
    fixed: Option<Placement>,
    /// Category slugs to sections, as found or made in this run.
    by_category: Arc<HashMap<String, Placement>>,
    fallback: Option<Placement>,
    /// Categories that are looked at; agency items have none and are placed by rules first.
    sections_made: usize,
}

/// What a transaction needs of it.
#[derive(Clone)]
pub(crate) struct Snapshot {
    pub(crate) site: SiteId,
    /// Where identities of comments and their writers come from.
    pub(in crate::imports) names: Names,
    fixed: Option<Placement>,
    by_category: Arc<HashMap<String, Placement>>,
    fallback: Option<Placement>,
}

/// A migration brings its sections along; a runaway list of categories is not one.
const MOST_SECTIONS: usize = 40;

impl Placing {
    pub(crate) async fn open(app: &App, options: &Options) -> Result<Self, ImportError> {
        let site = target_site(app, options)?;
        let table = app.sites();
        let fixed = match &options.section {
            None => None,
            Some(path) => {
                let record = table.section_at(site, path).ok_or_else(|| {
                    let known: Vec<&str> = table.sections_of(site).map(|record| record.path.as_str()).collect();
                    ImportError::CannotStart(format!(
                        "the site has no section '{path}'; it has: {}",
                        if known.is_empty() {
                            "none".to_owned()
                        } else {
                            known.join(", ")
                        }
                    ))
                })?;
                Some(Placement {
                    site,
                    section: record.section.id,
                })
            }
        };
        let mut by_category = HashMap::new();
        for record in table.sections_of(site) {
            let placement = Placement {
                site,
                section: record.section.id,
            };
            by_category.insert(record.section.name.to_lowercase(), placement);
            by_category.insert(record.section.slug.clone(), placement);
        }
        let fallback = table
            .section_at(site, FALLBACK.0)
            .or_else(|| table.sections_of(site).next())
            .map(|record| Placement {
                site,
                section: record.section.id,
            });
        let names = Names::new(crate::accounts::network_key(app).await?);
        Ok(Self {
            site,
            names,
            fixed,
            by_category: Arc::new(by_category),
            fallback,
            sections_made: 0,
        })
    }

    /// What a transaction needs.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            site: self.site,
            names: self.names,
            fixed: self.fixed,
            by_category: Arc::clone(&self.by_category),
            fallback: self.fallback,
        }
    }

    /// Sees a record that is skipped on resuming; nothing has to be done for it.
    pub(crate) const fn notice(&self, _record: &Record) {}

    /// Makes the section that a story needs, if none fits. Returns its path when one was made.
    pub(crate) async fn prepare(
        &mut self,
        app: &App,
        record: &Record,
        options: &Options,
    ) -> Result<Option<String>, ImportError> {
        let Record::Item(arrival, _) = record else {
            return Ok(None);
        };
        if self.fixed.is_some() || options.dry_run {
            return Ok(None);
        }
        let item = &arrival.item;
        if self.snapshot().of_category(item).is_some() {
            return Ok(None);
        }
        let wanted = item
            .categories
            .iter()
            .find_map(section_of)
            .filter(|_| self.sections_made < MOST_SECTIONS);
        let (slug, name) = match wanted {
            Some(wanted) => wanted,
            None if self.fallback.is_none() => (FALLBACK.0.to_owned(), FALLBACK.1.to_owned()),
            None => return Ok(None),
        };
        let position = i64::try_from(app.sites().sections_of(self.site).count()).unwrap_or(i64::MAX);
        let section = sites::put_section(app, self.site, None, &slug, &name, position).await?;
        self.sections_made += 1;
        let placement = Placement {
            site: self.site,
            section,
        };
        let mut known = HashMap::clone(&self.by_category);
        known.insert(name.to_lowercase(), placement);
        known.insert(slug.clone(), placement);
        self.by_category = Arc::new(known);
        if self.fallback.is_none() {
            self.fallback = Some(placement);
        }
        Ok(Some(slug))
    }
}

impl Snapshot {
    /// The placement for an item that no rule placed.
    pub(crate) fn of(&self, item: &NewsItem) -> Option<Placement> {
        self.fixed.or_else(|| self.of_category(item)).or(self.fallback)
    }

    fn of_category(&self, item: &NewsItem) -> Option<Placement> {
        item.categories.iter().find_map(|category| {
            [&category.slug, &category.name]
                .into_iter()
                .flatten()
                .find_map(|key| self.by_category.get(&key.trim().to_lowercase()))
                .copied()
        })
    }
}

/// The section that a category becomes: none for WordPress' own "Uncategorized" and for what makes no slug.
fn section_of(category: &Subject) -> Option<(String, String)> {
    let name = category.name.as_deref().or(category.slug.as_deref())?.trim();
    let wanted = category.slug.as_deref().unwrap_or(name);
    let slug = crate::sites::slug_of(wanted);
    if matches!(
        slug.as_str(),
        "" | "uncategorized" | "uncategorised" | "non-classe" | "allgemein" | "sin-categoria"
    ) {
        return None;
    }
    let slug = if check_section_slug(&slug).is_ok() {
        slug
    } else {
        format!("{slug}-news")
    };
    check_section_slug(&slug).is_ok().then(|| (slug, name.to_owned()))
}
