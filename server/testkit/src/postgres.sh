#!/bin/sh
# Runs a PostgreSQL server of its own, in a new folder, until its standard input ends: however the tests end, the pipe to
# them does. Says "ready", or what went wrong. A line "fast" or "immediate" stops the server like that (as `pg_ctl -m`) and
# starts it again, and "ready" follows; a line "standby" stops it and starts it as a standby, until it is promoted. Arguments: the folder of PostgreSQL's programs, a port, a password, which is sent as
# it is: the tests make many connections. With a certificate and its key in CERT and KEY, in PEM, nobody gets in without TLS.
set -u
bin=$1 port=$2 password=$3

# A Ctrl-C in a terminal ends the tests, and with them this.
trap '' INT TERM HUP

# In memory, where there is enough of it: the tests make and drop many databases.
place=${TMPDIR:-/tmp}
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${free:-0}" -lt 2000000 ] || place=/dev/shm
dir=$(mktemp -d "$place/voxum-postgres.XXXXXX") || exit 1
server=
end() {
    # Nothing of it is kept, so it need not be stopped in order.
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
    # shellcheck disable=SC2086 # No word or two of them.
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
    # One that was ended at once leaves it behind, and it says "ready".
    rm -f "$dir/data/postmaster.pid"
    [ "$how" != standby ] || touch "$dir/data/standby.signal"
    start
done
end
