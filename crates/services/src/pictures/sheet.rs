//! The picture that stands for a story elsewhere when it has none of its own: its headline, large, on the colour of its
//! section.
//!
//! Text is laid out and shaped by cosmic-text, since lines are broken, Arabic letters joined and both directions mixed
//! as readers of each script expect. Drawing an SVG was turned down: SVG breaks no lines. The letters are those of
//! three Noto fonts that the program carries (Latin, Greek, Cyrillic, Arabic and Hebrew), cut down to what headlines
//! need; what they don't hold can't be drawn, so whoever asks looks with [`is_legible`] first. The fonts of the machine
//! are never asked: two nodes would draw differently.

use super::error::PictureError;
use bytes::Bytes;
use cosmic_text::fontdb::{Database, Source};
use cosmic_text::{Align, Attrs, Buffer, Color, Fallback, Family, FontSystem, Metrics, Shaping, SwashCache, Weight};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder as _, Rgb, RgbImage};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Pixels: what those who show shared links ask for (Open Graph, 1.91:1).
pub const SHEET_WIDTH: u32 = 1200;
/// Pixels.
pub const SHEET_HEIGHT: u32 = 630;

/// Pixels left free on the left and on the right.
const MARGIN: u32 = 76;
/// Pixels between the picture's upper edge and the headline.
const HEADLINE_TOP: u32 = 134;
/// Pixels that the headline's lines may take together.
const HEADLINE_HIGH: f32 = 390.0;
/// Pixels between the upper edge and the line above the site's name.
const RULE_TOP: u32 = 542;
/// A line's height, in heights of its letters.
const LEADING: f32 = 1.2;

/// The fonts; the first is asked first. Their licence lies beside them.
const FONTS: [&[u8]; 3] = [
    include_bytes!("../../fonts/serif.ttf"),
    include_bytes!("../../fonts/arabic.ttf"),
    include_bytes!("../../fonts/hebrew.ttf"),
];
/// Their names, in the same order.
const NAMES: [&str; 3] = ["Noto Serif", "Noto Naskh Arabic", "Noto Serif Hebrew"];

/// What the picture shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// The headline; broken into lines, and ended with an ellipsis where it is too long.
    pub headline: String,
    /// The section's name, above it; may be empty.
    pub section: String,
    /// The site's name, below it.
    pub site: String,
    /// The ground, as red, green and blue. The letters are white, or black on a light ground.
    pub ground: [u8; 3],
}

/// Keeps to our own fonts.
struct Own;

impl Fallback for Own {
    fn common_fallback(&self) -> &[&'static str] {
        &NAMES
    }

    fn forbidden_fallback(&self) -> &[&'static str] {
        &[]
    }

    fn script_fallback(&self, _: unicode_script::Script, _: &str) -> &[&'static str] {
        &[]
    }
}

fn new_fonts() -> FontSystem {
    let mut fonts = Database::new();
    for bytes in FONTS {
        fonts.load_font_source(Source::Binary(Arc::new(bytes)));
    }
    FontSystem::new_with_locale_and_db_and_fallback("en".to_owned(), fonts, Own)
}

/// The fonts, read once. A std lock: drawing is work for a blocking thread, and one picture at a time is enough.
fn fonts() -> &'static Mutex<FontSystem> {
    static KNOWN: OnceLock<Mutex<FontSystem>> = OnceLock::new();
    KNOWN.get_or_init(|| Mutex::new(new_fonts()))
}

/// Every character that the fonts hold. Read once, and not under the lock of those who draw: pages ask for it.
fn held() -> &'static HashSet<u32> {
    static KNOWN: OnceLock<HashSet<u32>> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut fonts = new_fonts();
        let ids: Vec<_> = fonts.db().faces().map(|face| (face.id, face.weight)).collect();
        let mut held = HashSet::new();
        for font in ids.into_iter().filter_map(|(id, weight)| fonts.get_font(id, weight)) {
            font.as_swash().charmap().enumerate(|letter, glyph| {
                if glyph != 0 {
                    held.insert(letter);
                }
            });
        }
        held
    })
}

/// Whether every letter of a text can be drawn.
pub fn is_legible(text: &str) -> bool {
    // Marks of direction and places where a word may be broken are followed and not drawn.
    let is_unseen = |c: char| matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2069}');
    let held = held();
    text.chars()
        .all(|c| c.is_whitespace() || is_unseen(c) || held.contains(&u32::from(c)))
}

/// Draws the picture, as PNG. Takes some 100 ms: not for a thread that serves readers.
///
/// # Errors
/// [`PictureError::Encoding`].
pub fn sheet(shown: &Sheet) -> Result<Bytes, PictureError> {
    let mut fonts = fonts().lock().unwrap_or_else(PoisonError::into_inner);
    let mut canvas = Canvas::new(shown.ground);
    let headline = match shown.headline.chars().count() {
        0..=45 => 88.0,
        46..=80 => 74.0,
        _ => 62.0,
    };
    canvas.write(&mut fonts, &shown.section, 66, 32.0, 1, 215);
    // Fewer lines than the compiler can prove: the height is a constant.
    let lines = (HEADLINE_HIGH / (headline * LEADING)) as usize;
    canvas.write(&mut fonts, &shown.headline, HEADLINE_TOP, headline, lines, 255);
    canvas.rule();
    canvas.write(&mut fonts, &shown.site, RULE_TOP + 16, 36.0, 1, 255);
    drop(fonts);
    canvas.png()
}

/// Lays a text out in lines.
fn laid_out(fonts: &mut FontSystem, text: &str, size: f32) -> Buffer {
    let mut words = Buffer::new(fonts, Metrics::relative(size, LEADING));
    words.set_size(Some((SHEET_WIDTH - 2 * MARGIN) as f32), None);
    let attrs = Attrs::new().family(Family::Name("Noto Serif")).weight(Weight::BOLD);
    // The direction of the first letter decides on which side lines begin.
    words.set_text(text, &attrs, Shaping::Advanced, None::<Align>);
    words.shape_until_scroll(fonts, false);
    words
}

/// The same in at most `lines` lines: ended between words, with an ellipsis, where it is too long. The layout's own
/// ellipsis was turned down, since it cuts inside words.
fn fitted(fonts: &mut FontSystem, text: &str, size: f32, lines: usize) -> Buffer {
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut words = laid_out(fonts, &one_line, size);
    let mut kept = one_line.as_str();
    while words.layout_runs().count() > lines {
        // What stands beyond the last line goes at once, and then a word at a time.
        let end = words
            .layout_runs()
            .take(lines)
            .flat_map(|run| run.glyphs.iter().map(|glyph| glyph.end))
            .max()
            .unwrap_or(0);
        let shorter = kept.get(..end.min(kept.len())).unwrap_or(kept);
        let shorter = shorter.rsplit_once(' ').map_or("", |(before, _)| before);
        // A single word that is longer than all lines is cut where it is too long.
        kept = if shorter.is_empty() { halved(kept) } else { shorter };
        let ended = format!("{}…", kept.trim_end_matches([',', ';', ':', '-', '–', ' ']));
        words = laid_out(fonts, &ended, size);
    }
    words
}

/// The first half of a text, cut between characters.
fn halved(text: &str) -> &str {
    let middle = text.chars().count() / 2;
    text.char_indices()
        .nth(middle)
        .and_then(|(at, _)| text.get(..at))
        .unwrap_or("")
}

/// The picture while it is drawn.
struct Canvas {
    pixels: RgbImage,
    ink: u8,
}

impl Canvas {
    fn new(ground: [u8; 3]) -> Self {
        // Lightness as the eye weighs it (Rec. 601).
        let [red, green, blue] = ground.map(u32::from);
        let is_light = 299 * red + 587 * green + 114 * blue > 150_000;
        Self {
            pixels: RgbImage::from_pixel(SHEET_WIDTH, SHEET_HEIGHT, Rgb(ground)),
            ink: if is_light { 0 } else { 255 },
        }
    }

    fn write(&mut self, fonts: &mut FontSystem, text: &str, top: u32, size: f32, lines: usize, strength: u8) {
        let mut words = fitted(fonts, text, size, lines);
        let ink = Color::rgba(self.ink, self.ink, self.ink, strength);
        let mut cache = SwashCache::new();
        words.draw(fonts, &mut cache, ink, |x, y, width, height, colour| {
            for (right, down) in (0..height).flat_map(|down| (0..width).map(move |right| (right, down))) {
                let x = x.checked_add_unsigned(right + MARGIN);
                let y = y.checked_add_unsigned(down + top);
                if let (Some(x), Some(y)) = (x, y) {
                    self.ink(x, y, colour.a());
                }
            }
        });
    }

    fn rule(&mut self) {
        for y in RULE_TOP..RULE_TOP + 2 {
            for x in MARGIN..SHEET_WIDTH - MARGIN {
                self.ink(x.cast_signed(), y.cast_signed(), 120);
            }
        }
    }

    /// Brings a pixel nearer to the ink; what lies outside is left out.
    fn ink(&mut self, x: i32, y: i32, by: u8) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if let Some(pixel) = self.pixels.get_pixel_mut_checked(x, y) {
            let (ink, by) = (u32::from(self.ink), u32::from(by));
            // A mean of two bytes is one.
            pixel.0 = pixel
                .0
                .map(|old| ((u32::from(old) * (255 - by) + ink * by) / 255) as u8);
        }
    }

    fn png(&self) -> Result<Bytes, PictureError> {
        let mut bytes = Vec::new();
        PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive)
            .write_image(self.pixels.as_raw(), SHEET_WIDTH, SHEET_HEIGHT, ExtendedColorType::Rgb8)
            .map_err(|error| PictureError::Encoding {
                format: "PNG",
                problem: error.to_string(),
            })?;
        Ok(bytes.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenauszahlungsstelle schließt nach hundert \
        Jahren, und niemand weiß, wer die Akten der letzten Witwen jetzt führt, sagt der Sprecher der Behörde am Dienstag";

    fn shown(headline: &str) -> Sheet {
        Sheet {
            headline: headline.into(),
            section: "Politics".into(),
            site: "The <Courier> & Sons".into(),
            ground: [0x1b, 0x5a, 0x92],
        }
    }

    fn drawn(sheet: &Sheet) -> RgbImage {
        let bytes = super::sheet(sheet).unwrap();
        let picture = image::load_from_memory_with_format(&bytes, image::ImageFormat::Png).unwrap();
        picture.into_rgb8()
    }

    /// How many pixels of these columns and rows are not the ground's.
    fn inked(picture: &RgbImage, columns: std::ops::Range<u32>, rows: std::ops::Range<u32>) -> usize {
        let ground = *picture.get_pixel(0, 0);
        rows.flat_map(|y| columns.clone().map(move |x| (x, y)))
            .filter(|(x, y)| *picture.get_pixel(*x, *y) != ground)
            .count()
    }

    #[test]
    fn a_headline_stands_between_the_section_and_the_site() {
        let picture = drawn(&shown("The sea wall failed"));
        assert_eq!((picture.width(), picture.height()), (SHEET_WIDTH, SHEET_HEIGHT));
        for rows in [66..110, HEADLINE_TOP..240, RULE_TOP + 16..620] {
            assert!(inked(&picture, 0..1200, rows.clone()) > 100, "{rows:?}");
        }
        assert_eq!(inked(&picture, 0..MARGIN - 4, 0..630), 0, "the margin stays free");
    }

    #[test]
    fn what_is_too_long_ends_between_words_and_inside_its_place() {
        let mut fonts = new_fonts();
        let words = fitted(&mut fonts, LONG, 62.0, 5);
        assert_eq!(words.layout_runs().count(), 5);
        let text = words.lines.first().unwrap().text().to_owned();
        let kept = text.strip_suffix('…').unwrap();
        assert!(
            LONG.starts_with(kept) && LONG[kept.len()..].starts_with([' ', ',']),
            "{text}"
        );
        let picture = drawn(&shown(LONG));
        assert_eq!(inked(&picture, 0..1200, 530..RULE_TOP), 0, "nothing reaches the rule");
        assert_eq!(inked(&picture, SHEET_WIDTH - MARGIN + 4..1200, 0..630), 0);
        let word = "a".repeat(2_000);
        let words = fitted(&mut fonts, &word, 62.0, 5);
        assert!(words.layout_runs().count() <= 5);
    }

    #[test]
    fn arabic_is_joined_and_begins_on_the_right() {
        let mut fonts = new_fonts();
        let ids = |fonts: &mut FontSystem, text: &str| -> Vec<u16> {
            let words = laid_out(fonts, text, 62.0);
            words
                .layout_runs()
                .flat_map(|run| run.glyphs.iter().map(|glyph| glyph.glyph_id))
                .collect()
        };
        // A letter between others has another shape than alone.
        let joined = ids(&mut fonts, "ببب");
        let alone = ids(&mut fonts, "ب");
        assert_eq!(joined.len(), 3);
        assert!(!joined.contains(&alone[0]), "{joined:?} {alone:?}");
        assert!(joined.iter().all(|glyph| *glyph != 0));
        let picture = drawn(&shown("انهار الجدار"));
        let middle = SHEET_WIDTH / 2;
        assert_eq!(inked(&picture, 0..middle, HEADLINE_TOP..RULE_TOP), 0);
        assert!(inked(&picture, middle..1200, HEADLINE_TOP..RULE_TOP) > 100);
    }

    #[test]
    fn letters_that_no_font_holds_are_known() {
        for text in [
            "Ünïcødé – “quotes” … 50 % €",
            "Ελλάδα και Россия",
            "ارتفاع منسوب المياه في Saltmarsh بعد عاصفة 2025",
            "הגשם חזר",
            "so\u{ad}ft\u{200f}",
        ] {
            assert!(is_legible(text), "{text}");
            let mut fonts = new_fonts();
            let words = laid_out(&mut fonts, text, 40.0);
            let missing = words
                .layout_runs()
                .any(|run| run.glyphs.iter().any(|glyph| glyph.glyph_id == 0));
            assert!(!missing, "{text}");
        }
        for text in ["漢字", "हिन्दी", "fine 🙂"] {
            assert!(!is_legible(text), "{text}");
        }
    }

    #[test]
    fn a_light_ground_has_dark_letters() {
        let mut light = shown("The sea wall failed");
        light.ground = [0xf5, 0xf3, 0xee];
        let picture = drawn(&light);
        assert!(picture.pixels().any(|pixel| pixel.0 == [0, 0, 0]));
    }
}
