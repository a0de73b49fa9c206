//! Words that have no place in the project: marks of unfinished work, and places that only one machine knows.

use super::lexer::{Source, words};
use super::tree::{Problem, Tree};

/// Marks that stand in comments and documents. They are put together here so that this file doesn't hold them itself.
const MARKS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
];

/// Code that says that something is missing.
const STUBS: &[&str] = &[concat!("todo", "!"), concat!("unimpl", "emented!")];

/// Folders that exist on the machine of one person or one service.
const FOLDERS: &[&str] = &[
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
];

/// Hosts that packages come from: clients have them in their own settings.
const REGISTRIES: &[&str] = &[
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("files.", "pythonhosted.org"),
    concat!("deb.", "debian.org"),
    concat!("security.", "debian.org"),
    concat!("archive.", "ubuntu.com"),
    concat!("proxy.", "golang.org"),
];

/// Work that was put off belongs in an issue, where somebody looks for it.
pub(crate) fn unfinished(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, source) in tree.rust() {
        for comment in &source.comments {
            for mark in MARKS {
                for offset in words(&comment.text, mark) {
                    problems.push(unfinished_at(path, source.line(comment.at + offset), mark));
                }
            }
        }
        for stub in STUBS {
            for at in words(&source.code, stub) {
                problems.push(unfinished_at(path, source.line(at), stub));
            }
        }
        problems.extend(skipped_tests(path, source));
    }
    let others = tree
        .texts()
        .filter(|(path, _)| !path.ends_with(".rs") && !is_lock(path));
    for (path, text) in others {
        for (index, line) in text.lines().enumerate() {
            // The two shorter marks are ordinary words and numerals outside comments.
            for mark in MARKS.iter().take(2).filter(|mark| !words(line, mark).is_empty()) {
                problems.push(unfinished_at(path, index + 1, mark));
            }
        }
    }
    problems
}

fn unfinished_at(path: &str, line: usize, mark: &str) -> Problem {
    Problem::at(
        path,
        line,
        format!("{mark}: finish it, or file an issue and take the mark out"),
    )
}

fn skipped_tests(path: &str, source: &Source) -> Vec<Problem> {
    let bare = source.code.match_indices("#[ignore]");
    bare.map(|(at, _)| {
        Problem::at(
            path,
            source.line(at),
            "a test is skipped without a reason (#[ignore = \"…\"])",
        )
    })
    .collect()
}

/// Nothing in the project works on one machine alone, and nothing tells whose it was.
pub(crate) fn places(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| !is_lock(path)) {
        for (index, line) in text.lines().enumerate() {
            for folder in FOLDERS.iter().filter(|folder| names_folder(line, folder)) {
                problems.push(Problem::at(
                    path,
                    index + 1,
                    format!("{folder} is a folder of one machine"),
                ));
            }
            for host in REGISTRIES.iter().filter(|host| line.contains(*host)) {
                problems.push(Problem::at(
                    path,
                    index + 1,
                    format!("{host}: which registry is used is the client's setting"),
                ));
            }
        }
    }
    problems
}

/// Whether `line` has `folder` at the beginning of a path: `https://paper.example/home/` is an address.
fn names_folder(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | '}' | ')' | '~'))
    })
}

/// Lock files are written by their tools, which put the registry's name in.
fn is_lock(path: &str) -> bool {
    path.ends_with(".lock") || path.ends_with("package-lock.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finished_work_passes() {
        let good = [
            (
                "a.rs",
                "//! The word-list.\nfn f() { g(\"XXX rated\"); todo_list!(); }\n#[ignore = \"needs an hour\"]\nfn h() {}\n",
            ),
            ("b.md", "Masters of the HACKathon; XXX.\n"),
        ];
        assert_eq!(unfinished(&Tree::sample(&good)), []);
    }

    #[test]
    fn marks_of_unfinished_work_do_not() {
        let mark = MARKS[0];
        let rust = format!(
            "// {mark}: later\nfn f() {{ {}() }}\n/* {} */\n#[ignore]\nfn g() {{}}\n",
            STUBS[0], MARKS[2]
        );
        let found = unfinished(&Tree::sample(&[("a.rs", &rust), ("b.sql", &format!("-- {mark}\n"))]));
        let lines: Vec<usize> = found.iter().map(|problem| problem.line).collect();
        assert_eq!(lines, [1, 3, 2, 4, 1]);
    }

    #[test]
    fn places_of_one_machine_are_found() {
        let bad = format!("cd {}masthead\nsee https://{}/x\n", FOLDERS[0], REGISTRIES[0]);
        assert_eq!(places(&Tree::sample(&[("a.md", &bad)])).len(), 2);
        let good = format!("https://paper.example{}story\n$base{}\n", FOLDERS[2], FOLDERS[0]);
        let found = places(&Tree::sample(&[("a.md", &good), ("Cargo.lock", &bad)]));
        assert_eq!(found, []);
    }
}
