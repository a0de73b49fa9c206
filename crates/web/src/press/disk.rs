//! The disk half of the pressed pages: the one file of this crate that touches files.
//!
//! Every kept page is written behind the readers' backs to `DIR/<site>/<hash>`, so that a node which starts with the
//! database gone still serves. The copy of a page is removed at once, and durably, when one of its stories is killed.
//!
//! A page is written to a temporary file and renamed. It is not synced: after a power cut a file may be torn, which
//! its lengths and its hash tell, and a torn cache entry is only a miss. Rejected: an embedded key-value store (one
//! more format to recover, and a kill would have to wait for its compaction to be gone from the disk).

use super::key::{PageKey, PageRef};
use super::page::{Parts, PressedPage};
use super::withheld::Withheld;
use crate::cache_policy::CachePolicy;
use crate::encodings::{Effort, Encoding, Prepared, content_hash};
use crate::surrogate::SurrogateKey;
use bytes::Bytes;
use http::StatusCode;
use http::header::{HeaderName, HeaderValue};
use masthead_domain::ids::StoryId;
use masthead_domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

const MAGIC: &[u8; 8] = b"mhpage01";
/// A longer header than this is no header of ours.
const MOST_HEADER: u32 = 1 << 20;
/// Bytes of pages waiting to be written; beyond that new ones are left out, because writing is behind and memory comes
/// first.
const MOST_WAITING: usize = 32 << 20;

/// How much the disk half keeps.
#[derive(Clone, Copy, Debug)]
pub struct DiskLimits {
    /// The most pages; the one written longest ago goes first.
    pub pages: usize,
    /// The most bytes of all files together.
    pub bytes: u64,
}

impl Default for DiskLimits {
    fn default() -> Self {
        Self {
            pages: 20_000,
            bytes: 2 << 30,
        }
    }
}

/// Pressed pages on disk.
#[derive(Debug)]
pub struct Disk {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    root: PathBuf,
    limits: DiskLimits,
    withheld: Arc<Withheld>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The folder has been read; until then a kill can't know what to remove.
    scanned: bool,
    stopping: bool,
    writing: bool,
    waiting: BTreeMap<u64, Arc<PressedPage>>,
    waiting_by_key: HashMap<PageKey, u64>,
    waiting_bytes: usize,
    files: HashMap<PathBuf, FileEntry>,
    by_age: BTreeMap<u64, PathBuf>,
    bytes: u64,
    next: u64,
}

#[derive(Debug)]
struct FileEntry {
    key: PageKey,
    stories: Vec<StoryId>,
    made_at: Timestamp,
    size: u64,
    age: u64,
}

#[derive(Serialize, Deserialize)]
struct Header {
    site: String,
    path: String,
    query: String,
    status: u16,
    policy: String,
    hash: String,
    slow: bool,
    keys: Vec<String>,
    stories: Vec<StoryId>,
    position: i64,
    made_at: i64,
    last_modified: i64,
    headers: Vec<(String, String)>,
    lengths: [Option<u64>; 4],
}

impl Disk {
    /// Opens the folder, making it if it isn't there, and starts the thread that reads what is there and then writes
    /// behind.
    ///
    /// # Errors
    /// When the folder can't be made or the thread can't be started.
    pub(super) fn open(root: &Path, limits: DiskLimits, withheld: Arc<Withheld>) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let shared = Arc::new(Shared {
            root: root.to_owned(),
            limits,
            withheld,
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let worker = shared.clone();
        std::thread::Builder::new()
            .name("press-disk".to_owned())
            .spawn(move || {
                worker.scan();
                worker.write_behind();
            })?;
        Ok(Self { shared })
    }

    /// Writes `page` soon. A later page under the same key takes the place of one that still waits.
    pub(super) fn keep(&self, page: Arc<PressedPage>) {
        let mut state = self.shared.lock();
        let number = match state.waiting_by_key.get(page.key()) {
            Some(number) => *number,
            None if state.waiting_bytes >= MOST_WAITING => {
                metrics::counter!("press_disk_left_out_total").increment(1);
                return;
            }
            None => {
                state.next += 1;
                state.next
            }
        };
        state.waiting_by_key.insert(page.key().clone(), number);
        state.waiting_bytes += page.weight();
        if let Some(before) = state.waiting.insert(number, page) {
            state.waiting_bytes = state.waiting_bytes.saturating_sub(before.weight());
        }
        self.shared.changed.notify_all();
    }

    /// Removes every copy that shows `story` and returns the keys. When it returns the files are gone for good.
    ///
    /// # Errors
    /// When a file can't be removed: the caller must not acknowledge the kill then.
    pub(super) fn remove_story(&self, story: StoryId) -> io::Result<Vec<PageKey>> {
        let mut state = self.shared.scanned();
        let waiting: Vec<u64> = state
            .waiting
            .iter()
            .filter(|(_, page)| page.stories().contains(&story))
            .map(|(number, _)| *number)
            .collect();
        for number in waiting {
            if let Some(page) = state.waiting.remove(&number) {
                state.waited_for(&page);
            }
        }
        let found: Vec<PathBuf> = state
            .files
            .iter()
            .filter(|(_, entry)| entry.stories.contains(&story))
            .map(|(path, _)| path.clone())
            .collect();
        let mut removed = Vec::new();
        for path in found {
            remove_durably(&path)?;
            if let Some(entry) = state.forget(&path) {
                removed.push(entry.key);
            }
        }
        Ok(removed)
    }

    /// Reads the copy under `key`, whatever its age; `None` when there is none or it is torn.
    pub(super) fn load(&self, key: &PageKey) -> Option<Parts> {
        let path = path_of(&self.shared.root, key.parts());
        match read(&path) {
            Ok(parts) if parts.key == *key => Some(parts),
            Ok(_) => None,
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(%key, %error, "the copy of a page on disk can't be read");
                None
            }
        }
    }

    /// Every story that a copy shows, once.
    pub(super) fn stories(&self) -> HashSet<StoryId> {
        let state = self.shared.scanned();
        state
            .files
            .values()
            .flat_map(|entry| entry.stories.iter().copied())
            .collect()
    }

    /// The keys of all copies made at `since` or later, newest first.
    pub(super) fn keys_since(&self, since: Timestamp) -> Vec<PageKey> {
        let state = self.shared.scanned();
        let mut found: Vec<_> = state.files.values().filter(|entry| entry.made_at >= since).collect();
        found.sort_by_key(|entry| std::cmp::Reverse(entry.made_at));
        found.into_iter().map(|entry| entry.key.clone()).collect()
    }

    /// Waits until everything that was handed in is written: for an orderly stop, and for tests.
    pub fn flush(&self) {
        let mut state = self.shared.scanned();
        while state.writing || !state.waiting.is_empty() {
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// How many pages are on disk, and their bytes.
    pub fn size(&self) -> (usize, u64) {
        let state = self.shared.scanned();
        (state.files.len(), state.bytes)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
    }
}

impl State {
    /// A page was taken out of those that wait.
    fn waited_for(&mut self, page: &PressedPage) {
        self.waiting_by_key.remove(page.key());
        self.waiting_bytes = self.waiting_bytes.saturating_sub(page.weight());
    }

    fn forget(&mut self, path: &Path) -> Option<FileEntry> {
        let entry = self.files.remove(path)?;
        self.by_age.remove(&entry.age);
        self.bytes = self.bytes.saturating_sub(entry.size);
        Some(entry)
    }

    fn note(&mut self, path: PathBuf, key: PageKey, stories: Vec<StoryId>, made_at: Timestamp, size: u64) {
        self.forget(&path);
        self.next += 1;
        let age = self.next;
        self.by_age.insert(age, path.clone());
        self.bytes += size;
        let entry = FileEntry {
            key,
            stories,
            made_at,
            size,
            age,
        };
        self.files.insert(path, entry);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn scanned(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        while !state.scanned {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state
    }

    fn scan(&self) {
        let mut found = Vec::new();
        for folder in entries(&self.root) {
            for path in entries(&folder) {
                match read_header(&path) {
                    Ok((header, size)) => found.push((path, header, size)),
                    // A temporary file of a run that was killed, or a file that a power cut tore.
                    Err(error) => {
                        tracing::debug!(path = %path.display(), %error, "removing what is no page");
                        if let Err(error) = fs::remove_file(&path) {
                            tracing::warn!(path = %path.display(), %error, "what is no page can't be removed");
                        }
                    }
                }
            }
        }
        found.sort_by_key(|(_, header, _)| header.made_at);
        let mut state = self.lock();
        for (path, header, size) in found {
            let key = header.key();
            let made_at = Timestamp::from_micros(header.made_at);
            state.note(path, key, header.stories, made_at, size);
        }
        self.trim(&mut state);
        state.scanned = true;
        self.changed.notify_all();
    }

    fn write_behind(&self) {
        loop {
            let mut state = self.lock();
            state.writing = false;
            let page = loop {
                if let Some((_, page)) = state.waiting.pop_first() {
                    break page;
                }
                self.changed.notify_all();
                if state.stopping {
                    return;
                }
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.waited_for(&page);
            state.writing = true;
            drop(state);
            if let Err(error) = self.write(&page) {
                metrics::counter!("press_disk_errors_total").increment(1);
                tracing::warn!(key = %page.key(), %error, "a page could not be written to disk");
            }
        }
    }

    fn write(&self, page: &PressedPage) -> io::Result<()> {
        let path = path_of(&self.root, page.key().parts());
        let temporary = path.with_extension("tmp");
        let size = write_file(&temporary, page.parts())?;
        let mut state = self.lock();
        // Looked up under the lock that a kill takes after it has entered its story: whichever comes second sees it.
        if self.withheld.holds_any(page.stories()) {
            drop(state);
            return remove_durably(&temporary);
        }
        fs::rename(&temporary, &path)?;
        state.note(path, page.key().clone(), page.stories().to_vec(), page.made_at(), size);
        self.trim(&mut state);
        Ok(())
    }

    fn trim(&self, state: &mut State) {
        while state.files.len() > self.limits.pages || state.bytes > self.limits.bytes {
            let Some((_, path)) = state.by_age.pop_first() else {
                return;
            };
            if let Err(error) = fs::remove_file(&path) {
                tracing::warn!(path = %path.display(), %error, "an old page can't be removed");
            }
            state.forget(&path);
        }
    }
}

impl Header {
    fn key(&self) -> PageKey {
        PageRef {
            site: &self.site,
            path: &self.path,
            query: &self.query,
        }
        .to_key()
    }
}

/// What is in a folder; nothing when it can't be read, which the log then says.
fn entries(folder: &Path) -> Vec<PathBuf> {
    match fs::read_dir(folder) {
        Ok(found) => found.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Vec::new(),
        Err(error) => {
            tracing::warn!(path = %folder.display(), %error, "a folder of pages can't be read");
            Vec::new()
        }
    }
}

fn remove_durably(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    }
    // A file that was removed only in memory is back after a power cut; a killed story must not be.
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// `DIR/<site>/<hash>`. Slugs of sites are plain, but a name that isn't must not lead out of the folder.
fn path_of(root: &Path, key: PageRef<'_>) -> PathBuf {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let folder = if !key.site.is_empty() && key.site.chars().all(plain) {
        key.site.to_owned()
    } else {
        content_hash(key.site.as_bytes())
    };
    let name = content_hash(format!("{}\0{}\0{}", key.site, key.path, key.query).as_bytes());
    root.join(folder).join(name)
}

const fn policy_name(policy: CachePolicy) -> &'static str {
    match policy {
        CachePolicy::Page => "page",
        CachePolicy::Feed => "feed",
        CachePolicy::Media => "media",
        CachePolicy::LiveNewest => "live-newest",
        CachePolicy::LiveOlder => "live-older",
        CachePolicy::NoStore => "no-store",
        CachePolicy::Private => "private",
    }
}

fn policy_of(name: &str) -> Option<CachePolicy> {
    [
        CachePolicy::Page,
        CachePolicy::Feed,
        CachePolicy::Media,
        CachePolicy::LiveNewest,
        CachePolicy::LiveOlder,
    ]
    .into_iter()
    .find(|policy| policy_name(*policy) == name)
}

fn write_file(path: &Path, parts: &Parts) -> io::Result<u64> {
    let key = parts.key.parts();
    let prepared = &parts.prepared;
    // Looked at once: a reader may be asking for a further encoding at this moment.
    let bodies = Encoding::ALL.map(|encoding| prepared.made(encoding));
    let header = Header {
        site: key.site.to_owned(),
        path: key.path.to_owned(),
        query: key.query.to_owned(),
        status: parts.status.as_u16(),
        policy: policy_name(parts.policy).to_owned(),
        hash: prepared.hash.clone(),
        slow: prepared.effort == Effort::Slow,
        keys: parts.surrogate_keys.iter().map(|key| key.as_str().to_owned()).collect(),
        stories: parts.stories.clone(),
        position: parts.position,
        made_at: parts.made_at.as_micros(),
        last_modified: parts.last_modified.as_micros(),
        headers: parts
            .headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
            .collect(),
        lengths: bodies.map(|body| body.and_then(|body| u64::try_from(body.len()).ok())),
    };
    let json = serde_json::to_vec(&header)?;
    let length = u32::try_from(json.len()).map_err(|_| torn("the header is too long"))?;
    // In one piece: each further call to write costs as much as the bytes of a page.
    let text: usize = bodies.iter().flatten().map(|body| body.len()).sum();
    let mut whole = Vec::with_capacity(MAGIC.len() + 4 + json.len() + text);
    whole.extend_from_slice(MAGIC);
    whole.extend_from_slice(&length.to_le_bytes());
    whole.extend_from_slice(&json);
    for body in bodies.into_iter().flatten() {
        whole.extend_from_slice(body);
    }
    let mut file = match File::create(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // The first page of a site.
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            File::create(path)?
        }
        made => made?,
    };
    file.write_all(&whole)?;
    Ok(u64::try_from(whole.len()).unwrap_or(u64::MAX))
}

fn torn(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn read_header(path: &Path) -> io::Result<(Header, u64)> {
    let mut file = File::open(path)?;
    let size = file.metadata()?.len();
    let header = header_from(&mut file)?;
    Ok((header, size))
}

fn header_from(file: &mut File) -> io::Result<Header> {
    let mut magic = [0; 8];
    file.read_exact(&mut magic)?;
    let mut length = [0; 4];
    file.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if magic != *MAGIC || length > MOST_HEADER {
        return Err(torn("not the head of a page"));
    }
    let mut json = Vec::new();
    file.take(u64::from(length)).read_to_end(&mut json)?;
    Ok(serde_json::from_slice(&json)?)
}

fn read(path: &Path) -> io::Result<Parts> {
    let mut file = File::open(path)?;
    let header = header_from(&mut file)?;
    let mut bodies = [None, None, None, None];
    for (length, body) in header.lengths.iter().zip(&mut bodies) {
        let Some(length) = *length else { continue };
        let mut bytes = Vec::new();
        (&mut file).take(length).read_to_end(&mut bytes)?;
        if u64::try_from(bytes.len()) != Ok(length) {
            return Err(torn("shorter than its head says"));
        }
        *body = Some(Bytes::from(bytes));
    }
    let key = header.key();
    let effort = if header.slow { Effort::Slow } else { Effort::Fast };
    let prepared = Prepared::from_parts(header.hash, effort, bodies).ok_or_else(|| torn("without its text"))?;
    if content_hash(prepared.identity()) != prepared.hash {
        return Err(torn("its text is not what was written"));
    }
    let mut headers = Vec::new();
    for (name, value) in header.headers {
        let name = HeaderName::try_from(name).map_err(|_| torn("a header's name"))?;
        let value = HeaderValue::try_from(value).map_err(|_| torn("a header's value"))?;
        headers.push((name, value));
    }
    Ok(Parts {
        key,
        status: StatusCode::from_u16(header.status).map_err(|_| torn("its status"))?,
        policy: policy_of(&header.policy).ok_or_else(|| torn("its cache policy"))?,
        prepared,
        surrogate_keys: header.keys.iter().filter_map(|key| SurrogateKey::parse(key)).collect(),
        stories: header.stories,
        position: header.position,
        made_at: Timestamp::from_micros(header.made_at),
        last_modified: Timestamp::from_micros(header.last_modified),
        headers,
    })
}
