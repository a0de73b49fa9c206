//! Negotiation as a table, tags in every form, and bodies that come back as they went in.

use super::*;
use proptest::prelude::*;
use std::io::Read as _;

fn acceptable(line: &str) -> Acceptable {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(line).unwrap());
    Acceptable::of(&headers)
}

fn text() -> Bytes {
    Bytes::from("<p>The ministers met again on Tuesday and agreed on nothing.</p>\n".repeat(200))
}

#[test]
fn negotiation() {
    use Encoding::{Brotli, Gzip, Identity, Zstd};
    let prepared = Prepared::new(text(), Effort::Fast);
    for (line, expected) in [
        ("gzip, deflate, br, zstd", Zstd),
        ("gzip, deflate, br", Brotli),
        ("gzip", Gzip),
        ("x-gzip", Gzip),
        ("GZIP", Gzip),
        ("deflate", Identity),
        ("", Identity),
        ("identity", Identity),
        ("*", Zstd),
        ("*;q=0.5, zstd;q=0", Brotli),
        ("br;q=0.5, gzip;q=0.8", Gzip),
        ("br;q=1.0, gzip;q=0.8, *;q=0.1", Brotli),
        ("gzip;q=0.001", Gzip),
        ("gzip;q=0", Identity),
        ("gzip; q=0.4, identity; q=0.5", Identity),
        ("gzip;q=0.5, identity;q=0.5", Gzip),
        ("identity;q=0, gzip;q=0.1", Gzip),
        ("*;q=0", Identity),
        ("gzip;q=2", Identity),
        ("gzip;q=0.0001", Identity),
        ("gzip;q=abc, br", Brotli),
        (",,gzip,,", Gzip),
        ("gzip;level=9;q=0.3", Gzip),
    ] {
        assert_eq!(acceptable(line).choose(&prepared), expected, "`{line}`");
    }
    assert_eq!(Acceptable::of(&HeaderMap::new()).choose(&prepared), Identity);
}

#[test]
fn nothing_is_compressed_that_nobody_asked_for() {
    let prepared = Prepared::new(text(), Effort::Fast);
    let made = |prepared: &Prepared| Encoding::ALL.map(|encoding| prepared.made(encoding).is_some());
    assert_eq!(made(&prepared), [true, false, false, false]);
    acceptable("gzip, br;q=0.5").choose(&prepared);
    assert_eq!(made(&prepared), [true, true, false, false]);
    assert_eq!(made(&prepared.harder()), [true, true, true, true]);
}

#[test]
fn several_lines_are_one_list() {
    let mut headers = HeaderMap::new();
    headers.append(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    headers.append(ACCEPT_ENCODING, HeaderValue::from_static("br"));
    let prepared = Prepared::new(text(), Effort::Fast);
    assert_eq!(Acceptable::of(&headers).choose(&prepared), Encoding::Brotli);
}

#[test]
fn what_does_not_shrink_stays_as_it_is() {
    let noise: Vec<u8> = (0..4000u32)
        .flat_map(|n| Sha256::digest(n.to_be_bytes()).to_vec())
        .collect();
    for body in [Bytes::from_static(b"short"), Bytes::new(), Bytes::from(noise)] {
        let prepared = Prepared::new(body.clone(), Effort::Fast);
        assert_eq!(acceptable("gzip, br, zstd").choose(&prepared), Encoding::Identity);
        assert_eq!(prepared.body(Encoding::Identity), Some(&body));
        assert!(
            Encoding::ALL[1..]
                .iter()
                .all(|encoding| prepared.body(*encoding).is_none())
        );
        assert_eq!(prepared.weight(), body.len());
    }
}

fn unpack(encoding: Encoding, bytes: &Bytes) -> Vec<u8> {
    let mut out = Vec::new();
    match encoding {
        Encoding::Identity => out.extend_from_slice(bytes),
        Encoding::Gzip => {
            flate2::read::GzDecoder::new(bytes.as_ref())
                .read_to_end(&mut out)
                .unwrap();
        }
        Encoding::Brotli => {
            brotli::BrotliDecompress(&mut bytes.as_ref(), &mut out).unwrap();
        }
        Encoding::Zstd => zstd::stream::copy_decode(bytes.as_ref(), &mut out).unwrap(),
    }
    out
}

#[test]
fn tags_differ_by_encoding_and_effort_and_compare_without_the_suffix() {
    let fast = Prepared::new(text(), Effort::Fast);
    let slow = Prepared::new(text(), Effort::Slow);
    let mut tags: Vec<String> = Encoding::ALL.into_iter().map(|e| fast.etag(e)).collect();
    tags.extend([Encoding::Gzip, Encoding::Brotli, Encoding::Zstd].map(|e| slow.etag(e)));
    let count = tags.len();
    for tag in &tags {
        assert!(none_match(&HeaderValue::from_str(tag).unwrap(), &fast.hash), "{tag}");
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), count);
    assert_eq!(fast.etag(Encoding::Identity), slow.etag(Encoding::Identity));
    let packed = |prepared: &Prepared| -> usize {
        Encoding::ALL
            .into_iter()
            .filter_map(|encoding| prepared.body(encoding))
            .map(Bytes::len)
            .sum()
    };
    assert!(packed(&slow) < packed(&fast));
}

#[test]
fn if_none_match_forms() {
    for (line, expected) in [
        ("*", true),
        ("\"abc\"", true),
        ("W/\"abc\"", true),
        ("\"abc-br\"", true),
        ("W/\"abc-gz2\"", true),
        ("\"x\", \"abc-zs\"", true),
        ("\"x\" , W/\"y\",\"abc\"", true),
        ("\"a,b\", \"abc\"", true),
        ("\"abcd\"", false),
        ("\"ab\"", false),
        ("abc", false),
        ("\"abc", false),
        ("", false),
        ("\"x\" \"abc\"", false),
        ("\"x\",", false),
    ] {
        let value = HeaderValue::from_str(line).unwrap();
        assert_eq!(none_match(&value, "abc"), expected, "`{line}`");
    }
}

#[test]
fn dates() {
    let at = Timestamp::parse_rfc3339("2014-09-15T18:47:00.5Z").unwrap();
    assert_eq!(http_date(at), "Mon, 15 Sep 2014 18:47:00 GMT");
    assert_eq!(http_date(Timestamp::MIN), "Thu, 01 Jan 1970 00:00:00 GMT");
    assert_eq!(http_date(Timestamp::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    for (line, expected) in [
        ("Mon, 15 Sep 2014 18:47:00 GMT", true),
        ("Mon, 15 Sep 2014 18:46:59 GMT", false),
        ("Monday, 15-Sep-14 18:47:00 GMT", true),
        ("Mon Sep 15 18:47:01 2014", true),
        ("yesterday", false),
    ] {
        let value = HeaderValue::from_str(line).unwrap();
        assert_eq!(unmodified_since(&value, at), expected, "`{line}`");
    }
}

proptest! {
    #[test]
    fn every_encoding_gives_the_text_back(word in ".{1,20}", times in 0usize..300) {
        let body = Bytes::from(word.repeat(times));
        for effort in [Effort::Fast, Effort::Slow] {
            let prepared = Prepared::new(body.clone(), effort);
            for encoding in Encoding::ALL {
                if let Some(bytes) = prepared.body(encoding) {
                    prop_assert_eq!(unpack(encoding, bytes), body.to_vec());
                    prop_assert!(bytes.len() <= body.len());
                }
            }
        }
    }

    #[test]
    fn any_header_is_read(line in proptest::collection::vec(any::<u8>(), 0..80)) {
        if let Ok(value) = HeaderValue::from_bytes(&line) {
            let _ = none_match(&value, "abc");
            let _ = unmodified_since(&value, Timestamp::default());
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, value);
            let _ = Acceptable::of(&headers);
        }
    }
}
