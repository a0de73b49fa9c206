//! `sse`: 10,000 readers wait on `/live/events`, and copy is pushed: when has the last of them heard of it, what does a
//! delivery cost the server, and what memory does a reader take? What the push itself costs, its pages above all, is seen
//! with one reader and is no delivery's.

use super::copy::{self, Copy};
use super::figure::{Bar, Figure, share_of};
use super::http::find;
use super::network::{Network, Node};
use super::{Bench, publish};
use anyhow::{Context, Result, bail};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Nothing that takes longer is waited for.
const AT_MOST: Duration = Duration::from_secs(10);
/// Stories pushed while they wait.
const PUSHES: u64 = 20;
/// Between them, so that what a push leaves to be done counts for that push, whether one reader waits or 10,000.
const PAUSE: Duration = Duration::from_millis(300);

pub(super) fn run(bench: &Bench) -> Result<()> {
    let readers = bench.sized(10_000);
    let network = Network::filled(bench, "live", 50)?;
    let mut node = network.serve()?;
    node.client()?.page("/")?;
    // What connecting itself leaves behind in the allocator is no reader's memory.
    drop(open(&node, readers.min(200))?);
    let before = node.process.memory()?.now;
    let mut waiting = open(&node, readers)?;
    let held = node.process.memory()?.now - before;
    let mut copy = Copy::new(2);
    // Pages of the start may still be compressed harder, which is no delivery's cost.
    std::thread::sleep(Duration::from_secs(4));
    let Pushed { last, spread, cpu } = pushes(&node, &mut waiting, &mut copy)?;
    drop(waiting);
    std::thread::sleep(Duration::from_secs(1));
    let alone = pushes(&node, &mut open(&node, 1)?, &mut copy)?.cpu;
    let deliveries = (PUSHES * readers) as f64;
    let whole = bench.is_whole();
    let figure = |name: &str, value: f64, unit| Figure::new("sse", name, value, unit).with("readers", readers);
    figure("pushed until the last reader has it, p99", share_of(&last, 0.99), "ms")
        .with("p50_ms", share_of(&last, 0.5))
        .bar_if(whole, Bar::Below(150.0))
        .print();
    figure("first reader read until the last, p99", share_of(&spread, 0.99), "ms").print();
    figure("server CPU a delivery", (cpu - alone) / deliveries * 1e6, "µs")
        .bar_if(whole, Bar::Below(8.0))
        .with(
            "with_the_push_its_pages_and_its_log",
            format!("{:.1}", cpu / deliveries * 1e6),
        )
        .print();
    figure("memory a reader", held * 1024.0 / readers as f64, "KB")
        .bar_if(whole, Bar::Below(10.0))
        .print();
    node.process.stop()
}

/// What pushes took.
struct Pushed {
    /// Milliseconds from each until the last reader had it.
    last: Vec<f64>,
    /// Milliseconds from the first reader's until the last one's.
    spread: Vec<f64>,
    /// Seconds of the server's processors in all.
    cpu: f64,
}

/// Pushes stories one after the other, and waits each time until all have heard.
fn pushes(node: &Node, waiting: &mut [TcpStream], copy: &mut Copy) -> Result<Pushed> {
    let run = copy::now();
    let (mut last, mut spread) = (Vec::new(), Vec::new());
    let cpu = node.process.cpu()?;
    for number in 0..PUSHES {
        let pushed = Instant::now();
        let headline = format!("Beacon {number} of run {run}");
        publish::push(node, &format!("{run}-live-{number}"), 1, &headline, copy)?;
        let mut first = None;
        // In order, so that the clock is stopped when all have it, with the time that reading takes this process.
        for reader in &mut *waiting {
            hear(reader, pushed)?;
            first.get_or_insert_with(|| pushed.elapsed());
        }
        let all = pushed.elapsed();
        last.push(all.as_secs_f64() * 1000.0);
        spread.push((all - first.unwrap_or(all)).as_secs_f64() * 1000.0);
        std::thread::sleep(PAUSE);
    }
    let cpu = node.process.cpu()? - cpu;
    Ok(Pushed { last, spread, cpu })
}

/// Connects this many readers; each has heard the first event.
fn open(node: &Node, readers: u64) -> Result<Vec<TcpStream>> {
    let request = format!(
        "GET /live/events?topics=front HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n\r\n",
        node.address
    );
    let mut open = Vec::new();
    for number in 0..readers {
        let mut reader = TcpStream::connect(node.address)
            .with_context(|| format!("reader {number} can't connect; 'ulimit -n' must allow {readers} files"))?;
        reader.set_read_timeout(Some(AT_MOST))?;
        reader.write_all(request.as_bytes())?;
        hear(&mut reader, Instant::now())?;
        open.push(reader);
    }
    Ok(open)
}

/// Reads until an event about the front was heard as a whole.
fn hear(reader: &mut TcpStream, since: Instant) -> Result<()> {
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => bail!("the server let a reader go"),
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error).context("a reader heard nothing"),
        };
        heard.extend_from_slice(buffer.get(..length).unwrap_or_default());
        if find(&heard, b"event: front\n").is_some() && heard.ends_with(b"\n\n") {
            return Ok(());
        }
        if since.elapsed() > AT_MOST {
            bail!("a reader heard nothing in {} s", AT_MOST.as_secs());
        }
    }
}
