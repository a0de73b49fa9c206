//! Files that want to crash, fill or stall the program.

use super::super::*;
use super::fixtures::*;
use image::DynamicImage;

fn attempt(bytes: &[u8]) -> Result<Vec<Rendition>, PictureError> {
    renditions(bytes, &RenditionPlan::of_widths([16]))
}

fn all_kinds() -> Vec<Vec<u8>> {
    let drawn = quarters(48, 40);
    let rgba = DynamicImage::ImageRgb8(drawn.clone()).into_rgba8();
    vec![
        jpeg_with(
            &drawn,
            false,
            &[
                exif_segment(6, true),
                photoshop_segment(&photoshop(&[(2, 120, b"words")])),
            ],
        ),
        jpeg_with(
            &drawn,
            true,
            &[xmp_segment("<photoshop:Headline>words</photoshop:Headline>")],
        ),
        png(&DynamicImage::ImageRgb8(drawn.clone())),
        gif(&[rgba]),
        webp(&drawn, Some(exif(3, true))),
    ]
}

#[test]
fn a_claim_of_too_many_pixels_is_refused_before_anything_is_decoded() {
    let mut bomb = jpeg(&quarters(8, 8));
    let frame = bomb.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0xff, 0xff]);
    let expected = PictureError::TooManyPixels {
        width: 65_535,
        height: 65_535,
        limit: 100_000_000,
    };
    assert_eq!(inspect(&bomb).unwrap_err(), expected);
    assert_eq!(attempt(&bomb).unwrap_err(), expected);

    let mut bomb = gif(&[half_transparent(8, 8).into_rgba8()]);
    bomb[6..10].copy_from_slice(&[0xff; 4]);
    assert!(matches!(attempt(&bomb), Err(PictureError::TooManyPixels { .. })));
}

#[test]
fn memory_is_reckoned_from_the_headers() {
    // 98 megapixels are allowed, but not at 16 bits a channel.
    let mut deep = png(&DynamicImage::ImageRgba16(half_transparent(8, 8).to_rgba16()));
    deep[16..24].copy_from_slice(&[0, 0, 0x26, 0x94, 0, 0, 0x26, 0x94]);
    let crc = crc32(&deep[12..29]);
    deep[29..33].copy_from_slice(&crc.to_be_bytes());
    assert_eq!(inspect(&deep).unwrap().width, 9876);
    assert!(
        matches!(attempt(&deep), Err(PictureError::TooMuchMemory { .. })),
        "{:?}",
        attempt(&deep)
    );

    // Nor as a progressive JPEG without subsampling.
    let mut progressive = jpeg_with(&quarters(16, 16), true, &[]);
    let frame = progressive.windows(2).position(|pair| pair == [0xff, 0xc2]).unwrap();
    progressive[frame + 5..frame + 9].copy_from_slice(&[0x26, 0x94, 0x26, 0x94]);
    assert!(matches!(attempt(&progressive), Err(PictureError::TooMuchMemory { .. })));
}

/// The checksum of PNG chunks (PNG specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    })
}

#[test]
fn a_metadata_chunk_that_claims_gigabytes_is_refused() {
    let mut file = webp(&quarters(8, 8), Some(exif(1, false)));
    let chunk = file.windows(4).position(|window| window == b"EXIF").unwrap();
    file[chunk + 4..chunk + 8].copy_from_slice(&0xffff_fff0_u32.to_le_bytes());
    assert!(matches!(inspect(&file), Err(PictureError::Damaged { .. })));
    assert!(matches!(attempt(&file), Err(PictureError::Damaged { .. })));
}

#[test]
fn a_gif_frame_larger_than_its_canvas_counts_too() {
    let mut file = gif(&[half_transparent(8, 8).into_rgba8()]);
    let frame = file.windows(5).position(|window| window == [0x2c, 0, 0, 0, 0]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert!(
        matches!(attempt(&file), Err(PictureError::TooMuchMemory { .. })),
        "{:?}",
        attempt(&file)
    );
}

#[test]
fn limits_of_the_callers_own_are_kept() {
    let bytes = jpeg(&quarters(100, 100));
    let plan = RenditionPlan::default();
    let limits = PictureLimits::default();
    let with = |limits| renditions_within(&bytes, &plan, &limits).unwrap_err().code();
    assert_eq!(
        with(PictureLimits {
            max_bytes: 100,
            ..limits
        }),
        "picture.too_many_bytes"
    );
    assert_eq!(
        with(PictureLimits {
            max_pixels: 9_999,
            ..limits
        }),
        "picture.too_many_pixels"
    );
    assert_eq!(
        with(PictureLimits {
            max_memory: 20_000,
            ..limits
        }),
        "picture.too_much_memory"
    );
}

#[test]
fn thousands_of_scans_over_many_pixels_are_refused() {
    let mut file = jpeg_with(&quarters(16, 16), true, &[]);
    let frame = file.windows(2).position(|pair| pair == [0xff, 0xc2]).unwrap();
    file[frame + 5..frame + 9].copy_from_slice(&[0x10, 0, 0x10, 0]);
    let end = file.len() - 2;
    let scans = [0xff, 0xda, 0, 8, 1, 1, 0, 1, 5, 0].repeat(2_000);
    file.splice(end..end, scans);
    assert!(
        matches!(attempt(&file), Err(PictureError::TooMuchWork { .. })),
        "{:?}",
        attempt(&file)
    );
}

#[test]
fn a_file_that_is_cut_off_is_told_by_its_headers_and_refused_by_its_pixels() {
    for whole in all_kinds() {
        let kind = PictureKind::of(&whole).unwrap();
        let cut = &whole[..whole.len() * 7 / 10];
        assert!(
            matches!(attempt(cut), Err(PictureError::Damaged { .. })),
            "{kind}: {:?}",
            attempt(cut)
        );
    }
}

#[test]
fn no_cut_and_no_flipped_byte_makes_anything_panic() {
    let mut crashed = Vec::new();
    for whole in all_kinds() {
        let mut tried = |bytes: &[u8], what: String| {
            let read = inspect(bytes);
            let made = attempt(bytes);
            for error in [read.err(), made.err()].into_iter().flatten() {
                if matches!(error, PictureError::Crashed(_)) {
                    crashed.push(format!("{what}: {error}"));
                }
            }
        };
        for length in 0..whole.len() {
            tried(&whole[..length], format!("cut at {length}"));
        }
        // A fixed stream of changes, so that a failure can be repeated.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for round in 0..600 {
            let mut bytes = whole.clone();
            for _ in 0..1 + round % 4 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                let at = (state >> 33) as usize % bytes.len();
                bytes[at] = (state >> 24) as u8;
            }
            tried(&bytes, format!("round {round}"));
        }
    }
    // A panic inside a decoder is caught and harms nobody, but it is worth knowing of.
    assert!(
        crashed.is_empty(),
        "{} panics inside, such as {:?}",
        crashed.len(),
        crashed.first()
    );
}
