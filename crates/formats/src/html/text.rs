//! Running text as a browser would show it: white space collapsed over the borders of elements, breaks kept.

use masthead_domain::document::{Marks, Span, Text};

/// Runs of white space made one space, none at the ends.
pub(crate) fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len().min(1 << 16));
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().filter(|&c| is_text(c)));
    }
    out.trim().to_owned()
}

/// White space that collapses (CSS Text 3, section 4.1). The no-break space does not.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{c}')
}

/// Whether a character can stand in text at all: no control characters (a tab and a line break are white space before
/// this is asked), and neither of the two non-characters that XML 1.0 refuses.
pub(crate) fn is_text(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Whether a character leaves a trace on paper. Soft hyphens, joiners, byte order marks and marks of direction alone
/// are no text.
fn is_visible(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Whether there is something to see.
pub(crate) fn has_visible(text: &Text) -> bool {
    text.0.iter().any(|span| span.text.chars().any(is_visible))
}

/// How a stretch of text is set and where it leads.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Style {
    pub(crate) marks: Marks,
    pub(crate) link: Option<String>,
}

/// A line that grows.
#[derive(Debug, Default)]
pub(crate) struct Line {
    text: Text,
    /// A space is due before the next word, set like the text in which it stood.
    space: Option<Style>,
    /// Breaks are due before the next word.
    breaks: usize,
    /// Set once something was pushed.
    started: bool,
}

impl Line {
    /// Adds text with white space collapsed.
    pub(crate) fn push(&mut self, text: &str, style: &Style) {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if is_space(c) {
                if self.space.is_none() {
                    self.space = Some(style.clone());
                }
                rest = rest.trim_start_matches(is_space);
                continue;
            }
            let end = rest.find(is_space).unwrap_or(rest.len());
            let (word, next) = rest.split_at_checked(end).unwrap_or((rest, ""));
            self.word(word, style);
            rest = next;
        }
    }

    fn word(&mut self, word: &str, style: &Style) {
        let clean: String;
        let word = if word.chars().all(is_text) {
            word
        } else {
            clean = word.chars().filter(|&c| is_text(c)).collect();
            &clean
        };
        if word.is_empty() {
            return;
        }
        let due = self.space.take();
        if self.breaks > 0 {
            if self.started {
                self.text.push("\n", Marks::NONE, None);
            }
            self.breaks = 0;
        } else if let Some(space) = due
            && self.started
        {
            self.text.push(" ", space.marks, space.link.as_deref());
        }
        self.started = true;
        self.text.push(word, style.marks, style.link.as_deref());
    }

    /// A line break. Two in a row end the paragraph; the caller is told.
    pub(crate) fn line_break(&mut self) -> bool {
        self.space = None;
        self.breaks += 1;
        self.breaks > 1 && self.started
    }

    /// Whether nothing was said yet.
    pub(crate) fn is_empty(&self) -> bool {
        !self.started
    }

    /// The text, if there is something to see in it. The line starts anew.
    pub(crate) fn take(&mut self) -> Option<Text> {
        let line = std::mem::take(self);
        let text = tidy(line.text);
        has_visible(&text).then_some(text)
    }
}

/// Takes white space of any kind from both ends and around breaks, and lets neighbours that are set alike grow
/// together.
pub(crate) fn tidy(text: Text) -> Text {
    let mut out = Text::default();
    let mut pending: Vec<Span> = Vec::new();
    let mut at_start = true;
    for span in text.0 {
        for (number, part) in span.text.split_inclusive('\n').enumerate() {
            let _ = number;
            let (line, broken) = match part.strip_suffix('\n') {
                Some(line) => (line, true),
                None => (part, false),
            };
            let line = if at_start { line.trim_start() } else { line };
            let body = line.trim_end();
            if !body.is_empty() {
                for space in pending.drain(..) {
                    out.push(&space.text, space.marks, space.link.as_deref());
                }
                out.push(body, span.marks, span.link.as_deref());
                at_start = false;
            }
            let tail = line.get(body.len()..).unwrap_or_default();
            if broken {
                // White space before a break goes, and so does a break behind a break or at the start.
                pending.retain(|space| space.text == "\n");
                if pending.is_empty() && !out.0.is_empty() {
                    pending.push(Span {
                        text: "\n".into(),
                        ..Span::default()
                    });
                }
                at_start = true;
            } else if !tail.is_empty() && !at_start {
                pending.push(Span {
                    text: tail.to_owned(),
                    marks: span.marks,
                    link: span.link.clone(),
                });
            }
        }
    }
    out
}

/// Texts set under each other as one, a break between them.
pub(crate) fn join_lines(texts: impl IntoIterator<Item = Text>) -> Text {
    let mut out = Text::default();
    for text in texts {
        if !out.0.is_empty() && !text.0.is_empty() {
            out.push("\n", Marks::NONE, None);
        }
        for span in text.0 {
            out.push(&span.text, span.marks, span.link.as_deref());
        }
    }
    out
}

/// Breaks made spaces, for headings and titles.
pub(crate) fn one_line(text: Text) -> Text {
    let mut out = Text::default();
    for span in text.0 {
        out.push(&span.text.replace('\n', " "), span.marks, span.link.as_deref());
    }
    out
}

/// Adds a mark to all of a text but its breaks, which nobody sees.
pub(crate) fn marked(text: Text, marks: Marks) -> Text {
    let mut out = Text::default();
    for span in text.0 {
        for (number, line) in span.text.split('\n').enumerate() {
            if number > 0 {
                out.push("\n", Marks::NONE, None);
            }
            out.push(line, span.marks.with(marks), span.link.as_deref());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_collapses_over_borders_of_elements() {
        let strong = Style {
            marks: Marks::STRONG,
            link: None,
        };
        let mut line = Line::default();
        line.push("\n  The ", &Style::default());
        line.push(" tide\n", &strong);
        line.push(" turned \u{0}\u{1b}", &Style::default());
        line.line_break();
        line.push("  early. ", &Style::default());
        let text = line.take().unwrap();
        assert_eq!(text.to_plain(), "The tide turned\nearly.");
        assert_eq!(text.0.len(), 3);
    }

    #[test]
    fn what_cannot_be_seen_is_no_text() {
        let mut line = Line::default();
        line.push("\u{200b} \u{a0}\u{ad}", &Style::default());
        assert_eq!(line.take(), None);
    }

    #[test]
    fn tidy_is_stable() {
        let mut text = Text::plain("\u{a0} a \u{a0}\n\n \u{2003}\n b");
        text.push(" \u{a0}", Marks::STRONG, None);
        let once = tidy(text);
        assert_eq!(once.to_plain(), "a\nb");
        assert_eq!(tidy(once.clone()), once);
    }
}
