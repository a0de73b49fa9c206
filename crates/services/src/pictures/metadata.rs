//! What a picture says of itself: caption, credit, rights, place, gathered from XMP, IPTC IIM and EXIF.
//!
//! Agencies write the same facts in several blocks. Each field is taken from the first block that has it: XMP, because
//! it says its encoding and knows languages; then IIM, which older wire systems wrote; then EXIF, which cameras write.
//! Field names are those of the IPTC Photo Metadata Standard 2023.1.

mod exif;
mod iim;
mod xmp;

use std::borrow::Cow;

/// The longest value that is kept, in bytes. Captions run to a few thousand; what is longer is no caption.
const MAX_VALUE: usize = 32 * 1024;

/// The most entries that a list keeps.
const MAX_ENTRIES: usize = 500;

/// What a picture says of itself. Texts are as the sender wrote them, without control characters, and may hold
/// anything: escape them when they are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub struct PictureMetadata {
    /// Headline: a line on what is seen.
    pub headline: Option<String>,
    /// Title: a short name or number of the picture itself (IIM "object name").
    pub title: Option<String>,
    /// Description, the caption.
    pub caption: Option<String>,
    /// Alternative text for those who can't see the picture (IPTC 2021.1).
    pub alt_text: Option<String>,
    /// Creators: who took it, in order.
    pub byline: Vec<String>,
    /// The creator's job title.
    pub byline_title: Option<String>,
    /// Credit line, as it has to be printed.
    pub credit: Option<String>,
    /// Source: who owned it first.
    pub source: Option<String>,
    /// Copyright notice.
    pub copyright: Option<String>,
    /// Rights usage terms.
    pub usage_terms: Option<String>,
    /// Instructions to the newsroom ("mandatory credit", "no sales"). Never to be published.
    pub instructions: Option<String>,
    /// When it was taken, ISO 8601 as exact as the file says: `2014-09-15`, `2014-09-15T20:47:00` or with an offset.
    pub created: Option<String>,
    /// Keywords, in order.
    pub keywords: Vec<String>,
    /// Sublocation: the place within the city.
    pub sublocation: Option<String>,
    /// City.
    pub city: Option<String>,
    /// Province or state.
    pub state: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// Country code, ISO 3166-1, two or three letters.
    pub country_code: Option<String>,
    /// Who is seen.
    pub people: Vec<String>,
    /// The sender's job number (IIM "original transmission reference").
    pub job_id: Option<String>,
}

/// The blocks of a file, not yet understood.
#[derive(Default)]
pub(super) struct Raw<'a> {
    /// From the TIFF header on.
    pub(super) exif: Option<Cow<'a, [u8]>>,
    /// An XML packet.
    pub(super) xmp: Option<Cow<'a, [u8]>>,
    /// Photoshop image resources.
    pub(super) photoshop: Vec<u8>,
    pub(super) has_icc: bool,
}

/// What the blocks say.
pub(super) struct Read {
    pub(super) metadata: PictureMetadata,
    pub(super) orientation: u8,
    pub(super) has_gps: bool,
    pub(super) has_iptc: bool,
}

/// Understands what can be understood. A block that can't be is left aside: it never costs the picture.
pub(super) fn read(raw: &Raw<'_>) -> Read {
    let exif = raw.exif.as_deref().map(exif::read).unwrap_or_default();
    let xmp = raw.xmp.as_deref().map(xmp::read).unwrap_or_default();
    let iim = iim::read(&raw.photoshop);
    let has_iptc = iim.is_some();
    let mut metadata = xmp.metadata;
    metadata.fill_gaps(iim.unwrap_or_default());
    metadata.fill_gaps(exif.metadata);
    Read {
        metadata,
        orientation: exif.orientation,
        has_gps: exif.has_gps || xmp.has_gps,
        has_iptc,
    }
}

/// Only the orientation, for rendering.
pub(super) fn orientation(raw: &Raw<'_>) -> u8 {
    raw.exif.as_deref().map(exif::read).unwrap_or_default().orientation
}

impl PictureMetadata {
    /// Takes from `other` what is missing here.
    fn fill_gaps(&mut self, other: Self) {
        let text = |own: &mut Option<String>, theirs: Option<String>| {
            if own.is_none() {
                *own = theirs;
            }
        };
        let list = |own: &mut Vec<String>, theirs: Vec<String>| {
            if own.is_empty() {
                *own = theirs;
            }
        };
        text(&mut self.headline, other.headline);
        text(&mut self.title, other.title);
        text(&mut self.caption, other.caption);
        text(&mut self.alt_text, other.alt_text);
        list(&mut self.byline, other.byline);
        text(&mut self.byline_title, other.byline_title);
        text(&mut self.credit, other.credit);
        text(&mut self.source, other.source);
        text(&mut self.copyright, other.copyright);
        text(&mut self.usage_terms, other.usage_terms);
        text(&mut self.instructions, other.instructions);
        text(&mut self.created, other.created);
        list(&mut self.keywords, other.keywords);
        text(&mut self.sublocation, other.sublocation);
        text(&mut self.city, other.city);
        text(&mut self.state, other.state);
        text(&mut self.country, other.country);
        text(&mut self.country_code, other.country_code);
        list(&mut self.people, other.people);
        text(&mut self.job_id, other.job_id);
    }
}

/// A value as it is kept: without control characters (U+0000 is refused by PostgreSQL, others garble pages), trimmed,
/// of bounded length; `None` when nothing is left.
fn clean(text: &str) -> Option<String> {
    let kept: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|character| !character.is_control() || matches!(character, '\n' | '\t'))
        .collect();
    let kept = kept.trim();
    let kept = kept.get(..kept.floor_char_boundary(MAX_VALUE)).unwrap_or(kept);
    (!kept.is_empty()).then(|| kept.to_owned())
}

/// Adds a cleaned value to a list of bounded length.
fn push(list: &mut Vec<String>, text: &str) {
    if list.len() < MAX_ENTRIES
        && let Some(value) = clean(text)
    {
        list.push(value);
    }
}

/// Bytes of unstated encoding: UTF-8 when they are valid in it, else Windows-1252, which the rest of old agency copy
/// is in. (Text that is valid UTF-8 by chance is practically never meant otherwise.)
fn decode_text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Brings a date to ISO 8601, or `None` when it doesn't exist: cameras without a clock write `0000:00:00 00:00:00`.
fn iso_date(date: &str, time: Option<&str>, offset: Option<&str>) -> Option<String> {
    let date: jiff::civil::Date = date.parse().ok()?;
    let Some(time) = time.and_then(|time| time.parse::<jiff::civil::Time>().ok()) else {
        return Some(date.to_string());
    };
    let offset = offset.filter(|offset| is_offset(offset)).unwrap_or_default();
    Some(format!("{date}T{time}{offset}"))
}

fn is_offset(offset: &str) -> bool {
    offset == "Z"
        || matches!(offset.as_bytes(), [b'+' | b'-', h1, h2, b':', m1, m2] if [h1, h2, m1, m2].iter().all(|digit| digit.is_ascii_digit()))
}
