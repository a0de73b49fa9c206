//! Pages that were saved as plain text: headline first, then a line with the time, captions, the story, topics, and
//! what was around the story on the page.
//!
//! ```text
//! The headline
//! 2014-09-15 20:47
//! A caption (Agency, via provider)
//! Paris - The first paragraph …
//! Read more on: one | two
//! Share, sign in, most read …
//! ```
//!
//! Everything behind the topics, or behind the first line that only a page's frame has, is dropped.

use crate::credit;
use crate::dates;
use crate::encoding;
use crate::extract::furniture;
use crate::html::text::squeeze;
use crate::problem::{ReadContext, Reading, Unreadable};
use masthead_domain::document::{Block, Document, Text};
use masthead_domain::wire::{Association, ContentType, NewsItem, Subject};
use sha2::{Digest, Sha256};

/// Longest line that can be a headline, in characters.
const MAX_HEADLINE: usize = 250;
/// How many lines may stand before the line with the time.
const MAX_BEFORE_TIME: usize = 25;

/// Whether a text begins like a saved page: a headline, and within a few lines one that is a time and nothing else.
pub fn looks_like(text: &str) -> bool {
    let ctx = ReadContext::at(masthead_domain::time::Timestamp::from_micros(0));
    let page = Page {
        lines: crate::xml::cut_at(text, 8 << 10)
            .lines()
            .map(squeeze)
            .filter(|line| !line.is_empty())
            .take(MAX_BEFORE_TIME)
            .collect(),
        ctx: &ctx,
        item: NewsItem::default(),
    };
    let time = (0..page.lines.len()).find(|at| page.time_of(page.line(*at)).is_some());
    time.is_some_and(|time| time > 0 && page.headline(Some(time)).is_some())
}

/// Reads a page that was saved as text.
///
/// # Errors
/// When there is no line that could be a headline, or nothing behind it.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<NewsItem>, Unreadable> {
    let mut problems = Vec::new();
    let text = encoding::to_text(bytes, None, &mut problems);
    let kept = crate::xml::cut_at(&text, ctx.max_field);
    if kept.len() < text.len() {
        crate::html::note(
            &mut problems,
            "page",
            format!("longer than {} bytes; the rest was left out", ctx.max_field),
        );
    }
    let lines: Vec<String> = paragraphs(kept);
    if lines.is_empty() {
        return Err(Unreadable::new("the page is empty"));
    }
    let mut page = Page {
        lines,
        ctx,
        item: NewsItem::default(),
    };
    page.read();
    let mut item = page.item;
    if item.headline.is_none() {
        return Err(Unreadable::new("no line of it can be a headline"));
    }
    if item.body.is_empty() && item.associations.is_empty() && item.published.is_none() {
        return Err(Unreadable::new("there is nothing behind the headline"));
    }
    if item.published.is_none() {
        crate::html::note(&mut problems, "page", "no line with a time of publication was found");
    }
    item.version_created = item.published;
    item.canonical_url = ctx
        .origin
        .and_then(|origin| crate::html::links::web(origin, &crate::html::links::Base::default()));
    item.guid = item.canonical_url.clone().unwrap_or_else(|| identity(&item));
    for (number, association) in item.associations.iter_mut().enumerate() {
        association.item.guid = format!("{}#image-{}", item.guid, number + 1);
    }
    Ok(Reading { value: item, problems })
}

/// Lines as paragraphs. Text that was wrapped at a fixed width is put together again; text with a paragraph a line is
/// taken as it is.
fn paragraphs(text: &str) -> Vec<String> {
    let raw: Vec<String> = text.lines().map(squeeze).collect();
    let longest = raw.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    // Wrapped text has paragraphs of several lines, of which all but the last reach about as far as the longest line.
    let groups: Vec<&[String]> = raw.split(String::is_empty).filter(|group| group.len() > 1).collect();
    let full = groups
        .iter()
        .filter(|group| {
            group
                .iter()
                .rev()
                .skip(1)
                .all(|line| line.chars().count() * 4 >= longest * 3)
        })
        .count();
    let is_wrapped = (40..=100).contains(&longest) && full * 10 >= groups.len() * 6 && full > 0;
    if !is_wrapped {
        return raw.into_iter().filter(|line| !line.is_empty()).collect();
    }
    let mut out: Vec<String> = Vec::new();
    let mut open = false;
    for line in raw {
        if line.is_empty() {
            open = false;
        } else if open && let Some(last) = out.last_mut() {
            last.push(' ');
            last.push_str(&line);
        } else {
            out.push(line);
            open = true;
        }
    }
    out
}

struct Page<'a> {
    lines: Vec<String>,
    ctx: &'a ReadContext<'a>,
    item: NewsItem,
}

/// What a line in front of the text is.
enum Line {
    Byline,
    Caption,
    Text,
}

impl Page<'_> {
    fn line(&self, at: usize) -> &str {
        self.lines.get(at).map(String::as_str).unwrap_or_default()
    }

    fn read(&mut self) {
        let time = (0..self.lines.len().min(MAX_BEFORE_TIME)).find(|at| self.time_of(self.line(*at)).is_some());
        let headline = self.headline(time);
        let Some(headline) = headline else { return };
        self.item.headline = Some(self.line(headline).to_owned());
        let mut at = headline + 1;
        // Between headline and time: a standfirst, a byline.
        if let Some(time) = time.filter(|time| *time > headline) {
            for number in at..time {
                let line = self.line(number).to_owned();
                if is_byline(&line) {
                    self.byline(&line);
                } else if !is_furniture(&line) && words(&line) > 3 {
                    self.item.summary.get_or_insert(line);
                }
            }
            self.item.published = self.time_of(self.line(time));
            at = time + 1;
        } else if let Some(time) = time {
            self.item.published = self.time_of(self.line(time));
        }
        self.story(at);
    }

    /// The headline is the last line before the time that reads like one; a saved page may have the site's name and menu
    /// above it.
    fn headline(&self, time: Option<usize>) -> Option<usize> {
        let fits = |at: &usize| {
            let line = self.line(*at);
            line.chars().count() <= MAX_HEADLINE
                && line.chars().any(char::is_alphabetic)
                && !is_furniture(line)
                && self.time_of(line).is_none()
                && !is_byline(line)
        };
        let end = time.unwrap_or(self.lines.len());
        // The rule is "headline first": the first line that can be one, unless what stands above the time is a menu.
        let first = (0..end).find(fits)?;
        if words(self.line(first)) >= 3 || time.is_none() {
            return Some(first);
        }
        let longer = (first..end).filter(fits).find(|at| words(self.line(*at)) >= 4);
        Some(longer.unwrap_or(first))
    }

    /// The moment that a line says, if it says nothing else: `2014-09-15 20:47`, `Published: 3 May 2014`.
    fn time_of(&self, line: &str) -> Option<masthead_domain::time::Timestamp> {
        if words(line) > 12 || line.len() > 90 || !line.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let lower = line.to_lowercase();
        if lower.starts_with("updated") || lower.starts_with("last updated") {
            return None;
        }
        let start = [
            "published:",
            "published on",
            "published at",
            "published",
            "posted on",
            "posted:",
            "posted",
            "date:",
            "first published",
        ]
        .iter()
        .find(|start| lower.starts_with(*start))
        .map_or(0, |start| start.len());
        dates::moment(
            line.get(start..)?.trim_matches([' ', ':', '|', '-', '(', ')']),
            self.ctx,
        )
    }

    fn byline(&mut self, line: &str) {
        if self.item.bylines.is_empty() {
            self.item.bylines.push(line.to_owned());
            self.item.authors = crate::item::authors_of_byline(line);
        }
    }

    fn story(&mut self, from: usize) {
        let mut blocks: Vec<Block> = Vec::new();
        let mut at = from;
        let mut pictures: Vec<(String, String)> = Vec::new();
        let mut started = false;
        let mut ended = false;
        while at < self.lines.len() {
            let line = self.line(at).to_owned();
            at += 1;
            let topics = crate::extract::listed_topics(&line);
            if !topics.is_empty() {
                self.item.subjects = topics
                    .into_iter()
                    .map(|name| Subject {
                        name: Some(name),
                        ..Subject::default()
                    })
                    .collect();
                ended = true;
                break;
            }
            // `Read more on:` with the topics on the next line.
            if is_topics_label(&line) {
                let next = self.line(at).to_owned();
                self.item.subjects = crate::extract::listed_topics(&format!("Read more on: {next}"))
                    .into_iter()
                    .map(|name| Subject {
                        name: Some(name),
                        ..Subject::default()
                    })
                    .collect();
                ended = true;
                break;
            }
            if started && is_end(&line) {
                ended = true;
                break;
            }
            if is_furniture(&line) {
                continue;
            }
            if !started {
                match self.front(&line, at) {
                    Line::Byline => {
                        self.byline(&line);
                        continue;
                    }
                    Line::Caption => {
                        pictures.push(picture(&line));
                        continue;
                    }
                    Line::Text => started = true,
                }
                let mut text = line;
                if let Some((dateline, length)) = crate::dateline::at_start(&text) {
                    self.item.dateline = Some(dateline);
                    text = text.get(length..).unwrap_or_default().to_owned();
                }
                blocks.push(Block::Paragraph {
                    text: Text::plain(text),
                });
                continue;
            }
            if let Some(caption) = inner_caption(&line) {
                pictures.push(caption);
            } else if is_heading(&line, self.line(at)) {
                blocks.push(Block::Heading {
                    level: 2,
                    text: Text::plain(line),
                });
            } else if let Some(item) = line
                .strip_prefix("- ")
                .or_else(|| line.strip_prefix("* "))
                .or_else(|| line.strip_prefix("• "))
            {
                match blocks.last_mut() {
                    Some(Block::List { items, .. }) => items.push(Text::plain(item.trim())),
                    _ => blocks.push(Block::List {
                        ordered: false,
                        items: vec![Text::plain(item.trim())],
                    }),
                }
            } else {
                blocks.push(Block::Paragraph {
                    text: Text::plain(line),
                });
            }
        }
        // Without the line of topics, what looks like a list of other stories at the end goes.
        if !ended {
            while blocks.len() > 2 && blocks.last().is_some_and(is_tail) {
                blocks.pop();
            }
        }
        // The files are not known, so no block can show them: they come along as items with words and without files.
        self.item.associations = pictures
            .into_iter()
            .enumerate()
            .map(|(number, (caption, credit))| Association {
                name: Some(if number == 0 {
                    "mainimage".to_owned()
                } else {
                    format!("image-{}", number + 1)
                }),
                item: Box::new(NewsItem {
                    content: ContentType::Picture,
                    summary: Some(caption).filter(|caption| !caption.is_empty()),
                    credit: Some(credit).filter(|credit| !credit.is_empty()),
                    ..NewsItem::default()
                }),
            })
            .collect();
        self.item.body = Document { blocks };
    }

    /// What a line before the story's first paragraph is.
    fn front(&self, line: &str, next: usize) -> Line {
        if crate::dateline::at_start(line).is_some() {
            return Line::Text;
        }
        if is_byline(line) {
            return Line::Byline;
        }
        let (_, credit) = credit::split_plain(line);
        if !credit.is_empty() || is_credit_tail(line) {
            return Line::Caption;
        }
        // A caption without a recognised credit: a line before the one with the dateline.
        let ahead = (next..next + 3).any(|at| crate::dateline::at_start(self.line(at)).is_some());
        if ahead && words(line) < 80 {
            Line::Caption
        } else {
            Line::Text
        }
    }
}

fn words(line: &str) -> usize {
    line.split(' ')
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count()
}

fn is_furniture(line: &str) -> bool {
    furniture::is_line(line, words(line), 0.0)
}

fn is_byline(line: &str) -> bool {
    let lower = line.to_lowercase();
    let begins = ["by ", "von ", "par ", "por "]
        .iter()
        .any(|word| lower.starts_with(word));
    begins
        && words(line) <= 12
        && !line.ends_with(['.', '!', '?'])
        && line
            .split(' ')
            .nth(1)
            .and_then(|word| word.chars().next())
            .is_some_and(char::is_uppercase)
}

fn is_topics_label(line: &str) -> bool {
    let lower = line.to_lowercase();
    matches!(
        lower.trim_end_matches([':', ' ']),
        "read more on" | "read more about" | "topics" | "tags" | "more on" | "filed under"
    )
}

/// `… at the quay (Agency, via provider)`, `… at the quay. Person/Agency`: an ending that only captions have.
fn is_credit_tail(line: &str) -> bool {
    parted_credit(line).is_some()
}

/// A caption and the credit that ends it in the form `Agency, via provider`, in parentheses, brackets or behind the last
/// full stop.
fn parted_credit(line: &str) -> Option<(String, String)> {
    let lower = line.to_lowercase();
    let via = lower.rfind(" via ").filter(|at| line.is_char_boundary(*at));
    if let Some(inner) = line.trim_end_matches('.').strip_suffix([')', ']'])
        && let Some(open) = inner.rfind(['(', '['])
    {
        let inside = inner.get(open + 1..)?;
        let is_credit = inside.to_lowercase().contains(" via ") || inside.contains('/') || inside.contains('©');
        return (is_credit && words(inside) <= 12).then(|| {
            (
                line.get(..open).unwrap_or_default().trim().to_owned(),
                credit::without_label(inside),
            )
        });
    }
    let via = via?;
    let start = ["。", ". ", "? ", "! ", "” ", " | ", " - ", "\" "]
        .iter()
        .filter_map(|sign| line.get(..via)?.rfind(sign).map(|at| at + sign.len()))
        .max();
    let tail = line.get(start.unwrap_or(0)..)?;
    let is_short = words(tail) <= 10
        && tail
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || !c.is_alphabetic());
    (is_short && (!tail.ends_with('.') || words(tail) <= 6)).then(|| {
        (
            line.get(..start.unwrap_or(0))
                .unwrap_or_default()
                .trim()
                .trim_end_matches(['|', '-'])
                .trim()
                .to_owned(),
            credit::without_label(tail.trim_end_matches('.')),
        )
    })
}

/// A line's caption and credit.
fn picture(line: &str) -> (String, String) {
    parted_credit(line).unwrap_or_else(|| credit::split_plain(line))
}

/// A caption between paragraphs: its ending says so beyond doubt.
fn inner_caption(line: &str) -> Option<(String, String)> {
    (words(line) <= 60 && is_credit_tail(line)).then(|| picture(line))
}

/// A short line without a full stop between paragraphs.
fn is_heading(line: &str, next: &str) -> bool {
    words(line) <= 9
        && line.chars().count() <= 70
        && line.chars().next().is_some_and(char::is_uppercase)
        && !line.ends_with(['.', '!', ':', ',', ';', '"', '”', '…', ')'])
        && words(next) >= 12
}

/// Lines that only stand behind a story.
fn is_end(line: &str) -> bool {
    let lower = line.to_lowercase();
    let bare = lower.trim_end_matches([':', ' ', '.']);
    matches!(
        bare,
        "comments"
            | "most read"
            | "most popular"
            | "most commented"
            | "related stories"
            | "related articles"
            | "related"
            | "share this story"
            | "more stories"
            | "sign in"
            | "log in"
            | "post a comment"
            | "leave a comment"
            | "comments policy"
            | "read more"
            | "more from this section"
            | "latest news"
            | "trending"
            | "recommended"
            | "you may also like"
            | "about us"
            | "contact us"
            | "advertisement"
            | "top stories"
            | "share"
            | "multimedia"
            | "also in the news"
    ) || [
        "we encourage you to use comments",
        "comments have been closed",
        "please log in to comment",
        "sign in with ",
        "copyright ©",
        "© 20",
        "all rights reserved",
    ]
    .iter()
    .any(|start| lower.starts_with(start))
}

fn is_tail(block: &Block) -> bool {
    match block {
        Block::Paragraph { text } | Block::Heading { text, .. } => {
            let plain = text.to_plain();
            words(&plain) <= 12 && !plain.ends_with(['.', '!', '?', '"', '”', '’', ')'])
        }
        _ => false,
    }
}

fn identity(item: &NewsItem) -> String {
    let mut hash = Sha256::new();
    hash.update(item.headline.as_deref().unwrap_or_default().as_bytes());
    hash.update([0]);
    hash.update(
        item.published
            .map(|moment| moment.to_rfc3339())
            .unwrap_or_default()
            .as_bytes(),
    );
    crate::item::content_identity(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    use masthead_domain::time::Timestamp;

    fn ctx() -> ReadContext<'static> {
        ReadContext {
            zone: Some("Europe/Paris"),
            ..ReadContext::at(Timestamp::from_micros(0))
        }
    }

    const PAGE: &str = "Ferry returns to the old harbour after ten years\n\n2014-09-15 20:47\n\nThe ferry at noon, with the harbour master on the quay. (Agency, via The Quay)\n\n\
        Paris - The ferry came back to the old harbour on Monday, ten years after it had left.\n\n\"Nobody believed it,\" said the harbour master, who had kept the timetable.\n\n\
        A long way home\n\nTwo tugs and a pilot brought it down the coast in four days, stopping each night where the tide allowed.\n\nThe council will decide in October.\n\n\
        Read more on: ferries | harbour | New York\n\nShare this story\nFacebook\nComments\nWe encourage you to use comments to engage with others.\nMost read\nAnother story\n";

    #[test]
    fn a_page_saved_as_text() {
        assert!(looks_like(PAGE) && !looks_like("Just some words\nand more"));
        let item = read(PAGE.as_bytes(), &ctx()).unwrap().value;
        assert_eq!(
            item.headline.as_deref(),
            Some("Ferry returns to the old harbour after ten years")
        );
        assert_eq!(item.published.unwrap().to_rfc3339(), "2014-09-15T18:47:00Z");
        assert_eq!(item.dateline.as_deref(), Some("Paris -"));
        let lead = &item.associations[0].item;
        assert_eq!(
            lead.summary.as_deref(),
            Some("The ferry at noon, with the harbour master on the quay.")
        );
        assert_eq!(lead.credit.as_deref(), Some("Agency, via The Quay"));
        let names: Vec<&str> = item
            .subjects
            .iter()
            .filter_map(|subject| subject.name.as_deref())
            .collect();
        assert_eq!(names, ["ferries", "harbour", "New York"]);
        let text = item.body.to_plain();
        assert!(text.starts_with("The ferry came back"));
        assert!(text.ends_with("The council will decide in October."), "{text}");
        assert!(matches!(item.body.blocks[2], Block::Heading { .. }));
    }

    #[test]
    fn other_shapes() {
        let text = "The Quay\nHome\nFerry returns to the harbour\nBy Ada Quill\nPublished: 15 September 2014 20:47\nThe ferry came back to the old harbour on Monday, ten years after it had left, to everyone's surprise.\nNobody knew.\n";
        let item = read(text.as_bytes(), &ctx()).unwrap().value;
        assert_eq!(item.headline.as_deref(), Some("Ferry returns to the harbour"));
        assert_eq!(item.bylines, ["By Ada Quill"]);
        assert_eq!(item.published.unwrap().to_rfc3339(), "2014-09-15T18:47:00Z");
        assert_eq!(item.body.blocks.len(), 2);
        assert!(item.associations.is_empty());
        let text = "Ferry returns\n\n2014-09-15 20:47\n\nThe ferry came back to the old harbour on Monday, ten years\nafter it had left, and the quay was full of people who had\nwaited since dawn.\n\nNobody had believed that it would, said the harbour master,\nwho had kept the timetable.\n";
        assert_eq!(read(text.as_bytes(), &ctx()).unwrap().value.body.blocks.len(), 2);
    }

    #[test]
    fn credits_at_the_end_of_lines() {
        for (line, caption, credit) in [
            (
                "The ferry at noon. Ada Quill/Agency, via The Quay",
                "The ferry at noon.",
                "Ada Quill/Agency, via The Quay",
            ),
            (
                "The ferry at noon [Agency via Quay]",
                "The ferry at noon",
                "Agency via Quay",
            ),
        ] {
            assert_eq!(parted_credit(line), Some((caption.to_owned(), credit.to_owned())));
        }
        assert_eq!(
            parted_credit(
                "The ferry goes to the island via the old harbour and comes back at night, if the tide allows it."
            ),
            None
        );
    }

    #[test]
    fn what_is_no_page_says_why() {
        assert!(read(b" \n ", &ctx()).unwrap_err().reason.contains("empty"));
        assert!(read(b"12\n34", &ctx()).unwrap_err().reason.contains("headline"));
        assert!(
            read(b"Only a headline here", &ctx())
                .unwrap_err()
                .reason
                .contains("nothing")
        );
    }
}
