//! Where a theme's files come from: those built into the program, each replaceable by one of the publisher's own.
//!
//! Reading the publisher's folder is not done here, because this crate touches no files: the caller hands in what it
//! read as a map from path to bytes.

use rust_embed::RustEmbed;
use std::collections::BTreeMap;

/// The files of a theme by their path below its root, such as `templates/story.html` or `strings/en.ftl`.
pub type ThemeFiles = BTreeMap<String, Vec<u8>>;

/// The theme at the root of the repository. A debug build reads it from there at run time, so that a template can be
/// edited without a rebuild; a release build carries it inside.
#[derive(RustEmbed)]
#[folder = "../../theme"]
#[allow_missing = true]
struct Embedded;

/// The files of the built-in theme.
pub fn embedded() -> ThemeFiles {
    Embedded::iter()
        .filter_map(|path| Embedded::get(&path).map(|file| (path.into_owned(), file.data.into_owned())))
        .collect()
}

/// The built-in files with `own` laid over them, path by path.
pub fn with_overrides(own: ThemeFiles) -> ThemeFiles {
    let mut files = embedded();
    files.extend(own);
    files
}
