//! Pictures: taken in from bytes, from an address or from beside an export; rendered for readers by due jobs, never in
//! a reader's request.

mod fetch;
mod jobs;

pub use fetch::{Base, fetch};
pub use jobs::{
    JOB_AVIF, JOB_CUTS, JOB_PAGE, JOB_RENDER, run_avif, run_cuts, run_page_pictures, run_render, run_story_pictures,
    run_wire_picture, schedule_cuts,
};

use crate::app::App;
use bytes::Bytes;
use masthead_domain::ids::PictureId;
use masthead_services::blobs::BlobError;
use masthead_services::pictures::PictureError;
use masthead_store::jobs::Lane;
use masthead_store::pictures::{self as rows, PictureRecord, PictureState};
use masthead_store::{StoreError, jobs as job_rows};
use sha2::{Digest, Sha256};

/// Why a picture could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The file is no picture that we show.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The file could not be fetched.
    #[error(transparent)]
    Fetch(#[from] masthead_services::fetch::FetchError),
    /// The file beside the document could not be read.
    #[error("{0}")]
    File(String),
    /// The blob store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TakeError {
    /// Whether the same may work later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Picture(error) => error.is_worth_retrying(),
            Self::Fetch(error) => error.is_worth_retrying(),
            Self::File(_) => true,
            Self::Blob(_) => true,
            Self::Store(error) => error.is_transient(),
        }
    }
}

/// What is known of a picture besides its file; what the file itself says fills the gaps.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Caption.
    pub caption: String,
    /// Credit line.
    pub credit: String,
    /// Text for those who don't see it.
    pub alt: String,
    /// Copyright notice.
    pub copyright_notice: String,
    /// Terms of use.
    pub usage_terms: String,
    /// Where it was fetched from.
    pub source: Option<String>,
}

/// Takes a picture in: looks at it, keeps the original, and has it rendered by a due job. The same file again is the
/// picture that is there.
///
/// # Errors
/// [`TakeError`].
pub async fn take(app: &App, bytes: Bytes, said: Said) -> Result<PictureId, TakeError> {
    take_or_find(app, bytes, said).await.map(|(id, _)| id)
}

/// The same, and whether it was not there before.
///
/// # Errors
/// [`TakeError`].
pub async fn take_or_find(app: &App, bytes: Bytes, said: Said) -> Result<(PictureId, bool), TakeError> {
    let hash = hex(&Sha256::digest(&bytes));
    if let Some(known) = rows::by_hash(&mut app.db.reader().await?, &hash).await? {
        remember_source(app, said.source, known.id).await?;
        return Ok((known.id, false));
    }
    let info = app.worker.inspect(bytes.clone()).await?;
    let (width, height) = info.upright_size();
    let key = app.blobs.put(bytes).await?;
    let meta = info.metadata;
    let either = |own: String, embedded: Option<String>| {
        if own.is_empty() {
            embedded.unwrap_or_default()
        } else {
            own
        }
    };
    let credit = meta.credit.clone().or_else(|| meta.byline.first().cloned());
    let record = PictureRecord {
        id: PictureId::new(app.ids.as_ref()),
        hash,
        original_key: key.to_string(),
        media_type: info.kind.media_type().to_owned(),
        width,
        height,
        alt: either(said.alt, meta.alt_text),
        caption: either(said.caption, meta.caption),
        credit: either(said.credit, credit),
        copyright_notice: either(said.copyright_notice, meta.copyright),
        usage_terms: either(said.usage_terms, meta.usage_terms),
        renditions: Vec::new(),
        state: PictureState::Pending,
        problem: None,
        licence_ends_at: None,
        created_at: app.now(),
    };
    let source = said.source;
    let now = app.now();
    app.db
        .write("pictures.take", move |tx| {
            let (record, source) = (record.clone(), source.clone());
            Box::pin(async move {
                let id = rows::insert(tx, &record).await?;
                if let Some(url) = &source {
                    rows::put_source(tx, url, id).await?;
                }
                if id == record.id {
                    let nothing = serde_json::Value::Null;
                    job_rows::schedule_in(tx, Lane::Work, JOB_RENDER, &id.to_string(), now, &nothing).await?;
                }
                Ok::<_, TakeError>((id, id == record.id))
            })
        })
        .await
}

async fn remember_source(app: &App, source: Option<String>, id: PictureId) -> Result<(), StoreError> {
    let Some(url) = source else { return Ok(()) };
    app.db
        .write("pictures.remember_source", move |tx| {
            let url = url.clone();
            Box::pin(async move { rows::put_source(tx, &url, id).await })
        })
        .await
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            use std::fmt::Write as _;
            // Writing to a string can't fail.
            write!(text, "{byte:02x}").ok();
            text
        })
}
