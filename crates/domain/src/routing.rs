//! Routing rules: which site, section and desk an arriving item goes to, and whether straight to publication.

use crate::wire::{ContentType, NewsItem};
use serde::{Deserialize, Serialize};

/// One rule of the settings. Every condition that is set has to hold; within one condition any value suffices.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rule {
    /// Names of wire sources.
    pub sources: Vec<String>,
    /// Providers, as the item names them, whatever the case.
    pub providers: Vec<String>,
    /// Language tags; `en` also takes `en-GB`.
    pub languages: Vec<String>,
    /// Subject codes, URIs or names; one ending in `*` matches what begins like it.
    pub subjects: Vec<String>,
    /// Categories at the source, by name or slug.
    pub categories: Vec<String>,
    /// Words of the headline, slugline or keywords, whatever the case.
    pub words: Vec<String>,
    /// Only items this urgent or more (1 is most urgent).
    pub urgency_at_most: Option<u8>,

    /// Placements as `site/section` or `site/section/sub`; the first is canonical.
    pub place: Vec<String>,
    /// Publish without a person looking, when the item may be published at all.
    pub publish: bool,
    /// Topics to set, by slug.
    pub topics: Vec<String>,
    /// No later rule is looked at.
    pub last: bool,
}

/// What the rules decided.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// Placements in order, none twice.
    pub place: Vec<String>,
    /// Straight to publication.
    pub publish: bool,
    /// Topics to set.
    pub topics: Vec<String>,
}

/// Applies the rules in order; what matching rules say is added up, until one says that it is the last.
pub fn route(rules: &[Rule], source: &str, item: &NewsItem) -> Route {
    let mut decided = Route::default();
    for rule in rules.iter().filter(|rule| rule.matches(source, item)) {
        for place in &rule.place {
            if !decided.place.contains(place) {
                decided.place.push(place.clone());
            }
        }
        for topic in &rule.topics {
            if !decided.topics.contains(topic) {
                decided.topics.push(topic.clone());
            }
        }
        decided.publish |= rule.publish;
        if rule.last {
            break;
        }
    }
    // Nothing but text goes out without a person having looked at it.
    decided.publish &= matches!(item.content, ContentType::Text | ContentType::Composite);
    decided
}

impl Rule {
    fn matches(&self, source: &str, item: &NewsItem) -> bool {
        let any = |wanted: &[String], test: &dyn Fn(&str) -> bool| wanted.is_empty() || wanted.iter().any(|w| test(w));
        any(&self.sources, &|wanted| wanted == source)
            && any(&self.providers, &|wanted| {
                item.provider.as_deref().is_some_and(|p| same(p, wanted))
            })
            && any(&self.languages, &|wanted| {
                item.language
                    .as_deref()
                    .is_some_and(|tag| language_matches(tag, wanted))
            })
            && any(&self.subjects, &|wanted| {
                item.subjects.iter().chain(&item.genres).any(|subject| {
                    [&subject.code, &subject.uri, &subject.name]
                        .into_iter()
                        .flatten()
                        .any(|value| pattern_matches(value, wanted))
                })
            })
            && any(&self.categories, &|wanted| {
                item.categories.iter().any(|category| {
                    [&category.name, &category.slug, &category.code]
                        .into_iter()
                        .flatten()
                        .any(|v| same(v, wanted))
                })
            })
            && any(&self.words, &|wanted| {
                [&item.headline, &item.slugline]
                    .into_iter()
                    .flatten()
                    .map(String::as_str)
                    .chain(item.keywords.iter().map(String::as_str))
                    .any(|text| contains_word(text, wanted))
            })
            && self
                .urgency_at_most
                .is_none_or(|most| item.urgency.is_some_and(|urgency| urgency <= most))
    }
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

fn pattern_matches(value: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => value.to_lowercase().starts_with(&prefix.to_lowercase()),
        None => same(value, pattern),
    }
}

fn language_matches(tag: &str, wanted: &str) -> bool {
    let (tag, wanted) = (tag.to_lowercase(), wanted.to_lowercase());
    tag == wanted || tag.strip_prefix(&wanted).is_some_and(|rest| rest.starts_with('-'))
}

/// Whether `text` holds `word` with no letter or digit right before or after it, whatever the case.
pub fn contains_word(text: &str, word: &str) -> bool {
    let (text, word) = (text.to_lowercase(), word.trim().to_lowercase());
    if word.is_empty() {
        return false;
    }
    text.match_indices(&word).any(|(start, found)| {
        let before = text.get(..start).and_then(|s| s.chars().next_back());
        let after = text.get(start + found.len()..).and_then(|s| s.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::Subject;

    #[test]
    fn rules_add_up_until_the_last() {
        let item = NewsItem {
            language: Some("en-GB".into()),
            subjects: vec![Subject {
                code: Some("medtop:20000822".into()),
                ..Subject::default()
            }],
            urgency: Some(2),
            headline: Some("Harbour bridge closes".into()),
            ..NewsItem::default()
        };
        let rules = vec![
            Rule {
                languages: vec!["en".into()],
                place: vec!["courier/world".into()],
                ..Rule::default()
            },
            Rule {
                languages: vec!["e".into()],
                place: vec!["courier/never".into()],
                ..Rule::default()
            },
            Rule {
                subjects: vec!["medtop:2000*".into()],
                topics: vec!["sport".into()],
                publish: true,
                ..Rule::default()
            },
            Rule {
                words: vec!["harbour".into()],
                place: vec!["gazette/local".into()],
                last: true,
                ..Rule::default()
            },
            Rule {
                place: vec!["courier/after-the-last".into()],
                ..Rule::default()
            },
        ];
        let decided = route(&rules, "northline", &item);
        assert_eq!(decided.place, vec!["courier/world", "gazette/local"]);
        assert_eq!(decided.topics, vec!["sport"]);
        assert!(decided.publish);
    }

    #[test]
    fn words_have_borders() {
        assert!(contains_word("The NATO summit", "nato"));
        assert!(!contains_word("A senator speaks", "nato"));
        assert!(contains_word("Ottawa, Canada", "canada"));
    }
}
