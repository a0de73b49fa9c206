//! Bytes of the web to text: byte order mark, then what the document declares, then whether it is UTF-8, else
//! Windows-1252, which every byte is some character of.
//!
//! Wire formats have stricter rules of their own ([`crate::xml::decode`]); this is for pages, feeds and exports, whose
//! declarations are wrong so often that valid UTF-8 beats them.

use crate::problem::Problem;
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::borrow::Cow;

/// How far into a page its declaration is looked for. The HTML standard says 1024 bytes; scripts that came before it
/// made real pages longer.
const HEAD: usize = 8 << 10;

/// Decodes a page, feed or export. U+0000 is dropped, since no database takes it.
///
/// `charset` is what came with the document from outside (the header of an HTTP answer), where anything did.
pub fn to_text<'a>(bytes: &'a [u8], charset: Option<&str>, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let text = decode(bytes, charset, problems);
    if text.contains('\0') {
        problems.push(Problem::new("encoding", "U+0000 was dropped"));
        return Cow::Owned(text.replace('\0', ""));
    }
    text
}

fn decode<'a>(bytes: &'a [u8], charset: Option<&str>, problems: &mut Vec<Problem>) -> Cow<'a, str> {
    // Before UTF-16, whose mark is the beginning of this one.
    if let Some((body, order)) = utf_32(bytes) {
        return Cow::Owned(from_utf_32(body, order));
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return encoding
            .decode_without_bom_handling(bytes.get(length..).unwrap_or_default())
            .0;
    }
    match bytes {
        [b'<' | b'{' | b'[', 0, ..] => return UTF_16LE.decode_without_bom_handling(bytes).0,
        [0, b'<' | b'{' | b'[', ..] => return UTF_16BE.decode_without_bom_handling(bytes).0,
        _ => {}
    }
    let valid = std::str::from_utf8(bytes);
    if let Ok(text) = valid
        // Escape sequences and pure ASCII are valid UTF-8 too.
        && !text.contains("\u{1b}$")
        && !text.contains("~{")
    {
        return Cow::Borrowed(text);
    }
    let named = charset.and_then(|label| Encoding::for_label(label.trim().as_bytes()));
    // A declaration that can be read as ASCII is not UTF-16, whatever it says.
    let declared = named.or_else(|| declared(bytes)).map(|found| match found {
        found if found == UTF_16LE || found == UTF_16BE => UTF_8,
        found => found,
    });
    match declared {
        Some(encoding) if encoding != UTF_8 => {
            let (text, broken) = encoding.decode_without_bom_handling(bytes);
            if broken && let Ok(text) = valid {
                return Cow::Borrowed(text);
            }
            text
        }
        _ if valid.is_ok() => UTF_8.decode_without_bom_handling(bytes).0,
        _ => mixed(bytes, problems),
    }
}

/// UTF-8 with a few broken bytes stays UTF-8 (one comment in Latin-1 must not spoil a page); text that hardly ever is
/// UTF-8 is Windows-1252.
fn mixed<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let (mut good, mut bad) = (0_usize, 0_usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    // A cut at the end of the file is one broken character.
    if good > bad * 4
        || (bad == 1
            && bytes
                .utf8_chunks()
                .last()
                .is_some_and(|last| !last.invalid().is_empty())
            && good > 0)
    {
        problems.push(Problem::new(
            "encoding",
            format!("{bad} places are not UTF-8; they were replaced"),
        ));
        return String::from_utf8_lossy(bytes);
    }
    problems.push(Problem::new("encoding", "not UTF-8; read as Windows-1252"));
    WINDOWS_1252.decode_without_bom_handling(bytes).0
}

/// What the document says of itself: an XML declaration, or a `meta` element of HTML.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = bytes
        .get(..bytes.len().min(HEAD))
        .unwrap_or_default()
        .to_ascii_lowercase();
    let head = String::from_utf8_lossy(&head);
    let start = head.trim_start();
    if let Some(declaration) = start
        .strip_prefix("<?xml")
        .and_then(|rest| rest.split_once("?>"))
        .map(|(inside, _)| inside)
        && let Some(label) = value_after(declaration, "encoding")
        && let Some(encoding) = Encoding::for_label(label.as_bytes())
    {
        return Some(encoding);
    }
    let mut rest: &str = &head;
    while let Some((before, after)) = rest.split_once("<meta") {
        // A declaration in a comment is none.
        let commented = before
            .rfind("<!--")
            .is_some_and(|open| before.rfind("-->").is_none_or(|close| close < open));
        let inside = after.split('>').next().unwrap_or_default();
        if !commented
            && let Some(label) = value_after(inside, "charset")
            && let Some(encoding) = Encoding::for_label(label.as_bytes())
        {
            return Some(encoding);
        }
        rest = after;
    }
    None
}

/// The value behind `name =`, quoted or not.
fn value_after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = text;
    loop {
        let (_, after) = rest.split_once(name)?;
        if let Some(value) = after.trim_start().strip_prefix('=') {
            let value = value.trim_start().trim_start_matches(['"', '\'']);
            let end = value
                .find(|c: char| matches!(c, '"' | '\'' | ';' | '/') || c.is_whitespace())
                .unwrap_or(value.len());
            return value.get(..end).filter(|value| !value.is_empty());
        }
        rest = after;
    }
}

/// How four bytes make a number.
type Order = fn([u8; 4]) -> u32;

fn utf_32(bytes: &[u8]) -> Option<(&[u8], Order)> {
    match bytes {
        [0xff, 0xfe, 0, 0, body @ ..] => Some((body, u32::from_le_bytes)),
        [0, 0, 0xfe, 0xff, body @ ..] => Some((body, u32::from_be_bytes)),
        _ => None,
    }
}

fn from_utf_32(body: &[u8], order: Order) -> String {
    body.chunks(4)
        .map(|unit| {
            <[u8; 4]>::try_from(unit)
                .ok()
                .map(order)
                .and_then(char::from_u32)
                .unwrap_or('\u{fffd}')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        to_text(bytes, None, &mut Vec::new()).into_owned()
    }

    #[test]
    fn marks_and_declarations() {
        assert_eq!(text(b"\xef\xbb\xbfcaf\xc3\xa9"), "café");
        assert_eq!(text(b"\xff\xfec\0a\0"), "ca");
        assert_eq!(text(b"\xfe\xff\0c\0a"), "ca");
        assert_eq!(text(b"\xff\xfe\0\0c\0\0\0\xe9\0\0\0"), "cé");
        assert_eq!(text(b"\0\0\xfe\xff\0\0\0c"), "c");
        assert_eq!(text(b"<\0p\0>\0"), "<p>");
        assert_eq!(
            text(b"<?xml version='1.0' encoding = 'ISO-8859-2'?><a>\xb1</a>"),
            "<?xml version='1.0' encoding = 'ISO-8859-2'?><a>ą</a>"
        );
        assert!(text(b"<meta http-equiv=Content-Type content='text/html; charset=windows-1251'>\xe4").ends_with('д'));
        assert!(text(b"<!-- <meta charset=koi8-r> --><meta charset=shift_jis>\x83\x65").ends_with('テ'));
        assert!(text(b"<meta charset=iso-2022-jp>\x1b$B%F\x1b(B").ends_with('テ'));
    }

    #[test]
    fn what_is_utf_8_is_read_as_such_whatever_it_declares() {
        assert!(text("<meta charset=iso-8859-1>café".as_bytes()).ends_with("café"));
        assert!(text(b"<meta charset=utf-8>caf\xe9 \x93x\x94").ends_with("café “x”"));
        assert!(text("<meta charset=utf-16>é".as_bytes()).ends_with('é'));
        let mut mostly = "é".repeat(50).into_bytes();
        mostly.push(0xff);
        assert!(text(&mostly).starts_with("éé"));
        assert_eq!(to_text(b"\xe4", Some("windows-1251"), &mut Vec::new()), "д");
    }

    #[test]
    fn nul_is_dropped_with_a_problem() {
        let mut problems = Vec::new();
        assert_eq!(to_text(b"a\0b", None, &mut problems), "ab");
        assert_eq!(problems.len(), 1);
    }
}
