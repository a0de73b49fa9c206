//! `masthead export`: everything written out, for another system or for safe keeping.

use super::{Common, output};
use crate::network;
use anyhow::Context as _;
use clap::Args;
use masthead_features::exports::{self, Format};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Export {
    /// Only this site's stories.
    #[arg(long)]
    site: Option<String>,
    /// The format of stories.
    #[arg(long, default_value = "ninjs", value_parser = ["ninjs", "nitf"])]
    format: String,
    /// The folder to write into; it is made when it isn't there.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

impl Export {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let format = if self.format == "nitf" {
            Format::Nitf
        } else {
            Format::Ninjs
        };
        let site = match &self.site {
            None => None,
            Some(slug) => {
                let table = app.sites();
                let site = table
                    .by_slug(slug)
                    .with_context(|| format!("there is no site '{slug}'"))?;
                Some(site.id)
            }
        };
        let counts = exports::run(&app, site, format, &self.to).await?;
        app.db.close().await;
        if common.json {
            output::json(&counts);
        } else {
            output::line(&format!(
                "{}: {} stories, {} pictures, {} videos, {} comments, {} profiles",
                self.to.display(),
                counts.stories,
                counts.pictures,
                counts.videos,
                counts.comments,
                counts.profiles
            ));
        }
        Ok(ExitCode::SUCCESS)
    }
}
