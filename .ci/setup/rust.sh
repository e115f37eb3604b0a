#!/usr/bin/env bash
# The Rust toolchain of rust-toolchain.toml, with the WebAssembly target, clippy and rustfmt.

source "$(dirname "$0")/say.sh"
cd "$root"

have cc || give_up "Install a C compiler, which the database is compiled with (Debian, Ubuntu: apt-get install gcc libc6-dev)."

ready() {
    have cargo && cargo --version && cargo clippy --version && cargo fmt --version &&
        [ -d "$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown/lib" ]
} >/dev/null 2>&1

ready && exit 0

by_hand="Install Rust by rustup (https://rustup.rs), then: rustup toolchain install"
have rustup || give_up "$by_hand"
say "Installing the Rust toolchain of rust-toolchain.toml (under a minute)"
# Without a name it reads rust-toolchain.toml. Plain `cargo` would do so as well, except if automatic
# installs are switched off.
rustup toolchain install --no-self-update || give_up "$by_hand"
ready || give_up "$by_hand"
