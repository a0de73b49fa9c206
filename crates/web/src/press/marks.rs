//! Stale marks: for each surrogate key the log position from which on a page must have been made.
//!
//! A render that began before a commit could overwrite the page that was made after it. So a render reads the log
//! position in its own snapshot, and its page is kept only if that is not older than the mark of any of its keys.

use super::LogPosition;
use crate::surrogate::SurrogateKey;
use std::collections::HashMap;

/// How many marks are kept one by one. Forty bytes each and the key's text: about 10 MB at the most.
const MOST: usize = 65_536;

/// The marks, bounded: the oldest are forgotten into one floor that then holds for every key.
///
/// Forgetting errs on the safe side. A page that the floor turns away although its own keys are fine is rendered once
/// more, with a newer snapshot.
#[derive(Debug)]
pub struct Marks {
    floor: LogPosition,
    by_key: HashMap<SurrogateKey, LogPosition>,
    most: usize,
}

impl Default for Marks {
    fn default() -> Self {
        Self::with_room_for(MOST)
    }
}

impl Marks {
    /// Marks that keep `most` keys one by one.
    pub fn with_room_for(most: usize) -> Self {
        Self {
            floor: LogPosition::MIN,
            by_key: HashMap::new(),
            most,
        }
    }

    /// Pages with `key` must have been made at `position` or later.
    pub fn set(&mut self, key: &SurrogateKey, position: LogPosition) {
        if position <= self.floor {
            return;
        }
        match self.by_key.get_mut(key) {
            Some(mark) => *mark = position.max(*mark),
            None => {
                self.by_key.insert(key.clone(), position);
                if self.by_key.len() > self.most {
                    self.forget_older_half();
                }
            }
        }
    }

    /// Every page must have been made at `position` or later, whatever its keys.
    pub fn set_all(&mut self, position: LogPosition) {
        self.floor = self.floor.max(position);
        let floor = self.floor;
        self.by_key.retain(|_, mark| *mark > floor);
    }

    /// Whether a page with these keys, made at `position`, may be kept.
    pub fn admit(&self, keys: &[SurrogateKey], position: LogPosition) -> bool {
        position >= self.floor
            && keys
                .iter()
                .all(|key| self.by_key.get(key).is_none_or(|mark| position >= *mark))
    }

    /// How many keys have a mark of their own.
    pub fn len(&self) -> usize {
        self.by_key.len()
    }

    /// Whether no key has a mark of its own.
    pub fn is_empty(&self) -> bool {
        self.by_key.is_empty()
    }

    fn forget_older_half(&mut self) {
        let mut positions: Vec<LogPosition> = self.by_key.values().copied().collect();
        let middle = positions.len() / 2;
        let (_, median, _) = positions.select_nth_unstable(middle);
        let median = *median;
        self.set_all(median);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(n: u8) -> SurrogateKey {
        SurrogateKey::list(&n.to_string())
    }

    #[test]
    fn a_page_as_old_as_the_mark_is_fresh_and_an_older_one_is_not() {
        let mut marks = Marks::default();
        marks.set(&key(1), 10);
        marks.set(&key(1), 7);
        assert!(marks.admit(&[key(1)], 10));
        assert!(!marks.admit(&[key(2), key(1)], 9));
        assert!(marks.admit(&[key(2)], 0));
        marks.set_all(20);
        assert!(!marks.admit(&[key(2)], 19));
        assert!(marks.admit(&[], 20));
        assert!(marks.is_empty());
    }

    proptest! {
        #[test]
        fn forgetting_never_admits_what_full_marks_refuse(
            sets in proptest::collection::vec((any::<u8>(), 0i64..1000), 0..300),
            ask in proptest::collection::vec(any::<u8>(), 0..5),
            position in 0i64..1000,
        ) {
            let mut small = Marks::with_room_for(8);
            let mut full = Marks::default();
            for (n, at) in sets {
                small.set(&key(n), at);
                full.set(&key(n), at);
                prop_assert!(small.len() <= 9);
            }
            let keys: Vec<_> = ask.into_iter().map(key).collect();
            if small.admit(&keys, position) {
                prop_assert!(full.admit(&keys, position));
            }
        }
    }
}
