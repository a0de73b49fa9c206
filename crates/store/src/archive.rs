//! The file of a backup: named entries, one after the other, compressed together and each with its checksum.
//!
//! The form is our own and small, because it must hold tables and media of any size in one stream that is written and
//! read in one go: `MASTHEAD`, a version byte, then one zstd stream of entries. An entry is `E`, the length of its name
//! (u32), the name, pieces (length as u32, bytes), an empty piece, and the SHA-256 of name and bytes. `Z` and the number of
//! entries (u64) stand at the end, so that a file cut short never passes for whole. Numbers are little-endian.
//! tar was rejected: it wants sizes before contents, and has no checksum of what it holds.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

const MAGIC: &[u8; 8] = b"MASTHEAD";
const VERSION: u8 = 1;

/// The largest piece, on both sides: a reader never trusts a length beyond it.
const PIECE: usize = 256 * 1024;

/// The longest name of an entry.
const NAME: usize = 4096;

/// Why an archive can't be written or read.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file system said no.
    #[error("the archive can't be read or written: {0}")]
    Io(#[from] io::Error),
    /// It isn't one, it is of a later form, or it was damaged.
    #[error("the archive is damaged or of another kind: {0}")]
    Damaged(&'static str),
}

/// Writes an archive beside its final name, which it gets when it is whole and on the disk.
pub struct BackupWriter {
    out: zstd::Encoder<'static, BufWriter<File>>,
    path: PathBuf,
    partial: PathBuf,
    entries: u64,
    finished: bool,
}

impl BackupWriter {
    /// Begins the archive; an older one at `path` stays until this one is whole.
    ///
    /// # Errors
    /// When the file can't be made.
    pub fn create(path: &Path) -> Result<Self, ArchiveError> {
        let mut partial = path.as_os_str().to_owned();
        partial.push(".partial");
        let partial = PathBuf::from(partial);
        let mut file = BufWriter::new(File::create(&partial)?);
        file.write_all(MAGIC)?;
        file.write_all(&[VERSION])?;
        let mut out = zstd::Encoder::new(file, 3)?;
        out.include_checksum(true)?;
        Ok(Self {
            out,
            path: path.to_owned(),
            partial,
            entries: 0,
            finished: false,
        })
    }

    /// Adds an entry whose bytes come from `source`, and returns their number.
    ///
    /// # Errors
    /// When the source fails or the disk is full; the archive is then of no use.
    pub fn add(&mut self, name: &str, source: &mut dyn Read) -> Result<u64, ArchiveError> {
        let mut entry = self.entry(name)?;
        let bytes = io::copy(source, &mut entry)?;
        entry.end()?;
        Ok(bytes)
    }

    /// Begins an entry that is written piece by piece; it counts once [`EntryWriter::end`] was called.
    ///
    /// # Errors
    /// When the name is too long or the disk is full.
    pub fn entry(&mut self, name: &str) -> Result<EntryWriter<'_>, ArchiveError> {
        if name.is_empty() || name.len() > NAME {
            return Err(ArchiveError::Io(io::Error::other(
                "the name of an entry is empty or too long",
            )));
        }
        self.out.write_all(b"E")?;
        self.out.write_all(&length(name.len())?.to_le_bytes())?;
        self.out.write_all(name.as_bytes())?;
        Ok(EntryWriter {
            archive: self,
            digest: Sha256::new(),
            piece: Vec::with_capacity(PIECE),
        })
    }

    /// Ends the archive: it is complete and on the disk, under its name, when this returns.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn finish(mut self) -> Result<(), ArchiveError> {
        self.out.write_all(b"Z")?;
        self.out.write_all(&self.entries.to_le_bytes())?;
        self.out.do_finish()?;
        self.out.get_mut().flush()?;
        self.out.get_ref().get_ref().sync_all()?;
        std::fs::rename(&self.partial, &self.path)?;
        self.finished = true;
        if let Some(folder) = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    }
}

impl Drop for BackupWriter {
    fn drop(&mut self) {
        if !self.finished
            && let Err(error) = std::fs::remove_file(&self.partial)
        {
            tracing::warn!(%error, file = %self.partial.display(), "an unfinished archive stays behind");
        }
    }
}

fn length(bytes: usize) -> io::Result<u32> {
    u32::try_from(bytes).map_err(|_| io::Error::other("too long for an archive"))
}

/// An entry while it is written.
pub struct EntryWriter<'a> {
    archive: &'a mut BackupWriter,
    digest: Sha256,
    piece: Vec<u8>,
}

impl EntryWriter<'_> {
    fn put_piece(&mut self) -> io::Result<()> {
        if !self.piece.is_empty() {
            self.digest.update(&self.piece);
            self.archive.out.write_all(&length(self.piece.len())?.to_le_bytes())?;
            self.archive.out.write_all(&self.piece)?;
            self.piece.clear();
        }
        Ok(())
    }

    /// Ends the entry.
    ///
    /// # Errors
    /// When the disk is full or fails.
    pub fn end(mut self) -> Result<(), ArchiveError> {
        self.put_piece()?;
        self.archive.out.write_all(&0_u32.to_le_bytes())?;
        self.archive.out.write_all(&self.digest.finalize())?;
        self.archive.entries += 1;
        Ok(())
    }
}

impl Write for EntryWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(PIECE - self.piece.len());
        let (now, _) = bytes.split_at(taken);
        self.piece.extend_from_slice(now);
        if self.piece.len() == PIECE {
            self.put_piece()?;
        }
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.put_piece()
    }
}

/// Reads an archive from its beginning to its end.
pub struct BackupReader {
    input: zstd::Decoder<'static, BufReader<File>>,
    entries: u64,
}

impl BackupReader {
    /// Opens an archive.
    ///
    /// # Errors
    /// When there is none at `path` or it is of another kind.
    pub fn open(path: &Path) -> Result<Self, ArchiveError> {
        let mut file = BufReader::new(File::open(path)?);
        let mut head = [0; 9];
        file.read_exact(&mut head)
            .map_err(|_| ArchiveError::Damaged("it is too short"))?;
        let [magic @ .., version] = head;
        if magic != *MAGIC {
            return Err(ArchiveError::Damaged("it does not begin like one"));
        }
        if version != VERSION {
            return Err(ArchiveError::Damaged("it is of a later form"));
        }
        Ok(Self {
            input: zstd::Decoder::with_buffer(file)?,
            entries: 0,
        })
    }

    /// The next entry, or `None` at the proper end. The entry before must have been read to its end (see
    /// [`EntryReader::finish`]).
    ///
    /// # Errors
    /// When the archive is damaged or can't be read.
    pub fn next_entry(&mut self) -> Result<Option<EntryReader<'_>>, ArchiveError> {
        match &self.bytes::<1>()? {
            b"E" => {}
            b"Z" => {
                if u64::from_le_bytes(self.bytes()?) != self.entries {
                    return Err(ArchiveError::Damaged("entries are missing"));
                }
                // Reading on to the end of the stream also compares the checksum of the whole.
                return match self.input.read(&mut [0]) {
                    Ok(0) => Ok(None),
                    Ok(_) => Err(ArchiveError::Damaged("something follows its end")),
                    Err(error) => Err(cut_short(error)),
                };
            }
            _ => return Err(ArchiveError::Damaged("an entry is out of place")),
        }
        let length = u32::from_le_bytes(self.bytes()?) as usize;
        if length > NAME {
            return Err(ArchiveError::Damaged("a name is too long"));
        }
        let mut name = vec![0; length];
        self.input.read_exact(&mut name).map_err(cut_short)?;
        let name = String::from_utf8(name).map_err(|_| ArchiveError::Damaged("a name is not UTF-8"))?;
        self.entries += 1;
        Ok(Some(EntryReader {
            archive: self,
            name,
            digest: Sha256::new(),
            left: 0,
            ended: false,
        }))
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ArchiveError> {
        let mut bytes = [0; N];
        self.input.read_exact(&mut bytes).map_err(cut_short)?;
        Ok(bytes)
    }
}

fn cut_short(error: io::Error) -> ArchiveError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => ArchiveError::Damaged("it ends too early"),
        _ => ArchiveError::Io(error),
    }
}

/// An entry while it is read. Its bytes can be trusted once reading came to its end, where the checksum is compared.
pub struct EntryReader<'a> {
    archive: &'a mut BackupReader,
    name: String,
    digest: Sha256,
    left: usize,
    ended: bool,
}

impl EntryReader<'_> {
    /// The name that it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads what is left and compares the checksum.
    ///
    /// # Errors
    /// When the entry is damaged.
    pub fn finish(mut self) -> Result<(), ArchiveError> {
        io::copy(&mut self, &mut io::sink()).map_err(damage)?;
        Ok(())
    }
}

/// The reason comes back out of the `io::Error` that it had to travel in.
pub(crate) fn damage(error: io::Error) -> ArchiveError {
    match error.downcast::<ArchiveError>() {
        Ok(inner) => inner,
        Err(error) => cut_short(error),
    }
}

impl Read for EntryReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.ended || out.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            self.left = u32::from_le_bytes(self.archive.bytes().map_err(io::Error::other)?) as usize;
            if self.left > PIECE {
                return Err(io::Error::other(ArchiveError::Damaged("a piece is too long")));
            }
            if self.left == 0 {
                self.ended = true;
                let wanted = self.archive.bytes::<32>().map_err(io::Error::other)?;
                let found: [u8; 32] = std::mem::take(&mut self.digest).finalize().into();
                return if wanted == found {
                    Ok(0)
                } else {
                    Err(io::Error::other(ArchiveError::Damaged("a checksum does not fit")))
                };
            }
        }
        let most = out.len().min(self.left);
        let (room, _) = out.split_at_mut(most);
        let read = self.archive.input.read(room)?;
        if read == 0 {
            return Err(io::Error::other(ArchiveError::Damaged("it ends too early")));
        }
        let (bytes, _) = room.split_at(read);
        self.digest.update(bytes);
        self.left -= read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn archive(folder: &Path) -> PathBuf {
        let path = folder.join("a.backup");
        let mut writer = BackupWriter::create(&path).unwrap();
        writer.add("one", &mut &b"hello"[..]).unwrap();
        let long = vec![7_u8; PIECE * 2 + 5];
        assert_eq!(
            writer.add("blobs/two", &mut long.as_slice()).unwrap(),
            long.len() as u64
        );
        writer.add("empty", &mut &b""[..]).unwrap();
        writer.finish().unwrap();
        path
    }

    #[test]
    fn entries_come_back_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut reader = BackupReader::open(&archive(folder.path())).unwrap();
        let mut seen = Vec::new();
        while let Some(mut entry) = reader.next_entry().unwrap() {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            seen.push((entry.name().to_owned(), bytes.len()));
        }
        let wanted = [
            ("one".to_owned(), 5),
            ("blobs/two".to_owned(), PIECE * 2 + 5),
            ("empty".to_owned(), 0),
        ];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn every_cut_and_every_flipped_byte_is_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(archive(folder.path())).unwrap();
        let path = folder.path().join("bad");
        let read = || -> Result<(), ArchiveError> {
            let mut reader = BackupReader::open(&path)?;
            while let Some(entry) = reader.next_entry()? {
                entry.finish()?;
            }
            Ok(())
        };
        std::fs::write(&path, &whole).unwrap();
        read().unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            assert!(read().is_err(), "cut at {cut} of {}", whole.len());
        }
        let mut unnoticed = Vec::new();
        for at in 0..whole.len() {
            let mut bad = whole.clone();
            bad[at] ^= 0x10;
            std::fs::write(&path, &bad).unwrap();
            if read().is_ok() {
                unnoticed.push(at);
            }
        }
        // A few bits of zstd's own frame (its window size, say) change nothing of what is read.
        assert!(unnoticed.len() < 4, "{unnoticed:?}");
    }

    #[test]
    fn an_unfinished_archive_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.backup");
        let mut writer = BackupWriter::create(&path).unwrap();
        writer.add("one", &mut &b"hello"[..]).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
