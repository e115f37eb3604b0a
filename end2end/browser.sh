#!/usr/bin/env bash
# Makes sure that there is a Chromium for the browser tests; support/chromium.ts chooses which one they use.

source "$(dirname "$0")/../.ci/setup/say.sh"
cd "$root/end2end"

found() {
    [ -x "${CHROMIUM_PATH:-}" ] || have chromium || have chromium-browser || have google-chrome-stable ||
        have google-chrome || [ -x "$(own)" ]
}
# The path of Playwright's own browser, whether or not it is installed.
own() { node -p 'require("@playwright/test").chromium.executablePath()' 2>/dev/null || true; }

found && exit 0

if have apt-get; then
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo -n)
    if "${as_root[@]}" true 2>/dev/null; then
        say "Installing Chromium with apt-get (about a minute)"
        "${as_root[@]}" apt-get update -qq || true
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
            chromium >/dev/null || true
        found && exit 0
    fi
fi

say "Installing Playwright's Chromium (about a minute)"
npx playwright install chromium || true
found || give_up "Install Chromium or Chrome, or set CHROMIUM_PATH to one (Debian, as root: apt-get install chromium)."
