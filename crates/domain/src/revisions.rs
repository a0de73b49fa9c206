//! Revisions of a text: what differs between two, and what becomes of two that began from the same one.

use crate::document::{Block, Document};
use serde::Serialize;
use similar::{Algorithm, DiffOp, MergeResolution, TextMerge, capture_diff_slices};

/// Words of one changed passage that are compared one by one. Comparing costs more than linear time; longer passages are
/// shown as taken out and put in.
const MOST_WORDS: usize = 4_000;

/// A stretch of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stretch {
    /// What became of it.
    pub change: Change,
    /// Its characters, white space included.
    pub text: String,
}

/// What became of a stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is in both.
    Same,
    /// It is in the older one alone.
    Out,
    /// It is in the newer one alone.
    In,
}

/// What differs between two texts, line by line and word by word inside changed lines.
pub fn compare(old: &str, new: &str) -> Vec<Stretch> {
    let (old_lines, new_lines) = (lines(old), lines(new));
    let mut out = Stretches::default();
    for op in capture_diff_slices(Algorithm::Myers, &old_lines, &new_lines) {
        let (before, after) = (joined(&old_lines, op.old_range()), joined(&new_lines, op.new_range()));
        match op {
            DiffOp::Equal { .. } => out.push(Change::Same, &before),
            DiffOp::Delete { .. } => out.push(Change::Out, &before),
            DiffOp::Insert { .. } => out.push(Change::In, &after),
            DiffOp::Replace { .. } => words(&before, &after, &mut out),
        }
    }
    out.0
}

fn words(before: &str, after: &str, out: &mut Stretches) {
    let (old, new) = (split_words(before), split_words(after));
    if old.len().max(new.len()) > MOST_WORDS {
        out.push(Change::Out, before);
        out.push(Change::In, after);
        return;
    }
    for op in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if matches!(op, DiffOp::Equal { .. }) {
            out.push(Change::Same, &joined(&old, op.old_range()));
        } else {
            out.push(Change::Out, &joined(&old, op.old_range()));
            out.push(Change::In, &joined(&new, op.new_range()));
        }
    }
}

/// Lines with their ends.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// Words, and the white space between them, each on its own.
fn split_words(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = rest
            .find(|c: char| c.is_whitespace() != first.is_whitespace())
            .unwrap_or(rest.len());
        let (part, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        parts.push(part);
        rest = after;
    }
    parts
}

fn joined(parts: &[&str], range: std::ops::Range<usize>) -> String {
    parts.get(range).unwrap_or(&[]).concat()
}

#[derive(Default)]
struct Stretches(Vec<Stretch>);

impl Stretches {
    fn push(&mut self, change: Change, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(last) if last.change == change => last.text.push_str(text),
            _ => self.0.push(Stretch {
                change,
                text: text.to_owned(),
            }),
        }
    }
}

/// What two people made of the same text, put together.
#[derive(Clone, Debug, PartialEq)]
pub struct Merged {
    /// Both changes where they don't touch each other, and `mine` where they do.
    pub document: Document,
    /// Passages that both changed, each in another way.
    pub conflicts: Vec<Conflict>,
}

/// A passage that both changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// As `mine` has it; empty where it was taken out.
    pub mine: Vec<Block>,
    /// As `theirs` has it; empty where it was taken out.
    pub theirs: Vec<Block>,
}

/// Puts together what two people made of `base`, block by block.
pub fn merge(base: &Document, mine: &Document, theirs: &Document) -> Merged {
    let (old, ours, others) = (written(base), written(mine), written(theirs));
    let merged = TextMerge::from_lines(old.as_str(), ours.as_str(), others.as_str());
    let blocks =
        |document: &Document, range: std::ops::Range<usize>| document.blocks.get(range).unwrap_or(&[]).to_vec();
    let mut document = Document::default();
    let mut conflicts = Vec::new();
    for region in merged.regions() {
        match region.resolution() {
            MergeResolution::Theirs => document.blocks.extend(blocks(theirs, region.theirs_range())),
            MergeResolution::Conflict => {
                let (own, other) = (blocks(mine, region.ours_range()), blocks(theirs, region.theirs_range()));
                document.blocks.extend(own.clone());
                conflicts.push(Conflict {
                    mine: own,
                    theirs: other,
                });
            }
            _ => document.blocks.extend(blocks(mine, region.ours_range())),
        }
    }
    Merged { document, conflicts }
}

/// A line of JSON a block, so that blocks are compared whole.
fn written(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        // A block is plain data and can always be written; if one could not, its debug form tells it from others as well.
        let line = serde_json::to_string(block).unwrap_or_else(|_| format!("{block:?}").replace('\n', " "));
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// What becomes of a single value that two people may have changed: the one that was changed, or `mine` with the word that
/// both were.
pub fn merge_value<'a, T: PartialEq>(base: &T, mine: &'a T, theirs: &'a T) -> (&'a T, bool) {
    if mine == theirs || theirs == base {
        (mine, false)
    } else if mine == base {
        (theirs, false)
    } else {
        (mine, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Text;
    use proptest::prelude::*;

    fn document(lines: &[&str]) -> Document {
        Document {
            blocks: lines
                .iter()
                .map(|line| Block::Paragraph {
                    text: Text::plain(*line),
                })
                .collect(),
        }
    }

    fn stretch(change: Change, text: &str) -> Stretch {
        Stretch {
            change,
            text: text.into(),
        }
    }

    #[test]
    fn words_are_compared_inside_changed_lines() {
        assert_eq!(
            compare("One.\nThe tide came in.\n", "One.\nThe tide went out.\nTwo."),
            [
                stretch(Change::Same, "One.\nThe tide "),
                stretch(Change::Out, "came"),
                stretch(Change::In, "went"),
                stretch(Change::Same, " "),
                stretch(Change::Out, "in."),
                stretch(Change::In, "out."),
                stretch(Change::Same, "\n"),
                stretch(Change::In, "Two."),
            ]
        );
        assert_eq!(compare("", ""), []);
    }

    #[test]
    fn changes_that_do_not_touch_are_both_kept() {
        let base = document(&["a", "b", "c", "d"]);
        let mine = document(&["A", "b", "c", "d"]);
        let theirs = document(&["a", "b", "c", "d", "e"]);
        let merged = merge(&base, &mine, &theirs);
        assert_eq!(merged.conflicts, []);
        assert_eq!(merged.document, document(&["A", "b", "c", "d", "e"]));
    }

    #[test]
    fn where_both_changed_the_same_both_are_given_and_mine_stands() {
        let base = document(&["a", "b", "c"]);
        let merged = merge(&base, &document(&["a", "mine", "c"]), &document(&["a", "theirs", "c"]));
        assert_eq!(merged.document, document(&["a", "mine", "c"]));
        let [conflict] = merged.conflicts.as_slice() else {
            panic!("{:?}", merged.conflicts)
        };
        assert_eq!(conflict.theirs, document(&["theirs"]).blocks);
        assert_eq!(merge_value(&1, &1, &2), (&2, false));
        assert_eq!(merge_value(&1, &3, &2), (&3, true));
        assert_eq!(merge_value(&1, &2, &2), (&2, false));
    }

    fn some() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(0_u8..6, 0..12)
    }

    fn of(numbers: &[u8]) -> Document {
        let lines: Vec<String> = numbers.iter().map(u8::to_string).collect();
        document(&lines.iter().map(String::as_str).collect::<Vec<_>>())
    }

    proptest! {
        /// Every block that I wrote is in what comes out, and every one of theirs is there or is named.
        #[test]
        fn no_block_of_anybody_is_lost(base in some(), mine in some(), theirs in some()) {
            let (base, mine, theirs) = (of(&base), of(&mine), of(&theirs));
            let merged = merge(&base, &mine, &theirs);
            let named: Vec<&Block> = merged.conflicts.iter().flat_map(|conflict| &conflict.theirs).collect();
            for block in &theirs.blocks {
                let there = merged.document.blocks.contains(block) || named.contains(&block);
                prop_assert!(there || base.blocks.contains(block), "{:?}", block);
            }
            for block in &mine.blocks {
                prop_assert!(merged.document.blocks.contains(block) || base.blocks.contains(block));
            }
            prop_assert_eq!(merge(&base, &mine, &base).document, mine.clone());
            prop_assert_eq!(merge(&base, &base, &theirs).document, theirs);
        }

        /// The stretches are both texts.
        #[test]
        fn a_comparison_holds_both_texts(old in "[ab \n]{0,40}", new in "[ab \n]{0,40}") {
            let stretches = compare(&old, &new);
            let side = |not: Change| -> String {
                stretches.iter().filter(|s| s.change != not).map(|s| s.text.as_str()).collect()
            };
            prop_assert_eq!(side(Change::In), old);
            prop_assert_eq!(side(Change::Out), new);
        }
    }
}
