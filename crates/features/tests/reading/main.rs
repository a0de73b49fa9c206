//! What readers and machines GET, on both engines: nothing that is withheld, no page without the keys that make it
//! stale, lists without gaps, answers that parse.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::needless_range_loop,
    reason = "a test that meets something unforeseen can only stop and say so"
)]

mod fronts;
mod keys;
mod lists;
mod machines;
mod network;
mod pages;
mod secrets;
