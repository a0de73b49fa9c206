//! Errors are answered, not thrown away.
//!
//! Clippy can't forbid `let _ =` on a result for some crates only, and knows no rule against `.ok();`. A database that
//! is down must never read as "nothing found".

use super::lexer::Source;
use super::tree::{Problem, Tree, is_test_file};

/// Where every result counts: what is written here is what a newsroom relies on.
const STRICT: &[&str] = &[
    "crates/store/src/",
    "crates/features/src/",
    "crates/services/src/",
    "crates/server/src/",
];

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, source) in tree.rust() {
        if STRICT.iter().any(|folder| path.starts_with(folder)) && !is_test_file(path) {
            check_source(path, source, &mut problems);
        }
    }
    problems
}

fn check_source(path: &str, source: &Source, problems: &mut Vec<Problem>) {
    let mut report = |at: usize, message: &str| {
        if !source.in_test(at) {
            problems.push(Problem::at(path, source.line(at), message));
        }
    };
    for (at, _) in source.code.match_indices(".ok()") {
        if source
            .code
            .get(at + ".ok()".len()..)
            .is_some_and(|rest| rest.trim_start().starts_with(';'))
            && !kept_or_certain(&source.code, at)
        {
            report(
                at,
                "an error is thrown away by .ok(); — handle it, pass it on, or log why it doesn't matter",
            );
        }
    }
    for (at, _) in source.code.match_indices("let _ =") {
        if statement(&source.code, at).contains(".await") {
            report(at, "the outcome of an awaited call is thrown away by let _ =");
        }
    }
    for (at, _) in source.code.match_indices(".unwrap_or_default()") {
        let before = source.code.get(..at).unwrap_or_default().trim_end();
        if before.ends_with(".await") || before.ends_with(".await.ok()") {
            report(at, "a call that fails must not read as an empty answer");
        }
    }
}

/// The statement that begins at `at`, up to its semicolon outside brackets.
fn statement(code: &str, at: usize) -> &str {
    let rest = code.get(at..).unwrap_or_default();
    let mut depth = 0_i32;
    let end = rest.find(|c: char| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
        (c == ';' && depth == 0) || depth < 0
    });
    end.and_then(|end| rest.get(..end)).unwrap_or(rest)
}

/// Whether the statement that ends at `at` keeps its value (`let x = y.ok();` drops only the reason, which the code that
/// follows can still tell from its absence) or can't fail (writing to a string).
fn kept_or_certain(code: &str, at: usize) -> bool {
    let before = code.get(..at).unwrap_or_default();
    let start = before.rfind([';', '{', '}']).map_or(0, |found| found + 1);
    let head = before.get(start..).unwrap_or_default().trim_start();
    let kept = head.starts_with("return ") || head.starts_with("break ") || head.contains('=');
    head.starts_with("write!(") || head.starts_with("writeln!(") || (kept && !head.starts_with("let _ ="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<usize> {
        let found = check(&Tree::sample(&[("crates/store/src/jobs.rs", text)]));
        found.into_iter().map(|problem| problem.line).collect()
    }

    #[test]
    fn handled_errors_pass() {
        let text = "fn f() {\nlet name = parse(text).ok();\nlet _ = sender.send(1);\nlet rows = tx.rows(ALL).await?;\nwrite!(text, \"{byte:02x}\").ok();\nlet x = text.unwrap_or_default();\n// tx.run().await.ok();\n}\n";
        assert_eq!(lines(text), [0; 0]);
        let test = "#[cfg(test)]\nmod tests { async fn f() { let _ = tx.run().await; } }";
        assert_eq!(lines(test), [0; 0]);
        assert_eq!(
            check(&Tree::sample(&[("crates/web/src/a.rs", "fn f() { a.b().ok(); }")])),
            []
        );
    }

    #[test]
    fn thrown_away_errors_do_not() {
        let text = "async fn f() {\ntx.run(A).await.ok();\nlet _ = tx\n    .run(B, move || { x; })\n    .await;\nlet n = tx.rows(C).await.unwrap_or_default();\nlet _ = a.ok();\n}\n";
        assert_eq!(lines(text), [2, 7, 3, 6]);
    }
}
