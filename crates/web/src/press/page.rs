//! A pressed page: bytes and header values that are ready to be sent, and what is needed to know when they are not.

use super::key::PageKey;
use super::pieces::Pieces;
use super::{LogPosition, withheld::Withheld};
use crate::cache_policy::CachePolicy;
use crate::encodings::{self, Effort, Encoding, Prepared};
use crate::errors::WebError;
use crate::security_headers::SecurityHeaders;
use crate::surrogate::{self, SurrogateKey};
use bytes::Bytes;
use http::StatusCode;
use http::header::{
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION,
    VARY,
};
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// `Surrogate-Key` (Fastly, Varnish).
pub const SURROGATE_KEY: HeaderName = HeaderName::from_static("surrogate-key");
/// `Cache-Tag` (Cloudflare, Akamai).
pub const CACHE_TAG: HeaderName = HeaderName::from_static("cache-tag");

/// Asked for this often after it was pressed, a page is worth compressing harder. A crawler that walks the archive asks
/// once.
const READ: u8 = 3;

/// What a render hands in to be pressed.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// 200, or 301/308 with a `location`, or 410 for what was killed. Others are sent once and not kept.
    pub status: StatusCode,
    /// The media type with its charset.
    pub content_type: &'static str,
    /// The text.
    pub body: Bytes,
    /// Who may keep it; a policy that is not public is not kept here either.
    pub policy: CachePolicy,
    /// The keys of what is shown *and* of the queries on the page, the most important first.
    pub surrogate_keys: Vec<SurrogateKey>,
    /// Every story of which anything shows, so that a kill finds the page.
    pub stories: Vec<StoryId>,
    /// The log position that the render's own snapshot of the store had.
    pub position: LogPosition,
    /// When the content last changed; the time of pressing where that isn't known.
    pub last_modified: Option<Timestamp>,
    /// Where a redirect leads: a path or an absolute address.
    pub location: Option<String>,
    /// Further headers that are the same for everybody, such as `Link` or `X-Robots-Tag`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Rendered {
    /// An HTML page under [`CachePolicy::Page`], read at `position`.
    pub fn html(body: String, position: LogPosition) -> Self {
        Self::new("text/html; charset=utf-8", body.into(), CachePolicy::Page, position)
    }

    /// A body of another type.
    pub const fn new(content_type: &'static str, body: Bytes, policy: CachePolicy, position: LogPosition) -> Self {
        Self {
            status: StatusCode::OK,
            content_type,
            body,
            policy,
            surrogate_keys: Vec::new(),
            stories: Vec::new(),
            position,
            last_modified: None,
            location: None,
            headers: Vec::new(),
        }
    }

    /// A permanent redirect, read at `position`: an old slug that leads to the present one.
    pub fn moved(location: String, position: LogPosition) -> Self {
        let mut rendered = Self::html(String::new(), position);
        rendered.status = StatusCode::MOVED_PERMANENTLY;
        rendered.location = Some(location);
        rendered
    }

    /// With this status.
    #[must_use]
    pub const fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// With these keys added.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = SurrogateKey>) -> Self {
        self.surrogate_keys.extend(keys);
        self
    }

    /// With these stories added to those that show.
    #[must_use]
    pub fn stories(mut self, stories: impl IntoIterator<Item = StoryId>) -> Self {
        self.stories.extend(stories);
        self
    }

    /// Last changed at `at`.
    #[must_use]
    pub const fn modified(mut self, at: Timestamp) -> Self {
        self.last_modified = Some(at);
        self
    }

    /// With one more header.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Whether the press may keep it. A 404 is never kept: anybody can invent addresses.
    pub fn is_keepable(&self) -> bool {
        self.policy.is_public()
            && matches!(
                self.status,
                StatusCode::OK | StatusCode::MOVED_PERMANENTLY | StatusCode::PERMANENT_REDIRECT | StatusCode::GONE
            )
    }
}

/// What a page is made of, before its heads are built; also what the disk half writes and reads.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) key: PageKey,
    pub(crate) status: StatusCode,
    pub(crate) policy: CachePolicy,
    pub(crate) prepared: Prepared,
    pub(crate) surrogate_keys: Vec<SurrogateKey>,
    pub(crate) stories: Vec<StoryId>,
    pub(crate) position: LogPosition,
    pub(crate) made_at: Timestamp,
    pub(crate) last_modified: Timestamp,
    /// Headers beside those that follow from the other parts: content type, location, security, the render's own.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

/// A page as it is kept. Immutable, shared by everybody who is sent it.
#[derive(Debug)]
pub struct PressedPage {
    parts: Parts,
    /// What all encodings say alike, in the order in which it is sent.
    common: Vec<(HeaderName, HeaderValue)>,
    /// Whole heads in the order of [`Encoding::ALL`], built when first asked for: a head takes about 2 KB, and most
    /// pages are only ever sent in one or two encodings.
    heads: [OnceLock<HeaderMap>; 4],
    /// The same as bytes of HTTP/1.1, without `Date` and the empty line, which follow from the moment.
    wire_whole: [OnceLock<Bytes>; 4],
    /// Heads of a 304 in the same form.
    wire_not_modified: [OnceLock<Bytes>; 4],
    /// Heads of the page when it is put together for one reader, as a map and as bytes.
    heads_for_one: [OnceLock<HeaderMap>; 4],
    wire_for_one: [OnceLock<Bytes>; 4],
    /// What it is composed of for a reader who is signed in, made when the first of them comes.
    pieces: OnceLock<Pieces>,
    checked_epoch: AtomicU64,
    /// How often it was asked for, up to [`READ`].
    asked: AtomicU8,
    /// Bytes that it counts with in the cache and among those that wait for the disk; what is counted in must be counted
    /// out again, so it does not follow the encodings that are made later.
    weight: usize,
}

impl Parts {
    /// Prepares a rendered page. When the text is that of the `known` page its bodies are taken over, so that a re-press
    /// that changed nothing costs no compression, and so is its date, which says when the text changed.
    ///
    /// # Errors
    /// When a redirect's address does not fit into a header.
    pub(crate) fn prepare(
        key: PageKey,
        rendered: Rendered,
        made_at: Timestamp,
        effort: Effort,
        security: &SecurityHeaders,
        known: Option<&Self>,
    ) -> Result<Self, WebError> {
        let (prepared, unchanged_since) = match known {
            Some(known) if *known.prepared.identity() == rendered.body => (known.prepared.clone(), known.last_modified),
            _ => (Prepared::new(rendered.body, effort), made_at),
        };
        let mut fixed = HeaderMap::new();
        fixed.insert(CONTENT_TYPE, HeaderValue::from_static(rendered.content_type));
        security.apply(&mut fixed);
        let mut headers: Vec<_> = fixed
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        headers.extend(rendered.headers);
        if let Some(location) = rendered.location {
            headers.push((LOCATION, HeaderValue::try_from(location).map_err(WebError::internal)?));
        }
        Ok(Self {
            key,
            status: rendered.status,
            policy: rendered.policy,
            prepared,
            surrogate_keys: rendered.surrogate_keys,
            stories: rendered.stories,
            position: rendered.position,
            made_at,
            last_modified: rendered.last_modified.unwrap_or(unchanged_since),
            headers,
        })
    }
}

impl PressedPage {
    pub(crate) fn new(parts: Parts) -> Self {
        let mut common = Vec::with_capacity(parts.headers.len() + 6);
        common.extend(parts.headers.iter().cloned());
        let mut cache = HeaderMap::new();
        parts.policy.apply(&mut cache);
        common.extend(cache.iter().map(|(name, value)| (name.clone(), value.clone())));
        common.push((VARY, HeaderValue::from_static("accept-encoding")));
        // An HTTP date and the lists of keys are visible ASCII, which every header value accepts.
        if let Ok(date) = HeaderValue::try_from(encodings::http_date(parts.last_modified)) {
            common.push((LAST_MODIFIED, date));
        }
        if !parts.surrogate_keys.is_empty() {
            let rendered = surrogate::render(&parts.surrogate_keys);
            common.push((SURROGATE_KEY, rendered.surrogate_key));
            common.push((CACHE_TAG, rendered.cache_tag));
        }
        // All bodies, two heads, keys and stories.
        let weight = parts.prepared.weight() + 6000 + parts.surrogate_keys.len() * 80 + parts.stories.len() * 16;
        Self {
            parts,
            common,
            heads: Default::default(),
            wire_whole: Default::default(),
            wire_not_modified: Default::default(),
            heads_for_one: Default::default(),
            wire_for_one: Default::default(),
            pieces: OnceLock::new(),
            checked_epoch: AtomicU64::new(0),
            asked: AtomicU8::new(0),
            weight,
        }
    }

    /// What it is kept under.
    pub const fn key(&self) -> &PageKey {
        &self.parts.key
    }

    /// Its status.
    pub const fn status(&self) -> StatusCode {
        self.parts.status
    }

    /// Who may keep it.
    pub const fn policy(&self) -> CachePolicy {
        self.parts.policy
    }

    /// Its bodies.
    pub const fn prepared(&self) -> &Prepared {
        &self.parts.prepared
    }

    /// The keys it is found by.
    pub fn surrogate_keys(&self) -> &[SurrogateKey] {
        &self.parts.surrogate_keys
    }

    /// The stories of which something shows.
    pub fn stories(&self) -> &[StoryId] {
        &self.parts.stories
    }

    /// The log position of the snapshot that it was made from.
    pub const fn position(&self) -> LogPosition {
        self.parts.position
    }

    /// When it was pressed.
    pub const fn made_at(&self) -> Timestamp {
        self.parts.made_at
    }

    /// When its content last changed.
    pub const fn last_modified(&self) -> Timestamp {
        self.parts.last_modified
    }

    /// Bytes that it takes in memory, about.
    pub const fn weight(&self) -> usize {
        self.weight
    }

    /// Counts that somebody asked for it; true the one time when it has proved to be read. From then on this costs a
    /// read, so that the pages that everybody wants are not fought over.
    pub(super) fn asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed) < READ && self.asked.fetch_add(1, Ordering::Relaxed) + 1 == READ
    }

    /// Whether it has proved to be read.
    pub(super) fn is_read(&self) -> bool {
        self.asked.load(Ordering::Relaxed) >= READ
    }

    /// Takes over from `before`, in whose place it comes, that it is read.
    pub(super) fn follow(&self, before: &Self) {
        if before.is_read() {
            self.asked.store(READ, Ordering::Relaxed);
        }
    }

    pub(crate) const fn parts(&self) -> &Parts {
        &self.parts
    }

    /// The same page compressed harder.
    pub(crate) fn pressed_harder(&self) -> Self {
        let mut parts = self.parts.clone();
        parts.prepared = parts.prepared.harder();
        Self::new(parts)
    }

    /// Whether it may be sent: none of its stories is withheld. Costs one atomic read when nothing has changed.
    pub(super) fn may_be_shown(&self, withheld: &Withheld) -> bool {
        let epoch = withheld.epoch();
        if self.checked_epoch.load(Ordering::Relaxed) == epoch {
            return true;
        }
        if withheld.holds_any(&self.parts.stories) {
            return false;
        }
        self.checked_epoch.store(epoch, Ordering::Relaxed);
        true
    }

    /// Whether it is HTML.
    pub(crate) fn is_html(&self) -> bool {
        let is_html = |(_, value): &(HeaderName, HeaderValue)| value.as_bytes().starts_with(b"text/html");
        let mut kinds = self.parts.headers.iter().filter(|(name, _)| *name == CONTENT_TYPE);
        kinds.any(is_html)
    }

    /// Whether it is HTML with a hole of this name.
    pub fn has_hole(&self, name: &str) -> bool {
        self.is_html() && self.pieces().have(name)
    }

    /// Its text; `None` for what is none.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(self.parts.prepared.identity()).ok()
    }

    /// The page cut at its holes.
    pub(crate) fn pieces(&self) -> &Pieces {
        self.pieces.get_or_init(|| Pieces::cut(self.parts.prepared.identity()))
    }

    /// Head and body in `encoding`, which the caller chose among those that are there; otherwise the text itself. The
    /// length is not in the head: hyper knows it from the body and writes it in any case.
    pub(crate) fn whole(&self, encoding: Encoding) -> (&HeaderMap, &Bytes) {
        let (encoding, body) = self.body(encoding);
        let head = slot(&self.heads, encoding).get_or_init(|| self.head_with_body(encoding));
        (head, body)
    }

    /// The same as bytes, with the length.
    pub(crate) fn wire_whole(&self, encoding: Encoding) -> (&Bytes, &Bytes) {
        let (encoding, body) = self.body(encoding);
        let head = slot(&self.wire_whole, encoding).get_or_init(|| {
            let mut head = self.head_with_body(encoding);
            head.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
            as_bytes(self.parts.status, &head)
        });
        (head, body)
    }

    /// The head of the page when it is put together for one reader: not shared, not kept, and so without the names that
    /// shared pages have. The length is not in it.
    pub(crate) fn head_for_one(&self, encoding: Encoding) -> &HeaderMap {
        slot(&self.heads_for_one, encoding).get_or_init(|| {
            let mut head = self.head_with_body(encoding);
            for name in [ETAG, LAST_MODIFIED, SURROGATE_KEY, CACHE_TAG] {
                head.remove(name);
            }
            CachePolicy::Private.apply(&mut head);
            head
        })
    }

    /// The same as bytes.
    pub(crate) fn wire_for_one(&self, encoding: Encoding) -> &Bytes {
        slot(&self.wire_for_one, encoding).get_or_init(|| as_bytes(self.parts.status, self.head_for_one(encoding)))
    }

    /// Head of a 304 as bytes.
    pub(crate) fn wire_not_modified(&self, encoding: Encoding) -> &Bytes {
        let (encoding, _) = self.body(encoding);
        slot(&self.wire_not_modified, encoding)
            .get_or_init(|| as_bytes(StatusCode::NOT_MODIFIED, &self.head_without_body(encoding)))
    }

    fn body(&self, encoding: Encoding) -> (Encoding, &Bytes) {
        let prepared = &self.parts.prepared;
        match prepared.body(encoding) {
            Some(body) => (encoding, body),
            None => (Encoding::Identity, prepared.identity()),
        }
    }

    fn head_with_body(&self, encoding: Encoding) -> HeaderMap {
        let mut head = self.head_without_body(encoding);
        if let Some(name) = encoding.name() {
            head.insert(CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        head
    }

    /// Head of a 304: what the 200 would say, without the length and coding of the body (RFC 9110, section 15.4.5).
    pub(crate) fn head_without_body(&self, encoding: Encoding) -> HeaderMap {
        let mut head = HeaderMap::with_capacity(self.common.len() + 5);
        for (name, value) in &self.common {
            head.append(name.clone(), value.clone());
        }
        if let Ok(etag) = HeaderValue::try_from(self.parts.prepared.etag(encoding)) {
            head.insert(ETAG, etag);
        }
        head
    }
}

const fn slot<T>(slots: &[OnceLock<T>; 4], encoding: Encoding) -> &OnceLock<T> {
    let [identity, gzip, brotli, zstd] = slots;
    match encoding {
        Encoding::Identity => identity,
        Encoding::Gzip => gzip,
        Encoding::Brotli => brotli,
        Encoding::Zstd => zstd,
    }
}

/// A head as HTTP/1.1 writes it (RFC 9112, section 4).
fn as_bytes(status: StatusCode, head: &HeaderMap) -> Bytes {
    let mut bytes = Vec::with_capacity(2048);
    bytes.extend_from_slice(b"HTTP/1.1 ");
    bytes.extend_from_slice(status.as_str().as_bytes());
    bytes.push(b' ');
    bytes.extend_from_slice(status.canonical_reason().unwrap_or_default().as_bytes());
    bytes.extend_from_slice(b"\r\n");
    for (name, value) in head {
        bytes.extend_from_slice(name.as_str().as_bytes());
        bytes.extend_from_slice(b": ");
        bytes.extend_from_slice(value.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.into()
}
