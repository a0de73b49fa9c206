//! Lets the linker keep one of functions that were compiled to the very same bytes, no names, and short relocations.
//!
//! A sixth of a release is copies of generic code. The address of a function means nothing in Rust, so no program can
//! tell. Folding is asked for only where the linker is rustc's own, `lld`, by default: others don't know the argument.
//! Names go here because cargo's `strip` doesn't hold for a program whose package has a profile of its own.
//!
//! Another twelfth are the addresses that the loader moves. Written as bits (`DT_RELR`) they are nearly nothing, but glibc
//! reads that from 2.36 on: it is asked for where the program is built on such a system for itself.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    // `profiling` is a release with names; the folder is what tells them apart.
    let is_release = std::env::var("OUT_DIR").is_ok_and(|folder| folder.contains("/release/build/"));
    if !is_release || !is("CARGO_CFG_TARGET_OS", "linux") {
        return;
    }
    println!("cargo:rustc-link-arg-bins=-Wl,--strip-all");
    if is("CARGO_CFG_TARGET_ARCH", "x86_64") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
        if std::env::var("HOST") == std::env::var("TARGET") && glibc().is_some_and(|version| version >= (2, 36)) {
            println!("cargo:rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
        }
    }
}

/// The version of this system's glibc; none where it doesn't say.
fn glibc() -> Option<(u32, u32)> {
    let said = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let said = String::from_utf8(said.stdout).ok()?;
    let (major, minor) = said.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
