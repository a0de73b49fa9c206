//! A look over a WebP's chunks before the decoder sees them.
//!
//! The decoder reserves as much memory for a metadata chunk as the chunk claims to hold, up to 4 GB, before it notices
//! that the file is short. Where the system grants no more memory than there is, that ends the process.

use super::error::PictureError;
use super::kind::PictureKind;

/// Refuses a file whose metadata chunks claim more bytes than the file has left. Chunks of pixels may be cut off here:
/// they are read as a stream, and such a file still tells its size.
pub(super) fn check_chunks(bytes: &[u8]) -> Result<(), PictureError> {
    // `RIFF`, length, `WEBP`; then four letters, a length, content padded to even length.
    let mut rest = bytes.get(12..).unwrap_or_default();
    while let Some((header, content)) = rest.split_first_chunk::<8>() {
        let [a, b, c, d, length @ ..] = *header;
        let length = u32::from_le_bytes(length) as usize;
        if length > content.len() {
            if matches!(&[a, b, c, d], b"EXIF" | b"XMP " | b"ICCP" | b"ANIM") {
                let problem = "a block of metadata is longer than the file".to_owned();
                return Err(PictureError::Damaged {
                    kind: PictureKind::WebP,
                    problem,
                });
            }
            break;
        }
        rest = content.get(length.next_multiple_of(2)..).unwrap_or_default();
    }
    Ok(())
}
