#!/usr/bin/env bash
# Lighthouse, with which `make lighthouse` measures the pages. It is in a separate folder, since
# it is almost as large as all other npm packages together.

source "$(dirname "$0")/say.sh"

source=$root/end2end/lighthouse
place=$tools/lighthouse

# A copy of the lock file records what was installed.
stamp=$place/.installed-lock.json
cmp -s "$source/package-lock.json" "$stamp" && exit 0

say "Installing Lighthouse (about half a minute, 186 MB)"
mkdir -p "$place"
cp "$source/package.json" "$source/package-lock.json" "$root/end2end/.npmrc" "$place"
cd "$place"
npm ci --no-audit --no-fund || give_up "See what npm says above."
cp package-lock.json "$stamp"
