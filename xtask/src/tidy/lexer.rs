//! Just enough of Rust's grammar to tell code, comments and literals apart.
//!
//! Rules look for words in code and for texts in literals, and must not be fooled by one inside the other. A full
//! parser (`syn`) was rejected: it drops the comments, which several rules are about, and costs more to build than all
//! of this crate.

use std::ops::Range;

/// One Rust file, taken apart.
pub(crate) struct Source {
    pub(crate) text: String,
    /// The file with comments, the insides of literals and everything outside ASCII blanked: byte offsets and lines
    /// stay those of `text`, and each byte is a character.
    pub(crate) code: String,
    /// String literals, byte and C strings among them, without their quotes, escapes as written.
    pub(crate) literals: Vec<Piece>,
    /// Comments with their marks.
    pub(crate) comments: Vec<Piece>,
    tests: Vec<Range<usize>>,
    lines: Vec<usize>,
}

/// A piece of a file: where it begins and what it says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) at: usize,
    pub(crate) text: String,
}

impl Source {
    pub(crate) fn new(text: &str) -> Self {
        let Lexed {
            code,
            literals,
            comments,
        } = lex(text);
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        let tests = test_spans(&code);
        Self {
            text: text.to_owned(),
            code,
            literals,
            comments,
            tests,
            lines,
        }
    }

    /// The line, counted from 1, that holds the byte `at`.
    pub(crate) fn line(&self, at: usize) -> usize {
        self.lines.partition_point(|start| *start <= at)
    }

    /// Whether the byte `at` is inside an item marked `#[cfg(test)]`.
    pub(crate) fn in_test(&self, at: usize) -> bool {
        self.tests.iter().any(|span| span.contains(&at))
    }

    /// What stands between the brackets of each call of the macro `name` (without its `!`).
    pub(crate) fn macro_bodies(&self, name: &str) -> Vec<Range<usize>> {
        let call = format!("{name}!");
        let mut found = Vec::new();
        for at in words(&self.code, &call) {
            if let Some(body) = brackets_after(&self.code, at + call.len()) {
                found.push(body);
            }
        }
        found
    }
}

/// Where `word` stands in `code` and is not the tail of a longer identifier (nor its head, when it ends in a letter).
pub(crate) fn words(code: &str, word: &str) -> Vec<usize> {
    let bytes = code.as_bytes();
    let ends_in_name = word.bytes().last().is_some_and(is_name);
    let starts_in_name = word.bytes().next().is_some_and(is_name);
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before)).copied();
            let after = bytes.get(at + word.len()).copied();
            let head = starts_in_name && before.is_some_and(is_name);
            let tail = ends_in_name && after.is_some_and(is_name);
            !head && !tail
        })
        .collect()
}

/// If the next thing in `code` from `at` is an opening bracket: what stands between it and its partner.
pub(crate) fn brackets_after(code: &str, at: usize) -> Option<Range<usize>> {
    let rest = code.get(at..)?;
    let open = at + (rest.len() - rest.trim_start().len());
    matches!(code.as_bytes().get(open)?, b'(' | b'[' | b'{').then_some(())?;
    let mut depth = 0_usize;
    for (offset, byte) in code.get(open..)?.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(open + 1..open + offset);
                }
            }
            _ => {}
        }
    }
    None
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// The items that are compiled for tests alone, from their attribute to their last bracket.
fn test_spans(code: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    for (at, _) in code.match_indices("#[cfg(").filter(|(at, _)| {
        brackets_after(code, at + "#[cfg".len())
            .and_then(|inside| code.get(inside))
            .is_some_and(|condition| condition == "test" || condition.starts_with("all(test"))
    }) {
        let Some(attribute) = brackets_after(code, at + 1) else {
            continue;
        };
        let body = attribute.end + 1;
        let Some(rest) = code.get(body..) else { continue };
        // `mod tests;` has its body in another file, whose name says that it is a test.
        let Some(stop) = rest.find(['{', ';']) else { continue };
        if let Some(inside) = brackets_after(code, body + stop) {
            spans.push(at..inside.end + 1);
        }
    }
    spans
}

struct Lexed {
    code: String,
    literals: Vec<Piece>,
    comments: Vec<Piece>,
}

fn lex(text: &str) -> Lexed {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut literals = Vec::new();
    let mut comments = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b'/' if text[at..].starts_with("//") => {
                let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
                comments.push(Piece {
                    at,
                    text: text[at..end].to_owned(),
                });
                end
            }
            b'/' if text[at..].starts_with("/*") => {
                let end = block_comment_end(text, at);
                comments.push(Piece {
                    at,
                    text: text[at..end].to_owned(),
                });
                end
            }
            b'"' => {
                let end = string_end(bytes, at);
                literals.push(Piece {
                    at,
                    text: inner(text, at + 1, end, 1),
                });
                end
            }
            b'r' if !after_name(bytes, at) || prefixed(bytes, at) => match raw_string(text, at) {
                Some((open, hashes, end)) => {
                    literals.push(Piece {
                        at,
                        text: inner(text, open, end, 1 + hashes),
                    });
                    end
                }
                None => at,
            },
            b'\'' => char_end(text, at),
            _ => at,
        };
        if end == at {
            code.push(if byte.is_ascii() { char::from(byte) } else { ' ' });
            at += 1;
        } else {
            code.extend(
                bytes
                    .iter()
                    .take(end)
                    .skip(at)
                    .map(|byte| if *byte == b'\n' { '\n' } else { ' ' }),
            );
            at = end;
        }
    }
    Lexed {
        code,
        literals,
        comments,
    }
}

fn inner(text: &str, from: usize, end: usize, closing: usize) -> String {
    text.get(from..end.saturating_sub(closing))
        .unwrap_or_default()
        .to_owned()
}

fn after_name(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1)
        .and_then(|before| bytes.get(before))
        .copied()
        .is_some_and(is_name)
}

/// Whether the `r` at `at` follows a lone `b` or `c`: the prefixes of raw byte and C strings.
fn prefixed(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1)
        .is_some_and(|before| matches!(bytes.get(before), Some(b'b' | b'c')) && !after_name(bytes, before))
}

/// For a raw string at `at`: where its text begins, how many `#` it has, where it ends.
fn raw_string(text: &str, at: usize) -> Option<(usize, usize, usize)> {
    let rest = text.get(at + 1..)?;
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    rest.get(hashes..)?.starts_with('"').then_some(())?;
    let open = at + 1 + hashes + 1;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = text
        .get(open..)?
        .find(&close)
        .map_or(text.len(), |length| open + length + close.len());
    Some((open, hashes, end))
}

fn string_end(bytes: &[u8], at: usize) -> usize {
    let mut next = at + 1;
    while let Some(byte) = bytes.get(next) {
        match byte {
            b'\\' => next += 2,
            b'"' => return next + 1,
            _ => next += 1,
        }
    }
    bytes.len()
}

/// The end of a character literal, or `at` itself for a lifetime or label.
fn char_end(text: &str, at: usize) -> usize {
    let rest = &text[at + 1..];
    let mut chars = rest.char_indices();
    match chars.next() {
        Some((_, '\\')) => {
            // The character after the backslash may itself be a quote.
            let escaped = chars.next().map_or(0, |(offset, c)| offset + c.len_utf8());
            rest[escaped..]
                .find('\'')
                .map_or(at, |length| at + 1 + escaped + length + 1)
        }
        Some(_) => match chars.next() {
            Some((offset, '\'')) => at + 1 + offset + 1,
            _ => at,
        },
        None => at,
    }
}

fn block_comment_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut next) = (0_usize, at);
    while next < bytes.len() {
        match bytes.get(next..next + 2) {
            Some(b"/*") => {
                depth += 1;
                next += 2;
            }
            Some(b"*/") => {
                depth -= 1;
                next += 2;
                if depth == 0 {
                    return next;
                }
            }
            _ => next += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literals(text: &str) -> Vec<String> {
        Source::new(text).literals.into_iter().map(|piece| piece.text).collect()
    }

    #[test]
    fn tells_code_comments_and_literals_apart() {
        let source = Source::new("let a = \"x // no\"; // yes \"no\"\n/* b /* c */ d */ e('\"', '\\'', 'f');");
        assert_eq!(
            source.literals,
            [Piece {
                at: 8,
                text: "x // no".to_owned()
            }]
        );
        let comments: Vec<&str> = source.comments.iter().map(|piece| piece.text.as_str()).collect();
        assert_eq!(comments, ["// yes \"no\"", "/* b /* c */ d */"]);
        assert_eq!(
            source.code.split_whitespace().collect::<Vec<_>>(),
            ["let", "a", "=", ";", "e(", ",", ",", ");"]
        );
        assert_eq!(source.code.len(), source.text.len());
    }

    #[test]
    fn knows_every_kind_of_string() {
        assert_eq!(
            literals(r###"f("a\"b", r"c\", r#"d"e"#, b"g", br##"h"#i"##, c"j");"###),
            ["a\\\"b", "c\\", "d\"e", "g", "h\"#i", "j"]
        );
        assert_eq!(literals("let r#type = for_r(\"a\"); var\"b\""), ["a", "b"]);
    }

    #[test]
    fn lifetimes_are_no_characters() {
        assert_eq!(literals("fn f<'a>(x: &'a str) -> &'a str { \"b\" } // 'c"), ["b"]);
        assert_eq!(literals("'é'; 'x: loop { \"y\" }"), ["y"]);
    }

    #[test]
    fn survives_what_never_ends() {
        for text in ["\"a", "r#\"a\"", "/* a", "'\\", "'", "\"\\", "é\"é"] {
            assert_eq!(Source::new(text).code.len(), text.len());
        }
    }

    #[test]
    fn finds_tests_macros_and_lines() {
        let source = Source::new(
            "queries! { A = \"a\"; }\n#[cfg(test)]\nmod tests { fn b() { my_queries! {} } }\nfn c() {}\n#[cfg(feature = \"test\")] fn d() {}",
        );
        let body: Vec<&str> = source
            .macro_bodies("queries")
            .into_iter()
            .map(|body| &source.text[body])
            .collect();
        assert_eq!(body, [" A = \"a\"; "]);
        let at = |word: &str| source.text.find(word).unwrap();
        assert!(source.in_test(at("fn b")) && !source.in_test(at("fn c")) && !source.in_test(at("fn d")));
        assert_eq!(
            (source.line(0), source.line(at("mod tests")), source.line(at("fn c"))),
            (1, 3, 4)
        );
    }
}
