//! Topics: the page's own list ("Read more on", tags), then its keywords.

use super::facts::Facts;
use super::published::Place;
use crate::html::dom::Dom;
use masthead_domain::wire::{NewsItem, Subject};

/// Most topics that are taken.
const MAX: usize = 20;

/// Fills in subjects and keywords.
pub(super) fn find(place: &Place<'_>, facts: &Facts, item: &mut NewsItem) {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let name = name.trim().trim_start_matches('#').trim();
        if (2..=60).contains(&name.chars().count())
            && name.split_whitespace().count() <= 6
            && names.len() < MAX
            && names.iter().all(|known| !known.eq_ignore_ascii_case(name))
            && !super::furniture::is_line(name, name.split_whitespace().count(), 1.0)
        {
            names.push(name.to_owned());
        }
    };
    for line in &place.layout.segments {
        for name in listed(&line.text) {
            add(&name);
        }
    }
    let dom = place.dom;
    for node in dom.descendants(Dom::ROOT) {
        let Some(element) = dom.element(node) else { continue };
        let is_tag = element.name() == "a"
            && (element
                .attr("rel")
                .is_some_and(|rel| rel.split_ascii_whitespace().any(|rel| rel.eq_ignore_ascii_case("tag")))
                || dom
                    .ancestors(node)
                    .take(4)
                    .filter_map(|above| dom.element(above))
                    .any(is_tag_list));
        if is_tag
            && !dom
                .ancestors(node)
                .any(|above| matches!(dom.name(above), "nav" | "aside" | "header"))
        {
            add(&dom.plain_text(node));
        }
    }
    item.subjects = names
        .into_iter()
        .map(|name| Subject {
            name: Some(name),
            ..Subject::default()
        })
        .collect();
    item.keywords.clone_from(&facts.keywords);
}

fn is_tag_list(element: &crate::html::dom::Element) -> bool {
    element.attr("class").is_some_and(|class| {
        class.split_ascii_whitespace().any(|word| {
            matches!(
                word.to_ascii_lowercase().as_str(),
                "tags"
                    | "tag-list"
                    | "taglist"
                    | "article-tags"
                    | "post-tags"
                    | "entry-tags"
                    | "tags-links"
                    | "story-tags"
                    | "article-topics"
                    | "topics"
                    | "topic-list"
                    | "article__tags"
                    | "article__topics"
                    | "keywords"
            )
        })
    })
}

/// The names in a line such as `Read more on: one | two`.
pub(crate) fn listed(line: &str) -> Vec<String> {
    let lower = line.to_lowercase();
    let start = [
        "read more on:",
        "read more about:",
        "more on:",
        "topics:",
        "tags:",
        "filed under:",
        "more about:",
        "related topics:",
    ]
    .iter()
    .find(|start| lower.starts_with(*start))
    .map(|start| start.len());
    let Some(rest) = start.and_then(|start| line.get(start..)) else {
        return Vec::new();
    };
    if rest.len() > 600 {
        return Vec::new();
    }
    let sign: &[char] = if rest.contains('|') {
        &['|']
    } else {
        &[',', ';', '·', '•', '/']
    };
    rest.split(sign)
        .map(crate::xml::squeeze)
        .filter(|name| !name.is_empty() && name.split(' ').count() <= 8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn lists_of_topics() {
        assert_eq!(
            listed("Read more on: isis | nato | New York"),
            ["isis", "nato", "New York"]
        );
        assert_eq!(listed("Tags: sea, tide"), ["sea", "tide"]);
        assert!(listed("Read more on page two").is_empty());
    }
}
