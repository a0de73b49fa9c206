//! Who may keep an answer and for how long: the one place where cache headers are written.
//!
//! A browser's copy cannot be recalled, so what may have to be killed stays in browsers for at most ten seconds. Long
//! life, `stale-while-revalidate` (RFC 5861, section 3) and `stale-if-error` (section 4) stand in
//! `CDN-Cache-Control` (RFC 9213) alone, because shared caches of ours can be purged by surrogate key.

use http::header::{CACHE_CONTROL, HeaderMap, HeaderName, HeaderValue};

/// `CDN-Cache-Control` (RFC 9213, section 3.1).
pub const CDN_CACHE_CONTROL: HeaderName = HeaderName::from_static("cdn-cache-control");

/// How an answer may be cached. A route that names none is [`CachePolicy::NoStore`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum CachePolicy {
    /// HTML that is the same for everybody: 10 s in browsers, a day in a purgeable shared cache.
    Page,
    /// Feeds, sitemaps and the public API: 60 s in clients, an hour in a purgeable shared cache.
    Feed,
    /// Bytes whose address changes with their content: a year, never asked for again.
    Media,
    /// `/live/front.json` at the newest cursor: 5 s everywhere.
    LiveNewest,
    /// `/live/front.json` at an older cursor: an hour, the answer no longer changes.
    LiveOlder,
    /// Not to be kept by anybody. The default: being cacheable is opted into.
    #[default]
    NoStore,
    /// Composed for one reader: not shared, not kept.
    Private,
}

impl CachePolicy {
    /// The value of `Cache-Control`.
    pub const fn cache_control(self) -> &'static str {
        match self {
            Self::Page => "public, max-age=10",
            Self::Feed => "public, max-age=60",
            Self::Media => "public, max-age=31536000, immutable",
            Self::LiveNewest => "public, max-age=5",
            Self::LiveOlder => "public, max-age=3600",
            Self::NoStore => "no-store",
            Self::Private => "private, no-store",
        }
    }

    /// The value of `CDN-Cache-Control`, where shared caches are told something else than browsers.
    pub const fn cdn_cache_control(self) -> Option<&'static str> {
        match self {
            Self::Page => Some("public, max-age=86400, stale-while-revalidate=60, stale-if-error=86400"),
            Self::Feed => Some("public, max-age=3600, stale-while-revalidate=60, stale-if-error=86400"),
            Self::Media | Self::LiveNewest | Self::LiveOlder | Self::NoStore | Self::Private => None,
        }
    }

    /// Whether an answer under this policy is the same for everybody, so that it may be pressed.
    pub const fn is_public(self) -> bool {
        !matches!(self, Self::NoStore | Self::Private)
    }

    /// Seconds that a browser may still show a copy after the origin has withdrawn it: what a kill's receipt states.
    pub const fn browser_seconds(self) -> u32 {
        match self {
            Self::Page => 10,
            Self::Feed => 60,
            Self::Media => 31_536_000,
            Self::LiveNewest => 5,
            Self::LiveOlder => 3600,
            Self::NoStore | Self::Private => 0,
        }
    }

    /// Writes the policy into `headers`, replacing what stood there.
    pub fn apply(self, headers: &mut HeaderMap) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(self.cache_control()));
        match self.cdn_cache_control() {
            Some(value) => {
                headers.insert(CDN_CACHE_CONTROL, HeaderValue::from_static(value));
            }
            None => {
                headers.remove(CDN_CACHE_CONTROL);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [CachePolicy; 7] = [
        CachePolicy::Page,
        CachePolicy::Feed,
        CachePolicy::Media,
        CachePolicy::LiveNewest,
        CachePolicy::LiveOlder,
        CachePolicy::NoStore,
        CachePolicy::Private,
    ];

    #[test]
    fn pages_live_briefly_in_browsers_and_long_in_the_cdn_alone() {
        let page = CachePolicy::Page;
        assert!(page.browser_seconds() <= 10);
        assert!(!page.cache_control().contains("stale-"));
        assert!(page.cdn_cache_control().unwrap().contains("stale-while-revalidate"));
        assert!(page.cdn_cache_control().unwrap().contains("stale-if-error"));
    }

    #[test]
    fn the_stated_seconds_are_those_of_the_header() {
        for policy in ALL {
            let header = policy.cache_control();
            let seconds: u32 = header
                .split("max-age=")
                .nth(1)
                .and_then(|rest| rest.split(',').next())
                .map_or(0, |number| number.parse().unwrap());
            assert_eq!(seconds, policy.browser_seconds(), "{policy:?}");
            assert_eq!(policy.is_public(), header.starts_with("public"), "{policy:?}");
        }
    }

    #[test]
    fn the_default_keeps_nothing_and_replaces_what_stood_there() {
        let mut headers = HeaderMap::new();
        CachePolicy::Page.apply(&mut headers);
        CachePolicy::default().apply(&mut headers);
        assert_eq!(headers[CACHE_CONTROL], "no-store");
        assert!(!headers.contains_key(CDN_CACHE_CONTROL));
    }
}
