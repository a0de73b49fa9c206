//! Makes the file of places that `crates/gazetteer` embeds.
//!
//! The work is done by an example of that crate, because names have to be folded as they are folded when they are looked
//! for; this command knows where the file belongs, so that nothing of the product is linked here.

use anyhow::{Context as _, bail};
use std::path::Path;
use std::process::{Command, ExitCode};

/// Runs the packer.
///
/// # Errors
/// When files are not named, or the packer can't be run.
pub(crate) fn run(root: &Path, files: &[String]) -> anyhow::Result<ExitCode> {
    let [towns, countries, provinces] = files else {
        bail!("name three files: cities5000.json, countries.json and cities.csv");
    };
    let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "run",
            "-p",
            "masthead-gazetteer",
            "--example",
            "pack",
            "--",
            towns,
            countries,
            provinces,
        ])
        .arg(root.join("crates/gazetteer/data/places.zst"))
        .status()
        .context("cargo can't be run")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
