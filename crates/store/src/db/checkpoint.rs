//! Checkpoints: what SQLite's write-ahead log holds is copied into the database on a thread of its own.
//!
//! SQLite itself copies at the end of the commit that makes the log long enough, on the writer's thread, and whoever
//! writes next waits for some thousand pages and two `fsync`s: with 500 comments a second that was a tenth of a second
//! several times a second. A *passive* checkpoint of another connection keeps no writer waiting. It alone would never do,
//! though: the log begins anew only when every page of it is copied, and under a writer that never rests there are always
//! some newer ones. So the writer copies the little that is left itself once the log is long.

use super::error::StoreError;
use super::sqlite::{Role, open};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

/// Pages of the log that wait before the thread copies them: four megabytes.
const AFTER: u32 = 1000;

/// From this length on the log is to begin anew: 64 MB, what `journal_size_limit` leaves of the file.
const LONG: u32 = 16_000;

/// What the writer may copy itself for that, in pages: some ten milliseconds.
const LITTLE: u32 = 800;

/// Past this length it copies whatever there is, because a full disk is worse than a wait.
const LONGEST: u32 = 4 * LONG;

/// How long the thread rests when a reader's snapshot keeps it from copying any further.
const HELD_BACK: Duration = Duration::from_millis(100);

/// Lengths of the log in pages, as far as they are known.
#[derive(Debug, Default)]
struct Pages {
    written: AtomicU32,
    copied: AtomicU32,
}

/// The writer's end.
#[derive(Debug)]
pub(super) struct Checkpoints {
    pages: Arc<Pages>,
    // Dropping it ends the thread.
    wake: SyncSender<()>,
}

impl Checkpoints {
    /// Takes SQLite's own checkpoints from the writer's connection and starts the thread that makes them instead.
    pub(super) fn start(writer: &mut Connection, path: &Path) -> Result<Self, StoreError> {
        let pages = Arc::new(Pages::default());
        let written = Arc::clone(&pages);
        writer
            .wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, length: std::ffi::c_int| {
                written
                    .written
                    .store(u32::try_from(length).unwrap_or(0), Ordering::Release);
                Ok(())
            }))
            .map_err(|error| StoreError::from_sqlite("wal_hook", &error))?;
        let connection = open(path, Role::Reader)?;
        let (wake, woken) = sync_channel(1);
        let seen = Arc::clone(&pages);
        std::thread::Builder::new()
            .name("sqlite-checkpoint".to_owned())
            .spawn(move || copy_when_woken(&connection, &woken, &seen))
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { pages, wake })
    }

    /// Called by the writer between two transactions.
    pub(super) fn committed(&self, writer: &Connection) {
        let written = self.pages.written.load(Ordering::Acquire);
        let copied = self.pages.copied.load(Ordering::Acquire);
        if written < copied {
            // The log began anew.
            self.pages.copied.store(0, Ordering::Release);
            return;
        }
        let left = written - copied;
        if written >= LONG && (left <= LITTLE || written >= LONGEST) {
            copy(writer, &self.pages);
        } else if left >= AFTER {
            match self.wake.try_send(()) {
                Ok(()) | Err(TrySendError::Full(())) => {}
                Err(TrySendError::Disconnected(())) => copy(writer, &self.pages),
            }
        }
    }
}

fn copy_when_woken(connection: &Connection, woken: &Receiver<()>, pages: &Pages) {
    while woken.recv().is_ok() {
        let before = pages.copied.load(Ordering::Acquire);
        copy(connection, pages);
        if pages.copied.load(Ordering::Acquire) == before {
            std::thread::sleep(HELD_BACK);
        }
    }
}

/// Copies what no reader still needs from the log. When another connection is at it this does nothing.
fn copy(connection: &Connection, pages: &Pages) {
    let copied = connection
        .prepare_cached("pragma wal_checkpoint(passive)")
        .and_then(|mut statement| statement.query_row([], |row| row.get::<_, i64>(2)));
    match copied {
        // Negative when another connection is at it.
        Ok(copied) => {
            if let Ok(copied) = u32::try_from(copied) {
                pages.copied.store(copied, Ordering::Release);
            }
        }
        // Nothing is lost: the log keeps what was committed, and the next commit asks again.
        Err(error) => tracing::warn!(%error, "the log could not be copied into the database"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_length(folder: &Path) -> u64 {
        std::fs::metadata(folder.join("a.sqlite-wal")).unwrap().len() / 4096
    }

    /// Writes so many pages in as many transactions, as the writer's thread would.
    fn write(connection: &Connection, checkpoints: &Checkpoints, pages: usize) {
        for _ in 0..pages {
            connection
                .execute("insert into filler values (randomblob(3900))", [])
                .unwrap();
            checkpoints.committed(connection);
        }
    }

    #[test]
    fn the_log_begins_anew_under_a_writer_that_never_rests_and_waits_for_readers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let mut connection = open(&path, Role::Writer).unwrap();
        // What is tested is who copies, not whether the disk keeps it.
        connection
            .execute_batch("pragma synchronous = off; create table filler (bytes blob)")
            .unwrap();
        let checkpoints = Checkpoints::start(&mut connection, &path).unwrap();
        write(&connection, &checkpoints, 40_000);
        let length = log_length(folder.path());
        assert!(length < u64::from(LONGEST), "{length} pages in the log");

        // A snapshot keeps the log whole for as long as it is open, and no longer.
        let reader = open(&path, Role::Reader).unwrap();
        reader.execute_batch("begin").unwrap();
        let seen = |connection: &Connection| -> i64 {
            connection
                .query_row("select count(*) from filler", [], |row| row.get(0))
                .unwrap()
        };
        assert_eq!(seen(&reader), 40_000);
        write(&connection, &checkpoints, 2 * AFTER as usize);
        assert_eq!(seen(&reader), 40_000);
        reader.execute_batch("commit").unwrap();
        assert_eq!(seen(&reader), 40_000 + 2 * i64::from(AFTER));
        let whole: String = reader
            .query_row("pragma integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(whole, "ok");
    }

    #[test]
    fn a_log_that_waits_is_copied_without_the_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let mut connection = open(&path, Role::Writer).unwrap();
        connection.execute_batch("create table filler (bytes blob)").unwrap();
        let checkpoints = Checkpoints::start(&mut connection, &path).unwrap();
        connection.execute_batch("begin").unwrap();
        for _ in 0..=AFTER {
            connection
                .execute("insert into filler values (randomblob(3900))", [])
                .unwrap();
        }
        connection.execute_batch("commit").unwrap();
        checkpoints.committed(&connection);
        while checkpoints.pages.copied.load(Ordering::Acquire) < AFTER {
            std::thread::sleep(Duration::from_millis(5));
        }
        let size = std::fs::metadata(&path).unwrap().len();
        assert!(size > u64::from(AFTER) * 4096, "the database holds {size} bytes");
    }
}
