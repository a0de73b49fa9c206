//! Pressed pages: rendered once, sent many times, made stale by events, gone at once when a story is withheld.
//!
//! # How it fits together
//! - A handler calls [`Press::fetch_or_render`]. What is in memory comes back at once; a miss is rendered once however
//!   many ask; the page is kept unless it is older than a mark of one of its keys.
//! - The follower of the event log calls [`Press::mark_stale`] with the keys that an event touches and the event's
//!   position, and then [`Press::repress`] for each page it gets back. Until the new page is there the old one is
//!   served.
//! - A kill or an embargo calls [`Press::withhold`]: when it returns, no page in memory or on disk shows the story,
//!   and none that is being rendered will be kept.
//! - [`crate::fast::FastPath`] calls [`Press::get`] before any router runs.
//!
//! # Locks
//! One mutex guards the index (which page carries which key) and the marks. It is a std mutex: nothing awaits while it
//! is held and the sections are tiny. It is not taken to serve a page. The cache's eviction listener may run inside an
//! insertion, so it only notes what went into a list of its own, which the next holder of the index works off.

mod composed;
mod disk;
mod flights;
mod index;
mod key;
mod marks;
mod page;
mod pieces;
mod store;
mod withheld;

#[cfg(test)]
mod tests;

pub use composed::Fill;
pub use disk::{Disk, DiskLimits};
pub use key::{PageKey, PageRef, canonical_query};
pub use marks::Marks;
pub use page::{CACHE_TAG, PressedPage, Rendered, SURROGATE_KEY};
pub use store::{Press, PressOptions, Removed, RemovedPage, WithheldReceipt};

pub(crate) use page::Parts;

/// A place in the event log: dense numbers given to committed events by the store's stamper.
pub type LogPosition = i64;
