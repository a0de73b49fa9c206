//! `masthead front`: what editors pinned.

use super::{Common, output};
use crate::network;
use anyhow::Context as _;
use clap::Subcommand;
use masthead_features::fronts;
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
}

impl Front {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        match self {
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
