#!/usr/bin/env bash
# The npm packages of end2end/: the browser tests, and wasm-opt for the site.

source "$(dirname "$0")/say.sh"
cd "$root/end2end"

by_hand="Install Node 20 or newer, with npm (https://nodejs.org)."
have node && have npm || give_up "$by_hand"
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || give_up "$by_hand This is $(node --version)."

# A copy of the lock file records what was installed.
stamp=node_modules/.installed-lock.json
cmp -s package-lock.json "$stamp" && exit 0

say "Installing the npm packages of end2end/ (about 10 seconds)"
npm ci --no-audit --no-fund || give_up "See what npm says above; by hand: cd end2end && npm ci"
cp package-lock.json "$stamp"
