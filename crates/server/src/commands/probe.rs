//! `masthead probe embargo`: asks every public surface for a withheld story.

use super::{Common, output};
use crate::{network, probes};
use clap::Subcommand;
use masthead_features::stories;
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum Probe {
    /// Exit 0 when no public surface shows anything of the story.
    Embargo {
        /// Its id, path or slug.
        story: String,
    },
}

impl Probe {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let Self::Embargo { story } = self;
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let id = stories::find(&app, &story).await?;
        let report = probes::embargo(&app, &settings, id).await?;
        app.db.close().await;
        if common.json {
            output::json(&report);
        } else {
            for answer in &report.answers {
                let mark = if answer.leaks.is_empty() { "ok  " } else { "LEAK" };
                let what = answer.leaks.join(", ");
                output::line(format!("{mark} {} {} {what}", answer.surface, answer.status).trim_end());
            }
            output::line(&format!(
                "{} surfaces asked ({}), {} show the story{}",
                report.answers.len(),
                report.asked,
                report.leaks,
                if report.public {
                    "; it is public now, so that is right"
                } else {
                    ""
                }
            ));
        }
        Ok(if report.leaks == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(1)
        })
    }
}
