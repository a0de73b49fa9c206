//! `render`: what a story page costs that nobody asked for before.
//!
//! Two figures, because they are two things. *Rendered* is the page's text from the store and the templates, by the
//! example `bench_story_render` of the server crate, which keeps nothing: the bar means this. *Missed* is a whole
//! first request over HTTP on a node with nothing in memory or on disk: rendering, compressing in three encodings,
//! keeping and writing behind.

use super::figure::{Bar, Figure, median};
use super::{Bench, examples};
use anyhow::{Result, bail};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

pub(super) fn run(bench: &Bench) -> Result<()> {
    let network = bench.network()?;
    let wanted = bench.sized(2000) as usize;
    let mut node = network.serve()?;
    let stories = node.stories(wanted)?;
    node.process.stop()?;
    for encoding in ["identity", "gzip"] {
        let mut rates = Vec::new();
        let mut times = Vec::new();
        for _ in 0..bench.rounds {
            network.forget_pages()?;
            let mut node = network.serve()?;
            let mut client = node.client()?;
            let before = node.process.cpu()?;
            for path in &stories {
                let asked = Instant::now();
                let answer = client.get(path, encoding)?;
                times.push(asked.elapsed().as_secs_f64() * 1000.0);
                if answer.status != 200 {
                    bail!("{path} was answered with {}", answer.status);
                }
            }
            // Writing behind the readers' backs belongs to the price.
            std::thread::sleep(Duration::from_millis(300));
            let cpu = node.process.cpu()? - before;
            rates.push(stories.len() as f64 / cpu);
            node.process.stop()?;
        }
        Figure::new(
            "render",
            format!("story missed over HTTP, {encoding}"),
            median(&rates),
            "requests/cpu-s",
        )
        .with("stories", stories.len())
        .with("p50_ms", median(&times))
        .with("rounds", bench.rounds)
        .print();
    }
    let mut list = String::new();
    for path in &stories {
        writeln!(list, "story\t{path}")?;
    }
    let mut rates = Vec::new();
    for _ in 0..bench.rounds {
        rates.extend(
            examples::rendered(bench, &network, &list)?
                .into_iter()
                .map(|(_, rate)| rate),
        );
    }
    Figure::new(
        "render",
        "story rendered from the store, nothing kept",
        median(&rates),
        "pages/cpu-s",
    )
    .with("stories", stories.len())
    .with("rounds", bench.rounds)
    .bar(Bar::AtLeast(4000.0))
    .print();
    Ok(())
}
