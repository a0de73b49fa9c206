//! What the desk changed in a text, word by word, for its author and for whoever looks at it next.

use serde::Serialize;
use similar::{ChangeTag, TextDiff};
use std::time::Duration;

/// How long two texts are compared for the shortest difference; after that a longer one will do.
const PATIENCE: Duration = Duration::from_millis(200);

/// A stretch of the two texts.
#[derive(Serialize)]
pub(super) struct Piece {
    /// `same`, `gone` or `new`.
    pub(super) kind: &'static str,
    /// Its words.
    pub(super) text: String,
}

/// From the author's text to the desk's.
pub(super) fn pieces(before: &str, after: &str) -> Vec<Piece> {
    let diff = TextDiff::configure()
        .timeout(PATIENCE)
        .diff_unicode_words(before, after);
    let mut out: Vec<Piece> = Vec::new();
    for change in diff.iter_all_changes() {
        let kind = match change.tag() {
            ChangeTag::Equal => "same",
            ChangeTag::Delete => "gone",
            ChangeTag::Insert => "new",
        };
        match out.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(change.value()),
            _ => out.push(Piece {
                kind,
                text: change.value().to_owned(),
            }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_texts_can_be_read_out_of_the_difference() {
        let (before, after) = (
            "The old pier went\nin the night.",
            "The pier went down\nin the night of Sunday.",
        );
        let pieces = pieces(before, after);
        let read = |leave: &str| -> String {
            let kept = pieces.iter().filter(|piece| piece.kind != leave);
            kept.map(|piece| piece.text.as_str()).collect()
        };
        assert_eq!((read("new").as_str(), read("gone").as_str()), (before, after));
        assert!(
            pieces
                .iter()
                .any(|piece| piece.kind == "gone" && piece.text.contains("old"))
        );
        assert!(
            pieces
                .iter()
                .any(|piece| piece.kind == "new" && piece.text.contains("Sunday"))
        );
    }
}
