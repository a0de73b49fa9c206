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

/// The other themes of the program: each folder lies over [`embedded`], file by file.
#[derive(RustEmbed)]
#[folder = "../../themes"]
#[allow_missing = true]
struct Others;

/// The files of the built-in theme.
pub fn embedded() -> ThemeFiles {
    Embedded::iter()
        .filter_map(|path| Embedded::get(&path).map(|file| (path.into_owned(), file.data.into_owned())))
        .collect()
}

/// The files of the program's other themes by the theme's name, without those that they take from the built-in one.
pub fn others() -> BTreeMap<String, ThemeFiles> {
    let mut themes: BTreeMap<String, ThemeFiles> = BTreeMap::new();
    for path in Others::iter() {
        if let (Some((theme, name)), Some(file)) = (path.split_once('/'), Others::get(&path)) {
            let files = themes.entry(theme.to_owned()).or_default();
            files.insert(name.to_owned(), file.data.into_owned());
        }
    }
    themes
}

/// Where strings of the publisher's own lie that stand over built-in ones of the same language.
pub(crate) const OWN_STRINGS: &str = "own-strings";

/// The built-in files with `own` laid over them, path by path; strings message by message, so that a publisher who words
/// one thing in another way needn't word the rest.
pub fn with_overrides(own: ThemeFiles) -> ThemeFiles {
    let mut files = embedded();
    for (path, bytes) in own {
        let path = match path.strip_prefix("strings/") {
            Some(name) if files.contains_key(&path) => format!("{OWN_STRINGS}/{name}"),
            _ => path,
        };
        files.insert(path, bytes);
    }
    files
}
