//! What the headers tell.

use super::super::*;
use super::fixtures::*;
use image::DynamicImage;

#[test]
fn every_kind_is_known_by_its_content_with_its_size() {
    let drawn = quarters(40, 30);
    let rgba = DynamicImage::ImageRgb8(drawn.clone()).into_rgba8();
    let files = [
        (PictureKind::Jpeg, jpeg(&drawn)),
        (PictureKind::Jpeg, jpeg_with(&drawn, true, &[])),
        (PictureKind::Png, png(&DynamicImage::ImageRgb8(drawn.clone()))),
        (PictureKind::Gif, gif(&[rgba])),
        (PictureKind::WebP, webp(&drawn, None)),
    ];
    for (kind, bytes) in files {
        let info = inspect(&bytes).unwrap();
        assert_eq!(
            (info.kind, info.width, info.height, info.orientation),
            (kind, 40, 30, 1)
        );
        assert_eq!(info.metadata, PictureMetadata::default());
        assert!(!info.has_exif && !info.has_gps && !info.has_xmp && !info.has_iptc);
    }
}

#[test]
fn other_formats_are_refused_by_name() {
    let refused = |bytes: &[u8]| inspect(bytes).unwrap_err();
    assert_eq!(refused(b"II*\0 and so on"), PictureError::Unsupported("TIFF"));
    assert_eq!(refused(b"\0\0\0\x1cftypheic...."), PictureError::Unsupported("HEIC"));
    assert_eq!(refused(b"\0\0\0\x1cftypavif...."), PictureError::Unsupported("AVIF"));
    assert_eq!(
        refused(b"<?xml version='1.0'?>\n<svg onload='alert(1)'/>"),
        PictureError::Unsupported("SVG")
    );
    assert_eq!(refused(b"%PDF-1.7"), PictureError::NotAPicture);
    assert_eq!(refused(b""), PictureError::NotAPicture);
    assert_eq!(refused(b"<html>jpeg</html>").code(), "picture.not_a_picture");
}

#[test]
fn orientation_and_position_are_read_from_exif_in_jpeg_and_webp() {
    for position in [false, true] {
        for orientation in 1..=8 {
            let drawn = quarters(40, 30);
            let in_jpeg = jpeg_with(&drawn, false, &[exif_segment(orientation, position)]);
            let in_webp = webp(&drawn, Some(exif(orientation, position)));
            for bytes in [in_jpeg, in_webp] {
                let info = inspect(&bytes).unwrap();
                assert_eq!(u16::from(info.orientation), orientation);
                assert_eq!((info.has_exif, info.has_gps), (true, position));
                assert_eq!(info.metadata.byline, ["Ada"]);
                let upright = if orientation < 5 { (40, 30) } else { (30, 40) };
                assert_eq!(info.upright_size(), upright);
            }
        }
    }
}

#[test]
fn an_orientation_that_does_not_exist_is_none() {
    for nonsense in [0, 9, 65_535] {
        let bytes = jpeg_with(&quarters(8, 8), false, &[exif_segment(nonsense, false)]);
        assert_eq!(inspect(&bytes).unwrap().orientation, 1);
    }
}

#[test]
fn iim_values_are_read_over_several_segments_and_in_both_encodings() {
    let values: &[(u8, u8, &[u8])] = &[
        (2, 105, b"Ferry returns"),
        (2, 120, b"The ferry \x93Linda\x94 returns.\rCrowds wait."),
        (2, 80, b"Ada Example"),
        (2, 80, b"Bo Example"),
        (2, 25, b"ferry"),
        (2, 25, b"harbour"),
        (2, 90, b"T\xfcri"),
        (2, 101, b"Estonia"),
        (2, 110, b"EXAMPLE"),
        (2, 55, b"20140915"),
        (2, 60, b"204700+0200"),
    ];
    let whole = photoshop(values);
    let (first, second) = whole.split_at(60);
    let bytes = jpeg_with(
        &quarters(8, 8),
        false,
        &[photoshop_segment(first), photoshop_segment(second)],
    );
    let info = inspect(&bytes).unwrap();
    let read = info.metadata;
    assert!(info.has_iptc);
    assert_eq!(read.headline.as_deref(), Some("Ferry returns"));
    assert_eq!(
        read.caption.as_deref(),
        Some("The ferry \u{201c}Linda\u{201d} returns.\nCrowds wait.")
    );
    assert_eq!(read.byline, ["Ada Example", "Bo Example"]);
    assert_eq!(read.keywords, ["ferry", "harbour"]);
    assert_eq!(
        (read.city.as_deref(), read.country.as_deref()),
        (Some("Türi"), Some("Estonia"))
    );
    assert_eq!(read.credit.as_deref(), Some("EXAMPLE"));
    assert_eq!(read.created.as_deref(), Some("2014-09-15T20:47:00+02:00"));

    let utf8 = photoshop(&[(1, 90, b"\x1b%G"), (2, 90, "Türi".as_bytes())]);
    let bytes = jpeg_with(&quarters(8, 8), false, &[photoshop_segment(&utf8)]);
    assert_eq!(inspect(&bytes).unwrap().metadata.city.as_deref(), Some("Türi"));
}

#[test]
fn xmp_is_read_as_elements_and_attributes_and_goes_before_iim_and_exif() {
    let packet = xmp_segment(
        r#"<dc:description><rdf:Alt><rdf:li xml:lang="et">Parvlaev</rdf:li>
             <rdf:li xml:lang="x-default">A ferry &amp; its crew</rdf:li></rdf:Alt></dc:description>
           <dc:creator><rdf:Seq><rdf:li>Cleo Example</rdf:li></rdf:Seq></dc:creator>
           <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>crew</rdf:li></rdf:Bag></dc:subject>
           <dc:rights><rdf:Alt><rdf:li xml:lang="x-default">(c) Example</rdf:li></rdf:Alt></dc:rights>
           <xmpRights:UsageTerms><rdf:Alt><rdf:li xml:lang="en">No archive</rdf:li></rdf:Alt></xmpRights:UsageTerms>
           <photoshop:Headline>Crew</photoshop:Headline>
           <photoshop:DateCreated>2014-09-15</photoshop:DateCreated>
           <Iptc4xmpCore:AltTextAccessibility><rdf:Alt><rdf:li xml:lang="x-default">Six people on a deck</rdf:li>
             </rdf:Alt></Iptc4xmpCore:AltTextAccessibility>
           <Iptc4xmpExt:PersonInImage><rdf:Bag><rdf:li>Dan Example</rdf:li></rdf:Bag></Iptc4xmpExt:PersonInImage>
           <exif:GPSLatitude>59,26.2N</exif:GPSLatitude>"#,
    );
    let iim = photoshop(&[(2, 105, b"Older headline"), (2, 110, b"AGENCY")]);
    let segments = [exif_segment(1, false), packet, photoshop_segment(&iim)];
    let info = inspect(&jpeg_with(&quarters(8, 8), false, &segments)).unwrap();
    let read = info.metadata;
    assert!(info.has_xmp && info.has_gps, "the position in XMP counts too");
    assert_eq!(read.headline.as_deref(), Some("Crew"));
    assert_eq!(read.credit.as_deref(), Some("AGENCY"), "IIM fills the gap");
    assert_eq!(read.caption.as_deref(), Some("A ferry & its crew"));
    assert_eq!(read.byline, ["Cleo Example"]);
    assert_eq!(read.keywords, ["sea", "crew"]);
    assert_eq!(read.copyright.as_deref(), Some("(c) Example"));
    assert_eq!(read.usage_terms.as_deref(), Some("No archive"));
    assert_eq!(read.city.as_deref(), Some("Tallinn"));
    assert_eq!(read.created.as_deref(), Some("2014-09-15"));
    assert_eq!(read.alt_text.as_deref(), Some("Six people on a deck"));
    assert_eq!(read.people, ["Dan Example"]);
}

#[test]
fn nonsense_in_metadata_costs_no_picture() {
    let deep = format!("{}{}", "<a>".repeat(20_000), "</a>".repeat(20_000));
    let bomb = r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><x>&b;</x>"#;
    let raw_xmp = |text: &str| (1, [b"http://ns.adobe.com/xap/1.0/\0", text.as_bytes()].concat());
    let segments = [
        raw_xmp(bomb),
        raw_xmp(&deep[..60_000]),
        xmp_segment("<photoshop:Headline>NUL\u{1}</photoshop:Headline>"),
        (1, b"Exif\0\0MM\0*\xff\xff\xff\xff".to_vec()),
        (1, b"Exif\0\0".to_vec()),
        photoshop_segment(b"8BIM\x04\x04\0\0\xff\xff\xff\xff\x1c\x02\x78\x80\x04\xff\xff\xff\xff"),
        photoshop_segment(&photoshop(&[(2, 55, b"20140231"), (2, 120, b"\0\0\x01")])),
    ];
    for segment in segments {
        let info = inspect(&jpeg_with(&quarters(8, 8), false, &[segment])).unwrap();
        assert_eq!(
            (info.width, info.metadata.caption, info.metadata.created),
            (8, None, None)
        );
    }
}

#[test]
fn nested_xml_is_read_without_deep_recursion() {
    let nested = format!("{}x{}", "<dc:a>".repeat(15_000), "</dc:a>".repeat(15_000));
    let mut bytes = Vec::new();
    let packet = xmp(&nested);
    let mut encoder = image::codecs::webp::WebPEncoder::new_lossless(&mut bytes);
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif(1, false)).unwrap();
    let drawn = quarters(8, 8);
    image::ImageEncoder::write_image(encoder, &drawn, 8, 8, image::ExtendedColorType::Rgb8).unwrap();
    // An XMP chunk is hung on by hand, since the packet is too long for one JPEG segment.
    bytes[20] |= 0b100;
    bytes.extend(b"XMP ");
    bytes.extend((packet.len() as u32).to_le_bytes());
    bytes.extend(packet.as_bytes());
    if packet.len() % 2 == 1 {
        bytes.push(0);
    }
    let length = (bytes.len() as u32 - 8).to_le_bytes();
    bytes[4..8].copy_from_slice(&length);
    let info = inspect(&bytes).unwrap();
    assert!(info.has_xmp);
    assert_eq!(info.metadata.city.as_deref(), Some("Tallinn"));
}
