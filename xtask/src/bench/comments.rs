//! `comments`: comments taken a second through HTTP with everything that is asked of each, at full speed and at a held
//! rate; the page of a story with fifty comments; a thread of 33,000.
//!
//! Every connection is a reader with an account of their own, made by `masthead user add` and signed in by the form, as
//! the limits of the product count people. The network's policy lets them write as fast as they can; all detectors run.

use super::copy::{self, Copy, Export};
use super::figure::{Bar, Figure, median, share_of};
use super::network::{Network, Node};
use super::{Bench, examples, load, people};
use anyhow::{Context, Result, bail};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const READERS: u32 = 64;
/// The rate at which latencies are held against the bar, in comments a second.
const HELD: u32 = 500;
/// The longest thread that the bars name.
const LONGEST: u64 = 33_000;
/// Pages of the long thread that are asked for, each for the first time.
const TURNED: usize = 300;

pub(super) fn run(bench: &Bench) -> Result<()> {
    accepted(bench)?;
    long_thread(bench)
}

/// Comments that come in, and the page of a story that has fifty.
fn accepted(bench: &Bench) -> Result<()> {
    let network = talked_about(bench, "talk", bench.sized(200), 50)?;
    let mut node = network.serve()?;
    let paths = node.stories(bench.sized(200) as usize)?;
    // An example is built from the source: beside another program it would be neither its speed nor its schema.
    if bench.release {
        rendered(bench, &network, &paths)?;
    }
    let path = paths.first().context("no story")?;
    let cpu = node.process.cpu()?;
    let seen = load::closed(node.address, path, "gzip", "", 64, bench.seconds)?;
    let cpu = node.process.cpu()? - cpu;
    Figure::new(
        "comments",
        "story with 50 comments, from memory",
        seen.requests as f64 / cpu,
        "requests/cpu-s",
    )
    .with("failed", seen.failed)
    .bar(Bar::AtLeast(20_000.0))
    .print();

    let readers = people::signed_in(&network, &node, READERS)?;
    let stories = ids(&node)?;
    let mut rates = Vec::new();
    for round in 0..bench.rounds {
        let cpu = node.process.cpu()?;
        let seen = write(&node, &readers, &stories, None, bench.seconds, round)?;
        let cpu = node.process.cpu()? - cpu;
        rates.push(seen.per_second);
        Figure::new(
            "comments",
            "taken, as fast as 64 readers write",
            seen.per_second,
            "per s",
        )
        .with("per_cpu_s", seen.milliseconds.len() as f64 / cpu)
        .with("p50_ms", share_of(&seen.milliseconds, 0.5))
        .with("p99_ms", share_of(&seen.milliseconds, 0.99))
        .with("refused", seen.refused)
        .print();
    }
    Figure::new("comments", "taken, median of the rounds", median(&rates), "per s")
        .bar(Bar::AtLeast(2000.0))
        .print();
    let cpu = node.process.cpu()?;
    let seen = write(
        &node,
        &readers,
        &stories,
        Some(HELD),
        bench.seconds.max(8),
        bench.rounds,
    )?;
    let cpu = node.process.cpu()? - cpu;
    Figure::new(
        "comments",
        format!("p99 at {HELD} a second"),
        share_of(&seen.milliseconds, 0.99),
        "ms",
    )
    .with("p50_ms", share_of(&seen.milliseconds, 0.5))
    .with("reached_per_s", seen.per_second)
    .with("refused", seen.refused)
    .with("server_cpu_share", cpu / bench.seconds.max(8) as f64)
    .bar(Bar::Below(50.0))
    .print();
    node.process.stop()
}

fn rendered(bench: &Bench, network: &Network, paths: &[String]) -> Result<()> {
    let mut list = String::new();
    for path in paths {
        writeln!(list, "story\t{path}")?;
    }
    let rates: Vec<f64> = examples::rendered(bench, network, &list)?
        .into_iter()
        .map(|(_, rate)| rate)
        .collect();
    Figure::new(
        "comments",
        "story with 50 comments, rendered",
        median(&rates),
        "pages/cpu-s",
    )
    .bar(Bar::AtLeast(2000.0))
    .print();
    Ok(())
}

/// The first page of a long thread, and others of it that nobody asked for before.
fn long_thread(bench: &Bench) -> Result<()> {
    let length = bench.sized(LONGEST);
    let network = talked_about(bench, "thread", 1, length)?;
    let mut node = network.serve()?;
    let path = node.stories(1)?.pop().context("no story")?;
    let mut client = node.client()?;
    let first = client.page(&path)?;
    let packed = client.get(&path, "gzip")?;
    Figure::new(
        "comments",
        format!("first page of a thread of {length}, HTML"),
        first.len() as f64 / 1024.0,
        "KB",
    )
    .with("gzip_kb", packed.body.len() as f64 / 1024.0)
    .bar(Bar::Below(64.0))
    .print();

    let readers = people::signed_in(&network, &node, READERS)?;
    let stories = ids(&node)?;
    // Each comment makes the page stale, so that every answer is of a page that was pressed for it.
    let stop = AtomicBool::new(false);
    let milliseconds = std::thread::scope(|scope| -> Result<Vec<f64>> {
        let writer = scope.spawn(|| {
            while !stop.load(Ordering::Acquire) {
                write(&node, readers.get(..4).unwrap_or_default(), &stories, Some(50), 1, 9)?;
            }
            anyhow::Ok(())
        });
        let mut times = Vec::new();
        let until = Instant::now() + Duration::from_secs(bench.seconds);
        while Instant::now() < until {
            let asked = Instant::now();
            let answer = client.get(&path, "gzip")?;
            times.push(asked.elapsed().as_secs_f64() * 1000.0);
            if answer.status != 200 {
                bail!("{path} was answered with {}", answer.status);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        stop.store(true, Ordering::Release);
        writer.join().map_err(|_| anyhow::anyhow!("the writer broke off"))??;
        Ok(times)
    })?;
    Figure::new(
        "comments",
        format!("first page of a thread of {length}, while 50 comments a second come"),
        share_of(&milliseconds, 0.99),
        "ms",
    )
    .with("p50_ms", share_of(&milliseconds, 0.5))
    .bar(Bar::Below(10.0))
    .print();

    let (mut times, mut at) = (Vec::new(), path);
    while times.len() < TURNED {
        let asked = Instant::now();
        let page = client.page(&at)?;
        times.push(asked.elapsed().as_secs_f64() * 1000.0);
        let Some(next) = next_page(&page) else { break };
        at = next;
    }
    Figure::new(
        "comments",
        format!("pages of a thread of {length} asked for the first time, p99"),
        share_of(&times, 0.99),
        "ms",
    )
    .with("p50_ms", share_of(&times, 0.5))
    .with("pages", times.len())
    .print();
    Figure::new("comments", "memory after it", node.process.memory()?.now, "MB").print();
    node.process.stop()
}

/// Where the page's link to the comments after its last one leads.
fn next_page(page: &str) -> Option<String> {
    let (_, after) = page.split_once("?comments=")?;
    let (cursor, _) = after.split_once(['"', '#', '&'])?;
    let (before, _) = page.split_once("?comments=")?;
    let path = before.rsplit('"').next()?;
    Some(format!("{path}?comments={cursor}"))
}

/// A network of so many stories with so many comments each, open for more.
fn talked_about(bench: &Bench, name: &str, stories: u64, comments: u64) -> Result<Network> {
    let network = Network::make(bench, name)?;
    let export = Export {
        posts: stories,
        comments_each: comments,
        paragraphs: 12,
        newest: copy::now() - 600,
    };
    let file = network.write_export(&format!("{name}.xml"), export)?;
    let run = network.import(&file, &[], Duration::from_secs(1800), |_| false)?;
    if !run.status.success() {
        bail!("masthead import ended with {}", run.status);
    }
    std::fs::remove_file(file)?;
    let set = network
        .command(&["comments", "set", "network", "--mode", "post", "--close-after", "0"])
        .args(["--first-comments", "0", "--first-hours", "0"])
        .args(["--seconds-between", "0", "--first-day", "65535"])
        .output()?;
    if !set.status.success() {
        bail!("masthead comments set failed: {}", String::from_utf8_lossy(&set.stderr));
    }
    Ok(network)
}

/// The ids of the newest stories.
fn ids(node: &Node) -> Result<Vec<String>> {
    let text = node.client()?.page("/api/v1/stories")?;
    let list: serde_json::Value = serde_json::from_str(&text)?;
    let items = list.get("items").and_then(serde_json::Value::as_array);
    let ids = items.into_iter().flatten().filter_map(|item| item.get("id")?.as_str());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    if ids.is_empty() {
        bail!("the API names no story");
    }
    Ok(ids)
}

/// What writers saw.
struct Written {
    milliseconds: Vec<f64>,
    refused: u64,
    per_second: f64,
}

/// Readers who write for so many seconds: each as soon as the last comment was taken, or all of them together at a
/// rate. At a rate a comment's time counts from when it was due.
fn write(
    node: &Node,
    readers: &[String],
    stories: &[String],
    rate: Option<u32>,
    seconds: u64,
    round: usize,
) -> Result<Written> {
    let start = Instant::now() + Duration::from_millis(100);
    let end = start + Duration::from_secs(seconds);
    let each = rate.map(|rate| Duration::from_secs_f64(readers.len() as f64 / f64::from(rate)));
    let (mut milliseconds, mut refused) = (Vec::new(), 0);
    std::thread::scope(|scope| -> Result<()> {
        let writers: Vec<_> = readers
            .iter()
            .enumerate()
            .map(|(number, cookie)| {
                scope.spawn(move || -> Result<(Vec<f64>, u64)> {
                    let mut client = node.client()?;
                    let mut copy = Copy::new((copy::now() << 20) + (round as u64 * 1000 + number as u64) * 7919);
                    let head = format!("Cookie: {cookie}\r\n");
                    let (mut times, mut refused) = (Vec::new(), 0);
                    let mut due = start + each.unwrap_or_default().mul_f64(number as f64 / readers.len() as f64);
                    while due < end {
                        if let Some(wait) = due.checked_duration_since(Instant::now()) {
                            std::thread::sleep(wait);
                        }
                        let story = stories.get(copy.number(stories.len() as u64) as usize);
                        let text = format!("{} {}", copy.sentence(16), copy.sentence(14));
                        let form = format!(
                            "story={}&text={}",
                            story.map_or("", String::as_str),
                            text.replace(' ', "+")
                        );
                        let answer = client.post_form("/comments", &head, &form)?;
                        if answer.status == 303 {
                            times.push(due.elapsed().as_secs_f64() * 1000.0);
                        } else {
                            refused += 1;
                        }
                        due = each.map_or_else(Instant::now, |each| due + each);
                    }
                    Ok((times, refused))
                })
            })
            .collect();
        for writer in writers {
            let (times, no) = writer.join().map_err(|_| anyhow::anyhow!("a writer broke off"))??;
            milliseconds.extend(times);
            refused += no;
        }
        Ok(())
    })?;
    let per_second = milliseconds.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Written {
        milliseconds,
        refused,
        per_second,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_to_more_comments_is_found() {
        let page = r#"<p><a href="/news/a-20260101?order=oldest#comments">x</a> <a href="/news/a-20260101?comments=abc&amp;order=newest#comments">"#;
        assert_eq!(next_page(page).as_deref(), Some("/news/a-20260101?comments=abc"));
        assert_eq!(next_page("<p>"), None);
    }
}
