#!/usr/bin/env bash
# curl, which one of the examples in public/examples uses. The tests run it.

source "$(dirname "$0")/say.sh"

have curl || debian curl
have curl || give_up "Install curl (Debian, as root: apt-get install curl)."
