//! Parts of a file (RFC 9110, section 14): which bytes are asked for, and the head of the answer.

use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, HeaderValue, IF_RANGE, RANGE};
use http::{Response, StatusCode};

/// What a request asks for of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it. Several parts at once are answered with all of it too, as section 14.2 allows: players don't ask for them.
    Whole,
    /// The bytes from `first` to `last`, both included.
    Part {
        /// The first byte, from 0.
        first: u64,
        /// The last byte.
        last: u64,
    },
    /// Bytes that the file doesn't have.
    Beyond,
}

/// What the headers ask for of a file of `length` bytes with this strong `etag`. A condition (`If-Range`) that names
/// another file asks for all of this one.
pub fn asked(headers: &HeaderMap, etag: &str, length: u64) -> Asked {
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else {
        return Asked::Whole;
    };
    // A date would be a weak validator here: these files have none that is exact.
    if headers
        .get(IF_RANGE)
        .is_some_and(|known| known.as_bytes() != etag.as_bytes())
    {
        return Asked::Whole;
    }
    let Some(spec) = range.strip_prefix("bytes=").map(str::trim) else {
        return Asked::Whole;
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let Some((first, last)) = spec.split_once('-').filter(|_| !spec.contains(',')) else {
        return Asked::Whole;
    };
    match (number(first), number(last)) {
        // The last bytes of it.
        (None, Some(0)) if first.is_empty() => Asked::Beyond,
        (None, Some(count)) if first.is_empty() && length > 0 => Asked::Part {
            first: length.saturating_sub(count),
            last: length - 1,
        },
        (Some(first), _) if last.is_empty() && first < length => Asked::Part {
            first,
            last: length - 1,
        },
        (Some(first), Some(last)) if first <= last && first < length => Asked::Part {
            first,
            last: last.min(length - 1),
        },
        (Some(first), Some(last)) if first > last => Asked::Whole,
        (Some(_), Some(_)) => Asked::Beyond,
        (Some(_), None) if last.is_empty() => Asked::Beyond,
        (None, Some(_)) if first.is_empty() => Asked::Beyond,
        _ => Asked::Whole,
    }
}

/// The answer's status and the headers that say which part it is.
pub fn head<B>(response: &mut Response<B>, asked: Asked, etag: &str, length: u64) {
    let (status, count, range) = match asked {
        Asked::Whole => (StatusCode::OK, length, None),
        Asked::Part { first, last } => (
            StatusCode::PARTIAL_CONTENT,
            last.saturating_sub(first).saturating_add(1),
            Some(format!("bytes {first}-{last}/{length}")),
        ),
        Asked::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, 0, Some(format!("bytes */{length}"))),
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(count));
    if let Ok(etag) = HeaderValue::try_from(etag) {
        headers.insert(ETAG, etag);
    }
    if let Some(range) = range.and_then(|range| HeaderValue::try_from(range).ok()) {
        headers.insert(CONTENT_RANGE, range);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(range: &str, condition: Option<&str>) -> Asked {
        let mut headers = HeaderMap::new();
        headers.insert(RANGE, HeaderValue::try_from(range).unwrap());
        if let Some(condition) = condition {
            headers.insert(IF_RANGE, HeaderValue::try_from(condition).unwrap());
        }
        asked(&headers, "\"a\"", 1_000)
    }

    #[test]
    fn parts_are_read_as_the_specification_says() {
        let part = |first, last| Asked::Part { first, last };
        for (range, expected) in [
            ("bytes=0-499", part(0, 499)),
            ("bytes=500-", part(500, 999)),
            ("bytes=-300", part(700, 999)),
            ("bytes=-5000", part(0, 999)),
            ("bytes=999-5000", part(999, 999)),
            ("bytes=0-99999999999999999999999", part(0, 999)),
            ("bytes=1000-", Asked::Beyond),
            ("bytes=2000-3000", Asked::Beyond),
            ("bytes=-0", Asked::Beyond),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,5-6", Asked::Whole),
            ("bytes=a-b", Asked::Whole),
            ("bytes=-", Asked::Whole),
            ("lines=0-5", Asked::Whole),
        ] {
            assert_eq!(of(range, None), expected, "{range}");
        }
        assert_eq!(asked(&HeaderMap::new(), "\"a\"", 1_000), Asked::Whole);
    }

    #[test]
    fn a_part_of_another_file_is_not_put_to_this_one() {
        assert_eq!(of("bytes=0-1", Some("\"a\"")), Asked::Part { first: 0, last: 1 });
        assert_eq!(of("bytes=0-1", Some("\"b\"")), Asked::Whole);
        assert_eq!(of("bytes=0-1", Some("W/\"a\"")), Asked::Whole);
        assert_eq!(of("bytes=0-1", Some("Sat, 29 Oct 1994 19:43:31 GMT")), Asked::Whole);
    }

    #[test]
    fn the_answer_says_which_part_it_is() {
        let mut response = Response::new(());
        head(&mut response, Asked::Part { first: 10, last: 19 }, "\"a\"", 100);
        assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(response.headers()[CONTENT_RANGE], "bytes 10-19/100");
        assert_eq!(response.headers()[CONTENT_LENGTH], "10");
        let mut response = Response::new(());
        head(&mut response, Asked::Beyond, "\"a\"", 100);
        assert_eq!(response.status(), StatusCode::RANGE_NOT_SATISFIABLE);
        assert_eq!(response.headers()[CONTENT_RANGE], "bytes */100");
    }
}
