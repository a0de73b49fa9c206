//! A walk over a JPEG's segments: what its headers say, without decoding it.
//!
//! The decoder can read headers too, but it keeps only the last of several APP13 segments (Photoshop splits long
//! captions over more than one), refuses files whose size we could still tell, and doesn't say what decoding will
//! cost. Everything read here is bounded by the file's own length.

use super::error::PictureError;
use super::kind::PictureKind;

const EXIF: &[u8] = b"Exif\0\0";
const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const PHOTOSHOP: &[u8] = b"Photoshop 3.0\0";
const ICC: &[u8] = b"ICC_PROFILE\0";

/// What the headers of a JPEG say.
#[derive(Debug, Default)]
pub(super) struct JpegHeaders<'a> {
    pub(super) width: u32,
    pub(super) height: u32,
    /// SOF2: every coefficient of the whole picture is held in memory until the last scan.
    pub(super) progressive: bool,
    /// Samples of all components together for one pixel: 1.5 for the usual 4:2:0, 3 for 4:4:4.
    pub(super) samples_per_pixel: f64,
    /// The first scan doesn't hold all components, so whole planes are kept as in a progressive file.
    pub(super) planar: bool,
    /// How many scans the file announces (exact for progressive files, 1 otherwise).
    pub(super) scans: usize,
    /// The first EXIF block, from its TIFF header on.
    pub(super) exif: Option<&'a [u8]>,
    /// The first XMP packet.
    pub(super) xmp: Option<&'a [u8]>,
    /// Photoshop's image resources, all segments joined; IPTC IIM lies within.
    pub(super) photoshop: Vec<u8>,
    /// An ICC profile is there. It is the decoder that puts the parts together.
    pub(super) has_icc: bool,
}

/// Walks over the segments up to the first scan. A file that ends early still tells its size when it had come to that.
pub(super) fn read_headers(bytes: &[u8]) -> Result<JpegHeaders<'_>, PictureError> {
    let mut headers = JpegHeaders::default();
    let mut components = 0;
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        rest = after;
        match marker {
            // TEM, restarts and a repeated start stand alone.
            0x01 | 0xd0..=0xd8 => continue,
            0xd9 => break,
            _ => {}
        }
        let Some((body, after)) = take_segment(rest) else { break };
        rest = after;
        match marker {
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf if headers.width == 0 => {
                components = read_frame(marker, body, &mut headers)?;
            }
            0xe1 if headers.exif.is_none() && body.starts_with(EXIF) => headers.exif = body.get(EXIF.len()..),
            0xe1 if headers.xmp.is_none() && body.starts_with(XMP) => headers.xmp = body.get(XMP.len()..),
            0xe2 if body.starts_with(ICC) => headers.has_icc = true,
            0xed => {
                if let Some(part) = body.strip_prefix(PHOTOSHOP) {
                    headers.photoshop.extend_from_slice(part);
                }
            }
            0xda => {
                headers.planar = body.first().is_some_and(|in_scan| *in_scan < components);
                headers.scans = 1 + if headers.progressive { count_scans(rest) } else { 0 };
                break;
            }
            _ => {}
        }
    }
    if headers.width == 0 || headers.height == 0 {
        return Err(damaged("it ends before it says how large it is"));
    }
    Ok(headers)
}

fn damaged(problem: &str) -> PictureError {
    PictureError::Damaged {
        kind: PictureKind::Jpeg,
        problem: problem.to_owned(),
    }
}

/// The next marker and what follows it. Stray bytes before it are passed over, as every viewer does.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let start = rest.iter().position(|byte| *byte == 0xff)?;
        rest = rest.get(start + 1..)?;
        // Any number of 0xff may fill the space before a marker; 0xff00 is none.
        let fill = rest.iter().position(|byte| *byte != 0xff)?;
        let marker = *rest.get(fill)?;
        rest = rest.get(fill + 1..)?;
        if marker != 0 {
            return Some((marker, rest));
        }
    }
}

/// A segment's content (its length counts its own two bytes) and what follows.
fn take_segment(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, _) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    let (segment, rest) = bytes.split_at_checked(length)?;
    Some((segment.get(2..)?, rest))
}

/// Reads a start of frame and returns the number of components.
fn read_frame(marker: u8, body: &[u8], headers: &mut JpegHeaders<'_>) -> Result<u8, PictureError> {
    let unsupported = |feature: &str| PictureError::UnsupportedFeature {
        kind: PictureKind::Jpeg,
        feature: feature.to_owned(),
    };
    match marker {
        0xc0..=0xc2 => {}
        0xc3 | 0xc7 | 0xcb | 0xcf => return Err(unsupported("lossless coding")),
        0xc9 | 0xca => return Err(unsupported("arithmetic coding")),
        _ => return Err(unsupported("hierarchical coding")),
    }
    let Some(([precision, h0, h1, w0, w1, components], table)) = body.split_first_chunk::<6>() else {
        return Err(damaged("its frame header is cut off"));
    };
    if *precision != 8 {
        return Err(unsupported("other than 8 bits a channel"));
    }
    headers.progressive = marker == 0xc2;
    headers.width = u32::from(u16::from_be_bytes([*w0, *w1]));
    headers.height = u32::from(u16::from_be_bytes([*h0, *h1]));
    if headers.width == 0 || headers.height == 0 {
        return Err(damaged("it says that it has no pixels"));
    }
    let (entries, _) = table.as_chunks::<3>();
    let factors = || {
        entries
            .iter()
            .take(usize::from(*components))
            .map(|[_, sampling, _]| (sampling >> 4, sampling & 15))
    };
    let largest = |factor: fn((u8, u8)) -> u8| factors().map(factor).max().unwrap_or(1).max(1);
    let unit = f64::from(largest(|(h, _)| h)) * f64::from(largest(|(_, v)| v));
    let samples: f64 = factors().map(|(h, v)| f64::from(h) * f64::from(v)).sum();
    headers.samples_per_pixel = samples / unit;
    Ok(*components)
}

/// Counts the scans after the first. In entropy-coded data 0xff is followed by 0x00 or a restart, so 0xffda begins a
/// scan; in the tables between scans it could be chance, which only makes a file look a little more costly.
fn count_scans(bytes: &[u8]) -> usize {
    bytes.windows(2).filter(|pair| *pair == [0xff, 0xda]).count()
}
