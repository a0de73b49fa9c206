//! The public read path: every query of `store::public` carries the predicate of what is released.
//!
//! Embargo, kill, legal hold and review state are in one predicate; a query without it is a leak that no test of that
//! query alone would notice.

use super::lexer::Source;
use super::tree::{Problem, Tree};
use std::ops::Range;

const FILE: &str = "crates/store/src/public.rs";
const FOLDER: &str = "crates/store/src/public/";

/// The name of the predicate inside a query's text: a macro that expands to it.
const PREDICATE: &str = "released!";

/// The predicate of what is no story: listings, which are kept back and end in their own way.
const OF_LISTINGS: &str = "listed!";

/// Queries that are public without it, and why. An exception is made here and not beside the query, so that whoever
/// makes one touches the rule and is asked about it.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "GONE_AT_PATH",
        "tells only that and why a story is gone: the opposite predicate",
    ),
    (
        "GONE_BY_ID",
        "tells only that and why a story is gone: the opposite predicate",
    ),
    (
        "REDIRECT",
        "names where to look next, which then passes through the predicate",
    ),
    ("PORTRAIT", "an author's picture; no story is read"),
    (
        "OF_PAGE",
        "pictures of a page of the publisher's own, which has no other state than public",
    ),
    (
        "FILE_OF_PAGE",
        "a picture of a page of the publisher's own, which has no other state than public",
    ),
];

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut excused = Vec::new();
    for (path, source) in tree.rust() {
        if path != FILE && !path.starts_with(FOLDER) {
            continue;
        }
        for query in source
            .macro_bodies("queries")
            .into_iter()
            .flat_map(|list| queries(source, list))
        {
            let code = source.code.get(query.clone()).unwrap_or_default();
            if code.contains(PREDICATE) || code.contains(OF_LISTINGS) {
                continue;
            }
            let name = code
                .split('=')
                .next()
                .and_then(|head| head.split_whitespace().next_back())
                .unwrap_or_default();
            if EXCEPTIONS.iter().any(|(excepted, _)| *excepted == name) {
                excused.push(name.to_owned());
            } else {
                let line = source.line(query.start + (code.len() - code.trim_start().len()));
                problems.push(Problem::at(
                    path,
                    line,
                    format!("the public query {name} lacks {PREDICATE}()"),
                ));
            }
        }
    }
    if tree.has(FOLDER) {
        let unused = EXCEPTIONS
            .iter()
            .filter(|(name, _)| !excused.iter().any(|found| found == name));
        problems
            .extend(unused.map(|(name, _)| Problem::of_file(FOLDER, format!("no query {name} needs an exception"))));
    }
    problems
}

/// Where each query of a list stands, from the end of the one before to its semicolon.
fn queries(source: &Source, list: Range<usize>) -> Vec<Range<usize>> {
    let mut start = list.start;
    let mut found = Vec::new();
    for entry in source.code.get(list).unwrap_or_default().split_inclusive(';') {
        let span = start..start + entry.len();
        start = span.end;
        if source.literals.iter().any(|literal| span.contains(&literal.at)) {
            found.push(span);
        }
    }
    found
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
        let text = "queries! {\n  A = concat!(\"select 1 from story where \", released!());\n  hot B = concat!(\"x; y\", released!());\n  hot REDIRECT = \"select target\";\n}\n";
        assert_eq!(lines(FILE, text), [0; 0]);
        assert_eq!(
            lines("crates/store/src/stories.rs", "queries! { A = \"select 1\"; }"),
            [0; 0]
        );
    }

    #[test]
    fn queries_without_it_do_not() {
        let text = "queries! {\n  // released!() would hide it\n  A = \"select 1 from story where released!\";\n  hot B = concat!(\"select 2\", released!());\n}\n";
        assert_eq!(lines(FILE, text), [3]);
        assert_eq!(lines(FILE, "queries! { REDIRECTS = \"select 1\" }"), [1]);
    }

    #[test]
    fn exceptions_that_nobody_needs_are_taken_out() {
        let text = "queries! { REDIRECT = \"select target\"; }";
        let found = check(&Tree::sample(&[("crates/store/src/public/story.rs", text)]));
        assert_eq!(found.len(), EXCEPTIONS.len() - 1);
    }
}
