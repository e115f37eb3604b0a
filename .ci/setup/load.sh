#!/usr/bin/env bash
# wrk, which sends calls to the server, and the proxies that the server is compared with.

source "$(dirname "$0")/say.sh"

# Debian has the proxies in a folder that is not on every PATH.
PATH=$PATH:/usr/sbin

missing=()
have wrk || missing+=(wrk)
have haproxy || missing+=(haproxy)
have nginx || missing+=(nginx-light)
[ -n "${missing[*]}" ] || exit 0

debian "${missing[@]}"
have wrk && have haproxy && have nginx ||
    give_up "Install wrk, HAProxy and nginx (Debian, as root: apt-get install wrk haproxy nginx-light)."
