//! The story document: the body of a story as a tree of known blocks, never as stored HTML.
//!
//! Whatever comes in (agency markup, a saved page, the editor) becomes these blocks, and pages are written from these
//! blocks with every text escaped. A script has no block to live in, so nothing has to be cleaned on the way out.
//! Stored HTML with a sanitiser was rejected: each new output (feed, AMP-like page, NITF) would have to parse it again.

use crate::ids::PictureId;
use serde::{Deserialize, Serialize};

/// The body of a story or of a page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The blocks in reading order.
    pub blocks: Vec<Block>,
}

/// One block of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// A paragraph of running text.
    Paragraph {
        /// Its text.
        text: Text,
    },
    /// A heading inside the story; levels 2 to 4, as level 1 is the headline.
    Heading {
        /// 2, 3 or 4.
        level: u8,
        /// Its text.
        text: Text,
    },
    /// A quotation set off from the text.
    Quote {
        /// Its paragraphs.
        paragraphs: Vec<Text>,
        /// Who said it.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        attribution: Text,
        /// True when the words repeat what the text says elsewhere, as a typographic element.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pull: bool,
    },
    /// A list.
    List {
        /// Numbered when true.
        ordered: bool,
        /// Its items in order; nested lists are flattened by the readers.
        items: Vec<Text>,
    },
    /// A picture in the text.
    Picture(PictureBlock),
    /// Several pictures that belong together, in order.
    Gallery {
        /// What the gallery shows; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
        /// The pictures in order.
        pictures: Vec<PictureBlock>,
    },
    /// Something that lives elsewhere (video, post, map), shown as a link until the reader asks for it.
    Embed {
        /// The address of the thing itself, http or https.
        url: String,
        /// What it is, for the link; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
    },
    /// A table.
    Table {
        /// Its caption; may be empty.
        #[serde(default, skip_serializing_if = "Text::is_empty")]
        caption: Text,
        /// How many of the first rows are headings.
        #[serde(default)]
        header_rows: usize,
        /// The rows; they may differ in length.
        rows: Vec<Vec<Text>>,
    },
    /// A box beside the story ("The numbers", "Background").
    FactBox {
        /// Its heading; may be empty.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        title: String,
        /// Its blocks; a fact box inside a fact box is not made by the readers.
        blocks: Vec<Block>,
    },
    /// Text whose line breaks and spaces are kept (tabular agency text, verse, code).
    Preformatted {
        /// The text with its line breaks.
        text: String,
    },
    /// A break between parts of the story.
    Rule,
}

/// A picture as it stands in a document: which one, and what is said of it here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureBlock {
    /// Which picture.
    pub picture: PictureSource,
    /// Caption; may be empty.
    #[serde(default, skip_serializing_if = "Text::is_empty")]
    pub caption: Text,
    /// Credit line, such as `Agency, via provider`; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub credit: String,
    /// Text for those who don't see it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub alt: String,
}

impl PictureBlock {
    /// The picture, where the store has it.
    pub const fn stored(&self) -> Option<PictureId> {
        match self.picture {
            PictureSource::Stored(id) => Some(id),
            PictureSource::Remote(_) => None,
        }
    }
}

/// A picture that the store has, or one that still lies elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PictureSource {
    /// A picture in the store.
    Stored(PictureId),
    /// An address or file name that a reader of a format found. Taking an item in fetches it and turns it into
    /// `Stored`; what couldn't be fetched is never shown to readers.
    Remote(String),
}

/// Running text: spans in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(pub Vec<Span>);

/// A stretch of text with the same marks. A `\n` inside is a line break that the author meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The characters.
    #[serde(rename = "t")]
    pub text: String,
    /// How they are set.
    #[serde(rename = "m", default, skip_serializing_if = "Marks::is_none")]
    pub marks: Marks,
    /// Where they lead: an absolute http, https or mailto address, or a path of our own that begins with `/`.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

/// How a span is set, as a small set of flags; they combine freely, so no nesting is ever wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marks(pub u8);

impl Marks {
    /// No mark.
    pub const NONE: Self = Self(0);
    /// Stress (`em`).
    pub const EMPHASIS: Self = Self(1);
    /// Importance (`strong`).
    pub const STRONG: Self = Self(2);
    /// Code.
    pub const CODE: Self = Self(4);
    /// Subscript.
    pub const SUBSCRIPT: Self = Self(8);
    /// Superscript.
    pub const SUPERSCRIPT: Self = Self(16);
    /// No longer true (`s`).
    pub const STRUCK: Self = Self(32);
    /// Underlined, where the source means more than a link by it.
    pub const UNDERLINED: Self = Self(64);

    /// Whether no mark is set.
    pub const fn is_none(&self) -> bool {
        self.0 == 0
    }

    /// Whether every mark of `other` is set.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These marks and those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl Text {
    /// Text without marks; empty text has no span.
    pub fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::default()
        } else {
            Self(vec![Span {
                text,
                ..Span::default()
            }])
        }
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|span| span.text.trim().is_empty())
    }

    /// The characters alone.
    pub fn to_plain(&self) -> String {
        self.0.iter().map(|span| span.text.as_str()).collect()
    }

    /// Appends text; a stretch with the same marks and link grows instead of a new one being added.
    pub fn push(&mut self, text: &str, marks: Marks, link: Option<&str>) {
        if text.is_empty() {
            return;
        }
        if let Some(last) = self.0.last_mut()
            && last.marks == marks
            && last.link.as_deref() == link
        {
            last.text.push_str(text);
            return;
        }
        self.0.push(Span {
            text: text.to_owned(),
            marks,
            link: link.map(str::to_owned),
        });
    }
}

impl Document {
    /// Every picture in reading order, those in galleries and boxes too.
    pub fn pictures(&self) -> Vec<&PictureBlock> {
        fn walk<'a>(blocks: &'a [Block], found: &mut Vec<&'a PictureBlock>) {
            for block in blocks {
                match block {
                    Block::Picture(picture) => found.push(picture),
                    Block::Gallery { pictures, .. } => found.extend(pictures),
                    Block::FactBox { blocks, .. } => walk(blocks, found),
                    _ => {}
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.blocks, &mut found);
        found
    }

    /// Every picture, to be changed in place.
    pub fn for_each_picture(&mut self, change: &mut dyn FnMut(&mut PictureBlock)) {
        fn walk(blocks: &mut [Block], change: &mut dyn FnMut(&mut PictureBlock)) {
            for block in blocks {
                match block {
                    Block::Picture(picture) => change(picture),
                    Block::Gallery { pictures, .. } => pictures.iter_mut().for_each(&mut *change),
                    Block::FactBox { blocks, .. } => walk(blocks, change),
                    _ => {}
                }
            }
        }
        walk(&mut self.blocks, change);
    }

    /// The text alone, a line a paragraph: for search, word counts, reading time and topic names. Captions are left
    /// out, as they are not the story's own text.
    pub fn to_plain(&self) -> String {
        fn line(out: &mut String, text: &str) {
            let text = text.trim();
            if !text.is_empty() {
                if !out.is_empty() {
                    out.push('\n');
                }
                out.push_str(text);
            }
        }
        fn walk(blocks: &[Block], out: &mut String) {
            for block in blocks {
                match block {
                    Block::Paragraph { text } | Block::Heading { text, .. } => line(out, &text.to_plain()),
                    Block::Quote {
                        paragraphs,
                        attribution,
                        ..
                    } => {
                        paragraphs.iter().for_each(|text| line(out, &text.to_plain()));
                        line(out, &attribution.to_plain());
                    }
                    Block::List { items, .. } => items.iter().for_each(|text| line(out, &text.to_plain())),
                    Block::Table { rows, .. } => {
                        for row in rows {
                            let cells: Vec<String> = row.iter().map(Text::to_plain).collect();
                            line(out, &cells.join(" | "));
                        }
                    }
                    Block::Preformatted { text } => line(out, text),
                    Block::FactBox { title, blocks } => {
                        line(out, title);
                        walk(blocks, out);
                    }
                    Block::Picture(_) | Block::Gallery { .. } | Block::Embed { .. } | Block::Rule => {}
                }
            }
        }
        let mut out = String::new();
        walk(&self.blocks, &mut out);
        out
    }

    /// Whether a reader would see nothing at all.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Words as a reader would count them: runs of characters between white space that hold a letter or a digit.
    pub fn word_count(&self) -> usize {
        self.to_plain()
            .split_whitespace()
            .filter(|word| word.chars().any(char::is_alphanumeric))
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_neighbours_grow_together() {
        let mut text = Text::default();
        text.push("The ", Marks::NONE, None);
        text.push("tide", Marks::NONE, None);
        text.push(" turned", Marks::STRONG, None);
        assert_eq!(text.0.len(), 2);
        assert_eq!(text.to_plain(), "The tide turned");
    }

    #[test]
    fn a_document_survives_json() {
        let document = Document {
            blocks: vec![
                Block::Heading {
                    level: 2,
                    text: Text::plain("Background"),
                },
                Block::FactBox {
                    title: "Numbers".into(),
                    blocks: vec![Block::List {
                        ordered: true,
                        items: vec![Text::plain("one")],
                    }],
                },
                Block::Picture(PictureBlock {
                    picture: PictureSource::Remote("https://example.org/a.jpg".into()),
                    caption: Text::plain("A quay"),
                    credit: String::new(),
                    alt: String::new(),
                }),
            ],
        };
        let json = serde_json::to_string(&document).unwrap();
        assert_eq!(serde_json::from_str::<Document>(&json).unwrap(), document);
        assert_eq!(document.word_count(), 3);
        assert_eq!(document.pictures().len(), 1);
    }
}
