//! Picture work on blocking threads, so many at a time and no more.

use super::PictureLimits;
use super::error::PictureError;
use super::inspect::{PictureInfo, inspect_within};
use super::look::{Looked, fingerprint, look_within};
use super::plan::RenditionPlan;
use super::render::{Rendition, renditions_within};
use super::sheet::{Sheet, sheet};
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

/// Runs picture work away from the threads that serve readers. Clones share the same places.
///
/// A place is held until the work has really ended, also when the caller was told [`PictureError::TooSlow`] or went
/// away: a decoder can't be stopped from outside, and letting the next one in would let hostile pictures pile up until
/// the memory is gone.
#[derive(Clone, Debug)]
pub struct PictureWorker {
    places: Arc<Semaphore>,
    /// A place of its own for what nobody waits for.
    slow: Arc<Semaphore>,
    limits: PictureLimits,
}

impl PictureWorker {
    /// A worker that handles at most `max_parallel` pictures at once (at least one) and a slow one beside them, with the
    /// default limits. Each may take [`PictureLimits::max_memory`].
    pub fn new(max_parallel: usize) -> Self {
        Self::with_limits(max_parallel, PictureLimits::default())
    }

    /// A worker with limits of the caller's.
    pub fn with_limits(max_parallel: usize, limits: PictureLimits) -> Self {
        Self {
            places: Arc::new(Semaphore::new(max_parallel.max(1))),
            slow: Arc::new(Semaphore::new(1)),
            limits,
        }
    }

    /// The limits it works within.
    pub fn limits(&self) -> &PictureLimits {
        &self.limits
    }

    /// [`super::inspect()`] on a blocking thread.
    ///
    /// # Errors
    /// As there, and [`PictureError::TooSlow`].
    pub async fn inspect(&self, bytes: Bytes) -> Result<PictureInfo, PictureError> {
        let limits = self.limits;
        self.run(move || inspect_within(&bytes, &limits)).await
    }

    /// [`super::renditions`] on a blocking thread.
    ///
    /// AVIF takes long, and is for [`PictureWorker::slow_renditions`].
    ///
    /// # Errors
    /// As there, and [`PictureError::TooSlow`].
    pub async fn renditions(&self, bytes: Bytes, plan: RenditionPlan) -> Result<Vec<Rendition>, PictureError> {
        let limits = self.limits;
        self.run(move || renditions_within(&bytes, &plan, &limits)).await
    }

    /// The same for what nobody waits for, one at a time and in a place of its own. What was told to be too slow still runs
    /// to its end: among the others a few of them would take every place, and whoever sends a picture would wait for all
    /// of them.
    ///
    /// # Errors
    /// As there, and [`PictureError::TooSlow`].
    pub async fn slow_renditions(&self, bytes: Bytes, plan: RenditionPlan) -> Result<Vec<Rendition>, PictureError> {
        let limits = self.limits;
        self.run_slowly(move || renditions_within(&bytes, &plan, &limits)).await
    }

    /// [`super::sheet()`] on a blocking thread.
    ///
    /// # Errors
    /// As there, and [`PictureError::TooSlow`].
    pub async fn sheet(&self, shown: Sheet) -> Result<Bytes, PictureError> {
        self.run(move || sheet(&shown)).await
    }

    /// [`super::look_within`] on a blocking thread.
    ///
    /// # Errors
    /// As there, and [`PictureError::TooSlow`].
    pub async fn look(&self, bytes: Bytes) -> Result<Looked, PictureError> {
        let limits = self.limits;
        self.run(move || look_within(&bytes, &limits)).await
    }

    /// [`super::fingerprint`] on a blocking thread.
    ///
    /// # Errors
    /// As there, and [`PictureError::TooSlow`].
    pub async fn fingerprint(&self, rendition: Bytes) -> Result<u64, PictureError> {
        self.run(move || fingerprint(&rendition)).await
    }

    /// The clock starts when the work does: waiting for a place is not the picture's fault.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        self.run_in(&self.places, work).await
    }

    /// The same in the place of what nobody waits for.
    pub(super) async fn run_slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        self.run_in(&self.slow, work).await
    }

    async fn run_in<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        work: impl FnOnce() -> Result<T, PictureError> + Send + 'static,
    ) -> Result<T, PictureError> {
        let place = Arc::clone(places)
            .acquire_owned()
            .await
            .map_err(|_| PictureError::Stopping)?;
        let task = spawn_blocking(move || {
            let answer = work();
            drop(place);
            answer
        });
        match timeout(self.limits.max_time, task).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(failed)) if failed.is_panic() => Err(PictureError::Crashed("picture")),
            Ok(Err(_)) => Err(PictureError::Stopping),
            Err(_) => Err(PictureError::TooSlow(self.limits.max_time)),
        }
    }
}
