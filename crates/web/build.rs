//! Tells cargo when the theme that a release build carries inside has changed.
//!
//! A debug build reads the theme from its folder at run time, so there a changed template must not cost a rebuild.

fn main() {
    if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo:rerun-if-changed=../../theme");
    } else {
        println!("cargo:rerun-if-changed=build.rs");
    }
}
