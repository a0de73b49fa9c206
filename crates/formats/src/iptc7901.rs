//! IPTC 7901: the text protocol of agency teleprinters, still sent by some agencies in files.
//!
//! A message is `SOH` source and number, priority, category, word count and what else; keyword lines; `STX`, the text;
//! `ETX`, the time. Several messages may stand in one file. The format has no identity over versions, no status and
//! no embargo: the first is made of source, number and day, the others are read from the words.

use crate::item::{make_up_guid, note, urgency};
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::wire_text::{self, typeset};
use crate::xml::{clean, squeeze};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use masthead_domain::document::{Block, Document, Text};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{NewsItem, Subject};

const SOH: char = '\u{1}';
const STX: char = '\u{2}';
const ETX: char = '\u{3}';
const EOT: char = '\u{4}';

/// Reads every message in a file.
///
/// # Errors
/// When no message begins in it.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let text = wire_text::decode(bytes);
    let mut problems = Vec::new();
    let mut items = Vec::new();
    for message in text.split(SOH).skip(1) {
        if let Some(item) = read_message(wire_text::bounded(message, ctx, &mut problems), &mut problems) {
            items.push(item);
        }
    }
    if items.is_empty() {
        return Err(Unreadable::new("no message of IPTC 7901 in it (none with SOH and STX)"));
    }
    Ok(Reading { value: items, problems })
}

fn read_message(message: &str, problems: &mut Vec<Problem>) -> Option<NewsItem> {
    let (head, rest) = message.split_once(STX)?;
    let (text, after) = match rest.split_once(ETX) {
        Some((text, after)) => (text, Some(after)),
        None => (rest.split(EOT).next().unwrap_or(rest), None),
    };
    let mut item = NewsItem::default();
    let mut head_lines = head.lines().map(str::trim_end);
    let header = read_header(head_lines.next().unwrap_or(""), &mut item);
    let keywords: Vec<String> = head_lines
        .map(|line| squeeze(line.trim_end_matches('/')))
        .filter(|line| !line.is_empty())
        .collect();
    if !keywords.is_empty() {
        item.slugline = Some(keywords.join(" "));
    }
    item.version_created = after.and_then(trailer_time);
    if let (Some((source, number)), Some(moment)) = (&header, item.version_created) {
        // Numbers run through a day, so the day belongs to the identity.
        let day = moment.to_rfc3339();
        item.guid = format!(
            "urn:masthead:iptc7901:{source}:{}:{number}",
            day.get(..10).unwrap_or("")
        );
    } else {
        make_up_guid(&mut item, message, "SOH", problems);
    }
    read_text(text, &mut item, problems);
    if item.headline.is_none() && item.body.is_empty() && item.editor_note.is_none() {
        // Noise with the right control characters in it is no message.
        problems.push(Problem::new(&*item.guid, "a message without any text was left out"));
        return None;
    }
    if after.is_none() {
        problems.push(Problem::new(&*item.guid, "the message has no end (ETX); held"));
        crate::item::hold_incomplete(&mut item, "no end of text");
    }
    Some(item)
}

/// `ABC0123 4 pol 210 and more`: source and number, priority, category, word count.
fn read_header(line: &str, item: &mut NewsItem) -> Option<(String, String)> {
    let line = clean(line);
    let mut words = line.split_whitespace();
    let first = words.next()?;
    let split = first.find(|char: char| char.is_ascii_digit()).unwrap_or(first.len());
    let (source, number) = first.split_at_checked(split)?;
    item.provider = Some(source.to_owned()).filter(|source| !source.is_empty());
    let rest: Vec<&str> = words.collect();
    item.urgency = rest.first().and_then(|word| urgency(word));
    if let Some(category) = rest.get(1).filter(|word| word.chars().all(char::is_alphabetic)) {
        item.categories.push(Subject {
            code: Some((*category).to_owned()),
            ..Subject::default()
        });
    }
    if let Some(count) = rest.get(2).and_then(|word| word.parse::<u64>().ok()) {
        note(item, "wordcount", count);
    }
    (!number.is_empty()).then(|| (source.to_owned(), number.to_owned()))
}

/// The text: its first line is the headline; a line that speaks to editors, and all that follows "not for
/// publication", goes to the desk.
fn read_text(text: &str, item: &mut NewsItem, problems: &mut Vec<Problem>) {
    let mut lines = logical_lines(text);
    wire_text::mark_by_words(lines.iter().take(8).map(String::as_str), item, problems);
    if let Some(slug) = item.slugline.clone() {
        wire_text::mark_by_words(std::iter::once(slug.as_str()), item, problems);
    }
    wire_text::trim_end_marks(&mut lines, item, problems);
    let mut body = Vec::new();
    let mut private = Vec::new();
    for line in lines {
        if !private.is_empty() || wire_text::ends_publication(&line) || is_notebook(&line) {
            private.push(line.trim().to_owned());
        } else if wire_text::is_for_editors(&line) {
            crate::item::add_editor_note(item, squeeze(&line));
        } else if item.headline.is_none() && is_version_line(&line) {
            // `1ST LEAD`, `REFILE`: which writing of the story this is stands above its headline.
            note(item, "version-line", squeeze(&line));
        } else if item.headline.is_none() && !line.trim().is_empty() {
            item.headline = Some(typeset(squeeze(&line).trim_end_matches(['=', ' '])));
        } else if body.is_empty() && is_byline(&line) {
            item.bylines
                .push(squeeze(&line).trim_end_matches(['=', ' ']).to_owned());
        } else if !(body.is_empty() && line.trim().is_empty()) {
            body.push(line);
        }
    }
    // A message of one line is a flash: the line is its headline and its text.
    if !private.is_empty() {
        crate::item::add_editor_note(item, private.join("\n").trim().to_owned());
    }
    item.authors = item
        .bylines
        .iter()
        .flat_map(|line| crate::item::authors_of_byline(line))
        .collect();
    item.body = paragraphs(&body);
    item.dateline = dateline(&item.body);
}

/// The heading of the notes that end a text.
fn is_notebook(line: &str) -> bool {
    matches!(
        line.trim().trim_start_matches('#').trim().to_lowercase().as_str(),
        "notebook" | "notizblock"
    ) && line.trim_start().starts_with('#')
}

/// A short line in capitals that says which writing of a story follows.
fn is_version_line(line: &str) -> bool {
    let line = line.trim();
    let is_shouted = line.len() <= 40 && line.chars().any(char::is_alphabetic) && !line.chars().any(char::is_lowercase);
    let words = [
        "LEAD",
        "REFILE",
        "CORRECTION",
        "CORRECTED",
        "UPDATE",
        "URGENT",
        "ROUNDUP",
        "EXTRA",
        "BREAKING",
        "FLASH",
        "REPEAT",
        "ADD",
        "RECAST",
        "KORREKTUR",
        "WIEDERHOLUNG",
        "ZUSAMMENFASSUNG",
        "EILMELDUNG",
        "EIL",
        "NEWS FEATURE",
        "FEATURE",
        "ANALYSIS",
        "PREVIEW",
    ];
    is_shouted
        && words
            .iter()
            .any(|word| line.split(|char: char| !char.is_alphabetic()).any(|part| part == *word))
}

/// `By`, `Von` and their like before a name, in the first lines.
fn is_byline(line: &str) -> bool {
    let line = line.trim();
    let names = ["By ", "BY ", "Von ", "Par ", "Por "]
        .iter()
        .find_map(|word| line.strip_prefix(word));
    names.is_some_and(|rest| rest.split_whitespace().count() <= 10 && !rest.ends_with(['.', ',']))
}

/// Lines as they are meant: some agencies end a line of the page by CR LF and a paragraph by a bare LF, others end
/// every line by CR CR LF.
fn logical_lines(text: &str) -> Vec<String> {
    let text = text.replace("\r\r\n", "\r\n");
    let bare = text.replace("\r\n", "").contains('\n');
    let text = clean(&text);
    if bare && text.contains("\r\n") {
        return text
            .replace("\r\n", "\u{e000}")
            .split('\n')
            .flat_map(|paragraph| {
                // An empty line after each, so that a paragraph stays one.
                [paragraph.replace('\u{e000}', " "), String::new()]
            })
            .collect();
    }
    text.lines().map(|line| line.trim_end().to_owned()).collect()
}

/// Paragraphs begin at an indented line or after an empty one; where a text has neither, a line that ends short of the
/// page's width ends its paragraph.
pub(crate) fn paragraphs(lines: &[String]) -> Document {
    let indent = |line: &str| line.starts_with("  ") || line.starts_with('\t');
    let indented = lines.iter().filter(|line| indent(line)).count();
    let has_empty = lines.iter().any(|line| line.trim().is_empty());
    let width = lines.iter().map(|line| line.trim().chars().count()).max().unwrap_or(0);
    let all_indented = indented == lines.iter().filter(|line| !line.trim().is_empty()).count();
    let mut blocks = Vec::new();
    let mut current: Vec<&str> = Vec::new();
    let flush = |current: &mut Vec<&str>, blocks: &mut Vec<Block>| {
        if current.is_empty() {
            return;
        }
        let is_table = current.len() > 1 && current.iter().all(|line| line.trim().contains("   "));
        if is_table {
            let text = current
                .iter()
                .map(|line| line.trim_end())
                .collect::<Vec<_>>()
                .join("\n");
            blocks.push(Block::Preformatted { text });
        } else {
            let text = typeset(&squeeze(&current.join(" ")));
            if !text.is_empty() {
                blocks.push(Block::Paragraph {
                    text: Text::plain(text),
                });
            }
        }
        current.clear();
    };
    for line in lines {
        if line.trim().is_empty() {
            flush(&mut current, &mut blocks);
            continue;
        }
        if indent(line) && !all_indented && !current.last().is_some_and(|last| last.trim().contains("   ")) {
            flush(&mut current, &mut blocks);
        }
        current.push(line);
        let ends_short =
            line.trim().chars().count() * 10 < width * 8 && line.trim_end().ends_with(['.', '!', '?', '"', '”', ':']);
        if !has_empty && (indented == 0 || all_indented) && ends_short {
            flush(&mut current, &mut blocks);
        }
    }
    flush(&mut current, &mut blocks);
    Document { blocks }
}

/// `BERLIN (dpa) -` at the start of the first paragraph.
pub(crate) fn dateline(body: &Document) -> Option<String> {
    let Some(Block::Paragraph { text }) = body.blocks.first() else {
        return None;
    };
    let text = text.to_plain();
    let (before, after) = text.split_once(')')?;
    let after = after.trim_start();
    let is_dash = after.starts_with(['-', '–', '—', '_']);
    let place = before.split_once('(')?.0.trim();
    let named = place.chars().next().is_some_and(char::is_uppercase) && place.len() <= 60 && before.len() <= 80;
    (is_dash && named).then(|| format!("{before})"))
}

/// The time after the text: `121530 GMT Jul 19`, `121530 Jul 19`, `121530 JUL 2019`.
fn trailer_time(after: &str) -> Option<Timestamp> {
    let words: Vec<&str> = after
        .split(|char: char| char.is_whitespace() || char.is_control())
        .filter(|word| !word.is_empty())
        .take(12)
        .collect();
    let at = words
        .iter()
        .position(|word| word.len() == 6 && word.bytes().all(|byte| byte.is_ascii_digit()))?;
    let digits = words.get(at)?;
    let part = |from: usize| digits.get(from..from + 2).and_then(|text| text.parse::<i8>().ok());
    let rest = words.get(at + 1..)?;
    let (zone, rest) = match rest.first()?.to_ascii_uppercase().as_str() {
        "GMT" | "UTC" | "Z" => (0, rest.get(1..)?),
        "CET" | "MEZ" | "BST" => (1, rest.get(1..)?),
        "CEST" | "MESZ" => (2, rest.get(1..)?),
        _ => (0, rest),
    };
    let month = month(rest.first()?)?;
    let year = rest
        .get(1)?
        .get(..4)
        .or_else(|| rest.get(1)?.get(..2))?
        .parse::<i16>()
        .ok()?;
    let year = if year < 100 { 2000 + year } else { year };
    let local = DateTime::new(year, month, part(0)?, part(2)?, part(4)?, 0, 0).ok()?;
    Offset::from_hours(zone)
        .ok()?
        .to_timestamp(local)
        .ok()
        .map(Timestamp::from)
}

fn month(word: &str) -> Option<i8> {
    let lower = word.to_ascii_lowercase();
    let known = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let also = [("mai", 5), ("okt", 10), ("dez", 12), ("mär", 3)];
    known
        .iter()
        .position(|month| lower.starts_with(month))
        .and_then(|at| i8::try_from(at + 1).ok())
        .or_else(|| {
            also.iter()
                .find(|(name, _)| lower.starts_with(name))
                .map(|(_, month)| *month)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx() -> ReadContext<'static> {
        ReadContext::at(Timestamp::from_micros(0))
    }

    const MESSAGE: &str = "\u{1}qua0042 3 pol 63 QUA 0042\r\nHarbour/Ferry/\r\n\u{2}REFILE\r\n1ST LEAD\r\nNew ferry for the harbour =\r\nBy Ada Quill\r\n\r\nQUAYSIDE (qua) - The council bought a ferry on\r\nTuesday, after three years of talks.\r\n\r\nIt carries 40 cars. ``At last,'' said the harbour\r\nmaster.\r\n\r\n-30-\r\nThe following information is not for publication\r\nDesk: +00 555 0100\r\n\u{3}\r\n141530 GMT May 24\r\n";

    #[test]
    fn a_message() {
        let reading = read(MESSAGE.as_bytes(), &ctx()).unwrap();
        let item = &reading.value[0];
        assert_eq!(item.headline.as_deref(), Some("New ferry for the harbour"));
        assert_eq!(item.slugline.as_deref(), Some("Harbour/Ferry"));
        assert_eq!(item.bylines, ["By Ada Quill"]);
        assert_eq!(item.authors[0].name, "Ada Quill");
        assert_eq!(item.urgency, Some(3));
        assert_eq!(item.provider.as_deref(), Some("qua"));
        assert_eq!(item.version_created.unwrap().to_rfc3339(), "2024-05-14T15:30:00Z");
        assert_eq!(item.dateline.as_deref(), Some("QUAYSIDE (qua)"));
        assert_eq!(item.guid, "urn:masthead:iptc7901:qua:2024-05-14:0042");
        assert!(item.body.to_plain().contains("“At last,” said"));
        assert!(!item.body.to_plain().contains("555"));
        assert!(item.editor_note.as_deref().unwrap().contains("555 0100"));
        assert_eq!(item.body.blocks.len(), 3);
    }

    #[test]
    fn several_messages_and_one_without_its_end() {
        let file = format!("{MESSAGE}{MESSAGE}\u{1}qua0043 1 pol 3\r\nx\r\n\u{2}FLASH: it");
        let reading = read(file.as_bytes(), &ctx()).unwrap();
        assert_eq!(reading.value.len(), 3);
        assert!(!reading.value[2].status.is_usable());
        assert!(reading.value[1].status.is_usable());
    }

    #[test]
    fn bare_line_feeds_part_paragraphs() {
        let file =
            "\u{1}dpx0001 4 a 9\r\nslug\r\n\u{2}Headline\nfirst line\r\nof one paragraph.\nAnother\r\none.\n\u{3}";
        let reading = read(file.as_bytes(), &ctx()).unwrap();
        assert_eq!(
            reading.value[0].body.to_plain(),
            "first line of one paragraph.\nAnother one."
        );
    }

    #[test]
    fn nothing_of_the_sort() {
        assert!(read(b"just words", &ctx()).is_err());
        assert!(read(b"\x01\x01\x01", &ctx()).is_err());
    }
}
