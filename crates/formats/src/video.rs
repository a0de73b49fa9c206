//! Which kind of video a file is, told by its bytes and not by its name.

use masthead_domain::videos::VideoKind;

/// Brands of ISO base media files (ISO/IEC 14496-12, section 4.3) that browsers play as MP4.
const BRANDS: [&[u8; 4]; 9] = [
    b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ",
];

/// The first bytes that are looked at.
pub const LOOKED_AT: usize = 4_096;

/// The kind of a file that begins with these bytes; none for what browsers don't play.
pub fn kind_of(beginning: &[u8]) -> Option<VideoKind> {
    if beginning.get(4..8) == Some(b"ftyp") {
        // The major brand, and those that it is compatible with behind its version.
        let length = usize::try_from(u32::from_be_bytes(*beginning.first_chunk()?)).ok()?;
        let brands = beginning.get(8..length.min(beginning.len()))?;
        let plays = brands
            .chunks_exact(4)
            .enumerate()
            .any(|(place, brand)| place != 1 && BRANDS.iter().any(|known| brand == known.as_slice()));
        return plays.then_some(VideoKind::Mp4);
    }
    if beginning.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        // EBML (RFC 8794): the document's type stands in its header. Matroska at large is not played.
        let head = beginning.get(..beginning.len().min(64))?;
        return head.windows(4).any(|some| some == b"webm").then_some(VideoKind::WebM);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        let mp4 = b"\0\0\0\x18ftypisom\0\0\x02\0mp41avc1\0\0\0\x08free";
        assert_eq!(kind_of(mp4), Some(VideoKind::Mp4));
        assert_eq!(
            kind_of(b"\0\0\0\x18ftypdash\0\0\0\0iso6mp41"),
            Some(VideoKind::Mp4),
            "by a compatible brand"
        );
        assert_eq!(kind_of(b"\0\0\0\x14ftypqt  \0\0\0\0qt  "), None, "QuickTime");
        assert_eq!(kind_of(b"\0\0\0\x14ftypheic\0\0\0\0mif1"), None, "a picture");
        assert_eq!(
            kind_of(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm\x42"),
            Some(VideoKind::WebM)
        );
        assert_eq!(kind_of(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska\x42"), None);
        for broken in [
            &b""[..],
            b"\0\0\0\x18ftyp",
            b"\xff\xff\xff\xffftypisom",
            b"<html>",
            b"\x1a\x45",
        ] {
            let found = kind_of(broken);
            assert!(found.is_none() || broken.ends_with(b"isom"), "{broken:?}: {found:?}");
        }
    }
}
