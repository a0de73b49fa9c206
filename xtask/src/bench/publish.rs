//! `publish`: from the push of a wire item until readers see it on the front, and from an update's acknowledgement
//! until front and story page were pressed again.

use super::copy::{self, Copy};
use super::figure::{Bar, Figure, share_of};
use super::http::{Client, find};
use super::network::{Node, TOKEN};
use super::{Bench, copy::rfc3339};
use anyhow::{Context, Result, bail};
use std::time::{Duration, Instant};

/// Nothing that takes longer is waited for.
const AT_MOST: Duration = Duration::from_secs(10);

pub(super) fn run(bench: &Bench) -> Result<()> {
    let network = bench.network()?;
    let mut node = network.serve()?;
    let pushes = bench.sized(100);
    let mut copy = Copy::new(1);
    let (mut to_front, mut acknowledged) = (Vec::new(), Vec::new());
    let (mut front_again, mut story_again) = (Vec::new(), Vec::new());
    let mut client = node.client()?;
    client.page("/")?;
    let run = copy::now();
    for number in 0..pushes {
        let id = format!("{run}-{number}");
        let headline = format!("Lantern {number} of run {run} is lit");
        let started = Instant::now();
        let pushed = push(&node, &id, 1, &headline, &mut copy)?;
        acknowledged.push(pushed.as_secs_f64() * 1000.0);
        let shown = until_shown(&mut client, &["/"], &headline, started)?;
        to_front.extend(shown.first().copied());
        // An update of a story whose page was pressed: both its page and the front have to change.
        let path = path_on_front(&mut client, &headline)?;
        client.page(&path)?;
        let corrected = format!("Lantern {number} of run {run} is out");
        push(&node, &id, 2, &corrected, &mut copy)?;
        let shown = until_shown(&mut client, &["/", &path], &corrected, Instant::now())?;
        front_again.extend(shown.first().copied());
        story_again.extend(shown.get(1).copied());
    }
    let figure = |name: &str, values: &[f64]| {
        Figure::new("publish", name, share_of(values, 0.99), "ms")
            .with("p50_ms", share_of(values, 0.5))
            .with("pushes", pushes)
    };
    figure("wire item pushed until on the front, p99", &to_front)
        .bar(Bar::Below(250.0))
        .print();
    figure("push acknowledged (durable), p99", &acknowledged).print();
    figure(
        "update acknowledged until the front was pressed again, p99",
        &front_again,
    )
    .bar(Bar::Below(100.0))
    .print();
    figure(
        "update acknowledged until the story page was pressed again, p99",
        &story_again,
    )
    .bar(Bar::Below(100.0))
    .print();
    node.process.stop()
}

/// Pushes an item on a connection of its own and says how long it took until it was acknowledged.
pub(super) fn push(node: &Node, id: &str, version: u32, headline: &str, copy: &mut Copy) -> Result<Duration> {
    let at = rfc3339(copy::now());
    let item = copy::ninjs(id, version, headline, &at, copy);
    let mut client = node.client()?;
    let started = Instant::now();
    let answer = client.post("/ingest/bench", TOKEN, "application/json", &item)?;
    let took = started.elapsed();
    if answer.status != 202 {
        bail!(
            "the push was answered with {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        );
    }
    Ok(took)
}

/// Milliseconds from `since` until each page first showed the words.
fn until_shown(client: &mut Client, paths: &[&str], words: &str, since: Instant) -> Result<Vec<f64>> {
    let mut shown: Vec<Option<f64>> = vec![None; paths.len()];
    while shown.iter().any(Option::is_none) {
        for (path, shown) in paths.iter().zip(&mut shown) {
            if shown.is_none() {
                let answer = client.get(path, "identity")?;
                if find(&answer.body, words.as_bytes()).is_some() {
                    *shown = Some(since.elapsed().as_secs_f64() * 1000.0);
                }
            }
        }
        if since.elapsed() > AT_MOST {
            bail!("'{words}' was not on {paths:?} after {} s", AT_MOST.as_secs());
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    Ok(shown.into_iter().flatten().collect())
}

/// Where the headline leads.
fn path_on_front(client: &mut Client, headline: &str) -> Result<String> {
    let front = client.page("/")?;
    let at = front.find(headline).context("the headline went off the front again")?;
    let before = front.get(..at).unwrap_or_default();
    let link = before
        .rfind("href=\"")
        .and_then(|start| before.get(start + 6..))
        .context("no link before it")?;
    Ok(link.split('"').next().unwrap_or_default().to_owned())
}
