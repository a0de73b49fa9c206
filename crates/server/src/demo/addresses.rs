//! Where the demo's stories will stand, known before any of them is made, so that they can link to each other.

use super::content::Content;
use super::story::Life;
use super::tokens::Start;
use anyhow::Context as _;
use masthead_domain::ids::SiteId;
use masthead_features::sites::Sites;
use masthead_web::urls::{Day, Route};
use std::collections::HashMap;

/// A story or gallery with its places, the canonical one first.
pub(super) struct Placed<'a> {
    pub(super) id: &'a str,
    /// A gallery has an address of its own kind.
    gallery: bool,
    /// Site's slug and path of the section there.
    pub(super) places: Vec<(&'a str, String)>,
    age: u32,
    public: bool,
}

/// Everything that is to be made, stories first.
pub(super) fn placed(content: &Content) -> anyhow::Result<Vec<Placed<'_>>> {
    let mut all = Vec::with_capacity(content.stories.len() + content.galleries.len());
    for story in &content.stories {
        let places = story.sites.iter().map(|place| {
            let path = content.site(&place.site)?.section_path(&place.section)?;
            Ok((place.site.as_str(), path))
        });
        let places: anyhow::Result<Vec<_>> = places.collect();
        let places = places.with_context(|| format!("story '{}'", story.id))?;
        all.push(Placed {
            id: &story.id,
            places,
            age: story.age,
            public: story.life == Life::Published,
            gallery: false,
        });
    }
    for gallery in &content.galleries {
        let canonical = content.site(&gallery.site)?.section_path(&gallery.section)?;
        let places = gallery
            .sites
            .iter()
            .map(|site| Ok((site.as_str(), nearest(content, site, &canonical)?)));
        let places: anyhow::Result<Vec<_>> = places.collect();
        let places = places.with_context(|| format!("gallery '{}'", gallery.id))?;
        all.push(Placed {
            id: &gallery.id,
            places,
            age: gallery.age_minutes,
            public: true,
            gallery: true,
        });
    }
    Ok(all)
}

/// A gallery names a section on its canonical site alone. On another site it stands in the section of the same name, or
/// of the name of the section above, or in the first.
fn nearest(content: &Content, site: &str, section: &str) -> anyhow::Result<String> {
    let site = content.site(site)?;
    let by_name = section.rsplit('/').find_map(|slug| site.section_path(slug).ok());
    let first = || site.sections.first().map(|first| first.slug.clone());
    by_name
        .or_else(first)
        .with_context(|| format!("the site '{}' has no section", site.slug))
}

/// The addresses of what readers will see.
pub(super) struct Addresses(HashMap<String, Vec<Address>>);

struct Address {
    site: SiteId,
    slug: String,
    origin: String,
    path: String,
}

impl Addresses {
    /// Works them out as publication will.
    pub(super) fn new(placed: &[Placed<'_>], sites: &Sites, start: Start) -> anyhow::Result<Self> {
        let mut all = HashMap::new();
        for story in placed.iter().filter(|story| story.public) {
            let mut addresses = Vec::with_capacity(story.places.len());
            for (slug, section) in &story.places {
                let site = sites
                    .by_slug(slug)
                    .with_context(|| format!("the site '{slug}' was not made"))?;
                let top = section.split('/').next().unwrap_or(section);
                let day = Day::of(start.before(story.age), &site.zone);
                addresses.push(Address {
                    site: site.id,
                    slug: (*slug).to_owned(),
                    origin: site.origin.clone(),
                    path: if story.gallery {
                        Route::gallery(story.id, day).to_string()
                    } else {
                        Route::story(top, story.id, day).to_string()
                    },
                });
            }
            all.insert(story.id.to_owned(), addresses);
        }
        Ok(Self(all))
    }

    /// The address of a story in a text that stands on the sites `on`, the canonical one first. `None` for a story that
    /// readers can't see.
    ///
    /// A text has one address for all sites that show it, so it is a path where the story stands on all of them (other
    /// paths of it there are redirects, see [`Self::redirects`]), else the absolute address of record.
    pub(super) fn link(&self, on: &[&str], id: &str) -> Option<String> {
        let addresses = self.0.get(id)?;
        let at = |site: &&str| addresses.iter().find(|address| address.slug == **site);
        if on.iter().all(|site| at(site).is_some())
            && let Some(address) = on.first().and_then(at)
        {
            return Some(address.path.clone());
        }
        addresses
            .first()
            .map(|address| format!("{}{}", address.origin, address.path))
    }

    /// Paths under which a story that stands on several sites has to be found on those where it has another, with its
    /// id.
    pub(super) fn redirects(&self) -> Vec<(SiteId, String, String)> {
        let mut all = Vec::new();
        for (id, addresses) in &self.0 {
            for here in addresses {
                let elsewhere = addresses.iter().filter(|address| address.path != here.path);
                all.extend(elsewhere.map(|address| (here.site, address.path.clone(), id.clone())));
            }
        }
        all.sort();
        all.dedup();
        all
    }

    /// The path of a story on a site.
    #[cfg(test)]
    pub(super) fn path(&self, site: SiteId, id: &str) -> Option<&str> {
        self.0
            .get(id)?
            .iter()
            .find(|address| address.site == site)
            .map(|address| address.path.as_str())
    }
}
