//! Pictures and metadata blocks that the tests draw themselves.

use image::{DynamicImage, ExtendedColorType, ImageEncoder, Rgb, RgbImage, Rgba, RgbaImage};
use std::io::Cursor;

pub(super) const RED: [u8; 3] = [220, 20, 20];
pub(super) const GREEN: [u8; 3] = [20, 200, 20];
pub(super) const BLUE: [u8; 3] = [20, 20, 220];
pub(super) const YELLOW: [u8; 3] = [230, 220, 30];

/// Four quarters: red and green above, blue and yellow below, so that every turn and flip shows.
pub(super) fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        Rgb(match (x < width / 2, y < height / 2) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => YELLOW,
        })
    })
}

/// A JPEG with `segments` (APP number, content) before its tables.
pub(super) fn jpeg_with(picture: &RgbImage, progressive: bool, segments: &[(u8, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 92);
    encoder.set_progressive(progressive);
    for (number, content) in segments {
        encoder.add_app_segment(*number, content.clone()).unwrap();
    }
    let (width, height) = (picture.width() as u16, picture.height() as u16);
    encoder
        .encode(picture.as_raw(), width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    bytes
}

pub(super) fn jpeg(picture: &RgbImage) -> Vec<u8> {
    jpeg_with(picture, false, &[])
}

pub(super) fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    picture
        .write_to(&mut Cursor::new(&mut bytes), image::ImageFormat::Png)
        .unwrap();
    bytes
}

pub(super) fn gif(frames: &[RgbaImage]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut bytes);
    for frame in frames {
        encoder
            .encode(frame, frame.width(), frame.height(), ExtendedColorType::Rgba8)
            .unwrap();
    }
    drop(encoder);
    bytes
}

pub(super) fn webp(picture: &RgbImage, exif: Option<Vec<u8>>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).unwrap();
    }
    encoder
        .write_image(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .unwrap();
    bytes
}

/// Opaque red on the left, nothing on the right.
pub(super) fn half_transparent(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_fn(width, height, |x, _| {
        // The colour under the transparent half is one that must never be seen.
        if x < width / 2 {
            Rgba([220, 20, 20, 255])
        } else {
            Rgba([0, 255, 0, 0])
        }
    }))
}

/// A TIFF block, big-endian, with an orientation, an artist and, if asked, a position.
pub(super) fn exif(orientation: u16, position: bool) -> Vec<u8> {
    let mut entries: Vec<(u16, u16, u32, [u8; 4])> = Vec::new();
    let [high, low] = orientation.to_be_bytes();
    entries.push((0x0112, 3, 1, [high, low, 0, 0]));
    entries.push((0x013b, 2, 4, *b"Ada\0"));
    // The position's own directory follows the first one.
    let gps_at = 8 + 2 + 12 * (2 + u32::from(position)) + 4;
    if position {
        entries.push((0x8825, 4, 1, gps_at.to_be_bytes()));
    }
    let mut block = b"MM\0*\0\0\0\x08".to_vec();
    let directory = |block: &mut Vec<u8>, entries: &[(u16, u16, u32, [u8; 4])]| {
        block.extend((entries.len() as u16).to_be_bytes());
        for (tag, kind, count, value) in entries {
            block.extend(tag.to_be_bytes());
            block.extend(kind.to_be_bytes());
            block.extend(count.to_be_bytes());
            block.extend(value);
        }
        block.extend([0; 4]);
    };
    directory(&mut block, &entries);
    if position {
        directory(&mut block, &[(0x0000, 1, 4, [2, 3, 0, 0]), (0x0001, 2, 2, *b"N\0\0\0")]);
    }
    block
}

pub(super) fn exif_segment(orientation: u16, position: bool) -> (u8, Vec<u8>) {
    (1, [b"Exif\0\0".to_vec(), exif(orientation, position)].concat())
}

pub(super) fn xmp_segment(properties: &str) -> (u8, Vec<u8>) {
    (
        1,
        [b"http://ns.adobe.com/xap/1.0/\0".to_vec(), xmp(properties).into_bytes()].concat(),
    )
}

/// A packet with `properties` inside its one description.
pub(super) fn xmp(properties: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
        <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
        <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
          xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/"
          xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"
          xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
          photoshop:City="Tallinn">{properties}</rdf:Description></rdf:RDF></x:xmpmeta>
        <?xpacket end="w"?>"#
    )
}

/// Photoshop resources with an IIM record: (record, data set, value).
pub(super) fn photoshop(values: &[(u8, u8, &[u8])]) -> Vec<u8> {
    let mut record = Vec::new();
    for (number, data_set, value) in values {
        record.extend([0x1c, *number, *data_set]);
        record.extend((value.len() as u16).to_be_bytes());
        record.extend(*value);
    }
    // Another resource with an odd name and an odd length comes first, as in real files.
    let mut resources = b"8BIM\x03\xed\x02ab\0\0\0\0\x03xyz\0".to_vec();
    resources.extend(b"8BIM\x04\x04\0\0");
    resources.extend((record.len() as u32).to_be_bytes());
    resources.extend(record);
    resources
}

pub(super) fn photoshop_segment(part: &[u8]) -> (u8, Vec<u8>) {
    (13, [b"Photoshop 3.0\0", part].concat())
}

/// The colour at a place given in shares of the picture's size.
pub(super) fn color_at(picture: &DynamicImage, x: f64, y: f64) -> [u8; 3] {
    let rgb = picture.to_rgb8();
    let (width, height) = (f64::from(rgb.width()), f64::from(rgb.height()));
    rgb.get_pixel((x * width) as u32, (y * height) as u32).0
}

#[track_caller]
pub(super) fn assert_close(found: [u8; 3], wanted: [u8; 3]) {
    let near = found
        .iter()
        .zip(wanted)
        .all(|(found, wanted)| found.abs_diff(wanted) <= 14);
    assert!(near, "{found:?} is not {wanted:?}");
}
