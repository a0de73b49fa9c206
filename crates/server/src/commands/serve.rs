//! `masthead serve`: brings a node up, waits to be asked to stop, and drains it.

use super::{Common, output};
use crate::{network, serve};
use clap::Args;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where readers are answered, instead of what the settings say.
    #[arg(long, value_name = "ADDR:PORT")]
    listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let mut settings = common.settings_at().load()?;
        if let Some(listen) = self.listen {
            settings.server.listen = listen;
        }
        let node = serve::start_opened(network::open_to_serve(&settings).await?, &settings).await?;
        for site in node.app.sites().all() {
            output::line(&format!("{} at {}", site.name, site.origin));
        }
        output::line(&format!(
            "listening on {}, admin on {}",
            node.address, node.admin_address
        ));
        serve::asked_to_stop().await?;
        tracing::info!("draining");
        node.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}
