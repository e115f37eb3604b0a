#!/usr/bin/env bash
# schemathesis, with which `make contract` calls the API, in a separate environment. The calls of a
# seed depend on the versions of both.

source "$(dirname "$0")/say.sh"

version=4.32.5
packages=(schemathesis==$version hypothesis==6.170.15)
place=$tools/schemathesis

have python3 || give_up "Install Python 3.10 or newer."
"$place/bin/schemathesis" --version 2>/dev/null | grep -q " $version\$" && exit 0
mkdir -p "$tools"

# Debian has the module that creates environments in a separate package.
python3 -c 'import ensurepip' 2>/dev/null || debian python3-venv

say "Installing schemathesis $version (under a minute)"
rm -rf "$place"
if ! { python3 -m venv "$place" && "$place/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"; }; then
    rm -rf "$place"
    give_up "See what Python says above (Debian, as root: apt-get install python3-venv)."
fi
