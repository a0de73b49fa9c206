//! The picture sets of the test data, checked against their own `expect`.

use super::super::*;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// How different two pictures are: the mean difference of a channel, 0 to 255. Recompression makes about 2.
fn difference(one: &Rendition, other: &Rendition) -> f64 {
    let one = image::load_from_memory(&one.bytes).unwrap().into_rgb8();
    let other = image::load_from_memory(&other.bytes).unwrap().into_rgb8();
    assert_eq!(one.dimensions(), other.dimensions());
    let sum: f64 = one
        .as_raw()
        .iter()
        .zip(other.as_raw())
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum();
    sum / one.as_raw().len() as f64
}

/// The most memory that this process ever held, in MB.
fn high_water() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0.0) / 1024.0
}

fn words(value: &Value) -> Vec<&str> {
    value
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn check_read(id: &str, expect: &Value, read: &Result<PictureInfo, PictureError>) {
    let Some(wanted) = expect.get("read") else { return };
    let info = match read {
        Ok(info) => info,
        // Formats that are not taken are refused by name, which is a true reason.
        Err(PictureError::Unsupported(_)) => return,
        Err(error) => panic!("{id}: {error}"),
    };
    let number = |key: &str| wanted.get(key).and_then(Value::as_u64);
    let flag = |key: &str| wanted.get(key).and_then(Value::as_bool);
    if let Some(width) = number("w") {
        assert_eq!(u64::from(info.width), width, "{id}: width");
    }
    if let Some(height) = number("h") {
        assert_eq!(u64::from(info.height), height, "{id}: height");
    }
    if let Some(orientation) = number("orientation") {
        assert_eq!(u64::from(info.orientation), orientation, "{id}: orientation");
    }
    for (key, found) in [("exif", info.has_exif), ("gps", info.has_gps), ("xmp", info.has_xmp)] {
        if let Some(wanted) = flag(key) {
            assert_eq!(found, wanted, "{id}: {key}");
        }
    }
    if let Some(iptc) = wanted.get("iptc") {
        let one = |text: &Option<String>| text.iter().map(String::clone).collect::<Vec<_>>();
        let known = [
            ("city", one(&info.metadata.city)),
            ("country", one(&info.metadata.country)),
            ("keyword", info.metadata.keywords.clone()),
            ("headline", one(&info.metadata.headline)),
            ("caption", one(&info.metadata.caption)),
            ("byline", info.metadata.byline.clone()),
            ("credit", one(&info.metadata.credit)),
        ];
        for (key, found) in known {
            if let Some(wanted) = iptc.get(key) {
                assert_eq!(found, words(wanted), "{id}: {key}");
            }
        }
    }
}

fn check_set(set: &Path) -> usize {
    let cases = fs::read_to_string(set.join("cases.jsonl")).unwrap();
    let plan = RenditionPlan::of_widths([320]);
    let mut references: HashMap<String, Vec<Rendition>> = HashMap::new();
    let before = high_water();
    let mut checked = 0;
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let id = case["id"].as_str().unwrap();
        let expect = &case["expect"];
        let bytes = fs::read(set.join("files").join(case["file"].as_str().unwrap())).unwrap();
        let start = Instant::now();
        let read = inspect(&bytes);
        let made = renditions(&bytes, &plan);
        let took = start.elapsed().as_secs_f64();
        check_read(id, expect, &read);
        if expect.get("refused").is_some() {
            assert!(made.is_err(), "{id} was taken");
        }
        if expect.get("rendered_upright").is_some() {
            let reference = expect["reference"].as_str().unwrap();
            let upright = references.entry(reference.to_owned()).or_insert_with(|| {
                let file = fs::read(set.join("files").join(reference)).unwrap();
                renditions(&file, &plan).unwrap()
            });
            for (one, other) in made.as_ref().unwrap().iter().zip(upright.iter()) {
                let difference = difference(one, other);
                assert!(difference < 6.0, "{id}: differs by {difference}");
            }
        }
        if expect.get("gps_stripped_on_publish").is_some() {
            for rendition in made.as_ref().unwrap() {
                let published = inspect(&rendition.bytes).unwrap();
                assert!(!published.has_gps && !published.has_exif && !published.has_xmp, "{id}");
            }
        }
        assert!(
            took < expect.get("max_seconds").and_then(Value::as_f64).unwrap_or(10.0),
            "{id} took {took} s"
        );
        if let Some(allowed) = expect.get("max_extra_mb").and_then(Value::as_f64) {
            let extra = high_water() - before;
            assert!(extra < allowed, "{id}: {extra} MB");
        }
        let told = |error: &PictureError| assert!(!matches!(error, PictureError::Crashed(_)), "{id}: {error}");
        read.as_ref().err().into_iter().for_each(told);
        made.as_ref().err().into_iter().for_each(told);
        match (&read, &made) {
            (_, Ok(made)) => println!("{id}: {} renditions", made.len()),
            (Ok(_), Err(error)) | (Err(error), _) => println!("{id}: {error}"),
        }
        checked += 1;
    }
    checked
}

#[test]
fn the_picture_sets_are_read_rendered_and_refused_as_expected() {
    let Some(testdata) = std::env::var_os("MASTHEAD_TESTDATA") else {
        println!("conformance did not run: MASTHEAD_TESTDATA is not set");
        return;
    };
    let images = PathBuf::from(testdata).join("images");
    let mut checked = 0;
    for set in fs::read_dir(&images).unwrap() {
        checked += check_set(&set.unwrap().path());
    }
    println!("{checked} cases checked, high water {:.0} MB", high_water());
    assert!(checked > 0, "no cases under {}", images.display());
}
