#!/usr/bin/env bash
# The whole pipeline in one process with a virtual clock, killed at every step, in rounds with ever new seeds: until
# Ctrl-C, until COUNT seeds are through, or until something is found. One seed alone (COUNT=1) is told step by step.
set -euo pipefail
cd "$(dirname "$0")/.."

first=${SEED:-$(date +%s)}
count=${COUNT:-0}
for number in "$first" "$count"; do
    if [[ ! $number =~ ^[0-9]+$ ]]; then
        echo "sim: SEED and COUNT are whole numbers; \`$number\` is none" >&2
        exit 2
    fi
done
kept=.build/sim
mkdir -p "$kept"
swift build --build-tests

done=0
child=
stop() {
    if [[ -n $child ]]; then kill -TERM "$child" 2>/dev/null || true; fi
    echo "sim: stopped; nothing found in $done seeds from $first on"
    exit 0
}
trap stop INT TERM

if ((count == 1)); then export BELLWETHER_SIMULATION_TRACE=1; fi
while ((count == 0 || done < count)); do
    round=400
    if ((count > 0 && count - done < round)); then round=$((count - done)); fi
    echo "sim: seeds $((first + done)) to $((first + done + round - 1))"
    BELLWETHER_SIMULATION_SEED=$((first + done)) BELLWETHER_SIMULATIONS=$round \
        swift test --skip-build --filter 'PipelineTests.SimulationTests/.Whatever' >"$kept/log" 2>&1 &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
    if ((count == 1)); then grep -E '^  ?-?[0-9]+ #' "$kept/log" || true; fi
    if ((status != 0)); then
        grep -A6 '^↳ seed' "$kept/log" || tail -20 "$kept/log"
        echo "sim: found something (its log is $kept/log); step by step: SEED=N COUNT=1 make sim"
        exit 1
    fi
    done=$((done + round))
done
echo "sim: nothing found in $done seeds from $first on"
