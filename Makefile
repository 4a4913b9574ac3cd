# Everything a fresh machine needs is installed by these targets; each is a no-op when it is up to date.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
PYTHON ?= python3
BIN := .venv/bin
MADE := .make
SAAS := examples/saas/services
FLTR := examples/fltr
JOBS ?= $(shell nproc)

.PHONY: help setup demo test check bench format clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(MADE)/python: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -U pip
	$(BIN)/python -m pip install -q -e . --group dev
	mkdir -p $(MADE) && touch $@

# The PostgreSQL 15 that the tests use as a second, foreign server.
$(MADE)/postgres15:
	bash tests/install-postgres15.sh
	mkdir -p $(MADE) && touch $@

# One environment with the Python ORMs, for the fixture projects of the tests.
$(MADE)/services: tests/requirements-services.txt
	$(PYTHON) -m venv .venv-services
	.venv-services/bin/python -m pip install -q -U pip
	.venv-services/bin/python -m pip install -q -r tests/requirements-services.txt
	mkdir -p $(MADE) && touch $@

$(MADE)/saas-node: $(SAAS)/node-service/package.json
	cd $(SAAS)/node-service && npm install --no-package-lock --no-audit --no-fund --silent
	mkdir -p $(MADE) && touch $@

$(MADE)/saas-python: $(SAAS)/python-service/pyproject.toml
	$(PYTHON) -m venv $(SAAS)/python-service/.venv
	cd $(SAAS)/python-service && .venv/bin/python -m pip install -q -U pip && .venv/bin/python -m pip install -q -e .
	mkdir -p $(MADE) && touch $@

$(MADE)/fltr-node: $(FLTR)/nextjs/package.json
	cd $(FLTR)/nextjs && npm install --no-package-lock --no-audit --no-fund --silent
	mkdir -p $(MADE) && touch $@

$(MADE)/fltr-python: $(FLTR)/fastapi/pyproject.toml
	$(PYTHON) -m venv $(FLTR)/fastapi/.venv
	cd $(FLTR)/fastapi && .venv/bin/python -m pip install -q -U pip && .venv/bin/python -m pip install -q -e '.[test]'
	mkdir -p $(MADE) && touch $@

$(MADE)/tools: tests/tools/package.json
	cd tests/tools && npm install --no-package-lock --no-audit --no-fund --silent
	mkdir -p $(MADE) && touch $@

$(MADE)/saas-drizzle-1: examples/saas/variants/drizzle-1/package.json
	cd examples/saas/variants/drizzle-1 && npm install --no-package-lock --no-audit --no-fund --silent
	mkdir -p $(MADE) && touch $@

setup: $(MADE)/python $(MADE)/saas-node $(MADE)/saas-python $(MADE)/fltr-node $(MADE)/fltr-python ## the environment of ormony and of the examples

demo: setup ## the main job: three services, one stream, one deploy; then two databases, one mirrored
	PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/saas/demo.sh
	PATH="$(CURDIR)/$(BIN):$$PATH" bash examples/fltr/demo.sh

check: $(MADE)/python ## format, lint, types, fast tests
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	$(BIN)/pytest -q -n $(JOBS) -m "not slow"

test: setup $(MADE)/postgres15 $(MADE)/services $(MADE)/tools $(MADE)/saas-drizzle-1 ## everything; CI runs this
	$(BIN)/ruff format --check src tests bench
	$(BIN)/ruff check src tests bench
	$(BIN)/mypy
	CI=true $(BIN)/pytest -q -n $(JOBS) --dist loadgroup

# migra, in an environment of its own.
$(MADE)/migra: bench/requirements-migra.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install -q -r bench/requirements-migra.txt
	mkdir -p $(MADE) && touch $@

bench: setup $(MADE)/tools $(MADE)/services $(MADE)/migra ## ratios against other tools, side by side in one run
	$(BIN)/python bench/deploy.py
	$(BIN)/python bench/catalog.py
	$(BIN)/python bench/check.py
	$(BIN)/python bench/access.py
	$(BIN)/python bench/generate.py

format: $(MADE)/python
	$(BIN)/ruff format src tests bench
	$(BIN)/ruff check --fix src tests bench

clean: ## remove all that the other targets made
	rm -rf .venv .venv-services .venv-bench $(MADE) tests/tools/node_modules $(SAAS)/node-service/node_modules \
	  $(SAAS)/node-service/dist $(SAAS)/python-service/.venv $(SAAS)/rust-service/target \
	  examples/saas/variants/drizzle-1/node_modules $(FLTR)/nextjs/node_modules $(FLTR)/nextjs/.next \
	  $(FLTR)/fastapi/.venv .demo bench/results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
