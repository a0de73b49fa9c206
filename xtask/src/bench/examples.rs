//! What can only be measured from inside is an example program of its crate, which prints a JSON line a figure. They
//! are built and run here, and their figures get their bars.

use super::figure::{Bar, Figure};
use super::network::Network;
use super::{Bench, cargo, target_folder};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::process::{Command, Stdio};

/// `parse`: agency documents of 5 KB, per second of processor time.
pub(super) fn parse(bench: &Bench) -> Result<()> {
    for line in run(bench, "masthead-formats", "bench_parse", &[], &[])? {
        Figure::new(
            "parse",
            text(&line, "format")?,
            number(&line, "per_cpu_s")?,
            "documents/cpu-s",
        )
        .with("bytes", number(&line, "bytes")?)
        .bar(Bar::AtLeast(5000.0))
        .print();
    }
    Ok(())
}

/// `pictures`: a 12-megapixel JPEG to five widths.
pub(super) fn pictures(bench: &Bench) -> Result<()> {
    for line in run(bench, "masthead-services", "bench_pictures", &[], &[])? {
        let name = text(&line, "bench")?;
        let is_whole = name == "pictures.jpeg_and_webp";
        Figure::new(
            "pictures",
            name.trim_start_matches("pictures."),
            number(&line, "cpu_s")?,
            "cpu-s",
        )
        .bar_if(is_whole, Bar::Below(2.5))
        .print();
    }
    Ok(())
}

/// `store`: durable writes and point reads on SQLite.
pub(super) fn store(bench: &Bench) -> Result<()> {
    let database = format!("sqlite:{}", bench.folder.join("store.db").display());
    let seconds = bench.seconds.to_string();
    for line in run(
        bench,
        "masthead-store",
        "store_bench",
        &["--features", "testing"],
        &[&database, &seconds],
    )? {
        let name = format!("{}, {} at once", text(&line, "figure")?, number(&line, "tasks")?);
        Figure::new("store", name, number(&line, "per_second")?, "per s")
            .with("p50_us", number(&line, "p50_us")?)
            .with("p99_us", number(&line, "p99_us")?)
            .print();
    }
    Ok(())
}

/// Names an empty database of PostgreSQL, for benches that can use one.
const POSTGRES: &str = "MASTHEAD_BENCH_POSTGRES";

/// `alerts`: 100,000 of them taken in, and what reaches a place.
pub(super) fn alerts(bench: &Bench) -> Result<()> {
    alerts_on(bench, "sqlite", None)?;
    match std::env::var(POSTGRES) {
        Ok(database) => alerts_on(bench, "postgres", Some(&database)),
        Err(_) => {
            eprintln!("alerts: {POSTGRES} names no empty database, so that PostgreSQL is left out");
            Ok(())
        }
    }
}

fn alerts_on(bench: &Bench, engine: &str, database: Option<&str>) -> Result<()> {
    let folder = bench.folder.join(format!("alerts-{engine}")).display().to_string();
    let count = bench.sized(100_000).to_string();
    let arguments: Vec<&str> = [folder.as_str(), count.as_str()].into_iter().chain(database).collect();
    for line in run(bench, "masthead-server", "bench_alerts", &[], &arguments)? {
        let (figure, value) = (text(&line, "figure")?, number(&line, "value")?);
        let name = format!("{figure}, {engine}");
        if figure == "taken in" {
            Figure::new("alerts", name, value, "alerts/s")
                .bar(Bar::AtLeast(5000.0))
                .print();
        } else {
            Figure::new("alerts", name, value, "ms")
                .with("p99_ms", number(&line, "p99")?)
                .with("found", number(&line, "found")?)
                .bar_if(bench.scale >= 1.0, Bar::Below(1.0))
                .print();
        }
    }
    Ok(())
}

/// `push`: breaking news handed to a push service for a million browsers.
pub(super) fn push(bench: &Bench) -> Result<()> {
    let folder = bench.folder.join("push").display().to_string();
    let count = bench.sized(1_000_000).to_string();
    for line in run(bench, "masthead-testkit", "bench_push", &[], &[&folder, &count])? {
        let (name, value) = (text(&line, "figure")?, number(&line, "value")?);
        let (unit, bar) = if name == "twice" {
            ("messages", Bar::Below(1.0))
        } else {
            ("messages/s", Bar::AtLeast(2000.0))
        };
        Figure::new("push", name, value, unit).bar(bar).print();
    }
    Ok(())
}

/// Pages rendered without any cache: `list` has a line `NAME<tab>TARGET` for each; returns pages per second of processor
/// time by name.
pub(super) fn rendered(bench: &Bench, network: &Network, list: &str) -> Result<Vec<(String, f64)>> {
    let file = bench.folder.join("pages.txt");
    std::fs::write(&file, list)?;
    let (folder, file) = (network.folder.display().to_string(), file.display().to_string());
    let seconds = if bench.release { "1.5" } else { "0.5" };
    run(
        bench,
        "masthead-server",
        "bench_story_render",
        &[],
        &[&folder, &file, seconds],
    )?
    .iter()
    .map(|line| Ok((text(line, "name")?, number(line, "per_cpu_s")?)))
    .collect()
}

/// Builds an example and returns the lines that it printed.
fn run(bench: &Bench, package: &str, example: &str, flags: &[&str], arguments: &[&str]) -> Result<Vec<Value>> {
    let profile = if bench.release { "release" } else { "debug" };
    let program = target_folder(&bench.root).join(profile).join("examples").join(example);
    if !(bench.no_build && program.is_file()) {
        let mut build = Command::new(cargo());
        build
            .args(["build", "--quiet", "-p", package, "--example", example])
            .args(flags);
        if bench.release {
            build.arg("--release");
        }
        let built = build
            .current_dir(&bench.root)
            .stdout(Stdio::null())
            .status()
            .context("cargo can't be run")?;
        if !built.success() {
            bail!("the example {example} of {package} could not be built");
        }
    }
    let output = Command::new(&program)
        .args(arguments)
        .output()
        .with_context(|| format!("{example} can't be run"))?;
    if !output.status.success() {
        bail!("{example} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let printed = String::from_utf8(output.stdout)?;
    printed
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("{example} printed no JSON: {line}")))
        .collect()
}

fn text(line: &Value, key: &str) -> Result<String> {
    Ok(line
        .get(key)
        .and_then(Value::as_str)
        .with_context(|| format!("no '{key}' in {line}"))?
        .to_owned())
}

fn number(line: &Value, key: &str) -> Result<f64> {
    line.get(key)
        .and_then(Value::as_f64)
        .with_context(|| format!("no '{key}' in {line}"))
}
