//! Keyset paging: a cursor names the last row that was shown, so that page 50 costs what page 1 costs.
//!
//! A cursor is opaque to clients and holds nothing secret: it is not signed, because a forged one only asks for
//! another place in a list that is public anyway. It is checked so that garbage ends as a clean refusal.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use masthead_domain::time::Timestamp;
use uuid::Uuid;

/// First byte of every cursor; another layout gets another number, so that old links are refused instead of misread.
const VERSION: u8 = 1;
const BYTES: usize = 25;

/// The place after one row of a list that is ordered by time and then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The row's time, to the microsecond.
    pub at: Timestamp,
    /// The row's id, which decides between rows of the same time.
    pub id: Uuid,
}

/// The text is not a cursor that this program made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a cursor of this list")]
pub struct CursorError;

impl Cursor {
    /// A cursor after the row with this time and id.
    pub fn new(at: Timestamp, id: impl Into<Uuid>) -> Self {
        Self { at, id: id.into() }
    }

    /// Reads what [`Display`](std::fmt::Display) wrote.
    ///
    /// # Errors
    /// [`CursorError`] for anything else: wrong length, alphabet or version, or a time that no calendar has.
    pub fn parse(text: &str) -> Result<Self, CursorError> {
        // The exact length is looked at first, so that a megabyte of query is refused without being decoded.
        if text.len() != BYTES.div_ceil(3) * 4 - 2 {
            return Err(CursorError);
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| CursorError)?;
        let [version, rest @ ..]: [u8; BYTES] = bytes.try_into().map_err(|_| CursorError)?;
        let (time, id) = rest.split_first_chunk::<8>().ok_or(CursorError)?;
        let id: [u8; 16] = id.try_into().map_err(|_| CursorError)?;
        let micros = i64::from_be_bytes(*time);
        if version != VERSION || jiff::Timestamp::from_microsecond(micros).is_err() {
            return Err(CursorError);
        }
        Ok(Self {
            at: Timestamp::from_micros(micros),
            id: Uuid::from_bytes(id),
        })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.at.as_micros().to_be_bytes());
        bytes.extend_from_slice(self.id.as_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// One page of a list and where the next one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many rows as were asked for.
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last one.
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Makes a page of `size` from rows that were asked for with `LIMIT size + 1`: the row too many is how a next
    /// page is known without counting the whole list.
    pub fn from_rows(mut rows: Vec<T>, size: usize, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(cursor) } else { None };
        Self { items: rows, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn there_and_back() {
        let cursor = Cursor::new(Timestamp::from_micros(1_700_000_000_123_456), Uuid::from_u128(42));
        let text = cursor.to_string();
        assert_eq!(Cursor::parse(&text), Ok(cursor));
        assert!(
            text.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        );
    }

    #[test]
    fn a_time_outside_the_calendar_is_refused() {
        let text = Cursor::new(Timestamp::MAX, Uuid::nil()).to_string();
        assert_eq!(Cursor::parse(&text), Err(CursorError));
    }

    #[test]
    fn the_last_page_has_no_next() {
        let cursor = |n: &i64| Cursor::new(Timestamp::from_micros(*n), Uuid::nil());
        let page = Page::from_rows(vec![1, 2, 3], 2, cursor);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(page.next, Some(cursor(&2)));
        assert_eq!(Page::from_rows(vec![1, 2], 2, cursor).next, None);
        assert_eq!(Page::from_rows(Vec::new(), 2, cursor).next, None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,60}") {
            if let Ok(cursor) = Cursor::parse(&text) {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }

        #[test]
        fn any_bytes_of_the_right_length_are_read_or_refused(bytes in proptest::array::uniform25(any::<u8>())) {
            let text = URL_SAFE_NO_PAD.encode(bytes);
            if let Ok(cursor) = Cursor::parse(&text) {
                prop_assert_eq!(cursor.to_string(), text);
            }
        }
    }
}
