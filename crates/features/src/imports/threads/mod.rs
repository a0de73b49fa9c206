//! Comments of other systems: read file by file, brought together by thread in temporary files, matched to stories, and
//! written thread by thread with what they answer before them.
//!
//! Nothing of it trips a detector or sends a notice, and nothing happens twice: a comment's identity here is made of its
//! identity there and of its story.

mod find;
pub mod kept;
mod place;
mod ready;
mod spool;

pub(super) use place::place;
pub(super) use ready::{Names, Part, Ready, of_story};

use super::{Cursor, Entry, ImportError, Leave, Options, Placing, Progress, Report, files, run_key, save};
use crate::app::App;
use crate::stories::ChangeError;
use masthead_domain::imports::CommentRecord;
use masthead_formats::comments::{self as readers, isso};
use masthead_formats::{Format, ReadContext};
use masthead_store::db::isso::{IssoRow, read as read_isso};
use place::{Outcome, Placed};
use spool::{Spool, Thread};
use std::io::BufReader;
use std::ops::ControlFlow;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Comments written in one transaction.
const BATCH: usize = 256;

/// One file of comments.
pub(super) struct Source {
    pub(super) entry: Entry,
    pub(super) format: Format,
}

/// A record as its reader hands it over.
struct Read {
    record: CommentRecord,
    position: u64,
    problems: Vec<String>,
}

/// What a reader says once the file is read: records set aside and their places, and how many more there were.
type End = Result<(Vec<(String, String)>, u64), String>;

/// How far all of this is, in bytes and threads.
pub(super) struct Course<'a> {
    pub(super) progress: &'a dyn Progress,
    /// Bytes of the files before these.
    pub(super) before: u64,
    /// Threads that an earlier run placed.
    pub(super) skip: u64,
}

/// Takes the comments of these files in.
pub(super) async fn run(
    app: &Arc<App>,
    options: &Options,
    placing: &Placing,
    sources: Vec<Source>,
    course: Course<'_>,
    report: &mut Report,
) -> Result<(), ImportError> {
    if sources.is_empty() {
        return Ok(());
    }
    let mut spool = Spool::new();
    let mut before = course.before;
    for source in &sources {
        collect(app, source, &mut spool, &course, before, report).await?;
        before += source.entry.bytes;
        course.progress.done(before, report.counts.records);
    }
    course.progress.stage("comments");
    let mut threads = spool.threads().map_err(spooled)?;
    let mut writer = Writer {
        app,
        options,
        key: run_key(options),
        parts: Vec::new(),
        waiting: 0,
        done: 0,
        report,
    };
    while let Some(some) = threads.next_bucket().map_err(spooled)? {
        for thread in some {
            writer.done += 1;
            if writer.done > course.skip {
                writer.take(thread, placing).await?;
            }
        }
    }
    writer.flush().await
}

fn spooled(error: std::io::Error) -> ImportError {
    ImportError::File {
        path: "the import's temporary files".into(),
        error,
    }
}

/// Reads a file into the spool.
async fn collect(
    app: &Arc<App>,
    source: &Source,
    spool: &mut Spool,
    course: &Course<'_>,
    before: u64,
    report: &mut Report,
) -> Result<(), ImportError> {
    let (sender, mut queue) = mpsc::channel::<Read>(256);
    let (entry, format, now) = (source.entry.clone(), source.format, app.now());
    let reading = tokio::task::spawn_blocking(move || -> End {
        let ctx = ReadContext::at(now);
        let give = |record, position, problems: Vec<String>| {
            let read = Read {
                record,
                position,
                problems,
            };
            // A closed queue means that the import ended.
            if sender.blocking_send(read).is_ok() {
                ControlFlow::Continue(())
            } else {
                ControlFlow::Break(())
            }
        };
        if format == Format::Isso {
            read_isso(&entry.path, &mut |row| match row {
                IssoRow::Thread(row) => give(CommentRecord::Thread(Box::new(isso::thread(row))), 0, Vec::new()),
                IssoRow::Comment(row) => give(
                    CommentRecord::Comment(Box::new(isso::comment(row, &ctx))),
                    0,
                    Vec::new(),
                ),
            })?;
            return Ok((Vec::new(), 0));
        }
        let file = files::open(&entry.path).map_err(|error| error.to_string())?;
        let summary = readers::read(
            format,
            BufReader::with_capacity(1 << 18, file),
            &ctx,
            &mut |record, position, problems| {
                give(record, position, problems.iter().map(ToString::to_string).collect())
            },
        )
        .map_err(|error| error.reason)?;
        let listed: Vec<(String, String)> = summary
            .problems
            .into_iter()
            .map(|problem| (problem.at, problem.what))
            .collect();
        let more = summary.set_aside.saturating_sub(listed.len() as u64);
        Ok((listed, more))
    });
    let name = &source.entry.name;
    let mut seen = 0_u64;
    while let Some(read) = queue.recv().await {
        seen += 1;
        if seen.is_multiple_of(1_024) {
            let position = read.position.min(source.entry.bytes);
            course.progress.done(before + position, report.counts.records + seen);
        }
        if !read.problems.is_empty() {
            let of = record_name(name, &read.record);
            let problems: Vec<(String, String)> = read.problems.into_iter().map(|what| (of.clone(), what)).collect();
            report.note_problems(&problems)?;
        }
        spool.add(format, name, read.record).map_err(spooled)?;
    }
    let end = reading
        .await
        .unwrap_or_else(|error| Err(format!("its reader broke off: {error}")));
    match end {
        Ok((listed, more)) => {
            for (at, what) in listed {
                report.set_aside(&format!("{name} at {at}"), &what)?;
            }
            report.counts.set_aside += more;
        }
        Err(reason) => report.set_aside(name, &reason)?,
    }
    Ok(())
}

fn record_name(file: &str, record: &CommentRecord) -> String {
    match record {
        CommentRecord::Thread(thread) => format!("{file}: thread {}", thread.key),
        CommentRecord::Person(person) => format!("{file}: person {}", person.key),
        CommentRecord::Comment(comment) => format!("{file}: comment {}", comment.key),
    }
}

/// Writes threads in transactions of a bounded size.
struct Writer<'a> {
    app: &'a Arc<App>,
    options: &'a Options,
    key: String,
    parts: Vec<Part>,
    waiting: usize,
    /// Threads that are done once what waits is written.
    done: u64,
    report: &'a mut Report,
}

impl Writer<'_> {
    async fn take(&mut self, thread: Thread, placing: &Placing) -> Result<(), ImportError> {
        let name = format!("{}: thread {}", thread.file, thread.about.key);
        let count = thread.comments.len() as u64;
        if count == 0 {
            return Ok(());
        }
        self.report.counts.records += count;
        if thread.about.deleted {
            let reason = format!("it was deleted at its source; its {count} comments are not taken");
            return self.report.set_aside(&name, &reason);
        }
        let snapshot = placing.snapshot();
        let mut conn = self.app.db.reader().await?;
        let found = find::story(&mut conn, &self.app.sites(), snapshot.site, &thread.about).await?;
        drop(conn);
        let Some((story, site)) = found else {
            let address = thread.about.addresses.first().map_or("no address", String::as_str);
            let reason = format!("there is no story for it ({address}); its {count} comments are not taken");
            return self.report.set_aside(&name, &reason);
        };
        self.report.counts.threads += 1;
        let (format, now, about) = (thread.format, self.app.now(), thread.about);
        let prepared = ready::prepare(
            snapshot.names,
            format.name(),
            story,
            thread.comments,
            about.created,
            now,
        );
        for (key, reason) in prepared.set_aside {
            self.report
                .set_aside(&format!("{}: comment {key}", thread.file), &reason)?;
        }
        let problems: Vec<(String, String)> = prepared.problems.into_iter().map(|what| (name.clone(), what)).collect();
        self.report.note_problems(&problems)?;
        let mut comments = prepared.comments.into_iter().peekable();
        while comments.peek().is_some() {
            let room = BATCH.saturating_sub(self.waiting).max(1);
            let some: Vec<Ready> = comments.by_ref().take(room).collect();
            self.waiting += some.len();
            self.parts.push(Part {
                name: name.clone(),
                source: format.name().to_owned(),
                story,
                site,
                comments: some,
            });
            if self.waiting >= BATCH {
                // A thread that is written in several parts is done with the last of them.
                let done = self.done - u64::from(comments.peek().is_some());
                self.write(done).await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), ImportError> {
        self.write(self.done).await
    }

    async fn write(&mut self, done: u64) -> Result<(), ImportError> {
        let parts = Arc::new(std::mem::take(&mut self.parts));
        self.waiting = 0;
        if parts.is_empty() {
            return Ok(());
        }
        match self.write_some(&parts, 0..parts.len(), Some(done)).await {
            Ok(placed) | Err(Leave::Dry(placed)) => {
                self.count(&placed);
                return Ok(());
            }
            Err(Leave::Failed(ChangeError::Store(error))) if error.is_transient() => return Err(error.into()),
            Err(Leave::Failed(_)) => {}
        }
        // Something in it can't go in: one by one, so that only that thread is set aside.
        for (number, part) in parts.iter().enumerate() {
            match self.write_some(&parts, number..number + 1, None).await {
                Ok(placed) | Err(Leave::Dry(placed)) => self.count(&placed),
                Err(Leave::Failed(ChangeError::Store(error))) if error.is_transient() => return Err(error.into()),
                Err(Leave::Failed(error)) => self.report.set_aside(&part.name, &error.to_string())?,
            }
        }
        Ok(())
    }

    fn count(&mut self, placed: &Placed) {
        self.report.counts.comments += placed.new;
        self.report.counts.unchanged += placed.known;
        self.report.counts.profiles += placed.profiles;
    }

    async fn write_some(
        &self,
        parts: &Arc<Vec<Part>>,
        range: std::ops::Range<usize>,
        done: Option<u64>,
    ) -> Result<Placed, Leave<Placed>> {
        let (parts, key, now) = (Arc::clone(parts), self.key.clone(), self.app.now());
        let (ids, dry) = (Arc::clone(&self.app.ids), self.options.dry_run);
        self.app
            .db
            .write("imports.comments", move |tx| {
                let (parts, key, range) = (Arc::clone(&parts), key.clone(), range.clone());
                let ids = Arc::clone(&ids);
                Box::pin(async move {
                    let mut all = Placed::default();
                    for part in parts.get(range).unwrap_or_default() {
                        let Outcome { placed, .. } = place(tx, ids.as_ref(), part).await?;
                        all.add(&placed);
                    }
                    if dry {
                        return Err(Leave::Dry(all));
                    }
                    if let Some(threads) = done {
                        let cursor = Cursor::at_threads(threads);
                        save(tx, ids.as_ref(), &key, cursor, now).await?;
                    }
                    Ok(all)
                })
            })
            .await
    }
}
