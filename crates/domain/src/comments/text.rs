//! What a comment says: plain text of paragraphs, quotes and links, and nothing else.
//!
//! Text is kept as it was typed, cleaned once at the door, and taken apart whenever it is shown. There is no markup in
//! it that could come out again.

use crate::profiles::clean_text;

/// The longest text, in characters.
pub const LONGEST: usize = 5_000;

/// Marks on one letter that are kept: more only climb over the lines above. Vietnamese, Hebrew and Thai need two or
/// three.
const MOST_MARKS: usize = 4;

/// Why a text can't be a comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing is left of it that anybody could read.
    #[error("write something")]
    Empty,
    /// More than [`LONGEST`] characters: this many.
    #[error("a comment has at most 5,000 characters; this one has {0}")]
    TooLong(usize),
}

impl TextError {
    /// The stable code, which is also the name of its string (`comment-text-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong(_) => "long",
        }
    }
}

/// The text as it is kept.
///
/// # Errors
/// [`TextError`].
pub fn normalise(typed: &str) -> Result<String, TextError> {
    let text = cleaned(typed);
    if !text.chars().any(|c| !c.is_whitespace() && !is_joiner(c)) {
        return Err(TextError::Empty);
    }
    match text.chars().count() {
        length if length > LONGEST => Err(TextError::TooLong(length)),
        _ => Ok(text),
    }
}

/// A reader's text composed (NFC), without controls and what turns a line around, at most one empty line in a row.
/// Joiners and direction marks stay, since Persian, Hindi and Arabic are misspelt without them.
pub fn cleaned(typed: &str) -> String {
    let typed = typed.replace(['\u{2028}', '\u{2029}', '\u{85}'], "\n");
    let clean = clean_text(&typed);
    let mut text = String::with_capacity(clean.len());
    let mut marks = 0;
    for c in clean.chars() {
        if unicode_normalization::char::is_combining_mark(c) {
            marks += 1;
            if marks > MOST_MARKS {
                continue;
            }
        } else {
            marks = 0;
        }
        if is_blank(c) {
            continue;
        }
        text.push(c);
    }
    // Taking characters out may have left empty lines, and letters that compose with what is now beside them.
    clean_text(&text)
}

/// Characters that show nothing and mean nothing here: noncharacters, annotation marks, fillers that pass for text.
const fn is_blank(c: char) -> bool {
    matches!(
        c,
        '\u{FFF9}'..='\u{FFFC}'
            | '\u{FFFE}'..='\u{FFFF}'
            | '\u{FDD0}'..='\u{FDEF}'
            | '\u{115F}'
            | '\u{1160}'
            | '\u{3164}'
            | '\u{FFA0}'
            | '\u{2800}'
            | '\u{206A}'..='\u{206F}'
            | '\u{2061}'..='\u{2064}'
            | '\u{180E}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
    )
}

/// Joiners and marks of direction, which belong to spelling but are no text by themselves.
pub(crate) const fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}'..='\u{200F}' | '\u{061C}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E01EF}' | '\u{034F}')
}

/// A part of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'a> {
    /// Whether it is somebody else's words: lines that begin with `>`.
    pub quote: bool,
    /// Its lines.
    pub lines: Vec<Vec<Piece<'a>>>,
}

/// A stretch of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Words(&'a str),
    /// An address of the web, as it was typed.
    Link(&'a str),
}

/// Takes a text apart.
pub fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block<'_>> = Vec::new();
    let mut begins = true;
    for line in text.lines() {
        if line.is_empty() {
            begins = true;
            continue;
        }
        let (quote, line) = match line.strip_prefix('>') {
            Some(rest) => (true, rest.trim_start_matches(['>', ' '])),
            None => (false, line),
        };
        if line.is_empty() {
            begins = true;
            continue;
        }
        match blocks.last_mut() {
            Some(last) if !begins && last.quote == quote => last.lines.push(pieces(line)),
            _ => blocks.push(Block {
                quote,
                lines: vec![pieces(line)],
            }),
        }
        begins = false;
    }
    blocks
}

/// How many addresses of the web a text holds, those that are only written like one (`www.example.com`) included.
pub fn links(text: &str) -> usize {
    let addresses = blocks(text)
        .iter()
        .flat_map(|block| block.lines.iter().flatten())
        .filter(|piece| matches!(piece, Piece::Link(_)))
        .count();
    let bare = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>' | '"'))
        .filter(|word| word.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) && word.len() > 6)
        .count();
    addresses + bare
}

fn pieces(line: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut rest = line;
    let mut from = 0;
    while let Some(at) = next_link(rest, from) {
        let (before, link) = rest.split_at(at);
        let length = link_length(link);
        let (link, after) = link.split_at(length);
        if url::Url::parse(link).is_ok_and(|url| is_plain(&url)) {
            if !before.is_empty() {
                out.push(Piece::Words(before));
            }
            out.push(Piece::Link(link));
            rest = after;
            from = 0;
        } else {
            from = at + length.max(1);
        }
    }
    if !rest.is_empty() {
        out.push(Piece::Words(rest));
    }
    out
}

/// Whether an address may be linked: of the web, with a host, and without the name and password that make one host look
/// like another.
fn is_plain(url: &url::Url) -> bool {
    matches!(url.scheme(), "http" | "https")
        && url
            .host_str()
            .is_some_and(|host| host.contains('.') || host.contains(':'))
        && url.username().is_empty()
        && url.password().is_none()
}

/// Where the next `http://` or `https://` begins that no letter stands before.
fn next_link(text: &str, from: usize) -> Option<usize> {
    let mut start = from;
    loop {
        let tail = text.get(start..)?;
        let found = tail
            .as_bytes()
            .windows(4)
            .position(|window| window.eq_ignore_ascii_case(b"http"))?;
        let at = start + found;
        let here = text.get(at..)?;
        let rest = here.get(4..)?;
        let rest = rest.strip_prefix(['s', 'S']).unwrap_or(rest);
        let free = text
            .get(..at)
            .and_then(|before| before.chars().next_back())
            .is_none_or(|c| !c.is_alphanumeric());
        if free && rest.starts_with("://") {
            return Some(at);
        }
        start = at + 4;
    }
}

/// How far an address goes: to the next space or quotation mark, without the punctuation of the sentence around it.
fn link_length(text: &str) -> usize {
    let end = text
        .find(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|' | '\\' | '^' | '{' | '}') || is_joiner(c)
        })
        .unwrap_or(text.len());
    let mut link = text.split_at(end).0;
    loop {
        let Some(last) = link.chars().next_back() else { return 0 };
        let closes = match last {
            ')' => link.matches(')').count() > link.matches('(').count(),
            ']' => link.matches(']').count() > link.matches('[').count(),
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' | '’' | '”' | '»' | '،' | '。' | '、' => {
                true
            }
            _ => false,
        };
        if !closes {
            return link.len();
        }
        link = link.strip_suffix(last).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn text_is_cleaned_at_the_door() {
        assert_eq!(
            normalise("  e\u{301}t\u{202E}e\r\n\r\n\r\n\r\nb\u{0}\u{8}  "),
            Ok("éte\n\nb".to_owned())
        );
        assert_eq!(normalise("می\u{200C}خواهم"), Ok("می\u{200C}خواهم".to_owned()));
        assert_eq!(normalise("a\u{2028}b"), Ok("a\nb".to_owned()));
        for nothing in [
            "",
            " \n\t ",
            "\u{200B}\u{2060}",
            "\u{200D}\u{FE0F}",
            "\u{3164}\u{2800}",
            "\u{202E}",
        ] {
            assert_eq!(normalise(nothing), Err(TextError::Empty), "{nothing:?}");
        }
        assert_eq!(normalise(&"x".repeat(5_000)).map(|text| text.len()), Ok(5_000));
        assert_eq!(normalise(&"é".repeat(5_001)), Err(TextError::TooLong(5_001)));
        let tower = format!("a{}b", "\u{336}\u{35F}".repeat(50));
        assert_eq!(
            normalise(&tower).unwrap().chars().count(),
            6,
            "marks don't climb over other lines"
        );
    }

    fn shown(text: &str) -> String {
        let mut out = String::new();
        for block in blocks(text) {
            out.push_str(if block.quote { "[q" } else { "[p" });
            for line in block.lines {
                out.push('/');
                for piece in line {
                    match piece {
                        Piece::Words(words) => out.push_str(words),
                        Piece::Link(link) => {
                            out.push('<');
                            out.push_str(link);
                            out.push('>');
                        }
                    }
                }
            }
            out.push(']');
        }
        out
    }

    #[test]
    fn paragraphs_quotes_and_links_are_found() {
        assert_eq!(shown("one\ntwo\n\nthree"), "[p/one/two][p/three]");
        assert_eq!(shown("> they said\n> so\nI don't"), "[q/they said/so][p/I don't]");
        assert_eq!(shown(">> deep"), "[q/deep]");
        assert_eq!(
            shown("see https://a.example/b_(c)."),
            "[p/see <https://a.example/b_(c)>.]"
        );
        assert_eq!(shown("(HTTP://a.example)"), "[p/(<HTTP://a.example>)]");
        assert_eq!(
            shown("\"https://a.example/?q=1,2\", yes"),
            "[p/\"<https://a.example/?q=1,2>\", yes]"
        );
    }

    #[test]
    fn what_is_no_honest_address_stays_text() {
        for text in [
            "javascript:alert(1)",
            "data:text/html,x",
            "xhttps://a.example",
            "https://",
            "https://localhost/",
            "https://good.example@evil.example/",
            "https://u:p@evil.example/",
            "//evil.example",
        ] {
            assert_eq!(shown(text), format!("[p/{text}]"), "{text}");
        }
        assert_eq!(shown("https://<script>"), "[p/https://<script>]");
        assert_eq!(links("www.spam.example and https://a.example"), 2);
        assert_eq!(links("www. is no link, nor is http"), 0);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_invented_when_a_text_is_taken_apart(typed in "(\\PC|\n|>|http://a\\.b){0,60}") {
            if let Ok(text) = normalise(&typed) {
                prop_assert_eq!(normalise(&text), Ok(text.clone()), "cleaning twice is cleaning once");
                let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '>').collect::<String>();
                let mut put_together = String::new();
                for block in blocks(&text) {
                    for piece in block.lines.into_iter().flatten() {
                        match piece {
                            Piece::Words(part) => put_together.push_str(part),
                            Piece::Link(part) => {
                                prop_assert!(part.to_ascii_lowercase().starts_with("http"));
                                prop_assert!(!part.contains(['"', '<', '>', ' ']));
                                put_together.push_str(part);
                            }
                        }
                    }
                }
                prop_assert_eq!(bare(&put_together), bare(&text));
            }
        }
    }
}
