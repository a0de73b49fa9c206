//! What a picture file is and says of itself, read from its headers.

use super::error::PictureError;
use super::kind::PictureKind;
use super::metadata::{self, PictureMetadata, Raw};
use super::{PictureLimits, decode, jpeg};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a picture file is, from its headers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureInfo {
    /// The format, by content.
    pub kind: PictureKind,
    /// Width as stored, in pixels. See [`PictureInfo::upright_size`].
    pub width: u32,
    /// Height as stored, in pixels.
    pub height: u32,
    /// The EXIF orientation, 1 to 8 (Exif 3.0, tag 0x0112); 1 when the file says none or nonsense.
    pub orientation: u8,
    /// A position is embedded in EXIF or XMP. No rendition ever holds it; the original does.
    pub has_gps: bool,
    /// An EXIF block is embedded.
    pub has_exif: bool,
    /// An XMP packet is embedded.
    pub has_xmp: bool,
    /// IPTC IIM fields are embedded.
    pub has_iptc: bool,
    /// A colour profile is embedded.
    pub has_icc: bool,
    /// Caption, credit and so on, from all of these.
    pub metadata: PictureMetadata,
}

impl PictureInfo {
    /// Width and height as a reader sees the picture, once it is turned upright.
    pub fn upright_size(&self) -> (u32, u32) {
        if self.orientation >= 5 {
            (self.height, self.width)
        } else {
            (self.width, self.height)
        }
    }
}

/// Reads a picture's headers within the default limits. It does not decode, so a file that this accepts can still turn
/// out to be damaged in [`super::renditions`].
///
/// # Errors
/// A [`PictureError`] with the reason why the file is not taken.
pub fn inspect(bytes: &[u8]) -> Result<PictureInfo, PictureError> {
    inspect_within(bytes, &PictureLimits::default())
}

/// [`inspect`] within limits of the caller's.
///
/// # Errors
/// As [`inspect`].
pub fn inspect_within(bytes: &[u8], limits: &PictureLimits) -> Result<PictureInfo, PictureError> {
    catch_unwind(AssertUnwindSafe(|| read(bytes, limits))).unwrap_or(Err(PictureError::Crashed("inspection")))
}

fn read(bytes: &[u8], limits: &PictureLimits) -> Result<PictureInfo, PictureError> {
    let (kind, headers) = check(bytes, limits)?;
    let (width, height) = headers.size();
    let raw = headers.into_raw(limits)?;
    let read = metadata::read(&raw);
    Ok(PictureInfo {
        kind,
        width,
        height,
        orientation: read.orientation,
        has_gps: read.has_gps,
        has_exif: raw.exif.is_some(),
        has_xmp: raw.xmp.is_some(),
        has_iptc: read.has_iptc,
        has_icc: raw.has_icc,
        metadata: read.metadata,
    })
}

/// The headers of a file whose size is within the limits.
pub(super) enum Headers<'a> {
    Jpeg(jpeg::JpegHeaders<'a>),
    Other(decode::Opened<'a>),
}

impl<'a> Headers<'a> {
    pub(super) fn size(&self) -> (u32, u32) {
        match self {
            Self::Jpeg(headers) => (headers.width, headers.height),
            Self::Other(opened) => opened.size(),
        }
    }

    fn into_raw(self, limits: &PictureLimits) -> Result<Raw<'a>, PictureError> {
        match self {
            Self::Jpeg(headers) => Ok(Raw {
                exif: headers.exif.map(Into::into),
                xmp: headers.xmp.map(Into::into),
                photoshop: headers.photoshop,
                has_icc: headers.has_icc,
            }),
            Self::Other(opened) => opened.into_raw(limits),
        }
    }
}

/// Opens a file and refuses it when it is too long, or when its pixels are too many.
pub(super) fn check<'a>(bytes: &'a [u8], limits: &PictureLimits) -> Result<(PictureKind, Headers<'a>), PictureError> {
    if bytes.len() > limits.max_bytes {
        return Err(PictureError::TooManyBytes {
            bytes: bytes.len(),
            limit: limits.max_bytes,
        });
    }
    let kind = PictureKind::of(bytes)?;
    let headers = match kind {
        PictureKind::Jpeg => Headers::Jpeg(jpeg::read_headers(bytes)?),
        _ => Headers::Other(decode::open(kind, bytes, limits)?),
    };
    let (width, height) = headers.size();
    if width == 0 || height == 0 {
        return Err(PictureError::Damaged {
            kind,
            problem: "it says that it has no pixels".to_owned(),
        });
    }
    if u64::from(width) * u64::from(height) > limits.max_pixels {
        return Err(PictureError::TooManyPixels {
            width,
            height,
            limit: limits.max_pixels,
        });
    }
    Ok((kind, headers))
}
