# Shortcuts for https://just.systems. Everything here is one plain command, listed in CONTRIBUTING.md too.

# Lists the shortcuts.
default:
    @just --list

# A whole network with stories, on loopback.
demo *ARGS:
    cargo run --release -- demo {{ARGS}}

# Every check and test, or those of one crate: just test -p masthead-store
test *ARGS:
    ./test {{ARGS}}

# Tests alone, without formatting and clippy.
quick *ARGS:
    ./test --quick {{ARGS}}

# The rules of the house.
tidy:
    cargo xtask tidy

# Formats and lints.
lint:
    cargo fmt --all
    cargo clippy --workspace --all-targets -- -D warnings

# Measures; each figure is a JSON line.
bench *ARGS:
    cargo xtask bench {{ARGS}}

# The documentation of our own crates.
doc:
    cargo doc --workspace --no-deps --open
