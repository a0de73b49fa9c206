//! Cookies of ours: one name over TLS, another without, always `HttpOnly` and `SameSite=Lax`.
//!
//! Chromium drops `__Host-` cookies without `Secure`, so that plain http needs an unprefixed name; and that name counts
//! for nothing over TLS, where somebody on the way could have set it.

use crate::request::RequestInfo;
use http::header::{COOKIE, HeaderMap, HeaderValue};

/// A cookie of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Over plain http.
    pub plain: &'static str,
    /// Over TLS.
    pub secure: &'static str,
}

/// Who is signed in.
pub const SESSION: Cookie = Cookie {
    plain: "session",
    secure: "__Host-session",
};

/// Lives while somebody signs in: binds codes and answers of providers to the browser that asked.
pub const SIGNING_IN: Cookie = Cookie {
    plain: "signing-in",
    secure: "__Host-signing-in",
};

/// The places that a reader chose. It may belong to all sites of a network, so that it can't be `__Host-`, and scripts
/// read it to fill pages that a shared cache kept: it says nothing that the fragments' addresses don't.
pub const PLACES: Cookie = Cookie {
    plain: "place",
    secure: "__Secure-place",
};

impl Cookie {
    pub(crate) const fn name(self, tls: bool) -> &'static str {
        if tls { self.secure } else { self.plain }
    }

    /// What the request brings. A cookie that comes twice is none: one of them was planted.
    pub fn read<'a>(self, headers: &'a HeaderMap, info: &RequestInfo) -> Option<&'a str> {
        let name = self.name(info.tls);
        let mut found = headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(known, _)| *known == name)
            .map(|(_, value)| value);
        match (found.next(), found.next()) {
            (Some(value), None) if !value.is_empty() && value.len() <= 256 => Some(value),
            _ => None,
        }
    }

    /// `Set-Cookie` for a value of ours, which holds nothing but letters, digits, `-`, `_` and `.`.
    pub fn set(self, value: &str, seconds: i64, info: &RequestInfo) -> HeaderValue {
        let name = self.name(info.tls);
        let secure = if info.tls { "; Secure" } else { "" };
        let line = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        // The value is one of ours; anything else is not set at all.
        HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static(""))
    }

    /// `Set-Cookie` for a value that scripts may read, for every host under `domain` where the request came to one of
    /// them; otherwise for this host alone.
    pub fn set_open(self, value: &str, seconds: i64, info: &RequestInfo, domain: &str) -> HeaderValue {
        let name = self.name(info.tls);
        let secure = if info.tls { "; Secure" } else { "" };
        let domain = if is_under(&info.host, domain) {
            format!("; Domain={domain}")
        } else {
            String::new()
        };
        let line = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{domain}{secure}");
        HeaderValue::try_from(line).unwrap_or(HeaderValue::from_static(""))
    }

    /// `Set-Cookie` that takes it away.
    pub fn clear(self, info: &RequestInfo) -> HeaderValue {
        self.set("", 0, info)
    }
}

/// Whether a host (with its port) is a domain or one under it.
pub fn is_under(host: &str, domain: &str) -> bool {
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    !domain.is_empty()
        && name
            .strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hosts::HostSite;
    use crate::urls::Origin;
    use std::sync::Arc;

    fn info(tls: bool) -> RequestInfo {
        RequestInfo {
            site: Arc::new(HostSite {
                id: masthead_domain::ids::SiteId(uuid::Uuid::nil()),
                slug: "daily".into(),
                origin: Origin::parse("https://daily.example").unwrap(),
                lang: "en".into(),
                zone: "UTC".into(),
            }),
            host: "daily.example".into(),
            tls,
            client: std::net::IpAddr::from([127, 0, 0, 1]),
            id: "1".into(),
        }
    }

    fn brings(line: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(line))])
    }

    #[test]
    fn a_plain_cookie_counts_for_nothing_over_tls() {
        let headers = brings("a=b; session=planted; __Host-session=true-one");
        assert_eq!(SESSION.read(&headers, &info(true)), Some("true-one"));
        assert_eq!(SESSION.read(&headers, &info(false)), Some("planted"));
        assert_eq!(SESSION.read(&brings("session=planted"), &info(true)), None);
    }

    #[test]
    fn a_cookie_of_all_sites_is_set_where_they_are_and_nowhere_else() {
        let line = PLACES.set_open("1---", 60, &info(true), "example");
        assert_eq!(
            line,
            "__Secure-place=1---; Path=/; Max-Age=60; SameSite=Lax; Domain=example; Secure"
        );
        for other in ["", "ample", "other.example"] {
            let line = PLACES.set_open("1---", 60, &info(false), other);
            assert_eq!(line, "place=1---; Path=/; Max-Age=60; SameSite=Lax", "{other}");
        }
        assert!(is_under("daily.masthead.localhost:8080", "masthead.localhost"));
        assert!(!is_under("127.0.0.1:8080", "masthead.localhost"));
    }

    #[test]
    fn a_cookie_that_comes_twice_or_empty_is_none() {
        for line in ["session=a; session=b", "session=", "xsession=a", ""] {
            assert_eq!(SESSION.read(&brings(line), &info(false)), None, "{line}");
        }
    }

    #[test]
    fn cookies_are_for_this_host_alone_and_not_for_scripts() {
        assert_eq!(
            SESSION.set("x", 60, &info(true)),
            "__Host-session=x; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(
            SESSION.clear(&info(false)),
            "session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
