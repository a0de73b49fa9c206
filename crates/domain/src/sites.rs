//! Sites and their sections.

use crate::ids::{SectionId, SiteId};
use serde::{Deserialize, Serialize};

/// One masthead of the network with its host names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Site {
    /// Identity.
    pub id: SiteId,
    /// Short name in commands, settings and surrogate keys.
    pub slug: String,
    /// The name as printed.
    pub name: String,
    /// A line under the name; may be empty.
    pub tagline: String,
    /// BCP 47 tag; decides the interface's language and the text's direction.
    pub language: String,
    /// IANA time zone; decides dates in addresses and on pages.
    pub zone: String,
    /// Host names that answer for it, lower case, the canonical one first.
    pub hosts: Vec<String>,
    /// `https://host` without a slash at the end: what absolute addresses begin with.
    pub origin: String,
    /// Name of the theme that its pages are made with; empty for the program's own. A name that no theme has is that too.
    #[serde(default)]
    pub theme: String,
}

/// A section of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Identity.
    pub id: SectionId,
    /// Its site.
    pub site: SiteId,
    /// Last part of its address.
    pub slug: String,
    /// The name as printed.
    pub name: String,
    /// The section it belongs to; sections are at most two deep.
    pub parent: Option<SectionId>,
    /// Order in menus.
    pub position: i64,
}

/// First parts of addresses that are routes; a section's slug may equal none of them (interfaces, "Public addresses").
pub const RESERVED_SLUGS: &[&str] = &[
    "about",
    "account",
    "admin",
    "alerts",
    "api",
    "archive",
    "assets",
    "authors",
    "comments",
    "contact",
    "contribute",
    "corrections",
    "desk",
    "favicon.ico",
    "feed.atom",
    "feed.json",
    "feed.xml",
    "fragments",
    "galleries",
    "healthz",
    "imprint",
    "ingest",
    "listings",
    "live",
    "manifest.webmanifest",
    "media",
    "metrics",
    "mistakes",
    "multimedia",
    "news-in-pictures",
    "news-sitemap.xml",
    "oembed",
    "partners",
    "places",
    "policies",
    "profiles",
    "push",
    "readyz",
    "robots.txt",
    "search",
    "sign-in",
    "sign-out",
    "sign-up",
    "sitemap.xml",
    "static",
    "topics",
    "weather",
    "your-stories",
    ".well-known",
];

/// A slug that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Not of the form.
    #[error("'{0}' is no slug: use 1 to 80 of a-z, 0-9 and single hyphens between them")]
    Form(String),
    /// It is the name of a route.
    #[error("'{0}' is an address that Masthead uses itself; choose another slug")]
    Reserved(String),
}

/// Checks a slug: 1 to 80 of `a-z 0-9 -`, no hyphen at the ends or twice in a row.
///
/// # Errors
/// [`SlugError::Form`].
pub fn check_slug(slug: &str) -> Result<(), SlugError> {
    let form = !slug.is_empty()
        && slug.len() <= 80
        && slug
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--");
    if form {
        Ok(())
    } else {
        Err(SlugError::Form(slug.to_owned()))
    }
}

/// Checks the slug of a section: a slug that is no route.
///
/// # Errors
/// [`SlugError`].
pub fn check_section_slug(slug: &str) -> Result<(), SlugError> {
    check_slug(slug)?;
    if RESERVED_SLUGS.contains(&slug) {
        Err(SlugError::Reserved(slug.to_owned()))
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs() {
        assert!(check_section_slug("north-sea").is_ok());
        for bad in ["", "-a", "a-", "a--b", "A", "a_b", "ä"] {
            assert!(matches!(check_section_slug(bad), Err(SlugError::Form(_))), "{bad}");
        }
        assert!(matches!(check_section_slug("topics"), Err(SlugError::Reserved(_))));
    }
}
