# Sourced by the set-up steps: messages, folders, and the installation of packages.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
tools=$target/tools

# Prints what the step does, and about how long it takes.
say() { printf '==> %s\n' "$*" >&2; }

# Prints what to do manually, and ends the step.
give_up() {
    printf '\nThis step failed. %s\nThen run the same make command again.\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }

# Installs Debian packages if there is apt-get and this user may use it. The caller checks whether
# the programs are there afterwards.
#
# A server among the packages is not started, since a policy forbids it meanwhile.
debian() (
    as_root=() policy=/usr/sbin/policy-rc.d
    have apt-get || exit 0
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    "${as_root[@]}" true 2>/dev/null || exit 0
    say "Installing $* with apt-get (under a minute)"
    "${as_root[@]}" apt-get update -qq || true
    if [ ! -e "$policy" ]; then
        trap '"${as_root[@]}" rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null || exit 0
        "${as_root[@]}" chmod +x "$policy" || exit 0
    fi
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null || true
)
