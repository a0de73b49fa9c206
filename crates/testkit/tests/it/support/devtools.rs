//! Chromium with a hand on it: one page that is led from address to address, asked questions, and shown in other sizes
//! and schemes. It speaks the DevTools protocol over the browser's own pipes (`--remote-debugging-pipe`: JSON documents
//! with a NUL after each), so that no port is open and no library is needed.

use super::slow_line::SlowLine;
use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use image::RgbImage;
use masthead_testkit::{PATIENCE, TestNode};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// The browser that `./test` names in `MASTHEAD_TEST_CHROMIUM`, or one on the path.
pub(crate) fn chromium() -> PathBuf {
    if let Some(named) = std::env::var_os("MASTHEAD_TEST_CHROMIUM") {
        return named.into();
    }
    let names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
    std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
        .flat_map(|folder| names.map(|name| folder.join(name)))
        .find(|path| path.is_file())
        .expect("Chromium is needed: install it, or name it in MASTHEAD_TEST_CHROMIUM")
}

/// One page of a browser.
pub(crate) struct Page {
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: Value,
    asked: u64,
    events: VecDeque<Value>,
    // Held for their Drop: the browser ends, its profile goes, and so does its line.
    _line: Option<SlowLine>,
    _browser: Child,
    _profile: tempfile::TempDir,
}

impl Page {
    /// Starts a browser that finds `daily.example` at the node, and no other host at all.
    pub(crate) async fn open(node: &TestNode) -> anyhow::Result<Self> {
        Self::open_with(node.address, None, &[]).await
    }

    /// The same over a slow line.
    pub(crate) async fn open_slow(node: &TestNode) -> anyhow::Result<Self> {
        let line = SlowLine::to(node.address).await?;
        Self::open_with(line.address, Some(line), &[]).await
    }

    /// The same, for what browsers allow over TLS and on the machine itself alone, such as passkeys.
    pub(crate) async fn open_trusting(node: &TestNode) -> anyhow::Result<Self> {
        Self::open_with(
            node.address,
            None,
            &["--unsafely-treat-insecure-origin-as-secure=http://daily.example"],
        )
        .await
    }

    async fn open_with(address: SocketAddr, line: Option<SlowLine>, more: &[&str]) -> anyhow::Result<Self> {
        let profile = tempfile::tempdir()?;
        let port = address.port();
        // The shell moves its two pipes to where the browser looks for them, and becomes the browser.
        let mut browser = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"])
            .arg(chromium())
            .args(["--headless", "--disable-gpu", "--no-first-run", "--hide-scrollbars"])
            // A sandbox can't be made by root, and tests often run as root in containers; the pages are our own.
            .args(["--no-sandbox", "--remote-debugging-pipe"])
            .args(more)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!(
                "--host-resolver-rules=MAP daily.example:80 127.0.0.1:{port}, MAP * ~NOTFOUND"
            ))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let to = browser.stdin.take().context("no pipe")?;
        let from = BufReader::new(browser.stdout.take().context("no pipe")?);
        let mut page = Self {
            to,
            from,
            session: Value::Null,
            asked: 0,
            events: VecDeque::new(),
            _line: line,
            _browser: browser,
            _profile: profile,
        };
        let target = page
            .call("Target.createTarget", json!({ "url": "about:blank" }))
            .await?;
        let session = page
            .call(
                "Target.attachToTarget",
                json!({ "targetId": target["targetId"], "flatten": true }),
            )
            .await?;
        page.session = session["sessionId"].clone();
        page.call("Page.enable", json!({})).await?;
        page.call("Runtime.enable", json!({})).await?;
        page.call("Log.enable", json!({})).await?;
        Ok(page)
    }

    /// Asks the browser for something and waits for its answer.
    pub(crate) async fn call(&mut self, method: &str, params: Value) -> anyhow::Result<Value> {
        self.asked += 1;
        let id = self.asked;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_null() {
            message["sessionId"] = self.session.clone();
        }
        let mut bytes = serde_json::to_vec(&message)?;
        bytes.push(0);
        self.to.write_all(&bytes).await?;
        self.to.flush().await?;
        loop {
            let mut said = self.read().await.with_context(|| method.to_owned())?;
            if said["id"] == id {
                anyhow::ensure!(said["error"].is_null(), "{method}: {}", said["error"]);
                return Ok(said["result"].take());
            }
            self.events.push_back(said);
        }
    }

    async fn read(&mut self) -> anyhow::Result<Value> {
        let mut bytes = Vec::new();
        tokio::time::timeout(PATIENCE, self.from.read_until(0, &mut bytes)).await??;
        anyhow::ensure!(bytes.pop() == Some(0), "the browser has ended");
        Ok(serde_json::from_slice(&bytes)?)
    }

    /// What the browser said of the page since this was asked last: script errors, refused resources.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        self.events
            .drain(..)
            .filter(|event| {
                matches!(
                    event["method"].as_str(),
                    Some("Runtime.exceptionThrown" | "Log.entryAdded")
                )
            })
            .map(|event| event["params"].to_string())
            // Advice, not a fault.
            .filter(|said| !said.contains("\"level\":\"verbose\""))
            // Said of every page over plain http from a name that isn't localhost: the header is for TLS.
            .filter(|said| !said.contains("Cross-Origin-Opener-Policy header has been ignored"))
            .collect()
    }

    /// What the page asked of other hosts since it was opened. The domain Network has to be enabled.
    pub(crate) fn strangers(&self) -> Vec<String> {
        self.events
            .iter()
            .filter(|event| event["method"] == "Network.requestWillBeSent")
            .filter_map(|event| event["params"]["request"]["url"].as_str())
            .filter(|url| !url.starts_with("http://daily.example/") && !url.starts_with("data:"))
            .map(str::to_owned)
            .collect()
    }

    /// Opens an address of the daily and waits until everything of it is there.
    pub(crate) async fn go(&mut self, path: &str) -> anyhow::Result<()> {
        self.events.clear();
        let url = format!("http://daily.example{path}");
        let gone = self.call("Page.navigate", json!({ "url": url }));
        let gone = gone.await.with_context(|| url.clone())?;
        anyhow::ensure!(gone["errorText"].is_null(), "{url}: {}", gone["errorText"]);
        loop {
            if self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
                return Ok(());
            }
            let event = self.read().await?;
            self.events.push_back(event);
        }
    }

    /// Puts another document in the place of a page, for those that only answer a form.
    pub(crate) async fn show(&mut self, html: &str) -> anyhow::Result<()> {
        // A document that is put in the place of another doesn't end that one's script: six of them would hold all
        // connections that a browser makes to a host with their streams.
        self.go("/sign-in").await?;
        let tree = self.call("Page.getFrameTree", json!({})).await?;
        let frame = tree["frameTree"]["frame"]["id"].clone();
        self.call("Page.setDocumentContent", json!({ "frameId": frame, "html": html }))
            .await?;
        Ok(())
    }

    /// The window's width in CSS pixels and the scheme that its reader prefers.
    pub(crate) async fn look(&mut self, width: u32, dark: bool) -> anyhow::Result<()> {
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({ "width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600 }),
        )
        .await?;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }))
            .await?;
        Ok(())
    }

    /// Lets pages run script from here on, or not, as a reader's own setting does.
    pub(crate) async fn allow_script(&mut self, allowed: bool) -> anyhow::Result<()> {
        self.call("Emulation.setScriptExecutionDisabled", json!({ "value": !allowed }))
            .await?;
        Ok(())
    }

    /// What the window shows once it has come to rest. A browser on a busy machine shows a page before all its tiles are
    /// drawn, and so does the picture that it takes of it; one that it takes twice more alike is whole.
    pub(crate) async fn picture(&mut self) -> anyhow::Result<RgbImage> {
        let begun = Instant::now();
        let (mut last, mut alike) = (String::new(), 0);
        while alike < 2 {
            anyhow::ensure!(begun.elapsed() < PATIENCE, "the page never comes to rest");
            tokio::time::sleep(Duration::from_millis(150)).await;
            let mut taken = self.call("Page.captureScreenshot", json!({ "format": "png" })).await?;
            let Value::String(taken) = taken["data"].take() else {
                anyhow::bail!("no picture");
            };
            alike = if taken == last { alike + 1 } else { 0 };
            last = taken;
        }
        Ok(image::load_from_memory(&BASE64_STANDARD.decode(last)?)?.into_rgb8())
    }

    /// The id of the one service worker that is registered. The domain ServiceWorker has to be enabled.
    pub(crate) async fn registration(&mut self) -> anyhow::Result<String> {
        loop {
            let told = self
                .events
                .iter()
                .filter(|event| event["method"] == "ServiceWorker.workerRegistrationUpdated");
            let mut known = told.filter_map(|event| event["params"]["registrations"][0]["registrationId"].as_str());
            if let Some(id) = known.next_back() {
                return Ok(id.to_owned());
            }
            let event = self.read().await?;
            self.events.push_back(event);
        }
    }

    /// Runs a script on every page before its own.
    pub(crate) async fn before_each(&mut self, script: &str) -> anyhow::Result<()> {
        self.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }))
            .await?;
        Ok(())
    }

    /// Runs a script in the page and gives what it comes to; promises are waited for.
    pub(crate) async fn run(&mut self, script: &str) -> anyhow::Result<Value> {
        let mut answer = self
            .call(
                "Runtime.evaluate",
                json!({ "expression": script, "awaitPromise": true, "returnByValue": true }),
            )
            .await?;
        anyhow::ensure!(
            answer["exceptionDetails"].is_null(),
            "{script:.200}: {}",
            answer["exceptionDetails"]
        );
        Ok(answer["result"]["value"].take())
    }

    /// Gives the browser a cookie of the daily.
    pub(crate) async fn set_cookie(&mut self, name: &str, value: &str) -> anyhow::Result<()> {
        self.call(
            "Network.setCookie",
            json!({ "name": name, "value": value, "url": "http://daily.example/" }),
        )
        .await?;
        Ok(())
    }

    /// Waits until a script in the page comes to something true, over pages that follow each other.
    pub(crate) async fn until(&mut self, script: &str) -> anyhow::Result<()> {
        let begun = Instant::now();
        // While a page gives way to the next there is nothing to ask.
        while !self.run(script).await.is_ok_and(|value| value == true) {
            anyhow::ensure!(begun.elapsed() < PATIENCE, "never true: {script}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(())
    }
}
