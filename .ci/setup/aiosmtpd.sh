#!/usr/bin/env bash
# aiosmtpd, the mail server that the tests of mails start, in a separate environment.

source "$(dirname "$0")/say.sh"

version=1.4.6
place=$tools/aiosmtpd

have python3 || give_up "Install Python 3.10 or newer."
"$place/bin/python" -c "import aiosmtpd, sys; sys.exit(aiosmtpd.__version__ != '$version')" 2>/dev/null && exit 0
mkdir -p "$tools"

say "Installing aiosmtpd $version (a few seconds)"
rm -rf "$place"
if ! { python3 -m venv "$place" && "$place/bin/pip" install --quiet --disable-pip-version-check "aiosmtpd==$version"; }; then
    rm -rf "$place"
    give_up "See what Python says above (Debian, as root: apt-get install python3-venv)."
fi
