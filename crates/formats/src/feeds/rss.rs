//! RSS in all its versions: 0.90 and 1.0 (RDF), 0.91 to 0.94, 2.0, with the modules that news feeds use.

use super::content::Content;
use super::media::Media;
use super::names::{Vocabulary, base_of, child, vocabulary};
use super::{Feed, atom};
use crate::dates;
use crate::html::links::{self, Base};
use crate::html::note;
use crate::problem::{Problem, ReadContext, Unreadable};
use crate::xml::{Node, squeeze};
use masthead_domain::wire::{Contributor, NewsItem, Subject};

/// Reads `rss`, `rdf:RDF` or a bare `channel`.
pub(super) fn read(
    root: Node<'_>,
    base: &Base,
    ctx: &ReadContext<'_>,
    problems: &mut Vec<Problem>,
) -> Result<Feed, Unreadable> {
    let channel = if root.is("channel") {
        Some(root)
    } else {
        root.child("channel")
    };
    // RSS 0.90 and 1.0 have the items beside the channel; some generators of 2.0 do so too.
    let inside = channel.into_iter().flat_map(|channel| channel.all("item"));
    let beside = root.all("item").filter(|_| channel != Some(root));
    let items: Vec<Node<'_>> = inside
        .chain(beside)
        .filter(|item| vocabulary(*item) == Vocabulary::Core)
        .collect();
    let Some(channel) = channel.or_else(|| (!items.is_empty()).then_some(root)) else {
        return Err(Unreadable::new(format!(
            "<{}> with neither a channel nor an item",
            root.qname()
        )));
    };
    let mut feed = Feed::default();
    let mut rights = None;
    for node in channel.elements() {
        match (vocabulary(node), node.name()) {
            (Vocabulary::Core, "title") => feed.title = Content::of_rss(node).into_line(ctx),
            (Vocabulary::Core, "link") if feed.link.is_none() => {
                feed.link = node.text().and_then(|link| links::web(&link, &base_of(node, base)));
            }
            (Vocabulary::Core | Vocabulary::Dublin, "language") => feed.language = language(node),
            (Vocabulary::Core, "copyright") | (Vocabulary::Dublin, "rights") => rights = node.text(),
            (Vocabulary::Core, "ttl") => feed.ttl = node.text().and_then(|minutes| minutes.parse().ok()),
            (Vocabulary::Syndication, "updatePeriod") if feed.ttl.is_none() => {
                let frequency = child(channel, Vocabulary::Syndication, "updateFrequency").and_then(Node::text);
                feed.ttl = period(&node.text().unwrap_or_default(), frequency.as_deref());
            }
            (Vocabulary::Atom, "link") => atom::feed_link(node, &base_of(node, base), &mut feed),
            _ => {}
        }
    }
    for (number, node) in items.into_iter().enumerate() {
        let mut item = read_item(node, base, ctx, number + 1, problems);
        item.language = item.language.or_else(|| feed.language.clone());
        item.provider = feed.title.clone();
        item.copyright_notice = item.copyright_notice.or_else(|| rights.clone());
        feed.items.push(item);
    }
    Ok(feed)
}

fn language(node: Node<'_>) -> Option<String> {
    node.text()
        .map(|tag| tag.replace('_', "-"))
        .filter(|tag| tag.len() <= 35)
}

/// RSS 1.0 syndication as minutes.
fn period(period: &str, frequency: Option<&str>) -> Option<u32> {
    let minutes: u32 = match period {
        "hourly" => 60,
        "daily" => 24 * 60,
        "weekly" => 7 * 24 * 60,
        "monthly" => 30 * 24 * 60,
        "yearly" => 365 * 24 * 60,
        _ => return None,
    };
    let times: u32 = frequency
        .and_then(|times| times.trim().parse().ok())
        .filter(|times| *times > 0)
        .unwrap_or(1);
    Some((minutes / times).max(1))
}

fn read_item(
    node: Node<'_>,
    outer: &Base,
    ctx: &ReadContext<'_>,
    number: usize,
    problems: &mut Vec<Problem>,
) -> NewsItem {
    let at = format!("entry {number}");
    let base = base_of(node, outer);
    let mut item = NewsItem::default();
    let mut media = Media::default();
    let mut full = None;
    let mut short = None;
    let mut permalink = None;
    let mut original = None;
    let mut other_title = None;
    let mut guid = node
        .attr("rdf:about")
        .map(|about| about.trim().to_owned())
        .filter(|about| !about.is_empty());
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
            (Vocabulary::Core, "title") => {
                item.headline = item.headline.or_else(|| Content::of_rss(part).into_line(ctx))
            }
            (Vocabulary::Core, "link") if item.canonical_url.is_none() => {
                item.canonical_url = part.text().and_then(|link| links::web(&link, &base));
            }
            (Vocabulary::Core, "guid") => {
                if let Some(text) = part.text() {
                    let is_permalink = part
                        .word("isPermaLink")
                        .is_none_or(|word| !word.eq_ignore_ascii_case("false"));
                    permalink = if is_permalink {
                        links::web(&text, &Base::default())
                    } else {
                        None
                    };
                    guid = Some(text);
                }
            }
            (Vocabulary::Core | Vocabulary::Dublin, "description") => short = short.or(Some(part)),
            (Vocabulary::Dublin, "title") => other_title = Content::of_rss(part).into_line(ctx),
            (Vocabulary::Content, "encoded") => full = full.or(Some(part)),
            // Without its namespace (seen), and the older `content:items`' heirs.
            (Vocabulary::Core | Vocabulary::Other, "encoded") if part.qname() != "excerpt:encoded" => {
                full = full.or(Some(part))
            }
            (Vocabulary::Core, "body" | "fullcontent") => full = full.or(Some(part)),
            (Vocabulary::Core, "pubDate" | "pubdate") => item.published = item.published.or(date(part, problems)),
            (Vocabulary::Dublin, "date" | "issued" | "created") => {
                item.published = item.published.or(date(part, problems))
            }
            (Vocabulary::Dublin, "modified") | (Vocabulary::Atom, "updated") => {
                item.version_created = item.version_created.or(date(part, problems));
            }
            (Vocabulary::Atom, "published") => item.published = item.published.or(date(part, problems)),
            (Vocabulary::Core, "expirationDate") => item.expires = date(part, problems),
            (Vocabulary::Core, "author") => people(&part.raw_text(), &mut item),
            (Vocabulary::Dublin, "creator") => people(&part.raw_text(), &mut item),
            (Vocabulary::Atom, "author") => atom::person(part, &mut item),
            (Vocabulary::Core, "category") => category(part, ctx, &mut item),
            (Vocabulary::Dublin, "subject") => {
                item.keywords.extend(
                    part.raw_text()
                        .split([',', ';'])
                        .map(squeeze)
                        .filter(|word| !word.is_empty()),
                );
            }
            (Vocabulary::Dublin, "language") => item.language = language(part),
            (Vocabulary::Dublin, "rights") => item.copyright_notice = part.text(),
            (Vocabulary::Dublin, "identifier") => guid = guid.or_else(|| part.text()),
            (Vocabulary::Core, "source") => item.credit = part.text(),
            (Vocabulary::Core, "enclosure") => media.enclosure(part, &mut item, &base),
            (Vocabulary::Media, _) => media.take(part, &mut item, &base, ctx),
            (Vocabulary::Feedburner, "origLink") => original = part.text().and_then(|link| links::web(&link, &base)),
            (Vocabulary::Atom, "link") => {
                let rel = part.word("rel").unwrap_or_else(|| "alternate".into());
                if matches!(rel.as_str(), "alternate" | "canonical") && item.canonical_url.is_none() {
                    item.canonical_url = part.word("href").and_then(|href| links::web(&href, &base));
                }
            }
            _ => {}
        }
    }
    let text_base = |part: Node<'_>| base_of(part, outer);
    match (full, short) {
        (Some(full), short) => {
            item.body = Content::of_rss(full).into_document(text_base(full), ctx, &at, problems);
            item.summary = short.and_then(|short| Content::of_rss(short).into_line(ctx));
            if item.body.is_empty()
                && let Some(short) = short
            {
                item.body = Content::of_rss(short).into_document(text_base(short), ctx, &at, problems);
                item.summary = None;
            }
            // A description that only begins the text again is no summary of it.
            if let Some(summary) = &item.summary
                && item
                    .body
                    .to_plain()
                    .replace('\n', " ")
                    .starts_with(summary.trim_end_matches(['…', '.', ' ']))
                && summary.chars().count() > 300
            {
                item.summary = None;
            }
        }
        (None, Some(short)) => item.body = Content::of_rss(short).into_document(text_base(short), ctx, &at, problems),
        (None, None) => {}
    }
    item.headline = item.headline.or(other_title);
    item.canonical_url = original.or(item.canonical_url).or(permalink);
    item.guid = guid.or_else(|| item.canonical_url.clone()).unwrap_or_default();
    item.version_created = item.version_created.or(item.published);
    media.finish(&mut item);
    item
}

/// `Name`, `address (Name)`, `Name <address>`, several parted by commas or `and`.
fn people(text: &str, item: &mut NewsItem) {
    let text = squeeze(text);
    if text.is_empty() || text.len() > 500 {
        return;
    }
    let (name, email) = name_and_address(&text);
    let name = name.unwrap_or_default();
    if !name.is_empty() && !item.bylines.contains(&name) {
        item.bylines.push(name.clone());
    }
    let names = crate::item::authors_of_byline(&name);
    if names.len() > 1 && email.is_none() {
        for person in names {
            if item.authors.iter().all(|known| known.name != person.name) {
                item.authors.push(person);
            }
        }
    } else if (!name.is_empty() || email.is_some())
        && item.authors.iter().all(|known| known.name != name || name.is_empty())
    {
        let name = name
            .strip_prefix("By ")
            .or_else(|| name.strip_prefix("by "))
            .unwrap_or(&name)
            .to_owned();
        item.authors.push(Contributor {
            name,
            email,
            ..Contributor::default()
        });
    }
}

/// Parts a name from an address that is written with it.
pub(super) fn name_and_address(text: &str) -> (Option<String>, Option<String>) {
    let is_address = |word: &str| word.contains('@') && !word.contains(char::is_whitespace) && word.len() > 3;
    let some = |text: &str| {
        let text = text.trim().trim_matches('"').trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    for (open, close) in [('(', ')'), ('<', '>')] {
        if let Some((before, rest)) = text.split_once(open) {
            let inside = rest.split(close).next().unwrap_or_default().trim();
            let before = before.trim();
            if is_address(before) {
                return (some(inside), Some(before.to_owned()));
            }
            if is_address(inside) {
                return (some(before), Some(inside.to_owned()));
            }
        }
    }
    if is_address(text) {
        return (None, Some(text.to_owned()));
    }
    (some(text), None)
}

fn category(node: Node<'_>, ctx: &ReadContext<'_>, item: &mut NewsItem) {
    let Some(name) = Content::of_rss(node).into_line(ctx).or_else(|| node.word("text")) else {
        return;
    };
    if item
        .categories
        .iter()
        .all(|known| known.name.as_deref() != Some(name.as_str()))
    {
        item.categories.push(Subject {
            name: Some(name),
            uri: node.word("domain"),
            ..Subject::default()
        });
    }
}
