//! Video files of the publisher's own: taken in part by part, served by the range, public while the story is that they
//! lead.
//!
//! A file is kept in parts of a few megabytes, each a blob. So neither taking it in nor sending any range of it holds
//! more than one part in memory, on a disk or in a bucket, and a reader who looks at the end costs no more than one who
//! looks at the beginning. Files are not made smaller or into other formats: that takes a program of its own, and what
//! newsrooms export is MP4 that browsers play.

pub mod desk;
mod file;

pub use file::{of_desk, public as file};

use crate::app::App;
use crate::comments::Decider;
use crate::desk::{DeskError, named, permitted};
use crate::stories::Context;
use bytes::{Bytes, BytesMut};
use masthead_domain::desk::{Act, may};
use masthead_domain::ids::{SiteId, StoryId, VideoId};
use masthead_domain::permissions::Permission;
use masthead_domain::stories::{StoryError, StoryState};
use masthead_domain::videos::{self, LeadVideo, VideoKind};
use masthead_formats::video::{LOOKED_AT, kind_of};
use masthead_services::blobs::BlobError;
use masthead_store::{StoreError, desk as desk_rows, videos as rows};

/// The largest file, in bytes: some ten minutes as newsrooms export them.
pub const LARGEST_VIDEO: u64 = 512 << 20;
/// The length of a part, in bytes.
const PART: usize = 4 << 20;

/// Why a file is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// Browsers don't play it, whatever it is called.
    #[error("this is neither MP4 nor WebM")]
    Kind,
    /// Larger than [`LARGEST_VIDEO`].
    #[error("a video has at most {} MB", LARGEST_VIDEO >> 20)]
    TooLarge,
    /// The media store.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A file that is taken in as it comes.
#[derive(Default)]
pub struct Taking {
    kind: Option<VideoKind>,
    waiting: BytesMut,
    parts: Vec<String>,
    bytes: u64,
}

impl Taking {
    /// Takes some more of it.
    ///
    /// # Errors
    /// [`TakeError`]; the rest need not be read then.
    pub async fn push(&mut self, app: &App, some: Bytes) -> Result<(), TakeError> {
        self.bytes += some.len() as u64;
        if self.bytes > LARGEST_VIDEO {
            return Err(TakeError::TooLarge);
        }
        self.waiting.extend_from_slice(&some);
        if self.kind.is_none() && self.waiting.len() >= LOOKED_AT {
            self.kind = Some(kind_of(&self.waiting).ok_or(TakeError::Kind)?);
        }
        while self.waiting.len() >= PART {
            let part = self.waiting.split_to(PART).freeze();
            self.parts.push(app.blobs.put(part).await?.to_string());
        }
        Ok(())
    }

    /// Whether nothing came.
    pub const fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// The file is complete.
    ///
    /// # Errors
    /// [`TakeError`].
    pub async fn finish(mut self, app: &App, by: &str) -> Result<VideoId, TakeError> {
        let kind = match self.kind {
            Some(kind) => kind,
            // Shorter than what is looked at.
            None => kind_of(&self.waiting).ok_or(TakeError::Kind)?,
        };
        if !self.waiting.is_empty() {
            let part = self.waiting.split().freeze();
            self.parts.push(app.blobs.put(part).await?.to_string());
        }
        let video = rows::VideoRecord {
            id: VideoId::new(app.ids.as_ref()),
            kind,
            bytes: self.bytes,
            part_bytes: PART as u64,
            parts: self.parts,
            language: String::new(),
            cues: Vec::new(),
            created_at: app.now(),
        };
        let (id, by) = (video.id, by.to_owned());
        app.db
            .write("videos.insert", move |tx| {
                let (video, by) = (video.clone(), by.clone());
                Box::pin(async move { rows::insert(tx, &video, &by).await })
            })
            .await?;
        Ok(id)
    }
}

/// What is done with the video of a story at the desk.
#[derive(Clone, Debug)]
pub enum Wish {
    /// This one leads it, or none.
    Lead(Option<LeadVideo>),
    /// Its own file has these captions.
    Captions {
        /// Their language (BCP 47).
        language: String,
        /// The cues; none takes the captions away.
        cues: Vec<videos::Cue>,
    },
}

/// Sets what leads a story, or the captions of the file that does. Of a story that is out it asks for the permission to
/// publish, since readers see it at once; unless the newest revision waits for somebody to show it, then they see it
/// with that.
///
/// # Errors
/// [`DeskError`].
pub async fn lead(app: &App, by: &Decider, story: StoryId, wish: Wish) -> Result<(), DeskError> {
    let (context, by) = (Context::new(app, &named(by)), by.clone());
    app.db
        .write("videos.lead", move |tx| {
            let (context, by, wish) = (context.clone(), by.clone(), wish.clone());
            Box::pin(async move {
                let mut change = permitted(tx, &context, &by, story, Act::Save).await?;
                let state = change.story.standing.state;
                if state == StoryState::Killed {
                    return Err(StoryError::Killed.into());
                }
                let is_due = matches!(state, StoryState::Published | StoryState::Scheduled);
                let places = desk_rows::places(tx, &[story]).await?;
                let sites: Vec<SiteId> = places.iter().map(|place| place.site).collect();
                if is_due && !may(&by.grants, Permission::StoriesPublish, &sites) {
                    return Err(DeskError::Forbidden);
                }
                let mut content = change.content(tx).await?;
                match wish {
                    Wish::Lead(video) => {
                        let is_shown = change.story.public_revision == Some(change.story.head_revision);
                        content.lead_video = video;
                        change.revise(tx, &context, &content).await?;
                        change.story.desk_edited = true;
                        if is_due && is_shown {
                            change.make_public();
                        }
                        change.log(tx, &context, "story.video", "").await?;
                    }
                    Wish::Captions { language, cues } => {
                        let own = content.lead_video.and_then(|video| videos::own(&video.url));
                        let id = own.ok_or(DeskError::NotFound)?;
                        rows::set_captions(tx, id, &language, &cues).await?;
                        change.touch();
                        change.log(tx, &context, "story.captions", &language).await?;
                    }
                }
                change.commit(tx, &context).await?;
                Ok(())
            })
        })
        .await
}
