//! `start`: from the start of the program to the first page on a filled data folder, memory when idle, and memory after
//! every story of a busy day was asked for.

use super::figure::{Bar, Figure, median, share_of};
use super::{Bench, load};
use anyhow::Result;
use std::sync::Arc;
use std::time::Duration;

pub(super) fn run(bench: &Bench) -> Result<()> {
    let network = bench.network()?;
    // Once, so that its front and its search index lie on disk as on any node that ran before.
    let mut node = network.serve()?;
    node.until_searchable(bench.sized(10_000))?;
    node.process.stop()?;
    let (mut times, mut idle) = (Vec::new(), Vec::new());
    for _ in 0..bench.rounds.max(5) {
        let mut node = network.serve()?;
        times.push(node.first_page);
        std::thread::sleep(Duration::from_secs(2));
        idle.push(node.process.memory()?.now);
        node.process.stop()?;
    }
    Figure::new("start", "start to first page", median(&times), "s")
        .with("slowest_s", share_of(&times, 1.0))
        .with("stories", bench.sized(10_000))
        .with("runs", times.len())
        .bar(Bar::Below(0.3))
        .print();
    Figure::new("start", "memory, idle", median(&idle), "MB")
        .bar(Bar::Below(60.0))
        .print();

    network.forget_pages()?;
    let mut node = network.serve()?;
    let fresh = node.process.memory()?.now;
    let stories = node.stories(bench.sized(10_000) as usize)?;
    let mut client = node.client()?;
    for path in &stories {
        client.get(path, "gzip")?;
    }
    load::closed(node.address, "/", "gzip", "", 64, bench.seconds)?;
    let paths = Arc::new(stories);
    load::open(node.address, &paths, 2000, 64, bench.seconds)?;
    let memory = node.process.memory()?;
    Figure::new("start", "memory after the load", memory.now, "MB")
        .with("most_mb", memory.most.round())
        .with("fresh_mb", fresh.round())
        .with("pages_asked", paths.len())
        .bar(Bar::Below(400.0))
        .print();
    node.process.stop()
}
