//! Renders pages of a data folder without keeping any, one JSON line a name: pages per second of processor time.
//!
//! `bench_story_render FOLDER LIST [SECONDS]`: LIST has a line `NAME<tab>PATH[?QUERY]` for each page; pages of one name are
//! rendered in turn until SECONDS of processor time (1.5 when left out) are used. What a reader waits for on a miss
//! besides (HTTP, compression, keeping) is left out. `cargo xtask bench render` and `scale` run this.

use anyhow::{Context as _, Result, bail};
use masthead_features::pages::Pages;
use masthead_server::{network, serve, settings::Where};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A bench that never comes to its processor seconds ends here.
const MOST_PAGES: u32 = 200_000;

/// User and system time of this process so far, from the kernel's accounting in ticks of 10 ms.
fn cpu_seconds() -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let (_, after_name) = stat.rsplit_once(')').context("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |index: usize| -> Result<f64> { Ok(fields.get(index).context("no times")?.parse()?) };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(list)) = (arguments.next(), arguments.next()) else {
        bail!("use: bench_story_render FOLDER LIST [SECONDS]");
    };
    let at_least: f64 = arguments.next().map_or(Ok(1.5), |text| text.parse())?;
    let mut names: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let list = std::fs::read_to_string(list)?;
    for line in list.lines() {
        let (name, target) = line.split_once('\t').context("a line without a tab")?;
        names.entry(name).or_default().push(target);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let settings = Where {
            config: None,
            data: Some(folder.into()),
        }
        .load()?;
        let app = network::open(&settings).await?;
        let themes = serve::load_themes(settings.data_folder())?;
        let site = app.sites().first().cloned().context("there is no site")?;
        let pages = Pages::new(Arc::clone(&app), themes);
        for (name, targets) in names {
            // Once round first: statements are prepared and the database's pages are in memory, as on a node that runs.
            for target in &targets {
                render(&pages, &site, target).await?;
            }
            let start = cpu_seconds()?;
            let (mut rendered, mut bytes) = (0_u32, 0);
            let seconds = loop {
                for target in &targets {
                    bytes += render(&pages, &site, target).await?;
                    rendered += 1;
                }
                let seconds = cpu_seconds()? - start;
                if seconds >= at_least || rendered >= MOST_PAGES {
                    break seconds;
                }
            };
            println!(
                r#"{{"name":"{name}","pages":{rendered},"bytes":{},"per_cpu_s":{:.1}}}"#,
                bytes / u64::from(rendered),
                f64::from(rendered) / seconds
            );
        }
        app.db.close().await;
        Ok(())
    })
}

async fn render(pages: &Pages, site: &Arc<masthead_features::sites::SiteEntry>, target: &str) -> Result<u64> {
    let (path, query) = target
        .split_once('?')
        .map_or((target, None), |(path, query)| (path, Some(query)));
    match pages.respond(site, path, query).await {
        Ok(page) if page.status == 200 => Ok(page.body.len() as u64),
        Ok(page) => bail!("{target} was answered with {}", page.status),
        Err(error) => bail!("{target} could not be rendered: {error:?}"),
    }
}
