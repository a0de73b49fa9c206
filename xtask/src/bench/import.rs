//! `import`: a WordPress export with comments, a folder of agency items, and an import that is killed half way and goes
//! on. Time, memory at its most, records a second.

use super::Bench;
use super::copy::{self, Copy, Export};
use super::figure::{Bar, Figure};
use super::network::Network;
use super::process::Run;
use anyhow::{Result, bail};
use std::time::Duration;

const AT_MOST: Duration = Duration::from_secs(3600);

pub(super) fn run(bench: &Bench) -> Result<()> {
    export(bench, "export", bench.sized(100_000), 5, 8)?;
    folder(bench)?;
    broken_off(bench)?;
    if bench.full {
        export(bench, "million", bench.sized(1_000_000), 0, 1)?;
    }
    Ok(())
}

fn export(bench: &Bench, name: &str, posts: u64, comments_each: u64, paragraphs: u64) -> Result<()> {
    let network = Network::make(bench, name)?;
    let export = Export {
        posts,
        comments_each,
        paragraphs,
        newest: copy::now() - 86_400,
    };
    let file = network.write_export(&format!("{name}.xml"), export)?;
    let bytes = file.metadata()?.len();
    let run = network.import(&file, &[], AT_MOST, |_| false)?;
    all_went_in(&network, &run, posts, posts * comments_each)?;
    let records = (posts + posts * comments_each) as f64;
    let title = format!("export of {posts} posts and {} comments", posts * comments_each);
    let whole = bench.is_whole() && comments_each > 0;
    Figure::new("import", format!("{title}, time"), run.seconds, "s")
        .with("export_mb", bytes >> 20)
        .with("records_per_s", (records / run.seconds).round())
        .with("posts_per_s", (posts as f64 / run.seconds).round())
        .with("cpu_s", run.cpu)
        .bar_if(whole, Bar::Below(300.0))
        .print();
    Figure::new("import", format!("{title}, memory at most"), run.most_memory, "MB")
        .bar(Bar::Below(500.0))
        .print();
    remove(&network, &file)
}

fn folder(bench: &Bench) -> Result<()> {
    let network = Network::make(bench, "items")?;
    let items = bench.sized(20_000);
    let folder = bench.folder.join("items-in");
    let mut copy = Copy::new(3);
    let newest = copy::now() - 86_400;
    for number in 0..items {
        let part = folder.join(format!("{:03}", number / 1000));
        if number % 1000 == 0 {
            std::fs::create_dir_all(&part)?;
        }
        let headline = copy.sentence(8);
        let at = copy::rfc3339(newest - number * 60);
        let item = copy::ninjs(&number.to_string(), 1, headline.trim_end_matches('.'), &at, &mut copy);
        std::fs::write(part.join(format!("{number}.json")), item)?;
    }
    let flags = ["--section", "news", "--publish"];
    let run = network.import(&folder, &flags, AT_MOST, |_| false)?;
    all_went_in(&network, &run, items, 0)?;
    Figure::new(
        "import",
        format!("folder of {items} ninjs files"),
        items as f64 / run.seconds,
        "items/s",
    )
    .with("seconds", run.seconds)
    .with("cpu_s", run.cpu)
    .with("most_mb", run.most_memory.round())
    .print();
    let again = network.import(&folder, &flags, AT_MOST, |_| false)?;
    if network.imported("unchanged")? != items || network.imported("stories_new")? != 0 {
        bail!("a second import changed something");
    }
    Figure::new(
        "import",
        "the same folder again, nothing changes",
        items as f64 / again.seconds,
        "items/s",
    )
    .with("seconds", again.seconds)
    .print();
    remove(&network, &folder)
}

/// Killed as by a power cut after a third of the time, then resumed: everything must be in, once.
fn broken_off(bench: &Bench) -> Result<()> {
    let posts = bench.sized(10_000);
    let export = Export {
        posts,
        comments_each: 2,
        paragraphs: 8,
        newest: copy::now() - 86_400,
    };
    let whole = Network::make(bench, "whole")?;
    let file = whole.write_export("broken.xml", export)?;
    let run = whole.import(&file, &[], AT_MOST, |_| false)?;
    all_went_in(&whole, &run, posts, posts * 2)?;
    let third = run.seconds / 3.0;
    let network = Network::make(bench, "broken")?;
    let first = network.import(&file, &[], AT_MOST, |seconds| seconds > third)?;
    if first.status.code().is_some() {
        bail!("the import ended by itself before it could be killed");
    }
    let resumed = network.import(&file, &["--resume"], AT_MOST, |_| false)?;
    let rest = network.imported("stories_new")?;
    if !resumed.status.success() {
        bail!("the resumed import ended with {}", resumed.status);
    }
    let again = network.import(&file, &[], AT_MOST, |_| false)?;
    let (new, unchanged) = (network.imported("stories_new")?, network.imported("unchanged")?);
    if !again.status.success() || new != 0 || unchanged != posts {
        bail!("after kill and resume a whole import still makes {new} stories and finds {unchanged} of {posts}");
    }
    Figure::new(
        "import",
        format!("{posts} posts, killed after a third, resumed: time of the rest"),
        resumed.seconds,
        "s",
    )
    .peer("whole import", run.seconds)
    .with("stories_before_the_kill", posts.saturating_sub(rest))
    .with("stories_of_the_rest", rest)
    .with("lost", posts.saturating_sub(unchanged))
    .print();
    remove(&whole, &file)?;
    std::fs::remove_dir_all(&network.folder)?;
    Ok(())
}

fn all_went_in(network: &Network, run: &Run, stories: u64, comments: u64) -> Result<()> {
    if !run.status.success() {
        let told = std::fs::read_to_string(network.folder.join("import.err"))?;
        bail!("masthead import ended with {}: {told}", run.status);
    }
    let (new, said) = (network.imported("stories_new")?, network.imported("comments")?);
    if new != stories || said != comments {
        bail!("{new} of {stories} stories and {said} of {comments} comments went in");
    }
    Ok(())
}

/// Gigabytes shouldn't wait for the end of the run.
fn remove(network: &Network, input: &std::path::Path) -> Result<()> {
    if input.is_dir() {
        std::fs::remove_dir_all(input)?;
    } else {
        std::fs::remove_file(input)?;
    }
    std::fs::remove_dir_all(&network.folder)?;
    Ok(())
}
