//! SQL: in the `queries!` lists of the store and nowhere else.
//!
//! The lists are what the contract tests prepare on both engines and explain; a statement outside them would be tried
//! on one engine by chance and on the other by a reader.

use super::lexer::Piece;
use super::tree::{Problem, Tree, is_test_file};

/// Where statements can't be declared beforehand: the room of the engines themselves (connection settings,
/// savepoints), and backups, which copy whatever tables a database has.
const UNDECLARED: &[&str] = &["crates/store/src/db/", "crates/store/src/backup"];
const STORE: &str = "crates/store/src/";

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, source) in tree.rust() {
        if !path.starts_with("crates/") || is_test_file(path) || UNDECLARED.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        let lists = if path.starts_with(STORE) {
            source.macro_bodies("queries")
        } else {
            Vec::new()
        };
        for literal in source.literals.iter().filter(|literal| is_statement(literal)) {
            if !lists.iter().any(|list| list.contains(&literal.at)) && !source.in_test(literal.at) {
                problems.push(Problem::at(
                    path,
                    source.line(literal.at),
                    "SQL outside a queries! list of the store",
                ));
            }
        }
    }
    problems
}

/// Whether a literal is an SQL statement, and not a sentence that begins like one ("Delete this story?").
fn is_statement(literal: &Piece) -> bool {
    let upper = literal.text.to_ascii_uppercase();
    // A backslash at the end of a line continues the literal.
    let mut words = upper
        .split(|c: char| c.is_whitespace() || c == '\\' || c == '(')
        .filter(|word| !word.is_empty());
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let rest: Vec<&str> = words.collect();
    match first {
        "SELECT" => second == "1" || second == "EXISTS" || rest.contains(&"FROM"),
        "INSERT" => matches!(second, "INTO" | "OR"),
        "UPDATE" => rest.contains(&"SET"),
        "DELETE" => second == "FROM",
        "WITH" => rest.contains(&"SELECT") && (second == "RECURSIVE" || rest.first() == Some(&"AS")),
        "CREATE" | "DROP" | "ALTER" => matches!(second, "TABLE" | "INDEX" | "UNIQUE" | "VIEW" | "SCHEMA" | "DATABASE"),
        "PRAGMA" | "SAVEPOINT" => !second.is_empty(),
        _ => false,
    }
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
    fn sql_in_a_list_and_sentences_pass() {
        let store = "queries! {\n    BY_ID = \"select id from story where id = $1\";\n}\n#[cfg(test)]\nmod tests { const A: &str = \"delete from story\"; }\n";
        assert_eq!(lines("crates/store/src/stories.rs", store), [0; 0]);
        let words = "f(\"Delete this story?\"); g(\"Update the front\"); h(\"Select a section from the list\"[..0]); i(\"Insert picture\"); j(\"With care\")";
        assert_eq!(lines("crates/features/src/a.rs", &words.replace("from", "of")), [0; 0]);
        assert_eq!(
            lines("crates/store/src/db/sqlite.rs", "f(\"pragma synchronous = full\")"),
            [0; 0]
        );
    }

    #[test]
    fn sql_elsewhere_does_not() {
        for text in [
            "select id\n from story",
            "  INSERT INTO story (id) values ($1)",
            "update story set state = $1",
            "DELETE FROM story WHERE id = $1",
            "with recursive t as (select 1) select * from t",
            "create table story (id blob)",
            "pragma user_version",
        ] {
            assert_eq!(
                lines("crates/store/src/a.rs", &format!("\nf(\"{text}\");")),
                [2],
                "{text}"
            );
            assert_eq!(
                lines("crates/features/src/a.rs", &format!("\nqueries! {{ A = \"{text}\"; }}")),
                [2],
                "{text}"
            );
        }
    }
}
