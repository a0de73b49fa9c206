//! `page`: the front and a story page from memory as gzip on 64 connections, in requests per second of the server's
//! own processor time, beside nginx with the very same bytes in the same run; and both again
//! composed for readers who chose places, and who are signed in.

use super::figure::{Bar, Figure, median};
use super::http::find;
use super::network::Node;
use super::nginx::{self, Nginx};
use super::process::Process;
use super::{Bench, load, people};
use anyhow::{Result, bail};
use std::net::SocketAddr;
use std::time::Duration;

const CONNECTIONS: u16 = 64;
/// The cookie of a reader who chose a town for each of the four components.
const PLACES: &str = "place=2950159-2988507-2911298-2852458";

pub(super) fn run(bench: &Bench) -> Result<()> {
    let network = bench.network()?;
    let mut node = network.serve()?;
    let story = node.stories(1)?.remove(0);
    let mut client = node.client()?;
    for path in ["/", &story] {
        client.get(path, "gzip")?;
    }
    // Pages that are read are compressed harder once they are quiet, after 3 s or later on a busy machine; the bytes that
    // nginx gets have to be the last.
    for path in ["/", &story] {
        load::closed(node.address, path, "gzip", "", CONNECTIONS, 1)?;
    }
    let mut bodies_before: Vec<Vec<u8>> = Vec::new();
    for _ in 0..8 {
        std::thread::sleep(Duration::from_secs(6));
        let mut client = node.client()?;
        let now: Vec<Vec<u8>> = ["/", &story]
            .into_iter()
            .map(|path| Ok(client.get(path, "gzip")?.body))
            .collect::<Result<_>>()?;
        if now == bodies_before {
            break;
        }
        bodies_before = now;
    }
    // The server doesn't keep silent connections for so long.
    let mut client = node.client()?;
    let pages = [("front", "/".to_owned()), ("story", story)];
    let mut bodies = Vec::new();
    for (name, path) in &pages {
        let (text, gzip) = (client.get(path, "identity")?, client.get(path, "gzip")?);
        if gzip.status != 200 || gzip.header("content-encoding") != Some("gzip") || gzip.header("etag").is_none() {
            bail!("{path} is not answered as gzip with a tag");
        }
        bodies.push((*name, text, gzip));
    }
    let session = people::signed_in(&network, &node, 1)?.remove(0);
    let peer = match nginx::find() {
        Some(program) => {
            let pages: Vec<_> = bodies
                .iter()
                .map(|(name, text, gzip)| (*name, text.body.as_slice(), gzip.body.as_slice()))
                .collect();
            Some(Nginx::start(bench, &program, &pages)?)
        }
        None => {
            eprintln!("  nginx is not installed: there is no peer to compare with (package nginx)");
            None
        }
    };
    for ((name, path), (_, text, gzip)) in pages.iter().zip(&bodies) {
        let asked = Asked {
            name: format!("{name}, from memory, gzip"),
            path,
            their_path: format!("/{name}.html"),
            cookie: String::new(),
        };
        let figure = compared(bench, &node, peer.as_ref(), &asked, 1.0)?;
        figure
            .with("body_bytes", gzip.body.len())
            .with("head_bytes", gzip.head)
            .print();
        if node.client()?.get(path, "gzip")?.body != gzip.body {
            bail!("{path} changed while it was measured, so the peer served other bytes");
        }
        // With places chosen, and with them signed in: the peer still serves the page of those who have neither.
        for (whose, cookie) in [
            ("with four places", PLACES.to_owned()),
            ("signed in, with four places", format!("{session}; {PLACES}")),
        ] {
            let composed = node.client()?.get_as(path, "identity", &cookie)?;
            if composed.status != 200
                || composed.body == text.body
                || *name == "front" && find(&composed.body, b"near-alerts").is_none()
            {
                bail!("{path} is not composed for a reader {whose}");
            }
            let asked = Asked {
                name: format!("{name}, {whose}, gzip"),
                cookie,
                ..asked.clone()
            };
            compared(bench, &node, peer.as_ref(), &asked, 0.5)?.print();
        }
    }
    node.process.stop()
}

/// A page that is asked for, and the peer's beside it.
#[derive(Clone)]
struct Asked<'a> {
    name: String,
    path: &'a str,
    their_path: String,
    cookie: String,
}

/// Requests per second of processor time, and per second; medians of the rounds, in which both take turns.
fn compared(bench: &Bench, node: &Node, peer: Option<&Nginx>, asked: &Asked<'_>, bar: f64) -> Result<Figure> {
    let (mut ours, mut theirs, mut rates, mut their_rates) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..bench.rounds {
        let (per_cpu, rate) = measured(&node.process, node.address, asked.path, &asked.cookie, bench.seconds)?;
        ours.push(per_cpu);
        rates.push(rate);
        if let Some(peer) = peer {
            let (per_cpu, rate) = measured(&peer.process, peer.address, &asked.their_path, "", bench.seconds)?;
            theirs.push(per_cpu);
            their_rates.push(rate);
        }
    }
    let figure = Figure::new("page", asked.name.clone(), median(&ours), "requests/cpu-s")
        .with("requests_per_s", median(&rates).round())
        .with("rounds", bench.rounds)
        .with("client", if load::has_wrk() { "wrk" } else { "own" });
    Ok(match peer {
        Some(_) => figure
            .peer("nginx, same bytes", median(&theirs))
            .with("peer_requests_per_s", median(&their_rates).round())
            .bar(Bar::RatioAtLeast(bar)),
        None => figure,
    })
}

/// Requests per second of processor time, and per second.
fn measured(process: &Process, address: SocketAddr, path: &str, cookie: &str, seconds: u64) -> Result<(f64, f64)> {
    let before = process.cpu()?;
    let load = load::closed(address, path, "gzip", cookie, CONNECTIONS, seconds)?;
    let cpu = process.cpu()? - before;
    if load.failed > 0 {
        bail!("{} of {} requests for {path} failed", load.failed, load.requests);
    }
    if cpu <= 0.0 {
        bail!("the server used no processor time: it did not answer");
    }
    Ok((load.requests as f64 / cpu, load.requests as f64 / load.seconds))
}
