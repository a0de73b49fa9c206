//! Feeds: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, JSON Feed 1.x, read and written.
//!
//! A feed is read whole, every time: an entry that is late, back-dated or edited in place is as new as any other.
//! What is new is decided by identity and content in the store, never by dates here.

mod atom;
mod content;
mod jsonfeed;
mod media;
mod names;
mod rss;
pub mod write;

pub(crate) use content::plain_document;
pub(crate) use media::{lead_with, same_picture};

use crate::encoding;
use crate::html::links::Base;
use crate::problem::{Problem, ReadContext, Reading, Unreadable};
use crate::xml::Tree;
use masthead_domain::wire::NewsItem;
use sha2::{Digest, Sha256};

/// A feed as it was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Feed {
    /// Its entries in the feed's order.
    pub items: Vec<NewsItem>,
    /// Its name.
    pub title: Option<String>,
    /// The page that it is a feed of.
    pub link: Option<String>,
    /// BCP 47 language tag.
    pub language: Option<String>,
    /// Address of the page of older entries (RFC 5005 `next`, JSON Feed `next_url`).
    pub next: Option<String>,
    /// WebSub hub.
    pub hub: Option<String>,
    /// The feed's own address, which a hub is asked for.
    pub own: Option<String>,
    /// How often it is worth asking, in minutes, as the feed says.
    pub ttl: Option<u32>,
}

/// Whether a text begins like a feed of any kind.
pub fn looks_like_feed(text: &str) -> bool {
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.starts_with('{') {
        return jsonfeed::looks_like(start);
    }
    let mut rest = start;
    while let Some((_, after)) = rest.split_once('<') {
        let name: String = after
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, ':' | '-' | '_'))
            .collect();
        if !name.is_empty() {
            let local = name.rsplit(':').next().unwrap_or_default();
            return matches!(local, "rss" | "RDF" | "feed" | "channel" | "entry");
        }
        rest = after;
    }
    false
}

/// Reads a feed of any kind.
///
/// `ctx.origin` should be the feed's address: relative links are resolved against it.
///
/// # Errors
/// When the document is no feed, or broken before its first entry.
pub fn read(bytes: &[u8], ctx: &ReadContext<'_>) -> Result<Reading<Feed>, Unreadable> {
    let mut problems = Vec::new();
    let text = encoding::to_text(bytes, None, &mut problems);
    let start = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if start.is_empty() {
        return Err(Unreadable::new("the document is empty"));
    }
    let mut feed = if start.starts_with(['{', '[']) {
        jsonfeed::read(start, ctx, &mut problems)?
    } else {
        read_xml(start, ctx, &mut problems)?
    };
    finish(&mut feed, &mut problems);
    Ok(Reading { value: feed, problems })
}

fn read_xml(text: &str, ctx: &ReadContext<'_>, problems: &mut Vec<Problem>) -> Result<Feed, Unreadable> {
    // What a proxy or an editor left before the declaration.
    let text = text.get(text.find('<').unwrap_or(0)..).unwrap_or(text);
    let tree = Tree::parse(text, ctx)?;
    let Some(root) = tree.root_element() else {
        return Err(Unreadable::new("no element in the document"));
    };
    let base = Base::new(ctx.origin);
    let mut feed = match root.name() {
        "rss" | "RDF" | "channel" => rss::read(root, &base, ctx, problems)?,
        "feed" | "entry" => atom::read(root, &base, ctx, problems),
        name if name.eq_ignore_ascii_case("html") => {
            return Err(Unreadable::new("an HTML page where a feed was expected"));
        }
        name => {
            // Some services wrap a feed in an envelope of their own.
            match root
                .descendants()
                .find(|node| matches!(node.name(), "rss" | "feed" | "RDF"))
            {
                Some(inner) if inner.is("feed") => atom::read(inner, &base, ctx, problems),
                Some(inner) => rss::read(inner, &base, ctx, problems)?,
                None => return Err(Unreadable::new(format!("XML whose root is <{name}>, which is no feed"))),
            }
        }
    };
    problems.extend(tree.problems.iter().cloned());
    if let Some(cut) = &tree.cut {
        problems.push(Problem::new("feed", format!("cut off: {cut}")));
        // Where only the feed's own end is missing, its last entry is whole.
        let between = ["channel", "rss", "feed", "RDF"]
            .iter()
            .any(|name| cut.ends_with(&format!("inside <{name}>")));
        if !between && let Some(last) = feed.items.last_mut() {
            crate::item::hold_incomplete(last, cut);
        }
    }
    Ok(feed)
}

/// Gives every entry an identity and reports those that say nothing.
fn finish(feed: &mut Feed, problems: &mut Vec<Problem>) {
    let mut number = 0;
    feed.items.retain_mut(|item| {
        number += 1;
        let nothing = item.headline.is_none()
            && item.body.is_empty()
            && item.summary.is_none()
            && item.renditions.is_empty()
            && item.canonical_url.is_none();
        if nothing {
            crate::html::note(
                problems,
                &format!("entry {number}"),
                "nothing in it: neither title, text, link nor file",
            );
            return false;
        }
        if item.guid.trim().is_empty() {
            item.guid = match &item.canonical_url {
                Some(link) => link.clone(),
                None => {
                    crate::html::note(
                        problems,
                        &format!("entry {number}"),
                        "no identity and no link; one was made of its content",
                    );
                    content_identity(item)
                }
            };
        }
        true
    });
    let mut seen = std::collections::HashMap::new();
    for item in &feed.items {
        *seen.entry(item.guid.as_str()).or_insert(0_usize) += 1;
    }
    for (guid, count) in seen.into_iter().filter(|(_, count)| *count > 1) {
        let guid = crate::xml::cut_at(guid, 120);
        crate::html::note(
            problems,
            guid,
            format!("{count} entries share this identity; they are versions of one item"),
        );
    }
}

/// An identity from what an entry says. Its date and keywords are left out, since they change more often than words.
fn content_identity(item: &NewsItem) -> String {
    let mut hash = Sha256::new();
    for part in [&item.headline, &item.summary, &Some(item.body.to_plain())] {
        hash.update(part.as_deref().unwrap_or_default().as_bytes());
        hash.update([0]);
    }
    for rendition in &item.renditions {
        hash.update(rendition.href.as_deref().unwrap_or_default().as_bytes());
        hash.update([0]);
    }
    crate::item::content_identity(hash)
}

#[cfg(test)]
mod tests;
