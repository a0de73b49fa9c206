//! Texts with the reader's words marked: parts, never markup, so that a template escapes each as it escapes all text.

use masthead_services::search::Words;
use serde::Serialize;
use std::ops::Range;

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Segment {
    pub(crate) text: String,
    /// One of the reader's words.
    pub(crate) hit: bool,
}

/// Bytes of a passage, about three lines of a card.
const PASSAGE: usize = 220;
/// Bytes of it before the first word.
const BEFORE: usize = 60;

/// A text in parts; one part that is no hit when it has none of the words.
pub(crate) fn marked(words: &Words, text: &str, relaxed: bool) -> Vec<Segment> {
    cut(text, 0..text.len(), &words.places(text, relaxed))
}

/// The passage of a long text that has most of the words; `None` when it has none.
pub(crate) fn passage(words: &Words, text: &str, relaxed: bool) -> Option<Vec<Segment>> {
    let places = words.places(text, relaxed);
    let within = |first: &Range<usize>| {
        let end = first.start.saturating_add(PASSAGE - BEFORE);
        places
            .iter()
            .filter(|place| place.start >= first.start && place.end <= end)
            .count()
    };
    // The first of the best: `max_by_key` would take the last.
    let best = places.iter().rev().max_by_key(|place| within(place))?;
    let wanted = best.start.saturating_sub(BEFORE);
    let start = if wanted == 0 {
        0
    } else {
        border(text, wanted, best.start)
    };
    let end = best.start.saturating_add(PASSAGE - BEFORE).max(best.end);
    let end = if end >= text.len() {
        text.len()
    } else {
        border_before(text, best.end, end)
    };
    let mut parts = cut(text, start..end, &places);
    if start > 0 {
        parts.insert(
            0,
            Segment {
                text: "… ".into(),
                hit: false,
            },
        );
    }
    if end < text.len() {
        parts.push(Segment {
            text: " …".into(),
            hit: false,
        });
    }
    Some(parts)
}

/// The first beginning of a word from `from` on, at most `to`.
fn border(text: &str, from: usize, to: usize) -> usize {
    let from = (from..=to).find(|at| text.is_char_boundary(*at)).unwrap_or(to);
    let Some(between) = text.get(from..to) else { return to };
    match between.find(char::is_whitespace) {
        Some(space) => to - between.get(space..).map_or(0, |rest| rest.trim_start().len()),
        None => to,
    }
}

/// The last end of a word before `to`, at least `from`.
fn border_before(text: &str, from: usize, to: usize) -> usize {
    let to = (from..=to).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(from);
    let Some(between) = text.get(from..to) else { return from };
    match between.rfind(char::is_whitespace) {
        Some(space) => from + between.get(..space).map_or(0, |kept| kept.trim_end().len()),
        None => from,
    }
}

/// The parts of `text` within a range. Places that lie across its ends are left unmarked.
fn cut(text: &str, range: Range<usize>, places: &[Range<usize>]) -> Vec<Segment> {
    let mut parts = Vec::new();
    let mut push = |from: usize, to: usize, hit: bool| {
        if let Some(part) = text.get(from..to).filter(|part| !part.is_empty()) {
            parts.push(Segment {
                text: part.to_owned(),
                hit,
            });
        }
    };
    let mut at = range.start;
    for place in places
        .iter()
        .filter(|place| place.start >= range.start && place.end <= range.end)
    {
        push(at, place.start, false);
        push(place.start, place.end, true);
        at = place.end;
    }
    push(at, range.end, false);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: &[Segment]) -> String {
        parts
            .iter()
            .map(|part| {
                if part.hit {
                    format!("[{}]", part.text)
                } else {
                    part.text.clone()
                }
            })
            .collect()
    }

    #[test]
    fn words_are_marked_and_nothing_is_lost() {
        let words = Words::read("tide <b>", "en");
        let parts = marked(&words, "Tides & <b>tide</b>", false);
        assert_eq!(shown(&parts), "[Tides] & <[b]>[tide]</[b]>");
        assert_eq!(shown(&marked(&words, "nothing", false)), "nothing");
    }

    #[test]
    fn a_passage_is_where_most_words_are_and_ends_between_words() {
        let words = Words::read("wall harbour", "en");
        let filler = "Énough wörds to fill a line of text before it. ".repeat(20);
        let text = format!("A wall. {filler}The harbour has a wall of stone. {filler}");
        let found = shown(&passage(&words, &text, false).unwrap());
        assert!(found.contains("The [harbour] has a [wall] of stone."), "{found}");
        assert!(found.starts_with("… ") && found.ends_with(" …"), "{found}");
        assert!(found.len() < 300, "{found}");
        assert_eq!(passage(&words, &filler, false), None);
        assert_eq!(shown(&passage(&words, "The wall", false).unwrap()), "The [wall]");
        let run = "ä".repeat(500) + " wall " + &"ü".repeat(500);
        assert_eq!(shown(&passage(&words, &run, false).unwrap()), "… [wall] …");
    }
}
