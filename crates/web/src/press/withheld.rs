//! The stories that may not be shown: asked when a page is served, for the price of one atomic read.

use masthead_domain::ids::StoryId;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{PoisonError, RwLock};

/// Killed and withheld stories, with a number that grows whenever the set does.
///
/// A page remembers the number at which its stories were last looked up, so that serving it costs a comparison and the
/// set is only read again after it changed.
#[derive(Debug, Default)]
pub(super) struct Withheld {
    epoch: AtomicU64,
    stories: RwLock<HashSet<StoryId>>,
}

impl Withheld {
    /// The present number. Read it *before* [`Withheld::holds_any`], so that a change in between is noticed next time.
    pub(super) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// Whether one of `stories` may not be shown.
    pub(super) fn holds_any(&self, stories: &[StoryId]) -> bool {
        let held = self.stories.read().unwrap_or_else(PoisonError::into_inner);
        !held.is_empty() && stories.iter().any(|story| held.contains(story))
    }

    /// Adds stories. From here on no page that was checked before is served unchecked.
    pub(super) fn add(&self, stories: impl IntoIterator<Item = StoryId>) {
        let mut held = self.stories.write().unwrap_or_else(PoisonError::into_inner);
        held.extend(stories);
        // Under the lock, so that nobody reads the new number and then the old set.
        self.epoch.fetch_add(1, Ordering::Release);
    }

    /// Puts these stories in the place of all others.
    pub(super) fn replace(&self, stories: impl IntoIterator<Item = StoryId>) {
        let stories = stories.into_iter().collect();
        let mut held = self.stories.write().unwrap_or_else(PoisonError::into_inner);
        *held = stories;
        self.epoch.fetch_add(1, Ordering::Release);
    }

    /// Takes a story out again. Pages made while it was held don't show it, so nothing has to be checked again.
    pub(super) fn remove(&self, story: StoryId) -> bool {
        self.stories
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&story)
    }
}
