# Bellwether. The two commands are `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help deps test-deps build run demo test fuzz sim bench golden format lint clean

SYSTEM_PACKAGES := librdkafka-dev libcurl4-openssl-dev libpcre2-dev zlib1g-dev libsqlite3-dev libssl-dev pkg-config
# What the demo is built as. From a clean clone `debug` takes 180 s of processor time, which two cores share;
# `release` takes about twice as much, for a speed that the demo's pace does not need.
DEMO_BUILD ?= debug
DURATION ?= 20s
# Random programs that the engine and the reference interpreter must agree on; `make fuzz` goes on from there.
FUZZ_CASES ?= 10000
CONFIG ?= bellwether.yaml
VENV_PYTHON := $(CURDIR)/.cache/venv/bin/python
SWIFT_SOURCES := Package.swift Sources Tests Benchmarks

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

deps: ## install the system libraries that are missing (apt)
	@.ci/deps.sh $(SYSTEM_PACKAGES)

test-deps: deps ## install what the tests need besides (Python packages and promtool, in .cache)
	@.ci/test-deps.sh

build: deps ## build the release binary
	swift build -c release --product bellwether

run: build ## run the engine: make run CONFIG=bellwether.yaml
	.build/release/bellwether run --config $(CONFIG)

demo: deps ## show alerts firing on a sample market; ends by itself
	swift build -c $(DEMO_BUILD) --product bellwether
	.build/$(DEMO_BUILD)/bellwether demo --duration $(DURATION)

test: test-deps ## install what the tests need, then run them
	BELLWETHER_PYTHON=$(VENV_PYTHON) BELLWETHER_FUZZ_CASES=$(FUZZ_CASES) swift test

fuzz: deps ## random programs and texts until Ctrl-C or FUZZ_SECONDS; FUZZ_SEED=N makes a run again
	@.ci/fuzz.sh

sim: deps ## simulate broker, kills and receivers until Ctrl-C or COUNT seeds; SEED=N makes a run again
	@SEED=$(SEED) COUNT=$(COUNT) .ci/sim.sh

bench: deps ## measure trades per second, where the time goes, and other programs beside
	@.ci/bench-deps.sh || echo "bench: the programs to compare with cannot be installed; measuring without them"
	swift build -c release --product bellwether
	swift run -c release throughput

golden: test-deps ## rewrite the tests' golden files; then read the diff
	UPDATE_GOLDEN=1 BELLWETHER_PYTHON=$(VENV_PYTHON) swift test
	git diff --stat

format: ## lay the sources out
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

lint: ## check the layout and the tidy rules
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	swift test --filter TidyTests

clean: ## remove what was built
	rm -rf .build
