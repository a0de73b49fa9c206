//! Plain text to paragraphs, as agencies and their converters set it.

use crate::xml::{clean, squeeze};
use masthead_domain::document::{Block, Document, Text};

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

#[cfg(test)]
mod tests {
    use super::*;

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
