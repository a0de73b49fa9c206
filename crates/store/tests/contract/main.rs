//! The contract of the store: every case runs on SQLite and on PostgreSQL, from the same code.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods
)]

/// How long a case waits for what is bound to happen: far more than it takes, whatever else the machine has to do.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(90);

/// Emits `sqlite::CASE` and `postgres::CASE` for every case.
macro_rules! cases {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(masthead_store::Engine::Sqlite).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(masthead_store::Engine::Postgres).await;
            })*
        }
    };
}

mod alerts;
mod backups;
mod changes;
mod comments;
mod coverage;
mod events;
mod faults;
mod listings;
mod migrations;
mod plans;
mod push;
mod rankings;
mod values;
mod videos;
mod work;
mod writes;

/// An id that differs for every number.
fn uuid(n: u64) -> uuid::Uuid {
    uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}
