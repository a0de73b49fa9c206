//! The report of an import: counts, every record set aside with its reason, what readers of formats could not take,
//! and the map from old addresses to new ones. Lists are spooled to disk, so that a report of any length needs no memory.

use super::ImportError;
use serde::Serialize;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records looked at.
    pub records: u64,
    /// Stories made.
    pub stories_new: u64,
    /// Stories changed by a newer version.
    pub stories_updated: u64,
    /// Records that were there already.
    pub unchanged: u64,
    /// Older versions kept beside the one that stands.
    pub older: u64,
    /// Stories stopped by a cancel or a withheld version.
    pub stopped: u64,
    /// Items that are no story (pictures, packages, concepts): kept for the desk.
    pub items_kept: u64,
    /// Pages of the publisher's own.
    pub pages: u64,
    /// Files that stories name.
    pub attachments: u64,
    /// Authors.
    pub authors: u64,
    /// Tags.
    pub topics: u64,
    /// Comments made.
    pub comments: u64,
    /// Threads of other systems that have a story here.
    pub threads: u64,
    /// Closed profiles made for writers of comments.
    pub profiles: u64,
    /// Old addresses that lead to new ones.
    pub urls: u64,
    /// Records that went in, but not whole.
    pub with_problems: u64,
    /// Records set aside.
    pub set_aside: u64,
}

/// A report under way, or done.
#[derive(Debug)]
pub struct Report {
    /// Counts.
    pub counts: Counts,
    /// The first records set aside, for the screen.
    pub first_set_aside: Vec<(String, String)>,
    path: Option<PathBuf>,
    set_aside: Spool,
    problems: Spool,
    urls: Spool,
}

/// How many set-aside records are also kept for the screen.
const SHOWN: usize = 20;

impl Report {
    /// Begins a report.
    ///
    /// # Errors
    /// When there is no room for it.
    pub fn open(path: Option<&Path>) -> Result<Self, ImportError> {
        if let Some(folder) = path
            .and_then(Path::parent)
            .filter(|folder| !folder.as_os_str().is_empty())
            && !folder.is_dir()
        {
            return Err(ImportError::CannotStart(format!(
                "the report's folder {} is not there",
                folder.display()
            )));
        }
        Ok(Self {
            counts: Counts::default(),
            first_set_aside: Vec::new(),
            path: path.map(Path::to_path_buf),
            set_aside: Spool::default(),
            problems: Spool::default(),
            urls: Spool::default(),
        })
    }

    pub(super) fn set_aside(&mut self, record: &str, reason: &str) -> Result<(), ImportError> {
        self.counts.set_aside += 1;
        if self.first_set_aside.len() < SHOWN {
            self.first_set_aside.push((record.to_owned(), reason.to_owned()));
        }
        self.set_aside
            .add(&serde_json::json!({ "record": record, "reason": reason }))
    }

    pub(super) fn note_problems(&mut self, problems: &[(String, String)]) -> Result<(), ImportError> {
        if let Some((record, _)) = problems.first() {
            self.counts.with_problems += 1;
            let what: Vec<&str> = problems.iter().map(|(_, what)| what.as_str()).collect();
            self.problems
                .add(&serde_json::json!({ "record": record, "problems": what }))?;
        }
        Ok(())
    }

    pub(super) fn add_url(&mut self, old: &str, new: &str) -> Result<(), ImportError> {
        self.counts.urls += 1;
        self.urls.add(&serde_json::json!({ "from": old, "to": new }))
    }

    /// Writes the report to its file, whole or not at all.
    ///
    /// # Errors
    /// When it can't be written.
    pub(super) fn close(&mut self) -> Result<(), ImportError> {
        let Some(path) = self.path.clone() else { return Ok(()) };
        let failed = |error| ImportError::File {
            path: path.display().to_string(),
            error,
        };
        let unfinished = path.with_extension("part");
        let mut out = BufWriter::new(std::fs::File::create(&unfinished).map_err(failed)?);
        let counts = serde_json::to_string(&self.counts).map_err(|error| failed(error.into()))?;
        write!(out, "{{\"counts\":{counts}").map_err(failed)?;
        for (name, spool) in [
            ("set_aside", &mut self.set_aside),
            ("problems", &mut self.problems),
            ("urls", &mut self.urls),
        ] {
            write!(out, ",\n\"{name}\":[").map_err(failed)?;
            spool.copy_to(&mut out).map_err(failed)?;
            write!(out, "]").map_err(failed)?;
        }
        writeln!(out, "}}").map_err(failed)?;
        out.into_inner()
            .map_err(|error| failed(error.into_error()))?
            .sync_all()
            .map_err(failed)?;
        std::fs::rename(&unfinished, &path).map_err(failed)
    }
}

/// A list of JSON values on disk, in a file that has no name.
#[derive(Debug, Default)]
struct Spool {
    file: Option<BufWriter<std::fs::File>>,
    any: bool,
}

impl Spool {
    fn add(&mut self, value: &serde_json::Value) -> Result<(), ImportError> {
        let failed = |error| ImportError::File {
            path: "the report's list".into(),
            error,
        };
        if self.file.is_none() {
            self.file = Some(BufWriter::new(tempfile::tempfile().map_err(failed)?));
        }
        let separator = if self.any { ",\n" } else { "\n" };
        self.any = true;
        match &mut self.file {
            Some(file) => write!(file, "{separator}{value}").map_err(failed),
            None => Ok(()),
        }
    }

    fn copy_to(&mut self, out: &mut impl Write) -> std::io::Result<()> {
        let Some(writer) = self.file.take() else { return Ok(()) };
        let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::new(file);
        let mut buffer = vec![0_u8; 1 << 16];
        loop {
            let read = reader.read(&mut buffer)?;
            if read == 0 {
                return Ok(());
            }
            out.write_all(buffer.get(..read).unwrap_or_default())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_json() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let mut report = Report::open(Some(&path)).unwrap();
        report.set_aside("a.xml", "not \"well\" formed").unwrap();
        report.add_url("https://old.example/a", "/news/a-20260101").unwrap();
        report.add_url("https://old.example/b", "/news/b-20260101").unwrap();
        report.close().unwrap();
        let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(read["counts"]["set_aside"], 1);
        assert_eq!(read["urls"][1]["to"], "/news/b-20260101");
        assert_eq!(read["problems"].as_array().unwrap().len(), 0);
    }
}
