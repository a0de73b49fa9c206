//! Security headers of every answer: one strict content policy for all pages, HSTS decided by the request.
//!
//! Nonces can't stand in a page that is the same for everybody, so inline style and script are allowed by hashes that
//! are computed when the theme is loaded. `'unsafe-inline'` never appears.

use crate::themes::Themes;
use http::header::{
    CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY,
    X_CONTENT_TYPE_OPTIONS,
};
use std::fmt::Write as _;

/// `Permissions-Policy` (W3C).
pub const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
/// `Cross-Origin-Opener-Policy` (HTML, section 7.1.3).
pub const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Powerful features: position for this site alone (weather and traffic near the reader, asked by a click), the rest
/// closed. Full screen, playing at once, a window of its own and passkeys are not named: their default, this site alone and the
/// frames to which it lends them, is what video and sign-in need.
/// Only names that browsers know are listed, because unknown ones are reported as mistakes in the console.
const PERMISSIONS: &str = "geolocation=(self), accelerometer=(), camera=(), display-capture=(), \
    encrypted-media=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
    screen-wake-lock=(), usb=(), xr-spatial-tracking=()";

const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");
const HSTS_SUBDOMAINS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");

/// The security headers of a network, made once and cloned into answers.
#[derive(Clone, Debug)]
pub struct SecurityHeaders {
    content_security_policy: HeaderValue,
    hsts: HeaderValue,
}

impl SecurityHeaders {
    /// The headers for pages of these themes. `hsts_subdomains` says whether the publisher vouches for TLS on every
    /// sub-domain too.
    pub fn new(themes: &Themes, hsts_subdomains: bool) -> Self {
        Self::with_hashes(&themes.style_hashes(), &themes.script_hashes(), hsts_subdomains)
    }

    /// The same from hashes such as `'sha256-…'` of inline styles and scripts.
    pub fn with_hashes(styles: &[String], scripts: &[String], hsts_subdomains: bool) -> Self {
        let mut policy = String::from("default-src 'none'; script-src 'self'");
        for hash in scripts {
            // Writing to a String can't fail.
            let _infallible = write!(policy, " {hash}");
        }
        policy.push_str("; style-src 'self'");
        for hash in styles {
            let _infallible = write!(policy, " {hash}");
        }
        policy.push_str(
            "; img-src 'self' data:; font-src 'self'; connect-src 'self'; media-src 'self'; manifest-src 'self'; \
             worker-src 'self'; frame-src 'self' https:; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'; object-src 'none'",
        );
        Self {
            // Hashes are base64 in quotes: visible ASCII, which every header value accepts. If a caller passed
            // something else, the strictest policy is the safe answer.
            content_security_policy: HeaderValue::try_from(policy)
                .unwrap_or(HeaderValue::from_static("default-src 'none'")),
            hsts: if hsts_subdomains { HSTS_SUBDOMAINS } else { HSTS },
        }
    }

    /// Writes everything but HSTS into `headers`: what is the same for every request and may be pressed.
    pub fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_SECURITY_POLICY, self.content_security_policy.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        headers.insert(
            REFERRER_POLICY,
            HeaderValue::from_static("strict-origin-when-cross-origin"),
        );
        headers.insert(PERMISSIONS_POLICY, HeaderValue::from_static(PERMISSIONS));
        headers.insert(CROSS_ORIGIN_OPENER_POLICY, HeaderValue::from_static("same-origin"));
    }

    /// Writes HSTS where the request came over TLS; over plain HTTP browsers must ignore it (RFC 6797, section 8.1)
    /// and sending it would be a mistake (section 7.2).
    pub fn apply_hsts(&self, headers: &mut HeaderMap, tls: bool) {
        if tls {
            headers.insert(STRICT_TRANSPORT_SECURITY, self.hsts.clone());
        }
    }

    /// The value of HSTS.
    pub const fn hsts(&self) -> &HeaderValue {
        &self.hsts
    }

    /// The content policy, for answers that write their own headers.
    pub const fn content_security_policy(&self) -> &HeaderValue {
        &self.content_security_policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_names_the_hashes_and_never_unsafe_inline() {
        let headers = SecurityHeaders::with_hashes(&["'sha256-a='".into()], &["'sha256-b='".into()], false);
        let policy = headers.content_security_policy().to_str().unwrap();
        assert!(policy.contains("style-src 'self' 'sha256-a='"));
        assert!(policy.contains("script-src 'self' 'sha256-b='"));
        assert!(!policy.contains("unsafe"));
        assert!(policy.starts_with("default-src 'none'"));
    }

    #[test]
    fn hsts_is_sent_over_tls_alone() {
        let security = SecurityHeaders::with_hashes(&[], &[], true);
        let mut headers = HeaderMap::new();
        security.apply(&mut headers);
        security.apply_hsts(&mut headers, false);
        assert!(!headers.contains_key(STRICT_TRANSPORT_SECURITY));
        security.apply_hsts(&mut headers, true);
        assert_eq!(
            headers[STRICT_TRANSPORT_SECURITY],
            "max-age=31536000; includeSubDomains"
        );
        assert_eq!(headers[X_CONTENT_TYPE_OPTIONS], "nosniff");
    }
}
