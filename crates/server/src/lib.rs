//! The program: settings, start and stop, the route table, the middleware stack, followers and due jobs, and the
//! command line. Everything that a reader or an editor can do lives in `features`; this crate puts it together.

pub mod admin;
pub mod commands;
pub mod demo;
pub mod followers;
pub mod jobs;
pub mod leased;
pub mod live;
pub mod middleware;
pub mod network;
pub mod pressing;
pub mod probes;
pub mod reach;
pub mod router;
pub mod search;
pub mod serve;
pub mod settings;
pub mod standby;

/// A page is a thousand small allocations on whichever thread rendered it: glibc's allocator took a tenth of the time of
/// a render. Without huge pages, which `no_thp` in `Cargo.toml` leaves out: they made a page from memory no faster and
/// kept 20 MB more when idle (`docs/BENCHMARKS.md`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub use masthead_features::stories::kills;
