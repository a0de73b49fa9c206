//! `masthead import`: what it takes, its progress bar, and the counts it prints at the end.

use super::{Common, output};
use crate::{jobs, network};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use masthead_features::imports::{self, ImportError, Options, Progress};
use masthead_formats::Format;
use masthead_store::jobs::Lane;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

/// What is done before the command ends. [`Lane::Idle`] is left to the server: nobody misses it meanwhile, and beside a
/// server that is busy with it an import would not end for minutes.
const LANES: [Lane; 4] = [Lane::Prompt, Lane::Mail, Lane::Fetch, Lane::Work];

#[derive(Debug, Args)]
pub(super) struct Import {
    /// Files and folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// The format; told from the content when left out or `auto`.
    #[arg(long, default_value = "auto", value_parser = format)]
    format: Choice,
    /// The site; the first when left out.
    #[arg(long)]
    site: Option<String>,
    /// The section that takes everything, as `world` or `world/europe`.
    #[arg(long)]
    section: Option<String>,
    /// Publish what may be published. Exports keep the states that they have.
    #[arg(long)]
    publish: bool,
    /// Work everything out, report it, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Go on where an earlier run of the same import broke off. The report then has the rest; run it once more without
    /// this for the whole one, which changes nothing.
    #[arg(long)]
    resume: bool,
    /// Write a report with every record set aside and the map from old addresses to new ones.
    #[arg(long, value_name = "FILE.json")]
    report: Option<PathBuf>,
    /// Leave pictures to the server instead of fetching them before the end.
    #[arg(long)]
    no_media: bool,
}

#[derive(Clone, Copy, Debug)]
struct Choice(Option<Format>);

fn format(text: &str) -> Result<Choice, String> {
    if text == "auto" {
        return Ok(Choice(None));
    }
    Format::from_name(text)
        .map(|format| Choice(Some(format)))
        .ok_or_else(|| {
            "use auto, wxr, ghost, ninjs, nitf, newsml-g2, newsml1, iptc7901, anpa, rss, atom, jsonfeed, html, text, \
             disqus, coral, remark42, commento, isso, livefyre or masthead (an export of this program)"
                .into()
        })
}

impl Import {
    pub(super) async fn run(self, common: &Common) -> anyhow::Result<ExitCode> {
        let settings = common.settings_at().load()?;
        let app = network::open(&settings).await?;
        let options = Options {
            paths: self.paths,
            format: self.format.0,
            site: self.site,
            section: self.section,
            publish: self.publish,
            dry_run: self.dry_run,
            resume: self.resume,
            report: self.report,
        };
        let resumed = options.resume && !options.dry_run;
        let bar = Bar::new(common.json);
        let result = imports::run(&app, &options, &bar).await;
        let report = match result {
            Ok(report) => report,
            Err(error @ ImportError::CannotStart(_)) => return Err(error.into()),
            Err(error) => return Err(anyhow::Error::from(error).context("run it again with --resume")),
        };
        if !options.dry_run && !self.no_media {
            bar.stage("pictures");
            let sources = Arc::new(settings.wire.clone());
            while jobs::run_due(&app, &sources, &LANES).await? > 0 {}
        }
        bar.0.finish_and_clear();
        app.db.close().await;
        if common.json {
            output::json(&report.counts);
        } else {
            print_counts(&report, options.dry_run);
            if resumed {
                output::line("These are the counts of the rest; without --resume the whole is counted and reported.");
            }
        }
        Ok(ExitCode::from(if report.counts.set_aside > 0 { 3 } else { 0 }))
    }
}

fn print_counts(report: &imports::Report, dry_run: bool) {
    let counts = &report.counts;
    let heading = if dry_run {
        "A dry run: nothing was written."
    } else {
        "Imported."
    };
    output::line(heading);
    for (name, count) in [
        ("stories made", counts.stories_new),
        ("stories updated", counts.stories_updated),
        ("stories stopped", counts.stopped),
        ("unchanged", counts.unchanged),
        ("older versions kept", counts.older),
        ("other items kept", counts.items_kept),
        ("pages", counts.pages),
        ("files named", counts.attachments),
        ("authors", counts.authors),
        ("tags", counts.topics),
        ("comments made", counts.comments),
        ("threads with a story", counts.threads),
        ("profiles made for their writers", counts.profiles),
        ("old addresses led on", counts.urls),
        ("with problems", counts.with_problems),
        ("set aside", counts.set_aside),
    ] {
        if count > 0 {
            output::line(&format!("{count:>10}  {name}"));
        }
    }
    for (record, reason) in &report.first_set_aside {
        output::line(&format!("set aside: {record}: {reason}"));
    }
    let shown = report.first_set_aside.len() as u64;
    if counts.set_aside > shown {
        output::line(&format!(
            "and {} more; --report FILE.json names them all",
            counts.set_aside - shown
        ));
    }
}

/// A progress bar with rate and time left; quiet where nobody looks.
struct Bar(ProgressBar);

impl Bar {
    fn new(quiet: bool) -> Self {
        let bar = if quiet {
            ProgressBar::hidden()
        } else {
            ProgressBar::new(0)
        };
        let style =
            ProgressStyle::with_template("{msg:>10} {bar:32} {bytes}/{total_bytes} {binary_bytes_per_sec} {eta} left");
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }
}

impl Progress for Bar {
    fn total(&self, bytes: u64) {
        self.0.set_length(bytes);
    }

    fn done(&self, bytes: u64, records: u64) {
        self.0.set_position(bytes);
        self.0.set_message(records.to_string());
    }

    fn stage(&self, words: &str) {
        self.0.set_message(words.to_owned());
    }
}
