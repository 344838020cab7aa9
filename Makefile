# `make help` lists what can be done. Everything runs from a fresh clone with Python 3.11 and make.
.DEFAULT_GOAL := help
SHELL := /bin/sh
.ONESHELL:
.SHELLFLAGS := -eu -c
PYTHON ?= python3
HOST ?=
PORT ?=
BIN := .venv/bin
export PROCESSOR_HOST := $(HOST)
export PROCESSOR_PORT := $(PORT)
export PYTHON

.PHONY: help run test lint types check soak env env-dev tools benchmark benchmark-servers benchmark-checks lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'
	echo
	echo "  More: .venv/bin/python -m processor --help"

run: env ## Prepare everything and start the service (HOST=0.0.0.0 for phones on the office network, PORT=8080)
	@exec $(BIN)/python -m processor run

test: env-dev tools lint types check ## Install what the tests need, then lint, types and all tests

lint: env-dev ## Style and common mistakes
	@$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: env-dev ## Type check
	@$(BIN)/mypy

check: env-dev ## The tests alone (ARGS="tests/pull -x" for some of them)
	@$(BIN)/python -m pytest -n $${WORKERS:-3} --dist loadfile --durations 15 $(ARGS)

soak: env-dev ## Very many other histories of both form servers through the pull into the tables (HISTORIES=5000 SEED=…)
	@export HISTORIES=$${HISTORIES:-5000} SEED=$${SEED:-$$(date +%s)}
	echo "$$HISTORIES histories of each server, SEED=$$SEED"
	$(BIN)/python -m pytest -n $${WORKERS:-2} --dist loadfile -rP tests/pull/test_histories_central.py tests/pull/test_histories_kobo.py $(ARGS)

benchmark: env-dev ## Speed and memory of the main job beside pandas alone; writes benchmarks/RESULTS.md
	@$(BIN)/python -m benchmarks.main_job

benchmark-servers: env-dev ## The pull behind Central and Kobo beside pyODK and a bare download; writes benchmarks/SERVERS.md
	@$(BIN)/python -m benchmarks.servers $(ARGS)

benchmark-checks: env-dev ## Cleaning and checks of many households (ARGS="--households 20000"); writes benchmarks/CHECKS.md
	@$(BIN)/python -m benchmarks.checks $(ARGS)

env:
	@sh scripts/python-env.sh requirements.txt

env-dev:
	@sh scripts/python-env.sh requirements-dev.txt

tools:
	@sh scripts/test-tools.sh

lock: ## Pin requirements*.in again, with hashes (needs uv)
	@uv pip compile -q --generate-hashes --no-header --python-version 3.11 requirements.in -o requirements.txt
	uv pip compile -q --generate-hashes --no-header --python-version 3.11 requirements-dev.in -o requirements-dev.txt

clean: ## Remove the environment and caches; the data folder stays
	rm -rf .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis
