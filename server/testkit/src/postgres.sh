#!/bin/sh
# Runs a separate PostgreSQL server in a new folder until its standard input ends, which it does
# however the tests end. Prints "ready", or the log if the start fails.
#
# A line "fast" or "immediate" on its input stops the server in this mode (as `pg_ctl -m`) and starts
# it again, after which it prints "ready". A line "standby" starts it again as a standby, until it is
# promoted.
#
# Arguments: the folder of PostgreSQL's programs, a port, and a password. The password is sent
# unhashed, since the tests open many connections. If CERT and KEY contain a certificate and its key
# in PEM, the server accepts only TLS.
set -u
bin=$1 port=$2 password=$3

# Ctrl-C in a terminal ends the tests, and thereby this script.
trap '' INT TERM HUP

# The data is in memory if there is enough, since the tests create and drop many databases.
place=${TMPDIR:-/tmp}
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${free:-0}" -lt 2000000 ] || place=/dev/shm
dir=$(mktemp -d "$place/voxum-postgres.XXXXXX") || exit 1
server=
end() {
    # No data is kept, so the server need not be stopped in an orderly way.
    [ -z "$server" ] || { kill -QUIT "$server"; wait "$server"; } 2>/dev/null
    rm -rf "$dir"
}
fail() {
    cat "$dir/log"
    end
    exit 1
}

printf '%s' "$password" >"$dir/password"
"$bin/initdb" --pgdata="$dir/data" --username=voxum --pwfile="$dir/password" --auth=password --encoding=UTF8 \
    --locale=C --no-sync >"$dir/log" 2>&1 || fail
encrypted=
if [ -n "${CERT:-}" ]; then
    umask 077
    printf '%s' "$CERT" >"$dir/data/server.crt"
    printf '%s' "$KEY" >"$dir/data/server.key"
    echo 'hostssl all all 127.0.0.1/32 password' >"$dir/data/pg_hba.conf"
    encrypted='-c ssl=on'
fi
start() {
    # shellcheck disable=SC2086 # It is empty or two words.
    "$bin/postgres" $encrypted -D "$dir/data" -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
        -c max_connections=300 -c fsync=off -c full_page_writes=off >"$dir/log" 2>&1 </dev/null &
    server=$!
    until grep -q -e '^ready' -e '^standby' "$dir/data/postmaster.pid" 2>/dev/null; do
        kill -0 "$server" 2>/dev/null || fail
        sleep 0.05
    done
    echo ready
}
start
while read -r how; do
    case $how in
        fast | standby) kill -INT "$server" ;;
        immediate) kill -QUIT "$server" ;;
    esac
    wait "$server"
    # A server that was stopped immediately leaves this file behind, and it contains "ready".
    rm -f "$dir/data/postmaster.pid"
    [ "$how" != standby ] || touch "$dir/data/standby.signal"
    start
done
end
