//! Pages for one reader, composed of a page that is the same for everybody and what fills its holes.
//!
//! A hole stands in a template as `<!--hole:NAME-->…<!--/hole:NAME-->`; what is between is what everybody else gets.

use crate::encodings::{Acceptable, Encoding};
use crate::press::PressedPage;
use axum::body::Body;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HeaderMap};
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

/// A hole with what stands in it for everybody else.
pub fn hole(name: &str, inside: &str) -> String {
    format!("<!--hole:{name}-->{inside}<!--/hole:{name}-->")
}

/// Answers with a pressed page whose holes are filled for one reader: not shared and not kept. What isn't HTML has no
/// holes and goes out as it is for everybody.
pub fn composed(page: &PressedPage, method: &Method, headers: &HeaderMap, holes: &[(&str, &str)]) -> Response<Body> {
    if !page.is_html() {
        return crate::respond::routed(page, method, headers);
    }
    let encoding = encoding_for_one(Acceptable::of(headers));
    whole_for_one(page, method, encoding, body_for_one(page, encoding, holes))
}

/// Only gzip can be put together of pieces that were compressed before.
pub(crate) fn encoding_for_one(acceptable: Acceptable) -> Encoding {
    acceptable.choose_among(|encoding| matches!(encoding, Encoding::Identity | Encoding::Gzip))
}

/// The page with its holes filled.
pub(crate) fn body_for_one(page: &PressedPage, encoding: Encoding, holes: &[(&str, &str)]) -> Bytes {
    if encoding == Encoding::Gzip {
        page.pieces().gzip(holes).into()
    } else {
        page.pieces().plain(holes).into()
    }
}

/// The answer with such a body.
pub(crate) fn whole_for_one(page: &PressedPage, method: &Method, encoding: Encoding, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = page.status();
    let mut head = page.head_for_one(encoding).clone();
    head.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    *response.headers_mut() = head;
    if *method != Method::HEAD {
        *response.body_mut() = Body::from(body);
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
