//! The files of an import, in an order that a resumed run finds again.

use super::ImportError;
use flate2::read::MultiGzDecoder;
use std::io::{Error, Read, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// One file.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where it lies.
    pub path: PathBuf,
    /// Its name in the report: relative to what the person named.
    pub name: String,
    /// Its size.
    pub bytes: u64,
}

/// Opens a file; one that was packed with gzip (Disqus and Remark42 hand theirs out so) is unpacked on the way.
///
/// # Errors
/// What the system says.
pub(super) fn open(path: &Path) -> Result<Box<dyn Read + Send>, Error> {
    let mut file = std::fs::File::open(path)?;
    let mut magic = [0_u8; 2];
    let read = file.read(&mut magic)?;
    file.seek(SeekFrom::Start(0))?;
    if read == 2 && magic == [0x1f, 0x8b] {
        Ok(Box::new(MultiGzDecoder::new(file)))
    } else {
        Ok(Box::new(file))
    }
}

/// The first bytes of a file, unpacked.
///
/// # Errors
/// What the system says.
pub(super) fn head(path: &Path, most: usize) -> Result<Vec<u8>, Error> {
    let mut head = Vec::new();
    open(path)?.take(most as u64).read_to_end(&mut head)?;
    Ok(head)
}

/// Every file of the paths; folders are walked in order of name. Hidden files and folders are passed over.
///
/// # Errors
/// When a path the person named is not there, or there is no file at all.
pub(crate) fn walk(paths: &[PathBuf]) -> Result<Vec<Entry>, ImportError> {
    let mut entries = Vec::new();
    for path in paths {
        let meta = std::fs::metadata(path)
            .map_err(|error| ImportError::CannotStart(format!("{}: {error}", path.display())))?;
        if meta.is_dir() {
            walk_folder(path, path, &mut entries, 0)?;
        } else {
            let name = path
                .file_name()
                .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
            entries.push(Entry {
                path: path.clone(),
                name,
                bytes: meta.len(),
            });
        }
    }
    if entries.is_empty() {
        return Err(ImportError::CannotStart("there is no file in what was named".into()));
    }
    Ok(entries)
}

/// Deeper than any real archive; a loop of links ends here.
const DEEPEST: usize = 32;

fn walk_folder(root: &Path, folder: &Path, entries: &mut Vec<Entry>, depth: usize) -> Result<(), ImportError> {
    if depth > DEEPEST {
        return Ok(());
    }
    let file_error = |error| ImportError::File {
        path: folder.display().to_string(),
        error,
    };
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(file_error)? {
        found.push(entry.map_err(file_error)?.path());
    }
    found.sort();
    for path in found {
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        let meta = std::fs::metadata(&path).map_err(|error| ImportError::File {
            path: path.display().to_string(),
            error,
        })?;
        if meta.is_dir() {
            walk_folder(root, &path, entries, depth + 1)?;
        } else if meta.is_file() {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            entries.push(Entry {
                path,
                name,
                bytes: meta.len(),
            });
        }
    }
    Ok(())
}
