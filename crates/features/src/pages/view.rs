//! What is the same on every page of a site, made once: its voice, menus, section names and accents.
//!
//! A view is made again when the table of sites or the theme was replaced. Menus and names are therefore never read in
//! a page's own snapshot; [`super::Pages::followed`] says how that is kept from making a stale page look fresh.

use super::{OwnPage, json_ld};
use crate::sites::{SiteEntry, Sites};
use masthead_domain::ids::{SectionId, SiteId};
use masthead_domain::time::Timestamp;
use masthead_web::templates::{TemplateError, Theme, Voice};
use minijinja::Value;
use minijinja::value::Serde;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::Arc;

/// How many accents the theme's style sheet has (`a1` to `a8`).
const ACCENTS: usize = 8;

/// A site as its pages show it.
pub(crate) struct SiteView {
    /// The site.
    pub(crate) entry: Arc<SiteEntry>,
    /// The table of sites that this was made from.
    pub(crate) sites: Arc<Sites>,
    /// The theme that this was made with.
    pub(crate) theme: Arc<Theme>,
    /// The theme in the site's language and zone.
    pub(crate) voice: Arc<Voice>,
    /// `site` of every template.
    pub(crate) value: Value,
    /// The site as schema.org knows it.
    pub(crate) publisher: serde_json::Value,
    sections: HashMap<SectionId, SectionView>,
    other_section: Value,
}

/// A section as cards and crumbs name it.
pub(crate) struct SectionView {
    /// The name as printed.
    pub(crate) name: String,
    /// Its path on the site, with the slash.
    pub(crate) href: String,
    /// The path of the top section that it belongs to: what menus highlight.
    pub(crate) top: String,
    /// The class of its accent colour.
    pub(crate) accent: &'static str,
    /// `section` of a card.
    pub(crate) value: Value,
    /// The sections below it.
    pub(crate) subs: Vec<Link>,
    /// The section above it.
    pub(crate) parent: Option<SectionId>,
}

/// A name that leads somewhere.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Link {
    /// The name as printed.
    pub(crate) name: String,
    /// Where it leads.
    pub(crate) href: String,
}

#[derive(Serialize)]
struct NavItem<'a> {
    name: &'a str,
    href: &'a str,
    accent: &'a str,
    subs: &'a [Link],
}

#[derive(Serialize)]
struct PageItem<'a> {
    title: &'a str,
    href: String,
}

#[derive(Serialize)]
struct SiteValue<'a> {
    name: &'a str,
    tagline: &'a str,
    origin: &'a str,
    slug: &'a str,
    nav: Vec<NavItem<'a>>,
    pages: Vec<PageItem<'a>>,
    network: Vec<Link>,
    /// Whether there is a page of the weather.
    weather: bool,
    menu: Value,
    foot: Value,
}

/// What the parts are given that are the same on every page.
#[derive(Serialize)]
struct Part<'a> {
    site: &'a SiteValue<'a>,
}

#[derive(Serialize)]
struct SectionValue<'a> {
    name: &'a str,
    href: &'a str,
    accent: &'a str,
}

impl SiteView {
    /// The language of the site's pages (BCP 47).
    pub(crate) fn language(&self) -> &str {
        &self.entry.site.language
    }

    /// Prepares a site's pages; `own` are the publisher's pages in menu order, and `weather` says whether it is shown.
    pub(crate) fn new(
        entry: &Arc<SiteEntry>,
        sites: Arc<Sites>,
        theme: Arc<Theme>,
        own: &[OwnPage],
        weather: bool,
    ) -> Result<Self, TemplateError> {
        // A zone that doesn't exist is reported by `masthead check`; its site's pages are written in UTC.
        let voice = match theme.voice(&entry.language, &entry.site.zone) {
            Ok(voice) => voice,
            Err(_) => theme.voice(&entry.language, "UTC")?,
        };
        let sections = sections_of(&sites, entry.id);
        let mut order: Vec<&SectionView> = Vec::new();
        for record in sites.sections_of(entry.id) {
            if record.section.parent.is_none() {
                order.extend(sections.get(&record.section.id));
            }
        }
        let mut value = SiteValue {
            name: &entry.name,
            tagline: &entry.tagline,
            origin: &entry.origin,
            slug: &entry.slug,
            nav: order
                .iter()
                .map(|section| NavItem {
                    name: &section.name,
                    href: &section.href,
                    accent: section.accent,
                    subs: &section.subs,
                })
                .collect(),
            pages: own
                .iter()
                .map(|page| PageItem {
                    title: &page.title,
                    href: format!("/{}", page.slug),
                })
                .collect(),
            network: sites
                .all()
                .iter()
                .filter(|other| other.id != entry.id)
                .map(|other| Link {
                    name: other.name.clone(),
                    href: format!("{}/", other.origin),
                })
                .collect(),
            weather,
            menu: Value::UNDEFINED,
            foot: Value::UNDEFINED,
        };
        let menu = voice.render("parts/menu.html", &Part { site: &value })?;
        let foot = voice.render("parts/foot.html", &Part { site: &value })?;
        value.menu = Value::from_safe_string(menu);
        value.foot = Value::from_safe_string(foot);
        let value = Value::from(Serde(&value));
        let other = SectionValue {
            name: &entry.name,
            href: "/",
            accent: "",
        };
        Ok(Self {
            other_section: Value::from(Serde(&other)),
            publisher: json_ld::publisher(entry, &theme),
            entry: Arc::clone(entry),
            sites,
            theme,
            voice,
            value,
            sections,
        })
    }

    /// A section of the site.
    pub(crate) fn section(&self, id: SectionId) -> Option<&SectionView> {
        self.sections.get(&id)
    }

    /// `section` of a card; the site itself for a section that is no longer there.
    pub(crate) fn section_value(&self, id: SectionId) -> Value {
        self.sections
            .get(&id)
            .map_or_else(|| self.other_section.clone(), |section| section.value.clone())
    }

    /// A path of the site as an absolute address.
    pub(crate) fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.entry.origin)
    }

    /// A moment in RFC 3339 with the offset of the site's zone, to the second.
    pub(crate) fn machine(&self, at: Timestamp) -> String {
        let zoned = at.to_jiff().to_zoned_datetime(self.entry.zone.clone());
        zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
    }
}

/// Every section of the site with its accent: top sections take the theme's in menu order, and lend them to those
/// below.
fn sections_of(sites: &Sites, site: SiteId) -> HashMap<SectionId, SectionView> {
    let records: Vec<_> = sites.sections_of(site).collect();
    let mut made = HashMap::with_capacity(records.len());
    let tops = records.iter().filter(|record| record.section.parent.is_none());
    for (number, top) in tops.enumerate() {
        let accent = accent(number);
        let below: Vec<_> = records
            .iter()
            .filter(|record| record.section.parent == Some(top.section.id))
            .collect();
        let top_href = href(&top.path);
        for record in std::iter::once(&top).chain(below.iter()) {
            let href = href(&record.path);
            let subs = below.iter().filter(|_| record.section.id == top.section.id);
            let value = SectionValue {
                name: &record.section.name,
                href: &href,
                accent,
            };
            let value = Value::from(Serde(&value));
            made.insert(
                record.section.id,
                SectionView {
                    name: record.section.name.clone(),
                    top: top_href.clone(),
                    accent,
                    value,
                    subs: subs
                        .map(|sub| Link {
                            name: sub.section.name.clone(),
                            href: self::href(&sub.path),
                        })
                        .collect(),
                    parent: record.section.parent,
                    href,
                },
            );
        }
    }
    made
}

/// The address of a section on its site, from its path of slugs.
pub(crate) fn href(path: &str) -> String {
    masthead_web::urls::Route::Section(path.into()).to_string()
}

fn accent(number: usize) -> &'static str {
    const NAMES: [&str; ACCENTS] = ["a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8"];
    NAMES.get(number % ACCENTS).copied().unwrap_or("a1")
}
