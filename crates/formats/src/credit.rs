//! Picture credits: telling them from captions, in markup and in plain text.
//!
//! Agencies and papers write them in many ways: an element of their own, `Photograph: A/Agency` at the end of the
//! caption, `(Agency Photo/A)` in parentheses, `© A`. What is recognised here is shown as the picture's credit line.

use crate::html::dom::Element;
use crate::html::text::{squeeze, tidy};
use masthead_domain::document::Text;

/// Words before a credit that only say that it is one, in lower case.
const LABELS: [&str; 27] = [
    "photograph by",
    "photograph",
    "photo by",
    "photo credit",
    "photo",
    "photos",
    "picture by",
    "picture credit",
    "picture",
    "pictures",
    "image credit",
    "image source",
    "image by",
    "image",
    "images",
    "credit",
    "credits",
    "source",
    "illustration by",
    "illustration",
    "graphic",
    "foto",
    "fotos",
    "bild",
    "crédit photo",
    "crédit",
    "copyright",
];

/// Names that stand in credits and seldom anywhere else.
const AGENCIES: [&str; 26] = [
    "AP",
    "AFP",
    "Reuters",
    "REUTERS",
    "EPA",
    "EFE",
    "ANSA",
    "dpa",
    "DPA",
    "PA",
    "Getty",
    "Associated Press",
    "Bloomberg",
    "Shutterstock",
    "iStock",
    "Alamy",
    "Xinhua",
    "Zuma",
    "Magnum",
    "Corbis",
    "Rex Features",
    "Agence France-Presse",
    "Press Association",
    "Tass",
    "Anadolu",
    "Belga",
];

/// Whether an element's own markup says that it is a credit.
pub(crate) fn is_credit(element: &Element) -> bool {
    if !matches!(
        element.name(),
        "span"
            | "div"
            | "p"
            | "small"
            | "cite"
            | "em"
            | "i"
            | "b"
            | "a"
            | "footer"
            | "dd"
            | "li"
            | "strong"
            | "figcaption"
    ) {
        return false;
    }
    if let Some(property) = element.attr("itemprop")
        && property
            .split_ascii_whitespace()
            .any(|word| matches!(word, "copyrightHolder" | "creditText" | "copyrightNotice"))
    {
        return true;
    }
    ["class", "data-testid", "data-component", "rel"]
        .iter()
        .filter_map(|name| element.attr(name))
        .any(|value| {
            value.split_ascii_whitespace().any(|word| {
                let word = word.to_ascii_lowercase();
                word.split(['-', '_', ':'])
                    .any(|part| matches!(part, "credit" | "credits" | "photographer" | "copyright" | "creditline"))
                    || [
                        "imagecredit",
                        "photocredit",
                        "picturecredit",
                        "captioncredit",
                        "imagecopyright",
                        "photographcredit",
                    ]
                    .iter()
                    .any(|known| word.contains(known))
            })
        })
}

/// A credit without the word that says that it is one: `Photograph: A/Agency` is `A/Agency`.
pub(crate) fn without_label(credit: &str) -> String {
    let mut rest = squeeze(credit);
    loop {
        let before = rest.len();
        let inner = rest.trim_matches(|c: char| c.is_whitespace() || matches!(c, '|' | '·' | '•' | ';' | ','));
        let inner = inner
            .strip_prefix('(')
            .and_then(|inner| inner.strip_suffix(')'))
            .or_else(|| inner.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')))
            .filter(|inner| !inner.contains(['(', ')', '[', ']']))
            .unwrap_or(inner);
        let mut next = inner.to_owned();
        if let Some((label, name)) = inner.split_once(':')
            && LABELS.contains(&label.trim().to_lowercase().as_str())
        {
            next = name.trim().to_owned();
        } else if let Some(length) = label_by(inner) {
            next = inner.get(length..).unwrap_or_default().trim().to_owned();
        }
        rest = next;
        if rest.len() == before {
            return rest;
        }
    }
}

/// Length of a label that ends in `by` and needs no colon.
fn label_by(text: &str) -> Option<usize> {
    [
        "photograph by ",
        "photo by ",
        "picture by ",
        "image by ",
        "illustration by ",
    ]
    .iter()
    .find_map(|label| {
        let head = text.get(..label.len())?;
        head.eq_ignore_ascii_case(label).then_some(label.len())
    })
}

/// Splits a caption that ends in its credit. The credit is empty where none was recognised.
pub(crate) fn split(caption: Text) -> (Text, String) {
    let plain = caption.to_plain();
    match place(&plain) {
        Some((end, credit)) => (cut(caption, end), credit),
        None => (caption, String::new()),
    }
}

/// [`split`] for plain text.
pub(crate) fn split_plain(caption: &str) -> (String, String) {
    match place(caption) {
        Some((end, credit)) => (caption.get(..end).unwrap_or_default().trim().to_owned(), credit),
        None => (caption.trim().to_owned(), String::new()),
    }
}

/// Where the caption ends and the credit that follows.
fn place(text: &str) -> Option<(usize, String)> {
    let trimmed = text.trim_end();
    let body = trimmed.trim_end_matches('.');
    for (open, close) in [('(', ')'), ('[', ']')] {
        if let Some(inner) = body.strip_suffix(close)
            && let Some(start) = inner.rfind(open)
        {
            let inside = inner.get(start + open.len_utf8()..)?;
            if is_name(inside) && (names_agency(inside) || has_label(inside) || (open == '[' && inside.contains('/'))) {
                return Some((start, without_label(inside)));
            }
        }
    }
    // A label at the start of the last sentence or line, or all there is.
    for (start, _) in trimmed.match_indices(':') {
        let head = trimmed.get(..start)?;
        for label in LABELS {
            let Some(at) = head.len().checked_sub(label.len()) else {
                continue;
            };
            let Some(word) = head.get(at..) else { continue };
            if word.to_lowercase() == label && starts_afresh(trimmed, at) && word.starts_with(char::is_uppercase) {
                let tail = trimmed.get(start + 1..)?.trim();
                if is_name(tail) && !tail.is_empty() {
                    return Some((at, without_label(tail)));
                }
            }
        }
    }
    for sign in ["©", "(c) ", "(C) "] {
        if let Some(at) = trimmed.rfind(sign) {
            let tail = trimmed.get(at + sign.len()..)?.trim();
            if is_name(tail) && !tail.is_empty() {
                return Some((at, format!("© {tail}")));
            }
        }
    }
    for label in ["Photo by ", "Photograph by ", "Picture by ", "Image by "] {
        if let Some(at) = trimmed.rfind(label)
            && starts_afresh(trimmed, at)
        {
            let tail = trimmed.get(at + label.len()..)?.trim();
            if is_name(tail) {
                return Some((at, tail.to_owned()));
            }
        }
    }
    // `… at the quay. A Person/Agency` and `… at the quay | Agency`.
    let at = last_sentence(body)?;
    let tail = body.get(at..)?.trim();
    let bare = tail.trim_start_matches(['|', '—', '–']).trim();
    (is_name(bare)
        && bare.len() <= 70
        && names_agency(bare)
        && (bare.contains('/') || bare.len() < tail.len() || AGENCIES.contains(&bare)))
    .then(|| (at, without_label(bare)))
}

/// Whether a place in a caption is its start or comes behind the end of a sentence, a bar, a bracket or a break.
fn starts_afresh(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let trimmed = before.trim_end();
    trimmed.is_empty()
        || before.ends_with('\n')
        || trimmed.ends_with(['.', '!', '?', '|', '(', '[', '”', '"', ')', '—', '–', '…', '/'])
}

fn last_sentence(text: &str) -> Option<usize> {
    ["\n", ". ", "? ", "! ", " | ", "” ", " — "]
        .iter()
        .filter_map(|end| {
            text.rfind(end)
                .map(|at| at + if end.starts_with(' ') { 1 } else { end.len() })
        })
        .filter(|&at| at < text.len())
        .max()
        .map(|at| if text.is_char_boundary(at) { at } else { text.len() })
}

/// Short enough to be names, and no sentence.
fn is_name(text: &str) -> bool {
    let count = text.chars().count();
    (2..=120).contains(&count) && !text.contains(". ") && text.split_whitespace().count() <= 14
}

fn has_label(text: &str) -> bool {
    let lower = text.trim_start().to_lowercase();
    text.contains(" Photo/")
        || LABELS.iter().any(|label| {
            lower
                .strip_prefix(label)
                .is_some_and(|rest| rest.starts_with(':') || (label.ends_with(" by") && rest.starts_with(' ')))
        })
}

fn names_agency(text: &str) -> bool {
    AGENCIES.iter().any(|agency| {
        text.match_indices(agency).any(|(at, _)| {
            let before = text.get(..at).and_then(|before| before.chars().next_back());
            let after = text.get(at + agency.len()..).and_then(|after| after.chars().next());
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
    })
}

/// The first `end` bytes of a text.
fn cut(text: Text, end: usize) -> Text {
    let mut out = Text::default();
    let mut at = 0;
    for span in text.0 {
        let room = end.saturating_sub(at);
        let part = span.text.get(..room.min(span.text.len())).unwrap_or_default();
        out.push(part, span.marks, span.link.as_deref());
        at += span.text.len();
    }
    tidy(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credits_are_told_from_captions() {
        let cases = [
            (
                "Boats at the quay. Photograph: Ada Quill/Agency",
                "Boats at the quay.",
                "Ada Quill/Agency",
            ),
            (
                "Boats at the quay (AP Photo/Ada Quill)",
                "Boats at the quay",
                "AP Photo/Ada Quill",
            ),
            (
                "Boats at the quay. (Photo by Ada Quill)",
                "Boats at the quay.",
                "Ada Quill",
            ),
            (
                "Boats at the quay [Ada Quill/Reuters]",
                "Boats at the quay",
                "Ada Quill/Reuters",
            ),
            (
                "Boats at the quay. Ada Quill/AFP",
                "Boats at the quay.",
                "Ada Quill/AFP",
            ),
            ("Boats at the quay. © Ada Quill", "Boats at the quay.", "© Ada Quill"),
            ("Photo: Ada Quill", "", "Ada Quill"),
            ("Boats at the quay. AFP", "Boats at the quay.", "AFP"),
            ("Boats at the quay | Reuters", "Boats at the quay", "Reuters"),
            (
                "The minister (left) and her deputy",
                "The minister (left) and her deputy",
                "",
            ),
            (
                "A source: nobody knows. It was long ago",
                "A source: nobody knows. It was long ago",
                "",
            ),
            (
                "The AP office burned down in the night",
                "The AP office burned down in the night",
                "",
            ),
        ];
        for (caption, text, credit) in cases {
            assert_eq!(
                split_plain(caption),
                (text.trim_end_matches(" |").to_owned(), credit.to_owned()),
                "{caption}"
            );
        }
    }

    #[test]
    fn labels_go_once_and_for_all() {
        for (from, to) in [
            ("Credit: Photo: (Ada Quill)", "Ada Quill"),
            ("photo by Ada", "Ada"),
            ("© Ada", "© Ada"),
        ] {
            assert_eq!(without_label(from), to);
            assert_eq!(without_label(to), to);
        }
    }
}
