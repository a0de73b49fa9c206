//! Lets the linker keep one of functions that were compiled to the very same bytes, and no names.
//!
//! A sixth of a release is copies of generic code. The address of a function means nothing in Rust, so no program can
//! tell. Folding is asked for only where the linker is rustc's own, `lld`, by default: others don't know the argument.
//! Names go here because cargo's `strip` doesn't hold for a program whose package has a profile of its own.

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
    }
}
