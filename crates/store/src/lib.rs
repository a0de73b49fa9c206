//! The only SQL: one text for SQLite and PostgreSQL, the event log, the job queue, migrations and the public read path.

#![warn(missing_docs)]
#![recursion_limit = "256"]

pub mod accounts;
pub mod alerts;
pub mod archive;
pub mod audit;
pub mod authors;
pub mod backup;
pub mod banners;
pub mod comments;
pub mod contributions;
pub mod coverage;
pub mod db;
pub mod desk;
pub mod followers;
pub mod forecasts;
pub mod fronts;
pub mod imports;
pub mod jobs;
pub mod leases;
pub mod listings;
pub mod log;
pub mod mails;
pub mod migrate;
pub mod mistakes;
pub mod notices;
pub mod pages;
pub mod partners;
pub mod pictures;
pub mod policies;
pub mod profiles;
pub mod public;
pub mod push;
pub mod rankings;
pub mod reports;
pub mod reviews;
pub mod sessions;
pub mod sites;
pub mod stories;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod topics;
pub mod transparency;
pub mod videos;
pub mod wire;

use sha2::Digest as _;

pub use db::{BoxFuture, Cell, Column, Conn, Db, DbSettings, Engine, FromRow, Json, Param, Query, Row, StoreError, Tx};

/// Every query of the store, so that a test can prepare each on both engines. A module that declares queries and is
/// missing here fails a test.
pub fn all_queries() -> Vec<Query> {
    let mut all = [
        accounts::ALL,
        alerts::ALL,
        audit::ALL,
        authors::ALL,
        banners::ALL,
        comments::ALL,
        comments::imported::ALL,
        comments::mutes::ALL,
        comments::people::ALL,
        contributions::ALL,
        contributions::call_outs::ALL,
        contributions::pictures::ALL,
        contributions::uploads::ALL,
        coverage::ALL,
        db::ALL,
        db::maintenance::ALL,
        db::transfer::ALL,
        desk::ALL,
        forecasts::ALL,
        followers::ALL,
        fronts::ALL,
        imports::ALL,
        jobs::ALL,
        leases::ALL,
        listings::ALL,
        log::ALL,
        mails::ALL,
        migrate::ALL,
        mistakes::ALL,
        notices::ALL,
        notices::deliveries::ALL,
        notices::follows::ALL,
        pages::ALL,
        partners::ALL,
        pictures::ALL,
        policies::ALL,
        profiles::ALL,
        profiles::pictures::ALL,
        push::ALL,
        push::campaigns::ALL,
        rankings::ALL,
        reports::ALL,
        reviews::ALL,
        sessions::ALL,
        sites::ALL,
        stories::ALL,
        topics::ALL,
        transparency::ALL,
        videos::ALL,
        wire::ALL,
    ]
    .concat();
    all.extend(public::ALL.concat());
    all
}

/// SHA-256, by which the store keys what is too long for an index.
pub(crate) fn hash(bytes: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(bytes).into()
}
