#!/bin/sh
# Pushes an inventory to Voxum: sh push_inventory.sh feed.csv   (or feed.json, feed.xml)
# Needs curl. Set VOXUM_URL and VOXUM_API_KEY (never write the key here).
set -eu

case "$1" in
    *.csv) kind=text/csv ;;
    *.xml) kind=application/xml ;;
    *) kind=application/json ;;
esac

# The key goes in by a file that curl reads, so that no list of processes shows it. curl waits as long as
# `Retry-After` says, and sending the same items again is safe.
printf 'header = "X-API-Key: %s"\n' "$VOXUM_API_KEY" |
    curl --config - --silent --show-error --fail-with-body --retry 5 --max-time 60 \
        --header "Content-Type: $kind" --data-binary "@$1" "$VOXUM_URL/api/inventory"
echo
