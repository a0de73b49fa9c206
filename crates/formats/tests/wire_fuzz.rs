//! Fixtures, broken in every way at hand: no reader panics, hangs, grows without bound or lets a promise go.
//!
//! The fixtures are our own; where `MASTHEAD_TESTDATA` is set, every document of its wire sets is broken too.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod wire;

use masthead_formats::fuzz_targets;
use proptest::prelude::*;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

fn corpus() -> &'static [Vec<u8>] {
    static CORPUS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    CORPUS.get_or_init(collect)
}

/// How many documents are broken: few by default, as many as wanted before a release.
fn cases() -> u32 {
    std::env::var("MASTHEAD_FUZZ_CASES")
        .ok()
        .and_then(|cases| cases.parse().ok())
        .unwrap_or(1500)
}

fn collect() -> Vec<Vec<u8>> {
    let mut corpus: Vec<Vec<u8>> = wire::FIXTURES.iter().map(|text| text.as_bytes().to_vec()).collect();
    if let Some(root) = std::env::var_os("MASTHEAD_TESTDATA") {
        let mut folders = vec![Path::new(&root).join("wire")];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(&folder) else {
                continue;
            };
            for path in entries.map(|entry| entry.unwrap().path()) {
                if path.is_dir() {
                    folders.push(path);
                } else if std::fs::metadata(&path).is_ok_and(|data| data.len() < 40_000) {
                    corpus.push(std::fs::read(&path).unwrap());
                }
            }
        }
    }
    corpus
}

/// One way to break a document.
#[derive(Clone, Debug)]
enum Damage {
    Flip(usize, u8),
    Cut(usize),
    Drop(usize, usize),
    Double(usize, usize),
    Insert(usize, &'static str),
    Swap(usize, usize, usize),
}

const NASTY: &[&str] = &[
    "\0",
    "<",
    ">",
    "&",
    "&#0;",
    "&lol;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "\"",
    "'",
    "{",
    "}",
    "[",
    "]",
    "\\u0000",
    "\u{feff}",
    "\u{202e}",
    "</p>",
    "<p>",
    "<nitf>",
    "</body>",
    "<table><tr>",
    "<!DOCTYPE a [<!ENTITY x 'y'>]>",
    "9999999999999999999999",
    "2023-02-30T25:61:61Z",
    "\u{1}",
    "\u{2}",
    "\u{3}",
    "\u{16}",
    "null",
    "true",
    "-1e999",
    "javascript:alert(1)",
    "\u{10ffff}",
];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        any::<usize>().prop_map(Damage::Cut),
        (any::<usize>(), 1usize..400).prop_map(|(at, length)| Damage::Drop(at, length)),
        (any::<usize>(), 1usize..2000).prop_map(|(at, length)| Damage::Double(at, length)),
        (any::<usize>(), prop::sample::select(NASTY)).prop_map(|(at, text)| Damage::Insert(at, text)),
        (any::<usize>(), any::<usize>(), 1usize..200).prop_map(|(from, to, length)| Damage::Swap(from, to, length)),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    let place = |at: usize| at % bytes.len();
    match *damage {
        Damage::Flip(at, byte) => {
            let at = place(at);
            bytes[at] ^= byte;
        }
        Damage::Cut(at) => bytes.truncate(place(at)),
        Damage::Drop(at, length) => {
            let at = place(at);
            let end = (at + length).min(bytes.len());
            bytes.drain(at..end);
        }
        Damage::Double(at, length) => {
            let at = place(at);
            let end = (at + length).min(bytes.len());
            let piece = bytes[at..end].to_vec();
            bytes.splice(end..end, piece);
        }
        Damage::Insert(at, text) => {
            let at = place(at);
            bytes.splice(at..at, text.bytes());
        }
        Damage::Swap(from, to, length) => {
            let (from, to) = (place(from), place(to));
            let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
            bytes.splice(to..to, piece);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_documents_break_nothing(which in any::<prop::sample::Index>(), damages in prop::collection::vec(damage(), 1..6)) {
        let mut bytes = which.get(corpus()).clone();
        damages.iter().for_each(|damage| apply(&mut bytes, damage));
        let start = Instant::now();
        fuzz_targets::wire(&bytes);
        fuzz_targets::detected(&bytes);
        prop_assert!(start.elapsed() < Duration::from_secs(5), "{} bytes took {:?}", bytes.len(), start.elapsed());
    }

    #[test]
    fn any_bytes_break_nothing(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        fuzz_targets::wire(&bytes);
        fuzz_targets::detected(&bytes);
    }
}

/// Time must grow with the size alone: a document twice as large may take about twice as long.
fn seconds(bytes: &[u8]) -> f64 {
    let start = Instant::now();
    fuzz_targets::wire(bytes);
    start.elapsed().as_secs_f64()
}

#[test]
fn hostile_documents_take_linear_time() {
    type Make = fn(usize) -> String;
    let shapes: [(&str, Make); 9] = [
        ("deep elements", |n| {
            format!("<nitf><body><body.content>{}", "<p>".repeat(n))
        }),
        ("deep known blocks", |n| {
            format!(
                "<nitf><body><body.content>{}{}",
                "<block>".repeat(n),
                "</block>".repeat(n)
            )
        }),
        ("wrong ends", |n| {
            format!("<nitf><body><body.content>{}", "<p></q>".repeat(n))
        }),
        ("references", |n| {
            format!(
                "<nitf><body><body.content><p>{}</p></body.content></body></nitf>",
                "&amp;&x;".repeat(n)
            )
        }),
        ("ampersands in attributes", |n| {
            format!("<nitf baselang='{}'/>", "&".repeat(n))
        }),
        ("many attributes", |n| format!("<nitf {}/>", "a='b' ".repeat(n))),
        ("deep JSON", |n| {
            format!("{{\"uri\":\"a\",\"headline\":\"b\",\"x\":{}", "[".repeat(n))
        }),
        ("items", |n| {
            format!(
                "<newsMessage>{}</newsMessage>",
                "<newsItem guid='a'><itemMeta/></newsItem>".repeat(n / 10)
            )
        }),
        ("refs", |n| {
            format!(
                "<packageItem guid='p'>{}</packageItem>",
                (0..n / 10)
                    .map(|i| format!("<itemRef residref='r{i}'/>"))
                    .collect::<String>()
            )
        }),
    ];
    for (name, make) in shapes {
        let (small, large) = (make(20_000), make(80_000));
        let (one, four) = (seconds(small.as_bytes()), seconds(large.as_bytes()));
        // Four times the size in at most ten times the time, with a floor for noise.
        assert!(four < (one * 10.0).max(0.8), "{name}: {one:.3} s, then {four:.3} s");
        println!("{name}: {one:.3} s, four times as large {four:.3} s");
    }
}

#[test]
fn a_bomb_and_a_giant_stay_small() {
    let mut bomb = String::from("<?xml version='1.0'?><!DOCTYPE nitf [<!ENTITY a 'aaaaaaaaaa'>");
    for (from, to) in "abcdefghij".chars().zip("bcdefghijk".chars()) {
        bomb.push_str(&format!("<!ENTITY {to} '{}'>", format!("&{from};").repeat(10)));
    }
    bomb.push_str("]><nitf><head><docdata><doc-id id-string='bomb'/></docdata></head><body><body.content><p>&k;</p></body.content></body></nitf>");
    fuzz_targets::wire(bomb.as_bytes());
    let giant = format!("{{\"uri\":\"urn:g\",\"headline\":\"{}\"}}", "x".repeat(20 << 20));
    fuzz_targets::wire(giant.as_bytes());
    let giant = format!(
        "<nitf><body><body.content><p>{}</p></body.content></body></nitf>",
        "y ".repeat(10 << 20)
    );
    fuzz_targets::wire(giant.as_bytes());
}
