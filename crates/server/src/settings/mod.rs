//! Settings: one commented TOML file, any key of which can come from the environment.

mod sample;

pub use sample::sample;

use anyhow::{Context as _, bail};
use masthead_domain::routing::Rule;
use masthead_features::accounts::AccountSettings;
use masthead_features::alerts::AlertSource;
use masthead_features::ingest::Source;
use masthead_features::listings;
use masthead_features::places::{PlaceName, Region};
use masthead_features::push::PushSettings;
use masthead_features::weather::WeatherSettings;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Name of the settings file in a data folder.
pub const FILE: &str = "masthead.toml";

/// Everything that can be set.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The network.
    pub network: Network,
    /// The database.
    pub database: Database,
    /// Where pictures lie.
    pub media: Media,
    /// The listeners.
    pub server: Server,
    /// Sign-in.
    pub accounts: AccountSettings,
    /// Mail to people.
    pub mail: Mail,
    /// Outgoing requests.
    pub outgoing: Outgoing,
    /// Messages to browsers.
    pub push: PushSettings,
    /// Wire sources.
    pub wire: Vec<Source>,
    /// Alerts.
    pub alerts: Alerts,
    /// Listings.
    pub listings: Listings,
    /// Routing rules, in order.
    pub routing: Vec<Rule>,
    /// Who is asked for forecasts.
    pub weather: WeatherSettings,
    /// Regions of the publisher's own.
    pub regions: Vec<Region>,
    /// What places are called in other languages.
    pub place_names: Vec<PlaceName>,
    /// The folder that relative paths begin in; not a key.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// Alerts.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Alerts {
    /// Where they come from.
    pub sources: Vec<AlertSource>,
}

/// The network.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// The publisher's name.
    pub name: String,
    /// The domain that the sites share for the cookie of the reader's place; empty when they share none.
    pub cookie_domain: String,
    /// The WebSub hub that feeds name and that is told when they change; empty for none.
    pub websub_hub: String,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            name: "Masthead".into(),
            cookie_domain: String::new(),
            websub_hub: String::new(),
        }
    }
}

/// The database.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
}

impl Default for Database {
    fn default() -> Self {
        Self {
            url: "sqlite:masthead.sqlite".into(),
        }
    }
}

/// Where pictures lie.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Media {
    /// `file:PATH` or `s3://bucket?endpoint=…`.
    pub url: String,
}

impl Default for Media {
    fn default() -> Self {
        Self {
            url: "file:media".into(),
        }
    }
}

/// The listeners.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Where readers are answered.
    pub listen: String,
    /// Where health and metrics are answered; never public.
    pub admin_listen: String,
    /// Peers whose forwarded headers are believed: addresses or blocks.
    pub trusted_proxies: Vec<String>,
    /// `includeSubDomains` in HSTS.
    pub hsts_subdomains: bool,
    /// This node's name; made from the machine when empty.
    pub node: String,
    /// Megabytes of pressed pages in memory.
    pub pages_memory_mb: u64,
    /// For how many hours pages seen before are served after the database was last reached: 24 at most, 0 for none.
    pub without_database_hours: u8,
    /// Write the access log to this file; `-` is standard output, empty none.
    pub access_log: String,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: "127.0.0.1:8080".into(),
            admin_listen: "127.0.0.1:9090".into(),
            trusted_proxies: vec!["127.0.0.0/8".into(), "::1".into()],
            hsts_subdomains: false,
            node: String::new(),
            pages_memory_mb: 256,
            without_database_hours: 24,
            access_log: "access.log".into(),
        }
    }
}

/// Mail to people.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtp://user:password@host:port`, `smtps://…`, or `capture` for mails that are shown on the admin listener
    /// instead. Without it no mail goes out: they wait.
    pub url: String,
    /// Whom mails are from: `Name <address>`.
    pub from: String,
}

/// Listings.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Listings {
    /// Where they come from.
    pub sources: Vec<listings::Source>,
}

/// Outgoing requests.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Outgoing {
    /// Exact `host:port` pairs of the operator's own services that may be reached though they are not public.
    pub allow: Vec<String>,
    /// An address or mail that tells those who are asked whom to talk to.
    pub contact: String,
}

/// How a command finds its settings.
#[derive(Clone, Debug, Default)]
pub struct Where {
    /// `--config FILE`.
    pub config: Option<PathBuf>,
    /// `--data DIR`.
    pub data: Option<PathBuf>,
}

impl Where {
    /// The settings file: `--config`, the data folder's, `MASTHEAD_CONFIG`, or `./masthead.toml`, in this order.
    pub fn file(&self) -> PathBuf {
        match (&self.config, &self.data, std::env::var_os("MASTHEAD_CONFIG")) {
            (Some(file), _, _) => file.clone(),
            (None, Some(folder), _) => folder.join(FILE),
            (None, None, Some(file)) => file.into(),
            (None, None, None) => PathBuf::from(FILE),
        }
    }

    /// Reads the settings.
    ///
    /// # Errors
    /// When there is no file (and the environment names no database), or a key is unknown or holds the wrong thing.
    pub fn load(&self) -> anyhow::Result<Settings> {
        let file = self.file();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if std::env::var_os("MASTHEAD__DATABASE__URL").is_none() {
                    bail!(
                        "there are no settings at {}: make them with 'masthead init', or name them with --config or --data",
                        file.display()
                    );
                }
                String::new()
            }
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", file.display())),
        };
        let folder = file
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or_else(|| Path::new("."));
        let folder = std::path::absolute(folder).with_context(|| format!("{} is no folder", folder.display()))?;
        parse(&text, std::env::vars(), &folder).with_context(|| format!("in {}", file.display()))
    }
}

/// Reads settings from text and environment.
///
/// # Errors
/// Names the key that is unknown (with the nearest known one) or wrong.
pub fn parse(
    text: &str,
    environment: impl Iterator<Item = (String, String)>,
    folder: &Path,
) -> anyhow::Result<Settings> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| anyhow::anyhow!("{}", explain(&error)))?;
    for (name, value) in environment {
        let Some(key) = name.strip_prefix("MASTHEAD__") else {
            continue;
        };
        let path: Vec<String> = key.split("__").map(str::to_lowercase).collect();
        insert(&mut table, &path, value).with_context(|| format!("in the environment's {name}"))?;
    }
    let text = toml::to_string(&table)?;
    let mut settings: Settings = toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}", explain(&error)))?;
    for source in &mut settings.listings.sources {
        source.file = source.file.take().map(|file| folder.join(file));
    }
    settings.folder = folder.to_path_buf();
    Ok(settings)
}

fn insert(table: &mut toml::Table, path: &[String], value: String) -> anyhow::Result<()> {
    match path {
        [] => Ok(()),
        [last] => {
            // A list, a number or a truth value stands as TOML has it; everything else is text.
            let parsed = toml::from_str::<toml::Table>(&format!("value = {value}")).ok();
            let parsed = parsed.and_then(|mut table| table.remove("value"));
            let parsed = parsed.filter(|value| !value.is_datetime());
            table.insert(last.clone(), parsed.unwrap_or(toml::Value::String(value)));
            Ok(())
        }
        [first, rest @ ..] => {
            let next = table
                .entry(first.clone())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            match next {
                toml::Value::Table(next) => insert(next, rest, value),
                _ => bail!("'{first}' is no group of settings"),
            }
        }
    }
}

/// An error in words, with the nearest known key for an unknown one.
fn explain(error: &toml::de::Error) -> String {
    let message = error.message();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let (Some(unknown), true) = (quoted.first(), message.starts_with("unknown field")) else {
        return error.to_string().trim_end().to_owned();
    };
    let nearest = quoted.iter().skip(1).min_by_key(|known| distance(unknown, known));
    match nearest {
        Some(nearest) => format!("there is no setting '{unknown}'; the nearest is '{nearest}'"),
        None => format!("there is no setting '{unknown}'"),
    }
}

/// Levenshtein's distance, for names of a few letters.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.iter().zip(row.iter().skip(1)) {
            let cost = (diagonal + usize::from(x != *y)).min(left + 1).min(above + 1);
            diagonal = *above;
            left = cost;
            next.push(cost);
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

impl Settings {
    /// Every source that is polled, watched or pushed: those of the wire and those of alerts.
    pub fn sources(&self) -> Vec<Source> {
        let alerts = self.alerts.sources.iter().map(Source::from);
        self.wire.iter().cloned().chain(alerts).collect()
    }

    /// The database's address with a relative file made absolute.
    pub fn database_url(&self) -> String {
        match self.database.url.strip_prefix("sqlite:") {
            Some(path) => format!("sqlite:{}", self.folder.join(path).display()),
            None => self.database.url.clone(),
        }
    }

    /// The folder of SQLite's file, of pressed pages, logs and own theme files.
    pub fn data_folder(&self) -> &Path {
        &self.folder
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> anyhow::Result<Settings> {
        let environment = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        parse(text, environment, Path::new("/data"))
    }

    #[test]
    fn an_unknown_key_names_the_nearest() {
        let error = read("[server]\nlisen = \"x\"", &[]).unwrap_err().to_string();
        assert!(error.contains("'lisen'") && error.contains("'listen'"), "{error}");
    }

    #[test]
    fn the_environment_wins_and_lists_are_lists() {
        let settings = read(
            "[database]\nurl = \"sqlite:a\"",
            &[
                ("MASTHEAD__DATABASE__URL", "postgres://db/paper"),
                ("MASTHEAD__OUTGOING__ALLOW", "[\"127.0.0.1:9000\"]"),
                ("MASTHEAD__SERVER__PAGES_MEMORY_MB", "64"),
                ("UNRELATED", "x"),
            ],
        )
        .unwrap();
        assert_eq!(settings.database_url(), "postgres://db/paper");
        assert_eq!(settings.outgoing.allow, ["127.0.0.1:9000"]);
        assert_eq!(settings.server.pages_memory_mb, 64);
    }

    #[test]
    fn a_relative_database_lies_in_the_data_folder() {
        assert_eq!(read("", &[]).unwrap().database_url(), "sqlite:/data/masthead.sqlite");
    }

    #[test]
    fn the_sample_names_every_key_and_is_read() {
        let text = sample("A Network", "127.0.0.1:8080", "127.0.0.1:9090");
        read(&text, &[]).unwrap();
        // Commented-out keys are true keys too.
        let all: String = text
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .map(|line| format!("{line}\n"))
            .collect();
        let settings = read(&all, &[]).unwrap();
        assert_eq!(settings.wire.len(), 1);
        assert_eq!(settings.routing.len(), 1);
        assert_eq!(settings.listings.sources.len(), 1);
    }
}
