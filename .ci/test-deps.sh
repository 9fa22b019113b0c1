#!/usr/bin/env bash
# Puts the Python packages that the tests use as independent peers into .cache/venv, once for each state of
# Tests/requirements.txt, and promtool into .cache/promtool. Tests find that interpreter in the variable
# BELLWETHER_PYTHON.
set -euo pipefail
cd "$(dirname "$0")/.."

.ci/promtool.sh

venv=.cache/venv
stamp=$venv/installed.txt
if [[ -f $stamp ]] && cmp -s "$stamp" Tests/requirements.txt; then
    exit 0
fi

if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    .ci/deps.sh python3 python3-venv
fi
echo "test-deps: installing Tests/requirements.txt into $venv"
python3 -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
cp Tests/requirements.txt "$stamp"
