//! The product, one folder a feature. Each holds its use cases (one transaction each) and, where readers or machines
//! meet it, its pages. No feature reaches into another's inside: they call each other's `mod.rs`, or react to events.

// The description of the API is one large literal.
#![recursion_limit = "256"]

pub mod accounts;
pub mod alerts;
pub mod api;
pub mod app;
pub mod banners;
pub mod comments;
pub mod contributions;
pub mod coverage;
pub mod desk;
pub mod exports;
pub mod feeds;
pub mod fronts;
pub mod imports;
pub mod ingest;
pub mod listings;
pub mod mistakes;
pub mod notices;
pub mod pages;
pub mod partners;
pub mod pictures;
pub mod places;
pub mod profiles;
pub mod push;
pub mod rankings;
pub mod review;
pub mod search;
pub mod sites;
pub mod stories;
pub mod transparency;
pub mod videos;
pub mod visit;
pub mod weather;
pub mod wire;
