//! The index itself: opening, writing, searching.

use super::rank::Strictness;
use super::schema::{Fields, LAYOUT, document, id_text, schema};
use super::{Batch, Hits, LogMark, MOST_HITS, SearchError, SearchRequest, rank};
use masthead_domain::ids::StoryId;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tantivy::collector::{Count, TopDocs};
use tantivy::directory::MmapDirectory;
use tantivy::schema::IndexRecordOption;
use tantivy::schema::Value as _;
use tantivy::{
    DocSet as _, Index, IndexReader, IndexWriter, Order, ReloadPolicy, Searcher, TERMINATED, TantivyDocument,
    TantivyError, Term,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Memory of the one thread that writes, in bytes: about 20,000 stories before a segment goes to disk.
const WRITER_MEMORY: usize = 40 << 20;
/// How long a search may wait for a place.
const PATIENCE: Duration = Duration::from_secs(2);
/// With fewer hits than these, words that are nearly the reader's are looked for too.
const FEW: usize = 3;

/// The index of a node. Searches and writes run on blocking threads.
pub struct SearchIndex {
    inner: Arc<Inner>,
    places: Arc<Semaphore>,
}

struct Inner {
    index: Index,
    reader: IndexReader,
    // A std lock: it is taken on blocking threads alone. None where the index is only looked at.
    writer: Option<Mutex<IndexWriter>>,
    fields: Fields,
    filled: AtomicBool,
}

impl SearchIndex {
    /// Opens the index in `folder`, or makes an empty one. An index that can't be read is thrown away: it is a copy.
    /// Blocking.
    ///
    /// # Errors
    /// [`SearchError::InUse`] while another process has it open, [`SearchError::Folder`] when the folder can't be
    /// used.
    pub fn open(folder: &Path) -> Result<Self, SearchError> {
        let folder = folder.join(LAYOUT);
        std::fs::create_dir_all(&folder)?;
        let inner = match Inner::open(&folder) {
            Err(SearchError::Index(error)) => {
                tracing::warn!(%error, folder = %folder.display(), "the search index can't be read and is made anew");
                std::fs::remove_dir_all(&folder)?;
                std::fs::create_dir_all(&folder)?;
                Inner::open(&folder)?
            }
            other => other?,
        };
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            inner: Arc::new(inner),
            places: Arc::new(Semaphore::new(cores.max(2))),
        })
    }

    /// Opens the index in `folder` to be read alone, beside the process that writes into it; `None` when there is none.
    /// It shows what was committed before. Blocking.
    ///
    /// # Errors
    /// [`SearchError::Index`] when it can't be read.
    pub fn look(folder: &Path) -> Result<Option<Self>, SearchError> {
        let folder = folder.join(LAYOUT);
        if !folder.is_dir() {
            return Ok(None);
        }
        let directory = MmapDirectory::open(&folder).map_err(TantivyError::from)?;
        if !Index::exists(&directory).map_err(TantivyError::from)? {
            return Ok(None);
        }
        let inner = Inner::over(Index::open(directory)?, None)?;
        Ok(Some(Self {
            inner: Arc::new(inner),
            places: Arc::new(Semaphore::new(1)),
        }))
    }

    /// Every story in the index, in the order of their ids. Blocking.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn stories(&self) -> Result<BTreeSet<StoryId>, SearchError> {
        let mut stories = BTreeSet::new();
        for segment in self.inner.reader.searcher().segment_readers() {
            let inverted = segment.inverted_index(self.inner.fields.story)?;
            let mut terms = inverted.terms().stream()?;
            while terms.advance() {
                let mut postings = inverted.read_postings_from_terminfo(terms.value(), IndexRecordOption::Basic)?;
                let mut is_alive = false;
                while postings.doc() != TERMINATED {
                    is_alive |= !segment.is_deleted(postings.doc());
                    postings.advance();
                }
                let story = std::str::from_utf8(terms.key()).ok().and_then(|text| text.parse().ok());
                match story {
                    Some(story) if is_alive => {
                        stories.insert(story);
                    }
                    Some(_) => {}
                    None => return Err(TantivyError::InternalError("a document names no story".into()).into()),
                }
            }
        }
        Ok(stories)
    }

    /// As [`SearchIndex::search`], but waits for nobody: `None` when all places are taken. For what is a courtesy.
    ///
    /// # Errors
    /// When the index can't be read.
    pub async fn search_if_free(&self, request: SearchRequest) -> Result<Option<Hits>, SearchError> {
        match Arc::clone(&self.places).try_acquire_owned() {
            Ok(place) => self.search_at(place, request).await.map(Some),
            Err(_) => Ok(None),
        }
    }

    /// How far in the log the index is. `None` for an index that was never filled to the end.
    ///
    /// # Errors
    /// When the index can't be read.
    pub fn mark(&self) -> Result<Option<LogMark>, SearchError> {
        let payload = self.inner.index.load_metas()?.payload;
        Ok(payload.as_deref().and_then(LogMark::from_payload))
    }

    /// Whether the archive was taken in once to its end: before that "nothing found" would be a lie.
    pub fn is_filled(&self) -> bool {
        self.inner.filled.load(Ordering::Acquire)
    }

    /// How many stories are in it.
    pub fn len(&self) -> u64 {
        self.inner.reader.searcher().num_docs()
    }

    /// Whether it holds no story.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Makes changes, and commits them when the batch says how far the log was followed: then, and not before, they
    /// are on disk and found.
    ///
    /// # Errors
    /// When the index can't be written. What was not committed is taken back, and can be applied again.
    pub async fn apply(&self, batch: Batch) -> Result<(), SearchError> {
        let inner = Arc::clone(&self.inner);
        spawn_blocking(move || inner.apply(&batch))
            .await
            .map_err(|error| SearchError::BrokeOff(error.to_string()))?
    }

    /// Finds stories.
    ///
    /// # Errors
    /// [`SearchError::Busy`] when no place became free in two seconds; otherwise when the index can't be read.
    pub async fn search(&self, request: SearchRequest) -> Result<Hits, SearchError> {
        let place = match timeout(PATIENCE, Arc::clone(&self.places).acquire_owned()).await {
            Ok(Ok(place)) => place,
            Ok(Err(_)) | Err(_) => return Err(SearchError::Busy),
        };
        self.search_at(place, request).await
    }

    async fn search_at(&self, place: OwnedSemaphorePermit, request: SearchRequest) -> Result<Hits, SearchError> {
        let inner = Arc::clone(&self.inner);
        spawn_blocking(move || {
            // Held until the work has ended, also when whoever asked went away.
            let _place = place;
            inner.search(&request)
        })
        .await
        .map_err(|error| SearchError::BrokeOff(error.to_string()))?
    }
}

impl Inner {
    fn open(folder: &Path) -> Result<Self, SearchError> {
        let (schema, _) = schema();
        let directory = MmapDirectory::open(folder).map_err(TantivyError::from)?;
        let index = Index::open_or_create(directory, schema)?;
        let writer = index
            .writer_with_num_threads(1, WRITER_MEMORY)
            .map_err(|error| match error {
                TantivyError::LockFailure(..) => SearchError::InUse,
                other => SearchError::Index(other),
            })?;
        Ok(Self::over(index, Some(writer))?)
    }

    fn over(index: Index, writer: Option<IndexWriter>) -> tantivy::Result<Self> {
        let (_, fields) = schema();
        let filled = index.load_metas()?.payload.is_some();
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self {
            index,
            reader,
            writer: writer.map(Mutex::new),
            fields,
            filled: AtomicBool::new(filled),
        })
    }

    fn apply(&self, batch: &Batch) -> Result<(), SearchError> {
        let writer = self.writer.as_ref().ok_or(SearchError::InUse)?;
        let mut writer = writer.lock().unwrap_or_else(PoisonError::into_inner);
        let result = self.write(&mut writer, batch);
        if let Err(error) = result {
            // Half a batch must not be committed with the next one's mark.
            writer.rollback()?;
            return Err(error.into());
        }
        Ok(())
    }

    fn write(&self, writer: &mut IndexWriter, batch: &Batch) -> tantivy::Result<()> {
        if batch.clear {
            writer.delete_all_documents()?;
        }
        let forget = |story: StoryId| Term::from_field_text(self.fields.story, &id_text(story));
        for story in &batch.remove {
            writer.delete_term(forget(*story));
        }
        for doc in &batch.put {
            writer.delete_term(forget(doc.story));
            writer.add_document(document(&self.fields, doc))?;
        }
        if let Some(mark) = batch.commit {
            let mut prepared = writer.prepare_commit()?;
            prepared.set_payload(&mark.to_payload());
            prepared.commit()?;
            self.reader.reload()?;
            self.filled.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn search(&self, request: &SearchRequest) -> Result<Hits, SearchError> {
        let searcher = self.reader.searcher();
        let request = &SearchRequest {
            limit: request.limit.min(MOST_HITS.saturating_sub(request.offset)),
            ..request.clone()
        };
        let months = rank::newest_months(&self.fields, &searcher, request, Strictness::Exact)?;
        let mut hits = self.ranked(&searcher, request, Strictness::Exact, months)?;
        // What the newest months don't have may still be in the others.
        if months.is_some() && hits.total < MOST_HITS {
            hits = self.ranked(&searcher, request, Strictness::Exact, None)?;
        }
        if hits.total < FEW && !request.words.is_empty() {
            let more = self.ranked(&searcher, request, Strictness::Relaxed, None)?;
            if more.total > hits.total {
                return Ok(Hits { relaxed: true, ..more });
            }
        }
        if hits.total == 0 && request.words.terms.len() > 1 {
            let months = rank::newest_months(&self.fields, &searcher, request, Strictness::Partial)?;
            let some = self.ranked(&searcher, request, Strictness::Partial, months)?;
            return Ok(Hits {
                relaxed: true,
                partial: true,
                ..some
            });
        }
        Ok(hits)
    }

    fn ranked(
        &self,
        searcher: &Searcher,
        request: &SearchRequest,
        strictness: Strictness,
        months: Option<(i64, i64)>,
    ) -> tantivy::Result<Hits> {
        let query = rank::query(&self.fields, request, strictness, months);
        let (total, found) = if request.limit == 0 {
            (searcher.search(&query, &Count)?, Vec::new())
        } else if request.words.is_empty() {
            let top = TopDocs::with_limit(request.limit)
                .and_offset(request.offset)
                .order_by_fast_field::<i64>(super::schema::PUBLISHED, Order::Desc);
            let (total, found) = searcher.search(&query, &(Count, top))?;
            (total, found.into_iter().map(|(_, at)| (0.0, at)).collect())
        } else {
            let top = TopDocs::with_limit(request.limit)
                .and_offset(request.offset)
                .tweak_score(rank::recency(request.now));
            searcher.search(&query, &(Count, top))?
        };
        let mut hits = Vec::with_capacity(found.len());
        for (score, at) in found {
            let doc: TantivyDocument = searcher.doc(at)?;
            let story = doc.get_first(self.fields.story).and_then(|value| value.as_str());
            match story.and_then(|text| text.parse().ok()) {
                Some(story) => hits.push((story, score)),
                None => return Err(TantivyError::InternalError("a document names no story".into())),
            }
        }
        Ok(Hits {
            total,
            more: months.is_some(),
            relaxed: false,
            partial: false,
            hits,
        })
    }
}
