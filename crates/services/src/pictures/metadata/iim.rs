//! IPTC-NAA Information Interchange Model 4.2 inside Photoshop's image resources, as JPEGs carry it in APP13.
//!
//! Written here because the one library for it reads JPEG files only from a path and doesn't know encodings; the
//! format is a flat list of numbered, length-prefixed values.

use super::{PictureMetadata, clean, decode_text, iso_date, push};

/// The image resource that holds IIM ("IPTC-NAA record").
const IPTC_RESOURCE: u16 = 0x0404;

/// The coded character set (1:90) that means UTF-8: ESC % G.
const UTF8: &[u8] = b"\x1b%G";

/// Reads the IIM record from image resources; `None` when there is none.
pub(super) fn read(resources: &[u8]) -> Option<PictureMetadata> {
    let record = find_resource(resources)?;
    let mut metadata = PictureMetadata::default();
    let (mut date, mut time) = (None, None);
    let mut utf8 = false;
    for (number, value) in DataSets(record) {
        if number == (1, 90) {
            utf8 = value == UTF8;
            continue;
        }
        // A file that declares UTF-8 and breaks it is read as far as it goes; others are guessed at.
        let text = if utf8 {
            String::from_utf8_lossy(value)
        } else {
            decode_text(value)
        };
        let (2, field) = number else { continue };
        let single = match field {
            5 => &mut metadata.title,
            40 => &mut metadata.instructions,
            85 => &mut metadata.byline_title,
            90 => &mut metadata.city,
            92 => &mut metadata.sublocation,
            95 => &mut metadata.state,
            100 => &mut metadata.country_code,
            101 => &mut metadata.country,
            103 => &mut metadata.job_id,
            105 => &mut metadata.headline,
            110 => &mut metadata.credit,
            115 => &mut metadata.source,
            116 => &mut metadata.copyright,
            120 => &mut metadata.caption,
            55 => &mut date,
            60 => &mut time,
            25 => {
                push(&mut metadata.keywords, &text);
                continue;
            }
            80 => {
                push(&mut metadata.byline, &text);
                continue;
            }
            _ => continue,
        };
        // The first one counts: a repetition of a value that may not repeat is an editing program's leftover.
        if single.is_none() {
            *single = clean(&text);
        }
    }
    metadata.created = created(date.as_deref(), time.as_deref());
    Some(metadata)
}

/// Dates are `CCYYMMDD`, times `HHMMSS` with `+HHMM`.
fn created(date: Option<&str>, time: Option<&str>) -> Option<String> {
    let date = date?;
    let date = format!("{}-{}-{}", date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
    let clock = time.and_then(|time| Some(format!("{}:{}:{}", time.get(..2)?, time.get(2..4)?, time.get(4..6)?)));
    let offset = time.and_then(|time| Some(format!("{}:{}", time.get(6..9)?, time.get(9..11)?)));
    iso_date(&date, clock.as_deref(), offset.as_deref())
}

/// Image resources: `8BIM`, a number, a Pascal string padded to even length, a length, content padded likewise.
fn find_resource(resources: &[u8]) -> Option<&[u8]> {
    let mut rest = resources;
    loop {
        rest = rest.strip_prefix(b"8BIM")?;
        let (number, after) = rest.split_first_chunk::<2>()?;
        let name_length = usize::from(*after.first()?) + 1;
        let after = after.get(name_length.next_multiple_of(2)..)?;
        let (length, content) = after.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        if u16::from_be_bytes(*number) == IPTC_RESOURCE {
            // A last resource that is cut off still has its first values.
            return content.get(..length).or(Some(content));
        }
        rest = content.get(length.checked_next_multiple_of(2)?..)?;
    }
}

/// The values of a record: 0x1c, record, data set, a length of two bytes (or, with the top bit, a length of its
/// length), content. Ends at whatever is no value.
struct DataSets<'a>(&'a [u8]);

impl<'a> Iterator for DataSets<'a> {
    type Item = ((u8, u8), &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (header, rest) = self.0.split_first_chunk::<5>()?;
        let [0x1c, record, data_set, high, low] = *header else {
            return None;
        };
        let short = u16::from_be_bytes([high, low]);
        let (length, rest) = if short & 0x8000 == 0 {
            (usize::from(short), rest)
        } else {
            let (digits, rest) = rest.split_at_checked(usize::from(short & 0x7fff))?;
            // Four bytes say more than any file holds.
            if digits.len() > 4 {
                return None;
            }
            (
                digits.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)),
                rest,
            )
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(((record, data_set), value))
    }
}
