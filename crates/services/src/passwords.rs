//! Passwords: hashed with argon2id on threads of their own, a bounded number at once, and judged before they are taken.
//!
//! Hashing is slow and takes 19 MB on purpose. Without a bound, a hundred sign-ins at once would take the memory and
//! the processors that readers' pages need.

use crate::clock::random_bytes;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use masthead_domain::accounts::{LONGEST_PASSWORD, SHORTEST_PASSWORD};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Who waits when this many already do is told to come back.
const MOST_WAITING: usize = 64;
/// Guesses below 10 to this power make a password too weak: some hours of a hasher that was stolen with its database.
const WEAK_BELOW: u8 = 3;
/// What zxcvbn looks at: its work grows with the square of the length, and no weak password is longer.
const LOOKED_AT: usize = 72;

/// Compared with when there is no account, so that both cases take the same time: the hash of "nobody has this password"
/// with the parameters of [`hasher`]. Making it at each start kept 19 MB that an idle node has no other use for.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$i7CHNTZuyvG3Eg8iVptejg$kC25uLnF+8HAoJdsDujHM2ZgzkZex51IM0HHUFlijQU";

/// Why a password could not be hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum PasswordError {
    /// Too many wait already.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hasher failed, or what was stored is no hash.
    #[error("a password can't be checked: {0}")]
    Failed(String),
}

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// Fewer characters than [`SHORTEST_PASSWORD`].
    Short,
    /// More characters than [`LONGEST_PASSWORD`].
    Long,
    /// Easily guessed: a common one, a pattern, or made of what the person is called.
    Guessable,
}

impl Weakness {
    /// The stable code, which is also the name of its string (`password-error-…`).
    pub const fn code(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Long => "long",
            Self::Guessable => "guessable",
        }
    }
}

/// Judges a password; `about` are words that an attacker knows of the person: the address, the username, the site.
pub fn weakness(password: &str, about: &[&str]) -> Option<Weakness> {
    let length = password.chars().count();
    if length < SHORTEST_PASSWORD {
        return Some(Weakness::Short);
    }
    if length > LONGEST_PASSWORD {
        return Some(Weakness::Long);
    }
    let looked_at: String = password.chars().take(LOOKED_AT).collect();
    let score = u8::from(zxcvbn::zxcvbn(&looked_at, about).score());
    (score < WEAK_BELOW).then_some(Weakness::Guessable)
}

/// The hasher. Clones share its bound.
#[derive(Clone)]
pub struct Passwords {
    permits: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

impl Passwords {
    /// A hasher that works on at most `at_once` passwords at a time.
    pub fn new(at_once: usize) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(at_once.max(1))),
            waiting: Arc::default(),
        }
    }

    /// Hashes a password; the result is in PHC form and carries its salt and parameters.
    ///
    /// # Errors
    /// [`PasswordError::Busy`] when too many wait.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(move || hash(&password)).await
    }

    /// Whether a password is the one of a hash. Without a hash it is compared with nobody's: the answer is no and takes
    /// as long.
    ///
    /// # Errors
    /// As [`Passwords::hash`].
    pub async fn is(&self, password: String, hash: Option<String>) -> Result<bool, PasswordError> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let same = self.run(move || verify(&password, &hash)).await?;
        Ok(same && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PasswordError> + Send + 'static,
    ) -> Result<T, PasswordError> {
        let _place = Place::take(&self.waiting)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let permit = permit.map_err(|_| PasswordError::Failed("the hasher was stopped".into()))?;
        tokio::task::spawn_blocking(move || {
            let done = work();
            // Freed by the work and not by whoever waits for it: a client that goes away must not let another one in.
            drop(permit);
            done
        })
        .await
        .map_err(|error| PasswordError::Failed(error.to_string()))?
    }
}

struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn take(waiting: &'a AtomicUsize) -> Result<Self, PasswordError> {
        if waiting.fetch_add(1, Ordering::AcqRel) >= MOST_WAITING {
            waiting.fetch_sub(1, Ordering::AcqRel);
            return Err(PasswordError::Busy);
        }
        Ok(Self(waiting))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// argon2id with the least that OWASP's password storage cheat sheet asks for: 19 MiB, two passes, one lane.
fn hasher() -> Result<Argon2<'static>, PasswordError> {
    let parameters = Params::new(19_456, 2, 1, None).map_err(|error| PasswordError::Failed(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
}

fn hash(password: &str) -> Result<String, PasswordError> {
    let mut salt = [0; 16];
    random_bytes(&mut salt).map_err(|error| PasswordError::Failed(error.to_string()))?;
    let hash = hasher()?
        .hash_password_with_salt(password.as_bytes(), &salt)
        .map_err(|error| PasswordError::Failed(error.to_string()))?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> Result<bool, PasswordError> {
    // What no hash was ever made of is not worth the hasher's time.
    let password = if password.chars().count() > LONGEST_PASSWORD {
        ""
    } else {
        password
    };
    let parsed = PasswordHash::new(hash).map_err(|error| PasswordError::Failed(error.to_string()))?;
    match hasher()?.verify_password(password.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(PasswordError::Failed(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone_and_nobody_has_none() {
        let passwords = Passwords::new(2);
        let hash = passwords.hash("otter lamp granite".into()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_ne!(hash, passwords.hash("otter lamp granite".into()).await.unwrap());
        assert!(
            passwords
                .is("otter lamp granite".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .is("otter lamp granit".into(), Some(hash.clone()))
                .await
                .unwrap()
        );
        assert!(!passwords.is("x".repeat(100_000), Some(hash)).await.unwrap());
        let nobody = "nobody has this password";
        assert!(!passwords.is(nobody.into(), None).await.unwrap());
        assert!(
            passwords.is(nobody.into(), Some(NOBODY.into())).await.unwrap(),
            "what nobody has is compared as a real one is"
        );
        let parameters = |hash: &str| hash.split('$').take(4).collect::<Vec<_>>().join("$");
        let new = passwords.hash(nobody.into()).await.unwrap();
        assert_eq!(parameters(NOBODY), parameters(&new), "and takes as long");
        assert!(passwords.is("x".into(), Some("no hash".into())).await.is_err());
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_told_so() {
        let passwords = Passwords::new(1);
        passwords.waiting.store(MOST_WAITING, Ordering::Release);
        assert!(matches!(passwords.hash("x".into()).await, Err(PasswordError::Busy)));
        assert_eq!(passwords.waiting.load(Ordering::Acquire), MOST_WAITING);
    }

    #[test]
    fn common_passwords_and_the_persons_own_words_are_refused() {
        for (password, expected) in [
            ("short", Some(Weakness::Short)),
            ("password123", Some(Weakness::Guessable)),
            ("qwertyuiop", Some(Weakness::Guessable)),
            ("aaaaaaaaaaaaaaaa", Some(Weakness::Guessable)),
            ("ada@example.org", Some(Weakness::Guessable)),
            ("otter lamp granite", None),
            ("Tg7#kQz!pL2w", None),
        ] {
            assert_eq!(weakness(password, &["ada@example.org", "ada"]), expected, "{password}");
        }
        assert_eq!(weakness(&"é".repeat(257), &[]), Some(Weakness::Long));
    }
}
