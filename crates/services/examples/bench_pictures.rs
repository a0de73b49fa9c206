//! Measures what a picture costs: a 12-megapixel JPEG, drawn here, to five widths in JPEG and WebP.
//!
//! `cargo run --release -p masthead-services --example bench_pictures` prints one JSON line a figure, in CPU seconds of
//! this process (user and system), the median of five runs. The bar is 2.5 CPU-s for JPEG and WebP together.

use masthead_services::pictures::{RenditionFormat, RenditionPlan, inspect, renditions};

const WIDTH: u32 = 4000;
const HEIGHT: u32 = 3000;
const RUNS: usize = 5;

/// Something with detail at every scale: waves that grow finer to the right, grain all over, hard edges.
fn draw() -> Vec<u8> {
    let mut grain = 1_u32;
    let mut pixels = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            grain = grain.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let (fx, fy) = (x as f32, y as f32);
            let wave = (fx * fx / 90_000.0 + fy / 23.0).sin() * 50.0 + (fy * fx / 250_000.0).cos() * 40.0;
            let edge = if (x / 160 + y / 120) % 3 == 0 { 35.0 } else { 0.0 };
            let noise = (grain >> 24) as f32 / 8.0 - 16.0;
            for channel in [0.0, 20.0, -25.0] {
                pixels.push((110.0 + wave + edge + noise + channel).clamp(0.0, 255.0) as u8);
            }
        }
    }
    pixels
}

/// User and system time of this process so far, from the kernel's accounting in ticks of 10 ms.
fn cpu_seconds() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    let after_name = stat.rsplit_once(')').map(|(_, rest)| rest).ok_or("no process name")?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks = |index: usize| {
        fields
            .get(index)
            .and_then(|field| field.parse::<f64>().ok())
            .ok_or("no times")
    };
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}

/// CPU seconds of one call, median of all runs, and what the last call returned.
fn measure<T>(work: impl Fn() -> Result<T, String>) -> Result<(f64, T), String> {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..RUNS {
        let start = cpu_seconds()?;
        last = Some(work()?);
        times.push(cpu_seconds()? - start);
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(RUNS / 2).copied().ok_or("no runs")?;
    Ok((median, last.ok_or("no runs")?))
}

fn main() -> Result<(), String> {
    let mut file = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut file, 90);
    encoder
        .encode(&draw(), WIDTH as u16, HEIGHT as u16, jpeg_encoder::ColorType::Rgb)
        .map_err(|error| error.to_string())?;

    let plan = RenditionPlan::default();
    let of = |formats: &[RenditionFormat]| RenditionPlan {
        formats: formats.to_vec(),
        ..plan.clone()
    };
    let make = |plan: &RenditionPlan| renditions(&file, plan).map_err(|error| error.to_string());

    let (seconds, _) = measure(|| inspect(&file).map_err(|error| error.to_string()))?;
    println!(
        r#"{{"bench":"pictures.inspect","source_bytes":{},"cpu_s":{seconds:.3}}}"#,
        file.len()
    );
    for (name, plan) in [
        ("pictures.jpeg", of(&[RenditionFormat::Jpeg])),
        ("pictures.webp", of(&[RenditionFormat::WebP])),
        ("pictures.jpeg_and_webp", plan.clone()),
    ] {
        let (seconds, made) = measure(|| make(&plan))?;
        let bytes: usize = made.iter().map(|rendition| rendition.bytes.len()).sum();
        println!(
            r#"{{"bench":"{name}","renditions":{},"bytes":{bytes},"cpu_s":{seconds:.3}}}"#,
            made.len()
        );
    }
    Ok(())
}
