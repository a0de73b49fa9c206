//! The program as processes: a network in a data folder of its own, commands on it, and a server that can be killed
//! as a power cut would.

use anyhow::Context as _;
use masthead_store::Engine;
use masthead_store::testing::TestDb;
use masthead_testkit::http::{self, Answer};
use std::io::{BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Host of the network's site.
pub(crate) const HOST: &str = "daily.example";
/// Token of its source `push`.
pub(crate) const TOKEN: &str = "a-token-of-the-tests";

/// A network that only processes work on. Its site is `daily`; its source `push` takes pushed copy straight to
/// publication in `daily/news`.
pub(crate) struct Network {
    folder: tempfile::TempDir,
    url: String,
    // Dropped last: it takes the database away. A test that brings its own takes care of it.
    _db: Option<TestDb>,
}

impl Network {
    /// Made by `masthead init`.
    pub(crate) async fn new(engine: Engine) -> anyhow::Result<Self> {
        let db = TestDb::empty(engine).await;
        let url = db.settings().url.clone();
        Self::make(url, Some(db))
    }

    /// Made by `masthead init` on an empty database of the test's own.
    pub(crate) fn on(url: String) -> anyhow::Result<Self> {
        Self::make(url, None)
    }

    fn make(url: String, db: Option<TestDb>) -> anyhow::Result<Self> {
        let network = Self {
            folder: tempfile::tempdir()?,
            url,
            _db: db,
        };
        let host = [
            "--site",
            "daily",
            "--name",
            "The Daily",
            "--host",
            HOST,
            "--database-url",
            &network.url,
        ];
        let listen = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"];
        let output = network.run(&[&["init"], &host[..], &listen[..]].concat())?;
        anyhow::ensure!(output.status.success(), "init: {}", words(&output));
        let settings = network.data().join("masthead.toml");
        let mut text = std::fs::read_to_string(&settings)?;
        text.push_str(&format!(
            "\n[[wire]]\nname = \"push\"\ntoken = \"{TOKEN}\"\nplace = [\"daily/news\"]\npublish = true\n"
        ));
        std::fs::write(&settings, text)?;
        Ok(network)
    }

    /// The data folder.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A folder beside the data, for material.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where the database is.
    pub(crate) fn database_url(&self) -> &str {
        &self.url
    }

    /// A command of the program, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_masthead-under-test"));
        command.args(arguments).arg("--data").arg(self.data());
        command
            .env("MASTHEAD_LOG", "warn")
            .env("MASTHEAD__MAIL__URL", "capture")
            .env_remove("MASTHEAD_CONFIG")
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> anyhow::Result<Output> {
        Ok(self.command(arguments).output()?)
    }

    /// Runs a command that has to go well and prints JSON.
    pub(crate) fn json(&self, arguments: &[&str]) -> anyhow::Result<serde_json::Value> {
        let output = self.run(&[arguments, &["--json"]].concat())?;
        anyhow::ensure!(output.status.success(), "{arguments:?}: {}", words(&output));
        serde_json::from_slice(&output.stdout).with_context(|| format!("{arguments:?}: {}", words(&output)))
    }

    /// Fails unless `masthead verify` finds everything in order.
    pub(crate) fn verify(&self) -> anyhow::Result<()> {
        let output = self.run(&["verify"])?;
        anyhow::ensure!(output.status.success(), "verify: {}", words(&output));
        Ok(())
    }

    /// Starts `masthead serve` and waits until it answers.
    pub(crate) fn serve(&self) -> anyhow::Result<Server> {
        let mut command = self.command(&["serve"]);
        let log = std::fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.beside("serve.log"))?;
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn()?;
        let out = child.stdout.take().context("no standard output")?;
        let mut server = Server {
            child,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        for line in BufReader::new(out).lines() {
            let line = line?;
            if let Some(rest) = line.strip_prefix("listening on ") {
                let address = rest.split(',').next().unwrap_or_default();
                server.address = address.parse().with_context(|| line.clone())?;
                return Ok(server);
            }
        }
        let log = std::fs::read_to_string(self.beside("serve.log"))?;
        anyhow::bail!("serve ended before it listened: {log}")
    }
}

/// What a command said.
pub(crate) fn words(output: &Output) -> String {
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    format!("{}\n{out}\n{err}", output.status)
}

/// A serving process. Dropping it kills it.
pub(crate) struct Server {
    child: Child,
    /// Where readers are answered.
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Asks for a page of the site.
    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        http::send(self.address, "GET", HOST, path, &[], &[]).await
    }

    /// Pushes a document to a source.
    pub(crate) async fn push(&self, body: &[u8]) -> anyhow::Result<Answer> {
        push(self.address, body).await
    }

    /// `kill -9`.
    pub(crate) fn kill(mut self) -> anyhow::Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Its process, for what `/proc` says of it.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed and waited for already.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Pushes a document to the source `push` of the server at an address.
pub(crate) async fn push(address: SocketAddr, body: &[u8]) -> anyhow::Result<Answer> {
    let bearer = format!("Bearer {TOKEN}");
    http::send(
        address,
        "POST",
        HOST,
        "/ingest/push",
        &[("Authorization", &bearer)],
        body,
    )
    .await
}

/// What a process that ran to its end, or was ended, did.
pub(crate) struct Watched {
    /// What it said.
    pub(crate) output: Output,
    /// The most memory it held, in bytes.
    pub(crate) peak: u64,
    /// How long it took.
    pub(crate) took: Duration,
}

/// Runs a command and looks at its memory until it ends.
pub(crate) fn watch(mut command: Command) -> anyhow::Result<Watched> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    // Read beside, or a talkative process would wait for us.
    let reading = std::thread::spawn(move || {
        let mut said = (Vec::new(), Vec::new());
        out.read_to_end(&mut said.0)
            .and(err.read_to_end(&mut said.1))
            .map(|_| said)
    });
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_memory(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let (stdout, stderr) = reading.join().unwrap()?;
    Ok(Watched {
        output: Output { status, stdout, stderr },
        peak,
        took: start.elapsed(),
    })
}

/// The most memory that a process ever held (`VmHWM`); `None` when it is gone.
pub(crate) fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .trim_end_matches("kB")
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kilobytes| kilobytes << 10)
}

/// Writes a file and the folders that it lies in.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> anyhow::Result<()> {
    std::fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    std::fs::write(path, bytes).with_context(|| path.display().to_string())
}
