//! A PostgreSQL server of a test's own, which the test may stop and start again. The one that `./test` starts is shared
//! by all tests and must not be touched.

use crate::PATIENCE;
use anyhow::{Context as _, bail, ensure};
use std::fs::OpenOptions;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A cluster in a folder of its own, which goes with it.
pub struct Cluster {
    programs: PathBuf,
    folder: tempfile::TempDir,
    server: Option<Child>,
}

impl Cluster {
    /// Makes a cluster and starts its server on a socket.
    ///
    /// # Errors
    /// When PostgreSQL's server programs are not on this machine, or don't do as they should.
    pub fn start() -> anyhow::Result<Self> {
        let programs = find_programs()?;
        // A socket's path may hold about a hundred bytes, so TMPDIR, which may be long, is not used.
        let folder = tempfile::Builder::new().prefix("masthead-pg-own.").tempdir_in("/tmp")?;
        let mut cluster = Self {
            programs,
            folder,
            server: None,
        };
        if let Some(user) = ordinary_user()? {
            let owner = Command::new("chown").arg(&user).arg(cluster.folder.path()).status()?;
            ensure!(owner.success(), "the cluster's folder can't be given to {user}");
        }
        let made = cluster
            .program("initdb")?
            .args([
                "--no-sync",
                "-U",
                "masthead",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(cluster.data())
            .output()?;
        ensure!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        cluster.resume()?;
        Ok(cluster)
    }

    /// Where the database `postgres` of it is.
    pub fn url(&self) -> String {
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://masthead@{host}/postgres")
    }

    /// Starts the server again and waits until it takes connections.
    ///
    /// # Errors
    /// When it doesn't in time.
    pub fn resume(&mut self) -> anyhow::Result<()> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))?;
        let began = std::fs::metadata(self.folder.path().join("log"))?.len();
        let folder = self.folder.path().display();
        let server = self
            .program("postgres")?
            .arg("-D")
            .arg(self.data())
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "port=5432",
                "-c",
                "max_connections=100",
                "-c",
            ])
            .arg(format!("unix_socket_directories={folder}"))
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        self.server = Some(server);
        let end = Instant::now() + PATIENCE;
        loop {
            let log = std::fs::read_to_string(self.folder.path().join("log"))?;
            let new = usize::try_from(began)
                .ok()
                .and_then(|began| log.get(began..))
                .unwrap_or_default();
            if new.contains("ready to accept connections") {
                return Ok(());
            }
            let ended = self
                .server
                .as_mut()
                .context("the server was just started")?
                .try_wait()?;
            if ended.is_some() || Instant::now() > end {
                bail!("PostgreSQL did not get ready: {new}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the server at once, as a crash of it would: connections break without a word.
    ///
    /// # Errors
    /// When it doesn't end.
    pub fn stop(&mut self) -> anyhow::Result<()> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        let asked = Command::new("kill")
            .args(["-QUIT", &server.id().to_string()])
            .status()?;
        let end = Instant::now() + PATIENCE;
        while asked.success() && Instant::now() < end {
            if server.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        server.kill()?;
        server.wait()?;
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A server program as an ordinary user, since PostgreSQL refuses root.
    fn program(&self, name: &str) -> anyhow::Result<Command> {
        let program = self.programs.join(name);
        let mut command = match ordinary_user()? {
            None => Command::new(program),
            // `setpriv` becomes the program, so that the process we know is PostgreSQL itself.
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .arg(format!("--reuid={user}"))
                    .arg(format!("--regid={}", number("-g", &user)?))
                    .args(["--clear-groups", "--"])
                    .arg(program);
                command
            }
        };
        command.current_dir(self.folder.path());
        Ok(command)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Err(error) = self.stop() {
            eprintln!("a test's PostgreSQL can't be stopped: {error:#}");
        }
    }
}

/// The folder of the newest server programs, where `./test` looks for them too.
fn find_programs() -> anyhow::Result<PathBuf> {
    let mut folders: Vec<PathBuf> = Vec::new();
    for (above, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr", "bin"),
        ("/usr/libexec", ""),
        ("/opt/homebrew/opt", "bin"),
    ] {
        let Ok(found) = std::fs::read_dir(above) else { continue };
        for entry in found {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if above == "/usr/lib/postgresql" || name.starts_with("pgsql-") || name.starts_with("postgresql") {
                folders.push(path.join(below));
            }
        }
    }
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let whole = |folder: &Path| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
    folders.into_iter().find(|folder| whole(folder)).context(
        "PostgreSQL's server programs (initdb, postgres) are not on this machine: run ./test, which installs them",
    )
}

/// Whom the server runs as when we are root.
fn ordinary_user() -> anyhow::Result<Option<String>> {
    if number("-u", "")? != "0" {
        return Ok(None);
    }
    for user in ["postgres", "nobody"] {
        if number("-u", user).is_ok() {
            return Ok(Some(user.to_owned()));
        }
    }
    bail!("no ordinary user for PostgreSQL (postgres or nobody)")
}

fn number(which: &str, user: &str) -> anyhow::Result<String> {
    let mut command = Command::new("id");
    command.arg(which);
    if !user.is_empty() {
        command.arg(user);
    }
    let output = command.output()?;
    ensure!(output.status.success(), "there is no user {user}");
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
