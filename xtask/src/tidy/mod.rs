//! `cargo xtask tidy`: the rules of the house that a compiler doesn't know, each a function that can fail.
//!
//! A rule takes the whole tree of tracked files and returns what breaks it. To add one: write a function
//! `fn(&Tree) -> Vec<Problem>` with a good and a bad sample in its tests, and add a line to [`RULES`].

mod docs;
mod edges;
mod errors;
mod headers;
mod lexer;
mod migrations;
mod public;
mod routes;
mod sql;
mod tree;
mod words;

use anyhow::Result;
use std::path::Path;
use std::process::ExitCode;
use tree::{Problem, Tree};

struct Rule {
    name: &'static str,
    says: &'static str,
    check: fn(&Tree) -> Vec<Problem>,
}

const RULES: &[Rule] = &[
    Rule {
        name: "edges",
        says: "dependencies between the crates run one way, and each outside library stays in its room",
        check: edges::check,
    },
    Rule {
        name: "headers",
        says: "every module says in a //! header what it is for",
        check: headers::check,
    },
    Rule {
        name: "documented",
        says: "crates that others build on warn of undocumented items",
        check: headers::documented,
    },
    Rule {
        name: "length",
        says: "no source file over 800 lines unless its header says why",
        check: headers::length,
    },
    Rule {
        name: "routes",
        says: "every route stands in router.rs with a permission and a cache policy",
        check: routes::check,
    },
    Rule {
        name: "sql",
        says: "SQL stands in the store's queries! lists and nowhere else",
        check: sql::check,
    },
    Rule {
        name: "public",
        says: "store::public reads only what is released",
        check: public::check,
    },
    Rule {
        name: "migrations",
        says: "both engines have the same migrations, each with a number of its own",
        check: migrations::check,
    },
    Rule {
        name: "errors",
        says: "no result of a store call is thrown away",
        check: errors::check,
    },
    Rule {
        name: "docs",
        says: "paths and links in documents lead somewhere; the code map names every crate",
        check: docs::check,
    },
    Rule {
        name: "unfinished",
        says: "no marks of unfinished work",
        check: words::unfinished,
    },
    Rule {
        name: "places",
        says: "no path of one machine and no host of a package registry",
        check: words::places,
    },
];

/// Checks every rule on the checkout at `root` and prints what breaks them.
pub(crate) fn run(root: &Path, args: &[String]) -> Result<ExitCode> {
    match args {
        [] => {}
        [flag] if flag == "--list" => {
            for rule in RULES {
                println!("{:12} {}", rule.name, rule.says);
            }
            return Ok(ExitCode::SUCCESS);
        }
        _ => anyhow::bail!("tidy takes no argument but --list"),
    }
    let tree = Tree::read(root)?;
    let mut broken = 0_usize;
    for rule in RULES {
        for problem in (rule.check)(&tree) {
            println!("{problem} [{}]", rule.name);
            broken += 1;
        }
    }
    if broken == 0 {
        println!("tidy: {} rules hold in {} files", RULES.len(), tree.len());
        Ok(ExitCode::SUCCESS)
    } else {
        println!("tidy: {broken} places break a rule (cargo xtask tidy --list explains them)");
        Ok(ExitCode::FAILURE)
    }
}
