//! Atom 1.0 (RFC 4287) and 0.3.

use super::Feed;
use super::content::Content;
use super::media::Media;
use super::names::{Vocabulary, base_of, vocabulary};
use crate::dates;
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext};
use crate::xml::Node;
use masthead_domain::document::Block;
use masthead_domain::wire::{Contributor, NewsItem, Subject};

/// Reads `feed`, or an `entry` that stands alone.
pub(super) fn read(root: Node<'_>, base: &Base, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Feed {
    let mut feed = Feed {
        language: root.word("xml:lang"),
        ..Feed::default()
    };
    let mut shared = NewsItem::default();
    let mut entries = Vec::new();
    if root.is("entry") {
        entries.push(root);
    }
    for node in root.elements().filter(|_| root.is("feed")) {
        match (vocabulary(node), node.name()) {
            (Vocabulary::Core | Vocabulary::Atom, "title") => feed.title = Content::of_atom(node).into_line(ctx),
            (Vocabulary::Core | Vocabulary::Atom, "link") => feed_link(node, &base_of(node, base), &mut feed),
            (Vocabulary::Core | Vocabulary::Atom, "author") => person(node, &mut shared),
            (Vocabulary::Core | Vocabulary::Atom, "rights" | "copyright") => {
                shared.copyright_notice = Content::of_atom(node).into_line(ctx);
            }
            (Vocabulary::Core | Vocabulary::Atom, "entry") => entries.push(node),
            _ => {}
        }
    }
    for (number, entry) in entries.into_iter().enumerate() {
        let mut item = read_entry(entry, base, ctx, number + 1, problems);
        if item.authors.is_empty() {
            item.authors.clone_from(&shared.authors);
            item.bylines.clone_from(&shared.bylines);
        }
        item.copyright_notice = item.copyright_notice.or_else(|| shared.copyright_notice.clone());
        item.language = item.language.or_else(|| feed.language.clone());
        item.provider = item.provider.or_else(|| feed.title.clone());
        feed.items.push(item);
    }
    feed
}

/// A link of a feed: its page, itself, its hub, older entries.
pub(super) fn feed_link(node: Node<'_>, base: &Base, feed: &mut Feed) {
    let Some(href) = node.word("href").and_then(|href| links::web(&href, base)) else {
        return;
    };
    for rel in node
        .word("rel")
        .unwrap_or_else(|| "alternate".into())
        .split_ascii_whitespace()
    {
        let place = match rel {
            "alternate" => &mut feed.link,
            "self" => &mut feed.own,
            "hub" => &mut feed.hub,
            // RFC 5005: pages of one feed, and its archive.
            "next" | "prev-archive" => &mut feed.next,
            _ => continue,
        };
        if place.is_none() {
            *place = Some(href.clone());
        }
    }
}

/// A person construct.
pub(super) fn person(node: Node<'_>, item: &mut NewsItem) {
    let text = |name| node.child_text(name);
    let (name, email) = match (text("name"), text("email")) {
        (None, None) => super::rss::name_and_address(&node.text().unwrap_or_default()),
        (Some(name), None) => {
            let (parted, email) = super::rss::name_and_address(&name);
            (parted.or(Some(name)), email)
        }
        found => found,
    };
    let uri = text("uri").or_else(|| text("url"));
    let name = name.unwrap_or_default();
    if name.is_empty() && email.is_none() {
        return;
    }
    if item
        .authors
        .iter()
        .any(|known| known.name == name && known.email == email)
    {
        return;
    }
    if !name.is_empty() {
        item.bylines.push(name.clone());
    }
    item.authors.push(Contributor {
        name,
        uri,
        email,
        ..Contributor::default()
    });
}

fn read_entry(
    node: Node<'_>,
    outer: &Base,
    ctx: &ReadContext<'_>,
    number: usize,
    problems: &mut Vec<Problem>,
) -> NewsItem {
    let at = format!("entry {number}");
    let base = base_of(node, outer);
    let mut item = NewsItem {
        language: node.word("xml:lang"),
        ..NewsItem::default()
    };
    let mut media = Media::default();
    let mut content = None;
    let mut summary = None;
    let mut other_link = None;
    let mut created = None;
    let date = |node: Node<'_>, problems: &mut Vec<Problem>| {
        let text = node.text()?;
        let moment = dates::moment(&text, ctx);
        if moment.is_none() {
            note(
                problems,
                &at,
                format!(
                    "{} is no date that can be read: {}",
                    node.qname(),
                    crate::xml::cut_at(&text, 80)
                ),
            );
        }
        moment
    };
    for part in node.elements() {
        match (vocabulary(part), part.name()) {
            (Vocabulary::Media, _) => media.take(part, &mut item, &base, ctx),
            (Vocabulary::Dublin, "creator") => person(part, &mut item),
            (Vocabulary::Dublin, "date") => created = created.or(date(part, problems)),
            (Vocabulary::Feedburner, "origLink") => other_link = part.text().and_then(|link| links::web(&link, &base)),
            (Vocabulary::Core | Vocabulary::Atom, name) => match name {
                "id" => item.guid = part.text().unwrap_or_default(),
                "title" => item.headline = Content::of_atom(part).into_line(ctx),
                "content" => content = content.or(Some(part)),
                "summary" => summary = summary.or(Some(part)),
                "published" | "issued" => item.published = item.published.or(date(part, problems)),
                "created" => created = date(part, problems),
                "updated" | "modified" => item.version_created = item.version_created.or(date(part, problems)),
                "author" => person(part, &mut item),
                "rights" | "copyright" => item.copyright_notice = Content::of_atom(part).into_line(ctx),
                "category" => {
                    let label = part.word("label").or_else(|| part.word("term")).or_else(|| part.text());
                    if let Some(name) = label {
                        let code = part.word("term").filter(|term| *term != name);
                        item.categories.push(Subject {
                            name: Some(name),
                            code,
                            uri: part.word("scheme"),
                            ..Subject::default()
                        });
                    }
                }
                "source" => {
                    item.credit = part
                        .child("title")
                        .and_then(|title| Content::of_atom(title).into_line(ctx));
                    if item.authors.is_empty() {
                        part.all("author").for_each(|author| person(author, &mut item));
                    }
                }
                "link" => {
                    let href = part.word("href").and_then(|href| links::web(&href, &base));
                    let kind = part.word("type").unwrap_or_default();
                    match part.word("rel").as_deref().unwrap_or("alternate") {
                        // An entry may link to itself in several forms; the page is what people read.
                        "alternate" if item.canonical_url.is_none() && (kind.is_empty() || kind.contains("html")) => {
                            item.canonical_url = href;
                        }
                        "alternate" | "self" | "related" | "via" if other_link.is_none() => other_link = href,
                        "enclosure" => media.enclosure(part, &mut item, &base),
                        _ => {}
                    }
                }
                _ => {}
            },
            _ => {}
        }
    }
    if let Some(content) = content {
        let own = base_of(content, outer);
        if let Some(source) = content.word("src").and_then(|source| links::web(&source, &own)) {
            let kind = content.word("type").unwrap_or_default();
            if kind.starts_with("image/") || kind.starts_with("video/") || kind.starts_with("audio/") {
                item.body.blocks.push(Block::Embed {
                    url: source.clone(),
                    title: String::new(),
                });
            }
            item.canonical_url = item.canonical_url.or(Some(source));
        } else {
            item.body = Content::of_atom(content).into_document(own, ctx, &at, problems);
        }
    }
    if let Some(summary) = summary {
        if item.body.is_empty() {
            item.body = Content::of_atom(summary).into_document(base_of(summary, outer), ctx, &at, problems);
        } else {
            item.summary = Content::of_atom(summary).into_line(ctx);
        }
    }
    item.canonical_url = item.canonical_url.or(other_link);
    item.published = item.published.or(created);
    item.version_created = item.version_created.or(item.published);
    media.finish(&mut item);
    item
}
