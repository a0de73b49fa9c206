//! `masthead init`: settings, database and the first site of a new network.

use super::Common;
use crate::network;
use crate::settings::sample;
use anyhow::{Context as _, bail};
use clap::Args;
use masthead_domain::ids::SiteId;
use masthead_domain::permissions::{Grant, Role};
use masthead_domain::sites::Site;
use masthead_features::sites;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Args)]
pub(super) struct Init {
    /// The publisher's name.
    #[arg(long)]
    network: Option<String>,
    /// Short name of the first site, in commands and settings.
    #[arg(long)]
    site: Option<String>,
    /// Name of the first site, as printed.
    #[arg(long)]
    name: Option<String>,
    /// Its host name.
    #[arg(long)]
    host: Option<String>,
    /// Its language (BCP 47).
    #[arg(long)]
    language: Option<String>,
    /// Its time zone (IANA).
    #[arg(long)]
    zone: Option<String>,
    /// Where readers are answered.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: String,
    /// Where health and metrics are answered.
    #[arg(long, default_value = "127.0.0.1:9090")]
    admin_listen: String,
    /// The database; SQLite in the data folder when left out.
    #[arg(long)]
    database_url: Option<String>,
    /// Sections of the first site, in menu order.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "news,world,business,culture,sport,opinion"
    )]
    sections: Vec<String>,
    /// E-mail address of the first administrator; 'masthead user add' makes others.
    #[arg(long)]
    administrator: Option<String>,
}

impl Init {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let file = common.settings_at().file();
        if file.exists() {
            bail!(
                "{} is there already; 'masthead site add' makes another site",
                file.display()
            );
        }
        let folder = file.parent().map(PathBuf::from).unwrap_or_default();
        let network_name = ask(self.network, "Name of the publisher", "My Newspaper")?;
        let slug = ask(self.site, "Short name of the first site (a-z, 0-9, hyphens)", "daily")?;
        let name = ask(self.name, "Name of the first site", &network_name)?;
        let host = ask(self.host, "Host name of the first site", "localhost")?;
        let language = ask(self.language, "Language", "en")?;
        let zone = ask(self.zone, "Time zone", "UTC")?;
        masthead_domain::sites::check_slug(&slug)?;
        if jiff::tz::TimeZone::get(&zone).is_err() {
            bail!("'{zone}' is no IANA time zone; use a name such as Europe/Paris");
        }
        if !folder.as_os_str().is_empty() {
            std::fs::create_dir_all(&folder).with_context(|| format!("{} can't be made", folder.display()))?;
        }
        let mut text = sample(&network_name, &self.listen, &self.admin_listen);
        if let Some(url) = &self.database_url {
            let quoted = toml::Value::String(url.clone());
            text = text.replace("url = \"sqlite:masthead.sqlite\"", &format!("url = {quoted}"));
        }
        std::fs::write(&file, text).with_context(|| format!("{} can't be written", file.display()))?;
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let local = host.ends_with("localhost") || host.starts_with("127.");
        let origin = if local {
            let port = self.listen.rsplit_once(':').map_or("8080", |(_, port)| port);
            format!("http://{host}:{port}")
        } else {
            format!("https://{host}")
        };
        let site = Site {
            id: SiteId::new(app.ids.as_ref()),
            slug: slug.clone(),
            name,
            tagline: String::new(),
            theme: String::new(),
            language,
            zone,
            hosts: vec![host],
            origin: origin.clone(),
        };
        let id = site.id;
        sites::put(&app, site, 0).await?;
        for (position, section) in (0_i64..).zip(&self.sections) {
            sites::put_section(&app, id, None, section, &title(section), position).await?;
        }
        let administrator = ask(
            self.administrator,
            "E-mail address of the administrator (empty for none)",
            "",
        )?;
        let made = if administrator.is_empty() {
            None
        } else {
            let everywhere = vec![Grant {
                role: Role::Admin,
                site: None,
            }];
            Some(super::user::add(&app, &administrator, None, "", everywhere, None).await?)
        };
        app.db.close().await;
        super::output::line(&format!("Settings: {}", file.display()));
        if let Some((email, password, _)) = made {
            super::output::line(&format!("Sign-in:  {email} with the password {password}"));
        }
        super::output::line(&format!("Site:     {slug} at {origin}"));
        super::output::line(&format!("Next:     masthead serve --config {}", file.display()));
        Ok(ExitCode::SUCCESS)
    }
}

/// The flag, or an answer where somebody sits at a terminal, or the usual.
fn ask(given: Option<String>, question: &str, usual: &str) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given);
    }
    if !std::io::stdin().is_terminal() {
        return Ok(usual.to_owned());
    }
    print!("{question} [{usual}]: ");
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let answer = answer.trim();
    Ok(if answer.is_empty() {
        usual.to_owned()
    } else {
        answer.to_owned()
    })
}

/// `foreign-affairs` as a name: `Foreign affairs`.
fn title(slug: &str) -> String {
    let words = slug.replace('-', " ");
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
