#!/usr/bin/env bash
# Puts Prometheus' own checker into .cache/promtool, out of Debian's package, which is not installed: that would
# start a server. Without it the tests that ask it are skipped, and say so.
set -euo pipefail
cd "$(dirname "$0")/.."

place=.cache/promtool
if [[ -x $place/promtool ]] || command -v promtool >/dev/null; then
    exit 0
fi
as_root=()
if [[ $(id -u) -ne 0 ]]; then as_root=(sudo -n); fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo "test-deps: unpacking promtool into $place"
fetch() { (cd "$work" && apt-get download -qq prometheus >log 2>&1); }
# The package lists of a fresh machine may be absent or old: then, and only then, they are read anew.
if { fetch || { "${as_root[@]}" apt-get update -qq >"$work/log" 2>&1 && fetch; }; } \
    && dpkg-deb -x "$work"/prometheus_*.deb "$work/package"; then
    mkdir -p "$place"
    cp "$work/package/usr/bin/promtool" "$place/promtool"
else
    echo "test-deps: promtool is not to be had here; the metrics are not checked by it" >&2
fi
