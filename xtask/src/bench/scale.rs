//! `scale`: what pages cost as the archive grows, rendered without any cache, against an archive of 1,000 stories.

use super::figure::{Bar, Figure, median};
use super::http::Client;
use super::network::Network;
use super::{Bench, examples};
use anyhow::Result;
use std::collections::BTreeMap;

/// Pages by name, and what each costs in milliseconds of processor time.
type Costs = BTreeMap<String, f64>;

pub(super) fn run(bench: &Bench) -> Result<()> {
    let small = Network::filled(bench, "small", bench.sized(1000))?;
    let mut sizes = vec![(bench.sized(10_000), bench.network()?)];
    if bench.full {
        let stories = bench.sized(100_000);
        eprintln!("  making a network of {stories} stories");
        sizes.push((stories, Network::filled(bench, "large", stories)?));
    }
    for (stories, network) in sizes {
        // Turn about: whatever else the machine does meanwhile meets both alike.
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let (small_list, list) = (pages(&small)?, pages(&network)?);
        for _ in 0..bench.rounds {
            before.push(costs(bench, &small, &small_list.0)?);
            after.push(costs(bench, &network, &list.0)?);
        }
        for name in ["front", "section", "section page 50", "story"] {
            let of = |rounds: &[Costs]| {
                median(
                    &rounds
                        .iter()
                        .filter_map(|costs| costs.get(name).copied())
                        .collect::<Vec<_>>(),
                )
            };
            Figure::new("scale", format!("{name} at {stories} stories"), of(&after), "cpu-ms")
                .peer(&format!("at {} stories", bench.sized(1000)), of(&before))
                .with("depth", list.1)
                .with("peer_depth", small_list.1)
                .bar(Bar::RatioAtMost(1.3))
                .print();
        }
    }
    Ok(())
}

fn costs(bench: &Bench, network: &Network, list: &str) -> Result<Costs> {
    let rendered = examples::rendered(bench, network, list)?;
    Ok(rendered
        .into_iter()
        .map(|(name, per_second)| (name, 1000.0 / per_second))
        .collect())
}

/// The list for the example, and how many pages deep the deepest list page is (50 where the section has so many).
fn pages(network: &Network) -> Result<(String, usize)> {
    let mut node = network.serve()?;
    let mut client = node.client()?;
    let (deep, depth) = deep_page(&mut client, "/news", 50)?;
    let mut list = format!("front\t/\nsection\t/news\nsection page 50\t{deep}\n");
    for story in node.stories(500)? {
        list.push_str(&format!("story\t{story}\n"));
    }
    node.process.stop()?;
    Ok((list, depth))
}

/// Follows the links to older stories.
fn deep_page(client: &mut Client, section: &str, depth: usize) -> Result<(String, usize)> {
    let mut path = section.to_owned();
    for number in 1..depth {
        let page = client.page(&path)?;
        let link = format!("{section}?after=");
        let Some(next) = page
            .rfind(&link)
            .and_then(|at| page.get(at..))
            .and_then(|rest| rest.split('"').next())
        else {
            return Ok((path, number));
        };
        path = next.replace("&amp;", "&");
    }
    Ok((path, depth))
}
