//! NewsML 1.x: one or several `NewsItem`s in an envelope, each a tree of components.
//!
//! The public identifier holds the revision; the identity over all versions is the rest of it. The text of an item is
//! that of its main component, and what the component itself does not say (headline, dateline, language) is said by
//! the components around it.

mod component;
mod management;

use crate::item::{hold_incomplete, make_up_guid, note};
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::xml::{self, Node, Tree};
use masthead_domain::wire::{Affected, AffectedChange, NewsItem};

/// Reads every news item in a document, in document order.
///
/// # Errors
/// When it is no XML, holds no news item, or is cut off before the identity and status of its only item are sure.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let mut problems = Vec::new();
    let text = xml::decode(bytes, &mut problems);
    let tree = Tree::parse(&text, ctx)?;
    problems.extend(tree.problems.iter().cloned());
    let nodes: Vec<Node<'_>> = tree.root().descendants().filter(|node| is_item(*node)).collect();
    let Some(last) = nodes.last().copied() else {
        return Err(Unreadable::new("no NewsItem in it"));
    };
    let mut items = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut item = read_item(node, ctx, &mut problems);
        if item.guid.is_empty() {
            make_up_guid(
                &mut item,
                &node.raw_text(),
                "Identification/NewsIdentifier",
                &mut problems,
            );
        }
        if let Some(why) = tree.cut.as_deref().filter(|_| node == last) {
            let sure = node.child("Identification").is_some()
                && node
                    .elements()
                    .skip_while(|child| !child.is("NewsManagement"))
                    .nth(1)
                    .is_some();
            if !sure {
                let reason = format!("cut off before identity and status are sure: {why}");
                if items.is_empty() {
                    return Err(Unreadable::new(reason));
                }
                problems.push(Problem::new(&*item.guid, format!("left out, {reason}")));
                break;
            }
            problems.push(Problem::new(&*item.guid, format!("cut off, held: {why}")));
            hold_incomplete(&mut item, why);
        }
        items.push(item);
    }
    Ok(Reading { value: items, problems })
}

/// A news item, and not the attribute-like element of the same name in a reference list.
fn is_item(node: Node<'_>) -> bool {
    node.is("NewsItem") && (node.child("Identification").is_some() || node.child("NewsManagement").is_some())
}

fn read_item(node: Node<'_>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> NewsItem {
    let mut item = NewsItem {
        language: node.word("xml:lang"),
        ..NewsItem::default()
    };
    let update = identify(node, &mut item);
    if let Some(management) = node.child("NewsManagement") {
        management::read(management, &mut item, ctx, problems);
    }
    component::read(node, &mut item, ctx, problems);
    if item.title.is_none() {
        item.title = node.path(&["Identification", "NameLabel"]).and_then(Node::text);
    }
    apply_update(node, &update, &mut item, problems);
    item
}

/// Reads identity and version; gives back the kind of update.
fn identify(node: Node<'_>, item: &mut NewsItem) -> String {
    let Some(identifier) = node.path(&["Identification", "NewsIdentifier"]) else {
        return String::new();
    };
    let revision = identifier.child("RevisionId");
    let update = revision
        .and_then(|revision| revision.word("Update"))
        .unwrap_or_default();
    item.version = revision.and_then(Node::text);
    if let Some(previous) = revision.and_then(|revision| revision.word("PreviousRevision")) {
        note(item, "PreviousRevision", previous);
    }
    if !update.is_empty() {
        note(item, "update", update.clone());
    }
    item.provider = identifier.child_text("ProviderId");
    if let Some(public) = identifier.child_text("PublicIdentifier") {
        item.guid = without_revision(&public, item.version.as_deref(), &update).to_owned();
        note(item, "PublicIdentifier", public);
    } else {
        let part = |name: &str| identifier.child_text(name);
        // RFC 3085: `urn:newsml:` provider, date and item, and a revision that is left out here.
        if let (Some(provider), Some(date), Some(id)) = (part("ProviderId"), part("DateId"), part("NewsItemId")) {
            item.guid = format!("urn:newsml:{provider}:{date}:{id}");
        }
    }
    update
}

/// A public identifier without the revision at its end: `:3`, or `:3N` as RFC 3085 has it.
fn without_revision<'a>(public: &'a str, version: Option<&str>, update: &str) -> &'a str {
    let Some(version) = version else { return public };
    [format!(":{version}{update}"), format!(":{version}")]
        .iter()
        .find_map(|end| public.strip_suffix(end.as_str()))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(public)
}

/// Revisions that are no whole items: `U` carries pieces to be put into the earlier revision, `A` management data
/// alone. They change the item that is there, and are never published as if they were it.
fn apply_update(node: Node<'_>, update: &str, item: &mut NewsItem, problems: &mut Vec<Problem>) {
    let pieces: Vec<String> = node
        .all("Update")
        .flat_map(|update| update.elements().collect::<Vec<_>>())
        .map(|change| {
            let target = change.word("DuidRef").unwrap_or_default();
            format!("{} {target} {}", change.name(), change.text().unwrap_or_default())
                .trim()
                .to_owned()
        })
        .collect();
    let is_partial = !pieces.is_empty() || matches!(update, "U" | "A") && node.child("NewsComponent").is_none();
    if !is_partial {
        return;
    }
    let change = match update {
        // With management data alone the status is the message.
        "A" if pieces.is_empty() => AffectedChange::Status(item.status.clone()),
        _ => AffectedChange::Corrected,
    };
    let words = (!pieces.is_empty()).then(|| crate::xml::cut_at(&pieces.join("; "), 2000).to_owned());
    item.affects.push(Affected {
        guid: item.guid.clone(),
        change,
        note: words,
    });
    problems.push(Problem::new(
        "NewsItem",
        "a revision in pieces; it changes the earlier one and is no story itself",
    ));
    hold_incomplete(item, "a revision in pieces");
}
