#!/usr/bin/env bash
# cargo-fuzz, which `make fuzz` runs.

source "$(dirname "$0")/say.sh"

version=0.13.2
place=$tools/cargo-fuzz

have c++ || give_up "Install a C++ compiler, which the fuzzer is compiled with (Debian, Ubuntu: apt-get install g++)."
have cargo-fuzz && exit 0
"$place/bin/cargo-fuzz" --version >/dev/null 2>&1 && exit 0
mkdir -p "$tools"

say "Compiling cargo-fuzz $version (about a minute)"
CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install cargo-fuzz --version "$version" --locked --root "$place" --target-dir "$tools/cargo-fuzz-build" ||
    give_up "Install cargo-fuzz $version or newer and have it on the PATH."
rm -rf "$tools/cargo-fuzz-build"
