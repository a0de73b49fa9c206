//! Another party's web server on loopback: answers as the test says and remembers what it was asked.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// An answer: status, headers, body.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How long it is in coming.
    wait: Duration,
}

/// What was asked.
pub(crate) struct Asked {
    /// Path and query.
    pub(crate) path: String,
    pub(crate) host: String,
    pub(crate) authorization: String,
    pub(crate) agent: String,
    /// `If-Modified-Since`; empty for none.
    pub(crate) since: String,
    pub(crate) body: String,
}

type Serve = dyn Fn(&Asked) -> Page + Send + Sync;

impl Page {
    /// 200 with a body.
    pub(crate) fn ok(kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status: 200,
            headers: vec![("Content-Type".into(), kind.into())],
            body: body.into(),
            wait: Duration::ZERO,
        }
    }

    /// An answer without a body.
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            wait: Duration::ZERO,
        }
    }

    /// The same, later.
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// With one more header.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// The server. It ends with the test's runtime.
#[derive(Clone)]
pub(crate) struct Upstream {
    /// Where it answers.
    pub(crate) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    pages: HashMap<String, Page>,
    asked: Vec<String>,
    forms: Vec<String>,
    serve: Option<Arc<Serve>>,
}

impl Upstream {
    /// Starts one that knows no page.
    pub(crate) async fn start() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let upstream = Self {
            address: listener.local_addr()?,
            state: Arc::default(),
        };
        let state = Arc::clone(&upstream.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, Arc::clone(&state)));
            }
        });
        Ok(upstream)
    }

    /// Starts one that answers by a rule of its own.
    pub(crate) async fn serving(serve: impl Fn(&Asked) -> Page + Send + Sync + 'static) -> anyhow::Result<Self> {
        let upstream = Self::start().await?;
        upstream.state.lock().unwrap().serve = Some(Arc::new(serve));
        Ok(upstream)
    }

    /// The address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sets what a path answers from now on. A page with an `ETag` is answered with 304 to whoever has it.
    pub(crate) fn set(&self, path: &str, page: Page) {
        self.state.lock().unwrap().pages.insert(path.into(), page);
    }

    /// The bodies that were sent since the last time.
    pub(crate) fn forms(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().forms)
    }

    /// What was asked since the last time: `PATH`, or `PATH if ETAG`.
    pub(crate) fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }
}

async fn answer(mut stream: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let path = head.split(' ').nth(1).unwrap_or("/").to_owned();
    let header = |wanted: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
            .map(|(_, value)| value.trim().to_owned())
    };
    let condition = header("if-none-match");
    let length = header("content-length").and_then(|value| value.parse::<usize>().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    if stream.read_exact(&mut body).await.is_err() {
        return;
    }
    let page = {
        let mut state = state.lock().unwrap();
        if length.is_some() {
            state.forms.push(String::from_utf8_lossy(&body).into_owned());
        }
        state.asked.push(
            condition
                .as_ref()
                .map_or_else(|| path.clone(), |etag| format!("{path} if {etag}")),
        );
        let asked = Asked {
            path: path.clone(),
            host: header("host").unwrap_or_default(),
            authorization: header("authorization").unwrap_or_default(),
            agent: header("user-agent").unwrap_or_default(),
            since: header("if-modified-since").unwrap_or_default(),
            body: String::from_utf8_lossy(&body).into_owned(),
        };
        match &state.serve {
            Some(serve) => serve(&asked),
            None => state.pages.get(&path).cloned().unwrap_or_else(|| Page::status(404)),
        }
    };
    tokio::time::sleep(page.wait).await;
    let etag = page
        .headers
        .iter()
        .find(|(name, _)| name == "ETag")
        .map(|(_, value)| value.clone());
    let page = if condition.is_some() && condition == etag {
        Page::status(304)
    } else {
        page
    };
    let mut text = format!(
        "HTTP/1.1 {} Said\r\nConnection: close\r\nContent-Length: {}\r\n",
        page.status,
        page.body.len()
    );
    for (name, value) in &page.headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    // Whoever went away has no use for the answer.
    if stream.write_all(text.as_bytes()).await.is_ok() {
        stream.write_all(&page.body).await.ok();
    }
}
