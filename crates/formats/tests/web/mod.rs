//! What the web's conformance tests share.

mod alerts;
mod comments;
pub(crate) mod dice;
mod extract;
mod feeds;
mod import;
mod listings;
mod sanitise;
mod weather;

pub(crate) use dice::Dice;

use masthead_domain::time::Timestamp;
use masthead_formats::ReadContext;
use std::path::{Path, PathBuf};

/// The folder of a capability in the test data; `None` (said aloud) where there is no test data.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    match std::env::var_os("MASTHEAD_TESTDATA") {
        Some(root) => {
            let path = Path::new(&root).join(name);
            assert!(
                path.is_dir(),
                "MASTHEAD_TESTDATA is set, but {} is no folder",
                path.display()
            );
            Some(path)
        }
        None => {
            println!("conformance of {name} did not run: MASTHEAD_TESTDATA names no folder with test data");
            None
        }
    }
}

/// Every file below a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { todo.push(path) } else { out.push(path) }
        }
    }
    out.sort();
    out
}

pub(crate) fn ctx() -> ReadContext<'static> {
    ReadContext::at(Timestamp::parse_rfc3339("2026-11-25T09:30:00Z").unwrap())
}
