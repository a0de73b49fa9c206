//! What every wire reader does to an item alike: an identity where the sender gave none, a hold on what is incomplete.

use crate::problem::Problem;
use crate::xml::cut_at;
use masthead_domain::wire::{Contributor, Embargo, NewsItem, PubStatus, Subject, SubjectKind};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Gives an item that came without an identity one that is made of its content, so that the same bytes are the same
/// item when they come again. Versions of such an item can't be told to belong together, and the desk is told so.
pub fn make_up_guid(item: &mut NewsItem, content: &str, at: &str, problems: &mut Vec<Problem>) {
    if !item.guid.is_empty() {
        return;
    }
    item.guid = content_identity(Sha256::new().chain_update(content));
    problems.push(Problem::new(
        at,
        "no identity in the document; one was made of its content, so later versions can't be matched to it",
    ));
}

/// Longer identities than this are no identities, and a key over them would burden every index.
const LONGEST_GUID: usize = 1000;

/// Puts the hash of an identity that is absurdly long in its place, so that it is still the same for all versions.
pub fn shorten_guid(item: &mut NewsItem, problems: &mut Vec<Problem>) {
    if item.guid.len() <= LONGEST_GUID {
        return;
    }
    problems.push(Problem::new(
        cut_at(&item.guid, 60),
        format!("an identity of {} bytes; its hash stands for it", item.guid.len()),
    ));
    item.guid = format!("urn:masthead:long:{}", hex(Sha256::new().chain_update(&item.guid)));
}

/// An identity made of what was hashed, for what came without one.
pub(crate) fn content_identity(hash: Sha256) -> String {
    format!("urn:masthead:content:{}", hex(hash))
}

/// Sixteen bytes of SHA-256 in hexadecimal.
fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Holds an item whose document was cut off: what was read is kept for the desk and is never published by itself.
pub fn hold_incomplete(item: &mut NewsItem, why: &str) {
    if item.status.is_usable() {
        item.status = PubStatus::Unknown(format!("incomplete: {why}"));
    }
}

/// What the status `embargoed` means (NITF, AP): the embargo's date says until when; without one nobody knows, and the
/// item is withheld until a person does.
pub fn embargoed_by_status(item: &mut NewsItem, word: &str, at: &str, problems: &mut Vec<Problem>) {
    if !word
        .trim()
        .rsplit([':', '/', '#'])
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("embargoed"))
    {
        return;
    }
    if matches!(item.embargo, Embargo::Until(_)) {
        item.status = PubStatus::Usable;
    } else {
        let reason = "embargoed by its status, with no date".to_owned();
        problems.push(Problem::new(at, reason.clone()));
        item.embargo = Embargo::Withheld { reason };
    }
}

/// Puts a fact beside the item's own fields.
pub fn note(item: &mut NewsItem, key: &str, value: impl Into<Value>) {
    item.extra.insert(key.to_owned(), value.into());
}

/// Reads an urgency or priority; outside 1 to 9 (0 is a flash in some systems, and no urgency in others) it is none.
pub fn urgency(text: &str) -> Option<u8> {
    text.trim()
        .parse::<u8>()
        .ok()
        .filter(|urgency| (1..=9).contains(urgency))
}

/// Adds a line to the words for editors.
pub fn add_editor_note(item: &mut NewsItem, line: String) {
    // Nobody writes notes longer than this; a document that does wants to cost time.
    const LONGEST: usize = 64 << 10;
    let length = item.editor_note.as_ref().map_or(0, String::len);
    if line.is_empty() || length + line.len() > LONGEST {
        return;
    }
    match &mut item.editor_note {
        Some(note) if note.contains(&line) => {}
        Some(note) => {
            note.push('\n');
            note.push_str(&line);
        }
        none => *none = Some(line),
    }
}

/// The people in a byline: the leading "by" of the languages that agencies write is dropped, names are parted at
/// "and" and commas. What comes after a comma and looks like no name (`, dpa`) stays with nobody.
pub fn authors_of_byline(line: &str) -> Vec<Contributor> {
    let line = cut_at(line.trim(), 500);
    let lower = line.to_lowercase();
    let start = ["by ", "von ", "par ", "por ", "di ", "door ", "av ", "af "]
        .into_iter()
        // Same length in both cases for these ASCII words, so the offset holds for the original.
        .find(|word| lower.starts_with(word))
        .map_or(0, str::len);
    let rest = line.get(start..).unwrap_or(line);
    let mut names = Vec::new();
    for part in rest.split([',', ';', '/']) {
        for name in split_and(part) {
            let name = name.trim().trim_end_matches('.');
            let words = name.split_whitespace().count();
            let named = name.chars().next().is_some_and(char::is_uppercase) && (2..=5).contains(&words);
            if named && !name.chars().any(|char| char.is_ascii_digit()) {
                names.push(Contributor {
                    name: name.to_owned(),
                    ..Contributor::default()
                });
            }
        }
    }
    names
}

fn split_and(text: &str) -> Vec<&str> {
    let mut parts = vec![text];
    for word in [" and ", " und ", " et ", " y ", " og ", " och ", " & ", " AND "] {
        parts = parts.into_iter().flat_map(|part| part.split(word)).collect();
    }
    parts
}

/// A subject of a name alone.
pub fn named(name: String, kind: SubjectKind) -> Subject {
    Subject {
        name: Some(name),
        kind,
        ..Subject::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_of_bylines() {
        let names = |line: &str| {
            authors_of_byline(line)
                .into_iter()
                .map(|author| author.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names("By Ada Quill and Tom Ferrand"), ["Ada Quill", "Tom Ferrand"]);
        assert_eq!(names("Von Christel Probe, dpa"), ["Christel Probe"]);
        assert_eq!(names("NTB-AFP-DPA"), Vec::<String>::new());
        assert_eq!(names(""), Vec::<String>::new());
    }

    #[test]
    fn a_made_up_identity_is_the_same_for_the_same_content() {
        let mut problems = Vec::new();
        let (mut one, mut two) = (NewsItem::default(), NewsItem::default());
        make_up_guid(&mut one, "tide tables", "head", &mut problems);
        make_up_guid(&mut two, "tide tables", "head", &mut problems);
        assert_eq!(one.guid, two.guid);
        assert_eq!(problems.len(), 2);
    }

    #[test]
    fn a_cut_off_cancellation_stays_a_cancellation() {
        let mut item = NewsItem {
            status: PubStatus::Canceled,
            ..NewsItem::default()
        };
        hold_incomplete(&mut item, "it ends inside <p>");
        assert_eq!(item.status, PubStatus::Canceled);
    }
}
