#!/usr/bin/env bash
# Random programs against the reference interpreter, and random texts through parser, formatter and checker, in
# rounds with ever new seeds: until Ctrl-C, until FUZZ_SECONDS have passed, or until something is found. A round
# that does not end within FUZZ_ROUND_LIMIT seconds is a finding too.
set -euo pipefail
cd "$(dirname "$0")/.."

seed=${FUZZ_SEED:-$(date +%s)}
programs=${FUZZ_PROGRAMS:-800}
texts=${FUZZ_TEXTS:-8000}
trees=${FUZZ_TREES:-80}
limit=${FUZZ_ROUND_LIMIT:-900}
filter='EngineTests.ReferenceTests|EngineTests.CompilerRandomTests|LanguageTests.RuleTextFuzzTests|PipelineTests.YAMLFuzzTests'
kept=.build/fuzz
mkdir -p "$kept"

swift build --build-tests

first=$seed
for number in "$first" "${FUZZ_SECONDS:-0}"; do
    if [[ ! $number =~ ^[0-9]+$ ]]; then
        echo "fuzz: FUZZ_SEED and FUZZ_SECONDS are whole numbers; \`$number\` is none" >&2
        exit 2
    fi
done

rounds=0
child=
stop() {
    if [[ -n $child ]]; then kill -TERM "$child" 2>/dev/null || true; fi
    echo "fuzz: stopped; nothing found in $rounds rounds from seed $first on"
    exit 0
}
trap stop INT TERM

# The time of the build does not count, and one round runs in any case.
SECONDS=0
while ((rounds == 0)) || [[ -z ${FUZZ_SECONDS:-} ]] || ((SECONDS < FUZZ_SECONDS)); do
    echo "fuzz: round $((rounds + 1)), seed $seed: $programs programs, $trees trees, $texts texts"
    BELLWETHER_FUZZ_SEED=$seed BELLWETHER_FUZZ_CASES=$programs BELLWETHER_FUZZ_TREES=$trees \
        BELLWETHER_FUZZ_TEXTS=$texts BELLWETHER_FUZZ_YAML=$programs BELLWETHER_FUZZ_KEEP=$kept \
        timeout "$limit" swift test --skip-build --filter "$filter" >"$kept/log" 2>&1 &
    child=$!
    status=0
    wait "$child" || status=$?
    child=
    if ((status != 0)); then
        grep -A40 -m3 'recorded an issue' "$kept/log" || tail -20 "$kept/log"
        if ((status == 124)); then echo "fuzz: the round did not end within $limit s"; fi
        echo "fuzz: found something with seed $seed (its log is $kept/log; texts at hand in $kept/part*.rules)"
        echo "  again: FUZZ_SEED=$seed FUZZ_SECONDS=1 make fuzz"
        exit 1
    fi
    rounds=$((rounds + 1))
    # Every program, tree and text of a round has a seed of its own.
    seed=$((seed + (texts > programs ? texts : programs)))
done
echo "fuzz: nothing found in $rounds rounds from seed $first on"
