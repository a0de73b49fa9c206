//! From pixels to the files that readers get.
//!
//! The encoders are handed pixels and nothing else, so no EXIF, GPS, XMP, IPTC or thumbnail can come through.

use super::error::PictureError;
use super::plan::{RenditionFormat, RenditionPlan};
use image::{DynamicImage, Rgb, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, SamplingFactor};
use std::borrow::Cow;

/// libwebp's effort, 0 to 6. 4 is its default; 5 and 6 cost two and three times as much for 1-2 % of the bytes.
const WEBP_METHOD: i32 = 4;

/// Encodes `picture` (RGB or RGBA, 8 bits) in `format` with the plan's qualities.
pub(super) fn encode(
    picture: &DynamicImage,
    format: RenditionFormat,
    plan: &RenditionPlan,
) -> Result<Vec<u8>, PictureError> {
    match format {
        RenditionFormat::Jpeg => jpeg(picture, plan.jpeg_quality),
        RenditionFormat::WebP => webp(picture, plan.webp_quality),
        RenditionFormat::Avif => avif(picture, plan.avif_quality, plan.avif_speed),
    }
}

/// Leaves out an alpha channel that is opaque everywhere, which many PNGs have and which costs bytes.
pub(super) fn drop_full_alpha(picture: DynamicImage) -> DynamicImage {
    match picture {
        DynamicImage::ImageRgba8(image) if image.pixels().all(|pixel| pixel.0[3] == u8::MAX) => {
            DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(image).into_rgb8())
        }
        other => other,
    }
}

fn jpeg(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    let failed = |problem: String| PictureError::Encoding {
        format: "JPEG",
        problem,
    };
    let rgb = on_white(picture);
    let side = |pixels: u32| u16::try_from(pixels).map_err(|_| failed(format!("{pixels} pixels are too many")));
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality.clamp(1, 100));
    encoder.set_progressive(true);
    encoder.set_optimized_huffman_tables(true);
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    encoder
        .encode(rgb.as_raw(), side(rgb.width())?, side(rgb.height())?, ColorType::Rgb)
        .map_err(|error| failed(error.to_string()))?;
    Ok(bytes)
}

fn webp(picture: &DynamicImage, quality: u8) -> Result<Vec<u8>, PictureError> {
    let failed = |problem: String| PictureError::Encoding {
        format: "WebP",
        problem,
    };
    let mut config = ::webp::WebPConfig::new().map_err(|()| failed("libwebp has no default settings".to_owned()))?;
    config.quality = f32::from(quality.clamp(1, 100));
    config.method = WEBP_METHOD;
    let (width, height) = (picture.width(), picture.height());
    let encoder = match picture {
        DynamicImage::ImageRgba8(image) => ::webp::Encoder::from_rgba(image.as_raw(), width, height),
        DynamicImage::ImageRgb8(image) => ::webp::Encoder::from_rgb(image.as_raw(), width, height),
        other => return Err(failed(format!("{:?} is neither RGB nor RGBA", other.color()))),
    };
    let encoded = encoder
        .encode_advanced(&config)
        .map_err(|error| failed(format!("{error:?}")))?;
    Ok(encoded.to_vec())
}

fn avif(picture: &DynamicImage, quality: u8, speed: u8) -> Result<Vec<u8>, PictureError> {
    let failed = |problem: String| PictureError::Encoding {
        format: "AVIF",
        problem,
    };
    // One thread: this is background work and must leave the other cores to readers.
    let encoder = ravif::Encoder::new()
        .with_quality(f32::from(quality.clamp(1, 100)))
        .with_alpha_quality(f32::from(quality.clamp(1, 100)))
        .with_speed(speed.clamp(1, 10))
        .with_num_threads(Some(1));
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let encoded = match picture {
        DynamicImage::ImageRgba8(image) => {
            let pixels: Vec<ravif::RGBA8> = image.pixels().map(|pixel| pixel.0.into()).collect();
            encoder.encode_rgba(ravif::Img::new(pixels.as_slice(), width, height))
        }
        other => {
            let pixels: Vec<ravif::RGB8> = on_white(other).pixels().map(|pixel| pixel.0.into()).collect();
            encoder.encode_rgb(ravif::Img::new(pixels.as_slice(), width, height))
        }
    };
    Ok(encoded.map_err(|error| failed(error.to_string()))?.avif_file)
}

/// The picture without transparency, on white as paper is.
fn on_white(picture: &DynamicImage) -> Cow<'_, RgbImage> {
    match picture {
        DynamicImage::ImageRgb8(image) => Cow::Borrowed(image),
        DynamicImage::ImageRgba8(image) => Cow::Owned(blend(image)),
        other => Cow::Owned(other.to_rgb8()),
    }
}

fn blend(image: &RgbaImage) -> RgbImage {
    let mut flat = RgbImage::new(image.width(), image.height());
    for (to, from) in flat.pixels_mut().zip(image.pixels()) {
        let [red, green, blue, alpha] = from.0;
        let over = |color: u8| {
            let sum = u32::from(color) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            ((sum + 127) / 255) as u8
        };
        *to = Rgb([over(red), over(green), over(blue)]);
    }
    flat
}
