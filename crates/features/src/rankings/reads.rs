//! Counting what is read: a page's script says once which story its reader has before them, without cookies.
//!
//! A node counts in memory, within bounds, adds to the store from time to time and when it stops; what a crash loses is
//! a minute of counting. So that nobody makes a story well read from one address, an address counts once an hour for a
//! story and so many times in all; what is remembered of it is a hash that starts from a secret of this process, and is
//! forgotten after the hour. Counts are therefore approximate, which is all that a ranking needs.

use crate::app::App;
use masthead_domain::ids::{IdSource, StoryId};
use masthead_domain::time::Timestamp;
use masthead_store::{StoreError, public, rankings as rows};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// The most things counted between two savings: more than a network publishes in years of archive that is read.
const MOST_STORIES: usize = 20_000;
/// The most readings remembered at once, some 16 MB; then the hour ends early and everybody counts again.
const MOST_REMEMBERED: usize = 500_000;
/// The most that one address counts in an hour. A school behind one address reaches it, and counts for less.
const MOST_OF_ONE: u32 = 120;

/// How often each of some things was counted on this node, an address once an hour for each of them.
pub(crate) struct Tally<T> {
    secret: Uuid,
    /// A std lock: nothing awaits while it is held.
    counting: Mutex<Counting<T>>,
}

struct Counting<T> {
    counts: HashMap<T, u32>,
    hour: i64,
    seen: HashSet<u64>,
    of_address: HashMap<u64, u32>,
}

impl<T: Copy + Eq + Hash + Into<Uuid>> Tally<T> {
    /// Nothing counted yet.
    pub(crate) fn new(ids: &dyn IdSource) -> Self {
        Self {
            secret: ids.next_uuid(),
            counting: Mutex::new(Counting {
                counts: HashMap::new(),
                hour: 0,
                seen: HashSet::new(),
                of_address: HashMap::new(),
            }),
        }
    }

    /// Counts; says whether it counted.
    pub(crate) fn count(&self, what: T, client: IpAddr, now: Timestamp) -> bool {
        let network = network_of(client);
        let (address, reading) = (self.hash((network, Uuid::nil())), self.hash((network, what.into())));
        let mut counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = hour(now);
        if counting.hour != hour || counting.seen.len() >= MOST_REMEMBERED {
            counting.hour = hour;
            counting.seen.clear();
            counting.of_address.clear();
        }
        let is_new = counting.counts.len() < MOST_STORIES || counting.counts.contains_key(&what);
        let of_one = counting.of_address.get(&address).copied().unwrap_or(0);
        if !is_new || of_one >= MOST_OF_ONE || !counting.seen.insert(reading) {
            return false;
        }
        counting.of_address.insert(address, of_one + 1);
        *counting.counts.entry(what).or_default() += 1;
        true
    }

    /// What was counted, to be saved.
    pub(crate) fn take(&self) -> HashMap<T, u32> {
        let mut counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut counting.counts)
    }

    /// Puts back what could not be saved.
    pub(crate) fn put_back(&self, counted: HashMap<T, u32>) {
        let mut counting = self.counting.lock().unwrap_or_else(PoisonError::into_inner);
        for (what, count) in counted {
            *counting.counts.entry(what).or_default() += count;
        }
    }

    fn hash(&self, what: (IpAddr, Uuid)) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.secret, what).hash(&mut hasher);
        hasher.finish()
    }
}

/// What a node has counted of stories and not saved.
pub struct Reads(Tally<StoryId>);

impl Reads {
    /// Nothing counted yet.
    pub fn new(ids: &dyn IdSource) -> Self {
        Self(Tally::new(ids))
    }

    /// Counts a reading; says whether it counted.
    pub fn count(&self, story: StoryId, client: IpAddr, now: Timestamp) -> bool {
        self.0.count(story, client, now)
    }

    /// Adds what was counted of stories that readers may see to the store. What can't be added now is kept for the next
    /// time; ids of anything else are forgotten, since anybody can send an invented one.
    ///
    /// # Errors
    /// When the store can't answer.
    pub async fn save(&self, app: &App) -> Result<(), StoreError> {
        let counted = self.0.take();
        if counted.is_empty() {
            return Ok(());
        }
        let saved = add(app, &counted).await;
        if saved.is_err() {
            self.0.put_back(counted);
        }
        saved
    }
}

async fn add(app: &App, counted: &HashMap<StoryId, u32>) -> Result<(), StoreError> {
    let now = app.now();
    let ids: Vec<StoryId> = counted.keys().copied().collect();
    let standing = public::standing(&mut app.db.reader().await?, now, &ids).await?;
    let public: HashSet<StoryId> = standing.into_iter().map(|(_, story)| story).collect();
    let counts = counted.iter().filter(|(story, _)| public.contains(story));
    let counts: Arc<Vec<(StoryId, u32)>> = Arc::new(counts.map(|(story, count)| (*story, *count)).collect());
    app.db
        .write("reads.add", move |tx| {
            let counts = Arc::clone(&counts);
            Box::pin(async move { rows::add(tx, hour(now), &counts).await })
        })
        .await
}

/// An address as it counts: of IPv6 the first 64 bits, since the rest is the reader's to choose.
fn network_of(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) & (u128::MAX << 64)).into()),
        client => client,
    }
}

/// The whole hours since 1970.
pub(super) fn hour(at: Timestamp) -> i64 {
    at.as_seconds().div_euclid(3_600)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;

    impl IdSource for Fixed {
        fn next_uuid(&self) -> Uuid {
            Uuid::from_u128(11)
        }
    }

    fn story(number: u32) -> StoryId {
        StoryId(Uuid::from_u128(number.into()))
    }

    fn client(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_counts_once_an_hour_for_a_story() {
        let reads = Reads::new(&Fixed);
        let now = Timestamp::from_micros(0);
        assert!(reads.count(story(1), client("192.0.2.1"), now));
        assert!(!reads.count(story(1), client("192.0.2.1"), now.plus_seconds(3_599)));
        assert!(
            !reads.count(story(1), client("::ffff:192.0.2.1"), now),
            "the same address"
        );
        assert!(reads.count(story(2), client("192.0.2.1"), now));
        assert!(reads.count(story(1), client("192.0.2.2"), now));
        assert!(reads.count(story(1), client("2001:db8::1"), now));
        assert!(!reads.count(story(1), client("2001:db8::2"), now), "the same household");
        assert!(reads.count(story(1), client("192.0.2.1"), now.plus_seconds(3_600)));
    }

    #[test]
    fn one_address_does_not_make_a_ranking() {
        let reads = Reads::new(&Fixed);
        let now = Timestamp::from_micros(0);
        let counted = (0..1_000).filter(|number| reads.count(story(*number), client("192.0.2.1"), now));
        assert_eq!(counted.count(), 120);
        assert!(reads.count(story(1), client("192.0.2.2"), now), "others still count");
    }

    #[test]
    fn invented_stories_take_a_bounded_place() {
        let reads = Reads::new(&Fixed);
        let now = Timestamp::from_micros(0);
        let address = |number: u32| IpAddr::V4((0x0a00_0000 + number / 100).into());
        let most = u32::try_from(MOST_STORIES).unwrap();
        let counted = (0..most + 500).filter(|number| reads.count(story(*number), address(*number), now));
        assert_eq!(counted.count(), MOST_STORIES);
        assert!(reads.count(story(0), client("192.0.2.1"), now), "what is known goes on");
    }
}
