//! `masthead call-out`: what readers are asked for beside a story, on a topic's page or on a front.

use super::{Common, output};
use crate::network;
use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use masthead_domain::contributions::Kind;
use masthead_domain::time::Timestamp;
use masthead_features::contributions::call_outs::{self, Asked};
use std::process::ExitCode;

#[derive(Debug, Subcommand)]
pub(super) enum CallOut {
    /// Print the call-outs of a site, the newest first.
    List {
        /// The site's slug.
        site: String,
    },
    /// Ask readers for something, or change what is asked under a slug.
    Add(Add),
    /// Close a call-out now: its form takes nothing more, and pages show it no longer.
    Close {
        /// The site's slug.
        site: String,
        /// The call-out's slug.
        slug: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The site's slug.
    site: String,
    /// The last part of the form's address, such as `flood`.
    slug: String,
    /// Where it stands: `story:ID`, `topic:SLUG`, `section:PATH`, or `front`.
    #[arg(long)]
    at: String,
    /// What is asked, in a line.
    #[arg(long)]
    title: String,
    /// More about it.
    #[arg(long, default_value = "")]
    about: String,
    /// `pictures` or `story`.
    #[arg(long, default_value = "pictures")]
    wants: String,
    /// From when, as `2026-01-31T08:00:00Z`; now when it is left out.
    #[arg(long)]
    opens: Option<String>,
    /// Until when; open until it is closed when it is left out.
    #[arg(long)]
    closes: Option<String>,
}

fn moment(text: Option<&str>) -> anyhow::Result<Option<Timestamp>> {
    text.map(|text| {
        Timestamp::parse_rfc3339(text)
            .map_err(|_| anyhow::anyhow!("'{text}' is no moment; write it like 2026-01-31T08:00:00Z"))
    })
    .transpose()
}

impl CallOut {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let done = self.act(&app, common).await;
        app.db.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }

    async fn act(self, app: &masthead_features::app::App, common: &Common) -> anyhow::Result<()> {
        match self {
            Self::List { site } => {
                for one in call_outs::list(app, &site).await? {
                    let value = serde_json::json!({
                        "slug": one.slug, "title": one.title, "about": one.about, "wants": one.wants,
                        "opens": one.opens_at, "closes": one.closes_at,
                    });
                    if common.json {
                        output::json(&value);
                    } else {
                        let until = one
                            .closes_at
                            .map_or_else(|| "closed by hand".into(), |at| at.to_rfc3339());
                        output::line(&format!(
                            "{}  {}  ({} – {until})",
                            one.slug,
                            one.title,
                            one.opens_at.to_rfc3339()
                        ));
                    }
                }
                Ok(())
            }
            Self::Add(add) => {
                let wants = Kind::parse(&add.wants);
                let (opens_at, closes_at) = (moment(add.opens.as_deref())?, moment(add.closes.as_deref())?);
                if closes_at.is_some_and(|at| at <= opens_at.unwrap_or_else(|| app.now())) {
                    bail!("it would close before it opens");
                }
                let asked = Asked {
                    site: add.site,
                    slug: add.slug,
                    title: add.title,
                    about: add.about,
                    wants: wants.with_context(|| format!("'{}' is neither pictures nor story", add.wants))?,
                    place: add.at,
                    opens_at,
                    closes_at,
                };
                Ok(call_outs::ask(app, asked, "command line").await?)
            }
            Self::Close { site, slug } => Ok(call_outs::close(app, &site, &slug).await?),
        }
    }
}
