//! A page cut at its holes, so that putting it together for one reader compresses nothing.
//!
//! A gzip body is a run of blocks (RFC 1951, section 3.2.3), and blocks that were made apart may stand one behind the
//! other: each stretch of the page is compressed once, ends on a whole byte and looks back into itself alone, and what
//! fills a hole goes between two of them as stored blocks. That one reader's own is never compressed has a second use:
//! the length of the answer betrays nothing of it to who can put words into the page beside it (BREACH).

use bytes::Bytes;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::Write as _;
use std::ops::Range;

/// The most bytes that a stored block holds (RFC 1951, section 3.2.4).
const BLOCK: usize = 65_535;
/// The head of a gzip body without name and time, made on an unknown system (RFC 1952, section 2.3).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
/// An empty last block.
const LAST: [u8; 2] = [3, 0];

/// A page as stretches, in order.
#[derive(Debug)]
pub(crate) struct Pieces(Vec<Stretch>);

/// A part of a page that is sent as a whole or, where it is a hole, replaced as a whole.
#[derive(Debug)]
struct Stretch {
    /// The hole that this is; what is in it goes to those for whom nothing fills it.
    hole: Option<String>,
    text: Bytes,
    packed: Bytes,
    sum: Crc,
}

impl Stretch {
    fn new(hole: Option<&str>, text: Bytes) -> Self {
        let mut sum = Crc::new();
        sum.update(&text);
        Self {
            hole: hole.map(str::to_owned),
            packed: packed(&text),
            sum,
            text,
        }
    }

    /// What replaces it.
    fn filled<'a>(&self, fills: &[(&str, &'a str)]) -> Option<&'a str> {
        let hole = self.hole.as_deref()?;
        let (_, with) = fills.iter().find(|(name, _)| *name == hole)?;
        Some(with)
    }
}

impl Pieces {
    /// Cuts a page at its holes, `<!--hole:NAME-->…<!--/hole:NAME-->`. One that doesn't end is none.
    pub(crate) fn cut(page: &Bytes) -> Self {
        let html = std::str::from_utf8(page).unwrap_or_default();
        let mut stretches = Vec::new();
        let mut begin = 0;
        while let Some((name, outer, inner)) = next_hole(html, begin) {
            stretches.push(Stretch::new(None, page.slice(begin..outer.start)));
            stretches.push(Stretch::new(Some(name), page.slice(inner)));
            begin = outer.end;
        }
        stretches.push(Stretch::new(None, page.slice(begin..)));
        Self(stretches)
    }

    /// Whether there is a hole of this name.
    pub(crate) fn have(&self, hole: &str) -> bool {
        self.0.iter().any(|stretch| stretch.hole.as_deref() == Some(hole))
    }

    /// The page with its holes filled.
    pub(crate) fn plain(&self, fills: &[(&str, &str)]) -> Vec<u8> {
        let mut page = Vec::with_capacity(self.size(fills, |stretch| &stretch.text));
        for stretch in &self.0 {
            match stretch.filled(fills) {
                Some(with) => page.extend_from_slice(with.as_bytes()),
                None => page.extend_from_slice(&stretch.text),
            }
        }
        page
    }

    /// The same as a gzip body.
    pub(crate) fn gzip(&self, fills: &[(&str, &str)]) -> Vec<u8> {
        let mut body = Vec::with_capacity(self.size(fills, |stretch| &stretch.packed) + 64);
        body.extend_from_slice(&HEAD);
        let mut sum = Crc::new();
        for stretch in &self.0 {
            if let Some(with) = stretch.filled(fills) {
                store(with.as_bytes(), &mut body);
                let mut own = Crc::new();
                own.update(with.as_bytes());
                sum.combine(&own);
            } else {
                body.extend_from_slice(&stretch.packed);
                sum.combine(&stretch.sum);
            }
        }
        body.extend_from_slice(&LAST);
        body.extend_from_slice(&sum.sum().to_le_bytes());
        body.extend_from_slice(&sum.amount().to_le_bytes());
        body
    }

    fn size(&self, fills: &[(&str, &str)], part: impl Fn(&Stretch) -> &Bytes) -> usize {
        let own: usize = fills.iter().map(|(_, with)| with.len() + 8).sum();
        self.0.iter().map(|stretch| part(stretch).len()).sum::<usize>() + own
    }
}

/// The first hole at or behind `from`: its name, where it stands with its marks, and what is in it.
fn next_hole(html: &str, from: usize) -> Option<(&str, Range<usize>, Range<usize>)> {
    const MARK: &str = "<!--hole:";
    let mut from = from;
    loop {
        let begin = from + html.get(from..)?.find(MARK)?;
        from = begin + MARK.len();
        let (name, _) = html.get(from..)?.split_once("-->")?;
        let inner = from + name.len() + "-->".len();
        let end = format!("<!--/hole:{name}-->");
        if let Some(length) = html.get(inner..)?.find(&end) {
            let until = inner + length;
            return Some((name, begin..until + end.len(), inner..until));
        }
    }
}

/// A text as blocks that are not the last of a body, ending on a whole byte.
fn packed(text: &[u8]) -> Bytes {
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 3), Compression::default());
    // Flushing ends on a whole byte; the encoder's own end would say that nothing follows.
    match encoder.write_all(text).and_then(|()| encoder.flush()) {
        Ok(()) => std::mem::take(encoder.get_mut()).into(),
        // Writing into memory can't fail; if it did, the same text as it is would be as good.
        Err(_) => {
            let mut blocks = Vec::new();
            store(text, &mut blocks);
            blocks.into()
        }
    }
}

/// Writes stored blocks: a byte that says so and pads, the length, the same inverted, the text.
fn store(text: &[u8], into: &mut Vec<u8>) {
    for block in text.chunks(BLOCK) {
        // A chunk is no longer than the field can say.
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        into.push(0);
        into.extend_from_slice(&length.to_le_bytes());
        into.extend_from_slice(&(!length).to_le_bytes());
        into.extend_from_slice(block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::read::GzDecoder;
    use proptest::prelude::*;
    use std::io::Read as _;

    fn unpacked(body: &[u8]) -> String {
        let mut text = String::new();
        GzDecoder::new(body).read_to_string(&mut text).unwrap();
        text
    }

    fn cut(page: &str) -> Pieces {
        Pieces::cut(&Bytes::copy_from_slice(page.as_bytes()))
    }

    #[test]
    fn a_hole_is_filled_and_others_keep_what_is_in_them() {
        let pieces = cut("<p>a</p><!--hole:x-->in<!--/hole:x-->b<!--hole:y--><i>y</i><!--/hole:y-->");
        let fills = [("x", "<b>me</b>"), ("z", "nowhere")];
        assert_eq!(unpacked(&pieces.gzip(&fills)), "<p>a</p><b>me</b>b<i>y</i>");
        assert_eq!(pieces.plain(&fills), b"<p>a</p><b>me</b>b<i>y</i>");
        assert_eq!(unpacked(&pieces.gzip(&[("x", "")])), "<p>a</p>b<i>y</i>");
    }

    #[test]
    fn a_hole_that_does_not_end_is_text() {
        let page = "a<!--hole:x-->b<!--hole:y-->c<!--/hole:y-->d<!--hole:";
        let pieces = cut(page);
        assert_eq!(
            unpacked(&pieces.gzip(&[("x", "X"), ("y", "Y")])),
            "a<!--hole:x-->bYd<!--hole:"
        );
    }

    proptest! {
        #[test]
        fn both_forms_say_the_same(
            texts in prop::collection::vec("\\PC{0,300}", 1..6),
            inside in "\\PC{0,40}",
            own in prop::collection::vec((0_usize..6, "\\PC{0,60}", 0_usize..3000), 0..6),
        ) {
            let mut page = texts.first().cloned().unwrap_or_default();
            for (number, text) in texts.iter().enumerate().skip(1) {
                page.push_str(&format!("<!--hole:{number}-->{inside}<!--/hole:{number}-->{text}"));
            }
            let fills: Vec<(String, String)> =
                own.iter().map(|(hole, text, times)| (hole.to_string(), text.repeat(*times))).collect();
            let fills: Vec<(&str, &str)> = fills.iter().map(|(hole, with)| (hole.as_str(), with.as_str())).collect();
            let mut wanted = texts.first().cloned().unwrap_or_default();
            for (number, text) in texts.iter().enumerate().skip(1) {
                let name = number.to_string();
                wanted.push_str(fills.iter().find(|(hole, _)| *hole == name).map_or(inside.as_str(), |(_, with)| with));
                wanted.push_str(text);
            }
            let pieces = cut(&page);
            prop_assert_eq!(unpacked(&pieces.gzip(&fills)), wanted.as_str());
            prop_assert_eq!(pieces.plain(&fills), wanted.as_bytes());
        }
    }
}
