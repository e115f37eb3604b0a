#!/usr/bin/env bash
# The arrows between the crates (decision 1 in docs/decisions): what each must not depend on, even indirectly.

set -euo pipefail

failed=0

# forbid CRATE PATTERN: nothing below CRATE, built with all its features, may match PATTERN.
forbid() {
    local below found
    below=$(cargo tree --quiet --package "$1" --all-features --edges normal --prefix none --format '{p}' |
        awk '{ print $1 }' | sort -u)
    found=$(grep -Ex "$2" <<<"$below" | grep -vx "$1" | paste -sd ' ' || true)
    if [ -n "$found" ]; then
        echo "$1 must not know: $found (cargo tree --package $1 --all-features --invert CRATE shows the way)" >&2
        failed=1
    fi
}

forbid domain 'app|service|storage|files|web|console|server|sqlx.*|argon2|axum.*|leptos.*|tokio'
forbid app 'service|storage|files|web|console|server|sqlx.*|argon2'
forbid service 'app|storage|files|web|console|server|sqlx.*|axum.*|leptos.*|contract|testkit'
forbid storage 'app|files|web|console|server|axum.*|leptos.*|contract|testkit'
forbid files 'app|storage|web|console|server|sqlx.*|axum.*|leptos.*|contract|testkit'
forbid web 'storage|console|server|sqlx.*|contract|testkit'
forbid console 'storage|server|sqlx.*|contract|testkit'
forbid server 'contract|testkit'
forbid contract 'app|storage|files|web|console|server|sqlx.*|axum.*|leptos.*|testkit'
forbid testkit 'app|service|storage|files|web|console|server|axum.*|leptos.*|contract'
exit $failed
