#!/bin/sh
# Pushes an inventory to Voxum: sh push_inventory.sh FILE
#
# The file is JSON (a list of items), XML, or CSV with commas, semicolons or tabs, with at most 5,000 items. Its name does not
# matter. Needs curl. Set VOXUM_URL and VOXUM_API_KEY in the environment, and never write the key into this file.
#
# Exit status: 0 if everything is stored; 1 if Voxum refused something that you have to correct; 2 if the settings or the
# file cannot be used; 75 if it is worth running this again later, which is always safe.
set +x # `sh -x` would print the key.
set -eu
export LC_ALL=C

tries=8
longest_wait=300 # Seconds to wait between two tries at most.

stop() {
    status=$1
    shift
    printf '%s\n' "$@" >&2
    exit "$status"
}

trim() {
    text=${1#"${1%%[![:space:]]*}"}
    printf '%s' "${text%"${text##*[![:space:]]}"}"
}

[ $# = 1 ] || stop 2 "Usage: sh push_inventory.sh FILE"

# A file with a secret often ends with a newline, and a copied address with a slash.
url=$(trim "${VOXUM_URL:-}")
while [ "$url" != "${url%/}" ]; do url=${url%/}; done
key=$(trim "${VOXUM_API_KEY:-}")
bad_url() {
    stop 2 "Set VOXUM_URL to the address of your Voxum Console, for example https://console.example.com."
}
case $url in
    *[[:space:]?#]*) bad_url ;;
esac
authority=${url#*://}
case ${authority%%/*} in
    *@*) stop 2 "Remove the user name and the password from VOXUM_URL. Voxum takes nothing but the API key." ;;
esac
printf '%s\n' "$url" | grep -Eiq '^https?://([^][/@:]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?(/.*)?$' || bad_url
case $key in
    '' | *[!0-9A-Za-z_]*) stop 2 "Set VOXUM_API_KEY to the complete API key: letters, digits and underscores, without quotation marks." ;;
esac

[ -f "$1" ] && [ -r "$1" ] || stop 2 "$1 cannot be read."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM HUP

# The file without its byte-order mark, and a list of items within the object that Voxum takes.
from=1
[ "$(head -c 3 "$1")" != "$(printf '\357\273\277')" ] || from=4
case $(tail -c "+$from" "$1" | head -c 1000 | tr -d '\000[:space:]' | head -c 1) in
    '[') kind=application/json before='{"items":' after='}' ;;
    '{') kind=application/json before='' after='' ;;
    '<') kind=application/xml before='' after='' ;;
    *) kind=text/csv before='' after='' ;;
esac
{
    printf %s "$before"
    tail -c "+$from" "$1"
    printf %s "$after"
} >"$folder/body"
[ "$(wc -c <"$folder/body")" -le 16777216 ] || stop 2 "$1 is larger than 16 MiB, which is the most that one call takes. Split it."

# Describes a refusal and each fault, with its place in the file.
explain() {
    if [ "$status" = 0 ]; then
        echo "No answer came from Voxum: $(cat "$folder/reason")"
        return
    elif [ -n "$redirect" ]; then
        echo "$status: the server has moved to $redirect. Set VOXUM_URL to its new address."
        return
    elif ! grep -q '"code":"' "$folder/answer"; then
        echo "$status: the answer does not come from Voxum. Check VOXUM_URL, and the proxies in between."
        return
    fi
    awk -v status="$status" '
        function field(object, name) {
            if (!match(object, "\"" name "\":(\"([^\"\\\\]|\\\\.)*\"|[0-9]+)")) return ""
            object = substr(object, RSTART + length(name) + 3, RLENGTH - length(name) - 3)
            gsub(/^"|"$/, "", object)
            gsub(/\\"/, "\"", object)
            return object
        }
        { text = text $0 }
        END {
            begin = index(text, "\"errors\":[")
            problem = begin ? substr(text, 1, begin - 1) : text
            rest = begin ? substr(text, begin + 10) : ""
            print status " " field(problem, "code") ": " field(problem, "detail")
            gsub(/\},\{/, "}\n{", rest)
            count = begin ? split(rest, faults, "\n") : 0
            for (number = 1; number <= count; number += 1) {
                line = field(faults[number], "line")
                item = field(faults[number], "id")
                print "  " (line ? "line " line ", " : "") (item ? "item " item ", " : "") field(faults[number], "pointer") ": " field(faults[number], "detail")
            }
            print "  An admin finds this request by its ID: " field(text, "instance")
        }' "$folder/answer"
}

# Prints the seconds to wait: those of `Retry-After`, which is a number or a date such as Sun, 06 Nov 1994 08:49:37 GMT, and at
# least as many as its argument.
seconds() {
    awk -v least="$1" -v now="$(date +%s)" '
        tolower($1) == "retry-after:" {
            seconds = $2 + 0
            if (NF > 2) {
                month = (index("JanFebMarAprMayJunJulAugSepOctNovDec", $4) + 2) / 3
                year = $5 - (month < 3)
                month += month < 3 ? 9 : -3 # Years begin in March here, so that a leap day is the last one.
                days = 365 * year + int(year / 4) - int(year / 100) + int(year / 400) + int((153 * month + 2) / 5) + $3 - 719469
                split($6, clock, ":")
                seconds = ((days * 24 + clock[1]) * 60 + clock[2]) * 60 + clock[3] - now
            }
        }
        END { printf "%d", (seconds < least ? least : (seconds > 86400 ? 86400 : seconds)) }' "$folder/headers"
}

# curl reads the key from its standard input, so that no list of processes shows it, and no settings of its own, which could
# print headers or follow a redirect to another server.
send() {
    printf 'header = "X-API-Key: %s"\n' "$key" |
        curl --disable --config - --silent --show-error --max-time 300 --header "Content-Type: $kind" \
            --header "Idempotency-Key: $once" --data-binary "@$folder/body" --output "$folder/answer" \
            --dump-header "$folder/headers" --write-out '%{http_code} %{redirect_url}' "$url/api/inventory" 2>"$folder/reason"
}

# The same for each try, so that Voxum carries the call out once.
once=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
tried=1
backoff=1
while :; do
    : >"$folder/answer"
    : >"$folder/headers"
    answer=$(send) || {
        [ $? != 3 ] || bad_url # curl cannot read the address, such as one with a port above 65535.
        answer='0 '
    }
    status=${answer%% *}
    redirect=${answer#* }
    if [ "$status" = 200 ] && grep -q '"received":' "$folder/answer"; then
        cat "$folder/answer"
        echo
        exit
    elif [ "$status" = 200 ] && grep -qi '^idempotency-replayed:' "$folder/headers"; then
        echo "Stored by an earlier try." # A replay of an answer can lack its body.
        exit
    fi
    reason=$(explain)
    case $status in
        0 | 408 | 429 | 500 | 502 | 503 | 504) ;;
        409) grep -q '"code":"conflict"' "$folder/answer" || stop 1 "$reason" ;; # Otherwise an earlier try is still in flight.
        *) stop 1 "$reason" ;;
    esac
    wait=$(seconds "$backoff")
    if [ "$tried" = "$tries" ] || [ "$wait" -gt "$longest_wait" ]; then
        stop 75 "$reason" "Run this again later. Sending the same items again is safe."
    fi
    printf '%s\nTrying again in %s s.\n' "$reason" "$wait" >&2
    sleep "$wait"
    tried=$((tried + 1))
    backoff=$((backoff * 2))
done
