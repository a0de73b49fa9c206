//! What readers get.

use super::super::*;
use super::fixtures::*;
use image::{DynamicImage, RgbaImage};

fn decoded(rendition: &Rendition) -> DynamicImage {
    let picture = image::load_from_memory(&rendition.bytes).unwrap();
    assert_eq!((picture.width(), picture.height()), (rendition.width, rendition.height));
    picture
}

fn plan(widths: &[u32], formats: &[RenditionFormat]) -> RenditionPlan {
    RenditionPlan {
        formats: formats.to_vec(),
        ..RenditionPlan::of_widths(widths)
    }
}

const BOTH: [RenditionFormat; 2] = [RenditionFormat::Jpeg, RenditionFormat::WebP];

#[test]
fn widths_are_kept_and_nothing_is_scaled_up() {
    let made = renditions(&jpeg(&quarters(500, 300)), &RenditionPlan::default()).unwrap();
    let sizes: Vec<_> = made.iter().map(|made| (made.width, made.height, made.format)).collect();
    let [jpeg, webp] = BOTH;
    let expected = [(320, 192), (480, 288), (500, 300)].map(|(w, h)| [(w, h, jpeg), (w, h, webp)]);
    assert_eq!(sizes, expected.concat());
    made.iter()
        .for_each(|made| assert_close(color_at(&decoded(made), 0.25, 0.25), RED));
}

#[test]
fn every_orientation_ends_upright() {
    use image::metadata::Orientation;
    let upright = DynamicImage::ImageRgb8(quarters(120, 80));
    for orientation in 1..=8_u8 {
        // Stored so that applying `orientation` brings it upright: the inverse is applied beforehand.
        let inverse = match orientation {
            6 => 8,
            8 => 6,
            own => own,
        };
        let mut stored = upright.clone();
        stored.apply_orientation(Orientation::from_exif(inverse).unwrap());
        let bytes = jpeg_with(
            &stored.into_rgb8(),
            false,
            &[exif_segment(u16::from(orientation), true)],
        );
        for rendition in renditions(&bytes, &plan(&[60], &BOTH)).unwrap() {
            let seen = decoded(&rendition);
            assert_eq!((seen.width(), seen.height()), (60, 40), "orientation {orientation}");
            assert_close(color_at(&seen, 0.25, 0.25), RED);
            assert_close(color_at(&seen, 0.75, 0.25), GREEN);
            assert_close(color_at(&seen, 0.25, 0.75), BLUE);
            assert_close(color_at(&seen, 0.75, 0.75), YELLOW);
        }
        // A cut around the bottom right corner shows that corner, however the picture lies in the file.
        let cut = RenditionPlan {
            cuts: vec![Cut {
                shape: Shape::SQUARE,
                widths: vec![30],
            }],
            focus: Focus { x: 1.0, y: 1.0 },
            ..RenditionPlan::default()
        };
        for rendition in renditions(&bytes, &cut).unwrap() {
            let seen = decoded(&rendition);
            assert_eq!((seen.width(), seen.height()), (30, 30));
            assert_close(color_at(&seen, 0.9, 0.9), YELLOW);
            assert_close(color_at(&seen, 0.05, 0.9), BLUE);
        }
    }
}

#[test]
fn cuts_have_their_proportions() {
    let bytes = jpeg(&quarters(400, 200));
    let shapes = [
        (Shape::SQUARE, 200),
        (Shape::FOUR_BY_THREE, 150),
        (Shape::SIXTEEN_BY_NINE, 113),
        (Shape::FIVE_BY_THREE, 120),
    ];
    for (shape, height) in shapes {
        let plan = RenditionPlan {
            cuts: vec![Cut {
                shape,
                widths: vec![200],
            }],
            ..RenditionPlan::default()
        };
        for rendition in renditions(&bytes, &plan).unwrap() {
            assert_eq!(
                (rendition.shape, rendition.width, rendition.height),
                (shape, 200, height)
            );
        }
    }
}

#[test]
fn no_metadata_comes_through_in_any_format() {
    let secret = "Geheimnis";
    let segments = [
        exif_segment(6, true),
        xmp_segment(&format!("<photoshop:Headline>{secret}</photoshop:Headline>")),
        photoshop_segment(&photoshop(&[(2, 120, secret.as_bytes())])),
    ];
    let bytes = jpeg_with(&quarters(64, 64), false, &segments);
    assert!(inspect(&bytes).unwrap().has_gps);
    let formats = [RenditionFormat::Jpeg, RenditionFormat::WebP, RenditionFormat::Avif];
    for rendition in renditions(&bytes, &plan(&[32], &formats)).unwrap() {
        for trace in [
            b"Exif".as_slice(),
            b"EXIF",
            b"ns.adobe",
            b"Photoshop",
            b"XMP ",
            secret.as_bytes(),
            b"Ada\0",
        ] {
            assert!(
                !rendition.bytes.windows(trace.len()).any(|window| window == trace),
                "{:?}",
                rendition.format
            );
        }
        if rendition.format != RenditionFormat::Avif {
            let info = inspect(&rendition.bytes).unwrap();
            assert!(!info.has_exif && !info.has_gps && !info.has_xmp && !info.has_iptc);
        }
    }
}

#[test]
fn transparency_stays_in_webp_and_is_white_in_jpeg() {
    let made = renditions(&png(&half_transparent(200, 100)), &plan(&[100], &BOTH)).unwrap();
    let [jpeg, webp] = made.as_slice() else {
        panic!("two renditions")
    };
    assert_close(color_at(&decoded(jpeg), 0.9, 0.5), [255, 255, 255]);
    assert_close(color_at(&decoded(jpeg), 0.1, 0.5), RED);
    let webp = decoded(webp).into_rgba8();
    assert_eq!(webp.get_pixel(90, 25).0[3], 0);
    assert_eq!(webp.get_pixel(10, 25).0[3], 255);
    // At the edge the colour that lies under the transparent half must not shine through.
    for x in 45..55 {
        let [red, green, _, alpha] = webp.get_pixel(x, 25).0;
        assert!(
            alpha < 20 || green < red,
            "a green edge at {x}: {:?}",
            webp.get_pixel(x, 25)
        );
    }
}

#[test]
fn an_opaque_alpha_channel_is_dropped() {
    let opaque = DynamicImage::ImageRgba8(DynamicImage::ImageRgb8(quarters(64, 64)).into_rgba8());
    let made = renditions(&png(&opaque), &plan(&[32], &[RenditionFormat::WebP])).unwrap();
    assert!(!decoded(&made[0]).color().has_alpha());
}

#[test]
fn the_first_frame_of_an_animation_is_taken() {
    let frame = |color: [u8; 3]| RgbaImage::from_pixel(40, 40, image::Rgba([color[0], color[1], color[2], 255]));
    let made = renditions(&gif(&[frame(BLUE), frame(RED)]), &plan(&[40], &BOTH)).unwrap();
    made.iter()
        .for_each(|made| assert_close(color_at(&decoded(made), 0.5, 0.5), BLUE));
}

#[test]
fn grey_and_deep_pngs_are_taken() {
    let drawn = DynamicImage::ImageRgb8(quarters(64, 64));
    let files = [
        DynamicImage::ImageLuma8(drawn.to_luma8()),
        DynamicImage::ImageLumaA8(drawn.to_luma_alpha8()),
        DynamicImage::ImageLuma16(drawn.to_luma16()),
        DynamicImage::ImageRgb16(drawn.to_rgb16()),
        DynamicImage::ImageRgba16(drawn.to_rgba16()),
    ];
    for file in files {
        let wanted = color_at(&file, 0.75, 0.75);
        for rendition in renditions(&png(&file), &plan(&[64], &BOTH)).unwrap() {
            assert_close(color_at(&decoded(&rendition), 0.75, 0.75), wanted);
        }
    }
}

#[test]
fn grey_and_cmyk_jpegs_are_taken() {
    let encode = |data: &[u8], color| {
        let mut bytes = Vec::new();
        jpeg_encoder::Encoder::new(&mut bytes, 95)
            .encode(data, 32, 32, color)
            .unwrap();
        bytes
    };
    let grey = encode(&[90; 32 * 32], jpeg_encoder::ColorType::Luma);
    // Full cyan and half black.
    let cmyk: Vec<u8> = [255, 0, 0, 127].repeat(32 * 32);
    let inks = encode(&cmyk, jpeg_encoder::ColorType::Cmyk);
    let ycck = encode(&cmyk, jpeg_encoder::ColorType::CmykAsYcck);
    for (bytes, wanted) in [(grey, [90, 90, 90]), (inks, [0, 128, 128]), (ycck, [0, 128, 128])] {
        for rendition in renditions(&bytes, &plan(&[32], &BOTH)).unwrap() {
            assert_close(color_at(&decoded(&rendition), 0.5, 0.5), wanted);
        }
    }
}

#[test]
fn a_wide_gamut_profile_is_converted_to_srgb() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let drawn = image::RgbImage::from_pixel(32, 32, image::Rgb([200, 100, 50]));
    let with_profile = |profile: &[u8]| {
        let mut bytes = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 95);
        encoder.add_icc_profile(profile).unwrap();
        encoder.encode(&drawn, 32, 32, jpeg_encoder::ColorType::Rgb).unwrap();
        bytes
    };
    let bytes = with_profile(&profile);
    assert!(inspect(&bytes).unwrap().has_icc);
    for rendition in renditions(&bytes, &plan(&[32], &BOTH)).unwrap() {
        // Worked out by the published matrices of Display P3 and sRGB.
        assert_close(color_at(&decoded(&rendition), 0.5, 0.5), [217, 95, 35]);
    }
    // A profile that is nonsense leaves the colours alone.
    for rendition in renditions(&with_profile(&[7; 300]), &plan(&[32], &BOTH)).unwrap() {
        assert_close(color_at(&decoded(&rendition), 0.5, 0.5), [200, 100, 50]);
    }
}

#[test]
fn avif_is_made_when_it_is_asked_for() {
    let whole = RenditionPlan::of_widths([48]);
    let made = renditions(&jpeg(&quarters(96, 64)), &whole.in_avif()).unwrap();
    let [avif] = made.as_slice() else {
        panic!("one rendition")
    };
    assert_eq!((avif.format, avif.width, avif.height), (RenditionFormat::Avif, 48, 32));
    assert_eq!(avif.bytes.get(4..12), Some(b"ftypavif".as_slice()));
    let transparent = renditions(&png(&half_transparent(64, 64)), &whole.in_avif()).unwrap();
    assert_eq!(transparent[0].bytes.get(4..12), Some(b"ftypavif".as_slice()));
}

#[test]
fn strips_and_single_pixels_are_rendered() {
    for (width, height) in [(1, 1), (1, 4000), (4000, 1), (3, 2)] {
        for rendition in renditions(&jpeg(&quarters(width, height)), &RenditionPlan::default()).unwrap() {
            assert!(rendition.width <= width && rendition.height <= height);
            decoded(&rendition);
        }
    }
    // Higher than WebP can say: made narrower instead of failing.
    let tall = png(&DynamicImage::new_luma8(4, 20_000));
    for rendition in renditions(&tall, &RenditionPlan::default()).unwrap() {
        assert!(rendition.height <= 16_383);
        decoded(&rendition);
    }
}
