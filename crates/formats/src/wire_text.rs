//! Plain text to paragraphs, as agencies and their converters set it, and what telegraph-style messages have in common:
//! their bytes, the marks at their ends, and words in the text that mean an embargo or a kill.

use crate::item::{add_editor_note, hold_incomplete};
use crate::problem::{Problem, ReadContext};
use crate::xml::{clean, squeeze};
use masthead_domain::document::{Block, Document, Text};
use masthead_domain::wire::{Embargo, NewsItem, PubStatus};

/// Plain text as a document: paragraphs are parted by empty lines; where there are none, each line is a paragraph.
/// Lines that were laid out in columns stay together as preformatted text.
pub fn document(text: &str) -> Document {
    let text = clean(text).replace("\r\n", "\n").replace('\r', "\n");
    let has_empty_lines = text.trim().lines().any(|line| line.trim().is_empty());
    let mut blocks = Vec::new();
    if has_empty_lines {
        let mut paragraph: Vec<&str> = Vec::new();
        for line in text.lines() {
            if line.trim().is_empty() {
                push(&mut blocks, &paragraph);
                paragraph.clear();
            } else {
                paragraph.push(line);
            }
        }
        push(&mut blocks, &paragraph);
    } else {
        text.lines().for_each(|line| push(&mut blocks, &[line]));
    }
    Document { blocks }
}

/// Whether a text that is declared as plain is HTML: agencies escape whole paragraphs into fields for text.
pub fn looks_like_html(text: &str) -> bool {
    let head = crate::xml::cut_at(text.trim_start(), 2000).to_ascii_lowercase();
    [
        "<p>", "<p ", "<html", "<div", "<section", "<article", "<h1", "<h2", "<ul", "<br",
    ]
    .iter()
    .any(|tag| head.contains(tag))
}

fn push(blocks: &mut Vec<Block>, lines: &[&str]) {
    let is_table = lines.len() > 1 && lines.iter().all(|line| columns(line) > 1);
    if is_table {
        let text = lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
        blocks.push(Block::Preformatted { text });
        return;
    }
    let text = squeeze(&lines.join(" "));
    if !text.is_empty() {
        blocks.push(Block::Paragraph {
            text: Text::plain(text),
        });
    }
}

/// How many columns a line has: stretches parted by a tab or three spaces.
fn columns(line: &str) -> usize {
    line.trim()
        .split("   ")
        .flat_map(|part| part.split('\t'))
        .filter(|part| !part.trim().is_empty())
        .count()
}

/// The letters of code page 437 from 0x80 on, which agency PCs of the time wrote.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»";

/// The bytes of a message as text: UTF-8 where they are valid UTF-8, else Latin-1 in its Windows form, unless all
/// letters beyond ASCII lie where only code page 437 has letters.
pub fn decode(bytes: &[u8]) -> String {
    let mut text = characters(bytes);
    // Fillers of the line; they never belong to the text.
    text.retain(|char| char != '\0');
    text
}

fn characters(bytes: &[u8]) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let high: Vec<u8> = bytes.iter().copied().filter(|byte| *byte >= 0x80).collect();
    let is_cp437 = high.iter().all(|byte| matches!(byte, 0x80..=0x9a | 0xa0..=0xa5 | 0xe1));
    // In Windows-1252 these are quotation marks and dashes, which stand beside letters too; letters of words don't.
    let between_letters = bytes
        .windows(3)
        .filter(|window| matches!(window, [a, b, c] if *b >= 0x80 && a.is_ascii_alphabetic() && c.is_ascii_lowercase() && *b != 0x92))
        .count();
    if is_cp437 && between_letters * 2 > high.len() {
        let table: Vec<char> = CP437.chars().collect();
        return bytes
            .iter()
            .map(|byte| match byte {
                0..=0x7f => char::from(*byte),
                0xe1 => 'ß',
                _ => table.get(usize::from(byte - 0x80)).copied().unwrap_or('\u{fffd}'),
            })
            .collect();
    }
    encoding_rs::WINDOWS_1252
        .decode_without_bom_handling(bytes)
        .0
        .into_owned()
}

/// A message as far as a field may reach. What is cut loses its end mark too, and is held for that.
pub fn bounded<'a>(message: &'a str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> &'a str {
    if message.len() > ctx.max_field {
        problems.push(Problem::new(
            "text",
            format!("a message of {} bytes was cut", message.len()),
        ));
    }
    crate::xml::cut_at(message, ctx.max_field)
}

/// Typewriter conventions of agency text as readers know them: ` _ ` is a dash, doubled accents are quotation marks.
pub fn typeset(line: &str) -> String {
    line.replace(" _ ", " — ").replace("``", "“").replace("''", "”")
}

/// What marks at the end of a message say.
#[derive(Debug, PartialEq, Eq)]
pub enum EndMark {
    /// The story ends here.
    End,
    /// More of the same story follows in another message.
    More,
}

/// Whether a line is nothing but an end mark (`-30-`, `###`, `(END)`, `-more-`, `(MORE)`).
pub fn end_mark(line: &str) -> Option<EndMark> {
    let word: String = line
        .chars()
        .filter(|char| char.is_alphanumeric() || *char == '#')
        .collect::<String>()
        .to_lowercase();
    match word.as_str() {
        "30" | "end" | "ends" | "###" | "##"
            if line.trim().len() <= 12 && !line.trim().chars().all(char::is_alphanumeric) =>
        {
            Some(EndMark::End)
        }
        "more" | "mf" if line.trim().len() <= 16 && !line.trim().chars().all(char::is_alphanumeric) => {
            Some(EndMark::More)
        }
        _ => None,
    }
}

/// Lines that speak to editors and not to readers.
pub fn is_for_editors(line: &str) -> bool {
    let lower = line
        .trim_start_matches(['(', '^', '[', ' ', '*', '-', '_'])
        .to_lowercase();
    [
        "eds:",
        "eds.:",
        "eds ",
        "editors:",
        "editors' note",
        "editor's note",
        "editor's note:",
        "note to editors",
        "notes to editors",
        "note to editor",
        "adds ",
        "with ap photo",
        "ap photo",
        "notizblock",
        "## notizblock",
        "redaktionelle hinweise",
        "attention editors",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
}

/// The line from which on a message is no longer for publication.
pub fn ends_publication(line: &str) -> bool {
    let lower = line.to_lowercase();
    lower.contains("not for publication") && lower.contains("following")
        || lower.contains("not intended for publication")
        || lower.contains("nicht zur veröffentlichung")
}

/// Reads the words above a text that mean an embargo or a kill. These formats have no field for either, so the words
/// are all there is, and a person decides: the item is held, never published by itself.
pub fn mark_by_words<'a>(lines: impl Iterator<Item = &'a str>, item: &mut NewsItem, problems: &mut Vec<Problem>) {
    for line in lines.map(str::trim) {
        let lower = line
            .trim_start_matches(|char: char| !char.is_alphanumeric())
            .to_lowercase();
        let is_embargo = [
            "embargo",
            "strictly embargoed",
            "under embargo",
            "hold for release",
            "not for release before",
            "not for publication before",
            "not for release until",
            "for release at",
            "for release on",
            "sperrfrist",
            "sendesperrfrist",
        ]
        .iter()
        .any(|start| lower.starts_with(start))
            || lower.contains("embargoed until") && line.len() < 200
            || lower.contains("embargoed for") && line.len() < 200;
        if is_embargo && item.embargo == Embargo::None {
            let reason = format!("the text says: {}", crate::xml::cut_at(line, 120));
            problems.push(Problem::new("text", format!("withheld: {reason}")));
            item.embargo = Embargo::Withheld { reason };
            add_editor_note(item, line.to_owned());
        }
        let is_kill = [
            "bulletin kill",
            "mandatory kill",
            "urgent kill",
            "kill bulletin",
            "attention: kill",
            "advisory kill",
            "kill mandatory",
        ]
        .iter()
        .any(|words| lower.starts_with(words))
            || [",bulletin kill", "-kill", "--kill", "/kill", ", kill", "-withdrawal"]
                .iter()
                .any(|end| lower.trim_end_matches(['<', '=', '.', ' ', '/']).ends_with(end));
        if is_kill && item.status.is_usable() {
            item.status = PubStatus::Unknown("a kill notice; find the story that it names".to_owned());
            problems.push(Problem::new(
                "text",
                format!("a kill notice: {}", crate::xml::cut_at(line, 120)),
            ));
        }
    }
}

/// Drops the end marks of a text and holds a story of which more is to come.
pub fn trim_end_marks(lines: &mut Vec<String>, item: &mut NewsItem, problems: &mut Vec<Problem>) {
    while let Some(last) = lines.last() {
        let text = last.trim();
        match end_mark(text) {
            Some(EndMark::More) => {
                problems.push(Problem::new(
                    "text",
                    "more of this story follows in another message; held",
                ));
                hold_incomplete(item, "more follows");
            }
            Some(EndMark::End) => {}
            None if text.is_empty() => {}
            None => return,
        }
        lines.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_three_times() {
        assert_eq!(decode("Zürich".as_bytes()), "Zürich");
        assert_eq!(decode(b"Z\xfcrich"), "Zürich");
        assert_eq!(decode(b"Z\x81rich, K\x94ln"), "Zürich, Köln");
        assert_eq!(decode(b"it\x92s \x93so\x94"), "it’s “so”");
    }

    #[test]
    fn words_that_hold_a_story() {
        let marked = |line: &str| {
            let (mut item, mut problems) = (NewsItem::default(), Vec::new());
            mark_by_words(std::iter::once(line), &mut item, &mut problems);
            (item.embargo != Embargo::None, item.status.is_usable())
        };
        assert_eq!(marked("EMBARGOED FOR 0001 GMT TUESDAY"), (true, true));
        assert_eq!(marked("Sperrfrist: 12.00 Uhr"), (true, true));
        assert_eq!(marked("BC-Quay Fire-KILL<"), (false, false));
        assert_eq!(marked("MANDATORY KILL"), (false, false));
        assert_eq!(marked("Floods kill 12 in the valley"), (false, true));
        assert_eq!(marked("The oil embargo was lifted"), (false, true));
    }

    #[test]
    fn end_marks() {
        assert_eq!(end_mark("-30-"), Some(EndMark::End));
        assert_eq!(end_mark("###"), Some(EndMark::End));
        assert_eq!(end_mark("-more-"), Some(EndMark::More));
        assert_eq!(end_mark("(MORE)"), Some(EndMark::More));
        assert_eq!(end_mark("more"), None);
        assert_eq!(end_mark("30"), None);
    }

    #[test]
    fn paragraphs_by_empty_lines_or_by_lines() {
        let texts = |text: &str| document(text).to_plain();
        assert_eq!(texts("one\ntwo\n\nthree\r\n"), "one two\nthree");
        assert_eq!(texts("one\ntwo\n"), "one\ntwo");
        assert_eq!(texts(" \n"), "");
    }

    #[test]
    fn columns_stay_columns() {
        let document = document("Results:\n\nHarbour      3\nQuay United   12\n\nend");
        assert!(matches!(&document.blocks[1], Block::Preformatted { text } if text.contains('\n')));
        assert_eq!(document.blocks.len(), 3);
    }
}
