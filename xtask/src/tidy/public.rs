//! The public read path: every query of `store::public` carries the predicate of what is released.
//!
//! Embargo, kill, legal hold and review state are in one predicate; a query without it is a leak that no test of that
//! query alone would notice.

use super::tree::{Problem, Tree};

const FILE: &str = "crates/store/src/public.rs";
const FOLDER: &str = "crates/store/src/public/";

/// The name of the predicate inside a query's text: a macro that expands to it.
const PREDICATE: &str = "released!";

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, source) in tree.rust() {
        if path != FILE && !path.starts_with(FOLDER) {
            continue;
        }
        for list in source.macro_bodies("queries") {
            let mut start = list.start;
            let code = source.code.get(list.clone()).unwrap_or_default();
            for entry in code.split_inclusive(';') {
                let text = source.code.get(start..start + entry.len()).unwrap_or_default();
                let has_text = source
                    .literals
                    .iter()
                    .any(|literal| (start..start + entry.len()).contains(&literal.at));
                if has_text && !text.contains(PREDICATE) {
                    let line = source.line(start + (entry.len() - entry.trim_start().len()));
                    problems.push(Problem::at(path, line, format!("a public query without {PREDICATE}()")));
                }
                start += entry.len();
            }
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::sample(&[(path, text)]))
            .into_iter()
            .map(|problem| problem.line)
            .collect()
    }

    #[test]
    fn queries_with_the_predicate_pass() {
        let text = "queries! {\n  A = concat!(\"select 1 from story where \", released!(\"story\"));\n  B = concat!(\"x; y\", released!(\"s\"));\n}\n";
        assert_eq!(lines(FILE, text), [0; 0]);
        assert_eq!(
            lines("crates/store/src/stories.rs", "queries! { A = \"select 1\"; }"),
            [0; 0]
        );
    }

    #[test]
    fn queries_without_it_do_not() {
        let text = "queries! {\n  // released!() would hide it\n  A = \"select 1 from story where released!\";\n  B = concat!(\"select 2\", released!());\n}\n";
        assert_eq!(lines(FILE, text), [3]);
        assert_eq!(
            lines("crates/store/src/public/fronts.rs", "queries! { A = \"select 1\" }"),
            [1]
        );
    }
}
