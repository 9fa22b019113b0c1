#!/usr/bin/env bash
# Puts the programs that the benchmark compares with into .cache/venv-bench, once for each state of
# Benchmarks/Peers/requirements.txt. Without them the benchmark runs all the same, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

venv=.cache/venv-bench
wanted=Benchmarks/Peers/requirements.txt
stamp=$venv/installed.txt
if [[ -f $stamp ]] && cmp -s "$stamp" "$wanted"; then
    exit 0
fi
if ! python3 -c 'import venv, ensurepip' 2>/dev/null; then
    .ci/deps.sh python3 python3-venv
fi
echo "bench-deps: installing $wanted into $venv"
python3 -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check -r "$wanted"
cp "$wanted" "$stamp"
