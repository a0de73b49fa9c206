//! `masthead front`: what editors pinned.

use super::{Common, output};
use crate::network;
use anyhow::Context as _;
use clap::Subcommand;
use masthead_features::banners::{self, Told};
use masthead_features::fronts;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Front {
    /// Print the layout of a front: a site's short name, or `site/section`.
    Show {
        /// The front.
        front: String,
    },
    /// Launch a layout, as `show` prints it.
    Set {
        /// The front.
        front: String,
        /// The layout.
        file: PathBuf,
    },
    /// Print, set or clear the breaking-news banner that stands on every page of a site.
    #[command(
        after_help = "Example:\n  masthead front banner courier --story sea-wall-fails --text 'Sea wall fails at Cold Staithe'"
    )]
    Banner {
        /// The site's short name.
        site: String,
        /// The story that it leads to: its id, path or slug.
        #[arg(long, requires = "text")]
        story: Option<String>,
        /// What it says, in at most 140 characters.
        #[arg(long, requires = "story")]
        text: Option<String>,
        /// Don't tell those who follow breaking news of it. Without this they are told once of each story, by push and mail.
        #[arg(long, requires = "story")]
        quiet: bool,
        /// Take it away.
        #[arg(long, conflicts_with = "story")]
        clear: bool,
    },
}

/// A banner as it is printed.
#[derive(Serialize)]
struct Set {
    text: String,
    story: String,
    set_at: String,
    set_by: String,
    quiet: bool,
}

impl Front {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        match self {
            Self::Banner { site, clear: true, .. } => {
                let cleared = banners::clear(&app, &site).await?;
                output::line(if cleared {
                    "The banner is gone."
                } else {
                    "There was no banner."
                });
            }
            Self::Banner {
                site,
                story: Some(story),
                text: Some(text),
                quiet,
                ..
            } => {
                let told = if quiet { Told::Nobody } else { Told::Followers };
                banners::set(&app, &site, &story, &text, told, "command line").await?;
            }
            Self::Banner { site, .. } => output::json(&banners::of_site(&app, &site).await?.map(|banner| Set {
                text: banner.text,
                story: banner.story.to_string(),
                set_at: banner.set_at.to_rfc3339(),
                set_by: banner.set_by,
                quiet: banner.is_quiet,
            })),
            Self::Show { front } => output::json(&fronts::show(&app, &front).await?),
            Self::Set { front, file } => {
                let text =
                    std::fs::read_to_string(&file).with_context(|| format!("{} can't be read", file.display()))?;
                let layout = serde_json::from_str(&text).with_context(|| format!("{} is no layout", file.display()))?;
                fronts::set(&app, &front, layout, "command line").await?;
            }
        }
        app.db.close().await;
        Ok(ExitCode::SUCCESS)
    }
}
