//! A network made for a bench: a data folder that `masthead init` and `masthead import` fill, and the node that
//! serves it.

use super::Bench;
use super::copy::{self, Export};
use super::http::{Client, free_address};
use super::process::{Process, Run};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The token of the wire source `bench`, whose items go straight to the front.
pub(crate) const TOKEN: &str = "bench-token-0123456789";

/// A data folder.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    binary: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) address: SocketAddr,
    admin: SocketAddr,
}

impl Network {
    /// An empty one with six sections and one wire source.
    pub(crate) fn make(bench: &Bench, name: &str) -> Result<Self> {
        let folder = bench.folder.join(name);
        let (address, admin) = (free_address()?, free_address()?);
        let network = Self {
            binary: bench.binary.clone(),
            folder,
            address,
            admin,
        };
        let run = network
            .command(&[
                "init",
                "--network",
                "Bench",
                "--site",
                "daily",
                "--name",
                "The Daily Bench",
            ])
            .args(["--host", "127.0.0.1", "--zone", "UTC", "--language", "en"])
            .args(["--listen", &address.to_string(), "--admin-listen", &admin.to_string()])
            .output()?;
        if !run.status.success() {
            bail!("masthead init failed: {}", String::from_utf8_lossy(&run.stderr));
        }
        let settings = network.folder.join("masthead.toml");
        let mut file = File::options().append(true).open(&settings)?;
        write!(
            file,
            "\n[[wire]]\nname = \"bench\"\ntoken = \"{TOKEN}\"\nformat = \"ninjs\"\nplace = [\"daily/news\"]\npublish = true\n"
        )?;
        Ok(network)
    }

    /// One with so many stories, imported from an export.
    pub(crate) fn filled(bench: &Bench, name: &str, stories: u64) -> Result<Self> {
        let network = Self::make(bench, name)?;
        let export = Export {
            posts: stories,
            comments_each: 0,
            paragraphs: 12,
            newest: copy::now() - 600,
        };
        let file = network.write_export("export.xml", export)?;
        let run = network.import(&file, &[], Duration::from_secs(3600), |_| false)?;
        if !run.status.success() {
            bail!("masthead import ended with {}", run.status);
        }
        std::fs::remove_file(file)?;
        Ok(network)
    }

    pub(crate) fn write_export(&self, name: &str, export: Export) -> Result<PathBuf> {
        let path = self.folder.with_file_name(name);
        let mut file = BufWriter::with_capacity(1 << 20, File::create(&path)?);
        copy::wxr(&mut file, export)?;
        file.flush()?;
        Ok(path)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.folder)
            .env("RUST_LOG", "warn");
        command
    }

    /// Imports a file or folder; what the command prints as JSON lies in `import.json` afterwards.
    pub(crate) fn import(
        &self,
        what: &Path,
        flags: &[&str],
        at_most: Duration,
        enough: impl FnMut(f64) -> bool,
    ) -> Result<Run> {
        let mut command = self.command(&["import"]);
        command
            .arg(what)
            .args(["--site", "daily", "--json", "--no-media"])
            .args(flags)
            .stdout(File::create(self.folder.join("import.json"))?)
            .stderr(File::create(self.folder.join("import.err"))?);
        Process::start("masthead import", &mut command)?.finish(at_most, enough)
    }

    /// The counts of the last import.
    pub(crate) fn imported(&self, key: &str) -> Result<u64> {
        let text = std::fs::read_to_string(self.folder.join("import.json"))?;
        let counts: serde_json::Value = serde_json::from_str(&text).context("masthead import printed no JSON")?;
        counts
            .get(key)
            .and_then(serde_json::Value::as_u64)
            .with_context(|| format!("no count '{key}'"))
    }

    /// Forgets pressed pages, so that a node starts without any.
    pub(crate) fn forget_pages(&self) -> Result<()> {
        let pressed = self.folder.join("pressed");
        if pressed.is_dir() {
            std::fs::remove_dir_all(pressed)?;
        }
        Ok(())
    }

    /// Starts a node and waits for its first page.
    pub(crate) fn serve(&self) -> Result<Node> {
        self.serve_with(&[])
    }

    /// The same with settings from the environment.
    pub(crate) fn serve_with(&self, settings: &[(&str, &str)]) -> Result<Node> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("serve.err"))?;
        let mut command = self.command(&["serve"]);
        command.envs(settings.iter().copied()).stdout(Stdio::null()).stderr(log);
        let started = Instant::now();
        let mut process = Process::start("masthead serve", &mut command)?;
        let mut first = started.elapsed();
        while first < Duration::from_secs(60) {
            if let Ok(mut client) = Client::connect(self.address) {
                let answer = client.get("/", "gzip")?;
                if answer.status == 200 {
                    let first_page = started.elapsed().as_secs_f64();
                    return Ok(Node {
                        process,
                        address: self.address,
                        admin: self.admin,
                        first_page,
                    });
                }
                bail!("the front was answered with {}", answer.status);
            }
            std::thread::sleep(Duration::from_millis(1));
            first = started.elapsed();
        }
        process.stop()?;
        bail!(
            "the node did not answer within a minute; see {}",
            self.folder.join("serve.err").display()
        )
    }
}

/// A node that serves; it is ended when this value goes.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    admin: SocketAddr,
    /// Seconds from the start of the program to the end of its first answer.
    pub(crate) first_page: f64,
}

impl Node {
    pub(crate) fn client(&self) -> Result<Client> {
        Client::connect(self.address)
    }

    /// Waits until the search index holds so many stories.
    pub(crate) fn until_searchable(&self, stories: u64) -> Result<()> {
        let until = Instant::now() + Duration::from_secs(1800);
        loop {
            let metrics = Client::connect(self.admin)?.page("/metrics")?;
            let held = metrics
                .lines()
                .find_map(|line| line.strip_prefix("masthead_search_stories "))
                .map_or(Ok(0.0), |number| number.trim().parse::<f64>())?;
            if held >= stories as f64 {
                return Ok(());
            }
            if Instant::now() > until {
                bail!("the search index holds {held} of {stories} stories after half an hour");
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Paths of stories from the site's own sitemap, in its order.
    pub(crate) fn stories(&self, at_most: usize) -> Result<Vec<String>> {
        let mut client = self.client()?;
        let index = client.page("/sitemap.xml")?;
        let mut paths = Vec::new();
        for month in locations(&index).filter(|path| !path.ends_with("=pages")) {
            let list = client.page(month)?;
            // A story's address has a section before it; pages of the publisher's own have none.
            let stories = locations(&list).filter(|path| path.matches('/').count() >= 2);
            paths.extend(stories.map(str::to_owned));
            if paths.len() >= at_most {
                break;
            }
        }
        paths.truncate(at_most);
        if paths.is_empty() {
            bail!("the sitemap names no story");
        }
        Ok(paths)
    }
}

/// The paths of the addresses in a sitemap. Its hosts may be names that nothing here resolves.
fn locations(sitemap: &str) -> impl Iterator<Item = &str> {
    sitemap
        .split("<loc>")
        .skip(1)
        .filter_map(|rest| rest.split("</loc>").next())
        .filter_map(|address| address.split_once("://"))
        .filter_map(|(_, rest)| rest.find('/').and_then(|at| rest.get(at..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sitemap_is_read() {
        let text = "<urlset><url><loc>http://a:80/x/y-1</loc></url><url><loc>https://b/z</loc></url></urlset>";
        assert_eq!(locations(text).collect::<Vec<_>>(), ["/x/y-1", "/z"]);
    }
}
