//! The client against servers on this machine, which only the allow list lets it reach.

use super::*;
use futures::future::BoxFuture;
use masthead_domain::time::Timestamp;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers every request with what `answer` makes of its text, then closes.
async fn serve(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut piece = [0; 4096];
                while !request.windows(4).any(|window| window == b"\r\n\r\n") {
                    match socket.read(&mut piece).await {
                        Ok(0) | Err(_) => return,
                        Ok(length) => request.extend_from_slice(&piece[..length]),
                    }
                }
                let response = answer(&String::from_utf8_lossy(&request).to_lowercase());
                // `SLOW` in front sends the rest byte by byte.
                let sent = match response.strip_prefix(b"SLOW") {
                    None => socket.write_all(&response).await,
                    Some(slow) => {
                        for byte in slow {
                            if socket.write_all(&[*byte]).await.is_err() {
                                return;
                            }
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                        Ok(())
                    }
                };
                // The client may have hung up, which is what some tests are about.
                drop(sent);
            });
        }
    });
    address
}

fn ok(headers: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn moved(location: &str) -> Vec<u8> {
    format!("HTTP/1.1 302 Found\r\nConnection: close\r\nContent-Length: 0\r\nLocation: {location}\r\n\r\n").into_bytes()
}

fn settings(allow: &[SocketAddr]) -> FetchSettings {
    FetchSettings {
        allow: allow.iter().map(ToString::to_string).collect(),
        ..FetchSettings::default()
    }
}

fn fetcher(allow: &[SocketAddr]) -> Fetcher {
    Fetcher::new(settings(allow)).unwrap()
}

fn refusal(result: Result<FetchResponse, FetchError>) -> Refusal {
    match result {
        Err(FetchError::Refused { refusal, .. }) => refusal,
        other => panic!("{other:?}"),
    }
}

/// Answers every name with the addresses it was given, and counts.
struct Names(Vec<IpAddr>, AtomicUsize);

impl Lookup for Names {
    fn lookup(&self, _: String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        self.1.fetch_add(1, Ordering::SeqCst);
        let found = self.0.clone();
        Box::pin(async move { Ok(found) })
    }
}

#[tokio::test]
async fn an_allowed_service_is_fetched_with_headers_and_body() {
    let address = serve(|request| {
        assert!(request.starts_with("get /feed?page=2 http/1.1\r\n"), "{request}");
        assert!(
            request.contains("user-agent: masthead/") && request.contains("accept-encoding: gzip"),
            "{request}"
        );
        assert!(!request.contains("cookie") && !request.contains("referer"), "{request}");
        ok(
            "ETag: \"v1\"\r\nLast-Modified: Tue, 01 Sep 2026 10:00:00 GMT\r\nContent-Type: text/xml\r\n\
             Link: </feed?page=3>; rel=next\r\nLink: </hub>; rel=hub\r\nSet-Cookie: a=b\r\n",
            b"<rss/>",
        )
    })
    .await;
    let client = fetcher(&[address]);
    let url = format!("http://{address}/feed?page=2");
    for _ in 0..2 {
        let response = client
            .get(&url, FetchPolicy::Operator, None)
            .await
            .unwrap()
            .success()
            .unwrap();
        assert_eq!((response.status, &response.body[..]), (200, b"<rss/>".as_slice()));
        assert_eq!(response.final_url.as_str(), url);
        assert_eq!(response.headers.etag.as_deref(), Some("\"v1\""));
        assert_eq!(response.headers.content_type.as_deref(), Some("text/xml"));
        assert_eq!(response.headers.link.len(), 2);
    }
}

#[tokio::test]
async fn the_same_service_is_out_of_reach_without_the_list_and_for_content() {
    let address = serve(|_| panic!("somebody came through")).await;
    let url = format!("http://{address}/");
    // A free port is none of the usual ones, so that is the first thing the guard sees.
    assert_eq!(
        refusal(fetcher(&[]).get(&url, FetchPolicy::Operator, None).await),
        Refusal::Port(address.port())
    );
    assert_eq!(
        refusal(fetcher(&[address]).get(&url, FetchPolicy::Content, None).await),
        Refusal::Port(address.port())
    );
    let inside = refusal(
        fetcher(&[address])
            .get("http://127.0.0.1/", FetchPolicy::Content, None)
            .await,
    );
    assert!(matches!(
        inside,
        Refusal::Address {
            range: "this machine",
            ..
        }
    ));
}

#[tokio::test]
async fn a_name_that_points_inwards_is_refused_when_it_is_resolved() {
    for inside in [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "fd00::1",
        "64:ff9b::7f00:1",
    ] {
        let inside: IpAddr = inside.parse().unwrap();
        let names = Arc::new(Names(vec![inside], AtomicUsize::new(0)));
        let client = Fetcher::with_lookup(FetchSettings::default(), Arc::<Names>::clone(&names)).unwrap();
        for policy in [FetchPolicy::Operator, FetchPolicy::Content] {
            let refusal = refusal(client.get("http://rebound.example.org/", policy, None).await);
            assert!(matches!(refusal, Refusal::Address { address, .. } if address == inside));
        }
        assert_eq!(names.1.load(Ordering::SeqCst), 2);
    }
}

#[tokio::test]
async fn the_address_that_was_looked_up_is_the_one_that_is_asked() {
    let address = serve(|request| ok("", request.as_bytes())).await;
    let names = Arc::new(Names(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)], AtomicUsize::new(0)));
    let pair = format!("wire.example.org:{}", address.port());
    let settings = FetchSettings {
        allow: vec![pair.clone()],
        ..FetchSettings::default()
    };
    let client = Fetcher::with_lookup(settings, Arc::<Names>::clone(&names)).unwrap();
    let response = client
        .get(&format!("http://{pair}/"), FetchPolicy::Operator, None)
        .await
        .unwrap();
    assert!(String::from_utf8_lossy(&response.body).contains(&format!("host: {pair}")));
    assert_eq!(names.1.load(Ordering::SeqCst), 1, "one look-up, whose answer was used");
}

#[tokio::test]
async fn localhost_and_other_inner_names_are_refused() {
    let client = fetcher(&[]);
    for url in ["http://localhost/", "https://localhost:8443/", "http://printer.local/"] {
        for policy in [FetchPolicy::Operator, FetchPolicy::Content] {
            assert!(matches!(
                refusal(client.get(url, policy, None).await),
                Refusal::LocalName(_)
            ));
        }
    }
}

#[tokio::test]
async fn unchanged_is_told_and_other_statuses_are_answers() {
    let address = serve(|request| {
        if request.contains("if-none-match: \"v1\"") && request.contains("if-modified-since: tue") {
            b"HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\nConnection: close\r\n\r\n".to_vec()
        } else {
            b"HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy".to_vec()
        }
    })
    .await;
    let client = fetcher(&[address]);
    let url = format!("http://{address}/?key=secret");
    let seen = Conditional {
        etag: Some("\"v1\"".to_owned()),
        last_modified: Some("Tue, 01 Sep 2026 10:00:00 GMT".to_owned()),
    };
    let unchanged = client
        .get(&url, FetchPolicy::Operator, Some(seen))
        .await
        .unwrap()
        .success()
        .unwrap();
    assert!(unchanged.is_not_modified() && unchanged.body.is_empty());

    let busy = client.get(&url, FetchPolicy::Operator, None).await.unwrap();
    let now = Timestamp::from_micros(0);
    assert_eq!(
        (busy.status, &busy.body[..], busy.headers.retry_after_seconds(now)),
        (503, b"busy".as_slice(), Some(120))
    );
    let error = busy.success().unwrap_err();
    assert!(error.is_worth_retrying());
    assert_eq!(error.retry_after_seconds(now), Some(120));
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn retry_after_is_read_as_a_number_and_as_a_date() {
    let now = Timestamp::parse_rfc3339("1994-11-06T08:49:00Z").unwrap();
    let headers = |text: &str| FetchHeaders {
        retry_after: Some(text.to_owned()),
        ..FetchHeaders::default()
    };
    assert_eq!(headers(" 7 ").retry_after_seconds(now), Some(7));
    assert_eq!(
        headers("Sun, 06 Nov 1994 08:49:37 GMT").retry_after_seconds(now),
        Some(37)
    );
    assert_eq!(
        headers("Sun, 06 Nov 1994 08:00:00 GMT").retry_after_seconds(now),
        Some(0)
    );
    assert_eq!(headers("soon").retry_after_seconds(now), None);
}

#[tokio::test]
async fn redirects_are_followed_counted_and_checked() {
    let address = serve(|request| match request.split(' ').nth(1).unwrap_or_default() {
        "/start" => moved("/middle"),
        "/middle" => moved("end"),
        "/end" => ok("", b"arrived"),
        "/metadata" => moved("http://169.254.169.254/latest/meta-data/"),
        "/disguised" => moved("http://2852039166/latest/"),
        "/file" => moved("file:///etc/passwd"),
        "/ipv6" => moved("http://[::1]/"),
        "/nowhere" => moved("http://"),
        _ => moved("/again"),
    })
    .await;
    let client = fetcher(&[address]);
    let get = async |path: &str| {
        client
            .get(&format!("http://{address}{path}"), FetchPolicy::Operator, None)
            .await
    };
    let arrived = get("/start").await.unwrap();
    assert_eq!(
        (&arrived.body[..], arrived.final_url.path()),
        (b"arrived".as_slice(), "/end")
    );
    assert_eq!(get("/again").await, Err(FetchError::TooManyRedirects(5)));
    let link_local = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));
    assert!(matches!(refusal(get("/metadata").await), Refusal::Address { address, .. } if address == link_local));
    assert_eq!(refusal(get("/disguised").await), Refusal::DisguisedAddress);
    assert_eq!(refusal(get("/file").await), Refusal::Scheme("file".to_owned()));
    assert!(matches!(refusal(get("/ipv6").await), Refusal::Address { .. }));
    assert!(matches!(get("/nowhere").await, Err(FetchError::BadUrl { .. })));
}

#[tokio::test]
async fn a_key_is_not_carried_to_another_origin() {
    let other = serve(|request| ok("", request.as_bytes())).await;
    let first = serve(move |request| {
        assert!(request.contains("authorization: bearer hush"), "{request}");
        if request.starts_with("get /here") {
            moved("/there")
        } else {
            moved(&format!("http://{other}/"))
        }
    })
    .await;
    let client = fetcher(&[first, other]);
    let url = format!("http://{first}/here");
    let request = FetchRequest {
        authorization: Some("Bearer hush"),
        accept: Some("application/json"),
        ..FetchRequest::new(&url, FetchPolicy::Operator)
    };
    let seen = client.send(request).await.unwrap().body;
    let seen = String::from_utf8_lossy(&seen);
    assert!(
        !seen.contains("hush") && seen.contains("accept: application/json"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_body_that_is_too_long_is_cut_however_it_comes() {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![b'a'; 5_000_000]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 10_000);
    let address = serve(move |request| match request.split(' ').nth(1).unwrap_or_default() {
        "/honest" => ok("", &vec![b'a'; 100_001]),
        "/endless" => [
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec(),
            vec![b'a'; 1_000_000],
        ]
        .concat(),
        "/packed" => ok("Content-Encoding: gzip\r\n", &packed),
        _ => ok("", &vec![b'a'; 100_000]),
    })
    .await;
    let client = Fetcher::new(FetchSettings {
        max_bytes: 100_000,
        ..settings(&[address])
    })
    .unwrap();
    let get = async |path: &str| {
        client
            .get(&format!("http://{address}{path}"), FetchPolicy::Operator, None)
            .await
    };
    assert_eq!(get("/just").await.unwrap().body.len(), 100_000);
    for path in ["/honest", "/endless", "/packed"] {
        assert!(
            matches!(get(path).await, Err(FetchError::TooLarge { limit: 100_000, .. })),
            "{path}"
        );
    }
    let url = format!("http://{address}/packed");
    let larger = FetchRequest {
        max_bytes: Some(6_000_000),
        ..FetchRequest::new(&url, FetchPolicy::Operator)
    };
    assert_eq!(
        client.send(larger).await.unwrap().body.len(),
        5_000_000,
        "unpacked on the way"
    );
}

#[tokio::test]
async fn a_slow_body_and_a_silent_server_are_cut_off() {
    let address = serve(|_| [b"SLOW".to_vec(), ok("", &[b'a'; 5_000])].concat()).await;
    // Accepts and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_address = silent.local_addr().unwrap();
    let timeout = Duration::from_millis(300);
    let client = Fetcher::new(FetchSettings {
        timeout,
        ..settings(&[address, silent_address])
    })
    .unwrap();
    for address in [address, silent_address] {
        let start = std::time::Instant::now();
        let answer = client
            .get(&format!("http://{address}/"), FetchPolicy::Operator, None)
            .await;
        assert_eq!(answer, Err(FetchError::TimedOut(timeout)));
        assert!(start.elapsed() < Duration::from_secs(3));
    }
}

#[tokio::test]
async fn what_is_no_http_or_breaks_off_is_told() {
    let address = serve(|request| match request.split(' ').nth(1).unwrap_or_default() {
        "/nonsense" => b"SSH-2.0-OpenSSH\r\n\r\n".to_vec(),
        _ => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".to_vec(),
    })
    .await;
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed_address = closed.local_addr().unwrap();
    drop(closed);
    let connect_timeout = Duration::from_millis(500);
    let client = Fetcher::new(FetchSettings {
        connect_timeout,
        ..settings(&[address, closed_address])
    })
    .unwrap();
    let get = async |url: String| client.get(&url, FetchPolicy::Operator, None).await.unwrap_err();
    assert!(matches!(
        get(format!("http://{address}/nonsense")).await,
        FetchError::Broken { .. }
    ));
    assert!(matches!(
        get(format!("http://{address}/short")).await,
        FetchError::Broken { .. }
    ));
    assert!(matches!(
        get(format!("http://{closed_address}/")).await,
        FetchError::Unreachable { .. }
    ));
    // TLS spoken to a server that has none: the stack is there, and says so instead of panicking.
    assert!(matches!(
        get(format!("https://{address}/")).await,
        FetchError::Unreachable { .. }
    ));
}

#[tokio::test]
async fn bad_requests_never_leave() {
    let client = fetcher(&[]);
    assert!(matches!(
        client.get("no address", FetchPolicy::Content, None).await,
        Err(FetchError::BadUrl { .. })
    ));
    assert!(matches!(
        client.get("/relative", FetchPolicy::Content, None).await,
        Err(FetchError::BadUrl { .. })
    ));
    let seen = Conditional {
        etag: Some("a\r\nX: y".to_owned()),
        last_modified: None,
    };
    let answer = client
        .get("http://news.example.org/", FetchPolicy::Content, Some(seen))
        .await;
    assert_eq!(answer, Err(FetchError::BadHeader("if-none-match".to_owned())));
    let settings = FetchSettings {
        allow: vec!["no-port".to_owned()],
        ..FetchSettings::default()
    };
    assert!(matches!(Fetcher::new(settings), Err(FetchError::Settings(_))));
}
