# Each target sets up what it needs in .venv; no root, no global installs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DIR ?=
# These wait for processes much of the time, so two of them run at once, each file in one process;
# the others compute, and some measure that, so they run alone. AT_ONCE=1: none beside another.
WAITING := tests/e2e tests/cli tests/editors
AT_ONCE ?= 2
# Cached bytecode belongs to what is measured and shown: without it every start compiles anew.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast fuzz oracles check lint format types imports generated findings bench bench-search bench-upkeep clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv with dbp and its tools

$(STAMP): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "dbp needs Python 3.11 or newer: make PYTHON=python3.12 …")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --editable . --group dev
	@touch $@

demo: $(STAMP) ## index a real project, show a card, edit a file in a scripted editor (DIR=folder)
	$(BIN)/python tests/demo/demo.py $(if $(DIR),"$(DIR)")

test: $(STAMP) ## run all tests
	@failed=0; set -x; \
	$(BIN)/python -m pytest -q -n $(AT_ONCE) --dist loadfile $(WAITING) || failed=1; \
	$(BIN)/python -m pytest -q $(addprefix --ignore=,$(WAITING)) || failed=1; \
	exit $$failed

test-fast: $(STAMP) ## run the tests that take less than two seconds each
	$(BIN)/python -m pytest -q -m 'not slow'

fuzz: $(STAMP) ## run the property tests with new random examples
	$(BIN)/python -m pytest -q -m hypothesis --hypothesis-seed=$$(date +%s)

oracles: $(STAMP) ## fetch real packages and compare symbols with independent oracles (ast, ctags)
	-$(BIN)/python tests/oracles/fetch.py
	-$(BIN)/python tests/oracles/fetch_ctags.py
	$(BIN)/python -m pytest -q tests/oracles

check: lint types imports generated findings test ## everything CI runs

lint: $(STAMP) ## ruff, formatter included
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: $(STAMP) ## let ruff lay out the code
	$(BIN)/ruff check --fix --unsafe-fixes --exit-zero --quiet
	$(BIN)/ruff format

types: $(STAMP) ## mypy, strict
	$(BIN)/mypy

imports: $(STAMP) ## the direction of imports, and which room may use which library
	$(BIN)/lint-imports --no-cache

generated: $(STAMP) ## generated files are as their source makes them
	$(BIN)/python -m dbp.settings.document
	git diff --exit-code -- doc/settings.md

findings: $(STAMP) ## what dbp itself finds in this repository: nothing
	state=$$(mktemp -d) && trap 'rm -rf "$$state"' EXIT && DBP_STATE_DIR=$$state $(BIN)/dbp check

bench: $(STAMP) ## print ratios: ours beside a peer or a limit, in one run (DIR=folder)
	$(BIN)/python tests/bench/bench.py $(if $(DIR),"$(DIR)")

bench-search: $(STAMP) ## time searching a folder beside FTS5 alone (DIR=folder)
	$(BIN)/python tests/bench/search_bench.py $(if $(DIR),"$(DIR)")

bench-upkeep: $(STAMP) ## time a day's maintenance of a folder's database, and its longest pauses (DIR=folder)
	$(BIN)/python tests/bench/maintenance_bench.py $(if $(DIR),"$(DIR)")

clean: ## remove what the targets made
	rm -rf $(VENV) .demo .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis
