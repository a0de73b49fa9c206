//! Makes the file of countries' names from the npm packages `cldr-localenames-full` and `cldr-core`, which are Unicode's
//! CLDR; run by `cargo xtask names`. `crates/gazetteer/src/names.rs` says how the file is laid out.
//!
//! Languages are those whose coverage CLDR calls modern, with their scripts but without their regions, which differ in a
//! handful of names.

use anyhow::{Context as _, bail};
use masthead_gazetteer::Gazetteer;
use serde_json::Value;
use std::fs;
use std::path::Path;

fn main() -> anyhow::Result<()> {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let [names, core, target] = files.as_slice() else {
        bail!("name the folders of cldr-localenames-full and cldr-core, and the file to write");
    };
    let mut codes: Vec<&str> = Gazetteer::shipped()
        .countries()
        .into_iter()
        .map(|place| place.country)
        .collect();
    codes.sort_unstable();
    let mut lines = vec![format!("\t{}", codes.join("\t"))];
    let levels = read(&Path::new(core).join("coverageLevels.json"))?;
    let levels = levels.as_object().context("no coverage")?;
    for (language, level) in levels
        .get("effectiveCoverageLevels")
        .and_then(Value::as_object)
        .unwrap_or(levels)
    {
        let has_region = language.split('-').skip(1).any(|part| part.len() != 4);
        if level != "modern" || has_region || ["en", "und"].contains(&language.as_str()) {
            continue;
        }
        let file = Path::new(names).join("main").join(language).join("territories.json");
        // Scripts that a language is written in anyway have no folder of their own.
        if !file.exists() {
            continue;
        }
        let file = read(&file)?;
        let said = file
            .get("main")
            .and_then(|main| main.get(language))
            .and_then(|main| main.pointer("/localeDisplayNames/territories"))
            .with_context(|| format!("no territories in {language}"))?;
        let mut line = language.to_lowercase();
        for code in &codes {
            let name = said.get(code).and_then(Value::as_str).unwrap_or_default();
            line.push('\t');
            line.push_str(name);
        }
        lines.push(line);
    }
    let packed = zstd::encode_all(lines.join("\n").as_bytes(), 22)?;
    fs::write(target, &packed)?;
    println!(
        "{} countries in {} languages, {} bytes",
        codes.len(),
        lines.len() - 1,
        packed.len()
    );
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Value> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(serde_json::from_str(&text)?)
}
