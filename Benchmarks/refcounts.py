#!/usr/bin/env python3
"""How often the engine counts references, a trade: callgrind over `throughput engine`.

    swift build -c release --product throughput
    python3 Benchmarks/refcounts.py [--trades N] [--rules FILE]

A program that runs the engine twice less one that runs it once leaves one engine, its building included; the same
with five times the trades, less that, leaves what trades cost alone.
"""

import argparse
import collections
import os
import re
import subprocess
import tempfile

PROGRAM = ".build/release/throughput"
WATCHED = ["swift_retain", "swift_release", "swift_allocObject", "malloc", "free"]


def calls(program, trades, runs, rules):
    """Calls by callee, and instructions in all."""
    with tempfile.NamedTemporaryFile(suffix=".callgrind") as out:
        subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out.name}", program, "engine",
             "--trades", str(trades), "--runs", str(runs), "--rules", rules],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        names, counts, instructions, callee = {}, collections.Counter(), 0, ""
        for line in open(out.name, encoding="utf-8", errors="replace"):
            named = re.match(r"c?fn=\((\d+)\)(?: (.*))?", line)
            if named:
                if named[2]:
                    names[named[1]] = named[2].strip()
                if line.startswith("cfn"):
                    callee = names.get(named[1], "")
            elif line.startswith("calls="):
                counts[callee.split("'")[0]] += int(line[6:].split()[0])
            elif line.startswith(("summary:", "totals:")):
                instructions = int(line.split()[1])
        return counts, instructions


def engine(program, trades, rules):
    """Of one engine: calls of each watched function, and instructions."""
    calls(program, trades, 1, rules)  # writes the input
    one, first = calls(program, trades, 1, rules)
    two, second = calls(program, trades, 2, rules)
    return {"instructions": second - first} | {name: two[name] - one[name] for name in WATCHED}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--trades", type=int, default=200_000)
    parser.add_argument("--rules", default="Benchmarks/eight.rules")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        # valgrind cannot read all that the compiler writes for debuggers.
        program = f"{directory}/throughput"
        subprocess.run(["objcopy", "--strip-debug", PROGRAM, program], check=True)
        few = engine(program, options.trades, options.rules)
        many = engine(program, 5 * options.trades, options.rules)
    print(f"the engine alone, {options.trades} and {5 * options.trades} trades of a day")
    print("                     building        a trade")
    for name in ["instructions"] + WATCHED:
        trade = (many[name] - few[name]) / (4 * options.trades)
        print(f"{name:17} {few[name] - trade * options.trades:12.0f} {trade:14.4f}")


if __name__ == "__main__":
    main()
