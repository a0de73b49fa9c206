//! Everything about pixels: what a picture file is, what it says of itself, and the copies that readers get.
//!
//! [`inspect`] reads a file's headers (kind, size, orientation, embedded captions and credits) without decoding it.
//! [`renditions`] decodes it once, turns it upright, converts it to sRGB, leaves every trace of metadata behind and
//! encodes it in the sizes and formats that the pages ask for. [`PictureWorker`] runs both on blocking threads, so
//! many at a time and no more. [`sheet()`] draws what stands for a story that has no picture.
//!
//! Pictures come from strangers, so everything is bounded before it begins: bytes, pixels, memory (computed from the
//! headers, since a decoder can't be stopped half way) and, in the worker, time. A decoder that panics is caught and
//! becomes a [`PictureError`] too. The third-party decoders are all memory-safe Rust; the one C library (libwebp) only
//! ever encodes pixels of our own.

mod decode;
mod encode;
mod error;
mod inspect;
mod jpeg;
mod kind;
mod look;
mod metadata;
mod plan;
mod render;
mod sheet;
mod webp;
mod worker;

pub use error::PictureError;
pub use inspect::{PictureInfo, inspect, inspect_within};
pub use kind::PictureKind;
pub use look::{Looked, NEAR, distance, fingerprint, look_within};
pub use metadata::PictureMetadata;
pub use plan::{Cut, Focus, RenditionFormat, RenditionPlan, Shape};
pub use render::{Rendition, renditions, renditions_within};
pub use sheet::{SHEET_HEIGHT, SHEET_WIDTH, Sheet, is_legible, sheet};
pub use worker::PictureWorker;

use std::time::Duration;

/// How much a picture may cost. The defaults are the product's; a publisher can change them in the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PictureLimits {
    /// The longest file, in bytes. Default 100 MB.
    pub max_bytes: usize,
    /// Width times height. Default 100 million.
    pub max_pixels: u64,
    /// Memory that decoding and resizing may take beside the file itself, in bytes. Default 512 MB (2^29), less than
    /// 100 megapixels need in some encodings (16 bits a channel, progressive JPEG).
    pub max_memory: u64,
    /// How long the worker waits for one picture. Default 10 s.
    pub max_time: Duration,
}

impl Default for PictureLimits {
    fn default() -> Self {
        Self {
            max_bytes: 100_000_000,
            max_pixels: 100_000_000,
            max_memory: 512 << 20,
            max_time: Duration::from_secs(10),
        }
    }
}

#[cfg(test)]
mod tests;
