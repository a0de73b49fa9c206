//! Sites, their sections, redirects, and the log of acts that need a permission.

use crate::db::{Conn, FromRow, Json, Row, StoreError, Tx};
use crate::{from_row, params, queries};
use masthead_domain::ids::{IdSource, SectionId, SiteId, StoryId};
use masthead_domain::sites::{Section, Site};
use masthead_domain::time::Timestamp;

queries! {
    ALL_SITES = "SELECT id, slug, name, tagline, language, zone, hosts, origin, theme FROM sites ORDER BY position, slug";
    PUT_SITE = "INSERT INTO sites (id, slug, name, tagline, language, zone, hosts, origin, position, theme)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (slug) DO UPDATE SET name = excluded.name, tagline = excluded.tagline,
            language = excluded.language, zone = excluded.zone, hosts = excluded.hosts, origin = excluded.origin,
            position = excluded.position, theme = excluded.theme";
    ALL_SECTIONS = "SELECT id, site_id, slug, name, parent_id, path, position FROM sections
        ORDER BY site_id, position, path";
    PUT_SECTION = "INSERT INTO sections (id, site_id, slug, name, parent_id, path, position)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        ON CONFLICT (site_id, path) DO UPDATE SET name = excluded.name, position = excluded.position";
    PUT_REDIRECT = "INSERT INTO redirects (site_id, path, story_id, target, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (site_id, path) DO UPDATE SET story_id = excluded.story_id, target = excluded.target";
    ALL_REDIRECTS = "SELECT path, story_id, target FROM redirects WHERE site_id = $1 ORDER BY path";
    PUT_ACT = "INSERT INTO acts (id, at, actor, act, subject, detail) VALUES ($1, $2, $3, $4, $5, $6)";
    ACTS_ON = "SELECT at, actor, act, detail FROM acts WHERE subject = $1 ORDER BY at";
}

/// A section with its path from the site's root (`world` or `world/europe`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionRecord {
    /// The section.
    pub section: Section,
    /// Its path without a slash at either end.
    pub path: String,
}

impl FromRow for Site {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            slug: row.next()?,
            name: row.next()?,
            tagline: row.next()?,
            language: row.next()?,
            zone: row.next()?,
            hosts: row.next::<Json<Vec<String>>>()?.0,
            origin: row.next()?,
            theme: row.next()?,
        })
    }
}

impl FromRow for SectionRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let (id, site, slug, name) = (row.next()?, row.next()?, row.next()?, row.next()?);
        let (parent, path, position) = (row.next()?, row.next()?, row.next()?);
        Ok(Self {
            section: Section {
                id,
                site,
                slug,
                name,
                parent,
                position,
            },
            path,
        })
    }
}

/// Every site in the publisher's order.
///
/// # Errors
/// When the store can't answer.
pub async fn all(conn: &mut Conn) -> Result<Vec<Site>, StoreError> {
    conn.all(ALL_SITES, params![]).await
}

/// Writes a site; one with the same slug is changed and keeps its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put(tx: &mut Tx, site: &Site, position: i64) -> Result<(), StoreError> {
    tx.execute(
        PUT_SITE,
        params![
            site.id,
            &site.slug,
            &site.name,
            &site.tagline,
            &site.language,
            &site.zone,
            Json(&site.hosts),
            &site.origin,
            position,
            &site.theme
        ],
    )
    .await?;
    Ok(())
}

/// Every section of every site, in menu order.
///
/// # Errors
/// When the store can't answer.
pub async fn sections(conn: &mut Conn) -> Result<Vec<SectionRecord>, StoreError> {
    conn.all(ALL_SECTIONS, params![]).await
}

/// Writes a section; one with the same path on the same site is changed and keeps its id.
///
/// # Errors
/// When the store can't answer.
pub async fn put_section(tx: &mut Tx, record: &SectionRecord) -> Result<(), StoreError> {
    let section = &record.section;
    tx.execute(
        PUT_SECTION,
        params![
            section.id,
            section.site,
            &section.slug,
            &section.name,
            section.parent,
            &record.path,
            section.position
        ],
    )
    .await?;
    Ok(())
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectTarget {
    /// To wherever the story stands now.
    Story(StoryId),
    /// To a path of the same site or an absolute address.
    Address(String),
}

/// Makes `path` lead elsewhere; an earlier redirect of the same path is replaced.
///
/// # Errors
/// When the store can't answer.
pub async fn put_redirect(
    tx: &mut Tx,
    site: SiteId,
    path: &str,
    target: &RedirectTarget,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (story, address) = match target {
        RedirectTarget::Story(story) => (Some(*story), None),
        RedirectTarget::Address(address) => (None, Some(address.as_str())),
    };
    tx.execute(PUT_REDIRECT, params![site, path, story, address, now])
        .await?;
    Ok(())
}

/// A redirect of a site as stored: path, and story or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// Path with its leading slash.
    pub path: String,
    /// The story it leads to.
    pub story: Option<StoryId>,
    /// Or the address.
    pub target: Option<String>,
}

from_row!(Redirect { path, story, target });

/// Every redirect of a site, for exports and checks.
///
/// # Errors
/// When the store can't answer.
pub async fn redirects(conn: &mut Conn, site: SiteId) -> Result<Vec<Redirect>, StoreError> {
    conn.all(ALL_REDIRECTS, params![site]).await
}

/// An act that needed a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// When.
    pub at: Timestamp,
    /// Who: a staff name, `command line`, or `wire:SOURCE`.
    pub actor: String,
    /// What: `story.kill`, `story.lift_embargo`.
    pub act: String,
    /// Particulars, without personal data.
    pub detail: String,
}

from_row!(Act { at, actor, act, detail });

/// Logs an act in the transaction that carries it out.
///
/// # Errors
/// When the store can't answer.
pub async fn log_act(
    tx: &mut Tx,
    ids: &dyn IdSource,
    now: Timestamp,
    actor: &str,
    act: &str,
    subject: &str,
    detail: &str,
) -> Result<(), StoreError> {
    tx.execute(PUT_ACT, params![ids.next_uuid(), now, actor, act, subject, detail])
        .await?;
    Ok(())
}

/// The acts on a subject in order.
///
/// # Errors
/// When the store can't answer.
pub async fn acts_on(conn: &mut Conn, subject: &str) -> Result<Vec<Act>, StoreError> {
    conn.all(ACTS_ON, params![subject]).await
}

/// The id of the section with `path` on `site`, among `sections`.
pub fn section_by_path<'a>(sections: &'a [SectionRecord], site: SiteId, path: &str) -> Option<&'a SectionRecord> {
    sections
        .iter()
        .find(|record| record.section.site == site && record.path == path)
}

/// A section and those it belongs to, from the section up: the lists that its stories stand in.
pub fn section_line(sections: &[SectionRecord], section: SectionId) -> Vec<SectionId> {
    let mut line = Vec::with_capacity(2);
    let mut next = Some(section);
    while let Some(id) = next {
        if line.contains(&id) {
            break;
        }
        line.push(id);
        next = sections
            .iter()
            .find(|record| record.section.id == id)
            .and_then(|record| record.section.parent);
    }
    line
}
