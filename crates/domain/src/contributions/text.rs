//! What a reader's story says: a title, and paragraphs, quotes and links as comments have them.

use crate::comments::text::{Block as Part, Piece, blocks, cleaned};
use crate::document::{Block, Document, Marks, Text};
use crate::profiles::clean_line;

/// The longest title, in characters.
pub const LONGEST_TITLE: usize = 150;
/// The longest text, in characters: some four thousand words.
pub const LONGEST_TEXT: usize = 30_000;

/// Why a text can't be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// There is no title.
    #[error("a title is missing")]
    NoTitle,
    /// The title has more than [`LONGEST_TITLE`] characters.
    #[error("the title has {0} characters; at most 150 fit")]
    LongTitle(usize),
    /// The text has more than [`LONGEST_TEXT`] characters.
    #[error("the text has {0} characters; at most 30,000 fit")]
    LongText(usize),
    /// Fewer than [`super::FEWEST_WORDS`] words.
    #[error("the text has {0} words; at least 200 are needed")]
    FewWords(usize),
}

impl TextError {
    /// The stable code, which is also the name of its string (`contribute-text-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoTitle => "no-title",
            Self::LongTitle(_) => "long-title",
            Self::LongText(_) => "long",
            Self::FewWords(_) => "few-words",
        }
    }

    /// The number that its message names.
    pub const fn number(self) -> usize {
        match self {
            Self::NoTitle => 0,
            Self::LongTitle(number) | Self::LongText(number) | Self::FewWords(number) => number,
        }
    }
}

/// A title as it is kept: one line.
///
/// # Errors
/// [`TextError::LongTitle`].
pub fn clean_title(typed: &str) -> Result<String, TextError> {
    let title = clean_line(&cleaned(typed).replace('\n', " "));
    match title.chars().count() {
        length if length > LONGEST_TITLE => Err(TextError::LongTitle(length)),
        _ => Ok(title),
    }
}

/// A text as it is kept.
///
/// # Errors
/// [`TextError::LongText`].
pub fn clean_body(typed: &str) -> Result<String, TextError> {
    let body = cleaned(typed);
    match body.chars().count() {
        length if length > LONGEST_TEXT => Err(TextError::LongText(length)),
        _ => Ok(body),
    }
}

/// The text as the body of a story.
pub fn document(text: &str) -> Document {
    let mut out: Vec<Block> = Vec::new();
    for part in blocks(text) {
        let said = paragraph(&part);
        match (part.quote, out.last_mut()) {
            (true, Some(Block::Quote { paragraphs, .. })) => paragraphs.push(said),
            (true, _) => out.push(Block::Quote {
                paragraphs: vec![said],
                attribution: Text::default(),
                pull: false,
            }),
            (false, _) => out.push(Block::Paragraph { text: said }),
        }
    }
    Document { blocks: out }
}

fn paragraph(part: &Part<'_>) -> Text {
    let mut text = Text::default();
    for (number, line) in part.lines.iter().enumerate() {
        if number > 0 {
            text.push("\n", Marks::NONE, None);
        }
        for piece in line {
            match piece {
                Piece::Words(words) => text.push(words, Marks::NONE, None),
                Piece::Link(link) => text.push(link, Marks::NONE, Some(link)),
            }
        }
    }
    text
}
