//! Live stories: a story whose coverage was begun takes entries, each with its time, until the coverage ends.
//!
//! Coverage is beside the story and not a kind of it: any story that is out can be covered live from one moment on, and
//! is an ordinary one again afterwards, with its entries. What readers may see of an entry follows from the story alone.

use crate::document::{Block, Document, Text};
use crate::ids::EntryId;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};

/// The longest headline of an entry, in characters.
pub const LONGEST_HEADLINE: usize = 200;
/// The longest text of an entry, in characters: what is longer is a story.
pub const LONGEST_TEXT: usize = 20_000;
/// The longest printed name of an entry's author, in characters.
pub const LONGEST_AUTHOR: usize = 120;
/// The most pictures of an entry.
pub const MOST_PICTURES: usize = 12;
/// Entries that may stand above all others at a time: more of them would push the newest out of sight.
pub const MOST_PINNED: usize = 3;

/// From when to when a story is covered live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// When it began; it stays when coverage is taken up again.
    pub began_at: Timestamp,
    /// When it ended; `None` while it is under way.
    pub ended_at: Option<Timestamp>,
}

/// Why something is not done to a live story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CoverageError {
    /// Neither a headline nor a text.
    #[error("an entry says something")]
    Empty,
    /// The headline has more than [`LONGEST_HEADLINE`] characters.
    #[error("the headline of an entry has at most {LONGEST_HEADLINE} characters")]
    LongHeadline,
    /// The text has more than [`LONGEST_TEXT`] characters or more than [`MOST_PICTURES`] pictures.
    #[error("an entry has at most {LONGEST_TEXT} characters and {MOST_PICTURES} pictures")]
    LongText,
    /// The author's name has more than [`LONGEST_AUTHOR`] characters.
    #[error("the author's name has at most {LONGEST_AUTHOR} characters")]
    LongAuthor,
    /// Coverage has not begun, or has ended.
    #[error("the story is not covered live now")]
    NotUnderWay,
    /// Coverage has begun already.
    #[error("the story is covered live already")]
    UnderWay,
    /// [`MOST_PINNED`] entries are pinned already.
    #[error("at most {MOST_PINNED} entries are pinned at a time")]
    TooManyPinned,
    /// The entry was removed.
    #[error("the entry was removed")]
    Removed,
}

impl Coverage {
    /// Coverage that begins now.
    pub const fn begin(now: Timestamp) -> Self {
        Self {
            began_at: now,
            ended_at: None,
        }
    }

    /// Whether new entries are taken.
    pub const fn is_under_way(&self) -> bool {
        self.ended_at.is_none()
    }

    /// Ends it. Entries can still be corrected.
    ///
    /// # Errors
    /// [`CoverageError::NotUnderWay`].
    pub const fn end(&mut self, now: Timestamp) -> Result<(), CoverageError> {
        if !self.is_under_way() {
            return Err(CoverageError::NotUnderWay);
        }
        self.ended_at = Some(now);
        Ok(())
    }

    /// Takes it up again after it had ended.
    ///
    /// # Errors
    /// [`CoverageError::UnderWay`].
    pub const fn resume(&mut self) -> Result<(), CoverageError> {
        if self.is_under_way() {
            return Err(CoverageError::UnderWay);
        }
        self.ended_at = None;
        Ok(())
    }
}

/// What an entry says.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EntryText {
    /// Its headline; may be empty where there is a text.
    pub headline: String,
    /// Its text; may be empty where there is a headline.
    pub body: Document,
    /// The name printed under it; may be empty.
    pub author: String,
}

impl EntryText {
    /// Whether it can be published.
    ///
    /// # Errors
    /// What is missing, or too long.
    pub fn check(&self) -> Result<(), CoverageError> {
        if self.headline.trim().is_empty() && self.body.is_empty() {
            return Err(CoverageError::Empty);
        }
        if self.headline.chars().count() > LONGEST_HEADLINE {
            return Err(CoverageError::LongHeadline);
        }
        if self.author.chars().count() > LONGEST_AUTHOR {
            return Err(CoverageError::LongAuthor);
        }
        let characters = self.body.to_plain().chars().count();
        if characters > LONGEST_TEXT || self.body.pictures().len() > MOST_PICTURES {
            return Err(CoverageError::LongText);
        }
        Ok(())
    }
}

/// An entry of a live story.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Identity; the name of its anchor in the page.
    pub id: EntryId,
    /// When it was published: its place among the others, which never changes.
    pub at: Timestamp,
    /// What it says.
    pub text: EntryText,
    /// Whether it is one of the moments by which readers who come late find their way.
    pub is_key: bool,
    /// Whether it stands above all others.
    pub is_pinned: bool,
    /// When its words were last changed after publication.
    pub edited_at: Option<Timestamp>,
}

/// The story's own text with the entries behind it, in the order given, for those who read one text: partners, feeds and
/// the search index. `moment` writes an entry's time.
pub fn with_entries<'a>(
    mut story: Document,
    entries: impl IntoIterator<Item = &'a Entry>,
    moment: &dyn Fn(Timestamp) -> String,
) -> Document {
    for entry in entries {
        let time = moment(entry.at);
        let headline = entry.text.headline.trim();
        let line = if headline.is_empty() {
            time
        } else {
            format!("{time} {headline}")
        };
        story.blocks.push(Block::Heading {
            level: 2,
            text: Text::plain(line),
        });
        story.blocks.extend(entry.text.body.blocks.iter().cloned());
    }
    story
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn said(headline: &str, text: &str) -> EntryText {
        let paragraph = (!text.is_empty()).then(|| Block::Paragraph {
            text: Text::plain(text),
        });
        EntryText {
            headline: headline.to_owned(),
            body: Document {
                blocks: paragraph.into_iter().collect(),
            },
            author: String::new(),
        }
    }

    #[test]
    fn coverage_ends_once_and_can_be_taken_up_again() {
        let mut coverage = Coverage::begin(at(10));
        assert_eq!(coverage.resume(), Err(CoverageError::UnderWay));
        coverage.end(at(20)).unwrap();
        assert!(!coverage.is_under_way());
        assert_eq!(coverage.end(at(30)), Err(CoverageError::NotUnderWay));
        coverage.resume().unwrap();
        assert_eq!(coverage, Coverage::begin(at(10)), "it began when it first began");
    }

    #[test]
    fn an_entry_says_something_and_not_too_much() {
        assert_eq!(said(" ", "").check(), Err(CoverageError::Empty));
        said("The gates open", "").check().unwrap();
        said("", "The water rises.").check().unwrap();
        let long = "é".repeat(LONGEST_HEADLINE);
        said(&long, "").check().unwrap();
        assert_eq!(said(&format!("{long}é"), "").check(), Err(CoverageError::LongHeadline));
        let text = "a".repeat(LONGEST_TEXT + 1);
        assert_eq!(said("", &text).check(), Err(CoverageError::LongText));
        let named = EntryText {
            author: "a".repeat(LONGEST_AUTHOR + 1),
            ..said("x", "")
        };
        assert_eq!(named.check(), Err(CoverageError::LongAuthor));
    }

    #[test]
    fn entries_follow_the_story_under_their_times() {
        let entry = |number: u128, text: EntryText| Entry {
            id: EntryId(Uuid::from_u128(number)),
            at: at(60),
            text,
            is_key: false,
            is_pinned: false,
            edited_at: None,
        };
        let entries = [entry(1, said("Gates open", "Water.")), entry(2, said("", "More."))];
        let whole = with_entries(said("", "The flood.").body, &entries, &|_| "14:02".to_owned());
        assert_eq!(whole.to_plain(), "The flood.\n14:02 Gates open\nWater.\n14:02\nMore.");
    }
}
