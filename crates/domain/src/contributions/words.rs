//! How many words a text has, with its markup left out.

use crate::comments::text::{Piece, blocks};
use unicode_segmentation::UnicodeSegmentation as _;

/// Words of a reader's text by Unicode's rules (UAX 29). Signs of a quote, addresses of the web and tags of HTML are
/// markup and count for nothing: two hundred words are two hundred that somebody can read.
pub fn words(text: &str) -> usize {
    let mut count = 0;
    for block in blocks(text) {
        for line in block.lines {
            let mut plain = String::new();
            for piece in line {
                match piece {
                    Piece::Words(words) => plain.push_str(words),
                    Piece::Link(_) => plain.push(' '),
                }
            }
            count += without_tags(&plain).unicode_words().count();
        }
    }
    count
}

/// The line without what a browser would take for a tag or an entity.
fn without_tags(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let length = if from.starts_with('<') { tag(from) } else { entity(from) };
        if let Some(after) = length.and_then(|length| from.get(length..)) {
            // A tag parts words only where it is one of a block, but a word more is no harm and `<b>a</b>b` is rare.
            out.push(' ');
            rest = after;
        } else {
            let mut chars = from.chars();
            out.extend(chars.next());
            rest = chars.as_str();
        }
    }
    out.push_str(rest);
    out
}

fn tag(text: &str) -> Option<usize> {
    let second = text.chars().nth(1)?;
    if !(second.is_ascii_alphabetic() || matches!(second, '/' | '!' | '?')) {
        return None;
    }
    text.find('>').map(|end| end + 1)
}

fn entity(text: &str) -> Option<usize> {
    let end = text.find(';').filter(|end| (2..32).contains(end))?;
    let name = text.get(1..end)?;
    let name = name.strip_prefix('#').unwrap_or(name);
    name.bytes().all(|b| b.is_ascii_alphanumeric()).then_some(end + 1)
}
