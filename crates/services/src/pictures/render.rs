//! From one file to the renditions that readers get.

use super::PictureLimits;
use super::decode::{self, Decoded};
use super::encode;
use super::error::PictureError;
use super::plan::{self, RenditionFormat, RenditionPlan, Shape};
use bytes::Bytes;
use fast_image_resize::{FilterType, MulDiv, PixelType, ResizeAlg, ResizeOptions, Resizer, images::Image};
use image::metadata::Orientation;
use image::{DynamicImage, RgbaImage};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// One copy of a picture for readers: upright, sRGB, without any metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendition {
    /// The outline it was cut to.
    pub shape: Shape,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The format.
    pub format: RenditionFormat,
    /// The encoded file.
    pub bytes: Bytes,
}

/// Makes the renditions of `plan` within the default limits. They come in the plan's order of cuts, then from narrow to
/// wide, then in the plan's order of formats.
///
/// # Errors
/// A [`PictureError`] with the reason why the picture is not taken; it is all renditions or none.
pub fn renditions(bytes: &[u8], plan: &RenditionPlan) -> Result<Vec<Rendition>, PictureError> {
    renditions_within(bytes, plan, &PictureLimits::default())
}

/// [`renditions`] within limits of the caller's.
///
/// # Errors
/// As [`renditions`].
pub fn renditions_within(
    bytes: &[u8],
    plan: &RenditionPlan,
    limits: &PictureLimits,
) -> Result<Vec<Rendition>, PictureError> {
    let decoded = catch_unwind(AssertUnwindSafe(|| decode::decode(bytes, limits)))
        .unwrap_or(Err(PictureError::Crashed("decoding")))?;
    catch_unwind(AssertUnwindSafe(|| render(decoded, plan))).unwrap_or(Err(PictureError::Crashed("encoding")))
}

fn render(decoded: Decoded, plan: &RenditionPlan) -> Result<Vec<Rendition>, PictureError> {
    let Decoded {
        pixels,
        orientation,
        icc,
    } = decoded;
    let orientation = Orientation::from_exif(orientation).unwrap_or(Orientation::NoTransforms);
    let (width, height) = (pixels.width(), pixels.height());
    let turned = matches!(
        orientation,
        Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
    );
    let (upright_width, upright_height) = if turned { (height, width) } else { (width, height) };
    let profile = icc.as_deref().and_then(rgb_profile);
    let mut source = Source::new(pixels)?;

    let mut made = Vec::new();
    for cut in &plan.cuts {
        let part = plan::part(cut.shape, plan.focus, upright_width, upright_height);
        let stored = plan::as_stored(part, orientation, width, height);
        for (width, height) in plan::sizes(&cut.widths, part) {
            let (stored_width, stored_height) = if turned { (height, width) } else { (width, height) };
            let mut small = source.resize(stored, stored_width, stored_height)?;
            if let Some(profile) = &profile {
                to_srgb(&mut small, profile);
            }
            small.apply_orientation(orientation);
            let small = encode::drop_full_alpha(small);
            for format in &plan.formats {
                let bytes = encode::encode(&small, *format, plan)?.into();
                made.push(Rendition {
                    shape: cut.shape,
                    width,
                    height,
                    format: *format,
                    bytes,
                });
            }
        }
    }
    Ok(made)
}

/// The decoded picture, ready to be resized many times.
///
/// Every rendition is made from the full picture: chaining them from large to small would save a tenth of the time and
/// soften each step. Pictures without transparency are resized with a full one beside their colours: the resizer's code
/// for each other kind of pixel would add 3 MB to the program.
struct Source {
    image: Image<'static>,
    resizer: Resizer,
    has_alpha: bool,
}

impl Source {
    fn new(pixels: DynamicImage) -> Result<Self, PictureError> {
        let (width, height) = (pixels.width(), pixels.height());
        let has_alpha = pixels.color().has_alpha();
        let pixels = pixels.into_rgba8().into_raw();
        let mut image = Image::from_vec_u8(width, height, pixels, PixelType::U8x4).map_err(|_| resize_failed())?;
        if has_alpha {
            // Colours are weighed by their opacity once, in place, so that what lies under transparent pixels doesn't
            // bleed into edges. The resizer would do it too, on a copy of the whole picture each time.
            MulDiv::new()
                .multiply_alpha_inplace(&mut image)
                .map_err(|_| resize_failed())?;
        }
        Ok(Self {
            image,
            resizer: Resizer::new(),
            has_alpha,
        })
    }

    fn resize(&mut self, part: plan::Part, width: u32, height: u32) -> Result<DynamicImage, PictureError> {
        let mut small = Image::new(width, height, self.image.pixel_type());
        // Rounding may push a part a hair over the edge, which the resizer refuses.
        let left = part.left.clamp(0.0, f64::from(self.image.width()) - 1.0);
        let top = part.top.clamp(0.0, f64::from(self.image.height()) - 1.0);
        let across = part.width.min(f64::from(self.image.width()) - left);
        let down = part.height.min(f64::from(self.image.height()) - top);
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Lanczos3))
            .crop(left, top, across, down)
            .use_alpha(false);
        self.resizer
            .resize(&self.image, &mut small, &options)
            .map_err(|_| resize_failed())?;
        if self.has_alpha {
            MulDiv::new()
                .divide_alpha_inplace(&mut small)
                .map_err(|_| resize_failed())?;
        }
        let data = small.into_vec();
        let image = RgbaImage::from_raw(width, height, data).map(DynamicImage::ImageRgba8);
        let image = image.ok_or_else(resize_failed)?;
        Ok(if self.has_alpha {
            image
        } else {
            DynamicImage::ImageRgb8(image.into_rgb8())
        })
    }
}

/// Buffers and sizes are our own here, so a refusal by the resizer is a bug and not the picture's fault.
fn resize_failed() -> PictureError {
    PictureError::Crashed("resizing")
}

/// An embedded profile, when it is one for RGB that can be understood. Others are left aside, as browsers do.
fn rgb_profile(icc: &[u8]) -> Option<ColorProfile> {
    let parsed = catch_unwind(|| ColorProfile::new_from_slice(icc));
    match parsed {
        Ok(Ok(profile)) if profile.color_space == DataColorSpace::Rgb => Some(profile),
        Ok(Ok(_)) => None,
        Ok(Err(error)) => {
            tracing::debug!(%error, "a colour profile can't be read");
            None
        }
        Err(_) => {
            tracing::debug!("a colour profile made its reader panic");
            None
        }
    }
}

/// Converts in place from `profile` to sRGB. A profile that can't be applied leaves the colours as they are: a
/// slightly dull picture is better than none.
fn to_srgb(picture: &mut DynamicImage, profile: &ColorProfile) {
    let layout = if picture.color().has_alpha() {
        Layout::Rgba
    } else {
        Layout::Rgb
    };
    let convert = || {
        let srgb = ColorProfile::new_srgb();
        let transform = profile.create_transform_8bit(layout, &srgb, layout, TransformOptions::default())?;
        let mut converted = vec![0; picture.as_bytes().len()];
        transform
            .transform(picture.as_bytes(), &mut converted)
            .map(|()| converted)
    };
    match catch_unwind(AssertUnwindSafe(convert)) {
        Ok(Ok(converted)) => match picture {
            DynamicImage::ImageRgb8(image) => image.copy_from_slice(&converted),
            DynamicImage::ImageRgba8(image) => image.copy_from_slice(&converted),
            _ => {}
        },
        Ok(Err(error)) => tracing::debug!(%error, "a colour profile can't be applied"),
        Err(_) => tracing::debug!("a colour profile made its converter panic"),
    }
}
