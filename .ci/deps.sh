#!/usr/bin/env bash
# Installs those of the named Debian packages that are missing, and says what it does.
# Usage: .ci/deps.sh PACKAGE...
set -euo pipefail

if ! command -v dpkg-query >/dev/null; then
    echo "deps: this is not a Debian-like system; please see that these are installed: $*" >&2
    exit 0
fi

missing=()
for package in "$@"; do
    state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [[ $state == *"ok installed" ]] || missing+=("$package")
done
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi

as_root=()
if [[ $(id -u) -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "deps: missing: ${missing[*]}; as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "deps: installing ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
# The package lists of a fresh machine may be absent or old: then, and only then, they are read anew.
if ! install && ! { "${as_root[@]}" apt-get update -qq >"$log" 2>&1 && install; }; then
    cat "$log" >&2
    echo "deps: could not install ${missing[*]}; the lines above are apt's" >&2
    exit 1
fi
