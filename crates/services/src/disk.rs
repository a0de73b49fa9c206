//! Small helpers for files that must survive a crash: written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells apart the temporary files that this process is writing at the same time.
static NEXT_TEMPORARY: AtomicU64 = AtomicU64::new(0);

/// Writes `bytes` to `path` so that after a crash the file holds either its old content or all of the new.
///
/// The bytes go to a temporary file in the same folder, which is synced and then renamed over `path`; the folder is
/// synced last, because a rename that only memory knows is lost with the power. Missing folders are made, and synced
/// too. The temporary file of a writer that was killed stays behind under a name that begins with `.tmp-`.
///
/// # Errors
/// What the operating system says, with the path; the old file is untouched then.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = parent(path);
    create_folders_durably(folder)?;
    let temporary = temporary_beside(path)?;
    let written = write_and_rename(&temporary, path, bytes);
    if let Err(error) = written {
        // The write's own error is the one worth telling; a temporary file that can't be removed is only litter.
        if let Err(litter) = fs::remove_file(&temporary)
            && litter.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %temporary.display(), error = %litter, "a temporary file stays behind");
        }
        return Err(in_words("write", path, &error));
    }
    sync_folder(folder)
}

/// Makes `folder` and those above it that are missing, each of them durable.
///
/// # Errors
/// What the operating system says, with the path.
pub fn create_folders_durably(folder: &Path) -> io::Result<()> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    create_folders_durably(parent(folder))?;
    match fs::create_dir(folder) {
        Ok(()) => {}
        // Another writer was faster; its folder is as good.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
        Err(error) => return Err(in_words("make the folder", folder, &error)),
    }
    sync_folder(parent(folder))
}

/// Makes the names in `folder` (new, renamed, removed files) durable.
///
/// # Errors
/// What the operating system says, with the path. On systems where a folder can't be opened there is nothing to sync.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        File::open(folder)
            .and_then(|file| file.sync_all())
            .map_err(|error| in_words("sync the folder", folder, &error))
    }
    #[cfg(not(unix))]
    {
        let _folder = folder;
        Ok(())
    }
}

/// Bytes that an ordinary user can still write on the file system that holds `path`, which must exist.
///
/// # Errors
/// What the operating system says, with the path.
#[cfg(unix)]
pub fn free_space(path: &Path) -> io::Result<u64> {
    let figures = rustix::fs::statvfs(path).map_err(|error| in_words("measure", path, &error.into()))?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

fn write_and_rename(temporary: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(temporary, path)
}

fn temporary_beside(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("{} names no file", path.display())))?;
    // The process id keeps `import` and `serve` apart when both write into one folder.
    let number = NEXT_TEMPORARY.fetch_add(1, Ordering::Relaxed);
    let mut temporary = std::ffi::OsString::from(format!(".tmp-{}-{number}-", std::process::id()));
    temporary.push(name);
    Ok(path.with_file_name(temporary))
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

fn in_words(what: &str, path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("can't {what} {}: {error}", path.display()))
}

/// Whether a folder is there and holds anything.
///
/// # Errors
/// What the system reported for a folder that is there.
pub fn holds_something(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(mut entries) => Ok(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Appends to a file, which is made (with its folders) when it isn't there. It is not synced: lists that are appended
/// to can be made again.
///
/// # Errors
/// What the system reported.
pub fn append(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create_folders_durably(parent(path))?;
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)?
        .write_all(bytes)
}

/// Reads a file that lies below `folder`, at most `most` bytes of it being allowed. `None` when there is none of this
/// name, or when following links would leave the folder: an export may name files beside it, not those of the machine.
///
/// # Errors
/// What the system reported for a file that is there; `InvalidData` for one that is larger than `most`.
pub async fn read_within(folder: &Path, name: &Path, most: usize) -> io::Result<Option<bytes::Bytes>> {
    let (folder, name) = (folder.to_path_buf(), name.to_path_buf());
    let read = tokio::task::spawn_blocking(move || {
        let (folder, path) = match (folder.canonicalize(), folder.join(&name).canonicalize()) {
            (Ok(folder), Ok(path)) => (folder, path),
            _ => return Ok(None),
        };
        if !path.starts_with(&folder) || !path.is_file() {
            return Ok(None);
        }
        let size = std::fs::metadata(&path)?.len();
        if size > most as u64 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it has {size} bytes; {most} are allowed"),
            ));
        }
        std::fs::read(&path).map(|bytes| Some(bytes.into()))
    });
    read.await.map_err(io::Error::other)?
}

/// A file of a watched folder that has stopped growing.
#[derive(Clone, Debug)]
pub struct WatchedFile {
    /// Its name in the folder.
    pub name: String,
    /// What it holds.
    pub bytes: bytes::Bytes,
}

/// A file in a watched folder is taken when nobody has written to it for this long.
const SETTLED: std::time::Duration = std::time::Duration::from_millis(500);
/// At most this much of a watched folder is read in one go: the rest waits for the next.
const MOST_AT_ONCE: u64 = 256 << 20;

/// The files of a folder that have stopped growing, in order of name; hidden files and folders are passed over.
///
/// # Errors
/// What the system reported for the folder; a file that went away meanwhile is no error.
pub async fn finished_files(folder: &Path) -> io::Result<Vec<WatchedFile>> {
    let folder = folder.to_path_buf();
    let read = tokio::task::spawn_blocking(move || {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&folder)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        let (mut files, mut total) = (Vec::new(), 0_u64);
        for name in names.into_iter().filter(|name| !name.starts_with('.')) {
            let path = folder.join(&name);
            let Ok(meta) = std::fs::metadata(&path) else { continue };
            let still_growing = meta
                .modified()
                .ok()
                .and_then(|at| at.elapsed().ok())
                .is_some_and(|age| age < SETTLED);
            if !meta.is_file() || still_growing {
                continue;
            }
            total += meta.len();
            if total > MOST_AT_ONCE && !files.is_empty() {
                break;
            }
            match std::fs::read(&path) {
                Ok(bytes) => files.push(WatchedFile {
                    name,
                    bytes: bytes.into(),
                }),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(files)
    });
    read.await.map_err(io::Error::other)?
}

/// Moves a file of `folder` into a folder below it, which is made when it isn't there. A file of that name there is
/// replaced: it is the same name arriving again.
///
/// # Errors
/// What the system reported.
pub async fn move_within(folder: &Path, name: &str, place: &str) -> io::Result<()> {
    let (from, target) = (folder.join(name), folder.join(place));
    let to = target.join(name);
    let moved = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&target)?;
        std::fs::rename(&from, &to)?;
        sync_folder(&target)
    });
    moved.await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_with_its_folders_and_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/settings.toml");
        write_durably(&path, b"first, and longer").unwrap();
        write_durably(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no temporary file is left"
        );
    }

    #[test]
    fn a_write_that_fails_keeps_the_old_file_and_leaves_no_litter() {
        let folder = tempfile::tempdir().unwrap();
        // A folder of that name can't be renamed over, which fails at the very last step.
        let path = folder.path().join("taken");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("inside"), b"kept").unwrap();
        let error = write_durably(&path, b"new").unwrap_err();
        assert!(error.to_string().contains("taken"), "{error}");
        assert_eq!(fs::read(path.join("inside")).unwrap(), b"kept");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_path_without_a_name_is_refused() {
        assert_eq!(
            write_durably(Path::new("/"), b"").unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
    }

    #[cfg(unix)]
    #[test]
    fn free_space_is_told() {
        assert!(free_space(Path::new("/")).unwrap() > 0);
        assert!(free_space(Path::new("/no/such/place")).is_err());
    }
}
