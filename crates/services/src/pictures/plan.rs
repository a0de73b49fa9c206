//! Which renditions are wanted: shapes, widths, formats, qualities.

use image::metadata::Orientation;

/// The widest rendition that pages usually ask for; the memory estimate counts on it.
pub(super) const USUAL_LARGEST_WIDTH: u32 = 1600;

/// Highest and widest that any rendition gets: WebP can't say more than 14 bits.
pub(super) const MAX_SIDE: u32 = 16_383;

/// A format for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RenditionFormat {
    /// Progressive JPEG, 4:2:0, on white where the picture is transparent.
    Jpeg,
    /// Lossy WebP; transparency is kept.
    WebP,
    /// AVIF; transparency is kept. About a hundred times slower to make than the others: for background jobs alone.
    Avif,
}

impl RenditionFormat {
    /// The media type, for example `image/webp`.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Avif => "image/avif",
        }
    }

    /// The usual ending of a file's name, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Avif => "avif",
        }
    }
}

/// The outline of a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// The whole picture in its own proportions.
    Whole,
    /// The largest part with these proportions, placed around the focal point.
    Ratio {
        /// Horizontal share, for example 16. Zero counts as 1.
        width: u16,
        /// Vertical share, for example 9. Zero counts as 1.
        height: u16,
    },
}

impl Shape {
    /// 1:1.
    pub const SQUARE: Self = Self::Ratio { width: 1, height: 1 };
    /// 4:3.
    pub const FOUR_BY_THREE: Self = Self::Ratio { width: 4, height: 3 };
    /// 16:9.
    pub const SIXTEEN_BY_NINE: Self = Self::Ratio { width: 16, height: 9 };
    /// 5:3.
    pub const FIVE_BY_THREE: Self = Self::Ratio { width: 5, height: 3 };
}

/// The point of the upright picture that matters most, as shares of its width and height from the top left corner
/// (0 to 1; what lies outside is moved to the nearest edge).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Focus {
    /// 0 is the left edge, 1 the right.
    pub x: f64,
    /// 0 is the top, 1 the bottom.
    pub y: f64,
}

impl Default for Focus {
    /// The middle, a little above it: heads are in the upper half.
    fn default() -> Self {
        Self { x: 0.5, y: 0.4 }
    }
}

/// One shape in several widths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// The outline.
    pub shape: Shape,
    /// Widths in pixels, in any order. Nothing is scaled up: where a width is larger than what there is, the full
    /// width is made once instead.
    pub widths: Vec<u32>,
}

/// What is to be made of one picture. All of it comes from one decoding.
#[derive(Clone, Debug, PartialEq)]
pub struct RenditionPlan {
    /// Shapes and widths.
    pub cuts: Vec<Cut>,
    /// Each cut is made in each of these.
    pub formats: Vec<RenditionFormat>,
    /// Where cuts other than [`Shape::Whole`] are placed.
    pub focus: Focus,
    /// 1 to 100. Default 80.
    pub jpeg_quality: u8,
    /// 1 to 100. Default 78, which looks like the default JPEG.
    pub webp_quality: u8,
    /// 1 to 100. Default 62, which looks like the default JPEG.
    pub avif_quality: u8,
    /// 1 (best) to 10 (fastest). Default 7.
    pub avif_speed: u8,
}

impl Default for RenditionPlan {
    /// The whole picture at 320, 480, 640, 960 and 1440 pixels, in JPEG and WebP.
    fn default() -> Self {
        Self {
            cuts: vec![Cut {
                shape: Shape::Whole,
                widths: vec![320, 480, 640, 960, 1440],
            }],
            formats: vec![RenditionFormat::Jpeg, RenditionFormat::WebP],
            focus: Focus::default(),
            jpeg_quality: 80,
            webp_quality: 78,
            avif_quality: 62,
            avif_speed: 7,
        }
    }
}

impl RenditionPlan {
    /// The default plan with other widths.
    pub fn of_widths(widths: impl Into<Vec<u32>>) -> Self {
        Self {
            cuts: vec![Cut {
                shape: Shape::Whole,
                widths: widths.into(),
            }],
            ..Self::default()
        }
    }

    /// The same cuts as AVIF, to be made later by a background job.
    #[must_use]
    pub fn in_avif(&self) -> Self {
        Self {
            formats: vec![RenditionFormat::Avif],
            ..self.clone()
        }
    }
}

/// A part of a picture, in pixels; fractions are allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// The part of an upright picture of `width` x `height` that `shape` shows.
pub(super) fn part(shape: Shape, focus: Focus, width: u32, height: u32) -> Part {
    let (full_width, full_height) = (f64::from(width), f64::from(height));
    let Shape::Ratio {
        width: across,
        height: down,
    } = shape
    else {
        return Part {
            left: 0.0,
            top: 0.0,
            width: full_width,
            height: full_height,
        };
    };
    let ratio = f64::from(across.max(1)) / f64::from(down.max(1));
    let part_width = full_width.min(full_height * ratio).max(1.0);
    let part_height = full_height.min(full_width / ratio).max(1.0);
    let place = |focus: f64, full: f64, part: f64| {
        let focus = if focus.is_finite() { focus } else { 0.5 };
        (focus * full - part / 2.0).clamp(0.0, (full - part).max(0.0))
    };
    Part {
        left: place(focus.x, full_width, part_width),
        top: place(focus.y, full_height, part_height),
        width: part_width,
        height: part_height,
    }
}

/// Where a part of the upright picture lies in the picture as stored, which is `width` x `height`. Cutting before
/// turning means that only small pictures are ever turned.
pub(super) fn as_stored(part: Part, orientation: Orientation, width: u32, height: u32) -> Part {
    let Part {
        left,
        top,
        width: across,
        height: down,
    } = part;
    let (width, height) = (f64::from(width), f64::from(height));
    let straight = |left, top| Part {
        left,
        top,
        width: across,
        height: down,
    };
    let turned = |left, top| Part {
        left,
        top,
        width: down,
        height: across,
    };
    match orientation {
        Orientation::NoTransforms => straight(left, top),
        Orientation::FlipHorizontal => straight(width - left - across, top),
        Orientation::Rotate180 => straight(width - left - across, height - top - down),
        Orientation::FlipVertical => straight(left, height - top - down),
        Orientation::Rotate90FlipH => turned(top, left),
        Orientation::Rotate90 => turned(top, height - left - across),
        Orientation::Rotate270FlipH => turned(width - top - down, height - left - across),
        Orientation::Rotate270 => turned(width - top - down, left),
    }
}

/// The sizes to be made of `part`: one for every width asked, none larger than the part, none twice.
pub(super) fn sizes(widths: &[u32], part: Part) -> Vec<(u32, u32)> {
    let full = part.width.floor().max(1.0);
    let mut sizes: Vec<(u32, u32)> = widths
        .iter()
        .map(|width| {
            let width = f64::from(*width).clamp(1.0, full.min(f64::from(MAX_SIDE)));
            let height = (width * part.height / part.width).round().max(1.0);
            // A strip that is higher than the formats can say is made narrower.
            let squeeze = (f64::from(MAX_SIDE) / height).min(1.0);
            (
                (width * squeeze).round().max(1.0) as u32,
                (height * squeeze).round().max(1.0) as u32,
            )
        })
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}
