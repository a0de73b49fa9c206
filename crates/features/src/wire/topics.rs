//! Topics of an item: those that rules set, those its subjects name, and those whose names stand in the text.

use crate::stories::Context;
use aho_corasick::{AhoCorasick, MatchKind};
use masthead_domain::ids::TopicId;
use masthead_domain::wire::{NewsItem, SubjectKind};
use masthead_store::{Conn, StoreError, Tx, topics as rows};

/// How many topics a story gets by itself at most; an editor may add more.
const MOST: usize = 10;
/// How often a topic's name has to stand in the text, unless the headline has it.
const MENTIONS: usize = 2;

/// Finds topics by their names in a text, at word borders, whatever the case, in linear time.
pub struct TopicFinder {
    names: AhoCorasick,
    owners: Vec<TopicId>,
}

impl TopicFinder {
    /// Reads the topics that have names to be found by. A topic made from a tag has none: it is set by tags alone, or
    /// a tag such as `it` would be found everywhere.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn load(conn: &mut Conn) -> Result<Self, StoreError> {
        let mut patterns = Vec::new();
        for topic in rows::all(conn).await? {
            patterns.extend(topic.names.iter().map(|name| (name.to_lowercase(), topic.id)));
        }
        Self::new(patterns)
    }

    /// A finder for names and whose they are.
    ///
    /// # Errors
    /// [`StoreError::Bug`] when there are more names than the matcher can hold.
    pub fn new(patterns: Vec<(String, TopicId)>) -> Result<Self, StoreError> {
        let patterns: Vec<_> = patterns
            .into_iter()
            .filter(|(name, _)| name.chars().count() >= 3)
            .collect();
        let names = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns.iter().map(|(name, _)| name.as_str()))
            .map_err(|error| StoreError::Bug(format!("topic names: {error}")))?;
        Ok(Self {
            names,
            owners: patterns.into_iter().map(|(_, owner)| owner).collect(),
        })
    }

    /// Topics whose names stand in the text, with how often, most often first.
    fn count(&self, text: &str) -> Vec<(TopicId, usize)> {
        let text = text.to_lowercase();
        let mut counts: Vec<(TopicId, usize)> = Vec::new();
        for found in self.names.find_iter(&text) {
            let before = text.get(..found.start()).and_then(|head| head.chars().next_back());
            let after = text.get(found.end()..).and_then(|tail| tail.chars().next());
            let inside_word = before.is_some_and(char::is_alphanumeric) || after.is_some_and(char::is_alphanumeric);
            let Some(owner) = self.owners.get(found.pattern().as_usize()).filter(|_| !inside_word) else {
                continue;
            };
            match counts.iter_mut().find(|(topic, _)| topic == owner) {
                Some((_, count)) => *count += 1,
                None => counts.push((*owner, 1)),
            }
        }
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        counts
    }
}

/// The topics of an item in order of weight.
///
/// # Errors
/// When the store can't answer.
pub async fn for_item(
    tx: &mut Tx,
    context: &Context,
    finder: &TopicFinder,
    item: &NewsItem,
    set_by_rules: &[String],
) -> Result<Vec<TopicId>, StoreError> {
    let mut found: Vec<TopicId> = Vec::new();
    let mut add = |topic: TopicId| {
        if found.len() < MOST && !found.contains(&topic) {
            found.push(topic);
        }
    };
    for slug in set_by_rules {
        if let Some(topic) = rows::by_slug(tx, slug).await? {
            add(topic.id);
        }
    }
    let named = item
        .subjects
        .iter()
        .filter(|subject| subject.kind != SubjectKind::Place || subject.name.is_some());
    for subject in named {
        if let Some(uri) = &subject.uri
            && let Some(topic) = rows::by_uri(tx, uri).await?
        {
            add(topic.id);
            continue;
        }
        let Some(name) = subject
            .name
            .as_deref()
            .map(str::trim)
            .filter(|name| is_topic_name(name))
        else {
            continue;
        };
        let slug = subject
            .slug
            .clone()
            .filter(|slug| masthead_domain::sites::check_slug(slug).is_ok());
        if let Some(topic) = ensure(tx, context, slug, name, subject.uri.as_deref()).await? {
            add(topic);
        }
    }
    for keyword in item.keywords.iter().filter(|keyword| is_topic_name(keyword)) {
        if let Some(topic) = ensure(tx, context, None, keyword.trim(), None).await? {
            add(topic);
        }
    }
    let headline = item.best_headline().unwrap_or("");
    for (topic, _) in finder.count(headline) {
        add(topic);
    }
    for (topic, count) in finder.count(&item.body.to_plain()) {
        if count >= MENTIONS {
            add(topic);
        }
    }
    Ok(found)
}

/// The topic of a name, made when there is none.
///
/// # Errors
/// When the store can't answer.
pub async fn ensure(
    tx: &mut Tx,
    context: &Context,
    slug: Option<String>,
    name: &str,
    uri: Option<&str>,
) -> Result<Option<TopicId>, StoreError> {
    let slug = slug.unwrap_or_else(|| crate::sites::slug_of(name));
    if slug.is_empty() {
        return Ok(None);
    }
    rows::ensure(tx, TopicId::new(context.ids.as_ref()), &slug, name, uri)
        .await
        .map(Some)
}

/// A name that a topic page can carry: some letters, not a code, not a sentence.
fn is_topic_name(name: &str) -> bool {
    let name = name.trim();
    let count = name.chars().count();
    (2..=60).contains(&count) && name.chars().any(char::is_alphabetic) && !name.contains([':', '/', '<', '>', '\n'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn names_count_at_word_borders() {
        let nato = TopicId(Uuid::from_u128(1));
        let isis = TopicId(Uuid::from_u128(2));
        let finder = TopicFinder::new(vec![
            ("nato".into(), nato),
            ("islamic state".into(), isis),
            ("isis".into(), isis),
        ])
        .unwrap();
        let counts = finder.count("Senator: NATO met. Isis, the Islamic State, and ISIS again; nato's plan");
        assert_eq!(counts, vec![(isis, 3), (nato, 2)]);
    }

    #[test]
    fn codes_and_sentences_are_no_topics() {
        assert!(is_topic_name("Harbour"));
        for bad in ["medtop:123", "a", "https://x.example/", "42", &"long ".repeat(20)] {
            assert!(!is_topic_name(bad), "{bad}");
        }
    }
}
