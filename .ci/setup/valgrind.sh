#!/usr/bin/env bash
# valgrind, which counts the instructions of a request.

source "$(dirname "$0")/say.sh"

have valgrind || debian valgrind
have valgrind || give_up "Install valgrind (Debian, as root: apt-get install valgrind)."
