#!/bin/sh
# Make sure that the browsers are there for the browser tests, whose command folder is $1: a Chromium, which is the
# system's, Debian's package or Playwright's own build, and, where Debian's packages can be installed, Firefox and WebKit.
has() { command -v "$1" >/dev/null 2>&1; }
install() {
    has apt-get && [ "$(id -u)" = 0 ] || return 1
    { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"; } >/dev/null 2>&1
}
own_chromium() {
    "$1/python" -c 'import os, sys; from playwright.sync_api import sync_playwright as p
with p() as w: sys.exit(not os.path.exists(w.chromium.executable_path))' 2>/dev/null
}

if ! { has firefox-esr && has WebKitWebDriver && has Xvfb; } && ! install firefox-esr webkit2gtk-driver xvfb; then
    echo "Firefox and WebKit are not installed: their drawing tests are skipped (Debian: firefox-esr webkit2gtk-driver xvfb)."
fi
has chromium || has chromium-browser || has google-chrome || own_chromium "$1" ||
    install chromium fonts-dejavu-core || exec "$1/playwright" install chromium
