//! Makes the files of places, outlines and names that `crates/gazetteer` embeds.
//!
//! The work is done by examples of that crate, because names have to be folded as they are folded when they are looked
//! for; these commands know where the files belong, so that nothing of the product is linked here.

use anyhow::{Context as _, bail};
use std::path::Path;
use std::process::{Command, ExitCode};

/// Packs the places.
///
/// # Errors
/// When files are not named, or the packer can't be run.
pub(crate) fn places(root: &Path, files: &[String]) -> anyhow::Result<ExitCode> {
    let [_, _, _] = files else {
        bail!("name three files: cities5000.json, countries.json and cities.csv");
    };
    run(root, "pack", files, "places.zst")
}

/// Packs the outlines of land and countries.
///
/// # Errors
/// When the file is not named, or the packer can't be run.
pub(crate) fn coast(root: &Path, files: &[String]) -> anyhow::Result<ExitCode> {
    let [_] = files else {
        bail!("name the file: countries-50m.json");
    };
    run(root, "pack_coast", files, "coast.zst")
}

/// Packs the names of countries.
///
/// # Errors
/// When folders are not named, or the packer can't be run.
pub(crate) fn names(root: &Path, folders: &[String]) -> anyhow::Result<ExitCode> {
    let [_, _] = folders else {
        bail!("name two folders: cldr-localenames-full and cldr-core");
    };
    run(root, "pack_names", folders, "country_names.zst")
}

fn run(root: &Path, packer: &str, files: &[String], target: &str) -> anyhow::Result<ExitCode> {
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "-p", "masthead-gazetteer", "--example", packer, "--"])
        .args(files)
        .arg(root.join("crates/gazetteer/data").join(target))
        .status()
        .context("cargo can't be run")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
