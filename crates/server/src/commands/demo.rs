//! `masthead demo`: a complete example network, made once and served.

use super::{Common, output};
use crate::demo::{listings, people};
use crate::settings::{FILE, Where, sample};
use crate::{demo, network, serve};
use anyhow::{Context as _, bail};
use clap::Args;
use masthead_domain::time::Timestamp;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Demo {
    /// Where to listen. Only ever loopback unless told otherwise here.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:8080")]
    listen: String,
    /// Don't open a browser.
    #[arg(long)]
    no_open: bool,
}

/// Where the demo lives when nothing else is said.
const FOLDER: &str = "masthead-demo";
/// The folder in it with alerts to push by hand.
const PLAYS: &str = "alerts";

impl Demo {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let listen: SocketAddr = self
            .listen
            .parse()
            .with_context(|| format!("'{}' is no address; write 127.0.0.1:8080", self.listen))?;
        if common.config.is_some() {
            bail!("the demo has settings of its own; name its folder with --data");
        }
        let folder = common.data.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
        write_settings(&folder, listen)?;
        listings::put_files(&folder)?;
        let mut settings = Where {
            config: None,
            data: Some(folder.clone()),
        }
        .load()?;
        settings.server.listen = listen.to_string();
        if settings.mail.url.is_empty() {
            settings.mail.url = "capture".into();
        }
        if !settings.server.admin_listen.starts_with("127.") {
            bail!("the demo's admin listener has to stay on loopback");
        }
        let app = network::open(&settings).await?;
        demo::load(&app, listen)
            .await
            .context("the demo network can't be made")?;
        write_plays(&folder, app.now())?;
        let node = match serve::start(std::sync::Arc::clone(&app), &settings).await {
            Ok(node) => node,
            // The admin port is taken more often than readers' port is: any other will do for a demo.
            Err(error) if error.to_string().contains(&settings.server.admin_listen) => {
                settings.server.admin_listen = "127.0.0.1:0".into();
                serve::start(app, &settings).await?
            }
            Err(error) => return Err(error),
        };
        greet(&node, &folder);
        if !self.no_open {
            open_browser(&format!("http://{}/", node.address));
        }
        serve::asked_to_stop().await?;
        node.stop().await;
        Ok(ExitCode::SUCCESS)
    }
}

fn write_settings(folder: &Path, listen: SocketAddr) -> anyhow::Result<()> {
    let file = folder.join(FILE);
    if file.exists() {
        return Ok(());
    }
    std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
    let mut text = sample("Harbour Press Network", &listen.to_string(), "127.0.0.1:9090");
    text.push_str(
        "\n# The demo's own wire source: push a document with\n\
         #   curl -H 'Authorization: Bearer demo-token' --data-binary @FILE http://127.0.0.1:8080/ingest/northline\n\
         [[wire]]\nname = \"northline\"\ntoken = \"demo-token\"\nplace = [\"courier/world\", \"gazette/local\"]\npublish = true\n\
         # Its source of alerts; play an update and a cancellation with the documents that `masthead demo` names.\n\
         [[alerts.sources]]\nname = \"coast-watch\"\ntoken = \"demo-token\"\ncredit = \"Coast Watch (invented)\"\n\
         [[alerts.sources]]\nname = \"coast-roads\"\ntoken = \"demo-token\"\ncredit = \"Coast Roads (invented)\"\n",
    );
    text.push_str(&listings::settings());
    let shared = "#: cookie_domain = \"example.org\"";
    text = text.replacen(shared, &format!("cookie_domain = \"{}\"", demo::DOMAIN), 1);
    text.push_str("\n# Forecasts that are made up when the demo starts.\n[weather]\nprovider = \"demo\"\n");
    let regions = BTreeMap::from([("regions", demo::regions()?)]);
    text.push_str("\n# The towns of the country that its stories are told from, which is on no map.\n");
    text.push_str(&toml::to_string(&regions).context("the demo's regions can't be written")?);
    std::fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))
}

/// Writes the documents of alerts that a visitor pushes by hand, with the moments of today.
fn write_plays(folder: &Path, now: Timestamp) -> anyhow::Result<()> {
    let folder = folder.join(PLAYS);
    std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
    for (name, document) in demo::alert_plays(now) {
        let file = folder.join(name);
        std::fs::write(&file, document).with_context(|| format!("{} can't be written", file.display()))?;
    }
    Ok(())
}

fn greet(node: &serve::Node, folder: &Path) {
    for site in node.app.sites().all() {
        output::line(&format!("{:<24} {}/", site.name, site.origin));
    }
    output::line(&format!(
        "health and metrics       http://{}/readyz",
        node.admin_address
    ));
    output::line(&format!("mails that would go out  http://{}/mails", node.admin_address));
    output::line(&format!("data folder              {}", folder.display()));
    output::line(&format!("Sign-ins, all with the password '{}':", people::PASSWORD));
    for somebody in people::PEOPLE {
        output::line(&format!("  {:<32} {}", somebody.email(), somebody.what));
    }
    output::line("The desk is at /desk of each site, for those with a role. From a terminal:");
    output::line(&format!("  masthead story list --data {}", folder.display()));
    output::line(
        "Alerts are at /alerts. To update the storm warning, and then to take it back, push these to /ingest/coast-watch:",
    );
    for (name, _) in demo::alert_plays(node.app.now()) {
        output::line(&format!(
            "  curl -H 'Authorization: Bearer demo-token' --data-binary @{} http://{}/ingest/coast-watch",
            folder.join(PLAYS).join(name).display(),
            node.address
        ));
    }
    output::line("Stop with Ctrl-C.");
}

/// Opens the front where a desktop is there to open it.
fn open_browser(url: &str) {
    let has_desktop = std::env::var_os("DISPLAY").is_some() || std::env::var_os("WAYLAND_DISPLAY").is_some();
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if has_desktop {
        "xdg-open"
    } else {
        return;
    };
    let started = std::process::Command::new(program)
        .arg(url)
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn();
    if let Err(error) = started {
        tracing::debug!(%error, "no browser could be opened");
    }
}
