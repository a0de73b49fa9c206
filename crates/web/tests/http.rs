//! The kit over a real loopback socket: what a client, a proxy and a slow stranger get. It is over 800 lines because
//! each test stands on the same small server, and a second file would be a second program to link.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "clippy's exemption for tests does not reach the helpers of an integration test"
)]

use axum::Router;
use axum::routing::{get, post};
use bytes::Bytes;
use masthead_domain::ids::{SiteId, StoryId};
use masthead_domain::time::{Clock, Timestamp};
use masthead_web::access_log::{AccessLog, Source};
use masthead_web::assets::{AssetPages, Assets};
use masthead_web::cookies::PLACES;
use masthead_web::edge::EdgeLayer;
use masthead_web::errors::WebError;
use masthead_web::errors::present::ErrorPages;
use masthead_web::fast::{Asking, Front, FrontOptions, KnownReaders, ReaderParts, SharedCookie};
use masthead_web::hosts::{HostSite, Hosts};
use masthead_web::live::Live;
use masthead_web::press::{Fill, PageKey, Press, PressOptions, Rendered};
use masthead_web::proxies::TrustedProxies;
use masthead_web::request::{RequestIds, RequestInfo};
use masthead_web::security_headers::SecurityHeaders;
use masthead_web::serve::{Drained, Limits, listen, serve};
use masthead_web::surrogate::SurrogateKey;
use masthead_web::urls::Origin;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How long a test waits for what is bound to happen: far more than it takes, and less than the times of
/// `Limits::default()`, or a limit that a test sets and nobody heeds would pass.
const PATIENCE: Duration = Duration::from_secs(15);

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::parse_rfc3339("2026-11-25T09:30:00Z").unwrap()
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn host_site(n: u128, slug: &str) -> HostSite {
    HostSite {
        id: SiteId(Uuid::from_u128(n)),
        slug: slug.into(),
        origin: Origin::parse(&format!("https://{slug}.example")).unwrap(),
        lang: "en".into(),
        zone: "UTC".into(),
    }
}

struct Served {
    address: SocketAddr,
    press: Arc<Press>,
    front: Arc<Front>,
    log: Sink,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<Drained>>,
}

fn declared(path: &str) -> &'static [&'static str] {
    match path {
        "/fragments/weather" => &["place"],
        path if path.starts_with("/topics/") => &["after"],
        _ => &[],
    }
}

/// Knows one reader, who chose a place for the weather.
struct Edda;

impl KnownReaders for Edda {
    fn parts(&self, asking: &Asking<'_>, _: Timestamp) -> Option<Arc<ReaderParts>> {
        let known = Asking {
            cookie: b"session=edda",
            host: b"daily.example",
            tls: false,
            site: SiteId(Uuid::from_u128(1)),
            path: "/placed",
        };
        let parts = ReaderParts {
            holes: vec![("account".into(), "<b>Edda</b>".into())],
            fills: vec![Fill {
                hole: "weather",
                path: "/fragments/weather".into(),
                query: "place=1".into(),
            }],
        };
        (asking.key() == known.key()).then(|| Arc::new(parts))
    }
}

async fn start(limits: Limits) -> Served {
    let security = SecurityHeaders::with_hashes(&[], &[], false);
    let press = Press::new(PressOptions::new(security.clone()), Arc::new(Still)).unwrap();
    let router = Router::new()
        .route(
            "/slow",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(400)).await;
                "slow but done"
            }),
        )
        .route(
            "/for-ever",
            get(|| async {
                tokio::time::sleep(Duration::from_secs(60)).await;
                "never"
            }),
        )
        .route(
            "/who",
            get(|info: axum::Extension<RequestInfo>| async move {
                format!("{} {} {}", info.site.slug, info.tls, info.client)
            }),
        )
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("secret inside");
                }
            }),
        )
        .route(
            "/down",
            get(|| async { WebError::unavailable("SELECT secret FROM inside") }),
        )
        .route(
            "/gone",
            get(|| async { WebError::gone("Withdrawn at the agency's request <b>") }),
        )
        .route(
            "/post",
            post(|body: Bytes| async move { format!("{} bytes", body.len()) }),
        )
        .layer(EdgeLayer::new(ErrorPages::plain(), security.clone()));
    let hosts = Hosts::new([
        (host_site(1, "daily"), vec!["daily.example"]),
        (host_site(2, "sport"), vec!["sport.example"]),
    ]);
    let script = "// A comment that is long enough to be worth compressing.\n".repeat(50);
    let assets = Assets::new(&[("js/site.js".to_owned(), script.into_bytes())].into());
    let log = Sink::default();
    let front = Arc::new(Front::new(
        FrontOptions {
            press: press.clone(),
            live: Live::new(8, security.clone(), Arc::new(Still)),
            assets: Arc::new(AssetPages::new(Arc::new(assets), security.clone(), Arc::new(Still))),
            hosts: Arc::new(hosts),
            proxies: TrustedProxies::default(),
            declared,
            known_readers: Some(Arc::new(Edda)),
            own_cookies: &["session", "__Host-session"],
            shared_cookie: Some(SharedCookie {
                cookie: PLACES,
                fills: |value, _| {
                    vec![Fill {
                        hole: "weather",
                        path: "/fragments/weather".into(),
                        query: format!("place={value}"),
                    }]
                },
            }),
            security,
            errors: ErrorPages::plain(),
            log: AccessLog::to(Box::new(log.clone()), Arc::new(Still)).unwrap(),
            request_ids: RequestIds::new(7),
        },
        router,
    ));
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let running = tokio::spawn(serve(listener, front.clone(), limits, async move {
        let _ = stopped.await;
    }));
    Served {
        address,
        press,
        front,
        log,
        stop: Some(stop),
        running,
    }
}

impl Served {
    async fn keep(&self, site: &str, path: &str, parameters: &[(&str, &str)], text: &str) {
        let body = format!(
            "<!doctype html><title>{text}</title>{}",
            "<p>Some words.</p>".repeat(100)
        );
        self.press
            .repress(PageKey::new(site, path, parameters), move || {
                let rendered = Rendered::html(body.clone(), 1)
                    .keys([SurrogateKey::list("latest")])
                    .stories([StoryId(Uuid::from_u128(5))])
                    .modified(Timestamp::parse_rfc3339("2026-11-24T08:00:00Z").unwrap());
                async move { Ok(rendered) }
            })
            .await
            .unwrap();
    }

    /// Sends `request` on a connection of its own and reads to its end.
    async fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
            .await
            .expect("the server closes")
            .unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn get(&self, path: &str, headers: &str) -> String {
        self.raw(&format!(
            "GET {path} HTTP/1.1\r\nHost: daily.example\r\nConnection: close\r\n{headers}\r\n"
        ))
        .await
    }

    async fn end(mut self) -> Drained {
        self.stop.take().unwrap().send(()).unwrap();
        self.running.await.unwrap().unwrap()
    }
}

fn status(answer: &str) -> u16 {
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

fn header<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap();
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

fn body(answer: &str) -> &str {
    answer.split_once("\r\n\r\n").unwrap().1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_from_memory_has_all_its_headers() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    let answer = served
        .get("/?utm_source=mail", "Accept-Encoding: gzip, br, zstd\r\n")
        .await;
    assert_eq!(status(&answer), 200);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("content-encoding", "zstd"),
        ("cache-control", "public, max-age=10"),
        ("vary", "accept-encoding"),
        ("last-modified", "Tue, 24 Nov 2026 08:00:00 GMT"),
        ("surrogate-key", "list:latest"),
        ("cache-tag", "list:latest"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "strict-origin-when-cross-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(header(&answer, name), Some(value), "{name} in {answer}");
    }
    assert!(header(&answer, "cdn-cache-control").unwrap().contains("stale-if-error"));
    assert!(
        header(&answer, "permissions-policy")
            .unwrap()
            .starts_with("geolocation=(self)")
    );
    assert!(
        header(&answer, "content-security-policy")
            .unwrap()
            .starts_with("default-src 'none'")
    );
    assert!(header(&answer, "date").is_some());
    assert!(header(&answer, "set-cookie").is_none());
    assert!(header(&answer, "strict-transport-security").is_none(), "plain http");
    assert_eq!(answer.matches("content-length").count(), 1);

    let plain = served.get("/", "").await;
    assert_eq!(header(&plain, "content-encoding"), None);
    assert_eq!(
        header(&plain, "content-length").unwrap(),
        body(&plain).len().to_string()
    );
    assert_ne!(header(&plain, "etag"), header(&answer, "etag"));
    let secure = served.get("/", "X-Forwarded-Proto: https\r\n").await;
    assert_eq!(header(&secure, "strict-transport-security"), Some("max-age=31536000"));
    assert_eq!(served.front.counts().total(Source::Memory, 2), 3);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn conditional_requests_and_head() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    let answer = served.get("/", "Accept-Encoding: gzip\r\n").await;
    let etag = header(&answer, "etag").unwrap().to_owned();
    assert!(etag.ends_with("-gz\""));
    for (headers, expected) in [
        (format!("If-None-Match: {etag}\r\n"), 304),
        (format!("If-None-Match: \"other\", W/{etag}\r\n"), 304),
        ("If-None-Match: *\r\n".to_owned(), 304),
        ("If-None-Match: \"other\"\r\n".to_owned(), 200),
        ("If-Modified-Since: Tue, 24 Nov 2026 08:00:00 GMT\r\n".to_owned(), 304),
        ("If-Modified-Since: Tue, 24 Nov 2026 07:59:59 GMT\r\n".to_owned(), 200),
        (
            "If-None-Match: \"other\"\r\nIf-Modified-Since: Tue, 24 Nov 2026 08:00:00 GMT\r\n".to_owned(),
            200,
        ),
    ] {
        let answer = served.get("/", &headers).await;
        assert_eq!(status(&answer), expected, "{headers}");
        if expected == 304 {
            assert_eq!(body(&answer), "");
            assert_eq!(header(&answer, "content-length"), None);
            assert_eq!(header(&answer, "cache-control"), Some("public, max-age=10"));
            assert!(header(&answer, "etag").is_some() && header(&answer, "vary").is_some());
        }
    }
    let head = served
        .raw("HEAD / HTTP/1.1\r\nHost: daily.example\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(status(&head), 200);
    assert_eq!(body(&head), "");
    assert_eq!(header(&head, "etag"), Some(etag.as_str()));
    assert_eq!(header(&head, "content-length"), header(&answer, "content-length"));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn hosts_cookies_and_parameters_decide_what_comes_from_memory() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/who", &[], "daily page").await;
    served.keep("sport", "/who", &[], "sport page").await;
    served.keep("daily", "/topics/nato", &[], "first").await;
    served.keep("daily", "/topics/nato", &[("after", "c1")], "second").await;
    for (host, expected) in [
        ("daily.example", "daily page"),
        ("sport.example:80", "sport page"),
        ("127.0.0.1:8080", "daily page"),
        ("x.localhost", "daily page"),
    ] {
        let answer = served
            .raw(&format!(
                "GET /who HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
            ))
            .await;
        assert!(body(&answer).contains(expected), "{host}: {answer}");
    }
    for (path, expected) in [
        ("/topics/nato?utm_source=x", "first"),
        ("/topics/nato?utm_source=x&after=c1", "second"),
    ] {
        assert!(body(&served.get(path, "").await).contains(expected), "{path}");
    }
    let mine = served.get("/who", "Cookie: theme=dark; session=3\r\n").await;
    assert_eq!(body(&mine), "daily false 127.0.0.1");
    assert_eq!(header(&mine, "cache-control"), Some("no-store"));
    assert!(body(&served.get("/who", "Cookie: theme=dark; nosession=1\r\n").await).contains("daily page"));
    let behind = served
        .get("/who", "Cookie: session=1\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: sport.example\r\n")
        .await;
    assert_eq!(body(&behind), "sport true 192.0.2.7");
    assert_eq!(header(&behind, "strict-transport-security"), Some("max-age=31536000"));

    let stranger = served
        .raw("GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        .await;
    assert_eq!(status(&stranger), 421);
    assert!(!stranger.contains("evil"), "the name never comes back");
    assert!(header(&stranger, "content-security-policy").is_some());
    let nobody = served.raw("GET / HTTP/1.1\r\nConnection: close\r\n\r\n").await;
    assert_eq!(status(&nobody), 400);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_suit_the_client_and_show_nothing_of_the_inside() {
    let served = start(Limits::default()).await;
    for (path, expected) in [
        ("/none", 404),
        ("/panic", 500),
        ("/down", 503),
        ("/gone", 410),
        ("/post", 405),
    ] {
        let page = served.get(path, "Accept: text/html\r\n").await;
        assert_eq!(status(&page), expected, "{path}");
        assert_eq!(header(&page, "content-type"), Some("text/html; charset=utf-8"));
        assert_eq!(header(&page, "cache-control"), Some("no-store"));
        assert!(header(&page, "content-security-policy").is_some());
        let id = header(&page, "x-request-id").unwrap();
        assert!(id.starts_with("00000007-"));
        assert!(
            !page.contains("secret") && !page.contains("SELECT") && !page.contains(".rs"),
            "{page}"
        );
        assert_eq!(body(&page).contains(id), expected >= 500);

        let problem = served.get(path, "Accept: application/json\r\n").await;
        assert_eq!(status(&problem), expected);
        assert_eq!(header(&problem, "content-type"), Some("application/problem+json"));
        let json: serde_json::Value = serde_json::from_str(body(&problem)).unwrap();
        assert_eq!(json["status"], expected);
        assert_eq!(json["request_id"], header(&problem, "x-request-id").unwrap());
        assert!(!problem.contains("secret"));
    }
    let gone = served.get("/gone", "").await;
    assert!(
        body(&gone).contains("Withdrawn at the agency&#x27;s request &lt;b&gt;"),
        "{gone}"
    );
    assert_eq!(header(&served.get("/down", "").await, "retry-after"), Some("5"));
    assert_eq!(header(&served.get("/post", "").await, "allow"), Some("POST"));
    let api = served.get("/api/v1/none", "Accept: text/html\r\n").await;
    assert_eq!(header(&api, "content-type"), Some("application/problem+json"));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_has_a_line_a_request_and_nothing_personal() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    served
        .get("/?email=reader@example.org", "User-Agent: secret-browser\r\n")
        .await;
    served.get("/who?q=illness", "").await;
    let log = served.log.clone();
    served.end().await;
    let text = wait_for(|| {
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        (text.lines().count() == 2).then_some(text)
    })
    .await;
    let lines: Vec<serde_json::Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["path"], &lines[0]["from"]), (&"/".into(), &"memory".into()));
    assert_eq!((&lines[1]["path"], &lines[1]["status"]), (&"/who".into(), &200.into()));
    for personal in ["reader", "illness", "secret", "127.0.0.1"] {
        assert!(!text.contains(personal), "{personal}");
    }
}

async fn wait_for<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(Instant::now() < end, "it did not come about");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn static_files_are_kept_for_ever_and_cookies_do_not_matter() {
    let served = start(Limits::default()).await;
    let script = "// A comment that is long enough to be worth compressing.\n".repeat(50);
    let assets = Assets::new(&[("js/site.js".to_owned(), script.into_bytes())].into());
    let path = &assets.named("js/site.js").unwrap().path;
    let answer = served.get(path, "Accept-Encoding: br\r\nCookie: session=1\r\n").await;
    assert_eq!(status(&answer), 200);
    assert_eq!(
        header(&answer, "cache-control"),
        Some("public, max-age=31536000, immutable")
    );
    assert_eq!(header(&answer, "content-encoding"), Some("br"));
    assert_eq!(header(&answer, "content-type"), Some("text/javascript; charset=utf-8"));
    assert_eq!(header(&answer, "x-content-type-options"), Some("nosniff"));
    let etag = header(&answer, "etag").unwrap();
    assert_eq!(
        status(&served.get(path, &format!("If-None-Match: {etag}\r\n")).await),
        304
    );
    assert_eq!(status(&served.get("/assets/site.other.js", "").await), 404);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_and_huge_heads_are_cut_off() {
    let limits = Limits {
        header_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let served = start(limits).await;
    served.keep("daily", "/", &[], "front").await;

    let started = Instant::now();
    let mut slow = TcpStream::connect(served.address).await.unwrap();
    slow.write_all(b"GET / HTTP/1.1\r\nHost: dai").await.unwrap();
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok() && started.elapsed() >= Duration::from_millis(250));
    assert!(!String::from_utf8_lossy(&rest).contains("200 OK"));

    for beginning in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM"] {
        let mut silent = TcpStream::connect(served.address).await.unwrap();
        silent.write_all(beginning.as_bytes()).await.unwrap();
        let ended = tokio::time::timeout(PATIENCE, silent.read_to_end(&mut Vec::new())).await;
        assert!(ended.is_ok(), "`{beginning}` and then nothing is let go");
    }

    let mut idle = TcpStream::connect(served.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: daily.example\r\n\r\n")
        .await
        .unwrap();
    let mut first = vec![0; 64];
    idle.read_exact(&mut first).await.unwrap();
    assert!(first.starts_with(b"HTTP/1.1 200"));
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, idle.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "an idle connection is let go");

    let huge = served.get("/", &format!("X-Long: {}\r\n", "x".repeat(20_000))).await;
    assert_eq!(status(&huge), 431);
    let many: String = (0..100).map(|n| format!("X-{n}: 1\r\n")).collect();
    assert_eq!(status(&served.get("/", &many).await), 431);
    let long = served.get(&format!("/{}", "x".repeat(20_000)), "").await;
    assert!(matches!(status(&long), 414 | 431), "{long}");
    for nonsense in [
        "\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n",
        "GET\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "\r\n\r\n\0\0\0\0\r\n\r\n",
    ] {
        let answer = served.raw(nonsense).await;
        assert!(answer.is_empty() || status(&answer) == 400, "{answer}");
    }
    assert_eq!(status(&served.get("/", "").await), 200, "the others notice nothing");
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_under_way_end_and_new_ones_are_refused() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    let mut idle = TcpStream::connect(served.address).await.unwrap();
    idle.write_all(b"GET / HTTP/1.1\r\nHost: daily.example\r\n\r\n")
        .await
        .unwrap();
    let mut busy = TcpStream::connect(served.address).await.unwrap();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: daily.example\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let address = served.address;
    let started = Instant::now();
    let drained = served.end().await;
    assert_eq!(drained, Drained { cut: 0 });
    assert!(started.elapsed() < PATIENCE);
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("slow but done"), "{answer}");
    let mut rest = Vec::new();
    idle.read_to_end(&mut rest).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_end_in_time_is_cut() {
    let limits = Limits {
        drain: Duration::from_millis(200),
        ..Limits::default()
    };
    let served = start(limits).await;
    let mut busy = TcpStream::connect(served.address).await.unwrap();
    busy.write_all(b"GET /for-ever HTTP/1.1\r\nHost: daily.example\r\n\r\n")
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    assert_eq!(served.end().await, Drained { cut: 1 });
    assert!(started.elapsed() < PATIENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_allowed_wait_their_turn() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let served = start(limits).await;
    served.keep("daily", "/", &[], "front").await;
    let one = TcpStream::connect(served.address).await.unwrap();
    let two = TcpStream::connect(served.address).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut three = TcpStream::connect(served.address).await.unwrap();
    three
        .write_all(b"GET / HTTP/1.1\r\nHost: daily.example\r\nConnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    let early = tokio::time::timeout(Duration::from_millis(200), three.read_to_end(&mut answer)).await;
    assert!(early.is_err() && answer.is_empty());
    drop(one);
    tokio::time::timeout(PATIENCE, three.read_to_end(&mut answer))
        .await
        .unwrap()
        .unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    drop((two, three));
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn http2_in_clear_text_is_the_same_page() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    let stream = TcpStream::connect(served.address).await.unwrap();
    let io = hyper_util::rt::TokioIo::new(stream);
    let (mut sender, connection) = hyper::client::conn::http2::handshake::<_, _, http_body_util::Empty<Bytes>>(
        hyper_util::rt::TokioExecutor::new(),
        io,
    )
    .await
    .unwrap();
    let driving = tokio::spawn(connection);
    for (method, length) in [("GET", true), ("HEAD", false)] {
        let request = http::Request::builder()
            .method(method)
            .uri("http://daily.example/")
            .header("accept-encoding", "br")
            .body(http_body_util::Empty::new())
            .unwrap();
        let response = sender.send_request(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-encoding"], "br");
        assert!(response.headers().contains_key("content-length"));
        let bytes = http_body_util::BodyExt::collect(response.into_body())
            .await
            .unwrap()
            .to_bytes();
        assert_eq!(!bytes.is_empty(), length);
    }
    drop(sender);
    driving.await.unwrap().unwrap();
    served.end().await;
}

/// Reads answers with bodies of a known length from one connection.
struct Client {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Client {
    async fn new(served: &Served) -> Self {
        let stream = TcpStream::connect(served.address).await.unwrap();
        Self {
            stream,
            read: Vec::new(),
        }
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).await.unwrap();
    }

    /// The next answer; `with_body` is false after `HEAD`.
    async fn answer(&mut self, with_body: bool) -> String {
        loop {
            if let Some(end) = self.read.windows(4).position(|w| w == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.read[..end + 4]).into_owned();
                let length = match header(&head, "content-length") {
                    Some(length) if with_body => length.parse().unwrap(),
                    _ => 0,
                };
                if self.read.len() >= end + 4 + length {
                    let answer: Vec<u8> = self.read.drain(..end + 4 + length).collect();
                    return String::from_utf8_lossy(&answer).into_owned();
                }
            }
            let mut more = [0; 4096];
            let length = tokio::time::timeout(PATIENCE, self.stream.read(&mut more))
                .await
                .expect("an answer comes")
                .unwrap();
            assert!(length > 0, "closed in the middle of an answer");
            self.read.extend_from_slice(&more[..length]);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_connection_goes_from_memory_to_the_router_and_loses_nothing() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    let page = "GET / HTTP/1.1\r\nHost: daily.example\r\n\r\n";
    let mut client = Client::new(&served).await;
    // One after the other, then three at once, then one in pieces.
    for _ in 0..3 {
        client.send(page).await;
        assert!(client.answer(true).await.contains("front"));
    }
    client.send(&page.repeat(3)).await;
    for _ in 0..3 {
        assert!(client.answer(true).await.contains("front"));
    }
    for piece in page.as_bytes().chunks(7) {
        client.stream.write_all(piece).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(client.answer(true).await.contains("front"));
    client.send("HEAD / HTTP/1.1\r\nHost: daily.example\r\n\r\n").await;
    let head = client.answer(false).await;
    assert!(header(&head, "content-length").unwrap().parse::<usize>().unwrap() > 1000);
    // A page, a post with its body, a page, a miss and a page in one piece of wire: the rest goes to hyper.
    let post = "POST /post HTTP/1.1\r\nHost: daily.example\r\nContent-Length: 5\r\n\r\nabcde";
    let miss = "GET /none HTTP/1.1\r\nHost: daily.example\r\n\r\n";
    client.send(&format!("{page}{post}{page}{miss}{page}")).await;
    assert!(client.answer(true).await.contains("front"));
    assert!(client.answer(true).await.ends_with("5 bytes"));
    assert!(client.answer(true).await.contains("front"));
    assert_eq!(status(&client.answer(true).await), 404);
    assert!(client.answer(true).await.contains("front"));
    assert_eq!(served.front.counts().total(Source::Memory, 2), 11);
    drop(client);
    served.end().await;
}

/// Both ways to a page in memory must say the same: hyper is reached by an `Expect`-less oddity that changes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn with_and_without_hyper_the_answer_is_the_same() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "front").await;
    for request in [
        "",
        "Accept-Encoding: gzip\r\n",
        "Accept-Encoding: br;q=0.1, zstd\r\n",
        "X-Forwarded-Proto: https\r\n",
        "If-None-Match: *\r\n",
        "If-Modified-Since: Tue, 24 Nov 2026 08:00:00 GMT\r\nAccept-Encoding: br\r\n",
    ] {
        for method in ["GET", "HEAD"] {
            let mut answers = Vec::new();
            // A second Accept-Language line or none makes no difference; a `Connection` list sends it to hyper.
            for connection in ["keep-alive", "keep-alive, x"] {
                let mut client = Client::new(&served).await;
                client
                    .send(&format!(
                        "{method} /?utm=1 HTTP/1.1\r\nHost: daily.example\r\nConnection: {connection}\r\n{request}\r\n"
                    ))
                    .await;
                let answer = client.answer(method == "GET").await;
                let (head, body) = answer.split_once("\r\n\r\n").unwrap();
                let mut lines: Vec<&str> = head.lines().filter(|line| !line.starts_with("date:")).collect();
                lines.sort_unstable();
                answers.push((lines.join("\n"), body.to_owned()));
            }
            assert_eq!(answers[0], answers[1], "{method} {request}");
        }
    }
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_only_look_plain_are_not_answered_from_memory() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/who", &[], "front").await;
    for (request, expected) in [
        // Two hosts, a smuggled body, a chunked body: hyper's or the router's business, and never the cached page
        // followed by the body read as a request.
        (
            "GET /who HTTP/1.1\r\nHost: daily.example\r\nHost: sport.example\r\nConnection: close\r\n\r\n",
            400,
        ),
        (
            "GET /who HTTP/1.1\r\nHost: daily.example\r\nContent-Length: 40\r\nConnection: close\r\n\r\n\
             GET /none HTTP/1.1\r\nHost: evil.example\r\n\r\n",
            200,
        ),
        (
            "GET /who HTTP/1.1\r\nHost: daily.example\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\nConnection: close\r\n\r\n0\r\n\r\n",
            200,
        ),
        (
            "GET /who HTTP/1.1\r\nHost: daily.example\r\nContent-Length: x\r\n\r\n",
            400,
        ),
        ("GET /who HTTP/1.1\r\nHost : daily.example\r\n\r\n", 400),
        ("GET /who HTTP/1.1\r\nHost: daily.example\r\n folded: x\r\n\r\n", 400),
        (
            "GET http://daily.example/who HTTP/1.1\r\nHost: daily.example\r\nConnection: close\r\n\r\n",
            200,
        ),
        ("GET /who HTTP/1.0\r\nHost: daily.example\r\n\r\n", 200),
    ] {
        let answer = served.raw(request).await;
        assert_eq!(status(&answer), expected, "{request}: {answer}");
        assert_eq!(answer.matches("HTTP/1.").count(), 1, "one answer: {answer}");
    }
    served.end().await;
}

/// What stands in the hole of a page for who brings these headers, and who may keep the answer.
async fn in_hole(served: &Served, headers: &str) -> (String, String) {
    let answer = served.get("/placed", headers).await;
    let text = body(&answer)
        .split_once("<i>")
        .and_then(|(_, rest)| rest.split_once("</i>"));
    let kept = header(&answer, "cache-control").unwrap().to_owned();
    // Where nothing fills it the marks of the hole are still there.
    let text = text.map(|(text, _)| {
        text.replace("<!--hole:weather-->", "")
            .replace("<!--/hole:weather-->", "")
    });
    (text.unwrap_or_default(), kept)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_brings_the_same_places_is_answered_from_memory() {
    let served = start(Limits::default()).await;
    served.keep("daily", "/", &[], "no hole").await;
    let page = |text: &'static str| {
        let html = format!(
            "<!doctype html><i><!--hole:weather-->{text}<!--/hole:weather--></i>{}",
            "<p>x</p>".repeat(200)
        );
        move || {
            let rendered = Rendered::html(html.clone(), 1);
            async move { Ok(rendered) }
        }
    };
    served
        .press
        .repress(PageKey::new("daily", "/placed", &[]), page("nowhere"))
        .await
        .unwrap();
    let part = |text: &'static str, story: u128| {
        move || {
            let rendered = Rendered::html(text.into(), 1).stories([StoryId(Uuid::from_u128(story))]);
            async move { Ok(rendered) }
        }
    };
    let (berlin, oslo) = (
        PageKey::new("daily", "/fragments/weather", &[("place", "1")]),
        PageKey::new("daily", "/fragments/weather", &[("place", "2")]),
    );
    served.press.repress(berlin.clone(), part("rain", 8)).await.unwrap();
    served.press.repress(oslo, part("snow", 9)).await.unwrap();

    let public = "public, max-age=10".to_owned();
    let private = "private, no-store".to_owned();
    assert_eq!(in_hole(&served, "").await, ("nowhere".into(), public.clone()));
    assert_eq!(
        in_hole(&served, "Cookie: theme=dark\r\n").await,
        ("nowhere".into(), public)
    );
    for _ in 0..2 {
        assert_eq!(
            in_hole(&served, "Cookie: theme=dark; place=1\r\n").await,
            ("rain".into(), private.clone())
        );
        assert_eq!(
            in_hole(&served, "Cookie: place=2\r\n").await,
            ("snow".into(), private.clone())
        );
    }
    // A part that was pressed again, and a page that was, are what is shown from then on.
    served.press.repress(berlin, part("sun", 8)).await.unwrap();
    assert_eq!(in_hole(&served, "Cookie: place=1\r\n").await.0, "sun");
    // A page without the hole is the same for everybody.
    let plain = served.get("/", "Cookie: place=1\r\n").await;
    assert_eq!(header(&plain, "cache-control"), Some("public, max-age=10"));
    // What is not in memory, and who is signed in, is the router's to answer: there is no such route here.
    for line in ["place=3", "place=1; session=x", "place=1; place=2"] {
        assert_eq!(
            status(&served.get("/placed", &format!("Cookie: {line}\r\n")).await),
            404,
            "{line}"
        );
    }
    // What is withheld is in no page that was put together before.
    served.press.withhold(StoryId(Uuid::from_u128(9))).unwrap();
    assert_eq!(status(&served.get("/placed", "Cookie: place=2\r\n").await), 404);
    served.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_reader_is_answered_from_memory_on_both_ways() {
    let served = start(Limits::default()).await;
    let html = "<!doctype html><i><!--hole:account-->Sign in<!--/hole:account--> <!--hole:weather-->nowhere<!--/hole:weather--></i>";
    let kept = |html: String| {
        move || {
            let rendered = Rendered::html(html.clone(), 1).keys([SurrogateKey::list("latest")]);
            async move { Ok(rendered) }
        }
    };
    let asked = "GET /placed HTTP/1.1\r\nHost: daily.example\r\nCookie: session=edda\r\n";
    // The first plain request is answered on the wire, the one that ends the connection by hyper.
    let twice = format!("{asked}\r\n{asked}Connection: close\r\n\r\n");
    let page = PageKey::new("daily", "/placed", &[]);
    served.press.repress(page, kept(html.into())).await.unwrap();
    // While what fills a hole is not in memory, the router has to answer, and here it has no such page.
    assert_eq!(status(&served.get("/placed", "Cookie: session=edda\r\n").await), 404);
    let weather = PageKey::new("daily", "/fragments/weather", &[("place", "1")]);
    served.press.repress(weather, kept("rain".into())).await.unwrap();
    let answers = served.raw(&twice).await;
    let (first, second) = answers.split_at(answers.rfind("HTTP/1.1 200").unwrap());
    for answer in [first, second] {
        assert_eq!(status(answer), 200, "{answers}");
        assert_eq!(body(answer), "<!doctype html><i><b>Edda</b> rain</i>", "{answers}");
        assert_eq!(header(answer, "cache-control"), Some("private, no-store"));
        assert_eq!(header(answer, "content-length"), Some("38"));
        for shared in ["etag", "last-modified", "surrogate-key", "cache-tag"] {
            assert_eq!(header(answer, shared), None, "{shared}: {answers}");
        }
        assert!(header(answer, "content-security-policy").is_some() && header(answer, "date").is_some());
    }
    let head = served.raw(&twice.replace("GET", "HEAD")).await;
    assert_eq!(head.matches("content-length: 38").count(), 2, "{head}");
    assert!(!head.contains("doctype"), "{head}");
    // Another browser, another host, another site: nobody that is known.
    for (line, host) in [
        ("session=eddi", "daily"),
        ("session=edda; x=y", "daily"),
        ("session=edda", "sport"),
    ] {
        let other = asked.replace("session=edda", line).replace("daily", host);
        let answer = served.raw(&format!("{other}Connection: close\r\n\r\n")).await;
        assert_eq!(status(&answer), 404, "{line} {host}");
    }
    served.end().await;
}
