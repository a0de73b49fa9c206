//! `weight`: what a reader's browser loads for a story page of the demo network: HTML and styles as gzip, and scripts.

use super::Bench;
use super::figure::{Bar, Figure, median, share_of};
use super::http::{Client, free_address};
use super::process::Process;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(super) fn run(bench: &Bench) -> Result<()> {
    let (address, folder) = (free_address()?, bench.folder.join("demo"));
    std::fs::create_dir_all(&folder)?;
    let mut command = Command::new(&bench.binary);
    command
        .args(["demo", "--no-open", "--listen", &address.to_string(), "--data"])
        .arg(&folder)
        .stdout(Stdio::null())
        .stderr(File::create(bench.folder.join("demo.err"))?);
    let mut process = Process::start("masthead demo", &mut command)?;
    let until = Instant::now() + Duration::from_secs(180);
    let mut client = loop {
        match Client::connect(address) {
            Ok(client) => break client,
            Err(_) if Instant::now() < until => std::thread::sleep(Duration::from_millis(100)),
            Err(error) => {
                let told = std::fs::read_to_string(bench.folder.join("demo.err"))?;
                return Err(error).with_context(|| format!("the demo did not start: {told}"));
            }
        }
    };
    let front = client.page("/")?;
    let stories: Vec<String> = attributes(&front, "href")
        .filter(|path| is_story(path))
        .map(str::to_owned)
        .collect();
    if stories.is_empty() {
        bail!("the demo's front leads to no story");
    }
    let (mut pages, mut scripts, mut styles) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
    let mut of_pages = Vec::new();
    for path in &stories {
        pages.push(client.get(path, "gzip")?.body.len() as f64);
        let page = client.page(path)?;
        let own: Vec<String> = attributes(&page, "src")
            .filter(|source| source.ends_with(".js"))
            .map(str::to_owned)
            .collect();
        scripts.extend(own.iter().map(|source| (source.clone(), [0_usize; 2])));
        of_pages.push(own);
        for source in attributes(&page, "href").filter(|source| source.ends_with(".css")) {
            styles.insert(source.to_owned(), 0_usize);
        }
    }
    for (path, bytes) in &mut styles {
        *bytes = client.get(path, "gzip")?.body.len();
    }
    for (path, bytes) in &mut scripts {
        *bytes = [
            client.get(path, "gzip")?.body.len(),
            client.get(path, "identity")?.body.len(),
        ];
    }
    let style: usize = styles.values().sum();
    let summed = |at: usize| -> Vec<f64> {
        let of = |source: &String| scripts.get(source).and_then(|bytes| bytes.get(at)).copied();
        let sums = of_pages.iter().map(|own| own.iter().filter_map(of).sum::<usize>());
        sums.map(|bytes| bytes as f64).collect()
    };
    let (sent, raw) = (summed(0), summed(1));
    Figure::new(
        "weight",
        "story page, HTML and CSS, gzip",
        median(&pages) + style as f64,
        "bytes",
    )
    .with("heaviest", share_of(&pages, 1.0) + style as f64)
    .with("linked_css", style)
    .with("pages", pages.len())
    .bar(Bar::Below(14.0 * 1024.0 + 1.0))
    .print();
    Figure::new(
        "weight",
        "scripts of the story page with most, gzip",
        share_of(&sent, 1.0),
        "bytes",
    )
    .with("median", median(&sent))
    .with("uncompressed", median(&raw))
    .with("uncompressed_most", share_of(&raw, 1.0))
    .bar(Bar::Below(10.0 * 1024.0 + 1.0))
    .print();
    process.stop()
}

/// Values of an attribute in HTML that our own templates made, without a parser: they quote every value.
fn attributes<'a>(html: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let before = format!(" {name}=\"");
    html.match_indices(&before)
        .filter_map(|(at, found)| html.get(at + found.len()..))
        .filter_map(|rest| rest.split('"').next())
        .collect::<Vec<_>>()
        .into_iter()
}

/// `/section/slug-20260921`.
fn is_story(path: &str) -> bool {
    let day = path.rsplit('-').next().unwrap_or_default();
    path.starts_with('/') && path.matches('/').count() >= 2 && day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stories_are_told_from_other_links() {
        let html = "<a href=\"/news/a-b-20260921\">x</a><a class=\"y\" href=\"/news\">";
        let links: Vec<_> = attributes(html, "href").collect();
        assert_eq!(links, ["/news/a-b-20260921", "/news"]);
        assert!(is_story("/news/a-b-20260921"));
        assert!(!is_story("/news") && !is_story("https://x.example/a-20260921x"));
    }
}
