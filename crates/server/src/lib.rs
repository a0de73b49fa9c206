//! The program: settings, start and stop, the route table, the middleware stack, followers and due jobs, and the
//! command line. Everything that a reader or an editor can do lives in `features`; this crate puts it together.

pub mod admin;
pub mod commands;
pub mod demo;
pub mod followers;
pub mod hubs;
pub mod jobs;
pub mod kills;
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

/// glibc's allocator keeps a heap a thread and gives little back; a page is a thousand small allocations on whichever
/// thread rendered it. Under the same load this one took a tenth less time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
