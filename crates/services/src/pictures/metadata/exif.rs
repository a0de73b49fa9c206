//! EXIF (CIPA DC-008): orientation, whether there is a position, and the few words that cameras write.

use super::{PictureMetadata, clean, decode_text, iso_date, push};
use exif::{Context, Exif, In, Reader, Tag, Value};

/// What an EXIF block says.
pub(super) struct ExifFacts {
    pub(super) orientation: u8,
    pub(super) has_gps: bool,
    pub(super) metadata: PictureMetadata,
}

impl Default for ExifFacts {
    fn default() -> Self {
        Self {
            orientation: 1,
            has_gps: false,
            metadata: PictureMetadata::default(),
        }
    }
}

/// Reads a block from its TIFF header on; what is torn in it is left out.
pub(super) fn read(block: &[u8]) -> ExifFacts {
    let parsed = Reader::new()
        .continue_on_error(true)
        .read_raw(block.to_vec())
        .or_else(|error| {
            error.distill_partial_result(|problems| tracing::debug!(count = problems.len(), "an EXIF block is torn"))
        });
    let exif = match parsed {
        Ok(exif) => exif,
        Err(error) => {
            tracing::debug!(%error, "an EXIF block can't be read");
            return ExifFacts::default();
        }
    };

    let orientation = exif
        .get_field(Tag::Orientation, In::PRIMARY)
        .and_then(|field| field.value.get_uint(0))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (1..=8).contains(value));
    // Many cameras write the version of their position block and no position.
    let has_gps = exif
        .fields()
        .any(|field| field.tag.context() == Context::Gps && field.tag != Tag::GPSVersionID);

    let mut metadata = PictureMetadata {
        caption: text(&exif, Tag::ImageDescription),
        copyright: text(&exif, Tag::Copyright),
        created: created(&exif),
        ..PictureMetadata::default()
    };
    // Several artists are joined by semicolons (CIPA DC-008, 4.6.4, Artist).
    for artist in text(&exif, Tag::Artist).unwrap_or_default().split(';') {
        push(&mut metadata.byline, artist);
    }
    ExifFacts {
        orientation: orientation.unwrap_or(1),
        has_gps,
        metadata,
    }
}

fn text(exif: &Exif, tag: Tag) -> Option<String> {
    match &exif.get_field(tag, In::PRIMARY)?.value {
        // Copyright holds the photographer's and the editor's notice as two strings.
        Value::Ascii(parts) => {
            let parts: Vec<String> = parts.iter().filter_map(|part| clean(&decode_text(part))).collect();
            clean(&parts.join(", "))
        }
        // Written as bytes by software that wants UTF-8.
        Value::Byte(bytes) | Value::Undefined(bytes, _) => clean(&decode_text(bytes)),
        _ => None,
    }
}

/// `2014:09:15 20:47:00` and, since Exif 2.31, an offset beside it.
fn created(exif: &Exif) -> Option<String> {
    let (moment, offset) = match text(exif, Tag::DateTimeOriginal) {
        Some(moment) => (moment, text(exif, Tag::OffsetTimeOriginal)),
        None => (
            text(exif, Tag::DateTimeDigitized)?,
            text(exif, Tag::OffsetTimeDigitized),
        ),
    };
    let (date, time) = moment.split_once(' ').unwrap_or((moment.as_str(), ""));
    iso_date(&date.replace(':', "-"), Some(time), offset.as_deref())
}
