//! `NewsManagement`: times, status and what will become of it, urgency, instructions.

use crate::item::{add_editor_note, embargoed_by_status, note, urgency};
use crate::problem::{Problem, ReadContext};
use crate::times;
use crate::xml::Node;
use masthead_domain::time::Timestamp;
use masthead_domain::wire::{Embargo, NewsItem, PubStatus};

/// The value of an element in NewsML 1: its `FormalName`, or, as some write it, its text.
pub(super) fn formal(node: Node<'_>) -> Option<String> {
    node.word("FormalName").or_else(|| node.text())
}

pub(super) fn read(management: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    item.first_created = time(management, "FirstCreated", ctx, problems);
    item.version_created = time(management, "ThisRevisionCreated", ctx, problems);
    item.urgency = management
        .child("Urgency")
        .and_then(formal)
        .and_then(|text| urgency(&text));
    if let Some(kind) = management.child("NewsItemType").and_then(formal) {
        note(item, "NewsItemType", kind);
    }
    read_status(management, item, ctx, problems);
    for instruction in management.all("Instruction") {
        let words = [instruction.word("FormalName"), instruction.text()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>();
        add_editor_note(item, words.join(": "));
    }
    let related: Vec<String> = ["DerivedFrom", "AssociatedWith"]
        .into_iter()
        .flat_map(|name| management.all(name).collect::<Vec<_>>())
        .filter_map(|link| link.word("NewsItem"))
        .collect();
    if !related.is_empty() {
        note(item, "related", related);
    }
}

fn time(management: Node<'_>, name: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Option<Timestamp> {
    let text = management.child_text(name)?;
    match times::moment(&text, ctx) {
        Ok(moment) => Some(moment),
        Err(what) => {
            problems.push(Problem::new(format!("NewsManagement/{name}"), what));
            None
        }
    }
}

/// The status, with the one that it will become: embargoed or withheld now and usable at a time is an embargo until
/// then; usable now and gone at a time is an expiry.
fn read_status(management: Node<'_>, item: &mut NewsItem, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) {
    let word = management.child("Status").and_then(formal);
    if let Some(word) = &word {
        item.status = PubStatus::from_code(word);
        note(item, "Status", word.to_lowercase());
    } else if management.child("Status").is_some() {
        item.status = PubStatus::Unknown("empty".to_owned());
    }
    for change in management.all("StatusWillChange") {
        let future = change
            .child("FutureStatus")
            .and_then(formal)
            .map(|word| PubStatus::from_code(&word));
        let when = change.child_text("DateAndTime").unwrap_or_default();
        match future {
            Some(PubStatus::Usable) if item.status == PubStatus::Withheld => {
                let embargo = times::embargo(&when, ctx);
                if let Embargo::Withheld { reason } = &embargo {
                    problems.push(Problem::new(
                        "NewsManagement/StatusWillChange",
                        format!("withheld: {reason}"),
                    ));
                }
                item.embargo = std::mem::take(&mut item.embargo).strictest(embargo);
            }
            Some(PubStatus::Canceled | PubStatus::Withheld) if item.status.is_usable() => {
                item.expires = times::moment(&when, ctx).ok();
                if item.expires.is_none() {
                    problems.push(Problem::new(
                        "NewsManagement/StatusWillChange",
                        format!("it will be withdrawn at a time that can't be read: {when}"),
                    ));
                }
            }
            _ => {}
        }
    }
    // Withheld until a moment is an embargo by another name; withheld without one stays withheld.
    if matches!(item.embargo, Embargo::Until(_)) {
        item.status = PubStatus::Usable;
    } else if let Some(word) = &word {
        embargoed_by_status(item, word, "NewsManagement/Status", problems);
    }
    if let PubStatus::Unknown(word) = &item.status {
        problems.push(Problem::new(
            "NewsManagement/Status",
            format!("unknown status {word}; held"),
        ));
    }
}
