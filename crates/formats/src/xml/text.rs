//! Characters and white space: which may pass, how references are resolved, how runs of space become one.

use quick_xml::escape::{resolve_html5_entity, resolve_predefined_entity};
use std::borrow::Cow;

/// The characters of an entity or character reference (without `&` and `;`): XML's five, HTML's names, numbers.
/// A reference to U+0000 or to a code point that XML forbids gives nothing rather than that character.
pub(super) fn resolve(name: &str) -> Option<String> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        // Windows-1252 code points written as numbers (`&#146;`) are a habit of old tools; HTML reads them so too.
        let mapped = if (0x80..=0x9f).contains(&code) {
            u8::try_from(code).ok().and_then(|byte| {
                let bytes = [byte];
                let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&bytes);
                text.chars().next()
            })
        } else {
            char::from_u32(code)
        };
        return mapped.map(|char| {
            if is_allowed(char) {
                char.to_string()
            } else {
                String::new()
            }
        });
    }
    resolve_predefined_entity(name)
        .or_else(|| resolve_html5_entity(name))
        .map(str::to_owned)
}

/// Whether a character may stand in a text that goes on to a database and to pages.
pub fn is_allowed(char: char) -> bool {
    !matches!(char, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}')
}

/// The longest beginning of `text` that is at most `max` bytes and ends at a character's border.
pub fn cut_at(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let mut end = max;
    while end > 0 && !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or("")
}

/// Replaces the references in an attribute's value.
pub fn unescape(value: &str) -> Cow<'_, str> {
    if !value.contains('&') {
        return Cow::Borrowed(value);
    }
    let mut out = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        // The longest HTML name has 31 letters; a longer search would make `&&&&…` quadratic.
        let end = after.bytes().take(40).position(|byte| byte == b';');
        match end.and_then(|end| Some((resolve(after.get(..end)?)?, after.get(end + 1..)?))) {
            Some((text, left)) => {
                out.push_str(&text);
                rest = left;
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// White space as readers of news see it: no-break spaces keep words together and stay.
fn is_space(char: char) -> bool {
    matches!(
        char,
        ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Runs of white space made one space, ends trimmed, forbidden control characters dropped.
pub fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for char in text.chars() {
        if is_space(char) {
            gap = true;
        } else if is_allowed(char) {
            if gap && !out.is_empty() {
                out.push(' ');
            }
            gap = false;
            out.push(char);
        }
    }
    out
}

/// Drops the control characters that no database and no page takes.
pub fn clean(text: &str) -> String {
    if text.chars().all(is_allowed) {
        text.to_owned()
    } else {
        text.chars().filter(|char| is_allowed(*char)).collect()
    }
}
