#!/usr/bin/env bash
# curl, which one of the examples in public/examples is written with; the tests run it.

source "$(dirname "$0")/say.sh"

have curl && exit 0

if have apt-get; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if "${as_root[@]}" true 2>/dev/null; then
        say "Installing curl with apt-get (a few seconds)"
        "${as_root[@]}" apt-get update -qq || true
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends curl >/dev/null || true
    fi
fi
have curl || give_up "Install curl (Debian, as root: apt-get install curl)."
