//! The headline: what the page's data call it, as far as the page shows it too.

use super::body::words_of;
use super::facts::Facts;
use super::segments::Layout;
use crate::html::dom::{Dom, NodeId};
use crate::xml::squeeze;

/// The headline and where it stands.
pub(super) struct Title {
    pub(super) text: String,
    /// The segment that shows it.
    pub(super) segment: Option<usize>,
}

/// Signs that part a headline from a site's name in `title`.
const PARTING: &[&str] = &[" | ", " - ", " – ", " — ", " :: ", " » ", " · ", " • ", " « "];

/// Chooses the headline.
pub(super) fn choose(dom: &Dom, layout: &Layout, facts: &Facts) -> Option<Title> {
    let story = facts.story.as_ref();
    let declared = [
        story
            .filter(|story| story.is_article)
            .and_then(|story| story.headline.clone()),
        facts.property("headline").next().map(str::to_owned),
        facts.first(&["og:title", "og:article:title"]).map(plain),
        facts
            .first(&[
                "twitter:title",
                "parsely-title",
                "sailthru.title",
                "dc.title",
                "dcterms.title",
                "title",
                "headline",
                "hdl",
                "article_headline",
            ])
            .map(plain),
        facts.page_title.clone(),
    ];
    let candidates: Vec<String> = declared
        .into_iter()
        .flatten()
        .map(|text| squeeze(&text))
        .filter(|text| !text.is_empty())
        .collect();
    // Exactly as declared, or without a site's name behind or before it, where a heading shows it so.
    for candidate in &candidates {
        for text in variants(candidate, facts) {
            if let Some(segment) = shown(layout, &text) {
                return Some(Title {
                    text: as_shown(layout, segment, &text),
                    segment: Some(segment),
                });
            }
        }
    }
    // A heading that shares most of its words with what is declared (quotation marks and dashes differ, a word more).
    let headings: Vec<usize> = layout
        .segments
        .iter()
        .enumerate()
        .filter(|(_, s)| s.heading == 1 && !s.outside && s.words >= 2)
        .map(|(at, _)| at)
        .collect();
    for candidate in &candidates {
        if let Some(at) = headings
            .iter()
            .copied()
            .find(|at| layout.segments.get(*at).is_some_and(|s| alike(&s.text, candidate)))
        {
            return Some(Title {
                text: text_at(layout, at),
                segment: Some(at),
            });
        }
    }
    // One main heading and nothing that contradicts it.
    let named = headline_class(dom, layout);
    if candidates.is_empty() || candidates.iter().all(|candidate| is_site_name(candidate, facts)) {
        if let Some(at) = named.or(headings.first().copied()) {
            return Some(Title {
                text: text_at(layout, at),
                segment: Some(at),
            });
        }
        if let Some((at, _)) = layout
            .segments
            .iter()
            .enumerate()
            .find(|(_, s)| s.heading == 2 && !s.outside && s.words >= 3)
        {
            return Some(Title {
                text: text_at(layout, at),
                segment: Some(at),
            });
        }
    }
    let best = candidates
        .iter()
        .find(|candidate| !is_site_name(candidate, facts))
        .or(candidates.first())?;
    let text = variants(best, facts).pop().unwrap_or_else(|| best.clone());
    Some(Title { text, segment: named })
}

fn plain(text: &str) -> String {
    let ctx = crate::problem::ReadContext::at(masthead_domain::time::Timestamp::from_micros(0));
    crate::html::to_plain(text, &ctx).replace('\n', " ")
}

fn text_at(layout: &Layout, at: usize) -> String {
    layout
        .segments
        .get(at)
        .map(|segment| segment.text.clone())
        .unwrap_or_default()
}

/// The text itself, then without each part that could be the site's name, the shortest cut first.
fn variants(text: &str, facts: &Facts) -> Vec<String> {
    let mut out = vec![text.to_owned()];
    let site = facts.site_name.as_deref().map(words_of).unwrap_or_default();
    let mut cuts: Vec<String> = Vec::new();
    for sign in PARTING {
        let mut from = text.len();
        while let Some(at) = text.get(..from).and_then(|head| head.rfind(sign)) {
            let (head, tail) = (
                text.get(..at).unwrap_or_default().trim(),
                text.get(at + sign.len()..).unwrap_or_default().trim(),
            );
            if head.split_whitespace().count() >= 2 {
                cuts.push(head.to_owned());
            }
            // The site's name in front.
            if !site.is_empty() && words_of(head) == site {
                cuts.push(tail.to_owned());
            }
            from = at;
        }
        if let Some((_, tail)) = text.split_once(sign)
            && tail.split_whitespace().count() >= 4
        {
            cuts.push(tail.trim().to_owned());
        }
    }
    // `The Site: the headline`, which counts only where the page shows the latter alone.
    if let Some((_, tail)) = text.split_once(": ")
        && tail.split_whitespace().count() >= 3
    {
        cuts.push(tail.trim().to_owned());
    }
    cuts.sort_by_key(|cut| std::cmp::Reverse(cut.len()));
    // What follows a sign is kept where nothing says that it is a name.
    let told = cuts.iter().position(|cut| {
        let rest = text.strip_prefix(cut.as_str()).unwrap_or_default();
        !site.is_empty() && words_of(rest) == site
    });
    if let Some(at) = told {
        let cut = cuts.remove(at);
        cuts.push(cut);
    } else if !cuts.is_empty() {
        // Nothing says so: as it is, unless a heading shows it otherwise.
        let whole = out.first().cloned().unwrap_or_default();
        cuts.push(whole);
    }
    out.extend(cuts);
    out
}

/// The segment that is this text: a heading before anything else, and not in a menu.
fn shown(layout: &Layout, text: &str) -> Option<usize> {
    let words = words_of(text);
    if words.is_empty() {
        return None;
    }
    let mut best: Option<(u8, usize)> = None;
    for (at, segment) in layout.segments.iter().enumerate() {
        if segment.outside || segment.words > words.len() + 2 || words_of(&segment.text) != words {
            continue;
        }
        let rank = match segment.heading {
            1 => 0,
            2 | 3 => 1,
            _ if segment.links > 0.8 => 3,
            _ => 2,
        };
        if best.is_none_or(|(known, _)| rank < known) {
            best = Some((rank, at));
        }
    }
    // A bare line among others proves little for a title of one word.
    best.filter(|(rank, _)| *rank < 2 || words.len() >= 3).map(|(_, at)| at)
}

/// As the page writes it, unless the page shouts.
fn as_shown(layout: &Layout, at: usize, declared: &str) -> String {
    let shown = text_at(layout, at);
    let shouts = |text: &str| text.chars().any(char::is_uppercase) && !text.chars().any(char::is_lowercase);
    if shown.is_empty() || (shouts(&shown) && !shouts(declared)) {
        declared.to_owned()
    } else {
        shown
    }
}

/// Whether two texts are one headline: most words of the shorter one are in the longer one, in order.
fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (words_of(a), words_of(b));
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if short.len() < 3 || long.len() > short.len() * 3 {
        return false;
    }
    let mut at = 0;
    let mut common = 0;
    for word in short {
        if let Some(found) = long
            .get(at..)
            .and_then(|rest| rest.iter().position(|other| other == word))
        {
            common += 1;
            at += found + 1;
        }
    }
    common * 5 >= short.len() * 4
}

fn is_site_name(text: &str, facts: &Facts) -> bool {
    let words = words_of(text);
    facts.site_name.as_deref().is_some_and(|site| words_of(site) == words)
}

/// The segment whose element is called a headline.
fn headline_class(dom: &Dom, layout: &Layout) -> Option<usize> {
    const NAMES: [&str; 12] = [
        "headline",
        "entry-title",
        "post-title",
        "article-title",
        "story-title",
        "article__title",
        "article-headline",
        "article__headline",
        "story-headline",
        "pg-headline",
        "articleheadline",
        "articletitle",
    ];
    let is_named = |node: NodeId| {
        dom.element(node).is_some_and(|element| {
            ["class", "id", "itemprop"]
                .iter()
                .filter_map(|name| element.attr(name))
                .any(|value| {
                    value
                        .split_ascii_whitespace()
                        .any(|word| NAMES.contains(&word.to_ascii_lowercase().as_str()))
                })
        })
    };
    layout.segments.iter().position(|segment| {
        !segment.outside
            && (2..=40).contains(&segment.words)
            && (is_named(segment.block)
                || segment
                    .nodes
                    .first()
                    .and_then(|node| dom.parent(*node))
                    .is_some_and(is_named))
    })
}
