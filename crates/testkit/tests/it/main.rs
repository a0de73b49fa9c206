//! Tests of the whole program: documents go in at one end and readers ask at the other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that meets something unforeseen can only stop and say so"
)]

mod accounts;
mod alerts;
mod appearance;
mod banners;
mod chromium;
mod comment_crash;
mod comments;
mod contributions;
mod coverage;
mod crash;
mod desk;
mod embargo;
mod films;
mod galleries;
mod hostile;
mod hostile_readers;
mod imports;
mod ingest;
mod kill;
mod listings;
mod live;
mod mistakes;
mod notices;
mod notices_crash;
mod pages;
mod partners;
mod places;
mod push;
mod push_crash;
mod rankings;
mod search;
mod sheets;
mod standings;
mod support;
mod surge;
mod themes;
mod videos;
mod weather;
mod websub;
mod wire;
