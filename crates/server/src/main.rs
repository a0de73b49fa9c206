//! The `masthead` program.

use masthead_server::commands;
use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
