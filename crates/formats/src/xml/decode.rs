//! Bytes to text by XML's own rules.

use super::Attributes;
use crate::problem::Problem;
use std::borrow::Cow;

/// Bytes to text by XML's own rules (XML 1.0, appendix F): byte order mark, then the shape of the first bytes, then
/// the declaration, then UTF-8. Bytes that are no such text are read as Windows-1252 with a problem, as agencies that
/// declare UTF-8 and send Latin-1 are common and every byte is some Windows-1252 character.
pub fn decode<'a>(bytes: &'a [u8], problems: &mut Vec<Problem>) -> Cow<'a, str> {
    let (encoding, body) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, bytes.get(length..).unwrap_or_default()),
        None => (declared_encoding(bytes), bytes),
    };
    let (text, broken) = encoding.decode_without_bom_handling(body);
    let text = if broken && encoding != encoding_rs::WINDOWS_1252 {
        problems.push(Problem::new(
            "encoding",
            format!("not the {} that it says it is; read as Windows-1252", encoding.name()),
        ));
        encoding_rs::WINDOWS_1252.decode_without_bom_handling(body).0
    } else {
        text
    };
    if text.contains('\0') {
        problems.push(Problem::new("encoding", "U+0000 was dropped"));
        return Cow::Owned(text.replace('\0', ""));
    }
    text
}

fn declared_encoding(bytes: &[u8]) -> &'static encoding_rs::Encoding {
    match bytes {
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(256)).unwrap_or_default());
    let label = head.trim_start().strip_prefix("<?xml").and_then(|rest| {
        let declaration = rest.split_once("?>").map_or(rest, |(declaration, _)| declaration);
        Attributes(declaration)
            .find(|(key, _)| *key == "encoding")
            .map(|(_, value)| value.to_owned())
    });
    match label
        .as_deref()
        .and_then(|label| encoding_rs::Encoding::for_label(label.as_bytes()))
    {
        // A declaration that can be read as ASCII is not UTF-16, whatever it says.
        Some(encoding) if encoding == encoding_rs::UTF_16LE || encoding == encoding_rs::UTF_16BE => encoding_rs::UTF_8,
        Some(encoding) => encoding,
        None => encoding_rs::UTF_8,
    }
}
