//! Why a picture was not taken, in words for the person who sent it.

use super::kind::PictureKind;
use std::time::Duration;

/// Why a picture was not taken.
///
/// The texts are fit to be shown to the person who sent it; [`PictureError::code`] is stable and what translations
/// and reports go by.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    /// The file begins like no picture format that we know.
    #[error("this file is no picture that we know")]
    NotAPicture,
    /// A known format, but not one that we take.
    #[error("{0} pictures are not taken; JPEG, PNG, GIF and WebP are")]
    Unsupported(&'static str),
    /// A feature inside a format we take that the decoder lacks, such as arithmetic-coded JPEG.
    #[error("this {kind} uses a feature that we can't read: {feature}")]
    UnsupportedFeature {
        /// The format.
        kind: PictureKind,
        /// The decoder's name for the feature.
        feature: String,
    },
    /// More bytes than allowed.
    #[error("the file has {bytes} bytes, more than the {limit} that are allowed")]
    TooManyBytes {
        /// The file's length.
        bytes: usize,
        /// [`super::PictureLimits::max_bytes`].
        limit: usize,
    },
    /// More pixels than allowed; decompression bombs end here.
    #[error("the picture claims {width} x {height} pixels, more than the {limit} that are allowed")]
    TooManyPixels {
        /// Claimed width.
        width: u32,
        /// Claimed height.
        height: u32,
        /// [`super::PictureLimits::max_pixels`].
        limit: u64,
    },
    /// Decoding would take more memory than allowed.
    #[error("decoding the picture would take {needed} bytes of memory, more than the {limit} that are allowed")]
    TooMuchMemory {
        /// Computed from the headers.
        needed: u64,
        /// [`super::PictureLimits::max_memory`].
        limit: u64,
    },
    /// Decoding would take unreasonably long: a JPEG with hundreds of scans over millions of pixels.
    #[error("the picture has {scans} scans over {pixels} pixels, which would take too long to decode")]
    TooMuchWork {
        /// How many scans there are.
        scans: usize,
        /// Width times height.
        pixels: u64,
    },
    /// Truncated, or its content contradicts itself.
    #[error("the {kind} is damaged: {problem}")]
    Damaged {
        /// The format that it begins like.
        kind: PictureKind,
        /// What the decoder ran into.
        problem: String,
    },
    /// The worker's time was up.
    #[error("the picture took longer than {} seconds", .0.as_secs_f32())]
    TooSlow(Duration),
    /// A decoder or encoder panicked on it, which is a bug in that library.
    #[error("the picture made the {0} step fail in an unforeseen way")]
    Crashed(&'static str),
    /// A rendition could not be encoded.
    #[error("the picture could not be encoded as {format}: {problem}")]
    Encoding {
        /// The format.
        format: &'static str,
        /// What the encoder said.
        problem: String,
    },
    /// The program is stopping and takes no more work.
    #[error("the server is stopping")]
    Stopping,
}

impl PictureError {
    /// A stable code for reports, translations and metrics.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPicture => "picture.not_a_picture",
            Self::Unsupported(_) => "picture.unsupported",
            Self::UnsupportedFeature { .. } => "picture.unsupported_feature",
            Self::TooManyBytes { .. } => "picture.too_many_bytes",
            Self::TooManyPixels { .. } => "picture.too_many_pixels",
            Self::TooMuchMemory { .. } => "picture.too_much_memory",
            Self::TooMuchWork { .. } => "picture.too_much_work",
            Self::Damaged { .. } => "picture.damaged",
            Self::TooSlow(_) => "picture.too_slow",
            Self::Crashed(_) => "picture.crashed",
            Self::Encoding { .. } => "picture.encoding",
            Self::Stopping => "picture.stopping",
        }
    }

    /// Whether trying the same bytes again may go better: only when this machine was the cause.
    pub fn is_worth_retrying(&self) -> bool {
        matches!(self, Self::TooSlow(_) | Self::Stopping)
    }
}
