#!/bin/sh
# Make sure that a Chromium is there for the browser tests: the system's, Debian's package, or Playwright's own build.
set -e
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && exit 0
done
"$1/python" -c 'import os, sys; from playwright.sync_api import sync_playwright as p
with p() as w: sys.exit(not os.path.exists(w.chromium.executable_path))' 2>/dev/null && exit 0
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    { apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 && exit 0
fi
exec "$1/playwright" install chromium
