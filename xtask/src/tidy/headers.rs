//! What stands at the head of a file: a sentence on what it is for, and the reason where it grew long.

use super::tree::{Problem, Tree};

const LONGEST: usize = 800;

/// What a header has to say for a file to be longer than [`LONGEST`] lines.
const EXCUSE: &str = "over 800 lines because";

/// Crates whose public items others build on; their root asks the compiler to warn of undocumented ones.
const DOCUMENTED: &[&str] = &["domain", "store", "services", "web"];

/// Every Rust file begins with a `//!` header of at least a few words.
pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, source) in tree.rust() {
        let header: String = source
            .text
            .lines()
            .skip_while(|line| line.trim().is_empty())
            .map_while(|line| line.trim_start().strip_prefix("//!"))
            .collect::<Vec<_>>()
            .join(" ");
        if header.split_whitespace().count() < 3 {
            problems.push(Problem::at(
                path,
                1,
                "say in a //! header at the top what this module is for",
            ));
        }
    }
    problems
}

/// The roots of the documented crates turn the compiler's own check on.
pub(crate) fn documented(tree: &Tree) -> Vec<Problem> {
    let roots = DOCUMENTED.iter().map(|name| format!("crates/{name}/src/lib.rs"));
    roots
        .filter(|path| tree.text(path).is_some_and(|text| !text.contains("(missing_docs)]")))
        .map(|path| Problem::of_file(&path, "#![warn(missing_docs)] is missing"))
        .collect()
}

/// Source files stay short enough to be read in one sitting.
pub(crate) fn length(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, text) in tree.texts() {
        let source = [".rs", ".ts", ".js", ".css", ".html", ".sql"]
            .iter()
            .any(|ending| path.ends_with(ending));
        let lines = text.lines().count();
        let excused = text.lines().take(30).any(|line| line.contains(EXCUSE));
        if source && lines > LONGEST && !excused {
            let message = format!("{lines} lines: split it by concern, or say \"{EXCUSE} …\" in its header");
            problems.push(Problem::of_file(path, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_something() {
        let good = Tree::sample(&[("a.rs", "//! Reads the wire.\n\nfn a() {}\n"), ("b.txt", "")]);
        assert_eq!(check(&good), []);
        for bad in [
            "fn a() {}\n",
            "//! Wire.\nfn a() {}\n",
            "// Reads the wire of agencies.\n",
            "use a;\n//! Reads the wire.\n",
        ] {
            assert_eq!(check(&Tree::sample(&[("a.rs", bad)])).len(), 1, "{bad}");
        }
    }

    #[test]
    fn documented_crates_say_so() {
        let good = Tree::sample(&[
            ("crates/web/src/lib.rs", "#![warn(missing_docs)]\n"),
            ("crates/server/src/lib.rs", ""),
        ]);
        assert_eq!(documented(&good), []);
        assert_eq!(
            documented(&Tree::sample(&[("crates/web/src/lib.rs", "//! The kit.\n")])).len(),
            1
        );
    }

    #[test]
    fn long_files_have_a_reason() {
        let long = "x\n".repeat(LONGEST + 1);
        let excused = format!("//! Tables; {EXCUSE} they are one list.\n{long}");
        let good = Tree::sample(&[("a.rs", &excused), ("b.md", &long), ("c.css", &"x\n".repeat(LONGEST))]);
        assert_eq!(length(&good), []);
        assert_eq!(length(&Tree::sample(&[("a.rs", &long), ("c.css", &long)])).len(), 2);
    }
}
