#!/usr/bin/env bash
# Checks each file in server/deploy with the tool that reads it. server/tests/binary/proxies.rs tests
# the server behind nginx and Caddy with these files.

source "$(dirname "$0")/setup/say.sh"

cd "$root/server/deploy"
PATH=$PATH:/usr/sbin
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$tools/hadolint/bin/hadolint" Containerfile

caddy adapt --config Caddyfile --adapter caddyfile >/dev/null 2>"$scratch/caddy" || { cat "$scratch/caddy"; exit 1; }
caddy fmt Caddyfile | diff Caddyfile - || { echo "server/deploy/Caddyfile: run caddy fmt"; exit 1; }

if have systemd-analyze; then
    # The program need not be installed to check the rest.
    sed 's|^ExecStart=/usr/local/bin/voxum|ExecStart=/bin/true|' voxum.service >"$scratch/voxum.service"
    said=$(systemd-analyze verify "$scratch/voxum.service" 2>&1) || true
    said=$(grep -F voxum.service <<<"$said" || true)
    [ -z "$said" ] || { echo "$said"; exit 1; }
    # 0 is completely isolated, and 10 is not isolated at all.
    systemd-analyze security --offline=true --threshold=20 "$scratch/voxum.service" >"$scratch/security" ||
        { cat "$scratch/security"; exit 1; }
else
    say "Not checked, since systemd-analyze is not installed: server/deploy/voxum.service"
fi
