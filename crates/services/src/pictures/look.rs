//! A first look at a picture from a stranger: decoded once, so that what is no picture is refused at the door and not
//! by a job hours later, with a small copy for those who decide on it, and a fingerprint by which copies are found.

use super::inspect::{PictureInfo, inspect_within};
use super::plan::{RenditionFormat, RenditionPlan};
use super::render::{Rendition, renditions_within};
use super::{PictureError, PictureLimits};
use image::imageops::FilterType;
use std::panic::catch_unwind;

/// The width of the small copy, in pixels.
const PREVIEW: u32 = 960;

/// What a first look tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looked {
    /// What the file is and says.
    pub info: PictureInfo,
    /// An upright copy without metadata, at most 960 pixels wide.
    pub preview: Rendition,
    /// What it looks like: see [`fingerprint`].
    pub fingerprint: u64,
}

/// Decodes a picture and makes the small copy.
///
/// # Errors
/// A [`PictureError`] with the reason why the file is not taken.
pub fn look_within(bytes: &[u8], limits: &PictureLimits) -> Result<Looked, PictureError> {
    let info = inspect_within(bytes, limits)?;
    let plan = RenditionPlan {
        formats: vec![RenditionFormat::Jpeg],
        ..RenditionPlan::of_widths(vec![PREVIEW])
    };
    let preview = renditions_within(bytes, &plan, limits)?.pop();
    let preview = preview.ok_or(PictureError::Crashed("encoding"))?;
    let fingerprint = fingerprint(&preview.bytes)?;
    Ok(Looked {
        info,
        preview,
        fingerprint,
    })
}

/// The difference hash of one of our own renditions: of nine by eight grey cells, whether each is darker than the one
/// to its right. Two files that show the same differ in few bits whatever their size, format and quality; pictures of
/// different things differ in about half of the 64.
///
/// # Errors
/// [`PictureError::Crashed`] when the file is none of ours.
pub fn fingerprint(rendition: &[u8]) -> Result<u64, PictureError> {
    let decoded = catch_unwind(|| image::load_from_memory(rendition));
    let Ok(Ok(picture)) = decoded else {
        return Err(PictureError::Crashed("fingerprint"));
    };
    let cells = picture.resize_exact(9, 8, FilterType::Triangle).into_luma8();
    let mut bits = 0;
    for (left, right) in cells.rows().flat_map(|row| {
        let row: Vec<u8> = row.map(|pixel| pixel.0[0]).collect();
        let pairs: Vec<(u8, u8)> = row.iter().copied().zip(row.iter().copied().skip(1)).collect();
        pairs
    }) {
        bits = (bits << 1) | u64::from(left < right);
    }
    Ok(bits)
}

/// In how many bits two fingerprints differ: 0 to 64. Up to [`NEAR`] it is the same picture, or one from the same place
/// a moment later.
pub const fn distance(one: u64, other: u64) -> u32 {
    (one ^ other).count_ones()
}

/// The largest [`distance`] at which somebody should look whether it is the same picture.
pub const NEAR: u32 = 10;

#[cfg(test)]
mod tests {
    use super::*;
    use image::{DynamicImage, ImageFormat, RgbImage};

    /// A picture of its own for each seed: soft blots on a ground, as photographs are and noise is not.
    fn drawn(seed: u32, width: u32, height: u32) -> DynamicImage {
        // A generator of its own, so that pictures with neighbouring seeds have nothing in common.
        let spot = |n: u32| {
            let mut state = u64::from(seed * 101 + n).wrapping_add(0x9e37_79b9_7f4a_7c15);
            for shift in [30, 27, 31] {
                state = (state ^ (state >> shift)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            }
            (
                f64::from((state >> 40) as u8) / 255.0,
                f64::from((state >> 20) as u8) / 255.0,
            )
        };
        let picture = RgbImage::from_fn(width, height, |x, y| {
            let (x, y) = (f64::from(x) / f64::from(width), f64::from(y) / f64::from(height));
            let light: f64 = (0..6)
                .map(|n| {
                    let (cx, cy) = spot(n);
                    (-((x - cx).powi(2) + (y - cy).powi(2)) * 60.0).exp()
                })
                .sum();
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is between 0 and 255"
            )]
            let grey = (light * 120.0).min(255.0) as u8;
            image::Rgb([grey, grey / 2 + 60, 255 - grey])
        });
        DynamicImage::ImageRgb8(picture)
    }

    fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn copies_are_near_and_others_are_far() {
        let limits = PictureLimits::default();
        let one = drawn(7, 800, 600);
        let print = |bytes: &[u8]| look_within(bytes, &limits).unwrap().fingerprint;
        let first = print(&file(&one, ImageFormat::Png));
        let copy = one.resize_exact(400, 300, FilterType::Lanczos3);
        let near = distance(first, print(&file(&copy, ImageFormat::Jpeg)));
        assert!(near <= NEAR, "a smaller copy in another format: {near}");
        for seed in [1, 2, 3, 4, 5] {
            let far = distance(first, print(&file(&drawn(seed, 800, 600), ImageFormat::Png)));
            assert!(far > NEAR, "picture {seed}: {far}");
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_by_the_first_look() {
        let limits = PictureLimits::default();
        assert!(look_within(b"<svg onload=alert(1)>", &limits).is_err());
        let mut cut = file(&drawn(3, 300, 200), ImageFormat::Png);
        cut.truncate(cut.len() / 3);
        assert!(
            look_within(&cut, &limits).is_err(),
            "the headers are fine, the rest is missing"
        );
    }
}
