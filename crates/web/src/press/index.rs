//! Which page carries which key and shows which story, kept in step with what the cache holds.

use super::key::PageKey;
use super::page::PressedPage;
use crate::surrogate::SurrogateKey;
use masthead_domain::ids::StoryId;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

/// Finds pages by surrogate key and by story.
#[derive(Debug, Default)]
pub(super) struct Index {
    pages: HashMap<PageKey, Entry>,
    by_key: HashMap<SurrogateKey, HashSet<PageKey>>,
    by_story: HashMap<StoryId, HashSet<PageKey>>,
}

#[derive(Debug)]
struct Entry {
    page: Arc<PressedPage>,
    stale: bool,
}

impl Index {
    /// The page kept under `key`.
    pub(super) fn get(&self, key: &PageKey) -> Option<&Arc<PressedPage>> {
        self.pages.get(key).map(|entry| &entry.page)
    }

    /// How many pages there are.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// Puts a page in, in place of an earlier one under its key.
    pub(super) fn insert(&mut self, page: Arc<PressedPage>) {
        self.remove(page.key());
        for key in page.surrogate_keys() {
            self.by_key.entry(key.clone()).or_default().insert(page.key().clone());
        }
        for story in page.stories() {
            self.by_story.entry(*story).or_default().insert(page.key().clone());
        }
        self.pages.insert(page.key().clone(), Entry { page, stale: false });
    }

    /// Takes a page out.
    pub(super) fn remove(&mut self, key: &PageKey) -> Option<Arc<PressedPage>> {
        let page = self.pages.remove(key)?.page;
        for name in page.surrogate_keys() {
            forget(&mut self.by_key, name, key);
        }
        for story in page.stories() {
            forget(&mut self.by_story, story, key);
        }
        Some(page)
    }

    /// Takes a page out if it is still this one and not its successor.
    pub(super) fn remove_if_same(&mut self, page: &Arc<PressedPage>) {
        if self.get(page.key()).is_some_and(|known| Arc::ptr_eq(known, page)) {
            self.remove(page.key());
        }
    }

    /// The pages that carry one of `keys` and were made before `position`, now flagged as stale.
    pub(super) fn mark<'a>(
        &mut self,
        keys: impl IntoIterator<Item = &'a SurrogateKey>,
        position: super::LogPosition,
    ) -> Vec<PageKey> {
        let mut found = HashSet::new();
        for key in keys {
            found.extend(self.by_key.get(key).into_iter().flatten());
        }
        let mut affected = Vec::new();
        for key in found {
            if let Some(entry) = self.pages.get_mut(key)
                && entry.page.position() < position
            {
                entry.stale = true;
                affected.push(key.clone());
            }
        }
        affected
    }

    /// All pages that were made before `position`, now flagged as stale.
    pub(super) fn mark_all(&mut self, position: super::LogPosition) -> Vec<PageKey> {
        let mut affected = Vec::new();
        for (key, entry) in &mut self.pages {
            if entry.page.position() < position {
                entry.stale = true;
                affected.push(key.clone());
            }
        }
        affected
    }

    /// The pages that are flagged as stale and not replaced yet.
    pub(super) fn stale(&self) -> Vec<PageKey> {
        self.pages
            .iter()
            .filter(|(_, entry)| entry.stale)
            .map(|(key, _)| key.clone())
            .collect()
    }

    /// Whether the page under `key` is flagged as stale.
    pub(super) fn is_stale(&self, key: &PageKey) -> bool {
        self.pages.get(key).is_some_and(|entry| entry.stale)
    }

    /// The pages that show something of `story`.
    pub(super) fn showing(&self, story: StoryId) -> Vec<PageKey> {
        self.by_story.get(&story).into_iter().flatten().cloned().collect()
    }

    /// How many pages, keys and stories are known.
    #[cfg(test)]
    pub(super) fn sizes(&self) -> (usize, usize, usize) {
        (self.pages.len(), self.by_key.len(), self.by_story.len())
    }

    /// Every page.
    #[cfg(test)]
    pub(super) fn pages(&self) -> impl Iterator<Item = &Arc<PressedPage>> {
        self.pages.values().map(|entry| &entry.page)
    }
}

fn forget<K: Hash + Eq>(sets: &mut HashMap<K, HashSet<PageKey>>, name: &K, key: &PageKey) {
    if let Some(set) = sets.get_mut(name) {
        set.remove(key);
        if set.is_empty() {
            sets.remove(name);
        }
    }
}
