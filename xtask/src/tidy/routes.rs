//! Routes: all on one page, each with who may use it and how long its answer may be kept.
//!
//! The default of the HTTP kit is "nobody" and "no-store"; the rule asks that both are written down all the same, so
//! that whoever reads `router.rs` sees them beside the address.

use super::lexer::{Source, brackets_after, words};
use super::tree::{Problem, Tree, is_test_file};
use std::ops::Range;

const PAGE: &str = "crates/server/src/router.rs";

/// The operator's own listener (health, metrics): another door, never public, whose few addresses stand together.
const ADMIN: &str = "crates/server/src/admin.rs";

const PARTS: &[(&str, &str)] = &[("Permission::", "a permission"), ("CachePolicy::", "a cache policy")];

pub(crate) fn check(tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (path, source) in tree.rust() {
        if path == PAGE {
            check_page(path, source, &mut problems);
        } else if path.starts_with("crates/") && path != ADMIN && !is_test_file(path) {
            for at in calls(source)
                .into_iter()
                .map(|call| call.at)
                .filter(|at| !source.in_test(*at))
            {
                problems.push(Problem::at(path, source.line(at), "a route outside router.rs"));
            }
        }
    }
    problems
}

fn check_page(path: &str, source: &Source, problems: &mut Vec<Problem>) {
    for call in calls(source).into_iter().filter(|call| !source.in_test(call.at)) {
        let text = source.code.get(call.at..call.end).unwrap_or_default();
        for (part, name) in PARTS {
            if !text.contains(part) {
                problems.push(Problem::at(
                    path,
                    source.line(call.at),
                    format!("a route without {name} ({part}…)"),
                ));
            }
        }
    }
}

/// The constructors of a route.
const CONSTRUCTORS: &[&str] = &["new", "get", "post", "put", "patch", "delete", "any"];

struct Call {
    at: usize,
    end: usize,
}

/// Every route in the file: `Route::new(…)` and its like with the calls chained to it, and `.route(…)`. An address among
/// the arguments tells them from other calls of that name, such as those that route wire items.
fn calls(source: &Source) -> Vec<Call> {
    let code = &source.code;
    let has_address = |arguments: &Range<usize>| {
        source
            .literals
            .iter()
            .any(|literal| arguments.contains(&literal.at) && literal.text.starts_with('/'))
    };
    let mut found = Vec::new();
    for at in words(code, "Route::") {
        let name = at + "Route::".len();
        let Some(rest) = code.get(name..) else { continue };
        for constructor in CONSTRUCTORS
            .iter()
            .filter(|constructor| rest.starts_with(**constructor))
        {
            let arguments = brackets_after(code, name + constructor.len()).filter(has_address);
            found.extend(arguments.map(|arguments| Call {
                at,
                end: chain_end(code, arguments.end + 1),
            }));
        }
    }
    for (at, name) in code.match_indices(".route(") {
        let arguments = brackets_after(code, at + name.len() - 1).filter(has_address);
        found.extend(arguments.map(|arguments| Call { at, end: arguments.end }));
    }
    found
}

/// The end of `.name(…).name(…)` from `at` on.
fn chain_end(code: &str, at: usize) -> usize {
    let mut end = at;
    loop {
        let rest = code.get(end..).unwrap_or_default();
        let dot = rest.len() - rest.trim_start().len();
        let Some(after) = rest.trim_start().strip_prefix('.') else {
            return end;
        };
        let name = after
            .bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count();
        match brackets_after(code, end + dot + 1 + name) {
            Some(arguments) => end = arguments.end + 1,
            None => return end,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<(usize, String)> {
        let found = check(&Tree::sample(&[(path, text)]));
        found
            .into_iter()
            .map(|problem| (problem.line, problem.message))
            .collect()
    }

    #[test]
    fn a_complete_route_passes() {
        let text = "vec![\n Route::get(\"/\", fronts::home)\n  .permission(Permission::Public)\n  .cache(CachePolicy::Page),\n Route::post(\"/a\", a::b).cache(CachePolicy::NoStore).permission(Permission::Staff),\n]\n";
        assert_eq!(problems(PAGE, text), []);
        assert_eq!(
            problems(PAGE, "r.route(\"/\", get(home), Permission::Public, CachePolicy::Page)"),
            []
        );
        assert_eq!(
            problems(
                "crates/web/src/a.rs",
                "fn route() { MyRoute::get(1); Route::NONE; Route::to(\"x\"); rules.route(&item) }"
            ),
            []
        );
    }

    #[test]
    fn a_route_that_lacks_a_part_does_not() {
        let text = "vec![\n Route::get(\"/\", home).permission(Permission::Public),\n Route::new(GET, \"/b\", b).cache(CachePolicy::Page),\n]\n";
        assert_eq!(
            problems(PAGE, text).iter().map(|(line, _)| *line).collect::<Vec<_>>(),
            [2, 3]
        );
        // What is written in a comment or belongs to the next route doesn't count.
        let text = "r.route(\"/\", get(home)) // Permission::Public CachePolicy::Page\n .route(\"/b\", b, Permission::Public, CachePolicy::Page)";
        assert_eq!(problems(PAGE, text).len(), 2);
    }

    #[test]
    fn a_route_elsewhere_does_not() {
        assert_eq!(
            problems("crates/features/src/a.rs", "fn a(r: Router) { r.route(\"/\", get(b)) }").len(),
            1
        );
        assert_eq!(
            problems(
                "crates/features/src/a.rs",
                "#[cfg(test)]\nmod tests { fn a() { r.route(\"/\", get(b)) } }"
            ),
            []
        );
    }
}
