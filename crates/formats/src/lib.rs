//! Bytes to domain and back.
//!
//! Every reader here is pure (no network, no disk, no clock), never panics, ends within bounded memory and time
//! whatever it is given, and returns what it could read together with a list of [`Problem`]s. A document that gives
//! nothing is [`Unreadable`] with a true reason. The formats' traps each have a test beside the reader.

pub mod alerts;
pub mod anpa;
pub mod calendar;
pub mod comments;
mod credit;
mod dateline;
pub mod dates;
pub mod encoding;
pub mod export;
pub mod extract;
pub mod feeds;
pub mod format;
pub mod fuzz_targets;
pub mod ghost;
pub mod html;
pub mod iptc7901;
pub mod item;
pub mod listings;
pub mod manuscript;
mod markup;
pub mod newsml1;
pub mod newsml_g2;
pub mod ninjs;
pub mod nitf;
pub mod oembed;
pub mod problem;
pub mod read;
pub mod sitemap;
pub mod slug;
pub mod text_page;
pub mod times;
pub mod video;
pub mod weather;
pub mod webvtt;
pub mod wire_text;
pub mod wxr;
pub mod xml;

pub use format::{Format, detect};
pub use problem::{Problem, ReadContext, Reading, Unreadable};
pub use read::read_items;
