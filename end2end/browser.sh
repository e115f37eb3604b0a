#!/usr/bin/env bash
# Makes sure that there is a Chromium for the browser tests; support/chromium.ts chooses which one they use.

source "$(dirname "$0")/../.ci/setup/say.sh"
cd "$root/end2end"

# Debian's headless shell: the tests take two thirds of the time in it.
shell() { [ -x "${CHROMIUM_PATH:-}" ] || have chromium-headless-shell; }
found() {
    shell || have chromium || have chromium-browser || have google-chrome-stable ||
        have google-chrome || [ -x "$(own)" ]
}
# The path of Playwright's own browser, whether or not it is installed.
own() { node -p 'require("@playwright/test").chromium.executablePath()' 2>/dev/null || true; }

shell && exit 0
on_debian() { grep -qx ID=debian /etc/os-release 2>/dev/null; }
found && ! on_debian && exit 0

on_debian && package=chromium-headless-shell || package=chromium
debian "$package"
found && exit 0

say "Installing Playwright's Chromium (about a minute)"
npx playwright install chromium || true
found || give_up "Install Chromium or Chrome, or set CHROMIUM_PATH to one (Debian, as root: apt-get install chromium-headless-shell)."
