//! The guarded HTTP client: the only way out to other people's servers.
//!
//! A news system fetches what strangers name: pictures in an imported export, avatars, push endpoints, feeds. Each of
//! these addresses may point inwards instead, to a database, a metadata service of the cloud, the admin listener. So
//! every hop of every request is checked here, and the address that was checked is the one that is connected to:
//!
//! - only `http` and `https`, only the usual ports, no user name in the address, no host written as a bare number;
//! - names are resolved by a resolver of ours, and answers in private, local, shared or reserved ranges are dropped
//!   before the connection is made, so a second look-up can't give another answer (DNS rebinding);
//! - redirects are followed by hand, each one checked anew;
//! - no proxy is taken from the environment, no cookies are kept;
//! - bytes are counted after decompression, and one clock runs over all of it.
//!
//! An operator's own services often do live on private addresses. `outgoing.allow` lists them as exact `host:port`
//! pairs; only requests that the operator set up ([`FetchPolicy::Operator`]) may pass by that list.

mod address;
mod body;
mod error;
mod resolver;
mod response;
mod target;

pub use address::refuse_address;
pub use error::{FetchError, Refusal};
pub use response::{FetchHeaders, FetchResponse};

use crate::tls;
use bytes::Bytes;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MODIFIED_SINCE, IF_NONE_MATCH, LOCATION};
use http::{HeaderMap, HeaderName, HeaderValue};
use resolver::{Lookup, SystemLookup};
use std::sync::Arc;
use std::time::Duration;
use target::{AllowList, Hop, Target};
use url::Url;

/// The longest answer to what was sent, in bytes: nobody reads more of it than whether it went well.
const LARGEST_ANSWER: usize = 64 << 10;
/// The longest answer of a protocol, in bytes: a provider's keys and what it says of somebody are far shorter.
const LARGEST_EXCHANGE: usize = 256 << 10;

/// How the client behaves; taken from the settings `outgoing.*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchSettings {
    /// What other servers' logs see: the program, and where its operator is reached.
    pub user_agent: String,
    /// `outgoing.allow`: exact `host:port` pairs of the operator's own services (`[::1]:8080` for IPv6).
    pub allow: Vec<String>,
    /// The longest body, in bytes after decompression. Default 20 MB.
    pub max_bytes: usize,
    /// For everything: looking up, connecting, redirects and the whole body. Default 20 s.
    pub timeout: Duration,
    /// For connecting to one address. Default 5 s.
    pub connect_timeout: Duration,
    /// How many redirects are followed. Default 5.
    pub max_redirects: usize,
    /// How many connections to one host are kept for the next request. Default 4.
    pub idle_connections: usize,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("Masthead/", env!("CARGO_PKG_VERSION")).to_owned(),
            allow: Vec::new(),
            max_bytes: 20_000_000,
            timeout: Duration::from_secs(20),
            connect_timeout: Duration::from_secs(5),
            max_redirects: 5,
            idle_connections: 4,
        }
    }
}

/// On whose behalf an address is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchPolicy {
    /// The operator wrote the address into the settings (a wire source, an identity provider): `outgoing.allow` counts.
    Operator,
    /// The address came out of content or from a reader (media in an import, an avatar, a push endpoint): public
    /// addresses alone, whatever `outgoing.allow` says.
    Content,
}

/// What was seen before, so that an unchanged document is answered with 304 and no body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conditional {
    /// The `ETag` as it was sent, quotes included.
    pub etag: Option<String>,
    /// The `Last-Modified` as it was sent.
    pub last_modified: Option<String>,
}

/// One GET request. It has no debug form, since `authorization` must not come into a log by it.
#[derive(Clone)]
pub struct FetchRequest<'a> {
    /// An absolute `http` or `https` address.
    pub url: &'a str,
    /// On whose behalf.
    pub policy: FetchPolicy,
    /// What was seen before.
    pub conditional: Option<Conditional>,
    /// The `Accept` header; `*/*` when there is none.
    pub accept: Option<&'a str>,
    /// The `Authorization` header, for a source that needs one. It never follows a redirect to another origin.
    pub authorization: Option<&'a str>,
    /// Another limit than the settings' for this body, in bytes.
    pub max_bytes: Option<usize>,
}

impl<'a> FetchRequest<'a> {
    /// A plain request.
    pub fn new(url: &'a str, policy: FetchPolicy) -> Self {
        Self {
            url,
            policy,
            conditional: None,
            accept: None,
            authorization: None,
            max_bytes: None,
        }
    }
}

/// The guarded client. Clones share connections.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Drops forbidden addresses while resolving.
    guarded: reqwest::Client,
    /// Resolves without a guard; asked only for hops that are on the allow list.
    trusted: reqwest::Client,
    allow: Arc<AllowList>,
    settings: Arc<FetchSettings>,
}

impl Fetcher {
    /// A client with `settings`.
    ///
    /// # Errors
    /// [`FetchError::Settings`] when `allow` holds something that is no `host:port`, or the user agent no header.
    pub fn new(settings: FetchSettings) -> Result<Self, FetchError> {
        Self::with_lookup(settings, Arc::new(SystemLookup))
    }

    fn with_lookup(settings: FetchSettings, lookup: Arc<dyn Lookup>) -> Result<Self, FetchError> {
        tls::install_provider();
        Ok(Self {
            guarded: client(&settings, resolver::Guarded::new(Arc::clone(&lookup)))?,
            trusted: client(&settings, resolver::Unguarded::new(lookup))?,
            allow: Arc::new(AllowList::parse(&settings.allow)?),
            settings: Arc::new(settings),
        })
    }

    /// Fetches `url`. Statuses other than 2xx and 304 are answers too; [`FetchResponse::success`] makes errors of them.
    ///
    /// # Errors
    /// A [`FetchError`] when the address is refused, nobody answers, or the answer is too large or too slow.
    pub async fn get(
        &self,
        url: &str,
        policy: FetchPolicy,
        conditional: Option<Conditional>,
    ) -> Result<FetchResponse, FetchError> {
        self.send(FetchRequest {
            conditional,
            ..FetchRequest::new(url, policy)
        })
        .await
    }

    /// Fetches with everything that a request can say.
    ///
    /// # Errors
    /// As [`Fetcher::get`]; [`FetchError::BadHeader`] when a value can't be a header.
    pub async fn send(&self, request: FetchRequest<'_>) -> Result<FetchResponse, FetchError> {
        let limit = self.settings.timeout;
        tokio::time::timeout(limit, self.follow(request))
            .await
            .unwrap_or(Err(FetchError::TimedOut(limit)))
    }

    /// Sends a form. A redirect is an answer like any other: what was sent to one server is not sent to another.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn post_form(&self, url: &str, policy: FetchPolicy, form: String) -> Result<FetchResponse, FetchError> {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, kind)]);
        self.post(url, policy, headers, form.into()).await
    }

    /// Sends bytes with these headers. A redirect is an answer like any other.
    ///
    /// # Errors
    /// As [`Fetcher::get`].
    pub async fn post(
        &self,
        url: &str,
        policy: FetchPolicy,
        headers: HeaderMap,
        bytes: Bytes,
    ) -> Result<FetchResponse, FetchError> {
        let limit = self.settings.timeout;
        let send = async {
            let target = Target::first(url, policy, &self.allow)?;
            let request = self.client(&target).post(target.url.clone()).headers(headers);
            let response = self.sent(&target, request.body(bytes)).await?;
            body::read(response, &target.url, LARGEST_ANSWER).await
        };
        tokio::time::timeout(limit, send)
            .await
            .unwrap_or(Err(FetchError::TimedOut(limit)))
    }

    /// Sends a request as a protocol's own library made it, to one of the operator's services, and gives back status,
    /// content type and body. Redirects are answers like any other.
    ///
    /// # Errors
    /// As [`Fetcher::get`], with `limit` for everything.
    pub async fn exchange(
        &self,
        request: http::Request<Vec<u8>>,
        limit: Duration,
    ) -> Result<http::Response<Vec<u8>>, FetchError> {
        let send = async {
            let (parts, body) = request.into_parts();
            let target = Target::first(&parts.uri.to_string(), FetchPolicy::Operator, &self.allow)?;
            let request = self.client(&target).request(parts.method, target.url.clone());
            let response = self.sent(&target, request.headers(parts.headers).body(body)).await?;
            let answer = body::read(response, &target.url, LARGEST_EXCHANGE).await?;
            let mut response = http::Response::new(answer.body.to_vec());
            *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap_or_default();
            if let Some(kind) = answer.headers.content_type.as_deref()
                && let Ok(kind) = HeaderValue::from_str(kind)
            {
                response.headers_mut().insert(CONTENT_TYPE, kind);
            }
            Ok(response)
        };
        tokio::time::timeout(limit, send)
            .await
            .unwrap_or(Err(FetchError::TimedOut(limit)))
    }

    async fn follow(&self, request: FetchRequest<'_>) -> Result<FetchResponse, FetchError> {
        let max_bytes = request.max_bytes.unwrap_or(self.settings.max_bytes);
        let mut headers = headers_of(&request)?;
        let mut target = Target::first(request.url, request.policy, &self.allow)?;
        for _ in 0..=self.settings.max_redirects {
            let response = self.ask(&target, headers.clone()).await?;
            let Some(location) = redirect_of(&response) else {
                return body::read(response, &target.url, max_bytes).await;
            };
            let next = target.redirected(location?, &self.allow)?;
            if next.url.origin() != target.url.origin() {
                headers.remove(AUTHORIZATION);
            }
            target = next;
        }
        Err(FetchError::TooManyRedirects(self.settings.max_redirects))
    }

    async fn ask(&self, target: &Target, headers: HeaderMap) -> Result<reqwest::Response, FetchError> {
        let request = self.client(target).get(target.url.clone()).headers(headers);
        self.sent(target, request).await
    }

    const fn client(&self, target: &Target) -> &reqwest::Client {
        match target.hop {
            Hop::Trusted => &self.trusted,
            Hop::Guarded => &self.guarded,
        }
    }

    async fn sent(&self, target: &Target, request: reqwest::RequestBuilder) -> Result<reqwest::Response, FetchError> {
        let sent = request.send().await;
        let response = sent.map_err(|error| error::from_reqwest(&target.url, &error))?;
        // The resolver has dropped forbidden addresses already. Looking at the connection itself costs nothing and
        // would show a way round it that nobody thought of.
        if target.hop == Hop::Guarded
            && let Some(peer) = response.remote_addr()
        {
            refuse_address(peer.ip()).map_err(|refusal| FetchError::refused(&target.url, refusal))?;
        }
        Ok(response)
    }
}

fn client(
    settings: &FetchSettings,
    resolver: impl reqwest::dns::Resolve + 'static,
) -> Result<reqwest::Client, FetchError> {
    let resolver = Arc::new(resolver);
    let builder = || {
        #[expect(clippy::disallowed_methods, reason = "this is the room in which the client is made")]
        let builder = reqwest::Client::builder();
        builder
            .dns_resolver(Arc::clone(&resolver))
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .user_agent(&settings.user_agent)
            .connect_timeout(settings.connect_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(settings.idle_connections)
    };
    // A bare machine has no certificate authorities of its own; then Mozilla's, built in, must do. Where the system has
    // some they are the only ones, since its operator decides whom to trust.
    let built = builder().build().or_else(|error| {
        tracing::warn!(%error, "the system's certificate authorities can't be used; Mozilla's are taken");
        let bundled = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        let bundled: Result<Vec<_>, _> = bundled
            .iter()
            .map(|root| reqwest::Certificate::from_der(root))
            .collect();
        builder().tls_certs_only(bundled?).build()
    });
    built.map_err(|error| FetchError::Settings(error.to_string()))
}

fn headers_of(request: &FetchRequest<'_>) -> Result<HeaderMap, FetchError> {
    let mut headers = HeaderMap::new();
    let conditional = request.conditional.clone().unwrap_or_default();
    let mut put = |name: HeaderName, value: Option<&str>| match value.map(HeaderValue::from_str) {
        None => Ok(()),
        Some(Ok(value)) => {
            headers.insert(name, value);
            Ok(())
        }
        Some(Err(_)) => Err(FetchError::BadHeader(name.as_str().to_owned())),
    };
    put(ACCEPT, request.accept.or(Some("*/*")))?;
    put(AUTHORIZATION, request.authorization)?;
    put(IF_NONE_MATCH, conditional.etag.as_deref())?;
    put(IF_MODIFIED_SINCE, conditional.last_modified.as_deref())?;
    if let Some(authorization) = headers.get_mut(AUTHORIZATION) {
        authorization.set_sensitive(true);
    }
    Ok(headers)
}

/// Where a response sends us; `None` when it is no redirect.
fn redirect_of(response: &reqwest::Response) -> Option<Result<&str, FetchError>> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers().get(LOCATION)?;
    let url = response.url();
    Some(
        location
            .to_str()
            .map_err(|_| FetchError::bad_url(url.as_str(), "the redirect's address is not plain text")),
    )
}

/// An address as it may stand in logs and messages: without user name and query, which can hold a source's key.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // A URL without a host has no user name to take away; that failure is no loss.
    if shown.has_authority() && (shown.set_username("").is_err() || shown.set_password(None).is_err()) {
        return "(hidden)".to_owned();
    }
    shown.to_string()
}

#[cfg(test)]
mod tests;
