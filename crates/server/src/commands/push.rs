//! `masthead push`: what became of breaking news that was sent to readers' devices.

use super::{Common, output};
use crate::network;
use anyhow::Context as _;
use clap::Subcommand;
use masthead_domain::ids::CampaignId;
use masthead_features::app::App;
use masthead_store::push::campaigns as rows;
use std::process::ExitCode;

/// Campaigns that are printed.
const SHOWN: usize = 50;
/// Devices that are printed: more than can be in doubt after a crash.
const DEVICES: usize = 10_000;

#[derive(Debug, Subcommand)]
pub(super) enum Push {
    /// Print the newest campaigns: how many messages push services took and refused, how many devices were gone, and how
    /// many messages were on their way when a node went down (they may have arrived, and are not sent again).
    List,
    /// Print the devices, by their ids, whose messages were on their way when a node went down.
    Uncertain {
        /// The campaign's id, as `list` prints it.
        campaign: CampaignId,
    },
}

impl Push {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let done = match self {
            Self::List => list(&app, common.json).await,
            Self::Uncertain { campaign } => uncertain(&app, campaign, common.json).await,
        };
        app.db.close().await;
        done.map(|()| ExitCode::SUCCESS)
    }
}

async fn list(app: &App, json: bool) -> anyhow::Result<()> {
    let mut conn = app.db.reader().await?;
    let sites = app.sites();
    let (mut values, mut lines) = (Vec::new(), Vec::new());
    for one in rows::newest(&mut conn, SHOWN).await? {
        let uncertain = rows::uncertain(&mut conn, one.id).await?;
        let site = sites.site(one.site).map(|site| site.slug.clone()).unwrap_or_default();
        values.push(serde_json::json!({
            "id": one.id, "site": site, "story": one.story, "planned_at": one.planned_at, "ended_at": one.ended_at,
            "state": one.state, "handed": one.handed, "refused": one.refused, "gone": one.gone, "uncertain": uncertain,
        }));
        lines.push(vec![
            one.id.to_string(),
            site,
            one.planned_at.to_rfc3339(),
            one.state,
            one.handed.to_string(),
            one.refused.to_string(),
            one.gone.to_string(),
            uncertain.to_string(),
        ]);
    }
    if json {
        output::json(&values);
    } else {
        let heads = [
            "campaign",
            "site",
            "planned",
            "state",
            "handed",
            "refused",
            "gone",
            "uncertain",
        ];
        output::table(&heads, &lines);
    }
    Ok(())
}

async fn uncertain(app: &App, campaign: CampaignId, json: bool) -> anyhow::Result<()> {
    let mut conn = app.db.reader().await?;
    let known = rows::one(&mut conn, campaign).await?;
    known.with_context(|| format!("there is no campaign {campaign}; 'masthead push list' names them"))?;
    let devices = rows::list_uncertain(&mut conn, campaign, DEVICES).await?;
    if json {
        output::json(&devices);
    } else {
        for device in devices {
            output::line(&device.to_string());
        }
    }
    Ok(())
}
