//! The press itself: what is kept, for how long, and what is gone at once.

use super::composed::Composed;
use super::disk::{Disk, DiskLimits};
use super::flights::{Flights, Lead, wait};
use super::index::Index;
use super::key::{PageKey, PageRef};
use super::marks::Marks;
use super::page::{Parts, PressedPage, Rendered};
use super::withheld::Withheld;
use super::{LogPosition, flights::Outcome};
use crate::encodings::Effort;
use crate::errors::WebError;
use crate::security_headers::SecurityHeaders;
use crate::surrogate::SurrogateKey;
use futures::FutureExt as _;
use masthead_domain::ids::StoryId;
use masthead_domain::time::{Clock, Timestamp};
use moka::notification::RemovalCause;
use moka::sync::Cache;
use std::collections::VecDeque;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// A render that was overtaken by events is done again this often before its page is sent without being kept.
const RENDERS: usize = 3;

/// Names in the queue of pages to compress harder that are not worth looking through.
const SPARE_NAMES: usize = 1_000;

/// Seconds by which a clock may be set back without anything being wrong.
const CLOCK_STEP: i64 = 60;

/// How a press is set up.
#[derive(Clone, Debug)]
pub struct PressOptions {
    /// Bytes of pages in memory.
    pub memory_bytes: u64,
    /// The folder of the disk half; none: pages are kept in memory alone.
    pub disk: Option<PathBuf>,
    /// How much the disk half keeps.
    pub disk_limits: DiskLimits,
    /// Copies on disk that are older than this are not served, in seconds.
    pub disk_max_age: i64,
    /// How long pages are served after the log was last followed, in seconds: a story that was killed meanwhile, on
    /// another node, could be on any of them.
    pub unfollowed_max: i64,
    /// The security headers that are pressed into every page.
    pub security: SecurityHeaders,
}

impl PressOptions {
    /// 128 MB in memory, nothing on disk, copies on disk good for 24 hours, and so is everything after the log was
    /// last followed.
    pub fn new(security: SecurityHeaders) -> Self {
        Self {
            memory_bytes: 128 << 20,
            disk: None,
            disk_limits: DiskLimits::default(),
            disk_max_age: 24 * 60 * 60,
            unfollowed_max: 24 * 60 * 60,
            security,
        }
    }

    /// With a disk half in this folder.
    #[must_use]
    pub fn on_disk(mut self, folder: impl Into<PathBuf>) -> Self {
        self.disk = Some(folder.into());
        self
    }
}

/// A page that a kill or an embargo took away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedPage {
    /// Which page.
    pub key: PageKey,
    /// Where it was removed from.
    pub from: Removed,
    /// When it was gone.
    pub at: Timestamp,
    /// How long a browser that was sent the page may still show its own copy, in seconds.
    pub browser_seconds: u32,
}

/// A place that pages are removed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Removed {
    /// The pages in memory.
    Memory,
    /// The copies on disk.
    Disk,
}

/// What [`Press::withhold`] did, for the kill's receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WithheldReceipt {
    /// The story.
    pub story: StoryId,
    /// Since when no page that shows it is served.
    pub since: Timestamp,
    /// The pages that were there, in the order of their going.
    pub pages: Vec<RemovedPage>,
}

/// The pressed pages of a node. Shared as `Arc<Press>`.
pub struct Press {
    cache: Cache<PageKey, Arc<PressedPage>>,
    pub(super) composed: Composed,
    inner: Mutex<Inner>,
    /// What the cache evicted and the index still knows.
    evicted: Arc<Mutex<Vec<Arc<PressedPage>>>>,
    flights: Arc<Flights>,
    withheld: Arc<Withheld>,
    disk: Option<Disk>,
    disk_max_age: i64,
    unfollowed_max: i64,
    /// When the log was last followed, in microseconds; nothing is known before a follower says so.
    followed_at: AtomicI64,
    /// The log was not followed for too long: nothing is served from memory or disk.
    lapsed: AtomicBool,
    security: RwLock<SecurityHeaders>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct Inner {
    index: Index,
    marks: Marks,
    /// Pages that are read and were pressed with fast compression, and since when they wait, longest first. Names alone:
    /// the pages themselves would stay in memory for as long as they wait here, whatever the cache's limit is.
    fast: VecDeque<(Timestamp, PageKey)>,
}

/// What became of a page that was to be kept.
enum Kept {
    /// It, or a newer one that was there, is kept.
    Yes(Arc<PressedPage>),
    /// Something on it changed after its snapshot.
    Older(Arc<PressedPage>),
    /// It shows a story that may not be shown.
    Withheld,
}

impl Inner {
    /// Puts a page that is read in line for being compressed harder.
    fn wait_for_harder(&mut self, page: &PressedPage, now: Timestamp) {
        if page.prepared().effort == Effort::Slow {
            return;
        }
        self.fast.push_back((now, page.key().clone()));
        // More names than twice the pages are mostly those of pages that were replaced or went.
        if self.fast.len() > 2 * self.index.len() + SPARE_NAMES {
            let Self { index, fast, .. } = self;
            fast.retain(|(_, key)| {
                index
                    .get(key)
                    .is_some_and(|page| page.prepared().effort == Effort::Fast)
            });
        }
    }
}

impl Press {
    /// Sets the press up.
    ///
    /// # Errors
    /// When the folder of the disk half can't be made.
    pub fn new(options: PressOptions, clock: Arc<dyn Clock>) -> std::io::Result<Arc<Self>> {
        let evicted: Arc<Mutex<Vec<Arc<PressedPage>>>> = Arc::default();
        let noted = evicted.clone();
        let cache = Cache::builder()
            .max_capacity(options.memory_bytes)
            .weigher(|_, page: &Arc<PressedPage>| u32::try_from(page.weight()).unwrap_or(u32::MAX))
            .eviction_listener(move |_, page, cause| {
                if matches!(cause, RemovalCause::Size | RemovalCause::Expired) {
                    noted.lock().unwrap_or_else(PoisonError::into_inner).push(page);
                }
            })
            .build();
        let withheld: Arc<Withheld> = Arc::default();
        let disk = match &options.disk {
            Some(folder) => Some(Disk::open(folder, options.disk_limits, withheld.clone())?),
            None => None,
        };
        Ok(Arc::new(Self {
            cache,
            composed: Composed::new(),
            inner: Mutex::default(),
            evicted,
            flights: Arc::default(),
            withheld,
            disk,
            disk_max_age: options.disk_max_age,
            unfollowed_max: options.unfollowed_max,
            followed_at: AtomicI64::new(i64::MIN),
            lapsed: AtomicBool::new(false),
            security: RwLock::new(options.security),
            clock,
        }))
    }

    /// The page in memory, fresh or waiting to be replaced. `None` when there is none or it may not be shown.
    pub fn get(&self, key: &PageRef<'_>) -> Option<Arc<PressedPage>> {
        if self.lapsed.load(Ordering::Relaxed) {
            return None;
        }
        let page = self.cache.get(key)?;
        if !page.may_be_shown(&self.withheld) {
            self.drop_page(&page);
            return None;
        }
        if page.asked() {
            let now = self.clock.now();
            self.lock().wait_for_harder(&page, now);
        }
        Some(page)
    }

    /// The page from memory, or from `render`, which runs once however many ask and is done again when events overtook
    /// it. It runs in a task of its own: whoever asked may go away without ending it for the others.
    ///
    /// When `render` fails through a fault of ours and the disk holds a copy that is young enough, the copy is served:
    /// pages seen before outlive the database.
    ///
    /// # Errors
    /// What `render` answered, also to everybody who waited; a panic in it is [`WebError::internal`].
    pub async fn fetch_or_render<F, Fut>(self: &Arc<Self>, key: PageKey, render: F) -> Outcome
    where
        F: Fn() -> Fut + Send + 'static,
        Fut: Future<Output = Result<Rendered, WebError>> + Send + 'static,
    {
        match self.get(&key.parts()) {
            Some(page) => Ok(page),
            None => self.repress(key, render).await,
        }
    }

    /// Renders the page whether or not one is kept, and puts the new one in the old one's place. For the follower of
    /// the event log. Errors and coalescing as in [`Press::fetch_or_render`].
    ///
    /// # Errors
    /// What `render` answered. An answer that is no longer a page to keep (404, 403) takes the old page away.
    pub async fn repress<F, Fut>(self: &Arc<Self>, key: PageKey, render: F) -> Outcome
    where
        F: Fn() -> Fut + Send + 'static,
        Fut: Future<Output = Result<Rendered, WebError>> + Send + 'static,
    {
        let (receiver, lead) = self.flights.join(&key);
        if let Some(lead) = lead {
            tokio::spawn(self.clone().fly(lead, render));
        }
        wait(receiver).await
    }

    async fn fly<F, Fut>(self: Arc<Self>, lead: Lead, render: F)
    where
        F: Fn() -> Fut + Send + 'static,
        Fut: Future<Output = Result<Rendered, WebError>> + Send + 'static,
    {
        let key = lead.key().clone();
        let outcome = match AssertUnwindSafe(self.render_and_keep(&key, render))
            .catch_unwind()
            .await
        {
            Ok(outcome) => outcome,
            Err(_) => Err(WebError::internal("the render panicked")),
        };
        let outcome = match outcome {
            Err(error) if error.kind().is_server_fault() => self.copy_from_disk(&key).await.ok_or(error),
            other => other,
        };
        lead.land(outcome);
    }

    async fn render_and_keep<F, Fut>(&self, key: &PageKey, render: F) -> Outcome
    where
        F: Fn() -> Fut,
        Fut: Future<Output = Result<Rendered, WebError>>,
    {
        let mut overtaken = None;
        for _ in 0..RENDERS {
            let rendered = match render().await {
                Ok(rendered) => rendered,
                Err(error) => {
                    if !error.kind().is_server_fault() {
                        // The page has gone for good (an unpublished story answers 404 now).
                        self.forget(key);
                    }
                    return Err(error);
                }
            };
            let keepable = rendered.is_keepable();
            let page = self.press(key.clone(), rendered)?;
            if !keepable {
                if self.withheld.holds_any(page.stories()) {
                    continue;
                }
                self.forget(key);
                return Ok(page);
            }
            match self.keep(page) {
                Kept::Yes(page) => return Ok(page),
                Kept::Older(page) => overtaken = Some(page),
                Kept::Withheld => overtaken = None,
            }
        }
        overtaken.ok_or_else(|| WebError::unavailable("each render showed a story that may not be shown"))
    }

    /// Prepares a page; takes over the bodies of the one that is kept when the text has not changed.
    fn press(&self, key: PageKey, rendered: Rendered) -> Result<Arc<PressedPage>, WebError> {
        let security = self.security.read().unwrap_or_else(PoisonError::into_inner).clone();
        let known = self.lock().index.get(&key).cloned();
        let known = known.as_ref().map(|page| page.parts());
        let parts = Parts::prepare(key, rendered, self.clock.now(), Effort::Fast, &security, known)?;
        Ok(Arc::new(PressedPage::new(parts)))
    }

    /// Keeps a page if nothing on it changed after its snapshot.
    fn keep(&self, page: Arc<PressedPage>) -> Kept {
        let mut inner = self.lock();
        if self.withheld.holds_any(page.stories()) {
            return Kept::Withheld;
        }
        if !inner.marks.admit(page.surrogate_keys(), page.position()) {
            return Kept::Older(page);
        }
        if let Some(known) = inner.index.get(page.key())
            && known.position() > page.position()
        {
            return Kept::Yes(known.clone());
        }
        self.put(&mut inner, &page);
        drop(inner);
        if let Some(disk) = &self.disk {
            disk.keep(page.clone());
        }
        Kept::Yes(page)
    }

    fn put(&self, inner: &mut Inner, page: &Arc<PressedPage>) {
        if let Some(before) = inner.index.get(page.key()) {
            page.follow(before);
        }
        inner.index.insert(page.clone());
        if page.is_read() {
            inner.wait_for_harder(page, page.made_at());
        }
        self.cache.insert(page.key().clone(), page.clone());
        self.work_off_evicted(inner);
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        self.work_off_evicted(&mut inner);
        inner
    }

    fn work_off_evicted(&self, inner: &mut Inner) {
        let evicted = std::mem::take(&mut *self.evicted.lock().unwrap_or_else(PoisonError::into_inner));
        for page in evicted {
            inner.index.remove_if_same(&page);
        }
    }

    fn drop_page(&self, page: &Arc<PressedPage>) {
        let mut inner = self.lock();
        if inner
            .index
            .get(page.key())
            .is_some_and(|known| Arc::ptr_eq(known, page))
        {
            inner.index.remove(page.key());
            self.cache.invalidate(page.key());
        }
    }

    /// Lets pages go from memory: whoever asks next has them made.
    pub fn let_go(&self, pages: &[PageKey]) {
        for key in pages {
            self.forget(key);
        }
    }

    fn forget(&self, key: &PageKey) {
        let mut inner = self.lock();
        inner.index.remove(key);
        self.cache.invalidate(key);
    }

    /// Notes that what carries one of `keys` changed at `position`, and returns the pages to press again. Until then
    /// they are served as they are.
    pub fn mark_stale(&self, keys: &[SurrogateKey], position: LogPosition) -> Vec<PageKey> {
        let mut inner = self.lock();
        for key in keys {
            inner.marks.set(key, position);
        }
        inner.index.mark(keys, position)
    }

    /// Notes that anything may have changed before `position`: after events were missed, or when the theme was
    /// replaced. Returns the pages to press again.
    pub fn mark_all_stale(&self, position: LogPosition) -> Vec<PageKey> {
        let mut inner = self.lock();
        inner.marks.set_all(position);
        inner.index.mark_all(position)
    }

    /// The pages that were marked and are not replaced yet: what a follower presses again after a failure.
    pub fn stale_pages(&self) -> Vec<PageKey> {
        self.lock().index.stale()
    }

    /// Whether the page kept under `key` waits to be replaced.
    pub fn is_stale(&self, key: &PageKey) -> bool {
        self.lock().index.is_stale(key)
    }

    /// Takes `story` off every page: when it returns, nothing in memory or on disk shows it, and no render under way
    /// will bring it back.
    ///
    /// This waits for the disk; on an async thread call it through `spawn_blocking`.
    ///
    /// # Errors
    /// When a copy on disk can't be removed. The story is held in memory all the same; the kill must be tried again
    /// before it is acknowledged.
    pub fn withhold(&self, story: StoryId) -> std::io::Result<WithheldReceipt> {
        // First into the set: from here on serving, keeping and writing refuse the story.
        self.withheld.add([story]);
        let since = self.clock.now();
        let mut pages = Vec::new();
        let mut inner = self.lock();
        for key in inner.index.showing(story) {
            self.cache.invalidate(&key);
            if let Some(page) = inner.index.remove(&key) {
                pages.push(RemovedPage {
                    key,
                    from: Removed::Memory,
                    at: self.clock.now(),
                    browser_seconds: page.policy().browser_seconds(),
                });
            }
        }
        drop(inner);
        if let Some(disk) = &self.disk {
            let removed = disk.remove_story(story)?;
            let at = self.clock.now();
            pages.extend(removed.into_iter().map(|key| RemovedPage {
                key,
                from: Removed::Disk,
                at,
                browser_seconds: 0,
            }));
        }
        Ok(WithheldReceipt { story, since, pages })
    }

    /// Holds these stories and no others: what the store, or while it is away its copy, knows as killed or withheld
    /// when a node starts. Nobody may follow the log meanwhile.
    pub fn withhold_from_start(&self, stories: impl IntoIterator<Item = StoryId>) {
        self.withheld.replace(stories);
    }

    /// Notes that the log was followed up to its head at `at`: no story that was withheld before is on any page.
    pub fn followed_at(&self, at: Timestamp) {
        self.followed_at.store(at.as_micros(), Ordering::Release);
        if self.lapsed.swap(false, Ordering::AcqRel) {
            tracing::info!("the log is followed again: pages are served from memory and disk");
        }
    }

    /// For whoever can't follow the log: when that has lasted longer than pages may be served without, none is from
    /// here on, until [`Press::followed_at`]. True when none is.
    ///
    /// A time in the future counts as too long ago: one of the two clocks was wrong, and nobody knows by how much.
    pub fn not_followed(&self) -> bool {
        let (now, last) = (self.clock.now(), self.followed_at.load(Ordering::Acquire));
        let last = Timestamp::from_micros(last);
        let lapsed = last < now.plus_seconds(-self.unfollowed_max) || last > now.plus_seconds(CLOCK_STEP);
        if lapsed && !self.lapsed.swap(true, Ordering::AcqRel) {
            tracing::error!(
                seconds = self.unfollowed_max,
                "the log was not followed for too long: pages are no longer served from memory or disk"
            );
        }
        lapsed
    }

    /// Removes the copies on disk that show a story which may not be shown: those of a node that did not run when the
    /// story was withheld. Returns how many there were.
    ///
    /// Touches files: on an async thread call it through `spawn_blocking`.
    ///
    /// # Errors
    /// When a copy can't be removed. It is not served all the same.
    pub fn clear_disk_of_withheld(&self) -> std::io::Result<usize> {
        let Some(disk) = &self.disk else { return Ok(0) };
        let mut removed = 0;
        for story in disk.stories() {
            if self.withheld.holds_any(&[story]) {
                removed += disk.remove_story(story)?.len();
            }
        }
        Ok(removed)
    }

    /// Lets `story` be shown again (a release, a lifted hold). Tells whether it was held. The pages that should show it
    /// now are made stale by the event as usual.
    pub fn allow(&self, story: StoryId) -> bool {
        self.withheld.remove(story)
    }

    async fn copy_from_disk(self: &Arc<Self>, key: &PageKey) -> Option<Arc<PressedPage>> {
        self.disk.as_ref()?;
        let press = self.clone();
        let wanted = key.clone();
        let read = tokio::task::spawn_blocking(move || press.disk.as_ref()?.load(&wanted)).await;
        match read {
            Ok(parts) => self.take_from_disk(parts?),
            Err(error) => {
                tracing::error!(%key, %error, "reading a page from disk ended badly");
                None
            }
        }
    }

    /// Takes a copy from disk if it is young enough and shows nothing withheld; keeps it if no event has overtaken it.
    fn take_from_disk(&self, parts: Parts) -> Option<Arc<PressedPage>> {
        let oldest = self.clock.now().plus_seconds(-self.disk_max_age);
        if self.lapsed.load(Ordering::Acquire) || parts.made_at < oldest || self.withheld.holds_any(&parts.stories) {
            return None;
        }
        let page = Arc::new(PressedPage::new(parts));
        let mut inner = self.lock();
        if self.withheld.holds_any(page.stories()) {
            return None;
        }
        let free = inner.index.get(page.key()).is_none();
        if free && inner.marks.admit(page.surrogate_keys(), page.position()) {
            self.put(&mut inner, &page);
        }
        Some(page)
    }

    /// Loads the copies on disk that are young enough, the newest first and no more than memory holds, for a node that
    /// answers with the database gone. A node that has its database has no use for it: rendering a page costs less than
    /// reading it back and finding out whether it was overtaken. Returns how many are there now. Once events can be followed again, call
    /// [`Press::mark_all_stale`] with the head of the log.
    ///
    /// Reads files: on an async thread call it through `spawn_blocking`.
    pub fn load_from_disk(&self) -> usize {
        let Some(disk) = &self.disk else { return 0 };
        let oldest = self.clock.now().plus_seconds(-self.disk_max_age);
        let room = self.cache.policy().max_capacity().unwrap_or(u64::MAX);
        let mut taken = 0;
        let mut bytes = 0;
        for key in disk.keys_since(oldest) {
            if bytes >= room {
                break;
            }
            if let Some(page) = disk.load(&key).and_then(|parts| self.take_from_disk(parts)) {
                bytes += u64::try_from(page.weight()).unwrap_or(u64::MAX);
                taken += 1;
            }
        }
        taken
    }

    /// Compresses pages harder that are read and have been quiet for `quiet_seconds`, at most `most` of them; returns
    /// how many. Each takes some tens of milliseconds of CPU: call it from a blocking thread.
    pub fn press_harder(&self, quiet_seconds: i64, most: usize) -> usize {
        let before = self.clock.now().plus_seconds(-quiet_seconds);
        let mut done = 0;
        while done < most {
            let mut inner = self.lock();
            if inner.fast.front().is_none_or(|(since, _)| *since > before) {
                break;
            }
            let Some((_, key)) = inner.fast.pop_front() else {
                break;
            };
            // Replaced, done or gone since: a successor that is read stands further back.
            let known = inner.index.get(&key).cloned();
            let waits = |page: &Arc<PressedPage>| page.made_at() <= before && page.prepared().effort == Effort::Fast;
            let Some(page) = known.filter(waits) else {
                continue;
            };
            let current = |inner: &Inner| {
                inner
                    .index
                    .get(page.key())
                    .is_some_and(|known| Arc::ptr_eq(known, &page))
            };
            if !current(&inner) || inner.index.is_stale(page.key()) {
                continue;
            }
            drop(inner);
            let harder = Arc::new(page.pressed_harder());
            let mut inner = self.lock();
            // Only in place of the very page that it was made from; a stale flag set meanwhile must not be lost.
            if current(&inner) && !inner.index.is_stale(page.key()) && !self.withheld.holds_any(harder.stories()) {
                self.put(&mut inner, &harder);
                drop(inner);
                if let Some(disk) = &self.disk {
                    disk.keep(harder);
                }
                done += 1;
            }
        }
        done
    }

    /// Replaces the security headers that new pages are pressed with (the theme was replaced). Follow it with
    /// [`Press::mark_all_stale`], because pages carry the headers of their own theme.
    pub fn set_security(&self, security: SecurityHeaders) {
        *self.security.write().unwrap_or_else(PoisonError::into_inner) = security;
    }

    /// The present moment, as the press's clock has it.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The disk half, where there is one.
    pub const fn disk(&self) -> Option<&Disk> {
        self.disk.as_ref()
    }

    /// Pages in memory, their bytes, and renders under way: for metrics.
    pub fn sizes(&self) -> (u64, u64, usize) {
        self.cache.run_pending_tasks();
        (self.cache.entry_count(), self.cache.weighted_size(), self.flights.len())
    }

    #[cfg(test)]
    pub(super) fn index_sizes(&self) -> (usize, usize, usize) {
        self.cache.run_pending_tasks();
        self.lock().index.sizes()
    }

    /// Hands a rendered page in as the end of a render does, once and without rendering again.
    #[cfg(test)]
    pub(super) fn hand_in(&self, key: PageKey, rendered: Rendered) {
        let page = self.press(key, rendered).unwrap();
        self.keep(page);
    }

    #[cfg(test)]
    pub(super) fn kept(&self) -> Vec<Arc<PressedPage>> {
        self.lock().index.pages().cloned().collect()
    }
}
