//! The outside world: blobs, pictures, the search index, the guarded HTTP client, the system clock.
//!
//! This crate is the only one that may read the clock, draw randomness, open files for keeps or speak HTTP to others.
//! It knows neither SQL nor routes. One room a file or folder: [`clock`], [`codes`], [`blobs`], [`mail`], [`passkeys`],
//! [`passwords`], [`pictures`], [`fetch`], [`push`], [`disk`],
//! [`search`].

#![warn(missing_docs)]

pub mod blobs;
pub mod clock;
pub mod codes;
pub mod disk;
pub mod fetch;
pub mod mail;
pub mod passkeys;
pub mod passwords;
pub mod pictures;
pub mod providers;
pub mod push;
pub mod search;
mod tls;
