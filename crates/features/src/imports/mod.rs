//! Imports: files and folders of other systems' material, streamed in with bounded memory.
//!
//! Everything goes through the same door as live copy (`wire::take_in_tx`), so identity, versions, embargo and kill
//! hold for imports too, and a second import changes nothing. Records are written in small transactions together with
//! the place to go on from; what can't go in is set aside with its reason and never stops the next record.

mod documents;
mod exports;
mod files;
mod placing;
mod report;
mod threads;

pub use files::Entry;
pub use report::{Counts, Report};
pub use threads::kept;

use crate::app::App;
use crate::stories::ChangeError;
use crate::wire::content;
use crate::wire::{Arrival, Desk, Handling, Outcome, Taken};
use masthead_domain::events::Event;
use masthead_domain::ids::{EventId, SiteId};
use masthead_formats::Format;
use masthead_store::jobs::{self, Lane};
use masthead_store::{StoreError, Tx, imports as rows, wire as wire_rows};
use placing::Placing;
use std::path::PathBuf;
use std::sync::Arc;

/// How many records go into one transaction.
const BATCH: usize = 64;

/// What an import was asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders.
    pub paths: Vec<PathBuf>,
    /// The format, where the person named one.
    pub format: Option<Format>,
    /// The site's slug; the first site when unset.
    pub site: Option<String>,
    /// Path of the section that takes everything.
    pub section: Option<String>,
    /// Publish agency items too. Exports keep their own states.
    pub publish: bool,
    /// Work everything out and write nothing.
    pub dry_run: bool,
    /// Go on where an earlier run of the same import broke off.
    pub resume: bool,
    /// Where the report goes.
    pub report: Option<PathBuf>,
}

/// Told how far an import is.
pub trait Progress: Send + Sync {
    /// How many bytes there are in all, once known.
    fn total(&self, bytes: u64);
    /// Bytes and records done so far.
    fn done(&self, bytes: u64, records: u64);
    /// A new stage, in words.
    fn stage(&self, words: &str);
}

/// Why an import could not run at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is nothing to read, or something to write that can't be.
    #[error("{0}")]
    CannotStart(String),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file could not be read or written.
    #[error("{path}: {error}")]
    File {
        /// Which.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// A site or section could not be made.
    #[error(transparent)]
    Site(#[from] crate::sites::SiteError),
    /// The network's key could not be had.
    #[error(transparent)]
    Key(#[from] crate::accounts::AccountError),
}

/// What goes in next.
pub(crate) enum Record {
    /// An item, with what only exports know of it.
    Item(Box<Arrival>, Box<Extras>),
    /// A plain page of the publisher's own.
    Page {
        record: String,
        slug: String,
        title: String,
        body: masthead_domain::document::Document,
        /// Where its pictures are looked for.
        base: Option<String>,
    },
    /// A file that stories name by a key.
    Attachment {
        source: String,
        key: String,
        attachment: rows::AttachmentRecord,
    },
    /// An author of an export.
    Author { name: String, role: String },
    /// A tag of an export.
    Topic { slug: Option<String>, name: String },
    /// Something that can't go in.
    SetAside { record: String, reason: String },
}

/// What only exports know of a story.
#[derive(Default, Clone)]
pub(crate) struct Extras {
    /// Its name in the report.
    pub(crate) record: String,
    /// Readers could see it at its source; `None` for formats without states.
    pub(crate) published: Option<bool>,
    /// Paths at its source that lead to it from now on.
    pub(crate) old_paths: Vec<String>,
    /// Its address at its source, for the URL map.
    pub(crate) old_url: Option<String>,
    /// Its comments.
    pub(crate) comments: Vec<masthead_domain::imports::ImportedComment>,
}

/// Runs an import.
///
/// # Errors
/// [`ImportError`] when it could not start or the store went away; single records never end it.
pub async fn run(app: &Arc<App>, options: &Options, progress: &dyn Progress) -> Result<Report, ImportError> {
    let mut placing = Placing::open(app, options).await?;
    let source_key = run_key(options);
    let mut report = Report::open(options.report.as_deref())?;
    let start = if options.resume {
        resume_point(app, &source_key).await?
    } else {
        Cursor::default()
    };
    let entries = files::walk(&options.paths)?;
    progress.total(entries.iter().map(|entry| entry.bytes).sum());
    let mut desk = Desk::open(app, "import", handling(options)).await?;
    let mut bytes_before = 0_u64;
    // Comments come last, wherever their files lie: the stories of the same run are there then.
    let mut sources = Vec::new();
    for (number, entry) in entries.iter().enumerate() {
        if let Some(format) = exports::comments_format(entry, options) {
            sources.push(threads::Source {
                entry: entry.clone(),
                format,
            });
            continue;
        }
        if (number as u64) < start.file {
            bytes_before += entry.bytes;
            continue;
        }
        let skip = if number as u64 == start.file { start.records } else { 0 };
        let mut reader = exports::open(app, entry, options, &placing).await;
        let mut batch = Vec::with_capacity(BATCH);
        let mut seen = 0_u64;
        loop {
            let next = reader.next().await;
            if let Some(read) = next {
                progress.done(bytes_before + read.position.min(entry.bytes), report.counts.records);
                seen += 1;
                if seen <= skip {
                    placing.notice(&read.record);
                    continue;
                }
                report.note_problems(&read.problems)?;
                // A section that a story needs is made before the transaction that places the story.
                if let Some(fresh) = placing.prepare(app, &read.record, options).await? {
                    desk = Desk::open(app, "import", handling(options)).await?;
                    tracing::info!(section = %fresh, "section made for the import");
                }
                batch.push(read.record);
                if batch.len() < BATCH {
                    continue;
                }
            } else if batch.is_empty() {
                break;
            }
            let cursor = Cursor {
                file: number as u64,
                records: seen,
                threads: 0,
            };
            let records = std::mem::take(&mut batch);
            write(app, &desk, &placing, options, records, &source_key, cursor, &mut report).await?;
        }
        bytes_before += entry.bytes;
        progress.done(bytes_before, report.counts.records);
    }
    let course = threads::Course {
        progress,
        before: bytes_before,
        skip: start.threads,
    };
    threads::run(app, options, &placing, sources, course, &mut report).await?;
    if !options.dry_run {
        let end = Cursor {
            file: entries.len() as u64,
            ..Cursor::default()
        };
        finish(app, &source_key, end, &report).await?;
    }
    report.close()?;
    Ok(report)
}

fn handling(options: &Options) -> Handling {
    Handling {
        place: Vec::new(),
        publish: options.publish,
        imported: true,
        keep_back: false,
    }
}

/// A run's name: the same paths, format and target are the same run.
fn run_key(options: &Options) -> String {
    use sha2::{Digest, Sha256};
    let paths: Vec<String> = options.paths.iter().map(|path| path.display().to_string()).collect();
    let text = format!(
        "{paths:?} {:?} {:?} {:?}",
        options.format, options.site, options.section
    );
    Sha256::digest(text.as_bytes())
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// How far a run got.
#[derive(Clone, Copy, Default, serde::Serialize, serde::Deserialize)]
struct Cursor {
    /// Files that are done.
    file: u64,
    /// Records of the next file that are done.
    records: u64,
    /// Threads of comments that are done, which come after all files.
    #[serde(default)]
    threads: u64,
}

impl Cursor {
    /// All files are done, and so many threads.
    const fn at_threads(threads: u64) -> Self {
        Self {
            file: u64::MAX,
            records: 0,
            threads,
        }
    }
}

/// Notes how far a run got, in the transaction that writes what it has read until there.
async fn save(
    tx: &mut Tx,
    ids: &dyn masthead_domain::ids::IdSource,
    key: &str,
    cursor: Cursor,
    now: masthead_domain::time::Timestamp,
) -> Result<(), StoreError> {
    let text = serde_json::json!(cursor).to_string();
    rows::save_run(tx, ids.next_uuid(), key, &text, "{}", now, false).await
}

async fn resume_point(app: &App, key: &str) -> Result<Cursor, ImportError> {
    let known = rows::run(&mut app.db.reader().await?, key).await?;
    Ok(known
        .and_then(|run| serde_json::from_str(&run.cursor).ok())
        .unwrap_or_default())
}

async fn finish(app: &App, key: &str, cursor: Cursor, report: &Report) -> Result<(), ImportError> {
    let (key, now, fresh) = (key.to_owned(), app.now(), app.ids.next_uuid());
    let cursor = serde_json::json!(cursor).to_string();
    let counts = serde_json::json!(report.counts).to_string();
    app.db
        .write("imports.finish", move |tx| {
            let (key, cursor, counts) = (key.clone(), cursor.clone(), counts.clone());
            Box::pin(async move { rows::save_run(tx, fresh, &key, &cursor, &counts, now, true).await })
        })
        .await
        .map_err(ImportError::Store)
}

/// What became of one record of a batch.
#[derive(Clone)]
enum Done {
    Item(Taken, Option<(String, String)>, Box<documents::Said>),
    Other(Kind),
    SetAside { record: String, reason: String },
}

/// Records that are no items.
#[derive(Clone, Copy)]
enum Kind {
    Page,
    PageUnchanged,
    Attachment,
    Author,
    Topic,
}

/// Leaves a transaction without writing: a dry run that went well, or a record that failed.
enum Leave<T> {
    Dry(T),
    Failed(ChangeError),
}

impl<T> From<StoreError> for Leave<T> {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

impl<T> From<ChangeError> for Leave<T> {
    fn from(error: ChangeError) -> Self {
        Self::Failed(error)
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of one loop; a struct would only rename the loop's locals"
)]
async fn write(
    app: &Arc<App>,
    desk: &Desk,
    placing: &Placing,
    options: &Options,
    records: Vec<Record>,
    key: &str,
    cursor: Cursor,
    report: &mut Report,
) -> Result<(), ImportError> {
    let records = Arc::new(records);
    let all = 0..records.len();
    match write_some(app, desk, placing, options, &records, all, key, Some(cursor)).await {
        Ok(done) | Err(Leave::Dry(done)) => return report.add_all(done),
        Err(Leave::Failed(ChangeError::Store(error))) if error.is_transient() => return Err(error.into()),
        Err(Leave::Failed(_)) => {}
    }
    // Something in the batch can't go in. One by one, so that only that record is set aside.
    for number in 0..records.len() {
        let one = number..number + 1;
        match write_some(app, desk, placing, options, &records, one, key, None).await {
            Ok(done) | Err(Leave::Dry(done)) => report.add_all(done)?,
            Err(Leave::Failed(ChangeError::Store(error))) if error.is_transient() => return Err(error.into()),
            Err(Leave::Failed(error)) => {
                let record = records.get(number).map(name_of).unwrap_or_default();
                report.add_all(vec![Done::SetAside {
                    record,
                    reason: error.to_string(),
                }])?;
            }
        }
    }
    Ok(())
}

fn name_of(record: &Record) -> String {
    match record {
        Record::Item(_, extras) => extras.record.clone(),
        Record::Page { record, .. } | Record::SetAside { record, .. } => record.clone(),
        Record::Attachment { key, .. } => format!("attachment {key}"),
        Record::Author { name, .. } => format!("author {name}"),
        Record::Topic { name, .. } => format!("topic {name}"),
    }
}

#[expect(
    clippy::too_many_arguments,
    reason = "one step of one loop; a struct would only rename the loop's locals"
)]
async fn write_some(
    app: &Arc<App>,
    desk: &Desk,
    placing: &Placing,
    options: &Options,
    records: &Arc<Vec<Record>>,
    range: std::ops::Range<usize>,
    key: &str,
    cursor: Option<Cursor>,
) -> Result<Vec<Done>, Leave<Vec<Done>>> {
    let desk = desk.at(app.now());
    let (records, placing, key) = (Arc::clone(records), placing.snapshot(), key.to_owned());
    let dry = options.dry_run;
    app.db
        .write("imports.write", move |tx| {
            let (desk, records, placing) = (desk.clone(), Arc::clone(&records), placing.clone());
            let (key, range) = (key.clone(), range.clone());
            Box::pin(async move {
                let mut done = Vec::with_capacity(range.len());
                for record in records.get(range).unwrap_or_default() {
                    done.push(write_one(tx, &desk, &placing, record).await?);
                }
                if dry {
                    return Err(Leave::Dry(done));
                }
                if let Some(cursor) = cursor {
                    let context = desk.context();
                    save(tx, context.ids.as_ref(), &key, cursor, context.now).await?;
                }
                Ok(done)
            })
        })
        .await
}

async fn write_one(
    tx: &mut Tx,
    desk: &Desk,
    placing: &placing::Snapshot,
    record: &Record,
) -> Result<Done, ChangeError> {
    let context = desk.context();
    match record {
        Record::Item(arrival, extras) => documents::take(tx, desk, placing, arrival, extras).await,
        Record::Page {
            slug,
            title,
            body,
            base,
            ..
        } => {
            // What an earlier import fetched is in its place, so that the same export changes nothing.
            let mut body = body.clone();
            for remote in content::remote_in(body.pictures()) {
                if let Some(id) = masthead_store::pictures::by_source(tx, &remote).await? {
                    content::replace_in(&mut body, &remote, id);
                }
            }
            let page = masthead_store::pages::PageRecord {
                id: context.ids.next_uuid(),
                site: placing.site,
                slug: slug.clone(),
                title: title.clone(),
                body,
                listed: true,
                position: 0,
                revision: 0,
                updated_at: context.now,
            };
            let written = masthead_store::pages::put(tx, &page, &context.by).await?;
            if written {
                // Menus list it.
                let event = Event::SiteChanged { site: placing.site };
                let id = EventId::new(context.ids.as_ref());
                masthead_store::log::append(tx, id, event.kind(), &event.data(), context.now).await?;
            }
            if written && !content::remote_in(page.body.pictures()).is_empty() {
                let known = masthead_store::pages::by_slug(tx, page.site, &page.slug).await?;
                let id = known.map_or(page.id, |known| known.id).to_string();
                let payload = serde_json::json!({ "base": base });
                jobs::schedule_in(tx, Lane::Fetch, crate::pictures::JOB_PAGE, &id, context.now, &payload).await?;
            }
            Ok(Done::Other(if written { Kind::Page } else { Kind::PageUnchanged }))
        }
        Record::Attachment {
            source,
            key,
            attachment,
        } => {
            rows::put_attachment(tx, source, key, attachment).await?;
            Ok(Done::Other(Kind::Attachment))
        }
        Record::Author { name, role } => {
            let role = Some(role.as_str()).filter(|role| !role.is_empty());
            crate::wire::authors::ensure(tx, context.ids.as_ref(), name, role).await?;
            Ok(Done::Other(Kind::Author))
        }
        Record::Topic { slug, name } => {
            crate::wire::topics::ensure(tx, context, slug.clone(), name, None).await?;
            Ok(Done::Other(Kind::Topic))
        }
        Record::SetAside { record, reason } => {
            let entry = wire_rows::SetAside {
                source: "import".into(),
                record: record.clone(),
                reason: reason.clone(),
                at: context.now,
            };
            wire_rows::put_set_aside(tx, context.ids.next_uuid(), &entry, None).await?;
            Ok(Done::SetAside {
                record: record.clone(),
                reason: reason.clone(),
            })
        }
    }
}

impl Report {
    fn add_all(&mut self, done: Vec<Done>) -> Result<(), ImportError> {
        for one in done {
            self.counts.records += 1;
            match one {
                Done::Item(taken, moved, said) => {
                    let counts = &mut self.counts;
                    match taken.outcome {
                        Outcome::New if taken.story.is_some() => counts.stories_new += 1,
                        Outcome::New => counts.items_kept += 1,
                        Outcome::Updated => counts.stories_updated += 1,
                        Outcome::Unchanged => counts.unchanged += 1,
                        Outcome::Older => counts.older += 1,
                        Outcome::Stopped => counts.stopped += 1,
                    }
                    counts.comments += said.comments;
                    counts.profiles += said.profiles;
                    for (record, reason) in &said.set_aside {
                        self.set_aside(record, reason)?;
                    }
                    if let Some((old, new)) = moved {
                        self.add_url(&old, &new)?;
                    }
                }
                Done::Other(Kind::Page) => self.counts.pages += 1,
                Done::Other(Kind::PageUnchanged) => self.counts.unchanged += 1,
                Done::Other(Kind::Attachment) => self.counts.attachments += 1,
                Done::Other(Kind::Author) => self.counts.authors += 1,
                Done::Other(Kind::Topic) => self.counts.topics += 1,
                Done::SetAside { record, reason } => self.set_aside(&record, &reason)?,
            }
        }
        Ok(())
    }
}

/// The site that an import goes to.
pub(crate) fn target_site(app: &App, options: &Options) -> Result<SiteId, ImportError> {
    let table = app.sites();
    match &options.site {
        Some(slug) => table.by_slug(slug).map(|site| site.id).ok_or_else(|| {
            let known: Vec<&str> = table.all().iter().map(|site| site.slug.as_str()).collect();
            ImportError::CannotStart(format!("there is no site '{slug}'; there is: {}", known.join(", ")))
        }),
        None => table.first().map(|site| site.id).ok_or_else(|| {
            ImportError::CannotStart(
                "there is no site yet; make one with 'masthead init' or 'masthead site add'".into(),
            )
        }),
    }
}
