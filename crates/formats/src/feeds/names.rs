//! Namespaces of feeds: told by their address, or by the usual prefix where a feed forgot to declare it.

use crate::html::links::Base;
use crate::xml::Node;

/// What vocabulary an element is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Vocabulary {
    /// RSS itself, or Atom's own elements inside an Atom feed.
    Core,
    /// Atom inside RSS.
    Atom,
    /// `content:encoded`.
    Content,
    /// Dublin Core, both sets.
    Dublin,
    /// Media RSS.
    Media,
    /// RSS 1.0 syndication.
    Syndication,
    /// FeedBurner's original links.
    Feedburner,
    /// Anything else.
    Other,
}

/// The vocabulary of an element.
pub(super) fn vocabulary(node: Node<'_>) -> Vocabulary {
    let Some((prefix, _)) = node.qname().split_once(':') else {
        // A default namespace on the element itself.
        return match node.attr("xmlns") {
            Some(address) => match by_address(address.trim()) {
                Some(Vocabulary::Atom) | None => Vocabulary::Core,
                Some(found) => found,
            },
            None => Vocabulary::Core,
        };
    };
    let attribute = format!("xmlns:{prefix}");
    let mut at = Some(node);
    while let Some(element) = at {
        if let Some(address) = element.attr(&attribute) {
            if let Some(found) = by_address(address.trim()) {
                return found;
            }
            break;
        }
        at = element.parent();
    }
    by_prefix(prefix)
}

fn by_address(address: &str) -> Option<Vocabulary> {
    let address = address
        .trim_start_matches("https://")
        .trim_start_matches("http://")
        .trim_end_matches(['/', '#']);
    Some(match address {
        "purl.org/rss/1.0"
        | "my.netscape.com/rdf/simple/0.9"
        | "backend.userland.com/rss2"
        | "cyber.law.harvard.edu/rss" => Vocabulary::Core,
        "www.w3.org/2005/Atom" | "purl.org/atom/ns" => Vocabulary::Atom,
        "purl.org/rss/1.0/modules/content" => Vocabulary::Content,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc/terms" => Vocabulary::Dublin,
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" => Vocabulary::Media,
        "purl.org/rss/1.0/modules/syndication" => Vocabulary::Syndication,
        "rssnamespace.org/feedburner/ext/1.0" => Vocabulary::Feedburner,
        "" => return None,
        _ => Vocabulary::Other,
    })
}

fn by_prefix(prefix: &str) -> Vocabulary {
    match prefix {
        "rss" | "rss1" => Vocabulary::Core,
        "atom" | "atom10" | "a10" => Vocabulary::Atom,
        "content" => Vocabulary::Content,
        "dc" | "dcterms" => Vocabulary::Dublin,
        "media" => Vocabulary::Media,
        "sy" | "syn" => Vocabulary::Syndication,
        "feedburner" => Vocabulary::Feedburner,
        _ => Vocabulary::Other,
    }
}

/// The first child of a vocabulary and name.
pub(super) fn child<'t>(node: Node<'t>, of: Vocabulary, name: &str) -> Option<Node<'t>> {
    node.all(name).find(|child| vocabulary(*child) == of)
}

/// The base that `xml:base` on a node and above makes.
pub(super) fn base_of(node: Node<'_>, outer: &Base) -> Base {
    let mut chain = Vec::new();
    let mut at = Some(node);
    while let Some(element) = at {
        chain.extend(element.attr("xml:base"));
        at = element.parent();
    }
    chain
        .iter()
        .rev()
        .fold(outer.clone(), |base, address| base.join(address))
}
