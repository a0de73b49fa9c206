//! Documents that come packed with gzip, as services hand out large ones (`situations.xml.gz`): not the answer is packed,
//! which the client unpacks, but the document.

use flate2::read::MultiGzDecoder;
use std::io::Read as _;

/// The most that a document is unpacked to, in bytes: what a country's roads come to, and what a reader holds in memory
/// beside all else.
const MOST: usize = 64 << 20;

/// Whether a document is packed.
pub(super) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1f, 0x8b])
}

/// The document that was packed; work for a processor.
///
/// # Errors
/// With a reason for the desk when it can't be unpacked, or is more than [`MOST`].
pub(super) fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, String> {
    unpacked_to(bytes, MOST)
}

fn unpacked_to(bytes: &[u8], most: usize) -> Result<Vec<u8>, String> {
    let mut document = Vec::new();
    let longest = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(bytes)
        .take(longest)
        .read_to_end(&mut document)
        .map_err(|error| format!("it is packed with gzip and can't be unpacked: {error}"))?;
    if document.len() > most {
        return Err(format!("unpacked it is longer than {most} bytes"));
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn packed(document: &[u8]) -> Vec<u8> {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(document).unwrap();
        packer.finish().unwrap()
    }

    #[test]
    fn a_packed_document_is_what_it_was() {
        let document = b"<alert/>";
        assert!(is_packed(&packed(document)) && !is_packed(document) && !is_packed(b"\x1f"));
        assert_eq!(unpacked(&packed(document)).unwrap(), document);
        // Parts that were packed one after the other are one document.
        assert_eq!(
            unpacked(&[packed(b"<alert"), packed(b"/>")].concat()).unwrap(),
            document
        );
    }

    #[test]
    fn what_cannot_be_held_or_unpacked_is_refused_with_the_reason() {
        let bomb = packed(&vec![b' '; 1_000_000]);
        assert!(bomb.len() < 2_000);
        assert_eq!(unpacked_to(&bomb, 1_000_000).unwrap().len(), 1_000_000);
        assert!(
            unpacked_to(&bomb, 999_999)
                .unwrap_err()
                .contains("longer than 999999 bytes")
        );
        let cut = &bomb[..bomb.len() - 9];
        assert!(unpacked(cut).unwrap_err().contains("can't be unpacked"));
    }
}
