//! Lists the files of `migrations/` for `src/migrate.rs`, so that a new file there is picked up by itself.

use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs, io};

fn names(folder: &Path) -> io::Result<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".sql") {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=migrations");
    let root = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("migrations");
    let (sqlite, postgres) = (root.join("sqlite"), root.join("postgres"));
    let found = names(&sqlite)?;
    let others = names(&postgres)?;
    if found != others {
        let odd: Vec<_> = found.symmetric_difference(&others).collect();
        return Err(format!("these migrations exist for one engine only: {odd:?}").into());
    }
    let mut code = String::from("&[\n");
    for name in &found {
        let path = |folder: &Path| folder.join(format!("{name}.sql")).to_string_lossy().into_owned();
        code.push_str(&format!(
            "Migration {{ name: {name:?}, sqlite: include_str!({:?}), postgres: include_str!({:?}) }},\n",
            path(&sqlite),
            path(&postgres)
        ));
    }
    code.push_str("]\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("migrations.rs"), code)?;
    Ok(())
}
