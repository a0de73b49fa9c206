//! NewsML-G2: news items, packages, concepts, planning, alone or many in a message.
//!
//! Codes are read as QCode, as URI and as literal, since 2.18 lets a sender choose. Elements are found by local name.
//! Picture items that a package puts beside a text in the same message are given to that text, which is how agencies
//! send an illustrated story.

mod catalog;
mod content;
mod meta;

use crate::item::{hold_incomplete, make_up_guid, note};
use crate::ninjs::picture_block;
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::xml::{self, Node, Tree};
use catalog::Catalog;
pub(crate) use content::xhtml;
use masthead_domain::wire::{Association, ContentType, Embargo, NewsItem};
use std::collections::{HashMap, HashSet};

/// The elements that are items (NewsML-G2, "anyItem").
const ITEMS: &[&str] = &[
    "newsItem",
    "packageItem",
    "conceptItem",
    "knowledgeItem",
    "planningItem",
    "catalogItem",
];

/// Reads every item in a document, in document order.
///
/// # Errors
/// When it is no XML, holds no item, or is cut off before the identity and status of its only item are sure.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Vec<NewsItem>>, Unreadable> {
    let mut problems = Vec::new();
    let text = xml::decode(bytes, &mut problems);
    let tree = Tree::parse(&text, ctx)?;
    problems.extend(tree.problems.iter().cloned());
    let (nodes, shared) = items_of(tree.root());
    let Some(last) = nodes.last().copied() else {
        let root = tree.root_element().map_or("", Node::name);
        return Err(Unreadable::new(format!("no NewsML-G2 item in it, only a {root}")));
    };
    let mut items = Vec::with_capacity(nodes.len());
    for node in nodes {
        let mut item = read_item(node, &shared, ctx, &mut problems);
        if item.guid.is_empty() {
            make_up_guid(
                &mut item,
                &node.raw_text(),
                &format!("{}/@guid", node.name()),
                &mut problems,
            );
        }
        if let Some(why) = tree.cut.as_deref().filter(|_| node == last) {
            // What follows `itemMeta` has begun, so its status and embargo are all there.
            let sure = node.word("guid").is_some()
                && node
                    .elements()
                    .skip_while(|child| !child.is("itemMeta"))
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
    illustrate(&mut items);
    Ok(Reading { value: items, problems })
}

/// The item elements that stand in no other item, and the schemes of what they are wrapped in.
fn items_of(root: Node<'_>) -> (Vec<Node<'_>>, Catalog<'_>) {
    fn walk<'t>(node: Node<'t>, found: &mut Vec<Node<'t>>, shared: &mut Catalog<'t>) {
        shared.add(node);
        for child in node.elements() {
            if ITEMS.contains(&child.name()) {
                found.push(child);
            } else if !matches!(child.name(), "header" | "catalog") {
                walk(child, found, shared);
            }
        }
    }
    let (mut found, mut shared) = (Vec::new(), Catalog::default());
    walk(root, &mut found, &mut shared);
    (found, shared)
}

fn read_item<'t>(node: Node<'t>, shared: &Catalog<'t>, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> NewsItem {
    let catalog = shared.with(node);
    let mut item = NewsItem {
        guid: node.word("guid").unwrap_or_default(),
        // "If the version attribute is not there, its value is 1" (NewsML-G2 specification, root attributes).
        version: Some(node.word("version").unwrap_or_else(|| "1".to_owned())),
        language: node.word("xml:lang"),
        ..NewsItem::default()
    };
    note(&mut item, "kind", node.name());
    meta::read(node, &catalog, &mut item, ctx, problems);
    match node.name() {
        "packageItem" => {
            item.content = ContentType::Composite;
            content::read_groups(node, &catalog, &mut item);
        }
        "conceptItem" => {
            let concept = node.child("concept");
            if let Some(name) =
                concept.and_then(|concept| meta::text_in_language(concept, "name", item.language.as_deref()))
            {
                note(&mut item, "name", name);
            }
            let start = concept
                .and_then(|concept| concept.path(&["eventDetails", "dates", "start"]))
                .and_then(Node::text);
            item.content = match start {
                Some(start) => {
                    note(&mut item, "event_start", start);
                    ContentType::Event
                }
                None => ContentType::Other("concept".to_owned()),
            };
        }
        "knowledgeItem" => {
            let concepts = node.child("conceptSet").map_or(0, |set| set.all("concept").count());
            note(&mut item, "concepts", concepts);
            item.content = ContentType::Other("concepts".to_owned());
        }
        "planningItem" => {
            let coverages = node
                .child("newsCoverageSet")
                .map_or(0, |set| set.all("newsCoverage").count());
            note(&mut item, "coverages", coverages);
            item.content = ContentType::Planning;
        }
        "catalogItem" => item.content = ContentType::Other("catalog".to_owned()),
        _ => content::read_content_set(node, &mut item, ctx, problems),
    }
    item
}

/// Gives the pictures of a package to the text of the same package, where both came in one message.
fn illustrate(items: &mut [NewsItem]) {
    let places: HashMap<String, usize> = items
        .iter()
        .enumerate()
        .map(|(at, item)| (item.guid.clone(), at))
        .collect();
    let packages: Vec<Vec<usize>> = items
        .iter()
        .filter(|item| item.content == ContentType::Composite)
        .map(|package| {
            package
                .associations
                .iter()
                .filter_map(|member| places.get(&member.item.guid).copied())
                .collect()
        })
        .collect();
    for members in packages {
        let is = |at: &usize, wanted: &[ContentType]| items.get(*at).is_some_and(|item| wanted.contains(&item.content));
        let pictures: Vec<NewsItem> = members
            .iter()
            .filter(|at| is(at, &[ContentType::Picture, ContentType::Graphic]))
            .filter_map(|at| items.get(*at).cloned())
            .collect();
        let text = members.iter().copied().find(|at| is(at, &[ContentType::Text]));
        let Some(text) = text.filter(|_| !pictures.is_empty()).and_then(|at| items.get_mut(at)) else {
            continue;
        };
        if text.lead_picture.is_none() && text.body.pictures().is_empty() {
            // A picture that may not be shown (yet) must not slip in as part of a text that may.
            text.lead_picture = pictures
                .iter()
                .find(|picture| picture.status.is_usable() && picture.embargo == Embargo::None)
                .and_then(picture_block);
        }
        let known: HashSet<String> = text.associations.iter().map(|known| known.item.guid.clone()).collect();
        let new = pictures.into_iter().filter(|picture| !known.contains(&picture.guid));
        text.associations.extend(new.map(|picture| Association {
            name: None,
            item: Box::new(picture),
        }));
    }
}
