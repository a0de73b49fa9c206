//! Where "now" and chance come from: the only room that reads the system's clock and its randomness.
//!
//! Everything else is handed a [`Clock`] or an [`IdSource`], so that a test can hold time still, step it, and repeat
//! a run exactly.

use masthead_domain::ids::{IdSource, uuid_v7};
use masthead_domain::time::{Clock, Timestamp};
use rand::rngs::{StdRng, SysRng};
use rand::{Rng, SeedableRng, TryRng};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    /// The system's time in microseconds. A clock before 1970 reads as a negative time rather than failing, and one
    /// beyond the year 294,000 as the end of the range.
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the room the clock is read in")]
        let now = SystemTime::now();
        let micros = match now.duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
        };
        Timestamp::from_micros(micros)
    }
}

/// A clock that stands still until it is told otherwise; clones share the same hand.
///
/// For tests, and for commands that replay the past ("the front as at 18:00").
#[derive(Clone, Debug, Default)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// A clock that shows `moment`.
    pub fn at(moment: Timestamp) -> Self {
        Self(Arc::new(AtomicI64::new(moment.as_micros())))
    }

    /// Moves the hand to `moment`, which may lie in the past: a stepped clock is one of the faults to be tried.
    pub fn set(&self, moment: Timestamp) {
        self.0.store(moment.as_micros(), Ordering::SeqCst);
    }

    /// Moves the hand by `seconds` (negative is back) and returns the new time.
    pub fn step_seconds(&self, seconds: i64) -> Timestamp {
        self.step_micros(seconds.saturating_mul(1_000_000))
    }

    /// Moves the hand by `micros` microseconds (negative is back) and returns the new time.
    pub fn step_micros(&self, micros: i64) -> Timestamp {
        let before = self.0.fetch_add(micros, Ordering::SeqCst);
        Timestamp::from_micros(before.wrapping_add(micros))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// The operating system gave no random bytes.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random bytes: {0}")]
pub struct NoRandomness(String);

/// Fills `buffer` with bytes from the operating system, fit for secrets (session ids, tokens, salts).
///
/// # Errors
/// [`NoRandomness`] when the system has none to give, in practice only in a broken sandbox or before the first boot
/// has gathered any. A caller must then refuse to make the secret.
pub fn random_bytes(buffer: &mut [u8]) -> Result<(), NoRandomness> {
    SysRng
        .try_fill_bytes(buffer)
        .map_err(|error| NoRandomness(error.to_string()))
}

/// Identifiers for the running program: UUIDv7 from a clock and a cryptographic generator.
///
/// The generator (ChaCha12) is seeded once from the operating system. Asking the system for every identifier was
/// rejected: it can fail in the middle of a write, where there is no good answer, while a seed can only fail at start.
pub struct SystemIds {
    clock: Arc<dyn Clock>,
    // Held for a few nanoseconds and never across anything that can wait or panic.
    random: Mutex<StdRng>,
}

impl SystemIds {
    /// Identifiers that follow `clock`, with unpredictable random parts.
    ///
    /// # Errors
    /// [`NoRandomness`] when the operating system gives no seed.
    pub fn new(clock: Arc<dyn Clock>) -> Result<Self, NoRandomness> {
        let mut seed = [0; 32];
        random_bytes(&mut seed)?;
        Ok(Self {
            clock,
            random: Mutex::new(StdRng::from_seed(seed)),
        })
    }

    /// Identifiers that repeat exactly for the same `seed` and the same readings of `clock`: for tests alone, since
    /// anyone who knows the seed can foretell them.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self {
            clock,
            random: Mutex::new(StdRng::seed_from_u64(seed)),
        }
    }
}

impl IdSource for SystemIds {
    fn next_uuid(&self) -> Uuid {
        let mut random = [0; 10];
        // A poisoned lock still guards a sound generator: nothing inside can be left half done.
        self.random
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(&mut random);
        uuid_v7(self.clock.now(), random)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_system_clock_is_in_this_century() {
        let now = SystemClock.now().to_rfc3339();
        assert!(now.starts_with("20"), "{now}");
    }

    #[test]
    fn a_manual_clock_stands_still_and_its_clones_share_the_hand() {
        let clock = ManualClock::at(Timestamp::from_micros(5_000_000));
        let other = clock.clone();
        assert_eq!(clock.now(), clock.now());
        assert_eq!(other.step_seconds(2), Timestamp::from_micros(7_000_000));
        assert_eq!(clock.now(), Timestamp::from_micros(7_000_000));
        clock.set(Timestamp::from_micros(1));
        assert_eq!(other.now(), Timestamp::from_micros(1));
    }

    #[test]
    fn ids_are_version_7_carry_the_clock_and_never_repeat() {
        let clock = ManualClock::at(Timestamp::parse_rfc3339("2026-01-02T03:04:05.678Z").unwrap());
        let ids = SystemIds::new(Arc::new(clock)).unwrap();
        let drawn: HashSet<Uuid> = (0..10_000).map(|_| ids.next_uuid()).collect();
        assert_eq!(drawn.len(), 10_000);
        for id in drawn {
            assert_eq!(id.get_version_num(), 7);
            assert_eq!(id.get_timestamp().unwrap().to_unix(), (1_767_323_045, 678_000_000));
        }
    }

    #[test]
    fn seeded_ids_repeat_and_differ_by_seed() {
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::default());
        let draw = |seed| SystemIds::seeded(Arc::clone(&clock), seed).next_uuid();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }

    #[test]
    fn random_bytes_are_not_zeros() {
        let mut bytes = [0; 32];
        random_bytes(&mut bytes).unwrap();
        assert_ne!(bytes, [0; 32]);
    }
}
