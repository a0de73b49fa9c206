//! What the names in the demo's texts stand for, seen from one text.

use super::addresses::Addresses;
use super::content::Content;
use super::inline;
use super::markdown::{self, References};
use super::tokens::Start;
use anyhow::{Context as _, bail, ensure};
use jiff::tz::TimeZone;
use masthead_domain::document::{Block, Document, PictureBlock, PictureSource};
use masthead_domain::ids::PictureId;
use masthead_features::sites::Sites;
use masthead_web::urls::Route;
use std::collections::HashMap;

/// Everything that texts refer to.
#[derive(Clone, Copy)]
pub(super) struct World<'a> {
    pub(super) content: &'a Content,
    pub(super) pictures: &'a HashMap<String, PictureId>,
    pub(super) addresses: &'a Addresses,
    pub(super) sites: &'a Sites,
    pub(super) start: Start,
}

/// The names as a text sees them that stands on some sites.
pub(super) struct Names<'a> {
    world: World<'a>,
    /// The canonical site first.
    on: Vec<&'a str>,
    zone: &'a TimeZone,
}

impl<'a> World<'a> {
    /// The names as seen from the sites `on`, the canonical one first.
    pub(super) fn seen_from(self, on: Vec<&'a str>) -> anyhow::Result<Names<'a>> {
        let canonical = on
            .first()
            .and_then(|slug| self.sites.by_slug(slug))
            .context("a text stands on a site")?;
        Ok(Names {
            world: self,
            on,
            zone: &canonical.zone,
        })
    }
}

impl Names<'_> {
    /// Text with its tokens replaced.
    pub(super) fn words(&self, text: &str) -> anyhow::Result<String> {
        self.world.start.fill(text, self.zone)
    }

    /// A body.
    pub(super) fn document(&self, text: &str) -> anyhow::Result<Document> {
        markdown::document(&self.words(text)?, self)
    }
}

impl References for Names<'_> {
    fn link(&self, target: &str) -> anyhow::Result<Option<String>> {
        if target.starts_with("https://") {
            return Ok(Some(url::Url::parse(target)?.into()));
        }
        let content = self.world.content;
        match target.split_once(':') {
            Some(("story", id)) => {
                content.story(id)?;
                Ok(self.world.addresses.link(&self.on, id))
            }
            Some(("topic", slug)) => Ok(Some(
                Route::Topic(content.topic(slug)?.slug.as_str().into()).to_string(),
            )),
            Some(("page", slug)) => {
                let page = content.page(slug)?;
                ensure!(
                    self.on.iter().all(|site| page.sites.iter().any(|known| known == site)),
                    "the page '{slug}' is not on every site that the text is on"
                );
                Ok(Some(Route::Section(page.slug.as_str().into()).to_string()))
            }
            _ => bail!("a link leads to https://…, story:…, topic:… or page:…"),
        }
    }

    fn picture(&self, id: &str, caption: &str, credit: &str) -> anyhow::Result<PictureBlock> {
        let own = self.world.content.picture(id)?;
        let stored = self
            .world
            .pictures
            .get(id)
            .with_context(|| format!("the picture '{id}' was not taken in"))?;
        let caption = self.words(if caption.is_empty() { &own.caption } else { caption })?;
        Ok(PictureBlock {
            picture: PictureSource::Stored(*stored),
            caption: inline::text(&caption, &|target| self.link(target))?,
            credit: if credit.is_empty() {
                own.credit.clone()
            } else {
                credit.to_owned()
            },
            alt: own.alt.clone(),
        })
    }

    fn gallery(&self, id: &str) -> anyhow::Result<Block> {
        let gallery = self.world.content.gallery(id)?;
        let pictures = gallery
            .pictures
            .iter()
            .map(|shown| self.picture(&shown.id, &shown.caption, &shown.credit));
        Ok(Block::Gallery {
            title: gallery.title.clone(),
            pictures: pictures.collect::<anyhow::Result<_>>()?,
        })
    }
}
