//! Entries of feeds. What a feed says in elements of its own is taken where the settings name them.

use super::Shape;
use super::table::{at, plain, said};
use crate::encoding;
use crate::feeds;
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::{Node, Tree};
use masthead_domain::listings::Entry;
use serde_json::Value;

/// Reads a feed.
pub(super) fn read(
    bytes: &[u8],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Vec<Entry>, Unreadable> {
    let feed = feeds::read(bytes, ctx)?;
    problems.extend(feed.problems);
    let entries = feed.value.items.into_iter().map(|item| {
        let body = item.body.to_plain();
        Entry {
            key: item.guid,
            title: item.headline.or(item.title).unwrap_or_default(),
            text: if body.trim().is_empty() {
                item.summary.unwrap_or_default()
            } else {
                body
            },
            kind: item
                .categories
                .into_iter()
                .find_map(|subject| subject.name)
                .unwrap_or_default(),
            organisation: item.bylines.into_iter().next().unwrap_or_default(),
            locality: item.located.unwrap_or_default(),
            url: item.canonical_url,
            published: item.published.or(item.version_created),
            expires: item.expires,
            ..Entry::default()
        }
    });
    let mut entries: Vec<Entry> = entries.collect();
    if !shape.fields.is_empty() {
        map(&mut entries, bytes, shape, ctx, problems)?;
    }
    Ok(entries)
}

/// Takes the fields that the settings name from the elements of each entry.
fn map(
    entries: &mut [Entry],
    bytes: &[u8],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<(), Unreadable> {
    // Its problems were told when the feed was read.
    let text = encoding::to_text(bytes, None, &mut Vec::new());
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if text.starts_with(['{', '[']) {
        let document: Value =
            serde_json::from_str(text).map_err(|error| Unreadable::new(format!("no JSON: {error}")))?;
        let items = document.get("items").or(Some(&document)).and_then(Value::as_array);
        let items: Vec<&Value> = items.into_iter().flatten().collect();
        over(entries, &items, shape, ctx, problems, |item, name| {
            plain(at(item, name)?)
        });
        return Ok(());
    }
    let tree = Tree::parse(text.get(text.find('<').unwrap_or(0)..).unwrap_or(text), ctx)?;
    let items: Vec<Node<'_>> = tree
        .root()
        .descendants()
        .filter(|node| node.is("item") || node.is("entry"))
        .collect();
    over(entries, &items, shape, ctx, problems, |item, name| element(*item, name));
    Ok(())
}

/// Puts what the items say over the entries that were made of them, in the same order.
fn over<T>(
    entries: &mut [Entry],
    items: &[T],
    shape: &Shape,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
    get: impl Fn(&T, &str) -> Option<String>,
) {
    // A document with other elements of these names would give one entry what another says.
    if entries.len() != items.len() {
        problems.push(Problem::new(
            "document",
            "the source's fields count for nothing: it has items inside others, so that nothing says whose they are",
        ));
        return;
    }
    for (number, (entry, item)) in entries.iter_mut().zip(items).enumerate() {
        let line = format!("item {}", number + 1);
        said(entry, &line, shape, ctx, problems, &|name| get(item, name));
    }
}

/// What an element says at a path of elements with dots between; a last `@name` is an attribute. A name with its prefix
/// is that of the document, one without is any of that name.
fn element(item: Node<'_>, name: &str) -> Option<String> {
    let (path, attribute) = match name.split_once('@') {
        Some((path, attribute)) => (path, Some(attribute)),
        None => (name, None),
    };
    let found = if path.is_empty() {
        Some(item)
    } else {
        child(item, path).or_else(|| path.split('.').try_fold(item, child))
    }?;
    match attribute {
        Some(attribute) => found.word(attribute),
        None => found.text(),
    }
}

/// The first element of a name inside another.
fn child<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    let as_written = |node: &Node<'_>| node.qname().eq_ignore_ascii_case(name);
    let is_local = |node: &Node<'_>| node.name().eq_ignore_ascii_case(name);
    let mut all = node.elements();
    all.find(as_written).or_else(|| node.elements().find(is_local))
}
