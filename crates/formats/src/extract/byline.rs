//! Who wrote it: structured data, `rel=author` and the like, then the line that begins with "By".

use super::facts::Facts;
use super::published::Place;
use crate::html::dom::{Dom, NodeId};
use crate::xml::squeeze;
use masthead_domain::wire::{Contributor, NewsItem};

/// Fills in byline and authors.
pub(super) fn find(place: &Place<'_>, facts: &Facts, item: &mut NewsItem) {
    let line = shown(place);
    let mut people: Vec<Contributor> = Vec::new();
    let mut add = |name: &str, uri: Option<String>, role: Option<String>| {
        for name in names(name) {
            let site = facts
                .site_name
                .as_deref()
                .is_some_and(|site| site.eq_ignore_ascii_case(&name));
            if !site && people.iter().all(|known| !known.name.eq_ignore_ascii_case(&name)) && people.len() < 12 {
                people.push(Contributor {
                    name,
                    uri: uri.clone(),
                    role: role.clone(),
                    ..Contributor::default()
                });
            }
        }
    };
    for author in &facts.authors {
        add(
            &author.name,
            author.url.clone().filter(|url| url.starts_with("http")),
            author.title.clone(),
        );
    }
    if people_is_empty(&facts.authors) {
        let metas = [
            "author",
            "article:author",
            "og:article:author",
            "dc.creator",
            "parsely-author",
            "sailthru.author",
            "byl",
            "dcterms.creator",
            "article.author",
            "twitter:creator",
        ];
        for name in facts.all(&metas) {
            add(name, None, None);
        }
    }
    if people.is_empty() {
        for name in facts.property("author").chain(facts.property("creator")) {
            for name in names(name) {
                push(&mut people, name);
            }
        }
    }
    if people.is_empty() {
        for name in by_element(place.dom, place) {
            for name in names(&name) {
                push(&mut people, name);
            }
        }
    }
    if people.is_empty()
        && let Some(line) = &line
    {
        for name in names(line) {
            push(&mut people, name);
        }
    }
    item.bylines = match line {
        Some(line) => vec![line],
        None if people.is_empty() => Vec::new(),
        None => vec![
            people
                .iter()
                .map(|person| person.name.as_str())
                .collect::<Vec<_>>()
                .join(", "),
        ],
    };
    item.authors = people;
}

fn people_is_empty(authors: &[super::json_ld::Author]) -> bool {
    authors.iter().all(|author| names(&author.name).is_empty())
}

fn push(people: &mut Vec<Contributor>, name: String) {
    if people.len() < 12 && people.iter().all(|known| !known.name.eq_ignore_ascii_case(&name)) {
        people.push(Contributor {
            name,
            ..Contributor::default()
        });
    }
}

/// The names in what is said of an author; none where it is an address, an account or a placeholder.
fn names(text: &str) -> Vec<String> {
    let text = squeeze(text);
    let text = strip_by(&text);
    if text.is_empty() || text.len() > 300 || text.starts_with("http") || text.starts_with('@') || text.contains("://")
    {
        return Vec::new();
    }
    if text.contains('{') || text.contains('#') {
        return Vec::new();
    }
    // What follows a bar or a date is no name.
    let text = text.split(['|', '•', '·', '\n']).next().unwrap_or_default();
    let mut parts = vec![text];
    for sign in [" and ", " & ", ", ", " und ", " et ", " y ", "; ", " / "] {
        parts = parts.into_iter().flat_map(|part| part.split(sign)).collect();
    }
    parts
        .into_iter()
        .map(|part| {
            part.trim()
                .trim_end_matches([',', '.', ':', '-', '–'])
                .trim_start_matches("and ")
                .trim()
        })
        .take_while(|part| !part.chars().any(|c| c.is_ascii_digit()))
        .filter(|part| is_name(part))
        .map(str::to_owned)
        .collect()
}

fn is_name(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = text.split_whitespace().count();
    (1..=6).contains(&words)
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 2
        && text.chars().count() <= 60
        && !text.contains('@')
        && !matches!(
            lower.as_str(),
            "admin"
                | "administrator"
                | "author"
                | "staff"
                | "editor"
                | "editors"
                | "none"
                | "null"
                | "undefined"
                | "unknown"
                | "anonymous"
                | "by"
                | "updated"
                | "published"
                | "posted"
                | "share"
                | "follow"
                | "comments"
                | "guest"
                | "webmaster"
                | "user"
                | "default"
                | "n/a"
                | "view all posts"
                | "see all posts"
                | "more posts"
                | "profile"
        )
}

/// Without the word that says that a name follows.
fn strip_by(text: &str) -> &str {
    const WORDS: [&str; 22] = [
        "written by ",
        "reported by ",
        "posted by ",
        "published by ",
        "article by ",
        "story by ",
        "words by ",
        "by: ",
        "by ",
        "von ",
        "par ",
        "por ",
        "di ",
        "door ",
        "av ",
        "af ",
        "escrito por ",
        "texte de ",
        "text von ",
        "author: ",
        "author ",
        "from ",
    ];
    let lower = text.to_lowercase();
    for word in WORDS {
        if lower.starts_with(word) && text.is_char_boundary(word.len()) {
            return text.get(word.len()..).unwrap_or_default().trim();
        }
    }
    text
}

/// A line near the headline that is a byline.
fn shown(place: &Place<'_>) -> Option<String> {
    place
        .head()
        .into_iter()
        .filter_map(|at| place.layout.segments.get(at))
        .find_map(|segment| {
            if segment.words > 20 || segment.heading == 1 {
                return None;
            }
            byline_of(&segment.text)
        })
}

/// The byline that a line begins with, without the date or other things behind it.
fn byline_of(line: &str) -> Option<String> {
    let lower = line.to_lowercase();
    let begins = [
        "by ",
        "by: ",
        "written by ",
        "von ",
        "par ",
        "por ",
        "reported by ",
        "words by ",
        "story by ",
    ];
    let begin = begins.iter().find(|word| lower.starts_with(*word))?;
    let rest = line.get(begin.len()..)?.trim();
    let first = rest.chars().next()?;
    if !first.is_uppercase() {
        return None;
    }
    let end = rest
        .find(|c: char| c.is_ascii_digit() || matches!(c, '|' | '•' | '·' | '('))
        .unwrap_or(rest.len());
    let mut name = rest.get(..end)?.trim_end();
    // `By Ada Quill, Foreign Editor, Published: ` and a weekday or month before the day.
    for word in [
        " published",
        " updated",
        " posted",
        " last updated",
        " on ",
        " monday",
        " tuesday",
        " wednesday",
        " thursday",
        " friday",
        " saturday",
        " sunday",
    ] {
        if let Some(at) = name.to_lowercase().find(word)
            && name.is_char_boundary(at)
        {
            name = name.get(..at)?;
        }
    }
    let name = without_month(name.trim_end_matches([',', ' ', '-', '–', '—', ':', ';']));
    let words = name.split_whitespace().count();
    let capitals = name
        .split_whitespace()
        .filter(|word| word.chars().next().is_some_and(char::is_uppercase))
        .count();
    if !(1..=12).contains(&words) || capitals * 2 < words || name.ends_with(['.', '!', '?']) && words > 6 {
        return None;
    }
    Some(format!("{}{name}", line.get(..begin.len())?))
}

fn without_month(name: &str) -> &str {
    const MONTHS: [&str; 23] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "oct",
        "nov",
        "dec",
    ];
    match name.rsplit_once([' ', ',']) {
        Some((head, last)) if MONTHS.contains(&last.to_lowercase().trim_end_matches('.')) => {
            head.trim_end_matches([',', ' ', '-', '–'])
        }
        _ => name,
    }
}

/// Whether a line is a byline or a date and nothing more: such lines are shown beside the text, not in it.
pub(super) fn is_byline_or_date(line: &str) -> bool {
    if byline_of(line).is_some_and(|byline| byline.len() + 40 >= line.len()) {
        return true;
    }
    let ctx = crate::problem::ReadContext::at(masthead_domain::time::Timestamp::from_micros(0));
    let lower = line.to_lowercase();
    let bare = [
        "published:",
        "published on",
        "published",
        "updated:",
        "updated",
        "posted on",
        "posted",
        "last updated:",
        "last modified:",
        "first published",
    ]
    .iter()
    .find_map(|word| lower.starts_with(word).then(|| line.get(word.len()..)).flatten())
    .unwrap_or(line);
    bare.split_whitespace().count() <= 9
        && bare.chars().any(|c| c.is_ascii_digit())
        && crate::dates::moment(bare.trim_matches([' ', ':', '|', '·', '-']), &ctx).is_some()
}

/// Elements that are named after authors, near the text.
fn by_element(dom: &Dom, place: &Place<'_>) -> Vec<String> {
    let root = place.found.root;
    let near = |node: NodeId| {
        root.is_none_or(|root| {
            dom.ancestors(node).any(|above| above == root)
                || dom
                    .ancestors(root)
                    .take(4)
                    .filter(|outer| !matches!(dom.name(*outer), "body" | "html"))
                    .any(|outer| dom.ancestors(node).any(|above| above == outer))
        })
    };
    let mut out = Vec::new();
    let mut best = 9;
    for node in dom.descendants(Dom::ROOT) {
        let Some(element) = dom.element(node) else { continue };
        let rel = element.attr("rel").is_some_and(|rel| {
            rel.split_ascii_whitespace()
                .any(|rel| rel.eq_ignore_ascii_case("author"))
        });
        let rank = if rel && element.name() == "a" {
            1
        } else {
            let named = ["class", "id", "data-testid"]
                .iter()
                .filter_map(|name| element.attr(name))
                .any(|value| {
                    value.split_ascii_whitespace().any(|word| {
                        let word = word.to_ascii_lowercase();
                        matches!(
                            word.as_str(),
                            "byline"
                                | "author"
                                | "author-name"
                                | "authorname"
                                | "byline-name"
                                | "byline__name"
                                | "author__name"
                                | "article-author"
                                | "post-author"
                                | "entry-author"
                                | "story-byline"
                                | "byline-author"
                                | "article__author"
                                | "article-byline"
                                | "vcard"
                                | "contributor"
                                | "autor"
                                | "auteur"
                        )
                    })
                });
            if !named {
                continue;
            }
            2
        };
        let text = dom.plain_text(node);
        if text.is_empty() || text.split_whitespace().count() > 14 || rank > best || !near(node) {
            continue;
        }
        if rank < best {
            out.clear();
            best = rank;
        }
        let text = byline_of(&text).unwrap_or(text);
        if !out.contains(&text) {
            out.push(text);
        }
        if out.len() >= 6 {
            break;
        }
    }
    // One element inside another of the same kind says the same twice.
    let longest: Vec<String> = out
        .iter()
        .filter(|text| !out.iter().any(|other| other != *text && text.contains(other.as_str())))
        .cloned()
        .collect();
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bylines() {
        assert_eq!(
            byline_of("By Ada Quill and Tom Ferrand, May 3, 2014 10:00").as_deref(),
            Some("By Ada Quill and Tom Ferrand")
        );
        assert_eq!(byline_of("By Ada Quill | The Quay").as_deref(), Some("By Ada Quill"));
        assert_eq!(byline_of("Von Ada Quill").as_deref(), Some("Von Ada Quill"));
        assert_eq!(byline_of("By the time the ferry came, it was dark."), None);
        assert_eq!(names("By Ada Quill and Tom Ferrand"), ["Ada Quill", "Tom Ferrand"]);
        assert_eq!(names("https://www.example.org/ada"), Vec::<String>::new());
        assert!(is_byline_or_date("Published: 3 May 2014"));
        assert!(!is_byline_or_date("On 3 May 2014 the ferry came back to the quay"));
    }
}
