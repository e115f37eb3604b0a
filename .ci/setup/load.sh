#!/usr/bin/env bash
# wrk, which sends calls to the server, and valgrind, which counts instructions.

source "$(dirname "$0")/say.sh"

found() { have wrk && have valgrind; }

found && exit 0

if have apt-get; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if "${as_root[@]}" true 2>/dev/null; then
        say "Installing wrk and valgrind with apt-get (under a minute)"
        "${as_root[@]}" apt-get update -qq || true
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends wrk valgrind >/dev/null || true
    fi
fi
found || give_up "Install wrk and valgrind (Debian, as root: apt-get install wrk valgrind)."
