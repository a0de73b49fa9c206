//! Write-once blobs: originals of pictures, their renditions, raw wire payloads.
//!
//! A blob's key is the SHA-256 of its bytes, so the same bytes are kept once, a blob never changes, copies can be
//! cached for ever, and a backup only has to add what is new. Where blobs lie is one setting (`media.url`): a local
//! folder, or an S3-compatible store when one machine is not enough.
//!
//! Nothing here knows who may see a blob: readers reach pictures through the store's public read path alone.

mod key;
#[cfg(feature = "s3")]
mod s3;

pub use key::{BadBlobKey, BlobKey};

use crate::disk;
use bytes::Bytes;
use futures::stream::{BoxStream, StreamExt};
use masthead_domain::time::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt, PutPayload};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What can go wrong with a blob.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// No blob has this key.
    #[error("there is no blob {0}")]
    NotFound(BlobKey),
    /// The bytes kept under this key are not those that the key names: a disk or a hand changed them.
    #[error("blob {0} is damaged: its bytes don't match its key")]
    Damaged(BlobKey),
    /// `media.url` can't be used; the text says why and what would do.
    #[error("media.url: {0}")]
    Settings(String),
    /// The disk or the S3 store failed (full, read-only, unreachable).
    #[error("can't {action}: {source}")]
    Storage {
        /// What was tried, in words: `keep blob 12ab…`.
        action: String,
        /// What the storage said.
        source: object_store::Error,
    },
    /// A file operation of our own failed; the text names the path.
    #[error(transparent)]
    File(#[from] std::io::Error),
}

/// One blob in a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobEntry {
    /// Its key.
    pub key: BlobKey,
    /// Its length in bytes.
    pub size: u64,
    /// When it was first kept, by the storage's clock.
    pub kept: Timestamp,
}

/// The blob store. Clones share it.
#[derive(Clone, Debug)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// The folder of a local store: removed names are synced there, which the library leaves out.
    folder: Option<Arc<PathBuf>>,
    /// Where in a bucket the blobs lie; empty otherwise.
    prefix: ObjectPath,
}

impl Blobs {
    /// Opens the store that the setting `media.url` names: `file:PATH` (relative paths start at `base`, the data
    /// folder; missing folders are made) or `s3://bucket/prefix?endpoint=…&region=…`.
    ///
    /// # Errors
    /// [`BlobError::Settings`] for an address that can't be used, [`BlobError::File`] when the folder can't be made.
    pub fn open(media_url: &str, base: &Path) -> Result<Self, BlobError> {
        if let Some(path) = media_url.strip_prefix("file:") {
            // `file:///srv/media` is the same place as `file:/srv/media`.
            let path = path.strip_prefix("//").unwrap_or(path);
            if path.is_empty() {
                return Err(BlobError::Settings(
                    "`file:` needs a folder, for example file:media".to_owned(),
                ));
            }
            return Self::in_folder(&base.join(path));
        }
        if media_url.starts_with("s3:") {
            #[cfg(feature = "s3")]
            return s3::open(media_url);
            #[cfg(not(feature = "s3"))]
            return Err(BlobError::Settings(
                "this program was built without the feature `s3`; use file:PATH".to_owned(),
            ));
        }
        Err(BlobError::Settings(format!(
            "`{media_url}` is neither file:PATH nor s3://bucket?endpoint=…"
        )))
    }

    /// Blobs as files in `folder`, which is made when it is missing.
    ///
    /// # Errors
    /// [`BlobError::File`] when the folder can't be made, [`BlobError::Storage`] when it can't be opened.
    pub fn in_folder(folder: &Path) -> Result<Self, BlobError> {
        disk::create_folders_durably(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)
            .map_err(storage(|| format!("open the folder {}", folder.display())))?
            .with_fsync(true);
        let folder = Some(Arc::new(folder.to_path_buf()));
        Ok(Self {
            store: Arc::new(store),
            folder,
            prefix: ObjectPath::default(),
        })
    }

    /// Blobs in memory, gone with the value: for tests.
    pub fn in_memory() -> Self {
        Self {
            store: Arc::new(InMemory::new()),
            folder: None,
            prefix: ObjectPath::default(),
        }
    }

    /// Keeps `bytes` and returns their key. When this returns, the blob is whole and durable: it was written beside
    /// its place, synced and renamed, so a kill at any moment leaves all of it or none. Bytes that are there already
    /// are not written again, unless what is there has another length (then it is damaged, and this heals it).
    ///
    /// # Errors
    /// [`BlobError::Storage`], for example when the disk is full; nothing is kept then.
    pub async fn put(&self, bytes: impl Into<Bytes>) -> Result<BlobKey, BlobError> {
        let bytes = bytes.into();
        let key = key_of(bytes.clone()).await?;
        if self.size(key).await? == Some(bytes.len() as u64) {
            return Ok(key);
        }
        self.store
            .put(&self.place(key), PutPayload::from_bytes(bytes))
            .await
            .map_err(storage(|| format!("keep blob {key}")))?;
        Ok(key)
    }

    /// The bytes of a blob.
    ///
    /// # Errors
    /// [`BlobError::NotFound`], or [`BlobError::Storage`] when the storage fails.
    pub async fn get(&self, key: BlobKey) -> Result<Bytes, BlobError> {
        let found = async { self.store.get(&self.place(key)).await?.bytes().await };
        found.await.map_err(|error| not_found_or(error, key, "read"))
    }

    /// The bytes of a blob, checked against the key: for `verify` and `backup`. Plain reads skip the check, which
    /// would cost more than the read.
    ///
    /// # Errors
    /// As [`Blobs::get`], and [`BlobError::Damaged`].
    pub async fn get_checked(&self, key: BlobKey) -> Result<Bytes, BlobError> {
        let bytes = self.get(key).await?;
        if key_of(bytes.clone()).await? == key {
            Ok(bytes)
        } else {
            Err(BlobError::Damaged(key))
        }
    }

    /// Whether a blob is there.
    ///
    /// # Errors
    /// [`BlobError::Storage`] when the storage can't say.
    pub async fn exists(&self, key: BlobKey) -> Result<bool, BlobError> {
        Ok(self.size(key).await?.is_some())
    }

    /// The length of a blob in bytes, or `None` when it isn't there.
    ///
    /// # Errors
    /// [`BlobError::Storage`] when the storage can't say.
    pub async fn size(&self, key: BlobKey) -> Result<Option<u64>, BlobError> {
        match self.store.head(&self.place(key)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(storage(|| format!("look for blob {key}"))(error)),
        }
    }

    /// Removes a blob, durably. Removing one that isn't there is no error, so that a removal can be repeated after a
    /// crash.
    ///
    /// # Errors
    /// [`BlobError::Storage`] or [`BlobError::File`]; the blob may still be there then.
    pub async fn delete(&self, key: BlobKey) -> Result<(), BlobError> {
        let place = self.place(key);
        match self.store.delete(&place).await {
            Ok(()) => {}
            Err(object_store::Error::NotFound { .. }) => return Ok(()),
            Err(error) => return Err(storage(|| format!("remove blob {key}"))(error)),
        }
        if let Some(folder) = &self.folder {
            let shelf = folder.join(key.shelf());
            blocking(move || disk::sync_folder(&shelf)).await??;
        }
        Ok(())
    }

    /// All blobs, in no particular order, without holding them in memory. Files that are no blobs (notes, leftovers of
    /// a write that was killed) are passed over.
    pub fn list(&self) -> BoxStream<'static, Result<BlobEntry, BlobError>> {
        let prefix = Some(&self.prefix).filter(|prefix| !prefix.as_ref().is_empty());
        let listing = self.store.list(prefix);
        listing
            .filter_map(async |found| match found {
                Ok(meta) => {
                    let key = meta.location.filename()?.parse().ok()?;
                    let kept = Timestamp::from_micros(meta.last_modified.timestamp_micros());
                    Some(Ok(BlobEntry {
                        key,
                        size: meta.size,
                        kept,
                    }))
                }
                Err(error) => Some(Err(storage(|| "list the blobs".to_owned())(error))),
            })
            .boxed()
    }

    fn place(&self, key: BlobKey) -> ObjectPath {
        self.prefix.clone().join(key.shelf()).join(key.to_string())
    }
}

/// Hashes on a blocking thread when the bytes are many: 30 MB take 20 ms or more, too long between two awaits.
async fn key_of(bytes: Bytes) -> Result<BlobKey, BlobError> {
    if bytes.len() < 256 * 1024 {
        Ok(BlobKey::of(&bytes))
    } else {
        blocking(move || BlobKey::of(&bytes)).await
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, BlobError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| BlobError::File(std::io::Error::other(error)))
}

fn storage(action: impl FnOnce() -> String) -> impl FnOnce(object_store::Error) -> BlobError {
    move |source| BlobError::Storage {
        action: action(),
        source,
    }
}

fn not_found_or(error: object_store::Error, key: BlobKey, verb: &str) -> BlobError {
    match error {
        object_store::Error::NotFound { .. } => BlobError::NotFound(key),
        other => BlobError::Storage {
            action: format!("{verb} blob {key}"),
            source: other,
        },
    }
}

#[cfg(test)]
mod tests;
