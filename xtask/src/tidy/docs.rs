//! Documents: the paths and links in them lead somewhere, and the code map knows every crate.

use super::tree::{Problem, Tree};
use std::collections::BTreeSet;

const CODE_MAP: &str = "ARCHITECTURE.md";

/// Documents about the past, in which a path may be gone.
const HISTORY: &[&str] = &["CHANGELOG.md"];

/// The demo's own copy is written in Markdown too; its links belong to the network it makes.
const CONTENT: &str = "demo/stories/";

/// Endings by which a name in code marks is taken for a file of the project.
const ENDINGS: &[&str] = &[
    ".rs", ".md", ".toml", ".sql", ".html", ".css", ".ts", ".js", ".ftl", ".sh",
];

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        if path.ends_with(".md") && !HISTORY.contains(&path) && !path.starts_with(CONTENT) {
            check_document(tree, path, text, &mut problems);
        }
    }
    if let Some(map) = tree.text(CODE_MAP) {
        let crates: BTreeSet<&str> = tree
            .paths()
            .filter_map(|path| path.strip_prefix("crates/")?.split_once('/'))
            .map(|(name, _)| name)
            .collect();
        for name in crates
            .into_iter()
            .filter(|name| !map.contains(&format!("crates/{name}")))
        {
            problems.push(Problem::of_file(
                CODE_MAP,
                format!("the code map doesn't name crates/{name}"),
            ));
        }
    }
    problems
}

fn check_document(tree: &Tree, path: &str, text: &str, problems: &mut Vec<Problem>) {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced && !line.starts_with("    ") {
            for span in code_spans(line).filter(|span| is_path(tree, span)) {
                let found = [resolve("", span), resolve(folder, span), resolve("crates", span)];
                if !found.iter().flatten().any(|path| tree.has(path)) {
                    problems.push(Problem::at(path, index + 1, format!("`{span}` doesn't exist")));
                }
            }
            let words: String = line.split('`').step_by(2).collect();
            for link in links(&words) {
                if !resolve(folder, link).is_some_and(|path| tree.has(&path)) {
                    problems.push(Problem::at(
                        path,
                        index + 1,
                        format!("the link to {link} leads nowhere"),
                    ));
                }
            }
        }
    }
}

/// The texts between single backquotes.
fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether a text in code marks names a file or folder of the project: it has a folder in it and either begins with one
/// at the root or ends like a source file. Addresses, patterns and settings are none.
fn is_path(tree: &Tree, span: &str) -> bool {
    let plain = span
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    let Some((first, _)) = span.split_once('/') else {
        return false;
    };
    if !plain || first.is_empty() || span.contains("//") {
        return false;
    }
    let at_root = first != "." && first != ".." && tree.has(first);
    at_root || ENDINGS.iter().any(|ending| span.ends_with(ending))
}

/// The targets of `[text](target)` that are not addresses, without their `#part`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| {
        let target = rest.split([')', ' ']).next()?.split('#').next()?;
        (!target.is_empty() && !target.contains(':')).then_some(target)
    })
}

/// `path` as seen from `folder`; nothing when it leaves the project.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(document: &str) -> Vec<usize> {
        let tree = Tree::sample(&[
            ("docs/guide.md", document),
            ("docs/adr/0001-a.md", ""),
            ("README.md", ""),
            ("crates/store/src/public.rs", ""),
        ]);
        check(&tree).into_iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn paths_that_lead_somewhere_pass() {
        let good = "`crates/store/src/public.rs`, `store/src/public.rs`, `crates/store/`, `adr/0001-a.md`, `../README.md`\n\
            [a](adr/0001-a.md#why) [b](../README.md) [c](https://paper.example/x.md) [d](#here) `[e](target)`\n\
            `/comments/x.rs`, `image/jpeg`, `themes/<name>/a.css`, `masthead.toml`, `docs/*.md`, `and/or`\n\
            ```\ncrates/nothing.rs `crates/nothing.rs`\n```\n    ![indented](code)\n";
        assert_eq!(lines(good), [0; 0]);
    }

    #[test]
    fn paths_that_do_not_are_found() {
        assert_eq!(
            lines("\n`crates/store/src/gone.rs`\n`gone/a.md`\n[a](adr/0002.md)\n[b](../../x.md)\n`docs/gone`\n"),
            [2, 3, 4, 5, 6]
        );
    }

    #[test]
    fn the_code_map_names_every_crate() {
        let files = [
            ("ARCHITECTURE.md", "## crates/web"),
            ("crates/web/Cargo.toml", ""),
            ("crates/attic/Cargo.toml", ""),
        ];
        let found = check(&Tree::sample(&files));
        assert_eq!(
            found,
            [Problem::of_file(CODE_MAP, "the code map doesn't name crates/attic")]
        );
    }
}
