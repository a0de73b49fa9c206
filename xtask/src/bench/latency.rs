//! `latency`: an open loop at fixed rates over 2,000 stories and the front, while a story is published every 3 s. The
//! client shares the processors with the server, so the rate at which both are saturated is far below the server's own.

use super::copy::{self, Copy};
use super::figure::{Bar, Figure, share_of};
use super::{Bench, load, publish};
use anyhow::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const RATES: [u32; 6] = [1000, 2000, 5000, 10_000, 15_000, 20_000];
const CONNECTIONS: u32 = 64;
const BETWEEN_STORIES: Duration = Duration::from_secs(3);

pub(super) fn run(bench: &Bench) -> Result<()> {
    let network = bench.network()?;
    let mut node = network.serve()?;
    let stories = node.stories(bench.sized(2000) as usize)?;
    let mut client = node.client()?;
    for path in &stories {
        client.get(path, "gzip")?;
    }
    let mut paths = Vec::new();
    for three in stories.chunks(3) {
        paths.push("/".to_owned());
        paths.extend(three.iter().cloned());
    }
    let paths = Arc::new(paths);
    let mut held = 0;
    for rate in RATES {
        // At least nine seconds, so that three stories come out in them.
        let seconds = bench.seconds.max(9);
        let stop = AtomicBool::new(false);
        let cpu = node.process.cpu()?;
        let (seen, published) = std::thread::scope(|scope| -> Result<_> {
            let publisher = scope.spawn(|| publish_until(&node, &stop));
            let seen = load::open(node.address, &paths, rate, CONNECTIONS, seconds);
            stop.store(true, Ordering::Release);
            let published = publisher
                .join()
                .map_err(|_| anyhow::anyhow!("the publisher broke off"))??;
            Ok((seen?, published))
        })?;
        let cpu = node.process.cpu()? - cpu;
        let p99 = share_of(&seen.milliseconds, 0.99);
        let reached = seen.reached >= f64::from(rate) * 0.97;
        if reached && seen.failed == 0 && p99 < 10.0 {
            held = rate;
        }
        Figure::new("latency", format!("p99 at {rate} requests/s"), p99, "ms")
            .with("p50_ms", share_of(&seen.milliseconds, 0.5))
            .with("p999_ms", share_of(&seen.milliseconds, 0.999))
            .with("failed", seen.failed)
            .with("reached_per_s", seen.reached.round())
            .with("published", published)
            .with("server_cpu_share", cpu / seconds as f64)
            .print();
        if !reached {
            break;
        }
    }
    Figure::new(
        "latency",
        "highest rate with p99 < 10 ms and no errors",
        f64::from(held),
        "requests/s",
    )
    .with("connections", CONNECTIONS)
    .with("client", "own, on the same processors")
    .bar_if(bench.is_whole(), Bar::AtLeast(20_000.0))
    .print();
    node.process.stop()
}

fn publish_until(node: &super::network::Node, stop: &AtomicBool) -> Result<u64> {
    let (mut published, mut copy) = (0, Copy::new(7));
    let run = copy::now();
    while !stop.load(Ordering::Acquire) {
        let id = format!("latency-{run}-{published}");
        publish::push(node, &id, 1, &format!("Signal {published} of run {run}"), &mut copy)?;
        published += 1;
        let next = Instant::now() + BETWEEN_STORIES;
        while Instant::now() < next && !stop.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
    Ok(published)
}
