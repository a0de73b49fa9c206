//! What others wrote to break sanitisers, from the folder that `MASTHEAD_TESTDATA` names, and some lines of our own for
//! when there is none.

use std::path::{Path, PathBuf};

/// Lines that would run, load or break something where they were not taken as text.
const OWN: [&str; 12] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'><svg/onload=alert(1)>",
    "</title></style></textarea></main></body></html><script>alert(1)</script>",
    "<!--hole:account--><script>alert(1)</script><!--/hole:account-->",
    "-->]]><iframe src=\"//evil.example\"></iframe>",
    "[x](javascript:alert(1)) ![x](https://evil.example/a.png)",
    "javascript:alert(1)",
    "{{ 7*7 }}{% raw %}{# #}",
    "<base href=\"//evil.example/\"><link rel=stylesheet href=\"//evil.example/a.css\">",
    "<form action=\"//evil.example\"><button>go</button></form>",
    "\u{202e}\u{2066}\u{0}\u{fffe}\u{1f468}\u{200d}\u{1f469}",
];

fn files(folder: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found)?;
        } else if path.components().any(|part| part.as_os_str() == "files") {
            found.push(path);
        }
    }
    Ok(())
}

/// Every string in a JSON document.
fn strings(value: &serde_json::Value, out: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) => out.push(text.clone()),
        serde_json::Value::Array(all) => all.iter().for_each(|value| strings(value, out)),
        serde_json::Value::Object(all) => all.values().for_each(|value| strings(value, out)),
        _ => {}
    }
}

/// All payloads: one a string of the JSON files, one a line of the others.
pub(crate) fn payloads() -> anyhow::Result<Vec<String>> {
    let mut all: Vec<String> = OWN.map(str::to_owned).to_vec();
    let Ok(folder) = std::env::var("MASTHEAD_TESTDATA") else {
        eprintln!("MASTHEAD_TESTDATA is not set: payloads of others were not tried");
        return Ok(all);
    };
    let mut found = Vec::new();
    for set in ["sanitise", "names"] {
        files(&Path::new(&folder).join(set), &mut found)?;
    }
    for path in found {
        let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
        match serde_json::from_str(&text) {
            Ok(value) => strings(&value, &mut all),
            Err(_) => all.extend(text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned)),
        }
    }
    all.dedup();
    Ok(all)
}

/// The payloads in texts of at most so many characters; what is longer than that is cut.
pub(crate) fn batches(all: &[String], most: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut length = most;
    for payload in all {
        let cut: String = payload.chars().take(most).collect();
        let more = cut.chars().count() + 1;
        match out.last_mut() {
            Some(last) if length + more <= most => {
                last.push('\n');
                last.push_str(&cut);
                length += more;
            }
            _ => {
                out.push(cut);
                length = more;
            }
        }
    }
    out
}
