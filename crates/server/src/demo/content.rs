//! The demo's files as they stand in the repository's `demo` folder, read strictly: an unknown key, a reference to
//! nothing or a missing file is an error. `demo/README.md` is the description of the format.

use super::story::Story;
use anyhow::{Context as _, bail, ensure};
use bytes::Bytes;
use masthead_domain::places::Located;
use masthead_domain::sites::{check_section_slug, check_slug};
use masthead_features::places::Region;
use rust_embed::RustEmbed;
use serde::Deserialize;
use std::collections::HashSet;

/// A debug build reads the files from the repository at run time; a release build carries them inside. The drawings
/// from which the pictures were made stay out.
#[derive(RustEmbed)]
#[folder = "../../demo"]
#[include = "*.toml"]
#[include = "stories/*.md"]
#[include = "pictures/*.webp"]
#[include = "listings/*"]
#[include = "videos/*"]
struct Files;

/// The files of listings, with their names.
pub(super) fn listing_files() -> impl Iterator<Item = (String, Vec<u8>)> {
    let names = Files::iter().filter_map(|path| path.strip_prefix("listings/").map(str::to_owned));
    names.filter_map(|name| {
        let file = Files::get(&format!("listings/{name}"))?;
        Some((name, file.data.into_owned()))
    })
}

/// Everything that the demo is made of.
pub(super) struct Content {
    pub(super) network: Network,
    pub(super) sites: Vec<Site>,
    pub(super) regions: Vec<Region>,
    pub(super) topics: Vec<Topic>,
    pub(super) authors: Vec<Author>,
    pub(super) pages: Vec<Page>,
    pub(super) pictures: Vec<Picture>,
    pub(super) galleries: Vec<Gallery>,
    pub(super) fronts: Vec<Front>,
    pub(super) stories: Vec<Story>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NetworkFile {
    network: Network,
    sites: Vec<Site>,
    regions: Vec<Region>,
    topics: Vec<Topic>,
    authors: Vec<Author>,
    pages: Vec<Page>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PicturesFile {
    pictures: Vec<Picture>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GalleriesFile {
    galleries: Vec<Gallery>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontsFile {
    fronts: Vec<Front>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Network {
    pub(super) name: String,
    /// The settings have no place for it yet.
    description: String,
    /// The credit of stories that are agency copy.
    pub(super) agency: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Site {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) tagline: String,
    pub(super) hosts: Vec<String>,
    pub(super) language: String,
    pub(super) zone: String,
    /// Sites have no colour of their own yet.
    colour: String,
    pub(super) sections: Vec<Section>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    pub(super) slug: String,
    pub(super) name: String,
    /// Sections have no description yet.
    description: String,
    #[serde(default)]
    pub(super) subsections: Vec<Subsection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Subsection {
    pub(super) slug: String,
    pub(super) name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) also: Vec<String>,
    #[serde(default)]
    pub(super) description: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Author {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) role: String,
    /// Authors belong to the network; the home site is only checked.
    site: String,
    pub(super) bio: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    pub(super) slug: String,
    pub(super) sites: Vec<String>,
    pub(super) title: String,
    pub(super) in_menu: bool,
    pub(super) body: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Picture {
    pub(super) id: String,
    pub(super) file: String,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) alt: String,
    pub(super) caption: String,
    pub(super) credit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Gallery {
    pub(super) id: String,
    pub(super) site: String,
    pub(super) sites: Vec<String>,
    pub(super) section: String,
    pub(super) title: String,
    pub(super) standfirst: String,
    pub(super) author: Option<String>,
    pub(super) age_minutes: u32,
    pub(super) topics: Vec<String>,
    pub(super) lead: String,
    pub(super) pictures: Vec<GalleryPicture>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GalleryPicture {
    pub(super) id: String,
    pub(super) caption: String,
    pub(super) credit: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Front {
    pub(super) site: String,
    pub(super) containers: Vec<FrontContainer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FrontContainer {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) stories: Vec<String>,
    pub(super) section: Option<String>,
}

impl Content {
    /// Reads everything and checks that it hangs together.
    pub(super) fn read() -> anyhow::Result<Self> {
        let NetworkFile {
            network,
            sites,
            regions,
            topics,
            authors,
            pages,
        } = table("network.toml")?;
        let PicturesFile { pictures } = table("pictures.toml")?;
        let GalleriesFile { galleries } = table("galleries.toml")?;
        let FrontsFile { fronts } = table("fronts.toml")?;
        let mut stories = Vec::new();
        // In the order of their names, so that two loads are the same.
        let mut names: Vec<_> = Files::iter().filter(|path| path.starts_with("stories/")).collect();
        names.sort();
        for path in names {
            let story = Story::read(&text(&path)?).with_context(|| format!("demo/{path}"))?;
            ensure!(
                path == format!("stories/{}.md", story.id),
                "demo/{path} calls itself '{}'",
                story.id
            );
            stories.push(story);
        }
        let content = Self {
            network,
            sites,
            regions,
            topics,
            authors,
            pages,
            pictures,
            galleries,
            fronts,
            stories,
        };
        content.check()?;
        Ok(content)
    }

    /// The region of this name as a story is about it; none for what is only a spot in one.
    pub(super) fn located(&self, name: &str) -> Option<Located> {
        let region = self.regions.iter().find(|region| region.name == name)?;
        Some(Located {
            place: region.id()?,
            name: region.name.clone(),
        })
    }

    pub(super) fn picture(&self, id: &str) -> anyhow::Result<&Picture> {
        self.pictures
            .iter()
            .find(|picture| picture.id == id)
            .with_context(|| format!("there is no picture '{id}'"))
    }

    pub(super) fn gallery(&self, id: &str) -> anyhow::Result<&Gallery> {
        self.galleries
            .iter()
            .find(|gallery| gallery.id == id)
            .with_context(|| format!("there is no gallery '{id}'"))
    }

    pub(super) fn story(&self, id: &str) -> anyhow::Result<&Story> {
        self.stories
            .iter()
            .find(|story| story.id == id)
            .with_context(|| format!("there is no story '{id}'"))
    }

    pub(super) fn topic(&self, slug: &str) -> anyhow::Result<&Topic> {
        self.topics
            .iter()
            .find(|topic| topic.slug == slug)
            .with_context(|| format!("there is no topic '{slug}'"))
    }

    pub(super) fn page(&self, slug: &str) -> anyhow::Result<&Page> {
        self.pages
            .iter()
            .find(|page| page.slug == slug)
            .with_context(|| format!("there is no page '{slug}'"))
    }

    pub(super) fn author(&self, slug: &str) -> anyhow::Result<&Author> {
        self.authors
            .iter()
            .find(|author| author.slug == slug)
            .with_context(|| format!("there is no author '{slug}'"))
    }

    pub(super) fn site(&self, slug: &str) -> anyhow::Result<&Site> {
        self.sites
            .iter()
            .find(|site| site.slug == slug)
            .with_context(|| format!("there is no site '{slug}'"))
    }

    /// What the types can't say. References from stories are resolved, and thereby checked, when stories are made.
    fn check(&self) -> anyhow::Result<()> {
        ensure!(!self.network.description.is_empty(), "the network has no description");
        ensure!(!self.sites.is_empty(), "the network has no site");
        unique("site", self.sites.iter().map(|site| site.slug.as_str()))?;
        unique("topic", self.topics.iter().map(|topic| topic.slug.as_str()))?;
        unique("author", self.authors.iter().map(|author| author.slug.as_str()))?;
        unique("page", self.pages.iter().map(|page| page.slug.as_str()))?;
        unique("picture", self.pictures.iter().map(|picture| picture.id.as_str()))?;
        // Galleries are stories too, and both take their addresses from their ids.
        let ids = self.stories.iter().map(|story| story.id.as_str());
        unique(
            "story",
            ids.chain(self.galleries.iter().map(|gallery| gallery.id.as_str())),
        )?;
        for site in &self.sites {
            site.check().with_context(|| format!("site '{}'", site.slug))?;
        }
        for author in &self.authors {
            self.site(&author.site)
                .with_context(|| format!("author '{}'", author.slug))?;
        }
        for page in &self.pages {
            check_slug(&page.slug)?;
            for site in &page.sites {
                self.site(site).with_context(|| format!("page '{}'", page.slug))?;
            }
        }
        for picture in &self.pictures {
            ensure!(
                picture.width > 0 && picture.height > 0,
                "picture '{}' has no size",
                picture.id
            );
            ensure!(
                !picture.alt.is_empty(),
                "picture '{}' has no text for those who don't see it",
                picture.id
            );
        }
        for gallery in &self.galleries {
            ensure!(
                gallery.sites.first() == Some(&gallery.site),
                "gallery '{}' doesn't name its canonical site first",
                gallery.id
            );
        }
        Ok(())
    }
}

impl Site {
    /// The path of the section or sub-section with this slug: `national` or `national/courts`.
    pub(super) fn section_path(&self, slug: &str) -> anyhow::Result<String> {
        for section in &self.sections {
            if section.slug == slug {
                return Ok(section.slug.clone());
            }
            if section.subsections.iter().any(|sub| sub.slug == slug) {
                return Ok(format!("{}/{slug}", section.slug));
            }
        }
        bail!("the site '{}' has no section '{slug}'", self.slug)
    }

    fn check(&self) -> anyhow::Result<()> {
        check_slug(&self.slug)?;
        let digits = self.colour.strip_prefix('#').unwrap_or_default();
        ensure!(
            digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
            "'{}' is no colour; write #rrggbb",
            self.colour
        );
        let mut slugs = Vec::new();
        for section in &self.sections {
            check_section_slug(&section.slug)?;
            ensure!(
                !section.description.is_empty(),
                "the section '{}' has no description",
                section.slug
            );
            slugs.push(section.slug.as_str());
            for sub in &section.subsections {
                check_section_slug(&sub.slug)?;
                slugs.push(sub.slug.as_str());
            }
        }
        unique("section", slugs)
    }
}

impl Picture {
    /// Its file.
    pub(super) fn bytes(&self) -> anyhow::Result<Bytes> {
        file(&format!("pictures/{}", self.file))
    }
}

/// A film and its captions.
pub(super) fn film(id: &str) -> anyhow::Result<(Bytes, Bytes)> {
    Ok((file(&format!("videos/{id}.mp4"))?, file(&format!("videos/{id}.vtt"))?))
}

fn unique<'a>(what: &str, names: impl IntoIterator<Item = &'a str>) -> anyhow::Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        ensure!(seen.insert(name), "there are two of the {what} '{name}'");
    }
    Ok(())
}

fn table<T: serde::de::DeserializeOwned>(path: &str) -> anyhow::Result<T> {
    toml::from_str(&text(path)?).with_context(|| format!("demo/{path}"))
}

fn text(path: &str) -> anyhow::Result<String> {
    String::from_utf8(file(path)?.into()).with_context(|| format!("demo/{path} is not UTF-8"))
}

fn file(path: &str) -> anyhow::Result<Bytes> {
    let file = Files::get(path).with_context(|| format!("demo/{path} is missing"))?;
    Ok(match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    })
}
