//! The tracked files, read once and shared by all rules.

use super::lexer::Source;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::process::Command;

/// One place that breaks a rule. `line` counts from 1; 0 means the file as a whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) path: String,
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Problem {
    pub(crate) fn at(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            message: message.into(),
        }
    }

    pub(crate) fn of_file(path: &str, message: impl Into<String>) -> Self {
        Self::at(path, 0, message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Every file that git tracks or would track, by its path from the root with `/` between folders.
/// The text is absent where the file is not UTF-8 (pictures, fonts).
pub(crate) struct Tree {
    files: BTreeMap<String, Option<String>>,
    rust: BTreeMap<String, Source>,
}

impl Tree {
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut files = BTreeMap::new();
        for path in list(root)? {
            let full = root.join(&path);
            // A symbolic link is judged where it points, and a file deleted but not yet committed is gone.
            if !full.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
                continue;
            }
            let bytes = std::fs::read(&full).with_context(|| format!("{path} can't be read"))?;
            files.insert(path, String::from_utf8(bytes).ok());
        }
        Ok(Self::new(files))
    }

    fn new(files: BTreeMap<String, Option<String>>) -> Self {
        let rust = files
            .iter()
            .filter(|(path, _)| path.ends_with(".rs"))
            .filter_map(|(path, text)| Some((path.clone(), Source::new(text.as_deref()?))))
            .collect();
        Self { files, rust }
    }

    /// A tree made of samples, for the rules' own tests.
    #[cfg(test)]
    pub(crate) fn sample(files: &[(&str, &str)]) -> Self {
        Self::new(
            files
                .iter()
                .map(|(path, text)| ((*path).to_owned(), Some((*text).to_owned())))
                .collect(),
        )
    }

    pub(crate) fn len(&self) -> usize {
        self.files.len()
    }

    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.files.get(path)?.as_deref()
    }

    /// Every text file with its path.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files
            .iter()
            .filter_map(|(path, text)| Some((path.as_str(), text.as_deref()?)))
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Every Rust file with its path.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &Source)> {
        self.rust.iter().map(|(path, source)| (path.as_str(), source))
    }

    /// Whether `path` is a tracked file, or a folder that holds one.
    pub(crate) fn has(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        if path.is_empty() || self.files.contains_key(path) {
            return true;
        }
        let folder = format!("{path}/");
        self.files
            .range(folder.clone()..)
            .next()
            .is_some_and(|(next, _)| next.starts_with(&folder))
    }
}

/// Whether a Rust file is test code as a whole: integration tests, benches, and modules named after tests.
pub(crate) fn is_test_file(path: &str) -> bool {
    let in_folder = path.split('/').any(|part| matches!(part, "tests" | "benches"));
    let name = path.rsplit('/').next().unwrap_or(path);
    in_folder
        || matches!(name, "tests.rs" | "testing.rs")
        || name.ends_with("_tests.rs")
        || path.starts_with("crates/testkit/")
}

fn list(root: &Path) -> Result<Vec<String>> {
    let output = Command::new("git")
        .arg("-C")
        .arg(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output();
    match output {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8(output.stdout).context("git named a file that is not UTF-8")?;
            Ok(text
                .split('\0')
                .filter(|path| !path.is_empty())
                .map(str::to_owned)
                .collect())
        }
        // A source archive has no history; everything in it but build products is the project.
        _ => {
            let mut found = Vec::new();
            walk(root, "", &mut found)?;
            Ok(found)
        }
    }
}

fn walk(root: &Path, folder: &str, found: &mut Vec<String>) -> Result<()> {
    let full = root.join(folder);
    for entry in std::fs::read_dir(&full).with_context(|| format!("{} can't be read", full.display()))? {
        let entry = entry?;
        let name = entry
            .file_name()
            .into_string()
            .map_err(|name| anyhow::anyhow!("{name:?} is not UTF-8"))?;
        let path = if folder.is_empty() {
            name.clone()
        } else {
            format!("{folder}/{name}")
        };
        if entry.file_type()?.is_dir() {
            if !matches!(name.as_str(), ".git" | "target" | "node_modules") {
                walk(root, &path, found)?;
            }
        } else {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_exists_when_a_file_is_in_it() {
        let tree = Tree::sample(&[("a/b/c.md", ""), ("a-b", "")]);
        assert!(tree.has("a/b/c.md") && tree.has("a/b") && tree.has("a/") && tree.has("a-b"));
        assert!(!tree.has("a/c") && !tree.has("a/b/c"));
    }

    #[test]
    fn test_files_are_known_by_name() {
        assert!(is_test_file("crates/store/tests/it/jobs.rs"));
        assert!(is_test_file("crates/store/src/db/tests.rs"));
        assert!(is_test_file("crates/store/src/db_tests.rs"));
        assert!(is_test_file("crates/store/src/testing.rs"));
        assert!(!is_test_file("crates/store/src/contests.rs"));
    }

    #[test]
    fn walking_leaves_build_products_out() {
        let folder = std::env::temp_dir().join(format!("masthead-tidy-{}", std::process::id()));
        for path in ["src/a.rs", "target/b.rs", ".git/c", "x/node_modules/d.js"] {
            let full = folder.join(path);
            std::fs::create_dir_all(full.parent().unwrap()).unwrap();
            std::fs::write(full, "").unwrap();
        }
        let mut found = Vec::new();
        walk(&folder, "", &mut found).unwrap();
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, ["src/a.rs"]);
    }
}
