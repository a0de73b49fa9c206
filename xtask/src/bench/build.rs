//! `build`: what waiting costs those who build it: an edit of a feature until the program is there again (dev), and
//! the size of the released program.

use super::figure::{Bar, Figure, median};
use super::{Bench, cargo};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::process::{Command, Stdio};
use std::time::Instant;

/// A file in the middle of a feature, whose change reaches the server crate and the link.
const EDITED: &str = "crates/features/src/stories/mod.rs";

pub(super) fn run(bench: &Bench) -> Result<()> {
    build(bench)?;
    let mut times = Vec::new();
    for _ in 0..bench.rounds {
        let file = File::options().append(true).open(bench.root.join(EDITED))?;
        file.set_modified(File::create(bench.folder.join("now"))?.metadata()?.modified()?)?;
        let started = Instant::now();
        build(bench)?;
        times.push(started.elapsed().as_secs_f64());
    }
    Figure::new("build", "feature edit to a built program, dev", median(&times), "s")
        .bar(Bar::Below(10.0))
        .print();
    let bytes = bench.binary.metadata().context("there is no program to weigh")?.len();
    Figure::new("build", "size of the program", bytes as f64 / f64::from(1 << 20), "MB")
        .bar_if(bench.release, Bar::Below(60.0))
        .print();
    Ok(())
}

fn build(bench: &Bench) -> Result<()> {
    let built = Command::new(cargo())
        .args(["build", "--quiet", "-p", "masthead-server"])
        .current_dir(&bench.root)
        .stdout(Stdio::null())
        .status()
        .context("cargo can't be run")?;
    if built.success() {
        Ok(())
    } else {
        bail!("the dev build failed")
    }
}
