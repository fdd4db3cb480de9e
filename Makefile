# Each target sets up what it needs in .venv; no root, no global installs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
DIR ?=
# So many tests run at once, each file in one process. AT_ONCE=1: none beside another.
AT_ONCE ?= 2
# The extension is built and checked with Node 20 or newer; nothing else needs it.
EXTENSION := vscode-extension
MODULES := $(EXTENSION)/node_modules/.ready
# Cached bytecode belongs to what is measured and shown: without it every start compiles anew.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast test-editors fuzz oracles check lint format types imports generated findings extension vsix vscode bench bench-search bench-upkeep clean

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
	$(BIN)/python -m pytest -q -n $(AT_ONCE) --dist loadfile

test-fast: $(STAMP) ## run the tests that take less than two seconds each
	$(BIN)/python -m pytest -q -m 'not slow'

test-editors: $(STAMP) $(MODULES) vscode ## set up real editors (VS Code, Emacs) and run the tests in them
	command -v emacs > /dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -y -qq --no-install-recommends emacs-nox elpa-eglot elpa-lsp-mode elpa-markdown-mode > /dev/null; } || echo "no Emacs here: its tests will be skipped" >&2
	$(if $(RELEASE),VSCODE_DIR=$(CURDIR)/.vscode-test/$(RELEASE)) $(BIN)/python -m pytest -q tests/editors

vscode: $(MODULES) ## set up a real VS Code without a screen, for the tests (RELEASE=1.139 for the newer one)
	cd $(EXTENSION) && { node test/harness/setup.mjs ../.vscode-test $(RELEASE) || [ $$? = 77 ]; }

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
	$(BIN)/python $(EXTENSION)/scripts/manifest.py
	git diff --exit-code -- doc/settings.md $(EXTENSION)/package.json $(EXTENSION)/schema

findings: $(STAMP) ## what dbp itself finds in this repository: nothing
	state=$$(mktemp -d) && trap 'rm -rf "$$state"' EXIT && DBP_STATE_DIR=$$state $(BIN)/dbp check

$(MODULES): $(EXTENSION)/package-lock.json
	cd $(EXTENSION) && node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? 1 : 0)' || { echo "the extension needs Node 20 or newer (found: $$(node --version 2> /dev/null || echo none)): install it from nodejs.org or your system, then run make again" >&2; exit 1; }
	# Not `npm ci`: it refuses a lock file that lacks the optional packages of other systems.
	cd $(EXTENSION) && npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

extension: $(MODULES) ## check the VS Code extension: types, lint, unit tests
	cd $(EXTENSION) && npm run --silent check && npm run --silent test

vsix: $(STAMP) $(MODULES) ## build the package of the VS Code extension, with the server in it
	cd $(EXTENSION) && npm run --silent package

bench: $(STAMP) ## print ratios: ours beside a peer or a limit, in one run (DIR=folder)
	$(BIN)/python tests/bench/bench.py $(if $(DIR),"$(DIR)")

bench-search: $(STAMP) ## time searching a folder beside FTS5 alone (DIR=folder)
	$(BIN)/python tests/bench/search_bench.py $(if $(DIR),"$(DIR)")

bench-upkeep: $(STAMP) ## time a day's maintenance of a folder's database, and its longest pauses (DIR=folder)
	$(BIN)/python tests/bench/maintenance_bench.py $(if $(DIR),"$(DIR)")

clean: ## remove what the targets made
	rm -rf $(VENV) $(EXTENSION)/node_modules $(EXTENSION)/dist $(EXTENSION)/out .vscode-test .demo .bench .mypy_cache .ruff_cache .pytest_cache .hypothesis
