#!/usr/bin/env bash
# The generators with which `make contract` generates clients from the OpenAPI document, in separate
# environments, since each generated package has its own dependencies.

source "$(dirname "$0")/say.sh"

sources=$root/server/tests/contract/clients
place=$tools/clients
requirements=$sources/requirements.txt
by_hand="Install Node 20 or newer, with npm (https://nodejs.org), and Python 3.10 or newer."
have python3 && have node && have npm || give_up "$by_hand"

# A copy of the files with the versions records which were installed.
if ! cmp -s "$sources/package-lock.json" "$place/npm/installed.json"; then
    say "Installing openapi-typescript (a few seconds)"
    mkdir -p "$place/npm"
    cp "$sources"/{package.json,package-lock.json,.npmrc} "$place/npm"
    (cd "$place/npm" && npm ci --silent) || give_up "See what npm says above."
    cp "$sources/package-lock.json" "$place/npm/installed.json"
fi
if ! cmp -s "$requirements" "$place/python/installed.txt"; then
    say "Installing openapi-python-client and openapi-generator (under a minute)"
    rm -rf "$place/python"
    if ! { python3 -m venv "$place/python" &&
        "$place/python/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"; }; then
        rm -rf "$place/python"
        give_up "See what Python says above (Debian, as root: apt-get install python3-venv)."
    fi
    cp "$requirements" "$place/python/installed.txt"
fi
