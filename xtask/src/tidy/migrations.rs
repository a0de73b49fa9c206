//! Migrations: the same steps for both engines, in one order. Numbers may be left out: features that are built beside
//! each other take theirs from ranges.

use super::tree::{Problem, Tree};
use std::collections::BTreeSet;

const SQLITE: &str = "/migrations/sqlite/";
const POSTGRES: &str = "/migrations/postgres/";

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    let names = |marker: &str| -> BTreeSet<&str> {
        let all = tree.paths().filter(|path| path.ends_with(".sql"));
        all.filter_map(|path| Some(path.split_once(marker)?.1)).collect()
    };
    let (sqlite, postgres) = (names(SQLITE), names(POSTGRES));
    for (here, there, folder) in [(&sqlite, &postgres, POSTGRES), (&postgres, &sqlite, SQLITE)] {
        for name in here.difference(there) {
            problems.push(Problem::of_file(
                name,
                format!("has no twin in {}", folder.trim_matches('/')),
            ));
        }
    }
    let mut last = 0;
    for name in sqlite.union(&postgres) {
        let number = name.split_once('_').and_then(|(number, rest)| {
            (number.len() == 4 && rest.len() > ".sql".len())
                .then(|| number.parse::<u32>().ok())
                .flatten()
        });
        match number {
            Some(number) if number > last => last = number,
            _ => problems.push(Problem::of_file(
                name,
                format!(
                    "a migration's name begins with a number of its own, such as {:04}_feature.sql",
                    last + 1
                ),
            )),
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(names: &[&str]) -> usize {
        let paths: Vec<String> = names
            .iter()
            .map(|name| format!("crates/store/migrations/{name}"))
            .collect();
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        check(&Tree::sample(&files)).len()
    }

    #[test]
    fn twins_in_order_pass() {
        assert_eq!(
            count(&[
                "sqlite/0001_sites.sql",
                "postgres/0001_sites.sql",
                "sqlite/0002_jobs.sql",
                "postgres/0002_jobs.sql"
            ]),
            0
        );
        assert_eq!(count(&[]), 0);
    }

    #[test]
    fn a_missing_twin_a_number_taken_twice_and_a_wrong_name_do_not() {
        assert_eq!(count(&["sqlite/0001_sites.sql"]), 1);
        assert_eq!(
            count(&["sqlite/0002_jobs.sql", "postgres/0002_jobs.sql"]),
            0,
            "gaps are fine"
        );
        assert_eq!(count(&["sqlite/0001-sites.sql", "postgres/0001-sites.sql"]), 1);
        assert_eq!(count(&["sqlite/0001_a.sql", "postgres/0001_b.sql"]), 3);
    }
}
