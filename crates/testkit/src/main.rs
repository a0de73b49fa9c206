//! The whole program once more, under another name, so that Cargo builds it for this crate's tests and tells them
//! where it lies: a test can run it as a process and kill it. Looking for the other crate's program in the target
//! folder was rejected, since nothing makes sure that it is there, or of today.

use std::process::ExitCode;

fn main() -> ExitCode {
    masthead_server::commands::main()
}
