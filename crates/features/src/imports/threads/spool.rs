//! Brings what belongs together into one place, whatever its order in the files, with memory for a small part of it:
//! records are written to temporary files chosen by a hash of their key, and each of those is read whole.
//!
//! A table of the database was rejected for this: a dry run writes nothing, and everything would be written twice.

use masthead_domain::imports::{CommentRecord, ImportedComment, ImportedPerson, ImportedThread};
use masthead_formats::Format;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{BufRead as _, BufReader, BufWriter, Error, Seek, SeekFrom, Write as _};

/// Temporary files of each kind. What one of them holds is in memory at once: of 500,000 comments some 8,000.
const BUCKETS: usize = 64;

#[derive(Serialize, Deserialize)]
struct Line {
    format: Format,
    file: String,
    record: CommentRecord,
}

/// Lists of lines on disk, in files that have no names.
struct Buckets(Vec<Option<BufWriter<File>>>);

impl Buckets {
    fn new() -> Self {
        Self((0..BUCKETS).map(|_| None).collect())
    }

    fn add(&mut self, key: &str, line: &Line) -> Result<(), Error> {
        let mut hasher = DefaultHasher::new();
        key.hash(&mut hasher);
        let number = usize::try_from(hasher.finish() % BUCKETS as u64).unwrap_or(0);
        let Some(bucket) = self.0.get_mut(number) else {
            return Ok(());
        };
        let file = match bucket {
            Some(file) => file,
            None => bucket.insert(BufWriter::with_capacity(1 << 15, tempfile::tempfile()?)),
        };
        serde_json::to_writer(&mut *file, line)?;
        file.write_all(b"\n")
    }

    /// The lines of a bucket, which is gone then.
    fn take(&mut self, number: usize) -> Result<Vec<Line>, Error> {
        let Some(writer) = self.0.get_mut(number).and_then(Option::take) else {
            return Ok(Vec::new());
        };
        let mut file = writer.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        let lines = BufReader::with_capacity(1 << 18, file).lines();
        lines.map(|line| Ok(serde_json::from_str(&line?)?)).collect()
    }
}

/// Records on their way.
pub(super) struct Spool {
    /// People, and comments that name one.
    people: Buckets,
    threads: Buckets,
}

/// A thread with everything in it.
pub(super) struct Thread {
    pub(super) format: Format,
    /// The file that named it first.
    pub(super) file: String,
    pub(super) about: ImportedThread,
    pub(super) comments: Vec<ImportedComment>,
}

impl Spool {
    pub(super) fn new() -> Self {
        Self {
            people: Buckets::new(),
            threads: Buckets::new(),
        }
    }

    pub(super) fn add(&mut self, format: Format, file: &str, record: CommentRecord) -> Result<(), Error> {
        let (is_person, key) = match &record {
            CommentRecord::Thread(thread) => (false, thread.key.clone()),
            CommentRecord::Person(person) => (true, person.key.clone()),
            CommentRecord::Comment(comment) => match &comment.author_key {
                Some(key) => (true, key.clone()),
                None => (false, comment.thread.clone()),
            },
        };
        let line = Line {
            format,
            file: file.to_owned(),
            record,
        };
        if is_person {
            self.people.add(&key, &line)
        } else {
            self.threads.add(&key, &line)
        }
    }

    /// Tells comments what is known of their writers, and gives the threads out.
    pub(super) fn threads(mut self) -> Result<Threads, Error> {
        for number in 0..BUCKETS {
            let lines = self.people.take(number)?;
            let mut people: HashMap<(Format, String), ImportedPerson> = HashMap::new();
            let mut comments = Vec::new();
            for line in lines {
                match line.record {
                    CommentRecord::Person(person) => {
                        people.insert((line.format, person.key.clone()), *person);
                    }
                    CommentRecord::Comment(comment) => comments.push((line.format, line.file, comment)),
                    CommentRecord::Thread(_) => {}
                }
            }
            for (format, file, mut comment) in comments {
                let person = comment.author_key.clone().and_then(|key| people.get(&(format, key)));
                if let Some(person) = person {
                    know(&mut comment, person);
                }
                let key = comment.thread.clone();
                let record = CommentRecord::Comment(comment);
                self.threads.add(&key, &Line { format, file, record })?;
            }
        }
        Ok(Threads {
            buckets: self.threads,
            next: 0,
        })
    }
}

fn know(comment: &mut ImportedComment, person: &ImportedPerson) {
    if comment.author_name.is_empty() {
        comment.author_name.clone_from(&person.name);
    }
    comment.author_bio.clone_from(&person.bio);
    if comment.author_email.is_none() && person.email.is_some() {
        comment.author_email.clone_from(&person.email);
        comment.email_proved = person.email_proved;
    }
}

/// The threads, some at a time, in the same order each time the same files are read.
pub(super) struct Threads {
    buckets: Buckets,
    next: usize,
}

impl Threads {
    pub(super) fn next_bucket(&mut self) -> Result<Option<Vec<Thread>>, Error> {
        if self.next >= BUCKETS {
            return Ok(None);
        }
        let lines = self.buckets.take(self.next)?;
        self.next += 1;
        let mut places: HashMap<(Format, String), usize> = HashMap::new();
        let mut threads: Vec<Thread> = Vec::new();
        for line in lines {
            let key = match &line.record {
                CommentRecord::Thread(thread) => thread.key.clone(),
                CommentRecord::Comment(comment) => comment.thread.clone(),
                CommentRecord::Person(_) => continue,
            };
            let place = *places.entry((line.format, key.clone())).or_insert_with(|| {
                threads.push(Thread {
                    format: line.format,
                    file: line.file.clone(),
                    // Where an export has no list of pages, the key of a comment's thread is its page's address.
                    about: ImportedThread {
                        addresses: vec![key.clone()],
                        source_ids: stories_of(line.format, &key),
                        key,
                        ..ImportedThread::default()
                    },
                    comments: Vec::new(),
                });
                threads.len() - 1
            });
            let Some(thread) = threads.get_mut(place) else { continue };
            match line.record {
                CommentRecord::Thread(about) => thread.about = *about,
                CommentRecord::Comment(comment) => thread.comments.push(*comment),
                CommentRecord::Person(_) => {}
            }
        }
        Ok(Some(threads))
    }
}

/// What a story is called in an export of our own: by its id where it is there still, and by the address that its file
/// has where the import made it anew.
fn stories_of(format: Format, key: &str) -> Vec<String> {
    if format == Format::Masthead {
        vec![key.to_owned(), format!("urn:uuid:{key}")]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_come_together_with_what_is_known_of_their_people() {
        let mut spool = Spool::new();
        let comment = |key: &str, thread: &str, author: Option<&str>| {
            CommentRecord::Comment(Box::new(ImportedComment {
                key: key.into(),
                thread: thread.into(),
                author_key: author.map(str::to_owned),
                ..ImportedComment::default()
            }))
        };
        for number in 0..200 {
            let thread = format!("t{}", number % 20);
            let author = (number % 3 == 0).then_some("ada");
            spool
                .add(
                    Format::Coral,
                    "comments.json",
                    comment(&format!("c{number}"), &thread, author),
                )
                .unwrap();
        }
        let person = ImportedPerson {
            key: "ada".into(),
            name: "Ada".into(),
            email: Some("ada@quay.example".into()),
            email_proved: true,
            bio: None,
        };
        spool
            .add(Format::Coral, "users.json", CommentRecord::Person(Box::new(person)))
            .unwrap();
        let about = ImportedThread {
            key: "t7".into(),
            addresses: vec!["https://quay.example/7".into()],
            ..ImportedThread::default()
        };
        spool
            .add(Format::Coral, "stories.json", CommentRecord::Thread(Box::new(about)))
            .unwrap();
        let mut threads = spool.threads().unwrap();
        let mut all = Vec::new();
        while let Some(some) = threads.next_bucket().unwrap() {
            all.extend(some);
        }
        assert_eq!(all.len(), 20);
        assert!(all.iter().all(|thread| thread.comments.len() == 10));
        let seventh = all.iter().find(|thread| thread.about.key == "t7").unwrap();
        assert_eq!(seventh.about.addresses, ["https://quay.example/7"]);
        let named = all
            .iter()
            .flat_map(|thread| &thread.comments)
            .filter(|comment| comment.email_proved);
        assert!(named.clone().all(|comment| comment.author_name == "Ada") && named.count() == 67);
    }
}
