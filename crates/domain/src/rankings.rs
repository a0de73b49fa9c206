//! Rankings: what is most read and what is most commented, of a site and of each of its sections.

use crate::ids::StoryId;
use std::collections::HashMap;
use uuid::Uuid;

/// By what stories are ranked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// How often readers opened them lately.
    MostRead,
    /// How many comments are published under those of the last days.
    MostCommented,
}

/// How many stories a ranking holds: more than are shown, since others stand on the front already.
pub const KEPT: usize = 40;

impl Ranking {
    /// Every ranking.
    pub const ALL: [Self; 2] = [Self::MostRead, Self::MostCommented];

    /// The stable name, in strings and templates.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MostRead => "most-read",
            Self::MostCommented => "most-commented",
        }
    }

    /// The id of this ranking of a list (a site's or a section's), so that pages can name it as they name other lists.
    /// It follows from the list's id, which is half random, and is therefore nobody else's.
    pub const fn of(self, list: Uuid) -> Uuid {
        let mark: u128 = match self {
            Self::MostRead => 0x72_6561_6400,
            Self::MostCommented => 0x7461_6c6b_0000_0000,
        };
        Uuid::from_u128(list.as_u128() ^ mark)
    }
}

/// Ranks stories in the lists that they stand in. `totals` is the highest first; what is equally high stays in the
/// order given, so that two nodes rank alike.
pub fn rank(totals: &[(StoryId, i64)], standing: &[(Uuid, StoryId)]) -> HashMap<Uuid, Vec<StoryId>> {
    let mut lists: HashMap<StoryId, Vec<Uuid>> = HashMap::new();
    for (list, story) in standing {
        lists.entry(*story).or_default().push(*list);
    }
    let mut ranked: HashMap<Uuid, Vec<StoryId>> = HashMap::new();
    for (story, _) in totals {
        for list in lists.remove(story).unwrap_or_default() {
            let stories = ranked.entry(list).or_default();
            if stories.len() < KEPT {
                stories.push(*story);
            }
        }
    }
    ranked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_list_has_its_own_order_and_no_more_than_it_keeps() {
        let story = |number: u128| StoryId(Uuid::from_u128(number));
        let (site, section) = (Uuid::from_u128(1 << 64), Uuid::from_u128(2 << 64));
        let totals: Vec<(StoryId, i64)> = (0..60).map(|number| (story(number), 60)).collect();
        let standing: Vec<(Uuid, StoryId)> = (0..60)
            .flat_map(|number| {
                let also = (number % 2 == 1).then_some((section, story(number)));
                [(site, story(number))].into_iter().chain(also)
            })
            .rev()
            .collect();
        let ranked = rank(&totals, &standing);
        let expected: Vec<StoryId> = (0..40).map(story).collect();
        assert_eq!(ranked.get(&site), Some(&expected));
        let odd: Vec<StoryId> = (0..30).map(|number| story(2 * number + 1)).collect();
        assert_eq!(ranked.get(&section), Some(&odd));
        assert_eq!(rank(&[], &standing).len(), 0);
    }

    #[test]
    fn rankings_of_a_list_have_ids_of_their_own() {
        let list = Uuid::from_u128(7);
        let ids = [list, Ranking::MostRead.of(list), Ranking::MostCommented.of(list)];
        for (at, id) in ids.iter().enumerate() {
            assert!(!ids.iter().skip(at + 1).any(|other| other == id));
        }
    }
}
