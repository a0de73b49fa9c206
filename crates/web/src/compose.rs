//! Pages for one reader, composed of a page that is the same for everybody and what fills its holes.
//!
//! A hole stands in a template as `<!--hole:NAME-->…<!--/hole:NAME-->`; what is between is what everybody else gets.

use crate::cache_policy::CachePolicy;
use crate::encodings::{Acceptable, Encoding};
use crate::press::PressedPage;
use axum::body::Body;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, LAST_MODIFIED};
use http::{HeaderValue, Method, Response};

/// Replaces what stands in a hole. A page without the hole stays as it is.
pub fn fill(html: &str, hole: &str, with: &str) -> String {
    let (begin, end) = (format!("<!--hole:{hole}-->"), format!("<!--/hole:{hole}-->"));
    let Some((before, rest)) = html.split_once(&begin) else {
        return html.to_owned();
    };
    match rest.split_once(&end) {
        Some((_, after)) => [before, with, after].concat(),
        None => html.to_owned(),
    }
}

/// Answers with a pressed page whose holes are filled for one reader: not shared and not kept. What isn't HTML has no
/// holes and goes out as it is for everybody.
pub fn composed(page: &PressedPage, method: &Method, headers: &HeaderMap, holes: &[(&str, &str)]) -> Response<Body> {
    let (head, _) = page.whole(Encoding::Identity);
    let is_html = head
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_html {
        return crate::respond::routed(page, method, headers);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = page.status();
    let into = response.headers_mut();
    into.clone_from(head);
    for name in [
        ETAG,
        LAST_MODIFIED,
        CONTENT_ENCODING,
        crate::press::SURROGATE_KEY,
        crate::press::CACHE_TAG,
    ] {
        into.remove(name);
    }
    CachePolicy::Private.apply(into);
    let gzips =
        Acceptable::of(headers).choose_among(|encoding| matches!(encoding, Encoding::Identity | Encoding::Gzip));
    let bytes = if gzips == Encoding::Gzip {
        into.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        page.pieces().gzip(holes)
    } else {
        page.pieces().plain(holes)
    };
    into.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    if *method != Method::HEAD {
        *response.body_mut() = Body::from(bytes);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_is_filled_and_a_page_without_one_stays() {
        let page = "<p>a</p><!--hole:x--><a>in</a><!--/hole:x--><p>b</p>";
        assert_eq!(fill(page, "x", "<b>me</b>"), "<p>a</p><b>me</b><p>b</p>");
        assert_eq!(fill(page, "y", "<b>me</b>"), page);
        assert_eq!(fill("<!--hole:x-->open", "x", "z"), "<!--hole:x-->open");
    }
}
