# The thin front over CMake's presets. Every target installs what it lacks first.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
CTEST := ctest --output-on-failure --no-tests=error
# Paths relative to the checkout, so that build trees share what ccache holds.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.PHONY: help setup build run test test-postgres lint format asan tsan fuzz crash scale bench bench-store clean

help: ## Show this
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## Install the Debian and npm packages that are missing
	@deploy/setup.sh

build: setup ## Build the release binary, build/release/cli/edgeplane
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target edgeplane -j $(JOBS)

run: build ## Build, then serve (stop with Ctrl-C); SERVE="--listen .." adds flags
	@exec build/release/cli/edgeplane serve $(SERVE)

test: setup ## Build everything and run every test
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)
	@$(CTEST) --test-dir build/release -j $(JOBS)

test-postgres: setup ## The end-to-end tests again, with every server's state in PostgreSQL
	@cmake --preset release >/dev/null
	@cmake --build --preset release -j $(JOBS)
	@EDGEPLANE_E2E_STORE=postgres $(CTEST) --test-dir build/release -L e2e -j $(JOBS)

asan: setup ## Every test under the address, leak and undefined behaviour sanitizers
	@cmake --preset asan >/dev/null
	@cmake --build --preset asan -j $(JOBS)
	@ASAN_OPTIONS=detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1 \
	  LSAN_OPTIONS="suppressions=$(CURDIR)/tests/lsan.supp:print_suppressions=0" \
	  $(CTEST) --test-dir build/asan -j $(JOBS)

tsan: setup ## Every test under the thread sanitizer
	@cmake --preset tsan >/dev/null
	@cmake --build --preset tsan -j $(JOBS)
	@TSAN_OPTIONS="suppressions=$(CURDIR)/tests/tsan.supp" $(CTEST) --test-dir build/tsan -j $(JOBS)

fuzz: setup ## Each fuzzer for FUZZ_SECONDS (60)
	@cmake --preset fuzz >/dev/null
	@FUZZ_SECONDS=$(FUZZ_SECONDS) cmake --build --preset fuzz --target fuzz_run -j $(JOBS)

crash: build ## Kill registries, gateways and databases under load (SEED, TOPOLOGY, KILLS, RESTARTS)
	@EDGEPLANE_BIN=$(CURDIR)/build/release/cli/edgeplane node tests/e2e/crash/run.mjs

scale: build ## 2 000 simulated agents at 3 gateways of 2 registries, of which some are killed
	@EDGEPLANE_BIN=$(CURDIR)/build/release/cli/edgeplane node tests/e2e/crash/scale.mjs

bench: build ## Measure how soon a connected agent notices what an operator does
	@EDGEPLANE_BIN=$(CURDIR)/build/release/cli/edgeplane node tests/e2e/bench/reach.mjs

bench-store: setup ## Measure the stores on the disk of TMPDIR
	@cmake --preset release >/dev/null
	@cmake --build --preset release --target bench_store -j $(JOBS)
	@build/release/tests/bench/bench_store

lint: setup ## Format, clang-tidy, and the rules of the house
	@cmake --preset release >/dev/null
	@tests/house/lint.sh build/release $(JOBS)

format: setup ## Bring every C++ file into shape
	@git ls-files '*.cc' '*.h' | xargs clang-format-14 -i

clean: ## Remove the build trees
	@rm -rf build
