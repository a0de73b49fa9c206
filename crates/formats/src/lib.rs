//! Bytes to domain and back.
//!
//! Every reader here is pure (no network, no disk, no clock), never panics, ends within bounded memory and time
//! whatever it is given, and returns what it could read together with a list of [`Problem`]s. A document that gives
//! nothing is [`Unreadable`] with a true reason. The formats' traps each have a test beside the reader.

pub mod format;
pub mod problem;
pub mod times;
pub mod xml;

pub use format::{Format, detect};
pub use problem::{Problem, ReadContext, Reading, Unreadable};
