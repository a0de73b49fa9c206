//! What a file is, by its first bytes and never by its name.

use super::error::PictureError;
use std::fmt;

/// The formats that are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PictureKind {
    /// JPEG (ITU-T T.81), baseline or progressive.
    Jpeg,
    /// PNG.
    Png,
    /// GIF; of an animation the first frame is taken.
    Gif,
    /// WebP, lossy or lossless; of an animation the first frame is taken.
    WebP,
}

impl PictureKind {
    /// The kind of `bytes`.
    ///
    /// # Errors
    /// [`PictureError::Unsupported`] names other well-known formats, so that a photographer learns what to change;
    /// [`PictureError::NotAPicture`] is all the rest.
    pub fn of(bytes: &[u8]) -> Result<Self, PictureError> {
        let is = |magic: &[u8]| bytes.starts_with(magic);
        let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
        if is(&[0xff, 0xd8, 0xff]) {
            Ok(Self::Jpeg)
        } else if is(b"\x89PNG\r\n\x1a\n") {
            Ok(Self::Png)
        } else if is(b"GIF87a") || is(b"GIF89a") {
            Ok(Self::Gif)
        } else if is(b"RIFF") && at(8, b"WEBP") {
            Ok(Self::WebP)
        } else if at(4, b"ftypavif") || at(4, b"ftypavis") {
            Err(PictureError::Unsupported("AVIF"))
        } else if [b"heic", b"heix", b"hevc", b"mif1", b"msf1"]
            .iter()
            .any(|brand| at(4, b"ftyp") && at(8, *brand))
        {
            Err(PictureError::Unsupported("HEIC"))
        } else if is(b"II*\0") || is(b"MM\0*") || is(b"II+\0") || is(b"MM\0+") {
            Err(PictureError::Unsupported("TIFF"))
        } else if is(b"BM") && at(6, &[0, 0, 0, 0]) {
            Err(PictureError::Unsupported("BMP"))
        } else if is(&[0, 0, 1, 0]) {
            Err(PictureError::Unsupported("ICO"))
        } else if is(b"8BPS") {
            Err(PictureError::Unsupported("Photoshop"))
        } else if is(&[0xff, 0x0a]) || is(b"\0\0\0\x0cJXL ") {
            Err(PictureError::Unsupported("JPEG XL"))
        } else if is(b"\0\0\0\x0cjP  ") {
            Err(PictureError::Unsupported("JPEG 2000"))
        } else if looks_like_svg(bytes) {
            // SVG is a program as much as a picture: taking it would bring scripts onto the publisher's own host.
            Err(PictureError::Unsupported("SVG"))
        } else {
            Err(PictureError::NotAPicture)
        }
    }

    /// The media type, for example `image/jpeg`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Gif => "image/gif",
            Self::WebP => "image/webp",
        }
    }
}

impl fmt::Display for PictureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::Gif => "GIF",
            Self::WebP => "WebP",
        })
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(1024)).unwrap_or(bytes);
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with("<svg") || (text.starts_with('<') && text.contains("<svg"))
}
