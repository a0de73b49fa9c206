//! `scale`: what pages cost as the archive grows, rendered without any cache, against an archive of 1,000 stories.

use super::copy::Copy;
use super::figure::{Bar, Figure, median};
use super::http::Client;
use super::network::Network;
use super::{Bench, examples};
use anyhow::{Result, bail};
use std::collections::{BTreeMap, HashSet};

const SEARCH: &str = "search";
/// Searches of a round.
const SEARCHES: u32 = 500;

/// Pages by name, and what each costs in milliseconds of processor time.
type Costs = BTreeMap<String, f64>;

pub(super) fn run(bench: &Bench) -> Result<()> {
    let few = bench.sized(1000);
    let small = Network::filled(bench, "small", few)?;
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
            before.push(costs(bench, &small, few, &small_list.0)?);
            after.push(costs(bench, &network, stories, &list.0)?);
        }
        for name in ["front", "section", "section page 50", "story", SEARCH] {
            let of = |rounds: &[Costs]| {
                median(
                    &rounds
                        .iter()
                        .filter_map(|costs| costs.get(name).copied())
                        .collect::<Vec<_>>(),
                )
            };
            Figure::new("scale", format!("{name} at {stories} stories"), of(&after), "cpu-ms")
                .peer(&format!("at {few} stories"), of(&before))
                .with("depth", list.1)
                .with("peer_depth", small_list.1)
                .bar(Bar::RatioAtMost(1.3))
                .print();
        }
    }
    Ok(())
}

fn costs(bench: &Bench, network: &Network, stories: u64, list: &str) -> Result<Costs> {
    let rendered = examples::rendered(bench, network, list)?;
    let mut costs: Costs = rendered
        .into_iter()
        .map(|(name, per_second)| (name, 1000.0 / per_second))
        .collect();
    costs.insert(SEARCH.to_owned(), search_cost(network, stories)?);
    Ok(costs)
}

/// Milliseconds of the server's processor time for a search of two words, over HTTP: the index belongs to the node.
fn search_cost(network: &Network, stories: u64) -> Result<f64> {
    let mut node = network.serve()?;
    node.until_searchable(stories)?;
    let mut client = node.client()?;
    let mut copy = Copy::new(11);
    let mut ask = || -> Result<()> {
        let words = copy.words(2).replace(' ', "+");
        let answer = client.get(&format!("/search?q={words}"), "identity")?;
        if answer.status != 200 {
            bail!("a search for {words} was answered with {}", answer.status);
        }
        Ok(())
    };
    // Some first, so that the index's files are in memory.
    for _ in 0..SEARCHES / 5 {
        ask()?;
    }
    let before = node.process.cpu()?;
    for _ in 0..SEARCHES {
        ask()?;
    }
    let cost = (node.process.cpu()? - before) * 1000.0 / f64::from(SEARCHES);
    node.process.stop()?;
    Ok(cost)
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
    let mut seen = HashSet::from([path.clone()]);
    for number in 1..depth {
        let page = client.page(&path)?;
        let Some(next) = next_link(&page) else {
            return Ok((path, number));
        };
        path = next.replace("&amp;", "&");
        if !seen.insert(path.clone()) {
            bail!("the list {section} leads back to {path} after {number} pages");
        }
    }
    Ok((path, depth))
}

/// Where the page's link to older stories leads. Only the link itself counts: a page names its own address too, in its
/// canonical link and in structured data.
fn next_link(page: &str) -> Option<&str> {
    let (before, _) = page.split_once("\" rel=\"next\"")?;
    let (_, target) = before.rsplit_once("<a href=\"")?;
    Some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_to_older_stories_is_told_from_the_page_s_own_address() {
        let own = r#"<link rel="canonical" href="/news?after=a"><a href="/news" rel="prev">x</a>"#;
        assert_eq!(next_link(own), None);
        let more = format!(r#"{own}<a href="/x">y</a><a href="/news?after=b" rel="next">older</a> /news?after=a"#);
        assert_eq!(next_link(&more), Some("/news?after=b"));
    }
}
