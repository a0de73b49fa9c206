//! The fast path: a page that is in memory is answered before any router is reached.
//!
//! One [`Front`] stands for a listener; each connection gets its own [`FastPath`], which remembers the last host and
//! the last `Accept-Encoding` that it was asked with, because a client repeats them with every request. Most requests
//! are even answered before hyper sees them, in the module `wire`.

mod reader;
pub(crate) mod wire;

pub use reader::{Asking, KnownReaders, ReaderParts};

use crate::access_log::{AccessLog, Line, Source};
use crate::assets::AssetPages;
use crate::compose::{encoding_for_one, whole_for_one};
use crate::cookies::Cookie;
use crate::counts::Counts;
use crate::encodings::{Acceptable, Encoding};
use crate::errors::present::{ErrorPage, ErrorPages};
use crate::errors::{ErrorKind, WebError};
use crate::hosts::{HostSite, Hosts};
use crate::live::{FRONT_PATH, Live};
use crate::patience::PatientBody;
use crate::press::{Fill, PageRef, Press, PressedPage, canonical_query};
use crate::proxies::TrustedProxies;
use crate::request::{RequestIds, RequestInfo};
use crate::respond::{PageBody, respond_in};
use crate::security_headers::SecurityHeaders;
use axum::body::Body;
use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, COOKIE, HOST, HeaderMap, HeaderValue, STRICT_TRANSPORT_SECURITY};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use std::borrow::Cow;
use std::cell::RefCell;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tower::ServiceExt as _;
use tower::util::BoxCloneSyncService;

/// What a listener's fast path is made of.
pub struct FrontOptions {
    /// The pressed pages.
    pub press: Arc<Press>,
    /// The theme's static files, answered at `/assets/` on every host.
    pub assets: Arc<AssetPages>,
    /// What is new, for those who ask and those who wait.
    pub live: Arc<Live>,
    /// The table of host names.
    pub hosts: Arc<Hosts>,
    /// The peers whose forwarded headers are believed.
    pub proxies: TrustedProxies,
    /// The parameters that the route of a path declares; what it doesn't name is not part of the page's key.
    pub declared: fn(&str) -> &'static [&'static str],
    /// Names of our cookies. A request that brings one is composed for its reader: by the router, or here while it is
    /// among the known.
    pub own_cookies: &'static [&'static str],
    /// Readers who were answered a moment ago.
    pub known_readers: Option<Arc<dyn KnownReaders>>,
    /// The cookie that fills holes of pages alike for all who bring the same.
    pub shared_cookie: Option<SharedCookie>,
    /// The security headers (HSTS and those of plain refusals).
    pub security: SecurityHeaders,
    /// How a request for a host of nobody is answered.
    pub errors: ErrorPages,
    /// The access log.
    pub log: AccessLog,
    /// The names of requests.
    pub request_ids: RequestIds,
}

/// A cookie that says what fills holes. Whoever brings it is answered from memory like anybody else.
#[derive(Clone, Copy, Debug)]
pub struct SharedCookie {
    /// The cookie.
    pub cookie: Cookie,
    /// What a value of it fills on a page; nothing for one that can't be read.
    pub fills: fn(&str, &PressedPage) -> Vec<Fill>,
}

/// Which cookies of ours a request brings.
enum Brought<'a> {
    /// None.
    Nothing,
    /// The shared one.
    Shared(&'a str),
    /// One that the router has to look at.
    Own,
}

/// The router behind the fast path. Its type is hidden, so that what answers from memory, hyper's state machines
/// included, is compiled once, here and for speed, while the crate that ties handlers together is compiled for size.
pub(crate) type Behind = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// A listener's fast path in front of a router.
pub struct Front {
    shared: Arc<Shared>,
    inner: Behind,
}

struct Shared {
    options: FrontOptions,
    counts: Counts,
    hsts: HeaderValue,
}

/// The fast path of one connection.
pub struct FastPath {
    shared: Arc<Shared>,
    inner: Behind,
    router: Handle,
    peer: SocketAddr,
    tls: bool,
    trusted: bool,
    shard: usize,
    memo: RefCell<Memo>,
}

/// What the last request of the connection said. Not a lock: a connection's requests are answered by one task.
#[derive(Default)]
struct Memo {
    host: Option<(u64, Box<[u8]>, Arc<HostSite>)>,
    accept: Option<(Box<[u8]>, Acceptable)>,
    /// The second, whether over TLS, and the lines that depend on them.
    tail: Option<(i64, bool, Bytes)>,
}

impl Front {
    /// Puts the fast path in front of `inner`.
    pub fn new<S>(options: FrontOptions, inner: S) -> Self
    where
        S: tower::Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
    {
        let hsts = options.security.hsts().clone();
        let shared = Shared {
            options,
            counts: Counts::default(),
            hsts,
        };
        Self {
            shared: Arc::new(shared),
            inner: BoxCloneSyncService::new(inner),
        }
    }

    /// The service of a connection from `peer`. `tls` says whether our own listener speaks TLS with it.
    /// What has to go to the router runs on `router`.
    pub fn connection(&self, peer: SocketAddr, tls: bool, router: Handle) -> FastPath {
        FastPath {
            shared: self.shared.clone(),
            inner: self.inner.clone(),
            router,
            peer,
            tls,
            trusted: self.shared.options.proxies.trusts(peer.ip()),
            shard: self.shared.options.log.shard(),
            memo: RefCell::default(),
        }
    }

    /// What is new.
    pub(crate) fn live(&self) -> &Arc<Live> {
        &self.shared.options.live
    }

    /// The numbers so far.
    pub fn counts(&self) -> &Counts {
        &self.shared.counts
    }
}

impl FastPath {
    fn answer(&self, request: Request<Incoming>) -> FastFuture {
        let options = &self.shared.options;
        let forwarded = if self.trusted {
            options.proxies.origin(self.peer.ip(), self.tls, request.headers())
        } else {
            crate::proxies::Origin {
                tls: self.tls,
                host: None,
                client: self.peer.ip(),
            }
        };
        let site = match self.site(&request, forwarded.host) {
            Ok(site) => site,
            Err(error) => return self.refuse(error, &request),
        };
        if let Some(response) = self.answer_at_once(&request, &site, &forwarded) {
            return FastFuture::Ready(Some(response));
        }
        let host = forwarded.host.or_else(|| request.headers().get(HOST));
        let host: Arc<str> = match (host.and_then(|host| host.to_str().ok()), request.uri().authority()) {
            (Some(host), _) => host.trim().to_ascii_lowercase().into(),
            (None, Some(authority)) => authority.as_str().to_ascii_lowercase().into(),
            (None, None) => "".into(),
        };
        let info = RequestInfo {
            site,
            host,
            tls: forwarded.tls,
            client: forwarded.client,
            id: options.request_ids.next(),
        };
        self.route(request, info)
    }

    /// The page, if it is in memory and the same for everybody who asks like this.
    fn answer_at_once(
        &self,
        request: &Request<Incoming>,
        site: &HostSite,
        forwarded: &crate::proxies::Origin<'_>,
    ) -> Option<Response<PageBody>> {
        let tls = forwarded.tls;
        let options = &self.shared.options;
        let method = request.method();
        if *method != Method::GET && *method != Method::HEAD {
            return None;
        }
        let headers = request.headers();
        let uri = request.uri();
        let path = uri.path();
        let lines = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes);
        let brought = options.brought(lines, path, tls);
        let Found { page, path } = self.shared.find(site, path, uri.query())?;
        let acceptable = self.acceptable(headers);
        let hsts = tls.then_some(&self.shared.hsts);
        let response = if matches!(brought, Brought::Own) {
            let mut cookies = headers.get_all(COOKIE).iter();
            let (Some(cookie), None) = (cookies.next(), cookies.next()) else {
                return None;
            };
            let named = forwarded.host.or_else(|| headers.get(HOST)).map(HeaderValue::as_bytes);
            let asking = Asking {
                cookie: cookie.as_bytes(),
                host: named.or_else(|| uri.authority().map(|name| name.as_str().as_bytes()))?,
                tls,
                site: site.id,
                path,
            };
            let (encoding, body) = options.for_one(&page, acceptable, &asking)?;
            let mut response = whole_for_one(&page, method, encoding, body);
            if let Some(hsts) = hsts {
                response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, hsts.clone());
            }
            response.map(PageBody::Routed)
        } else {
            let page = options.for_reader(page, &brought)?;
            respond_in(&page, method, headers, acceptable, hsts)
        };
        let length = response.body().length().and_then(|length| usize::try_from(length).ok());
        self.note(
            &site.slug,
            method,
            path,
            response.status(),
            length.unwrap_or(0),
            Source::Memory,
        );
        Some(response)
    }

    /// Counts and logs an answer from memory.
    fn note(&self, site: &str, method: &Method, path: &str, status: StatusCode, bytes: usize, source: Source) {
        self.shared.counts.count(source, status);
        self.shared.options.log.write(
            self.shard,
            &Line {
                site,
                method,
                path,
                status,
                bytes: u64::try_from(bytes).ok(),
                source,
            },
        );
    }

    fn site(&self, request: &Request<Incoming>, forwarded: Option<&HeaderValue>) -> Result<Arc<HostSite>, WebError> {
        // RFC 9112, section 3.2: more than one host is no request; a proxy in front may have gone by the other.
        if request.headers().get_all(HOST).iter().nth(1).is_some() {
            return Err(WebError::bad_request("A request must name one host."));
        }
        if let Some(host) = forwarded.or_else(|| request.headers().get(HOST)) {
            return self.site_named(host.as_bytes());
        }
        // HTTP/2 and absolute-form requests name the host in the target.
        match request.uri().host() {
            Some(name) => self.site_named(name.as_bytes()),
            None => Err(WebError::bad_request("A request must name its host.")),
        }
    }

    fn site_named(&self, host: &[u8]) -> Result<Arc<HostSite>, WebError> {
        let hosts = &self.shared.options.hosts;
        let version = hosts.version();
        if let Some((known, name, site)) = &self.memo.borrow().host
            && *known == version
            && **name == *host
        {
            return Ok(site.clone());
        }
        let name = std::str::from_utf8(host).map_err(|_| WebError::bad_request("The host's name can't be read."))?;
        let site = hosts.resolve(name).ok_or(WebError::new(ErrorKind::Misdirected))?;
        self.memo.borrow_mut().host = Some((version, host.into(), site.clone()));
        Ok(site)
    }

    fn acceptable(&self, headers: &HeaderMap) -> Acceptable {
        let mut lines = headers.get_all(ACCEPT_ENCODING).iter();
        match (lines.next(), lines.next()) {
            (Some(_), Some(_)) => Acceptable::of(headers),
            (line, _) => self.acceptable_in(line.map(HeaderValue::as_bytes)),
        }
    }

    fn acceptable_in(&self, line: Option<&[u8]>) -> Acceptable {
        let Some(line) = line else {
            return Acceptable::IDENTITY;
        };
        if let Some((known, acceptable)) = &self.memo.borrow().accept
            && **known == *line
        {
            return *acceptable;
        }
        let acceptable = Acceptable::of_line(line);
        self.memo.borrow_mut().accept = Some((line.into(), acceptable));
        acceptable
    }

    fn route(&self, request: Request<Incoming>, info: RequestInfo) -> FastFuture {
        let shared = self.shared.clone();
        let shard = self.shard;
        let site = info.site.clone();
        let method = request.method().clone();
        let path = request.uri().path().to_owned();
        let mut request = request.map(|body| Body::new(PatientBody::new(body)));
        request.extensions_mut().insert(info);
        let inner = self.inner.clone();
        self.spawn(async move {
            let response = match inner.oneshot(request).await {
                Ok(response) => response.map(PageBody::Routed),
                Err(never) => match never {},
            };
            shared.note(shard, &site.slug, &method, &path, &response);
            response
        })
    }

    fn refuse(&self, error: WebError, request: &Request<Incoming>) -> FastFuture {
        let shared = self.shared.clone();
        let shard = self.shard;
        let headers = request.headers().clone();
        let method = request.method().clone();
        let tls = TrustedProxies::is_tls(self.trusted, self.tls, &headers);
        let path = request.uri().path().to_owned();
        self.spawn(async move {
            let options = &shared.options;
            let error = Arc::new(error);
            let page = ErrorPage {
                error: error.clone(),
                info: None,
                path: path.clone(),
                request_id: options.request_ids.next(),
            };
            let mut response = options.errors.answer(error, &headers, page).await;
            options.security.apply(response.headers_mut());
            options.security.apply_hsts(response.headers_mut(), tls);
            let response = response.map(PageBody::Routed);
            shared.note(shard, "", &method, &path, &response);
            response
        })
    }

    fn spawn(&self, answering: impl Future<Output = Response<PageBody>> + Send + 'static) -> FastFuture {
        FastFuture::Routed(Routed(self.router.spawn(answering)))
    }
}

/// A page in memory and the path that it was found under.
struct Found<'a> {
    page: Arc<PressedPage>,
    path: &'a str,
}

impl FrontOptions {
    /// Looks through the cookie lines of a request.
    fn brought<'a>(&self, lines: impl Iterator<Item = &'a [u8]>, path: &str, tls: bool) -> Brought<'a> {
        let mut brought = Brought::Nothing;
        if path.starts_with("/assets/") {
            return brought;
        }
        for pair in lines.flat_map(|line| line.split(|b| *b == b';')) {
            let pair = pair.trim_ascii();
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(at).unwrap_or((pair, &[]));
            if self.own_cookies.iter().any(|own| name == own.as_bytes()) {
                return Brought::Own;
            }
            let shared = self.shared_cookie.map(|shared| shared.cookie.name(tls));
            if shared.is_some_and(|shared| name == shared.as_bytes()) {
                // One that comes twice was planted once, and says nothing.
                let value = value.get(1..).and_then(|value| std::str::from_utf8(value).ok());
                brought = match (brought, value) {
                    (Brought::Nothing, Some(value)) => Brought::Shared(value),
                    _ => return Brought::Own,
                };
            }
        }
        brought
    }

    /// The body of a page for a reader who was answered a moment ago, and its encoding.
    fn for_one(&self, page: &PressedPage, acceptable: Acceptable, asking: &Asking<'_>) -> Option<(Encoding, Bytes)> {
        let own = self.known_readers.as_ref()?.parts(asking, self.press.now())?;
        let encoding = encoding_for_one(acceptable);
        Some((encoding, self.press.filled_for_one(page, encoding, &own)?))
    }

    /// A page for whoever brings these cookies; `None` where the router has to make it.
    fn for_reader(&self, page: Arc<PressedPage>, brought: &Brought<'_>) -> Option<Arc<PressedPage>> {
        match (brought, self.shared_cookie) {
            (Brought::Own, _) => None,
            (Brought::Shared(value), Some(shared)) => self.press.filled(&page, &(shared.fills)(value, &page)),
            _ => Some(page),
        }
    }
}

impl Shared {
    fn find<'a>(&self, site: &HostSite, path: &'a str, query: Option<&str>) -> Option<Found<'a>> {
        let page = if path.starts_with("/assets/") {
            self.options.assets.at(path)?
        } else if path == FRONT_PATH {
            self.options.live.page(site.id, query)?
        } else {
            let query = match query {
                None => Cow::Borrowed(""),
                query => canonical_query(query, (self.options.declared)(path)),
            };
            let query = &query;
            self.options.press.get(&PageRef {
                site: &site.slug,
                path,
                query,
            })?
        };
        Some(Found { page, path })
    }

    fn note(&self, shard: usize, site: &str, method: &Method, path: &str, response: &Response<PageBody>) {
        self.counts.count(Source::Router, response.status());
        self.options.log.write(
            shard,
            &Line {
                site,
                method,
                path,
                status: response.status(),
                bytes: response.body().length(),
                source: Source::Router,
            },
        );
    }
}

impl hyper::service::Service<Request<Incoming>> for FastPath {
    type Response = Response<PageBody>;
    type Error = Infallible;
    type Future = FastFuture;

    fn call(&self, request: Request<Incoming>) -> FastFuture {
        self.answer(request)
    }
}

/// The answer: there already when the page was in memory, so that nothing is allocated for waiting.
pub enum FastFuture {
    /// From memory.
    Ready(Option<Response<PageBody>>),
    /// From the router.
    Routed(Routed),
}

/// An answer that the router is working on. Dropping it (the client has gone) ends the work.
pub struct Routed(JoinHandle<Response<PageBody>>);

impl Drop for Routed {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Future for FastFuture {
    type Output = Result<Response<PageBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = match self.get_mut() {
            Self::Ready(response) => response.take(),
            Self::Routed(routed) => match Pin::new(&mut routed.0).poll(cx) {
                Poll::Ready(Ok(response)) => Some(response),
                Poll::Ready(Err(error)) => {
                    // The edge catches panics of handlers; what ends here is a fault of the edge or a shutdown.
                    tracing::error!(%error, "a request's task ended without an answer");
                    None
                }
                Poll::Pending => return Poll::Pending,
            },
        };
        Poll::Ready(Ok(answer.unwrap_or_else(|| {
            let mut response = Response::new(PageBody::EMPTY);
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        })))
    }
}
