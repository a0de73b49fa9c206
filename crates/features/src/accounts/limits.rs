//! How often something may be tried, for each address and each account: a bucket that fills again with time.
//!
//! The buckets are this node's alone and in memory, bounded: a flood of addresses pushes out those that were quiet
//! longest, and a network of several nodes allows as many times more. What must hold across nodes (a username, a code
//! that is used once) is a row of the store instead.

use masthead_domain::time::Timestamp;
use moka::sync::Cache;
use std::net::IpAddr;

/// Buckets kept at once: some 10 MB.
const MOST: u64 = 100_000;

/// What is limited, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Signing in from an address.
    SignInAddress,
    /// Signing in to an account.
    SignInAccount,
    /// Asking for a mail from an address.
    MailAddress,
    /// Mails to one address.
    MailAccount,
    /// Looking whether usernames are free.
    Names,
    /// Liking comments, and taking it back.
    Likes,
    /// Reporting comments without an account, from an address.
    Reports,
    /// Asking for push messages, or what is asked for, from an address.
    Push,
}

impl Limit {
    /// How many at once, and the seconds in which as many come back.
    const fn allows(self) -> (i64, i64) {
        match self {
            Self::SignInAddress => (30, 600),
            Self::SignInAccount => (10, 600),
            Self::MailAddress => (20, 600),
            Self::MailAccount => (4, 3_600),
            Self::Names => (60, 600),
            Self::Likes => (60, 60),
            Self::Reports => (20, 86_400),
            Self::Push => (60, 600),
        }
    }
}

/// The buckets. Clones share them.
#[derive(Clone)]
pub struct Limits(Cache<(Limit, String), Timestamp>);

impl Default for Limits {
    fn default() -> Self {
        Self(Cache::new(MOST))
    }
}

impl Limits {
    /// Takes one from a bucket. When it is empty: the seconds until it isn't.
    ///
    /// The generic cell rate algorithm: a bucket is one moment, at which it will be full again.
    ///
    /// # Errors
    /// The seconds to wait, at least 1.
    pub fn take(&self, limit: Limit, key: &str, now: Timestamp) -> Result<(), u32> {
        let (burst, seconds) = limit.allows();
        let each = seconds * 1_000_000 / burst;
        let mut wait = None;
        let entry = self.0.entry((limit, key.to_owned())).and_upsert_with(|known| {
            let full_at = known.map_or(now, |known| known.into_value().max(now));
            let next = Timestamp::from_micros(full_at.as_micros().saturating_add(each));
            let ahead = next.micros_since(now);
            if ahead > seconds * 1_000_000 {
                wait = Some(ahead - seconds * 1_000_000);
                full_at
            } else {
                next
            }
        });
        drop(entry);
        match wait {
            None => Ok(()),
            Some(micros) => Err(u32::try_from(micros.div_euclid(1_000_000) + 1).unwrap_or(u32::MAX)),
        }
    }
}

/// By what an address is counted: IPv6 by its first 64 bits, which one household has to itself.
pub fn address_key(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_fills_with_time() {
        let limits = Limits::default();
        let now = Timestamp::from_micros(1_000_000_000);
        for _ in 0..10 {
            assert_eq!(limits.take(Limit::SignInAccount, "a", now), Ok(()));
        }
        let wait = limits.take(Limit::SignInAccount, "a", now).unwrap_err();
        assert!((60..=61).contains(&wait), "{wait}");
        assert_eq!(
            limits.take(Limit::SignInAccount, "b", now),
            Ok(()),
            "others have their own"
        );
        assert_eq!(limits.take(Limit::SignInAccount, "a", now.plus_seconds(61)), Ok(()));
        assert!(limits.take(Limit::SignInAccount, "a", now.plus_seconds(61)).is_err());
        for _ in 0..10 {
            assert_eq!(limits.take(Limit::SignInAccount, "a", now.plus_seconds(5_000)), Ok(()));
        }
    }

    #[test]
    fn a_household_is_one_address() {
        let key = |text: &str| address_key(text.parse().unwrap());
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:192.0.2.1"), key("192.0.2.1"));
    }
}
