//! Dependencies: which crate may build on which, and in which crates an outside library may be known.
//!
//! Read from the `Cargo.toml` files, so that a forbidden edge is found even while nothing uses it yet.

use super::tree::{Problem, Tree};
use toml::{Table, Value};

/// The crates in the order of the floors, each with those of ours that it may depend on. Testkit is for tests: others
/// may name it among their dev-dependencies only.
const HOUSE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("gazetteer", &["domain"]),
    ("formats", &["domain"]),
    ("store", &["domain"]),
    ("services", &["domain"]),
    ("web", &["domain"]),
    (
        "features",
        &["domain", "gazetteer", "formats", "store", "services", "web"],
    ),
    (
        "server",
        &["domain", "gazetteer", "formats", "store", "services", "web", "features"],
    ),
    (
        "testkit",
        &[
            "domain",
            "gazetteer",
            "formats",
            "store",
            "services",
            "web",
            "features",
            "server",
        ],
    ),
];

/// Outside libraries that only some crates may know: what a room is for is what its neighbours do not depend on.
/// Testkit may use any of them.
const ROOMS: &[(&[&str], &[&str], &str)] = &[
    (
        &["rusqlite", "tokio-postgres", "deadpool-postgres", "sqlx"],
        &["store"],
        "SQL is the store's alone",
    ),
    (
        &["reqwest", "object_store"],
        &["services"],
        "the outside world is reached through services",
    ),
    (
        &["minijinja"],
        &["web", "features"],
        "web renders templates, and features make the values for them",
    ),
    (
        &["axum", "hyper", "hyper-util", "tower", "tower-http"],
        &["web", "features", "server"],
        "HTTP stops at web: the crates beneath and beside it don't know it",
    ),
    (
        &["anyhow", "clap", "indicatif"],
        &["server", "xtask"],
        "errors are typed, and arguments read, outside the binaries",
    ),
    (
        &["tokio", "futures"],
        &["store", "services", "web", "features", "server"],
        "domain, gazetteer and formats are pure: nothing in them waits",
    ),
];

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        let Some(name) = crate_of(path) else { continue };
        match text.parse::<Table>() {
            Ok(manifest) => check_manifest(path, name, &manifest, &mut problems),
            Err(error) => problems.push(Problem::of_file(path, format!("not TOML: {}", error.message()))),
        }
    }
    problems
}

fn crate_of(path: &str) -> Option<&str> {
    if path == "xtask/Cargo.toml" {
        return Some("xtask");
    }
    let name = path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
    (!name.contains('/')).then_some(name)
}

fn check_manifest(path: &str, name: &str, manifest: &Table, problems: &mut Vec<Problem>) {
    let allowed = match HOUSE.iter().find(|(known, _)| *known == name) {
        Some((_, allowed)) => *allowed,
        None if name == "xtask" => &[],
        None => {
            problems.push(Problem::of_file(
                path,
                "a crate without a floor: give it one in xtask's edges and in the code map",
            ));
            return;
        }
    };
    if manifest
        .get("lints")
        .and_then(|lints| lints.get("workspace"))
        .and_then(Value::as_bool)
        != Some(true)
    {
        problems.push(Problem::of_file(path, "[lints] workspace = true is missing"));
    }
    for (table, dependency, value) in dependencies(manifest) {
        // A crate names itself among its dev-dependencies to test with a feature of its own turned on.
        if table == "dev-dependencies" && value.get("path").and_then(Value::as_str) == Some(".") {
            continue;
        }
        if value.get("workspace").and_then(Value::as_bool) != Some(true) {
            problems.push(Problem::of_file(
                path,
                format!("{dependency}: versions stand in the root Cargo.toml (workspace = true here)"),
            ));
        }
        if let Some(ours) = dependency.strip_prefix("masthead-") {
            let for_tests = table == "dev-dependencies" && ours == "testkit" && name != "xtask";
            if !allowed.contains(&ours) && !for_tests {
                problems.push(Problem::of_file(
                    path,
                    format!("{name} must not depend on {ours} ({table})"),
                ));
            }
        } else if table != "dev-dependencies" && name != "testkit" {
            for (libraries, rooms, reason) in ROOMS {
                if libraries.contains(&dependency) && !rooms.contains(&name) {
                    problems.push(Problem::of_file(
                        path,
                        format!("{dependency} has no business in {name}: {reason}"),
                    ));
                }
            }
        }
    }
}

/// Every dependency with the kind of its table, those of `[target.…]` among them.
fn dependencies(manifest: &Table) -> Vec<(&'static str, &str, &Value)> {
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table);
    let mut found = Vec::new();
    for holder in std::iter::once(manifest).chain(targets) {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let table = holder.get(kind).and_then(Value::as_table);
            found.extend(
                table
                    .into_iter()
                    .flatten()
                    .map(|(name, value)| (kind, name.as_str(), value)),
            );
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, dependencies: &str) -> Vec<String> {
        let text = format!("[lints]\nworkspace = true\n{dependencies}");
        check(&Tree::sample(&[(path, &text)]))
            .into_iter()
            .map(|problem| problem.message)
            .collect()
    }

    #[test]
    fn edges_that_run_down_are_fine() {
        let features = "[dependencies]\nmasthead-store.workspace = true\naxum = { workspace = true, features = [\"ws\"] }\n[dev-dependencies]\nmasthead-testkit.workspace = true\n";
        assert_eq!(problems("crates/features/Cargo.toml", features), [""; 0]);
    }

    #[test]
    fn edges_up_sideways_and_to_the_testkit_are_not() {
        let store = "[dependencies]\nmasthead-web.workspace = true\nmasthead-server.workspace = true\nmasthead-testkit.workspace = true\n";
        assert_eq!(problems("crates/store/Cargo.toml", store).len(), 3);
        let xtask = "[dev-dependencies]\nmasthead-testkit.workspace = true\n";
        assert_eq!(
            problems("xtask/Cargo.toml", xtask),
            ["xtask must not depend on testkit (dev-dependencies)"]
        );
        let itself = "[dev-dependencies]\nmasthead-store = { path = \".\", features = [\"testing\"] }\n";
        assert_eq!(problems("crates/store/Cargo.toml", itself), [""; 0]);
        let hidden = "[target.'cfg(unix)'.dependencies]\nmasthead-features.workspace = true\n";
        assert_eq!(
            problems("crates/web/Cargo.toml", hidden),
            ["web must not depend on features (dependencies)"]
        );
    }

    #[test]
    fn libraries_stay_in_their_rooms() {
        let found = problems(
            "crates/features/Cargo.toml",
            "[dependencies]\nrusqlite.workspace = true\nanyhow.workspace = true\n",
        );
        assert_eq!(found.len(), 2);
        assert!(
            found[0].starts_with("rusqlite has no business in features")
                || found[1].starts_with("rusqlite has no business in features")
        );
        assert_eq!(
            problems("crates/store/Cargo.toml", "[dependencies]\nrusqlite.workspace = true\n"),
            [""; 0]
        );
        assert_eq!(
            problems("crates/domain/Cargo.toml", "[dependencies]\ntokio.workspace = true\n").len(),
            1
        );
    }

    #[test]
    fn versions_and_lints_come_from_the_workspace() {
        assert_eq!(
            problems("crates/web/Cargo.toml", "[dependencies]\nserde = \"1\"\n").len(),
            1
        );
        assert_eq!(
            check(&Tree::sample(&[("crates/web/Cargo.toml", "[package]\n")])).len(),
            1
        );
        assert_eq!(
            check(&Tree::sample(&[("crates/attic/Cargo.toml", "[package]\n")])).len(),
            1
        );
    }
}
