//! ANPA 1312: the wire format of North American agencies.
//!
//! A message is `SYN SYN SOH` service letter and number, `US` selector; a line with priority, category, format codes,
//! keyword, date and word count; `STX`, the text; `ETX`, agency and time. In the text a line that begins with `^` is
//! set apart (slug, headline, notes to editors, byline), a tab begins a paragraph, `<` and `=` end a line quad left and
//! centred. Identity over versions, status and embargo have no field.

use crate::iptc7901::dateline;
use crate::item::{add_editor_note, authors_of_byline, make_up_guid, note};
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::wire_text::{self, typeset};
use crate::xml::{clean, squeeze};
use jiff::civil::DateTime;
use jiff::tz::Offset;
use masthead_domain::document::{Block, Document, Text};
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{NewsItem, Subject};

const SYN: char = '\u{16}';
const SOH: char = '\u{1}';
const STX: char = '\u{2}';
const ETX: char = '\u{3}';

/// Reads every message in a file.
///
/// # Errors
/// When no message begins in it.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let text = wire_text::decode(bytes);
    let mut problems = Vec::new();
    let mut items = Vec::new();
    // Fillers between messages are SYNs too; what counts is the header's start.
    for message in text.split(SOH).skip(1) {
        items.extend(read_message(
            wire_text::bounded(message.trim_end_matches(SYN), ctx, &mut problems),
            &mut problems,
        ));
    }
    if items.is_empty() {
        return Err(Unreadable::new("no message of ANPA 1312 in it (none with SOH and STX)"));
    }
    Ok(Reading { value: items, problems })
}

fn read_message(message: &str, problems: &mut Vec<Problem>) -> Option<NewsItem> {
    let (head, rest) = message.split_once(STX)?;
    let (text, after) = match rest.split_once(ETX) {
        Some((text, after)) => (text, Some(after)),
        None => (rest, None),
    };
    let mut item = NewsItem::default();
    let mut lines = head.split(['\r', '\n']).filter(|line| !line.trim().is_empty());
    let first = lines.next().unwrap_or("");
    let (service, selector) = first.split_once('\u{1f}').unwrap_or((first, ""));
    note(&mut item, "selector", squeeze(selector));
    // Some systems send both header lines as one.
    let second = lines.next().unwrap_or(selector);
    let header = read_header(second, &mut item);

    let trailer = after.and_then(trailer_of);
    if let Some((agency, moment)) = &trailer {
        item.provider = Some(agency.clone());
        item.version_created = Some(*moment);
    }
    match &trailer {
        // The service's numbers run through a cycle of a day.
        Some((agency, moment)) if service.chars().any(|char| char.is_ascii_digit()) => {
            let day = moment.to_rfc3339();
            item.guid = format!(
                "urn:masthead:anpa:{agency}:{}:{}",
                day.get(..10).unwrap_or(""),
                squeeze(service)
            );
        }
        _ => make_up_guid(&mut item, message, "SOH", problems),
    }
    read_text(text, header.is_tabular, &mut item, problems);
    if after.is_none() {
        problems.push(Problem::new(&*item.guid, "the message has no end (ETX); held"));
        crate::item::hold_incomplete(&mut item, "no end of text");
    }
    Some(item)
}

#[derive(Default)]
struct Header {
    /// The format code says columns (DC2), not running text (DC1).
    is_tabular: bool,
}

/// `u iDC3DC1bc-harbour ferry 05-14 0123`: priority, category, format codes, keyword, date, word count.
fn read_header(line: &str, item: &mut NewsItem) -> Header {
    let header = Header {
        is_tabular: line.contains('\u{12}'),
    };
    let mut chars = line.trim_start().chars();
    let priority = chars.next().unwrap_or(' ').to_ascii_lowercase();
    item.urgency = match priority {
        'f' => Some(1),
        'b' => Some(2),
        'u' => Some(3),
        'r' => Some(4),
        'd' | 'a' => Some(5),
        's' | 'w' | 'z' => Some(6),
        _ => None,
    };
    let rest = chars.as_str().trim_start();
    if let Some(category) = rest.chars().next().filter(char::is_ascii_alphabetic) {
        item.categories.push(Subject {
            code: Some(category.to_string()),
            ..Subject::default()
        });
    }
    let words: String = rest
        .chars()
        .skip(1)
        .map(|char| if char.is_control() { ' ' } else { char })
        .collect();
    let mut words: Vec<&str> = words.split_whitespace().collect();
    if let Some(count) = words
        .last()
        .filter(|word| word.len() >= 3)
        .and_then(|word| word.parse::<u64>().ok())
    {
        note(item, "wordcount", count);
        words.pop();
    }
    if words.last().is_some_and(|word| is_month_day(word)) {
        words.pop();
    }
    if let Some(keyword) = words.first() {
        item.slugline = Some(without_cycle(keyword).to_owned());
        let take = words.get(1..).unwrap_or_default().join(" ");
        if !take.is_empty() {
            note(item, "takekey", take);
        }
    }
    header
}

fn is_month_day(word: &str) -> bool {
    word.split_once('-').is_some_and(|(month, day)| {
        [month, day]
            .iter()
            .all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// A keyword without the news cycle that it is for (`am-`, `pm-`, `bc-` for both).
fn without_cycle(keyword: &str) -> &str {
    ["am-", "pm-", "bc-", "ap-", "AM-", "PM-", "BC-", "AP-"]
        .iter()
        .find_map(|cycle| keyword.strip_prefix(cycle))
        .unwrap_or(keyword)
}

fn read_text(text: &str, is_tabular: bool, item: &mut NewsItem, problems: &mut Vec<Problem>) {
    let mut lines: Vec<String> = text
        .split('\n')
        // Tab line indicator and space band are typesetter's codes for columns and spaces.
        .map(|line| {
            line.trim_end_matches(['\r', ' '])
                .replace('\u{8}', "\t")
                .replace('\u{10}', " ")
        })
        .collect();
    wire_text::trim_end_marks(&mut lines, item, problems);
    let head: Vec<String> = lines
        .iter()
        .map(|line| plain(line))
        .filter(|line| !line.is_empty())
        .take(8)
        .collect();
    wire_text::mark_by_words(head.iter().map(String::as_str), item, problems);

    let mut set_apart: Vec<String> = Vec::new();
    let mut body: Vec<String> = Vec::new();
    let mut in_body = false;
    for line in &lines {
        let is_apart = line.starts_with('^');
        if is_apart && !in_body {
            set_apart.push(plain(line));
            continue;
        }
        if line.trim().is_empty() {
            continue;
        }
        in_body = true;
        if is_tabular {
            body.push(clean(line.trim_matches(['^', '<'])));
        } else if is_apart || line.starts_with('\t') || body.is_empty() {
            body.push(plain(line));
        } else if let Some(last) = body.last_mut() {
            // A line of the page that goes on where the last one ended.
            last.push(' ');
            last.push_str(&plain(line));
        }
    }
    read_set_apart(&set_apart, item);
    item.body = if is_tabular {
        let text = body.join("\n");
        let blocks = if text.trim().is_empty() {
            Vec::new()
        } else {
            vec![Block::Preformatted { text }]
        };
        Document { blocks }
    } else {
        let mut blocks = Vec::new();
        for paragraph in body {
            if wire_text::is_for_editors(&paragraph) {
                add_editor_note(item, paragraph);
            } else if paragraph.len() >= 3 && paragraph.chars().all(|char| matches!(char, '_' | '-' | '*' | ' ')) {
                blocks.push(Block::Rule);
            } else if !paragraph.is_empty() {
                blocks.push(Block::Paragraph {
                    text: Text::plain(typeset(&paragraph)),
                });
            }
        }
        Document { blocks }
    };
    item.dateline = dateline(&item.body);
}

/// A line without its typesetting marks.
fn plain(line: &str) -> String {
    squeeze(
        line.trim_start_matches('^')
            .trim_end_matches(['<', '=', '>', '\r', ' '])
            .trim(),
    )
}

/// The lines above the text: slug first, then in any order notes to editors, headline, byline and who it is from.
fn read_set_apart(lines: &[String], item: &mut NewsItem) {
    let mut lines = lines.iter().filter(|line| !line.is_empty());
    if let Some(slug) = lines.next() {
        if looks_like_slug(slug) {
            note(item, "slug-line", slug.clone());
        } else {
            item.headline = Some(typeset(slug));
        }
    }
    let mut after_byline = false;
    for line in lines {
        let is_byline = line.starts_with("By ") || line.starts_with("BY ");
        if is_byline {
            item.bylines.push(line.clone());
        } else if wire_text::is_for_editors(line) {
            add_editor_note(item, line.clone());
        } else if after_byline {
            // `Associated Press Writer`: what the people of the byline are.
            let mut people = item
                .bylines
                .last()
                .map(|byline| authors_of_byline(byline))
                .unwrap_or_default();
            people.iter_mut().for_each(|person| person.role = Some(line.clone()));
            item.authors.extend(people);
        } else if item.headline.is_none() {
            item.headline = Some(typeset(line));
        } else if line.len() > 140 {
            // A whole lead that is set apart is the summary that desks and phones show.
            item.summary = item.summary.take().or_else(|| Some(typeset(line)));
        } else if item.subheadline.is_none() {
            item.subheadline = Some(typeset(line));
        }
        after_byline = is_byline;
    }
    if item.authors.is_empty() {
        item.authors = item.bylines.iter().flat_map(|line| authors_of_byline(line)).collect();
    }
}

/// `BC-US--Harbour Ferry, 1st Ld-Writethru,123`: a cycle before a dash, or two dashes.
fn looks_like_slug(line: &str) -> bool {
    without_cycle(line) != line || line.split_whitespace().take(2).any(|word| word.contains("--"))
}

/// `AP-NY-05-14-24 1530GMT`: agency and bureau, date, time and zone.
fn trailer_of(after: &str) -> Option<(String, Timestamp)> {
    let line = after
        .split(['\n', SYN])
        .map(|line| plain(&clean(line)))
        .find(|line| !line.is_empty())?;
    let (place, time) = line.rsplit_once(' ')?;
    let mut parts = place.rsplitn(4, '-');
    let (year, day, month) = (parts.next()?, parts.next()?, parts.next()?);
    let source = parts.next()?;
    let number = |text: &str| text.trim().parse::<i16>().ok();
    let small = |text: &str| number(text).and_then(|number| i8::try_from(number).ok());
    let (clock, zone) = time.split_at_checked(4)?;
    let hours = match zone.trim().to_ascii_uppercase().as_str() {
        "GMT" | "UTC" | "Z" | "" => 0,
        "EST" | "CDT" => -5,
        "EDT" => -4,
        "CST" | "MDT" => -6,
        "MST" | "PDT" => -7,
        "PST" => -8,
        _ => return None,
    };
    let year = number(year)?;
    let year = if year < 100 { 2000 + year } else { year };
    let local = DateTime::new(
        year,
        small(month)?,
        small(day)?,
        small(clock.get(..2)?)?,
        small(clock.get(2..)?)?,
        0,
        0,
    )
    .ok()?;
    let moment = Offset::from_hours(hours).ok()?.to_timestamp(local).ok()?;
    let agency = source.split('-').next().unwrap_or(source).trim().to_owned();
    Some((agency, moment.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ctx() -> ReadContext<'static> {
        ReadContext::at(Timestamp::from_micros(0))
    }

    const MESSAGE: &str = "\u{16}\u{16}\u{1}a0123\u{1f}qyb-\r\nu i\u{13}\u{11}bc-harbour-ferry 1st-ld 05-14 0123\r\n\u{2}^BC-Harbour Ferry, 1st Ld-Writethru,123<\r\n^Council buys a ferry after years of talks<\r\n^Eds: Adds the price.<\r\n^By ADA QUILL=\r\n^Quayside Press Writer=\r\n\tQUAYSIDE (QP) _ The council bought a ferry on\r\nTuesday.\r\n\t``At last,'' said the harbour master.\r\n\u{3}\r\nQP-NY-05-14-24 1530EDT<\r\n";

    #[test]
    fn a_message() {
        let reading = read(MESSAGE.as_bytes(), &ctx()).unwrap();
        let item = &reading.value[0];
        assert_eq!(
            item.headline.as_deref(),
            Some("Council buys a ferry after years of talks")
        );
        assert_eq!(item.slugline.as_deref(), Some("harbour-ferry"));
        assert_eq!(item.bylines, ["By ADA QUILL"]);
        assert_eq!(item.authors[0].role.as_deref(), Some("Quayside Press Writer"));
        assert_eq!(item.editor_note.as_deref(), Some("Eds: Adds the price."));
        assert_eq!(item.urgency, Some(3));
        assert_eq!(item.version_created.unwrap().to_rfc3339(), "2024-05-14T19:30:00Z");
        assert_eq!(item.body.blocks.len(), 2);
        assert_eq!(
            item.body.to_plain(),
            "QUAYSIDE (QP) — The council bought a ferry on Tuesday.\n“At last,” said the harbour master."
        );
        assert_eq!(item.dateline.as_deref(), Some("QUAYSIDE (QP)"));
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
    }

    #[test]
    fn several_messages() {
        let reading = read(format!("{MESSAGE}{MESSAGE}").as_bytes(), &ctx()).unwrap();
        assert_eq!(reading.value.len(), 2);
        assert_eq!(reading.value[0].guid, reading.value[1].guid);
    }

    #[test]
    fn columns_kill_and_more() {
        let columns = MESSAGE.replace('\u{11}', "\u{12}");
        assert!(matches!(
            read(columns.as_bytes(), &ctx()).unwrap().value[0].body.blocks[0],
            Block::Preformatted { .. }
        ));
        let kill = MESSAGE.replace("1st Ld-Writethru,123", "KILL");
        assert!(!read(kill.as_bytes(), &ctx()).unwrap().value[0].status.is_usable());
        let more = MESSAGE.replace("\u{3}", "-more-\r\n\u{3}");
        assert!(!read(more.as_bytes(), &ctx()).unwrap().value[0].status.is_usable());
    }
}
