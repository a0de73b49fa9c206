//! From a file to pixels, within a budget that is checked before a decoder starts.

use super::error::PictureError;
use super::inspect::Headers;
use super::jpeg::JpegHeaders;
use super::kind::PictureKind;
use super::metadata::Raw;
use super::{PictureLimits, inspect};
use image::codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder};
use image::{ColorType, DynamicImage, ImageDecoder, ImageError, Limits, RgbImage};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Scans times pixels that a progressive JPEG may ask for. A camera's file has about ten scans; a hostile one repeats
/// tiny scans over a huge picture. At the limit decoding takes a few seconds.
const MAX_SCAN_PIXELS: u64 = 2_000_000_000;

/// Longest metadata block that is looked at. Real ones are below 100 KB; what is longer is a bomb or somebody's
/// embedded preview.
const MAX_METADATA: usize = 4 << 20;

/// A decoded picture: 8 bits a channel, RGB or RGBA, as it was stored (not yet upright).
pub(super) struct Decoded {
    pub(super) pixels: DynamicImage,
    pub(super) orientation: u8,
    pub(super) icc: Option<Vec<u8>>,
}

/// Decodes a file that is within `limits`.
pub(super) fn decode(bytes: &[u8], limits: &PictureLimits) -> Result<Decoded, PictureError> {
    let (_, headers) = inspect::check(bytes, limits)?;
    match headers {
        Headers::Jpeg(headers) => decode_jpeg(bytes, &headers, limits),
        Headers::Other(opened) => opened.decode(limits),
    }
}

fn decode_jpeg(bytes: &[u8], headers: &JpegHeaders<'_>, limits: &PictureLimits) -> Result<Decoded, PictureError> {
    let pixels = u64::from(headers.width) * u64::from(headers.height);
    if headers.scans as u64 * pixels > MAX_SCAN_PIXELS {
        return Err(PictureError::TooMuchWork {
            scans: headers.scans,
            pixels,
        });
    }
    // Coefficients are kept as 16-bit samples over whole blocks; 64 covers the blocks that stick out at the edges.
    let padded = (f64::from(headers.width) + 64.0) * (f64::from(headers.height) + 64.0);
    let whole = headers.progressive || headers.planar;
    let kept = if whole {
        padded * 2.0 * headers.samples_per_pixel
    } else {
        0.0
    };
    afford(pixels * 3 + kept as u64 + resizing(headers.height, 3), limits)?;

    let options = DecoderOptions::default()
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options.set_strict_mode(false));
    decoder.decode_headers().map_err(jpeg_error)?;
    // Headers are read leniently, since stray bytes between them harm nobody. Pixel data is read strictly: otherwise
    // a truncated file comes out as a picture with a grey half, which nobody wants on a front page.
    decoder.set_options(decoder.options().set_strict_mode(true));
    let data = decoder.decode().map_err(jpeg_error)?;
    let pixels = RgbImage::from_raw(headers.width, headers.height, data)
        .ok_or_else(|| damaged(PictureKind::Jpeg, "its size changes on the way".to_owned()))?;
    let raw = Raw {
        exif: headers.exif.map(Into::into),
        ..Raw::default()
    };
    Ok(Decoded {
        pixels: DynamicImage::ImageRgb8(pixels),
        orientation: super::metadata::orientation(&raw),
        icc: decoder.icc_profile(),
    })
}

fn jpeg_error(error: DecodeErrors) -> PictureError {
    match error {
        DecodeErrors::Unsupported(scheme) => PictureError::UnsupportedFeature {
            kind: PictureKind::Jpeg,
            feature: format!("{scheme:?}"),
        },
        // The library derives no plain text; its debug form is a sentence with a variant's name around it.
        other => damaged(PictureKind::Jpeg, format!("{other:?}")),
    }
}

/// An opened file of the formats that the `image` crate decodes.
pub(super) struct Opened<'a> {
    kind: PictureKind,
    decoder: Box<dyn ImageDecoder + 'a>,
}

/// Opens a PNG, GIF or WebP: its headers are read, nothing is decoded.
pub(super) fn open<'a>(kind: PictureKind, bytes: &'a [u8], limits: &PictureLimits) -> Result<Opened<'a>, PictureError> {
    let reader = Cursor::new(bytes);
    let decoder: Box<dyn ImageDecoder + 'a> = match kind {
        PictureKind::Png => {
            let opened = PngDecoder::with_limits(reader, memory(limits));
            Box::new(opened.map_err(|error| image_error(kind, limits, error))?)
        }
        PictureKind::Gif => Box::new(GifDecoder::new(reader).map_err(|error| image_error(kind, limits, error))?),
        PictureKind::WebP => {
            super::webp::check_chunks(bytes)?;
            Box::new(WebPDecoder::new(reader).map_err(|error| image_error(kind, limits, error))?)
        }
        PictureKind::Jpeg => return Err(damaged(kind, "it was taken for another format".to_owned())),
    };
    Ok(Opened { kind, decoder })
}

impl<'a> Opened<'a> {
    pub(super) fn size(&self) -> (u32, u32) {
        self.decoder.dimensions()
    }

    /// The metadata blocks. One that can't be read is left out: a torn caption is no reason to refuse a picture.
    pub(super) fn into_raw(mut self, limits: &PictureLimits) -> Result<Raw<'a>, PictureError> {
        self.decoder
            .set_limits(memory(limits))
            .map_err(|error| image_error(self.kind, limits, error))?;
        let kind = self.kind;
        let readable = |what: &str, block: Result<Option<Vec<u8>>, ImageError>| match block {
            Ok(block) => block.filter(|block| block.len() <= MAX_METADATA),
            Err(error) => {
                tracing::debug!(%kind, what, %error, "a metadata block can't be read");
                None
            }
        };
        Ok(Raw {
            exif: readable("EXIF", self.decoder.exif_metadata()).map(Into::into),
            xmp: readable("XMP", self.decoder.xmp_metadata()).map(Into::into),
            photoshop: Vec::new(),
            has_icc: readable("ICC", self.decoder.icc_profile()).is_some(),
        })
    }

    fn decode(mut self, limits: &PictureLimits) -> Result<Decoded, PictureError> {
        let kind = self.kind;
        let (width, height) = self.size();
        let pixels = u64::from(width) * u64::from(height);
        let color = self.decoder.color_type();
        let channels = if color.has_alpha() { 4 } else { 3 };
        let decoded = self.decoder.total_bytes();
        let converted = if matches!(color, ColorType::Rgb8 | ColorType::Rgba8) {
            0
        } else {
            pixels * channels
        };
        // What the decoders hold beside their output: GIF a frame apart from its canvas, lossless WebP its ARGB and
        // lossy WebP its planes, of an animation both a frame and a canvas.
        let inside = match kind {
            PictureKind::Gif => pixels * 4,
            PictureKind::WebP => pixels * 5,
            PictureKind::Png | PictureKind::Jpeg => 0,
        };
        afford(
            decoded.saturating_add(converted + inside + resizing(height, channels)),
            limits,
        )?;
        self.decoder
            .set_limits(memory(limits))
            .map_err(|error| image_error(kind, limits, error))?;

        let icc = match self.decoder.icc_profile() {
            Ok(profile) => profile.filter(|profile| profile.len() <= MAX_METADATA),
            Err(error) => {
                tracing::debug!(%kind, %error, "a colour profile can't be read");
                None
            }
        };
        let exif = self.decoder.exif_metadata().unwrap_or_else(|error| {
            tracing::debug!(%kind, %error, "an EXIF block can't be read");
            None
        });
        let raw = Raw {
            exif: exif.map(Into::into),
            ..Raw::default()
        };
        let pixels = DynamicImage::from_decoder(self.decoder).map_err(|error| image_error(kind, limits, error))?;
        let pixels = match pixels {
            eight_bits @ (DynamicImage::ImageRgb8(_) | DynamicImage::ImageRgba8(_)) => eight_bits,
            other if other.color().has_alpha() => DynamicImage::ImageRgba8(other.into_rgba8()),
            other => DynamicImage::ImageRgb8(other.into_rgb8()),
        };
        Ok(Decoded {
            pixels,
            orientation: super::metadata::orientation(&raw),
            icc,
        })
    }
}

/// The resizer's intermediate picture: as high as the source, as wide as the largest rendition.
fn resizing(height: u32, channels: u64) -> u64 {
    u64::from(height) * u64::from(super::plan::USUAL_LARGEST_WIDTH) * channels
}

fn afford(needed: u64, limits: &PictureLimits) -> Result<(), PictureError> {
    if needed > limits.max_memory {
        return Err(PictureError::TooMuchMemory {
            needed,
            limit: limits.max_memory,
        });
    }
    Ok(())
}

fn memory(limits: &PictureLimits) -> Limits {
    let mut memory = Limits::no_limits();
    memory.max_alloc = Some(limits.max_memory);
    memory
}

fn damaged(kind: PictureKind, problem: String) -> PictureError {
    PictureError::Damaged { kind, problem }
}

fn image_error(kind: PictureKind, limits: &PictureLimits, error: ImageError) -> PictureError {
    match error {
        // The library doesn't say how much it wanted; more than the limit is what is known.
        ImageError::Limits(_) => PictureError::TooMuchMemory {
            needed: limits.max_memory.saturating_add(1),
            limit: limits.max_memory,
        },
        ImageError::Unsupported(error) => PictureError::UnsupportedFeature {
            kind,
            feature: error.to_string(),
        },
        // The outer text repeats which format it is; the inner one says what is wrong.
        ImageError::Decoding(error) => {
            let inner = std::error::Error::source(&error).map(ToString::to_string);
            damaged(kind, inner.unwrap_or_else(|| error.to_string()))
        }
        other => damaged(kind, other.to_string()),
    }
}
