//! Finds the root of the checkout.

use anyhow::{Context, Result};
use std::path::PathBuf;

/// The nearest folder above the working folder that holds the workspace's `Cargo.toml` and `crates`.
///
/// The path compiled in (`CARGO_MANIFEST_DIR`) was rejected: a target folder shared by two checkouts would make one
/// check the other.
pub(crate) fn find() -> Result<PathBuf> {
    let here = std::env::current_dir().context("the working folder can't be read")?;
    here.ancestors()
        .find(|folder| folder.join("Cargo.toml").is_file() && folder.join("crates").is_dir())
        .map(PathBuf::from)
        .with_context(|| format!("{} is not inside a checkout of Masthead", here.display()))
}
