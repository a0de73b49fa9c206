//! What commands print: data on standard output, as a table for people or as JSON for programs.

use serde::Serialize;
use std::io::Write as _;

/// Prints a value as JSON. A closed pipe (`… | head`) ends the output quietly.
pub(super) fn json<T: Serialize>(value: &T) {
    match serde_json::to_string_pretty(value) {
        Ok(text) => line(&text),
        Err(error) => eprintln!("masthead: the answer can't be written as JSON: {error}"),
    }
}

/// Prints a line.
pub(super) fn line(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{text}")
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("masthead: standard output: {error}");
    }
}

/// Prints rows in columns as wide as they need.
pub(super) fn table(heads: &[&str], rows: &[Vec<String>]) {
    let mut widths: Vec<usize> = heads.iter().map(|head| head.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: Vec<&str>| {
        let mut text = String::new();
        for (cell, width) in cells.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        line(text.trim_end());
    };
    print(heads.to_vec());
    for row in rows {
        print(row.iter().map(String::as_str).collect());
    }
}
