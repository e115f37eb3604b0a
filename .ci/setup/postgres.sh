#!/usr/bin/env bash
# PostgreSQL's programs, with which the tests start a server. They are not needed if
# TEST_POSTGRES_URL names one.

source "$(dirname "$0")/say.sh"

[ -z "${TEST_POSTGRES_URL:-}" ] || exit 0

found() {
    have initdb && have postgres && return
    for bin in /usr/lib/postgresql/*/bin; do
        [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && return
    done
    return 1
}

found && exit 0

if have apt-get; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    install() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }
    if "${as_root[@]}" true 2>/dev/null; then
        say "Installing PostgreSQL with apt-get (under a minute)"
        "${as_root[@]}" apt-get update -qq || true
        # Keeps the package from creating a database and starting a server for it.
        install postgresql-common &&
            "${as_root[@]}" sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' \
                /etc/postgresql-common/createcluster.conf &&
            install postgresql || true
    fi
fi
found || give_up "Install PostgreSQL 14 or newer (Debian, as root: apt-get install postgresql), or set TEST_POSTGRES_URL to a server on which the tests may create databases."
