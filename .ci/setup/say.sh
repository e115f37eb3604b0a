# Sourced by the set-up steps: how they speak, and where things go.

set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
tools=$target/tools

# What is being done, and about how long it takes.
say() { printf '==> %s\n' "$*" >&2; }

# What to do by hand where a step cannot go on.
give_up() {
    printf '\nThis step failed. %s\nThen run the same make command again.\n' "$*" >&2
    exit 1
}

have() { command -v "$1" >/dev/null 2>&1; }
