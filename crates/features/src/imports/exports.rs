//! Records out of a file, one at a time: readers of formats run on a thread of their own and hand records over through
//! a short queue, so that a file of any size is never in memory whole.

use super::{Entry, Extras, Options, Placing, Record, files};
use crate::app::App;
use crate::pictures::{Said, take as take_picture};
use crate::wire::Arrival;
use bytes::Bytes;
use masthead_domain::document::{Document, PictureBlock, PictureSource};
use masthead_domain::imports::{ImportRecord, ImportedState, ImportedStory};
use masthead_domain::time::Timestamp;
use masthead_formats::{Format, Problem, ReadContext, detect, ghost, read_items, wxr};
use masthead_store::imports::AttachmentRecord;
use std::collections::HashMap;
use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// A document that is no stream is read whole; larger than this is no news document.
const LARGEST_DOCUMENT: u64 = 64 << 20;
/// Bytes that tell a format.
const HEAD: usize = 64 << 10;

/// A record as read.
pub(super) struct ReadRecord {
    pub(super) record: Record,
    /// Bytes of the file that are done.
    pub(super) position: u64,
    /// What its reader could not take: record and words.
    pub(super) problems: Vec<(String, String)>,
}

/// The records of one file.
pub(super) struct Reader {
    queue: mpsc::Receiver<ReadRecord>,
}

impl Reader {
    /// The next record; `None` at the end of the file.
    pub(super) async fn next(&mut self) -> Option<ReadRecord> {
        self.queue.recv().await
    }
}

/// The format of a file that holds comments alone: the one that was named, or what its content says. A file that can't
/// be looked at is left to its reader, which says why.
pub(super) fn comments_format(entry: &Entry, options: &Options) -> Option<Format> {
    let format = match options.format {
        Some(format) => Some(format),
        None => files::head(&entry.path, HEAD)
            .ok()
            .and_then(|head| detect(&head, Some(&entry.name))),
    };
    format.filter(|format| format.is_comments())
}

/// Begins to read a file.
pub(super) async fn open(app: &Arc<App>, entry: &Entry, options: &Options, placing: &Placing) -> Reader {
    let (sender, queue) = mpsc::channel(16);
    let zone = app.sites().site(placing.snapshot().site).map(|site| site.zone_name());
    let file = File {
        entry: entry.clone(),
        format: options.format,
        now: app.now(),
        zone,
    };
    if !options.dry_run
        && options.format.is_none()
        && let Some(bytes) = picture_bytes(entry)
    {
        let record = match take_picture(app, bytes, Said::default()).await {
            // Its documents, or the desk, will show it.
            Ok(_) => None,
            Err(error) => Some(Record::SetAside {
                record: entry.name.clone(),
                reason: error.to_string(),
            }),
        };
        if let Some(record) = record {
            let read = ReadRecord {
                record,
                position: entry.bytes,
                problems: Vec::new(),
            };
            // The queue is empty and its receiver is held below: this can't fail.
            if sender.try_send(read).is_err() {
                tracing::error!(file = %entry.name, "a record was lost between two steps of one loop");
            }
        }
        return Reader { queue };
    }
    std::thread::spawn(move || file.read(&sender));
    Reader { queue }
}

/// The bytes of a file whose content is a picture's.
fn picture_bytes(entry: &Entry) -> Option<Bytes> {
    let mut file = std::fs::File::open(&entry.path).ok()?;
    let mut head = [0_u8; 16];
    let read = file.read(&mut head).ok()?;
    let head = head.get(..read)?;
    let is_picture = head.starts_with(&[0xff, 0xd8, 0xff])
        || head.starts_with(b"\x89PNG\r\n")
        || head.starts_with(b"GIF8")
        || (head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP"));
    if !is_picture || entry.bytes > LARGEST_DOCUMENT {
        return None;
    }
    std::fs::read(&entry.path).ok().map(Bytes::from)
}

struct File {
    entry: Entry,
    format: Option<Format>,
    now: Timestamp,
    zone: Option<String>,
}

type Queue = mpsc::Sender<ReadRecord>;

impl File {
    fn read(self, queue: &Queue) {
        if let Err(reason) = self.read_or_say_why(queue) {
            let record = Record::SetAside {
                record: self.entry.name.clone(),
                reason,
            };
            // A closed queue means that the import ended; nobody waits for the reason.
            if queue
                .blocking_send(ReadRecord {
                    record,
                    position: self.entry.bytes,
                    problems: Vec::new(),
                })
                .is_err()
            {
                tracing::debug!("the import ended before its last file was read");
            }
        }
    }

    fn read_or_say_why(&self, queue: &Queue) -> Result<(), String> {
        let file = files::open(&self.entry.path).map_err(|error| error.to_string())?;
        let format = match self.format {
            Some(format) => format,
            None => {
                let head = files::head(&self.entry.path, HEAD).map_err(|error| error.to_string())?;
                detect(&head, Some(&self.entry.name))
                    .ok_or_else(|| "its content is none of the formats that Masthead reads".to_owned())?
            }
        };
        match format {
            Format::Wxr => self.read_wxr(file, queue),
            _ if self.entry.bytes > LARGEST_DOCUMENT => Err(format!(
                "it has {} MB; a single document may have {} MB at most",
                self.entry.bytes >> 20,
                LARGEST_DOCUMENT >> 20
            )),
            Format::Ghost => {
                let bytes = read_whole(file, self.entry.bytes)?;
                self.read_ghost(&bytes, queue)
            }
            _ => {
                let bytes = read_whole(file, self.entry.bytes)?;
                self.read_document(bytes, format, queue)
            }
        }
    }

    fn context(&self) -> ReadContext<'_> {
        ReadContext {
            origin: Some(&self.entry.name),
            zone: self.zone.as_deref(),
            ..ReadContext::at(self.now)
        }
    }

    fn folder(&self) -> Option<String> {
        let folder = self.entry.path.parent().unwrap_or_else(|| Path::new("."));
        std::path::absolute(folder)
            .ok()
            .map(|folder| format!("file:{}", folder.display()))
    }

    fn read_document(&self, bytes: Vec<u8>, format: Format, queue: &Queue) -> Result<(), String> {
        let reading = read_items(&bytes, format, &self.context()).map_err(|error| error.reason)?;
        let single = reading.value.len() == 1;
        if reading.value.is_empty() {
            return Err(first_of(&reading.problems).unwrap_or_else(|| "there is no item in it".to_owned()));
        }
        let mut problems = named(&self.entry.name, &reading.problems);
        // Not copied: the document may be as large as one may be.
        let payload = Bytes::from(bytes);
        for (number, item) in reading.value.into_iter().enumerate() {
            let record = if single {
                self.entry.name.clone()
            } else {
                format!("{}#{}", self.entry.name, number + 1)
            };
            // Old addresses are those of pages that stood on the publisher's own site; an agency's are its own.
            let own_page = matches!(format, Format::Html | Format::Text);
            let old_url = item.canonical_url.clone().filter(|_| own_page);
            // A text without a time is as likely a licence or a note beside the pages as a page: an editor decides.
            let doubtful = self.format.is_none() && format == Format::Text && item.published.is_none();
            let extras = Extras {
                record,
                published: doubtful.then_some(false),
                old_paths: old_url.iter().flat_map(|url| old_paths_of(url)).collect(),
                old_url,
                ..Extras::default()
            };
            let arrival = Arrival {
                source: "import".into(),
                format,
                item,
                // A raw document is kept once, with its first item.
                payload: Some(payload.clone()).filter(|_| number == 0),
                problems: Vec::new(),
                base: self.folder(),
            };
            let read = ReadRecord {
                record: Record::Item(Box::new(arrival), Box::new(extras)),
                position: self.entry.bytes,
                problems: std::mem::take(&mut problems),
            };
            if queue.blocking_send(read).is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn read_wxr(&self, file: impl Read, queue: &Queue) -> Result<(), String> {
        let mut export = Export::new(self, Format::Wxr);
        let reader = BufReader::with_capacity(1 << 18, file);
        let summary = wxr::read(reader, &self.context(), &mut |record, position, problems| {
            export.hand_over(record, position, &problems, queue)
        })
        .map_err(|error| error.reason)?;
        export.faults(&summary.problems, queue);
        Ok(())
    }

    fn read_ghost(&self, bytes: &[u8], queue: &Queue) -> Result<(), String> {
        let mut export = Export::new(self, Format::Ghost);
        let reading = ghost::read(bytes, &self.context()).map_err(|error| error.reason)?;
        for record in reading.value {
            if export.hand_over(record, self.entry.bytes, &[], queue).is_break() {
                return Ok(());
            }
        }
        export.faults(&reading.problems, queue);
        Ok(())
    }
}

/// What is remembered while an export is read: its site and its people. Both are few.
struct Export<'a> {
    file: &'a File,
    format: Format,
    source: String,
    people: HashMap<String, String>,
}

impl<'a> Export<'a> {
    fn new(file: &'a File, format: Format) -> Self {
        Self {
            file,
            format,
            source: file.entry.name.clone(),
            people: HashMap::new(),
        }
    }

    fn hand_over(
        &mut self,
        record: ImportRecord,
        position: u64,
        problems: &[Problem],
        queue: &Queue,
    ) -> ControlFlow<()> {
        let Some(record) = self.translate(record) else {
            return ControlFlow::Continue(());
        };
        let name = super::name_of(&record);
        let read = ReadRecord {
            record,
            position,
            problems: named(&name, problems),
        };
        if queue.blocking_send(read).is_err() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    /// Faults of the file itself are records set aside: something that was in it did not go in.
    fn faults(&self, problems: &[Problem], queue: &Queue) {
        for problem in problems {
            let record = Record::SetAside {
                record: format!("{} at {}", self.file.entry.name, problem.at),
                reason: problem.what.clone(),
            };
            let read = ReadRecord {
                record,
                position: self.file.entry.bytes,
                problems: Vec::new(),
            };
            if queue.blocking_send(read).is_err() {
                return;
            }
        }
    }

    fn translate(&mut self, record: ImportRecord) -> Option<Record> {
        match record {
            ImportRecord::Site(site) => {
                if let Some(url) = site.url {
                    self.source = url.trim_end_matches('/').to_owned();
                }
                None
            }
            ImportRecord::Author(author) => {
                let name = author.person.name.trim().to_owned();
                if name.is_empty() {
                    return None;
                }
                self.people.insert(author.key, name.clone());
                Some(Record::Author {
                    name,
                    role: author.person.role.unwrap_or_default(),
                })
            }
            ImportRecord::Term(term) if term.taxonomy == "post_tag" || term.taxonomy == "tag" => {
                let name = term.subject.name.or_else(|| term.subject.slug.clone())?;
                Some(Record::Topic {
                    slug: term.subject.slug,
                    name,
                })
            }
            // Categories become sections when a story needs them.
            ImportRecord::Term(_) => None,
            ImportRecord::Attachment(attachment) => Some(Record::Attachment {
                source: self.source.clone(),
                key: attachment.key,
                attachment: AttachmentRecord {
                    url: attachment.url,
                    caption: attachment.caption.or(attachment.description).unwrap_or_default(),
                    credit: attachment.credit.unwrap_or_default(),
                    alt: attachment.alt.unwrap_or_default(),
                },
            }),
            ImportRecord::Page(page) => Some(self.page(*page)),
            ImportRecord::Story(story) => Some(self.story(*story)),
        }
    }

    fn page(&self, page: ImportedStory) -> Record {
        let record = page.item.guid.clone();
        let title = page.item.best_headline().unwrap_or("").to_owned();
        let slug = page
            .item
            .slug
            .clone()
            .filter(|slug| masthead_domain::sites::check_slug(slug).is_ok());
        let slug = slug.unwrap_or_else(|| crate::sites::slug_of(&title));
        if page.state != ImportedState::Published || page.password_protected {
            return Record::SetAside {
                record,
                reason: "a page that readers could not see at its source".into(),
            };
        }
        if slug.is_empty() || title.is_empty() {
            return Record::SetAside {
                record,
                reason: "a page without a title".into(),
            };
        }
        let mut body = page.item.body;
        self.scope(&mut body);
        Record::Page {
            record,
            slug,
            title,
            body,
            base: self.file.folder(),
        }
    }

    /// An attachment's name among those of all exports.
    fn scoped(&self, key: &str) -> PictureSource {
        PictureSource::Remote(format!("attachment:{}#{key}", self.source))
    }

    fn scope(&self, body: &mut Document) {
        body.for_each_picture(&mut |block| {
            if let PictureSource::Remote(name) = &block.picture
                && let Some(key) = name.strip_prefix("attachment:")
            {
                block.picture = self.scoped(key);
            }
        });
    }

    fn story(&self, story: ImportedStory) -> Record {
        let mut item = story.item;
        let record = item
            .best_headline()
            .map_or_else(|| item.guid.clone(), |title| format!("{} ({title})", item.guid));
        if story.state == ImportedState::Trashed {
            return Record::SetAside {
                record,
                reason: "it lies in the trash at its source".into(),
            };
        }
        if item.best_headline().is_none() {
            return Record::SetAside {
                record,
                reason: "it has no title".into(),
            };
        }
        for person in &mut item.authors {
            if person.name.trim().is_empty()
                && let Some(name) = person.uri.as_ref().and_then(|key| self.people.get(key))
            {
                person.name.clone_from(name);
            }
        }
        if let Some(key) = &story.lead_attachment {
            item.lead_picture = Some(PictureBlock {
                picture: self.scoped(key),
                caption: masthead_domain::document::Text::default(),
                credit: String::new(),
                alt: String::new(),
            });
        }
        self.scope(&mut item.body);
        let published = story.state == ImportedState::Published && !story.password_protected;
        let old_url = item.canonical_url.clone();
        let mut old_paths = story.old_paths;
        old_paths.extend(old_url.iter().flat_map(|url| old_paths_of(url)));
        let old_paths = old_paths
            .iter()
            .map(|path| normal_path(path))
            .filter(|path| path != "/")
            .collect();
        let extras = Extras {
            record,
            published: Some(published),
            old_paths,
            old_url,
            comments: story.comments,
        };
        let arrival = Arrival {
            source: self.source.clone(),
            format: self.format,
            item,
            payload: None,
            problems: Vec::new(),
            base: self.file.folder(),
        };
        Record::Item(Box::new(arrival), Box::new(extras))
    }
}

/// The path (and query, where the query is the address) that an address had at its source.
fn old_paths_of(url: &str) -> Option<String> {
    let url = url::Url::parse(url).ok()?;
    let mut path = url.path().to_owned();
    if path == "/"
        && let Some(query) = url.query()
    {
        path = format!("/?{query}");
    }
    Some(normal_path(&path))
}

/// Without a slash at the end, with one at the beginning: one address, one form.
pub(crate) fn normal_path(path: &str) -> String {
    let trimmed = path.trim().trim_end_matches('/');
    if trimmed.starts_with('/') {
        trimmed.to_owned()
    } else {
        format!("/{trimmed}")
    }
}

fn named(record: &str, problems: &[Problem]) -> Vec<(String, String)> {
    problems
        .iter()
        .map(|problem| (record.to_owned(), problem.to_string()))
        .collect()
}

fn first_of(problems: &[Problem]) -> Option<String> {
    problems.first().map(ToString::to_string)
}

fn read_whole(file: impl Read, size: u64) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(LARGEST_DOCUMENT)
        .read_to_end(&mut bytes)
        .map_err(|error| error.to_string())?;
    Ok(bytes)
}
