//! The web's formats tried on other projects' material, read through `MASTHEAD_TESTDATA`: sanitising, feeds, exports,
//! saved pages. Without that variable the tests say that they did not run, and why.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests tell what went wrong by a panic"
)]

mod web;
