//! `masthead site`: sites and their sections.

use super::{Common, output};
use crate::network;
use crate::serve::load_themes;
use anyhow::Context as _;
use clap::{Args, Subcommand};
use masthead_domain::ids::SiteId;
use masthead_features::sites;
use serde::Serialize;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Site {
    /// Make a site, or change the one with the same short name.
    Add(Add),
    /// List sites with their sections.
    List,
    /// Make a section of a site, or rename it.
    Section(Section),
    /// Choose the theme of a site.
    #[command(after_help = "Example:\n  masthead site theme gazette compact")]
    Theme {
        /// Short name of the site.
        site: String,
        /// The theme: one of the program's (compact), or a folder below `themes` of the data folder; left out, the
        /// program's own.
        #[arg(default_value = "")]
        theme: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Short name, in commands and settings.
    slug: String,
    /// The name as printed.
    #[arg(long)]
    name: String,
    /// Host names; the first is canonical.
    #[arg(long, required = true, value_delimiter = ',')]
    host: Vec<String>,
    /// A line under the name.
    #[arg(long, default_value = "")]
    tagline: String,
    /// Language (BCP 47).
    #[arg(long, default_value = "en")]
    language: String,
    /// Time zone (IANA).
    #[arg(long, default_value = "UTC")]
    zone: String,
    /// The theme that its pages are made with; the program's own when left out.
    #[arg(long, default_value = "")]
    theme: String,
    /// What absolute addresses begin with; https and the first host when left out.
    #[arg(long)]
    origin: Option<String>,
    /// Sections to make, in menu order.
    #[arg(long, value_delimiter = ',')]
    sections: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Section {
    /// Short name of the site.
    site: String,
    /// Path of the section: `world` or `world/europe`.
    path: String,
    /// The name as printed.
    #[arg(long)]
    name: String,
    /// Order in menus.
    #[arg(long, default_value_t = 0)]
    position: i64,
}

#[derive(Serialize)]
struct SiteLine<'a> {
    slug: &'a str,
    name: &'a str,
    origin: &'a str,
    hosts: &'a [String],
    language: &'a str,
    zone: &'a str,
    theme: &'a str,
    sections: Vec<&'a str>,
}

impl Site {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        match self {
            Self::Add(add) => {
                let table = app.sites();
                let known = table.by_slug(&add.slug).map(|site| site.id);
                let id = known.unwrap_or_else(|| SiteId::new(app.ids.as_ref()));
                let first = add.host.first().map_or("", String::as_str);
                let origin = add.origin.unwrap_or_else(|| format!("https://{first}"));
                let position = i64::try_from(table.all().len()).unwrap_or(i64::MAX);
                let site = masthead_domain::sites::Site {
                    id,
                    slug: add.slug,
                    name: add.name,
                    tagline: add.tagline,
                    language: add.language,
                    zone: add.zone,
                    hosts: add.host.iter().map(|host| host.to_lowercase()).collect(),
                    origin: origin.trim_end_matches('/').to_owned(),
                    theme: add.theme,
                };
                sites::put(&app, site, position).await?;
                for (position, section) in (0_i64..).zip(&add.sections) {
                    sites::put_section(&app, id, None, section, section, position).await?;
                }
            }
            Self::Section(section) => {
                let table = app.sites();
                let site = table
                    .by_slug(&section.site)
                    .with_context(|| format!("there is no site '{}'; 'masthead site list' shows them", section.site))?;
                let (parent, slug) = match section.path.rsplit_once('/') {
                    Some((parent, slug)) => (Some(parent), slug),
                    None => (None, section.path.as_str()),
                };
                sites::put_section(&app, site.id, parent, slug, &section.name, section.position).await?;
            }
            Self::Theme { site, theme } => {
                let themes = load_themes(settings.data_folder())?;
                if !themes.has(&theme) {
                    let known: Vec<&str> = themes.names().collect();
                    anyhow::bail!(
                        "there is no theme '{theme}'; there are: {}. A theme of your own is a folder below {}",
                        known.join(", "),
                        settings.data_folder().join("themes").display()
                    );
                }
                let table = app.sites();
                let (position, entry) = (0_i64..)
                    .zip(table.all())
                    .find(|(_, entry)| entry.slug == site)
                    .with_context(|| format!("there is no site '{site}'; 'masthead site list' shows them"))?;
                let mut site = entry.site.clone();
                site.theme = theme;
                sites::put(&app, site, position).await?;
            }
            Self::List => list(&app, common),
        }
        app.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn list(app: &masthead_features::app::App, common: &Common) {
    let table = app.sites();
    let lines: Vec<SiteLine<'_>> = table
        .all()
        .iter()
        .map(|site| SiteLine {
            slug: &site.slug,
            name: &site.name,
            origin: &site.origin,
            hosts: &site.hosts,
            language: &site.language,
            zone: &site.site.zone,
            theme: &site.theme,
            sections: table.sections_of(site.id).map(|record| record.path.as_str()).collect(),
        })
        .collect();
    if common.json {
        output::json(&lines);
    } else {
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| {
                vec![
                    line.slug.to_owned(),
                    line.name.to_owned(),
                    line.origin.to_owned(),
                    line.sections.join(", "),
                ]
            })
            .collect();
        output::table(&["SITE", "NAME", "ORIGIN", "SECTIONS"], &rows);
    }
}
